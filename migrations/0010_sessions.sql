-- Who somebody is. A person has identities at providers, each found by issuer and subject and by nothing else, and
-- sessions, each found by the SHA-256 of a token that only the browser holds. These rows are nobody's tenant's: the
-- role for credentials sees those of one person, the one whom its transaction names (`app.user`), and asks two
-- functions before it knows whom.
set local search_path = app, pg_temp;

create table identity (
  issuer text not null check (length(issuer) between 1 and 255),
  subject text not null check (length(subject) between 1 and 255),
  user_id uuid not null references user_account on delete cascade,
  -- What our configuration called the provider; only for showing.
  provider text not null,
  -- Contact, as the provider last said; never a key to anything.
  email text not null default '',
  email_verified boolean not null default false,
  linked_at timestamptz not null,
  last_used_at timestamptz not null,
  primary key (issuer, subject)
);
create index identity_of on identity (user_id);

-- A session ends with the identity that opened it.
create table session (
  id uuid primary key,
  user_id uuid not null references user_account on delete cascade,
  issuer text not null,
  subject text not null,
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  device text not null check (length(device) <= 80),
  created_at timestamptz not null,
  seen_at timestamptz not null,
  proved_at timestamptz not null,
  ends_at timestamptz not null,
  foreign key (issuer, subject) references identity on delete cascade
);
create index session_of on session (user_id);
create index session_of_identity on session (issuer, subject);
create index session_ending on session (ends_at);

do $$
declare
  name text;
begin
  foreach name in array array['identity', 'session'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format(
      'create policy own_user on %I to ferry_auth
         using (user_id = (select nullif(current_setting(''app.user'', true), '''')::uuid))
         with check (user_id = (select nullif(current_setting(''app.user'', true), '''')::uuid))', name);
    execute format('create policy matcher_read on %I for select to ferry_matcher using (true)', name);
  end loop;
end
$$;

alter policy fellow_member on user_account to ferry_app, ferry_worker;
create policy own_user on user_account to ferry_auth
  using (user_id = (select nullif(current_setting('app.user', true), '')::uuid))
  with check (user_id = (select nullif(current_setting('app.user', true), '')::uuid));

grant select on user_account to ferry_auth;
grant update (name, locale, zone) on user_account to ferry_auth;
grant select, delete on identity to ferry_auth;
grant select, delete,
  insert (id, user_id, issuer, subject, token_hash, device, created_at, seen_at, proved_at, ends_at),
  update (token_hash, seen_at, proved_at) on session to ferry_auth;
grant select on identity, session to ferry_matcher;
grant insert on platform_audit to ferry_auth;

-- The session of a token's hash, whether or not it has ended: `domain::session` says.
create function session_by_hash(p_token_hash bytea)
  returns table (id uuid, user_id uuid, issuer text, subject text, seen_at timestamptz, proved_at timestamptz, ends_at timestamptz)
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select s.id, s.user_id, s.issuer, s.subject, s.seen_at, s.proved_at, s.ends_at from session s where s.token_hash = p_token_hash
$$;

-- Whose identity this is.
create function identity_owner(p_issuer text, p_subject text) returns uuid
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select i.user_id from identity i where i.issuer = p_issuer and i.subject = p_subject
$$;

-- The tenants of a person, those that are suspended too; not the closed ones.
create function tenants_of(p_user uuid)
  returns table (tenant_id uuid, name text, plan text, role text, suspended_at timestamptz)
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select t.tenant_id, t.name, t.plan, m.role, t.suspended_at
  from member m join tenant t using (tenant_id)
  where m.user_id = p_user and t.closed_at is null
  order by t.created_at, t.tenant_id
  limit 100
$$;

do $$
declare
  f regprocedure;
begin
  execute format('grant ferry_matcher to %I', current_user);
  grant create on schema app to ferry_matcher;
  foreach f in array array['session_by_hash(bytea)', 'identity_owner(text, text)', 'tenants_of(uuid)']::regprocedure[] loop
    execute format('alter function %s owner to ferry_matcher', f);
    execute format('revoke execute on function %s from public', f);
    execute format('grant execute on function %s to ferry_auth', f);
  end loop;
  revoke create on schema app from ferry_matcher;
  execute format('revoke ferry_matcher from %I', current_user);
end
$$;
