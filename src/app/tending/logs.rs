//! The last lines a claw wrote, and what it has used.

use crate::{
    app::{App, Event, Result, Sender, Tapped, act::redact, reconcile::address},
    domain::{
        ids::ClawId,
        notice::Notice,
        tending::{TendNotice, UsageLine},
    },
    drivers::claws::Usage,
};

/// Lines asked for; a screen shows as many of the last as fit.
const LINES: u32 = 40;
/// Characters of all lines together that a row keeps.
const MOST_KEPT: usize = 2500;

impl App {
    pub async fn show_logs(&self, event: &Event, sender: &Sender, tapped: Tapped, id: ClawId) -> Result<()> {
        let (claw, driver) = self.own_running_claw(sender, id, |can| can.logs).await?;
        let at = address(&claw);
        let lines = self.hears(id, driver.logs(&at, LINES)).await?;
        let usage = if driver.capabilities().usage { self.hears(id, driver.usage(&at)).await.ok() } else { None };
        let (mut act, person) = self.act_of(event, sender).await?;
        let claw = act.own_claw(&person, id).await?;
        let bot = act.brief(claw.spec.bot).await?.username;
        let notice = TendNotice::Logs { claw: id, bot, lines: last_lines(lines), usage: usage.map(usage_line) };
        act.note("claw.logs", person.id, Some(id)).await?;
        act.screen(&person, tapped, Notice::Tend(notice)).await?;
        act.commit().await
    }
}

/// The last lines that fit, without anything that looks like a token.
fn last_lines(lines: Vec<String>) -> Vec<String> {
    let mut room = MOST_KEPT;
    let mut kept: Vec<String> = Vec::new();
    for line in lines.iter().rev() {
        let line = redact(line);
        let long = line.chars().count() + 1;
        if long > room {
            break;
        }
        room -= long;
        kept.push(line);
    }
    kept.reverse();
    kept
}

fn usage_line(usage: Usage) -> UsageLine {
    UsageLine { input_tokens: usage.input_tokens, output_tokens: usage.output_tokens, cents: usage.micro_usd.div_ceil(10_000) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept_and_no_token_is() {
        let lines: Vec<String> = (0..200).map(|n| format!("line {n} {}", "x".repeat(90))).collect();
        let kept = last_lines(lines);
        assert!(kept.last().is_some_and(|line| line.starts_with("line 199 ")), "{kept:?}");
        assert!((20..40).contains(&kept.len()), "{}", kept.len());
        let secret = format!("token 123456789:AA{}", "b".repeat(33));
        assert_eq!(last_lines(vec![secret]), ["token [token]"]);
    }
}
