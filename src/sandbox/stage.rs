//! Everything the page shows and moves, put together: the stand-ins, the people, the clock, the product and its
//! database.

use std::{
    collections::BTreeMap,
    fs, io,
    net::{Ipv4Addr, TcpListener},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::Context as _;
use tokio::sync::watch;

use crate::{
    domain::{
        ids::{BotId, MessageId, TelegramId},
        time::DAY,
    },
    sandbox::{
        cast,
        infra::InfraStandIn,
        ledger::Ledger,
        moved_clock::MovedClock,
        product::Product,
        switches::Switches,
        telegram::{BotAccount, Telegram},
    },
};

/// How long a claw takes to come up here: long enough to watch it.
const BOOT: Duration = Duration::from_secs(6);
/// And how long a restart, a backup or putting one back goes on.
const TENDING: Duration = Duration::from_secs(4);
const REMOVAL: Duration = Duration::from_secs(2);
/// Numbers of updates go up by one in a second from here on, so that a sandbox over an old database never repeats one.
const UPDATES_BEGIN: (i64, i64) = (200_000_000, 1_760_000_000);

pub(super) struct Stage {
    pub telegram: Telegram,
    pub infra: InfraStandIn,
    pub clock: Arc<MovedClock>,
    pub product: Product,
    pub ledger: Ledger,
    pub switches: Switches,
    pub operator_bot: BotAccount,
    marks: Mutex<Marks>,
    changed: watch::Sender<u64>,
    folder: Folder,
}

/// How far people have read, and which answers to their taps they have put away.
#[derive(Default)]
struct Marks {
    read: BTreeMap<(TelegramId, BotId), MessageId>,
    put_away: BTreeMap<TelegramId, usize>,
}

/// Where the database, the keys and the clock's offset are.
struct Folder {
    path: PathBuf,
    /// Made for this run only.
    passing: bool,
}

impl Stage {
    pub async fn set(program: PathBuf, folder: Option<PathBuf>, plain: bool) -> anyhow::Result<Stage> {
        let folder = Folder::open(folder).context("making the sandbox's folder")?;
        let clock = Arc::new(MovedClock::at(folder.path.join("clock")));
        let hands = Arc::clone(&clock);
        let time: Arc<dyn Fn() -> i64 + Send + Sync> = Arc::new(move || hands.now().0);
        let telegram = Telegram::start(Arc::clone(&time)).context("starting the stand-in for Telegram")?;
        let operator_bot = cast::enter(&telegram);
        if !folder.passing {
            let update = UPDATES_BEGIN.0 + (clock.now().0 - clock.offset()) / 1000 - UPDATES_BEGIN.1;
            telegram.number_from(operator_bot.id, update, MessageId(update / 10));
        }
        let infra_key = secret();
        let infra = InfraStandIn::start(&infra_key, time).await.context("starting the stand-in for the infra")?;
        infra.rule(|rules| {
            rules.boot_time = BOOT;
            rules.removal_time = REMOVAL;
            rules.retention = Some(7 * DAY);
            rules.clawnode = !plain;
            rules.tending_time = TENDING;
        });
        infra.on_event(cast::claws_talk(telegram.clone()));

        let database = folder.path.join("clawhatch.db");
        let (listen, metrics) = free_addresses().context("finding free ports")?;
        let settings = vec![
            ("TELEGRAM_BOT_TOKEN", operator_bot.token.clone()),
            ("TELEGRAM_API_URL", telegram.url()),
            ("TELEGRAM_MODE", "polling".into()),
            ("LISTEN_ADDR", listen),
            ("METRICS_ADDR", metrics),
            ("DATABASE_URL", format!("sqlite:{}", database.display())),
            ("DEFAULT_DRIVER", if plain { "infra_api" } else { "clawnode" }.into()),
            ("INFRA_API_URL", infra.url().to_owned()),
            ("INFRA_API_KEY", infra_key),
            ("INFRA_PROVISION_TIMEOUT", "20".into()),
            ("INFRA_DEPROVISION_TIMEOUT", "20".into()),
            ("AI_GATEWAY_API_KEY", secret()),
            ("ENCRYPTION_KEYS", folder.encryption_keys().context("keeping the sandbox's keys")?),
            ("ADMIN_IDS", cast::OLGA.id.to_string()),
            ("TRIAL_HOURS", "48".into()),
            ("LOG_FORMAT", "text".into()),
            ("SANDBOX_CLOCK_FILE", clock.file().display().to_string()),
        ];
        Ok(Stage {
            switches: Switches::new(telegram.clone(), infra.clone()),
            product: Product::start(program, settings),
            ledger: Ledger::of(&database),
            telegram,
            infra,
            clock,
            operator_bot,
            marks: Mutex::default(),
            changed: watch::Sender::new(0),
            folder,
        })
    }

    /// Told of what changes on the page alone.
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    pub fn ring(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    /// The person has the chat open: all of it is read.
    pub fn has_read(&self, person: TelegramId, bot: BotId) {
        let last = self.telegram.last_from_bot(person, bot).map(|shown| shown.message_id);
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = last
            && marks.read.insert((person, bot), last) != Some(last)
        {
            drop(marks);
            self.ring();
        }
    }

    /// How many messages of the bot the person has not seen.
    pub fn unread(&self, person: TelegramId, bot: BotId) -> usize {
        let read = self.marks.lock().unwrap_or_else(PoisonError::into_inner).read.get(&(person, bot)).copied();
        let chat = self.telegram.chat(person, bot);
        chat.iter().filter(|shown| shown.from_bot && read.is_none_or(|read| shown.message_id > read)).count()
    }

    /// How many answers to taps the person has put away.
    pub fn put_away(&self, person: TelegramId) -> usize {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner).put_away.get(&person).copied().unwrap_or(0)
    }

    /// The person has seen what the last tap was answered.
    pub fn puts_away(&self, person: TelegramId) {
        let shown = self.telegram.toasts(person).len();
        self.marks.lock().unwrap_or_else(PoisonError::into_inner).put_away.insert(person, shown);
        self.ring();
    }

    /// Ends everything. The product may take `patience` when it was told to end already.
    pub async fn strike(&self, patience: Duration) -> io::Result<()> {
        self.product.end(patience).await;
        self.telegram.stop();
        self.infra.stop();
        if self.folder.passing { fs::remove_dir_all(&self.folder.path) } else { Ok(()) }
    }
}

impl Folder {
    fn open(given: Option<PathBuf>) -> io::Result<Folder> {
        let passing = given.is_none();
        let path = given.unwrap_or_else(|| std::env::temp_dir().join(format!("clawhatch-sandbox-{}", &secret()[..12])));
        fs::DirBuilder::new().recursive(!passing).mode(0o700).create(&path)?;
        Ok(Folder { path: path.canonicalize()?, passing })
    }

    /// The keys the database was sealed with, or new ones.
    fn encryption_keys(&self) -> io::Result<String> {
        let file = self.path.join("encryption-keys");
        if let Ok(keys) = fs::read_to_string(&file) {
            return Ok(keys.trim().to_owned());
        }
        let keys = format!("sandbox:{}", secret());
        write_private(&file, &keys)?;
        Ok(keys)
    }
}

fn write_private(file: &Path, text: &str) -> io::Result<()> {
    use std::io::Write as _;
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?.write_all(text.as_bytes())
}

/// 64 random hex digits.
fn secret() -> String {
    hex::encode(rand::random::<[u8; 32]>())
}

/// Two addresses nobody listens on. Somebody may still come before the product does; it is then started again.
fn free_addresses() -> io::Result<(String, String)> {
    let listener = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let (one, other) = (listener()?, listener()?);
    Ok((one.local_addr()?.to_string(), other.local_addr()?.to_string()))
}
