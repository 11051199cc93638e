//! Sentences of an objective: expectations of a scenario file, as far as they can be judged by a short stretch of a load.

use std::time::Duration;

use measure::{
    search::{
        interval::{Interval, numbers},
        report::SloFigure,
    },
    verdict::{Judged, Measured, Verdict},
    window::Names,
};
use scenarios::{
    Load,
    expect::{Claim, Comparison, Expectation, ExpectationError, Metric, Of, Value},
};

use super::samples::Samples;
use crate::{
    aggregate::names,
    judge::{compared, comparison},
};

/// One sentence of an objective.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    text: String,
    metric: Metric,
    op: Comparison,
    value: Value,
    of: Of,
}

/// Why a sentence is no objective.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectiveError {
    /// It is no sentence.
    #[error("`{text}`: {error}{}", help(.error))]
    Sentence {
        /// It.
        text: String,
        /// What is wrong with it.
        error: ExpectationError,
    },
    /// It cannot be judged by a step.
    #[error("`{text}`: {why}; write one such as `p99<300ms`, `errors<1%` or `p95<50ms of payLink`")]
    Unfit {
        /// It.
        text: String,
        /// Why not.
        why: String,
    },
}

fn help(error: &ExpectationError) -> String {
    error.help.as_ref().map_or_else(String::new, |help| format!("; {help}"))
}

impl Objective {
    /// Reads one sentence.
    ///
    /// # Errors
    /// Where it is none, or speaks of what a step of this load cannot show.
    pub fn parse(text: &str, load: &Load) -> Result<Self, ObjectiveError> {
        let parsed = Expectation::parse(text).map_err(|error| ObjectiveError::Sentence {
            text: text.to_owned(),
            error,
        })?;
        let unfit = |why: &str| {
            Err(ObjectiveError::Unfit {
                text: text.to_owned(),
                why: why.to_owned(),
            })
        };
        match parsed.claim {
            Claim::Compare { phase: Some(_), .. } => unfit("a search has no phases"),
            Claim::Compare { of: Of::Callbacks, .. } => unfit("callbacks are not followed in a search"),
            Claim::Compare {
                metric: Metric::Dropped | Metric::Rate,
                ..
            } => unfit("that is what the search itself changes"),
            Claim::Compare { of, .. } if index(&of, &names(load)).is_none() => {
                unfit("no journey of the load measures that")
            }
            Claim::Compare {
                metric, op, value, of, ..
            } => Ok(Self {
                text: parsed.text,
                metric,
                op,
                value,
                of,
            }),
            Claim::Recovered { .. } | Claim::CalledBack { .. } | Claim::BooksBalance => {
                unfit("it is about a whole run, not about a level of load")
            }
        }
    }

    /// The sentence.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is about journeys, which end only where somebody pays.
    pub fn is_about_journeys(&self) -> bool {
        match self.of {
            Of::Journey(_) => true,
            Of::Requests | Of::Operation(_) | Of::Callbacks | Of::Service => false,
        }
    }

    /// The time it speaks of.
    pub(super) fn time(&self) -> Option<Duration> {
        match self.value {
            Value::Time(time) => Some(time),
            Value::Share(_) | Value::PerSecond(_) | Value::Count(_) => None,
        }
    }

    /// Whether it says itself how many errors may be.
    pub(super) fn speaks_of_errors(&self) -> bool {
        match self.metric {
            Metric::Success | Metric::Errors => true,
            Metric::Percentile(_) | Metric::Max | Metric::Rate | Metric::Dropped => false,
        }
    }

    /// Judges a step's samples.
    pub(super) fn judge(&self, samples: &Samples) -> SloFigure {
        let Some(measured) = self.measured(samples, None) else {
            return unjudged(&self.text);
        };
        let judged = Judged::compare(self.text.as_str(), comparison(self.op), measured);
        let Some((figure, bound)) = numbers(&measured) else {
            return unjudged(&self.text);
        };
        let batches: Vec<f64> = samples
            .batches()
            .filter_map(|batch| Some(numbers(&self.measured(samples, Some(batch))?)?.0))
            .collect();
        let interval = Interval::around(figure, &batches);
        // A step in which every batch says the same leaves no doubt either.
        let clear = interval.is_some_and(|interval| interval.excludes(bound));
        let per_unit = if self.time().is_some() { 1e3 } else { 1.0 };
        SloFigure {
            clear: clear && judged.verdict != Verdict::NotJudged,
            judged,
            interval: interval.map(|Interval { low, high }| Interval {
                low: low / per_unit,
                high: high / per_unit,
            }),
        }
    }

    fn measured(&self, samples: &Samples, batch: Option<u16>) -> Option<Measured> {
        let figures = samples.figures(index(&self.of, samples.names())?, self.of == Of::Service, batch);
        compared(self.metric, &self.value, &figures)
    }
}

fn unjudged(text: &str) -> SloFigure {
    SloFigure {
        judged: Judged::not_judged(text),
        interval: None,
        clear: false,
    }
}

/// The operation or journey by its index; `Some(None)` for all requests, `None` where nothing is measured.
#[expect(clippy::option_option, reason = "all requests is not the same as nothing")]
fn index(of: &Of, names: &Names) -> Option<Option<u16>> {
    let word = match of {
        Of::Requests | Of::Service => return Some(None),
        Of::Operation(operation) => operation.word(),
        Of::Journey(name) => name.as_str(),
        Of::Callbacks => return None,
    };
    let at = names.whats.iter().position(|(name, _)| name == word)?;
    u16::try_from(at).ok().map(Some)
}

#[cfg(test)]
mod tests {
    use super::Objective;

    #[test]
    fn only_what_a_step_can_show_is_an_objective() {
        for (text, why) in [
            ("p99<300ms", None),
            ("p99.9 < 1s of payLink", None),
            ("max<2s of checkout", None),
            ("errors<1%", None),
            ("success>=99%", None),
            ("p50<20ms of service", None),
            ("p99<300", Some("unit")),
            ("quick", Some("is nothing that is measured")),
            ("p99<300ms in healthy", Some("no phases")),
            ("p99<300ms of callbacks", Some("not followed")),
            ("p99<300ms of transfer", Some("no journey of the load")),
            ("dropped<=0", Some("the search itself")),
            ("rate>100/s", Some("the search itself")),
            ("books balance", Some("whole run")),
        ] {
            match (Objective::parse(text, &crate::testing::scenario().load), why) {
                (Ok(_), None) => {}
                (Err(error), Some(why)) => assert!(error.to_string().contains(why), "{error}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
    }
}
