//! A world to test in: the whole product in this process, stand-ins for Telegram and the infra, a clock moved by hand.
//! Nothing runs by itself: `settle` does what the background loops do, until nothing is left to do.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use clawhatch::{
    app::{App, Floods, Pace},
    bot,
    config::Settings,
    domain::{
        ids::{BotId, MessageId, TelegramId},
        time::Time,
    },
    drivers::{clock::Clock, http, vault::generate_key},
    sandbox::{
        infra::InfraStandIn,
        telegram::{BOTFATHER, BotAccount, Telegram},
    },
    store::Db,
    wiring::{Outside, Product, assemble},
};

use crate::postgres::postgres_database;

/// Noon on a Friday in summer time.
pub const START: Time = Time(1_781_870_400_000);
/// Updates of one person at once; more than any test sends.
const NO_LIMIT: u32 = 100_000;
const INFRA_KEY: &str = "infra-key-CANARY";

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    Sqlite,
    Postgres,
}

pub struct World {
    pub telegram: Telegram,
    pub infra: InfraStandIn,
    pub clock: Clock,
    pub product: Product,
    pub bot: BotAccount,
    pub settings: Settings,
    pub database_url: String,
    names: HashMap<String, String>,
    offset: AtomicI64,
    _folder: tempfile::TempDir,
}

/// One person of the world, in their chat with our bot.
#[derive(Clone, Copy)]
pub struct Someone<'a> {
    pub world: &'a World,
    pub id: TelegramId,
}

/// Declares tests that run on both databases: `on_both! { async fn name(w: World) { … } }`.
/// `on_both! { name, other }` does the same for functions that stand outside, where inline snapshots can be accepted.
#[macro_export]
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => { $(
        mod $name {
            #[test]
            fn sqlite() {
                $crate::world::run(async { super::$name($crate::world::World::on($crate::world::On::Sqlite).await).await });
            }
            #[test]
            fn postgres() {
                $crate::world::run(async { super::$name($crate::world::World::on($crate::world::On::Postgres).await).await });
            }
        }
    )+ };
    ($($(#[$meta:meta])* async fn $name:ident($w:ident: World) $body:block)*) => { $(
        async fn $name($w: $crate::world::World) $body
        // A module and a function may share a name.
        mod $name {
            $(#[$meta])*
            #[test]
            fn sqlite() {
                $crate::world::run(async { super::$name($crate::world::World::on($crate::world::On::Sqlite).await).await });
            }
            $(#[$meta])*
            #[test]
            fn postgres() {
                $crate::world::run(async { super::$name($crate::world::World::on($crate::world::On::Postgres).await).await });
            }
        }
    )* };
}

/// Runs a test's body. The same snapshots are asserted once for each database, which has to be allowed.
pub fn run(body: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    insta::allow_duplicates! { runtime.block_on(body) };
}

impl World {
    pub async fn on(on: On) -> World {
        World::with(on, &[]).await
    }

    /// A world that takes so many updates of one person at once, and then very few.
    pub async fn with_burst(on: On, burst: u32) -> World {
        World::made(on, &[], burst).await
    }

    /// A world with some settings changed.
    pub async fn with(on: On, changed: &[(&str, &str)]) -> World {
        World::made(on, changed, NO_LIMIT).await
    }

    async fn made(on: On, changed: &[(&str, &str)], burst: u32) -> World {
        http::install_tls();
        crate::leaks::listen();
        let folder = tempfile::tempdir().expect("a folder");
        let database_url = match on {
            On::Sqlite => format!("sqlite:{}", folder.path().join("world.db").display()),
            On::Postgres => postgres_database().await,
        };
        let clock = Clock::manual(START);
        let now = clock.clone();
        let telegram = Telegram::start(Arc::new(move || now.now().0)).expect("the Telegram stand-in");
        telegram.set_pace(None);
        let bot = telegram.add_bot("clawhatch", "clawhatch_bot", true);
        let now = clock.clone();
        let infra = InfraStandIn::start(INFRA_KEY, Arc::new(move || now.now().0)).await.expect("the infra stand-in");
        infra.rule(|rules| {
            rules.boot_time = Duration::ZERO;
            rules.wait = Duration::ZERO;
            rules.removal_time = Duration::ZERO;
        });
        let mut names: HashMap<String, String> = HashMap::from([
            ("TELEGRAM_BOT_TOKEN".to_owned(), bot.token.clone()),
            ("TELEGRAM_API_URL".to_owned(), telegram.url()),
            ("TELEGRAM_MODE".to_owned(), "polling".to_owned()),
            ("DATABASE_URL".to_owned(), database_url.clone()),
            ("INFRA_API_URL".to_owned(), infra.url().to_owned()),
            ("INFRA_API_KEY".to_owned(), INFRA_KEY.to_owned()),
            ("AI_GATEWAY_API_KEY".to_owned(), "gateway-key-CANARY".to_owned()),
            ("ENCRYPTION_KEYS".to_owned(), format!("k1:{}", generate_key().rsplit(':').next().expect("a key"))),
            ("ADMIN_IDS".to_owned(), "9001".to_owned()),
        ]);
        names.extend(changed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let settings = Settings::from_env(&|name| names.get(name).cloned()).expect("settings for a world");
        let product = start(&settings, &clock, burst).await;
        World { telegram, infra, clock, product, bot, settings, database_url, names, offset: AtomicI64::new(0), _folder: folder }
    }

    /// The same world with the product started anew with some settings changed.
    pub async fn restarted_with(mut self, changed: &[(&str, &str)]) -> World {
        self.names.extend(changed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.settings = Settings::from_env(&|name| self.names.get(name).cloned()).expect("settings for a world");
        self.restarted().await
    }

    /// The same world with the product started anew, as after a crash: whatever was only in memory is gone.
    pub async fn restarted(mut self) -> World {
        self.product = start(&self.settings, &self.clock, NO_LIMIT).await;
        self.offset.store(0, Ordering::SeqCst);
        self
    }

    /// The product once more, on the same database: another replica.
    pub async fn replica(&self) -> Product {
        start(&self.settings, &self.clock, NO_LIMIT).await
    }

    pub fn app(&self) -> &Arc<App> {
        &self.product.app
    }

    /// Adds a person who knows nothing of us yet.
    pub fn person(&self, id: i64, name: &str, language: &str) -> Someone<'_> {
        let id = TelegramId(id);
        self.telegram.add_person(id, name, None, None, Some(language));
        Someone { world: self, id }
    }

    /// Takes in and does everything there is to do now.
    pub async fn settle(&self) {
        for _ in 0..200 {
            if !self.work_once().await {
                return;
            }
        }
        panic!("the world does not come to rest");
    }

    /// One round of every loop; false when there was nothing to do.
    pub async fn work_once(&self) -> bool {
        let app = self.app();
        let mut busy = false;
        let before = self.offset.load(Ordering::SeqCst);
        let (offset, _) = bot::poll_once(app, &self.product.api, before, 0).await;
        self.offset.store(offset, Ordering::SeqCst);
        for row in app.take_updates(50).await.expect("taking updates") {
            busy = true;
            self.product.door.handle(row).await;
        }
        for lease in app.take_claws(50).await.expect("taking claws") {
            busy = true;
            app.reconcile(lease).await.expect("a step");
        }
        for lease in app.take_operations(50).await.expect("taking operations") {
            busy = true;
            app.operate(lease).await.expect("a step of an operation");
        }
        busy |= app.read_events(Duration::ZERO).await.expect("what happened at the infra");
        for message in app.take_messages(50).await.expect("taking messages") {
            busy = true;
            app.deliver(message).await.expect("a delivery");
        }
        busy |= app.set_access().await.expect("access lists") > 0;
        busy || offset != before
    }

    /// Lets time pass, by wall and monotonic clock alike, and does what falls due.
    pub async fn pass(&self, span: Duration) {
        self.clock.advance(span);
        self.app().do_chores().await.expect("chores");
        self.app().survey().await.expect("a survey");
        self.settle().await;
    }

    /// The operator of this world, who has pressed Start and can be written to.
    pub async fn admin(&self) -> Someone<'_> {
        let admin = self.person(9001, "Olga", "en");
        admin.says("/start").await;
        admin
    }

    /// The database once more, as another replica opens it.
    pub async fn db(&self) -> Db {
        Db::open(&self.database_url).await.expect("the database")
    }
}

impl Drop for World {
    fn drop(&mut self) {
        crate::leaks::look_through(self);
    }
}

async fn start(settings: &Settings, clock: &Clock, burst: u32) -> Product {
    let db = Db::open(settings.database_url.expose()).await.expect("the database");
    let outside = Outside { clock: clock.clone(), db, floods: Floods::with_burst(burst), pace: Pace::with_burst(100_000) };
    assemble(settings, outside).await.expect("the product")
}

impl Someone<'_> {
    pub fn bot(&self) -> BotId {
        self.world.bot.id
    }

    /// Types something to our bot.
    pub async fn says(&self, text: &str) -> MessageId {
        let message = self.world.telegram.says(self.id, self.bot(), text);
        self.world.settle().await;
        message
    }

    /// Presses a button of the newest message that has it.
    pub async fn taps(&self, label: &str) {
        let chat = self.world.telegram.chat(self.id, self.bot());
        let holder = chat.iter().rev().find(|shown| shown.buttons.iter().flatten().any(|(text, _)| text.contains(label)));
        let Some(shown) = holder else { panic!("nobody shows a button {label:?} in:\n{}", self.chat()) };
        let full = shown.buttons.iter().flatten().find(|(text, _)| text.contains(label)).expect("the button").0.clone();
        self.world.telegram.taps(self.id, self.bot(), shown.message_id, full.as_str());
        self.world.settle().await;
    }

    /// The whole conversation with our bot, as this person sees it.
    pub fn chat(&self) -> String {
        self.world.telegram.transcript(self.id, self.bot())
    }

    /// The whole conversation, with random codes and ids masked.
    pub fn masked_chat(&self) -> String {
        crate::rows::masked(&self.chat())
    }

    /// The last message of our bot in this chat, without what was said before it.
    pub fn last(&self) -> String {
        let shown = self.world.telegram.last_from_bot(self.id, self.bot());
        let Some(shown) = shown else { return String::new() };
        let rows =
            shown.buttons.iter().map(|row| row.iter().map(|(label, _)| format!("[ {label} ]")).collect::<Vec<_>>().join(" "));
        crate::rows::masked(&std::iter::once(shown.text).chain(rows).collect::<Vec<_>>().join("\n"))
    }

    /// Whether any message of our bot shows such a button.
    pub fn sees(&self, label: &str) -> bool {
        let chat = self.world.telegram.chat(self.id, self.bot());
        chat.iter().any(|shown| shown.buttons.iter().flatten().any(|(text, _)| text.contains(label)))
    }

    /// How many messages of our bot have this in them.
    pub fn count(&self, words: &str) -> usize {
        let chat = self.world.telegram.chat(self.id, self.bot());
        chat.iter().filter(|shown| shown.from_bot && shown.text.contains(words)).count()
    }

    /// What the small windows over the chat have said, oldest first.
    pub fn toasts(&self) -> Vec<String> {
        self.world.telegram.toasts(self.id).into_iter().map(|toast| toast.text).collect()
    }

    /// Everything up to the last tap of the wizard, which shows the summary.
    pub async fn prepares(&self, token: &str) {
        self.says("/hatch").await;
        if self.sees("I agree") {
            self.taps("I agree").await;
        }
        self.says(token).await;
        self.taps("Use this bot").await;
        self.taps("Gemini 3 Flash").await;
        self.taps("Only me").await;
    }

    /// Opens the card of the only claw.
    pub async fn opens_card(&self) -> String {
        self.says("/status").await;
        self.last()
    }

    /// Gives somebody time, from the command to the confirmation.
    pub async fn gives_time(&self, command: &str) {
        self.says(command).await;
        self.says("a friend of the house").await;
        self.taps("Give ").await;
    }

    /// Makes a bot with BotFather; gives its token.
    pub fn makes_bot(&self, name: &str, username: &str) -> String {
        let telegram = &self.world.telegram;
        telegram.says(self.id, BOTFATHER, "/newbot");
        telegram.says(self.id, BOTFATHER, name);
        telegram.says(self.id, BOTFATHER, username);
        telegram.bot_by_username(username).expect("BotFather made the bot").token
    }

    /// From nothing to a claw that is awake, the usual way.
    pub async fn hatches(&self, username: &str) -> String {
        let token = self.makes_bot("Helper", username);
        self.says("/start").await;
        self.taps("Hatch").await;
        self.taps("gree").await;
        self.taps("token").await;
        self.says(&token).await;
        self.taps("Use this bot").await;
        self.taps("Gemini 3 Flash").await;
        self.taps("Only me").await;
        self.taps("Start 48").await;
        token
    }
}
