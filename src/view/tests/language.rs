//! Numbers and hours as each language says them.

use std::time::Duration;

use super::{NOW, eyes};
use crate::{
    domain::{
        locale::Locale,
        time::{DAY, HOUR, MINUTE, Time},
    },
    view::{Eyes, time},
};

#[test]
fn russian_counts_as_russians_do() {
    let hours = |n| time::hours(eyes(Locale::Ru), n).into_string();
    for (n, said) in
        [(1, "1 час"), (2, "2 часа"), (5, "5 часов"), (11, "11 часов"), (21, "21 час"), (22, "22 часа"), (48, "48 часов")]
    {
        assert_eq!(hours(n), said);
    }
    let claws = |n: u32| eyes(Locale::Ru).html("home-claws", &[("claws", n.into())]).into_string();
    for (n, said) in [(1, "клешня"), (3, "клешни"), (5, "клешней"), (12, "клешней"), (101, "клешня"), (112, "клешней")]
    {
        assert_eq!(claws(n), format!("<b>У вас {n} {said}.</b>"));
    }
}

#[test]
fn how_far_off_in_each_language() {
    let said = |locale, span: Duration| time::relative(eyes(locale), NOW + span).into_string();
    for (span, en, es, ru, zh) in [
        (Duration::from_secs(5), "in a moment", "en un momento", "сейчас", "马上"),
        (MINUTE, "in 1 minute", "en 1 minuto", "через 1 минуту", "1 分钟后"),
        (62 * MINUTE, "in 62 minutes", "en 62 minutos", "через 62 минуты", "62 分钟后"),
        (6 * HOUR - Duration::from_secs(20), "in 6 hours", "en 6 horas", "через 6 часов", "6 小时后"),
        (24 * HOUR, "in 24 hours", "en 24 horas", "через 24 часа", "24 小时后"),
        (2 * DAY, "in 2 days", "en 2 días", "через 2 дня", "2 天后"),
        (30 * DAY, "in 30 days", "en 30 días", "через 30 дней", "30 天后"),
    ] {
        let all = [(Locale::En, en), (Locale::Es, es), (Locale::Ru, ru), (Locale::Zh, zh)];
        for (locale, expected) in all {
            assert_eq!(said(locale, span), expected);
        }
    }
    let past = |span: Duration| time::relative(eyes(Locale::En), NOW - span).into_string();
    assert_eq!([past(MINUTE), past(3 * HOUR), past(DAY * 3)], ["1 minute ago", "3 hours ago", "3 days ago"]);
}

#[test]
fn the_hour_is_the_readers_also_across_a_change_of_clocks() {
    // In New York the clocks went forward on 8 March 2026 at 07:00 UTC; in Madrid on 29 March at 01:00 UTC.
    let at = |text: &str| Time(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
    for (zone, now, when, said) in [
        (Some("America/New_York"), "2026-03-08T06:30:00Z", "2026-03-08T06:45:00Z", "in 15 minutes, today at 01:45"),
        (Some("America/New_York"), "2026-03-08T06:30:00Z", "2026-03-08T07:30:00Z", "in 60 minutes, today at 03:30"),
        (Some("America/New_York"), "2026-03-07T22:00:00Z", "2026-03-08T22:00:00Z", "in 24 hours, tomorrow at 18:00"),
        (Some("Europe/Madrid"), "2026-03-28T20:00:00Z", "2026-03-29T20:00:00Z", "in 24 hours, tomorrow at 22:00"),
        (Some("Europe/Madrid"), "2026-03-27T22:30:00Z", "2026-03-27T23:30:00Z", "in 60 minutes, tomorrow at 00:30"),
        (Some("Europe/Madrid"), "2026-03-20T12:00:00Z", "2026-03-27T12:00:00Z", "in 7 days, on Friday, 27 March, at 13:00"),
        (Some("Europe/Madrid"), "2026-12-20T12:00:00Z", "2027-01-19T12:00:00Z", "in 30 days, on 19 January 2027 at 13:00"),
        (None, "2026-03-12T08:00:00Z", "2026-03-12T14:05:00Z", "in 6 hours, today at 14:05 UTC"),
        (Some("Mars/Olympus"), "2026-03-12T08:00:00Z", "2026-03-12T14:05:00Z", "in 6 hours, today at 14:05 UTC"),
        (None, "2026-03-12T08:00:00Z", "2026-03-11T14:05:00Z", "18 hours ago, yesterday at 14:05 UTC"),
    ] {
        let eyes = Eyes { locale: Locale::En, zone, now: at(now) };
        assert_eq!(time::when(eyes, at(when)).as_str(), said, "{zone:?}");
    }
    let eyes = |locale| Eyes { locale, zone: Some("Europe/Madrid"), now: at("2026-03-20T12:00:00Z") };
    let friday = at("2026-03-27T12:00:00Z");
    assert_eq!(time::absolute(eyes(Locale::Es), friday).as_str(), "el viernes 27 de marzo a las 13:00");
    assert_eq!(time::absolute(eyes(Locale::Ru), friday).as_str(), "в пятницу, 27 марта, в 13:00");
    assert_eq!(time::absolute(eyes(Locale::Zh), friday).as_str(), "3月27日周五 13:00");
}

#[test]
fn lengths_of_time() {
    for (seconds, shown) in [(0, "0:00"), (24, "0:24"), (723, "12:03"), (3605, "1:00:05")] {
        assert_eq!(time::stopwatch(Duration::from_secs(seconds)).as_str(), shown);
    }
    for (seconds, said) in
        [(1, "1 second"), (58, "58 seconds"), (240, "4 minutes"), (172_800, "48 hours"), (2_592_000, "30 days")]
    {
        assert_eq!(time::length(eyes(Locale::En), Duration::from_secs(seconds)).as_str(), said);
    }
    assert_eq!(time::hours(eyes(Locale::En), 720).as_str(), "30 days");
}
