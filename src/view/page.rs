//! Puts a screen together: blocks of text with an empty line between them, then rows of buttons.

use crate::{
    domain::{incident::IncidentCode, refusal::Refusal, tap::Tap},
    view::{Button, Eyes, Keyboard, Screen, html, html::Html, refusal, text::Args},
};

/// A screen in the making.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    eyes: Eyes<'a>,
    blocks: Vec<Html>,
    rows: Vec<Vec<Button>>,
}

impl<'a> Page<'a> {
    pub fn new(eyes: Eyes<'a>) -> Page<'a> {
        Page { eyes, blocks: Vec::new(), rows: Vec::new() }
    }

    /// One block of ours.
    pub fn say(self, id: &str, args: Args<'_>) -> Self {
        let block = self.eyes.html(id, args);
        self.add(block)
    }

    pub fn say_if(self, holds: bool, id: &str, args: Args<'_>) -> Self {
        if holds { self.say(id, args) } else { self }
    }

    pub fn add(mut self, block: Html) -> Self {
        if !block.as_str().is_empty() {
            self.blocks.push(block);
        }
        self
    }

    pub fn add_maybe(self, block: Option<Html>) -> Self {
        match block {
            Some(block) => self.add(block),
            None => self,
        }
    }

    /// What went wrong, set apart above the screen that lets the person try again.
    pub fn after(self, refused: Option<&Refusal>) -> Self {
        match refused {
            Some(refused) => {
                let why = refusal::words(self.eyes, refused);
                self.say("refusal-above", &[("why", why.into())])
            }
            None => self,
        }
    }

    /// The incident's code, small at the end.
    pub fn code(self, code: &IncidentCode) -> Self {
        let code = html::value(&code.0);
        self.say("code", &[("code", code.into())])
    }

    /// One row of buttons; none of nothing.
    pub fn row(mut self, buttons: impl IntoIterator<Item = Button>) -> Self {
        let row: Vec<Button> = buttons.into_iter().collect();
        if !row.is_empty() {
            self.rows.push(row);
        }
        self
    }

    /// Buttons in rows of `wide`.
    pub fn grid(mut self, wide: usize, buttons: Vec<Button>) -> Self {
        let mut buttons = buttons.into_iter().peekable();
        while buttons.peek().is_some() {
            self.rows.push(buttons.by_ref().take(wide).collect());
        }
        self
    }

    pub fn tap(self, id: &str, tap: Tap) -> Self {
        let button = self.eyes.tap(id, tap);
        self.row([button])
    }

    /// The last row of every step of the wizard.
    pub fn back_and_cancel(self, back: Tap) -> Self {
        let eyes = self.eyes;
        self.row([eyes.tap("do-back", back), eyes.tap("do-cancel", Tap::Cancel)])
    }

    pub fn home(self) -> Self {
        self.tap("do-home", Tap::Home)
    }

    pub fn done(mut self) -> Screen {
        // Every block is bounded, so this only guards against a screen that grew a block too many.
        while self.blocks.len() > 1 && html::join(&self.blocks, "\n\n").size() > html::MOST {
            self.blocks.pop();
        }
        let keyboard = if self.rows.is_empty() { Keyboard::None } else { Keyboard::Buttons(self.rows) };
        Screen { html: html::join(&self.blocks, "\n\n").into_string(), keyboard }
    }
}
