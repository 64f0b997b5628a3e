//! One statement for many rows: the `VALUES` of a statement for one row is repeated. A thousand rows one by one would be
//! a thousand ways to the database and back.

use sqlx::{AssertSqlSafe, Postgres, Sqlite};

use crate::store::{
    Row, Sql, Tx, Value,
    later::push_renumbered,
    patience::patiently,
    tx::{Line, Statement, bound, on_line},
};

/// Rows given to one statement. Each number of rows is a statement of its own to be prepared and kept, so there are
/// only powers of two: a shorter one is filled up with its last row, which must do no harm twice.
const MOST_AT_ONCE: usize = 128;

impl Tx {
    /// Runs a statement that has its row as `VALUES ($1, …)` for all rows, in parts.
    pub(super) fn all_many(&mut self, sql: Sql, rows: Vec<Vec<Value>>) -> Statement<'_, Vec<Row>> {
        Box::pin(async move {
            let mut found = Vec::new();
            for part in rows.chunks(MOST_AT_ONCE) {
                self.before(sql).await?;
                let many = part.len().next_power_of_two();
                let text = |sql: &str| AssertSqlSafe(repeated(sql, many, part[0].len()));
                let filled = part.iter().chain(std::iter::repeat_n(&part[part.len() - 1], many - part.len()));
                let values = filled.flatten().cloned();
                let rows: Vec<Row> = on_line!(
                    &mut self.line,
                    |lite| {
                        let rows = bound!(Sqlite, text(sql.sqlite), values).fetch_all(lite).await?;
                        rows.into_iter().map(Row::Sqlite).collect()
                    },
                    |pg| {
                        let rows = patiently(bound!(Postgres, text(sql.postgres), values).fetch_all(pg)).await?;
                        rows.into_iter().map(Row::Postgres).collect()
                    }
                );
                found.extend(rows);
            }
            Ok(found)
        })
    }
}

/// The statement with `many` rows of `columns` placeholders each.
fn repeated(sql: &str, many: usize, columns: usize) -> String {
    let begin = sql.find("VALUES (").expect("a statement for many rows has its row as VALUES") + "VALUES ".len();
    let end = begin + length_in_brackets(&sql[begin..]);
    let mut text = String::with_capacity(sql.len() + many * (end - begin + 16));
    text.push_str(&sql[..begin]);
    for row in 0..many {
        if row > 0 {
            text.push_str(", ");
        }
        push_renumbered(&mut text, &sql[begin..end], row * columns);
    }
    text.push_str(&sql[end..]);
    text
}

/// How long the text is up to the bracket that closes the first one.
fn length_in_brackets(text: &str) -> usize {
    let mut depth = 0;
    for (at, sign) in text.bytes().enumerate() {
        match sign {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::repeated;

    #[test]
    fn a_row_is_repeated_with_its_own_placeholders() {
        let one = "UPDATE t SET n = v.column2 FROM (VALUES ($1, CAST($2 AS BIGINT), $1)) AS v WHERE id = v.column1";
        assert_eq!(repeated(one, 1, 2), one);
        let two = "UPDATE t SET n = v.column2 FROM (VALUES ($1, CAST($2 AS BIGINT), $1), ($3, CAST($4 AS BIGINT), $3)) AS v WHERE id = v.column1";
        assert_eq!(repeated(one, 2, 2), two);
    }
}
