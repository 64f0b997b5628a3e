### 运行中的龙虾：重启、备份、设备、日志、毛病。

card-being = OpenClaw { $version }，已运行 { $up }
card-version = OpenClaw { $version }
busy-restarting = 正在重启。
busy-backing-up = 正在备份。
busy-restoring = 正在恢复备份。

done-restarting = 正在重启，起来了我告诉你。
done-backing-up = 正在备份，好了我告诉你。
done-restoring = 正在恢复备份，好了我告诉你。
done-letting-in = 正在让这台设备进来。
done-turning-away = 正在拒绝这台设备。

do-restart = 重启它
do-backups = 备份
do-devices = 设备
do-logs = 日志
do-back-up = 立即备份
do-ask-restore = 恢复到{ $when }…
do-restore = 恢复，之后的内容会丢失
do-let-in = 批准
do-let-in-named = 批准 { $name }
do-turn-away = 拒绝

restarted = <b>@{ $bot } 已重启。</b>它醒着。
backed-up = <b>@{ $bot } 的备份好了。</b>
restored =
    <b>备份已恢复到 @{ $bot }。</b>
    它记得当时知道的一切。
restart-failed = <b>@{ $bot } 没能重启。</b>
backup-failed = <b>@{ $bot } 没有备份成。</b>
restore-failed = <b>备份没能恢复到 @{ $bot }。</b>
mishap-gone = 它已经不在了。打开卡片再看看。
mishap-disk-full = 服务器没有空间了。管理员看得到，请过一会儿再试。
mishap-failed = 服务器试过了，没有成功。请过一会儿再试。
mishap-unreached = 服务器十分钟没有回应，我就没再继续。什么都没有改变。
mishap-unknown = 服务器没有说结果怎样。请看看这只龙虾，管理员也看得到。
mishap-overtaken = 龙虾先睡着了，没有再做什么。

backups-title = <b>@{ $bot } 的备份</b>
backups-none = 还没有。备份里是它知道的一切。
backups-line = • { $when }，{ $size }
backups-failed = • { $when }，失败
confirm-restore = <b>把 @{ $bot } 恢复到{ $when }？</b>
restore-loses = 永久失去：从那以后它学到的一切。模型和成员不变。它会离开几分钟。

devices-title = <b>@{ $bot } 的设备</b>
devices-none = 没有设备进来，也没有在等的。想和你的龙虾说话的应用和浏览器会出现在这里。
devices-paired = ✓ { $device }
devices-waiting = … { $device }，{ $when }请求
device-named = { $name }（{ $platform }）
device-unnamed = 没有名字的设备
device-asks = <b>有设备想和 @{ $bot } 说话：</b>{ $device }
device-asks-hint = 只批准你自己刚刚打开的。进来的设备能做你能做的一切。
device-letting-in = 正在让它进入 @{ $bot }：{ $device }
device-turning-away = 正在拒绝它进入 @{ $bot }：{ $device }
device-let-in = ✓ 已进入 @{ $bot }：{ $device }
device-turned-away = 已拒绝进入 @{ $bot }：{ $device }
device-gone = 这个对 @{ $bot } 的请求已失效：{ $device }。如果还需要，请在设备上再请求一次。

logs-title = <b>@{ $bot } 的日志</b>
logs-usage = 到现在用了：输入 { $input } 个 token，输出 { $output } 个，约 { $usd } 美元。
logs-none = 它还没有写下什么。
logs-lines = <blockquote>{ $lines }</blockquote>

ailing = <b>@{ $bot } 不太舒服。</b>
ailment-token-rejected = Telegram 不再接受它的机器人的令牌。请向 BotFather 要一个新的，发给我；其他都不变。
ailment-token-elsewhere = 另一个程序在收它的机器人的消息。请停掉那个程序，或者向 BotFather 要一个新令牌发给我，那个就收不到了。
ailment-out-of-memory = 它的内存用完了，已重新启动。
ailment-crashes = 它一再退出，现在不再启动。请重启它，或恢复一个备份。管理员已经知道。
ailment-config-invalid = 它的设置不合适。管理员已经知道，会处理好。
ailment-slow-start = 它启动得特别慢。
ailment-model-refused = 它的模型拒绝了它。管理员已经知道，会处理好。
ailment-disk-full = 服务器的磁盘满了。管理员已经知道，会腾出空间。
ailment-other = 它出了点问题。重启也许有用。
