-- Counts one minute of an operator, unless it was counted; only who counts it moves the incident.
--   $1 operator · $2 condition · $3 now · $4 last good check
with seen as (
  select date_trunc('minute', $3::timestamptz, 'UTC') as minute, ($3::timestamptz at time zone 'UTC')::date as day),
known_before as (
  -- What was never anything but off is not an incident.
  select exists (select from operator_day where operator_id = $1 and good_min + degraded_min + paused_min > 0) as asked),
counted as (
  insert into operator_day as d
    (operator_id, day, good_min, degraded_min, paused_min, off_min, condition, counted_at, checked_at)
  select $1, day, ($2 = 'good')::integer, ($2 = 'degraded')::integer, ($2 = 'paused')::integer, ($2 = 'off')::integer,
         $2, minute, $4
  from seen
  on conflict (operator_id, day) do update set
    good_min = d.good_min + excluded.good_min * least(3, extract(epoch from excluded.counted_at - d.counted_at) / 60),
    degraded_min = d.degraded_min + excluded.degraded_min * least(3, extract(epoch from excluded.counted_at - d.counted_at) / 60),
    paused_min = d.paused_min + excluded.paused_min * least(3, extract(epoch from excluded.counted_at - d.counted_at) / 60),
    off_min = d.off_min + excluded.off_min * least(3, extract(epoch from excluded.counted_at - d.counted_at) / 60),
    condition = excluded.condition,
    counted_at = excluded.counted_at,
    checked_at = greatest(d.checked_at, excluded.checked_at)
  where d.counted_at < excluded.counted_at
  returning counted_at as minute),
moved as (
  update operator_incident i set
    what = case when array_position(array['good', 'degraded', 'paused', 'off'], $2)
                     > array_position(array['good', 'degraded', 'paused', 'off'], i.what) then $2 else i.what end,
    good_since = case when $2 = 'good' then coalesce(i.good_since, minute) end,
    ended_at = case when $2 = 'good' and i.good_since <= minute - interval '5 minutes' then i.good_since end
  from counted
  where i.operator_id = $1 and i.ended_at is null
  returning 1),
begun as (
  insert into operator_incident (operator_id, what, began_at)
  select $1, $2, minute from counted, known_before
  where $2 <> 'good' and known_before.asked and not exists (select from moved)
  on conflict do nothing
  returning 1)
select exists (select from counted) as "counted!"
