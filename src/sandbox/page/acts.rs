//! What can be done on the page. Every act is a form that works by itself; the page's script sends the same form and
//! stays where it is.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    Form,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use tokio::time::timeout;

use crate::{
    domain::{
        bot_token::BotToken,
        ids::{MessageId, TelegramId},
        time::{DAY, HOUR, millis},
    },
    sandbox::{
        cast::Role,
        infra::InfraStandIn,
        page::{
            here::{Asked, Here},
            links,
        },
        stage::Stage,
        telegram::{Forward, TapResult},
    },
};

/// How long a button looks pressed when its bot does not answer.
const TAP_PATIENCE: Duration = Duration::from_secs(5);

type Fields = BTreeMap<String, String>;

/// Where the person is afterwards.
enum Then {
    Stays,
    Goes(String),
}

pub(super) async fn act(
    State(stage): State<Arc<Stage>>,
    Path((person, chat, what)): Path<(String, String, String)>,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Response {
    let Some(here) = Here::find(&stage, &person, &chat, Asked::default()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Some(then) = perform(&here, &what, &fields).await else { return StatusCode::UNPROCESSABLE_ENTITY.into_response() };
    stage.ring();
    let by_script = headers.contains_key("x-by-script");
    match (then, by_script) {
        (Then::Stays, true) => StatusCode::NO_CONTENT.into_response(),
        (Then::Stays, false) => Redirect::to(&here.path()).into_response(),
        (Then::Goes(to), true) => to.into_response(),
        (Then::Goes(to), false) => Redirect::to(&to).into_response(),
    }
}

/// Nothing when there is no such act, or the form is not one of ours.
async fn perform(here: &Here, what: &str, fields: &Fields) -> Option<Then> {
    let (stage, telegram) = (&here.stage, &here.stage.telegram);
    let (person, bot) = (here.role.id, here.chat.id);
    let field = |name: &str| fields.get(name).map(String::as_str);
    let number = |name: &str| field(name)?.parse::<i64>().ok();
    match what {
        "say" => {
            telegram.says(person, bot, field("text")?);
        }
        "press" => {
            telegram.presses(person, bot, field("label")?);
        }
        "tap" => {
            let place = (usize::try_from(number("row")?).ok()?, usize::try_from(number("column")?).ok()?);
            return Some(tap(here, MessageId(number("message")?), place).await);
        }
        "share" => {
            telegram.shares_users(person, bot, number("request")?, &[TelegramId(number("who")?)]);
        }
        "forward" => {
            let from = match number("who").and_then(|id| Role::of(TelegramId(id))) {
                Some(role) => {
                    Forward::User { id: role.id, first_name: role.name.into(), username: Some(role.slug.into()), is_bot: false }
                }
                None => Forward::Hidden("Somebody hidden".into()),
            };
            telegram.forwards(person, bot, from, "Hello!");
        }
        "make" => return make(here, field("link")?, field("name")?, field("username")?),
        "block" => telegram.blocks(person, bot),
        "unblock" => telegram.unblocks(person, bot),
        "ok" => stage.puts_away(person),
        "clock" => {
            let moved = match field("by")? {
                "hour" => stage.clock.advance(millis(HOUR)),
                "day" => stage.clock.advance(millis(DAY)),
                "back" => stage.clock.back(),
                _ => return None,
            };
            if let Err(error) = moved {
                tracing::error!(%error, "the clock's file cannot be written");
            }
        }
        "switch" => stage.switches.flip(field("name")?)?,
        "kill" => stage.product.kill(),
        "restart" => stage.product.restart(),
        "kill-node" => stage.backstage.node()?.program().kill(),
        "restart-node" => stage.backstage.node()?.program().restart(),
        _ => happens_at(stage.backstage.stand_in()?, here, what, field)?,
    }
    Some(Then::Stays)
}

/// What only happens by itself at a stand-in.
fn happens_at<'a>(infra: &InfraStandIn, here: &Here, what: &str, field: impl Fn(&str) -> Option<&'a str>) -> Option<()> {
    match what {
        "vanish" => {
            infra.remove_by_itself(field("slug")?);
        }
        "device" => {
            let slug = field("slug")?;
            let number = infra.devices_let_in(slug).len() + 1;
            let request = format!("request-{}", here.stage.clock.now().0);
            infra.device_asks(slug, &request, &format!("{}'s browser {number}", here.role.name), "web");
        }
        "ail" => {
            let slug = field("slug")?;
            let ails = if infra.ailment(slug).is_some() { None } else { Some(field("code")?) };
            infra.ails(slug, ails);
        }
        "appear" => appear(infra)?,
        _ => return None,
    }
    Some(())
}

/// A claw that nobody ordered, with a bot nobody knows.
fn appear(infra: &InfraStandIn) -> Option<()> {
    let number = infra.claws().len() + 1;
    let token = BotToken::parse(&format!("{}:AAstrangestrangestrangestrangestrang", 777_000 + number))?;
    infra.insert_foreign("somebody-else", &format!("claw-{number}"), "somebody-else", token);
    Some(())
}

/// A tap, up to its answer: the button looks pressed for so long.
async fn tap(here: &Here, message: MessageId, place: (usize, usize)) -> Then {
    let telegram = &here.stage.telegram;
    let url = match telegram.taps(here.role.id, here.chat.id, message, place) {
        TapResult::Asked { query_id } => {
            timeout(TAP_PATIENCE, telegram.tap_answered(&query_id)).await.ok().and_then(|answer| answer.url)
        }
        TapResult::Opens(url) => Some(url),
        TapResult::Copied(_) | TapResult::Nothing => None,
    };
    let local = url.and_then(|url| links::local(&url, here.role.slug, &here.chat.username));
    local.map_or(Then::Stays, Then::Goes)
}

fn make(here: &Here, link: &str, name: &str, username: &str) -> Option<Then> {
    links::new_bot(link)?;
    let username = username.trim_start_matches('@');
    Some(Then::Goes(match here.stage.telegram.opens_newbot_link_as(here.role.id, link, name, username) {
        Ok(_) => here.path(),
        Err(why) => {
            let told = [("new", link), ("name", name), ("username", username), ("wrong", &why.to_string())];
            format!("{}?{}", here.path(), links::pairs(&told))
        }
    }))
}
