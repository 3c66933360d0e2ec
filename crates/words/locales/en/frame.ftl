# What stands around every page.

title = { $page } · FerryAlert
skip = Skip to the content
nav-main = Main
nav-foot = About FerryAlert
nav-search = Search
nav-ferries = Ferries
nav-pricing = Pricing
nav-status = Status
nav-security = Security
nav-privacy = Privacy
nav-operators = For operators
nav-sign-in = Sign in
nav-sign-out = Sign out
nav-home = Your watches
nav-watches = Watches
nav-alerts = Alerts
nav-channels = Channels
nav-tenant = Team
nav-account = { $name }: your account
nav-tenants = Your tenants
language = Language
language-choose = Change language
foot-what = Watches full ferries for campervans and other large vehicles, and tells you when space comes back.
foot-polite = We ask each operator as rarely as it wants, once for everybody. We never book.

# Spans of time.
span-seconds = { $n ->
    [one] { $n } second
   *[other] { $n } seconds
}
span-minutes = { $n ->
    [one] { $n } minute
   *[other] { $n } minutes
}
span-hours = { $n ->
    [one] { $n } hour
   *[other] { $n } hours
}
span-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
ago = { $span } ago
in-span = in { $span }

# Forms and instants of every page.
form-refused = Nothing was changed yet: please look at what is marked below.
form-save = Save
instant = { $at }
just-now = just now

# What is known of a space; the signal's shape and colour say the same.
space-open = Space
space-open-n = { $n ->
    [one] { $n } space
   *[other] { $n } spaces
}
space-full = Full
space-not-released = Not released
space-cancelled = Cancelled
space-unknown = Not known

# What is no message of ours, as it is.
plain = { $text }

# Somebody else’s words, as they are.
quoted = { $text }

# What something is called and what it is; several things, and several that have commas of their own.
line = { $label }: { $value }
list-more = { $all }, { $more }
list-apart = { $all }; { $more }
