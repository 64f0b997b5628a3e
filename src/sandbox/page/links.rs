//! Telegram's links, opened inside the page: a bot's chat, a start payload, the dialog for a new bot.

use url::{Url, form_urlencoded};

/// Where a link leads on the page of the person `slug`, who now looks at `chat`. Nothing for a link that leaves the page.
pub(super) fn local(link: &str, slug: &str, chat: &str) -> Option<String> {
    let full = match link.split_once("://") {
        None if link.starts_with("t.me/") => format!("https://{link}"),
        _ => link.to_owned(),
    };
    let url = Url::parse(&full).ok()?;
    let query = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let (username, payload) = match (url.scheme(), url.host_str()) {
        ("http" | "https", Some("t.me" | "telegram.me")) => {
            let parts: Vec<&str> = url.path_segments()?.filter(|part| !part.is_empty()).collect();
            match parts[..] {
                ["newbot", _, _] => return Some(format!("{}?{}", chat_path(slug, chat), pairs(&[("new", &full)]))),
                [username] => (username.to_owned(), query("start")),
                _ => return None,
            }
        }
        ("tg", Some("resolve")) => (query("domain")?, query("start")),
        _ => return None,
    };
    if !username.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') || username.is_empty() {
        return None;
    }
    let path = chat_path(slug, &username);
    Some(match payload {
        Some(payload) => format!("{path}?{}", pairs(&[("start", &payload)])),
        None => path,
    })
}

pub(super) fn chat_path(slug: &str, chat: &str) -> String {
    format!("/{slug}/{chat}")
}

/// A query of these names and values.
pub(super) fn pairs(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// What the dialog for a new bot suggests: manager, username, name.
pub(super) fn new_bot(link: &str) -> Option<(String, String, String)> {
    let url = Url::parse(link).ok().filter(|url| url.host_str() == Some("t.me"))?;
    let mut parts = url.path_segments()?;
    let ("newbot", manager, username) = (parts.next()?, parts.next()?, parts.next()?) else { return None };
    let name = url.query_pairs().find(|(key, _)| key == "name").map(|(_, value)| value.into_owned());
    Some((manager.to_owned(), username.to_owned(), name.unwrap_or_else(|| username.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::{local, new_bot};

    #[test]
    fn telegrams_links_stay_on_the_page_and_others_leave_it() {
        for (link, expected) in [
            ("https://t.me/some_bot", Some("/ann/some_bot")),
            ("t.me/BotFather", Some("/ann/BotFather")),
            ("https://t.me/some_bot?start=a%20b", Some("/ann/some_bot?start=a+b")),
            ("tg://resolve?domain=some_bot&start=x", Some("/ann/some_bot?start=x")),
            (
                "https://t.me/newbot/m_bot/s_bot?name=A",
                Some("/ann/c_bot?new=https%3A%2F%2Ft.me%2Fnewbot%2Fm_bot%2Fs_bot%3Fname%3DA"),
            ),
            ("https://t.me/../etc", Some("/ann/etc")),
            ("https://t.me/a%2Fb", None),
            ("https://example.com/t.me/x", None),
            ("https://t.me.example.com/x", None),
            ("javascript:alert(1)", None),
            ("plain", None),
        ] {
            assert_eq!(local(link, "ann", "c_bot").as_deref(), expected, "{link}");
        }
    }

    #[test]
    fn a_new_bots_link_is_read() {
        let found = new_bot("https://t.me/newbot/m_bot/s_bot?name=Ann%27s%20helper");
        assert_eq!(found, Some(("m_bot".into(), "s_bot".into(), "Ann's helper".into())));
        assert_eq!(new_bot("https://t.me/s_bot"), None);
    }
}
