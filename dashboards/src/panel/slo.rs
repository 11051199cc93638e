//! What expectations say of the figures on the screen: their bounds, read back from the sentences the user wrote. The
//! judging itself is done elsewhere.

use measure::{
    snapshot::{RunPlan, Snapshot, Subject},
    verdict::{Judged, Verdict},
};

use crate::{moment::Moment, theme::Role};

/// A sentence `METRIC OP VALUE [of …] [in PHASE]`, taken apart.
struct Sentence<'a> {
    metric: &'a str,
    comparison: &'a str,
    value: &'a str,
    of: Option<&'a str>,
    phase: Option<&'a str>,
}

/// A bound on the 99th percentile, on the time axis.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Bound {
    /// The bound.
    pub(crate) us: u64,
    /// From when it holds.
    pub(crate) from_us: u64,
    /// Until when it holds.
    pub(crate) until_us: u64,
}

/// The glyph and role of a verdict.
pub(crate) fn mark(verdict: Verdict) -> (&'static str, Role) {
    let role = match verdict {
        Verdict::Met => Role::Good,
        Verdict::Failed => Role::Bad,
        Verdict::NotJudged => Role::Dim,
    };
    (verdict.mark(), role)
}

/// What an expectation says of a metric.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OfMetric {
    /// How it stands.
    pub(crate) verdict: Verdict,
    /// Its bound, such as `<300ms`.
    pub(crate) bound: String,
    /// The phase it speaks of, where that is not the one shown; else empty.
    pub(crate) elsewhere: String,
}

/// The expectation that speaks of one of these metrics: of the phase shown rather than of all, of all rather than of
/// another.
pub(crate) fn of_metric(snapshot: &Snapshot, shown: Moment<'_>, metrics: &[&str]) -> Option<OfMetric> {
    let shown = shown.name();
    snapshot
        .expectations
        .iter()
        .filter_map(|judged| Some((judged.verdict, sentence(judged)?)))
        .filter(|(_, sentence)| sentence.of.is_none() && metrics.contains(&sentence.metric))
        .map(|(verdict, sentence)| (verdict, sentence.phase.filter(|phase| *phase != shown), sentence))
        .min_by_key(|(_, elsewhere, sentence)| (elsewhere.is_some(), sentence.phase.is_none()))
        .map(|(verdict, elsewhere, sentence)| OfMetric {
            verdict,
            bound: format!("{}{}", sentence.comparison, sentence.value),
            elsewhere: elsewhere.unwrap_or_default().to_owned(),
        })
}

/// Every bound on the 99th percentile of response times, where it holds on the time axis; none of a gateway alone.
pub(crate) fn p99_bounds(snapshot: &Snapshot) -> Vec<Bound> {
    if snapshot.subject == Subject::Gateway {
        return Vec::new();
    }
    p99_bounds_of(&snapshot.expectations, &snapshot.plan)
}

/// The same of expectations and a plan.
pub(crate) fn p99_bounds_of(expectations: &[Judged], plan: &RunPlan) -> Vec<Bound> {
    let bound = |judged: &Judged| {
        let sentence = sentence(judged)?;
        if sentence.metric != "p99" || sentence.of.is_some() || !sentence.comparison.starts_with('<') {
            return None;
        }
        let us = micros(sentence.value)?;
        match sentence.phase {
            None => Some(Bound {
                us,
                from_us: 0,
                until_us: plan.arrivals_end_us,
            }),
            Some(name) => plan.phases.iter().find(|phase| phase.name == name).map(|phase| Bound {
                us,
                from_us: phase.from_us,
                until_us: phase.until_us,
            }),
        }
    };
    expectations.iter().filter_map(bound).collect()
}

fn sentence(judged: &Judged) -> Option<Sentence<'_>> {
    let words: Vec<&str> = judged.text.split_whitespace().collect();
    let [metric, comparison, value, rest @ ..] = words.as_slice() else {
        return None;
    };
    if !["<", "<=", ">", ">="].contains(comparison) {
        return None;
    }
    let (of, phase) = match rest {
        [] => (None, None),
        ["in", phase] => (None, Some(*phase)),
        ["of", what] => (Some(*what), None),
        ["of", what, "in", phase] => (Some(*what), Some(*phase)),
        _ => return None,
    };
    Some(Sentence {
        metric,
        comparison,
        value,
        of,
        phase,
    })
}

/// `300ms`, `1.5s`, `2m` in microseconds.
fn micros(text: &str) -> Option<u64> {
    let split = text.find(|letter: char| letter.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(split);
    let per_unit = match unit {
        "us" => 1.0,
        "ms" => 1e3,
        "s" => 1e6,
        "m" => 60e6,
        "h" => 3_600e6,
        _ => return None,
    };
    let us = number.parse::<f64>().ok()? * per_unit;
    (us.is_finite() && us >= 0.0).then_some(us as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn judged(text: &str, verdict: Verdict) -> Judged {
        Judged {
            text: text.to_owned(),
            observed: "–".to_owned(),
            verdict,
        }
    }

    #[test]
    fn the_nearest_expectation_speaks() {
        let mut snapshot = fixture::brown_out();
        snapshot.expectations = vec![
            judged("p99 < 300ms in healthy", Verdict::Met),
            judged("p99 <= 2s", Verdict::NotJudged),
            judged("p99 < 1s of callbacks in brown-out", Verdict::Failed),
        ];
        let said_of = |snapshot: &Snapshot, metrics: &[&str]| of_metric(snapshot, Moment::of(snapshot), metrics);
        let said = |verdict, bound: &str, elsewhere: &str| {
            Some(OfMetric {
                verdict,
                bound: bound.to_owned(),
                elsewhere: elsewhere.to_owned(),
            })
        };
        assert_eq!(said_of(&snapshot, &["p99"]), said(Verdict::NotJudged, "<=2s", ""));
        snapshot
            .expectations
            .push(judged("p99 < 900ms in brown-out", Verdict::Failed));
        assert_eq!(said_of(&snapshot, &["p99"]), said(Verdict::Failed, "<900ms", ""));
        snapshot.expectations.truncate(1);
        assert_eq!(said_of(&snapshot, &["p99"]), said(Verdict::Met, "<300ms", "healthy"));
        let first = Moment::at(&snapshot.plan, 0);
        assert_eq!(of_metric(&snapshot, first, &["p99"]), said(Verdict::Met, "<300ms", ""));
        assert_eq!(said_of(&snapshot, &["p50"]), None);
    }

    #[test]
    fn bounds_hold_where_the_sentence_says() {
        let mut snapshot = fixture::healthy();
        snapshot.expectations = vec![
            judged("p99 < 300ms in healthy", Verdict::Met),
            judged("p99 < 1.5s", Verdict::Met),
            judged("p99 < 2s in nowhere", Verdict::Met),
            judged("p99 > 2s", Verdict::Met),
            judged("books balance", Verdict::Met),
        ];
        let bound = |us, until_s: u64| Bound {
            us,
            from_us: 0,
            until_us: until_s * 1_000_000,
        };
        assert_eq!(p99_bounds(&snapshot), [bound(300_000, 20), bound(1_500_000, 100)]);
    }

    #[test]
    fn times_are_read_with_their_unit() {
        for (text, us) in [
            ("300ms", Some(300_000)),
            ("1.5s", Some(1_500_000)),
            ("2m", Some(120_000_000)),
            ("5", None),
            ("x5s", None),
            ("5 %", None),
        ] {
            assert_eq!(micros(text), us, "{text}");
        }
    }
}
