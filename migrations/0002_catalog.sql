-- What all tenants share: operators, their terminals, routes and sailings, and the questions
-- ("targets") we ask about them. No row here says who asked, so these tables have no tenant and
-- every runtime role may read them.
set local search_path = app, pg_temp;

-- One row; says what this installation is for. Simulators and the time scale work in development only.
create table deployment (
  only_row boolean primary key default true check (only_row),
  environment text not null default 'production' check (environment in ('production', 'development'))
);
insert into deployment default values;

create table operator (
  id text primary key,
  name text not null,
  enabled boolean not null,
  disabled_reason text,
  -- The manifest's limits, which an administrator may tighten below and never loosen.
  manifest_floor_s integer not null,
  manifest_requests_per_min integer not null,
  manifest_concurrency_cap smallint not null,
  floor_s integer not null check (floor_s > 0 and floor_s >= manifest_floor_s),
  requests_per_min integer not null check (requests_per_min between 1 and manifest_requests_per_min),
  concurrency_cap smallint not null check (concurrency_cap between 1 and manifest_concurrency_cap),
  -- What the number of targets and the budget stretch an interval to; renewed each minute.
  stretch_s integer not null default 0,
  -- Breaker: after failures in a row nothing is asked until `open_until`, then one probe goes first.
  failures_in_row integer not null default 0,
  open_until timestamptz,
  killed_at timestamptz,
  check (enabled or disabled_reason is not null)
);

create table terminal (
  operator_id text not null references operator,
  code text not null,
  name text not null,
  zone text not null,
  primary key (operator_id, code)
);

create table route (
  operator_id text not null,
  code text not null,
  from_code text not null,
  to_code text not null,
  primary key (operator_id, code),
  foreign key (operator_id, from_code) references terminal (operator_id, code),
  foreign key (operator_id, to_code) references terminal (operator_id, code)
);

-- One question to an operator. `version` moves with every recorded change and is the compare-and-set
-- that lets a second worker commit nothing. `plan` is the fastest plan that wants it, null for none.
create table target (
  id bigint generated always as identity primary key,
  operator_id text not null references operator,
  question jsonb not null,
  plan text check (plan in ('free', 'plus', 'pro', 'fleet')),
  version bigint not null default 0,
  digest bytea,
  -- Starts of the last poll and of the last good one, not their ends.
  last_polled_at timestamptz,
  last_good_at timestamptz,
  not_before timestamptz,
  failures_in_row integer not null default 0,
  last_error text,
  created_at timestamptz not null,
  unique (operator_id, question)
);
create index target_wanted on target (id) where plan is not null;

create table sailing (
  id bigint generated always as identity primary key,
  operator_id text not null,
  route_code text not null,
  -- The operator's own id, or the scheduled local time with its fold; never an estimated time.
  key text not null,
  departs_local timestamp not null,
  departs_at timestamptz not null,
  vessel text,
  unique (operator_id, route_code, key),
  foreign key (operator_id, route_code) references route (operator_id, code)
);
create index sailing_departs on sailing (departs_at);

-- The last known facts of a sailing as one target tells them.
create table fact (
  target_id bigint not null references target on delete cascade,
  sailing_id bigint not null references sailing on delete cascade,
  facts jsonb not null,
  observed_at timestamptz not null,
  primary key (target_id, sailing_id)
);

-- Facts before and after, once per (target, version, sailing). `released_*` say from which poll's
-- start each plan may know; null where the plan's tick is still to come.
create table change (
  id bigint generated always as identity primary key,
  target_id bigint not null references target on delete cascade,
  target_version bigint not null,
  sailing_id bigint not null references sailing on delete cascade,
  before jsonb,
  after jsonb not null,
  polled_at timestamptz not null,
  free_at timestamptz not null,
  plus_at timestamptz not null,
  pro_at timestamptz not null,
  fleet_at timestamptz not null,
  recorded_at timestamptz not null,
  fanned_out_at timestamptz,
  unique (target_id, target_version, sailing_id)
);
create index change_to_fan_out on change (id) where fanned_out_at is null;
create index change_waiting_of_target on change (target_id, id) where fanned_out_at is null;
create index change_waiting_of_sailing on change (sailing_id) where fanned_out_at is null;
create index change_history on change (sailing_id, id);

-- What the platform itself did: enabling an operator, pulling a kill switch.
create table platform_audit (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  actor text not null,
  action text not null,
  subject text not null,
  detail jsonb not null default '{}'
);

grant select on deployment, operator, terminal, route, target, sailing, fact, change
  to ferry_app, ferry_worker, ferry_admin, ferry_matcher;
grant select on deployment to ferry_auth;
grant insert (operator_id, question, created_at) on target to ferry_app;
grant update (plan, version, digest, last_polled_at, last_good_at, not_before, failures_in_row, last_error)
  on target to ferry_worker;
grant update (stretch_s, failures_in_row, open_until) on operator to ferry_worker;
grant insert, update on sailing, fact to ferry_worker;
grant insert, update (fanned_out_at) on change to ferry_worker;
grant delete on fact, change to ferry_worker;
grant update (enabled, disabled_reason, floor_s, requests_per_min, concurrency_cap, killed_at) on operator to ferry_admin;
grant insert, select on platform_audit to ferry_admin;
