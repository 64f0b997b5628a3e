### 各处共用：时间、代码、短词、点按后的提示、菜单。

code = <i>（{ $code }）</i>
and-more = ……还有 { $n } 个

## 时间

time-when = { $relative }（{ $absolute }）
time-in-a-moment = 马上
time-in-minutes = { $n } 分钟后
time-in-hours = { $n } 小时后
time-in-days = { $n } 天后
time-just-now = 刚刚
time-minutes-ago = { $n } 分钟前
time-hours-ago = { $n } 小时前
time-days-ago = { $n } 天前
time-seconds = { $n } 秒
time-minutes = { $n } 分钟
time-hours = { $n } 小时
time-days = { $n } 天
time-today = 今天 { $clock }
time-tomorrow = 明天 { $clock }
time-yesterday = 昨天 { $clock }
time-date = { $month }{ $day }日{ $weekday } { $clock }
time-date-year = { $year }年{ $month }{ $day }日 { $clock }
time-weekday =
    { $n ->
        [1] 周一
        [2] 周二
        [3] 周三
        [4] 周四
        [5] 周五
        [6] 周六
       *[7] 周日
    }
time-month = { $n }月

## 带你去别处的按钮

do-back = 返回
do-cancel = 取消
do-home = 首页
do-continue = 继续
do-earlier = ‹ 上一页
do-later = 更多 ›
do-refresh = 刷新
do-help = 帮助
do-how-it-works = 怎么用
do-settings = 设置
do-my-claws = 我的龙虾
do-open-card = 看看它
do-ask-admin = 申请更多时间

## 点按后的小提示

toast-not-yours = 这个按钮不是给你的。
toast-redrawn = 刚才的画面过时了，这是最新情况。
toast-changed = 那个画面之后情况变了，什么都没做。请再看一眼。
toast-expired = 按钮太旧了，什么都没做。请看一眼再点。
toast-stranger = 我（已经）不认识你了。发送 /start 重新开始。
toast-already-done = 已经做好了。
toast-language-set = 现在说中文了。
toast-zone-set = 时间已换成你的时区。
toast-removed = 已移除。
toast-broken = 我们这边出了点问题，请过一分钟再试。

## 命令菜单

command-start = 开始，或回到首页
command-status = 我的龙虾怎么样了
command-claws = 我的龙虾
command-language = 切换语言
command-settings = 语言、时区、我的数据
command-help = 我能做什么
command-cancel = 停下正在做的事
command-delete-my-data = 删除关于我的一切
command-provision = 给某人时间和龙虾
command-deprovision = 撤下一只龙虾
command-fleet = 所有龙虾的情况
command-trace = 查一个代码背后的事

## 简介，点“开始”之前看到的

profile-short = 一个属于你自己的 AI 助手，住在你自己的 Telegram 机器人里。免费试用，无需银行卡。
profile-long =
    养一个属于你自己的 AI 助手。它住在你自己的 Telegram 机器人里，记得住你说过的话，只和你允许的人说话。

    建一个机器人，选一个模型，大约一分钟后它就醒了。头几天免费，无需银行卡，之后也不会扣费。
