//! Tables on the terminal: what was measured, what was aimed at, and how others do.

use std::{io::Write as _, time::Duration};

/// Prints one line.
pub fn say(line: &str) {
    // A closed pipe is the reader's choice.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Prints rows below a title and a head, each column as wide as its widest cell.
pub fn show(title: &str, head: &[&str], rows: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([head[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: &[String]| {
        let padded: Vec<String> = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        say(&format!("| {} |", padded.join(" | ")));
    };
    say("");
    say(&format!("### {title}"));
    say("");
    line(&head.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>());
    say(&format!("|{}|", widths.iter().map(|width| "-".repeat(width + 2)).collect::<Vec<_>>().join("|")));
    rows.iter().for_each(|row| line(row));
}

/// `12.3 ms`
pub fn ms(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1000.0;
    if ms < 10.0 { format!("{ms:.2} ms") } else { format!("{ms:.1} ms") }
}

/// How many times as large; `1.9 x`.
pub fn ratio(ours: f64, theirs: f64) -> String {
    format!("{:.2} x", ours / theirs)
}

/// The value below which `part` of the sorted ones lie.
pub fn quantile(sorted: &[Duration], part: f64) -> Duration {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * part).round() as usize).copied().unwrap_or_default()
}
