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
