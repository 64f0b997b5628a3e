//! The process under strain: asked to stop again and again while everybody writes. It ends in time and repeats nothing.

use std::time::Duration;

use clawhatch::{domain::ids::TelegramId, sandbox::infra::Effect};

use super::{Around, until};
use crate::world::On;

fn crowd(around: &Around, people: std::ops::Range<i64>) -> Vec<TelegramId> {
    let crowd: Vec<TelegramId> = people.map(TelegramId).collect();
    for who in &crowd {
        around.telegram.add_person(*who, "Kim", None, None, Some("en"));
    }
    crowd
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asked_to_stop_at_any_moment_it_ends_well_and_repeats_nothing() {
    for on in [On::Sqlite, On::Postgres] {
        let around = Around::new(on).await;
        around.infra.rule(|rules| rules.boot_time = Duration::from_millis(300));
        let people = crowd(&around, 3001..3017);
        let running = around.start(&["run"]);
        around.is_ready().await;
        let hatching = async {
            let hatch = |number: i64| {
                let around = &around;
                async move { around.hatches(number, &format!("helper{number}_bot")).await }
            };
            futures::future::join_all((4001..4004).map(hatch)).await
        };
        let restarts = async {
            let mut running = running;
            for round in 0..8_u64 {
                for who in &people {
                    around.telegram.says(*who, around.bot.id, "/start");
                }
                // Another moment of the work each time.
                let calls = around.telegram.journal().len() as u64 + 3 + 5 * round;
                until("it is at work", async || around.telegram.journal().len() as u64 >= calls).await;
                running.stops().await;
                running = around.start(&["run"]);
                around.is_ready().await;
            }
            running
        };
        let (hatched, running) = tokio::join!(hatching, restarts);
        for who in &hatched {
            around.hears(*who, "Your claw is awake").await;
            assert_eq!(around.chat(*who).matches("Your claw is awake").count(), 1);
        }
        let open = "SELECT id FROM outbox WHERE done_at IS NULL UNION ALL SELECT id FROM inbox WHERE done_at IS NULL";
        until("all is done", async || around.texts(open).await.is_empty()).await;
        assert_eq!(
            around.texts("SELECT id FROM outbox WHERE unclear = 1").await,
            Vec::<String>::new(),
            "every answer was waited for"
        );
        for who in &people {
            let shown = around.telegram.chat(*who, around.bot.id);
            assert_eq!(shown.iter().filter(|shown| shown.from_bot).count(), 1, "{}", around.chat(*who));
        }
        let created = around.infra.journal().iter().filter(|entry| entry.effect == Effect::Created).count();
        assert_eq!((around.infra.claws().len(), created), (3, 3));
        running.stops().await;
    }
}
