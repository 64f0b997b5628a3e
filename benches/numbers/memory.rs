//! How much memory the process takes: at rest, after ten thousand people opened the wizard, and in a burst.

use std::time::Duration;

use crate::{
    databases::On,
    process::{Arrival, Memory},
    table::{ratio, show},
    updates::{Scene, hatch, start},
};

/// What grammY takes at rest.
const GRAMMY: f64 = 57.0;

pub async fn sizes(kinds: &[On]) {
    let mut rows = Vec::new();
    for on in kinds {
        let scene = Scene::begin(on, Arrival::Polling).await;
        tokio::time::sleep(Duration::from_secs(3)).await;
        let idle = scene.running.memory();
        let chats: Vec<i64> = (1_000_000..1_010_000).collect();
        scene.ask(&chats, hatch).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        let wizard = scene.running.memory();
        drop(scene);

        let scene = Scene::begin(on, Arrival::Polling).await;
        let chats: Vec<i64> = (1_000_000..1_005_000).collect();
        scene.ask(&chats, start).await;
        let burst = scene.running.memory();
        tokio::time::sleep(Duration::from_secs(3)).await;
        let after = scene.running.memory();
        let cell = |memory: Memory| format!("{:.1} ({:.1})", memory.resident, memory.own);
        rows.push(vec![
            on.name().to_owned(),
            cell(idle),
            ratio(idle.resident, GRAMMY),
            cell(wizard),
            format!("{:.1}", burst.peak),
            cell(after),
        ]);
    }
    let head =
        ["database", "idle", "to grammY's 57", "10,000 chats in the wizard", "burst of 5,000, peak", "3 s after the burst"];
    show("resident memory in MB; in brackets what is not a page of the program's file", &head, &rows);
}
