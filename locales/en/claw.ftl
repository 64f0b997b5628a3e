### A claw on its way, its card, its changes and its end.

hatching = <b>Hatching @{ $bot }</b>
hatch-done = ✓ { $what }
hatch-doing = … { $what }   { $clock }
hatch-sealed = Token sealed
hatch-asking = Asking for a server
hatch-asked = Server asked
hatch-finding = Finding it a place
hatch-found = Place found
hatch-starting = Starting the assistant
hatch-elapsed = { $elapsed }, usually about a minute
hatch-elapsed-slow = { $elapsed }
hatching-slow = This is taking longer than usual. You can close this; I will write to you when it is awake.
hatched = ✓ @{ $bot } hatched in { $took }.
ready =
    <b>Your claw is awake.</b>
    Open @{ $bot } and say hello.
do-say-hello = Say hello
do-say-hello-to = Say hello to @{ $bot }
do-open-chat = Open chat

stuck = <b>@{ $bot } cannot start.</b>
reason-token-in-use = Another claw already uses this bot's token. Give this one a bot of its own.
reason-token-dead = Telegram no longer accepts this bot's token. Take a new one from BotFather and give it to me.
reason-deleting = Its earlier self is still being cleared away. I try again by myself; you do not have to do anything.
reason-model-not-allowed = The server does not offer this model. Pick another one; everything else stays.
reason-no-capacity = The servers are full. It keeps its place in line, and I will write to you when it is awake.
reason-foreign = Its name is taken by someone else's claw on the server. The operators have been told and will set it right.
reason-rejected = The server did not accept it. The operators have been told; you do not have to do anything.
late =
    <b>@{ $bot } is not up yet.</b>
    The server is not answering as it should. I keep trying and will tell you when your claw is awake. The operators know.
healed-back =
    <b>The change to @{ $bot } did not work.</b>
    I am putting it back as it was, with { $model }, and will tell you when it is awake. You can try another change from its card.

claws-title = <b>Your claws</b>
claws-none = <b>You have no claw yet.</b>
claws-line = { $sign } { $who }, { $status }
named-titled = <b>{ $title }</b>, @{ $bot }
named-bot = <b>@{ $bot }</b>
card-head = { $who }   { $sign } { $status }
card-mind = { $model }, { $company }
card-line =
    { $n ->
        [0] The servers are full. It is next in line.
        [one] The servers are full. { $n } claw is ahead of it.
       *[other] The servers are full. { $n } claws are ahead of it.
    }
card-kept-until = It sleeps. If nothing changes it will be destroyed { $when }.
card-undo-until = You can still undo this. It becomes final { $when }.

status-pending = about to hatch
status-provisioning = hatching
status-ready = awake
status-degraded = awake, but unwell
status-updating = changing
status-pausing = falling asleep
status-paused = paused
status-suspended = asleep
status-waiting = waiting for a place
status-error = needs help
status-destroying = being removed
status-destroyed = gone

done-renamed = It has a new name.
done-changing = The change is on its way. It will be away for about a minute.
done-changing-awake = The change is on its way, and takes a moment. It stays awake.
done-pausing = It is falling asleep.
done-waking = It is waking up. That usually takes about a minute.
done-deleting = It will be removed in 10 minutes. Until then you can undo it.
done-undone = Undone. It stays.
done-nothing = Nothing had to be changed.

do-change-people = Change people
do-ask-pause = Pause it…
do-wake = Wake it up
do-rename = Rename it
do-new-token = Give it a new token
do-ask-delete = Delete this claw…
do-undo-delete = Undo the deletion

ask-title =
    <b>What shall I call @{ $bot } here?</b>
    Send me a name. Only you see it; the bot's own name does not change.

confirm-pause = <b>Pause @{ $bot }?</b>
pause-keeps = It stops answering until you wake it. It remembers everything. The clock of your time keeps running.
pause-forgets =
    It may lose its memory. Its bot and settings are kept, and you can wake it any time.
    It stops answering until then, and the clock of your time keeps running.
do-pause = Pause it
do-pause-forgetting = Pause it, memory may be lost
do-keep-awake = Keep it awake

confirm-model = <b>Let @{ $bot } think with { $model }?</b>
confirm-people = <b>Change who can talk to @{ $bot }?</b> From then on: { $company }.
confirm-token = <b>Give the claw in @{ $bot } its new token?</b>
confirm-bot = <b>Use @{ $new } with its new token for the claw in @{ $bot }?</b>
change-keeps = It will be away for about a minute. It remembers everything.
change-awake = It stays awake for this, and remembers everything.
change-forgets = It has to start afresh for this, and may lose its memory. Its bot and settings are kept. It will be away for about a minute.
do-apply-model = Change model
do-apply-model-forgetting = Change model, memory may be lost
do-apply-people = Change people
do-apply-people-forgetting = Change people, memory may be lost
do-apply-bot = Use this token
do-apply-bot-forgetting = Use this token, memory may be lost
do-keep-as-is = Keep it as it is

confirm-delete = <b>Delete the claw in @{ $bot }?</b>
delete-loses =
    Lost for good: its memory, its settings and its list of people.
    The bot stays yours in Telegram. For 10 minutes you can undo this.
do-delete = Delete it and its memory
do-keep-claw = Keep it

ending =
    { $kind ->
        [trial] <b>Your free time ends { $when }.</b>
       *[grant] <b>Your time ends { $when }.</b>
    }
ending-keeps = Then @{ $bot } falls asleep. Everything it knows is kept for 7 days, in case you want it back.
ending-forgets = Then @{ $bot } falls asleep. Its bot and settings are kept for 7 days, but its memory may be lost. Save what you need from its chat before.
asleep =
    { $kind ->
        [trial] <b>@{ $bot } is asleep. Your free time is over.</b>
       *[grant] <b>@{ $bot } is asleep. Your time is over.</b>
    }
asleep-keeps = Everything it knows is kept. It will be destroyed { $when } unless you get more time.
asleep-forgets = Its bot and settings are kept; its memory may be lost. It will be destroyed { $when } unless you get more time.
destroy-soon =
    <b>@{ $bot } will be destroyed { $when }.</b>
    Its memory and settings go with it; the bot stays yours. To keep it, ask for more time.
destroyed =
    <b>The claw in @{ $bot } is gone.</b>
    It slept for 7 days. Its memory and settings are destroyed, and its token is erased.
destroyed-by-owner =
    <b>The claw in @{ $bot } is gone, as you asked.</b>
    Its memory and settings are destroyed, and its token is erased.
destroyed-bot-stays = The bot is still yours in Telegram.
woken =
    <b>@{ $bot } is awake again.</b>
    Open its chat and go on.
came-back =
    <b>@{ $bot } had stopped by itself. I brought it back; it is awake again.</b>
came-back-keeps = It remembers what it knew. There is nothing you have to do.
came-back-forgets = Its bot and settings are as they were; its memory may be lost. There is nothing you have to do.
