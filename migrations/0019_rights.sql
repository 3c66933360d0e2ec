-- Three things that held less than they seemed to. The right to make and end keys is asked again in the transaction that writes
-- them, as all other rights are. Where somebody goes after a sign-in may be a link that redeems something, so their browser keeps it and
-- not this database. And an erasure empties tenants that are somebody's alone one by one, before it touches those they share.
set local search_path = app, pg_temp;

-- Until the end of this migration, so that it may replace the matcher's functions.
do $$ begin execute format('grant ferry_matcher to %I', current_user); end $$;

-- To lock a row takes the right to update some column of it; the policy lets no update through.
create policy matcher_lock on member for update to ferry_matcher using (true) with check (false);
grant update (created_at) on member to ferry_matcher;

-- What somebody is in the transaction's tenant, which stays so until it ends: the tenant's row and theirs are locked, in this order. No
-- row for who is no member (any more), or where the tenant is suspended or closed.
create function hold_membership(p_user uuid) returns table (role text, plan text)
  language sql volatile security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select m.role, t.plan from tenant t join member m on m.tenant_id = t.tenant_id
  where t.tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid) and m.user_id = p_user
    and t.suspended_at is null and t.closed_at is null
  for share of t, m
$$;

-- Attempts under way begin anew; a column that is dropped would leave its texts in the file.
truncate login_attempt;
alter table login_attempt drop column return_to;

drop function take_login_attempt(bytea, bytea, text, timestamptz);
create function take_login_attempt(p_state_hash bytea, p_cookie_hash bytea, p_provider text, p_now timestamptz)
  returns table (issuer text, nonce text, pkce_verifier text, purpose text, session_id uuid, started_at timestamptz)
  language sql volatile security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  delete from login_attempt a
  where a.state_hash = p_state_hash and a.cookie_hash = p_cookie_hash and a.provider = p_provider and a.expires_at > p_now
  returning a.issuer, a.nonce, a.pkce_verifier, a.purpose, a.session_id, a.started_at
$$;

alter table token_bucket
  drop constraint token_bucket_kind_check,
  add constraint token_bucket_kind_check check (kind in ('sign_in', 'callback', 'invitation', 'key', 'export', 'erasure'));

-- Empties one tenant in which the person of this transaction is alone, if there is one. `for update`, so that rows which others are adding
-- to it are waited for and go too; nobody but them is held up by that.
create function empty_own_tenant(p_now timestamptz, p_request_id uuid) returns void
  language plpgsql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
declare
  person constant uuid := nullif(current_setting('app.user', true), '')::uuid;
  own uuid;
begin
  select o.tenant_id into own from erasure_outlook() o where o.fate = 'erased' limit 1;
  perform from tenant where tenant_id = own for update;
  -- A statement of its own: it sees who joined while the lock was waited for.
  if exists (select from erasure_outlook() o where o.tenant_id = own and o.fate = 'erased') then
    perform empty_tenant(own, p_now);
    insert into audit (tenant_id, at, actor, action, subject, request_id)
    values (own, p_now, 'user:' || person, 'tenant.erase', 'user:' || person, p_request_id);
  end if;
end $$;

-- Ends the memberships of the person of this transaction in tenants where others stay. False, and nothing has happened, if one needs
-- another owner first or has become theirs alone.
drop function end_memberships(timestamptz, uuid);
create function end_memberships(p_now timestamptz, p_request_id uuid) returns boolean
  language plpgsql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
declare
  person constant uuid := nullif(current_setting('app.user', true), '')::uuid;
  shared uuid[];
begin
  -- Whoever joins, leaves or gets another role in one of these at the same time waits, or is waited for: all of them lock the tenant like
  -- this. What only refers to a tenant, as alerts and notices of its other members do, goes on.
  select coalesce(array_agg(held.tenant_id), '{}') into shared from (
    select t.tenant_id from tenant t
    where t.tenant_id in (select m.tenant_id from member m where m.user_id = person)
    order by t.tenant_id for no key update) held;
  if exists (select from erasure_outlook() o where o.fate <> 'left' or o.tenant_id <> all (shared)) then
    return false;
  end if;
  -- An answer that is kept for a repeated POST says again what was posted.
  delete from idempotency i using watch w
    where w.user_id = person and w.tenant_id = any (shared) and i.tenant_id = w.tenant_id and strpos(i.response, w.id::text) > 0;
  -- The address that they were invited by; those that they invited are other people's.
  delete from invitation where accepted_by = person;
  delete from member where user_id = person and tenant_id = any (shared);
  -- Last, and in the order of tenants: each takes its chain.
  insert into audit (tenant_id, at, actor, action, subject, request_id)
    select t.id, p_now, 'user:' || person, 'member.erase', 'user:' || person, p_request_id from unnest(shared) as t(id) order by t.id;
  return true;
end $$;

-- Hand the functions to the matcher and open each to the one role that calls it.
do $$
declare
  f regprocedure;
begin
  grant create on schema app to ferry_matcher;
  foreach f in array array['hold_membership(uuid)', 'take_login_attempt(bytea, bytea, text, timestamptz)',
                           'empty_own_tenant(timestamptz, uuid)', 'end_memberships(timestamptz, uuid)']::regprocedure[] loop
    execute format('alter function %s owner to ferry_matcher', f);
    execute format('revoke execute on function %s from public', f);
    execute format('grant execute on function %s to ferry_auth', f);
  end loop;
  revoke create on schema app from ferry_matcher;
  execute format('revoke ferry_matcher from %I', current_user);
end
$$;
