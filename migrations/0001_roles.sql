-- Who may connect, and as what. Every process has a role of its own with the least it needs; none
-- of them owns a table, so none can switch row security off. `ferry_matcher` cannot log in: it owns
-- the few functions that may look across tenants. Passwords are set by whoever installs.
create schema app;

do $$
declare
  role_name text;
begin
  foreach role_name in array array['ferry_app', 'ferry_auth', 'ferry_worker', 'ferry_admin'] loop
    if not exists (select from pg_roles where rolname = role_name) then
      execute format('create role %I login noinherit', role_name);
    end if;
  end loop;
  if not exists (select from pg_roles where rolname = 'ferry_matcher') then
    create role ferry_matcher nologin noinherit;
  end if;
end
$$;

-- Nothing is open by default: no function runs, no temporary table is made, no schema is used
-- unless a later line says so.
revoke all on schema public from public;
alter default privileges revoke execute on functions from public;
do $$ begin execute format('revoke temporary, connect on database %I from public', current_database()); end $$;
do $$ begin execute format('grant connect on database %I to ferry_app, ferry_auth, ferry_worker, ferry_admin', current_database()); end $$;
grant usage on schema app to ferry_app, ferry_auth, ferry_worker, ferry_admin, ferry_matcher;
