//! SQLite's one writer lane: many share a COMMIT, and whoever fails, is dropped in the middle or stops waiting harms
//! nobody else and leaves nothing behind.

use std::{collections::BTreeSet, future::Future, path::PathBuf, pin::pin, task::Poll, time::Duration};

use clawhatch::store::{Db, Sql, StoreError, migrate};
use sqlx::{Connection as _, Executor as _, SqliteConnection};

use crate::world::run;

struct File {
    db: Db,
    url: String,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl File {
    async fn new() -> File {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lane.db");
        let url = format!("sqlite:{}", path.display());
        let db = Db::open(&url).await.expect("a database");
        migrate(&db).await.expect("a schema");
        File { db, url, path, _folder: folder }
    }

    /// What stands, as another process sees it.
    async fn standing(&self) -> BTreeSet<String> {
        let mut other = SqliteConnection::connect(&self.url).await.expect("another connection");
        let names = sqlx::query_scalar("SELECT name FROM meta").fetch_all(&mut other).await.expect("the names");
        names.into_iter().collect()
    }

    /// How many times the file was committed since its log was last begun anew: frames of the log that end a
    /// transaction (sqlite.org/fileformat2.html#the_write_ahead_log).
    fn commits(&self) -> usize {
        let log = std::fs::read(self.path.with_extension("db-wal")).expect("the log");
        let number = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().expect("four bytes"));
        let (page, salt) = (number(&log[8..12]) as usize, &log[16..24]);
        let frames = log[32..].chunks_exact(24 + page);
        frames.take_while(|frame| &frame[8..16] == salt).filter(|frame| number(&frame[4..8]) > 0).count()
    }
}

async fn write(db: Db, name: String, bytes: usize) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    tx.keep_first_meta(&name, vec![7; bytes]).await?;
    tx.commit().await
}

/// Runs `work` until it has had to wait so many times, and drops it there.
async fn stopping<T>(work: impl Future<Output = T>, waits: usize) -> Option<T> {
    let mut work = pin!(work);
    let mut left = waits;
    std::future::poll_fn(move |context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if left <= 1 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

fn set(pragma: &'static str) -> Sql {
    Sql { name: "PRAGMA", sqlite: pragma, postgres: pragma }
}

#[test]
fn two_hundred_writers_share_their_commits() {
    run(async {
        let file = File::new().await;
        let before = file.commits();
        let writers: Vec<_> = (0..200).map(|n| tokio::spawn(write(file.db.clone(), format!("w{n}"), 10))).collect();
        for writer in writers {
            writer.await.expect("a writer").expect("it stands");
        }
        assert_eq!(file.standing().await.iter().filter(|name| name.starts_with('w')).count(), 200);
        let commits = file.commits() - before;
        assert!((1..100).contains(&commits), "{commits} commits for 200 writers");
    });
}

#[test]
fn one_alone_does_not_wait_for_company() {
    run(async {
        let file = File::new().await;
        let before = file.commits();
        for n in 0..3 {
            write(file.db.clone(), format!("w{n}"), 10).await.expect("it stands");
            assert_eq!(file.commits() - before, n + 1, "acknowledged means on disk");
        }
    });
}

#[test]
fn a_reader_sees_nothing_before_the_commit() {
    run(async {
        let file = File::new().await;
        let mut tx = file.db.begin().await.expect("a transaction");
        tx.keep_first_meta("w0", vec![1]).await.expect("written");
        let look = async || file.db.look().await.expect("a look").find_meta("w0").await.expect("an answer");
        assert_eq!(look().await, None);
        tx.commit().await.expect("a commit");
        assert_eq!(look().await, Some(vec![1]));
        let mut look = file.db.look().await.expect("a look");
        assert!(look.keep_first_meta("w1", vec![1]).await.is_err(), "a look cannot write");
    });
}

#[test]
fn who_is_dropped_or_fails_leaves_nothing_and_harms_nobody() {
    run(async {
        let file = File::new().await;
        let writers = (0..60).map(|n| {
            let db = file.db.clone();
            tokio::spawn(async move {
                let mut tx = db.begin().await.expect("a transaction");
                tx.keep_first_meta(&format!("w{n}"), vec![1]).await.expect("written");
                match n % 3 {
                    0 => drop(tx),
                    1 => {
                        let nowhere = set("INSERT INTO nowhere VALUES (1)");
                        assert!(tx.run(nowhere, vec![]).await.is_err());
                    }
                    _ => tx.commit().await.expect("the others do not matter"),
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.expect("a writer");
        }
        let expected: BTreeSet<String> = (0..60).filter(|n| n % 3 == 2).map(|n| format!("w{n}")).collect();
        assert_eq!(file.standing().await, expected);
    });
}

#[test]
fn who_is_dropped_leaves_the_file_to_other_processes() {
    run(async {
        let file = File::new().await;
        let mut tx = file.db.begin().await.expect("a transaction");
        tx.keep_first_meta("w0", vec![1]).await.expect("written");
        drop(tx);
        let mut other = SqliteConnection::connect(&file.url).await.expect("another process");
        other.execute("BEGIN IMMEDIATE").await.expect("nobody writes, and nobody comes to end what was dropped");
        other.execute("ROLLBACK").await.expect("done");
        assert_eq!(file.standing().await, BTreeSet::new());
    });
}

#[test]
fn a_panic_in_the_middle_is_taken_back() {
    run(async {
        let file = File::new().await;
        let db = file.db.clone();
        let panics = tokio::spawn(async move {
            let mut tx = db.begin().await.expect("a transaction");
            tx.keep_first_meta("w0", vec![1]).await.expect("written");
            panic!("a use case with a bug");
        });
        assert!(panics.await.is_err());
        write(file.db.clone(), "w1".to_owned(), 1).await.expect("the lane goes on");
        assert_eq!(file.standing().await, BTreeSet::from(["w1".to_owned()]));
    });
}

#[test]
fn whoever_stops_waiting_anywhere_leaves_a_lane_that_works() {
    run(async {
        let file = File::new().await;
        let mut stopped = 0;
        for waits in 1.. {
            let done = stopping(write(file.db.clone(), format!("w{waits}"), 10), waits).await;
            write(file.db.clone(), format!("after{waits}"), 10)
                .await
                .unwrap_or_else(|error| panic!("after {waits} waits: {error}"));
            let standing = file.standing().await;
            assert!(standing.contains(&format!("after{waits}")), "{waits}");
            if let Some(done) = done {
                done.expect("it stands");
                assert!(standing.contains(&format!("w{waits}")));
                break;
            }
            stopped += 1;
        }
        assert!(stopped >= 1, "there was no place to stop at");
    });
}

#[test]
fn those_who_stop_waiting_do_not_stop_the_others() {
    run(async {
        let file = File::new().await;
        let writers: Vec<_> = (0..120)
            .map(|n| {
                let work = write(file.db.clone(), format!("w{n}"), 10);
                tokio::spawn(async move { if n % 2 == 0 { stopping(work, 1 + n / 2 % 6).await } else { Some(work.await) } })
            })
            .collect();
        let mut told = BTreeSet::new();
        for (n, writer) in writers.into_iter().enumerate() {
            match writer.await.expect("a writer") {
                Some(Ok(())) => drop(told.insert(format!("w{n}"))),
                Some(Err(error)) => assert!(matches!(error, StoreError::Again(_)), "{error}"),
                None => {}
            }
        }
        write(file.db.clone(), "last".to_owned(), 10).await.expect("the lane works");
        let standing = file.standing().await;
        assert!(told.is_subset(&standing), "told to stand and does not: {:?}", told.difference(&standing));
        assert!(told.len() >= 60, "{} of those who waited stand", told.len());
    });
}

#[test]
fn a_full_disk_takes_the_whole_group_back_and_heals() {
    run(async {
        let file = File::new().await;
        write(file.db.clone(), "before".to_owned(), 10).await.expect("there is room");
        let mut tx = file.db.begin().await.expect("a transaction");
        // The smallest there can be: as many pages as there are.
        tx.all(set("PRAGMA max_page_count = 1"), vec![]).await.expect("no more room");
        tx.commit().await.expect("a commit");
        let writers: Vec<_> = (0..20).map(|n| tokio::spawn(write(file.db.clone(), format!("w{n}"), 200_000))).collect();
        for writer in writers {
            match writer.await.expect("a writer") {
                Err(StoreError::Again(_)) => {}
                other => panic!("there is no room: {other:?}"),
            }
        }
        assert_eq!(file.standing().await, BTreeSet::from(["before".to_owned()]));
        let mut tx = file.db.begin().await.expect("a transaction");
        tx.all(set("PRAGMA max_page_count = 1000000"), vec![]).await.expect("room again");
        tx.commit().await.expect("a commit");
        write(file.db.clone(), "after".to_owned(), 200_000).await.expect("the lane works again");
        assert_eq!(file.standing().await, BTreeSet::from(["after".to_owned(), "before".to_owned()]));
    });
}

#[test]
fn who_shares_a_group_with_a_full_disk_is_told_what_stands() {
    run(async {
        let file = File::new().await;
        let mut tx = file.db.begin().await.expect("a transaction");
        tx.all(set("PRAGMA max_page_count = 120"), vec![]).await.expect("little room");
        tx.commit().await.expect("a commit");
        // Small ones fit; the large ones in between do not.
        let size = |n: usize| if n.is_multiple_of(5) { 2_000_000 } else { 10 };
        let writers: Vec<_> = (0..40).map(|n| tokio::spawn(write(file.db.clone(), format!("w{n}"), size(n)))).collect();
        let mut told = BTreeSet::new();
        for (n, writer) in writers.into_iter().enumerate() {
            match writer.await.expect("a writer") {
                Ok(()) => drop(told.insert(format!("w{n}"))),
                Err(error) => assert!(matches!(error, StoreError::Again(_)), "{error}"),
            }
        }
        assert_eq!(file.standing().await, told, "exactly what was told to stand stands");
        assert!(!told.contains("w0"));
    });
}

#[test]
fn another_process_that_writes_is_waited_for_and_not_for_ever() {
    run(async {
        let file = File::new().await;
        let mut other = SqliteConnection::connect(&file.url).await.expect("another process");
        other.execute("BEGIN IMMEDIATE").await.expect("it writes");
        let mut waits = tokio::spawn(write(file.db.clone(), "w0".to_owned(), 10));
        assert!(tokio::time::timeout(Duration::from_millis(50), &mut waits).await.is_err(), "it cannot write yet");
        other.execute("COMMIT").await.expect("done");
        waits.await.expect("a writer").expect("it stands");
        other.execute("BEGIN IMMEDIATE").await.expect("it writes, and does not end");
        match write(file.db.clone(), "w1".to_owned(), 10).await {
            Err(StoreError::Again(_)) => {}
            more => panic!("nobody can write: {more:?}"),
        }
        other.execute("ROLLBACK").await.expect("it has died");
        write(file.db.clone(), "w2".to_owned(), 10).await.expect("healed");
        assert_eq!(file.standing().await, BTreeSet::from(["w0".to_owned(), "w2".to_owned()]));
    });
}
