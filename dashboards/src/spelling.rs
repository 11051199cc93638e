//! How keys are spelt in settings and shown on a screen.

use crate::event::{Key, Named};

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
    fn every_named_key_has_a_word() {
        for (key, word, _) in NAMES {
            assert_eq!(Key::Named(key).spelt(), word);
        }
        assert_eq!(Named::End as usize + 1, NAMES.len());
    }
}
