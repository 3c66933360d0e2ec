-- Everything one attempt of a letter needs, with the delivery locked; nothing if it is not due or another worker has it. Somebody whom it is
-- about or from is read through their membership: without one they are not there. Whoever is invited is written to as who invites them reads.
--   $1 delivery · $2 now
select l.id as letter_id, l.created_at as written_at, d.message_id, d.attempts, l.kind, l.subject,
       t.name as tenant_name, t.suspended_at is null and t.closed_at is null as "tenant_live!",
       l.user_id, r.email as "email?", coalesce(r.locale, iu.locale) as "locale?", m.role as "role?",
       su.name as "subject_name?", s.role as "subject_role?",
       l.invitation_id, i.address as "invited?", i.role as "invited_role?", iu.name as "inviter?", im.role as "inviter_role?",
       k.name as "key_name?", k.scopes as "key_scopes?", ku.name as "key_maker?", k.created_at as "key_created_at?",
       k.expires_at as "key_expires_at?", k.revoked_at as "key_revoked_at?", k.replaced_by as "key_replaced_by?",
       l.channel_id, c.address as "channel_address?",
       coalesce(c.verified_at is not null and c.disabled_at is null, false) as "channel_works!", mu.name as "own_name?",
       i.expires_at as "expires_at?", i.revoked_at is not null as "is_revoked!", i.accepted_at is not null as "is_accepted!"
from delivery d
  join letter l on l.tenant_id = d.tenant_id and l.id = d.letter_id
  join tenant t on t.tenant_id = d.tenant_id
  left join letter_recipient(l.id) r on true
  left join member m on m.tenant_id = l.tenant_id and m.user_id = l.user_id
  left join user_account mu on mu.user_id = m.user_id
  left join channel c on c.tenant_id = l.tenant_id and c.id = l.channel_id and c.user_id = l.user_id
  left join member s on s.tenant_id = l.tenant_id and l.kind = 'member_joined' and s.user_id::text = l.subject
  left join user_account su on su.user_id = s.user_id
  left join invitation i on i.tenant_id = l.tenant_id and i.id = l.invitation_id
  left join member im on im.tenant_id = i.tenant_id and im.user_id = i.invited_by
  left join user_account iu on iu.user_id = im.user_id
  left join api_key k on k.tenant_id = l.tenant_id and l.kind in ('key_created', 'key_expiring') and k.public_id = l.subject
  left join user_account ku on ku.user_id = k.created_by
where d.id = $1 and d.state = 'due' and d.next_attempt_at <= $2
for update of d skip locked
