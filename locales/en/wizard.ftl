### Hatching a claw, step by step: terms, bot, model, people, summary.

wizard-step = <i>Step { $place } of 5</i>

terms = <b>Before we begin, in plain words</b>
terms-points =
    • The free time starts when your claw is ready. When it is over, the claw falls asleep. Nothing is charged.
    • A sleeping claw is kept for 7 days, then destroyed. Where a server cannot keep its memory meanwhile, I tell you before.
    • Your bot's token is locked away and used only to run your claw.
    • What you write to your claw is read by the model you pick. It can be wrong: check what matters.
    • Do not use it to harm people or break the law; such a claw is taken down.
    • /delete_my_data deletes what I know about you, at any time.
do-agree = I agree, go on

choose-bot =
    <b>Give your claw a bot to live in.</b>
    It gets a chat of its own there, under the name you give it.
choose-bot-create = With one tap Telegram makes the bot for you: check its name, confirm, and come back here.
do-create-bot = Create it in one tap
bot-suggested-name = My claw
do-have-token = I have a token from BotFather
do-make-with-botfather = Make one with BotFather
do-use-own-bot = Use @{ $bot }

guide-hatch = <b>Make a bot in five short steps</b>
guide-steps =
    <b>1.</b> Open @BotFather with the button below
    <b>2.</b> Send <code>/newbot</code>
    <b>3.</b> Send a name, any you like
    <b>4.</b> Send a username that ends in <code>bot</code>
    <b>5.</b> Copy the token it gives you and paste it here
guide-claw = <b>Give your claw a new token</b>
guide-claw-steps =
    <b>1.</b> Open @BotFather with the button below
    <b>2.</b> Send <code>/mybots</code> and choose the bot
    <b>3.</b> Tap API Token
    <b>4.</b> Copy the token, or revoke it for a new one
    <b>5.</b> Paste it here
guide-promise = I check the token, lock it away and delete your message.
do-open-botfather = Open BotFather

bot-kept =
    <b>@{ $bot } is made, and kept for you.</b>
    Nothing else has changed. When you hatch a claw, you can choose it there.
bot-found = Found it: <b>{ $name }</b>, @{ $bot }.
bot-found-pasted = Your message is deleted and the token is sealed.
bot-found-foreign =
    <b>Another service receives this bot's messages now.</b>
    If your claw moves in, that service goes silent.
do-use-bot = Use this bot
do-use-bot-anyway = Use it, end the other service
do-another-bot = Another bot

choose-model =
    <b>Which mind should it have?</b>
    You can change it any time. ★ is a good start.
model-line =
    { $suggested ->
        [yes] <b>{ $model }</b> ★
       *[no] <b>{ $model }</b>
    }
    { $badges }
model-badges =
    { $price ->
         [low] cheap
         [high] costly
        *[middle] mid-priced
    }, { $speed ->
         [low] unhurried
         [high] fast
        *[middle] quick
    }, { $quality ->
         [low] for simple things
         [high] excellent
        *[middle] good
    }

people-none = <b>Only you can talk to it.</b> Add someone?
people-some =
    { $n ->
        [one] <b>You and { $n } person can talk to it:</b>
       *[other] <b>You and { $n } people can talk to it:</b>
    }
people-unsaved = The list is not saved yet.
guest-named = { $name } <code>{ $id }</code>
guest-unnamed = <code>{ $id }</code>
do-only-me = Only me
do-add-person = Add a person
do-remove-person = Remove { $name }
do-save-people = Save the list
do-back-unsaved = Back without saving

ask-person =
    <b>Who should be able to talk to it?</b>
    Tap the button below and choose them in Telegram's own list.
    You can also forward me a message of theirs, or send their numeric id. A username is not enough: it can pass to someone else.
do-pick-person = Choose a person

company-none = only you
company =
    { $n ->
        [one] you and { $n } person
       *[other] you and { $n } people
    }

summary =
    <b>Ready to hatch</b>
    { $name }, @{ $bot }
    { $model }, { $company }
summary-trial = { $span } free, starting when it is ready. Nothing is charged afterwards.
summary-has-claw = You already have a claw for the time you have. Look after that one, or remove it first.
summary-forgets = Good to know: pausing or changing this claw later keeps its bot and settings, but may cost it its memory. I will ask each time.
do-start = Start my claw
do-start-free = Start { $span } free
do-start-span = Start my { $span }
do-change-bot = Change bot
do-change-model = Change model

in-line-full = <b>Every place is taken right now.</b>
in-line-trials = <b>Today's free claws have all been given out.</b>
in-line =
    You are number { $place } in line. I will write to you when it is your turn; you do not have to wait here.
    Everything you chose is kept.
do-leave-line = Leave the line
your-turn =
    <b>It is your turn.</b>
    A place is held for you for { $span }. Everything you chose is still here.
admin-asked =
    <b>I have passed it on.</b>
    A person will look at it, and I will write to you when they decide.

granted =
    <b>You have been given { $span }.</b>
    They are counted from the moment your claw is ready.
granted-hatching = It is hatching now. I will write to you when it is awake.
granted-waiting = All it needs is a bot to live in.
granted-waking = @{ $bot } is waking up. I will write to you when it is awake.
granted-more =
    <b>You have been given { $span } more.</b>
    @{ $bot } goes on as it is. They begin when the time you have now is over.
taken-away =
    <b>An operator took down @{ $bot }.</b>
    Its memory and settings are gone, and its token is erased.
