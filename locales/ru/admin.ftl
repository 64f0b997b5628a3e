### Экраны операторов: кто, что, состояние, деньги, возраст, код.

admin-ask-reason =
    <b>Почему?</b> Пришлите причину одним сообщением: она сохранится вместе с действием.
    { $person }
    { $what }
admin-who = Кто: { $person }
admin-bot = Бот: @{ $bot }
admin-no-bot = Бот: пока нет, время его подождёт
admin-model = Модель: { $model }
admin-before = Было: { $right }
admin-after = Станет: ещё { $span }, ничего не списывается
admin-reason = Причина: <i>{ $reason }</i>
admin-expires = Подтвердить можно, пока не истечёт срок: { $when }.
admin-confirm-provision = <b>Дать { $span }?</b>
admin-confirm-deprovision = <b>Снять { $handle }?</b>
admin-deprovision-keeps = Владелец потеряет клешню и её настройки. Её данные сервер хранит.
admin-deprovision-forgets = Владелец навсегда потеряет клешню, её настройки и память.
admin-pick-claw = <b>Какую?</b>
admin-withdrawn = Отозвано. Ничего не сделано.
admin-overtaken = Причины не было, и вы пошли дальше. Ничего не сделано: если ещё нужно, пошлите команду снова.
admin-expired = Ждали слишком долго, срок вышел. Ничего не сделано: пошлите команду снова.
admin-grant-waits =
    <b>Дано: { $span }.</b>
    { $person }
    Счёт пойдёт, когда будет подключён бот и готова клешня.
admin-grant-told = Человек уже знает.
admin-grant-untold = Написать этому человеку нельзя, и он пока не знает; время дождётся, когда он нажмёт Start.
admin-working =
    <b>{ $what }</b>
    { $person }
    { $status }
    … { $elapsed }
admin-finished =
    <b>✓ { $what }</b>
    { $person }
    { $status }
    заняло { $took }
admin-person-asks =
    <b>Просят времени.</b>
    { $person }
admin-person-asks-hint = Дать 30 дней: <code>/provision { $id } 30</code>
admin-right-none = времени нет
admin-right-waiting =
    { $kind ->
        [trial] проба, { $span } впереди
       *[grant] дано, { $span } впереди
    }
admin-right-until =
    { $kind ->
        [trial] проба, закончится { $when }
       *[grant] дано, закончится { $when }
    }
admin-right-ended =
    { $kind ->
        [trial] проба, закончилась { $when }
       *[grant] дано, закончилось { $when }
    }
act-provision = Дать { $span }
act-deprovision = Снять клешню
person-forgotten = человек, которого попросили забыть
person-unreachable = { $person }, написать нельзя
state = { $sign } { $status }

fleet =
    <b>Все клешни: { $total } из { $capacity }</b>
    В очереди: { $line }. Проб сегодня: { $trials } из { $most }.
fleet-count = { $status } { $n }
fleet-node =
    Сервер { $name }, clawnode { $version }, OpenClaw { $openclaw }
    Работает { $running } из { $most }. Свободно памяти { $memory } из { $memorytotal } ГБ, диска { $disk } из { $disktotal } ГБ.
fleet-node-silent = Сервер клешней не отвечает.
fleet-node-draining = Новых клешней он не берёт.
fleet-empty = Клешней пока нет.
fleet-line =
    <b>{ $handle }</b> { $person }
    @{ $bot }, { $model }
    { $status }, { $age }
    { $right }
fleet-page = Страница { $page } из { $pages }

trace =
    <b>{ $code }</b>
    Что делали: { $doing }
trace-claw = Клешня: <code>{ $claw }</code>
trace-at = { $when }
trace-chain = <blockquote>{ $chain }</blockquote>

alert-open = <b>Тревога.</b> { $what }
alert-next = { $next }
alert-since = Началось { $when }.
alert-resolved = <b>Устранено за { $took }.</b> { $what }
alert-infra-failing =
    Инфраструктура сбоит или не отвечает. Пока так, ничего не растёт и не меняется.
    <blockquote>{ $why }</blockquote>
alert-infra-locked-out = Инфраструктура не принимает наш ключ. Ничего не растёт и не меняется.
alert-infra-full = В инфраструктуре нет места. Новые клешни ждут в очереди.
alert-claw-late =
    Клешня слишком задержалась: ей давно пора подняться или исчезнуть.
    { $person }
    <code>{ $claw }</code>
alert-claw-refused =
    Инфраструктура отказала клешне.
    { $person }
    <code>{ $claw }</code>
    <blockquote>{ $why }</blockquote>
alert-claw-unwell =
    Клешня работает, но нездорова.
    { $person }
    <code>{ $claw }</code>
    <blockquote>{ $why }</blockquote>
alert-drift =
    Записано одно, на деле другое.
    { $person }
    <code>{ $claw }</code>
    <blockquote>{ $what }</blockquote>
alert-claw-vanished =
    Клешня работала, а теперь её нет в инфраструктуре.
    { $person }
    <code>{ $claw }</code>
alert-claws-vanished = В списке инфраструктуры нет работавших клешней: { $count } из { $of }.
alert-claw-unasked =
    Наша клешня работает, хотя не должна.
    { $person }
    <code>{ $claw }</code>
alert-strange-claw =
    В инфраструктуре работает клешня, о которой я ничего не знаю.
    <code>{ $user }</code>
    <code>{ $name }</code>
alert-infra-unlisted =
    Инфраструктура не говорит, что у неё работает. То, что случится там само, останется незамеченным.
    <blockquote>{ $why }</blockquote>
alert-poison-update = Обновление не удалось обработать, оно отложено: <code>{ $update }</code>
alert-poison-message = Сообщение не удалось доставить, оно отложено. Чат <code>{ $chat }</code>
alert-second-poller = Обновления этого бота получает кто-то ещё. Нажатия людей теряются.
alert-bot-token-dead = Telegram не принимает токен этого бота. Ответить никому нельзя.
alert-unsealable =
    Запечатанное значение не открывается.
    <blockquote>{ $what }</blockquote>

next-infra-failing = Я продолжаю пробовать. Проверьте, что инфраструктура работает и адрес верный.
next-infra-locked-out = Впишите верный ключ в настройки и перезапустите.
next-infra-full = Добавьте места или снимите лишние клешни.
next-claw-late = Я продолжаю пробовать. Посмотрите на клешню в инфраструктуре.
next-claw-refused = Исправьте то, на что указано, или снимите клешню.
next-claw-unwell = Посмотрите на неё на её сервере: владелец этого не поправит.
next-drift = Что безопасно, я исправляю сам. Проверьте клешню в списке всех.
next-claw-vanished = Я возвращаю её сам. Поищите причину в инфраструктуре.
next-claws-vanished = Я проверю ещё раз и верну их сам. Поищите причину в инфраструктуре.
next-claw-unasked = Я сниму её сам. Выясните, кто её запустил.
next-strange-claw = Я её не трогаю. Выясните, чья она; возможно, база поднята из копии.
next-infra-unlisted = Я продолжаю спрашивать. Клешни растут и меняются как обычно.
next-poison-update = Человеку, возможно, придётся нажать ещё раз. Причина в журнале.
next-poison-message = Причина в журнале. Остальное идёт своим чередом.
next-second-poller = Найдите другую программу с этим токеном и остановите её или отзовите токен.
next-bot-token-dead = Возьмите у BotFather действующий токен, впишите в настройки и перезапустите.
next-unsealable = Проверьте, что ключ тот же, которым запечатывали.

do-give-days = Дать { $span }
do-take-down = Снять { $handle }
do-withdraw = Отозвать
do-open-fleet = Все клешни
