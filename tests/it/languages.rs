//! The whole walk in Spanish, Russian and Chinese, and changing the language in the middle of it.

use clawhatch::domain::ids::TelegramId;

use crate::{on_both, world::Someone};

/// The models read the same in every language: one is enough.
fn without_other_models(screen: &str) -> String {
    const OTHERS: [&str; 5] = ["Claude Sonnet", "GPT-5.2", "DeepSeek", "Claude Haiku", "GPT-5 mini"];
    let mut follows = false;
    let keeps = |line: &&str| {
        let another = OTHERS.iter().any(|name| line.contains(name));
        let dropped = another || std::mem::take(&mut follows);
        follows = another && !line.starts_with('[');
        !dropped
    };
    screen.lines().filter(keeps).collect::<Vec<_>>().join("\n")
}

/// From /start to the card, by the buttons of one language; gives every screen on the way.
async fn walk(person: &Someone<'_>, buttons: [&str; 7]) -> String {
    let token = person.makes_bot("Helper", "anns_helper_bot");
    let [hatch, agree, have_token, use_bot, only_me, start, card] = buttons;
    let mut screens = Vec::new();
    for step in ["/start", hatch, agree, have_token, &token, use_bot, "Gemini 3 Flash", only_me, start, card] {
        match step == "/start" || step == token {
            true => drop(person.says(step).await),
            false => person.taps(step).await,
        }
        screens.push(without_other_models(&person.last()));
    }
    assert_eq!(person.world.refused_by_telegram(), Vec::<String>::new());
    screens.join("\n----\n")
}

on_both! {
    async fn the_walk_in_spanish(w: World) {
        let ana = w.person(1001, "Ana", "es-419");
        let seen = walk(&ana, ["Crear mi claw", "De acuerdo", "Tengo un token", "Usar este bot", "Solo yo", "Empezar", "Ver su ficha"]).await;
        insta::assert_snapshot!(seen, @"
        Tu propio asistente de IA, en tu propio bot de Telegram.
        Recuerda, trabaja mientras duermes y solo habla con quien tú elijas.

        Gratis durante 48 horas. Sin tarjeta.
        [ Crear mi claw ]
        [ Cómo funciona ] [ Ajustes ]
        [ 🌐 Español ]
        ----
        Paso 1 de 5

        Antes de empezar, en pocas palabras

        • El tiempo gratis empieza cuando tu claw está listo. Al acabar, se duerme. No se cobra nada.
        • Un claw dormido se guarda 7 días y luego se destruye. Si un servidor no puede conservar su memoria mientras tanto, te aviso antes.
        • El token de tu bot queda bajo llave y solo sirve para que tu claw funcione.
        • Lo que le escribes lo lee el modelo que eliges. Puede equivocarse: comprueba lo importante.
        • No lo uses para hacer daño ni para infringir la ley; un claw así se retira.
        • Con /delete_my_data borro lo que sé de ti, cuando quieras.
        [ De acuerdo, seguimos ]
        [ Atrás ] [ Cancelar ]
        ----
        Paso 2 de 5

        Dale a tu claw un bot donde vivir.
        Allí tendrá su propio chat, con el nombre que le pongas.

        Con un toque, Telegram te crea el bot: revisa el nombre, confirma y vuelve aquí.
        [ Crearlo con un toque ]
        [ Tengo un token de BotFather ]
        [ Atrás ] [ Cancelar ]
        ----
        Paso 2 de 5

        Crea un bot en cinco pasos cortos

        1. Abre @BotFather con el botón de abajo
        2. Envíale /newbot
        3. Envíale un nombre, el que quieras
        4. Envíale un usuario que termine en bot
        5. Copia el token que te da y pégalo aquí

        Compruebo el token, lo guardo bajo llave y borro tu mensaje.
        [ Abrir BotFather ]
        [ Atrás ] [ Cancelar ]
        ----
        Paso 2 de 5

        Aquí está: Helper, @anns_helper_bot.

        Tu mensaje está borrado y el token, sellado.
        [ Usar este bot ]
        [ Otro bot ]
        [ Atrás ] [ Cancelar ]
        ----
        Paso 3 de 5

        ¿Con qué modelo quieres que piense?
        Puedes cambiarlo cuando quieras. ★ es un buen comienzo.

        Gemini 3 Flash ★
        barato, rápido, bueno
        [ Gemini 3 Flash ★ ]
        [ Más › ]
        [ Atrás ] [ Cancelar ]
        ----
        Paso 4 de 5

        Solo tú puedes hablarle. ¿Añades a alguien?
        [ Solo yo ] [ Añadir a alguien ]
        [ Atrás ] [ Cancelar ]
        ----
        Paso 5 de 5

        Todo listo para nacer
        Helper, @anns_helper_bot
        Gemini 3 Flash, solo tú

        48 horas gratis, que empiezan cuando esté listo. Después no se cobra nada.

        Conviene saberlo: si más adelante lo pausas o lo cambias, se conservan su bot y sus ajustes, pero puede perder la memoria. Te preguntaré cada vez.
        [ Empezar 48 horas gratis ]
        [ Cambiar bot ] [ Cambiar modelo ]
        [ Atrás ] [ Cancelar ]
        ----
        Tu claw está despierto.
        Abre @anns_helper_bot y salúdalo.

        Tu tiempo gratis termina en 2 días, el domingo 21 de junio a las 12:00 UTC.
        Después no se cobra nada.
        [ Saludar a @anns_helper_bot ]
        [ Ver su ficha ] [ Mis claws ]
        ----
        @anns_helper_bot   ● despierto

        Gemini 3 Flash, solo tú
        Tu tiempo gratis termina en 2 días, el domingo 21 de junio a las 12:00 UTC.
        [ Abrir su chat ]
        [ Cambiar modelo ] [ Cambiar la gente ]
        [ Ponerle nombre ] [ Pausarlo… ]
        [ Darle un token nuevo ] [ Borrar este claw… ]
        [ Mis claws ] [ Inicio ]
        ");
    }

    async fn the_walk_in_russian(w: World) {
        let anna = w.person(1001, "Анна", "ru");
        let seen = walk(&anna, ["Вырастить клешню", "Принимаю", "токен от BotFather", "Взять этого бота", "Только я", "Начать", "Открыть карточку"]).await;
        insta::assert_snapshot!(seen, @"
        Ваш собственный ИИ-помощник в вашем собственном боте.
        Он помнит, работает, пока вы спите, и говорит только с теми, кого вы выбрали.

        Бесплатно 48 часов. Без карты.
        [ Вырастить клешню ]
        [ Как это работает ] [ Настройки ]
        [ 🌐 Русский ]
        ----
        Шаг 1 из 5

        Прежде чем начать, простыми словами

        • Бесплатное время пойдёт, когда клешня будет готова. Когда оно выйдет, она заснёт. Ничего не спишется.
        • Спящая клешня хранится 7 дней, потом уничтожается. Если сервер не умеет хранить её память во сне, я предупрежу заранее.
        • Токен вашего бота лежит под замком и нужен только для работы клешни.
        • То, что вы ей пишете, читает выбранная вами модель. Она может ошибаться: важное проверяйте.
        • Не используйте её во вред людям и против закона: такую клешню снимут.
        • /delete_my_data удалит всё, что я о вас знаю, в любое время.
        [ Принимаю, дальше ]
        [ Назад ] [ Отмена ]
        ----
        Шаг 2 из 5

        Клешне нужен бот, в котором она будет жить.
        Там у неё будет свой чат с именем, которое дадите вы.

        Telegram создаст бота в одно нажатие: проверьте имя, подтвердите и возвращайтесь сюда.
        [ Создать в одно нажатие ]
        [ У меня есть токен от BotFather ]
        [ Назад ] [ Отмена ]
        ----
        Шаг 2 из 5

        Бот за пять коротких шагов

        1. Откройте @BotFather кнопкой ниже
        2. Отправьте ему /newbot
        3. Отправьте имя, любое
        4. Отправьте юзернейм, который кончается на bot
        5. Скопируйте токен и вставьте его сюда

        Я проверю токен, уберу его под замок и удалю ваше сообщение.
        [ Открыть BotFather ]
        [ Назад ] [ Отмена ]
        ----
        Шаг 2 из 5

        Нашёлся: Helper, @anns_helper_bot.

        Ваше сообщение удалено, токен запечатан.
        [ Взять этого бота ]
        [ Другой бот ]
        [ Назад ] [ Отмена ]
        ----
        Шаг 3 из 5

        Чем ей думать?
        Модель можно сменить в любой момент. ★ — хорошее начало.

        Gemini 3 Flash ★
        недорого, очень быстро, хорошо
        [ Gemini 3 Flash ★ ]
        [ Ещё › ]
        [ Назад ] [ Отмена ]
        ----
        Шаг 4 из 5

        С ней можете говорить только вы. Добавить кого-нибудь?
        [ Только я ] [ Добавить человека ]
        [ Назад ] [ Отмена ]
        ----
        Шаг 5 из 5

        Всё готово
        Helper, @anns_helper_bot
        Gemini 3 Flash, только вы

        48 часов бесплатно, с той минуты, как она готова. Потом ничего не списывается.

        Стоит знать: если потом поставить её на паузу или что-то в ней сменить, бот и настройки сохранятся, а память может пропасть. Я каждый раз спрошу.
        [ Начать: 48 часов бесплатно ]
        [ Сменить бота ] [ Сменить модель ]
        [ Назад ] [ Отмена ]
        ----
        Ваша клешня проснулась.
        Откройте @anns_helper_bot и поздоровайтесь.

        Бесплатное время закончится через 2 дня, в воскресенье, 21 июня, в 12:00 UTC.
        Потом ничего не списывается.
        [ Поздороваться с @anns_helper_bot ]
        [ Открыть карточку ] [ Мои клешни ]
        ----
        @anns_helper_bot   ● не спит

        Gemini 3 Flash, только вы
        Бесплатное время закончится через 2 дня, в воскресенье, 21 июня, в 12:00 UTC.
        [ Открыть чат ]
        [ Сменить модель ] [ Сменить круг людей ]
        [ Дать имя ] [ Поставить на паузу… ]
        [ Дать новый токен ] [ Удалить клешню… ]
        [ Мои клешни ] [ В начало ]
        ");
    }

    async fn the_walk_in_chinese(w: World) {
        let an = w.person(1001, "安", "zh-hans");
        let seen = walk(&an, ["孵我的龙虾", "同意，继续", "我有 BotFather 给的令牌", "就用这个", "只有我", "开始免费", "看看它"]).await;
        insta::assert_snapshot!(seen, @"
        你自己的 AI 助手，住在你自己的 Telegram 机器人里。
        它有记性，你睡觉时它也能干活，而且只和你允许的人说话。

        免费 48 小时，无需银行卡。
        [ 孵我的龙虾 ]
        [ 怎么用 ] [ 设置 ]
        [ 🌐 简体中文 ]
        ----
        第 1 步，共 5 步

        开始之前，几句实话

        • 免费时间从龙虾就绪时算起。到期后它会睡着，不会扣费。
        • 睡着的龙虾保留 7 天，之后销毁。如果服务器这期间留不住它的记忆，我会事先说明。
        • 机器人的令牌会锁好，只用来运行你的龙虾。
        • 你写给龙虾的话，由你选的模型来读。它会出错，要紧的事请核实。
        • 不要用它害人或违法，否则会被撤下。
        • 随时发 /delete_my_data，我就删除我知道的关于你的一切。
        [ 同意，继续 ]
        [ 返回 ] [ 取消 ]
        ----
        第 2 步，共 5 步

        给龙虾一个机器人住。
        它会在那里有自己的聊天，名字由你起。

        点一下，Telegram 就替你建好：核对名字，确认，再回到这里。
        [ 一键创建 ]
        [ 我有 BotFather 给的令牌 ]
        [ 返回 ] [ 取消 ]
        ----
        第 2 步，共 5 步

        五小步建好机器人

        1. 点下面的按钮打开 @BotFather
        2. 发送 /newbot
        3. 发送一个名字，随你喜欢
        4. 发送一个以 bot 结尾的用户名
        5. 复制它给的令牌，粘贴到这里

        我会核对令牌，锁好，并删除你的消息。
        [ 打开 BotFather ]
        [ 返回 ] [ 取消 ]
        ----
        第 2 步，共 5 步

        找到了：Helper，@anns_helper_bot。

        你的消息已删除，令牌已封存。
        [ 就用这个 ]
        [ 换一个机器人 ]
        [ 返回 ] [ 取消 ]
        ----
        第 3 步，共 5 步

        让它用哪个模型思考？
        以后随时能换。★ 适合先试试。

        Gemini 3 Flash ★
        便宜，很快，不错
        [ Gemini 3 Flash ★ ]
        [ 更多 › ]
        [ 返回 ] [ 取消 ]
        ----
        第 4 步，共 5 步

        只有你能和它说话。要加人吗？
        [ 只有我 ] [ 加一个人 ]
        [ 返回 ] [ 取消 ]
        ----
        第 5 步，共 5 步

        可以孵了
        Helper，@anns_helper_bot
        Gemini 3 Flash，只有你

        免费 48 小时，从它就绪时算起。到期后不会扣费。

        先说清楚：以后暂停或改动它，机器人和设置会保留，但记忆可能丢失。每次我都会先问你。
        [ 开始免费 48 小时 ]
        [ 换机器人 ] [ 换模型 ]
        [ 返回 ] [ 取消 ]
        ----
        你的龙虾醒了。
        打开 @anns_helper_bot，和它打个招呼。

        免费时间到期：2 天后（6月21日周日 12:00 UTC）。
        到期后不会扣费。
        [ 和 @anns_helper_bot 打招呼 ]
        [ 看看它 ] [ 我的龙虾 ]
        ----
        @anns_helper_bot   ● 醒着

        Gemini 3 Flash，只有你
        免费时间到期：2 天后（6月21日周日 12:00 UTC）。
        [ 打开聊天 ]
        [ 换模型 ] [ 改成员 ]
        [ 改名字 ] [ 暂停… ]
        [ 换新令牌 ] [ 删除这只龙虾… ]
        [ 我的龙虾 ] [ 首页 ]
        ");
    }

    async fn a_language_we_do_not_speak_is_answered_in_english(w: World) {
        for (id, language) in (1001..).map(TelegramId).zip([Some("pt-br"), Some("de"), Some(""), Some("xx-123456789"), None]) {
            w.telegram.add_person(id, "Ann", None, None, language);
            let person = Someone { world: &w, id };
            person.says("/start").await;
            assert!(person.last().starts_with("Your own AI assistant"), "{language:?}: {}", person.last());
        }
    }

    async fn the_language_changes_in_the_middle_and_nothing_is_lost(w: World) {
        let ann = w.person(1001, "Ann", "ru");
        let token = ann.makes_bot("Helper", "anns_helper_bot");
        ann.says("/language").await;
        ann.taps("English").await;
        ann.prepares(&token).await;
        ann.taps("Back").await;
        ann.says("/language").await;
        ann.taps("Español").await;
        insta::assert_snapshot!(ann.chat(), @"
        Ann: /language
        Ann: /hatch
        Ann: /language
        clawhatch: Tu propio asistente de IA, en tu propio bot de Telegram.
          Recuerda, trabaja mientras duermes y solo habla con quien tú elijas.

          Gratis durante 48 horas. Sin tarjeta.

          Dejaste un claw a medio crear. Todo lo que elegiste sigue aquí.
          [ Seguir creándolo ]
          [ Cómo funciona ] [ Ajustes ]
          [ 🌐 Español ]
        ");
        ann.taps("Seguir").await;
        assert!(ann.last().starts_with("Paso 4 de 5"), "{}", ann.last());
        // The app's own language does not override what was chosen.
        w.person(1001, "Ann", "zh-hans").says("/start").await;
        assert!(ann.last().starts_with("Tu propio asistente"), "{}", ann.last());
        assert_eq!(w.texts("SELECT locale FROM persons").await, ["es"]);
    }
}
