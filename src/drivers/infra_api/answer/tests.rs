//! Every answer we have seen or can think of, and what it means.

use std::time::Duration;

use super::Answer;
use crate::domain::claw::{Health, Outcome, Reason, Trouble};

const ANN: &str = "0192f0c1-7f1a-7000-8000-000000000001";

fn refused(reason: Reason) -> Outcome {
    Outcome::Refused { reason, retry_after: None }
}

fn provision(status: u16, body: &str) -> Outcome {
    Answer::read(status, None, body.as_bytes()).to_provision(ANN, false)
}

fn again(status: u16, body: &str) -> Outcome {
    Answer::read(status, None, body.as_bytes()).to_provision(ANN, true)
}

fn deprovision(status: u16, body: &str) -> Outcome {
    Answer::read(status, None, body.as_bytes()).to_deprovision(ANN)
}

fn is_bad_answer(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Unclear(Trouble::BadAnswer(_)))
}

#[test]
fn a_success_is_read_widely() {
    let ours = format!(r#"{{"ok":true,"claw":{{"user_id":"{ANN}","status":"ready","last_error":null}}}}"#);
    for body in [
        "",
        " \n",
        "{}",
        r#"{"status":"ready"}"#,
        r#"{"status":"running","new":[1]}"#,
        r#"{"status":7}"#,
        r#"{"status":null}"#,
        &ours,
    ] {
        assert_eq!(provision(200, body), Outcome::Up(Health::Good), "{body}");
    }
    assert_eq!(provision(201, "{}"), Outcome::Up(Health::Good));
    assert_eq!(provision(204, ""), Outcome::Up(Health::Good));
    assert_eq!(provision(200, r#"{"claw":{"status":"degraded"}}"#), Outcome::Up(Health::Poor));
    for word in ["starting", "provisioning", "requested", "preparing", "Starting"] {
        assert_eq!(provision(200, &format!(r#"{{"status":"{word}"}}"#)), Outcome::Starting);
        assert_eq!(provision(200, &format!(r#"{{"ok":true,"claw":{{"status":"{word}"}}}}"#)), Outcome::Starting);
    }
    for body in ["", "{}", r#"{"status":"ready"}"#] {
        assert_eq!(provision(202, body), Outcome::Starting);
    }
}

#[test]
fn a_success_that_is_none_is_not_believed() {
    let deep = "[".repeat(100_000);
    for body in
        ["<html>", "[]", "null", "7", "\"ready\"", "{", "{}{}", "\u{0}", &deep, r#"{"status":"crashed"}"#, r#"{"ok":false}"#]
    {
        assert!(is_bad_answer(&provision(200, body)), "{}", &body[..body.len().min(20)]);
    }
    assert_eq!(provision(200, r#"{"ok":false,"error":"no_capacity"}"#), refused(Reason::NoCapacity));
    assert_eq!(provision(200, r#"{"claw":{"status":"config_error"}}"#), refused(Reason::Rejected));
    assert_eq!(provision(200, r#"{"claw":{"user_id":"somebody","status":"ready"}}"#), refused(Reason::Foreign));
    assert!(is_bad_answer(&deprovision(200, "<html>")));
    assert!(is_bad_answer(&deprovision(200, r#"{"ok":false}"#)));
}

#[test]
fn a_code_is_found_wherever_it_stands() {
    for body in [
        r#"{"code":"token_in_use"}"#,
        r#"{"error":"token_in_use"}"#,
        r#"{"error":{"code":"token_in_use","message":"another claw has it"}}"#,
        r#"{"detail":"token_in_use"}"#,
        r#"{"detail":"Token in use"}"#,
        r#"{"detail":{"code":"token_in_use"}}"#,
        r#"{"error":"This bot already serves another claw, sorry.","code":"token_in_use"}"#,
        r#"{"type":"https://infra.example/errors/token-in-use","title":"Conflict","status":409}"#,
        r#"{"type":"urn:infra:token_in_use"}"#,
    ] {
        assert_eq!(provision(409, body), refused(Reason::TokenInUse), "{body}");
        assert_eq!(again(409, body), refused(Reason::TokenInUse), "an earlier attempt changes nothing: {body}");
    }
    assert_eq!(provision(422, r#"{"code":"model_not_allowed"}"#), refused(Reason::ModelNotAllowed));
    assert_eq!(provision(422, r#"{"detail":[{"loc":["body"],"msg":"field required"}]}"#), refused(Reason::Rejected));
    assert_eq!(provision(400, r#"{"error":"token_invalid"}"#), refused(Reason::TokenDead));
    assert_eq!(provision(507, "<html>"), refused(Reason::NoCapacity));
    assert_eq!(provision(503, r#"{"code":"no_capacity"}"#), refused(Reason::NoCapacity));
    let wait = Some(Duration::from_secs(7));
    let deleting = Answer::read(409, wait, br#"{"code":"deleting"}"#).to_provision(ANN, false);
    assert_eq!(deleting, Outcome::Refused { reason: Reason::Deleting, retry_after: wait });
}

#[test]
fn a_claw_that_is_there_is_ours_only_if_we_may_have_made_it() {
    let ours = format!(r#"{{"error":"already_exists","user_id":"{ANN}"}}"#);
    for body in [
        "",
        "<html>",
        "{}",
        r#"{"error":"exists"}"#,
        r#"{"detail":"Already exists"}"#,
        r#"{"type":"about:blank","title":"Conflict"}"#,
        &ours,
    ] {
        assert_eq!(again(409, body), Outcome::Up(Health::Good), "{body}");
        assert_eq!(provision(409, body), refused(Reason::Foreign), "{body}");
    }
    for body in [
        r#"{"error":"already_exists","user_id":"somebody"}"#,
        r#"{"user_id":42}"#,
        r#"{"claw":{"user_id":"somebody"}}"#,
        r#"{"error":{"code":"exists","user_id":"somebody"}}"#,
        r#"{"code":"foreign"}"#,
    ] {
        assert_eq!(again(409, body), refused(Reason::Foreign), "{body}");
    }
    assert_eq!(again(409, r#"{"detail":"Claw claw-1 of this user already exists."}"#), Outcome::Up(Health::Good));
    for body in [r#"{"code":"idempotency_key_reused"}"#, r#"{"detail":"This bot is used by another claw, which is not yours."}"#]
    {
        assert_eq!(again(409, body), refused(Reason::Rejected), "a reason of its own: {body}");
    }
}

#[test]
fn an_error_says_whether_it_may_have_happened() {
    for both in [provision, deprovision] {
        for status in [401, 403] {
            assert_eq!(both(status, r#"{"code":"token_in_use"}"#), Outcome::Unreached(Trouble::LockedOut));
        }
        for status in [429, 503] {
            assert_eq!(both(status, "<html>"), Outcome::Unreached(Trouble::Overloaded(status)));
        }
        for status in [408, 500, 502, 504, 599] {
            assert_eq!(both(status, "{}"), Outcome::Unclear(Trouble::Overloaded(status)));
        }
        for status in [400, 405, 413, 415, 421, 422] {
            assert_eq!(both(status, "no"), refused(Reason::Rejected), "{status}");
        }
        assert!(matches!(both(302, ""), Outcome::Unreached(Trouble::BadAnswer(_))));
    }
    assert_eq!(provision(404, ""), refused(Reason::Rejected));
}

#[test]
fn a_claw_that_is_gone_is_down() {
    let down = |keeps_data| Outcome::Down { keeps_data };
    for body in ["", "{}", r#"{"ok":true,"existed":true,"retained_until":null}"#, r#"{"ok":true,"existed":false}"#] {
        assert_eq!(deprovision(200, body), down(false), "{body}");
    }
    assert_eq!(deprovision(200, r#"{"existed":true,"retained_until":"2026-12-01T00:00:00Z"}"#), down(true));
    assert_eq!(deprovision(200, r#"{"claw":{"retained_until":1796083200}}"#), down(true));
    for body in ["", "{}", r#"{"detail":"Not Found"}"#] {
        assert_eq!(deprovision(404, body), down(false), "{body}");
    }
    assert!(is_bad_answer(&deprovision(404, "<html><h1>nginx</h1>")), "a page is not the infra's word");
    assert_eq!(deprovision(400, r#"{"code":"not_found"}"#), down(false));
    assert_eq!(deprovision(202, "{}"), Outcome::Starting);
    assert_eq!(deprovision(200, r#"{"status":"deleting"}"#), Outcome::Starting);
    assert_eq!(deprovision(409, r#"{"code":"deleting"}"#), Outcome::Unreached(Trouble::Overloaded(409)));
    assert_eq!(deprovision(409, r#"{"user_id":"somebody"}"#), refused(Reason::Foreign));
    assert_eq!(deprovision(409, "{}"), refused(Reason::Rejected));
}

#[test]
fn what_we_say_of_an_answer_never_quotes_it() {
    let echo = r#"["123456789:AAfakefakefakefakefakefakefakefake1"]"#;
    for outcome in [provision(200, echo), deprovision(404, echo), provision(302, echo)] {
        assert!(!format!("{outcome:?}").contains("fake"), "{outcome:?}");
    }
}
