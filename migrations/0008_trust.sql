-- Trust in the checker. When we cannot check, those who wait are told once, and once more when checks work
-- again (outage, and the deliveries of its two notices). An answer that is not to be believed en masse is held
-- for a person to look at (held_batch) and changes nothing meanwhile.
set local search_path = app, pg_temp;

-- `failing_since` is the start of the first failed or held poll after a good one. `turned_at` is the last
-- poll whose answer turned sailings over: space where there was none, or most of them cancelled. Both are mostly
-- null or at rest, so that their indexes cost an unchanged poll nothing.
alter table target
  add column failing_since timestamptz,
  add column turned_at timestamptz;
create index target_failing on target (operator_id, id) where failing_since is not null;
create index target_turned on target (operator_id, turned_at) where turned_at is not null;
grant update (failing_since, turned_at) on target to ferry_worker;

-- The workers' setting without which they cannot ask an operator, such as its access code; null where nothing is lacking.
-- Only the workers are told the code, so they say here whether they have it.
alter table operator add column lacks_setting text;
grant update (lacks_setting) on operator to ferry_worker;

-- One stretch during which checks that a tenant waits for at one operator were missed. `good_since` is when
-- they were first seen to work again; the outage ends when that has lasted.
create table outage (
  tenant_id uuid not null references tenant,
  id uuid not null default gen_random_uuid(),
  operator_id text not null references operator,
  cause text not null check (cause in ('failing', 'silent', 'off')),
  noticed_at timestamptz not null,
  good_since timestamptz,
  ended_at timestamptz,
  primary key (tenant_id, id)
);
create unique index outage_once_while_open on outage (tenant_id, operator_id) where ended_at is null;
create index outage_open on outage (operator_id, tenant_id) where ended_at is null;
create index outage_lately on outage (tenant_id, operator_id, ended_at);

-- A delivery is about an alert or is a notice of an outage; each notice goes once to a channel.
alter table delivery
  alter column alert_id drop not null,
  add column outage_id uuid,
  add column notice text check (notice in ('degraded', 'recovered')),
  add constraint delivery_is_about_one_thing
    check (num_nonnulls(alert_id, outage_id) = 1 and (outage_id is null) = (notice is null)),
  add foreign key (tenant_id, outage_id) references outage (tenant_id, id) on delete cascade,
  add unique (tenant_id, outage_id, notice, channel_id);

alter table outage enable row level security;
alter table outage force row level security;
create policy own_tenant on outage to ferry_app, ferry_auth, ferry_worker
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
create policy matcher_read on outage for select to ferry_matcher using (true);
create policy matcher_insert on outage for insert to ferry_matcher with check (tenant_id is not null);
create policy matcher_update on outage for update to ferry_matcher using (true) with check (tenant_id is not null);
grant select on outage to ferry_app, ferry_worker, ferry_matcher;
grant update (ended_at) on outage to ferry_worker;
grant insert, update (good_since, ended_at) on outage to ferry_matcher;

-- Opens the outages of one page of the watches of an operator, in key order, and makes the deliveries of their
-- first notice. `p_cause` says whether the operator as a whole is not checked ('silent', 'off') or only what fails is meant
-- ('failing'); the intervals are the plans' at this operator, from slow to fast, in seconds. A tenant is
-- affected if a watch of its own missed a check of its plan, and what was missed failed `p_in_a_row` times in a
-- row or as many checks of its plan were missed. Returns the last key of the page, and how many deliveries it made.
create function open_outages(p_operator text, p_cause text, p_intervals_s double precision[], p_in_a_row integer,
                             p_now timestamptz, p_after_target bigint, p_after_watch uuid, p_after_leg smallint,
                             p_limit integer)
  returns table (target_id bigint, watch_id uuid, leg smallint, made bigint)
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with asked as (
    select id from target where operator_id = p_operator and failing_since is not null
    union
    select id from target where operator_id = p_operator and plan is not null and p_cause <> 'failing'),
  page as materialized (
    select wt.tenant_id, wt.target_id, wt.watch_id, wt.leg, wt.asked_from, wt.asked_until
    from watch_target wt
    where wt.target_id in (select id from asked)
      and (wt.target_id, wt.watch_id, wt.leg) > (p_after_target, p_after_watch, p_after_leg)
    order by wt.target_id, wt.watch_id, wt.leg
    limit p_limit),
  missed as (
    select distinct page.tenant_id
    from page
      join target t on t.id = page.target_id
      join watch w on w.tenant_id = page.tenant_id and w.id = page.watch_id
      join tenant te on te.tenant_id = page.tenant_id
      cross join lateral (select make_interval(secs => p_intervals_s[plan_rank(te.plan)]) as span) own
      cross join lateral (
        select greatest(coalesce(t.last_good_at, t.created_at), w.changed_at, page.asked_from) as at) good
    where w.state = 'active' and w.expires_at > p_now and page.asked_from <= p_now and p_now < page.asked_until
      and te.suspended_at is null and te.closed_at is null
      and good.at + own.span < p_now
      and (p_cause <> 'failing' or t.failures_in_row >= p_in_a_row
           or (t.failures_in_row >= 2 and good.at + p_in_a_row * own.span < p_now))),
  opened as (
    insert into outage (tenant_id, operator_id, cause, noticed_at)
    select tenant_id, p_operator, p_cause, p_now from missed
    on conflict do nothing
    returning tenant_id, id),
  told as (
    -- In the third lane: news of an outage stands behind nobody's opening.
    insert into delivery (tenant_id, outage_id, notice, channel_id, next_attempt_at, lane)
    select distinct o.tenant_id, o.id, 'degraded', c.id, p_now, 2
    from opened o
      join watch w on w.tenant_id = o.tenant_id and w.operator_id = p_operator and w.state = 'active'
      join watch_channel wc on wc.tenant_id = w.tenant_id and wc.watch_id = w.id
      join channel c on c.tenant_id = wc.tenant_id and c.id = wc.channel_id
    where c.verified_at is not null and c.disabled_at is null
    on conflict do nothing
    returning 1)
  select page.target_id, page.watch_id, page.leg, (select count(*) from told)
  from page order by 1 desc, 2 desc, 3 desc limit 1
$$;

-- Looks at one page of an operator's open outages, in order of tenants. One ends when everything the tenant
-- waits for there is checked again and that has lasted: `p_hold_s`, doubled for each outage that ended within a day. It also ends,
-- without a word, when nothing is waited for any more. Makes the deliveries of the second notice to those who got
-- the first or may be getting it. Returns the last tenant of the page, and how many deliveries it made.
create function close_outages(p_operator text, p_intervals_s double precision[], p_in_a_row integer, p_hold_s double precision,
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
    where written.ended_at is not null and written.wanted > 0 and d.notice = 'degraded' and d.state in ('due', 'sent')
    on conflict do nothing
    returning 1)
  select page.tenant_id, (select count(*) from told) from page order by 1 desc limit 1
$$;

do $$
declare
  f regprocedure;
begin
  execute format('grant ferry_matcher to %I', current_user);
  grant create on schema app to ferry_matcher;
  for f in select p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace
           where n.nspname = 'app' and p.proname in ('open_outages', 'close_outages') loop
    execute format('alter function %s owner to ferry_matcher', f);
    execute format('revoke execute on function %s from public', f);
    execute format('grant execute on function %s to ferry_worker', f);
  end loop;
  revoke create on schema app from ferry_matcher;
  execute format('revoke ferry_matcher from %I', current_user);
end
$$;

-- Answers that are not to be believed: at most one row of a target waits for a decision, and repeats renew it.
-- `answer` is the head of what was read, for a person to look at; `digest` is of all of it, and is what a release
-- is a release of. Belongs to the platform: it says what an operator showed, not who asked.
create table held_batch (
  id bigint generated always as identity primary key,
  target_id bigint not null references target on delete cascade,
  operator_id text not null references operator,
  first_seen_at timestamptz not null,
  seen_at timestamptz not null,
  times integer not null default 1,
  doubt text not null check (doubt in ('opened', 'cancelled', 'contradicted', 'crowd')),
  turned integer not null,
  told integer not null,
  digest bytea not null,
  answer jsonb not null check (pg_column_size(answer) <= 1048576),
  state text not null default 'held' check (state in ('held', 'released', 'dismissed')),
  decided_at timestamptz,
  decided_by text,
  passed_at timestamptz,
  check ((state = 'held') = (decided_at is null) and (decided_at is null) = (decided_by is null))
);
create unique index held_batch_once_while_held on held_batch (target_id) where state = 'held';
create index held_batch_of_target on held_batch (target_id, digest);
grant select on held_batch to ferry_worker, ferry_admin;
grant insert (target_id, operator_id, first_seen_at, seen_at, doubt, turned, told, digest, answer) on held_batch to ferry_worker;
grant update (seen_at, times, doubt, turned, told, digest, answer, state, decided_at, decided_by, passed_at) on held_batch to ferry_worker;
grant delete on held_batch to ferry_worker;
grant update (state, decided_at, decided_by) on held_batch to ferry_admin;
