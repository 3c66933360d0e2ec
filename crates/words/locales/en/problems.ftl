# What went wrong, and what links lead to.

# What it is in general.
problem-bad_request = The request cannot be read
problem-key_in_url = A key never belongs into an address
problem-unauthenticated = A valid API key is needed
problem-forbidden = This key may not do this
problem-signed_out = Please sign in
problem-not_allowed = Your role does not allow this
problem-foreign_form = This form did not come from our page
problem-confirm_first = Please confirm that it is you
problem-sign_in_refused = That sign-in did not work
problem-provider_silent = This way to sign in does not work at present
problem-not_found = There is nothing here
problem-method_not_allowed = This address does not take this method
problem-timeout = The request took too long
problem-conflict = The request does not fit the present state
problem-plan_limit = The plan's limit is reached
problem-operator_off = This operator is not asked at present
problem-too_large = The body is too large
problem-unsupported_media_type = The body must be application/json
problem-invalid = Something in the request is not as it should be
problem-too_many_requests = Too many requests
problem-busy = Too much is going on
problem-failed = That did not work

# What it was this time.
not-found = There is no such thing, or it is not yours.
not-taken = Nothing was changed. Go back, look at what you sent, and try again.
signed-out = You were signed out, here or by yourself elsewhere. Nothing was changed.
sign-in-refused = Nothing was changed. A sign-in works once, within ten minutes, in the browser it began in; or you said no there.
provider-silent = { $provider } does not answer as it should. Nothing was changed; try again in a minute, or sign in in another way.
not-allowed-role = Nothing was changed: the role { $role } does not allow this. An owner of this tenant can change your role.
foreign-form = Nothing was changed. Open the page again and send the form from there.
confirm-first = This cannot be undone by whoever finds your device unlocked, so it needs a sign-in of the last ten minutes. Nothing was changed.
confirm-first-go = Confirm that it is you
too-often-of = This works { $times } times in a row, and then once every { $every }. Nothing was done. Come back in { $again }.
too-many-at-once = { $n } requests of this tenant are being worked on. Wait for one of them, then send this one again.
too-often = Come back in { $seconds } s.
busy = Nothing was changed. Try again in a moment.
failed = The mistake is ours and has been noted; nothing was changed.
problem-request = If you write to us, name this request: { $id }
problem-home = To the first page
problem-explained = Problems of the kind { $word } have the status { $status }. The detail says more.

# Links in mails.
link-unknown-title = This link does not work any more
link-unknown = It may be cut short, too old, or for an alert that is no longer kept. Open the newest mail of this watch and use its link.
link-stop-title = Booked?
link-stop = Your watch ends and its alerts stop. You can start a new one at any time.
link-stop-go = Booked, stop
link-keep-title = Not yet?
link-keep = Your watch goes on, and you hear of the next space too.
link-keep-go = Keep watching
link-unsubscribe-title = Stop all mail to this address?
link-unsubscribe = No watch will mail this address any more. Your watches stay as they are.
link-unsubscribe-go = Stop all mail
link-ended-title = This watch has ended
link-ended = There is nothing left to keep watching. Start a new watch to hear of the next space.
link-stopped-title = Your watch has ended
link-stopped = Have a good crossing.
link-kept-title = We keep watching
link-kept = You hear from us when the next space opens.
link-unsubscribed-title = No more mail to this address
link-unsubscribed = Your watches stay as they are; they only stop mailing you here.
