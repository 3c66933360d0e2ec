-- API keys that people make, rotate and revoke themselves, and buckets that count, for all processes together, how often somebody
-- begins what costs others something. Both are the business of the role for credentials: the web's role sees which keys there
-- are, and neither makes one nor learns a hash.
set local search_path = app, pg_temp;

-- What people call it; keys of before, and those an administrator made, have no name. A key that was replaced works until
-- it expires, which its replacement brought forward.
alter table api_key
  add column name text not null default '' check (char_length(name) <= 60),
  add column replaced_by uuid,
  add foreign key (tenant_id, replaced_by) references api_key (tenant_id, id) on delete set null (replaced_by);
create index api_key_of on api_key (tenant_id, created_at desc, id desc);

-- A hash is written and never read again but by `key_by_public_id`, which compares nothing and tells nobody else.
grant select (id, name, scopes, created_by, created_at, expires_at, revoked_at, replaced_by),
  insert (tenant_id, id, public_id, secret_hash, name, scopes, created_by, created_at, expires_at),
  update (expires_at, revoked_at, replaced_by) on api_key to ferry_auth;
grant select (tenant_id, id, public_id, name, scopes, created_by, created_at, expires_at, last_used_at, revoked_at, replaced_by)
  on api_key to ferry_app;

-- A bucket is one instant: when it is full again. One that is full is as good as no row and is forgotten. The subject is a keyed
-- hash, so that the table tells no address: what it is of stands in `domain::allowance`.
create table token_bucket (
  kind text not null check (kind in ('sign_in', 'callback', 'invitation', 'key', 'export')),
  subject bytea not null check (octet_length(subject) = 32),
  full_at timestamptz not null,
  primary key (kind, subject)
);
create index token_bucket_full on token_bucket (full_at);
-- Each take updates one row in place.
alter table token_bucket set (fillfactor = 70);

grant select, insert, update (full_at) on token_bucket to ferry_auth;
grant select, delete on token_bucket to ferry_worker;

-- Every owner is told of a key by mail when it is made, whoever makes it and by whatever means: a trigger, so that no way to make one
-- forgets it. And once more some days before it ends, unless another replaces it.
alter table letter
  drop constraint letter_kind_check,
  add constraint letter_kind_check check (kind in ('invitation', 'member_joined', 'role_changed', 'member_removed',
                                                   'identity_linked', 'key_created', 'key_expiring'));
alter table api_key add column warned_at timestamptz;
create index api_key_ending on api_key (expires_at) where warned_at is null and revoked_at is null and replaced_by is null;
grant update (warned_at) on api_key to ferry_matcher;
-- What the letter tells of a key, read when it is written.
grant select (tenant_id, public_id, name, scopes, created_by, created_at, expires_at, revoked_at, replaced_by) on api_key to ferry_worker;

create function tell_owners(p_tenant uuid, p_kind text, p_subject text, p_now timestamptz) returns bigint
  language sql volatile
  set search_path = pg_catalog, app, pg_temp
as $$
  with written as (
    insert into letter (tenant_id, kind, user_id, subject, created_at)
    select m.tenant_id, p_kind, m.user_id, p_subject, p_now from member m where m.tenant_id = p_tenant and m.role = 'owner'
    returning tenant_id, id),
  made as (
    insert into delivery (tenant_id, letter_id, next_attempt_at) select tenant_id, id, p_now from written
    returning 1)
  select count(*) + 0 * count(pg_notify('ferry', 'delivery')::text) from made
$$;

create function tell_of_key() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, app, pg_temp
as $$ begin
  perform tell_owners(new.tenant_id, 'key_created', new.public_id, new.created_at);
  return null;
end $$;
create trigger told after insert on api_key for each row execute function tell_of_key();

-- Tells owners of keys that end before `p_before`; how many keys. Not on the first day of a key's life: that was said when it was made.
create function warn_of_keys(p_now timestamptz, p_before timestamptz, p_limit integer) returns bigint
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with ending as (
    select tenant_id, id from api_key
    where warned_at is null and revoked_at is null and replaced_by is null and expires_at > p_now and expires_at <= p_before
      and created_at <= p_now - interval '1 day'
    order by expires_at limit p_limit
    for update skip locked),
  warned as (
    update api_key k set warned_at = p_now from ending e where k.tenant_id = e.tenant_id and k.id = e.id
    returning k.tenant_id, k.public_id)
  select count(tell_owners(tenant_id, 'key_expiring', public_id, p_now)) from warned
$$;

do $$
declare
  f regprocedure;
begin
  execute format('grant ferry_matcher to %I', current_user);
  grant create on schema app to ferry_matcher;
  foreach f in array array['tell_of_key()', 'warn_of_keys(timestamptz, timestamptz, integer)']::regprocedure[] loop
    execute format('alter function %s owner to ferry_matcher', f);
    execute format('revoke execute on function %s from public', f);
  end loop;
  revoke create on schema app from ferry_matcher;
  revoke execute on function tell_owners(uuid, text, text, timestamptz) from public;
  grant execute on function tell_owners(uuid, text, text, timestamptz) to ferry_matcher;
  grant execute on function warn_of_keys(timestamptz, timestamptz, integer) to ferry_worker;
  execute format('revoke ferry_matcher from %I', current_user);
end
$$;
