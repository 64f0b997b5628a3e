### The operators' screens: who, what, state, money, age, code.

admin-ask-reason =
    <b>Why?</b> Send me the reason in one message; it is kept with the act.
    { $person }
    { $what }
admin-who = Who: { $person }
admin-bot = Bot: @{ $bot }
admin-no-bot = Bot: none yet, the time will wait for one
admin-model = Model: { $model }
admin-before = Before: { $right }
admin-after = After: { $span } more, nothing is charged
admin-reason = Reason: <i>{ $reason }</i>
admin-expires = This can be confirmed until it expires { $when }.
admin-confirm-provision = <b>Give { $span }?</b>
admin-confirm-deprovision = <b>Take down { $handle }?</b>
admin-deprovision-keeps = Its owner loses the claw and its settings. The server keeps its data.
admin-deprovision-forgets = Its owner loses the claw, its settings and its memory, for good.
admin-pick-claw = <b>Which one?</b>
admin-withdrawn = Withdrawn. Nothing was done.
admin-overtaken = You went on without giving a reason. Nothing was done; send the command again if it is still wanted.
admin-expired = This waited too long and has expired. Nothing was done; send the command again.
admin-grant-waits =
    <b>Given: { $span }.</b>
    { $person }
    It starts when they connect a bot and their claw is ready.
admin-grant-told = They have been told.
admin-grant-untold = They cannot be reached and do not know yet; the time is there when they press Start.
admin-working =
    <b>{ $what }</b>
    { $person }
    { $status }
    … { $elapsed }
admin-finished =
    <b>✓ { $what }</b>
    { $person }
    { $status }
    took { $took }
admin-person-asks =
    <b>Someone asks for time.</b>
    { $person }
admin-person-asks-hint = To give 30 days: <code>/provision { $id } 30</code>
admin-right-none = no time
admin-right-waiting =
    { $kind ->
        [trial] trial, { $span } waiting
       *[grant] grant, { $span } waiting
    }
admin-right-until =
    { $kind ->
        [trial] trial, ends { $when }
       *[grant] grant, ends { $when }
    }
admin-right-ended =
    { $kind ->
        [trial] trial, ended { $when }
       *[grant] grant, ended { $when }
    }
act-provision = Give { $span }
act-deprovision = Take the claw down
person-forgotten = someone who was forgotten
person-unreachable = { $person }, cannot be reached
state = { $sign } { $status }

fleet =
    <b>Fleet: { $total } of { $capacity } claws</b>
    In line: { $line }. Trials today: { $trials } of { $most }.
fleet-count = { $status } { $n }
fleet-node =
    Host { $name }, clawnode { $version }, OpenClaw { $openclaw }
    Runs { $running } of { $most }. Memory free { $memory } of { $memorytotal } GB, disk { $disk } of { $disktotal } GB.
fleet-node-silent = The host of claws does not answer.
fleet-node-draining = It takes no new claws.
fleet-empty = No claw yet.
fleet-line =
    <b>{ $handle }</b> { $person }
    @{ $bot }, { $model }
    { $status }, { $age }
    { $right }
fleet-page = Page { $page } of { $pages }

trace =
    <b>{ $code }</b>
    While { $doing }
trace-claw = Claw: <code>{ $claw }</code>
trace-at = { $when }
trace-chain = <blockquote>{ $chain }</blockquote>

alert-open = <b>Alert.</b> { $what }
alert-next = { $next }
alert-since = It began { $when }.
alert-resolved = <b>Resolved after { $took }.</b> { $what }
alert-infra-failing =
    The infra fails or cannot be reached. Nothing hatches or changes meanwhile.
    <blockquote>{ $why }</blockquote>
alert-infra-locked-out = The infra does not accept our key. Nothing hatches or changes.
alert-infra-full = The infra has no room. New claws wait in line.
alert-claw-late =
    A claw takes far too long: it should be up, or gone, by now.
    { $person }
    <code>{ $claw }</code>
alert-claw-refused =
    The infra refused a claw.
    { $person }
    <code>{ $claw }</code>
    <blockquote>{ $why }</blockquote>
alert-claw-unwell =
    A claw runs and is not well.
    { $person }
    <code>{ $claw }</code>
    <blockquote>{ $why }</blockquote>
alert-drift =
    What is written and what is there differ.
    { $person }
    <code>{ $claw }</code>
    <blockquote>{ $what }</blockquote>
alert-claw-vanished =
    A claw that ran is gone from the infra.
    { $person }
    <code>{ $claw }</code>
alert-claws-vanished = The infra's list misses { $count } of the { $of } claws that ran.
alert-claw-unasked =
    A claw of ours runs though it should not.
    { $person }
    <code>{ $claw }</code>
alert-strange-claw =
    The infra runs a claw that I know nothing of.
    <code>{ $user }</code>
    <code>{ $name }</code>
alert-infra-unlisted =
    The infra does not tell what it runs. What happens there by itself stays unnoticed.
    <blockquote>{ $why }</blockquote>
alert-poison-update = An update could not be handled and was put aside: <code>{ $update }</code>
alert-poison-message = A message could not be delivered and was put aside. Chat <code>{ $chat }</code>
alert-second-poller = Someone else receives this bot's updates. People's taps get lost.
alert-bot-token-dead = Telegram does not accept this bot's token. Nobody can be answered.
alert-unsealable =
    A sealed value does not open.
    <blockquote>{ $what }</blockquote>

next-infra-failing = I keep trying by myself. Check that the infra is up and its address is right.
next-infra-locked-out = Put the right key into the settings and restart.
next-infra-full = Add room, or take claws down.
next-claw-late = I keep trying by myself. Look at the claw at the infra.
next-claw-refused = Mend what it names, or take the claw down.
next-claw-unwell = Look at it on its host; its owner cannot mend this.
next-drift = I set right what is safe. Check the claw in the fleet.
next-claw-vanished = I bring it back by myself. Look for the cause at the infra.
next-claws-vanished = I look a second time, then bring them back by myself. Look for the cause at the infra.
next-claw-unasked = I take it down again by myself. Look for who started it.
next-strange-claw = I leave it alone. Find out whose it is; it may come from a restored backup.
next-infra-unlisted = I keep asking. Claws hatch and change all the same.
next-poison-update = The person may have to tap again. The log holds the cause.
next-poison-message = The log holds the cause. Everything else goes on.
next-second-poller = Find the other program with this token and stop it, or revoke the token.
next-bot-token-dead = Take the present token from BotFather, put it into the settings and restart.
next-unsealable = Check that the sealing key is the one it was sealed with.

do-give-days = Give { $span }
do-take-down = Take down { $handle }
do-withdraw = Withdraw
do-open-fleet = Open fleet
