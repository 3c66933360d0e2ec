-- Everything one attempt needs, with the delivery locked; nothing if it is not due or another worker has it.
--   $1 delivery · $2 now
select d.id, a.id as alert_id, c.id as channel_id, d.message_id, d.attempts, d.next_attempt_at as "next_attempt_at!",
       a.closed_at is null as "alert_open!", a.kind as alert_kind, a.class, a.leg, a.seen_at, a.watch_version, a.target_id,
       a.held_until is not null as "was_held!",
       w.state, w.version, w.criteria, w.return_leg, w.note,
       c.kind, c.address as "address!", c.verified_at is not null as "verified!", c.disabled_at is null as "enabled!",
       m.user_id as "member?", u.zone as "zone?", u.locale as "locale?",
       t.plan, t.suspended_at is null and t.closed_at is null as "tenant_live!",
       s.operator_id, s.route_code, s.key, s.departs_local, s.departs_at, s.vessel,
       tf.zone as sailing_zone, tf.name as from_name, tt.name as to_name, o.name as operator_name,
       f.facts as "facts?",
       p.route_code as "pair_route?", p.key as "pair_key?", p.departs_local as "pair_local?",
       p.departs_at as "pair_at?", p.vessel as "pair_vessel?", tt.zone as pair_zone, back.facts as "pair_facts?"
from delivery d
  join alert a on a.tenant_id = d.tenant_id and a.id = d.alert_id
  join watch w on w.tenant_id = a.tenant_id and w.id = a.watch_id
  join channel c on c.tenant_id = d.tenant_id and c.id = d.channel_id
  join tenant t on t.tenant_id = d.tenant_id
  left join member m on m.tenant_id = c.tenant_id and m.user_id = c.user_id
  left join user_account u on u.user_id = m.user_id
  join sailing s on s.id = a.sailing_id
  join route r on r.operator_id = s.operator_id and r.code = s.route_code
  join terminal tf on tf.operator_id = r.operator_id and tf.code = r.from_code
  join terminal tt on tt.operator_id = r.operator_id and tt.code = r.to_code
  join operator o on o.id = s.operator_id
  left join fact f on f.target_id = a.target_id and f.sailing_id = a.sailing_id
  left join sailing p on p.id = a.pair_sailing_id
  left join lateral (
    select pf.facts from watch_target wt join fact pf on pf.target_id = wt.target_id and pf.sailing_id = a.pair_sailing_id
    where wt.tenant_id = a.tenant_id and wt.watch_id = a.watch_id and wt.leg = 1 limit 1) back on true
where d.id = $1 and d.state = 'due' and d.next_attempt_at <= $2
for update of d skip locked
