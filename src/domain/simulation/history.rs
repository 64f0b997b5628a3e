//! What can happen in a world, and whole histories of it. A history is a function of its number, so whatever one of
//! them breaks is broken again by the same number on any machine.

use proptest::strategy::ValueTree;

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A person (0 or 1) writes or taps.
    Says(u8, Wants),
    /// Telegram hands out what waits. Unless `acked`, we die before it knows that we have it, and it comes again.
    Fetches { acked: bool },
    /// A process (0 or 1) goes on by so many commits and outside calls; what is not named stands still, as if frozen.
    Works { process: u8, pieces: u8 },
    /// A process dies: what it held in memory is gone.
    Dies(u8),
    /// Time passes.
    Passes { seconds: u32 },
    /// Somebody moves the wall clock.
    Jumps { minutes: i32 },
    /// How the infra behaves from now on.
    Infra(Mood),
    /// How Telegram takes messages from now on.
    Telegram(Weather),
    /// The infra does what it has let wait.
    CatchesUp,
    /// The last call that was answered arrives once more.
    Repeats,
    /// A claw at the infra is gone, and nobody asked for it.
    Vanishes(u8),
    /// An admin gives a person time.
    Grants { who: u8, hours: u16 },
    /// An admin takes a claw away, and with the last one all time.
    TakesAway(u8),
    /// The chore that looks at every claw.
    Patrols,
}

/// What a person is after. Claws and bots are numbered; a number beyond what there is means one that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    Hatch {
        bot: u8,
        model: u8,
    },
    Pause(u8),
    Resume(u8),
    Delete(u8),
    /// A tap on a question drawn eleven minutes ago.
    DeleteLate(u8),
    Undo(u8),
    Model(u8, u8),
    Bot(u8, u8),
    Forget,
}

/// How the infra treats a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Well,
    /// Does it, and says at first only that it is at work.
    Slow,
    /// Does it; the answer is lost, or cannot be read.
    Mute,
    Garbled,
    /// The call is lost.
    Deaf,
    /// Nobody hears of it, and it does it later: at the next call for that claw at the latest.
    Late,
    /// Surely not reached.
    Away,
    LockedOut,
    /// Refuses what is new.
    Full,
    TokenDead,
    Deleting,
    /// Refuses to take anything down.
    Clings,
}

/// How Telegram treats a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    Fine,
    /// Says to wait.
    TooMany,
    /// Shows it; the answer is lost.
    Mute,
    /// The message is lost, and nobody knows.
    Deaf,
    Away,
    /// The person has blocked us.
    Blocked,
}

/// A world and what happens in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    pub number: u64,
    /// An infra that changes claws as they run and says how they are.
    pub rich: bool,
    /// It knows a call that comes again by its key.
    pub knows_keys: bool,
    pub events: Vec<Event>,
}

impl History {
    pub fn number(number: u64) -> History {
        let mut dice = Dice(number);
        let (rich, knows_keys) = (dice.one_in(2), !dice.one_in(4));
        let mut events = vec![Event::Says(0, Wants::Hatch { bot: 0, model: 0 }), Event::Fetches { acked: true }];
        let length = 4 + dice.below(40);
        events.extend((0..length).map(|_| event(&mut dice)));
        History { number, rich, knows_keys, events }
    }
}

fn event(dice: &mut Dice) -> Event {
    let who = u8::from(dice.one_in(4));
    match dice.below(100) {
        0..18 => Event::Says(who, wants(dice)),
        18..30 => Event::Fetches { acked: !dice.one_in(4) },
        30..58 => {
            let most = if dice.one_in(2) { 40 } else { 5 };
            Event::Works { process: dice.below(2) as u8, pieces: 1 + dice.below(most) as u8 }
        }
        58..62 => Event::Dies(dice.below(2) as u8),
        62..78 => Event::Passes { seconds: span(dice) },
        78..80 => Event::Jumps { minutes: jump(dice) },
        80..89 => Event::Infra(mood(dice)),
        89..92 => Event::Telegram(weather(dice)),
        92 => Event::CatchesUp,
        93 => Event::Repeats,
        94 => Event::Vanishes(dice.below(3) as u8),
        95..98 => Event::Grants { who, hours: [1, 24, 48, 720][dice.below(4) as usize] },
        98 => Event::TakesAway(who),
        _ => Event::Patrols,
    }
}

fn wants(dice: &mut Dice) -> Wants {
    let claw = dice.below(2) as u8;
    match dice.below(20) {
        0..5 => Wants::Hatch { bot: dice.below(3) as u8, model: dice.below(3) as u8 },
        5..7 => Wants::Pause(claw),
        7..9 => Wants::Resume(claw),
        9 | 10 => Wants::Delete(claw),
        11 => Wants::DeleteLate(claw),
        12 | 13 => Wants::Undo(claw),
        14..17 => Wants::Model(claw, dice.below(3) as u8),
        17 | 18 => Wants::Bot(claw, dice.below(3) as u8),
        _ if dice.one_in(3) => Wants::Forget,
        _ => Wants::Resume(claw),
    }
}

/// Mostly well: a world in which nothing goes right shows little.
fn mood(dice: &mut Dice) -> Mood {
    match dice.below(18) {
        0..5 => Mood::Well,
        5 => Mood::Slow,
        6 | 7 => Mood::Mute,
        8 => Mood::Garbled,
        9 => Mood::Deaf,
        10 | 11 => Mood::Late,
        12 => Mood::Away,
        13 => Mood::LockedOut,
        14 => Mood::Full,
        15 => Mood::TokenDead,
        16 => Mood::Deleting,
        _ => Mood::Clings,
    }
}

fn weather(dice: &mut Dice) -> Weather {
    match dice.below(9) {
        0..3 => Weather::Fine,
        3 => Weather::TooMany,
        4 | 5 => Weather::Mute,
        6 => Weather::Deaf,
        7 => Weather::Away,
        _ => Weather::Blocked,
    }
}

fn span(dice: &mut Dice) -> u32 {
    match dice.below(10) {
        0..4 => dice.below(20) as u32,
        4..8 => 60 * (1 + dice.below(40)) as u32,
        8 => 3600 * (1 + dice.below(47)) as u32,
        _ => 86_400 * (1 + dice.below(8)) as u32,
    }
}

fn jump(dice: &mut Dice) -> i32 {
    [3, -3, 60, -60, 40 * 24 * 60, -40 * 24 * 60][dice.below(6) as usize]
}

/// Random numbers that follow from where they start (the generator known as SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }
}

/// A history being made shorter, for as long as it still breaks the promise: ever smaller pieces are left out.
pub struct Shorter {
    history: History,
    piece: usize,
    at: usize,
    left_out: Vec<Event>,
}

impl Shorter {
    pub fn of(history: History) -> Shorter {
        Shorter { piece: history.events.len().div_ceil(2), at: 0, history, left_out: Vec::new() }
    }
}

impl ValueTree for Shorter {
    type Value = History;

    fn current(&self) -> History {
        self.history.clone()
    }

    fn simplify(&mut self) -> bool {
        if self.at >= self.history.events.len() {
            (self.at, self.piece) = (0, self.piece / 2);
        }
        if self.piece == 0 || self.history.events.is_empty() {
            return false;
        }
        let end = (self.at + self.piece).min(self.history.events.len());
        self.left_out = self.history.events.drain(self.at..end).collect();
        true
    }

    fn complicate(&mut self) -> bool {
        let (at, length) = (self.at, self.left_out.len());
        self.history.events.splice(at..at, self.left_out.drain(..));
        self.at += length;
        length > 0
    }
}
