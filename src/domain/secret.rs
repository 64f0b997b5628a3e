//! A value that must never be read by accident: it has no `Debug` of its content, no `Display`, no `Serialize`,
//! is wiped when dropped, and is seen only where someone writes `.expose()`.

use zeroize::{Zeroize, Zeroizing};

#[derive(Clone)]
pub struct Secret<T: Zeroize>(Zeroizing<T>);

impl<T: Zeroize> Secret<T> {
    pub fn new(value: T) -> Self {
        Secret(Zeroizing::new(value))
    }

    /// The value itself. Every call is a place to look at in review.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> std::fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn it_is_seen_where_it_is_asked_for_and_nowhere_else() {
        let secret = Secret::new("hunter2".to_owned());
        assert_eq!(secret.expose(), "hunter2");
        assert_eq!((format!("{secret:?}"), format!("{:#?}", Some(&secret))), ("***".to_owned(), "Some(\n    ***,\n)".to_owned()));
    }
}
