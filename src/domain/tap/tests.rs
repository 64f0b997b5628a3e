//! Each tap has a spelling of its own, within its bounds, which older builds may have sent; nothing else is read.

use super::*;
use crate::domain::ids::{DeviceId, OperationId};

#[test]
fn the_longest_of_each_fits_and_comes_back() {
    let (claw, drawn) = (ClawId(Uuid::max()), Minute(i64::from(u32::MAX) >> 4));
    let shown = Shown::read("zzz").expect("a print");
    let (person, bot) = (TelegramId((1 << 52) - 1), BotId((1 << 52) - 1));
    let (purpose, id) = (Purpose::Claw(claw), ConfirmationId(Uuid::max()));
    for tap in [
        Tap::Start(shown),
        Tap::UseBot(purpose, bot),
        Tap::UseBot(Purpose::Hatch, BotId(7)),
        Tap::RemovePerson(purpose, person),
        Tap::RemovePerson(Purpose::Hatch, TelegramId(1)),
        Tap::ApplyModel { claw, index: 255, fingerprint: 99, drawn },
        Tap::ApplyPeople { claw, drawn, shown },
        Tap::ApplyBot { claw, drawn, shown },
        Tap::Forget { drawn, shown },
        Tap::Confirm(id, shown),
        Tap::Tend(TendTap::Restart(claw)),
        Tap::Tend(TendTap::AskRestore { claw, backup: shown }),
        Tap::Tend(TendTap::Restore { operation: OperationId(Uuid::max()), drawn }),
    ] {
        let spelling = tap.spell();
        assert!(spelling.len() <= MOST_BYTES, "{spelling} has {}", spelling.len());
        assert_eq!(Tap::read(&spelling), Some(tap));
    }
}

/// One of each, with its spelling. Messages that are out carry these.
fn each() -> Vec<(Tap, &'static str)> {
    let (claw, id) = (ClawId(Uuid::from_u128(0xab)), ConfirmationId(Uuid::from_u128(0xcd)));
    let (hatch, of_claw) = (Purpose::Hatch, Purpose::Claw(claw));
    let (drawn, shown) = (Minute(0x1c9_c380), Shown::read("abc").expect("a print"));
    vec![
        (Tap::Home, "ho"),
        (Tap::HowItWorks, "hw"),
        (Tap::Help, "he"),
        (Tap::Languages, "ls"),
        (Tap::SetLanguage(Locale::Zh), "sl.zh"),
        (Tap::Settings, "se"),
        (Tap::AskZone, "az"),
        (Tap::SetZone(ZoneChoice(11)), "sz.11"),
        (Tap::Hatch, "ha"),
        (Tap::AgreeToTerms(1), "at.1"),
        (Tap::BotStep, "bs"),
        (Tap::HaveToken(hatch), "ht.h"),
        (Tap::UseBot(of_claw, BotId(36)), "ub.000000000000000000000000000000ab.10"),
        (Tap::Models { purpose: hatch, page: 2 }, "ms.h.2"),
        (Tap::PickModel { purpose: hatch, index: 3, fingerprint: 99 }, "pm.h.3.99"),
        (Tap::AddPerson(hatch), "ap.h"),
        (Tap::RemovePerson(hatch, TelegramId(35)), "rp.h.z"),
        (Tap::PeopleDone(of_claw), "pd.000000000000000000000000000000ab"),
        (Tap::Start(shown), "st.abc"),
        (Tap::AskAdmin, "aa"),
        (Tap::LeaveLine, "ll"),
        (Tap::Back, "ba"),
        (Tap::Cancel, "ca"),
        (Tap::Claws, "cl"),
        (Tap::Card(claw), "cd.000000000000000000000000000000ab"),
        (Tap::People(claw), "pe.000000000000000000000000000000ab"),
        (Tap::AskPause(claw), "ak.000000000000000000000000000000ab"),
        (Tap::Pause { claw, drawn }, "pa.000000000000000000000000000000ab.1c9c380"),
        (Tap::Resume(claw), "re.000000000000000000000000000000ab"),
        (Tap::Rename(claw), "rn.000000000000000000000000000000ab"),
        (Tap::NewToken(claw), "nt.000000000000000000000000000000ab"),
        (Tap::ApplyModel { claw, index: 2, fingerprint: 55, drawn }, "amff.000000000000000000000000000000ab.1c9c380"),
        (Tap::ApplyPeople { claw, drawn, shown }, "al.000000000000000000000000000000ab.1c9c380.abc"),
        (Tap::ApplyBot { claw, drawn, shown }, "ab.000000000000000000000000000000ab.1c9c380.abc"),
        (Tap::AskDelete(claw), "ad.000000000000000000000000000000ab"),
        (Tap::Delete { claw, drawn }, "de.000000000000000000000000000000ab.1c9c380"),
        (Tap::Undo(claw), "un.000000000000000000000000000000ab"),
        (Tap::Tend(TendTap::Restart(claw)), "rb.000000000000000000000000000000ab"),
        (Tap::Tend(TendTap::Devices(claw)), "dv.000000000000000000000000000000ab"),
        (Tap::Tend(TendTap::LetIn(DeviceId(Uuid::from_u128(0xef)))), "di.000000000000000000000000000000ef"),
        (Tap::Tend(TendTap::TurnAway(DeviceId(Uuid::from_u128(0xef)))), "dt.000000000000000000000000000000ef"),
        (Tap::Tend(TendTap::Backups(claw)), "bl.000000000000000000000000000000ab"),
        (Tap::Tend(TendTap::BackUp(claw)), "bu.000000000000000000000000000000ab"),
        (Tap::Tend(TendTap::AskRestore { claw, backup: shown }), "ar.000000000000000000000000000000ab.abc"),
        (
            Tap::Tend(TendTap::Restore { operation: OperationId(Uuid::from_u128(0xef)), drawn }),
            "rs.000000000000000000000000000000ef.1c9c380",
        ),
        (Tap::Tend(TendTap::Logs(claw)), "lo.000000000000000000000000000000ab"),
        (Tap::AskForget, "af"),
        (Tap::Forget { drawn, shown }, "fo.1c9c380.abc"),
        (Tap::Confirm(id, shown), "co.000000000000000000000000000000cd.abc"),
        (Tap::Withdraw(id), "wi.000000000000000000000000000000cd"),
        (Tap::Fleet { page: 4 }, "fl.4"),
        (Tap::AdminDeprovision(claw), "xd.000000000000000000000000000000ab"),
    ]
}

#[test]
fn each_keeps_its_spelling_and_comes_back() {
    for (tap, spelling) in each() {
        assert_eq!(tap.spell(), spelling);
        assert_eq!(Tap::read(spelling), Some(tap), "{spelling}");
    }
}

#[test]
fn what_is_nearly_a_spelling_is_none() {
    for (_, spelling) in each() {
        for wrong in [format!("{spelling}.1"), format!("x{spelling}"), format!("{spelling}.{}", "0".repeat(MOST_BYTES))] {
            assert_eq!(Tap::read(&wrong), None, "{wrong}");
        }
        if let Some((most, _)) = spelling.rsplit_once('.') {
            assert_ne!(Tap::read(most), Tap::read(spelling), "{most}");
            assert_eq!(Tap::read(&format!("{most}.!")), None, "{most}");
        }
    }
    for wrong in
        ["", ".", "HO", "sz.12", "sz.-1", "sl.xx", "ms.h.256", "at.-1", "am19c9c8.000000000000000000000000000000ab.1", "am.x.1"]
    {
        assert_eq!(Tap::read(wrong), None, "{wrong}");
    }
    let just_fits = format!("at.{}1", "0".repeat(MOST_BYTES - 4));
    assert_eq!((just_fits.len(), Tap::read(&just_fits)), (MOST_BYTES, Some(Tap::AgreeToTerms(1))));
    assert_eq!(Tap::read(&just_fits.replace("at.", "at.0")), None, "one more letter than we ever write");
}

#[test]
fn a_screen_is_fresh_for_ten_minutes_by_the_minute_it_was_drawn() {
    let drawn = Minute::of(Time(1_000 * 60_000 + 59_999));
    assert_eq!(drawn, Minute(1_000));
    assert_eq!(Minute::of(Time(-1)), Minute(-1), "also before 1970");
    for (minute, fresh) in [(999, false), (1_000, true), (1_005, true), (1_010, true), (1_011, false), (2_000, false)] {
        for within in [0, 59_999] {
            assert_eq!(drawn.is_fresh(Time(minute * 60_000 + within)), fresh, "{minute}");
        }
    }
}
