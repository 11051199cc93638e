//! The gateway's workers: how many are at work, what waits for them, and what they turned away.

use measure::snapshot::CapacityFigures;
use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use super::{gauge::gauge, pen};
use crate::{
    app::Model,
    figures::{count, share, time},
    theme::{Role, Theme},
};

/// Rows of the panel, borders included.
pub(crate) const ROWS: u16 = 4;
/// Columns of the bar, at most.
const BAR: usize = 20;
/// From this utilisation on, calls wait.
const BUSY: f64 = 0.9;

/// The workers under the cursor or at present.
pub(crate) fn shown(model: &Model) -> Option<CapacityFigures> {
    match model.cursor_figures() {
        Some(second) => second.gauges.capacity,
        None => model.snapshot().capacity,
    }
}

/// Draws the panel. Without workers there is none: its place is for others.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let Some(capacity) = shown(model) else {
        pen::boxed(buf, area, "Capacity", vec![vec![Span::raw("not in force")]], theme);
        return;
    };
    let role = role(&capacity);
    let title = vec![
        Span::styled(
            format!("{}/{}", count(capacity.busy.into()), count(capacity.workers.into())),
            theme.style(role),
        ),
        Span::raw(" workers busy"),
    ];
    let area = pen::boxed(buf, area, "Capacity", vec![title], theme);
    let columns = usize::from(area.width);
    let cells = (columns / 3).min(BAR);
    let [filled, track] = gauge(capacity.utilisation, cells);
    let used = vec![
        vec![
            Span::raw(" "),
            Span::styled(filled, theme.style(role)),
            Span::styled(track, theme.style(Role::Dim)),
            Span::styled(format!(" {}", share(capacity.utilisation)), theme.style(Role::Strong)),
        ],
        wait(&capacity, theme),
    ];
    pen::line(buf, area, 0, &pen::whole(used, columns));
    pen::line(buf, area, 1, &pen::whole(queue(&capacity, theme), columns));
}

/// The same in one line.
pub(crate) fn render_line(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let Some(capacity) = shown(model) else {
        return;
    };
    let mut pieces = vec![vec![
        Span::styled(" capacity  ", theme.style(Role::Dim)),
        Span::styled(
            format!(
                "{}/{} busy",
                count(capacity.busy.into()),
                count(capacity.workers.into())
            ),
            theme.style(role(&capacity)),
        ),
        Span::raw(format!("  used {}", share(capacity.utilisation))),
    ]];
    pieces.push(wait(&capacity, theme));
    pieces.extend(queue(&capacity, theme));
    pen::line(buf, area, 0, &pen::whole(pieces, usize::from(area.width)));
}

fn role(capacity: &CapacityFigures) -> Role {
    if capacity.utilisation >= BUSY {
        Role::Warn
    } else {
        Role::Strong
    }
}

fn wait(capacity: &CapacityFigures, theme: &Theme) -> Vec<Span<'static>> {
    vec![
        Span::styled("  queue p99 ", theme.style(Role::Dim)),
        Span::styled(time(capacity.queue_wait_p99_us), theme.style(Role::Strong)),
        Span::raw(" "),
    ]
}

/// What became of the calls that found no worker.
fn queue(capacity: &CapacityFigures, theme: &Theme) -> pen::Pieces<'static> {
    let figure = |word: &str, value: u64, role| {
        let role = if value > 0 { role } else { Role::Plain };
        vec![
            Span::styled(format!(" {word} "), theme.style(Role::Dim)),
            Span::styled(format!("{} ", count(value)), theme.style(role)),
        ]
    };
    vec![
        figure("turned away", capacity.turned_away, Role::Warn),
        figure("timed out", capacity.timed_out, Role::Warn),
        figure("waiting", capacity.waiting.into(), Role::Plain),
    ]
}
