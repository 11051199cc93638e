//! The table `[keys]` of the settings: other keys of the dashboard, by command. A variable is `PAYDRILL_KEYS__` and the
//! command's name in capitals with `_` for `-`.

use std::collections::BTreeMap;

use dashboards::Keymap;
use serde::{Deserialize, Serialize};

use crate::failure::usage;

/// The keys of commands that have other keys than usual. Names and keys are `dashboards`' to read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct KeySettings(BTreeMap<String, Keys>);

/// The keys of one command: one word, several with blanks between them, as a variable has them, or a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "neither a key, such as \"f2\", nor a list of keys")]
enum Keys {
    One(Word),
    Several(Vec<Word>),
}

/// A key. The digits are keys too, and neither TOML nor a variable needs quotes around them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Word {
    Digit(u8),
    Text(String),
}

impl KeySettings {
    /// The keys in force: the usual ones but for these.
    pub(crate) fn read(&self) -> anyhow::Result<Keymap> {
        let words: Vec<(&str, Vec<String>)> = self
            .0
            .iter()
            .map(|(name, keys)| (name.as_str(), keys.words()))
            .collect();
        let changes = words
            .iter()
            .map(|(name, words)| (*name, words.iter().map(String::as_str)));
        Keymap::bound(changes).map_err(|mistakes| {
            let mistakes: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            usage(format!("settings: [keys]: {}", mistakes.join("\nsettings: [keys]: ")))
        })
    }

    /// What is in force, spelt out.
    pub(crate) fn of(keymap: &Keymap) -> Self {
        let keys = |words: Vec<String>| Keys::Several(words.into_iter().map(Word::Text).collect());
        Self(
            keymap
                .spelt()
                .map(|(name, words)| (name.to_owned(), keys(words)))
                .collect(),
        )
    }
}

impl Keys {
    fn words(&self) -> Vec<String> {
        match self {
            Self::One(Word::Text(words)) => words.split_whitespace().map(str::to_owned).collect(),
            Self::One(digit @ Word::Digit(_)) => vec![digit.text()],
            Self::Several(words) => words.iter().map(Word::text).collect(),
        }
    }
}

impl Word {
    fn text(&self) -> String {
        match self {
            Self::Digit(digit) => digit.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use dashboards::Command;

    use super::*;

    fn read(text: &str) -> anyhow::Result<Keymap> {
        toml::from_str::<KeySettings>(text)?.read()
    }

    #[test]
    fn keys_are_a_word_several_or_a_list() {
        let keymap = read("freeze = \"F2\"\nmark = [\"M\", 7]\nzoom = 8\nbottom = \"end G\"\nlive = []").unwrap();
        for (command, keys) in [
            (Command::Freeze, "F2"),
            (Command::Mark, "M 7"),
            (Command::Zoom, "8"),
            (Command::Bottom, "End G"),
            (Command::Live, ""),
            (Command::Help, "?"),
        ] {
            assert_eq!(keymap.shown(command, false), keys, "{command:?}");
        }
    }

    #[test]
    fn the_documented_keys_read() {
        let guide = include_str!("../../docs/dashboard.md");
        let (_, block) = guide.split_once("```toml\n[keys]\n").expect("the guide shows keys");
        let (block, _) = block.split_once("```").expect("the block ends");
        let keymap = read(block).unwrap();
        assert_eq!(keymap.shown(Command::NextPhase, false), "> PgDn");
    }

    #[test]
    fn each_mistake_is_told() {
        let said = read("freez = \"x\"\nmark = \"spce\"").unwrap_err().to_string();
        assert!(said.contains("`freez`") && said.contains("`freeze`"), "{said}");
        assert!(said.contains("`spce`") && said.contains("`space`"), "{said}");
    }

    #[test]
    fn what_is_in_force_reads_back() {
        let keymap = read("freeze = \"F2\"").unwrap();
        let text = toml::to_string(&KeySettings::of(&keymap)).unwrap();
        assert_eq!(read(&text).unwrap(), keymap, "{text}");
    }
}
