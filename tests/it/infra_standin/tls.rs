//! Encryption: over an address with a name, the certificate must be for the name; if it does not hold, nothing is sent.

use std::sync::{Arc, Mutex};

use clawhatch::{
    domain::{
        claw::{Ask, Health, Outcome, Trouble},
        secret::Secret,
    },
    drivers::{
        claws::{ClawDriver, Leave},
        infra_api::{InfraApi, InfraApiSettings},
    },
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

use super::world::{GATEWAY_KEY, KEY, call, order, person, token};

const NAME: &str = "infra.example.com";

type Issuer = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Issuer {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    Issuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority")
}

/// What reached the server, decrypted, and the name it was asked for.
#[derive(Default)]
struct Heard {
    bytes: Vec<u8>,
    name: Option<String>,
}

struct Server {
    port: u16,
    heard: Arc<Mutex<Heard>>,
}

/// A server for `names` that answers every request "ready". Signed by `issuer`, or by itself.
async fn serve(names: &[&str], issuer: Option<&Issuer>, expired: bool) -> Server {
    let mut params = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).expect("names");
    if expired {
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    }
    let key = KeyPair::generate().expect("a key");
    let certificate = match issuer {
        Some(issuer) => params.signed_by(&key, issuer).expect("signed"),
        None => params.self_signed(&key).expect("signed"),
    };
    let secret = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("protocols")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], secret)
        .expect("a certificate");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let heard: Arc<Mutex<Heard>> = Arc::default();
    let ears = Arc::clone(&heard);
    tokio::spawn(async move {
        loop {
            let (line, _) = listener.accept().await.expect("a caller");
            let Ok(mut line) = acceptor.accept(line).await else { continue };
            let name = line.get_ref().1.server_name().map(str::to_owned);
            let mut buffer = vec![0; 64 * 1024];
            let mut length = 0;
            while let Ok(more) = line.read(&mut buffer[length..]).await {
                length += more;
                let whole = buffer[..length].ends_with(b"}") || buffer.starts_with(b"GET");
                if more == 0 || whole {
                    break;
                }
            }
            *ears.lock().expect("not poisoned") = Heard { bytes: buffer[..length].to_vec(), name };
            let _sent = line.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n{\"status\":\"ready\"}").await;
            let _closed = line.shutdown().await;
        }
    });
    Server { port, heard }
}

fn driver(server: &Server, trusted: Option<&Issuer>, host: Option<&str>) -> InfraApi {
    let url = format!("https://127.0.0.1:{}/base/", server.port);
    let settings = InfraApiSettings {
        host: host.map(str::to_owned),
        extra_roots: trusted.map(|issuer| issuer.pem().into_bytes()).unwrap_or_default(),
        ..InfraApiSettings::new(&url, Secret::new(KEY.into()))
    };
    InfraApi::new(&settings).expect("a driver")
}

#[tokio::test]
async fn a_name_over_an_address_is_verified_and_sent() {
    let issuer = authority();
    let server = serve(&[NAME], Some(&issuer), false).await;
    let driver = driver(&server, Some(&issuer), Some(NAME));
    let outcome = driver.provision(&call(Ask::Provision, "k1"), &order(1, 1, 100_001)).await;
    assert_eq!(outcome, Outcome::Up(Health::Good));
    {
        let heard = server.heard.lock().expect("not poisoned");
        assert_eq!(heard.name.as_deref(), Some(NAME));
        let text = String::from_utf8(heard.bytes.clone()).expect("text");
        let (head, body) = text.split_once("\r\n\r\n").expect("a request");
        let head: Vec<&str> = head.lines().collect();
        assert_eq!(head[0], "POST /base/provision HTTP/1.1");
        for line in [
            format!("host: {NAME}"),
            format!("authorization: Bearer {KEY}"),
            "idempotency-key: k1".into(),
            "content-type: application/json".into(),
        ] {
            assert!(head.contains(&&*line), "{line} in {head:?}");
        }
        assert_eq!(
            body,
            format!(
                r#"{{"user_id":"{}","claw_id":"claw-1","ai_gateway_key":"{GATEWAY_KEY}","model":"google/gemini-3-flash","telegram_bot_token":"{}","telegram_allow_from":["4242","7"]}}"#,
                person(1),
                token(100_001).expose()
            )
        );
    }
    assert_eq!(driver.probe().await, Ok(()));
    let heard = server.heard.lock().expect("not poisoned");
    assert!(heard.bytes.starts_with(b"GET /base/healthz HTTP/1.1") && !String::from_utf8_lossy(&heard.bytes).contains(KEY));
}

#[tokio::test]
async fn a_certificate_that_does_not_hold_gets_nothing() {
    let (issuer, stranger) = (authority(), authority());
    let cases = [
        ("another name", serve(&["other.example.com"], Some(&issuer), false).await, Some(&issuer), Some(NAME)),
        ("the address instead of the name", serve(&["127.0.0.1"], Some(&issuer), false).await, Some(&issuer), Some(NAME)),
        ("the name, and we ask for the address", serve(&[NAME], Some(&issuer), false).await, Some(&issuer), None),
        ("signed by itself", serve(&[NAME], None, false).await, Some(&issuer), Some(NAME)),
        ("signed by a stranger", serve(&[NAME], Some(&stranger), false).await, Some(&issuer), Some(NAME)),
        ("an authority nobody told us to trust", serve(&[NAME], Some(&issuer), false).await, None, Some(NAME)),
        ("expired", serve(&[NAME], Some(&issuer), true).await, Some(&issuer), Some(NAME)),
    ];
    for (what, server, trusted, host) in cases {
        let driver = driver(&server, trusted, host);
        let order = order(1, 1, 100_001);
        let up = driver.provision(&call(Ask::Provision, "k1"), &order).await;
        let down = driver.deprovision(&call(Ask::Deprovision, "k2"), &order.address, Leave::ForGood).await;
        for outcome in [up, down, driver.probe().await.map_or_else(Outcome::Unreached, |()| Outcome::Starting)] {
            let Outcome::Unreached(Trouble::NoConnection(why)) = outcome else { panic!("{what}: {outcome:?}") };
            assert!(why.contains("certificate") && !why.contains("CANARY"), "{what}: {why}");
        }
        assert!(server.heard.lock().expect("not poisoned").bytes.is_empty(), "{what}: something was sent");
    }
}

#[tokio::test]
async fn plain_http_on_the_secure_port_gets_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let heard = tokio::spawn(async move {
        let (mut line, _) = listener.accept().await.expect("a caller");
        let mut buffer = vec![0; 64 * 1024];
        let length = line.read(&mut buffer).await.expect("a greeting");
        line.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await.expect("sent");
        buffer.truncate(length);
        buffer
    });
    let driver = driver(&Server { port, heard: Arc::default() }, None, Some(NAME));
    let outcome = driver.provision(&call(Ask::Provision, "k1"), &order(1, 1, 100_001)).await;
    assert!(matches!(outcome, Outcome::Unreached(Trouble::NoConnection(_))), "{outcome:?}");
    let heard = heard.await.expect("heard");
    assert!(!String::from_utf8_lossy(&heard).contains("CANARY"));
}
