-- Row security as the catalogue has it: every row that this query returns is a defect. Run as superuser after
-- migrating, once per runtime role.
--   $1 role · $2 schema · $3 tables without a tenant · $4 unique indexes without a tenant
--   $5 security definer functions · $6 `table:command:role` of policies that may look across tenants
with t as (
  select c.oid, c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.relowner,
         exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped) as has_tenant,
         coalesce((select a.attnotnull from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id'), false) as tenant_nn,
         coalesce((select a.attnotnull from pg_attribute a where a.attrelid = c.oid and a.attname = 'user_id'), false) as has_user
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $2 and c.relkind in ('r', 'p')),
tt as (select * from t where has_tenant),
-- What is a person's own and no tenant's.
ut as (select * from t where has_user and not has_tenant),
r as (select * from pg_roles where rolname = $1),
-- A policy once per command and role it applies to: ALL counts as four commands.
p as (
  select tt.relname, pol.polname, pol.polpermissive, cmd, role.oid as role_oid, coalesce(named.rolname, 'public') as role_name,
         coalesce(pg_get_expr(pol.polqual, pol.polrelid), '') as using_text,
         coalesce(pg_get_expr(pol.polwithcheck, pol.polrelid), '') as check_text
  from tt
    join pg_policy pol on pol.polrelid = tt.oid
    cross join lateral unnest(case when pol.polcmd = '*' then array['r', 'a', 'w', 'd'] else array[pol.polcmd::text] end) as cmd
    cross join lateral unnest(pol.polroles) as role(oid)
    left join pg_roles named on named.oid = role.oid),
f as (
  select fn.oid, fn.proname, fn.prosecdef, fn.proconfig, fn.prosrc, fn.provolatile, fn.proleakproof, fn.proowner, fn.proacl
  from pg_proc fn join pg_namespace n on n.oid = fn.pronamespace
  where n.nspname = $2)
select 'R01 role is superuser, bypassrls, createrole, createdb or replication' as rule, rolname::text as object
  from r where rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication
union all select 'R02 role is a member of a table owner, a function owner or a bypassrls role', g.rolname
  from r join pg_roles g on g.oid <> r.oid and pg_has_role(r.oid, g.oid, 'member')
  where g.rolsuper or g.rolbypassrls or g.oid in (select relowner from t) or g.oid in (select proowner from f where prosecdef)
union all select 'R03 table without tenant_id and not on the list', relname from t where not has_tenant and relname <> all ($3)
union all select 'R04 tenant_id may be null', relname from tt where not tenant_nn
union all select 'R05 row security not enabled', relname from tt where not relrowsecurity
union all select 'R06 row security not forced', relname from tt where not relforcerowsecurity
union all select 'R07 no policy for command ' || cmd, relname
  from tt cross join unnest(array['r', 'a', 'w', 'd']) as cmd
  where not exists (select from p where p.relname = tt.relname and p.cmd = cmd.cmd and p.polpermissive)
union all select 'R08 policy without WITH CHECK', relname || '.' || polname from p where cmd in ('a', 'w') and check_text = ''
union all select 'R09 more than one permissive policy for a command and role', relname || ' ' || cmd || ' ' || role_name
  from p where polpermissive group by relname, cmd, role_name having count(*) > 1
union all select 'R10 policy does not compare tenant_id', relname || '.' || polname
  from p where (case when cmd = 'a' then check_text else using_text end) !~ 'tenant_id = \( ?SELECT'
           and relname || ':' || cmd || ':' || role_name <> all ($6)
union all select 'R11 current_setting not in a sub-select', relname || '.' || polname
  from p where using_text || check_text ~ 'current_setting' and using_text || check_text !~* 'select'
union all select 'R12 no index led by tenant_id', relname from tt
  where relkind = 'r' and not exists (
    select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
    where i.indrelid = tt.oid and a.attname = 'tenant_id')
union all select 'R13 unique index without tenant_id', ic.relname
  from tt join pg_index i on i.indrelid = tt.oid and i.indisunique join pg_class ic on ic.oid = i.indexrelid
  where not exists (select from unnest(i.indkey::int2[]) k join pg_attribute a on a.attrelid = tt.oid and a.attnum = k
                    where a.attname = 'tenant_id')
    and ic.relname <> all ($4)
union all select 'R14 foreign key between tenant tables without tenant_id on both sides', con.conname
  from pg_constraint con join tt on tt.oid = con.conrelid join tt other on other.oid = con.confrelid
  where con.contype = 'f'
    and (not exists (select from unnest(con.conkey) k join pg_attribute a on a.attrelid = con.conrelid and a.attnum = k where a.attname = 'tenant_id')
      or not exists (select from unnest(con.confkey) k join pg_attribute a on a.attrelid = con.confrelid and a.attnum = k where a.attname = 'tenant_id'))
union all select 'R15 view without security_invoker', c.relname
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $2 and c.relkind = 'v'
    and not coalesce(lower(c.reloptions::text)::text[] && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1'], false)
union all select 'R16 materialized view', c.relname
  from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $2 and c.relkind = 'm'
union all select 'R17 security definer function not listed, or search_path not fixed', f.proname
  from f where f.prosecdef
    and (f.proname <> all ($5) or not coalesce('search_path=pg_catalog, app, pg_temp' = any (f.proconfig), false))
union all select 'R18 role may truncate, reference or add triggers', relname
  from r cross join t
  where has_table_privilege(r.oid, t.oid, 'TRUNCATE') or has_table_privilege(r.oid, t.oid, 'REFERENCES') or has_table_privilege(r.oid, t.oid, 'TRIGGER')
union all select 'R19 partition readable without its own row security', c.relname
  from r cross join pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $2 and c.relispartition and not c.relrowsecurity and has_table_privilege(r.oid, c.oid, 'SELECT')
union all select 'R20 function that reads a setting is immutable or leakproof', f.proname
  from f where f.prosrc ~ 'current_setting' and (f.provolatile = 'i' or f.proleakproof)
union all select 'R21 role may create objects in a schema', n.nspname
  from r cross join pg_namespace n
  where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and has_schema_privilege(r.oid, n.oid, 'CREATE')
union all select 'R22 policy for everybody', relname || '.' || polname from p where role_oid = 0
union all select 'R23 function that everybody may execute', f.proname
  from f where f.proacl is null or exists (select from aclexplode(f.proacl) acl where acl.grantee = 0 and acl.privilege_type = 'EXECUTE')
union all select 'R25 table of a person without forced row security', relname
  from ut where not (relrowsecurity and relforcerowsecurity)
union all select 'R26 policy of a person''s table does not compare user_id', ut.relname || '.' || pol.polname
  from ut join pg_policy pol on pol.polrelid = ut.oid cross join lateral unnest(pol.polroles) as role(oid)
    left join pg_roles named on named.oid = role.oid
  where coalesce(pg_get_expr(pol.polqual, pol.polrelid), '') || coalesce(pg_get_expr(pol.polwithcheck, pol.polrelid), '')
          !~ '^.user_id = \( ?SELECT'
    and ut.relname || ':' || pol.polcmd::text || ':' || coalesce(named.rolname, 'public') <> all ($6)
union all select 'R24 role may make temporary tables', r.rolname from r where has_database_privilege(r.oid, current_database(), 'TEMPORARY')
order by 1, 2
