-- What a dashboard needs to be read at once, however many watches there are, and in which language somebody is written to.
--
-- Watches stand in the order of their next departure: `first_day` is what the wish says (the first day of the way out), made by a
-- trigger from the criteria, so that no writer can forget it. Null for criteria that name no day.
-- Which of a tenant's watches a failing question belongs to is found without reading what others ask of it.
--
-- A letter is written in the language of whom it goes to, who may be no member any more: the function that says where it goes says that
-- too, and still of the transaction's tenant alone. A person begins with the language they signed up in.
set local search_path = app, pg_temp;

alter table watch add column first_day date;

create function watch_first_day() returns trigger
  language plpgsql
  set search_path = pg_catalog, app, pg_temp
as $$ begin
  new.first_day := coalesce(new.criteria #>> '{leg,dates,range,from}', new.criteria #>> '{leg,dates,picked,0}')::date;
  return new;
end $$;
revoke execute on function watch_first_day() from public;
create trigger first_day before insert or update of criteria on watch for each row execute function watch_first_day();

alter table watch no force row level security;
update watch set criteria = criteria;
alter table watch force row level security;

create index watch_board on watch (tenant_id, state, first_day, expires_at, id);
create index watch_target_of on watch_target (tenant_id, target_id);

grant insert (locale) on user_account to ferry_auth;

grant select (locale) on user_account to ferry_matcher;
drop function letter_recipient(uuid);
create function letter_recipient(p_letter uuid)
  returns table (user_id uuid, email bytea, zone text, locale text)
  language sql stable security definer
  set search_path = pg_catalog, app, pg_temp
as $$
  select u.user_id, u.email, u.zone, u.locale from letter l join user_account u on u.user_id = l.user_id
  where l.tenant_id = (select current_setting('app.tenant')::uuid) and l.id = p_letter
$$;

do $$
begin
  execute format('grant ferry_matcher to %I', current_user);
  grant create on schema app to ferry_matcher;
  alter function letter_recipient(uuid) owner to ferry_matcher;
  revoke execute on function letter_recipient(uuid) from public;
  revoke create on schema app from ferry_matcher;
  grant execute on function letter_recipient(uuid) to ferry_worker;
  execute format('revoke ferry_matcher from %I', current_user);
end
$$;
