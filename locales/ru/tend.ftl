### Клешня в работе: перезапуск, копии, устройства, журнал, недуги.

card-being = OpenClaw { $version }, работает { $up }
card-version = OpenClaw { $version }
busy-restarting = Она перезапускается.
busy-backing-up = Делается резервная копия.
busy-restoring = Копия возвращается на место.

done-restarting = Перезапускаю. Напишу, когда она поднимется.
done-backing-up = Делаю резервную копию. Напишу, когда будет готова.
done-restoring = Возвращаю копию. Напишу, когда будет готово.
done-letting-in = Пускаю устройство.
done-turning-away = Отказываю устройству.

do-restart = Перезапустить
do-backups = Копии
do-devices = Устройства
do-logs = Журнал
do-back-up = Сделать копию сейчас
do-ask-restore = Вернуть: { $when }…
do-restore = Вернуть, новое пропадёт
do-let-in = Пустить
do-let-in-named = Пустить { $name }
do-turn-away = Отказать

restarted = <b>@{ $bot } перезапущена.</b> Она не спит.
backed-up = <b>Копия @{ $bot } готова.</b>
restored =
    <b>Копия возвращена в @{ $bot }.</b>
    Она знает то, что знала тогда.
restart-failed = <b>Перезапустить @{ $bot } не удалось.</b>
backup-failed = <b>Копия @{ $bot } не сделана.</b>
restore-failed = <b>Вернуть копию в @{ $bot } не удалось.</b>
mishap-gone = Этого там больше нет. Откройте карточку и посмотрите ещё раз.
mishap-disk-full = На сервере кончилось место. Операторы это видят, попробуйте позже.
mishap-failed = Сервер пробовал и не смог. Попробуйте позже.
mishap-unreached = Сервер не отвечал десять минут, и я не стал продолжать. Ничего не изменилось.
mishap-unknown = Сервер не сказал, чем кончилось. Посмотрите на клешню, операторы тоже это видят.
mishap-overtaken = Клешню усыпили раньше. Больше ничего не сделано.

backups-title = <b>Копии @{ $bot }</b>
backups-none = Пока ни одной. В копии всё, что она знает.
backups-line = • { $when }, { $size }
backups-failed = • { $when }, не удалась
confirm-restore = <b>Вернуть @{ $bot } к копии: { $when }?</b>
restore-loses = Навсегда пропадёт всё, что она узнала с тех пор. Модель и круг людей останутся. Её не будет несколько минут.

devices-title = <b>Устройства @{ $bot }</b>
devices-none = Ни одно не впущено и ни одно не просится. Здесь появятся приложения и браузеры, которые хотят говорить с вашей клешнёй.
devices-paired = ✓ { $device }
devices-waiting = … { $device }, просит { $when }
device-named = { $name } ({ $platform })
device-unnamed = устройство без имени
device-asks = <b>К @{ $bot } просится устройство:</b> { $device }
device-asks-hint = Пускайте только то, что включили сейчас сами. Кто впущен, может всё то же, что и вы.
device-letting-in = Пускаю к @{ $bot }: { $device }
device-turning-away = Отказываю у @{ $bot }: { $device }
device-let-in = ✓ Впущено к @{ $bot }: { $device }
device-turned-away = Отказано у @{ $bot }: { $device }
device-gone = Эта просьба к @{ $bot } уже не действует: { $device }. Если нужно, попроситесь с устройства ещё раз.

logs-title = <b>Журнал @{ $bot }</b>
logs-usage = Потрачено: { $input } токенов на вход, { $output } на выход, около { $usd } USD.
logs-none = Она пока ничего не записала.
logs-lines = <blockquote>{ $lines }</blockquote>

ailing = <b>@{ $bot } нездорова.</b>
ailment-token-rejected = Telegram больше не принимает токен её бота. Возьмите новый у BotFather и пришлите мне, остальное не изменится.
ailment-token-elsewhere = Сообщения её бота получает другая программа. Остановите её или возьмите у BotFather новый токен и пришлите мне: тогда та перестанет.
ailment-out-of-memory = Ей не хватило памяти, и она была запущена заново.
ailment-crashes = Она падала раз за разом и больше не запускается. Перезапустите её или верните копию. Операторы уже знают.
ailment-config-invalid = Её настройки не подходят. Операторы уже знают и поправят.
ailment-slow-start = Она запускается необычно долго.
ailment-model-refused = Её модель ей отказывает. Операторы уже знают и поправят.
ailment-disk-full = Диск сервера полон. Операторы уже знают и освободят место.
ailment-other = С ней что-то не так. Может помочь перезапуск.
