### A claw that runs: restart, backups, devices, what it wrote, what ails it.

card-being = OpenClaw { $version }, up for { $up }
card-version = OpenClaw { $version }
busy-restarting = It is restarting.
busy-backing-up = A backup is being made.
busy-restoring = A backup is being put back.

done-restarting = It is restarting. I will tell you when it is up.
done-backing-up = I am making a backup. I will tell you when it is done.
done-restoring = I am putting the backup back. I will tell you when it is done.
done-letting-in = I am letting the device in.
done-turning-away = I am turning the device away.

do-restart = Restart it
do-backups = Backups
do-devices = Devices
do-logs = Logs
do-back-up = Back up now
do-ask-restore = Put back { $when }…
do-restore = Put it back, lose what came after
do-let-in = Approve
do-let-in-named = Approve { $name }
do-turn-away = Refuse

restarted = <b>@{ $bot } has restarted.</b> It is awake.
backed-up = <b>The backup of @{ $bot } is done.</b>
restored =
    <b>The backup is back in @{ $bot }.</b>
    It knows what it knew then.
restart-failed = <b>@{ $bot } could not be restarted.</b>
backup-failed = <b>No backup of @{ $bot } was made.</b>
restore-failed = <b>The backup could not be put back into @{ $bot }.</b>
mishap-gone = It is not there any more. Open the card and look again.
mishap-disk-full = The server has no room left. The operators can see it; please try again later.
mishap-failed = The server tried and could not. Please try again later.
mishap-unreached = The server did not answer for ten minutes, so I let it be. Nothing was changed.
mishap-unknown = The server did not say how it ended. Look at the claw; the operators can see it too.
mishap-overtaken = The claw was put to sleep first. Nothing more was done.

backups-title = <b>Backups of @{ $bot }</b>
backups-none = There is none yet. A backup holds everything it knows.
backups-line = • { $when }, { $size }
backups-failed = • { $when }, failed
confirm-restore = <b>Put @{ $bot } back to { $when }?</b>
restore-loses = Lost for good: everything it has learned since. Its model and its people stay. It will be away for a few minutes.

devices-title = <b>Devices of @{ $bot }</b>
devices-none = No device is let in, and none asks. Apps and browsers that want to talk to your claw show up here.
devices-paired = ✓ { $device }
devices-waiting = … { $device }, asked { $when }
device-named = { $name } ({ $platform })
device-unnamed = a device without a name
device-asks = <b>A device asks to talk to @{ $bot }:</b> { $device }
device-asks-hint = Approve only what you have just started yourself. Whoever is let in can do all that you can.
device-letting-in = Letting in for @{ $bot }: { $device }
device-turning-away = Turning away from @{ $bot }: { $device }
device-let-in = ✓ Let in to @{ $bot }: { $device }
device-turned-away = Refused for @{ $bot }: { $device }
device-gone = This request to @{ $bot } is over: { $device }. If it is still wanted, ask again from the device.

logs-title = <b>Logs of @{ $bot }</b>
logs-usage = Used so far: { $input } tokens in, { $output } out, about { $usd } USD.
logs-none = It has written nothing yet.
logs-lines = <blockquote>{ $lines }</blockquote>

ailing = <b>@{ $bot } is not well.</b>
ailment-token-rejected = Telegram no longer accepts its bot's token. Take a new one from BotFather and give it to me; everything else stays.
ailment-token-elsewhere = Another program receives its bot's messages. Stop it, or take a new token from BotFather and give it to me; that ends the other one.
ailment-out-of-memory = It ran out of memory and was started again.
ailment-crashes = It ended again and again and is not started any more. Restart it, or put a backup back. The operators know.
ailment-config-invalid = Its settings do not fit. The operators know and will set it right.
ailment-slow-start = It takes unusually long to start.
ailment-model-refused = Its model refuses it. The operators know and will set it right.
ailment-disk-full = The server's disk is full. The operators know and will make room.
ailment-other = Something is wrong with it. Restarting may help.
