//! The one way work is taken from a table: rows that are due and that nobody holds get a lease and a new fencing
//! number. Whoever writes the result names that number; a worker that slept past its lease finds it changed and its
//! write refused. On PostgreSQL, rows that another is just taking are skipped rather than waited for.

/// `claim!(table, which rows, in what order)`: a pair of texts for `statements!`. Placeholders: `$1` now, `$2` the end
/// of the lease, `$3` how many. `t` names the row in the conditions.
macro_rules! claim {
    (sqlite, $table:literal, $open:literal, $order:literal) => {
        concat!(
            "UPDATE ",
            $table,
            " SET lease_until = $2, fence = fence + 1 WHERE id IN (SELECT t.id FROM ",
            $table,
            " t WHERE t.due_at <= $1 AND (t.lease_until IS NULL OR t.lease_until <= $1) AND (",
            $open,
            ") ORDER BY ",
            $order,
            " LIMIT $3) RETURNING *"
        )
    };
    (postgres, $table:literal, $open:literal, $order:literal) => {
        concat!(
            "UPDATE ",
            $table,
            " SET lease_until = $2, fence = fence + 1 WHERE id = ANY(ARRAY(SELECT t.id FROM ",
            $table,
            " t WHERE t.due_at <= $1 AND (t.lease_until IS NULL OR t.lease_until <= $1) AND (",
            $open,
            ") ORDER BY ",
            $order,
            " LIMIT $3 FOR UPDATE SKIP LOCKED)) RETURNING *"
        )
    };
}
pub(super) use claim;
