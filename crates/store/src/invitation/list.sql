-- Invitations that were neither accepted nor taken back, the newest first; or the one of an id, whatever became of it.
--   $1 id, or null · $2 how many
select i.id, i.address, i.role, i.invited_by, i.created_at, i.expires_at,
       i.revoked_at is not null as "is_revoked!", i.accepted_at is not null as "is_accepted!",
       t.name as tenant_name, t.suspended_at is null and t.closed_at is null as "tenant_live!",
       u.name as "inviter?", m.role as "inviter_role?"
from invitation i
  join tenant t on t.tenant_id = i.tenant_id
  left join member m on m.tenant_id = i.tenant_id and m.user_id = i.invited_by
  left join user_account u on u.user_id = m.user_id
where case when $1::uuid is null then i.accepted_at is null and i.revoked_at is null else i.id = $1 end
order by i.created_at desc, i.id desc
limit $2
