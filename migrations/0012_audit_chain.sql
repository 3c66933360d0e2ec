-- The audit log as chains. Each tenant's rows are one chain and the platform's are another: a row has the number after
-- the one before it, that row's hash, and a hash of its own over all its columns. Numbers and hashes are made here, by
-- triggers, whoever inserts: no role can insert a row beside a chain or choose its place. An edited, deleted, reordered or
-- inserted row is found by walking a chain (`app audit verify`). Whoever owns the database could make a whole chain anew;
-- that is found by the head of the platform's chain, which is written outside (`app audit anchor`) and covers the heads
-- of the tenants' chains: rows `audit.heads` of the platform name them.
--
-- What a hash is of, so that it can be computed without this database (`domain::audit` does): SHA-256 over fields, each
-- its length in bytes (32 bits, big-endian) and its bytes; null is the length -1 and no bytes. In this order:
--   the text 'ferryalert-audit-1' · the tenant's id as text, or 'platform' · seq (64 bits, big-endian) · prev_hash
--   · at in microseconds since 1970 UTC (64 bits, big-endian) · actor · action · subject · request_id (16 bytes) · detail
--   as jsonb prints itself; texts in UTF-8. The first row of a chain follows 32 zero bytes.
--
-- A chain's head is locked from the insert to the end of the transaction. So the audit row is the last thing that a
-- transaction writes (`TenantTx::commit`, `UserTx::commit`), after the plan's lock and all row locks, and who writes to
-- more than one chain takes tenants in the order of their ids and the platform last.
set local search_path = app, pg_temp;

-- Until the end of this migration, so that it may replace the matcher's functions.
do $$ begin execute format('grant ferry_matcher to %I', current_user); end $$;

create function audit_field(p_value bytea) returns bytea
  language sql immutable parallel safe
  return case when p_value is null then '\xffffffff'::bytea else int4send(octet_length(p_value)) || p_value end;

create function audit_hash(p_chain text, p_seq bigint, p_prev_hash bytea, p_at timestamptz, p_actor text, p_action text,
                           p_subject text, p_request_id uuid, p_detail jsonb) returns bytea
  language sql stable parallel safe
  return sha256(
    audit_field('ferryalert-audit-1'::bytea) || audit_field(convert_to(p_chain, 'UTF8')) || audit_field(int8send(p_seq))
    || audit_field(p_prev_hash) || audit_field(int8send((extract(epoch from p_at) * 1000000)::bigint))
    || audit_field(convert_to(p_actor, 'UTF8')) || audit_field(convert_to(p_action, 'UTF8'))
    || audit_field(convert_to(p_subject, 'UTF8')) || audit_field(uuid_send(p_request_id))
    || audit_field(convert_to(p_detail::text, 'UTF8')));

-- The end of each chain, beside the chain: what was cut off a chain is missed. `prev_hash` is the hash before the last row's.
-- `anchored_seq` is the row up to which the platform's chain covers a tenant's.
create table audit_head (
  tenant_id uuid primary key references tenant,
  seq bigint not null,
  prev_hash bytea not null,
  hash bytea not null,
  anchored_seq bigint not null default 0
);
create table platform_audit_head (
  only_row boolean primary key default true check (only_row),
  seq bigint not null,
  prev_hash bytea not null,
  hash bytea not null
);

-- The numbers that rows had came from one counter for all tenants; now they count the rows of a chain. `request_id` names the
-- request by which it was done, as its answer and the log do; rows of before have none.
alter table audit alter column id drop identity;
alter table audit rename column id to seq;
alter table audit add column request_id uuid, add column prev_hash bytea, add column hash bytea;
alter table platform_audit alter column id drop identity;
alter table platform_audit rename column id to seq;
alter table platform_audit add column request_id uuid, add column prev_hash bytea, add column hash bytea;

-- What is there becomes the beginning of the chains, in the order in which it was numbered. The owner is bound by forced row
-- security too, and would find nothing.
alter table audit no force row level security;
do $$
declare
  zero constant bytea := decode(repeat('00', 32), 'hex');
  row record;
  chain uuid;
  last bigint := 0;
  last_hash bytea := zero;
  own bytea;
begin
  for row in select * from audit order by tenant_id, seq loop
    if chain is distinct from row.tenant_id then
      chain := row.tenant_id; last := 0; last_hash := zero;
    end if;
    own := audit_hash(chain::text, last + 1, last_hash, row.at, row.actor, row.action, row.subject, null, row.detail);
    -- Numbers only ever become smaller, from the first on, so none meets one that is still there.
    update audit set seq = last + 1, prev_hash = last_hash, hash = own where tenant_id = chain and seq = row.seq;
    last := last + 1; last_hash := own;
  end loop;
  last := 0; last_hash := zero;
  for row in select * from platform_audit order by seq loop
    own := audit_hash('platform', last + 1, last_hash, row.at, row.actor, row.action, row.subject, null, row.detail);
    update platform_audit set seq = last + 1, prev_hash = last_hash, hash = own where seq = row.seq;
    last := last + 1; last_hash := own;
  end loop;
end
$$;
insert into audit_head (tenant_id, seq, prev_hash, hash)
  select distinct on (tenant_id) tenant_id, seq, prev_hash, hash from audit order by tenant_id, seq desc;
insert into platform_audit_head (seq, prev_hash, hash)
  select seq, prev_hash, hash from platform_audit order by seq desc limit 1;
alter table audit force row level security;

alter table audit
  alter column prev_hash set not null, alter column hash set not null,
  add constraint audit_seq_counts check (seq > 0),
  add constraint audit_names_its_request check (request_id is not null) not valid;
alter table platform_audit
  alter column prev_hash set not null, alter column hash set not null,
  add constraint platform_audit_seq_counts check (seq > 0),
  add constraint platform_audit_names_its_request check (request_id is not null) not valid;

alter table audit_head enable row level security;
alter table audit_head force row level security;
create policy own_tenant on audit_head to ferry_app, ferry_auth, ferry_worker
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
create policy matcher_read on audit_head for select to ferry_matcher using (true);
create policy matcher_insert on audit_head for insert to ferry_matcher with check (tenant_id is not null);
create policy matcher_update on audit_head for update to ferry_matcher using (true) with check (tenant_id is not null);
create policy matcher_read on audit for select to ferry_matcher using (true);
grant select, insert, update on audit_head, platform_audit_head to ferry_matcher;
grant select on audit to ferry_matcher;
grant select on platform_audit_head to ferry_admin;

-- What a row says, and never where it stands.
revoke insert on audit from ferry_app, ferry_worker, ferry_auth, ferry_matcher;
revoke insert on platform_audit from ferry_admin, ferry_auth;
grant insert (tenant_id, at, actor, action, subject, request_id, detail) on audit
  to ferry_app, ferry_worker, ferry_auth, ferry_matcher;
grant insert (at, actor, action, subject, request_id, detail) on platform_audit to ferry_admin, ferry_auth, ferry_matcher;

-- One statement makes or moves the head; its row is the lock of the chain.
create function chain_audit() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
declare
  zero constant bytea := decode(repeat('00', 32), 'hex');
begin
  insert into audit_head as head (tenant_id, seq, prev_hash, hash)
  values (new.tenant_id, 1, zero,
          audit_hash(new.tenant_id::text, 1, zero, new.at, new.actor, new.action, new.subject, new.request_id, new.detail))
  on conflict (tenant_id) do update
    set seq = head.seq + 1, prev_hash = head.hash,
        hash = audit_hash(new.tenant_id::text, head.seq + 1, head.hash, new.at, new.actor, new.action, new.subject,
                          new.request_id, new.detail)
  returning head.seq, head.prev_hash, head.hash into new.seq, new.prev_hash, new.hash;
  return new;
end $$;
create trigger chain before insert on audit for each row execute function chain_audit();

create function chain_platform_audit() returns trigger
  language plpgsql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
declare
  zero constant bytea := decode(repeat('00', 32), 'hex');
begin
  insert into platform_audit_head as head (seq, prev_hash, hash)
  values (1, zero,
          audit_hash('platform', 1, zero, new.at, new.actor, new.action, new.subject, new.request_id, new.detail))
  on conflict (only_row) do update
    set seq = head.seq + 1, prev_hash = head.hash,
        hash = audit_hash('platform', head.seq + 1, head.hash, new.at, new.actor, new.action, new.subject,
                          new.request_id, new.detail)
  returning head.seq, head.prev_hash, head.hash into new.seq, new.prev_hash, new.hash;
  return new;
end $$;
create trigger chain before insert on platform_audit for each row execute function chain_platform_audit();

-- One page of all tenants' chains, in order of tenants and rows, after a row of one; each with the end of its chain as the same
-- snapshot has it. A chain without further rows is one line without a row.
create function audit_page(p_tenant uuid, p_seq bigint, p_limit integer)
  returns table (tenant_id uuid, head_seq bigint, head_hash bytea, seq bigint, prev_hash bytea, hash bytea, at timestamptz,
                 actor text, action text, subject text, request_id uuid, detail text)
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select t.tenant_id, h.seq, h.hash, a.seq, a.prev_hash, a.hash, a.at, a.actor, a.action, a.subject, a.request_id, a.detail::text
  from (select tenant.tenant_id from tenant where tenant.tenant_id >= p_tenant order by tenant.tenant_id limit p_limit) t
    left join audit_head h on h.tenant_id = t.tenant_id
    left join lateral (
      select * from audit
      where audit.tenant_id = t.tenant_id
        and audit.seq > case when t.tenant_id = p_tenant then p_seq else -9223372036854775808 end
      order by audit.seq limit p_limit) a on true
  order by t.tenant_id, a.seq
  limit p_limit
$$;

-- How many rows the tenants' chains have by their heads.
create function audit_size() returns bigint
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$ select coalesce(sum(h.seq), 0)::bigint from audit_head h $$;

-- The hashes of these rows of tenants' chains; those that are missing are absent.
create function audit_hashes(p_tenants uuid[], p_seqs bigint[]) returns table (place bigint, hash bytea)
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select asked.place, a.hash
  from unnest(p_tenants, p_seqs) with ordinality as asked(tenant_id, seq, place)
    join audit a on a.tenant_id = asked.tenant_id and a.seq = asked.seq
$$;

-- Writes the heads that moved since they were last written into the platform's chain, for one page of tenants in order of
-- their ids. Returns the last tenant of the page.
create function record_audit_heads(p_after uuid, p_limit integer, p_at timestamptz, p_actor text, p_request_id uuid)
  returns table (last_tenant uuid, moved bigint)
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with page as materialized (
    select h.tenant_id from audit_head h where h.tenant_id > p_after order by h.tenant_id limit p_limit),
  moved as (
    update audit_head h set anchored_seq = h.seq
    where h.tenant_id = any(array(select page.tenant_id from page)) and h.seq > h.anchored_seq
    returning h.tenant_id, h.seq, h.hash),
  recorded as (
    insert into platform_audit (at, actor, action, subject, request_id, detail)
    select p_at, p_actor, 'audit.heads', 'audit', p_request_id,
           jsonb_build_object('heads', jsonb_agg(
             jsonb_build_array(moved.tenant_id, moved.seq, encode(moved.hash, 'hex')) order by moved.tenant_id))
    from moved having count(*) > 0
    returning 1)
  select page.tenant_id, (select count(*) from moved) from page order by page.tenant_id desc limit 1
$$;

-- Who waits by which request. A watch names the request that made, changed or resumed it; an alert names the one that its
-- watch named when it was recorded. The audit row of that request names who it was.
alter table watch add column request_id uuid;
alter table alert add column request_id uuid;
grant insert (request_id), update (request_id) on watch to ferry_app;

create or replace function record_alerts(p_change bigint, p_from bigint, p_watches uuid[], p_legs smallint[], p_kinds text[],
                                         p_held_until timestamptz[], p_now timestamptz)
  returns table (alerts bigint, deliveries bigint)
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with recorded as (
    insert into alert (tenant_id, id, watch_id, watch_version, request_id, target_id, sailing_id, change_id, leg,
                       class, kind, seen_at, held_until, released_at)
    select w.tenant_id, gen_random_uuid(), w.id, w.version, w.request_id, c.target_id, c.sailing_id, c.id, wt.leg,
           wt.class, risen.kind, c.polled_at, risen.held_until,
           case when risen.held_until is null then p_now end
    from unnest(p_watches, p_legs, p_kinds, p_held_until) as risen(watch_id, leg, kind, held_until)
      join change c on c.id = p_change
      -- `offset 0` keeps this a look for each watch: a join may read all watches of the target for each page of them.
      cross join lateral (
        select * from watch_target
        where target_id = c.target_id and watch_id = risen.watch_id and leg = risen.leg offset 0) wt
      join watch w on w.tenant_id = wt.tenant_id and w.id = wt.watch_id
    where w.state = 'active'
    on conflict do nothing
    returning tenant_id, id, watch_id, held_until),
  told as (
    select tenant_id, id, watch_id, p_from - 1 + row_number() over () as rank from recorded where held_until is null)
  select (select count(*) from recorded),
         (select deliver_alerts(array_agg(tenant_id), array_agg(id), array_agg(watch_id), array_agg(rank), p_now) from told)
$$;

-- From a message back to who asked for it: one line for each audit row of the request that its alert names, or one without.
create function trace_message(p_message_id uuid)
  returns table (tenant_id uuid, delivery_id bigint, state text, sent_at timestamptz, alert_id uuid, seen_at timestamptz,
                 watch_id uuid, request_id uuid, seq bigint, at timestamptz, actor text, action text, subject text)
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select d.tenant_id, d.id, d.state, d.sent_at, al.id, al.seen_at, al.watch_id, al.request_id, au.seq, au.at, au.actor,
         au.action, au.subject
  from delivery d
    left join alert al on al.tenant_id = d.tenant_id and al.id = d.alert_id
    left join audit au on au.tenant_id = al.tenant_id and au.request_id = al.request_id
  where d.message_id = p_message_id
  order by au.seq
  limit 100
$$;

-- A key is issued by a request that has a name too.
drop function issue_key(uuid, uuid, text, bytea, text[], timestamptz, timestamptz);
create function issue_key(p_tenant uuid, p_user uuid, p_public_id text, p_secret_hash bytea, p_scopes text[],
                          p_now timestamptz, p_expires_at timestamptz, p_request_id uuid) returns bigint
  language sql security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  with issued as (
    insert into api_key (tenant_id, id, public_id, secret_hash, scopes, created_by, created_at, expires_at)
    select m.tenant_id, gen_random_uuid(), p_public_id, p_secret_hash, p_scopes, m.user_id, p_now, p_expires_at
    from member m join tenant t using (tenant_id)
    where m.tenant_id = p_tenant and m.user_id = p_user and t.suspended_at is null and t.closed_at is null
    returning tenant_id, public_id),
  noted as (
    insert into audit (tenant_id, at, actor, action, subject, request_id)
    select tenant_id, p_now, 'admin', 'key.create', public_id, p_request_id from issued
    returning 1)
  select count(*) from noted
$$;

-- Hand the functions to the matcher and open each to the one role that calls it. Triggers are called by nobody.
do $$
declare
  f regprocedure;
begin
  grant create on schema app to ferry_matcher;
  for f in select p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace
           where n.nspname = 'app' and p.proname in (
             'chain_audit', 'chain_platform_audit', 'audit_page', 'audit_size', 'audit_hashes', 'record_audit_heads',
             'trace_message', 'issue_key') loop
    execute format('alter function %s owner to ferry_matcher', f);
    execute format('revoke execute on function %s from public', f);
  end loop;
  revoke create on schema app from ferry_matcher;
  for f in select p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace
           where n.nspname = 'app' and p.proname in (
             'audit_page', 'audit_size', 'audit_hashes', 'record_audit_heads', 'trace_message', 'issue_key') loop
    execute format('grant execute on function %s to ferry_admin', f);
  end loop;
  revoke execute on function audit_field(bytea) from public;
  revoke execute on function audit_hash(text, bigint, bytea, timestamptz, text, text, text, uuid, jsonb) from public;
  grant execute on function audit_field(bytea) to ferry_matcher;
  grant execute on function audit_hash(text, bigint, bytea, timestamptz, text, text, text, uuid, jsonb) to ferry_matcher;
  execute format('revoke ferry_matcher from %I', current_user);
end
$$;
