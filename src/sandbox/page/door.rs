//! Who may ask the page: this machine under its own name, and for anything that changes something, only the page
//! itself. The page may load nothing from anywhere else.

use axum::{
    extract::Request,
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const HEADERS: [(HeaderName, &str); 4] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // With "no-referrer" browsers would hide the origin of the page's own forms.
    (REFERRER_POLICY, "same-origin"),
    (CACHE_CONTROL, "no-store"),
];

pub(super) async fn guard(request: Request, next: Next) -> Response {
    let mut response = match may_enter(request.method(), request.headers()) {
        true => next.run(request).await,
        false => (StatusCode::FORBIDDEN, "Only the sandbox's own page may ask this.").into_response(),
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn may_enter(method: &Method, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    // A page of a stranger that points its own name at this machine comes with that name.
    let Some(host) = text(HOST.as_str()).filter(|host| is_this_machine(host)) else { return false };
    if method.is_safe() {
        return true;
    }
    let origin_fits = text(ORIGIN.as_str()).is_none_or(|origin| origin == format!("http://{host}"));
    let site_fits = text("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
    origin_fits && site_fits
}

fn is_this_machine(host: &str) -> bool {
    let without_port = |host: &str| match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name.to_owned(),
        _ => host.to_owned(),
    };
    let name = without_port(host);
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, Method};

    use super::may_enter;

    fn enters(method: Method, headers: &[(&'static str, &'static str)]) -> bool {
        let pairs = headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().expect("a value")));
        may_enter(&method, &pairs.collect::<HeaderMap>())
    }

    #[test]
    fn only_this_machine_by_its_own_name() {
        for host in ["127.0.0.1:8099", "localhost:8099", "[::1]:8099", "LOCALHOST"] {
            assert!(enters(Method::GET, &[("host", host)]), "{host}");
        }
        for host in ["evil.example:8099", "192.0.2.1:8099", "127.0.0.1.evil.example", ""] {
            assert!(!enters(Method::GET, &[("host", host)]), "{host}");
        }
        assert!(!enters(Method::GET, &[]));
    }

    #[test]
    fn only_the_page_itself_changes_anything() {
        let here = ("host", "127.0.0.1:8099");
        assert!(enters(Method::POST, &[here]));
        assert!(enters(Method::POST, &[here, ("origin", "http://127.0.0.1:8099"), ("sec-fetch-site", "same-origin")]));
        assert!(!enters(Method::POST, &[here, ("origin", "http://evil.example")]));
        assert!(!enters(Method::POST, &[here, ("origin", "http://127.0.0.1:9000")]));
        assert!(!enters(Method::POST, &[here, ("origin", "null")]));
        assert!(!enters(Method::POST, &[here, ("sec-fetch-site", "cross-site")]));
        assert!(!enters(Method::POST, &[here, ("sec-fetch-site", "same-site")]));
    }
}
