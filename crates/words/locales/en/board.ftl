# The dashboard, and what a tenant is.

board-title = Your watches
board-usage = { $n } of { $of } watches and { $days } of { $of_days } days in use
board-plan = { $plan }: checked { $every }
board-new = New watch
board-search = Search sailings
board-members = See who is in it
board-filters = Which watches
board-show-current = Current { $n }
board-show-open = Space now { $n }
board-show-paused = Paused { $n }
board-show-ended = Over { $n }
board-none = There is nothing in this list.
board-none-open = None of your watches has space at present. We tell you as soon as one has.
board-empty-title = Nothing is watched yet
board-empty = Say which sailing is full and what you drive. We look as often as your plan allows, and write to you as soon as there is space.
board-empty-viewer-title = Nothing is watched here yet
board-empty-viewer = You see what this team watches. An editor, an admin or the owner can begin a watch.
board-live = Live
board-not-live = Not live at the moment. What you see is what was known when this page opened.
board-route = { $from } to { $to }
board-day = { $day }
board-days = { $from } to { $to }
board-days-some = { $n ->
    [one] { $n } day from { $from } to { $to }
   *[other] { $n } days from { $from } to { $to }
}
board-hours = leaving { $from } to { $to }
board-way-back = and back: { $days }
board-what = { $kind } { $length } long, { $height } high
board-car = Car
board-campervan = Campervan
board-motorhome = Motorhome
board-caravan = Car with caravan
board-van = Van
board-vehicle = Vehicle
board-class = class { $class }
board-open-on = { $moment }
board-open-on-more = { $moment }, and { $more ->
    [one] { $more } more sailing
   *[other] { $more } more sailings
}
board-space-partly = Space, but not all you want
board-no-sailing = No sailing shown yet
board-not-checked = Not checked yet
board-paused = Paused
board-stopped = Found
board-expired = Over
board-strip = { $all ->
    [0] No checks yet
    [one] The last check: { $open } with space, { $missed } missed
   *[other] The last { $all } checks: { $open } with space, { $missed } missed
}
board-last = Last check
board-next = Next check
board-every = Checked
board-never = not yet
board-no-next = not planned
board-every-floor = { $operator } is never asked the same more often.
board-every-budget = So much is watched at { $operator } that its requests are shared.
board-missed = Not checked since
board-any-moment = any moment now
board-moment = { $moment } { $zone }
board-hindrance-failing = Some pages of { $operator } do not give us answers we can rely on. Your watches stay as they are, and we keep trying.
board-hindrance-silent = { $operator } does not answer us. Your watches stay as they are, and we keep trying.
board-hindrance-off = We have paused our checks of { $operator }. Your watches stay as they are.
board-hindrance-since = Since { $when }.
board-pages = Pages
board-before = Earlier in the list
board-after = Further in the list
account-language = Language of pages and mail
account-language-unknown = Choose a language from the list.
too-many-streams = { $n } pages are told what changes already. This one shows what was known when it opened.

about-viewer = You are a viewer here: you see watches and alerts.
about-editor = You are an editor here: you make and change watches.
about-admin = You are an admin here: you also manage members and keys.
about-owner = You own it.
about-plan = Plan
about-plan-free = Free
about-plan-plus = Plus
about-plan-pro = Pro
about-plan-fleet = Fleet
about-watches = Running watches
about-days = Watched days
about-people = People
about-used = { $n } of { $of }
about-members = Members
about-members-text = Who is in it, what each may do, and invitations.
about-keys = API keys
about-keys-text = For programs that read or make watches.
about-log = What was done here
about-log-text = Every act, by whom and when.
about-settings = Settings
about-settings-text = Its name, handing it over, closing it.
about-leave = Leave
about-leave-text = Go, and decide what becomes of your watches.
