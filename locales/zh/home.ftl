### 首页、说明、设置、个人数据和简短的回答。

home-welcome =
    <b>你自己的 AI 助手，住在你自己的 Telegram 机器人里。</b>
    它有记性，你睡觉时它也能干活，而且只和你允许的人说话。
home-claws = <b>你有 { $claws } 只龙虾。</b>
home-wizard-open = 上次孵到一半，你选过的都还在。

offer-trial = 免费 { $span }，无需银行卡。
offer-ask-admin = 免费时间已经用过了。想继续，可以申请更多。

right-waiting =
    { $kind ->
        [trial] 免费 { $span }，从龙虾就绪那一刻算起。
       *[grant] 你有 { $span }，从龙虾就绪那一刻算起。
    }
right-until =
    { $kind ->
        [trial] 免费时间到期：{ $when }。
       *[grant] 使用时间到期：{ $when }。
    }
right-ended =
    { $kind ->
        [trial] 免费时间已结束：{ $when }。
       *[grant] 使用时间已结束：{ $when }。
    }
nothing-charged = 到期后不会扣费。

how-title = <b>怎么用</b>
how-steps =
    <b>1.</b> 你在 Telegram 建一个机器人，两分钟的事，它归你。
    <b>2.</b> 选它用什么模型思考，谁可以和它说话。
    <b>3.</b> 龙虾就在机器人里孵出来，一般一分钟左右。龙虾是个有记性的助手，像和人说话一样给它写就行。
how-trial = 从它就绪那一刻起，免费 { $span }。之后不会扣费：它会睡着，机器人和设置保留 7 天。

help =
    <b>我负责孵龙虾、照看龙虾。</b>
    想和你的龙虾说话，打开它自己的聊天。在这里可以换模型、改成员、改名字，或者让它睡一会儿。
help-commands =
    /start  首页
    /status  龙虾怎么样了
    /claws  你的龙虾
    /language  换语言
    /settings  语言、时区、你的数据
    /cancel  停下正在做的事
    /delete_my_data  删除我知道的关于你的一切
help-admin =
    给管理员
    <code>/provision 4242 sonnet 30</code>  给某人 30 天
    <code>/deprovision 4242</code>  撤下一只龙虾
    /fleet  所有龙虾
    <code>/trace K7F-2M</code>  查一个代码

languages = 想用哪种语言？

settings-title = <b>设置</b>
settings-known =
    语言：{ $language }
    时区：{ $zone }，那里现在 { $clock }
settings-no-zone =
    语言：{ $language }
    时区：还不知道，所以先用 UTC 时间
ask-zone =
    <b>你那里现在几点？</b>
    点和你的钟一致的那个，或者把时区名发给我，例如 <code>Asia/Taipei</code>。
ask-zone-current = 现在是：{ $zone }。
zone-city =
    { $at ->
        [0] UTC
        [1] 洛杉矶
        [2] 纽约
        [3] 圣保罗
        [4] 伦敦
        [5] 马德里
        [6] 莫斯科
        [7] 迪拜
        [8] 加尔各答
        [9] 新加坡
        [10] 上海
       *[11] 东京
    }

ask-forget = <b>删除我知道的关于你的一切？</b>
forget-loses =
    永久删除：你的名字、Telegram 编号、设置，以及各个机器人的令牌。
    会留下一条看不出是谁的记录。机器人在 Telegram 里仍归你。
forget-loses-claws =
    永久删除：你的 { $claws } 只龙虾和它们的记忆、你的名字、Telegram 编号、设置，以及各个机器人的令牌。
    剩下的时间也会一起没有。会留下一条看不出是谁的记录。机器人在 Telegram 里仍归你。
forgotten =
    <b>好了，我不再知道你是谁。</b>
    你可以清空这个聊天。发 /start 就从头开始。

broken =
    <b>我们这边出了问题。</b>
    已经记下来给管理员了。请过一分钟再试；如果还这样，把这个代码发给他们。
too-fast = 太快了，我跟不上。等几秒再点。
not-understood =
    我只管把龙虾安顿好，自己不陪聊。
    想和你的龙虾说话，打开它的聊天。想改点什么，在这里选：
private-only = 我只在私聊里工作。打开我的资料页，在那里给我发消息。

do-hatch = 孵我的龙虾
do-continue-hatching = 接着孵
do-change-language = 换语言
do-change-zone = 换时区
do-ask-forget = 删除我的数据…
do-forget = 删除我的数据
do-forget-claws = 删除我的数据和 { $claws } 只龙虾
do-keep-data = 全部保留
