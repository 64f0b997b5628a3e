//! The one way work is taken from a table: rows that are due and that nobody holds get a lease and a new fencing
//! number. Whoever writes the result names that number; a worker that slept past its lease finds it changed and its
//! write refused. On PostgreSQL, rows that another is just taking are skipped rather than waited for.
//!
//! A clock that ran ahead and was put right leaves times behind that lie absurdly far in the future. Each table says what
//! no lease of its own lasts, and no event or message waits two hours, so such rows count as free and due.

/// `claim!(dialect, table, no lease lasts so many milliseconds, when it is due, which rows, in what order, what is read of
/// them)`: one text for `statements!`. Placeholders: `$1` now, `$2` the end of the lease, `$3` how many. `t` names the row
/// in the conditions. What stands at the end is set besides, where `lease_until` is still the lease that ran out, if one did.
///
/// The order is one that an index of waiting rows has: then the first few are found without looking at all that wait.
/// PostgreSQL is not told the order where it would rather sort them all, which it does whenever it takes the waiting
/// for few; it reads that index all the same. And it is given the places of the rows, not their ids, as it would look
/// for ids in the whole of a table it takes for small.
macro_rules! claim {
    (sqlite, $($rest:literal),*) => { claim!(@ "id IN (SELECT t.id", ")", $($rest),*) };
    (postgres, $($rest:literal),*) => { claim!(@ "ctid = ANY(ARRAY(SELECT t.ctid", " FOR UPDATE SKIP LOCKED))", $($rest),*) };
    (@ $open:literal, $close:literal, $table:literal, $never:literal, $due:literal, $rows:literal, $order:literal, $columns:literal $(, $also:literal)?) => {
        concat!(
            "UPDATE ", $table, " SET lease_until = $2, fence = fence + 1", $($also,)? " WHERE ", $open, " FROM ", $table, " t WHERE ", $due,
            " AND (t.lease_until IS NULL OR t.lease_until <= $1 OR t.lease_until > $1 + ", $never, ") AND (", $rows, ")", $order,
            " LIMIT $3", $close, " RETURNING ", $columns
        )
    };
}
pub(super) use claim;
