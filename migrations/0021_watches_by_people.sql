-- What people do with watches and channels on pages: a watch that sleeps until a day and wakes by itself, and a channel that is
-- added by its owner and confirmed by a letter to its address. Nothing that could be redeemed is stored: the link is signed when the
-- letter is written, and a letter confirms once, within ten minutes, the person who asked for it.
set local search_path = app, pg_temp;

-- A watch that sleeps keeps its room in the plan, so that it can always wake.
alter table watch
  add column snoozed_until timestamptz,
  add constraint watch_sleeps_while_paused check (snoozed_until is null or state = 'paused');
create index watch_waking on watch (snoozed_until) where snoozed_until is not null;
grant update (snoozed_until) on watch to ferry_app;
grant update (snoozed_until, version) on watch to ferry_matcher;

-- Wakes watches whose day has come. Each is judged anew like one that was resumed; one whose last day has passed has ended.
create function wake_watches(p_now timestamptz, p_limit integer) returns bigint
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with due as (
    select tenant_id, id from watch where snoozed_until <= p_now order by snoozed_until limit p_limit for update skip locked),
  woken as (
    update watch w set state = case when w.expires_at <= p_now then 'expired' else 'active' end, snoozed_until = null,
                       version = w.version + 1, changed_at = p_now
    from due where w.tenant_id = due.tenant_id and w.id = due.id
    returning w.tenant_id, w.id),
  anew as (
    update watch_target wt set evaluated_at = null, evaluated_version = null
    from woken where wt.tenant_id = woken.tenant_id and wt.watch_id = woken.id
    returning wt.target_id)
  select (select count(*) from woken) + 0 * count(pg_notify('ferry', 'target:' || asked.target_id)::text)
  from (select distinct target_id from anew) asked
$$;

-- Whether a new watch tells this channel unless somebody says otherwise.
alter table channel add column is_default boolean not null default true;
grant update (is_default) on channel to ferry_app;
grant delete on channel to ferry_app;

-- A letter to a channel's address. It outlives the channel, so that nobody clears the count of what was mailed to a stranger
-- by removing the channel.
alter table letter
  drop constraint letter_kind_check,
  add constraint letter_kind_check check (kind in ('invitation', 'member_joined', 'role_changed', 'member_removed', 'identity_linked',
                                                   'key_created', 'key_expiring', 'channel_confirm', 'channel_test')),
  add column channel_id uuid,
  -- Finds equal addresses among all tenants, for the cap alone.
  add column mailbox_index bytea check (octet_length(mailbox_index) = 32),
  add constraint letter_to_channel check (channel_id is null or kind in ('channel_confirm', 'channel_test')),
  add constraint letter_to_mailbox check ((kind = 'channel_confirm') = (mailbox_index is not null)),
  add foreign key (tenant_id, channel_id) references channel (tenant_id, id) on delete set null (channel_id);
create index letter_about_channel on letter (tenant_id, channel_id, created_at) where channel_id is not null;
create index letter_to_mailbox on letter (mailbox_index, created_at) where mailbox_index is not null;
grant insert (channel_id, mailbox_index) on letter to ferry_app;

-- How many letters began to the address of this one, which nobody has proved to be theirs: invitations and confirmations together,
-- whoever asked for them. A worker learns two numbers and nobody else does. An invitation stands for 72 hours and a confirmation
-- for ten minutes, so none that is older was mailed today.
create function stranger_lately(p_letter uuid, p_hour timestamptz, p_day timestamptz)
  returns table (hour bigint, day bigint)
  language plpgsql volatile security definer
  set search_path = pg_catalog, app, pg_temp
as $$
declare
  mailbox bytea;
begin
  select coalesce(i.mailbox_index, l.mailbox_index) into strict mailbox
  from letter l left join invitation i on i.tenant_id = l.tenant_id and i.id = l.invitation_id
  where l.tenant_id = current_setting('app.tenant')::uuid and l.id = p_letter;
  perform pg_advisory_xact_lock(hashtextextended('invited:' || encode(mailbox, 'hex'), 0));
  return query
    with told as (
      select l.tenant_id, l.id
      from invitation i join letter l on l.tenant_id = i.tenant_id and l.invitation_id = i.id
      where i.mailbox_index = mailbox and i.created_at > p_day - interval '72 hours'
      union all
      select l.tenant_id, l.id from letter l
      where l.mailbox_index = mailbox and l.created_at > p_day - interval '1 day')
    select count(*) filter (where d.begun_at >= p_hour), count(*)
    from told join delivery d on d.tenant_id = told.tenant_id and d.letter_id = told.id
    where d.begun_at >= p_day;
end $$;
drop function invited_lately(uuid, timestamptz, timestamptz);

do $$
declare
  f regprocedure;
begin
  execute format('grant ferry_matcher to %I', current_user);
  grant create on schema app to ferry_matcher;
  foreach f in array array['wake_watches(timestamptz, integer)', 'stranger_lately(uuid, timestamptz, timestamptz)']::regprocedure[] loop
    execute format('alter function %s owner to ferry_matcher', f);
    execute format('revoke execute on function %s from public', f);
    execute format('grant execute on function %s to ferry_worker', f);
  end loop;
  revoke create on schema app from ferry_matcher;
  execute format('revoke ferry_matcher from %I', current_user);
end
$$;
