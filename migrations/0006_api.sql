-- What the API stands on: the days of a watch as a number, so that a plan's limit is one sum under a lock; what a
-- reader's plan may know of a sailing, said in one place; POSTs that may be repeated; an index for every list.
set local search_path = app, pg_temp;

-- Days watched, each leg counted: kept beside the wish by whoever writes it.
alter table watch add column watched_days integer;
-- The owner is bound by forced row security too, and would update nothing.
alter table watch no force row level security;
update watch w set watched_days = greatest(1, (
  select count(*)
  from (values (w.criteria -> 'leg'), (w.return_leg -> 'leg')) as legs(leg)
    cross join lateral (
      select generate_series((leg #>> '{dates,range,from}')::timestamp, (leg #>> '{dates,range,to}')::timestamp, interval '1 day') as day
      union all
      select jsonb_array_elements_text(leg #> '{dates,picked}')::timestamp) as days
  where leg -> 'weekdays' is null or jsonb_exists(leg -> 'weekdays', to_char(day, 'dy'))));
alter table watch force row level security;
alter table watch alter column watched_days set not null, add check (watched_days between 1 and 124);

-- An alert also ends when its watch is paused, changed or deleted: it is nobody's any more, and a watch that is
-- resumed is told again.
alter table alert drop constraint alert_closed_reason_check,
  add check (closed_reason in ('gone', 'departed', 'answered', 'withdrawn'));

-- One POST that may be repeated: what was asked, as a hash, and what was answered. Written in the transaction of the
-- act, so that the answer is kept exactly if the act happened.
create table idempotency (
  tenant_id uuid not null references tenant,
  -- Method and path, its ids included.
  route text not null check (octet_length(route) <= 200),
  key text not null check (octet_length(key) between 1 and 255),
  request_hash bytea not null check (octet_length(request_hash) = 32),
  status smallint not null,
  response text not null check (octet_length(response) <= 262144),
  created_at timestamptz not null,
  primary key (tenant_id, route, key)
);
create index idempotency_old on idempotency (created_at);
alter table idempotency enable row level security;
alter table idempotency force row level security;
create policy own_tenant on idempotency to ferry_app, ferry_auth, ferry_worker
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
create policy matcher_read on idempotency for select to ferry_matcher using (true);
create policy matcher_delete on idempotency for delete to ferry_matcher using (true);
grant select, insert, delete on idempotency to ferry_app;
grant select, delete on idempotency to ferry_matcher;

grant insert (watched_days), update (watched_days) on watch to ferry_app;

-- Lists, newest first; each cursor is a place in one of these.
create index watch_running on watch (tenant_id) include (watched_days) where state = 'active';
create index watch_newest on watch (tenant_id, created_at desc, id desc) where state <> 'deleted';
create index alert_newest on alert (tenant_id, released_at desc, id desc) where released_at is not null;
create index alert_newest_open on alert (tenant_id, released_at desc, id desc) where released_at is not null and closed_at is null;
create index alert_newest_of_watch on alert (tenant_id, watch_id, released_at desc, id desc) where released_at is not null;
create index channel_oldest on channel (tenant_id, created_at, id);
create index sailing_of_route on sailing (operator_id, route_code, departs_at, key);
create index fact_of_sailing on fact (sailing_id);

-- The facts of a sailing as a plan may know them: after the newest change that is released to it by `p_until`, else
-- before the first that is not. Null where the plan may not know of the sailing yet. A change is released with
-- the good poll that serves its tick: callers pass the older of now and the target's last good poll.
create function released_facts(p_target bigint, p_sailing bigint, p_plan text, p_until timestamptz) returns jsonb
  language sql stable
  set search_path = pg_catalog, app, pg_temp
as $$
  select told.facts
  from (
    (select c.after as facts, 1 as choice from change c
     where c.sailing_id = p_sailing and c.target_id = p_target
       and case p_plan when 'free' then c.free_at when 'plus' then c.plus_at when 'pro' then c.pro_at else c.fleet_at end <= p_until
     order by c.id desc limit 1)
    union all
    (select c.before, 2 from change c
     where c.sailing_id = p_sailing and c.target_id = p_target
     order by c.id limit 1)
    union all
    -- Its changes are so old that they are forgotten.
    (select f.facts, 3 from fact f where f.sailing_id = p_sailing and f.target_id = p_target)) told
  order by told.choice
  limit 1
$$;
revoke execute on function released_facts(bigint, bigint, text, timestamptz) from public;
grant execute on function released_facts(bigint, bigint, text, timestamptz) to ferry_app;

-- Forgets answers of POSTs that are too old to be repeated.
create function forget_idempotency(p_before timestamptz, p_limit integer) returns bigint
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with old as (
    select tenant_id, route, key from idempotency where created_at < p_before order by created_at limit p_limit),
  forgotten as (
    delete from idempotency i using old
    where i.tenant_id = old.tenant_id and i.route = old.route and i.key = old.key
    returning 1)
  select count(*) from forgotten
$$;

do $$
begin
  execute format('grant ferry_matcher to %I', current_user);
  grant create on schema app to ferry_matcher;
  alter function forget_idempotency(timestamptz, integer) owner to ferry_matcher;
  revoke execute on function forget_idempotency(timestamptz, integer) from public;
  grant execute on function forget_idempotency(timestamptz, integer) to ferry_worker;
  revoke create on schema app from ferry_matcher;
  execute format('revoke ferry_matcher from %I', current_user);
end
$$;
