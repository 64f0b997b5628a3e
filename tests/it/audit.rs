//! The audit trail is sealed as a chain: a row changed, taken out, put in or moved is named by its number.

use clawhatch::app::verify_audit;

use crate::{on_both, world::World};

/// A world whose trail has some rows, all of them sealed.
async fn sealed(w: &World) -> i64 {
    w.person(1001, "Ann", "en").hatches("anns_helper_bot").await;
    while w.app().seal_audit().await.expect("sealing") > 0 {}
    let rows = verify_audit(&w.app().db).await.expect("a look").expect("an unbroken chain");
    assert!(rows >= 5, "{rows} rows");
    rows
}

async fn broken_at(w: &World, change: &str) -> Option<i64> {
    assert!(w.sql(change).await > 0, "{change}");
    verify_audit(&w.app().db).await.expect("a look").err()
}

on_both! {
    async fn each_changed_field_is_named(w: World) {
        sealed(&w).await;
        for (field, other) in [
            ("at", "at + 1"),
            ("actor", "'system '"),
            ("action", "'claw.hatched'"),
            ("detail", "detail || ' '"),
            ("person_id", "'00000000-0000-0000-0000-000000000001'"),
            ("claw_id", "'00000000-0000-0000-0000-000000000001'"),
            ("hash", "'00'"),
        ] {
            w.sql("CREATE TABLE kept AS SELECT * FROM audit").await;
            assert_eq!(broken_at(&w, &format!("UPDATE audit SET {field} = {other} WHERE number = 3")).await, Some(3), "{field}");
            w.sql("DELETE FROM audit").await;
            w.sql("INSERT INTO audit SELECT * FROM kept").await;
            w.sql("DROP TABLE kept").await;
            assert_eq!(verify_audit(&w.app().db).await.expect("a look").err(), None);
        }
    }
}

on_both! {
    async fn a_row_taken_out_is_noticed(w: World) {
        sealed(&w).await;
        assert_eq!(broken_at(&w, "DELETE FROM audit WHERE number = 2").await, Some(2));
        // Numbers are unique at every moment, so the rest is moved away and put back.
        w.sql("UPDATE audit SET number = 1 - number WHERE number > 2").await;
        assert_eq!(broken_at(&w, "UPDATE audit SET number = -number WHERE number < 0").await, Some(2), "closing the gap does not help");
    }
}

on_both! {
    async fn two_rows_that_change_places_are_noticed(w: World) {
        sealed(&w).await;
        w.sql("UPDATE audit SET number = -1 WHERE number = 2").await;
        w.sql("UPDATE audit SET number = 2 WHERE number = 3").await;
        assert_eq!(broken_at(&w, "UPDATE audit SET number = 3 WHERE number = -1").await, Some(2));
    }
}

on_both! {
    async fn what_is_added_later_joins_the_chain(w: World) {
        let before = sealed(&w).await;
        w.person(1002, "Bob", "en").hatches("bobs_helper_bot").await;
        assert_eq!(verify_audit(&w.app().db).await.expect("a look"), Ok(before), "what is not sealed yet does not count");
        assert!(w.app().seal_audit().await.expect("sealing") > 0);
        let after = verify_audit(&w.app().db).await.expect("a look").expect("an unbroken chain");
        assert_eq!(after, w.texts("SELECT id FROM audit").await.len() as i64);
        assert!(after > before);
    }
}

on_both! {
    async fn sealing_twice_at_once_numbers_each_row_once(w: World) {
        w.person(1001, "Ann", "en").hatches("anns_helper_bot").await;
        let (one, other) = tokio::join!(w.app().seal_audit(), w.app().seal_audit());
        // The slower one finds the numbers taken, or nothing left; nothing of it stands.
        assert!(one.is_ok() || other.is_ok());
        while w.app().seal_audit().await.expect("sealing") > 0 {}
        let rows = verify_audit(&w.app().db).await.expect("a look").expect("an unbroken chain");
        assert_eq!(rows, w.texts("SELECT id FROM audit").await.len() as i64);
    }
}
