-- Tenants that people open, rename and close, members who come and go, and tenants that an administrator suspends. What
-- decides whether somebody may write is locked with the write: the tenant's row and their own. Whoever goes leaves their
-- watches to a member who stays; a member cannot be deleted in any other way.
set local search_path = app, pg_temp;

-- Until the end of this migration, so that it may replace the matcher's functions.
do $$ begin execute format('grant ferry_matcher to %I', current_user); end $$;

-- What members are told; written with `suspended_at`.
alter table tenant add column suspended_reason text not null default '' check (length(suspended_reason) <= 200);

grant insert (tenant_id, name, created_at), update (name, closed_at) on tenant to ferry_app;
grant insert (tenant_id, user_id, role, created_at), update (role) on member to ferry_app;

create policy matcher_update on tenant for update to ferry_matcher using (true) with check (tenant_id is not null);
create policy matcher_delete on member for delete to ferry_matcher using (true);
create policy matcher_insert on watch_channel for insert to ferry_matcher with check (tenant_id is not null);
grant update (suspended_at, suspended_reason) on tenant to ferry_matcher;
grant delete on member to ferry_matcher;
grant update (user_id) on watch to ferry_matcher;
grant update (evaluated_at, evaluated_version) on watch_target to ferry_matcher;
grant insert on watch_channel to ferry_matcher;

-- How many tenants on the free plan somebody owns, those closed since `p_closed_since` included.
create function free_tenants_owned(p_user uuid, p_closed_since timestamptz) returns bigint
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select count(*)
  from member m join tenant t using (tenant_id)
  where m.user_id = p_user and m.role = 'owner' and t.plan = 'free'
    and (t.closed_at is null or t.closed_at > p_closed_since)
$$;

-- The tenants of a person, with why those that are suspended are.
drop function tenants_of(uuid);
create function tenants_of(p_user uuid)
  returns table (tenant_id uuid, name text, plan text, role text, suspended_at timestamptz, suspended_reason text)
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select t.tenant_id, t.name, t.plan, m.role, t.suspended_at, t.suspended_reason
  from member m join tenant t using (tenant_id)
  where m.user_id = p_user and t.closed_at is null
  order by t.created_at, t.tenant_id
  limit 100
$$;

-- Ends a membership of the transaction's tenant. All watches pass to the heir, and those that run tell the heir's channels from
-- here on; the channels and keys of who goes end with the membership. Returns how many running watches passed on; null if there is
-- no such member.
create function depart(p_user uuid, p_heir uuid) returns bigint
  language plpgsql volatile security definer
  set search_path = pg_catalog, app, pg_temp
as $$
declare
  here constant uuid := nullif(current_setting('app.tenant', true), '')::uuid;
  running uuid[];
begin
  if p_user = p_heir then
    raise exception 'nobody inherits from themself';
  end if;
  select coalesce(array_agg(w.id), '{}') into running
  from watch w where w.tenant_id = here and w.user_id = p_user and w.state in ('active', 'paused');
  update watch set user_id = p_heir where tenant_id = here and user_id = p_user;
  insert into watch_channel (tenant_id, watch_id, channel_id)
  select here, passed.id, c.id
  from unnest(running) as passed(id) join channel c on c.tenant_id = here and c.user_id = p_heir
  where c.verified_at is not null and c.disabled_at is null
  on conflict do nothing;
  delete from member where tenant_id = here and user_id = p_user;
  if not found then
    return null;
  end if;
  return cardinality(running);
end $$;

-- The tenant's row is locked while it says whether it is live: a watch that is written beside a suspension, a closing or a change of
-- plan either waits for it or is seen by it.
create or replace function wanted_by(p_tenant uuid, p_watch uuid) returns smallint
  language sql volatile security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select plan_rank(t.plan)::smallint
  from watch w join tenant t on t.tenant_id = w.tenant_id
  where w.tenant_id = p_tenant and w.id = p_watch
    and w.state = 'active' and t.suspended_at is null and t.closed_at is null
  for share of t
$$;

-- The workers look again at once at what the tenant wants, or does not want any more.
create or replace function tenant_wanted_by() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, app, pg_temp
as $$ begin
  update watch_target wt set wanted_by = wanted_by(wt.tenant_id, wt.watch_id) where wt.tenant_id = new.tenant_id;
  perform pg_notify('ferry', 'target:' || asked.target_id)
  from (select distinct target_id from watch_target where tenant_id = new.tenant_id) asked;
  return null;
end $$;

-- Suspends a tenant that is open; how many were, one or none.
create function suspend_tenant(p_tenant uuid, p_reason text, p_now timestamptz, p_request_id uuid) returns bigint
  language sql volatile security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with suspended as (
    update tenant set suspended_at = p_now, suspended_reason = p_reason
    where tenant_id = p_tenant and suspended_at is null and closed_at is null
    returning tenant_id),
  noted as (
    insert into audit (tenant_id, at, actor, action, subject, request_id)
    select tenant_id, p_now, 'admin', 'tenant.suspend', 'tenant:' || tenant_id, p_request_id from suspended
    returning 1)
  select count(*) from noted
$$;

-- Resumes one. Its watches are like watches that were paused: what changed meanwhile was not judged, so what stood open is
-- withdrawn, and each is held against what is known once it has been asked again.
create function resume_tenant(p_tenant uuid, p_now timestamptz, p_request_id uuid) returns bigint
  language plpgsql volatile security definer
  set search_path = pg_catalog, app, pg_temp
as $$ begin
  -- Alerts, watches, the tenant, questions: in the order in which an answer by a link and the end of watches lock them.
  perform from alert where tenant_id = p_tenant and closed_at is null order by id for no key update;
  perform from watch where tenant_id = p_tenant and state = 'active' order by id for no key update;
  update tenant set suspended_at = null, suspended_reason = ''
  where tenant_id = p_tenant and suspended_at is not null and closed_at is null;
  if not found then
    return 0;
  end if;
  update watch_target wt set evaluated_at = null, evaluated_version = null
  from watch w where wt.tenant_id = p_tenant and w.tenant_id = wt.tenant_id and w.id = wt.watch_id and w.state = 'active';
  update alert set closed_at = p_now, closed_reason = 'withdrawn' where tenant_id = p_tenant and closed_at is null;
  update watch set changed_at = p_now where tenant_id = p_tenant and state = 'active';
  insert into audit (tenant_id, at, actor, action, subject, request_id)
  values (p_tenant, p_now, 'admin', 'tenant.resume', 'tenant:' || p_tenant, p_request_id);
  return 1;
end $$;

-- Hand the functions to the matcher and open each to the one role that calls it.
do $$
declare
  f regprocedure;
begin
  grant create on schema app to ferry_matcher;
  foreach f in array array['free_tenants_owned(uuid, timestamptz)', 'tenants_of(uuid)', 'depart(uuid, uuid)',
                           'suspend_tenant(uuid, text, timestamptz, uuid)', 'resume_tenant(uuid, timestamptz, uuid)']::regprocedure[] loop
    execute format('alter function %s owner to ferry_matcher', f);
    execute format('revoke execute on function %s from public', f);
  end loop;
  revoke create on schema app from ferry_matcher;
  grant execute on function free_tenants_owned(uuid, timestamptz) to ferry_app;
  grant execute on function tenants_of(uuid) to ferry_auth;
  grant execute on function depart(uuid, uuid) to ferry_app;
  grant execute on function suspend_tenant(uuid, text, timestamptz, uuid) to ferry_admin;
  grant execute on function resume_tenant(uuid, timestamptz, uuid) to ferry_admin;
  execute format('revoke ferry_matcher from %I', current_user);
end
$$;
