### Un claw en camino, su ficha, sus cambios y su final.

hatching = <b>Está naciendo @{ $bot }</b>
hatch-done = ✓ { $what }
hatch-doing = … { $what }   { $clock }
hatch-sealed = Token sellado
hatch-asking = Pidiendo un servidor
hatch-asked = Servidor pedido
hatch-finding = Buscándole sitio
hatch-found = Sitio encontrado
hatch-starting = Arrancando el asistente
hatch-elapsed = { $elapsed }, suele tardar un minuto
hatch-elapsed-slow = { $elapsed }
hatching-slow = Está tardando más de lo normal. Puedes cerrar esto; te escribiré cuando despierte.
hatched = ✓ @{ $bot } nació en { $took }.
ready =
    <b>Tu claw está despierto.</b>
    Abre @{ $bot } y salúdalo.
do-say-hello = Saludarlo
do-say-hello-to = Saludar a @{ $bot }
do-open-chat = Abrir su chat

stuck = <b>@{ $bot } no puede arrancar.</b>
reason-token-in-use = Otro claw ya usa el token de este bot. Dale a este un bot propio.
reason-token-dead = Telegram ya no acepta el token de este bot. Pide uno nuevo a BotFather y dámelo.
reason-deleting = Aún se está retirando su versión anterior. Lo vuelvo a intentar yo; no tienes que hacer nada.
reason-model-not-allowed = El servidor no ofrece este modelo. Elige otro; lo demás no cambia.
reason-no-capacity = Los servidores están llenos. Conserva su puesto en la cola, y te escribiré cuando despierte.
reason-foreign = En el servidor, su nombre lo tiene el claw de otra persona. Los operadores ya lo saben y lo arreglarán.
reason-rejected = El servidor no lo aceptó. Los operadores ya lo saben; no tienes que hacer nada.
late =
    <b>@{ $bot } aún no está en marcha.</b>
    El servidor no responde como debe. Sigo intentándolo y te avisaré cuando tu claw despierte. Los operadores ya lo saben.
healed-back =
    <b>El cambio en @{ $bot } no funcionó.</b>
    Lo estoy dejando como estaba, con { $model }, y te avisaré cuando esté despierto. Puedes probar otro cambio desde su ficha.

claws-title = <b>Tus claws</b>
claws-none = <b>Todavía no tienes ningún claw.</b>
claws-line = { $sign } { $who }, { $status }
named-titled = <b>{ $title }</b>, @{ $bot }
named-bot = <b>@{ $bot }</b>
card-head = { $who }   { $sign } { $status }
card-mind = { $model }, { $company }
card-line =
    { $n ->
        [0] Los servidores están llenos. Es el siguiente de la cola.
        [one] Los servidores están llenos. Tiene { $n } claw por delante.
       *[other] Los servidores están llenos. Tiene { $n } claws por delante.
    }
card-kept-until = Duerme. Si nada cambia, se destruirá { $when }.
card-undo-until = Todavía puedes deshacerlo. Será definitivo { $when }.

status-pending = a punto de nacer
status-provisioning = naciendo
status-ready = despierto
status-degraded = despierto, pero no está bien
status-updating = cambiando
status-pausing = durmiéndose
status-paused = en pausa
status-suspended = dormido
status-waiting = esperando sitio
status-error = necesita ayuda
status-destroying = retirándose
status-destroyed = ya no existe

done-renamed = Ya tiene nombre nuevo.
done-changing = El cambio está en camino. No estará disponible durante un minuto, más o menos.
done-changing-awake = El cambio está en camino y tarda un momento. Sigue despierto.
done-pausing = Se está durmiendo.
done-waking = Se está despertando. Suele tardar un minuto.
done-deleting = Se borrará en 10 minutos. Hasta entonces puedes deshacerlo.
done-undone = Deshecho. Se queda.
done-nothing = No había nada que cambiar.

do-change-people = Cambiar la gente
do-ask-pause = Pausarlo…
do-wake = Despertarlo
do-rename = Ponerle nombre
do-new-token = Darle un token nuevo
do-ask-delete = Borrar este claw…
do-undo-delete = Deshacer el borrado

ask-title =
    <b>¿Cómo llamo aquí a @{ $bot }?</b>
    Envíame un nombre. Solo lo ves tú; el nombre del bot no cambia.

confirm-pause = <b>¿Pausar @{ $bot }?</b>
pause-keeps = Dejará de responder hasta que lo despiertes. Lo recuerda todo. Tu tiempo sigue corriendo.
pause-forgets =
    Puede perder la memoria. Su bot y sus ajustes se conservan, y puedes despertarlo cuando quieras.
    Hasta entonces no responde, y tu tiempo sigue corriendo.
do-pause = Pausarlo
do-pause-forgetting = Pausarlo aunque pierda la memoria
do-keep-awake = Dejarlo despierto

confirm-model = <b>¿Que @{ $bot } piense con { $model }?</b>
confirm-people = <b>¿Cambiar quién puede hablar con @{ $bot }?</b> A partir de entonces: { $company }.
confirm-token = <b>¿Darle al claw de @{ $bot } su nuevo token?</b>
confirm-bot = <b>¿Usar @{ $new }, con su nuevo token, para el claw de @{ $bot }?</b>
change-keeps = No estará disponible durante un minuto, más o menos. Lo recuerda todo.
change-awake = Sigue despierto mientras tanto y lo recuerda todo.
change-forgets = Para esto tiene que empezar de nuevo y puede perder la memoria. Su bot y sus ajustes se conservan. No estará disponible durante un minuto, más o menos.
do-apply-model = Cambiar modelo
do-apply-model-forgetting = Cambiar y arriesgar la memoria
do-apply-people = Cambiar la gente
do-apply-people-forgetting = Cambiar y arriesgar la memoria
do-apply-bot = Usar este token
do-apply-bot-forgetting = Usarlo y arriesgar la memoria
do-keep-as-is = Dejarlo como está

confirm-delete = <b>¿Borrar el claw de @{ $bot }?</b>
delete-loses =
    Se pierden para siempre su memoria, sus ajustes y su lista de personas.
    El bot sigue siendo tuyo en Telegram. Tienes 10 minutos para deshacerlo.
do-delete = Borrarlo con su memoria
do-keep-claw = Conservarlo

ending =
    { $kind ->
        [trial] <b>Tu tiempo gratis termina { $when }.</b>
       *[grant] <b>Tu tiempo termina { $when }.</b>
    }
ending-keeps = Entonces @{ $bot } se dormirá. Todo lo que sabe se guarda 7 días, por si lo quieres de vuelta.
ending-forgets = Entonces @{ $bot } se dormirá. Su bot y sus ajustes se guardan 7 días, pero puede perder la memoria. Guarda antes lo que necesites de su chat.
asleep =
    { $kind ->
        [trial] <b>@{ $bot } duerme. Tu tiempo gratis ha terminado.</b>
       *[grant] <b>@{ $bot } duerme. Tu tiempo ha terminado.</b>
    }
asleep-keeps = Se guarda todo lo que sabe. Se destruirá { $when } si no consigues más tiempo.
asleep-forgets = Se guardan su bot y sus ajustes; puede que haya perdido la memoria. Se destruirá { $when } si no consigues más tiempo.
destroy-soon =
    <b>@{ $bot } se destruirá { $when }.</b>
    Con él se van su memoria y sus ajustes; el bot sigue siendo tuyo. Para conservarlo, pide más tiempo.
destroyed =
    <b>El claw de @{ $bot } ya no existe.</b>
    Durmió 7 días. Su memoria y sus ajustes están destruidos, y su token, borrado.
destroyed-by-owner =
    <b>El claw de @{ $bot } ya no existe, como pediste.</b>
    Su memoria y sus ajustes están destruidos, y su token, borrado.
destroyed-bot-stays = El bot sigue siendo tuyo en Telegram.
woken =
    <b>@{ $bot } está despierto otra vez.</b>
    Abre su chat y sigue donde estabas.
came-back =
    <b>@{ $bot } se había parado solo. Lo he vuelto a poner en marcha y está despierto.</b>
came-back-keeps = Recuerda lo que sabía. No tienes que hacer nada.
came-back-forgets = Su bot y sus ajustes siguen igual; puede que haya perdido la memoria. No tienes que hacer nada.
