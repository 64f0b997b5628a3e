//! Every statement of the product is a constant with a name, written once for both databases; only where the
//! dialects differ does it carry two texts. One test prepares all of them on both, so a mistyped column is found even
//! when no other test runs its statement.

/// One statement. Placeholders are `$1`, `$2`, … on both databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sql {
    pub name: &'static str,
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

/// Declares the statements of one file, and the list of them.
macro_rules! statements {
    ($($name:ident = $sqlite:expr $(, postgres $postgres:expr)?;)*) => {
        $(const $name: $crate::store::Sql = $crate::store::statement::statement(stringify!($name), $sqlite, [$sqlite $(, $postgres)?].as_slice());)*
        pub(super) const ALL: &[$crate::store::Sql] = &[$($name),*];
    };
}
pub(super) use statements;

/// The last text is PostgreSQL's; it is the same as SQLite's unless another was given.
pub(super) const fn statement(name: &'static str, sqlite: &'static str, texts: &[&'static str]) -> Sql {
    Sql { name, sqlite, postgres: texts[texts.len() - 1] }
}
