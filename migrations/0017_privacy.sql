-- Privacy. A person's things go at their word, and what is past its keep goes by itself. Which column holds what, why and for
-- how long stands in `store::privacy`; a test holds it against this schema. What looks across tenants here takes them
-- from the rows of the person whom the transaction names (`app.user`), or from what has ended, and never from an argument.
set local search_path = app, pg_temp;

-- Where an earlier migration has opened the same door it is open.
do $$
declare
  door text[];
begin
  foreach door slice 1 in array array[
    ['member', 'delete'], ['api_key', 'delete'], ['alert', 'delete'], ['delivery', 'delete'],
    ['outage', 'delete'], ['session', 'delete'], ['invitation', 'delete'], ['letter', 'delete'], ['tenant', 'update']] loop
    if not exists (select from pg_policies
                   where schemaname = 'app' and tablename = door[1] and policyname = 'matcher_' || door[2]) then
      execute format('create policy %I on %I for %s to ferry_matcher using (true)%s', 'matcher_' || door[2], door[1], door[2],
                     case door[2] when 'update' then ' with check (tenant_id is not null)' else '' end);
    end if;
  end loop;
end
$$;
grant delete on member, api_key, alert, delivery, outage, session, invitation, letter to ferry_matcher;
grant update (name, closed_at) on tenant to ferry_matcher;
grant select on platform_audit to ferry_matcher;

-- Of oneself alone: the policy `own_user`. Identities and sessions go with it.
grant delete on user_account to ferry_auth;
-- What an export says of a key: everything but the hash.
grant select (tenant_id, id, public_id, scopes, created_by, created_at, expires_at, last_used_at, revoked_at) on api_key to ferry_app;

create index platform_audit_by on platform_audit (actor, seq);
create index platform_audit_about on platform_audit (subject, seq);
-- What is old stands together on the disk, so these cost next to nothing where rows are written.
create index delivery_old on delivery using brin (created_at);
create index alert_old on alert using brin (created_at);
create index outage_old on outage using brin (noticed_at);
create index letter_old on letter (created_at);
create index api_key_old on api_key (created_at);
create index tenant_gone on tenant (closed_at) where name <> '';

-- What becomes of each tenant of the person of this transaction if they are erased: it goes with them where nobody else is a
-- member; it needs another owner first where others stay without one; else they leave it.
create function erasure_outlook() returns table (tenant_id uuid, name text, fate text)
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select t.tenant_id, t.name,
         case when others.members = 0 then 'erased'
              when m.role = 'owner' and others.owners = 0 and t.closed_at is null then 'needs_owner'
              else 'left' end
  from member m
    join tenant t on t.tenant_id = m.tenant_id
    cross join lateral (
      select count(*) as members, count(*) filter (where o.role = 'owner') as owners
      from member o where o.tenant_id = m.tenant_id and o.user_id <> m.user_id) others
  where m.user_id = (select nullif(current_setting('app.user', true), '')::uuid)
  order by t.created_at, t.tenant_id
$$;

-- Leaves of a tenant its id, its plan and its audit log, which hold ids alone. Members take with them their keys, channels and
-- watches, and those their questions, alerts, deliveries and attempts. Called by functions of the matcher alone.
create function empty_tenant(p_tenant uuid, p_now timestamptz) returns void
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  delete from letter where tenant_id = p_tenant;
  delete from invitation where tenant_id = p_tenant;
  delete from member where tenant_id = p_tenant;
  delete from outage where tenant_id = p_tenant;
  delete from idempotency where tenant_id = p_tenant;
  update tenant set name = '', suspended_reason = '', closed_at = coalesce(closed_at, p_now) where tenant_id = p_tenant;
$$;

-- Ends the memberships of the person of this transaction, and empties the tenants that are theirs alone. If one needs another
-- owner first it is returned, and nothing has happened.
create function end_memberships(p_now timestamptz, p_request_id uuid) returns table (tenant_id uuid, name text)
  language plpgsql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
#variable_conflict use_column
declare
  person constant uuid := nullif(current_setting('app.user', true), '')::uuid;
  erased uuid[];
  others uuid[];
begin
  -- Whoever joins or leaves one of these at the same time waits, or is waited for.
  perform from tenant t
    where t.tenant_id in (select m.tenant_id from member m where m.user_id = person) order by t.tenant_id for update;
  return query select o.tenant_id, o.name from erasure_outlook() o where o.fate = 'needs_owner';
  if found then
    return;
  end if;
  select coalesce(array_agg(o.tenant_id) filter (where o.fate = 'erased'), '{}'),
         coalesce(array_agg(o.tenant_id) filter (where o.fate = 'left'), '{}')
    into erased, others from erasure_outlook() o;
  -- An answer that is kept for a repeated POST says again what was posted.
  delete from idempotency i using watch w
    where w.user_id = person and w.tenant_id = any (others) and i.tenant_id = w.tenant_id and strpos(i.response, w.id::text) > 0;
  perform empty_tenant(gone.id, p_now) from unnest(erased) as gone(id);
  -- The address that they were invited by; those that they invited are other people's.
  delete from invitation where accepted_by = person;
  delete from member m where m.user_id = person;
  -- Last, and in the order of tenants: each takes its chain.
  insert into audit (tenant_id, at, actor, action, subject, request_id)
    select t.id, p_now, 'user:' || person, case when t.id = any (erased) then 'tenant.erase' else 'member.erase' end,
           'user:' || person, p_request_id
    from unnest(erased || others) as t(id) order by t.id;
end $$;

-- What the platform's audit log says of the person of this transaction, in its order.
create function acts_of_person(p_after bigint, p_limit bigint)
  returns table (seq bigint, at timestamptz, actor text, action text, subject text, request_id uuid)
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select a.seq, a.at, a.actor, a.action, a.subject, a.request_id
  from platform_audit a, (select 'user:' || nullif(current_setting('app.user', true), '') as name) me
  where (a.actor = me.name or a.subject = me.name) and a.seq > p_after
  order by a.seq
  limit p_limit
$$;

-- Retention: each forgets at most so many rows that ended before an instant, and says how many.
create function forget_sessions(p_before timestamptz, p_limit integer) returns bigint
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with gone as (
    delete from session where id in (select id from session where ends_at <= p_before order by ends_at limit p_limit)
    returning 1)
  select count(*) from gone
$$;

create function forget_keys(p_before timestamptz, p_limit integer) returns bigint
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with old as (select tenant_id, id from api_key where created_at <= p_before order by created_at limit p_limit),
  gone as (
    delete from api_key k using old where k.tenant_id = old.tenant_id and k.id = old.id
    returning 1)
  select count(*) from gone
$$;

-- With their deliveries, none of which is due for so long.
create function forget_letters(p_before timestamptz, p_limit integer) returns bigint
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with old as (select tenant_id, id from letter where created_at <= p_before order by created_at limit p_limit),
  gone as (
    delete from letter l using old where l.tenant_id = old.tenant_id and l.id = old.id
    returning 1)
  select count(*) from gone
$$;

-- Not while it is due, nor a notice of an outage that has not ended: its end is told to whom its beginning was told.
create function forget_deliveries(p_before timestamptz, p_limit integer) returns bigint
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with old as (
    select d.tenant_id, d.id from delivery d
    where d.created_at <= p_before and d.state <> 'due'
      and not exists (select from outage o where o.tenant_id = d.tenant_id and o.id = d.outage_id and o.ended_at is null)
    limit p_limit),
  gone as (
    delete from delivery d using old where d.tenant_id = old.tenant_id and d.id = old.id
    returning 1)
  select count(*) from gone
$$;

create function forget_outages(p_before timestamptz, p_limit integer) returns bigint
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with old as (
    select tenant_id, id from outage where noticed_at <= p_before and ended_at <= p_before limit p_limit),
  gone as (
    delete from outage o using old where o.tenant_id = old.tenant_id and o.id = old.id
    returning 1)
  select count(*) from gone
$$;

create function forget_alerts(p_before timestamptz, p_limit integer) returns bigint
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with old as (
    select tenant_id, id from alert where created_at <= p_before and closed_at <= p_before limit p_limit),
  gone as (
    delete from alert a using old where a.tenant_id = old.tenant_id and a.id = old.id
    returning 1)
  select count(*) from gone
$$;

create function empty_closed_tenants(p_before timestamptz, p_limit integer) returns bigint
  language plpgsql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
declare
  closed uuid;
  emptied bigint := 0;
begin
  for closed in select tenant_id from tenant where name <> '' and closed_at <= p_before
                order by closed_at limit p_limit for update skip locked loop
    perform empty_tenant(closed, p_before);
    emptied := emptied + 1;
  end loop;
  return emptied;
end $$;

-- Hand the functions to the matcher and open each to the one role that calls it.
do $$
declare
  f regprocedure;
begin
  execute format('grant ferry_matcher to %I', current_user);
  grant create on schema app to ferry_matcher;
  for f in select p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace
           where n.nspname = 'app' and p.proname in (
             'erasure_outlook', 'empty_tenant', 'end_memberships', 'acts_of_person', 'forget_sessions', 'forget_keys',
             'forget_letters', 'forget_deliveries', 'forget_outages', 'forget_alerts', 'empty_closed_tenants') loop
    execute format('alter function %s owner to ferry_matcher', f);
    execute format('revoke execute on function %s from public', f);
  end loop;
  revoke create on schema app from ferry_matcher;
  for f in select p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace
           where n.nspname = 'app' and p.proname in ('erasure_outlook', 'end_memberships', 'acts_of_person') loop
    execute format('grant execute on function %s to ferry_auth', f);
  end loop;
  for f in select p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace
           where n.nspname = 'app' and p.proname in ('forget_sessions', 'forget_keys', 'forget_letters', 'forget_deliveries', 'forget_outages',
             'forget_alerts', 'empty_closed_tenants') loop
    execute format('grant execute on function %s to ferry_worker', f);
  end loop;
  execute format('revoke ferry_matcher from %I', current_user);
end
$$;
