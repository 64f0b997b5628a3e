//! An infra whose certificate does not hold: nothing is sent to it, nobody but its person waits, and once it is put right
//! everything goes on under the same names.

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use clawhatch::domain::time::MINUTE;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};
use tokio_util::task::AbortOnDropHandle;

use crate::{
    infra_weather::wait_out,
    on_both,
    world::{Someone, World},
};

on_both! { a_wrong_certificate_is_waited_out }

type Issuer = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Issuer {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    Issuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority")
}

/// What a server shows: a certificate for `name`, signed by `issuer` or by itself.
fn papers(name: &str, issuer: Option<&Issuer>, expired: bool) -> TlsAcceptor {
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("names");
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
    TlsAcceptor::from(Arc::new(config))
}

/// A door with a certificate before the stand-in, which can be given another one while it stands.
struct Front {
    port: u16,
    shown: Arc<Mutex<TlsAcceptor>>,
    _server: AbortOnDropHandle<()>,
}

impl Front {
    async fn before(url: &str, first: TlsAcceptor) -> Front {
        let behind = url.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let shown = Arc::new(Mutex::new(first));
        let showing = Arc::clone(&shown);
        let server = tokio::spawn(async move {
            loop {
                let (line, _) = listener.accept().await.expect("a caller");
                let (papers, behind) = (showing.lock().expect("not poisoned").clone(), behind.clone());
                tokio::spawn(async move {
                    // Whoever does not like the certificate hangs up.
                    let Ok(mut line) = papers.accept(line).await else { return };
                    let mut inner = TcpStream::connect(behind).await.expect("the stand-in");
                    let _ended = tokio::io::copy_bidirectional(&mut line, &mut inner).await;
                });
            }
        });
        Front { port, shown, _server: AbortOnDropHandle::new(server) }
    }

    fn shows(&self, papers: TlsAcceptor) {
        *self.shown.lock().expect("not poisoned") = papers;
    }
}

fn write_pem(folder: &Path, issuer: &Issuer) -> String {
    let file = folder.join("authority.pem");
    std::fs::write(&file, issuer.pem()).expect("a file");
    file.display().to_string()
}

async fn a_wrong_certificate_is_waited_out(w: World) {
    let (issuer, stranger) = (authority(), authority());
    let folder = tempfile::tempdir().expect("a folder");
    let right = || papers("127.0.0.1", Some(&issuer), false);
    let front = Front::before(w.infra.url(), right()).await;
    let (url, roots) = (format!("https://127.0.0.1:{}", front.port), write_pem(folder.path(), &issuer));
    let w = w.restarted_with(&[("INFRA_API_URL", &url), ("INFRA_CA_FILE", &roots)]).await;
    let admin = w.admin().await.id;
    let bob = w.person(1002, "Bob", "en").id;
    let wrong = [
        ("signed by itself", papers("127.0.0.1", None, false)),
        ("signed by somebody we do not trust", papers("127.0.0.1", Some(&stranger), false)),
        ("run out", papers("127.0.0.1", Some(&issuer), true)),
        ("for another name", papers("elsewhere.example", Some(&issuer), false)),
    ];
    for (n, (what, wrong)) in wrong.into_iter().enumerate() {
        front.shows(wrong);
        let ann = w.person(2000 + n as i64, "Ann", "en");
        let before = w.infra.journal().len();
        ann.hatches(&format!("helper_{n}_bot")).await;
        wait_out(&w).await;
        assert_eq!(w.infra.journal().len(), before, "{what}: nothing is sent");
        assert_eq!(ann.messages(), 2, "{what}: /start and one calm message: {}", ann.chat());
        assert!(ann.last().contains("This is taking longer than usual."), "{what}: {}", ann.chat());
        let olga = Someone { world: &w, id: admin };
        assert_eq!(olga.count("Alert."), 1, "{what}: {}", olga.chat());
        let bob = Someone { world: &w, id: bob };
        bob.says("/help").await;
        assert!(bob.last().starts_with("I hatch claws"), "{what}: others are served");
        front.shows(right());
        w.pass(10 * MINUTE).await;
        w.pass(3 * MINUTE).await;
        let calls: Vec<_> = w.infra.journal().into_iter().skip(before).map(|entry| entry.idempotency_key).collect();
        assert_eq!((calls.len(), w.infra.claws().len()), (1, n + 1), "{what}: {calls:?}");
        assert_eq!(ann.count("Your claw is awake."), 1, "{what}: {}", ann.chat());
        assert_eq!((olga.count("Alert."), olga.count("Resolved after")), (0, n + 1), "{what}: {}", olga.chat());
        w.pass(Duration::from_secs(1)).await;
    }
}
