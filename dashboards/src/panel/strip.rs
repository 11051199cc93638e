//! The load's own state over the last minute, on wide screens: users, what waits, how late the pacer is, CPU, and the
//! gateway's queue.

use measure::snapshot::{Gauges, Subject};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::{gauge::spark, header, pen};
use crate::{
    app::Model,
    figures::{count, fit, fit_right, share, time},
    theme::{Role, Theme},
};

/// Rows of the panel, borders included.
pub(crate) const ROWS: u16 = 7;

/// A gauge of the seconds.
type Gauge = fn(&Gauges) -> f64;

/// Draws a row for each gauge: its word, its figure, its last seconds.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let snapshot = model.snapshot();
    let load = &snapshot.load;
    let title = match snapshot.subject {
        Subject::Load => vec![
            vec![Span::raw(format!("lag p99 {}", time(load.lag_p99_us)))],
            vec![Span::raw(format!("cpu {}", header::cpu(snapshot)))],
        ],
        Subject::Gateway => Vec::new(),
    };
    let area = pen::boxed(buf, area, "State", title, theme);
    let mut rows: Vec<(&str, String, Gauge)> = vec![("in flight", count(load.in_flight.into()), |gauges| {
        gauges.in_flight.into()
    })];
    if snapshot.subject == Subject::Load {
        let of_users = format!("{} of {}", load.waiting, count(snapshot.plan.users.into()));
        rows.push(("wait for users", of_users, |gauges| gauges.waiting.into()));
    }
    rows.push(("callbacks due", count(snapshot.callbacks.pending), |gauges| {
        gauges.callbacks.pending as f64
    }));
    if let Some(capacity) = snapshot.capacity {
        rows.push(("worker queue", count(capacity.waiting.into()), |gauges| {
            gauges.capacity.map_or(0.0, |capacity| capacity.waiting.into())
        }));
        rows.push(("workers used", share(capacity.utilisation), |gauges| {
            gauges.capacity.map_or(0.0, |capacity| capacity.utilisation)
        }));
    }
    let columns = usize::from(area.width).saturating_sub(28);
    for (at, (word, figure, gauge)) in rows.into_iter().enumerate() {
        let values = snapshot.seconds.iter().map(|second| gauge(&second.gauges));
        let line = Line::from(vec![
            Span::styled(format!(" {}", fit(word, 14)), theme.style(Role::Dim)),
            Span::styled(fit_right(&figure, 10), theme.style(Role::Strong)),
            Span::raw("  "),
            Span::styled(spark(values, columns), theme.style(Role::Accent)),
        ]);
        pen::line(buf, area, at, &line);
    }
}
