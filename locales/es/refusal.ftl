### Cada no: por qué, y qué hacer ahora.

refusal-above = <blockquote>{ $why }</blockquote>

refusal-not-a-token = Eso no parece el token de un bot. Copia de BotFather la línea entera, con los números y los dos puntos, y pégala aquí.
refusal-token-dead = Telegram ya no conoce este token. Pide a BotFather el actual y pégalo aquí.
refusal-our-own-bot = Ese es el token del bot con el que estás hablando. Crea un bot tuyo y envíame su token.
refusal-bot-taken = Otra persona ya conectó este bot aquí. Si es tuyo, revoca su token en BotFather y envíame el nuevo. Mientras viva en él un claw de esa persona, usa otro bot.
refusal-bot-busy = En este bot ya vive otro claw tuyo. Elige uno distinto.
refusal-token-forgotten = Ha pasado un rato y ya tiré el token sellado. Pégalo otra vez, por favor.
refusal-telegram-silent = Telegram no respondió a tiempo y no se guardó nada. Inténtalo de nuevo en un minuto.

refusal-person-is-owner = Esa persona eres tú, y siempre puedes entrar. Elige a otra o sigue adelante.
refusal-person-known = Esa persona ya está en la lista. Elige a otra o sigue adelante.
refusal-too-many-people = Un claw escucha como mucho a { $most } personas. Quita a alguien para hacer sitio.
refusal-username-not-enough = Un nombre de usuario puede pasar a otra persona, así que no me basta. Elígela con el botón, reenvía un mensaje suyo o envía su id numérico.
refusal-forward-hidden = Ese mensaje oculta quién lo escribió. Elige a la persona con el botón o envía su id numérico.
refusal-not-a-person = Los bots y los canales no pueden entrar. Elige a una persona.
refusal-not-a-number = Esperaba un id numérico, como <code>123456789</code>. Envíalo o elige a la persona con el botón.

refusal-trial-used = El tiempo gratis ya se usó antes. Si quieres seguir, pide más tiempo.
refusal-bot-trial-used = Este bot ya tuvo su tiempo gratis. Elige otro bot o pide más tiempo.
refusal-not-entitled = No te queda tiempo para un claw. Pide más y yo lo paso.
refusal-claw-limit = Ya tienes un claw para todo el tiempo que tienes. Cuida de ese o bórralo antes.
refusal-wizard-incomplete = Falta una respuesta. Sigamos por ahí.
refusal-model-gone = Este modelo ya no se ofrece. Elige otro, por favor.

refusal-not-yours = Eso no es tuyo, así que no lo toco. Aquí está lo que sí es tuyo.
refusal-claw-gone = Ese claw ya no existe. Mira los que tienes.
refusal-too-late-to-undo = Pasaron los diez minutos y ya no se puede deshacer. Puedes crear un claw nuevo en el mismo bot.
refusal-not-awake = Esto funciona mientras está despierto. Abre su ficha y mira cómo está.
refusal-claw-busy = Sigue ocupado con lo último que le pediste. Inténtalo cuando acabe.
refusal-infra-silent = El servidor no responde ahora mismo. No cambió nada; inténtalo de nuevo en un minuto.
refusal-bad-title = Un nombre tiene de 1 a { $most } caracteres. Envíame uno más corto.
refusal-unknown-zone = No conozco esa zona horaria. Toca una de las ciudades o envía un nombre como <code>America/Bogota</code>.

refusal-person-unknown = Nadie con ese número ha escrito a este bot. Pídele que antes pulse Iniciar.
refusal-bad-arguments = Escríbelo así: <code>{ $usage }</code>
refusal-model-unknown = No hay un único modelo que encaje con «{ $typed }». Usa su nombre completo, tal como está en la lista.
refusal-incident-unknown = No hay ningún incidente <code>{ $code }</code>. Revisa el código; los antiguos se eliminan.
refusal-no-claw = Esta persona no tiene ningún claw. Búscalo en la flota.
