//! A stand-in, a clock moved by hand and a driver, wired together.

use std::{sync::Arc, time::Duration};

use clawhatch::{
    domain::{
        bot_token::BotToken,
        claw::{Ask, Call, Outcome},
        ids::{PersonId, TelegramId},
        secret::Secret,
        time::Time,
    },
    drivers::{
        claws::{Address, ClawDriver, Leave, Order},
        clock::Clock,
        infra_api::{InfraApi, InfraApiSettings},
    },
    sandbox::infra::{HostStatus, InfraStandIn},
};

pub const KEY: &str = "infra-key-CANARY";
pub const GATEWAY_KEY: &str = "gateway-key-CANARY";
pub const MODEL: &str = "google/gemini-3-flash";

/// A token with a secret half that must never be seen.
pub fn token(bot: i64) -> BotToken {
    BotToken::parse(&format!("{bot}:AACANARYCANARYCANARYCANARYCANARYCAN")).expect("a token")
}

pub fn person(number: u128) -> PersonId {
    PersonId(uuid::Uuid::from_u128(number))
}

pub fn address(who: u128, claw: u32) -> Address {
    Address { user_id: person(who), claw_id: format!("claw-{claw}") }
}

pub fn order(who: u128, claw: u32, bot: i64) -> Order {
    Order {
        address: address(who, claw),
        ai_gateway_key: Secret::new(GATEWAY_KEY.into()),
        model: MODEL.into(),
        bot_token: token(bot),
        allow_from: vec![TelegramId(4242), TelegramId(7)],
        first_words: Vec::new(),
    }
}

pub fn call(what: Ask, key: &str) -> Call {
    Call { what, generation: 1, key: key.into(), maybe_arrived: false }
}

pub struct World {
    pub infra: InfraStandIn,
    pub clock: Clock,
    pub driver: InfraApi,
}

impl World {
    pub async fn new() -> World {
        World::with(|_| ()).await
    }

    pub async fn with(change: impl FnOnce(&mut InfraApiSettings)) -> World {
        let clock = Clock::manual(Time(1_800_000_000_000));
        let hands = clock.clone();
        let infra = InfraStandIn::start(KEY, Arc::new(move || hands.now().0)).await.expect("a stand-in");
        let mut settings = InfraApiSettings::new(infra.url(), Secret::new(KEY.into()));
        change(&mut settings);
        World { infra, clock, driver: InfraApi::new(&settings).expect("a driver") }
    }

    pub async fn up(&self, order: &Order, key: &str) -> Outcome {
        self.driver.provision(&call(Ask::Provision, key), order).await
    }

    pub async fn up_again(&self, order: &Order, key: &str) -> Outcome {
        self.driver.provision(&Call { maybe_arrived: true, ..call(Ask::Provision, key) }, order).await
    }

    pub async fn down(&self, address: &Address, key: &str) -> Outcome {
        self.driver.deprovision(&call(Ask::Deprovision, key), address, Leave::ForGood).await
    }

    pub fn running(&self) -> usize {
        self.infra.claws().iter().filter(|claw| claw.status == HostStatus::Ready).count()
    }

    pub fn pass(&self, span: Duration) {
        self.clock.advance(span);
    }
}
