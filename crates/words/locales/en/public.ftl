# Pages for everybody.

# The first page.
home-title = Space on full ferries, told in time
home-lead = FerryAlert watches sailings that are full for campervans and other large vehicles, and tells you when space comes back.
landing-head = FerryAlert: space on full ferries for campervans and large vehicles
landing-description = Ferry full for your campervan or motorhome? FerryAlert watches the sailings for a vehicle of your size and tells you the moment space comes back, with the link to book it.
landing-under = Free for two watches. We never book for you, and never ask for a card to begin.
board-open = Open right now
board-later = What we know of the next sailings
board-all = All routes
board-note = As the Free plan was told. Faster plans hear sooner.
how = How it works
how-say = Say what you need
how-say-text = From where to where, which days, and the vehicle you really drive: length, height, bike rack.
how-watch = We watch
how-watch-text = We ask the operator at the pace it allows, once for everybody who waits for the same sailing.
how-book = You book
how-book-text = When space appears, you get one message with the link to the operator’s own booking page.
promises = What we promise
promise-early = Early
promise-early-text = Your message leaves within one checking interval of your plan and 5 seconds.
promise-true = True
promise-true-text = Only for sailings you asked for, for a vehicle of your size, that can still be booked when we write.
promise-once = Once
promise-once-text = One opening, one message. No repeats, whatever happens on our side.
promise-loud = Never silent
promise-loud-text = If we cannot check, we show it and tell you, and we tell you when it works again.
promise-polite = Polite
promise-polite-text = More people watching does not mean more requests. We keep to what each operator allows.
promise-private = Private
promise-private-text = Your watches are yours. Nobody else can see or guess what you wait for.
served = Operators
served-status = How they answer
plans = Plans
plans-all = Compare plans
plans-every = Checked { $every }
plans-month = { $price } a month
plans-free = Free
questions = Questions
ask-book = Do you book for me?
answer-book = No. You get the link to the operator’s own page and book there yourself, at its price. We never sign in, hold or buy anything.
ask-fast = How fast do I need to be?
answer-fast = Space that others give back is often gone within minutes. A faster plan hears of it sooner; on every plan we write the moment your plan is due, and say so if it is gone again.
ask-full = The sailing shows space for cars. Why do you say it is full?
answer-full = Operators sell car decks by height and length. A sailing can have space for a car and none for a campervan; we look at the class your vehicle falls in.
ask-size = What if my vehicle is not on the list?
answer-size = Choose “My own size” and type its length and height, with bike rack and trailer, in metres or in feet.
ask-fail = What if you cannot reach the operator?
answer-fail = You see it on your watch and on the status page, and hear it once. What we could not read never becomes “full” or “space”.
ask-leave = Can I leave?
answer-leave = At any time, by yourself: take a copy of everything that is yours, and erase it.

# The search as a sentence.
sentence = Search for sailings
sentence-start = From
sentence-start-example = Portsmouth
sentence-end = to
sentence-end-example = Bilbao
sentence-from = leaving from
sentence-to = until
sentence-vehicle = with
sentence-length = length
sentence-length-example = 5.4 m or 17 ft 9
sentence-height = height
sentence-height-example = 2.0 m
sentence-go = Search
terminal-unknown = We know no terminal called “{ $name }”. Try the town’s name, or look through all routes.
day-not-one = Write the day like { $example }.
day-bounds = Choose a day from { $from } to { $to }.

# Vehicles.
vehicle-car = Car
vehicle-car-roof-box = Car with roof box
vehicle-california-roof-down = VW California, roof down
vehicle-california-high-roof = VW California, fixed high roof
vehicle-campervan-540 = Campervan, 5.4 m (Ducato)
vehicle-campervan-600 = Campervan, 6 m (Ducato)
vehicle-campervan-600-bikes = Campervan, 6 m, with bike rack
vehicle-campervan-640 = Campervan, 6.4 m (Ducato)
vehicle-coachbuilt-700 = Motorhome, coachbuilt, 7 m
vehicle-a-class-750 = Motorhome, A-class, 7.5 m
vehicle-car-caravan = Car with caravan
vehicle-own = My own size
vehicle-of-size = a vehicle { $length } long and { $height } high
vehicle-unknown = Choose a vehicle from the list, or your own size.
length-empty = Write a length, such as 5.40 m or 17 ft 9.
length-no-unit = Say what it is measured in, such as 540 cm or 5.40 m.
length-too-long = That is longer than any ferry takes: 30 m at most.
length-not-one = Write it like 5.40 m, 540 cm or 17 ft 9.
length-bounds = Between { $least } and { $most }.

# Classes.
class-to = “{ $class }”: up to { $length } long and { $height } high
class-to-length = “{ $class }”: up to { $length } long, any height
class-to-height = “{ $class }”: up to { $height } high, any length
class-to-any = “{ $class }”: any size
class-over-length = { $mm } long is over { $over }
class-over-height = { $mm } high is over { $over }
class-none = { $operator } takes no vehicle that is { $length } long and { $height } high.
class-untold = { $operator } does not tell whether there is space for a vehicle { $length } long and { $height } high, so we could never tell you.
class-yours = Your vehicle is in the class { $class }.
class-why = Why:
class-named = class “{ $class }”

# What the search found.
search-title = Find a sailing
search-description = Which sailings have space for your campervan, motorhome or caravan, as last checked.
search-what = { $from } to { $to }, { $vehicle }
search-refused = Nothing was searched yet: please look at what is marked.
search-empty = Say from where to where, when, and with what.
search-all = See all routes
search-nowhere = We know both ends, but no ferry we watch sails from { $from } to { $to }.
search-from-there = From { $from }
search-to-there = To { $to }
search-which = { $n ->
    [one] One route fits
   *[other] { $n } routes fit: which one?
}
search-month = Whole month
search-told-until = The operator tells of sailings until { $day }. Watch later days now, and we begin as soon as it does.
search-found = { $n ->
    [0] No sailing with space that we know of. Watch these days, and we tell you when that changes.
    [one] One sailing with space.
   *[other] { $n } sailings with space.
}
search-unchecked = Not checked yet: nobody watches here. Watch it, and we begin to look.
search-later = Later sailings
space-unchecked = Not checked yet
departure = { $time } { $space }
checked-ago = checked { $span } ago
exact-utc = { $moment } UTC
every-seconds = { $n ->
    [one] every second
   *[other] every { $n } seconds
}
every-minutes = { $n ->
    [one] every minute
   *[other] every { $n } minutes
}
every-hours = { $n ->
    [one] every hour
   *[other] every { $n } hours
}
days-span = { $from } to { $to }
sailing-left = Has left
watch-this = Watch this
watch-days = Watch these days

# Operators.
operator-asked = Asked
operator-not-asked = Not asked at present
operator-off = We do not ask { $operator } at present, so nothing new is known of it here.
operator-paused = { $operator } does not answer as it should. We try again at intervals; what stands here may be old.
operator-floor = Asked at most
operator-horizon = Tells ahead
operator-clock = Times in
operator-classes = { $n ->
    [one] Its one vehicle class
   *[other] Its { $n } vehicle classes
}
operator-untold = space is not told
operator-status = How it answers
routes-count = { $n ->
    [one] { $n } route
   *[other] { $n } routes
}

# Routes.
ferries-title = Ferries
ferries-description = Every ferry route that FerryAlert knows, by operator, with a calendar of space for your vehicle.
ferries-lead = Every route we know, as its operator spells it. Choose one to see its month.
route-title = { $from } to { $to }
route-description = Space for campervans, motorhomes and caravans from { $from } to { $to } with { $operator }: a month at a glance, as last checked.
route-back = Other direction
route-vehicle = Space for
route-show = Show
route-months = Months
route-previous = Month before
route-next = Month after
route-none = No sailing of this month was checked for this vehicle yet. Watch the route, and we begin to look.
route-hint = Point at a day to read it; choose it to see its sailings.
route-legend = What the signs mean
route-table = The same as a table
route-watch = Tell me when space opens
route-watch-text = On the Free plan this route is checked { $every }.
route-watch-go = Watch this month
table-departs = Departs
table-space = Space
table-price = Price
table-checked = Checked
table-book = Book

# How operators answer.
status-title = How operators answer
status-description = Whether each ferry operator answers our checks, the last good check, and the last 90 days.
status-feed = FerryAlert: incidents at operators
status-feed-link = Follow as a feed
status-calm = Every operator that we ask answers as it should.
status-rough = Not every operator answers as it should. Watches there may be late; their owners were told.
status-good = Answers
status-degraded = Answers badly
status-paused = We hold back
status-off = Not asked
status-unseen = Not looked at
status-unseen-text = Nobody has looked for some minutes.
status-good-text = It answers as it should.
status-degraded-text = Some checks fail. We go on trying.
status-paused-text = Checks failed one after another, so we ask less until it answers again.
status-off-text = We do not ask it at present.
status-last-good = Last good check { $span } ago.
status-strip = { $n ->
    [0] The last 90 days: no day with failed checks.
    [one] The last 90 days: one day with failed checks.
   *[other] The last 90 days: { $n } days with failed checks.
}
status-ninety = 90 days ago
status-today = Today
status-words = In words
status-no-gap = No check failed for a minute or more.
status-day-good = answered all day
status-day-bad = checks failed for { $span }
status-day-off = not asked
status-day-gap = nothing was watched
status-legend-good = answered
status-legend-bad = checks failed
status-legend-off = not asked
status-incidents = Incidents
status-no-incidents = None in the last 90 days.
status-note = Days are counted by UTC. Checks are those of the Free plan.
incident-good = { $operator } answers again
incident-degraded = Checks at { $operator } fail
incident-paused = We hold back at { $operator }
incident-off = { $operator } is not asked
incident-lasted = Lasted { $span }
incident-lasts = Goes on

# Plans.
pricing-title = Plans
pricing-description = Free for two watches, checked every hour. Faster checks and more watches for a fair price. No card needed to begin.
pricing-lead = Everybody gets the same truth. What you pay for is how soon and how much.
pricing-free = For one trip.
pricing-plus = For this summer’s trips.
pricing-pro = For those who are always under way, with an API.
pricing-fleet = For companies and clubs.
pricing-month = a month
pricing-interval = checked { $every }
pricing-watches = { $n ->
    [one] { $n } active watch
   *[other] { $n } active watches
}
pricing-days = { $n ->
    [one] { $n } watched day
   *[other] { $n } watched days in all
}
pricing-members = { $n ->
    [one] for one person
   *[other] { $n } people
}
pricing-history = { $span } of history
pricing-keys = API keys that read and write, { $n } requests a minute
pricing-begin = Begin for free
pricing-honest = Said honestly
pricing-pay = There is no way to pay on this page yet. Whoever runs this installation gives the faster plans: write to { $contact }.
pricing-floor = No plan is faster than what an operator allows. Each watch shows its real interval, and why.
pricing-true = A faster plan hears sooner; it never hears anything else. Free is told the same, later.
pricing-released = Every page shows what your plan was told by now, and how old that is.
pricing-down = Going down a plan deletes nothing: the newest watches over the limit are paused, and you are told which.

# How it is kept safe.
security-title = How FerryAlert is kept safe
security-description = Every security requirement of FerryAlert, the threat it answers, and the tests that prove it today.
security-lead = We wrote down what could go wrong, what we demand against it, and a test for each demand. Here is all of it.
security-proved = Requirements proved
security-of = { $n } of { $all }
security-tests = Tests that prove them
security-when = When they run
security-when-text = on every change
security-report = Found a hole?
security-report-text = Write to { $contact }. We answer, mend it, and name you if you like. Good-faith research on your own account is welcome.
security-read = How to read this
security-read-text = Each line is a demand. Open it to see the threats it answers and the names of the tests that prove it. A demand without proof says so.
security-limits = A proved demand means that its tests passed, not that they are perfect; each was seen to fail once with its control removed. Demands and threats are quoted in English, as they were written.
security-is-proved = Proved
security-not-yet = Not yet
security-against = What it answers
security-by = What proves it
area-adm = Administration
area-api = The API
area-aud = The audit log
area-aut = Signing in
area-auz = Who may do what
area-bil = Payments
area-cfg = Settings
area-cry = Encryption
area-dev = How it is built
area-dos = Overload
area-egr = What leaves for other servers
area-inj = Text that tries to be a command
area-job = Work in the background
area-key = API keys
area-ntf = Messages
area-obs = Logs
area-opr = Operators
area-prv = Privacy
area-ses = Sessions
area-sup = Parts by others
area-ten = Keeping customers apart
area-web = Pages in a browser
area-other = Others

# Without a network.
offline-title = No network
offline-text = FerryAlert cannot be reached from here. Your watches go on, and your messages still go out.
offline-again = Try again

# What is kept.
privacy-title = What we keep, and for how long
privacy-description = Every kind of thing that FerryAlert keeps of people: what for, how long, and how it goes.
privacy-lead = Little, sealed where it is an address, and gone when you say so.
privacy-addresses = Addresses are used to tell you what you asked for, and for nothing else.
privacy-nobody = Nobody else is shown them. There is no advertising, no tracking and nothing of third parties on any page.
privacy-cookies = Two cookies: one that keeps you signed in, one that remembers your language.
privacy-own = You can have all that is yours as one document, and erase it, by yourself.
privacy-own-go = Your data
privacy-map = What follows is made from the table that our programs export, erase and forget by; a test holds it against the database. Purposes are quoted in English, as they stand there.
privacy-kept = Kept { $kept }. When its person or tenant is erased: { $erased }.
privacy-what = What
privacy-why = What for
privacy-class = Kind
privacy-export = In an export
kept-until-erased = until it is erased
kept-with = as long as its { $other }
kept-until-end = until it ends
kept-hours = { $n ->
    [one] { $n } hour { $after }
   *[other] { $n } hours { $after }
}
kept-days = { $n ->
    [one] { $n } day { $after }
   *[other] { $n } days { $after }
}
kept-always = always
kept-deleted = deleted
kept-emptied = emptied of what is personal
kept-ids = stays: ids alone
kept-nobodys = about nobody
kept-plain = none
kept-pseudonym = id of a person
kept-personal = personal
kept-sealed = personal, sealed
kept-secret = secret
kept-not-exported = no
kept-exported = yes
kept-exported-own = yes, to its person alone
after-ended = after it ended
after-made = after it was made
after-written = after it was written
after-closed = after it closed
after-tenant-closed = after it was closed
after-given = after it was given
after-recorded = after it was recorded
after-sailing = after the sailing left
after-decided = after it was decided about
after-full = after it was full again

# For operators.
bot-description = What FerryAlertBot asks of ferry operators, how rarely, and how to have it ask less or not at all.
bot-lead = You run a ferry line and found this name in your logs. This is what it does.
bot-once = It asks whether sailings have space, once for everybody who wants to know. More people watching does not mean more requests.
bot-obeys = It obeys robots.txt, Retry-After and a floor between two requests for the same page.
bot-never = It never books, signs in or hides who it is.
bot-links = It links people to your own booking page.
bot-less = Less, or not at all
bot-less-text = Write to { $contact }, or name FerryAlertBot in your robots.txt.
security-txt = security.txt
