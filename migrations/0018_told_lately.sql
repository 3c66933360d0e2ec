-- `told_lately` (0014) reads the sailing and the watch of an alert once, and those of what was told by their deliveries: before, it went
-- through all the alerts that a watch ever had, and a sailing that flaps has many.
set local search_path = app, pg_temp;

create or replace function told_lately(p_channel uuid, p_alert uuid, p_hour timestamptz, p_day timestamptz, p_limit bigint)
  returns table (tenant_hour bigint, tenant_day bigint, channel_hour bigint, channel_day bigint, sailing_day bigint, sailing_at timestamptz)
  language plpgsql volatile
  set search_path = pg_catalog, app, pg_temp
as $$
declare
  about alert;
begin
  perform pg_advisory_xact_lock(hashtextextended('told:' || current_setting('app.tenant'), 0));
  select * into about from alert a where a.id = p_alert;
  return query
    with lately as materialized (
      select d.alert_id, d.channel_id, d.begun_at from delivery d
      where d.begun_at >= p_day and d.letter_id is null order by d.begun_at desc limit p_limit),
    of_sailing as (
      select lately.begun_at
      -- `offset 0` keeps this a look for each delivery, however many alerts a watch had.
      from lately cross join lateral (select a.watch_id, a.sailing_id from alert a where a.id = lately.alert_id offset 0) a
      where lately.channel_id = p_channel and a.watch_id = about.watch_id and a.sailing_id = about.sailing_id)
    select count(*) filter (where lately.begun_at >= p_hour), count(*),
           count(*) filter (where lately.channel_id = p_channel and lately.begun_at >= p_hour),
           count(*) filter (where lately.channel_id = p_channel),
           (select count(*) from of_sailing), (select max(of_sailing.begun_at) from of_sailing)
    from lately;
end $$;
