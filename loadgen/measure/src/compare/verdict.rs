//! What is said of each row: no chance, and of a size that matters; or the same; or that it cannot be told.

use super::{
    Change, Figure, Finding, LEVEL, Relevance, Row, significance,
    stretch::{Cut, TooLittle},
};

/// In runs that are SUSPECT, tails that change by less milliseconds do not matter: a pacer that is this late is what most
/// often makes them so, and it lengthens the answers of the arrivals that it was late for.
const SUSPECT_TAIL_MS: f64 = 5.0;

/// Medians scatter less than tails: of the least time that matters, this share does for them.
const MEDIAN_SHARE: f64 = 0.5;

/// Judges all rows at once, as each of them could raise a false alarm.
pub(super) fn found(judged: Vec<(Row, Result<Cut, TooLittle>)>, limits: &Limits) -> Vec<Row> {
    let mut rows = Vec::with_capacity(judged.len());
    let mut p = Vec::new();
    for (mut row, cut) in judged {
        match cut {
            Ok(cut) => {
                let change = change(row.figure, &cut);
                row.change = Some(change);
                if limits.can_matter(&row) {
                    p.push(change.p);
                }
            }
            Err(why) => row.why = Some(why.to_string()),
        }
        rows.push(row);
    }
    let mut corrected = significance::holm(&p).into_iter();
    for row in &mut rows {
        let can_matter = limits.can_matter(row);
        if let Some(change) = &mut row.change {
            change.p_corrected = if can_matter {
                corrected.next().unwrap_or(1.0)
            } else {
                1.0
            };
            row.finding = if can_matter {
                finding(row.figure, change, limits.zone(row.figure, row.before.min(row.after)))
            } else {
                Finding::Same
            };
        }
    }
    rows
}

fn change(figure: Figure, cut: &Cut) -> Change {
    let estimate = significance::judge(&cut.differences, cut.least_error);
    let told = |value: f64| match figure {
        // Series of times are of logarithms.
        Figure::P50 | Figure::P95 | Figure::P99 => value.exp_m1(),
        Figure::Success => value,
    };
    Change {
        by: told(estimate.mean),
        low: told(estimate.low),
        high: told(estimate.high),
        p: estimate.p,
        p_corrected: 1.0,
        stretches: cut.differences.len(),
        effective: estimate.effective,
    }
}

/// What matters between two given runs.
pub(super) struct Limits {
    pub(super) relevance: Relevance,
    /// Whether the numbers of either may be bent.
    pub(super) is_suspect: bool,
}

impl Limits {
    /// The least time that matters, milliseconds.
    fn least_ms(&self, figure: Figure) -> f64 {
        let least = self.relevance.time_ms;
        match figure {
            Figure::P50 => least * MEDIAN_SHARE,
            Figure::P95 | Figure::P99 if self.is_suspect => least.max(SUSPECT_TAIL_MS),
            Figure::P95 | Figure::P99 | Figure::Success => least,
        }
    }

    /// Whether a row could be flagged at all. A time below what matters in both runs could not, and is not counted among
    /// the chances of a false alarm.
    fn can_matter(&self, row: &Row) -> bool {
        match row.figure {
            Figure::P50 | Figure::P95 | Figure::P99 => row.before.max(row.after) >= self.least_ms(row.figure),
            Figure::Success => true,
        }
    }

    /// What a change must reach to matter: of times the ratio of the longer to the shorter, less one.
    fn zone(&self, figure: Figure, shorter_ms: f64) -> f64 {
        match figure {
            Figure::P50 | Figure::P95 | Figure::P99 => {
                let least = self.least_ms(figure) / shorter_ms.max(f64::MIN_POSITIVE);
                self.relevance.share.max(least)
            }
            Figure::Success => self.relevance.success,
        }
    }
}

fn finding(figure: Figure, change: &Change, zone: f64) -> Finding {
    // Half as long and twice as long are changes of the same size.
    let size = |by: f64| match figure {
        Figure::P50 | Figure::P95 | Figure::P99 if by < 0.0 => 1.0 / (1.0 + by) - 1.0,
        Figure::P50 | Figure::P95 | Figure::P99 | Figure::Success => by.abs(),
    };
    let flagged = change.p_corrected < LEVEL && size(change.by) >= zone;
    let is_within = size(change.low).max(size(change.high)) < zone;
    match (flagged, figure, change.by > 0.0) {
        (true, Figure::Success, true) => Finding::FewerErrors,
        (true, Figure::Success, false) => Finding::MoreErrors,
        (true, Figure::P50 | Figure::P95 | Figure::P99, true) => Finding::Slower,
        (true, Figure::P50 | Figure::P95 | Figure::P99, false) => Finding::Faster,
        (false, ..) if is_within => Finding::Same,
        (false, ..) => Finding::CannotTell,
    }
}
