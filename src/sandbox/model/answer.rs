//! What the stand-in for a model says: a pure function of what it was sent.

use serde::Deserialize;
use serde_json::Value;

/// A question, as OpenAI's chat completions have it; what is not needed is not read.
#[derive(Debug, Deserialize)]
pub(super) struct Question {
    pub model: String,
    pub messages: Vec<Said>,
    #[serde(default)]
    pub stream: bool,
}

/// One message of a conversation.
#[derive(Debug, Deserialize)]
pub(super) struct Said {
    pub role: String,
    #[serde(default)]
    content: Value,
}

impl Said {
    /// Its text: a string, or the texts of a list of parts.
    pub fn text(&self) -> String {
        match &self.content {
            Value::String(text) => text.clone(),
            Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n"),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => String::new(),
        }
    }
}

impl Question {
    /// What the claw is told about itself.
    pub fn system(&self) -> String {
        let parts = self.messages.iter().filter(|said| said.role == "system" || said.role == "developer");
        parts.map(Said::text).collect::<Vec<_>>().join("\n")
    }

    /// What people wrote, the oldest first, without what a claw adds to it for the model alone.
    pub fn people(&self) -> Vec<String> {
        let texts = self.messages.iter().filter(|said| said.role == "user").map(|said| without_asides(&said.text()));
        texts.filter(|text| !text.trim().is_empty()).collect()
    }

    /// The answer.
    pub fn answer(&self) -> String {
        let people = self.people();
        let heard = people.iter().rev().find_map(|text| text.lines().rev().find(|line| !line.trim().is_empty()));
        let mut words: Vec<&str> = Vec::new();
        for word in people.iter().flat_map(|text| text.split_whitespace()) {
            let word = word.trim_end_matches(|c: char| !c.is_alphanumeric());
            let is_mark = word.len() > 1 && word.starts_with('#') && word[1..].chars().all(char::is_alphabetic);
            if is_mark && !words.contains(&word) {
                words.push(word);
            }
        }
        let known = if words.is_empty() { "nothing".to_owned() } else { words.join(" ") };
        format!("{} heard: {} | remembers: {known}", self.model, heard.unwrap_or_default().trim())
    }
}

/// A text without the lines between `<<<BEGIN_…` and `<<<END_…`, and without what OpenClaw says of itself.
fn without_asides(text: &str) -> String {
    let mut aside = false;
    let lines = text.lines().filter(|line| {
        aside |= line.starts_with("<<<BEGIN_");
        let hidden = aside || line.starts_with("Runtime: agent=");
        aside &= !line.starts_with("<<<END_");
        !hidden
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Question;

    #[test]
    fn an_answer_follows_from_the_conversation_alone() {
        let question: Question = serde_json::from_value(json!({
            "model": "m", "temperature": 1, "messages": [
                { "role": "system", "content": "Be kind. #not" },
                { "role": "user", "content": "I like #kiwi." },
                { "role": "assistant", "content": "m heard: #plum" },
                { "role": "user", "content": [{ "type": "text", "text": "[Tue] \nand #fig, #kiwi\n  what do I like?\n" }] },
            ],
        }))
        .expect("a question");
        assert_eq!(question.answer(), "m heard: what do I like? | remembers: #kiwi #fig");
        assert_eq!((question.system().as_str(), question.people().len(), question.stream), ("Be kind. #not", 2, false));
        let aside = "one\n<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>\nthe model is new #not\n<<<END_OPENCLAW_INTERNAL_CONTEXT>>>\n\nRuntime: agent=main | #not";
        let question = json!({ "model": "m", "messages": [{ "role": "user", "content": aside }] });
        let question: Question = serde_json::from_value(question).expect("a question");
        assert_eq!(question.answer(), "m heard: one | remembers: nothing", "what the claw says to the model alone");
        let empty: Question = serde_json::from_value(json!({ "model": "m", "messages": [] })).expect("a question");
        assert_eq!(empty.answer(), "m heard:  | remembers: nothing");
    }
}
