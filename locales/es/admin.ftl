### Las pantallas de los operadores: quién, qué, estado, dinero, edad, código.

admin-ask-reason =
    <b>¿Por qué?</b> Envíame el motivo en un mensaje; se guarda junto con el acto.
    { $person }
    { $what }
admin-who = Quién: { $person }
admin-bot = Bot: @{ $bot }
admin-no-bot = Bot: ninguno aún, el tiempo esperará a que haya uno
admin-model = Modelo: { $model }
admin-before = Antes: { $right }
admin-after = Después: { $span } más, no se cobra nada
admin-reason = Motivo: <i>{ $reason }</i>
admin-expires = Se puede confirmar hasta que caduque { $when }.
admin-confirm-provision = <b>¿Dar { $span }?</b>
admin-confirm-deprovision = <b>¿Retirar { $handle }?</b>
admin-deprovision-keeps = Su dueño pierde el claw y sus ajustes. El servidor conserva sus datos.
admin-deprovision-forgets = Su dueño pierde para siempre el claw, sus ajustes y su memoria.
admin-pick-claw = <b>¿Cuál?</b>
admin-withdrawn = Retirado. No se hizo nada.
admin-overtaken = Seguiste sin dar un motivo. No se hizo nada; si aún hace falta, envía la orden otra vez.
admin-expired = Esperó demasiado y ha caducado. No se hizo nada; envía la orden otra vez.
admin-grant-waits =
    <b>Dado: { $span }.</b>
    { $person }
    Empieza cuando conecte un bot y su claw esté listo.
admin-grant-told = Ya lo sabe.
admin-grant-untold = No puedo escribirle y aún no lo sabe; el tiempo estará ahí cuando pulse Start.
admin-working =
    <b>{ $what }</b>
    { $person }
    { $status }
    … { $elapsed }
admin-finished =
    <b>✓ { $what }</b>
    { $person }
    { $status }
    tardó { $took }
admin-person-asks =
    <b>Alguien pide tiempo.</b>
    { $person }
admin-person-asks-hint = Para darle 30 días: <code>/provision { $id } 30</code>
admin-right-none = sin tiempo
admin-right-waiting =
    { $kind ->
        [trial] prueba, { $span } en espera
       *[grant] concesión, { $span } en espera
    }
admin-right-until =
    { $kind ->
        [trial] prueba, termina { $when }
       *[grant] concesión, termina { $when }
    }
admin-right-ended =
    { $kind ->
        [trial] prueba, terminó { $when }
       *[grant] concesión, terminó { $when }
    }
act-provision = Dar { $span }
act-deprovision = Retirar el claw
person-forgotten = alguien que pidió el olvido
person-unreachable = { $person }, no se le puede escribir
state = { $sign } { $status }

fleet =
    <b>Flota: { $total } de { $capacity } claws</b>
    En cola: { $line }. Pruebas de hoy: { $trials } de { $most }.
fleet-count = { $status } { $n }
fleet-node =
    Servidor { $name }, clawnode { $version }, OpenClaw { $openclaw }
    En marcha { $running } de { $most }. Memoria libre { $memory } de { $memorytotal } GB, disco { $disk } de { $disktotal } GB.
fleet-node-silent = El servidor de claws no responde.
fleet-node-draining = No acepta claws nuevos.
fleet-empty = Aún no hay ningún claw.
fleet-line =
    <b>{ $handle }</b> { $person }
    @{ $bot }, { $model }
    { $status }, { $age }
    { $right }
fleet-page = Página { $page } de { $pages }

trace =
    <b>{ $code }</b>
    Al hacer: { $doing }
trace-claw = Claw: <code>{ $claw }</code>
trace-at = { $when }
trace-chain = <blockquote>{ $chain }</blockquote>

alert-open = <b>Alerta.</b> { $what }
alert-next = { $next }
alert-since = Empezó { $when }.
alert-resolved = <b>Resuelto tras { $took }.</b> { $what }
alert-infra-failing =
    La infraestructura falla o no responde. Mientras tanto, nada nace ni cambia.
    <blockquote>{ $why }</blockquote>
alert-infra-locked-out = La infraestructura no acepta nuestra clave. Nada nace ni cambia.
alert-infra-full = La infraestructura no tiene sitio. Los claws nuevos hacen cola.
alert-claw-late =
    Un claw tarda demasiado: ya debería estar en marcha, o fuera.
    { $person }
    <code>{ $claw }</code>
alert-claw-refused =
    La infraestructura rechazó un claw.
    { $person }
    <code>{ $claw }</code>
    <blockquote>{ $why }</blockquote>
alert-claw-unwell =
    Un claw funciona y no está bien.
    { $person }
    <code>{ $claw }</code>
    <blockquote>{ $why }</blockquote>
alert-drift =
    Lo escrito y lo que hay no coinciden.
    { $person }
    <code>{ $claw }</code>
    <blockquote>{ $what }</blockquote>
alert-claw-vanished =
    Un claw que funcionaba ya no está en la infraestructura.
    { $person }
    <code>{ $claw }</code>
alert-claws-vanished = En la lista de la infraestructura faltan { $count } de los { $of } claws que funcionaban.
alert-claw-unasked =
    Un claw nuestro funciona y no debería.
    { $person }
    <code>{ $claw }</code>
alert-strange-claw =
    La infraestructura tiene en marcha un claw del que no sé nada.
    <code>{ $user }</code>
    <code>{ $name }</code>
alert-infra-unlisted =
    La infraestructura no dice qué tiene en marcha. Lo que pase allí por sí solo no se notará.
    <blockquote>{ $why }</blockquote>
alert-poison-update = No se pudo procesar una actualización y se apartó: <code>{ $update }</code>
alert-poison-message = No se pudo entregar un mensaje y se apartó. Chat <code>{ $chat }</code>
alert-second-poller = Alguien más recibe las actualizaciones de este bot. Se pierden toques de la gente.
alert-bot-token-dead = Telegram no acepta el token de este bot. No se puede responder a nadie.
alert-unsealable =
    Un valor sellado no se abre.
    <blockquote>{ $what }</blockquote>

next-infra-failing = Sigo intentándolo. Comprueba que la infraestructura esté en marcha y que su dirección sea correcta.
next-infra-locked-out = Pon la clave correcta en la configuración y reinicia.
next-infra-full = Añade sitio o retira claws.
next-claw-late = Sigo intentándolo. Mira el claw en la infraestructura.
next-claw-refused = Arregla lo que indica o retira el claw.
next-claw-unwell = Míralo en su servidor; su dueño no puede arreglarlo.
next-drift = Corrijo lo que es seguro. Revisa el claw en la flota.
next-claw-vanished = Lo vuelvo a poner en marcha yo. Busca la causa en la infraestructura.
next-claws-vanished = Miro otra vez y después los vuelvo a poner en marcha yo. Busca la causa en la infraestructura.
next-claw-unasked = Lo retiro otra vez yo. Busca quién lo puso en marcha.
next-strange-claw = No lo toco. Averigua de quién es; quizá venga de una copia restaurada.
next-infra-unlisted = Sigo preguntando. Los claws nacen y cambian igualmente.
next-poison-update = Quizá la persona tenga que tocar otra vez. La causa está en el registro.
next-poison-message = La causa está en el registro. Lo demás sigue.
next-second-poller = Busca el otro programa con este token y páralo, o revoca el token.
next-bot-token-dead = Toma de BotFather el token actual, ponlo en la configuración y reinicia.
next-unsealable = Comprueba que la clave de sellado sea la misma con la que se selló.

do-give-days = Dar { $span }
do-take-down = Retirar { $handle }
do-withdraw = Retirar la petición
do-open-fleet = Ver la flota
