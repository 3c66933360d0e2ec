-- Addresses at rest: sealed by the programs (XChaCha20-Poly1305 under FERRY_SEAL_KEYS), for the database holds no key.
-- What an older version left as text moves into a column of its own; `app migrate` seals it right after this
-- migration, and then has the constraints below validated. No program of this version starts before that.
set local search_path = app, pg_temp;

-- By what an installation knows its keys again: ids, and a text that only the right bytes open. Never a key.
create table seal_key (
  id integer primary key check (id between 1 and 65535),
  proof bytea not null
);
grant select on seal_key to ferry_app, ferry_auth, ferry_worker, ferry_admin;

alter table user_account rename column email to email_plain;
alter table user_account
  alter column email_plain drop not null,
  add column email bytea,
  -- Holds for every row that is written from here on; for those of before when it is validated.
  add constraint email_is_sealed check (email is not null and email_plain is null) not valid;

-- What a provider says of an address was never kept by an older version.
alter table identity drop column email;
alter table identity add column email bytea;

alter table channel rename column address to address_plain;
alter table channel
  alter column address_plain drop not null,
  add column address bytea,
  -- Finds equal addresses within a tenant. Keyed, and bound to the tenant: it says nothing elsewhere.
  add column address_index bytea,
  drop constraint channel_tenant_id_user_id_kind_address_key,
  add unique (tenant_id, user_id, kind, address_index),
  add constraint address_is_sealed
    check (address is not null and address_index is not null and address_plain is null) not valid;

-- Whoever may write an address writes it sealed.
revoke insert (email_plain) on user_account from ferry_auth;
revoke insert (address_plain) on channel from ferry_auth;
grant insert (email) on user_account to ferry_auth;
grant insert (email), update (email) on identity to ferry_auth;
grant insert (address, address_index) on channel to ferry_auth;

-- Who sits where: what is sealed under which key, by the first three bytes (version and key id) of what is sealed.
create policy matcher_read on user_account for select to ferry_matcher using (true);
create policy matcher_update on user_account for update to ferry_matcher using (true) with check (true);
create policy matcher_update on identity for update to ferry_matcher using (true) with check (true);
create policy matcher_update on channel for update to ferry_matcher using (true) with check (tenant_id is not null);
grant select (user_id, email), update (email) on user_account to ferry_matcher;
grant update (email) on identity to ferry_matcher;
grant update (address, address_index) on channel to ferry_matcher;
grant select, delete on seal_key to ferry_matcher;

create function seal_census() returns table (place text, key integer, count bigint)
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select s.place, get_byte(s.sealed, 1) * 256 + get_byte(s.sealed, 2), count(*)
  from (select 'user_account' as place, email as sealed from user_account
        union all select 'identity', email from identity
        union all select 'channel', address from channel) s
  where length(s.sealed) > 2
  group by 1, 2
$$;

-- Forgets keys that are not kept and under which nothing is sealed any more; which.
create function retire_seal_keys(p_kept integer[]) returns setof integer
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with used as materialized (select distinct key from seal_census())
  delete from seal_key k
  where k.id <> all (p_kept) and k.id not in (select key from used)
  returning k.id
$$;

-- Pages of what is sealed under another key than the one of this prefix. They give away nothing that opens without keys.
create function sealed_people(p_prefix bytea, p_after uuid, p_limit integer) returns table (user_id uuid, sealed bytea)
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select u.user_id, u.email from user_account u
  where u.user_id > p_after and substring(u.email from 1 for 3) <> p_prefix
  order by u.user_id limit p_limit
$$;

create function sealed_identities(p_prefix bytea, p_after_issuer text, p_after text, p_limit integer)
  returns table (issuer text, subject text, sealed bytea)
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select i.issuer, i.subject, i.email from identity i
  where (i.issuer, i.subject) > (p_after_issuer, p_after) and substring(i.email from 1 for 3) <> p_prefix
  order by i.issuer, i.subject limit p_limit
$$;

create function sealed_channels(p_prefix bytea, p_after_tenant uuid, p_after uuid, p_limit integer)
  returns table (tenant_id uuid, id uuid, sealed bytea)
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select c.tenant_id, c.id, c.address from channel c
  where (c.tenant_id, c.id) > (p_after_tenant, p_after) and substring(c.address from 1 for 3) <> p_prefix
  order by c.tenant_id, c.id limit p_limit
$$;

-- Put the same texts back, sealed anew, where nobody changed them meanwhile; which. What was sealed before must be
-- told with the row: nobody rewrites what they did not read.
create function reseal_people(p_ids uuid[], p_old bytea[], p_new bytea[]) returns setof uuid
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  update user_account u set email = n.new
  from unnest(p_ids, p_old, p_new) as n(id, old, new)
  where u.user_id = n.id and u.email = n.old
  returning u.user_id
$$;

create function reseal_identities(p_issuers text[], p_subjects text[], p_old bytea[], p_new bytea[]) returns setof text
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  update identity i set email = n.new
  from unnest(p_issuers, p_subjects, p_old, p_new) as n(issuer, subject, old, new)
  where i.issuer = n.issuer and i.subject = n.subject and i.email = n.old
  returning i.issuer || ' ' || i.subject
$$;

create function reseal_channels(p_tenants uuid[], p_ids uuid[], p_old bytea[], p_new bytea[], p_index bytea[]) returns setof uuid
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  update channel c set address = n.new, address_index = n.index
  from unnest(p_tenants, p_ids, p_old, p_new, p_index) as n(tenant_id, id, old, new, index)
  where c.tenant_id = n.tenant_id and c.id = n.id and c.address = n.old
    -- An equal address of the same person that was added under the new key meanwhile stays the only one of its index.
    and not exists (select from channel o where o.tenant_id = c.tenant_id and o.user_id = c.user_id and o.kind = c.kind
                      and o.address_index = n.index and o.id <> c.id)
  returning c.id
$$;

do $$
declare
  f regprocedure;
begin
  execute format('grant ferry_matcher to %I', current_user);
  grant create on schema app to ferry_matcher;
  for f in select p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace
           where n.nspname = 'app' and p.prosecdef and p.proname in (
             'seal_census', 'retire_seal_keys', 'sealed_people', 'sealed_identities', 'sealed_channels',
             'reseal_people', 'reseal_identities', 'reseal_channels') loop
    execute format('revoke execute on function %s from public', f);
    execute format('grant execute on function %s to ferry_admin', f);
    execute format('alter function %s owner to ferry_matcher', f);
  end loop;
  -- `app migrate` makes the keys known that it is given, and forgets those that nothing needs.
  execute format('grant execute on function retire_seal_keys(integer[]) to %I', current_user);
  revoke create on schema app from ferry_matcher;
  execute format('revoke ferry_matcher from %I', current_user);
end
$$;
