### El inicio, las explicaciones, los ajustes, los datos propios y las respuestas breves.

home-welcome =
    <b>Tu propio asistente de IA, en tu propio bot de Telegram.</b>
    Recuerda, trabaja mientras duermes y solo habla con quien tú elijas.
home-claws =
    { $claws ->
        [one] <b>Tienes { $claws } claw.</b>
       *[other] <b>Tienes { $claws } claws.</b>
    }
home-wizard-open = Dejaste un claw a medio crear. Todo lo que elegiste sigue aquí.

offer-trial = Gratis durante { $span }. Sin tarjeta.
offer-ask-admin = Ya usaste tu tiempo gratis. Si quieres seguir, pide más.

right-waiting =
    { $kind ->
        [trial] { $span } gratis, que cuentan desde que tu claw esté listo.
       *[grant] Tienes { $span }, que cuentan desde que tu claw esté listo.
    }
right-until =
    { $kind ->
        [trial] Tu tiempo gratis termina { $when }.
       *[grant] Tu tiempo termina { $when }.
    }
right-ended =
    { $kind ->
        [trial] Tu tiempo gratis terminó { $when }.
       *[grant] Tu tiempo terminó { $when }.
    }
nothing-charged = Después no se cobra nada.

how-title = <b>Cómo funciona</b>
how-steps =
    <b>1.</b> Creas un bot de Telegram. Lleva dos minutos y es tuyo.
    <b>2.</b> Eliges el modelo con el que piensa y quién puede hablarle.
    <b>3.</b> Tu claw nace dentro del bot, normalmente en cosa de un minuto. Un claw es un asistente con memoria: le escribes como a una persona.
how-trial = Tienes { $span } gratis desde que está listo. Después no se cobra nada: se duerme, y su bot y sus ajustes se guardan 7 días.

help =
    <b>Creo claws y cuido de ellos.</b>
    Para hablar con el tuyo, abre su propio chat. Aquí cambias su modelo, su gente o su nombre, o lo dejas dormir.
help-commands =
    /start  el inicio
    /status  cómo está tu claw
    /claws  tus claws
    /language  otro idioma
    /settings  idioma, zona horaria, tus datos
    /cancel  dejar lo que estamos haciendo
    /delete_my_data  borrar todo lo que sé de ti
help-admin =
    Para operadores
    <code>/provision 4242 sonnet 30</code>  dar 30 días a alguien
    <code>/deprovision 4242</code>  retirar un claw
    /fleet  todos los claws
    <code>/trace K7F-2M</code>  qué hay detrás de un código

languages = ¿En qué idioma hablamos?

settings-title = <b>Ajustes</b>
settings-known =
    Idioma: { $language }
    Zona horaria: { $zone }, donde son las { $clock }
settings-no-zone =
    Idioma: { $language }
    Zona horaria: aún no la sé, así que digo las horas en UTC
ask-zone =
    <b>¿Qué hora es donde estás?</b>
    Toca el reloj que coincida con el tuyo o envíame el nombre de tu zona, por ejemplo <code>America/Bogota</code>.
ask-zone-current = Ahora: { $zone }.
zone-city =
    { $at ->
        [0] UTC
        [1] Los Ángeles
        [2] Nueva York
        [3] São Paulo
        [4] Londres
        [5] Madrid
        [6] Moscú
        [7] Dubái
        [8] Calcuta
        [9] Singapur
        [10] Shanghái
       *[11] Tokio
    }

ask-forget = <b>¿Borro todo lo que sé de ti?</b>
forget-loses =
    Se borran para siempre tu nombre, tu número de Telegram, tus ajustes y los tokens de tus bots.
    Queda un registro que ya no dice de quién era. Tus bots siguen siendo tuyos en Telegram.
forget-loses-claws =
    { $claws ->
        [one] Se borran para siempre tu claw con su memoria, tu nombre, tu número de Telegram, tus ajustes y los tokens de tus bots.
       *[other] Se borran para siempre tus { $claws } claws con su memoria, tu nombre, tu número de Telegram, tus ajustes y los tokens de tus bots.
    }
    También pierdes el tiempo que te quede. Queda un registro que ya no dice de quién era. Tus bots siguen siendo tuyos en Telegram.
forgotten =
    <b>Hecho. Ya no sé quién eres.</b>
    Puedes vaciar este chat. Con /start empiezas de cero.

broken =
    <b>Algo falló por nuestra parte.</b>
    Ha quedado anotado para los operadores. Inténtalo de nuevo en un minuto; si vuelve a pasar, envíales este código.
too-fast = Vas más rápido de lo que puedo seguirte. Espera unos segundos y vuelve a tocar.
not-understood =
    Yo preparo claws, pero no converso.
    Para hablar con el tuyo, abre su chat. Para cambiar algo, elige aquí:
private-only = Solo trabajo en un chat privado. Abre mi perfil y escríbeme allí.

do-hatch = Crear mi claw
do-continue-hatching = Seguir creándolo
do-change-language = Cambiar idioma
do-change-zone = Cambiar zona horaria
do-ask-forget = Borrar mis datos…
do-forget = Borrar mis datos
do-forget-claws =
    { $claws ->
        [one] Borrar mis datos y mi claw
       *[other] Borrar mis datos y { $claws } claws
    }
do-keep-data = Conservarlo todo
