-- These released alerts, if their watches were not deleted, the newest first, with the facts of now as a plan may know them.
--   $1 alerts · $2 since · $3 plan · $4 now
select a.id, a.watch_id, a.kind, a.leg, a.class, a.seen_at, a.released_at as "released_at!", a.closed_at, a.closed_reason,
       a.answer, a.answered_at,
       s.operator_id, s.route_code, s.key, s.departs_local, s.departs_at, s.vessel, te.zone,
       known.facts,
       p.route_code as "pair_route?", p.key as "pair_key?", p.departs_local as "pair_local?", p.departs_at as "pair_at?",
       p.vessel as "pair_vessel?", pe.zone as "pair_zone?", back.facts as "pair_facts?"
from alert a
  join target t on t.id = a.target_id
  cross join lateral released_facts(a.target_id, a.sailing_id, $3, least($4, t.last_good_at)) known
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
      cross join lateral released_facts(bt.id, p.id, $3, least($4, bt.last_good_at)) known
    where f.sailing_id = p.id
    order by bt.last_good_at desc nulls last, bt.id limit 1) back on true
where a.id = any($1)
  and a.released_at is not null and a.released_at >= $2
  and (select w.state from watch w where w.tenant_id = a.tenant_id and w.id = a.watch_id) <> 'deleted'
order by a.released_at desc, a.id desc
