//! Where a person's machine keeps what can be brought again.

use std::path::PathBuf;

use crate::config::Env;

/// The folder for caches of whoever runs this: `XDG_CACHE_HOME`, or `.cache` at home. Nothing when neither is known.
pub fn cache_dir(env: Env<'_>) -> Option<PathBuf> {
    let path = |name| env(name).map(PathBuf::from).filter(|path| path.is_absolute());
    path("XDG_CACHE_HOME").or_else(|| Some(path("HOME")?.join(".cache")))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::cache_dir;

    #[test]
    fn a_cache_is_where_it_is_said_or_at_home() {
        let with = |cache: &str, home: &str| {
            let env = |name: &str| {
                [("XDG_CACHE_HOME", cache), ("HOME", home)].into_iter().find(|it| it.0 == name).map(|it| it.1.to_owned())
            };
            cache_dir(&env)
        };
        assert_eq!(with("/c", "/h").as_deref(), Some(Path::new("/c")));
        assert_eq!(with("", "/h").as_deref(), Some(Path::new("/h/.cache")));
        assert_eq!(with("relative", ""), None);
    }
}
