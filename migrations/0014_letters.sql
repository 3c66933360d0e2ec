-- What is mailed and is no alert (letter), invitations to a tenant, and caps on how much is mailed to one place. A letter leaves
-- as a delivery does: one due set, one retry policy, one record of attempts. Caps are counted from the deliveries that
-- began, so that they hold over restarts and over any number of workers.
set local search_path = app, pg_temp;

-- Nothing that could be redeemed is stored: the link is signed when the mail is written. A row outlives the people it is about for
-- some days, so that nobody clears the counters by leaving (`forget_invitations`).
create table invitation (
  tenant_id uuid not null references tenant,
  id uuid not null default gen_random_uuid(),
  -- Sealed; the indexes find equal addresses: within the tenant, and, for the cap alone, among all tenants.
  address bytea not null,
  address_index bytea not null check (octet_length(address_index) = 32),
  mailbox_index bytea not null check (octet_length(mailbox_index) = 32),
  role text not null check (role in ('viewer', 'editor', 'admin', 'owner')),
  invited_by uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  accepted_by uuid,
  revoked_at timestamptz,
  primary key (tenant_id, id),
  check (created_at < expires_at and expires_at <= created_at + interval '72 hours'),
  check ((accepted_at is null) = (accepted_by is null)),
  check (num_nonnulls(accepted_at, revoked_at) <= 1)
);
create unique index invitation_once_while_pending on invitation (tenant_id, address_index) where accepted_at is null and revoked_at is null;
create index invitation_newest on invitation (tenant_id, created_at desc, id desc);
create index invitation_to_mailbox on invitation (mailbox_index, created_at);
create index invitation_old on invitation (created_at);

-- To a person (their account's contact address) or with an invitation (its address). Holds ids, never an address or a name.
create table letter (
  tenant_id uuid not null references tenant,
  id uuid not null default gen_random_uuid(),
  kind text not null check (kind in ('invitation', 'member_joined', 'role_changed', 'member_removed', 'identity_linked')),
  user_id uuid references user_account on delete cascade,
  invitation_id uuid,
  -- What it is about besides: the id of a person, or the name our configuration has for a provider.
  subject text not null default '' check (octet_length(subject) <= 64),
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, invitation_id) references invitation on delete cascade,
  check (num_nonnulls(user_id, invitation_id) = 1 and (kind = 'invitation') = (invitation_id is not null))
);
create index letter_to_person on letter (tenant_id, user_id, created_at);
create index letter_with_invitation on letter (tenant_id, invitation_id);
create index letter_of_person on letter (user_id);

-- `begun_at` is when the first attempt was written: what the caps count.
alter table delivery
  add column letter_id uuid,
  add column begun_at timestamptz,
  alter column channel_id drop not null,
  drop constraint delivery_is_about_one_thing,
  add constraint delivery_is_about_one_thing
    check (num_nonnulls(alert_id, outage_id, letter_id) = 1 and (outage_id is null) = (notice is null)
           and (channel_id is null) = (letter_id is not null)),
  add foreign key (tenant_id, letter_id) references letter (tenant_id, id) on delete cascade,
  add unique (tenant_id, letter_id);
create index delivery_begun on delivery (tenant_id, begun_at) where begun_at is not null;

do $$
declare
  name text;
begin
  foreach name in array array['invitation', 'letter'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format(
      'create policy own_tenant on %I to ferry_app, ferry_auth, ferry_worker
         using (tenant_id = (select nullif(current_setting(''app.tenant'', true), '''')::uuid))
         with check (tenant_id = (select nullif(current_setting(''app.tenant'', true), '''')::uuid))', name);
    execute format('create policy matcher_read on %I for select to ferry_matcher using (true)', name);
    execute format('alter table %I alter column tenant_id set (n_distinct = -0.01)', name);
  end loop;
end
$$;
create policy matcher_insert on letter for insert to ferry_matcher with check (tenant_id is not null);
create policy matcher_delete on invitation for delete to ferry_matcher using (true);

grant select, insert (tenant_id, id, address, address_index, mailbox_index, role, invited_by, created_at, expires_at),
  update (accepted_at, accepted_by, revoked_at) on invitation to ferry_app;
grant select on invitation to ferry_worker;
grant select, delete on invitation to ferry_matcher;
grant select, insert (tenant_id, kind, user_id, invitation_id, subject, created_at) on letter to ferry_app;
grant select on letter to ferry_worker;
grant select, insert on letter to ferry_matcher;
grant select (zone) on user_account to ferry_matcher;
-- Whoever accepts an invitation becomes a member; a letter's delivery is the only one that the app makes.
grant insert (tenant_id, user_id, role, created_at) on member to ferry_app;
grant insert (tenant_id, letter_id, next_attempt_at) on delivery to ferry_app;
grant update (begun_at) on delivery to ferry_worker;

-- What a channel and its tenant were told since the hour and the day began, and how often today the channel was told of the
-- sailing and watch of this alert; read one after another within a tenant, so that no two begin the last one. Bounded by
-- the tenant's cap a day, past which nothing begins.
create function told_lately(p_channel uuid, p_alert uuid, p_hour timestamptz, p_day timestamptz, p_limit bigint)
  returns table (tenant_hour bigint, tenant_day bigint, channel_hour bigint, channel_day bigint, sailing_day bigint, sailing_at timestamptz)
  language plpgsql volatile
  set search_path = pg_catalog, app, pg_temp
as $$ begin
  perform pg_advisory_xact_lock(hashtextextended('told:' || current_setting('app.tenant'), 0));
  return query
    with lately as materialized (
      select d.alert_id, d.channel_id, d.begun_at from delivery d
      where d.begun_at >= p_day and d.letter_id is null order by d.begun_at desc limit p_limit),
    of_sailing as (
      select lately.begun_at
      from alert told
        join alert a on a.tenant_id = told.tenant_id and a.watch_id = told.watch_id and a.sailing_id = told.sailing_id
        join lately on lately.alert_id = a.id
      where told.id = p_alert and lately.channel_id = p_channel)
    select count(*) filter (where lately.begun_at >= p_hour), count(*),
           count(*) filter (where lately.channel_id = p_channel and lately.begun_at >= p_hour),
           count(*) filter (where lately.channel_id = p_channel),
           (select count(*) from of_sailing), (select max(of_sailing.begun_at) from of_sailing)
    from lately;
end $$;

-- How many letters began to a person about this tenant; read one after another, as above.
create function lettered_lately(p_user uuid, p_hour timestamptz, p_day timestamptz)
  returns table (hour bigint, day bigint)
  language plpgsql volatile
  set search_path = pg_catalog, app, pg_temp
as $$ begin
  perform pg_advisory_xact_lock(hashtextextended('told:' || current_setting('app.tenant'), 0));
  return query
    select count(*) filter (where d.begun_at >= p_hour), count(*)
    from delivery d join letter l on l.tenant_id = d.tenant_id and l.id = d.letter_id
    where d.begun_at >= p_day and d.letter_id is not null and l.user_id = p_user;
end $$;

-- How many mails with invitations began to the address of this one, whoever invited: a worker learns two numbers and nobody else
-- does. An invitation stands for 72 hours, so none that is older was mailed today.
create function invited_lately(p_invitation uuid, p_hour timestamptz, p_day timestamptz)
  returns table (hour bigint, day bigint)
  language plpgsql volatile security definer
  set search_path = pg_catalog, app, pg_temp
as $$
declare
  mailbox bytea;
begin
  select i.mailbox_index into strict mailbox from invitation i
  where i.tenant_id = current_setting('app.tenant')::uuid and i.id = p_invitation;
  perform pg_advisory_xact_lock(hashtextextended('invited:' || encode(mailbox, 'hex'), 0));
  return query
    select count(*) filter (where d.begun_at >= p_hour), count(*)
    from invitation i
      join letter l on l.tenant_id = i.tenant_id and l.invitation_id = i.id
      join delivery d on d.tenant_id = l.tenant_id and d.letter_id = l.id
    where i.mailbox_index = mailbox and i.created_at > p_day - interval '72 hours' and d.begun_at >= p_day;
end $$;

-- Where a letter to a person goes: they may be no member of its tenant any more.
create function letter_recipient(p_letter uuid)
  returns table (user_id uuid, email bytea, zone text)
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select u.user_id, u.email, u.zone from letter l join user_account u on u.user_id = l.user_id
  where l.tenant_id = (select current_setting('app.tenant')::uuid) and l.id = p_letter
$$;

-- A letter to the person of this transaction about themself, kept with the tenant they have been in for longest: their own. Returns
-- how many were written, one or none.
create function write_to_self(p_kind text, p_subject text, p_now timestamptz) returns bigint
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with written as (
    insert into letter (tenant_id, kind, user_id, subject, created_at)
    select m.tenant_id, p_kind, m.user_id, p_subject, p_now from member m
    where m.user_id = (select nullif(current_setting('app.user', true), '')::uuid)
    order by m.created_at, m.tenant_id limit 1
    returning tenant_id, id),
  made as (
    insert into delivery (tenant_id, letter_id, next_attempt_at) select tenant_id, id, p_now from written
    returning 1)
  select count(*) + 0 * count(pg_notify('ferry', 'delivery')::text) from made
$$;

-- Forgets invitations made before `p_before`, and with them their letters.
create function forget_invitations(p_before timestamptz, p_limit integer) returns bigint
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with old as (
    select tenant_id, id from invitation where created_at < p_before order by created_at limit p_limit),
  forgotten as (
    delete from invitation i using old where i.tenant_id = old.tenant_id and i.id = old.id
    returning 1)
  select count(*) from forgotten
$$;

do $$
declare
  f regprocedure;
begin
  execute format('grant ferry_matcher to %I', current_user);
  grant create on schema app to ferry_matcher;
  foreach f in array array['invited_lately(uuid, timestamptz, timestamptz)', 'letter_recipient(uuid)',
                           'write_to_self(text, text, timestamptz)', 'forget_invitations(timestamptz, integer)']::regprocedure[] loop
    execute format('alter function %s owner to ferry_matcher', f);
    execute format('revoke execute on function %s from public', f);
  end loop;
  revoke create on schema app from ferry_matcher;
  revoke execute on function told_lately(uuid, uuid, timestamptz, timestamptz, bigint) from public;
  revoke execute on function lettered_lately(uuid, timestamptz, timestamptz) from public;
  grant execute on function told_lately(uuid, uuid, timestamptz, timestamptz, bigint) to ferry_worker;
  grant execute on function lettered_lately(uuid, timestamptz, timestamptz) to ferry_worker;
  grant execute on function invited_lately(uuid, timestamptz, timestamptz) to ferry_worker;
  grant execute on function letter_recipient(uuid) to ferry_worker;
  grant execute on function forget_invitations(timestamptz, integer) to ferry_worker;
  grant execute on function write_to_self(text, text, timestamptz) to ferry_auth;
  execute format('revoke ferry_matcher from %I', current_user);
end
$$;
