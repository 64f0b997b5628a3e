//! How many files the system lets us have at once. Each connection is one, and so is the database: with too few of them
//! nothing works for long, and whatever fails then names anything but the cause. It is better said at the start.

use anyhow::bail;

/// What a start needs, with a few calls at the same time. Where more come together, they wait.
const FEWEST: u64 = 64;

/// An error when there are too few. A system that does not tell is trusted.
pub(super) fn are_enough() -> anyhow::Result<()> {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    match most_open(&limits) {
        Some(most) if most < FEWEST => {
            bail!(
                "the system lets this process open {most} files at once, and it needs {FEWEST} at the very least: raise `ulimit -n`, or LimitNOFILE= of its unit"
            )
        }
        Some(_) | None => Ok(()),
    }
}

/// The limit in force, of a table as /proc has it; nothing where there is none.
fn most_open(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::most_open;

    #[test]
    fn the_limit_is_read() {
        let table = "Limit                     Soft Limit           Hard Limit           Units     \n\
                     Max processes             7777                 7777                 processes \n\
                     Max open files            1024                 524288               files     \n";
        assert_eq!(most_open(table), Some(1024));
        assert_eq!(most_open(&table.replace("1024  ", "unlimited")), None);
        assert_eq!(most_open(""), None);
    }
}
