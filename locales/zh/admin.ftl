### 管理员的画面：谁、什么、状态、钱、多久、代码。

admin-ask-reason =
    <b>为什么？</b>请用一条消息说明原因，它会和操作一起存档。
    { $person }
    { $what }
admin-who = 谁：{ $person }
admin-bot = 机器人：@{ $bot }
admin-no-bot = 机器人：还没有，时间会等着
admin-model = 模型：{ $model }
admin-before = 之前：{ $right }
admin-after = 之后：再加 { $span }，不扣费
admin-reason = 原因：<i>{ $reason }</i>
admin-expires = 请在过期前确认：{ $when }。
admin-confirm-provision = <b>给 { $span }？</b>
admin-confirm-deprovision = <b>撤下 { $handle }？</b>
admin-deprovision-keeps = 主人会失去龙虾和设置。它的数据，服务器会保留。
admin-deprovision-forgets = 主人会永久失去龙虾、设置和记忆。
admin-pick-claw = <b>哪一只？</b>
admin-withdrawn = 已撤回，什么都没做。
admin-overtaken = 没有写原因就去做别的了。什么都没做，如果还需要，请重新发命令。
admin-expired = 等得太久，已过期。什么都没做，请重新发命令。
admin-grant-waits =
    <b>已给：{ $span }。</b>
    { $person }
    等对方连上机器人、龙虾就绪后开始算。
admin-grant-told = 对方已经知道了。
admin-grant-untold = 现在联系不上对方，对方还不知道；等对方按下 Start，时间就在那里。
admin-working =
    <b>{ $what }</b>
    { $person }
    { $status }
    … { $elapsed }
admin-finished =
    <b>✓ { $what }</b>
    { $person }
    { $status }
    用时 { $took }
admin-person-asks =
    <b>有人申请时间。</b>
    { $person }
admin-person-asks-hint = 给 30 天：<code>/provision { $id } 30</code>
admin-right-none = 没有时间
admin-right-waiting =
    { $kind ->
        [trial] 试用，{ $span } 未开始
       *[grant] 授予，{ $span } 未开始
    }
admin-right-until =
    { $kind ->
        [trial] 试用，到期 { $when }
       *[grant] 授予，到期 { $when }
    }
admin-right-ended =
    { $kind ->
        [trial] 试用，已结束 { $when }
       *[grant] 授予，已结束 { $when }
    }
act-provision = 给 { $span }
act-deprovision = 撤下龙虾
person-forgotten = 已要求被遗忘的人
person-unreachable = { $person }，无法联系
state = { $sign } { $status }

fleet =
    <b>总览：{ $total } 只，共可 { $capacity } 只</b>
    排队：{ $line }。今日试用：{ $trials } / { $most }。
fleet-count = { $status } { $n }
fleet-node =
    服务器 { $name }，clawnode { $version }，OpenClaw { $openclaw }
    运行 { $running } / { $most }。空闲内存 { $memory } / { $memorytotal } GB，磁盘 { $disk } / { $disktotal } GB。
fleet-node-silent = 龙虾的服务器没有回应。
fleet-node-draining = 它不再接收新的龙虾。
fleet-empty = 还没有龙虾。
fleet-line =
    <b>{ $handle }</b> { $person }
    @{ $bot }，{ $model }
    { $status }，{ $age }
    { $right }
fleet-page = 第 { $page } 页，共 { $pages } 页

trace =
    <b>{ $code }</b>
    当时在做：{ $doing }
trace-claw = 龙虾：<code>{ $claw }</code>
trace-at = { $when }
trace-chain = <blockquote>{ $chain }</blockquote>

alert-open = <b>警报。</b>{ $what }
alert-next = { $next }
alert-since = 开始于 { $when }。
alert-resolved = <b>{ $took }后已解决。</b>{ $what }
alert-infra-failing =
    基础设施出错或连不上。这期间孵不了，也改不了。
    <blockquote>{ $why }</blockquote>
alert-infra-locked-out = 基础设施不接受我们的密钥。孵不了，也改不了。
alert-infra-full = 基础设施没有位置了。新的龙虾在排队。
alert-claw-late =
    有只龙虾拖得太久：早该起来，或早该撤走。
    { $person }
    <code>{ $claw }</code>
alert-claw-refused =
    基础设施拒绝了一只龙虾。
    { $person }
    <code>{ $claw }</code>
    <blockquote>{ $why }</blockquote>
alert-claw-unwell =
    一只龙虾在运行，但不太正常。
    { $person }
    <code>{ $claw }</code>
    <blockquote>{ $why }</blockquote>
alert-drift =
    记录和实际对不上。
    { $person }
    <code>{ $claw }</code>
    <blockquote>{ $what }</blockquote>
alert-claw-vanished =
    有只在运行的龙虾从基础设施里消失了。
    { $person }
    <code>{ $claw }</code>
alert-claws-vanished = 基础设施的清单里少了 { $count } 只在运行的龙虾（共 { $of } 只）。
alert-claw-unasked =
    我们有只龙虾不该运行，却在运行。
    { $person }
    <code>{ $claw }</code>
alert-strange-claw =
    基础设施里运行着一只我不认识的龙虾。
    <code>{ $user }</code>
    <code>{ $name }</code>
alert-infra-unlisted =
    基础设施不说它在运行什么。那边自己发生的事不会被发现。
    <blockquote>{ $why }</blockquote>
alert-poison-update = 有一个更新处理不了，已放到一边：<code>{ $update }</code>
alert-poison-message = 有一条消息送不出去，已放到一边。聊天 <code>{ $chat }</code>
alert-second-poller = 还有别的程序在接收本机器人的更新，用户的点按会丢失。
alert-bot-token-dead = Telegram 不接受本机器人的令牌，谁都回不了。
alert-unsealable =
    有一个封存的值打不开。
    <blockquote>{ $what }</blockquote>

next-infra-failing = 我会继续试。请检查基础设施是否在运行、地址是否正确。
next-infra-locked-out = 请在设置里填入正确的密钥并重启。
next-infra-full = 请增加位置，或撤下几只龙虾。
next-claw-late = 我会继续试。请在基础设施那边看看它。
next-claw-refused = 请按所述修好，或撤下这只龙虾。
next-claw-unwell = 请到它的服务器上看看，它的主人修不好这个。
next-drift = 能安全纠正的我会纠正。请在总览里核对这只龙虾。
next-claw-vanished = 我会自己把它带回来。请在基础设施那边找找原因。
next-claws-vanished = 我会再看一次，然后自己把它们带回来。请在基础设施那边找找原因。
next-claw-unasked = 我会自己再把它撤下。请查查是谁启动的。
next-strange-claw = 我不动它。请查清它是谁的；也可能来自恢复的备份。
next-infra-unlisted = 我会继续问。龙虾照常孵化和更改。
next-poison-update = 对方可能要再点一次。原因在日志里。
next-poison-message = 原因在日志里，其他一切照常。
next-second-poller = 请找到使用同一令牌的程序并停掉，或撤销令牌。
next-bot-token-dead = 请从 BotFather 取现在的令牌，填入设置并重启。
next-unsealable = 请检查封存密钥是否就是当初那一把。

do-give-days = 给 { $span }
do-take-down = 撤下 { $handle }
do-withdraw = 撤回
do-open-fleet = 查看总览
