### Lo que comparten todas las pantallas: tiempos, códigos, palabras sueltas, respuestas a los toques, menús.

code = <i>({ $code })</i>
and-more = …y { $n } más

## Tiempos

time-when = { $relative }, { $absolute }
time-in-a-moment = en un momento
time-in-minutes =
    { $n ->
        [one] en { $n } minuto
       *[other] en { $n } minutos
    }
time-in-hours =
    { $n ->
        [one] en { $n } hora
       *[other] en { $n } horas
    }
time-in-days =
    { $n ->
        [one] en { $n } día
       *[other] en { $n } días
    }
time-just-now = ahora mismo
time-minutes-ago =
    { $n ->
        [one] hace { $n } minuto
       *[other] hace { $n } minutos
    }
time-hours-ago =
    { $n ->
        [one] hace { $n } hora
       *[other] hace { $n } horas
    }
time-days-ago =
    { $n ->
        [one] hace { $n } día
       *[other] hace { $n } días
    }
time-seconds =
    { $n ->
        [one] { $n } segundo
       *[other] { $n } segundos
    }
time-minutes =
    { $n ->
        [one] { $n } minuto
       *[other] { $n } minutos
    }
time-hours =
    { $n ->
        [one] { $n } hora
       *[other] { $n } horas
    }
time-days =
    { $n ->
        [one] { $n } día
       *[other] { $n } días
    }
time-today = hoy a las { $clock }
time-tomorrow = mañana a las { $clock }
time-yesterday = ayer a las { $clock }
time-date = el { $weekday } { $day } de { $month } a las { $clock }
time-date-year = el { $day } de { $month } de { $year } a las { $clock }
time-weekday =
    { $n ->
        [1] lunes
        [2] martes
        [3] miércoles
        [4] jueves
        [5] viernes
        [6] sábado
       *[7] domingo
    }
time-month =
    { $n ->
        [1] enero
        [2] febrero
        [3] marzo
        [4] abril
        [5] mayo
        [6] junio
        [7] julio
        [8] agosto
        [9] septiembre
        [10] octubre
        [11] noviembre
       *[12] diciembre
    }

## Botones que llevan a otro sitio

do-back = Atrás
do-cancel = Cancelar
do-home = Inicio
do-continue = Continuar
do-earlier = ‹ Anteriores
do-later = Más ›
do-refresh = Actualizar
do-help = Ayuda
do-how-it-works = Cómo funciona
do-settings = Ajustes
do-my-claws = Mis claws
do-open-card = Ver su ficha
do-ask-admin = Pedir más tiempo

## Respuestas a un toque

toast-not-yours = Este botón es de otra persona.
toast-redrawn = Esa pantalla era antigua. Así están las cosas ahora.
toast-changed = Algo ha cambiado desde aquella pantalla. No he hecho nada; míralo otra vez.
toast-expired = Este botón es demasiado antiguo. No he hecho nada; revisa y vuelve a tocar.
toast-stranger = No sé (o ya no sé) quién eres. Envía /start para empezar de nuevo.
toast-already-done = Ya estaba hecho.
toast-language-set = Ahora hablo español.
toast-zone-set = Las horas ya están en tu zona.
toast-removed = Quitado.
toast-broken = Algo falló por nuestra parte. Inténtalo de nuevo en un minuto.

## El menú de órdenes de Telegram

command-start = Empezar o volver al inicio
command-status = Cómo está mi claw
command-claws = Mis claws
command-language = Cambiar de idioma
command-settings = Idioma, zona horaria, mis datos
command-help = Qué puedo hacer
command-cancel = Dejar lo que estamos haciendo
command-delete-my-data = Borrar todo lo que se sabe de mí
command-provision = Dar tiempo y un claw a alguien
command-deprovision = Retirar un claw
command-fleet = Todos los claws y cómo están
command-trace = Qué hay detrás de un código

## El perfil, antes de pulsar Iniciar

profile-short = Tu propio asistente de IA, en tu propio bot de Telegram. Pruébalo gratis, sin tarjeta.
profile-long =
    Ten tu propio asistente de IA. Vive en tu propio bot de Telegram, recuerda lo que le cuentas y solo habla con quien tú elijas.

    Creas un bot, eliges el modelo con el que piensa y, más o menos en un minuto, está despierto. Los primeros días son gratis, sin tarjeta, y después no se cobra nada.
