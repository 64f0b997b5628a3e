//! The HTTP door over loopback: who is let in, what is stored, and what it says when it cannot store.

use clawhatch::{
    bot,
    domain::secret::Secret,
    web::{Draining, Site, metrics_site, site},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};
use tokio_util::task::AbortOnDropHandle;

use crate::{
    on_both,
    world::{On, World, run},
};

pub const SECRET: &str = "webhook-secret-CANARY";
const HEADER: &str = "x-telegram-bot-api-secret-token";

pub struct House {
    url: String,
    http: reqwest::Client,
    draining: Draining,
    _server: AbortOnDropHandle<()>,
}

async fn serve(router: axum::Router) -> (String, AbortOnDropHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let server = tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
    (url, AbortOnDropHandle::new(server))
}

impl House {
    pub async fn of(w: &World, secret: Option<&str>) -> House {
        let draining = Draining::default();
        let router = site(Site {
            app: w.app().clone(),
            webhook_secret: secret.map(|secret| Secret::new(secret.to_owned())),
            read: bot::arrived,
            draining: draining.clone(),
        });
        let (url, server) = serve(router).await;
        House { url, http: reqwest::Client::new(), draining, _server: server }
    }

    pub async fn brings(&self, secret: Option<&str>, body: impl Into<reqwest::Body>) -> u16 {
        let mut request = self.http.post(format!("{}/telegram", self.url)).body(body);
        if let Some(secret) = secret {
            request = request.header(HEADER, secret);
        }
        request.send().await.expect("an answer").status().as_u16()
    }

    /// How an answer begins that is given to a body of which not one byte was sent.
    async fn refuses_unread(&self) -> String {
        let mut line = TcpStream::connect(self.url.trim_start_matches("http://")).await.expect("a connection");
        line.write_all(b"POST /telegram HTTP/1.1\r\nHost: here\r\nContent-Length: 3145728\r\n\r\n").await.expect("the head");
        let mut answer = String::new();
        BufReader::new(line).read_line(&mut answer).await.expect("an answer");
        answer.trim_end().to_owned()
    }

    pub async fn ready(&self) -> (u16, Value) {
        let answer = self.http.get(format!("{}/readyz", self.url)).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }
}

fn update(number: i64) -> String {
    let ann = json!({ "id": 1001, "is_bot": false, "first_name": "Ann", "language_code": "en" });
    let message = json!({ "message_id": 1, "from": ann, "chat": { "id": 1001, "type": "private", "first_name": "Ann" }, "date": 1, "text": "/start" });
    json!({ "update_id": number, "message": message }).to_string()
}

async fn stored(w: &World) -> Vec<String> {
    w.texts("SELECT id FROM inbox ORDER BY seq").await
}

on_both! {
    async fn only_who_knows_the_secret_is_let_in(w: World) {
        let house = House::of(&w, Some(SECRET)).await;
        let longer = format!("{SECRET}x");
        for wrong in [None, Some(""), Some("wrong"), Some(&SECRET[1..]), Some(longer.as_str()), Some("webhook-secret-canary")] {
            assert_eq!(house.brings(wrong, update(1)).await, 401, "{wrong:?}");
        }
        assert_eq!(house.refuses_unread().await, "HTTP/1.1 401 Unauthorized", "whatever the body is, it is not waited for");
        assert_eq!(stored(&w).await, Vec::<String>::new());
        assert_eq!(house.brings(Some(SECRET), update(1)).await, 200);
        assert_eq!(stored(&w).await, ["telegram:1"]);
        assert_eq!(house.brings(Some(SECRET), update(1)).await, 200, "a duplicate is taken");
        assert_eq!(stored(&w).await, ["telegram:1"], "and stored once");
        w.person(1001, "Ann", "en");
        w.settle().await;
        assert_eq!(w.texts("SELECT id FROM inbox WHERE done_at IS NOT NULL").await, ["telegram:1"]);
    }
}

on_both! {
    async fn what_is_no_update_is_taken_and_dropped(w: World) {
        let house = House::of(&w, Some(SECRET)).await;
        for body in ["", "nonsense", "{}", "[]", "null", r#"{"update_id":"x"}"#, r#"{"update_id":1.5}"#, "\u{0}\u{1}"] {
            assert_eq!(house.brings(Some(SECRET), body).await, 200, "{body:?}: it would come again for ever");
        }
        assert_eq!(house.brings(Some(SECRET), vec![0xff; 100]).await, 200);
        assert_eq!(stored(&w).await, Vec::<String>::new());
        assert_eq!(house.brings(Some(SECRET), vec![b' '; (1 << 20) + 1]).await, 413);
        let mut large = update(1).into_bytes();
        large.resize(1 << 20, b' ');
        assert_eq!(house.brings(Some(SECRET), large).await, 200, "a mebibyte is not too much");
        assert_eq!(stored(&w).await, ["telegram:1"]);
    }
}

on_both! {
    async fn what_cannot_be_stored_is_not_acknowledged(w: World) {
        let house = House::of(&w, Some(SECRET)).await;
        w.sql("ALTER TABLE inbox RENAME TO elsewhere").await;
        let url = format!("{}/telegram", house.url);
        let answer = house.http.post(url).header(HEADER, SECRET).body(update(1)).send().await.expect("an answer");
        assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().expect("text")), (503, "2"));
        assert_eq!(answer.text().await.expect("a body"), "", "nothing of the fault is told");
        assert_eq!((house.ready().await.0, house.ready().await.1["health"]["database"].clone()), (503, json!(false)));
        w.sql("ALTER TABLE elsewhere RENAME TO inbox").await;
        assert_eq!(house.brings(Some(SECRET), update(1)).await, 200, "Telegram comes again");
        assert_eq!(house.ready().await.0, 200);
        assert_eq!(stored(&w).await, ["telegram:1"]);
    }
}

#[test]
fn a_database_that_has_gone_away_is_noticed_and_met_again() {
    run(async {
        let w = World::on(On::Postgres).await;
        let house = House::of(&w, Some(SECRET)).await;
        assert_eq!(house.ready().await.0, 200);
        let name = w.database_url.rsplit('/').next().expect("a name").to_owned();
        let mut base = url::Url::parse(&w.database_url).expect("a URL");
        base.set_path("postgres");
        let admin = sqlx::PgPool::connect(base.as_str()).await.expect("the cluster");
        let run = async |text: String| {
            sqlx::query(sqlx::AssertSqlSafe(text)).execute(&admin).await.expect("a statement");
        };
        run(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await;
        run(format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")).await;
        let (status, body) = house.ready().await;
        assert_eq!((status, &body["ready"], &body["health"]["database"]), (503, &json!(false), &json!(false)));
        assert_eq!(house.brings(Some(SECRET), update(1)).await, 503);
        let alive = house.http.get(format!("{}/healthz", house.url)).send().await.expect("an answer");
        assert_eq!(alive.status().as_u16(), 200, "the process lives");
        run(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).await;
        // Connections that died lie in the pool until they are tried.
        let mut tries = 0;
        while house.brings(Some(SECRET), update(1)).await != 200 {
            tries += 1;
            assert!(tries < 30, "it does not come back");
        }
        assert_eq!(stored(&w).await, ["telegram:1"]);
        assert_eq!(house.ready().await.0, 200);
    });
}

on_both! {
    async fn every_answer_carries_the_headers(w: World) {
        let house = House::of(&w, Some(SECRET)).await;
        let get = |path: &str| house.http.get(format!("{}{path}", house.url));
        let posts = |path: &str| house.http.post(format!("{}{path}", house.url));
        for (request, status) in [
            (get("/healthz"), 200),
            (get("/readyz"), 200),
            (get("/telegram"), 405),
            (posts("/healthz"), 405),
            (posts("/telegram"), 401),
            (posts("/telegram").header(HEADER, SECRET).body(update(1)), 200),
            (get("/"), 404),
            (get("/metrics"), 404),
            (get("/../etc/passwd"), 404),
        ] {
            let answer = request.send().await.expect("an answer");
            let told = (answer.url().path().to_owned(), answer.status().as_u16());
            assert_eq!(told.1, status, "{told:?}");
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("cache-control", "no-store"),
                ("referrer-policy", "no-referrer"),
                ("content-security-policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
            ] {
                assert_eq!(answer.headers().get(name).map(|value| value.as_bytes()), Some(value.as_bytes()), "{told:?} {name}");
            }
        }
    }
}

on_both! {
    async fn who_is_asked_to_stop_is_given_no_more(w: World) {
        let house = House::of(&w, Some(SECRET)).await;
        let (status, body) = house.ready().await;
        assert_eq!((status, &body["ready"], &body["draining"]), (200, &json!(true), &json!(false)));
        house.draining.begin();
        let (status, body) = house.ready().await;
        assert_eq!((status, &body["ready"], &body["draining"]), (503, &json!(false), &json!(true)));
    }
}

on_both! {
    async fn without_a_webhook_there_is_no_such_door(w: World) {
        let house = House::of(&w, None).await;
        assert_eq!(house.brings(Some(""), update(1)).await, 404);
        assert_eq!(house.brings(Some(SECRET), update(1)).await, 404);
        assert_eq!(stored(&w).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn metrics_have_a_door_of_their_own() {
    clawhatch::drivers::http::install_tls();
    let (url, _server) = serve(metrics_site(|| "updates_received_total 7\n".to_owned())).await;
    let http = reqwest::Client::new();
    let metrics = http.get(format!("{url}/metrics")).send().await.expect("an answer");
    assert_eq!((metrics.status().as_u16(), metrics.text().await.expect("text").as_str()), (200, "updates_received_total 7\n"));
    for path in ["/telegram", "/readyz", "/"] {
        assert_eq!(http.get(format!("{url}{path}")).send().await.expect("an answer").status().as_u16(), 404, "{path}");
    }
}
