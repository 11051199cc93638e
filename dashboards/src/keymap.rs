//! Which key asks for which command: what the reducer, the help and the line of keys go by.

use crate::{
    event::Key,
    keys::{BINDINGS, Binding, Command},
};

/// The keys in force. Each key asks for one command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    /// The keys of each command, in the order of [`BINDINGS`].
    keys: Vec<Vec<Key>>,
}

impl Default for Keymap {
    /// The usual keys.
    fn default() -> Self {
        Self {
            keys: BINDINGS.iter().map(|binding| binding.keys.to_vec()).collect(),
        }
    }
}

impl Keymap {
    /// What a key asks for; `None` for a key without a meaning.
    pub fn command(&self, key: Key) -> Option<Command> {
        let at = self.keys.iter().position(|keys| keys.contains(&key))?;
        Some(BINDINGS[at].command)
    }

    /// The keys of a command, the one to show first first.
    pub fn keys(&self, command: Command) -> &[Key] {
        &self.keys[command as usize]
    }

    /// The first key of a command as a screen shows it; empty for a command without a key.
    pub fn first(&self, command: Command, ascii: bool) -> String {
        self.keys(command)
            .first()
            .map(|key| key.shown(ascii))
            .unwrap_or_default()
    }

    /// All keys of a command as a screen shows them.
    pub fn shown(&self, command: Command, ascii: bool) -> String {
        let keys: Vec<String> = self.keys(command).iter().map(|key| key.shown(ascii)).collect();
        keys.join(" ")
    }

    /// The rows that a search of the help leaves: every word of it is in the row's name, its sentence, its group's
    /// heading or is one of its keys.
    pub fn matching(&self, search: &str) -> Vec<&'static Binding> {
        let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
        let matches = |binding: &&Binding, word: &String| {
            let keys = self.keys(binding.command);
            [binding.name, binding.help, binding.group.word()]
                .iter()
                .any(|text| text.to_lowercase().contains(word))
                || keys.iter().any(|key| key.shown(true).to_lowercase() == *word)
        };
        BINDINGS
            .iter()
            .filter(|binding| words.iter().all(|word| matches(binding, word)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_key_means_two_things() {
        let keymap = Keymap::default();
        let mut seen = BTreeSet::new();
        for binding in &BINDINGS {
            for key in keymap.keys(binding.command) {
                assert!(seen.insert(*key), "{key:?} is bound twice");
                assert_eq!(keymap.command(*key), Some(binding.command));
            }
        }
    }

    #[test]
    fn other_keys_mean_nothing() {
        for key in [
            Key::Char('Q'),
            Key::Char('c'),
            Key::Control('q'),
            Key::Function(1),
            Key::Other,
        ] {
            assert_eq!(Keymap::default().command(key), None, "{key:?}");
        }
    }

    #[test]
    fn a_search_leaves_the_rows_that_have_each_word() {
        let names = |search: &str| -> Vec<&str> {
            let rows = Keymap::default().matching(search);
            rows.iter().map(|binding| binding.name).collect()
        };
        assert_eq!(names("").len(), BINDINGS.len());
        assert_eq!(names("freeze"), ["freeze"]);
        assert_eq!(names("GATEWAY phase"), ["next-phase", "previous-phase"]);
        assert_eq!(names("pgup"), ["page-up"]);
        assert_eq!(names("no such thing"), Vec::<&str>::new());
    }
}
