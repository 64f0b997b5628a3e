### The first screen, explanations, settings, one's own data, and small answers.

home-welcome =
    <b>Your own AI assistant, living in your own Telegram bot.</b>
    It remembers, it works while you sleep, and only the people you choose can talk to it.
home-claws =
    { $claws ->
        [one] <b>You have { $claws } claw.</b>
       *[other] <b>You have { $claws } claws.</b>
    }
home-wizard-open = You were in the middle of hatching a claw. Everything you chose is still here.

offer-trial = Free for { $span }. No card.
offer-ask-admin = Your free time has been used. If you want to go on, ask for more.

right-waiting =
    { $kind ->
        [trial] { $span } free, counted from the moment your claw is ready.
       *[grant] You have { $span }, counted from the moment your claw is ready.
    }
right-until =
    { $kind ->
        [trial] Your free time ends { $when }.
       *[grant] Your time ends { $when }.
    }
right-ended =
    { $kind ->
        [trial] Your free time ended { $when }.
       *[grant] Your time ended { $when }.
    }
nothing-charged = Nothing is charged afterwards.

how-title = <b>How it works</b>
how-steps =
    <b>1.</b> You make a Telegram bot. It takes two minutes, and it belongs to you.
    <b>2.</b> You pick the model it thinks with, and who may talk to it.
    <b>3.</b> Your claw hatches inside the bot, usually in about a minute. A claw is an assistant with a memory: you write to it as you would to a person.
how-trial = The first { $span } are free, counted from the moment it is ready. Nothing is charged afterwards: it falls asleep, and its bot and settings are kept for 7 days.

help =
    <b>I hatch claws and look after them.</b>
    To talk to your claw, open its own chat. Here you change its model, its people, its name, or let it sleep.
help-commands =
    /start  the first screen
    /status  how your claw is doing
    /claws  your claws
    /language  another language
    /settings  language, time zone, your data
    /cancel  stop what we are in the middle of
    /delete_my_data  delete everything I know about you
help-admin =
    For operators
    <code>/provision 4242 sonnet 30</code>  give a person 30 days
    <code>/deprovision 4242</code>  take a claw down
    /fleet  every claw
    <code>/trace K7F-2M</code>  what stands behind a code

languages = Which language shall I speak?

settings-title = <b>Settings</b>
settings-known =
    Language: { $language }
    Time zone: { $zone }, where it is { $clock }
settings-no-zone =
    Language: { $language }
    Time zone: not known yet, so I say times in UTC
ask-zone =
    <b>What time is it where you are?</b>
    Tap the clock that matches yours, or send me the name of your zone, such as <code>Europe/Rome</code>.
ask-zone-current = Now set: { $zone }.
zone-city =
    { $at ->
        [0] UTC
        [1] Los Angeles
        [2] New York
        [3] São Paulo
        [4] London
        [5] Madrid
        [6] Moscow
        [7] Dubai
        [8] Kolkata
        [9] Singapore
        [10] Shanghai
       *[11] Tokyo
    }

ask-forget = <b>Delete everything I know about you?</b>
forget-loses =
    Deleted for good: your name, your Telegram number, your settings and your bots' tokens.
    What stays is a record that no longer says who it was about. Your bots stay yours in Telegram.
forget-loses-claws =
    { $claws ->
        [one] Deleted for good: your claw with its memory, your name, your Telegram number, your settings and your bots' tokens.
       *[other] Deleted for good: your { $claws } claws with their memory, your name, your Telegram number, your settings and your bots' tokens.
    }
    Time you still have is lost too. What stays is a record that no longer says who it was about. Your bots stay yours in Telegram.
forgotten =
    <b>Done. I no longer know who you are.</b>
    You can clear this chat now. /start begins anew.

broken =
    <b>Something broke on our side.</b>
    It has been written down for the operators. Please try again in a minute; if it happens again, send them this code.
too-fast = That was faster than I can follow. Give me a few seconds, then tap again.
not-understood =
    I set claws up, but I do not chat myself.
    To talk to your claw, open its own chat. To change something, choose here:
private-only = I only work in a private chat. Open my profile and write to me there.

do-hatch = Hatch my claw
do-continue-hatching = Continue hatching
do-change-language = Change language
do-change-zone = Change time zone
do-ask-forget = Delete my data…
do-forget = Delete my data
do-forget-claws =
    { $claws ->
        [one] Delete my data and my claw
       *[other] Delete my data and { $claws } claws
    }
do-keep-data = Keep everything
