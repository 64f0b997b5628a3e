//! The one place that makes HTTP clients: certificates always checked, no redirects, no proxy from the environment,
//! bounded answers, and errors without the URL, because the Bot API keeps a token in its path.

use std::{
    error::Error as _,
    net::SocketAddr,
    sync::{Arc, Once},
    time::Duration,
};

pub use reqwest::Client;
use reqwest::{
    Certificate, Response,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};

/// The most bytes of an answer we read, unless told otherwise.
pub const MOST_BYTES: usize = 1024 * 1024;

/// How a client shall connect.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How long to wait for TCP and TLS together.
    pub connect_timeout: Duration,
    /// Certificates in PEM to trust besides those of the machine.
    pub extra_roots: Vec<u8>,
    /// Connect to another place than the URL's name says; the certificate must still be for the name.
    pub detour: Option<Detour>,
    /// A new HTTP/1.1 connection for every call: then "not connected" and "sent, no answer" are never confused.
    pub fresh_connections: bool,
}

/// `name` in a URL is looked for at `at`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detour {
    pub name: String,
    /// An address or another name, without a port.
    pub at: String,
}

impl Default for Plan {
    fn default() -> Plan {
        Plan { connect_timeout: Duration::from_secs(10), extra_roots: Vec::new(), detour: None, fresh_connections: false }
    }
}

/// What went wrong on the way. Never holds a URL, a header or a body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The extra certificates are not readable, or the machine has none.
    #[error("no client: {0}")]
    NoClient(String),
    /// The answer is longer than we read.
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    /// The request surely was not sent: no address, no connection, or a certificate that does not hold.
    #[error("not connected: {0}")]
    NotConnected(String),
    /// Sent, or perhaps sent, and no whole answer came.
    #[error("no answer: {0}")]
    NoAnswer(String),
}

/// Makes a client. Fails only over certificates that cannot be read.
pub fn client(plan: &Plan) -> Result<Client, HttpError> {
    install_tls();
    let mut roots = Vec::new();
    if !plan.extra_roots.is_empty() {
        let unreadable = || HttpError::NoClient("the extra certificates are not PEM".into());
        roots = Certificate::from_pem_bundle(&plan.extra_roots).map_err(|_| unreadable())?;
        if roots.is_empty() {
            return Err(unreadable());
        }
    }
    let mut builder = Client::builder()
        .user_agent(concat!("clawhatch/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .no_proxy()
        .referer(false)
        .connect_timeout(plan.connect_timeout)
        .tls_certs_merge(roots);
    if plan.fresh_connections {
        builder = builder.pool_max_idle_per_host(0).http1_only();
    }
    if let Some(detour) = &plan.detour {
        builder = builder.dns_resolver(Arc::new(Lookup(detour.clone())));
    }
    builder.build().map_err(|error| HttpError::NoClient(cause(&error.without_url())))
}

/// Chooses ring as the process's TLS, once. Every other library that speaks TLS here then does the same.
pub fn install_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that somebody chose before us, and there is only ring to choose.
        let _chosen = rustls::crypto::ring::default_provider().install_default();
    });
}

/// Reads an answer's body up to `most` bytes.
pub async fn read_limited(mut response: Response, most: usize) -> Result<Vec<u8>, HttpError> {
    if response.content_length().is_some_and(|length| length > most as u64) {
        return Err(HttpError::TooLong(most));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| HttpError::NoAnswer(cause(&error.without_url())))? {
        if body.len() + chunk.len() > most {
            return Err(HttpError::TooLong(most));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Sorts a failed call by whether it may have arrived.
pub fn sort(error: reqwest::Error) -> HttpError {
    let error = error.without_url();
    if error.is_connect() || error.is_builder() {
        HttpError::NotConnected(cause(&error))
    } else {
        HttpError::NoAnswer(if error.is_timeout() { "it took too long".into() } else { cause(&error) })
    }
}

/// The innermost reason of an error, on one line of at most 200 characters.
fn cause(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    let mut source = error.source();
    while let Some(inner) = source {
        innermost = inner;
        source = inner.source();
    }
    innermost.to_string().split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect()
}

/// Names as the machine finds them, except the one with a detour.
struct Lookup(Detour);

impl Resolve for Lookup {
    fn resolve(&self, name: Name) -> Resolving {
        let host = if name.as_str().eq_ignore_ascii_case(&self.0.name) { self.0.at.clone() } else { name.as_str().to_owned() };
        Box::pin(async move {
            // Port 0 leaves the URL's own port standing.
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::{Detour, HttpError, Plan, client, read_limited, sort};

    /// Answers one connection with exactly these bytes and hangs up.
    async fn answering(bytes: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move {
            let (mut line, _) = listener.accept().await.expect("a caller");
            let _read = line.read(&mut [0; 1024]).await;
            line.write_all(bytes.as_bytes()).await.expect("sent");
        });
        format!("http://127.0.0.1:{port}/bot123456:SECRET/getMe")
    }

    #[tokio::test]
    async fn an_answer_is_read_up_to_its_limit_and_not_followed() {
        let client = client(&Plan::default()).expect("a client");
        let url = answering("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 5\r\n\r\nhello").await;
        let response = client.get(&url).send().await.expect("an answer");
        assert_eq!(response.status(), 302);
        assert_eq!(read_limited(response, 5).await, Ok(b"hello".to_vec()));
        for bytes in [
            "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello!",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n3\r\nlo!\r\n0\r\n\r\n",
        ] {
            let response = client.get(answering(bytes).await).send().await.expect("an answer");
            assert_eq!(read_limited(response, 5).await, Err(HttpError::TooLong(5)));
        }
    }

    #[tokio::test]
    async fn an_error_says_whether_it_was_sent_and_never_where() {
        let client = client(&Plan { connect_timeout: Duration::from_secs(2), ..Plan::default() }).expect("a client");
        let closed = "http://127.0.0.1:1/bot123456:SECRET/getMe";
        let refused = sort(client.get(closed).send().await.expect_err("nobody listens"));
        assert!(matches!(refused, HttpError::NotConnected(_)), "{refused:?}");
        let broken = sort(client.get(answering("").await).send().await.expect_err("hung up"));
        assert!(matches!(broken, HttpError::NoAnswer(_)), "{broken:?}");
        let cut = answering("HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\nhel").await;
        let cut = read_limited(client.get(cut).send().await.expect("a head"), 100).await.expect_err("cut short");
        assert!(matches!(cut, HttpError::NoAnswer(_)), "{cut:?}");
        for error in [refused, broken, cut] {
            let said = format!("{error} {error:?}");
            assert!(!said.contains("SECRET") && !said.contains("127.0.0.1:1/"), "{said}");
        }
    }

    #[tokio::test]
    async fn a_detour_leads_a_name_to_another_place() {
        let url = answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await.replace("127.0.0.1", "infra.invalid");
        let detour = Detour { name: "infra.invalid".into(), at: "127.0.0.1".into() };
        let client = client(&Plan { detour: Some(detour), ..Plan::default() }).expect("a client");
        assert_eq!(client.get(url).send().await.expect("an answer").status(), 200);
    }

    #[test]
    fn certificates_that_are_none_are_refused() {
        for junk in ["junk", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            let plan = Plan { extra_roots: junk.into(), ..Plan::default() };
            assert!(matches!(client(&plan), Err(HttpError::NoClient(_))), "{junk}");
        }
    }
}
