//! Breaks a statement in one place at a time, by its text alone: a condition is taken for true, a bound moves, an
//! assignment is left out, an order is turned round, a lock is forgotten. Whatever it makes is still SQL.

/// One way in which a statement was broken.
#[derive(Clone, Debug)]
pub struct Break {
    /// What stood there, and what stands there now.
    pub what: String,
    pub sql: String,
}

struct Token<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Token<'_> {
    fn end(&self) -> usize {
        self.at + self.text.len()
    }
}

/// Where a condition ends, if no bracket ends it before.
const ENDS: [&str; 10] = ["AND", "OR", "THEN", "ORDER", "LIMIT", "RETURNING", "FOR", "ON", "SET", "WHERE"];
const COMPARED: [(&str, &[&str]); 5] =
    [("<=", &["<", ">"]), (">=", &[">", "<"]), ("<", &["<=", ">="]), (">", &[">=", "<="]), ("<>", &["="])];

fn tokens(sql: &str) -> Vec<Token<'_>> {
    let (mut found, mut depth, mut at) = (Vec::new(), 0, 0);
    let is_word = |c: char| c.is_alphanumeric() || "_.$".contains(c);
    while let Some(first) = sql[at..].chars().next() {
        let rest = &sql[at..];
        let length = if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        } else if first == '\'' {
            1 + rest[1..].find('\'').expect("a text ends") + 1
        } else if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else if ["<=", ">=", "<>", "||"].iter().any(|two| rest.starts_with(two)) {
            2
        } else {
            first.len_utf8()
        };
        if first == ')' {
            depth -= 1;
        }
        found.push(Token { text: &rest[..length], at, depth });
        if first == '(' {
            depth += 1;
        }
        at += length;
    }
    found
}

/// Every way to break what this statement does. What it reads of the rows it touched is another matter.
pub fn breaks(sql: &str) -> Vec<Break> {
    let mut tokens = tokens(sql);
    let does = tokens.iter().position(|token| token.text == "RETURNING" && token.depth == 0).unwrap_or(tokens.len());
    tokens.truncate(does);
    let mut found: Vec<Break> = Vec::new();
    let mut put = |from: usize, to: usize, new: &str| {
        let old = &sql[from..to];
        let what = format!("{old} -> {}", if new.is_empty() { "nothing" } else { new });
        let again = found.iter().filter(|known| known.what.split(" #").next() == Some(what.as_str())).count();
        let what = if again == 0 { what } else { format!("{what} #{}", again + 1) };
        found.push(Break { what, sql: format!("{}{new}{}", &sql[..from], &sql[to..]) });
    };
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text);
    let is_assigned = |at: usize| at > 1 && ["SET", ","].contains(&text(at - 2));
    for (at, token) in tokens.iter().enumerate() {
        let whole = |from: usize, to: usize| (tokens[from].at, tokens[to].end());
        for (sign, others) in COMPARED {
            if token.text == sign {
                let (from, to) = whole(at - 1, at + 1);
                for other in others {
                    put(from, to, &format!("{}{other}{}", &sql[from..token.at], &sql[token.end()..to]));
                }
            }
        }
        match token.text {
            "=" if is_assigned(at) => {
                let ends = |next: &Token| {
                    next.depth == token.depth && [",", "WHERE", "RETURNING"].contains(&next.text) || next.depth < token.depth
                };
                let last = tokens[at..].iter().position(ends).map_or(tokens.len(), |length| at + length) - 1;
                let (from, to) = whole(at - 1, last);
                put(from, to, &format!("{0} = {1}", text(at - 1), own_name(&tokens, text(at - 1))));
            }
            "=" => {
                let (from, to) = whole(at - 1, at + 1);
                put(from, to, &format!("{}<>{}", &sql[from..token.at], &sql[token.end()..to]));
            }
            "IS" if text(at + 1) == "NOT" => {
                let (from, to) = whole(at - 1, at + 2);
                put(from, to, &format!("{} IS NULL", text(at - 1)));
            }
            "IS" => {
                let (from, to) = whole(at - 1, at + 1);
                put(from, to, &format!("{} IS NOT NULL", text(at - 1)));
            }
            "+" => {
                let (from, to) = whole(at - 1, at + 1);
                put(from, to, &format!("{} - {}", text(at - 1), text(at + 1)));
            }
            "MAX" => put(token.at, token.end(), "MIN"),
            "MIN" => put(token.at, token.end(), "MAX"),
            "ORDER" => {
                let last =
                    tokens[at..].iter().position(|next| next.text == "LIMIT").map_or(tokens.len(), |length| at + length) - 1;
                put(token.at, tokens[last].end(), "");
                for key in (at + 2..=last).filter(|key| text(*key) != ",") {
                    put(
                        token.at,
                        tokens[last].end(),
                        &format!("{} DESC{}", &sql[token.at..tokens[key].end()], &sql[tokens[key].end()..tokens[last].end()]),
                    );
                }
            }
            "LIMIT" => put(token.at, tokens[at + 1].end(), ""),
            "FOR" if text(at + 1) == "UPDATE" => {
                let (from, to) = whole(at, at + 3);
                put(from, to, "");
                put(from, to, "FOR UPDATE");
            }
            "AND" => put(token.at, token.end(), "OR"),
            "OR" => put(token.at, token.end(), "AND"),
            _ => {}
        }
        let follows = at.checked_sub(1).map_or("", text);
        let opens = follows == "(" && at > 1 && ["WHERE", "AND", "OR"].contains(&text(at - 2)) && token.text != "SELECT";
        let begins = opens || ["WHERE", "AND", "OR", "WHEN"].contains(&follows);
        if begins {
            let is_end = |next: &Token| next.depth < token.depth || next.depth == token.depth && ENDS.contains(&next.text);
            let end = tokens[at..].iter().position(is_end).map_or(tokens.len(), |length| at + length);
            if end > at + 1 {
                let joined = if follows == "OR" || text(end) == "OR" && follows != "AND" { "1 = 0" } else { "1 = 1" };
                put(token.at, tokens[end - 1].end(), joined);
                if follows == "WHEN" {
                    put(token.at, tokens[end - 1].end(), "1 = 0");
                }
            }
        }
    }
    found
}

/// What a column is called on the right of an assignment: of the row that is there, where a new one meets it.
fn own_name(tokens: &[Token<'_>], column: &str) -> String {
    match tokens {
        [insert, _, table, ..] if insert.text == "INSERT" => format!("{}.{column}", table.text),
        _ => column.to_owned(),
    }
}

#[test]
fn a_statement_is_broken_everywhere_and_in_one_place_at_a_time() {
    let sql = "UPDATE t SET lease = NULL, fence = fence + 1 WHERE id = $1 AND (due <= $2 OR due IS NULL)";
    let broken: Vec<String> = breaks(sql).into_iter().map(|broken| broken.what).collect();
    let expected = [
        "lease = NULL -> lease = lease",
        "fence = fence + 1 -> fence = fence",
        "fence + 1 -> fence - 1",
        "id = $1 -> 1 = 1",
        "id = $1 -> id <> $1",
        "AND -> OR",
        "(due <= $2 OR due IS NULL) -> 1 = 1",
        "due <= $2 -> 1 = 0",
        "due <= $2 -> due < $2",
        "due <= $2 -> due > $2",
        "OR -> AND",
        "due IS NULL -> 1 = 0",
        "due IS NULL -> due IS NOT NULL",
    ];
    assert_eq!(broken, expected);
    let picks = "SELECT id FROM t WHERE a IS NOT NULL ORDER BY due, seq LIMIT 1 FOR UPDATE SKIP LOCKED";
    let broken: Vec<String> = breaks(picks).into_iter().map(|broken| broken.sql.replace("SELECT id FROM t WHERE ", "")).collect();
    let expected = [
        "1 = 1 ORDER BY due, seq LIMIT 1 FOR UPDATE SKIP LOCKED",
        "a IS NULL ORDER BY due, seq LIMIT 1 FOR UPDATE SKIP LOCKED",
        "a IS NOT NULL  LIMIT 1 FOR UPDATE SKIP LOCKED",
        "a IS NOT NULL ORDER BY due DESC, seq LIMIT 1 FOR UPDATE SKIP LOCKED",
        "a IS NOT NULL ORDER BY due, seq DESC LIMIT 1 FOR UPDATE SKIP LOCKED",
        "a IS NOT NULL ORDER BY due, seq  FOR UPDATE SKIP LOCKED",
        "a IS NOT NULL ORDER BY due, seq LIMIT 1 ",
        "a IS NOT NULL ORDER BY due, seq LIMIT 1 FOR UPDATE",
    ];
    assert_eq!(broken, expected);
}
