//! Every step towards the infra, each of its calls failing once in every way, and each done twice: by a lost answer,
//! and by a process that died in the call. The table is steps by calls by faults, on both databases. Whatever it was:
//! the fault was really met, the world ends as it does on a calm day, nothing was done twice, the person got no word
//! more than then (or one, where they have to know), and the admins one alert at most.

use std::time::Duration;

use clawhatch::{
    domain::{ids::TelegramId, time::MINUTE},
    sandbox::infra::{Effect, Entry, Fault, Strike},
};

mod wants;

use crate::world::{On, Someone, World, run};
use wants::Want;

const ADMIN: i64 = 9001;

/// What is to be expected once the weather is fine again.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ends {
    /// As on a calm day, and the person never knew.
    Quietly,
    /// As on a calm day; the person was told once meanwhile.
    Told,
    /// The infra refused for good: the person is told, and what ran before runs again, or waits for them.
    Refused,
}

const fn fails(status: u16, code: &'static str) -> Strike {
    Strike { fault: Fault::Failed, status, code }
}

const fn strikes(fault: Fault) -> Strike {
    Strike { fault, status: 0, code: "" }
}

/// Each way to fail, and what it comes to when the infra was asked to bring something up.
const FAULTS: [(Strike, Ends); 18] = [
    (fails(500, "made_to_fail"), Ends::Quietly),
    (fails(502, "made_to_fail"), Ends::Quietly),
    (fails(503, "made_to_fail"), Ends::Quietly),
    (fails(429, "slow_down"), Ends::Quietly),
    (fails(401, "unauthorized"), Ends::Quietly),
    (fails(409, "deleting"), Ends::Quietly),
    (strikes(Fault::Hung), Ends::Quietly),
    (strikes(Fault::Silent), Ends::Quietly),
    (strikes(Fault::Lost), Ends::Quietly),
    (strikes(Fault::Garbled), Ends::Quietly),
    (strikes(Fault::Bloated), Ends::Quietly),
    (fails(507, "no_capacity"), Ends::Told),
    (fails(409, "already_exists"), Ends::Refused),
    (fails(409, "token_in_use"), Ends::Refused),
    (fails(409, "foreign"), Ends::Refused),
    (fails(409, "made_to_fail"), Ends::Refused),
    (fails(422, "model_not_allowed"), Ends::Refused),
    (fails(400, "invalid"), Ends::Refused),
];

/// The bots of one run have names of their own.
struct Run<'a> {
    someone: Someone<'a>,
    number: usize,
}

impl Run<'_> {
    fn world(&self) -> &World {
        self.someone.world
    }

    /// The calls about this person's claws, from the `from`th call on.
    fn calls(&self, from: usize, person: &str) -> Vec<Entry> {
        self.world().infra.journal().into_iter().skip(from).filter(|entry| entry.user_id == person).collect()
    }

    async fn person(&self) -> String {
        let ids = self.world().texts(&format!("SELECT id FROM persons WHERE telegram_id = {}", self.someone.id)).await;
        ids.into_iter().next().unwrap_or_default()
    }

    /// What there is in the end: what runs at the infra, and what is wished.
    async fn end(&self, person: &str) -> End {
        let w = self.world();
        let first = w.telegram.bot_by_username(&format!("helper_{}_bot", self.number)).expect("a bot").id;
        let claws = w.infra.claws().into_iter().filter(|claw| claw.user_id == person);
        let runs = claws.map(|claw| (claw.model, claw.allow_from.len(), claw.bot_id == first)).collect();
        let wishes = w.texts(&format!("SELECT wish FROM claws WHERE person_id = '{person}'")).await;
        let word = |wish: String| wish.split('"').nth(3).unwrap_or_default().to_owned();
        let gone =
            w.texts(&format!("SELECT id FROM claws WHERE person_id = '{person}' AND destroyed_at IS NOT NULL")).await.len();
        End { runs, wishes: wishes.into_iter().map(word).collect(), gone }
    }

    fn messages(&self) -> usize {
        self.world().telegram.chat(self.someone.id, self.someone.bot()).iter().filter(|shown| shown.from_bot).count()
    }
}

/// The model, how many it listens to, and whether it is in its first bot; the wishes; how many are gone for good.
#[derive(Clone, Debug, PartialEq)]
struct End {
    runs: Vec<(String, usize, bool)>,
    wishes: Vec<String>,
    gone: usize,
}

/// What a step came to on a calm day.
struct Calm {
    end: End,
    messages: usize,
    effects: Vec<Effect>,
    routes: Vec<&'static str>,
}

fn admin(w: &World) -> Someone<'_> {
    Someone { world: w, id: TelegramId(ADMIN) }
}

/// How many messages of alerts the admin has had.
fn alerts(w: &World) -> usize {
    admin(w).count("Alert.") + admin(w).count("Resolved after")
}

/// A try that failed is made again within seconds; an infra without room is asked again after five minutes; what was
/// said of an infra that failed is over two minutes after it answers.
async fn comes_to_rest(w: &World) {
    for span in [Duration::from_secs(10), 6 * MINUTE, 6 * MINUTE] {
        w.pass(span).await;
    }
}

async fn world(on: On, want: Want) -> World {
    let w = World::with(on, &[("INFRA_PROVISION_TIMEOUT", "1"), ("INFRA_DEPROVISION_TIMEOUT", "1"), ("TRIALS_PER_DAY", "1000")])
        .await;
    if want == Want::HealBack {
        let runs = ["google/gemini-3-flash".to_owned(), "anthropic/claude-sonnet-4.6".to_owned()];
        w.infra.rule(|rules| rules.models = Some(runs.to_vec()));
    }
    w.admin().await;
    w
}

impl<'a> Run<'a> {
    fn new(w: &'a World, number: usize) -> Run<'a> {
        Run { someone: w.person(2000 + number as i64, "Ann", "en"), number }
    }

    /// Prepares, takes the step with `strike` on its `call`th call, lets all that follows follow.
    async fn lives(&self, want: Want, strike: Option<(usize, Strike)>) -> (Vec<Entry>, String) {
        let w = self.world();
        self.prepares(want).await;
        let before = w.infra.journal().len();
        let known = self.person().await;
        if let Some((call, strike)) = strike {
            w.infra.strike_after(call as u32, strike);
        }
        self.does(want).await;
        comes_to_rest(w).await;
        (self.calls(before, &known), known)
    }
}

/// What the fault comes to on a call of this route; nothing where it proves nothing.
fn ends(route: &str, strike: Strike, usual: Ends) -> Option<Ends> {
    match route {
        // An infra that says of a claw of ours that it is somebody else's is believed: nothing of ours is there.
        "deprovision" if strike.code == "foreign" => None,
        // The person knows that it goes down, and need not know how hard that is.
        "deprovision" => Some(Ends::Quietly),
        _ => Some(usual),
    }
}

/// Calls that come again for one intention come under one key, unless the infra had answered.
fn keys_hold(calls: &[Entry], strike: Strike) -> bool {
    calls.windows(2).all(|two| {
        let unanswered = match two[0].fault {
            // Going down is no answer to "take it down".
            Some(Fault::Failed) if strike.code == "deleting" => two[0].route == "deprovision",
            Some(Fault::Failed) => [401, 429, 500, 502, 503].contains(&strike.status),
            Some(Fault::Lost | Fault::Silent | Fault::Garbled | Fault::Bloated | Fault::Hung) => true,
            Some(Fault::Slow) | None => false,
        };
        (two[0].idempotency_key == two[1].idempotency_key) == unanswered
    })
}

async fn each_call_fails_once_in_every_way(on: On, want: Want) {
    let w = world(on, want).await;
    let calm = Run::new(&w, 0);
    let (calls, person) = calm.lives(want, None).await;
    let calm = Calm {
        end: calm.end(&person).await,
        messages: calm.messages(),
        effects: effects(&calls),
        routes: calls.iter().map(|call| call.route).collect(),
    };
    assert!(!calm.routes.is_empty(), "{want:?} needs the infra");
    let mut number = 0;
    for (call, route) in calm.routes.iter().enumerate() {
        for (strike, usual) in FAULTS {
            let Some(ends) = ends(route, strike, usual) else { continue };
            number += 1;
            let run = Run::new(&w, number);
            let (struck, told) = (w.infra.struck(strike.fault), alerts(&w));
            let (calls, person) = run.lives(want, Some((call, strike))).await;
            let what = format!("{want:?}, call {call} ({route}), {strike:?}: {calls:#?}\n{}", run.someone.chat());
            assert_eq!(w.infra.struck(strike.fault), struck + 1, "the fault was not met: {what}");
            assert!(alerts(&w) <= told + 1, "more than one alert: {what}\n{}", admin(&w).chat());
            assert!(keys_hold(&calls, strike), "a repeat under another key, or a new wish under an old one: {what}");
            match ends {
                Ends::Quietly => {
                    assert_eq!(run.end(&person).await, calm.end, "{what}");
                    assert_eq!(effects(&calls), calm.effects, "done twice, or not: {what}");
                    assert_eq!(run.messages(), calm.messages, "a word too many, or too few: {what}");
                }
                Ends::Told => {
                    assert_eq!(run.end(&person).await, calm.end, "{what}");
                    assert_eq!(effects(&calls), calm.effects, "done twice, or not: {what}");
                    assert!((calm.messages..=calm.messages + 1).contains(&run.messages()), "{what}");
                }
                Ends::Refused => {
                    let runs = run.end(&person).await.runs.len();
                    let (stuck, back) = (run.someone.count("cannot start"), run.someone.count("did not work"));
                    // When even what ran before is refused, the person hears of both.
                    let told = if want == Want::HealBack && call == 2 { 2 } else { 1 };
                    assert_eq!((stuck + back, runs), (told, usize::from(stuck == 0)), "{what}");
                }
            }
        }
    }
}

/// The infra did it, or did not, and the process died before it knew: the next one asks again under the same key.
async fn each_call_is_made_twice(on: On, want: Want) {
    let w = world(on, want).await;
    let calm = Run::new(&w, 0);
    let (calls, person) = calm.lives(want, None).await;
    let (end, messages, done, count) = (calm.end(&person).await, calm.messages(), effects(&calls), calls.len());
    let (mut w, mut number) = (w, 0);
    for call in 0..count {
        for fault in [Fault::Silent, Fault::Hung] {
            number += 1;
            let (before, person);
            {
                let run = Run::new(&w, number);
                run.prepares(want).await;
                (before, person) = (w.infra.journal().len(), run.person().await);
                w.infra.strike_after(call as u32, strikes(fault));
                let met = async {
                    while !w.infra.journal()[before..].iter().any(|entry| entry.fault == Some(fault)) {
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                };
                let goes_on = async {
                    run.does(want).await;
                    comes_to_rest(&w).await;
                };
                tokio::select! {
                    () = met => {}
                    () = goes_on => panic!("{want:?}: it went on past a call that is never answered"),
                }
            }
            w = w.restarted().await;
            // The dead one's leases run out.
            w.pass(5 * MINUTE).await;
            comes_to_rest(&w).await;
            let run = Run { someone: Someone { world: &w, id: TelegramId(2000 + number as i64) }, number };
            let known = if person.is_empty() { run.person().await } else { person };
            let calls = run.calls(before, &known);
            let what = format!("{want:?}, call {call}, {fault:?}: {calls:#?}\n{}", run.someone.chat());
            // After a refusal that nobody heard it may be there all the same: it is taken down before what ran before is put back.
            let doubt = usize::from(want == Want::HealBack && call == 1);
            assert_eq!(calls.len(), count + 1 + doubt, "asked once more: {what}");
            assert!(keys_hold(&calls, strikes(fault)), "{what}");
            assert_eq!((run.end(&known).await, effects(&calls)), (end.clone(), done.clone()), "{what}");
            assert_eq!(run.messages(), messages, "{what}");
        }
    }
}

/// What calls changed; an answer given again changed nothing.
fn effects(calls: &[Entry]) -> Vec<Effect> {
    let changes = |effect: &Effect| matches!(effect, Effect::Created | Effect::Changed | Effect::Removed);
    calls.iter().map(|call| call.effect).filter(changes).collect()
}

macro_rules! each {
    ($($name:ident: $want:ident),+ $(,)?) => { $(
        mod $name {
            use super::*;

            #[test]
            fn fails_in_turn_sqlite() {
                run(each_call_fails_once_in_every_way(On::Sqlite, Want::$want));
            }
            #[test]
            fn fails_in_turn_postgres() {
                run(each_call_fails_once_in_every_way(On::Postgres, Want::$want));
            }
            #[test]
            fn twice_sqlite() {
                run(each_call_is_made_twice(On::Sqlite, Want::$want));
            }
            #[test]
            fn twice_postgres() {
                run(each_call_is_made_twice(On::Postgres, Want::$want));
            }
        }
    )+ };
}

each! {
    hatch: Hatch,
    change_model: ChangeModel,
    change_people: ChangePeople,
    new_token: NewToken,
    other_bot: OtherBot,
    pause: Pause,
    wake: Wake,
    sleep: Sleep,
    wake_by_grant: WakeByGrant,
    delete: Delete,
    taken_away: TakenAway,
    forget: Forget,
    heal_back: HealBack,
}
