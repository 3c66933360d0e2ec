-- A page of a tenant's watches and how many there are, by one walk along an index over all of them.
with ahead as materialized (
  -- The few that come before all others: those that have space, and those that miss a check of the plan's own now, which is
  -- `domain::cadence::Checks::degraded_since` as a set.
  select w.id, min(loud.rank) as rank, w.state, w.first_day, w.expires_at
  from (select a.tenant_id, a.watch_id, 0 as rank from alert a where a.released_at is not null and a.closed_at is null
        union all
        select wt.tenant_id, wt.watch_id, 1
        from unnest($1::text[], $2::double precision[]) as pace(operator_id, interval_s)
          join target t on t.operator_id = pace.operator_id and t.failing_since is not null
          join watch_target wt on wt.target_id = t.id and wt.asked_from <= $3 and $3 < wt.asked_until
          join watch w on w.tenant_id = wt.tenant_id and w.id = wt.watch_id
        where greatest(coalesce(t.last_good_at, t.created_at), w.changed_at, wt.asked_from)
                + make_interval(secs => pace.interval_s) < $3) loud
    join watch w on w.tenant_id = loud.tenant_id and w.id = loud.watch_id
  where w.state = 'active'
  group by w.id, w.state, w.first_day, w.expires_at),
first as materialized (
  select * from ahead where 'active' = any($4) and (rank = 0 or not $5)),
page as (
  (select * from first order by rank, first_day, expires_at, id offset $6 limit $7)
  union all
  -- In the order of the index, so that a page reads no further than its end.
  (select w.id, 2, w.state, w.first_day, w.expires_at
   from watch w
   where w.state = any($4) and not $5 and w.id not in (select ahead.id from ahead)
   order by w.state, w.first_day, w.expires_at, w.id
   offset greatest($6 - (select count(*) from first), 0) limit $7))
select array(select id from page order by rank, state, first_day, expires_at, id limit $7) as "ids!",
       coalesce(sum(n) filter (where state in ('active', 'paused')), 0)::bigint as "current!",
       (select count(*) from ahead where rank = 0) as "open!",
       coalesce(sum(n) filter (where state = 'paused'), 0)::bigint as "paused!",
       coalesce(sum(n) filter (where state in ('stopped', 'expired')), 0)::bigint as "ended!",
       -- What is snoozed keeps its room.
       coalesce(sum(case state when 'active' then n else snoozed end), 0)::bigint as "used!",
       coalesce(sum(case state when 'active' then days else snoozed_days end), 0)::bigint as "used_days!"
from (select state, count(*) as n, sum(watched_days) as days, count(snoozed_until) as snoozed,
             sum(watched_days) filter (where snoozed_until is not null) as snoozed_days
      from watch where state <> 'deleted' group by state) told
