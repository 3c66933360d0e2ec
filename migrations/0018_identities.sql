-- The first proof of who owns an identity's address, and what it takes away. Whoever held the account before may have left more in it than
-- sessions: channels of their own, fellows they let in, and an address that nobody had proved. Which account was whose is told by the order in
-- which identities came and were proved; which tenant is whose, by who opened it.
set local search_path = app, pg_temp;

-- Until the end of this migration, so that it may replace the matcher's functions.
do $$ begin execute format('grant ferry_matcher to %I', current_user); end $$;

-- Who opened it: the one member who came by nobody's invitation. Invitations are forgotten after some days, this is not.
alter table tenant add column opened_by uuid;
grant insert (opened_by) on tenant to ferry_app;

-- The owner is bound by forced row security too, and would find nothing.
alter table tenant no force row level security;
alter table member no force row level security;
alter table identity no force row level security;
alter table user_account no force row level security;

-- A tenant and the membership of who opens it are written at one instant.
update tenant t set opened_by = m.user_id from member m where m.tenant_id = t.tenant_id and m.created_at = t.created_at;

update identity set owned_since = linked_at where email_verified and owned_since is null;
alter table identity add constraint proved_is_owned check (owned_since is not null or not email_verified);

-- The address of an account is one that a provider with the authority called theirs, or none. Of those who sign in, it is kept where the identity
-- that opened the account was proved from the start; the next proof fills in the others. Who has no identity was entered by us.
alter table user_account
  drop constraint email_is_sealed,
  add constraint email_is_sealed check (email_plain is null) not valid;
update user_account u set email = null
where exists (select from identity i where i.user_id = u.user_id)
  and not exists (select from identity i where i.user_id = u.user_id and i.linked_at = u.created_at and i.owned_since = i.linked_at);

alter table tenant force row level security;
alter table member force row level security;
alter table identity force row level security;
alter table user_account force row level security;

-- It is written where an identity is proved and nowhere else, so nobody is made with one.
revoke insert (email) on user_account from ferry_auth;
grant update (email) on user_account to ferry_auth;
grant update (verified_at) on channel to ferry_matcher;
grant update (revoked_at) on invitation to ferry_matcher;

-- Ends a membership of a tenant (as `depart` in 0015, which asks for the tenant of its transaction). Called by functions of the matcher alone.
create function depart_from(p_tenant uuid, p_user uuid, p_heir uuid) returns bigint
  language plpgsql volatile
  set search_path = pg_catalog, app, pg_temp
as $$
declare
  running uuid[];
begin
  if p_user = p_heir then
    raise exception 'nobody inherits from themself';
  end if;
  select coalesce(array_agg(w.id), '{}') into running
  from watch w where w.tenant_id = p_tenant and w.user_id = p_user and w.state in ('active', 'paused');
  update watch set user_id = p_heir where tenant_id = p_tenant and user_id = p_user;
  insert into watch_channel (tenant_id, watch_id, channel_id)
  select p_tenant, passed.id, c.id
  from unnest(running) as passed(id) join channel c on c.tenant_id = p_tenant and c.user_id = p_heir
  where c.verified_at is not null and c.disabled_at is null
  on conflict do nothing;
  delete from member where tenant_id = p_tenant and user_id = p_user;
  if not found then
    return null;
  end if;
  return cardinality(running);
end $$;

create or replace function depart(p_user uuid, p_heir uuid) returns bigint
  language sql volatile security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select depart_from(nullif(current_setting('app.tenant', true), '')::uuid, p_user, p_heir)
$$;

-- A letter to somebody who is no member any more. Called by functions of the matcher alone.
create function tell_removed(p_tenant uuid, p_user uuid, p_now timestamptz) returns bigint
  language sql volatile
  set search_path = pg_catalog, app, pg_temp
as $$
  with written as (
    insert into letter (tenant_id, kind, user_id, created_at) values (p_tenant, 'member_removed', p_user, p_now)
    returning tenant_id, id),
  made as (
    insert into delivery (tenant_id, letter_id, next_attempt_at) select tenant_id, id, p_now from written
    returning 1)
  select count(*) + 0 * count(pg_notify('ferry', 'delivery')::text) from made
$$;

-- The channels of the person of this transaction in all tenants, by their indexes: the program knows which are of one address.
create function channels_of_person(p_limit integer) returns table (tenant_id uuid, id uuid, address_index bytea)
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select c.tenant_id, c.id, c.address_index from channel c
  where c.user_id = (select nullif(current_setting('app.user', true), '')::uuid)
  order by c.created_at, c.id
  limit p_limit
$$;

-- Takes from the person of this transaction what somebody else may have planted, and returns what: keys they made, channels but those of the address
-- that was proved (`p_own`, which are confirmed by that), and invitations nobody has accepted. A tenant that they opened and own becomes theirs
-- alone: whoever else is in it came by them, or by somebody who did. One that they opened and do not own any more they leave: it is its owners'.
-- In a tenant that others opened nobody's membership ends.
create function end_planted(p_own uuid[], p_now timestamptz) returns table (tenant_id uuid, action text, subject text)
  language plpgsql volatile
  set search_path = pg_catalog, app, pg_temp
as $$
#variable_conflict use_column
declare
  person constant uuid := nullif(current_setting('app.user', true), '')::uuid;
  opened uuid[];
  ends record;
begin
  -- Whoever joins or writes in one of these at the same time waits, or is waited for.
  perform from tenant t
    where t.tenant_id in (select m.tenant_id from member m where m.user_id = person) order by t.tenant_id for no key update;
  select coalesce(array_agg(m.tenant_id), '{}') into opened
    from member m join tenant t using (tenant_id) where m.user_id = person and t.opened_by = person;
  return query update api_key k set revoked_at = p_now where k.created_by = person and k.revoked_at is null
    returning k.tenant_id, 'key.revoke', k.public_id;
  return query delete from channel c where c.user_id = person and c.id <> all (p_own)
    returning c.tenant_id, 'channel.remove', 'channel:' || c.id;
  -- Before any watch passes to them, so that they are told by it.
  update channel c set verified_at = p_now where c.user_id = person and c.verified_at is null;
  for ends in
    select m.tenant_id, m.user_id, o.heir
    from unnest(opened) as mine(tenant_id)
      cross join lateral (
        -- Themself where they own it, else who has owned it for longest.
        select o.user_id as heir from member o where o.tenant_id = mine.tenant_id and o.role = 'owner'
        order by o.user_id = person desc, o.created_at, o.user_id limit 1) o
      join member m on m.tenant_id = mine.tenant_id and (m.user_id = person) <> (o.heir = person)
    order by m.tenant_id, m.created_at, m.user_id
  loop
    perform tell_removed(ends.tenant_id, ends.user_id, p_now);
    perform depart_from(ends.tenant_id, ends.user_id, ends.heir);
    return query values (ends.tenant_id, 'member.remove', 'user:' || ends.user_id);
  end loop;
  -- Withdrawn, not deleted: what was sent still counts for the caps. Where nobody else is a member nobody else's stand either.
  return query update invitation i set revoked_at = p_now
    where i.accepted_at is null and i.revoked_at is null
      and (i.invited_by = person
           or i.tenant_id in (select m.tenant_id from member m where m.user_id = person and m.tenant_id = any (opened)))
    returning i.tenant_id, 'invitation.revoke', 'invitation:' || i.id;
end $$;

-- The same, with a row of each tenant's log for all that ended; how many did.
drop function revoke_planted(uuid, timestamptz);
create function revoke_planted(p_own uuid[], p_now timestamptz, p_request_id uuid) returns bigint
  language sql volatile security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with ended as materialized (select * from end_planted(p_own, p_now)),
  -- In the order of tenants: each takes its chain.
  noted as (
    insert into audit (tenant_id, at, actor, action, subject, request_id)
    select tenant_id, p_now, 'user:' || nullif(current_setting('app.user', true), ''), action, subject, p_request_id
    from ended order by tenant_id, action, subject
    returning 1)
  select count(*) from noted
$$;

-- The tenant is remembered with who opens it.
create or replace function open_tenant(p_tenant uuid, p_name text, p_owner uuid, p_now timestamptz) returns void
  language sql volatile security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  insert into tenant (tenant_id, name, plan, opened_by, created_at) values (p_tenant, p_name, 'free', p_owner, p_now);
  insert into member (tenant_id, user_id, role, created_at) values (p_tenant, p_owner, 'owner', p_now);
$$;

-- Hand the functions to the matcher and open each to the one role that calls it.
do $$
declare
  f regprocedure;
begin
  grant create on schema app to ferry_matcher;
  foreach f in array array['channels_of_person(integer)', 'revoke_planted(uuid[], timestamptz, uuid)']::regprocedure[] loop
    execute format('alter function %s owner to ferry_matcher', f);
    execute format('revoke execute on function %s from public', f);
    execute format('grant execute on function %s to ferry_auth', f);
  end loop;
  revoke create on schema app from ferry_matcher;
  foreach f in array array['depart_from(uuid, uuid, uuid)', 'tell_removed(uuid, uuid, timestamptz)',
                           'end_planted(uuid[], timestamptz)']::regprocedure[] loop
    execute format('revoke execute on function %s from public', f);
    execute format('grant execute on function %s to ferry_matcher', f);
  end loop;
  execute format('revoke ferry_matcher from %I', current_user);
end
$$;
