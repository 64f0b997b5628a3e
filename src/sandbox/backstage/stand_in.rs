//! The stand-in for an infra, set up so that one can watch it at work.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;

use super::{Around, Lodged};
use crate::{
    domain::time::DAY,
    sandbox::{
        cast,
        folder::secret,
        infra::{HostStatus, Hosted, InfraStandIn},
    },
};

/// How long a claw takes to come up: long enough to watch it.
const BOOT: Duration = Duration::from_secs(6);
/// And how long a restart, a backup or putting one back goes on.
const TENDING: Duration = Duration::from_secs(4);
const REMOVAL: Duration = Duration::from_secs(2);

pub(super) async fn start(clawnode: bool, around: Around<'_>) -> anyhow::Result<InfraStandIn> {
    let clock = Arc::clone(around.clock);
    let time = Arc::new(move || clock.now().0);
    let infra = InfraStandIn::start(&secret(), time).await.context("starting the stand-in for the infra")?;
    infra.rule(|rules| {
        rules.boot_time = BOOT;
        rules.removal_time = REMOVAL;
        rules.retention = Some(7 * DAY);
        rules.clawnode = clawnode;
        rules.tending_time = TENDING;
    });
    infra.on_event(cast::claws_talk(around.telegram.clone()));
    Ok(infra)
}

pub(super) fn settings(infra: &InfraStandIn) -> Vec<(&'static str, String)> {
    let driver = if infra.rules().clawnode { "clawnode" } else { "infra_api" };
    vec![
        ("DEFAULT_DRIVER", driver.to_owned()),
        ("INFRA_API_URL", infra.url().to_owned()),
        ("INFRA_API_KEY", infra.key().to_owned()),
        ("INFRA_PROVISION_TIMEOUT", "20".to_owned()),
        ("INFRA_DEPROVISION_TIMEOUT", "20".to_owned()),
    ]
}

pub(super) fn lodged(claw: Hosted) -> Lodged {
    let state = match claw.status {
        HostStatus::Starting => "starting",
        HostStatus::Ready => "ready",
        HostStatus::Stopped => "stopped",
        HostStatus::Suspended => "asleep",
        HostStatus::Deleting => "being removed",
    };
    Lodged {
        user_id: claw.user_id,
        claw_id: claw.claw_id,
        slug: claw.slug,
        bot: claw.bot_id,
        model: claw.model,
        people: claw.allow_from,
        state: state.to_owned(),
        ready: claw.status == HostStatus::Ready,
        more: None,
    }
}
