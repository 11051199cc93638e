//! The last line: what was last said, or the keys that matter in this view, out of the keys in force.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::pen;
use crate::{
    app::Model,
    choice::ViewName,
    event::{Key, Named},
    figures::clean,
    keys::Command,
    modal::{Help, Modal},
    request::Origin,
    theme::{Role, Theme},
};

/// Commands that share a place, and their word.
type Place = (&'static [Command], &'static str);

/// Keys of a list, and of what lies behind its rows.
const CHOOSE: &[Command] = &[Command::Up, Command::Down, Command::Open];

/// Keys of the help's search, which cannot be rebound: they are typed like any text.
const TYPING: [(Named, &str); 2] = [(Named::Enter, "keep the search"), (Named::Escape, "drop it")];

/// Draws the line.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    if let Some(remark) = model.remark() {
        let words = format!(" ▸ {}", clean(remark));
        pen::line(buf, area, 0, &Line::styled(words, theme.style(Role::Strong)));
        return;
    }
    let offers: Vec<(String, &str)> = if let Modal::Help(Help { typing: true, .. }) = model.modal() {
        let shown = |(key, word)| (Key::Named(key).shown(theme.ascii), word);
        TYPING.into_iter().map(shown).collect()
    } else {
        let keys = |commands: &[Command]| {
            let keys = commands
                .iter()
                .map(|command| model.keymap().first(*command, theme.ascii));
            keys.filter(|key| !key.is_empty()).collect::<Vec<String>>().join(" ")
        };
        let offers = places(model).into_iter().map(|(commands, word)| (keys(commands), word));
        offers.filter(|(keys, _)| !keys.is_empty()).collect()
    };
    let pieces = offers
        .into_iter()
        .map(|(keys, word)| {
            vec![
                Span::styled(format!(" {keys}"), theme.style(Role::Strong)),
                Span::styled(format!(" {word} "), theme.style(Role::Dim)),
            ]
        })
        .collect();
    pen::line(buf, area, 0, &pen::whole(pieces, usize::from(area.width)));
}

/// What the line offers, the most needed first: what does not fit is left out from the end.
fn places(model: &Model) -> Vec<Place> {
    // A recording stands instead of being frozen.
    let freeze = match (model.origin(), model.is_frozen()) {
        (Origin::Recording, _) => pause(model),
        (Origin::Run | Origin::Watched, true) => "back to live",
        (Origin::Run | Origin::Watched, false) => "freeze",
    };
    let mut places: Vec<Place> = vec![(&[Command::Stop], stop(model)), (&[Command::Help], "help")];
    match model.modal() {
        Modal::None => {}
        Modal::Help(_) => {
            places.extend::<[Place; 3]>([
                (&[Command::Search], "search"),
                (&[Command::Up, Command::Down], "scroll"),
                (&[Command::Back], "close"),
            ]);
            return places;
        }
        Modal::Drill(_) => {
            places.extend::<[Place; 2]>([(&[Command::Up, Command::Down], "scroll"), (&[Command::Back], "close")]);
            return places;
        }
    }
    places.push((&[Command::Freeze], freeze));
    places.push(match model.view() {
        ViewName::Overview => (&[Command::Shorter, Command::Longer], "window"),
        ViewName::Operations => (CHOOSE, "choose, filter"),
        ViewName::Errors => (CHOOSE, "choose, story"),
        ViewName::Capacity => (&[Command::Open], "rates alone"),
        ViewName::Compare => (CHOOSE, "choose, charts alone"),
        ViewName::Log => (CHOOSE, "choose, go there"),
    });
    places.extend::<[Place; 11]>([
        (&[Command::Earlier, Command::Later], "cursor"),
        (&[Command::NextView], "view"),
        (&[Command::Times], model.times().next().word()),
        (&[Command::Pause], pause(model)),
        (&[Command::Slower, Command::Faster], "rate"),
        (&[Command::Operation], "operation"),
        (&[Command::Outcome], "outcome"),
        (&[Command::Zoom], "zoom"),
        (&[Command::Mark], "mark"),
        (&[Command::Theme], "theme"),
        (&[Command::Export], "export"),
    ]);
    places
}

/// What the key of the load's pause, or of the recording's, does next.
fn pause(model: &Model) -> &'static str {
    let paused = match model.playback() {
        Some(playback) => playback.paused,
        None => model.snapshot().steering.paused,
    };
    match (paused, model.origin()) {
        (true, Origin::Recording) => "play",
        (true, Origin::Run | Origin::Watched) => "go on",
        (false, _) => "pause",
    }
}

/// What the next `q` does.
fn stop(model: &Model) -> &'static str {
    match (model.origin(), model.is_stopping()) {
        (Origin::Run, true) => "abort now",
        (Origin::Run, false) => "stop",
        (Origin::Watched | Origin::Recording, _) => "leave",
    }
}
