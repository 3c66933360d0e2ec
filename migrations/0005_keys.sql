-- How an API key becomes a right. The web's role never reads a hash: the role for credentials asks one function for
-- the key of a public id, and `store` compares. An installation's first key is issued by its administrator, who can
-- give one to a living member and to nobody else, and never without a line in the tenant's audit log.
set local search_path = app, pg_temp;

alter table api_key
  add constraint api_key_public_id_form check (public_id ~ '^[0-9A-Za-z]{11}$'),
  add constraint api_key_secret_hash_form check (octet_length(secret_hash) = 32),
  add constraint api_key_scopes_known check (cardinality(scopes) > 0 and scopes <@ array['read', 'write']),
  add constraint api_key_ends_within_a_year check (expires_at <= created_at + interval '366 days');

-- The note of the last use is written in a transaction of the key's own tenant.
grant select (tenant_id, public_id, last_used_at), update (last_used_at) on api_key to ferry_auth;

create policy matcher_read on api_key for select to ferry_matcher using (true);
create policy matcher_insert on api_key for insert to ferry_matcher with check (tenant_id is not null);
create policy matcher_insert on audit for insert to ferry_matcher with check (tenant_id is not null);
grant select, insert on api_key to ferry_matcher;
grant insert on audit to ferry_matcher;

-- A key that is neither revoked nor expired, of somebody who is a member of a live tenant now, with what it takes to
-- judge it: the hash to compare, and the creator's present role.
create function key_by_public_id(p_public_id text, p_now timestamptz)
  returns table (tenant_id uuid, secret_hash bytea, created_by uuid, role text, plan text, scopes text[], last_used_at timestamptz)
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select k.tenant_id, k.secret_hash, k.created_by, m.role, t.plan, k.scopes, k.last_used_at
  from api_key k
    join member m on m.tenant_id = k.tenant_id and m.user_id = k.created_by
    join tenant t on t.tenant_id = k.tenant_id
  where k.public_id = p_public_id and k.revoked_at is null and k.expires_at > p_now
    and t.suspended_at is null and t.closed_at is null
$$;

-- Issues a key to a member of a live tenant; how many were made, one or none.
create function issue_key(p_tenant uuid, p_user uuid, p_public_id text, p_secret_hash bytea, p_scopes text[],
                          p_now timestamptz, p_expires_at timestamptz) returns bigint
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with issued as (
    insert into api_key (tenant_id, id, public_id, secret_hash, scopes, created_by, created_at, expires_at)
    select m.tenant_id, gen_random_uuid(), p_public_id, p_secret_hash, p_scopes, m.user_id, p_now, p_expires_at
    from member m join tenant t using (tenant_id)
    where m.tenant_id = p_tenant and m.user_id = p_user and t.suspended_at is null and t.closed_at is null
    returning tenant_id, public_id),
  noted as (
    insert into audit (tenant_id, at, actor, action, subject)
    select tenant_id, p_now, 'admin', 'key.create', public_id from issued
    returning 1)
  select count(*) from noted
$$;

do $$
declare
  f regprocedure;
begin
  execute format('grant ferry_matcher to %I', current_user);
  grant create on schema app to ferry_matcher;
  foreach f in array array['key_by_public_id(text, timestamptz)',
                           'issue_key(uuid, uuid, text, bytea, text[], timestamptz, timestamptz)']::regprocedure[] loop
    execute format('alter function %s owner to ferry_matcher', f);
    execute format('revoke execute on function %s from public', f);
  end loop;
  revoke create on schema app from ferry_matcher;
  grant execute on function key_by_public_id(text, timestamptz) to ferry_auth;
  grant execute on function issue_key(uuid, uuid, text, bytea, text[], timestamptz, timestamptz) to ferry_admin;
  execute format('revoke ferry_matcher from %I', current_user);
end
$$;
