-- Fair shares of delivery work, and demand that costs the same however many want a target.
--
-- A delivery's lane is the level of its rank when it is made: its place among its tenant's waiting
-- deliveries or among those of its change, whichever is worse. Lanes are served in equal shares, so whoever has
-- little due stands behind little, however much somebody else has. The due set holds the head of each lane.
set local search_path = app, pg_temp;

-- Until the end of this migration, so that it may replace the matcher's functions.
do $$ begin execute format('grant ferry_matcher to %I', current_user); end $$;

-- 0 below a rank of 100, 1 below 1,000, 2 below 10,000, 3 from there on. No `set` here: it is inlined.
create function delivery_lane(p_rank bigint) returns smallint
  language sql immutable parallel safe
  return ((p_rank >= 100)::int + (p_rank >= 1000)::int + (p_rank >= 10000)::int)::smallint;

alter table delivery add column lane smallint not null default 0 check (lane between 0 and 3);
drop index delivery_due;
create index delivery_due on delivery (lane, next_attempt_at, id) where next_attempt_at is not null;
-- By the state, which says the same: so that no count of a tenant's walks the index above, over everybody's.
create index delivery_waiting_of on delivery (tenant_id) where state = 'due';
-- How many of a change were released before, up to a bound.
drop index alert_of_change;
create index alert_of_change on alert (change_id, released_at) where change_id is not null;
-- `alert_once_while_open` answers the same once the tenant is known, and is there anyway.
drop index alert_open_of_watch;

-- The planner thinks of the average tenant and target, which have next to nothing, and then reads all of a big one's
-- rows to find one. Plans are made for the big ones: a hundred rows of a tenant, a thousand watches of a target.
do $$
declare
  name text;
begin
  foreach name in array array['member', 'channel', 'watch', 'watch_target', 'watch_channel', 'alert', 'delivery', 'attempt'] loop
    execute format('alter table %I alter column tenant_id set (n_distinct = -0.01)', name);
  end loop;
end
$$;
alter table watch_target alter column target_id set (n_distinct = -0.001);

-- Which plan wants a target through this row, as its rank; null while the watch does not run or its tenant is not
-- live. Written by triggers alone: `demand` reads one row of an index instead of judging all watches of a target.
alter table watch_target add column wanted_by smallint;
create index watch_target_wanted on watch_target (target_id, wanted_by desc, asked_from, asked_until) where wanted_by is not null;
create policy matcher_update on watch_target for update to ferry_matcher using (true) with check (tenant_id is not null);
grant update (wanted_by) on watch_target to ferry_matcher;

create function wanted_by(p_tenant uuid, p_watch uuid) returns smallint
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select plan_rank(t.plan)::smallint
  from watch w join tenant t on t.tenant_id = w.tenant_id
  where w.tenant_id = p_tenant and w.id = p_watch
    and w.state = 'active' and t.suspended_at is null and t.closed_at is null
$$;

create function ask_wanted_by() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, app, pg_temp
as $$ begin
  new.wanted_by := wanted_by(new.tenant_id, new.watch_id);
  return new;
end $$;
create trigger wanted_by before insert on watch_target for each row execute function ask_wanted_by();

create function watch_wanted_by() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, app, pg_temp
as $$ begin
  update watch_target set wanted_by = wanted_by(new.tenant_id, new.id) where tenant_id = new.tenant_id and watch_id = new.id;
  return null;
end $$;
create trigger wanted_by after update of state on watch
  for each row when (old.state is distinct from new.state) execute function watch_wanted_by();

-- A tenant's watches are few: its plan says how many.
create function tenant_wanted_by() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, app, pg_temp
as $$ begin
  update watch_target wt set wanted_by = wanted_by(wt.tenant_id, wt.watch_id) where wt.tenant_id = new.tenant_id;
  return null;
end $$;
create trigger wanted_by after update of plan, suspended_at, closed_at on tenant
  for each row when ((old.plan, old.suspended_at, old.closed_at) is distinct from (new.plan, new.suspended_at, new.closed_at))
  execute function tenant_wanted_by();

-- The fastest plan that wants each of these targets now; null where nobody does.
create or replace function demand(p_targets bigint[], p_now timestamptz)
  returns table (target_id bigint, plan text)
  language sql stable security definer rows 10
  set search_path = pg_catalog, app, pg_temp
as $$
  select asked.id, (
    select (array['free', 'plus', 'pro', 'fleet'])[wt.wanted_by]
    from watch_target wt
    where wt.target_id = asked.id and wt.wanted_by is not null and wt.asked_from <= p_now and p_now < wt.asked_until
    order by wt.wanted_by desc
    limit 1)
  from unnest(p_targets) as asked(id)
$$;

-- Deliveries of alerts, each with its rank within its change: one for each usable channel of its watch. What waits
-- is counted once a tenant, and the count stops where the last lane begins. The keys are looked up whole: joined
-- otherwise, a tenant of many watches would cost the square of them. What comes after the first thousand is due eight
-- seconds later: while a huge opening is recorded, its own mass of mail does not hold up the recording.
drop function deliver_alerts(uuid[], uuid[], timestamptz);
create function deliver_alerts(p_tenants uuid[], p_alerts uuid[], p_watches uuid[], p_ranks bigint[], p_now timestamptz) returns bigint
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with told as (
    select c.tenant_id, alert.id as alert_id, c.id as channel_id, alert.rank,
           row_number() over (partition by c.tenant_id order by alert.rank) - 1 as place
    from unnest(p_tenants, p_alerts, p_watches, p_ranks) as alert(tenant_id, id, watch_id, rank)
      join watch_channel wc on wc.tenant_id = alert.tenant_id and wc.watch_id = alert.watch_id
      join channel c on c.tenant_id = wc.tenant_id and c.id = wc.channel_id
    where c.verified_at is not null and c.disabled_at is null),
  counted as (
    select told.*, case when place = 0 then (
        select count(*) from (
          select from delivery d where d.tenant_id = told.tenant_id and d.state = 'due' limit 10000) bounded)
      end as waiting
    from told),
  placed as (
    select tenant_id, alert_id, channel_id,
           delivery_lane(greatest(rank, place + max(waiting) over (partition by tenant_id))) as lane
    from counted),
  made as (
    insert into delivery (tenant_id, alert_id, channel_id, next_attempt_at, lane)
    select tenant_id, alert_id, channel_id, p_now + case when lane < 2 then interval '0' else interval '8 seconds' end, lane
    from placed
    on conflict (tenant_id, alert_id, channel_id) do nothing
    returning 1)
  select count(*) from made
$$;

-- Records one alert per watch named, for one change; repeats and open stretches are skipped by the
-- unique keys. Alerts that are not held get their deliveries in the same statement. `p_from` is how many of this
-- change were told before, so that pages recorded beside each other rank like one list.
drop function record_alerts(bigint, uuid[], smallint[], text[], timestamptz[], timestamptz);
create function record_alerts(p_change bigint, p_from bigint, p_watches uuid[], p_legs smallint[], p_kinds text[],
                              p_held_until timestamptz[], p_now timestamptz)
  returns table (alerts bigint, deliveries bigint)
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with recorded as (
    insert into alert (tenant_id, id, watch_id, watch_version, target_id, sailing_id, change_id, leg,
                       class, kind, seen_at, held_until, released_at)
    select w.tenant_id, gen_random_uuid(), w.id, w.version, c.target_id, c.sailing_id, c.id, wt.leg,
           wt.class, risen.kind, c.polled_at, risen.held_until,
           case when risen.held_until is null then p_now end
    from unnest(p_watches, p_legs, p_kinds, p_held_until) as risen(watch_id, leg, kind, held_until)
      join change c on c.id = p_change
      -- `offset 0` keeps this a look for each watch: a join may read all watches of the target for each page of them.
      cross join lateral (
        select * from watch_target
        where target_id = c.target_id and watch_id = risen.watch_id and leg = risen.leg offset 0) wt
      join watch w on w.tenant_id = wt.tenant_id and w.id = wt.watch_id
    where w.state = 'active'
    on conflict do nothing
    returning tenant_id, id, watch_id, held_until),
  told as (
    select tenant_id, id, watch_id, p_from - 1 + row_number() over () as rank from recorded where held_until is null)
  select (select count(*) from recorded),
         (select deliver_alerts(array_agg(tenant_id), array_agg(id), array_agg(watch_id), array_agg(rank), p_now) from told)
$$;

-- Ends the stretch of truth of these watches on the change's sailing.
create or replace function close_alerts(p_change bigint, p_watches uuid[], p_now timestamptz) returns bigint
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with closed as (
    update alert a set closed_at = p_now, closed_reason = 'gone'
    from change c, unnest(p_watches) as fallen(watch_id) join watch w on w.id = fallen.watch_id
    where c.id = p_change and a.tenant_id = w.tenant_id and a.watch_id = w.id and a.closed_at is null
      and (a.sailing_id = c.sailing_id or a.pair_sailing_id = c.sailing_id)
    returning 1)
  select count(*) from closed
$$;

-- Releases held alerts whose plan may know by now: a good poll that started at or after the tick has
-- finished, what it found is fanned out, and the alert is still open. Returns how many.
create or replace function release_alerts(p_now timestamptz, p_limit integer) returns bigint
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with ripe as (
    select a.tenant_id, a.id
    from alert a join target t on t.id = a.target_id
    where a.released_at is null and a.closed_at is null and a.held_until <= p_now and a.held_until <= t.last_good_at
      -- `offset 0` keeps these a look at an index for each alert, however many changes wait.
      and not exists (select from change c where c.fanned_out_at is null and c.sailing_id = a.sailing_id offset 0)
      and not exists (select from change c where c.fanned_out_at is null and c.sailing_id = a.pair_sailing_id offset 0)
      and (a.pair_sailing_id is null or exists (
        select from watch_target wt
          join target back on back.id = wt.target_id
          join fact f on f.target_id = back.id and f.sailing_id = a.pair_sailing_id
        where wt.tenant_id = a.tenant_id and wt.watch_id = a.watch_id and wt.leg = 1 and a.held_until <= back.last_good_at))
    order by a.held_until
    limit p_limit
    for update of a skip locked),
  released as (
    update alert a set released_at = p_now
    from ripe where a.tenant_id = ripe.tenant_id and a.id = ripe.id
    returning a.tenant_id, a.id, a.watch_id, a.change_id),
  placed as (
    select released.*, row_number() over (partition by change_id) - 1 as place from released),
  counted as (
    select placed.*, case when place = 0 then (
        select count(*) from (
          select from alert a where a.change_id = placed.change_id and a.released_at is not null limit 10000) bounded)
      end as released_before
    from placed),
  told as (
    select tenant_id, id, watch_id, place + max(released_before) over (partition by change_id) as rank from counted)
  select case when count(*) > 0
    then count(*) + 0 * deliver_alerts(array_agg(tenant_id), array_agg(id), array_agg(watch_id), array_agg(rank), p_now) else 0 end
  from told
$$;

-- Ends alerts whose sailing has left: within the last week, so that all sailings there ever were are not looked through each
-- minute. After a longer outage an older alert stays open, and is not delivered for having departed.
create or replace function close_departed(p_now timestamptz, p_limit integer) returns bigint
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with gone as (
    select a.tenant_id, a.id
    from sailing s join alert a on a.sailing_id = s.id
    where p_now - interval '7 days' < s.departs_at and s.departs_at <= p_now and a.closed_at is null
    limit p_limit
    for update of a skip locked),
  closed as (
    update alert a set closed_at = p_now, closed_reason = 'departed'
    from gone where a.tenant_id = gone.tenant_id and a.id = gone.id
    returning 1)
  select count(*) from closed
$$;

-- By their ids: a join would read all watches to end a few.
create or replace function expire_watches(p_now timestamptz, p_limit integer) returns bigint
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with ended as (
    select id from watch
    where state = 'active' and expires_at <= p_now
    order by expires_at limit p_limit for update skip locked),
  expired as (
    update watch w set state = 'expired', changed_at = p_now
    where w.id = any(array(select id from ended))
    returning 1)
  select count(*) from expired
$$;

-- Ids and due times of the deliveries that are due first, in each lane: what the due set holds.
drop function due_deliveries(timestamptz, bigint, timestamptz, integer);
create function due_deliveries(p_until timestamptz, p_limit integer)
  returns table (lane smallint, id bigint, next_attempt_at timestamptz)
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select head.lane, head.id, head.next_attempt_at
  from generate_series(0, 3) as lanes(lane) cross join lateral (
    select d.lane, d.id, d.next_attempt_at from delivery d
    where d.lane = lanes.lane and d.next_attempt_at <= p_until
    order by d.next_attempt_at, d.id limit p_limit) head
$$;

-- Hand the functions to the matcher and open each to the one role that calls it.
do $$
declare
  f regprocedure;
begin
  grant create on schema app to ferry_matcher;
  for f in select p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace
           where n.nspname = 'app' and p.prosecdef and p.proname in (
             'deliver_alerts', 'record_alerts', 'due_deliveries', 'wanted_by',
             'ask_wanted_by', 'watch_wanted_by', 'tenant_wanted_by') loop
    execute format('alter function %s owner to ferry_matcher', f);
    execute format('revoke execute on function %s from public', f);
  end loop;
  grant execute on function record_alerts(bigint, bigint, uuid[], smallint[], text[], timestamptz[], timestamptz) to ferry_worker;
  grant execute on function due_deliveries(timestamptz, integer) to ferry_worker;
  grant execute on function delivery_lane(bigint) to ferry_matcher, ferry_worker;
  revoke create on schema app from ferry_matcher;
end
$$;

-- As the matcher: nobody else sees all tenants' rows, the owner least of all.
set local role ferry_matcher;
update watch_target wt set wanted_by = wanted_by(wt.tenant_id, wt.watch_id);
reset role;

do $$ begin execute format('revoke ferry_matcher from %I', current_user); end $$;
