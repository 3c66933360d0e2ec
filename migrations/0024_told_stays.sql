-- Whoever removes a channel, or goes with theirs, does not undo that others' alerts and outages were told there: the message stays with
-- what it told, without saying where. Before, it vanished from the alert's page, and from what the tenant was told that day. What still
-- waits for the channel is cancelled with it, whoever deletes it, for it could never be sent.
set local search_path = app, pg_temp;

-- Until the end of this migration, so that it may replace what is the matcher's.
do $$ begin execute format('grant ferry_matcher to %I', current_user); end $$;

alter table delivery
  drop constraint delivery_tenant_id_channel_id_fkey,
  add constraint delivery_tenant_id_channel_id_fkey
    foreign key (tenant_id, channel_id) references channel (tenant_id, id) on delete set null (channel_id),
  drop constraint delivery_is_about_one_thing,
  add constraint delivery_is_about_one_thing
    check (num_nonnulls(alert_id, outage_id, letter_id) = 1 and (outage_id is null) = (notice is null)
           and num_nonnulls(channel_id, letter_id) <= 1),
  add constraint delivery_that_waits_knows_where check (state <> 'due' or num_nonnulls(channel_id, letter_id) = 1);

create function cancel_without_channel() returns trigger
  language plpgsql
  set search_path = pg_catalog, app, pg_temp
as $$ begin
  new.state := 'cancelled';
  new.next_attempt_at := null;
  new.outcome := 'channel_removed';
  return new;
end $$;
revoke execute on function cancel_without_channel() from public;

create trigger cancel_without_channel before update of channel_id on delivery
  for each row when (old.state = 'due' and old.channel_id is not null and new.channel_id is null)
  execute function cancel_without_channel();

-- Looks at one page of an operator's open outages, in order of tenants. One ends when everything the tenant
-- waits for there is checked again and that has lasted: `p_hold_s`, doubled for each outage that ended within a day. It also ends,
-- without a word, when nothing is waited for any more. Makes the deliveries of the second notice to those who got
-- the first or may be getting it, and still have the channel. Returns the last tenant of the page, and how many deliveries it made.
create or replace function close_outages(p_operator text, p_intervals_s double precision[], p_in_a_row integer, p_hold_s double precision,
                                         p_now timestamptz, p_after_tenant uuid, p_limit integer)
  returns table (tenant_id uuid, made bigint)
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with page as materialized (
    select o.tenant_id, o.id, o.good_since, o.noticed_at
    from outage o
    where o.operator_id = p_operator and o.ended_at is null and o.tenant_id > p_after_tenant
    order by o.tenant_id
    limit p_limit),
  seen as (
    select page.tenant_id, page.id, page.good_since, waits.wanted, waits.ill, lately.outages
    from page
      join tenant te on te.tenant_id = page.tenant_id
      cross join lateral (select make_interval(secs => p_intervals_s[plan_rank(te.plan)]) as span) own
      cross join lateral (
        select count(*) as wanted,
               count(*) filter (where t.failures_in_row >= p_in_a_row or good.at + p_in_a_row * own.span < p_now
                                  or (good.at + own.span < p_now and coalesce(t.last_good_at, t.created_at) < page.noticed_at)) as ill
        from watch w
          join watch_target wt on wt.tenant_id = w.tenant_id and wt.watch_id = w.id
          join target t on t.id = wt.target_id
          cross join lateral (
            select greatest(coalesce(t.last_good_at, t.created_at), w.changed_at, wt.asked_from) as at) good
        where w.tenant_id = page.tenant_id and w.operator_id = p_operator and w.state = 'active'
          and w.expires_at > p_now and wt.asked_from <= p_now and p_now < wt.asked_until) waits
      cross join lateral (
        select count(*)::integer as outages from outage e
        where e.tenant_id = page.tenant_id and e.operator_id = p_operator and e.ended_at > p_now - interval '1 day') lately),
  judged as (
    select seen.tenant_id, seen.id, seen.wanted,
           case when seen.ill = 0 then coalesce(seen.good_since, p_now) end as good_since,
           seen.wanted = 0
             or (seen.ill = 0
                 and seen.good_since <= p_now - make_interval(secs => p_hold_s * (1 << least(seen.outages, 5)))) as over
    from seen),
  written as (
    update outage o set good_since = judged.good_since, ended_at = case when judged.over then p_now end
    from judged
    where o.tenant_id = judged.tenant_id and o.id = judged.id and o.ended_at is null
      and (judged.over or o.good_since is distinct from judged.good_since)
    returning o.tenant_id, o.id, o.ended_at, judged.wanted),
  told as (
    insert into delivery (tenant_id, outage_id, notice, channel_id, next_attempt_at, lane)
    select d.tenant_id, d.outage_id, 'recovered', d.channel_id, p_now, 2
    from written join delivery d on d.tenant_id = written.tenant_id and d.outage_id = written.id
    where written.ended_at is not null and written.wanted > 0 and d.notice = 'degraded' and d.state in ('due', 'sent') and d.channel_id is not null
    on conflict do nothing
    returning 1)
  select page.tenant_id, (select count(*) from told) from page order by 1 desc limit 1
$$;

do $$ begin execute format('revoke ferry_matcher from %I', current_user); end $$;
