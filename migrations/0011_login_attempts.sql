-- Signing in. An attempt is found by the hash of its state together with the hash of its browser's cookie, and taking it deletes it:
-- nobody, not even the role for credentials, can look attempts up or take one twice. What makes a person's first tenant makes a new
-- one and nothing else. And when a provider says for the first time that an identity's address is its owner's, what others may have
-- planted in that account before goes.
set local search_path = app, pg_temp;

create table login_attempt (
  state_hash bytea primary key check (octet_length(state_hash) = 32),
  cookie_hash bytea not null check (octet_length(cookie_hash) = 32),
  -- Fixed here: what comes back is held against these, whatever it says of itself.
  provider text not null check (length(provider) between 1 and 20),
  issuer text not null check (length(issuer) between 1 and 255),
  nonce text not null check (length(nonce) = 43),
  pkce_verifier text not null check (length(pkce_verifier) = 43),
  purpose text not null check (purpose in ('sign_in', 'link', 'confirm')),
  -- Who links or confirms; an attempt ends with its session.
  session_id uuid references session on delete cascade,
  return_to text not null check (length(return_to) <= 512),
  started_at timestamptz not null,
  expires_at timestamptz not null,
  check ((purpose = 'sign_in') = (session_id is null)),
  check (expires_at > started_at and expires_at <= started_at + interval '10 minutes')
);
create index login_attempt_expiring on login_attempt (expires_at);
create index login_attempt_of_session on login_attempt (session_id) where session_id is not null;

alter table login_attempt enable row level security;
alter table login_attempt force row level security;
create policy start_only on login_attempt for insert to ferry_auth with check (true);
create policy matcher_read on login_attempt for select to ferry_matcher using (true);
create policy matcher_delete on login_attempt for delete to ferry_matcher using (true);
grant insert on login_attempt to ferry_auth;
grant select, delete on login_attempt to ferry_matcher;

-- When a provider with the authority to say so first called the identity's address its owner's. It stays, whatever the provider says
-- later: only the first time takes away what was there before.
alter table identity add column owned_since timestamptz;

-- A person is made with their first identity, in a transaction that can see and write that person alone. Whose an identity is never changes.
grant insert (user_id, name, email, created_at) on user_account to ferry_auth;
grant insert (issuer, subject, user_id, provider, email, email_verified, linked_at, last_used_at),
  update (provider, email, email_verified, last_used_at) on identity to ferry_auth;
grant insert (owned_since), update (owned_since) on identity to ferry_auth;
grant insert (tenant_id, id, user_id, kind, address, verified_at, created_at) on channel to ferry_auth;

create policy matcher_insert on tenant for insert to ferry_matcher with check (tenant_id is not null);
create policy matcher_insert on member for insert to ferry_matcher with check (tenant_id is not null);
create policy matcher_update on api_key for update to ferry_matcher using (true) with check (tenant_id is not null);
create policy matcher_delete on channel for delete to ferry_matcher using (true);
grant insert on tenant, member to ferry_matcher;
grant update (revoked_at) on api_key to ferry_matcher;
grant delete on channel to ferry_matcher;

-- Takes the attempt that began in this browser, has this state and was made for this provider, if it has not expired.
create function take_login_attempt(p_state_hash bytea, p_cookie_hash bytea, p_provider text, p_now timestamptz)
  returns table (issuer text, nonce text, pkce_verifier text, purpose text, session_id uuid, return_to text, started_at timestamptz)
  language sql volatile security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  delete from login_attempt a
  where a.state_hash = p_state_hash and a.cookie_hash = p_cookie_hash and a.provider = p_provider and a.expires_at > p_now
  returning a.issuer, a.nonce, a.pkce_verifier, a.purpose, a.session_id, a.return_to, a.started_at
$$;

-- Forgets attempts that expired, at most so many; how many.
create function forget_login_attempts(p_now timestamptz, p_limit integer) returns bigint
  language sql volatile security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with gone as (
    delete from login_attempt where state_hash in (
      select state_hash from login_attempt where expires_at <= p_now order by expires_at limit p_limit)
    returning 1)
  select count(*) from gone
$$;

-- Makes a tenant on the free plan with this person as its owner: a tenant that was not there before, so nobody joins another's.
create function open_tenant(p_tenant uuid, p_name text, p_owner uuid, p_now timestamptz) returns void
  language sql volatile security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  insert into tenant (tenant_id, name, plan, created_at) values (p_tenant, p_name, 'free', p_now);
  insert into member (tenant_id, user_id, role, created_at) values (p_tenant, p_owner, 'owner', p_now);
$$;

-- Takes from a person what somebody else may have planted in their tenants: keys they made, channels nobody confirmed, and invitations
-- they sent that nobody accepted. (Invitations come with 0014, so this is a language that looks at tables when it runs.)
create function revoke_planted(p_user uuid, p_now timestamptz) returns void
  language plpgsql volatile security definer
  set search_path = pg_catalog, app, pg_temp
as $$ begin
  update api_key set revoked_at = p_now where created_by = p_user and revoked_at is null;
  delete from channel where user_id = p_user and verified_at is null;
  delete from invitation where invited_by = p_user and accepted_at is null;
end $$;

do $$
declare
  f regprocedure;
begin
  execute format('grant ferry_matcher to %I', current_user);
  grant create on schema app to ferry_matcher;
  foreach f in array array['take_login_attempt(bytea, bytea, text, timestamptz)', 'forget_login_attempts(timestamptz, integer)',
                           'open_tenant(uuid, text, uuid, timestamptz)', 'revoke_planted(uuid, timestamptz)']::regprocedure[] loop
    execute format('alter function %s owner to ferry_matcher', f);
    execute format('revoke execute on function %s from public', f);
  end loop;
  revoke create on schema app from ferry_matcher;
  grant execute on function take_login_attempt(bytea, bytea, text, timestamptz) to ferry_auth;
  grant execute on function open_tenant(uuid, text, uuid, timestamptz) to ferry_auth;
  grant execute on function revoke_planted(uuid, timestamptz) to ferry_auth;
  grant execute on function forget_login_attempts(timestamptz, integer) to ferry_worker;
  execute format('revoke ferry_matcher from %I', current_user);
end
$$;
