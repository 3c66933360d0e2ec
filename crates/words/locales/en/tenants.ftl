# Tenants, members, keys, the audit log.

role-viewer = viewer
role-editor = editor
role-admin = admin
role-owner = owner
role-viewer-title = Viewer
role-editor-title = Editor
role-admin-title = Admin
role-owner-title = Owner
role-viewer-may = Sees watches and alerts.
role-editor-may = Also makes and changes watches.
role-admin-may = Also manages members and keys.
role-owner-may = Also changes the plan, hands the tenant over and closes it.
role-unknown = Choose a role from the list.
plan-free = Free
plan-plus = Plus
plan-pro = Pro
plan-fleet = Fleet
scope-read = Read
scope-write = Write
scope-read-may = Read watches and alerts
scope-write-may = Create, change and delete watches
plan-refused-watches = The plan allows { $allowed ->
    [one] { $allowed } running watch
   *[other] { $allowed } running watches
}, and this would make { $wanted }.
plan-refused-days = The plan allows { $allowed ->
    [one] { $allowed } watched day
   *[other] { $allowed } watched days
} in all, and this would make { $wanted }.

name-empty = Enter a name.
name-too-long = A name has at most { $most } characters.
name-link = A name cannot hold a web or mail address: leave out dots inside words, // and @.
address-wrong = Enter a mail address, such as name@example.org.
days-wrong = Enter a whole number of days from { $least } to { $most }.

tenant-nav-about = About
tenant-nav-members = Members
tenant-nav-keys = API keys
tenant-nav-log = Log
tenant-nav-settings = Settings

settings-title = Settings of { $tenant }
settings-name = What the tenant is called
settings-name-hint = Its members see it, and whoever is invited.
settings-transfer-title = Hand over ownership
settings-transfer = Make another member an owner, beside you or in your place.
settings-close-title = Close this tenant
settings-close = Its watches end, its members lose access and its keys stop working. It cannot be undone.
settings-close-go = Close it

close-title = Close { $tenant }?
close-then = This cannot be undone. From then on:
close-watches = { $n ->
    [0] nothing is checked or sent for it any more
    [one] the running watch ends, and nothing is checked or sent for it any more
   *[other] the { $n } running watches end, and nothing is checked or sent for it any more
}
close-members = { $n ->
    [one] its one member loses access to it, at once
   *[other] all { $n } members lose access to it, at once
}
close-keys = its API keys stop working and its invitations lead nowhere
close-name = Type the tenant’s name, { $tenant }, to close it
close-name-wrong = This is not the tenant’s name. Type it as it stands above.
close-go = Close for good
close-keep = Keep it

members-title = Members of { $tenant }
members-back = Members
members-room = { $n ->
    [one] The plan { $plan } has room for { $n } person; invitations that wait count too.
   *[other] The plan { $plan } has room for { $n } people; invitations that wait count too.
}
members-you = You
members-since = Member since { $at }
members-no-address = no confirmed address
members-change = Change
members-invite-title = Invite somebody
members-invite-lead = They get a mail with a link that works once, for { $life }, with an account that has this address.
members-invite-refused = Nobody was invited yet: please look at what is marked below.
members-invite-address = Their mail address
members-invite-role = What they are to be
members-invite-go = Send invitation
members-pending-title = Invitations that wait
members-pending-until = Until { $at }
members-pending-by = Sent by { $inviter }
members-pending-gone = Whoever sent it has gone: it can no longer be accepted
members-pending-resend = Send again
members-pending-revoke = Take back
members-owner-not-here = Ownership is handed over on a page of its own, to somebody who is a member.
member-not-yours-unmanaged = Only admins and owners manage members.
member-not-yours-above-own = You cannot give a role above your own.
member-not-yours-owners = Only an owner can change or remove an owner.
member-not-yours-last-owner = A tenant needs an owner. Make somebody else an owner first, or close the tenant.
invite-plan-full = The plan has no room for one more member; invitations that wait count too. Take one back, or change the plan.
invite-already-invited = An invitation to this address waits already. It is in the list below.
invite-too-many = This tenant has sent as many invitations today as it may. Try again tomorrow.
invite-already-member = Somebody with this address is a member already.
invite-over = This invitation cannot be sent any more. Make a new one.

member-role-title = Role
member-role-hint = What they may not do any more, they may not do from their next click on.
member-make-owner = To make somebody an owner, hand over ownership.
member-remove-title = Remove
member-remove = { $name } loses access at once, and the API keys they made stop working.
member-remove-watches = { $n ->
    [0] They have no running watches.
    [one] Their running watch passes to you and tells your mail address from then on, not theirs.
   *[other] Their { $n } running watches pass to you and tell your mail address from then on, not theirs.
}
member-remove-go = Remove { $name }
member-go-yourself = To go yourself, leave this tenant.
member-remove-self = To go yourself, use the page for leaving.

leave-title = Leave { $tenant }?
leave-then = You lose access at once, and the API keys you made here stop working. To come back, somebody must invite you.
leave-watches = { $n ->
    [0] You have no running watches here.
    [one] Your running watch passes to { $heir }, who is told from then on; you are not.
   *[other] Your { $n } running watches pass to { $heir }, who is told from then on; you are not.
}
leave-go = Leave
leave-stay = Stay
leave-sole-owner = You are its only owner, and a tenant needs one. What you can do:
leave-transfer = Hand over ownership, then leave
leave-close = Close the tenant

transfer-title = Hand over { $tenant }
transfer-lead = An owner can do everything here: change members, other owners too, the plan, and close the tenant. A tenant can have several owners.
transfer-alone = You are alone here. Invite somebody first.
transfer-invite = To the members
transfer-to = Who is to be an owner
transfer-to-none = Choose a member
transfer-to-one = { $name }, { $role }
transfer-to-unknown = Choose a member from the list.
transfer-to-both = { $name } is an owner already, and so are you.
transfer-then = What you are afterwards
transfer-then-admin = Only an owner can give ownership back to you.
transfer-then-owner = An owner too
transfer-then-owner-may = There are two of you then.
transfer-then-unknown = Choose what you are to be afterwards.
transfer-go = Hand over
transfer-keep = Leave it as it is

keys-title = API keys
keys-lead = A program that presents a key acts for whoever made it, and may do no more than they may. Rotate a key before it ends; revoke one at once if somebody else may have seen it.
keys-lacking = The plan { $plan } has no API keys; they come with { $least }.
keys-none-title = There are no keys yet
keys-none = With a key, a program of yours reads watches and alerts, or makes them.
keys-make = Make a key
keys-made = Made { $at } by { $name }
keys-used = Last used { $ago }
keys-unused = Never used
keys-until = Works until { $at }
keys-soon = Ends soon: { $at }
keys-replaced-until = Replaced; works until { $at }
keys-ended-at = Ended { $at }
keys-revoked-at = Revoked { $at }
keys-live = Works
keys-soon-chip = Ends soon
keys-replaced = Replaced
keys-ended = Ended
keys-revoked = Revoked
keys-by-administrator = Made by an administrator
keys-rotate = Rotate
keys-revoke = Revoke
keys-too-many = This tenant has { $most } keys that work. Revoke one of them first.
key-over = This key has ended or was replaced already. Nothing was changed.
key-new-title = Make a key
key-new-refused = No key was made yet: please look at what is marked below.
key-name = What is it for?
key-name-hint = The lists and the log call it so.
key-scopes = What may it do?
key-scopes-none = Choose what the key may do.
key-days = For how many days is it good?
key-new-told = Every owner of this tenant is told by mail that there is a new key, and once more before it ends. The key itself is shown to you alone, once.
key-new-go = Make the key
key-rotate-title = Rotate { $name }
key-rotate-lead = You get a new key that may do the same. The old one works on for as long as you say, so that nothing stops while you put the new one in its place.
key-old = The old key
key-overlap = For how many days may the old key work on?
key-overlap-hint = With 0 days the old key ends at once.
key-rotate-days = For how many days is the new key good?
key-rotate-go = Rotate the key
key-unnamed = a key
key-made-title = Your new key
key-made-once = Copy it now: it is shown on this page and never again.
key-made-copy = Copy
key-made-done = Copied
key-made-until = It works until { $at }.
key-made-use = Send it in this header, and never in an address:
key-made-replaced = The key that it replaces, { $key }, has ended.
key-made-overlap = The key that it replaces, { $key }, works until { $at } as well.
key-made-copied = I have copied it
keys-back = Back to the keys

log-title = Audit log
log-lead = Who did what here, the newest first. Each line carries a hash of the one before it, so that none can be changed or taken out unnoticed.
log-none = There is nothing here yet.
log-row = row { $seq }
log-request = request { $id }
log-older = Older
log-newest = Newest
log-who-gone = Somebody who is no member any more
log-who-key = The API key { $key }
log-who-link = Whoever opened a link in a mail
log-who-admin = The administrator of this installation
log-who-other = { $actor }
deed-unknown = did “{ $action }”
deed-account-change = changed their account
deed-account-claim = signed in as the owner of their address for the first time, which took from the account what was there before
deed-account-create = signed in for the first time
deed-account-erase = erased their account
deed-account-export = took a copy of what is known of them
deed-alert-keep = answered an alert: keep watching
deed-channel-remove = removed an address that mail went to
deed-channel-unsubscribe = stopped all mail to an address
deed-identity-begin = began to add a way to sign in
deed-identity-link = added a way to sign in
deed-identity-unlink = removed a way to sign in
deed-invitation-accept = accepted an invitation
deed-invitation-create = invited somebody
deed-invitation-resend = sent an invitation again
deed-invitation-revoke = withdrew an invitation
deed-key-create = made an API key
deed-key-revoke = revoked an API key
deed-key-rotate = replaced an API key
deed-member-change-role = changed a member’s role
deed-member-erase = was erased with their account
deed-member-leave = left
deed-member-remove = removed a member
deed-session-begin-confirm = began to confirm who they are
deed-session-confirm = confirmed who they are
deed-session-end = ended a session
deed-session-end-others = ended all their other sessions
deed-session-rotate = renewed a session
deed-session-start = signed in
deed-tenant-close = closed this tenant
deed-tenant-erase = erased this tenant with their account
deed-tenant-open = opened this tenant
deed-tenant-rename = renamed this tenant
deed-tenant-resume = let this tenant go on
deed-tenant-suspend = suspended this tenant
deed-tenant-transfer = handed this tenant over
deed-watch-change = changed a watch
deed-watch-create = made a watch
deed-watch-delete = deleted a watch
deed-watch-pause = paused a watch
deed-watch-resume = resumed a watch
deed-watch-stop = ended a watch: booked
deed-channel-add = added an address to be told at
deed-channel-ask = had an address asked to confirm
deed-channel-confirm = confirmed an address
deed-channel-default = changed whether new watches tell an address
deed-channel-test = sent a test to an address
deed-watch-snooze = let a watch sleep until a day
