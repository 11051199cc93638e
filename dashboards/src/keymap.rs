//! Which key asks for which command: what the reducer, the help and the line of keys go by.

use thiserror::Error;

use crate::{
    event::Key,
    keys::{BINDINGS, Binding, Command},
    spelling::SpellingError,
};

/// Names that differ in more letters are not what was meant.
const LETTERS_OFF: usize = 2;
/// Or names less alike than this, by Jaro and Winkler.
const ALIKE: f64 = 0.85;

/// Why keys cannot be bound as asked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeymapError {
    /// No command is called so.
    #[error("`{name}` is no command{}", .like.map(|like| format!("; did you mean `{like}`?")).unwrap_or_default())]
    Unknown {
        /// The name.
        name: String,
        /// What is called nearly so.
        like: Option<&'static str>,
    },
    /// A word is no key.
    #[error("`{command}`: {error}")]
    Spelling {
        /// The command it was meant for.
        command: &'static str,
        /// What is wrong with it.
        error: SpellingError,
    },
    /// One key for two commands.
    #[error(
        "`{key}` is a key of both `{first}` and `{second}`; give one of them another key, or none: `{second} = []`"
    )]
    Taken {
        /// The key.
        key: String,
        /// The one command.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// Without it the dashboard could not be left but by force.
    #[error("`stop` has no key; give it one, such as `stop = \"q\"`")]
    NoStop,
}

/// In a terminal in raw mode it is a key like any other, and everybody expects it to end a program.
const INTERRUPT: Key = Key::Control('c');

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
    /// The usual keys, but for these commands: each is a name of [`BINDINGS`], `_` standing for `-`, and its keys as
    /// [`Key::read`] reads them. Of a command named twice the later keys hold. Ctrl-C stops whatever else does. Tells every
    /// mistake at once.
    pub fn bound<'a, W>(changes: impl IntoIterator<Item = (&'a str, W)>) -> Result<Self, Vec<KeymapError>>
    where
        W: IntoIterator<Item = &'a str>,
    {
        let mut keymap = Self::default();
        let mut mistakes = Vec::new();
        for (name, words) in changes {
            let name = name.replace('_', "-");
            let Some(binding) = BINDINGS.iter().find(|binding| binding.name == name) else {
                let like = nearest(&name, BINDINGS.iter().map(|binding| binding.name));
                mistakes.push(KeymapError::Unknown { name, like });
                continue;
            };
            let keys = &mut keymap.keys[binding.command as usize];
            keys.clear();
            for word in words {
                match Key::read(word) {
                    Ok(key) if !keys.contains(&key) => keys.push(key),
                    Ok(_) => {}
                    Err(error) => mistakes.push(KeymapError::Spelling {
                        command: binding.name,
                        error,
                    }),
                }
            }
        }
        let stop = &mut keymap.keys[Command::Stop as usize];
        if stop.is_empty() && mistakes.is_empty() {
            mistakes.push(KeymapError::NoStop);
        }
        if !stop.contains(&INTERRUPT) {
            stop.push(INTERRUPT);
        }
        mistakes.extend(keymap.taken());
        if mistakes.is_empty() { Ok(keymap) } else { Err(mistakes) }
    }

    /// Keys that ask for two commands.
    fn taken(&self) -> impl Iterator<Item = KeymapError> {
        BINDINGS.iter().flat_map(|second| {
            self.keys(second.command).iter().filter_map(|key| {
                let first = self.command(*key).filter(|first| *first != second.command)?;
                Some(KeymapError::Taken {
                    key: key.spelt(),
                    first: first.row().name,
                    second: second.name,
                })
            })
        })
    }

    /// Every command's name and its keys as settings spell them, in the order of the help.
    pub fn spelt(&self) -> impl Iterator<Item = (&'static str, Vec<String>)> {
        let rows = BINDINGS.iter().zip(&self.keys);
        rows.map(|(binding, keys)| (binding.name, keys.iter().map(|key| key.spelt()).collect()))
    }

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

/// The name that was most likely meant.
pub(crate) fn nearest<'a>(wrong: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let off = |name: &str| strsim::damerau_levenshtein(wrong, name);
    let near = |name: &&str| off(name) <= LETTERS_OFF.min(name.len() / 2) || strsim::jaro_winkler(wrong, name) >= ALIKE;
    names.filter(near).min_by_key(|name| off(name))
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

    fn bound(changes: &[(&str, &[&str])]) -> Result<Keymap, String> {
        let changes = changes.iter().map(|(name, words)| (*name, words.iter().copied()));
        Keymap::bound(changes).map_err(|mistakes| {
            let words: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            words.join("\n")
        })
    }

    #[test]
    fn keys_can_be_bound_anew() {
        let keymap = bound(&[
            ("freeze", &["p", "f2", "shift-up"]),
            ("next_phase", &["space"]),
            ("mark", &[]),
            ("stop", &["x"]),
        ])
        .unwrap();
        for (key, command) in [
            (Key::Char('p'), Some(Command::Freeze)),
            (Key::Function(2), Some(Command::Freeze)),
            (Key::Char(' '), Some(Command::NextPhase)),
            (Key::Char('>'), None),
            (Key::Char('m'), None),
            (Key::Char('q'), None),
            (Key::Char('x'), Some(Command::Stop)),
            (Key::Control('c'), Some(Command::Stop)),
            (Key::Char('P'), Some(Command::Pause)),
        ] {
            assert_eq!(keymap.command(key), command, "{key:?}");
        }
        assert_eq!(keymap.shown(Command::Freeze, false), "p F2 Shift-↑");
        assert_eq!(keymap.shown(Command::Mark, false), "");
    }

    /// What is printed can be read back.
    #[test]
    fn spelt_keys_are_the_same_keys() {
        for keymap in [Keymap::default(), bound(&[("zoom", &["ctrl-x", "é"])]).unwrap()] {
            let spelt: Vec<(&str, Vec<String>)> = keymap.spelt().collect();
            let again = Keymap::bound(
                spelt
                    .iter()
                    .map(|(name, keys)| (*name, keys.iter().map(String::as_str))),
            );
            assert_eq!(again, Ok(keymap));
        }
    }

    #[test]
    fn what_cannot_be_bound_is_told_with_a_remedy() {
        for (changes, said) in [
            (
                &[("frezze", &["x"][..])][..],
                "`frezze` is no command; did you mean `freeze`?",
            ),
            (&[("elsewhere", &["x"])], "`elsewhere` is no command"),
            (
                &[("freeze", &["spcae"])],
                "`freeze`: `spcae` is no key; did you mean `space`?",
            ),
            (
                &[("freeze", &["hyper-x"])],
                "`freeze`: `hyper-x` is no key; write a letter, a name such as space, enter, left or pgup, f1 to f12, \
                 ctrl-x or shift-left",
            ),
            (
                &[("freeze", &["ctrl-i"])],
                "`freeze`: `ctrl-i` cannot be used: terminals send it as tab",
            ),
            (
                &[("freeze", &["ctrl-z"])],
                "`freeze`: `ctrl-z` cannot be used: it suspends the program",
            ),
            (
                &[("freeze", &["P"])],
                "`P` is a key of both `pause` and `freeze`; give one of them another key, or none: `freeze = []`",
            ),
            (
                &[("freeze", &["ctrl-c"])],
                "`ctrl-c` is a key of both `stop` and `freeze`; give one of them another key, or none: `freeze = []`",
            ),
            (
                &[("stop", &[])],
                "`stop` has no key; give it one, such as `stop = \"q\"`",
            ),
            (
                &[("frezze", &["x"]), ("stop", &["f13"])],
                "`frezze` is no command; did you mean `freeze`?\n`stop`: `f13` is no key; write a letter, a name such as \
                 space, enter, left or pgup, f1 to f12, ctrl-x or shift-left",
            ),
        ] {
            assert_eq!(bound(changes).unwrap_err(), said, "{changes:?}");
        }
    }

    /// The table of the documentation. It is rewritten when it is out of date, and the test fails once so that this is seen.
    #[test]
    fn the_documented_keys_are_up_to_date() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/dashboard.md");
        let kept = std::fs::read_to_string(&path).unwrap();
        let (before, rest) = kept.split_once("<!-- keys -->\n").unwrap();
        let (_, after) = rest.split_once("<!-- /keys -->").unwrap();
        let keymap = Keymap::default();
        let row = |binding: &Binding| {
            let keys: Vec<String> = keymap
                .keys(binding.command)
                .iter()
                .map(|key| format!("`{}`", key.shown(false)))
                .collect();
            format!("| {} | `{}` | {} |\n", keys.join(" "), binding.name, binding.help)
        };
        let table: String = BINDINGS.iter().map(row).collect();
        let text = format!("{before}<!-- keys -->\n| | | |\n|---|---|---|\n{table}<!-- /keys -->{after}");
        if kept != text {
            std::fs::write(&path, &text).unwrap();
            panic!("docs/dashboard.md was out of date and is rewritten: look at it and commit it");
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
