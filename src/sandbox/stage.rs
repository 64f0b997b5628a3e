//! Everything the page shows and moves, put together: the stand-ins, the people, the clock, the product and its
//! database.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::Context as _;
use tokio::sync::watch;

use crate::{
    domain::ids::{BotId, MessageId, TelegramId},
    sandbox::{
        backstage::{Around, Backstage, Infra, free_addresses},
        cast,
        folder::{Folder, secret},
        ledger::Ledger,
        moved_clock::MovedClock,
        program::{Launch, Program},
        switches::Switches,
        telegram::{BotAccount, Telegram},
    },
};

/// Numbers of updates go up by one in a second from here on, so that a sandbox over an old database never repeats one.
const UPDATES_BEGIN: (i64, i64) = (200_000_000, 1_760_000_000);

pub(super) struct Stage {
    pub telegram: Telegram,
    pub backstage: Backstage,
    pub clock: Arc<MovedClock>,
    pub product: Program,
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

impl Stage {
    pub async fn set(program: PathBuf, folder: Option<PathBuf>, infra: Infra) -> anyhow::Result<Stage> {
        let folder = Folder::open(folder, infra.is_real()).context("making the sandbox's folder")?;
        let clock = Arc::new(MovedClock::at(folder.at("clock")));
        let hands = Arc::clone(&clock);
        let telegram = Telegram::start(Arc::new(move || hands.now().0)).context("starting the stand-in for Telegram")?;
        let operator_bot = cast::enter(&telegram);
        if !folder.is_passing() {
            let update = UPDATES_BEGIN.0 + (clock.now().0 - clock.offset()) / 1000 - UPDATES_BEGIN.1;
            telegram.number_from(operator_bot.id, update, MessageId(update / 10));
        }
        let backstage = Backstage::set(infra, Around { telegram: &telegram, clock: &clock, folder: &folder }).await?;
        let database = folder.private("clawhatch.db").context("making the database's file")?;
        let [listen, metrics] = free_addresses().context("finding free ports")?;
        let mut settings = vec![
            ("TELEGRAM_BOT_TOKEN", operator_bot.token.clone()),
            ("TELEGRAM_API_URL", telegram.url()),
            ("TELEGRAM_MODE", "polling".into()),
            ("LISTEN_ADDR", listen),
            ("METRICS_ADDR", metrics),
            ("DATABASE_URL", format!("sqlite:{}", database.display())),
            ("AI_GATEWAY_API_KEY", secret()),
            ("ENCRYPTION_KEYS", folder.key("encryption-keys").context("keeping the sandbox's keys")?),
            ("ADMIN_IDS", cast::OLGA.id.to_string()),
            ("TRIAL_HOURS", "48".into()),
            ("LOG_FORMAT", "text".into()),
            ("SANDBOX_CLOCK_FILE", clock.file().display().to_string()),
        ];
        settings.extend(backstage.settings());
        Ok(Stage {
            switches: Switches::new(telegram.clone(), backstage.stand_in().cloned()),
            product: Program::start(Launch { program, arguments: &["run"], settings }),
            ledger: Ledger::of(&database),
            telegram,
            backstage,
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

    /// Ends everything. The programs may take `patience` when they were told to end already.
    pub async fn strike(&self, patience: Duration) -> anyhow::Result<()> {
        self.product.end(patience).await;
        let ended = self.backstage.end(patience).await;
        self.telegram.stop();
        self.folder.close().context("removing the sandbox's folder")?;
        ended
    }
}
