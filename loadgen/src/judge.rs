//! The expectations of a scenario against what was measured, while the run goes on and at its end.
//!
//! Comparing is `measure::verdict`'s; here words become selections of samples.

mod callbacks;

use std::time::Duration;

use measure::{
    snapshot::RunPlan,
    verdict::{Comparison, Fraction, Judged, Measured},
    window::{Figures, History, Selection},
};
use rust_decimal::Decimal;
use scenarios::expect::{Claim, Comparison as Op, Expectation, Metric, Of, Value};

use crate::clock::micros;
pub(crate) use callbacks::{Callbacks, Wait};

/// What expectations are judged by.
pub(crate) struct Evidence<'a> {
    /// Samples.
    pub(crate) history: &'a History,
    /// Phases.
    pub(crate) plan: &'a RunPlan,
    /// Arrivals due, by phase of their planned instant.
    pub(crate) offered: &'a [u64],
    /// Dropped arrivals, likewise.
    pub(crate) dropped: &'a [u64],
    /// Callbacks by the ledger; known after the audit.
    pub(crate) callbacks: Option<&'a Callbacks>,
    /// Whether every coin's postings sum to zero, by the gateway's last status.
    pub(crate) books_balance: Option<bool>,
}

/// Judges every expectation.
pub(crate) fn judge(expectations: &[Expectation], evidence: &Evidence<'_>) -> Vec<Judged> {
    expectations
        .iter()
        .map(|expectation| evidence.judge(expectation))
        .collect()
}

impl Evidence<'_> {
    fn judge(&self, expectation: &Expectation) -> Judged {
        let text = expectation.text.as_str();
        match &expectation.claim {
            Claim::Compare {
                metric,
                op,
                value,
                of,
                phase,
            } => {
                let phase = match phase.as_deref().map(|name| self.phase(name)) {
                    None => None,
                    Some(Some(phase)) => Some(phase),
                    Some(None) => return Judged::not_judged(text),
                };
                match self.measured(*metric, value, of, phase) {
                    Some(measured) => Judged::compare(text, comparison(*op), measured),
                    None => Judged::not_judged(text),
                }
            }
            Claim::Recovered { within, of } => match self
                .phase(of)
                .and_then(|phase| self.plan.phases.get(usize::from(phase)))
            {
                Some(phase) => Judged::recovered(text, self.history.recovered_within(phase.until_us, micros(*within))),
                None => Judged::not_judged(text),
            },
            Claim::CalledBack { within } => match self.callbacks {
                Some(callbacks) => callbacks.judge(text, *within),
                None => Judged::not_judged(text),
            },
            Claim::BooksBalance => match self.books_balance {
                Some(true) => Judged::plain(text, "every coin sums to 0", true),
                Some(false) => Judged::plain(text, "a coin does not sum to 0", false),
                None => Judged::not_judged(text),
            },
        }
    }

    fn phase(&self, name: &str) -> Option<u16> {
        let at = self.plan.phases.iter().position(|phase| phase.name == name)?;
        u16::try_from(at).ok()
    }

    fn measured(&self, metric: Metric, value: &Value, of: &Of, phase: Option<u16>) -> Option<Measured> {
        if metric == Metric::Dropped {
            let of_phase = |counts: &[u64]| match phase {
                Some(phase) => counts.get(usize::from(phase)).copied().unwrap_or(0),
                None => counts.iter().sum(),
            };
            let figures = Figures {
                finished: of_phase(self.offered),
                errors: of_phase(self.dropped),
                ..Figures::default()
            };
            return compared(metric, value, &figures);
        }
        let figures = match of {
            Of::Callbacks => self.callbacks?.figures(phase),
            Of::Requests => self.history.figure(Selection {
                phase,
                ..Selection::default()
            }),
            Of::Service => self.history.figure(Selection {
                phase,
                service: true,
                ..Selection::default()
            }),
            Of::Operation(operation) => self.named(operation.word(), phase)?,
            Of::Journey(name) => self.named(name, phase)?,
        };
        compared(metric, value, &figures)
    }

    fn named(&self, word: &str, phase: Option<u16>) -> Option<Figures> {
        let what = self.history.what_of(word)?;
        Some(self.history.figure(Selection {
            phase,
            what: Some(what),
            ..Selection::default()
        }))
    }
}

/// The figure beside its bound; `None` where the reader of scenarios would not have let the pair through.
pub(crate) fn compared(metric: Metric, value: &Value, figures: &Figures) -> Option<Measured> {
    let share = |part: u64, bound: &scenarios::Ratio| Measured::Share {
        part,
        of: figures.finished,
        bound: Fraction {
            num: bound.num,
            den: bound.den,
        },
    };
    let time = |us: u64, bound: Duration| Measured::Time {
        samples: figures.times.count(),
        us,
        bound_us: micros(bound),
    };
    match (metric, value) {
        (Metric::Success, Value::Share(bound)) => Some(share(figures.ok, bound)),
        // Dropped arrivals stand among the errors of arrivals.
        (Metric::Errors | Metric::Dropped, Value::Share(bound)) => Some(share(figures.errors, bound)),
        (Metric::Percentile(thousandths), Value::Time(bound)) => Some(time(figures.percentile(thousandths), *bound)),
        (Metric::Max, Value::Time(bound)) => Some(time(figures.max(), *bound)),
        (Metric::Rate, Value::PerSecond(bound)) => Some(Measured::Rate {
            count: figures.finished,
            over_us: figures.over_us,
            bound: fraction(*bound)?,
        }),
        (Metric::Success | Metric::Errors | Metric::Dropped, Value::Count(bound)) => {
            let count = match metric {
                Metric::Success => figures.ok,
                Metric::Errors | Metric::Dropped => figures.errors,
                Metric::Percentile(_) | Metric::Max | Metric::Rate => figures.finished,
            };
            Some(Measured::Count { count, bound: *bound })
        }
        (
            Metric::Success | Metric::Errors | Metric::Percentile(_) | Metric::Max | Metric::Rate | Metric::Dropped,
            Value::Share(_) | Value::Time(_) | Value::PerSecond(_) | Value::Count(_),
        ) => None,
    }
}

pub(crate) fn comparison(op: Op) -> Comparison {
    match op {
        Op::Below => Comparison::Below,
        Op::AtMost => Comparison::AtMost,
        Op::Above => Comparison::Above,
        Op::AtLeast => Comparison::AtLeast,
    }
}

fn fraction(decimal: Decimal) -> Option<Fraction> {
    let decimal = decimal.normalize();
    let num = u64::try_from(decimal.mantissa()).ok()?;
    Some(Fraction {
        num,
        den: 10_u64.checked_pow(decimal.scale())?,
    })
}

#[cfg(test)]
mod tests;
