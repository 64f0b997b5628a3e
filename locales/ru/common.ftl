### Общее для всех экранов: время, коды, короткие слова, ответы на нажатия, меню.

code = <i>({ $code })</i>
and-more = …и ещё { $n }

## Время

time-when = { $relative }, { $absolute }
time-in-a-moment = сейчас
time-in-minutes =
    { $n ->
        [one] через { $n } минуту
        [few] через { $n } минуты
       *[many] через { $n } минут
    }
time-in-hours =
    { $n ->
        [one] через { $n } час
        [few] через { $n } часа
       *[many] через { $n } часов
    }
time-in-days =
    { $n ->
        [one] через { $n } день
        [few] через { $n } дня
       *[many] через { $n } дней
    }
time-just-now = только что
time-minutes-ago =
    { $n ->
        [one] { $n } минуту назад
        [few] { $n } минуты назад
       *[many] { $n } минут назад
    }
time-hours-ago =
    { $n ->
        [one] { $n } час назад
        [few] { $n } часа назад
       *[many] { $n } часов назад
    }
time-days-ago =
    { $n ->
        [one] { $n } день назад
        [few] { $n } дня назад
       *[many] { $n } дней назад
    }
time-seconds =
    { $n ->
        [one] { $n } секунду
        [few] { $n } секунды
       *[many] { $n } секунд
    }
time-minutes =
    { $n ->
        [one] { $n } минуту
        [few] { $n } минуты
       *[many] { $n } минут
    }
time-hours =
    { $n ->
        [one] { $n } час
        [few] { $n } часа
       *[many] { $n } часов
    }
time-days =
    { $n ->
        [one] { $n } день
        [few] { $n } дня
       *[many] { $n } дней
    }
time-today = сегодня в { $clock }
time-tomorrow = завтра в { $clock }
time-yesterday = вчера в { $clock }
time-date = { $weekday }, { $day } { $month }, в { $clock }
time-date-year = { $day } { $month } { $year } года в { $clock }
time-weekday =
    { $n ->
        [1] в понедельник
        [2] во вторник
        [3] в среду
        [4] в четверг
        [5] в пятницу
        [6] в субботу
       *[7] в воскресенье
    }
time-month =
    { $n ->
        [1] января
        [2] февраля
        [3] марта
        [4] апреля
        [5] мая
        [6] июня
        [7] июля
        [8] августа
        [9] сентября
        [10] октября
        [11] ноября
       *[12] декабря
    }

## Кнопки, которые куда-то ведут

do-back = Назад
do-cancel = Отмена
do-home = В начало
do-continue = Дальше
do-earlier = ‹ Предыдущие
do-later = Ещё ›
do-refresh = Обновить
do-help = Помощь
do-how-it-works = Как это работает
do-settings = Настройки
do-my-claws = Мои клешни
do-open-card = Открыть карточку
do-ask-admin = Попросить ещё времени

## Короткий ответ на нажатие

toast-not-yours = Эта кнопка не ваша.
toast-redrawn = Тот экран устарел. Вот как всё обстоит сейчас.
toast-changed = С того экрана что-то изменилось. Ничего не сделано: посмотрите ещё раз.
toast-expired = Кнопка слишком старая. Ничего не сделано: проверьте и нажмите ещё раз.
toast-stranger = Я вас не знаю (или уже не помню). Нажмите /start, чтобы начать заново.
toast-already-done = Уже сделано.
toast-language-set = Теперь говорю по-русски.
toast-zone-set = Теперь время ваше, местное.
toast-removed = Готово, убрано.
toast-broken = У нас что-то сломалось. Попробуйте через минуту.

## Меню команд

command-start = Начать или вернуться на первый экран
command-status = Как дела у моей клешни
command-claws = Мои клешни
command-language = Сменить язык
command-settings = Язык, часовой пояс, мои данные
command-help = Что я умею
command-cancel = Прервать начатое
command-delete-my-data = Удалить всё, что обо мне известно
command-provision = Дать человеку время и клешню
command-deprovision = Снять клешню
command-fleet = Все клешни и что с ними
command-trace = Что стоит за кодом

## Профиль, до нажатия «Старт»

profile-short = Ваш собственный ИИ-помощник в вашем собственном боте. Попробуйте бесплатно, без карты.
profile-long =
    Собственный ИИ-помощник. Он живёт в вашем боте в Telegram, помнит, что вы ему рассказали, и говорит только с теми, кого выберете вы.

    Вы создаёте бота, выбираете модель, которой он думает, и примерно через минуту он проснётся. Первые дни бесплатно, без карты, и потом ничего не списывается.
