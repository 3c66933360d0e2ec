-- What a plan was told of one class on one sailing, step by step, the newest first.
--   $1 operator · $2 route · $3 key · $4 class · $5 plan · $6 now · $7 since
with named as (
  select id from sailing where operator_id = $1 and route_code = $2 and key = $3),
-- The target that told last of the class; facts are forgotten soon after the sailing left, changes are not.
teller as (
  select named.id as sailing_id, last.target_id, least($6, t.last_good_at) as until
  from named
    cross join lateral (
      select c.target_id from change c
      where c.sailing_id = named.id and jsonb_exists(c.after -> 'classes', $4)
      order by c.id desc limit 1) last
    join target t on t.id = last.target_id),
changed as (
  select c.id, c.before -> 'classes' -> $4 as before, c.before is not null as was_known, c.after -> 'classes' -> $4 as after,
         case $5 when 'free' then c.free_at when 'plus' then c.plus_at when 'pro' then c.pro_at else c.fleet_at end as at,
         teller.until
  from teller
    cross join lateral (
      select * from change
      where sailing_id = teller.sailing_id and target_id = teller.target_id
      order by id desc limit 2000) c),
-- Of changes that one instant of the plan released together, the last is what it was told.
told as (
  (select distinct on (at) at, id, after as facts from changed where at <= until order by at, id desc)
  union all
  (select least(first.at, $7), 0, first.before
   from (select * from changed order by id limit 1) first
   where first.was_known)),
differing as (
  select at, id, facts from (
    select at, id, facts, lag(facts) over (order by id) as last, row_number() over (order by id) as n from told) compared
  where n = 1 or facts is distinct from last)
select at as "at!", facts
from (select at, id, facts, lead(at) over (order by id) as next_at from differing) step
where next_at is null or next_at > $7
order by id desc
limit 500
