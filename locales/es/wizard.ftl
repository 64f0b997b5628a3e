### Crear un claw, paso a paso: condiciones, bot, modelo, gente, resumen.

wizard-step = <i>Paso { $place } de 5</i>

terms = <b>Antes de empezar, en pocas palabras</b>
terms-points =
    • El tiempo gratis empieza cuando tu claw está listo. Al acabar, se duerme. No se cobra nada.
    • Un claw dormido se guarda 7 días y luego se destruye. Si un servidor no puede conservar su memoria mientras tanto, te aviso antes.
    • El token de tu bot queda bajo llave y solo sirve para que tu claw funcione.
    • Lo que le escribes lo lee el modelo que eliges. Puede equivocarse: comprueba lo importante.
    • No lo uses para hacer daño ni para infringir la ley; un claw así se retira.
    • Con /delete_my_data borro lo que sé de ti, cuando quieras.
do-agree = De acuerdo, seguimos

choose-bot =
    <b>Dale a tu claw un bot donde vivir.</b>
    Allí tendrá su propio chat, con el nombre que le pongas.
choose-bot-create = Con un toque, Telegram te crea el bot: revisa el nombre, confirma y vuelve aquí.
do-create-bot = Crearlo con un toque
bot-suggested-name = Mi claw
do-have-token = Tengo un token de BotFather
do-make-with-botfather = Crear uno con BotFather
do-use-own-bot = Usar @{ $bot }

guide-hatch = <b>Crea un bot en cinco pasos cortos</b>
guide-steps =
    <b>1.</b> Abre @BotFather con el botón de abajo
    <b>2.</b> Envíale <code>/newbot</code>
    <b>3.</b> Envíale un nombre, el que quieras
    <b>4.</b> Envíale un usuario que termine en <code>bot</code>
    <b>5.</b> Copia el token que te da y pégalo aquí
guide-claw = <b>Dale a tu claw un token nuevo</b>
guide-claw-steps =
    <b>1.</b> Abre @BotFather con el botón de abajo
    <b>2.</b> Envíale <code>/mybots</code> y elige el bot
    <b>3.</b> Toca API Token
    <b>4.</b> Copia el token, o revócalo para tener uno nuevo
    <b>5.</b> Pégalo aquí
guide-promise = Compruebo el token, lo guardo bajo llave y borro tu mensaje.
do-open-botfather = Abrir BotFather

bot-kept =
    <b>@{ $bot } está creado y te lo guardo.</b>
    Nada más ha cambiado. Cuando crees un claw, podrás elegirlo.
bot-found = Aquí está: <b>{ $name }</b>, @{ $bot }.
bot-found-pasted = Tu mensaje está borrado y el token, sellado.
bot-found-foreign =
    <b>Otro servicio recibe ahora los mensajes de este bot.</b>
    Si tu claw se muda aquí, ese servicio dejará de recibirlos.
do-use-bot = Usar este bot
do-use-bot-anyway = Usarlo y cortar el otro servicio
do-another-bot = Otro bot

choose-model =
    <b>¿Con qué modelo quieres que piense?</b>
    Puedes cambiarlo cuando quieras. ★ es un buen comienzo.
model-line =
    { $suggested ->
        [yes] <b>{ $model }</b> ★
       *[no] <b>{ $model }</b>
    }
    { $badges }
model-badges =
    { $price ->
         [low] barato
         [high] caro
        *[middle] de precio medio
    }, { $speed ->
         [low] pausado
         [high] rápido
        *[middle] ágil
    }, { $quality ->
         [low] para cosas sencillas
         [high] excelente
        *[middle] bueno
    }

people-none = <b>Solo tú puedes hablarle.</b> ¿Añades a alguien?
people-some =
    { $n ->
        [one] <b>Pueden hablarle tú y { $n } persona:</b>
       *[other] <b>Pueden hablarle tú y { $n } personas:</b>
    }
people-unsaved = La lista aún no está guardada.
guest-named = { $name } <code>{ $id }</code>
guest-unnamed = <code>{ $id }</code>
do-only-me = Solo yo
do-add-person = Añadir a alguien
do-remove-person = Quitar a { $name }
do-save-people = Guardar la lista
do-back-unsaved = Volver sin guardar

ask-person =
    <b>¿Quién más podrá hablarle?</b>
    Toca el botón de abajo y elígelo en la lista de Telegram.
    También puedes reenviarme un mensaje suyo o enviarme su id numérico. El nombre de usuario no basta: puede pasar a otra persona.
do-pick-person = Elegir a una persona

company-none = solo tú
company =
    { $n ->
        [one] tú y { $n } persona
       *[other] tú y { $n } personas
    }

summary =
    <b>Todo listo para nacer</b>
    { $name }, @{ $bot }
    { $model }, { $company }
summary-trial = { $span } gratis, que empiezan cuando esté listo. Después no se cobra nada.
summary-has-claw = Ya tienes un claw para el tiempo que tienes. Cuida de ese o bórralo antes.
summary-forgets = Conviene saberlo: si más adelante lo pausas o lo cambias, se conservan su bot y sus ajustes, pero puede perder la memoria. Te preguntaré cada vez.
do-start = Poner en marcha mi claw
do-start-free = Empezar { $span } gratis
do-start-span = Empezar mis { $span }
do-change-bot = Cambiar bot
do-change-model = Cambiar modelo

in-line-full = <b>Ahora mismo no queda sitio.</b>
in-line-trials = <b>Los claws gratis de hoy ya están repartidos.</b>
in-line =
    Eres el número { $place } de la cola. Te escribiré cuando te toque; no hace falta que esperes aquí.
    Todo lo que elegiste queda guardado.
do-leave-line = Salir de la cola
your-turn =
    <b>Te toca.</b>
    Te guardo el sitio durante { $span }. Todo lo que elegiste sigue aquí.
admin-asked =
    <b>Lo he pasado.</b>
    Una persona lo mirará, y te escribiré cuando decida.

granted =
    <b>Te han dado { $span }.</b>
    Cuentan desde que tu claw esté listo.
granted-hatching = Está naciendo. Te escribiré cuando despierte.
granted-waiting = Solo le falta un bot donde vivir.
granted-waking = @{ $bot } se está despertando. Te escribiré cuando esté despierto.
granted-more =
    <b>Te han dado { $span } más.</b>
    @{ $bot } sigue como está. Empiezan cuando se acabe el tiempo que tienes ahora.
taken-away =
    <b>Un operador ha retirado @{ $bot }.</b>
    Su memoria y sus ajustes ya no existen, y su token está borrado.
