### Every no: why, and what to do next.

refusal-above = <blockquote>{ $why }</blockquote>

refusal-not-a-token = That does not look like a bot token. Copy the whole line from BotFather, numbers, colon and all, and paste it here.
refusal-token-dead = Telegram does not know this token any more. Ask BotFather for the present one and paste that.
refusal-our-own-bot = That is the token of the bot you are talking to. Make a bot of your own and send me its token.
refusal-bot-taken = Someone else has connected this bot here. If it is yours, revoke its token at BotFather and send me the new one. While a claw of theirs lives in it, use another bot.
refusal-bot-busy = This bot already hosts another claw of yours. Choose a different one.
refusal-token-forgotten = It has been a while, so I have thrown the sealed token away. Please paste it again.
refusal-telegram-silent = Telegram did not answer in time, and nothing was stored. Please try again in a minute.

refusal-person-is-owner = That is you, and you are always let in. Choose somebody else, or go on.
refusal-person-known = This person is on the list already. Choose somebody else, or go on.
refusal-too-many-people = A claw listens to at most { $most } people. Remove someone to make room.
refusal-username-not-enough = A username can pass to someone else, so I do not let people in by it. Choose them with the button, forward a message of theirs, or send their numeric id.
refusal-forward-hidden = That message hides who wrote it. Choose the person with the button, or send their numeric id.
refusal-not-a-person = Bots and channels cannot be let in. Choose a person.
refusal-not-a-number = I expected a numeric id, such as <code>123456789</code>. Send that, or choose the person with the button.

refusal-trial-used = The free time was used before. If you want to go on, ask for more time.
refusal-bot-trial-used = This bot has had its free time. Choose another bot, or ask for more time.
refusal-not-entitled = You have no time left for a claw. Ask for more, and I will pass it on.
refusal-claw-limit = You already have a claw for all the time you have. Look after that one, or delete it first.
refusal-wizard-incomplete = One answer is still missing. Let us go on where it is.
refusal-model-gone = This model is not offered any more. Please pick another one.

refusal-not-yours = That is not yours, so I leave it alone. Here is what is yours.
refusal-claw-gone = That claw is gone. Look at the ones you have.
refusal-too-late-to-undo = The ten minutes are over, so it can no longer be undone. You can hatch a new claw in the same bot.
refusal-not-awake = This works while it is awake. Open its card and look how it is.
refusal-claw-busy = It is still busy with the last thing you asked of it. Try again when that is done.
refusal-infra-silent = The server is not answering right now. Nothing was changed; please try again in a minute.
refusal-bad-title = A name has 1 to { $most } characters. Send me a shorter one.
refusal-unknown-zone = I do not know that time zone. Tap one of the cities, or send a name such as <code>Europe/Rome</code>.

refusal-person-unknown = Nobody with that number has written to this bot. Ask them to press Start first.
refusal-bad-arguments = Write it like this: <code>{ $usage }</code>
refusal-model-unknown = No single model fits “{ $typed }”. Use its full name as it stands in the list.
refusal-incident-unknown = There is no incident <code>{ $code }</code>. Check the code; old ones are cleared away.
refusal-no-claw = This person has no claw. Look at the fleet to find the right one.
