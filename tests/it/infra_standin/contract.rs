//! Every outcome of the two calls, each made by the stand-in's state or by a fault.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use clawhatch::{
    domain::{
        claw::{Ask, Health, Outcome, Reason, Trouble},
        ids::TelegramId,
        secret::Secret,
        time::DAY,
    },
    drivers::{
        claws::{ClawDriver, Order},
        infra_api::{InfraApi, InfraApiError, InfraApiSettings},
    },
    sandbox::infra::{Effect, Fault, HostEvent, HostStatus, fingerprint},
};

use super::world::{GATEWAY_KEY, KEY, MODEL, World, address, call, order, person, token};

const GOOD: Outcome = Outcome::Up(Health::Good);

fn refused(reason: Reason) -> Outcome {
    Outcome::Refused { reason, retry_after: None }
}

fn down(keeps_data: bool) -> Outcome {
    Outcome::Down { keeps_data }
}

#[tokio::test]
async fn a_claw_goes_up_and_down_with_exactly_the_agreed_fields() {
    let w = World::new().await;
    assert_eq!(w.up(&order(1, 1, 100_001), "k1").await, GOOD);
    let claws = w.infra.claws();
    let [claw] = &claws[..] else { panic!("one claw, not {claws:?}") };
    assert_eq!((&*claw.model, &claw.allow_from[..]), (MODEL, &["4242".to_owned(), "7".to_owned()][..]));
    assert_eq!(claw.status, HostStatus::Ready);
    assert_eq!(w.down(&address(1, 1), "k2").await, down(false));
    assert_eq!(w.infra.claws(), []);
    assert_eq!(w.down(&address(1, 1), "k3").await, down(false), "a claw that is not there is a success");

    let journal = w.infra.journal();
    let [up, away, _] = &journal[..] else { panic!("three calls, not {journal:?}") };
    assert_eq!(
        (up.route, up.status, up.effect, up.idempotency_key.as_deref()),
        ("provision", Some(200), Effect::Created, Some("k1"))
    );
    assert_eq!((&*up.user_id, &*up.claw_id), (&*person(1).to_string(), "claw-1"));
    assert_eq!(up.token, Some(fingerprint(token(100_001).expose())));
    let fields = ["ai_gateway_key", "claw_id", "model", "telegram_allow_from", "telegram_bot_token", "user_id"];
    assert_eq!(up.fields, fields);
    assert_eq!(
        (away.route, &away.fields[..], away.effect),
        ("deprovision", &["claw_id".to_owned(), "user_id".to_owned()][..], Effect::Removed)
    );
    assert!(!format!("{journal:?}{claws:?}").contains("CANARY"));
}

#[tokio::test]
async fn a_claw_that_takes_its_time_is_starting_and_then_up() {
    let w = World::new().await;
    w.infra.rule(|rules| rules.boot_time = Duration::from_secs(30));
    assert_eq!(w.up(&order(1, 1, 100_001), "k1").await, Outcome::Starting);
    assert_eq!(w.up(&order(1, 1, 100_001), "k1").await, Outcome::Starting, "under the same key");
    w.pass(Duration::from_secs(30));
    assert_eq!(w.up(&order(1, 1, 100_001), "k1").await, GOOD);
    assert_eq!(w.infra.claws().len(), 1);

    // A call that waits gets the claw as soon as it is ready.
    w.infra.rule(|rules| rules.wait = Duration::from_secs(20));
    let second = order(1, 2, 100_002);
    let (outcome, ()) = tokio::join!(w.up(&second, "k2"), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        w.pass(Duration::from_secs(30));
    });
    assert_eq!(outcome, GOOD);
}

#[tokio::test]
async fn one_intention_has_one_effect() {
    let w = World::new().await;
    let order = order(1, 1, 100_001);
    assert_eq!(w.up(&order, "k1").await, GOOD);
    assert_eq!(w.up(&order, "k1").await, GOOD);
    assert_eq!(w.down(&order.address, "k2").await, down(false));
    // An old call that a network repeats late does not bring the claw back.
    assert_eq!(w.up(&order, "k1").await, GOOD);
    assert_eq!(w.infra.claws(), []);
    let effects: Vec<Effect> = w.infra.journal().iter().map(|entry| entry.effect).collect();
    assert_eq!(effects, [Effect::Created, Effect::Replayed, Effect::Removed, Effect::Replayed]);
    assert_eq!(w.up(&Order { model: "another/one".into(), ..order.clone() }, "k1").await, refused(Reason::Rejected));
    w.pass(DAY);
    assert_eq!(w.up(&order, "k1").await, GOOD, "keys are forgotten after a day");
    assert_eq!(w.running(), 1);
}

#[tokio::test]
async fn many_at_once_are_one_claw() {
    let w = World::new().await;
    let order = order(1, 1, 100_001);
    let all = futures::future::join_all((0..20).map(|_| w.up(&order, "k1"))).await;
    assert!(all.iter().all(|outcome| *outcome == GOOD), "{all:?}");
    assert_eq!(w.infra.claws().len(), 1);
    assert_eq!(w.infra.journal().iter().filter(|entry| entry.effect == Effect::Created).count(), 1);
}

#[tokio::test]
async fn the_infra_refuses_with_its_reason() {
    let w = World::new().await;
    assert_eq!(w.up(&order(1, 1, 100_001), "k1").await, GOOD);
    assert_eq!(w.up(&order(2, 1, 100_001), "k2").await, refused(Reason::TokenInUse));
    assert_eq!(w.up_again(&order(2, 1, 100_001), "k2").await, refused(Reason::TokenInUse));
    w.infra.rule(|rules| rules.models = Some(vec![MODEL.into()]));
    let odd = Order { model: "another/one".into(), ..order(2, 1, 100_002) };
    assert_eq!(w.up(&odd, "k3").await, refused(Reason::ModelNotAllowed));
    w.infra.rule(|rules| rules.capacity = Some(1));
    assert_eq!(w.up(&order(2, 1, 100_002), "k4").await, refused(Reason::NoCapacity));
    let nobody = Order { allow_from: vec![], ..order(2, 1, 100_002) };
    assert_eq!(w.up(&nobody, "k5").await, refused(Reason::Rejected));
    let crowd = Order { allow_from: (1..20_000).map(TelegramId).collect(), ..order(2, 1, 100_002) };
    assert_eq!(w.up(&crowd, "k6").await, refused(Reason::Rejected), "413");
    w.infra.rule(|rules| rules.host = Some("infra.example.com".into()));
    assert_eq!(w.up(&order(2, 1, 100_002), "k7").await, refused(Reason::Rejected), "421");
    assert_eq!(w.infra.claws().len(), 1);
    let statuses: Vec<u16> = w.infra.journal().iter().filter_map(|entry| entry.status).collect();
    assert_eq!(statuses, [200, 409, 409, 422, 507, 400, 413, 421]);
}

#[tokio::test]
async fn a_claw_being_removed_is_waited_for() {
    let w = World::new().await;
    w.infra.rule(|rules| rules.removal_time = Duration::from_secs(7));
    let order = order(1, 1, 100_001);
    assert_eq!(w.up(&order, "k1").await, GOOD);
    assert_eq!(w.down(&order.address, "k2").await, down(false));
    let wait = Some(Duration::from_secs(7));
    assert_eq!(w.up(&order, "k3").await, Outcome::Refused { reason: Reason::Deleting, retry_after: wait });
    assert_eq!(w.down(&order.address, "k4").await, Outcome::Unreached(Trouble::Overloaded(409)));
    w.pass(Duration::from_secs(7));
    assert_eq!(w.down(&order.address, "k4").await, down(false));
    assert_eq!(w.up(&order, "k5").await, GOOD);
}

#[tokio::test]
async fn what_a_claw_knew_is_kept_only_when_the_infra_says_so() {
    let w = World::new().await;
    w.infra.rule(|rules| rules.retention = Some(7 * DAY));
    let order = order(1, 1, 100_001);
    w.up(&order, "k1").await;
    assert_eq!(w.down(&order.address, "k2").await, down(true));
    assert_eq!(w.down(&order.address, "k3").await, down(true), "still, when asked again");
    w.up(&order, "k4").await;
    assert!(w.infra.claws()[0].restored);
    w.down(&order.address, "k5").await;
    w.pass(7 * DAY);
    w.up(&order, "k6").await;
    assert!(!w.infra.claws()[0].restored);
}

#[tokio::test]
async fn a_claw_that_is_there_is_ours_only_if_we_may_have_made_it() {
    let w = World::new().await;
    w.infra.rule(|rules| rules.upsert = false);
    let ours = order(1, 1, 100_001);
    w.infra.fault_next(1, Fault::Lost);
    assert!(matches!(w.up(&ours, "k1").await, Outcome::Unclear(Trouble::NoAnswer(_))));
    assert_eq!(w.up_again(&ours, "k2").await, GOOD, "409 after an answer was lost");
    assert_eq!(w.up(&ours, "k3").await, refused(Reason::Foreign), "409 and we never asked");
    let user = person(2).to_string();
    w.infra.insert_foreign(&user, "claw-1", "somebody", token(100_002));
    assert_eq!(w.up_again(&order(2, 1, 100_003), "k4").await, refused(Reason::Foreign));
    assert_eq!(w.down(&address(2, 1), "k5").await, refused(Reason::Foreign));
    assert_eq!(w.infra.claws().len(), 2, "nothing of somebody else was touched");
}

#[tokio::test]
async fn a_failing_infra_says_whether_it_may_have_happened() {
    let w = World::new().await;
    let order = order(1, 1, 100_001);
    for status in [429, 503] {
        w.infra.fail_next(2, status);
        assert_eq!(w.up(&order, "k1").await, Outcome::Unreached(Trouble::Overloaded(status)));
        assert_eq!(w.down(&order.address, "k2").await, Outcome::Unreached(Trouble::Overloaded(status)));
    }
    for status in [500, 502, 504] {
        w.infra.fail_next(2, status);
        assert_eq!(w.up(&order, "k1").await, Outcome::Unclear(Trouble::Overloaded(status)));
        assert_eq!(w.down(&order.address, "k2").await, Outcome::Unclear(Trouble::Overloaded(status)));
    }
    for (fault, unreadable) in [(Fault::Garbled, true), (Fault::Bloated, true), (Fault::Lost, false)] {
        w.infra.fault_next(1, fault);
        let outcome = w.up(&order, &format!("{fault:?}")).await;
        match outcome {
            Outcome::Unclear(Trouble::BadAnswer(_)) => assert!(unreadable, "{fault:?}"),
            Outcome::Unclear(Trouble::NoAnswer(_)) => assert!(!unreadable, "{fault:?}"),
            other => panic!("{fault:?}: {other:?}"),
        }
        assert_eq!(w.infra.struck(fault), 1);
        assert_eq!(w.infra.claws().len(), 1, "{fault:?} did it");
        assert_eq!(w.up_again(&order, &format!("{fault:?}")).await, GOOD);
        w.down(&order.address, &format!("{fault:?} down")).await;
    }
    assert_eq!(w.infra.struck(Fault::Failed), 10);
}

#[tokio::test]
async fn an_infra_that_hangs_is_left_and_one_that_is_off_is_not_reached() {
    let w = World::with(|settings| {
        settings.provision_timeout = Duration::from_millis(300);
        settings.deprovision_timeout = Duration::from_millis(200);
    })
    .await;
    let order = order(1, 1, 100_001);
    w.infra.fault_next(2, Fault::Hung);
    for outcome in [w.up(&order, "k1").await, w.down(&order.address, "k2").await] {
        assert!(matches!(outcome, Outcome::Unclear(Trouble::NoAnswer(_))), "{outcome:?}");
    }
    w.infra.slow(Duration::from_millis(100));
    assert_eq!(w.up(&order, "k1").await, GOOD);
    w.infra.slow(Duration::ZERO);
    assert_eq!((w.infra.struck(Fault::Hung), w.infra.struck(Fault::Slow)), (2, 1));
    assert_eq!(w.driver.probe().await, Ok(()));
    w.infra.stop();
    for outcome in [w.up(&order, "k3").await, w.down(&order.address, "k4").await] {
        assert!(matches!(outcome, Outcome::Unreached(Trouble::NoConnection(_))), "{outcome:?}");
    }
    assert!(matches!(w.driver.probe().await, Err(Trouble::NoConnection(_))));
}

#[tokio::test]
async fn a_wrong_key_is_locked_out_and_shown_nowhere() {
    let w = World::with(|settings| settings.key = Secret::new("old-CANARY".into())).await;
    assert_eq!(w.up(&order(1, 1, 100_001), "k1").await, Outcome::Unreached(Trouble::LockedOut));
    assert_eq!(w.down(&address(1, 1), "k2").await, Outcome::Unreached(Trouble::LockedOut));
    let order = order(1, 1, 100_001);
    let shown = format!("{:?} {order:?} {:?}", w.driver, InfraApiSettings::new("http://127.0.0.1:1", Secret::new(KEY.into())));
    assert!(!shown.contains("CANARY") && !shown.contains(GATEWAY_KEY), "{shown}");
    assert!(matches!(w.driver.look(&order.address).await.outcome, Outcome::Unclear(_)));
}

#[tokio::test]
async fn a_name_over_plain_http_is_sent_as_host() {
    let w = World::with(|settings| settings.host = Some("infra.example.com".into())).await;
    w.infra.rule(|rules| rules.host = Some("infra.example.com".into()));
    assert_eq!(w.up(&order(1, 1, 100_001), "k1").await, GOOD);
}

#[test]
fn settings_that_are_not_safe_make_no_driver() {
    let made = |url: &str, host: Option<&str>, allow_http: bool| {
        let host = host.map(str::to_owned);
        InfraApi::new(&InfraApiSettings { host, allow_http, ..InfraApiSettings::new(url, Secret::new(KEY.into())) }).err()
    };
    for good in
        ["https://infra.example.com", "https://203.0.113.7:8443/v1/", "http://127.0.0.1:9", "http://[::1]:9", "http://localhost"]
    {
        assert_eq!(made(good, None, false), None, "{good}");
    }
    for open in [
        "http://203.0.113.7",
        "http://10.0.0.1",
        "http://infra.example.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
    ] {
        assert_eq!(made(open, Some("infra.example.com"), false), Some(InfraApiError::Unencrypted), "{open}");
        assert_eq!(made(open, Some("infra.example.com"), true), None, "{open}");
    }
    for bad in [
        "",
        "infra.example.com",
        "ftp://infra.example.com",
        "https://ann:pw@infra.example.com",
        "https://a.example/?x=1",
        "https://a.example/#x",
    ] {
        assert_eq!(made(bad, None, true), Some(InfraApiError::BadUrl), "{bad}");
    }
    for host in ["", "203.0.113.7", "a.example:8443", "a b", "a..b", "-\r\nx"] {
        assert_eq!(made("https://203.0.113.7", Some(host), false), Some(InfraApiError::BadHost), "{host}");
    }
}

#[tokio::test]
async fn people_can_interfere_and_everything_is_told() {
    let w = World::new().await;
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let ears = Arc::clone(&told);
    w.infra.on_event(Arc::new(move |event| {
        ears.lock().expect("not poisoned").push(match event {
            HostEvent::Up { claw, token } => format!("up {} {}", claw.bot_id, fingerprint(token.expose()) == claw.token),
            HostEvent::Down { claw } => format!("down {}", claw.bot_id),
        });
    }));
    let mut changed = w.infra.changed();
    w.infra.rule(|rules| rules.boot_time = Duration::from_secs(5));
    let first = order(1, 1, 100_001);
    assert_eq!(w.up(&first, "k1").await, Outcome::Starting);
    assert!(told.lock().expect("not poisoned").is_empty(), "not up before it is ready");
    w.pass(Duration::from_secs(5));
    changed.changed().await.expect("a change");
    assert_eq!(w.up(&first, "k1").await, GOOD);
    let moved = Order { bot_token: token(100_009), ..first };
    assert_eq!(w.up(&moved, "k2").await, Outcome::Starting, "a new token restarts it");
    w.pass(Duration::from_secs(5));
    let slug = w.infra.claws()[0].slug.clone();
    assert!(w.infra.remove_by_itself(&slug) && !w.infra.remove_by_itself(&slug));
    assert_eq!(*told.lock().expect("not poisoned"), ["up 100001 true", "down 100001", "up 100009 true", "down 100009"]);
    assert_eq!(w.infra.claws(), []);
    assert_eq!(w.driver.name(), "infra_api");
    assert_eq!(call(Ask::Provision, "k").generation, 1);
}
