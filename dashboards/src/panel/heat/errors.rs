//! Errors on the heat map's time axis: never mixed into "fast", expected and unexpected apart, and by class where the
//! errors are all that is asked for.

use measure::{
    sample::Class,
    snapshot::{ClassFigures, Snapshot},
};
use ratatui::{buffer::Buffer, layout::Rect};

use super::{chart, pen};
use crate::{
    app::Model,
    axis::{Axis, Slot},
    choice::Show,
    figures::{count, share},
    theme::{Role, Theme, bar},
};

/// From so many lines on, each row of errors is this tall.
const TALL: [(usize, usize); 3] = [(40, 3), (26, 2), (0, 1)];

/// Lines for errors below a map of so many.
pub(super) fn rows(show: Show, lines: usize) -> usize {
    let tall = TALL
        .iter()
        .find(|(from, _)| lines >= *from)
        .map_or(1, |(_, tall)| *tall);
    match show {
        Show::All | Show::Errors if lines > 2 => 2 * tall,
        Show::All | Show::Errors | Show::Ok => 0,
    }
}

/// The share of errors in each column, expected and unexpected apart.
pub(super) fn render(buf: &mut Buffer, area: Rect, first: usize, lines: usize, slots: &[Slot], theme: &Theme) {
    let tall = lines / 2;
    if tall == 0 {
        return;
    }
    let expected = |slot: &Slot| slot.expected as f64 / slot.finished.max(1) as f64;
    let unexpected = |slot: &Slot| slot.unexpected as f64 / slot.finished.max(1) as f64;
    pen::gutter(buf, area, first, "exp ✖", theme);
    pen::gutter(buf, area, first + tall, "unexp✖", theme);
    bars(
        buf,
        area,
        first..first + tall,
        slots.iter().map(expected),
        Role::Warn,
        theme,
    );
    bars(
        buf,
        area,
        first + tall..first + 2 * tall,
        slots.iter().map(unexpected),
        Role::Bad,
        theme,
    );
}

/// Phase borders through the rows below the map, wherever nothing is drawn.
pub(super) fn borders(buf: &mut Buffer, plot: Rect, from: usize, model: &Model, axis: &Axis, theme: &Theme) {
    for column in chart::borders(model.snapshot(), axis) {
        for line in from..usize::from(plot.height) {
            if pen::symbol_at(buf, plot, column, line) == Some(" ") {
                pen::glyph(buf, plot, column, line, "┊", theme.style(Role::Dim));
            }
        }
    }
}

/// Bars of shares, 0 to 1, one for each column, within these lines.
fn bars(
    buf: &mut Buffer,
    area: Rect,
    lines: std::ops::Range<usize>,
    shares: impl Iterator<Item = f64>,
    role: Role,
    theme: &Theme,
) {
    let plot = pen::plot(area);
    let style = theme.style(role);
    for (column, share) in shares.enumerate() {
        let filled = share.min(1.0) * lines.len() as f64;
        for (above, line) in lines.clone().rev().enumerate() {
            if filled > above as f64 {
                pen::glyph(buf, plot, column, line, bar(filled - above as f64), style);
            }
        }
    }
}

/// A class whose share is drawn over time.
struct Strip {
    words: String,
    role: Role,
    parts: Vec<u64>,
}

impl Strip {
    /// Its words, and below them its share of each column's requests, scaled to the highest.
    fn draw(&self, buf: &mut Buffer, area: Rect, lines: std::ops::Range<usize>, slots: &[Slot], theme: &Theme) {
        let of_column = |(part, slot): (&u64, &Slot)| *part as f64 / slot.finished.max(1) as f64;
        let peak = self.parts.iter().zip(slots).map(of_column).fold(0.0, f64::max).min(1.0);
        pen::gutter(buf, area, lines.start, "", theme);
        pen::text(
            buf,
            pen::plot(area),
            1,
            lines.start,
            &self.words,
            theme.style(self.role),
        );
        let bars_at = lines.start + 1..lines.end;
        for line in bars_at.clone() {
            let label = if line == bars_at.start {
                share(peak)
            } else {
                String::new()
            };
            pen::gutter(buf, area, line, &label, theme);
        }
        let shares = self.parts.iter().zip(slots).map(of_column);
        let scaled = shares.map(|share| if peak > 0.0 { share / peak } else { 0.0 });
        bars(buf, area, bars_at, scaled, self.role, theme);
    }
}

/// Draws the share of each class over time, the unexpected ones first. Of one operation alone the classes are not known.
pub(super) fn by_class(
    buf: &mut Buffer,
    area: Rect,
    model: &Model,
    axis: &Axis,
    (slots, is_one): (&[Slot], bool),
    theme: &Theme,
) {
    let lines = usize::from(area.height);
    let mut strips = if is_one {
        of_operation(slots)
    } else {
        of_classes(model.snapshot(), axis)
    };
    borders(buf, pen::plot(area), 0, model, axis, theme);
    strips.truncate((lines / 2).max(1));
    if strips.is_empty() {
        pen::text(buf, pen::plot(area), 1, 0, "no errors so far", theme.style(Role::Dim));
    }
    let tall = lines / strips.len().max(1);
    for (at, strip) in strips.iter().enumerate() {
        strip.draw(buf, area, at * tall..(at + 1) * tall, slots, theme);
    }
}

/// Of one operation, seconds know no classes.
fn of_operation(slots: &[Slot]) -> Vec<Strip> {
    let strip = |word: &str, role, part: fn(&Slot) -> u64| {
        let parts: Vec<u64> = slots.iter().map(part).collect();
        let sum = parts.iter().fold(0_u64, |sum, part| sum.saturating_add(*part));
        Strip {
            words: format!("{word}  {}", count(sum)),
            role,
            parts,
        }
    };
    let mut strips = vec![
        strip("unexpected", Role::Bad, |slot| slot.unexpected),
        strip("expected", Role::Warn, |slot| slot.expected),
    ];
    strips.retain(|strip| strip.parts.iter().any(|part| *part > 0));
    strips
}

fn of_classes(snapshot: &Snapshot, axis: &Axis) -> Vec<Strip> {
    let errors = |expected: bool| {
        let is_one = move |figures: &&ClassFigures| {
            !figures.class.is_success() && figures.expected == expected && figures.count > 0
        };
        snapshot.classes.iter().filter(is_one)
    };
    let strip = |figures: &ClassFigures| {
        let (mark, word, role) = if figures.expected {
            ("", "expected", Role::Warn)
        } else {
            ("✖ ", "unexpected", Role::Bad)
        };
        Strip {
            words: format!("{mark}{}  {word}  {}", figures.class.word(), count(figures.count)),
            role,
            parts: parts(snapshot, axis, figures.class, figures.expected),
        }
    };
    errors(false).chain(errors(true)).map(strip).collect()
}

/// How often a class occurred in each column.
fn parts(snapshot: &Snapshot, axis: &Axis, class: Class, expected: bool) -> Vec<u64> {
    let mut parts = vec![0_u64; axis.columns()];
    for second in snapshot.seconds.iter() {
        let of_class = |error: &&ClassFigures| error.class == class && error.expected == expected;
        let Some(error) = second.errors.iter().find(of_class) else {
            continue;
        };
        let from_us = u64::from(second.second) * 1_000_000;
        for part in &mut parts[axis.stretch(from_us, from_us.saturating_add(1_000_000))] {
            *part = part.saturating_add(error.count);
        }
    }
    parts
}
