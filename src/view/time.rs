//! Times as people say them: how far off, and the day and hour in the reader's zone ("in 6 hours, today at 14:05").
//! While the zone is unknown the hour is in UTC and says so.

use std::time::Duration;

use jiff::{Zoned, civil::Weekday, tz::TimeZone};

use crate::{
    domain::time::Time,
    view::{Eyes, html, html::Html},
};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// How far off, and when exactly.
pub fn when(eyes: Eyes<'_>, at: Time) -> Html {
    eyes.html("time-when", &[("relative", relative(eyes, at).into()), ("absolute", absolute(eyes, at).into())])
}

/// "in 6 hours", "5 minutes ago".
pub fn relative(eyes: Eyes<'_>, at: Time) -> Html {
    let ahead = at > eyes.now;
    let seconds = if ahead { eyes.now.until(at) } else { eyes.now.since(at) }.as_secs();
    let minutes = (seconds + MINUTE / 2) / MINUTE;
    let (unit, n) = match minutes {
        0 => ("now", 0),
        1..=89 => ("minutes", minutes),
        // A day and a half is still felt in hours.
        90..=2159 => ("hours", (seconds + HOUR / 2) / HOUR),
        _ => ("days", (seconds + DAY / 2) / DAY),
    };
    match (unit, ahead) {
        ("now", true) => eyes.html("time-in-a-moment", &[]),
        ("now", false) => eyes.html("time-just-now", &[]),
        ("minutes", true) => eyes.html("time-in-minutes", &[("n", n.into())]),
        ("minutes", false) => eyes.html("time-minutes-ago", &[("n", n.into())]),
        ("hours", true) => eyes.html("time-in-hours", &[("n", n.into())]),
        ("hours", false) => eyes.html("time-hours-ago", &[("n", n.into())]),
        (_, true) => eyes.html("time-in-days", &[("n", n.into())]),
        (_, false) => eyes.html("time-days-ago", &[("n", n.into())]),
    }
}

/// "today at 14:05", "tomorrow at 09:00 UTC", "on Friday, 14 March at 14:05".
pub fn absolute(eyes: Eyes<'_>, at: Time) -> Html {
    let (now, there) = (zoned(eyes, eyes.now), zoned(eyes, at));
    let clock = clock(eyes, at);
    let day = there.date();
    if day == now.date() {
        return eyes.html("time-today", &[("clock", clock.into())]);
    }
    if now.date().tomorrow().is_ok_and(|tomorrow| tomorrow == day) {
        return eyes.html("time-tomorrow", &[("clock", clock.into())]);
    }
    if now.date().yesterday().is_ok_and(|yesterday| yesterday == day) {
        return eyes.html("time-yesterday", &[("clock", clock.into())]);
    }
    let month = eyes.html("time-month", &[("n", (there.month().unsigned_abs()).into())]);
    let number = there.day().unsigned_abs();
    if there.year() == now.year() {
        let weekday = eyes.html("time-weekday", &[("n", weekday(&there).into())]);
        let parts = [("weekday", weekday.into()), ("day", number.into()), ("month", month.into()), ("clock", clock.into())];
        eyes.html("time-date", &parts)
    } else {
        let year = html::value(&there.year().to_string());
        eyes.html(
            "time-date-year",
            &[("day", number.into()), ("month", month.into()), ("year", year.into()), ("clock", clock.into())],
        )
    }
}

/// The hour where the reader is: "14:05", or "14:05 UTC" while that is not known.
pub fn clock(eyes: Eyes<'_>, at: Time) -> Html {
    let there = zoned(eyes, at);
    let named = if known_zone(eyes).is_none() { " UTC" } else { "" };
    html::value(&format!("{:02}:{:02}{named}", there.hour(), there.minute()))
}

/// A stopwatch: "0:24", "12:03", "1:00:05".
pub fn stopwatch(span: Duration) -> Html {
    let seconds = span.as_secs();
    let (h, m, s) = (seconds / HOUR, seconds % HOUR / MINUTE, seconds % MINUTE);
    html::value(&if h > 0 { format!("{h}:{m:02}:{s:02}") } else { format!("{m}:{s:02}") })
}

/// A length of time in one unit: "24 seconds", "4 minutes", "48 hours", "30 days".
pub fn length(eyes: Eyes<'_>, span: Duration) -> Html {
    let seconds = span.as_secs();
    let near = |unit: u64| (seconds + unit / 2) / unit;
    // The promise of a trial is said in hours, 48 of them, so days begin at three.
    match seconds {
        0..120 => eyes.html("time-seconds", &[("n", seconds.into())]),
        120..7200 => eyes.html("time-minutes", &[("n", near(MINUTE).into())]),
        7200..259_200 => eyes.html("time-hours", &[("n", near(HOUR).into())]),
        _ => eyes.html("time-days", &[("n", near(DAY).into())]),
    }
}

/// Whole hours, said as days where they are many.
pub fn hours(eyes: Eyes<'_>, hours: u32) -> Html {
    if hours >= 72 && hours.is_multiple_of(24) {
        eyes.html("time-days", &[("n", (hours / 24).into())])
    } else {
        eyes.html("time-hours", &[("n", hours.into())])
    }
}

pub fn days(eyes: Eyes<'_>, days: u32) -> Html {
    eyes.html("time-days", &[("n", days.into())])
}

/// The reader's zone, if they told us one that exists.
fn known_zone(eyes: Eyes<'_>) -> Option<TimeZone> {
    eyes.zone.and_then(|name| TimeZone::get(name).ok())
}

fn zoned(eyes: Eyes<'_>, at: Time) -> Zoned {
    at.timestamp().to_zoned(known_zone(eyes).unwrap_or(TimeZone::UTC))
}

/// Monday is 1.
fn weekday(day: &Zoned) -> u8 {
    match day.weekday() {
        Weekday::Monday => 1,
        Weekday::Tuesday => 2,
        Weekday::Wednesday => 3,
        Weekday::Thursday => 4,
        Weekday::Friday => 5,
        Weekday::Saturday => 6,
        Weekday::Sunday => 7,
    }
}
