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
