//! The files a claw's workspace begins with.

use serde_json::json;

use super::House;

#[tokio::test(flavor = "multi_thread")]
async fn the_first_words_are_written_once_and_then_the_claws_own() {
    let house = House::new().await;
    let _node = house.node().await;
    let mut order = house.order("u1", "claw-1");
    order["workspace_files"] = json!({ "SOUL.md": "I am Helper." });
    assert_eq!(house.call("POST", "/provision", Some(order.clone())).await.0, 200);
    let soul = house.folder_of("u1", "claw-1").join("workspace").join("SOUL.md");
    let read = || std::fs::read_to_string(&soul).expect("its first words");
    assert_eq!(read(), "I am Helper.");
    std::fs::write(&soul, "I am Helper, and I have learned.").expect("its own words");
    order["workspace_files"] = json!({ "SOUL.md": "Soy Helper." });
    let (status, body) = house.call("POST", "/provision", Some(order.clone())).await;
    assert_eq!((status, &body["changed"]), (200, &json!(false)), "{body}");
    assert_eq!(read(), "I am Helper, and I have learned.");
    // Who wants to change them says so.
    let change = json!({ "workspace_files": { "SOUL.md": "You are new." } });
    assert_eq!(house.call("PATCH", "/claws/u1/claw-1/spec", Some(change)).await.0, 200);
    assert_eq!(read(), "You are new.");
}
