//! How the load fared at each rate so far: achieved arrivals and times by offered rate, with a hint where more load began
//! to cost time.

use measure::snapshot::{SecondFigures, Snapshot};
use ratatui::{buffer::Buffer, layout::Rect, text::Span};

use super::{
    middle,
    table::{Cell, Column, Table},
    trace::{shades, short},
};
use crate::{
    app::Model,
    choice::Times,
    figures::{DASH, rate, share_of, time},
    moment::Moment,
    panel::{change, pen},
    theme::{Role, Theme},
};

/// Rates are put together so that there are at most about so many.
const BINS: f64 = 8.0;
/// Columns of a bar.
const BAR: usize = 12;
/// A rate whose p99 is so many times the lightest one's is past the knee.
const SLOWER: u64 = 2;
/// So is one of which less than this share was achieved.
const ACHIEVED: f64 = 0.98;

/// Seconds with about the same offered rate.
struct Bin<'a> {
    seconds: Vec<&'a SecondFigures>,
    p50_us: Option<u64>,
    p99_us: Option<u64>,
}

/// The rates so far, lightest first, and whether all of their seconds lie under faults.
struct Rates<'a> {
    bins: Vec<Bin<'a>>,
    under_faults: bool,
}

impl<'a> Rates<'a> {
    fn of(snapshot: &'a Snapshot, times: Times) -> Self {
        let offered: Vec<&SecondFigures> = snapshot
            .seconds
            .iter()
            .map(AsRef::as_ref)
            .filter(|second| second.offered > 0)
            .collect();
        let healthy: Vec<&SecondFigures> = offered
            .iter()
            .copied()
            .filter(|second| is_healthy(snapshot, second))
            .collect();
        let under_faults = healthy.is_empty() && !offered.is_empty();
        let seconds = if under_faults { offered } else { healthy };
        let most = seconds.iter().map(|second| second.offered).max().unwrap_or(0);
        let step = step(f64::from(most) / BINS);
        let mut by_rate = std::collections::BTreeMap::<u64, Vec<&SecondFigures>>::new();
        for second in seconds {
            by_rate
                .entry((f64::from(second.offered) / step) as u64)
                .or_default()
                .push(second);
        }
        let bin = |seconds: Vec<&'a SecondFigures>| {
            let of =
                |which: fn(&SecondFigures, Times) -> u64| middle(seconds.iter().map(|second| which(second, times)));
            Bin {
                p50_us: of(p50_us),
                p99_us: of(p99_us),
                seconds,
            }
        };
        Self {
            bins: by_rate.into_values().map(bin).collect(),
            under_faults,
        }
    }

    /// The first rate at which the load took noticeably longer or was not achieved, and which of the two.
    fn knee(&self) -> Option<(usize, Why)> {
        let lightest = self.bins.first().and_then(|bin| bin.p99_us).unwrap_or(u64::MAX);
        let why = |bin: &Bin<'_>| {
            let is_slow = bin
                .p99_us
                .is_some_and(|p99_us| p99_us > lightest.saturating_mul(SLOWER));
            let is_behind = bin.started() < bin.offered() * ACHIEVED;
            is_behind
                .then_some(Why::Behind)
                .or_else(|| is_slow.then_some(Why::Slow))
        };
        self.bins.iter().enumerate().find_map(|(at, bin)| Some((at, why(bin)?)))
    }
}

/// Why a rate is past the knee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    Slow,
    Behind,
}

impl Bin<'_> {
    fn mean(&self, part: fn(&SecondFigures) -> u32) -> f64 {
        let sum: f64 = self.seconds.iter().map(|second| f64::from(part(second))).sum();
        sum / self.seconds.len().max(1) as f64
    }

    fn sum(&self, part: fn(&SecondFigures) -> u32) -> u64 {
        self.seconds.iter().map(|second| u64::from(part(second))).sum()
    }

    fn offered(&self) -> f64 {
        self.mean(|second| second.offered)
    }

    fn started(&self) -> f64 {
        self.mean(|second| second.started)
    }
}

/// Faults make a wallet slow at any rate.
fn is_healthy(snapshot: &Snapshot, second: &SecondFigures) -> bool {
    match Moment::at(&snapshot.plan, u64::from(second.second) * 1_000_000) {
        Moment::Within { phase, .. } => phase.faults.is_empty(),
        Moment::Before | Moment::Drain | Moment::Over => false,
    }
}

fn p50_us(second: &SecondFigures, times: Times) -> u64 {
    match times {
        Times::Response => second.p50_us,
        Times::Service => second.service_p50_us,
    }
}

fn p99_us(second: &SecondFigures, times: Times) -> u64 {
    match times {
        Times::Response => second.p99_us,
        Times::Service => second.service_p99_us,
    }
}

/// The next of 1, 2, 5, 10, 20 and so on; at least 1.
fn step(least: f64) -> f64 {
    let decade = 10_f64.powf(least.max(1.0).log10().floor());
    let steps = [1.0, 2.0, 5.0].map(|step| step * decade);
    steps.into_iter().find(|step| *step >= least).unwrap_or(decade * 10.0)
}

/// Rows it would like to have, its box counted.
pub(super) fn rows(model: &Model) -> u16 {
    let bins = Rates::of(model.snapshot(), model.times()).bins.len();
    u16::try_from(bins.max(1) + 4).unwrap_or(u16::MAX)
}

/// Draws the table and what it hints at.
pub(super) fn render(buf: &mut Buffer, area: Rect, model: &Model, theme: &Theme) {
    if area.height < 3 {
        return;
    }
    let snapshot = model.snapshot();
    let rates = Rates::of(snapshot, model.times());
    let knee = rates.knee();
    let title = match (rates.under_faults, rates.bins.is_empty()) {
        (_, true) => Vec::new(),
        (true, _) => vec![vec![Span::styled(
            "all seconds lie under faults",
            theme.style(Role::Warn),
        )]],
        (false, _) => vec![vec![Span::raw("seconds without faults")]],
    };
    let area = pen::boxed(buf, area, "By offered rate", title, theme);
    let hint_row = usize::from(area.height).saturating_sub(1);
    let (hint, role) = hint(&rates, knee);
    pen::line(
        buf,
        area,
        hint_row,
        &ratatui::text::Line::styled(format!("  {hint}"), theme.style(role)),
    );
    let table = Rect {
        height: area.height.saturating_sub(1),
        ..area
    };
    if !rates.bins.is_empty() {
        self::table(&rates, knee).render(buf, table, snapshot, theme);
    }
}

fn table(rates: &Rates<'_>, knee: Option<(usize, Why)>) -> Table {
    let lightest = rates.bins.first().and_then(|bin| bin.p99_us).unwrap_or(0);
    let row = |(at, bin): (usize, &Bin<'_>)| {
        let is_past = knee.is_some_and(|(knee, _)| at >= knee);
        let role = if is_past { Role::Bad } else { Role::Plain };
        let or_dash = |us: Option<u64>| us.map_or_else(|| DASH.to_owned(), time);
        let finished = bin.sum(|second| second.finished);
        let errors = finished.saturating_sub(bin.sum(|second| second.ok));
        vec![
            Cell::strong(rate(bin.offered())),
            Cell::plain(short(bin.seconds.len() as u64, 7)),
            Cell::plain(rate(bin.started())),
            Cell::Text(shades(bin.started() / bin.offered(), BAR), Role::Good),
            Cell::plain(or_dash(bin.p50_us)),
            Cell::Text(or_dash(bin.p99_us), role),
            Cell::plain(change::of_times(bin.p99_us, lightest)),
            Cell::plain(share_of(errors, finished)),
            Cell::Text(if is_past { "✖ past the knee" } else { "" }.to_owned(), role),
        ]
    };
    Table {
        columns: vec![
            Column::figures("offered/s", 9),
            Column::figures("seconds", 7).rank(2),
            Column::figures("achieved/s", 10),
            Column::words("", BAR, BAR).rank(3),
            Column::figures("p50", 6).rank(1),
            Column::figures("p99", 6),
            Column::figures("Δp99", 7).rank(4),
            Column::figures("errors", 6).rank(5),
            Column::words("", 15, 15),
        ],
        rows: rates.bins.iter().enumerate().map(row).collect(),
        chosen: None,
    }
}

fn hint(rates: &Rates<'_>, knee: Option<(usize, Why)>) -> (String, Role) {
    match (rates.bins.as_slice(), knee) {
        ([], _) => ("no second with arrivals is complete so far".to_owned(), Role::Dim),
        (bins, Some((knee, why))) => {
            let words = match why {
                Why::Slow => "p99 is over twice that of the lightest rate",
                Why::Behind => "arrivals fall behind what is offered",
            };
            (
                format!("✖ knee at {}/s: {words}", rate(bins[knee].offered())),
                Role::Warn,
            )
        }
        ([_], None) => (
            "one rate so far: at another one it would show whether there is room".to_owned(),
            Role::Dim,
        ),
        (bins, None) => {
            let most = bins.last().map_or(0.0, Bin::offered);
            (format!("✔ no knee up to {}/s", rate(most)), Role::Good)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::fixture;

    /// Ten seconds at each rate, with this p99 in milliseconds and this share achieved in percent.
    fn run(rates: &[(u32, u64, u32)]) -> Snapshot {
        let mut snapshot = fixture::starting();
        let plan = Arc::make_mut(&mut snapshot.plan);
        plan.phases.truncate(1);
        plan.phases[0].until_us = u64::MAX;
        let second = |at: usize, (offered, p99_ms, achieved): (u32, u64, u32)| SecondFigures {
            second: u32::try_from(at).unwrap(),
            offered,
            started: offered * achieved / 100,
            finished: offered,
            ok: offered,
            p50_us: p99_ms * 500,
            p99_us: p99_ms * 1_000,
            ..SecondFigures::default()
        };
        let seconds = rates.iter().flat_map(|rate| std::iter::repeat_n(*rate, 10)).enumerate();
        snapshot.seconds = Arc::new(seconds.map(|(at, rate)| Arc::new(second(at, rate))).collect());
        snapshot
    }

    #[test]
    fn the_knee_is_where_time_grows_or_arrivals_fall_behind() {
        for (rates, knee) in [
            (&[][..], None),
            (&[(100, 10, 100)], None),
            (&[(100, 10, 100), (200, 12, 100), (400, 19, 100)], None),
            (&[(400, 90, 100), (100, 10, 100), (200, 12, 100)], Some((2, Why::Slow))),
            (&[(100, 10, 100), (200, 12, 90)], Some((1, Why::Behind))),
        ] {
            let snapshot = run(rates);
            let found = Rates::of(&snapshot, Times::Response);
            assert_eq!((found.bins.len(), found.knee()), (rates.len(), knee), "{rates:?}");
        }
    }

    #[test]
    fn steps_are_round() {
        for (least, shown) in [
            (0.0, 1.0),
            (1.0, 1.0),
            (1.5, 2.0),
            (25.0, 50.0),
            (60.0, 100.0),
            (100.0, 100.0),
        ] {
            assert_eq!(step(least), shown, "{least}");
        }
    }
}
