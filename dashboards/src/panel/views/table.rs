//! Tables of the views: columns that go by rank where there is no room for them, a chosen row that stays in sight, and
//! cells that hold a trace over the run.

use measure::snapshot::Snapshot;
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
    text::{Line, Span},
};

use super::trace::{self, Trace};
use crate::{
    figures::{clip, fit, fit_right, width},
    panel::pen,
    theme::{Role, Theme},
};

/// Columns between two columns of a table.
const GAP: usize = 2;
/// Columns left of a table, where the chosen row has its mark.
const MARK: usize = 2;
/// Columns right of it.
const MARGIN: usize = 1;
/// Words are never given more than this, however long they are.
const WORDS: usize = 200;

/// A table of so many rows.
pub(super) struct Table {
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// The chosen row; `None` where none can be chosen.
    pub(super) chosen: Option<usize>,
}

/// A column of a table.
pub(super) struct Column {
    head: String,
    least: usize,
    most: usize,
    right: bool,
    rank: u8,
}

/// What stands in a row's column.
pub(super) enum Cell {
    Text(String, Role),
    /// Bars over the axis of the run.
    Trace(Trace, Role),
}

impl Column {
    /// A column of words, at least and at most so wide.
    pub(super) fn words(head: impl Into<String>, least: usize, most: usize) -> Self {
        Self {
            head: head.into(),
            least,
            most,
            right: false,
            rank: 0,
        }
    }

    /// A column of figures.
    pub(super) fn figures(head: impl Into<String>, columns: usize) -> Self {
        Self {
            right: true,
            ..Self::words(head, columns, columns)
        }
    }

    /// A column of traces.
    pub(super) fn traces(head: impl Into<String>, least: usize) -> Self {
        Self::words(head, least, usize::MAX)
    }

    fn fit(&self, text: &str, columns: usize) -> String {
        if self.right {
            fit_right(text, columns)
        } else {
            fit(text, columns)
        }
    }

    /// How early it goes where there is no room: the highest rank first, 0 never.
    pub(super) fn rank(self, rank: u8) -> Self {
        Self { rank, ..self }
    }
}

impl Cell {
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self::Text(text.into(), Role::Plain)
    }

    pub(super) fn dim(text: impl Into<String>) -> Self {
        Self::Text(text.into(), Role::Dim)
    }

    pub(super) fn strong(text: impl Into<String>) -> Self {
        Self::Text(text.into(), Role::Strong)
    }

    /// A figure that has this role unless it is none.
    pub(super) fn of(text: impl Into<String>, some: bool, role: Role) -> Self {
        Self::Text(text.into(), if some { role } else { Role::Plain })
    }
}

impl Table {
    /// Draws heading and rows; where not all rows fit, those around the chosen one.
    pub(super) fn render(&self, buf: &mut Buffer, area: Rect, snapshot: &Snapshot, theme: &Theme) {
        let widths = self.widths(usize::from(area.width));
        pen::line(buf, area, 0, &self.heading(&widths, theme));
        let height = usize::from(area.height).saturating_sub(1);
        // Where no row can be chosen, and so none be scrolled to, it is told how many are missing.
        let hidden = match self.chosen {
            None if self.rows.len() > height && height > 0 => self.rows.len() + 1 - height,
            None | Some(_) => 0,
        };
        let room = if hidden > 0 { height - 1 } else { height };
        if hidden > 0 {
            let more = format!("  … {hidden} more");
            pen::line(buf, area, height, &Line::styled(more, theme.style(Role::Dim)));
        }
        let rows = self.rows.iter().enumerate().skip(self.top(room)).take(room);
        for (at, (row, cells)) in rows.enumerate() {
            let is_chosen = self.chosen == Some(row);
            pen::line(
                buf,
                area,
                at + 1,
                &self.line(cells, &widths, is_chosen, snapshot, theme),
            );
        }
    }

    /// Which row is chosen, such as `3 of 57`, for a title; nothing without a choice.
    pub(super) fn place(&self) -> Option<String> {
        let chosen = self.chosen.filter(|_| !self.rows.is_empty())?;
        Some(format!("{} of {}", chosen + 1, self.rows.len()))
    }

    /// The first row shown, so that the chosen one is in the middle as far as there are rows around it.
    fn top(&self, room: usize) -> usize {
        let last = self.rows.len().saturating_sub(room);
        self.chosen.unwrap_or(0).saturating_sub(room / 2).min(last)
    }

    /// The columns each column gets; `None` where there is no room for it.
    fn widths(&self, columns: usize) -> Vec<Option<usize>> {
        let room = columns.saturating_sub(MARK + MARGIN);
        let mut widths: Vec<Option<usize>> = self.columns.iter().map(|column| Some(column.least)).collect();
        while taken(&widths) > room {
            let ranked = self.columns.iter().enumerate().filter(|(at, _)| widths[*at].is_some());
            let Some((last, _)) = ranked
                .filter(|(_, column)| column.rank > 0)
                .max_by_key(|(_, column)| column.rank)
            else {
                break;
            };
            widths[last] = None;
        }
        let mut left = room.saturating_sub(taken(&widths));
        for (at, (width, column)) in widths.iter_mut().zip(&self.columns).enumerate() {
            if let Some(width) = width {
                let wanted = column.most.min(self.longest(at));
                let more = left.min(wanted.saturating_sub(column.least));
                *width += more;
                left -= more;
            }
        }
        widths
    }

    /// The columns that the longest text of a column takes; a trace takes any.
    fn longest(&self, at: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(at));
        let long = |cell: &Cell| match cell {
            Cell::Text(text, _) => width(&clip(text, WORDS)),
            Cell::Trace(_, _) => usize::MAX,
        };
        cells.map(long).max().unwrap_or(0)
    }

    fn heading(&self, widths: &[Option<usize>], theme: &Theme) -> Line<'static> {
        let mut text = " ".repeat(MARK);
        for (column, width) in self.columns.iter().zip(widths) {
            if let Some(width) = width {
                text.push_str(&column.fit(&column.head, *width));
                text.push_str(&" ".repeat(GAP));
            }
        }
        Line::styled(text, theme.style(Role::Dim))
    }

    fn line(
        &self,
        cells: &[Cell],
        widths: &[Option<usize>],
        is_chosen: bool,
        snapshot: &Snapshot,
        theme: &Theme,
    ) -> Line<'static> {
        let mark = if is_chosen { "▸" } else { " " };
        let mut spans = vec![Span::styled(fit(mark, MARK), theme.style(Role::Accent))];
        for ((cell, column), width) in cells.iter().zip(&self.columns).zip(widths) {
            let Some(width) = *width else { continue };
            let (text, role) = match cell {
                Cell::Text(text, role) => (column.fit(text, width), role),
                Cell::Trace(values, role) => (trace::bars(values, snapshot, width), role),
            };
            spans.push(Span::styled(text, theme.style(*role)));
            spans.push(Span::raw(" ".repeat(GAP)));
        }
        // The chosen row is bold beside its mark, whatever its figures' colours are.
        let bold = if is_chosen { Modifier::BOLD } else { Modifier::empty() };
        Line::from(spans).style(Style::new().add_modifier(bold))
    }
}

/// The columns taken with the gaps between them.
fn taken(widths: &[Option<usize>]) -> usize {
    let widths = widths.iter().flatten();
    let gaps = widths.clone().count().saturating_sub(1) * GAP;
    widths.sum::<usize>() + gaps
}
