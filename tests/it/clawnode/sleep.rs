//! A claw that sleeps stays on its host with all it knows; one that is deleted is gone with it; a change is made as it runs.

use std::time::Duration;

use clawhatch::sandbox::infra::{Fault, HostStatus};

use super::{ann, calls, clawnode, names, slug};
use crate::{on_both, world::World};

const MINUTE: Duration = Duration::from_secs(60);

fn status(w: &World) -> HostStatus {
    w.infra.claws()[0].status
}

on_both! {
    async fn it_is_put_to_sleep_and_remembers(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        ann.opens_card().await;
        ann.taps("Pause it…").await;
        assert!(ann.last().contains("It remembers everything."), "{}", ann.last());
        w.infra.fault_next(1, Fault::Lost);
        ann.taps("Pause it").await;
        w.pass(MINUTE).await;
        assert_eq!((status(&w), calls(&w, "deprovision"), names(&w, "suspend")), (HostStatus::Suspended, 0, 1));
        assert!(ann.opens_card().await.contains("○ paused"), "{}", ann.last());
        // A survey sees it asleep and leaves it alone.
        w.pass(30 * MINUTE).await;
        assert_eq!(status(&w), HostStatus::Suspended);
        ann.taps("Wake it up").await;
        w.pass(MINUTE).await;
        assert_eq!((status(&w), w.infra.lines(&slug(&w))[0].as_str()), (HostStatus::Ready, "memory is empty"));
        assert_eq!(w.infra.lines(&slug(&w)).iter().filter(|line| line.starts_with("memory")).count(), 1, "it is the same one");
        assert_eq!(ann.count("is awake again"), 1, "{}", ann.chat());
    }

    async fn its_end_erases_it(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        ann.opens_card().await;
        ann.taps("Pause it…").await;
        ann.taps("Pause it").await;
        ann.opens_card().await;
        ann.taps("Delete this claw…").await;
        ann.taps("Delete it").await;
        w.pass(11 * MINUTE).await;
        w.pass(2 * MINUTE).await;
        assert_eq!((w.infra.claws().len(), calls(&w, "deprovision")), (0, 1), "a sleeping one is removed too");
        assert_eq!(ann.count("is gone, as you asked"), 1, "{}", ann.chat());
    }

    async fn the_end_of_time_puts_it_to_sleep_and_more_time_wakes_it(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        w.pass(Duration::from_secs(49 * 3600)).await;
        assert_eq!(status(&w), HostStatus::Suspended, "{}", ann.chat());
        assert_eq!(ann.count("Everything it knows is kept."), 1, "{}", ann.chat());
        let olga = w.admin().await;
        olga.gives_time("/provision 1001 30").await;
        w.pass(MINUTE).await;
        assert_eq!(status(&w), HostStatus::Ready, "{}", olga.chat());
    }

    async fn another_model_is_taken_as_it_runs(w: World) {
        let w = clawnode(w).await;
        let ann = ann(&w).await;
        ann.opens_card().await;
        ann.taps("Change model").await;
        ann.taps("Claude Sonnet").await;
        assert!(ann.last().contains("It stays awake for this, and remembers everything."), "{}", ann.last());
        ann.taps("Change model").await;
        w.pass(MINUTE).await;
        assert_eq!((calls(&w, "provision"), calls(&w, "deprovision"), calls(&w, "suspend")), (2, 0, 0));
        assert!(w.infra.claws()[0].model.contains("claude"), "{:?}", w.infra.claws());
    }
}
