-- How checks of each operator went: a count of minutes a day, and the stretches that were not good. The workers write it once a
-- minute, whichever of them comes first; everybody may read it. Nobody is in it: it says what was asked of an operator, not for whom.
set local search_path = app, pg_temp;

-- `condition` and `counted_at` are the last minute's. What a day lacks to its 1,440 minutes, nobody looked. `checked_at` is the
-- last good check as the slowest plan may know of it.
create table operator_day (
  operator_id text not null references operator,
  day date not null,
  good_min smallint not null check (good_min >= 0),
  degraded_min smallint not null check (degraded_min >= 0),
  paused_min smallint not null check (paused_min >= 0),
  off_min smallint not null check (off_min >= 0),
  condition text not null check (condition in ('good', 'degraded', 'paused', 'off')),
  counted_at timestamptz not null,
  checked_at timestamptz,
  primary key (operator_id, day),
  check (good_min + degraded_min + paused_min + off_min between 1 and 1440)
);

-- One stretch of minutes that were not good, with the worst of them. It is over when five minutes in a row were good, and then it
-- ended with the first of those.
create table operator_incident (
  id bigint generated always as identity primary key,
  operator_id text not null references operator,
  what text not null check (what in ('degraded', 'paused', 'off')),
  began_at timestamptz not null,
  good_since timestamptz,
  ended_at timestamptz check (ended_at > began_at)
);
create unique index operator_incident_once_while_open on operator_incident (operator_id) where ended_at is null;
create index operator_incident_newest on operator_incident (began_at desc, id desc);

grant select on operator_day, operator_incident to ferry_app, ferry_worker, ferry_admin;
grant insert, delete on operator_day to ferry_worker;
grant update (good_min, degraded_min, paused_min, off_min, condition, counted_at, checked_at) on operator_day to ferry_worker;
grant insert (operator_id, what, began_at), update (what, good_since, ended_at), delete on operator_incident to ferry_worker;

-- The same facts as before, from a function that the planner reads instead of calling: a calendar asks it of hundreds of
-- sailings, and a call of SQL with a setting costs more than what it looks up. Its names are bound here, so that it needs no path.
drop function released_facts(bigint, bigint, text, timestamptz);
-- The facts of a sailing as a plan may know them: after the newest change that is released to it by `p_until`, else
-- before the first that is not. Null where the plan may not know of the sailing yet. A change is released with
-- the good poll that serves its tick: callers pass the older of now and the target's last good poll. One row, always.
create function released_facts(p_target bigint, p_sailing bigint, p_plan text, p_until timestamptz)
  returns table (facts jsonb)
  language sql stable parallel safe
begin atomic
  select coalesce(
    (select c.after from app.change c
     where c.sailing_id = p_sailing and c.target_id = p_target
       and case p_plan when 'free' then c.free_at when 'plus' then c.plus_at when 'pro' then c.pro_at else c.fleet_at end <= p_until
     order by c.id desc limit 1),
    case
      when exists (select from app.change c where c.sailing_id = p_sailing and c.target_id = p_target)
        then (select c.before from app.change c
              where c.sailing_id = p_sailing and c.target_id = p_target
              order by c.id limit 1)
      -- Its changes are so old that they are forgotten.
      else (select f.facts from app.fact f where f.sailing_id = p_sailing and f.target_id = p_target)
    end);
end;
revoke execute on function released_facts(bigint, bigint, text, timestamptz) from public;
grant execute on function released_facts(bigint, bigint, text, timestamptz) to ferry_app;
