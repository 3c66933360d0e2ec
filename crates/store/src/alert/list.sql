-- Released alerts of watches that were not deleted, the newest first, with the facts of now as a plan may know them.
--   $1 watch or null · $2 open or null · $3 since · $4 plan · $5 now · $6, $7 place or null · $8 limit · $9 alert or null
select a.id, a.watch_id, a.kind, a.leg, a.class, a.seen_at, a.released_at as "released_at!", a.closed_at, a.closed_reason,
       a.answer, a.answered_at,
       s.operator_id, s.route_code, s.key, s.departs_local, s.departs_at, s.vessel, te.zone,
       known.facts,
       p.route_code as "pair_route?", p.key as "pair_key?", p.departs_local as "pair_local?", p.departs_at as "pair_at?",
       p.vessel as "pair_vessel?", pe.zone as "pair_zone?", back.facts as "pair_facts?"
from (
    -- Chosen before anything is looked up for them: a page costs what it shows, however many there are. What may be asked for is no
    -- `or`: a plan for any parameters would think that it leaves next to nothing, and read and sort all.
    select a.*
    from alert a
    where a.released_at is not null
      and (select w.state from watch w where w.tenant_id = a.tenant_id and w.id = a.watch_id) <> 'deleted'
      and case when $1::uuid is null then true else a.watch_id = $1 end
      and case when $2::boolean is null then true else (a.closed_at is null) = $2 end
      and a.released_at >= $3
      and case when $6::timestamptz is null then true else (a.released_at, a.id) < ($6, $7) end
      and case when $9::uuid is null then true else a.id = $9 end
    order by a.released_at desc, a.id desc
    limit least($8::bigint, 100) + 1) a
  join target t on t.id = a.target_id
  cross join lateral released_facts(a.target_id, a.sailing_id, $4, least($5, t.last_good_at)) known
  join sailing s on s.id = a.sailing_id
  join route r on r.operator_id = s.operator_id and r.code = s.route_code
  join terminal te on te.operator_id = r.operator_id and te.code = r.from_code
  left join sailing p on p.id = a.pair_sailing_id
  left join route pr on pr.operator_id = p.operator_id and pr.code = p.route_code
  left join terminal pe on pe.operator_id = pr.operator_id and pe.code = pr.from_code
  left join lateral (
    select known.facts
    from fact f
      join watch_target wt on wt.tenant_id = a.tenant_id and wt.watch_id = a.watch_id and wt.leg = 1 and wt.target_id = f.target_id
      join target bt on bt.id = f.target_id
      cross join lateral released_facts(bt.id, p.id, $4, least($5, bt.last_good_at)) known
    where f.sailing_id = p.id
    order by bt.last_good_at desc nulls last, bt.id limit 1) back on true
order by a.released_at desc, a.id desc
