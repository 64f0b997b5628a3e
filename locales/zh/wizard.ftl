### 一步步孵出龙虾：约定、机器人、模型、成员、确认。

wizard-step = <i>第 { $place } 步，共 5 步</i>

terms = <b>开始之前，几句实话</b>
terms-points =
    • 免费时间从龙虾就绪时算起。到期后它会睡着，不会扣费。
    • 睡着的龙虾保留 7 天，之后销毁。如果服务器这期间留不住它的记忆，我会事先说明。
    • 机器人的令牌会锁好，只用来运行你的龙虾。
    • 你写给龙虾的话，由你选的模型来读。它会出错，要紧的事请核实。
    • 不要用它害人或违法，否则会被撤下。
    • 随时发 /delete_my_data，我就删除我知道的关于你的一切。
do-agree = 同意，继续

choose-bot =
    <b>给龙虾一个机器人住。</b>
    它会在那里有自己的聊天，名字由你起。
choose-bot-create = 点一下，Telegram 就替你建好：核对名字，确认，再回到这里。
do-create-bot = 一键创建
bot-suggested-name = 我的龙虾
do-have-token = 我有 BotFather 给的令牌
do-make-with-botfather = 用 BotFather 建一个
do-use-own-bot = 用 @{ $bot }

guide-hatch = <b>五小步建好机器人</b>
guide-steps =
    <b>1.</b> 点下面的按钮打开 @BotFather
    <b>2.</b> 发送 <code>/newbot</code>
    <b>3.</b> 发送一个名字，随你喜欢
    <b>4.</b> 发送一个以 <code>bot</code> 结尾的用户名
    <b>5.</b> 复制它给的令牌，粘贴到这里
guide-claw = <b>给龙虾换新令牌</b>
guide-claw-steps =
    <b>1.</b> 点下面的按钮打开 @BotFather
    <b>2.</b> 发送 <code>/mybots</code>，选中那个机器人
    <b>3.</b> 点 API Token
    <b>4.</b> 复制令牌，或先撤销再拿新的
    <b>5.</b> 粘贴到这里
guide-promise = 我会核对令牌，锁好，并删除你的消息。
do-open-botfather = 打开 BotFather

bot-kept =
    <b>@{ $bot } 已建好，我替你留着。</b>
    其他都没变。孵龙虾时可以选它。
bot-found = 找到了：<b>{ $name }</b>，@{ $bot }。
bot-found-pasted = 你的消息已删除，令牌已封存。
bot-found-foreign =
    <b>这个机器人的消息现在由另一个服务接收。</b>
    龙虾住进来以后，那个服务就收不到了。
do-use-bot = 就用这个
do-use-bot-anyway = 用它，停掉那个服务
do-another-bot = 换一个机器人

choose-model =
    <b>让它用哪个模型思考？</b>
    以后随时能换。★ 适合先试试。
model-line =
    { $suggested ->
        [yes] <b>{ $model }</b> ★
       *[no] <b>{ $model }</b>
    }
    { $badges }
model-badges =
    { $price ->
         [low] 便宜
         [high] 偏贵
        *[middle] 价格适中
    }，{ $speed ->
         [low] 较慢
         [high] 很快
        *[middle] 较快
    }，{ $quality ->
         [low] 适合简单任务
         [high] 很强
        *[middle] 不错
    }

people-none = <b>只有你能和它说话。</b>要加人吗？
people-some = <b>你和另外 { $n } 个人能和它说话：</b>
people-unsaved = 名单还没有保存。
guest-named = { $name } <code>{ $id }</code>
guest-unnamed = <code>{ $id }</code>
do-only-me = 只有我
do-add-person = 加一个人
do-remove-person = 移除 { $name }
do-save-people = 保存名单
do-back-unsaved = 不保存，返回

ask-person =
    <b>还让谁和它说话？</b>
    点下面的按钮，在 Telegram 的列表里选。
    也可以把对方的一条消息转发给我，或发来对方的数字 id。只有用户名不行，它可能会换人用。
do-pick-person = 选一个人

company-none = 只有你
company = 你和另外 { $n } 个人

summary =
    <b>可以孵了</b>
    { $name }，@{ $bot }
    { $model }，{ $company }
summary-trial = 免费 { $span }，从它就绪时算起。到期后不会扣费。
summary-has-claw = 你的时间里已经有一只龙虾了。照看好它，或先把它删掉。
summary-forgets = 先说清楚：以后暂停或改动它，机器人和设置会保留，但记忆可能丢失。每次我都会先问你。
do-start = 启动我的龙虾
do-start-free = 开始免费 { $span }
do-start-span = 开始我的 { $span }
do-change-bot = 换机器人
do-change-model = 换模型

in-line-full = <b>现在位置都满了。</b>
in-line-trials = <b>今天的免费名额发完了。</b>
in-line =
    你排在第 { $place } 位。轮到你时我会通知你，不用在这里等。
    你选过的都保存好了。
do-leave-line = 不排了
your-turn =
    <b>轮到你了。</b>
    位置给你留 { $span }，你选过的都还在。
admin-asked =
    <b>已经转达了。</b>
    会有人来看，有结果我就告诉你。

granted =
    <b>你得到了 { $span }。</b>
    从龙虾就绪那一刻算起。
granted-hatching = 它正在孵，醒了我告诉你。
granted-waiting = 只差一个给它住的机器人。
granted-waking = @{ $bot } 正在醒来，醒了我告诉你。
granted-more =
    <b>你又得到了 { $span }。</b>
    @{ $bot } 照常继续。等你现有的时间用完再开始算。
taken-away =
    <b>管理员撤下了 @{ $bot }。</b>
    它的记忆和设置没有了，令牌也已抹掉。
