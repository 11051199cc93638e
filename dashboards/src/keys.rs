//! The one table of keys: what they do and what the help says of them. The reducer is `app`'s.

use crate::event::Key;

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// End the run gracefully; asked again: abort it.
    Stop,
    /// Show or hide the help.
    Help,
    /// Freeze or thaw the view.
    Freeze,
    /// The next shorter window.
    Shorter,
    /// The next longer window.
    Longer,
    /// Response time or service time.
    Times,
    /// The next theme.
    Theme,
    /// Move the gateway's timeline to the next phase.
    NextPhase,
    /// Move it to the phase before.
    PreviousPhase,
    /// Turn the prepared fault on or off.
    Fault,
    /// Close what is open on top.
    Close,
}

impl Command {
    /// Every command, in the order of the help.
    pub const ALL: [Self; 11] = [
        Self::Stop,
        Self::Help,
        Self::Freeze,
        Self::Shorter,
        Self::Longer,
        Self::Times,
        Self::Theme,
        Self::NextPhase,
        Self::PreviousPhase,
        Self::Fault,
        Self::Close,
    ];
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The keys, any of which does it.
    pub keys: &'static [Key],
    /// How a screen spells them.
    pub label: &'static str,
    /// What they do.
    pub command: Command,
    /// One or two words for the line of keys; empty where the line leaves it out.
    pub short: &'static str,
    /// A sentence for the help.
    pub help: &'static str,
}

/// Every key there is, in the order of the help.
pub const BINDINGS: [Binding; 11] = [
    Binding {
        keys: &[Key::Char('q'), Key::Control('c')],
        label: "q Ctrl-C",
        command: Command::Stop,
        short: "stop",
        help: "stop gracefully: no more arrivals, then drain; again: abort",
    },
    Binding {
        keys: &[Key::Char('?')],
        label: "?",
        command: Command::Help,
        short: "help",
        help: "show or hide this help",
    },
    Binding {
        keys: &[Key::Char(' ')],
        label: "space",
        command: Command::Freeze,
        short: "freeze",
        help: "freeze the view, not the load; again: back to live",
    },
    Binding {
        keys: &[Key::Char('[')],
        label: "[",
        command: Command::Shorter,
        short: "",
        help: "shorter window of percentiles: all, 2m, 30s, 10s",
    },
    Binding {
        keys: &[Key::Char(']')],
        label: "]",
        command: Command::Longer,
        short: "window",
        help: "longer window of percentiles: 10s, 30s, 2m, all",
    },
    Binding {
        keys: &[Key::Char('r')],
        label: "r",
        command: Command::Times,
        short: "response/service",
        help: "response time, from the intended start, or service time",
    },
    Binding {
        keys: &[Key::Char('t')],
        label: "t",
        command: Command::Theme,
        short: "theme",
        help: "next theme: dark, light, mono",
    },
    Binding {
        keys: &[Key::Char('n')],
        label: "n",
        command: Command::NextPhase,
        short: "",
        help: "gateway: jump to the next phase; the load's own phases stay",
    },
    Binding {
        keys: &[Key::Char('p')],
        label: "p",
        command: Command::PreviousPhase,
        short: "",
        help: "gateway: jump to the phase before",
    },
    Binding {
        keys: &[Key::Char('f')],
        label: "f",
        command: Command::Fault,
        short: "",
        help: "gateway: the fault of --fault on, for 60 s; again: off",
    },
    Binding {
        keys: &[Key::Escape],
        label: "Esc",
        command: Command::Close,
        short: "",
        help: "close the help",
    },
];

/// What a key asks for; `None` for a key without a meaning.
pub(crate) fn command(key: Key) -> Option<Command> {
    BINDINGS
        .iter()
        .find(|binding| binding.keys.contains(&key))
        .map(|binding| binding.command)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_key_means_two_things_and_each_command_has_a_key() {
        let mut seen = BTreeSet::new();
        for binding in &BINDINGS {
            for key in binding.keys {
                assert!(seen.insert(format!("{key:?}")), "{key:?} is bound twice");
                assert_eq!(command(*key), Some(binding.command));
            }
        }
        for wanted in Command::ALL {
            assert_eq!(
                BINDINGS.iter().filter(|binding| binding.command == wanted).count(),
                1,
                "{wanted:?}"
            );
        }
    }

    #[test]
    fn the_label_spells_the_keys() {
        for binding in &BINDINGS {
            let spelt: Vec<String> = binding.keys.iter().map(|key| spell(*key)).collect();
            assert_eq!(binding.label, spelt.join(" "));
            assert!(!binding.help.is_empty());
        }
    }

    #[test]
    fn other_keys_mean_nothing() {
        for key in [Key::Char('Q'), Key::Char('c'), Key::Control('q'), Key::Other] {
            assert_eq!(command(key), None, "{key:?}");
        }
    }

    fn spell(key: Key) -> String {
        match key {
            Key::Char(' ') => "space".to_owned(),
            Key::Char(letter) => letter.to_string(),
            Key::Control(letter) => format!("Ctrl-{}", letter.to_uppercase()),
            Key::Escape => "Esc".to_owned(),
            Key::Other => "other".to_owned(),
        }
    }
}
