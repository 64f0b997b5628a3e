//! What runs claws behind the product: the stand-in for an infra, with the two calls alone or as a clawnode, or the
//! program `clawnode` itself with the real OpenClaw. The product is told where it is, the page what it runs, and neither
//! asks which of them it is, except for what only a stand-in can do: fail when it is told to.

mod node;
mod stand_in;

use std::{path::PathBuf, sync::Arc, time::Duration};

use tokio::sync::watch;

use crate::{
    domain::ids::BotId,
    sandbox::{folder::Folder, infra::InfraStandIn, moved_clock::MovedClock, telegram::Telegram},
};
pub(super) use node::{Node, free_addresses};

/// What shall run claws.
#[derive(Clone, Debug)]
pub enum Infra {
    /// A stand-in that knows the two calls and nothing else.
    Plain,
    /// A stand-in for a clawnode.
    Clawnode,
    /// The real OpenClaw, run by the program clawnode.
    OpenClaw(Installed),
}

/// Where the real ones are.
#[derive(Clone, Debug)]
pub struct Installed {
    /// The program.
    pub clawnode: PathBuf,
    /// The folder OpenClaw is installed below.
    pub openclaw: PathBuf,
}

/// What runs claws.
pub(super) enum Backstage {
    StandIn(InfraStandIn),
    Node(Node),
}

/// A claw as whoever runs it tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lodged {
    pub user_id: String,
    pub claw_id: String,
    pub slug: String,
    pub bot: BotId,
    pub model: String,
    /// Telegram ids of those it hears.
    pub people: Vec<String>,
    /// How it is, in a word or two.
    pub state: String,
    pub ready: bool,
    /// What else there is to say of it.
    pub more: Option<String>,
}

/// What stands around whoever runs claws.
pub(super) struct Around<'a> {
    pub telegram: &'a Telegram,
    pub clock: &'a Arc<MovedClock>,
    pub folder: &'a Folder,
}

impl Infra {
    /// Whether claws are processes of their own that have to reach their folders.
    pub(super) fn is_real(&self) -> bool {
        match self {
            Infra::Plain | Infra::Clawnode => false,
            Infra::OpenClaw(_) => true,
        }
    }
}

impl Backstage {
    pub async fn set(infra: Infra, around: Around<'_>) -> anyhow::Result<Backstage> {
        Ok(match infra {
            Infra::Plain => Backstage::StandIn(stand_in::start(false, around).await?),
            Infra::Clawnode => Backstage::StandIn(stand_in::start(true, around).await?),
            Infra::OpenClaw(installed) => Backstage::Node(Node::start(installed, around)?),
        })
    }

    /// The product's settings that lead here.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        match self {
            Backstage::StandIn(infra) => stand_in::settings(infra),
            Backstage::Node(node) => node.settings(),
        }
    }

    /// Every claw it has.
    pub fn claws(&self) -> Vec<Lodged> {
        match self {
            Backstage::StandIn(infra) => infra.claws().into_iter().map(stand_in::lodged).collect(),
            Backstage::Node(node) => node.claws(),
        }
    }

    /// Whether a claw answers as this bot now.
    pub fn is_awake(&self, telegram: &Telegram, bot: BotId) -> bool {
        match self {
            Backstage::StandIn(_) => telegram.has_claw(bot),
            Backstage::Node(node) => node.claws().iter().any(|claw| claw.bot == bot && claw.ready),
        }
    }

    /// Told whenever a claw appears, changes or disappears.
    pub fn changed(&self) -> watch::Receiver<u64> {
        match self {
            Backstage::StandIn(infra) => infra.changed(),
            Backstage::Node(node) => node.changed(),
        }
    }

    /// The stand-in, which can be made to fail.
    pub fn stand_in(&self) -> Option<&InfraStandIn> {
        match self {
            Backstage::StandIn(infra) => Some(infra),
            Backstage::Node(_) => None,
        }
    }

    /// The real one.
    pub fn node(&self) -> Option<&Node> {
        match self {
            Backstage::StandIn(_) => None,
            Backstage::Node(node) => Some(node),
        }
    }

    /// Ends it and every claw it runs. With patience, claws may finish what they do.
    pub async fn end(&self, patience: Duration) -> anyhow::Result<()> {
        match self {
            Backstage::StandIn(infra) => {
                infra.stop();
                Ok(())
            }
            Backstage::Node(node) => node.end(patience).await,
        }
    }
}
