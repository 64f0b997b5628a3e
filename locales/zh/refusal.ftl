### 每一个“不行”：为什么，接下来怎么办。

refusal-above = <blockquote>{ $why }</blockquote>

refusal-not-a-token = 这不像机器人的令牌。请从 BotFather 那里复制整行，连数字和冒号一起，粘贴到这里。
refusal-token-dead = Telegram 已经不认这个令牌了。请向 BotFather 要现在的那个，粘贴到这里。
refusal-our-own-bot = 这是你正在对话的这个机器人的令牌。请建一个自己的，把它的令牌发给我。
refusal-bot-taken = 这个机器人已经有别人在这里连接了。如果它是你的，请在 BotFather 撤销令牌，把新的发给我。如果里面还住着别人的龙虾，请换一个机器人。
refusal-bot-busy = 这个机器人里已经住着你的另一只龙虾。请换一个。
refusal-token-forgotten = 过了太久，封存的令牌我已经丢掉了。请再粘贴一次。
refusal-telegram-silent = Telegram 没有及时回应，什么都没存。请过一分钟再试。

refusal-person-is-owner = 这就是你自己，你一直可以进来。请选别人，或继续。
refusal-person-known = 这个人已经在名单里了。请选别人，或继续。
refusal-too-many-people = 一只龙虾最多听 { $most } 个人的。请先移除一位。
refusal-username-not-enough = 用户名可能会换人用，所以我不凭它放人进来。请用按钮选，转发对方的消息，或发来数字 id。
refusal-forward-hidden = 这条消息隐藏了作者。请用按钮选人，或发来对方的数字 id。
refusal-not-a-person = 机器人和频道不能加进来。请选一个人。
refusal-not-a-number = 需要数字 id，例如 <code>123456789</code>。发给我，或用按钮选人。

refusal-trial-used = 免费时间以前用过了。想继续，可以申请更多时间。
refusal-bot-trial-used = 这个机器人的免费时间已经用过了。换一个机器人，或申请更多时间。
refusal-not-entitled = 你没有剩余时间了。可以申请更多，我来转达。
refusal-claw-limit = 你的时间里已经有龙虾了。照看好它，或先把它删掉。
refusal-wizard-incomplete = 还差一个回答，我们从那里接着来。
refusal-model-gone = 这个模型已经不提供了，请另选一个。

refusal-not-yours = 这不是你的，我不会动它。这里是你自己的。
refusal-claw-gone = 那只龙虾已经没有了。看看你现有的吧。
refusal-too-late-to-undo = 十分钟过了，不能再撤销。可以在同一个机器人里孵一只新的。
refusal-not-awake = 它醒着的时候才行。打开它的卡片看看怎么样了。
refusal-claw-busy = 它还在忙你上次要它做的事。做完了再试。
refusal-infra-silent = 服务器现在没有回应。什么都没有改变，请过一分钟再试。
refusal-bad-title = 名字要有 1 到 { $most } 个字。请发一个短一点的。
refusal-unknown-zone = 我不认识这个时区。请点一个城市，或发来像 <code>Asia/Taipei</code> 这样的名字。

refusal-person-unknown = 没有这个编号的人给本机器人写过消息。请对方先点“开始”。
refusal-bad-arguments = 请这样写：<code>{ $usage }</code>
refusal-model-unknown = 没有唯一符合“{ $typed }”的模型。请按列表写全名。
refusal-incident-unknown = 没有代码为 <code>{ $code }</code> 的事件。请核对代码；旧的会被清理。
refusal-no-claw = 这个人没有龙虾。请在总览里找。
