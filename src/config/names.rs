//! Every setting there is, with its default and its meaning. `.env.example` and `docs/configuration.md` say the same,
//! and a test compares them.

/// One setting of the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name {
    pub name: &'static str,
    /// What holds when it is not given; empty when nothing does.
    pub default: &'static str,
    /// May also be given as a file, named by `<name>_FILE`; never shown.
    pub secret: bool,
    /// One sentence for the documentation.
    pub meaning: &'static str,
}

/// A setting that may be shown.
pub(crate) const fn plain(name: &'static str, default: &'static str, meaning: &'static str) -> Name {
    Name { name, default, secret: false, meaning }
}

/// A setting that may not.
pub(crate) const fn secret(name: &'static str, default: &'static str, meaning: &'static str) -> Name {
    Name { name, default, secret: true, meaning }
}

/// All settings, in the order they are documented.
pub const NAMES: &[Name] = &[
    secret("TELEGRAM_BOT_TOKEN", "", "Required. The token @BotFather gave for the bot people talk to."),
    plain(
        "TELEGRAM_API_URL",
        "https://api.telegram.org",
        "Where the Bot API is. https, or http on this machine: the token is part of every call's path.",
    ),
    plain(
        "TELEGRAM_MODE",
        "auto",
        "How updates arrive: `polling`, `webhook`, or `auto`, which is webhook when PUBLIC_URL is https and polling otherwise.",
    ),
    secret(
        "TELEGRAM_WEBHOOK_SECRET",
        "",
        "Required in webhook mode: 16 to 256 letters, digits, _ or -, the same for every replica. Telegram sends it with each update.",
    ),
    plain(
        "PUBLIC_URL",
        "",
        "Where the world reaches this server. Required in webhook mode: https, for api.telegram.org on port 443, 80, 88 or 8443.",
    ),
    plain("LISTEN_ADDR", "127.0.0.1:8080", "The address and port to listen on for the world."),
    plain("METRICS_ADDR", "127.0.0.1:9090", "The address and port of metrics and readiness; not for the world."),
    secret(
        "DATABASE_URL",
        "sqlite:clawhatch.db",
        "`sqlite:<file>` or `postgres://user:password@host/database`. Several replicas need PostgreSQL.",
    ),
    plain(
        "DEFAULT_DRIVER",
        "infra_api",
        "What runs new claws: `infra_api` is an infra with the two calls, `clawnode` our own host agent. Both are reached by the settings below.",
    ),
    plain("INFRA_API_URL", "", "Required. The base of the infra's two calls: https, or http on this machine."),
    plain(
        "INFRA_API_HOST",
        "",
        "The infra's name when INFRA_API_URL holds an address: the certificate must be for it, and it is sent as server name and Host.",
    ),
    secret("INFRA_API_KEY", "", "Required. The bearer key of the infra."),
    plain("INFRA_ALLOW_HTTP", "0", "1 allows http to another machine: the key and the bots' tokens then travel unencrypted."),
    plain("INFRA_CA_FILE", "", "A file of certificates (PEM) to trust for the infra besides those of this machine."),
    plain("INFRA_PROVISION_TIMEOUT", "120", "Seconds to wait for a claw to be provisioned."),
    plain("INFRA_DEPROVISION_TIMEOUT", "60", "Seconds to wait for a claw to be deprovisioned."),
    secret("AI_GATEWAY_API_KEY", "", "Required. The AI gateway key every claw is given."),
    secret(
        "ENCRYPTION_KEYS",
        "",
        "Required. `id:key,id:key`, each key 32 bytes; the first seals, all open. `clawhatch keys generate` makes one.",
    ),
    plain("ADMIN_IDS", "", "Numeric Telegram ids of the admins, separated by commas."),
    plain("TRIAL_HOURS", "48", "How long a trial lasts, in hours."),
    plain("MAX_CLAWS", "100", "The most claws at a time; later people wait in line."),
    plain("TRIALS_PER_DAY", "50", "The most trials started on one day (UTC)."),
    plain("MODELS_FILE", "", "A file of models to offer instead of the built-in `templates/models.toml`."),
    plain("DEFAULT_MODEL", "", "The id of the model that is marked; without it the first of the file."),
    plain("LOG_FORMAT", "text", "`text` for people or `json` for machines."),
    plain(
        "SANDBOX_CLOCK_FILE",
        "",
        "Set by the sandbox: a file of milliseconds that move the clock. Refused when any URL leaves this machine.",
    ),
];
