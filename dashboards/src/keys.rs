//! The closed set of commands and the usual keys of each. Which keys are in force is `keymap`'s; what a command does is
//! `app`'s.

use crate::event::{Key, Named};

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the table below says what each does, once")]
pub enum Command {
    Stop,
    Pause,
    Faster,
    Slower,
    Mark,
    Export,
    NextPhase,
    PreviousPhase,
    Fault,
    Help,
    Search,
    Freeze,
    Overview,
    Operations,
    Errors,
    Capacity,
    Compare,
    Log,
    NextView,
    PreviousView,
    Zoom,
    NextSource,
    PreviousSource,
    Up,
    Down,
    PageUp,
    PageDown,
    Top,
    Bottom,
    Open,
    Back,
    Shorter,
    Longer,
    Earlier,
    Later,
    MuchEarlier,
    MuchLater,
    First,
    Live,
    NextBorder,
    PreviousBorder,
    Reset,
    Times,
    Outcome,
    Operation,
    HeatScale,
    HeatColours,
    Theme,
}

/// What belongs together in the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// What is asked of the run.
    Run,
    /// What is asked of the gateway.
    Gateway,
    /// What is on the screen.
    View,
    /// Lists and what lies behind their rows.
    List,
    /// The time axis.
    Time,
    /// Which figures, and how they look.
    Figures,
}

impl Group {
    /// Its heading.
    pub fn word(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Gateway => "gateway",
            Self::View => "view",
            Self::List => "list",
            Self::Time => "time",
            Self::Figures => "figures",
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// What the keys do.
    pub command: Command,
    /// Where the help has it.
    pub group: Group,
    /// Its name in settings.
    pub name: &'static str,
    /// The usual keys, any of which does it.
    pub keys: &'static [Key],
    /// A sentence for the help.
    pub help: &'static str,
}

/// Every command, in the order of the help, which is the order of [`Command`].
#[rustfmt::skip]
pub const BINDINGS: [Binding; 48] = {
    use Command as C;
    use Group::{Figures, Gateway, List, Run, Time, View};
    [
        row(C::Stop, Run, "stop", &[Key::Char('q'), Key::Control('c')], "stop: no more arrivals, then drain; again: abort"),
        row(C::Pause, Run, "pause", &[Key::Char('P')], "pause the load or a recording; again: go on"),
        row(C::Faster, Run, "faster", &[Key::Char('+'), Key::Char('=')], "a tenth more arrivals; of a recording: twice as fast"),
        row(C::Slower, Run, "slower", &[Key::Char('-')], "fewer by the same; of a recording: half as fast"),
        row(C::Mark, Run, "mark", &[Key::Char('m')], "mark this moment in the log and the report"),
        row(C::Export, Run, "export", &[Key::Char('e')], "write this picture, as JSON and as it is drawn"),
        row(C::NextPhase, Gateway, "next-phase", &[Key::Char('>')], "jump to the next phase; the load's own phases stay"),
        row(C::PreviousPhase, Gateway, "previous-phase", &[Key::Char('<')], "jump to the phase before"),
        row(C::Fault, Gateway, "fault", &[Key::Char('F')], "the fault of --fault on, for 60 s; again: off"),
        row(C::Help, View, "help", &[Key::Char('?')], "show or hide this help"),
        row(C::Search, View, "search", &[Key::Char('/')], "search the help"),
        row(C::Freeze, View, "freeze", &[Key::Char(' ')], "freeze the view, not the load; play a recording"),
        row(C::Overview, View, "overview", &[Key::Char('1')], "view: everything at a glance"),
        row(C::Operations, View, "operations", &[Key::Char('2')], "view: each operation and journey"),
        row(C::Errors, View, "errors", &[Key::Char('3')], "view: what failed, down to the order"),
        row(C::Capacity, View, "capacity", &[Key::Char('4')], "view: workers, their queue, and each rate so far"),
        row(C::Compare, View, "compare", &[Key::Char('5')], "view: each phase beside the first"),
        row(C::Log, View, "log", &[Key::Char('6')], "view: what happened, in order"),
        row(C::NextView, View, "next-view", &[Key::Named(Named::Tab)], "the next view"),
        row(C::PreviousView, View, "previous-view", &[Key::Shift(Named::Tab)], "the view before"),
        row(C::Zoom, View, "zoom", &[Key::Char('z')], "the chart alone, on the whole screen; again: back"),
        row(C::NextSource, View, "next-source", &[Key::Char('s')], "the next of several that are watched"),
        row(C::PreviousSource, View, "previous-source", &[Key::Char('S')], "the one before"),
        row(C::Up, List, "up", &[Key::Named(Named::Up), Key::Char('k')], "the row above"),
        row(C::Down, List, "down", &[Key::Named(Named::Down), Key::Char('j')], "the row below"),
        row(C::PageUp, List, "page-up", &[Key::Named(Named::PageUp)], "ten rows up"),
        row(C::PageDown, List, "page-down", &[Key::Named(Named::PageDown)], "ten rows down"),
        row(C::Top, List, "top", &[Key::Char('g')], "the first row"),
        row(C::Bottom, List, "bottom", &[Key::Char('G')], "the last row"),
        row(C::Open, List, "open", &[Key::Named(Named::Enter)], "what lies behind the row"),
        row(C::Back, List, "back", &[Key::ESCAPE], "close what is open; else back to the overview"),
        row(C::Shorter, Time, "shorter-window", &[Key::Char('[')], "shorter window of percentiles: all, 2m, 30s, 10s"),
        row(C::Longer, Time, "longer-window", &[Key::Char(']')], "longer window of percentiles: 10s, 30s, 2m, all"),
        row(C::Earlier, Time, "earlier", &[Key::Named(Named::Left), Key::Char(',')], "time cursor a second earlier: that second's figures"),
        row(C::Later, Time, "later", &[Key::Named(Named::Right), Key::Char('.')], "a second later; past the last one: live"),
        row(C::MuchEarlier, Time, "much-earlier", &[Key::Shift(Named::Left), Key::Char('{')], "ten seconds earlier"),
        row(C::MuchLater, Time, "much-later", &[Key::Shift(Named::Right), Key::Char('}')], "ten seconds later"),
        row(C::First, Time, "first-second", &[Key::Named(Named::Home)], "the first second there is"),
        row(C::Live, Time, "live", &[Key::Named(Named::End)], "no cursor: the newest figures; a recording's end"),
        row(C::NextBorder, Time, "next-border", &[Key::Char('n')], "cursor to the next begin of a phase"),
        row(C::PreviousBorder, Time, "previous-border", &[Key::Char('N')], "cursor to the begin before"),
        row(C::Reset, Time, "reset", &[Key::Char('R')], "window, cursor, filter and zoom as at the start"),
        row(C::Times, Figures, "times", &[Key::Char('r')], "response time, from the intended start, or service time"),
        row(C::Outcome, Figures, "outcome", &[Key::Char('o')], "requests of every outcome, successes, errors"),
        row(C::Operation, Figures, "operation", &[Key::Char('f')], "one operation alone, one after another; then all"),
        row(C::HeatScale, Figures, "heat-scale", &[Key::Char('l')], "heat by the logarithm of the count or by the count"),
        row(C::HeatColours, Figures, "heat-colours", &[Key::Char('h')], "next colours of the heat map: viridis, cividis, grey"),
        row(C::Theme, Figures, "theme", &[Key::Char('t')], "next theme: dark, light, high-contrast, mono"),
    ]
};

const fn row(command: Command, group: Group, name: &'static str, keys: &'static [Key], help: &'static str) -> Binding {
    Binding {
        command,
        group,
        name,
        keys,
        help,
    }
}

impl Command {
    /// Its row of the table.
    pub fn row(self) -> &'static Binding {
        // The table has the order of the enum, which a test keeps.
        &BINDINGS[self as usize]
    }

    /// Whether it asks something of the load or the gateway, which a recording cannot do.
    pub fn steers(self) -> bool {
        matches!(self.row().group, Group::Run | Group::Gateway) && !matches!(self, Self::Stop)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_has_every_command_in_its_place() {
        for (at, binding) in BINDINGS.iter().enumerate() {
            assert_eq!(binding.command as usize, at, "{binding:?}");
            assert_eq!(binding.command.row(), binding);
            assert!(!binding.keys.is_empty(), "{binding:?}");
            // What the help has room for on 80 columns.
            assert!((1..=55).contains(&binding.help.chars().count()), "{binding:?}");
        }
        assert_eq!(
            Command::Theme as usize + 1,
            BINDINGS.len(),
            "the last command is the last row"
        );
    }

    #[test]
    fn names_are_words_of_their_own() {
        let names: BTreeSet<&str> = BINDINGS.iter().map(|binding| binding.name).collect();
        assert_eq!(names.len(), BINDINGS.len());
        for name in names {
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{name}");
        }
    }

    #[test]
    fn groups_are_not_torn_apart() {
        let mut groups: Vec<Group> = BINDINGS.iter().map(|binding| binding.group).collect();
        groups.dedup();
        assert_eq!(groups.len(), 6, "{groups:?}");
    }
}
