//! The same buttons with the real `clawnode` behind them: a process that runs claws of its own, in which only OpenClaw's
//! gateway is a stand-in. What the driver expects and what the node answers cannot drift apart.

use std::time::Duration;

use clawhatch::{
    drivers::clock::Clock,
    sandbox::gateway::{Asking, Faults},
};
use serde_json::json;

use super::ann;
use crate::{
    node::{House, KEY, Node},
    process::until,
    world::{On, START, Someone, World, run},
};

/// A world whose infra is a real node.
async fn world() -> (World, House, Node) {
    let w = World::on(On::Sqlite).await;
    let house = House::beside(w.telegram.clone());
    house.clock_is_moved(START.0 - Clock::system().now().0);
    let node = house.node().await;
    let url = format!("http://{}", house.names["CLAWNODE_LISTEN_ADDR"]);
    let w = w.restarted_with(&[("INFRA_API_URL", &url), ("INFRA_API_KEY", KEY), ("DEFAULT_DRIVER", "clawnode")]).await;
    (w, house, node)
}

/// Lets both clocks and both programs go on until it is said.
async fn is_told(w: &World, who: &Someone<'_>, words: &str, times: usize) {
    until(&format!("{words:?} is said"), async || {
        w.pass(Duration::from_secs(5)).await;
        who.count(words) >= times
    })
    .await;
    assert_eq!(who.count(words), times, "{}", who.chat());
}

/// The names of Ann's claw at the node.
async fn names(w: &World) -> (String, String) {
    (w.texts("SELECT id FROM persons WHERE telegram_id = 1001").await.remove(0), "claw-1".to_owned())
}

#[test]
fn a_claw_lives_on_a_real_node() {
    run(async {
        let (w, house, _node) = world().await;
        let ann = ann(&w).await;
        let (user, claw) = names(&w).await;
        let card = ann.opens_card().await;
        assert!(card.contains("● awake") && card.contains("OpenClaw 2026.9.6, up for"), "{card}");
        let words = |file: &str| std::fs::read_to_string(house.folder_of(&user, &claw).join("workspace").join(file));
        assert!(words("SOUL.md").expect("its first words").contains("Helper"), "they know its name");
        assert!(words("USER.md").expect("its first words").contains("Ann"), "and its owner's");

        ann.taps("Restart it").await;
        let first = house.gateway_of(&user, &claw);
        is_told(&w, &ann, "has restarted", 1).await;
        assert_ne!(house.gateway_of(&user, &claw), first);

        let device = |id: &str, name: &str| Asking { request_id: id.into(), name: name.into(), platform: "ios".into() };
        let asking = vec![device("req-1", "Ann's phone"), device("req-2", "Somebody's laptop")];
        house.breaks(&user, &claw, Faults { asking, ..Faults::default() });
        is_told(&w, &ann, "A device asks to talk to", 2).await;
        ann.taps("Approve").await;
        is_told(&w, &ann, "Let in to", 1).await;
        ann.taps("Refuse").await;
        is_told(&w, &ann, "Refused for", 1).await;
        let (_, devices) = house.call("GET", &format!("/claws/{user}/{claw}/devices"), None).await;
        let count = |which: &str| devices[which].as_array().map_or(0, Vec::len);
        assert_eq!((count("pending"), count("paired")), (0, 1), "{devices}");

        ann.opens_card().await;
        ann.taps("Logs").await;
        assert!(ann.last().contains("Logs of @anns_helper_bot") && ann.last().contains("tokens in"), "{}", ann.last());

        ann.opens_card().await;
        ann.taps("Backups").await;
        ann.taps("Back up now").await;
        is_told(&w, &ann, "The backup of @anns_helper_bot is done.", 1).await;
        let memory = house.folder_of(&user, &claw).join("workspace").join("MEMORY.md");
        std::fs::write(&memory, "learned since").expect("something new");
        ann.taps("Backups").await;
        ann.taps("Put back").await;
        ann.taps("Put it back").await;
        is_told(&w, &ann, "The backup is back in @anns_helper_bot.", 1).await;
        assert_ne!(std::fs::read_to_string(&memory).expect("its memory"), "learned since");

        // Changed as it runs.
        let before = house.gateway_of(&user, &claw);
        ann.opens_card().await;
        ann.taps("Change model").await;
        ann.taps("Claude").await;
        let changed = w.texts("SELECT spec FROM claws").await.remove(0);
        let model = house.claw(&user, &claw).await["model"].clone();
        assert!(model.as_str().is_some_and(|model| changed.contains(model)), "{model} {changed}");
        assert_eq!(house.gateway_of(&user, &claw), before, "nothing was started anew");

        ann.opens_card().await;
        ann.taps("Pause it…").await;
        ann.taps("Pause it").await;
        assert_eq!(house.is(&user, &claw, "suspended").await["retained_until"], json!(null));
        w.pass(Duration::from_secs(60)).await;
        ann.opens_card().await;
        ann.taps("Wake").await;
        house.is(&user, &claw, "ready").await;

        ann.opens_card().await;
        ann.taps("Delete this claw").await;
        ann.taps("Delete it").await;
        w.pass(Duration::from_secs(601)).await;
        until("it is gone", async || {
            w.pass(Duration::from_secs(5)).await;
            house.call("GET", "/claws", None).await.1["claws"] == json!([])
        })
        .await;
        assert_eq!(w.texts("SELECT COUNT(*) || '' FROM incidents").await, ["0"], "{}", ann.chat());
    });
}

#[test]
fn what_ails_a_claw_on_a_real_node_is_told_with_the_button_that_mends_it() {
    run(async {
        let (w, house, _node) = world().await;
        let ann = ann(&w).await;
        let (user, claw) = names(&w).await;
        let bot = w.telegram.bot_by_username("anns_helper_bot").expect("her bot").id;
        let gateway = house.gateway_of(&user, &claw);
        let token = w.telegram.revoke_token(bot).expect("another token");
        house.is(&user, &claw, "degraded").await;
        is_told(&w, &ann, "Telegram no longer accepts its bot's token.", 1).await;
        ann.taps("Give it a new token").await;
        ann.says(&token).await;
        ann.taps("Use this bot").await;
        ann.taps("Use this token").await;
        house.is(&user, &claw, "ready").await;
        w.pass(Duration::from_secs(120)).await;
        assert!(ann.opens_card().await.contains("● awake"), "{}", ann.last());
        assert_eq!(house.gateway_of(&user, &claw), gateway, "nothing was started anew");
    });
}

#[test]
fn a_node_that_is_away_for_an_hour_has_its_claws_running_all_the_time() {
    run(async {
        let (w, house, node) = world().await;
        let ann = ann(&w).await;
        let (user, claw) = names(&w).await;
        let gateway = house.gateway_of(&user, &claw);
        node.dies().await;
        for _ in 0..12 {
            w.pass(Duration::from_secs(300)).await;
        }
        assert!(ann.opens_card().await.contains("● awake"), "{}", ann.last());
        let _node = house.node().await;
        w.pass(Duration::from_secs(60)).await;
        assert_eq!(house.gateway_of(&user, &claw), gateway, "it was not touched");
        assert!(ann.opens_card().await.contains("up for"), "{}", ann.last());
    });
}
