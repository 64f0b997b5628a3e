//! A server that is restarted breaks all connections at once, those that are not used just then as well. Whoever was in the
//! middle of something fails and is run again; nobody else notices.

use sqlx::{Connection as _, PgConnection};

use crate::world::{On, World, run};

#[test]
fn a_restart_fails_one_use_case_and_not_one_for_each_connection() {
    run(async {
        let w = World::on(On::Postgres).await;
        let db = &w.app().db;
        // A dozen connections, all of them just used.
        let mut many = Vec::new();
        for _ in 0..12 {
            many.push(db.look().await.expect("a connection"));
        }
        drop(many);
        let mut beside = PgConnection::connect(&w.database_url).await.expect("a connection of our own");
        let end = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let ended: i64 = sqlx::query_scalar(end).fetch_one(&mut beside).await.expect("they are told to end");
        assert!(ended >= 12, "{ended}");
        let left = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        crate::process::until("they have ended", async || {
            sqlx::query_scalar::<_, i64>(left).fetch_one(&mut beside).await.expect("a look") == 0
        })
        .await;
        let mut failed = 0;
        for _ in 0..12 {
            let looked = async { db.look().await?.find_meta("anything").await };
            failed += usize::from(looked.await.is_err());
        }
        assert!(failed <= 1, "{failed} of 12 failed");
    });
}
