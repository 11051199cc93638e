//! Each operation and journey lately: rate, 99th percentile, errors.

use measure::snapshot::{OperationFigures, OperationSecond};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::{gauge::spark, pen};
use crate::{
    app::Model,
    figures::{DASH, count, fit, fit_right, rate, share, time_of},
    theme::{Role, Theme},
};

/// Columns of a figure.
const FIGURE: usize = 8;
/// Columns a name should have before totals are worth theirs.
const NAME: usize = 14;
/// A shorter sparkline says nothing.
const SPARK_LEAST: usize = 10;

/// Rows it would like to have, its head not counted.
pub(crate) fn rows(model: &Model) -> u16 {
    u16::try_from(model.snapshot().operations.len()).unwrap_or(u16::MAX)
}

/// Draws the table.
pub(crate) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    let title = vec![
        vec![Span::raw("last 10s")],
        vec![Span::styled("▸ journey", theme.style(Role::Dim))],
    ];
    let area = pen::boxed(buf, area, "Operations", title, theme);
    let table = Table::of(usize::from(area.width));
    pen::line(buf, area, 0, &Line::styled(table.head(), theme.style(Role::Dim)));
    let rows = usize::from(area.height).saturating_sub(1);
    let operations = &model.snapshot().operations;
    let shown = if operations.len() > rows {
        rows.saturating_sub(1)
    } else {
        operations.len()
    };
    for (at, operation) in operations.iter().enumerate().take(shown) {
        pen::line(buf, area, at + 1, &table.row(model, at, operation, theme));
    }
    if operations.len() > shown && rows > 0 {
        let more = format!("  +{} more", operations.len() - shown);
        pen::line(buf, area, shown + 1, &Line::styled(more, theme.style(Role::Dim)));
    }
}

/// Which columns there is room for.
struct Table {
    name: usize,
    with_total: bool,
    /// Columns of each sparkline; 0 for none.
    spark: usize,
}

impl Table {
    fn of(columns: usize) -> Self {
        let with_total = columns > NAME + FIGURE * 4;
        let figures = if with_total { 4 } else { 3 };
        let rest = columns.saturating_sub(1 + FIGURE * figures);
        // Names grow first, then sparklines take what is left.
        let name = rest.min(NAME * 2);
        let spark = ((rest - name) / 2).saturating_sub(2);
        if spark < SPARK_LEAST {
            return Self {
                name: rest,
                with_total,
                spark: 0,
            };
        }
        Self {
            name,
            with_total,
            spark,
        }
    }

    fn head(&self) -> String {
        let words = ["all", "per s", "p99", "err"].map(|word| fit_right(word, FIGURE));
        let figures = words[usize::from(!self.with_total)..].concat();
        let sparks = match self.spark {
            0 => String::new(),
            columns => format!(
                "  {}  {}",
                fit("per s, by second", columns),
                fit("p99, by second", columns)
            ),
        };
        format!(" {}{figures}{sparks}", fit("", self.name))
    }

    fn row(&self, model: &Model, index: usize, operation: &OperationFigures, theme: &Theme) -> Line<'static> {
        let lately = operation.response.count > 0;
        let errors = if lately {
            share(operation.errors)
        } else {
            DASH.to_owned()
        };
        let role = if lately && operation.errors > 0.0 {
            Role::Warn
        } else {
            Role::Plain
        };
        let name_role = if model.operation() == Some(&operation.name) {
            Role::Accent
        } else {
            Role::Plain
        };
        let mark = if operation.journey { "▸" } else { " " };
        let name = format!("{mark}{}", fit(&operation.name, self.name));
        let mut spans = vec![Span::styled(name, theme.style(name_role))];
        if self.with_total {
            spans.push(Span::raw(fit_right(&count(operation.finished), FIGURE)));
        }
        let p99 = time_of(operation.response.p99_us, operation.response.count);
        spans.push(Span::raw(fit_right(&rate(operation.per_second), FIGURE)));
        spans.push(Span::styled(fit_right(&p99, FIGURE), theme.style(Role::Strong)));
        spans.push(Span::styled(fit_right(&errors, FIGURE), theme.style(role)));
        if self.spark > 0 {
            let seconds = &model.snapshot().seconds;
            let of = |value: fn(&OperationSecond) -> f64| {
                let values = seconds.iter().map(move |second| {
                    let one = second.operations.iter().find(|one| usize::from(one.operation) == index);
                    one.map_or(0.0, value)
                });
                Span::styled(format!("  {}", spark(values, self.spark)), theme.style(Role::Accent))
            };
            spans.push(of(|one| one.finished.into()));
            spans.push(of(|one| one.p99_us as f64));
        }
        Line::from(spans)
    }
}
