### 孵化中的龙虾，它的卡片、改动和终点。

hatching = <b>正在孵 @{ $bot }</b>
hatch-done = ✓ { $what }
hatch-doing = … { $what }   { $clock }
hatch-sealed = 令牌已封存
hatch-asking = 正在申请服务器
hatch-asked = 服务器已申请
hatch-finding = 正在找位置
hatch-found = 位置有了
hatch-starting = 正在启动助手
hatch-elapsed = { $elapsed }，一般一分钟左右
hatch-elapsed-slow = { $elapsed }
hatching-slow = 比平时久一些。你可以先去忙，它醒了我告诉你。
hatched = ✓ @{ $bot } 孵好了，用时 { $took }。
ready =
    <b>你的龙虾醒了。</b>
    打开 @{ $bot }，和它打个招呼。
do-say-hello = 打个招呼
do-say-hello-to = 和 @{ $bot } 打招呼
do-open-chat = 打开聊天

stuck = <b>@{ $bot } 启动不了。</b>
reason-token-in-use = 另一只龙虾已经在用这个机器人的令牌。请给这只换一个自己的机器人。
reason-token-dead = Telegram 不再接受这个机器人的令牌。请向 BotFather 要一个新的，发给我。
reason-deleting = 以前的那只还在清理。我会自己再试，你什么都不用做。
reason-model-not-allowed = 服务器不提供这个模型。请换一个，其他都不变。
reason-no-capacity = 服务器满了。它的位置一直留着，醒了我告诉你。
reason-foreign = 它的名字在服务器上被别人的龙虾占了。管理员已经知道，会处理好。
reason-rejected = 服务器没有接受它。管理员已经知道，你什么都不用做。
late =
    <b>@{ $bot } 还没起来。</b>
    服务器的反应不正常。我会继续试，龙虾醒了就告诉你。管理员已经知道。
healed-back =
    <b>@{ $bot } 的改动没有成功。</b>
    我正在把它恢复成原样，用 { $model }，醒了我告诉你。想再试别的改动，打开它的卡片。

claws-title = <b>你的龙虾</b>
claws-none = <b>你还没有龙虾。</b>
claws-line = { $sign } { $who }，{ $status }
named-titled = <b>{ $title }</b>，@{ $bot }
named-bot = <b>@{ $bot }</b>
card-head = { $who }   { $sign } { $status }
card-mind = { $model }，{ $company }
card-line =
    { $n ->
        [0] 服务器满了。下一个就是它。
       *[other] 服务器满了。它前面还有 { $n } 只。
    }
card-kept-until = 它睡着了。如果一直这样，{ $when } 会被销毁。
card-undo-until = 现在还能撤销，{ $when } 起不能再改。

status-pending = 马上要孵
status-provisioning = 孵化中
status-ready = 醒着
status-degraded = 醒着，但不太舒服
status-updating = 正在改动
status-pausing = 正在入睡
status-paused = 已暂停
status-suspended = 睡着
status-waiting = 等位置
status-error = 需要帮忙
status-destroying = 正在移除
status-destroyed = 已经没有了

done-renamed = 名字改好了。
done-changing = 正在改动，它会离开一分钟左右。
done-changing-awake = 正在改动，马上就好。它一直醒着。
done-pausing = 它正在入睡。
done-waking = 它正在醒来，一般一分钟左右。
done-deleting = 10 分钟后删除。在那之前可以撤销。
done-undone = 已撤销，它留下了。
done-nothing = 没有需要改的。

do-change-people = 改成员
do-ask-pause = 暂停…
do-wake = 叫醒它
do-rename = 改名字
do-new-token = 换新令牌
do-ask-delete = 删除这只龙虾…
do-undo-delete = 撤销删除

ask-title =
    <b>在这里怎么称呼 @{ $bot }？</b>
    把名字发给我。只有你看得到，机器人自己的名字不变。

confirm-pause = <b>暂停 @{ $bot }？</b>
pause-keeps = 在你叫醒它之前，它不会回话。它什么都记得。你的时间照常在走。
pause-forgets =
    它的记忆可能丢失。机器人和设置会保留，随时可以叫醒它。
    在那之前它不会回话，你的时间照常在走。
do-pause = 暂停它
do-pause-forgetting = 暂停，记忆可能丢失
do-keep-awake = 让它醒着

confirm-model = <b>让 @{ $bot } 改用 { $model }？</b>
confirm-people = <b>改动谁能和 @{ $bot } 说话？</b>改后：{ $company }。
confirm-token = <b>给 @{ $bot } 里的龙虾换上新令牌？</b>
confirm-bot = <b>让 @{ $bot } 里的龙虾改用 @{ $new } 和它的新令牌？</b>
change-keeps = 它会离开一分钟左右，什么都记得。
change-awake = 它一直醒着，什么都记得。
change-forgets = 这样它得重新开始，记忆可能丢失。机器人和设置会保留。它会离开一分钟左右。
do-apply-model = 换模型
do-apply-model-forgetting = 换模型，记忆可能丢失
do-apply-people = 改成员
do-apply-people-forgetting = 改成员，记忆可能丢失
do-apply-bot = 用这个令牌
do-apply-bot-forgetting = 用这个令牌，记忆可能丢失
do-keep-as-is = 保持原样

confirm-delete = <b>删除 @{ $bot } 里的龙虾？</b>
delete-loses =
    永久失去：它的记忆、设置和成员名单。
    机器人在 Telegram 里仍归你。10 分钟内可以撤销。
do-delete = 删除它和它的记忆
do-keep-claw = 留下它

ending =
    { $kind ->
        [trial] <b>免费时间快到了：{ $when }。</b>
       *[grant] <b>使用时间快到了：{ $when }。</b>
    }
ending-keeps = 到时 @{ $bot } 会睡着。它知道的一切保留 7 天，想要回来还来得及。
ending-forgets = 到时 @{ $bot } 会睡着。机器人和设置保留 7 天，但记忆可能丢失。需要的内容，请先从聊天里存好。
asleep =
    { $kind ->
        [trial] <b>@{ $bot } 睡着了，免费时间已到。</b>
       *[grant] <b>@{ $bot } 睡着了，使用时间已到。</b>
    }
asleep-keeps = 它知道的一切都保留着。如果没有更多时间，{ $when } 会被销毁。
asleep-forgets = 机器人和设置保留着，记忆可能已经丢失。如果没有更多时间，{ $when } 会被销毁。
destroy-soon =
    <b>@{ $bot } 将被销毁：{ $when }。</b>
    记忆和设置会一起消失，机器人仍归你。想留住它，请申请更多时间。
destroyed =
    <b>@{ $bot } 里的龙虾没有了。</b>
    它睡了 7 天。记忆和设置已销毁，令牌已抹掉。
destroyed-by-owner =
    <b>按你的要求，@{ $bot } 里的龙虾没有了。</b>
    记忆和设置已销毁，令牌已抹掉。
destroyed-bot-stays = 机器人在 Telegram 里仍归你。
woken =
    <b>@{ $bot } 又醒了。</b>
    打开它的聊天，接着来。
came-back =
    <b>@{ $bot } 自己停了。我已把它带回来，它又醒了。</b>
came-back-keeps = 它记得原来的一切。你什么都不用做。
came-back-forgets = 机器人和设置都没变，记忆可能丢失。你什么都不用做。
