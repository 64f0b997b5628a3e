//! Five hundred claws on one host: what it costs to ask after each of them, and to compare the host's list with our rows.
//! The host is the sandbox's stand-in for a clawnode, in this process, so its work is in the times as well.

use std::{sync::Arc, time::Instant};

use clawhatch::{
    app::{Floods, Pace},
    config::Settings,
    drivers::clock::Clock,
    sandbox::infra::InfraStandIn,
    store::Db,
    wiring::{Outside, assemble},
};

use crate::{
    databases::On,
    fleet,
    process::{Arrival, Product},
    table::{ms, quantile, show},
    telegram::Telegram,
};

const CLAWS: i64 = 500;
const ROUNDS: usize = 5;
const KEY: &str = "infra-key";

pub async fn looks_and_surveys(kinds: &[On]) {
    let telegram = Telegram::start().await;
    let mut lines = Vec::new();
    for on in kinds {
        lines.push(measured(on, &telegram).await);
    }
    let head = ["database", "all looked at, median", "longest", "claws/s", "list compared, median", "longest"];
    show(&format!("{CLAWS} claws on one clawnode: each asked after, and its list compared with our rows"), &head, &lines);
}

async fn measured(on: &On, telegram: &Telegram) -> Vec<String> {
    let host = InfraStandIn::start(KEY, Arc::new(|| Clock::system().now().0)).await.expect("the host");
    host.rule(|rules| {
        rules.clawnode = true;
        rules.capacity = None;
        rules.boot_time = std::time::Duration::ZERO;
    });
    let database = on.make_big(CLAWS, Clock::system().now().0).await;
    database.run("UPDATE claws SET driver = 'clawnode'".to_owned()).await;
    for n in 1..=CLAWS {
        provision(&host, n).await;
    }
    let mut product = Product::new(telegram, &database.url, Arrival::Polling);
    for (name, value) in [("INFRA_API_URL", host.url()), ("DEFAULT_DRIVER", "clawnode")] {
        product.names.insert(name.to_owned(), value.to_owned());
    }
    let settings = Settings::from_env(&|name| product.names.get(name).cloned()).expect("settings");
    let db = Db::open(&database.url).await.expect("the database");
    let outside = Outside { clock: Clock::system(), db, floods: Floods::default(), pace: Pace::default() };
    let app = assemble(&settings, outside).await.expect("the product").app;
    let (mut looks, mut surveys) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        looks.push(fleet::due(&app, &database, 0, CLAWS, CLAWS).await);
        let listed = host.times_listed();
        database.run("UPDATE schedules SET due_at = 0 WHERE name = 'survey'".to_owned()).await;
        let began = Instant::now();
        app.survey().await.expect("a survey");
        surveys.push(began.elapsed());
        assert!(host.times_listed() > listed, "the list was read");
    }
    let orders = host.journal().len();
    assert_eq!(orders, CLAWS as usize, "all claws run as wished: none is ordered anew");
    app.db.close().await;
    looks.sort();
    surveys.sort();
    let median = quantile(&looks, 0.5);
    vec![
        on.name().to_owned(),
        ms(median),
        ms(quantile(&looks, 1.0)),
        format!("{:.0}", CLAWS as f64 / median.as_secs_f64()),
        ms(quantile(&surveys, 0.5)),
        ms(quantile(&surveys, 1.0)),
    ]
}

/// Has the host run the claw of the row with this number.
async fn provision(host: &InfraStandIn, n: i64) {
    let order = serde_json::json!({
        "user_id": format!("01900000-0000-7001-8000-{n:012x}"),
        "claw_id": "claw-1",
        "ai_gateway_key": "gateway-key",
        "model": "gemini-3-flash",
        "telegram_bot_token": format!("{}:AAbenchbenchbenchbenchbenchbenchbenc", 200_000_000 + n),
        "telegram_allow_from": [(100_000_000 + n).to_string()],
    });
    let request = reqwest::Client::new().post(format!("{}/provision", host.url())).bearer_auth(KEY);
    let answer = request.header("content-type", "application/json").body(order.to_string()).send().await.expect("an answer");
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap_or_default());
}
