### What every screen shares: times, codes, small words, the answers to taps, menus.
### Texts with tags are HTML; buttons ("do-"), toasts, commands and the profile are plain.

code = <i>({ $code })</i>
and-more = …and { $n } more

## Times

time-when = { $relative }, { $absolute }
time-in-a-moment = in a moment
time-in-minutes =
    { $n ->
        [one] in { $n } minute
       *[other] in { $n } minutes
    }
time-in-hours =
    { $n ->
        [one] in { $n } hour
       *[other] in { $n } hours
    }
time-in-days =
    { $n ->
        [one] in { $n } day
       *[other] in { $n } days
    }
time-just-now = just now
time-minutes-ago =
    { $n ->
        [one] { $n } minute ago
       *[other] { $n } minutes ago
    }
time-hours-ago =
    { $n ->
        [one] { $n } hour ago
       *[other] { $n } hours ago
    }
time-days-ago =
    { $n ->
        [one] { $n } day ago
       *[other] { $n } days ago
    }
time-seconds =
    { $n ->
        [one] { $n } second
       *[other] { $n } seconds
    }
time-minutes =
    { $n ->
        [one] { $n } minute
       *[other] { $n } minutes
    }
time-hours =
    { $n ->
        [one] { $n } hour
       *[other] { $n } hours
    }
time-days =
    { $n ->
        [one] { $n } day
       *[other] { $n } days
    }
time-today = today at { $clock }
time-tomorrow = tomorrow at { $clock }
time-yesterday = yesterday at { $clock }
time-date = on { $weekday }, { $day } { $month }, at { $clock }
time-date-year = on { $day } { $month } { $year } at { $clock }
time-weekday =
    { $n ->
        [1] Monday
        [2] Tuesday
        [3] Wednesday
        [4] Thursday
        [5] Friday
        [6] Saturday
       *[7] Sunday
    }
time-month =
    { $n ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    }

## Buttons that lead somewhere

do-back = Back
do-cancel = Cancel
do-home = Home
do-continue = Continue
do-earlier = ‹ Previous
do-later = More ›
do-refresh = Refresh
do-help = Help
do-how-it-works = How it works
do-settings = Settings
do-my-claws = My claws
do-open-card = Open its card
do-ask-admin = Ask for more time

## The small text that answers a tap

toast-not-yours = This button belongs to someone else.
toast-redrawn = That screen was old. Here is how things stand now.
toast-changed = Something has changed since that screen. Nothing was done; please look again.
toast-expired = This button is too old. Nothing was done; please check and tap again.
toast-stranger = I do not know you (any more). Send /start to begin anew.
toast-already-done = Already done.
toast-language-set = I speak English now.
toast-zone-set = Times are in your zone now.
toast-removed = Removed.
toast-broken = Something broke on our side. Please try again in a minute.

## Telegram's menu of commands

command-start = Begin, or return to the first screen
command-status = How my claw is doing
command-claws = My claws
command-language = Change language
command-settings = Language, time zone, my data
command-help = What I can do
command-cancel = Stop what we are in the middle of
command-delete-my-data = Delete everything known about me
command-provision = Give a person time and a claw
command-deprovision = Take a claw down
command-fleet = Every claw and how it is
command-trace = What stands behind a code

## The profile, read before anyone presses Start

profile-short = Your own AI assistant, living in your own Telegram bot. Try it free, no card.
profile-long =
    Get an AI assistant of your own. It lives in your own Telegram bot, remembers what you tell it, and only the people you choose can talk to it.

    You make a bot, pick the model it thinks with, and about a minute later it is awake. The first days are free, no card, and nothing is charged afterwards.
