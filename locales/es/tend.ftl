### Un claw en marcha: reinicio, copias, dispositivos, registro y achaques.

card-being = OpenClaw { $version }, en marcha desde hace { $up }
card-version = OpenClaw { $version }
busy-restarting = Se está reiniciando.
busy-backing-up = Se está haciendo una copia.
busy-restoring = Se está restaurando una copia.

done-restarting = Se está reiniciando. Te aviso cuando esté en marcha.
done-backing-up = Estoy haciendo una copia. Te aviso cuando esté.
done-restoring = Estoy restaurando la copia. Te aviso cuando esté.
done-letting-in = Estoy dejando entrar al dispositivo.
done-turning-away = Estoy rechazando el dispositivo.

do-restart = Reiniciarlo
do-backups = Copias
do-devices = Dispositivos
do-logs = Registro
do-back-up = Hacer una copia ahora
do-ask-restore = Volver a { $when }…
do-restore = Restaurar y perder lo posterior
do-let-in = Aprobar
do-let-in-named = Aprobar { $name }
do-turn-away = Rechazar

restarted = <b>@{ $bot } se ha reiniciado.</b> Está despierto.
backed-up = <b>La copia de @{ $bot } está hecha.</b>
restored =
    <b>La copia está de vuelta en @{ $bot }.</b>
    Sabe lo que sabía entonces.
restart-failed = <b>No se pudo reiniciar @{ $bot }.</b>
backup-failed = <b>No se hizo ninguna copia de @{ $bot }.</b>
restore-failed = <b>No se pudo restaurar la copia en @{ $bot }.</b>
mishap-gone = Ya no está ahí. Abre la ficha y vuelve a mirar.
mishap-disk-full = Al servidor no le queda sitio. Los operadores pueden verlo; inténtalo más tarde.
mishap-failed = El servidor lo intentó y no pudo. Inténtalo más tarde.
mishap-unreached = El servidor no respondió durante diez minutos, así que lo dejé. No cambió nada.
mishap-unknown = El servidor no dijo cómo acabó. Mira el claw; los operadores también pueden verlo.
mishap-overtaken = El claw se durmió antes. No se hizo nada más.

backups-title = <b>Copias de @{ $bot }</b>
backups-none = Todavía no hay ninguna. Una copia guarda todo lo que sabe.
backups-line = • { $when }, { $size }
backups-failed = • { $when }, fallida
confirm-restore = <b>¿Devolver @{ $bot } a { $when }?</b>
restore-loses = Se pierde para siempre todo lo que ha aprendido desde entonces. Su modelo y su gente se quedan. No estará disponible unos minutos.

devices-title = <b>Dispositivos de @{ $bot }</b>
devices-none = No hay ninguno dentro ni esperando. Aquí aparecen las aplicaciones y navegadores que quieren hablar con tu claw.
devices-paired = ✓ { $device }
devices-waiting = … { $device }, lo pidió { $when }
device-named = { $name } ({ $platform })
device-unnamed = un dispositivo sin nombre
device-asks = <b>Un dispositivo quiere hablar con @{ $bot }:</b> { $device }
device-asks-hint = Aprueba solo lo que acabas de iniciar tú. Quien entra puede hacer todo lo que puedes tú.
device-letting-in = Dejando entrar en @{ $bot }: { $device }
device-turning-away = Rechazando en @{ $bot }: { $device }
device-let-in = ✓ Dentro de @{ $bot }: { $device }
device-turned-away = Rechazado en @{ $bot }: { $device }
device-gone = Esta petición a @{ $bot } ya no vale: { $device }. Si aún hace falta, pídelo de nuevo desde el dispositivo.

logs-title = <b>Registro de @{ $bot }</b>
logs-usage = Usado hasta ahora: { $input } tokens de entrada, { $output } de salida, unos { $usd } USD.
logs-none = Todavía no ha escrito nada.
logs-lines = <blockquote>{ $lines }</blockquote>

ailing = <b>@{ $bot } no está bien.</b>
ailment-token-rejected = Telegram ya no acepta el token de su bot. Pide uno nuevo a BotFather y dámelo; lo demás no cambia.
ailment-token-elsewhere = Otro programa recibe los mensajes de su bot. Páralo, o pide un token nuevo a BotFather y dámelo: así el otro deja de recibirlos.
ailment-out-of-memory = Se quedó sin memoria y se arrancó de nuevo.
ailment-crashes = Se cerró una y otra vez y ya no se arranca. Reinícialo o restaura una copia. Los operadores ya lo saben.
ailment-config-invalid = Sus ajustes no encajan. Los operadores ya lo saben y lo arreglarán.
ailment-slow-start = Está tardando mucho en arrancar.
ailment-model-refused = Su modelo lo rechaza. Los operadores ya lo saben y lo arreglarán.
ailment-disk-full = El disco del servidor está lleno. Los operadores ya lo saben y harán sitio.
ailment-other = Algo le pasa. Reiniciarlo puede ayudar.
