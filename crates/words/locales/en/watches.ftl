# Watches, alerts, channels.

# What many pages say.
moment = { $at }
moment-exact = { $at } { $zone }
day = { $day }
clock = { $time }
days-range = { $from } to { $to }
route = { $from } to { $to }
sailing = { $route }, { $at }
class = class { $class }
price = { $price }
checked = checked
book = Book
book-at = Book at { $operator }
weekday-mon = Mon
weekday-tue = Tue
weekday-wed = Wed
weekday-thu = Thu
weekday-fri = Fri
weekday-sat = Sat
weekday-sun = Sun
kind-car = car
kind-campervan = campervan
kind-motorhome = motorhome
kind-caravan = car and caravan
kind-van = van
kind-other = vehicle
vehicle-size = A { $kind }, { $length } long and { $height } high
party-adults = { $n ->
    [one] { $n } adult
   *[other] { $n } adults
}
party-children = { $n ->
    [one] { $n } child
   *[other] { $n } children
}
party-infants = { $n ->
    [one] { $n } infant
   *[other] { $n } infants
}
party-pets = { $n ->
    [one] { $n } pet
   *[other] { $n } pets
}
wish-leg = { $route }, { $days }
wish-weekdays = Only on { $days }
wish-window = Leaving between { $from } and { $to }
wish-back-either = And back: we tell you when either way has space
wish-back-both = And back: we tell you when both ways have space
wish-cabin = Only with a cabin
wish-pet-cabin = Only with a cabin that takes pets
wish-price = For { $price } at most
class-falls = This is class { $class } at { $operator }.
class-length-between = { $is } long: over { $over }, within { $within }.
class-length-within = { $is } long: within { $within }.
class-length-over = { $is } long: over { $over }.
class-length = { $is } long.
class-height-between = { $is } high: over { $over }, within { $within }.
class-height-within = { $is } high: within { $within }.
class-height-over = { $is } high: over { $over }.
class-height = { $is } high.
interval-every = We ask { $every }.
interval-plan = That is what the plan { $plan } asks.
interval-floor = { $operator } wants to be asked no more often.
interval-budget = So much is watched at { $operator } that its requests are shared.

# The wizard.
wizard-when-title = Where and when?
wizard-what-title = With what?
wizard-check-title = Is this right?
wizard-step-when = Where and when
wizard-step-what = With what
wizard-step-check = Check and begin
wizard-refused = Something needs another look. It is marked below; nothing you typed is lost.
wizard-change = Change
wizard-on = Go on
wizard-way = Which route?
wizard-way-choose = Choose a route
wizard-way-missing = Choose a route from the list.
wizard-not-watched = not watched at present
wizard-days = Which days?
wizard-days-hint = Up to 62 days, on the clock of the port you leave from.
wizard-from = From
wizard-to = To
wizard-narrow = Single days, weekdays or times
wizard-picked = Only these days
wizard-picked-hint = With commas between them, such as 14/8/2026, 16/8/2026. They count instead of from and to.
wizard-weekdays = Only on these weekdays
wizard-after = Leaving no earlier than
wizard-before = Leaving no later than
wizard-back = And the way back?
wizard-back-hint = Leave it empty for one way.
wizard-back-from = Back from
wizard-back-to = Back to
wizard-back-picked = Back only on these days
wizard-back-weekdays = Back only on these weekdays
wizard-back-after = Back no earlier than
wizard-back-before = Back no later than
wizard-rule = When shall we tell you?
wizard-rule-either = When either way has space
wizard-rule-both = Only when both ways have space
wizard-vehicle = Your vehicle
wizard-vehicle-missing = Choose a vehicle, or say how large yours is.
wizard-vehicle-car = Car
wizard-vehicle-car-roof-box = Car with roof box
wizard-vehicle-california-roof-down = VW California, roof down
wizard-vehicle-california-high-roof = VW California, high roof
wizard-vehicle-campervan-540 = Campervan of 5.4 m
wizard-vehicle-campervan-600 = Campervan of 6 m
wizard-vehicle-campervan-600-bikes = Campervan of 6 m with bikes
wizard-vehicle-campervan-640 = Campervan of 6.4 m
wizard-vehicle-coachbuilt-700 = Coachbuilt motorhome of 7 m
wizard-vehicle-a-class-750 = A-class motorhome of 7.5 m
wizard-vehicle-car-caravan = Car and caravan
wizard-size = { $length } long, { $height } high
wizard-own = Another size
wizard-own-hint = Type length and height
wizard-own-size = Its size
wizard-own-size-hint = In metres, centimetres or feet: 5.4, 540 cm, 17 ft 9. Measure the highest and the longest point.
wizard-kind = What is it?
wizard-length = Length
wizard-height = Height
wizard-width = Width, if you know it
wizard-trailer = Trailer or caravan adds
wizard-rack = Bike rack adds
wizard-length-missing = Type a size, such as 5.4 m.
wizard-length-no-unit = Say what it is measured in, such as 540 cm.
wizard-length-too-long = This is longer than 30 m.
wizard-length-unread = This is no size we can read. Type it like 5.4 m, 540 cm or 17 ft 9.
wizard-party = Who travels?
wizard-adults = Adults
wizard-children = Children
wizard-infants = Infants
wizard-pets = Pets
wizard-count-unread = Type a whole number.
wizard-wants = What else do you want?
wizard-wants-none = { $operator } tells of neither cabins nor prices.
wizard-cabin = Only with a cabin
wizard-pet-cabin = Only with a cabin that takes pets
wizard-price = At most, in { $currency }
wizard-price-unread = Type an amount, such as 350 or 349.50.
wizard-tell = Where shall we tell you?
wizard-channel-waits = not confirmed
wizard-channels = Add or confirm an address
wizard-channel-foreign = Choose from your own addresses.
wizard-stop = When you have booked
wizard-stop-yes = Ask with every alert whether I have booked
wizard-stop-no = Do not ask, go on until I stop it
wizard-class = Class
wizard-interval = How often
wizard-will = What it does
wizard-leaves = Your plan
wizard-now = What is known now
wizard-now-nothing = Nobody has checked these sailings for your plan yet. The first check comes soon after you begin.
wizard-now-none = No sailing has space at present.
wizard-now-open = { $n ->
    [one] { $n } sailing has space at present.
   *[other] { $n } sailings have space at present.
}
wizard-now-more = { $n ->
    [one] And { $n } more.
   *[other] And { $n } more.
}
wizard-note = A note to yourself
wizard-note-hint = It stands in your alerts. Members of this tenant can read it.
wizard-note-long = A note has { $n } characters at most.
wizard-note-unread = A note is plain text.
wizard-begin = Begin watching
wizard-save = Save the changes
wizard-plans = See the plans
will-tell = We write to { $where } as soon as there is space.
will-tell-nobody = No confirmed address is chosen: alerts are kept here, and nobody is written to.
will-ask = We ask, and never book: the link in the message leads to the operator.
will-end = It ends by itself after { $day }.
plan-leaves = { $plan }: { $watches } of { $watches-most } watches and { $days } of { $days-most } watched days, with this one.
plan-too-many-watches = The plan { $plan } has room for { $allowed } watches at once, and this would be number { $wanted }. Pause or end one, or take a larger plan.
plan-too-many-days = The plan { $plan } has room for { $allowed } watched days, and this would make { $wanted }. Choose fewer days, pause another watch, or take a larger plan.
wizard-unread = This cannot be read.
wizard-from-missing = Choose the first day.
wizard-last-before-first = The last day is before the first.
wizard-too-many-days = These are more than { $n } days.
wizard-days-passed = All of these days have passed.
wizard-too-far = The last day that can be watched is { $day }.
wizard-no-weekday = None of your days is on one of these weekdays.
wizard-window-backwards = This ends before it begins. It cannot go over midnight.
wizard-back-before-out = You would be back before you leave.
wizard-same-route = This is the way out again.
wizard-no-way-back = { $operator } sells no way back on this route.
wizard-size-outside = This must be between { $least } and { $most }.
wizard-count-outside = This must be between { $least } and { $most }.
wizard-too-long = That makes { $length } in all. No ferry takes more than 30 m.
wizard-no-pets = A cabin for pets is chosen, and no pet travels.
wizard-day-unread = { $day } is no day we can read. Type it like 14/8/2026.
wizard-time-unread = { $time } is no time of day.
wizard-unknown-route = { $operator } has no such route.
wizard-no-class = { $operator } takes no vehicle of this size.
wizard-space-not-told = { $operator } does not tell whether there is space for a vehicle of this size, so a watch would never alert.
wizard-cabins-not-told = { $operator } does not tell of cabins.
wizard-pet-cabins-not-told = { $operator } does not tell of cabins that take pets.
wizard-prices-not-told = { $operator } does not tell its prices.
wizard-other-currency = { $operator } has prices in { $currency }.
wizard-operator-off = { $operator } is not asked at present, so nothing would be found.

# The page of a watch.
watch-open = Space now
watch-active = Watching
watch-paused = Paused
watch-snoozed = Asleep
watch-stopped = Booked
watch-expired = Over
watch-wakes = It wakes
watch-waits = { $operator } tells of these days from { $day } on. Until then there is nothing to ask.
watch-last = Last check
watch-next = Next check
watch-never-checked = Not checked yet
watch-no-check = None at present
watch-waits-for = What it waits for
watch-told = { $n ->
    [0] Nobody is written to
    [one] Written to { $n } address
   *[other] Written to { $n } addresses
}
watch-checks = Checks
watch-acts = What you can do
watch-pause = Pause
watch-resume = Let it go on
watch-edit = Change
watch-duplicate = Duplicate
watch-delete-title = Delete this watch?
watch-delete = It ends at once, and its alerts can no longer be seen here. To keep them, pause it instead.
watch-delete-go = Delete
watch-delete-not = Keep it
watch-sailings = Its sailings
watch-no-sailings = Nothing is known of these sailings yet. They stand here as soon as { $operator } tells of them.
watch-sailings-cut = These are the first of many.
watch-picture = History
watch-no-alerts = It has told you of nothing yet. When space opens, it stands here and in your mail.
watch-operator-paused = { $operator } does not answer well. We try again by ourselves.
watch-degraded = We could not check { $operator } as often as we should. It began { $since }. We keep trying.
watch-tells-nobody = It tells nobody: choose a confirmed address for it.
watch-has-ended = The watch has ended. Create a new one.
watch-changed-meanwhile = Somebody has changed this watch meanwhile. Here is what you typed; look at the watch before you save it.
watch-back = To the watch
watches-back = To your watches
snooze = Let it sleep until a day
snooze-until = It wakes on
snooze-hint = It asks nothing until then, keeps its place in your plan, and goes on by itself.
snooze-go = Let it sleep
snooze-unread = Choose a day.
snooze-past = Choose a day that is still to come.
snooze-too-late = By then nothing is left to watch. Choose an earlier day, or end it.
strip = { $full ->
    [one] { $full } check found it full
   *[other] { $full } checks found it full
}, { $open } found space, { $missed } failed
picture = What was known of { $sailing }
picture-area = Space
picture-flag = An alert
picture-gap = Not known, or not on sale yet
picture-table = The same as a table
picture-since = Since
picture-from = From
picture-known = Known
picture-told-after = Told after { $span }
picture-untold = No message has left

# Alerts.
alerts-lead = { $n ->
    [one] What opened within { $n } day, as far back as your plan goes.
   *[other] What opened within { $n } days, as far back as your plan goes.
}
alerts-filters = Which alerts
alerts-all = All
alerts-open = Still open
alerts-csv = As a table (CSV)
alerts-csv-broken-off = This table broke off here and is not whole. Take it once more.
alerts-none = Nothing has opened yet. When it does, it stands here and in your mail.
alerts-none-open = Nothing is open at present.
alerts-older = Older
alert-told = told
alert-open = Still there
alert-over = Over
alert-watch = Its watch
alert-headline = Space for your { $kind }: { $at }
alert-headline-past = There was space for your { $kind }: { $at }
alert-back = The way back
alert-facts = The facts
alert-price = Price
alert-why = Why you hear of it
alert-kind-opening = It was full before, and then there was space.
alert-kind-first-seen = It was seen for the first time, and had space.
alert-kind-already-open = It had space already when the watch began.
alert-seen = Seen
alert-released = Told to your plan
alert-head-start = { $plan } would have told you { $span } earlier.
alert-nobody-told = Nobody was written to.
alert-closed-gone = The space is gone since
alert-closed-departed = It left
alert-closed-answered = You answered, and the watch ended
alert-closed-withdrawn = The watch was paused or changed
alert-answered-stop = You have booked
alert-answered-keep = You keep watching
message-sent = Sent
message-due = On its way
message-failed = Not delivered
message-cancelled = Not sent: it was no longer true
message-channel-off = Not sent: the address is switched off
message-channel-removed = Not sent: the channel was removed
message-channel-unconfirmed = Not sent: the address was not confirmed

# Channels.
channel-removed = A channel that was removed since
channel-email = E-mail
channels-lead = Here we write to you when space opens. An address works once you have confirmed it.
channels-none = You have no address here yet.
channels-others = What others here have
channels-back = To your channels
channel-works = Works
channel-waits = Waits for you
channel-off = Switched off
channel-idle = Does not work
channel-waits-hint = Open the link in the mail we have sent there, within ten minutes and in this browser.
channel-is-default = New watches tell it
channel-added = added
channel-test = Send a test
channel-make-default = Let new watches tell it
channel-not-default = Let new watches leave it out
channel-ask-again = Send the link again
channel-on-again = Switch on again
channel-remove = Remove
channel-add-title = Add an address
channel-add-lead = { $n ->
    [one] You can have { $n } address. We send a link there that you open while you are signed in.
   *[other] You can have { $n } addresses. We send a link there that you open while you are signed in.
}
channel-address = Mail address
channel-add = Add it
channel-no-address = Type a mail address, such as name@example.org.
channel-there = This address is in your list already.
channel-too-many = You have { $n } addresses. Remove one first.
channel-asked-enough = Enough links were sent to this address for now. The next can be sent in { $span }.
channel-not-yet = This address is not confirmed yet, or it is switched off. Nothing was sent.
channel-confirm-title = Is this your address?
channel-confirm = From then on we write to { $address } when space opens on a sailing you watch.
channel-confirm-go = Yes, write to me there
