-- Everything that belongs to somebody. Each table carries `tenant_id` in its keys and is closed by
-- forced row security: without a tenant set for the transaction it is empty.
set local search_path = app, pg_temp;

create table tenant (
  tenant_id uuid primary key,
  name text not null,
  plan text not null default 'free' check (plan in ('free', 'plus', 'pro', 'fleet')),
  suspended_at timestamptz,
  closed_at timestamptz,
  created_at timestamptz not null default now()
);

-- A person. Belongs to no tenant; visible only through a membership (policy below).
create table user_account (
  user_id uuid primary key,
  name text not null,
  email text not null,
  locale text not null default 'en',
  zone text not null default 'UTC',
  created_at timestamptz not null default now()
);

create table member (
  tenant_id uuid not null references tenant,
  user_id uuid not null references user_account,
  role text not null check (role in ('viewer', 'editor', 'admin', 'owner')),
  created_at timestamptz not null default now(),
  primary key (tenant_id, user_id)
);
create index member_of on member (user_id);

create table api_key (
  tenant_id uuid not null references tenant,
  id uuid not null,
  public_id text not null unique,
  secret_hash bytea not null,
  scopes text[] not null,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  last_used_at timestamptz,
  revoked_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, created_by) references member (tenant_id, user_id) on delete cascade
);

create table channel (
  tenant_id uuid not null references tenant,
  id uuid not null,
  user_id uuid not null,
  kind text not null check (kind in ('email')),
  address text not null,
  verified_at timestamptz,
  disabled_at timestamptz,
  disabled_reason text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, user_id, kind, address),
  foreign key (tenant_id, user_id) references member (tenant_id, user_id) on delete cascade
);

create table watch (
  tenant_id uuid not null references tenant,
  -- Made here and never by a client: what looks across tenants names a watch by its id alone.
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  operator_id text not null references operator,
  criteria jsonb not null,
  return_leg jsonb,
  currency char(3) not null default 'EUR',
  note text not null default '',
  stop_when_found boolean not null default true,
  state text not null default 'active' check (state in ('active', 'paused', 'stopped', 'expired', 'deleted')),
  version integer not null default 1,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references member (tenant_id, user_id) on delete cascade
);
create index watch_by_id on watch (id);
create index watch_expiring on watch (expires_at) where state = 'active';

-- The questions a watch asks, and the vehicle class it reads from the answers. `evaluated_at` is
-- null until the watch was held against what is already known of this target; `evaluated_version` is
-- the target's version then, so that older changes that wait are not judged a second time. Nobody wants the
-- target outside of `asked_from` and `asked_until`.
create table watch_target (
  tenant_id uuid not null,
  watch_id uuid not null,
  target_id bigint not null references target,
  leg smallint not null check (leg in (0, 1)),
  class text not null,
  asked_from timestamptz not null,
  asked_until timestamptz not null,
  evaluated_at timestamptz,
  evaluated_version bigint,
  check ((evaluated_at is null) = (evaluated_version is null)),
  primary key (tenant_id, watch_id, target_id, leg),
  foreign key (tenant_id, watch_id) references watch (tenant_id, id) on delete cascade
);
create index watch_target_fan_out on watch_target (target_id, watch_id, leg);
create index watch_target_new on watch_target (target_id) where evaluated_at is null;

create table watch_channel (
  tenant_id uuid not null,
  watch_id uuid not null,
  channel_id uuid not null,
  primary key (tenant_id, watch_id, channel_id),
  foreign key (tenant_id, watch_id) references watch (tenant_id, id) on delete cascade,
  foreign key (tenant_id, channel_id) references channel (tenant_id, id) on delete cascade
);
create index watch_channel_of on watch_channel (tenant_id, channel_id);

-- One stretch of truth of one watch on one sailing (or pair of sailings). Held until the plan may
-- know (`held_until`), released when its deliveries exist, closed when the space is gone.
create table alert (
  tenant_id uuid not null,
  id uuid not null,
  watch_id uuid not null,
  watch_version integer not null,
  target_id bigint not null references target,
  sailing_id bigint not null references sailing,
  pair_sailing_id bigint references sailing,
  change_id bigint references change on delete set null,
  leg smallint not null check (leg in (0, 1)),
  class text not null,
  kind text not null check (kind in ('opening', 'first_seen', 'already_open')),
  seen_at timestamptz not null,
  held_until timestamptz,
  released_at timestamptz,
  closed_at timestamptz,
  closed_reason text check (closed_reason in ('gone', 'departed', 'answered')),
  -- "Booked, stop" or "Keep watching", as the person said.
  answer text check (answer in ('stop', 'keep')),
  answered_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, watch_id) references watch (tenant_id, id) on delete cascade
);
create unique index alert_once_while_open on alert (tenant_id, watch_id, sailing_id, coalesce(pair_sailing_id, 0)) where closed_at is null;
create unique index alert_once_per_change on alert (tenant_id, watch_id, change_id, coalesce(pair_sailing_id, 0));
create index alert_held on alert (held_until) where released_at is null and closed_at is null;
create index alert_open on alert (sailing_id) where closed_at is null;
create index alert_open_of_watch on alert (watch_id) where closed_at is null;
create index alert_of_change on alert (change_id) where change_id is not null;

-- `id` is a bigint because it is a member of a due set; nobody outside sees it. `message_id` stays
-- the same over all attempts, so that a receiver can tell a repeat.
create table delivery (
  tenant_id uuid not null,
  id bigint generated always as identity,
  alert_id uuid not null,
  channel_id uuid not null,
  message_id uuid not null default gen_random_uuid(),
  state text not null default 'due' check (state in ('due', 'sent', 'failed', 'cancelled')),
  attempts smallint not null default 0,
  next_attempt_at timestamptz,
  sent_at timestamptz,
  outcome text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, alert_id, channel_id),
  foreign key (tenant_id, alert_id) references alert (tenant_id, id) on delete cascade,
  foreign key (tenant_id, channel_id) references channel (tenant_id, id) on delete cascade,
  check ((state = 'due') = (next_attempt_at is not null))
);
create index delivery_due on delivery (next_attempt_at, id) where next_attempt_at is not null;
create index delivery_by_id on delivery (id);

create table attempt (
  tenant_id uuid not null,
  delivery_id bigint not null,
  number smallint not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  outcome text,
  primary key (tenant_id, delivery_id, number),
  foreign key (tenant_id, delivery_id) references delivery (tenant_id, id) on delete cascade
);

-- Who did what, written in the transaction it describes, by roles that can insert only.
create table audit (
  tenant_id uuid not null references tenant,
  id bigint generated always as identity,
  at timestamptz not null,
  actor text not null,
  action text not null,
  subject text not null,
  detail jsonb not null default '{}',
  primary key (tenant_id, id)
);

do $$
declare
  name text;
begin
  foreach name in array array['tenant', 'member', 'api_key', 'channel', 'watch', 'watch_target',
                              'watch_channel', 'alert', 'delivery', 'attempt', 'audit'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format(
      'create policy own_tenant on %I to ferry_app, ferry_auth, ferry_worker
         using (tenant_id = (select nullif(current_setting(''app.tenant'', true), '''')::uuid))
         with check (tenant_id = (select nullif(current_setting(''app.tenant'', true), '''')::uuid))', name);
  end loop;
end
$$;

alter table user_account enable row level security;
alter table user_account force row level security;
create policy fellow_member on user_account for select to ferry_app, ferry_auth, ferry_worker
  using (exists (select from member where member.user_id = user_account.user_id
                   and member.tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid)));

grant select on tenant, user_account, member, channel, watch, watch_target, watch_channel, alert, delivery, attempt, audit to ferry_app;
grant insert, update on channel, watch_target, watch_channel to ferry_app;
grant insert (tenant_id, user_id, operator_id, criteria, return_leg, currency, note, stop_when_found, expires_at, created_at, changed_at),
  update (criteria, return_leg, currency, note, stop_when_found, state, version, expires_at, changed_at) on watch to ferry_app;
grant update (closed_at, closed_reason, answer, answered_at) on alert to ferry_app;
grant delete on watch_target, watch_channel to ferry_app;
grant insert on audit to ferry_app, ferry_worker, ferry_auth;
grant select on tenant, user_account, member, channel, watch, watch_target, watch_channel, alert, delivery, attempt to ferry_worker;
grant insert on alert, delivery, attempt to ferry_worker;
grant update on alert, delivery, attempt to ferry_worker;
grant update (evaluated_at, evaluated_version) on watch_target to ferry_worker;
grant update (disabled_at, disabled_reason) on channel to ferry_worker;
