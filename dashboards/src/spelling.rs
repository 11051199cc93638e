//! How keys are spelt in settings and shown on a screen.

use thiserror::Error;

use crate::{
    event::{Key, Named},
    keymap::nearest,
};

/// The highest function key.
const FUNCTION_KEYS: u8 = 12;

/// Why a word is no key.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SpellingError {
    /// Nothing is spelt like this.
    #[error("`{word}` is no key{}", hint(.like.as_deref()))]
    Unknown {
        /// The word.
        word: String,
        /// What is spelt nearly so.
        like: Option<String>,
    },
    /// A terminal cannot send it, or something else takes it.
    #[error("`{word}` cannot be used: {why}")]
    Unusable {
        /// The word.
        word: String,
        /// What takes it.
        why: &'static str,
    },
}

/// What to write instead.
pub(crate) fn hint(like: Option<&str>) -> String {
    match like {
        Some(like) => format!("; did you mean `{like}`?"),
        None => {
            "; write a letter, a name such as space, enter, left or pgup, f1 to f12, ctrl-x or shift-left".to_owned()
        }
    }
}

/// A key with a name of its own: its word in settings and its glyph on a screen that has more than ASCII.
const NAMES: [(Named, &str, &str); 14] = [
    (Named::Escape, "esc", "Esc"),
    (Named::Enter, "enter", "Enter"),
    (Named::Tab, "tab", "Tab"),
    (Named::Backspace, "backspace", "Backspace"),
    (Named::Delete, "delete", "Del"),
    (Named::Insert, "insert", "Ins"),
    (Named::Up, "up", "↑"),
    (Named::Down, "down", "↓"),
    (Named::Left, "left", "←"),
    (Named::Right, "right", "→"),
    (Named::PageUp, "pgup", "PgUp"),
    (Named::PageDown, "pgdown", "PgDn"),
    (Named::Home, "home", "Home"),
    (Named::End, "end", "End"),
];

impl Key {
    /// How settings spell it: `q`, `space`, `ctrl-c`, `f1`, `left`, `shift-tab`.
    pub fn spelt(self) -> String {
        match self {
            Self::Char(' ') => "space".to_owned(),
            Self::Char(letter) => letter.to_string(),
            Self::Control(letter) => format!("ctrl-{letter}"),
            Self::Function(number) => format!("f{number}"),
            Self::Named(named) => word(named).0.to_owned(),
            Self::Shift(named) => format!("shift-{}", word(named).0),
            Self::Other => "other".to_owned(),
        }
    }

    /// Reads what [`Key::spelt`] writes; names in any case.
    pub fn read(word: &str) -> Result<Self, SpellingError> {
        let mut letters = word.chars();
        if let (Some(letter), None) = (letters.next(), letters.next())
            && !letter.is_whitespace()
            && !letter.is_control()
        {
            return Ok(Self::Char(letter));
        }
        let lower = word.to_lowercase();
        let unusable = |why| {
            Err(SpellingError::Unusable {
                word: word.to_owned(),
                why,
            })
        };
        if lower == "space" {
            return Ok(Self::Char(' '));
        }
        if let Some(key) = named(&lower) {
            return Ok(Self::Named(key));
        }
        if let Some(key) = lower.strip_prefix("shift-").and_then(named) {
            return match key {
                Named::Escape | Named::Enter | Named::Backspace => unusable("terminals send it as without Shift"),
                Named::Tab
                | Named::Delete
                | Named::Insert
                | Named::Up
                | Named::Down
                | Named::Left
                | Named::Right
                | Named::PageUp
                | Named::PageDown
                | Named::Home
                | Named::End => Ok(Self::Shift(key)),
            };
        }
        if let Some(letter) = lower.strip_prefix("ctrl-").and_then(|letter| letter.parse().ok()) {
            return match letter {
                'z' => unusable("it suspends the program"),
                'i' => unusable("terminals send it as tab"),
                'm' | 'j' => unusable("terminals send it as enter"),
                'h' => unusable("terminals send it as backspace"),
                'a'..='z' => Ok(Self::Control(letter)),
                _ => unusable("Control goes with letters"),
            };
        }
        if let Some(number) = lower.strip_prefix('f').and_then(|number| number.parse().ok())
            && (1..=FUNCTION_KEYS).contains(&number)
        {
            return Ok(Self::Function(number));
        }
        let spelt = NAMES.iter().map(|(_, word, _)| *word).chain(["space"]);
        Err(SpellingError::Unknown {
            word: word.to_owned(),
            like: nearest(&lower, spelt).map(str::to_owned),
        })
    }

    /// How a screen shows it: `q`, `space`, `Ctrl-C`, `F1`, `←`, `Shift-Tab`; arrows as words where only ASCII may be.
    pub fn shown(self, ascii: bool) -> String {
        let named = |named| {
            let (word, glyph) = word(named);
            if glyph.is_ascii() || !ascii {
                glyph.to_owned()
            } else {
                let mut letters = word.chars();
                let first = letters.next().map(|letter| letter.to_ascii_uppercase());
                first.into_iter().chain(letters).collect()
            }
        };
        match self {
            Self::Char(' ') | Self::Char(_) | Self::Other => self.spelt(),
            Self::Control(letter) => format!("Ctrl-{}", letter.to_ascii_uppercase()),
            Self::Function(number) => format!("F{number}"),
            Self::Named(key) => named(key),
            Self::Shift(key) => format!("Shift-{}", named(key)),
        }
    }
}

fn named(word: &str) -> Option<Named> {
    NAMES
        .iter()
        .find(|(_, known, _)| *known == word)
        .map(|(key, _, _)| *key)
}

fn word(key: Named) -> (&'static str, &'static str) {
    NAMES
        .iter()
        .find(|(named, _, _)| *named == key)
        .map(|(_, word, glyph)| (*word, *glyph))
        .expect("every named key has a row")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_spelt() {
        for (key, spelt, shown, ascii) in [
            (Key::Char('q'), "q", "q", "q"),
            (Key::Char(' '), "space", "space", "space"),
            (Key::Control('c'), "ctrl-c", "Ctrl-C", "Ctrl-C"),
            (Key::Function(12), "f12", "F12", "F12"),
            (Key::Named(Named::Left), "left", "←", "Left"),
            (Key::Shift(Named::Right), "shift-right", "Shift-→", "Shift-Right"),
            (Key::Shift(Named::Tab), "shift-tab", "Shift-Tab", "Shift-Tab"),
            (Key::ESCAPE, "esc", "Esc", "Esc"),
        ] {
            assert_eq!(
                (key.spelt(), key.shown(false), key.shown(true)),
                (spelt.into(), shown.into(), ascii.into())
            );
        }
    }

    #[test]
    fn what_is_spelt_can_be_read() {
        let keys = NAMES.into_iter().map(|(key, _, _)| Key::Named(key));
        let others = [
            Key::Char('q'),
            Key::Char('F'),
            Key::Char(' '),
            Key::Char('字'),
            Key::Control('x'),
        ];
        for key in keys.chain(others).chain((1..=FUNCTION_KEYS).map(Key::Function)) {
            assert_eq!(Key::read(&key.spelt()), Ok(key));
        }
        for (word, key) in [
            ("Space", Key::Char(' ')),
            ("F2", Key::Function(2)),
            ("SHIFT-Left", Key::Shift(Named::Left)),
            ("Ctrl-X", Key::Control('x')),
        ] {
            assert_eq!(Key::read(word), Ok(key));
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for word in [
            "",
            " ",
            "\n",
            "f0",
            "f13",
            "ctrl-",
            "ctrl-1",
            "ctrl-j",
            "shift-a",
            "shift-esc",
            "alt-x",
            "spacebar",
        ] {
            assert!(Key::read(word).is_err(), "{word:?}");
        }
    }

    #[test]
    fn every_named_key_has_a_word() {
        for (key, word, _) in NAMES {
            assert_eq!(Key::Named(key).spelt(), word);
        }
        assert_eq!(Named::End as usize + 1, NAMES.len());
    }
}
