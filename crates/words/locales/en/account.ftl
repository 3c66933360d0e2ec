# Accounts, sessions, signing in, invitations, privacy.

invitation-accepted-title = This invitation was accepted
invitation-accepted = It works once. If it was you, the tenant is in your list.
invitation-expired-title = This invitation is too old
invitation-expired = It stood for 72 hours. Ask whoever sent it for a new one.
invitation-revoked-title = This invitation was taken back
invitation-revoked = Ask whoever sent it for a new one.
invitation-tenant-gone-title = This invitation leads nowhere now
invitation-tenant-gone = The tenant is closed or suspended. Ask whoever sent it.
invitation-inviter-gone-title = This invitation does not stand any more
invitation-inviter-gone = Whoever sent it may not give this role now. Ask another admin of the tenant for a new one.
invitation-other-address-title = This invitation is for another address
invitation-other-address = You can join by it when the account you sign in with has proved the address it was sent to. Sign out, and sign in with that account.
invitation-already-member-title = You are a member already
invitation-already-member = There is nothing to join. Your role stays as it is.
invitation-plan-full-title = There is no room at present
invitation-plan-full = The tenant’s plan has no room for one more member. Ask whoever sent the invitation; it stands until it ends.
invitation-failed = Nothing was changed. Open the link again.
erased-title = Everything is erased
erased = Your account, and everything that was yours alone, is gone. No mail will follow.
