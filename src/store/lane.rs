//! SQLite's one writer lane with a shared commit. A use case takes the lane, works under a savepoint and releases it;
//! the COMMIT, with its wait for the disk, is shared by everyone who stood in line: the last one in line, or whoever
//! finds the group 5 ms old or 256 strong, does it for all. Until that COMMIT nobody is told that their work stands;
//! if it fails, everyone is told to run again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::sync::{Mutex, OwnedMutexGuard, watch};

use crate::store::{Result, StoreError};

const LONGEST_WAIT: Duration = Duration::from_millis(5);
const LARGEST_GROUP: usize = 256;

/// The writer, shared by all use cases of the process.
#[derive(Clone)]
pub struct Lane {
    writer: Arc<Mutex<Writer>>,
    /// How many stand in line.
    line: Arc<AtomicUsize>,
}

struct Writer {
    connection: SqliteConnection,
    group: Option<Group>,
    turn: Turn,
}

/// What the last use case left, should it have been dropped in the middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// Nothing.
    Over,
    /// A savepoint, with what was written under it.
    Working,
    /// Nobody knows whether a transaction is open: it was being begun or taken back.
    Unknown,
}

/// Those whose work shares one COMMIT.
struct Group {
    since: Instant,
    members: usize,
    /// `Some(true)` once it stands, `Some(false)` once it is known not to.
    stands: watch::Sender<Option<bool>>,
}

/// One use case's turn.
pub struct LaneTx {
    /// Ours until the work is left to the group.
    writer: Option<OwnedMutexGuard<Writer>>,
    lane: Lane,
}

impl Drop for LaneTx {
    fn drop(&mut self) {
        // Without a commit, nobody may come after us for a long time, and other processes would find the file locked.
        if let Some(writer) = self.writer.take()
            && (writer.turn != Turn::Over || writer.group.is_some())
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            drop(writer);
            runtime.spawn(self.lane.clone().commit_if_left());
        }
    }
}

/// The whole lane.
pub struct Alone(OwnedMutexGuard<Writer>);

impl Alone {
    pub fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.0.connection
    }
}

/// Counts one who waits, also when they give up waiting.
struct InLine<'a>(&'a AtomicUsize);

impl Drop for InLine<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Lane {
    pub async fn open(options: &SqliteConnectOptions) -> Result<Lane> {
        let connection = SqliteConnection::connect_with(options).await?;
        let writer = Writer { connection, group: None, turn: Turn::Over };
        Ok(Lane { writer: Arc::new(Mutex::new(writer)), line: Arc::default() })
    }

    /// Waits for the lane and opens a savepoint.
    pub async fn begin(&self) -> Result<LaneTx> {
        self.line.fetch_add(1, Ordering::SeqCst);
        let in_line = InLine(&self.line);
        let mut writer = Arc::clone(&self.writer).lock_owned().await;
        drop(in_line);
        if writer.turn != Turn::Over {
            // In a task of its own: whoever is dropped while cleaning up after another who was dropped would leave it
            // half done, and the whole group would have to be given up.
            let cleaning = tokio::spawn(async move {
                writer.clear_leftovers().await;
                writer
            });
            writer = cleaning.await.map_err(|ended| StoreError::Again(ended.to_string()))?;
        }
        let mut turn = LaneTx { writer: Some(writer), lane: self.clone() };
        turn.writer().begin_turn().await?;
        Ok(turn)
    }

    /// The connection for work that brings its own transactions, with nobody else in the lane.
    pub async fn alone(&self) -> Alone {
        let mut writer = Arc::clone(&self.writer).lock_owned().await;
        let empty = tokio::spawn(async move {
            writer.clear_leftovers().await;
            writer.commit_group().await;
            writer
        });
        Alone(empty.await.expect("committing does not panic, and is not stopped"))
    }

    /// Commits a group that was left to somebody who never came.
    async fn commit_if_left(self) {
        tokio::time::sleep(LONGEST_WAIT).await;
        let mut writer = self.writer.lock_owned().await;
        writer.clear_leftovers().await;
        if writer.group.as_ref().is_some_and(|group| group.since.elapsed() >= LONGEST_WAIT) {
            writer.commit_group().await;
        }
    }
}

impl LaneTx {
    pub fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.writer().connection
    }

    fn writer(&mut self) -> &mut Writer {
        self.writer.as_mut().expect("only the commit takes it, and the commit takes all of us")
    }

    /// Leaves the work to the group and waits until the group stands.
    pub async fn commit(self: Box<Self>) -> Result<()> {
        // In a task of its own, so that whoever stops waiting for us stops neither the RELEASE nor the COMMIT half way.
        let joined = tokio::spawn(async move { self.join_group().await });
        let mut stands = joined.await.map_err(|ended| StoreError::Again(ended.to_string()))??;
        match stands.wait_for(Option::is_some).await.map(|stands| *stands) {
            Ok(Some(true)) => Ok(()),
            Ok(Some(false) | None) | Err(_) => Err(StoreError::Again("the shared commit failed".into())),
        }
    }

    /// Gives what tells whether the group stands.
    async fn join_group(mut self) -> Result<watch::Receiver<Option<bool>>> {
        let lane = self.lane.clone();
        let Some(mut writer) = self.writer.take() else { return Err(StoreError::Again("the turn is over".into())) };
        if let Err(error) = writer.execute("RELEASE use_case").await {
            // SQLite took the whole transaction back by itself (disk full, for one): nothing of the group stands.
            writer.give_up_group().await;
            return Err(error);
        }
        writer.turn = Turn::Over;
        let line_is_empty = lane.line.load(Ordering::SeqCst) == 0;
        let Some(group) = writer.group.as_mut() else { return Err(StoreError::Again("the group is gone".into())) };
        group.members += 1;
        let stands = group.stands.subscribe();
        if line_is_empty || group.members >= LARGEST_GROUP || group.since.elapsed() >= LONGEST_WAIT {
            writer.commit_group().await;
        } else if group.members == 1 {
            tokio::spawn(lane.commit_if_left());
        }
        Ok(stands)
    }
}

impl Writer {
    /// Begins a transaction if none is open, and a savepoint in it.
    async fn begin_turn(&mut self) -> Result<()> {
        self.clear_leftovers().await;
        if self.group.is_none() {
            // Whoever stops waiting here leaves a transaction that begins all the same.
            self.turn = Turn::Unknown;
            if let Err(error) = self.execute("BEGIN IMMEDIATE").await {
                self.give_up_group().await;
                return Err(error);
            }
            self.group = Some(Group { since: Instant::now(), members: 0, stands: watch::Sender::new(None) });
        }
        self.turn = Turn::Working;
        if let Err(error) = self.execute("SAVEPOINT use_case").await {
            self.give_up_group().await;
            return Err(error);
        }
        Ok(())
    }

    async fn execute(&mut self, sql: &'static str) -> Result<()> {
        self.connection.execute(AssertSqlSafe(sql)).await?;
        Ok(())
    }

    /// Takes back what a use case that was dropped in the middle has written.
    async fn clear_leftovers(&mut self) {
        match self.turn {
            Turn::Over => {}
            Turn::Working => {
                if self.execute("ROLLBACK TO use_case").await.is_ok() && self.execute("RELEASE use_case").await.is_ok() {
                    self.turn = Turn::Over;
                } else {
                    self.give_up_group().await;
                }
            }
            Turn::Unknown => self.give_up_group().await,
        }
    }

    async fn commit_group(&mut self) {
        let Some(group) = self.group.take() else { return };
        crash_point!("lane-uncommitted");
        match self.execute("COMMIT").await {
            Ok(()) => {
                crash_point!("lane-committed");
                group.stands.send_replace(Some(true));
            }
            Err(error) => {
                tracing::error!(error = %error, members = group.members, "a shared commit failed");
                self.group = Some(group);
                self.give_up_group().await;
            }
        }
    }

    async fn give_up_group(&mut self) {
        self.turn = Turn::Unknown;
        // It fails when SQLite has already rolled back by itself; either way no transaction is open afterwards.
        let _ = self.execute("ROLLBACK").await;
        self.turn = Turn::Over;
        if let Some(group) = self.group.take() {
            group.stands.send_replace(Some(false));
        }
    }
}
