//! A client written against the contract alone, in another language, with another HTTP library.

use std::{path::Path, sync::Arc};

use clawhatch::sandbox::infra::{Effect, InfraStandIn};

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_not_ours_is_served() {
    let infra = InfraStandIn::start("outside-key", Arc::new(|| 1_800_000_000_000)).await.expect("a stand-in");
    infra.rule(|rules| rules.host = Some("infra.example.com".into()));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outside/infra_calls.py");
    #[expect(clippy::disallowed_methods, reason = "a test's own setting, not the product's")]
    let python = std::env::var("CLAWHATCH_TEST_PYTHON").unwrap_or_else(|_| "python3".into());
    let run = tokio::process::Command::new(&python)
        .args([script.as_os_str(), infra.url().as_ref(), "infra.example.com".as_ref(), "outside-key".as_ref()])
        .output()
        .await
        .expect("a Python; set CLAWHATCH_TEST_PYTHON to one that has tests/outside/requirements.txt");
    let (said, wrong) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{python} (needs tests/outside/requirements.txt):\n{said}\n{wrong}");
    let answers: Vec<serde_json::Value> = said.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let [up, down] = &answers[..] else { panic!("two answers, not {said}") };
    assert_eq!((&up["status"], &up["body"]["claw"]["status"]), (&200.into(), &"ready".into()));
    assert_eq!((&down["status"], &down["body"]["existed"]), (&200.into(), &true.into()));
    let effects: Vec<Effect> = infra.journal().iter().map(|entry| entry.effect).collect();
    assert_eq!(effects, [Effect::Created, Effect::Removed]);
    assert_eq!(infra.claws(), []);
}
