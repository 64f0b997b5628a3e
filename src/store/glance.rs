//! A look from outside at a SQLite file that another process of ours writes. It can only read, makes no file, and never
//! stands in the writer's way.

use std::{path::Path, time::Duration};

use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

use crate::store::{Result, Tx, tx::Line};

/// Somebody else's database, to be looked at.
#[derive(Clone)]
pub struct Glance(SqlitePool);

impl Glance {
    /// Looks at `file`, which need not exist yet.
    pub fn at(file: &Path) -> Glance {
        let options = SqliteConnectOptions::new().filename(file).read_only(true).busy_timeout(Duration::from_secs(1));
        Glance(SqlitePoolOptions::new().max_connections(1).acquire_timeout(Duration::from_secs(2)).connect_lazy_with(options))
    }

    /// Opens a look at what is committed. An error while there is no database.
    pub async fn look(&self) -> Result<Tx> {
        Ok(Tx::on(Line::Look(self.0.acquire().await?)))
    }

    pub async fn close(&self) {
        self.0.close().await;
    }
}
