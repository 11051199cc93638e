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
    figures::clean,
    keys::Command,
    modal::{Help, Modal},
    request::Origin,
    theme::{Role, Theme},
};

/// Commands that share a place, and their word.
type Place = (&'static [Command], &'static str);

/// Draws the line.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    if let Some(remark) = model.remark() {
        let words = format!(" ▸ {}", clean(remark));
        pen::line(buf, area, 0, &Line::styled(words, theme.style(Role::Strong)));
        return;
    }
    let mut pieces = Vec::new();
    for (commands, word) in places(model) {
        let keys: Vec<String> = commands
            .iter()
            .map(|command| model.keymap().first(*command, theme.ascii))
            .filter(|key| !key.is_empty())
            .collect();
        if !keys.is_empty() {
            pieces.push(vec![
                Span::styled(format!(" {}", keys.join(" ")), theme.style(Role::Strong)),
                Span::styled(format!(" {word} "), theme.style(Role::Dim)),
            ]);
        }
    }
    pen::line(buf, area, 0, &pen::whole(pieces, usize::from(area.width)));
}

/// What the line offers, the most needed first: what does not fit is left out from the end.
fn places(model: &Model) -> Vec<Place> {
    let freeze = if model.is_frozen() { "back to live" } else { "freeze" };
    let mut places: Vec<Place> = vec![(&[Command::Stop], stop(model)), (&[Command::Help], "help")];
    match model.modal() {
        Modal::None => {}
        Modal::Help(Help { typing: true, .. }) => {
            return vec![(&[Command::Open], "keep the search"), (&[Command::Back], "drop it")];
        }
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
        ViewName::Operations | ViewName::Errors | ViewName::Capacity | ViewName::Compare | ViewName::Log => {
            (&[Command::Up, Command::Down, Command::Open], "choose, open")
        }
    });
    places.extend::<[Place; 11]>([
        (&[Command::Earlier, Command::Later], "cursor"),
        (&[Command::NextView], "view"),
        (&[Command::Times], model.times().next().word()),
        (&[Command::Pause], "pause"),
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

/// What the next `q` does.
fn stop(model: &Model) -> &'static str {
    match (model.origin(), model.is_stopping()) {
        (Origin::Run, true) => "abort now",
        (Origin::Run, false) => "stop",
        (Origin::Watched | Origin::Recording, _) => "leave",
    }
}
