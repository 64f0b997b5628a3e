//! What the node makes of a gateway that misbehaves.

use std::{path::PathBuf, time::Duration};

use clawhatch::{
    domain::secret::Secret,
    node::{
        openclaw::{Health, OpenClaw, OpenClawError, Trouble},
        spec::Change,
    },
    sandbox::{
        gateway::{Asking, Faults},
        model::Model,
        telegram::{BotAccount, Telegram},
    },
};
use serde_json::json;
use tempfile::TempDir;

use super::{
    claw::{Bench, Claw, asks, order, said_by, until},
    install,
    life::{ANN, openclaw, telegram},
};

struct Scene {
    folder: TempDir,
    telegram: Telegram,
    model: Model,
    openclaw: OpenClaw,
    bot: BotAccount,
    claw: Claw,
}

impl Scene {
    fn set() -> Scene {
        let folder = tempfile::tempdir().expect("a folder");
        install(&folder.path().join("installed"));
        let (telegram, model) = (telegram(), Model::start().expect("a stand-in"));
        let openclaw = openclaw(&folder.path().join("installed"), &telegram, &model);
        let bot = telegram.add_bot("Claw", "anns_claw_bot", false);
        let claw = Claw::new(&folder.path().join("claws"), "anns", order(&bot, &[ANN]));
        for place in claw.cell.paths.folders() {
            std::fs::create_dir_all(place).expect("a folder");
        }
        Scene { folder, telegram, model, openclaw, bot, claw }
    }

    fn breaks(&self, faults: &Faults) {
        faults.write(&self.claw.cell.paths.home).expect("written");
    }

    async fn is(&self, what: &str, good: impl Fn(&Health) -> bool) -> Health {
        until(what, async || Some(self.openclaw.probe(&self.claw.cell).await).filter(&good)).await
    }

    async fn runs(&mut self) {
        self.claw.start(&self.openclaw).await;
        self.claw.is_ready(&self.openclaw).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_is_judged_by_what_it_says() {
    let mut scene = Scene::set();
    assert!(matches!(scene.openclaw.probe(&scene.claw.cell).await, Health::Silent(_)), "nobody is there");
    scene.breaks(&Faults { never_ready: true, ..Faults::default() });
    scene.claw.start(&scene.openclaw).await;
    scene.is("starting", |health| *health == Health::Starting).await;
    scene.breaks(&Faults::default());
    scene.is("ready", |health| *health == Health::Ready).await;
    scene.breaks(&Faults { garbage: true, ..Faults::default() });
    let told = scene.openclaw.probe(&scene.claw.cell).await;
    assert_eq!(
        told,
        Health::Silent("what it answers to /healthz makes no sense".into()),
        "a page is no answer, though it says 200"
    );
    scene.breaks(&Faults::default());
    let mut stranger = scene.claw.cell.clone();
    stranger.gateway_token = Secret::new("the token of another claw".into());
    let told = scene.openclaw.probe(&stranger).await;
    assert_eq!(told, Health::Silent("another program answers on its port".into()));
    let told = scene.openclaw.set_listening(&stranger, false).await.expect_err("not ours");
    assert!(matches!(told, OpenClawError::Unavailable(_)), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_token_is_told_and_mended_without_a_restart() {
    let mut scene = Scene::set();
    let good = scene.bot.token.clone();
    scene.telegram.revoke_token(scene.bot.id).expect("revoked");
    scene.claw.start(&scene.openclaw).await;
    let rejected = Health::Unready(Some(Trouble::BotTokenRejected));
    scene.is("rejected", |health| *health == rejected).await;
    let bot = scene.telegram.bot(scene.bot.id).expect("the bot");
    assert_ne!(bot.token, good);
    let change = Change { telegram_bot_token: Some(Secret::new(bot.token.clone())), ..Change::default() };
    scene.claw.follows(&scene.openclaw, change).await;
    scene.claw.is_ready(&scene.openclaw).await;
    assert!(asks(&scene.telegram, ANN, &bot, "hello").await.contains("heard: hello"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_used_elsewhere_is_told_and_heals_by_itself() {
    let mut scene = Scene::set();
    scene.runs().await;
    let url = format!("{}/bot{}/getUpdates", scene.telegram.url(), scene.bot.token);
    let elsewhere = tokio::spawn(async move {
        let http = reqwest::Client::new();
        loop {
            let _taken = http.post(&url).json(&json!({ "timeout": 1 })).send().await;
        }
    });
    let used = Health::Unready(Some(Trouble::BotTokenUsedElsewhere));
    scene.is("used elsewhere", |health| *health == used).await;
    elsewhere.abort();
    scene.claw.is_ready(&scene.openclaw).await;
    assert!(asks(&scene.telegram, ANN, &scene.bot, "hello").await.contains("heard: hello"));
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_go_on_when_others_write_and_when_it_is_busy() {
    let mut scene = Scene::set();
    scene.runs().await;
    scene.breaks(&Faults { unavailable: 3, stale: 3, ..Faults::default() });
    let change = Change { model: Some("vendor/model-2".into()), ..Change::default() };
    scene.claw.follows(&scene.openclaw, change).await;
    assert!(asks(&scene.telegram, ANN, &scene.bot, "hello").await.starts_with("vendor/model-2 heard: hello"));
    scene.breaks(&Faults { stale: 1000, ..Faults::default() });
    let told = scene.openclaw.set_listening(&scene.claw.cell, false).await.expect_err("somebody keeps writing");
    assert!(told.to_string().contains("somebody else"), "{told}");
    scene.model.fail_next(1, 500);
    assert!(asks(&scene.telegram, ANN, &scene.bot, "hello").await.contains("went wrong"));
    assert_eq!(said_by(&scene.telegram, ANN, &scene.bot).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_are_let_in_and_turned_away() {
    let mut scene = Scene::set();
    let asking = |id: &str, name: &str| Asking { request_id: id.into(), name: name.into(), platform: "ios".into() };
    scene.breaks(&Faults { asking: vec![asking("r1", "Phone\n"), asking("r2", "Thief")], ..Faults::default() });
    scene.runs().await;
    let (openclaw, cell) = (&scene.openclaw, &scene.claw.cell);
    let devices = openclaw.devices(cell).await.expect("devices");
    let names: Vec<&str> = devices.pending.iter().map(|device| device.name.as_str()).collect();
    assert_eq!((names, devices.paired.len()), (vec!["Phone", "Thief"], 0));
    assert_eq!(devices.pending[0].requested_at, "2026-11-24T17:43:05.818Z");
    assert_eq!(openclaw.approve(cell, "r1").await, Ok(true));
    assert_eq!(openclaw.reject(cell, "r2").await, Ok(true));
    for (id, done) in [("r1", openclaw.approve(cell, "r1").await), ("none", openclaw.reject(cell, "none").await)] {
        assert_eq!(done, Ok(false), "{id}");
    }
    let devices = openclaw.devices(cell).await.expect("devices");
    assert_eq!((devices.pending.len(), devices.paired[0].name.as_str()), (0, "Phone\n".trim()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_configuration_and_a_taken_port_end_a_start() {
    let mut scene = Scene::set();
    scene.claw.start(&scene.openclaw).await;
    scene.claw.is_ready(&scene.openclaw).await;
    let port = scene.claw.cell.port;
    let mut second = Claw::new(&scene.folder.path().join("claws"), "second", order(&scene.bot, &[ANN]));
    second.cell.port = port;
    second.start(&scene.openclaw).await;
    assert_eq!(second.ends().await.code(), Some(1), "{}", second.log());
    std::fs::write(&second.cell.paths.config, r#"{ "gateway": { "mode": "local" }, "nope": 1 }"#).expect("written");
    let told = scene.openclaw.validate(&Bench, &second.spec, &second.cell).await.expect_err("a bad configuration");
    assert_eq!(told, OpenClawError::ConfigInvalid(": Unrecognized key: \"nope\"".into()));
    second.start_as_it_is(&scene.openclaw);
    assert_eq!(second.ends().await.code(), Some(78));
    Faults { exit: Some(3), ..Faults::default() }.write(&second.cell.paths.home).expect("written");
    second.start(&scene.openclaw).await;
    assert_eq!(second.ends().await.code(), Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_when_told_unless_it_does_not_want_to() {
    let mut scene = Scene::set();
    scene.breaks(&Faults { ignore_sigterm: true, eat_mb: 200, ..Faults::default() });
    scene.runs().await;
    until("it has eaten", async || (scene.claw.memory_mb() > 200).then_some(())).await;
    scene.claw.is_told_to_end();
    until("it hears it", async || scene.claw.log().contains("told to end, and does not").then_some(())).await;
    assert_eq!(scene.openclaw.probe(&scene.claw.cell).await, Health::Ready);
    scene.breaks(&Faults::default());
    let ended = tokio::time::timeout(Duration::from_secs(60), scene.claw.stop()).await.expect("it ends");
    assert!(ended.success());
    scene.breaks(&Faults { crash_after_ms: Some(10), ..Faults::default() });
    scene.claw.start(&scene.openclaw).await;
    assert_eq!(scene.claw.ends().await.code(), Some(1), "it crashed by itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_in_an_archive_leads_nowhere() {
    let scene = Scene::set();
    let folder = scene.folder.path();
    let root = folder.join("made/evil-openclaw-backup");
    std::fs::create_dir_all(&root).expect("a folder");
    let secret = folder.join("secret");
    std::fs::create_dir_all(secret.join("inside")).expect("a folder");
    std::os::unix::fs::symlink(&secret, root.join("payload")).expect("a link");
    for path in ["evil-openclaw-backup/payload/inside", "../secret/inside"] {
        let manifest = json!({ "assets": [{ "kind": "state", "archivePath": path }] });
        std::fs::write(root.join("manifest.json"), manifest.to_string()).expect("written");
        let archive: PathBuf = folder.join("evil.tar.gz");
        let mut tar = std::process::Command::new("tar");
        tar.arg("-czf").arg(&archive).arg("-C").arg(folder.join("made"));
        assert!(tar.arg("evil-openclaw-backup").status().expect("tar").success());
        let fresh = tempfile::tempdir_in(folder).expect("a folder");
        let (spec, cell) = (&scene.claw.spec, &scene.claw.cell);
        let told = scene.openclaw.restore(&Bench, spec, cell, &archive, fresh.path()).await.expect_err(path);
        assert!(matches!(told, OpenClawError::Broken(_)), "{told}");
        assert!(secret.join("inside").is_dir(), "what lies outside is not touched");
    }
}
