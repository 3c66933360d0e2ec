-- The only statements that look across tenants. They belong to `ferry_matcher`, which cannot log in
-- and reads and writes exactly what its policies name. A tenant is always taken from the row
-- found, never from an argument.
set local search_path = app, pg_temp;

do $$
declare
  name text;
begin
  foreach name in array array['tenant', 'member', 'channel', 'watch', 'watch_target', 'watch_channel',
                              'alert', 'delivery'] loop
    execute format('create policy matcher_read on %I for select to ferry_matcher using (true)', name);
    execute format('grant select on %I to ferry_matcher', name);
  end loop;
  foreach name in array array['alert', 'delivery'] loop
    execute format('create policy matcher_insert on %I for insert to ferry_matcher with check (tenant_id is not null)', name);
    execute format('grant insert on %I to ferry_matcher', name);
  end loop;
  foreach name in array array['alert', 'watch'] loop
    execute format('create policy matcher_update on %I for update to ferry_matcher using (true) with check (tenant_id is not null)', name);
  end loop;
end
$$;
grant update (released_at, closed_at, closed_reason) on alert to ferry_matcher;
grant update (state, changed_at) on watch to ferry_matcher;

-- Plans from slow to fast. A table function would hide the order; this says it.
create function plan_rank(plan text) returns integer
  language sql immutable parallel safe
  set search_path = pg_catalog, pg_temp
  as $$ select array_position(array['free', 'plus', 'pro', 'fleet'], plan) $$;

-- A membership of a live tenant: the door from a person to a tenant.
create function membership(p_user uuid, p_tenant uuid)
  returns table (role text, plan text)
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select m.role, t.plan
  from member m join tenant t using (tenant_id)
  where m.user_id = p_user and m.tenant_id = p_tenant and t.suspended_at is null and t.closed_at is null
$$;

-- The fastest plan that wants each of these targets now; null where nobody does.
create function demand(p_targets bigint[], p_now timestamptz)
  returns table (target_id bigint, plan text)
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select asked.id, (
    select t.plan
    from watch_target wt
      join watch w on w.tenant_id = wt.tenant_id and w.id = wt.watch_id
      join tenant t on t.tenant_id = wt.tenant_id
    where wt.target_id = asked.id and wt.asked_from <= p_now and p_now < wt.asked_until
      and w.state = 'active' and w.expires_at > p_now
      and t.suspended_at is null and t.closed_at is null
    order by plan_rank(t.plan) desc
    limit 1)
  from unnest(p_targets) as asked(id)
$$;

-- One page of the active watches of a target that were evaluated before this version of it, in key order.
create function watches_of_target(p_target bigint, p_version bigint, p_after_watch uuid, p_after_leg smallint, p_limit integer)
  returns table (watch_id uuid, leg smallint, class text, criteria jsonb, return_leg jsonb, plan text)
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select wt.watch_id, wt.leg, wt.class, w.criteria, w.return_leg, t.plan
  from watch_target wt
    join watch w on w.tenant_id = wt.tenant_id and w.id = wt.watch_id
    join tenant t on t.tenant_id = wt.tenant_id
  where wt.target_id = p_target and (wt.watch_id, wt.leg) > (p_after_watch, p_after_leg)
    and wt.evaluated_version < p_version
    and w.state = 'active' and t.suspended_at is null and t.closed_at is null
  order by wt.watch_id, wt.leg
  limit p_limit
$$;

-- Deliveries of an alert: one for each usable channel of its watch.
create function deliver_alerts(p_tenants uuid[], p_alerts uuid[], p_now timestamptz) returns bigint
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with made as (
    insert into delivery (tenant_id, alert_id, channel_id, next_attempt_at)
    select a.tenant_id, a.id, c.id, p_now
    from unnest(p_tenants, p_alerts) as released(tenant_id, id)
      join alert a on a.tenant_id = released.tenant_id and a.id = released.id
      join watch_channel wc on wc.tenant_id = a.tenant_id and wc.watch_id = a.watch_id
      join channel c on c.tenant_id = wc.tenant_id and c.id = wc.channel_id
    where c.verified_at is not null and c.disabled_at is null
    on conflict (tenant_id, alert_id, channel_id) do nothing
    returning 1)
  select count(*) from made
$$;

-- Records one alert per watch named, for one change; repeats and open stretches are skipped by the
-- unique keys. Alerts that are not held get their deliveries in the same statement.
create function record_alerts(p_change bigint, p_watches uuid[], p_legs smallint[], p_kinds text[],
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
      join watch_target wt on wt.target_id = c.target_id and wt.watch_id = risen.watch_id and wt.leg = risen.leg
      join watch w on w.tenant_id = wt.tenant_id and w.id = wt.watch_id
    where w.state = 'active'
    on conflict do nothing
    returning tenant_id, id, watch_id, held_until),
  made as (
    insert into delivery (tenant_id, alert_id, channel_id, next_attempt_at)
    select r.tenant_id, r.id, c.id, p_now
    from recorded r
      join watch_channel wc on wc.tenant_id = r.tenant_id and wc.watch_id = r.watch_id
      join channel c on c.tenant_id = wc.tenant_id and c.id = wc.channel_id
    where r.held_until is null and c.verified_at is not null and c.disabled_at is null
    on conflict do nothing
    returning 1)
  select (select count(*) from recorded), (select count(*) from made)
$$;

-- Ends the stretch of truth of these watches on the change's sailing.
create function close_alerts(p_change bigint, p_watches uuid[], p_now timestamptz) returns bigint
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with closed as (
    update alert a set closed_at = p_now, closed_reason = 'gone'
    from change c, unnest(p_watches) as fallen(watch_id)
    where c.id = p_change and a.watch_id = fallen.watch_id and a.closed_at is null
      and (a.sailing_id = c.sailing_id or a.pair_sailing_id = c.sailing_id)
    returning 1)
  select count(*) from closed
$$;

-- Releases held alerts whose plan may know by now: a good poll that started at or after the tick has
-- finished, what it found is fanned out, and the alert is still open. Returns how many.
create function release_alerts(p_now timestamptz, p_limit integer) returns bigint
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with ripe as (
    select a.tenant_id, a.id
    from alert a join target t on t.id = a.target_id
    where a.released_at is null and a.closed_at is null and a.held_until <= p_now and a.held_until <= t.last_good_at
      and not exists (select from change c where c.fanned_out_at is null and c.sailing_id in (a.sailing_id, a.pair_sailing_id))
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
    returning a.tenant_id, a.id)
  select case when count(*) > 0 then count(*) + 0 * deliver_alerts(array_agg(tenant_id), array_agg(id), p_now) else 0 end from released
$$;

-- Ends alerts whose sailing has left.
create function close_departed(p_now timestamptz, p_limit integer) returns bigint
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with gone as (
    select a.tenant_id, a.id
    from sailing s join alert a on a.sailing_id = s.id
    where s.departs_at <= p_now and a.closed_at is null
    limit p_limit
    for update of a skip locked),
  closed as (
    update alert a set closed_at = p_now, closed_reason = 'departed'
    from gone where a.tenant_id = gone.tenant_id and a.id = gone.id
    returning 1)
  select count(*) from closed
$$;

create function expire_watches(p_now timestamptz, p_limit integer) returns bigint
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with ended as (
    select tenant_id, id from watch
    where state = 'active' and expires_at <= p_now
    order by expires_at limit p_limit for update skip locked),
  expired as (
    update watch w set state = 'expired', changed_at = p_now
    from ended where w.tenant_id = ended.tenant_id and w.id = ended.id
    returning 1)
  select count(*) from expired
$$;

-- Ids and due times of deliveries, soonest first: what the due set caches.
create function due_deliveries(p_after_at timestamptz, p_after_id bigint, p_until timestamptz, p_limit integer)
  returns table (id bigint, next_attempt_at timestamptz)
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select id, next_attempt_at from delivery
  where next_attempt_at is not null and (next_attempt_at, id) > (p_after_at, p_after_id) and next_attempt_at <= p_until
  order by next_attempt_at, id limit p_limit
$$;

-- The tenants of claimed deliveries: a worker's door to their rows.
create function delivery_tenant(p_ids bigint[])
  returns table (id bigint, tenant_id uuid, next_attempt_at timestamptz)
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select d.id, d.tenant_id, d.next_attempt_at from delivery d where d.id = any(p_ids)
$$;

-- Watches whose target has answered within their plan's interval but which were not yet held against the
-- answer. The intervals are the plans', from slow to fast, in seconds.
create function unevaluated_watches(p_limit integer, p_intervals_s integer[])
  returns table (tenant_id uuid, watch_id uuid, target_id bigint)
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select wt.tenant_id, wt.watch_id, wt.target_id
  from watch_target wt
    join target t on t.id = wt.target_id
    join watch w on w.tenant_id = wt.tenant_id and w.id = wt.watch_id
    join tenant te on te.tenant_id = wt.tenant_id
  where wt.evaluated_at is null and t.last_good_at >= w.changed_at - make_interval(secs => p_intervals_s[plan_rank(te.plan)])
    and w.state = 'active' and te.suspended_at is null and te.closed_at is null
  limit p_limit
$$;

-- The tenant of a watch, for the few a worker must judge one by one (return pairs).
create function watch_tenant(p_watches uuid[])
  returns table (watch_id uuid, tenant_id uuid)
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select w.id, w.tenant_id from watch w where w.id = any(p_watches)
$$;

-- Hand the functions to the matcher and open each to the one role that calls it.
do $$
declare
  f regprocedure;
begin
  execute format('grant ferry_matcher to %I', current_user);
  grant create on schema app to ferry_matcher;
  for f in select p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace
           where n.nspname = 'app' and p.prosecdef loop
    execute format('alter function %s owner to ferry_matcher', f);
    execute format('revoke execute on function %s from public', f);
    execute format('grant execute on function %s to ferry_worker', f);
  end loop;
  revoke create on schema app from ferry_matcher;
  revoke execute on function membership(uuid, uuid) from ferry_worker;
  grant execute on function membership(uuid, uuid) to ferry_app;
  revoke execute on function deliver_alerts(uuid[], uuid[], timestamptz) from ferry_worker;
  grant execute on function plan_rank(text) to ferry_matcher, ferry_app, ferry_worker;
  execute format('revoke ferry_matcher from %I', current_user);
end
$$;
