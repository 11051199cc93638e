//! What lies on top of a view: the help with its search, and the story of one order. Keys reach it before the view.

use crate::{
    event::{Key, Named},
    keymap::Keymap,
    story::Story,
};

/// Letters a search takes.
const SEARCH_LETTERS: usize = 40;

/// What lies on top of the view.
#[derive(Clone, Debug, PartialEq)]
pub enum Modal {
    /// Nothing.
    None,
    /// The help.
    Help(Help),
    /// The story of an order.
    Drill(Drill),
}

/// The help: what is searched for, and how far it is scrolled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Help {
    /// What its rows must contain; see `Keymap::matching`.
    pub search: String,
    /// Whether keys are letters of the search now.
    pub typing: bool,
    /// The first row shown, of those that match.
    pub top: usize,
}

/// The story of an order, once asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drill {
    /// The order.
    pub order: String,
    /// What is known of it.
    pub told: Told,
    /// The line chosen.
    pub line: usize,
}

/// How far a story is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Asked for; the answer is on its way.
    Asked,
    /// Here it is.
    Story(Story),
    /// There is none, and why.
    Not(String),
}

impl Help {
    /// A key while the search is typed; whether the help took it.
    pub(crate) fn typed(&mut self, key: Key) -> bool {
        if !self.typing {
            return false;
        }
        match key {
            Key::Char(letter) if self.search.chars().count() < SEARCH_LETTERS => self.search.push(letter),
            Key::Named(Named::Backspace) => {
                self.search.pop();
            }
            Key::Named(Named::Enter) => self.typing = false,
            Key::Named(Named::Escape) => {
                self.search.clear();
                self.typing = false;
            }
            Key::Char(_) => {}
            Key::Control(_) | Key::Function(_) | Key::Named(_) | Key::Shift(_) | Key::Other => return false,
        }
        self.top = 0;
        true
    }

    /// Scrolls by so many rows, within those that match.
    pub(crate) fn scroll(&mut self, rows: isize, keymap: &Keymap) {
        self.top = within(self.top, rows, keymap.matching(&self.search).len());
    }
}

impl Drill {
    /// Moves by so many lines, within the story.
    pub(crate) fn scroll(&mut self, rows: isize) {
        let lines = match &self.told {
            Told::Asked | Told::Not(_) => 0,
            Told::Story(story) => story.lines.len(),
        };
        self.line = within(self.line, rows, lines);
    }

    /// Takes an answer in; whether it was waited for.
    pub(crate) fn hear(&mut self, answer: Result<Story, String>) -> bool {
        match answer {
            // An answer to an earlier question is not this one's.
            Ok(story) if story.order != self.order => return false,
            Ok(story) => self.told = Told::Story(story),
            Err(_) if self.told != Told::Asked => return false,
            Err(why) => self.told = Told::Not(why),
        }
        true
    }
}

/// A place moved by so many rows, within so many.
pub(crate) fn within(at: usize, rows: isize, count: usize) -> usize {
    at.saturating_add_signed(rows).min(count.saturating_sub(1))
}
