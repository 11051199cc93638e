//! The figures that stand for the present: those of the chosen window, or of the second under the cursor, of everything or
//! of one operation. Every panel and line that shows them takes them from here, so that they agree.

use measure::snapshot::{OperationFigures, Percentiles, SecondFigures, Snapshot, Subject, Window, WindowFigures};

use super::chart;
use crate::{app::Model, choice::Times, figures::clock};

/// The percentiles shown, in the order of [`Five`].
pub(crate) const WORDS: [&str; 5] = ["p50", "p90", "p99", "p99.9", "max"];

/// Microseconds of [`WORDS`]; `None` where it is not known.
pub(crate) type Five = [Option<u64>; 5];

/// What is shown of the present or of the cursor's second.
pub(crate) struct Now<'a> {
    /// `10s`, or `at 00:31`.
    pub(crate) when: String,
    /// The one operation shown.
    pub(crate) operation: Option<&'a str>,
    /// Requests that ended.
    pub(crate) finished: u64,
    /// Requests that ended per second.
    pub(crate) per_second: f64,
    /// Percentiles of successes.
    pub(crate) ok: Five,
    /// Percentiles of everything.
    pub(crate) all: Five,
    /// Share of errors; `None` without requests.
    pub(crate) errors: Option<f64>,
    /// Share of errors that the scenario could have caused.
    pub(crate) expected: Option<f64>,
    /// Share of other errors.
    pub(crate) unexpected: Option<f64>,
}

impl<'a> Now<'a> {
    /// What the model's cursor, window and filters ask for; `None` where the picture lacks it.
    pub(crate) fn of(model: &'a Model) -> Option<Self> {
        let snapshot = model.snapshot();
        let operation = chart::operation(model);
        match (
            model.cursor_figures(),
            operation.and_then(|at| snapshot.operations.get(at)),
        ) {
            (Some(second), None) => Some(of_second(second, model.times())),
            (Some(second), Some(figures)) => Some(of_operation_in(second, operation?, figures, model.times())),
            (None, None) => of_window(snapshot, model.window(), model.times()),
            (None, Some(figures)) => Some(of_operation(snapshot, operation?, figures)),
        }
    }
}

/// The word for the time shown.
pub(crate) fn times_word(model: &Model) -> &'static str {
    match model.snapshot().subject {
        Subject::Load => model.times().word(),
        Subject::Gateway => "took",
    }
}

fn of_second(second: &SecondFigures, times: Times) -> Now<'static> {
    let all = match times {
        Times::Response => [
            second.p50_us,
            second.p90_us,
            second.p99_us,
            second.p999_us,
            second.max_us,
        ],
        Times::Service => [
            second.service_p50_us,
            second.service_p90_us,
            second.service_p99_us,
            second.service_p999_us,
            second.service_max_us,
        ],
    };
    let counts = [second.finished, second.expected_errors, second.unexpected_errors].map(u64::from);
    Now {
        when: at(second),
        all: all.map(|us| (second.finished > 0).then_some(us)),
        per_second: second.finished.into(),
        ..shares(counts)
    }
}

fn of_operation_in<'a>(second: &SecondFigures, index: usize, figures: &'a OperationFigures, times: Times) -> Now<'a> {
    let one = second.operations.iter().find(|one| usize::from(one.operation) == index);
    let counts = one.map_or([0; 3], |one| {
        [one.finished, one.expected_errors, one.unexpected_errors].map(u64::from)
    });
    let (p50_us, p99_us) = match (one, times) {
        (None, _) => (None, None),
        (Some(one), Times::Response) => (Some(one.p50_us), Some(one.p99_us)),
        (Some(one), Times::Service) => (Some(one.service_p50_us), Some(one.service_p99_us)),
    };
    Now {
        when: at(second),
        operation: Some(&figures.name),
        all: [p50_us, None, p99_us, None, None],
        per_second: counts[0] as f64,
        ..shares(counts)
    }
}

/// An operation is known by its last ten seconds, whatever the window.
fn of_operation<'a>(snapshot: &Snapshot, index: usize, figures: &'a OperationFigures) -> Now<'a> {
    let seconds = snapshot.seconds.iter().rev().take(10);
    let ones = seconds.flat_map(|second| second.operations.iter().find(|one| usize::from(one.operation) == index));
    let counts = ones.fold([0_u64; 3], |[all, expected, unexpected], one| {
        [
            all + u64::from(one.finished),
            expected + u64::from(one.expected_errors),
            unexpected + u64::from(one.unexpected_errors),
        ]
    });
    Now {
        when: Window::TenSeconds.word().to_owned(),
        operation: Some(&figures.name),
        all: five(&figures.response),
        per_second: figures.per_second,
        ..shares(counts)
    }
}

fn of_window(snapshot: &Snapshot, window: Window, times: Times) -> Option<Now<'static>> {
    let figures = snapshot.windows.iter().find(|figures| figures.window == window)?;
    let (ok, all) = match times {
        Times::Response => (five(&figures.response_ok), five(&figures.response)),
        // Service times of successes alone are not kept.
        Times::Service => ([None; 5], five(&figures.service)),
    };
    Some(Now {
        when: window.word().to_owned(),
        ok,
        all,
        finished: figures.finished,
        per_second: figures.per_second,
        errors: (figures.finished > 0).then_some(1.0 - figures.success),
        ..shares(split(snapshot, figures))
    })
}

/// Requests, expected errors, unexpected errors of a window.
fn split(snapshot: &Snapshot, figures: &WindowFigures) -> [u64; 3] {
    let Some(length) = figures.window.seconds() else {
        return snapshot
            .classes
            .iter()
            .fold([0; 3], |[all, expected, unexpected], class| {
                let error = if class.class.is_success() { 0 } else { class.count };
                let (by_scenario, other) = if class.expected { (error, 0) } else { (0, error) };
                [
                    all.saturating_add(class.count),
                    expected.saturating_add(by_scenario),
                    unexpected.saturating_add(other),
                ]
            });
    };
    let last = snapshot.seconds.last().map_or(0, |second| second.second);
    let first = last.saturating_add(1).saturating_sub(length);
    let seconds = snapshot
        .seconds
        .iter()
        .rev()
        .take_while(|second| second.second >= first);
    seconds.fold([0; 3], |[all, expected, unexpected], second| {
        [
            all + u64::from(second.finished),
            expected + u64::from(second.expected_errors),
            unexpected + u64::from(second.unexpected_errors),
        ]
    })
}

/// The parts of counts: finished, expected errors, unexpected errors.
fn shares([finished, expected, unexpected]: [u64; 3]) -> Now<'static> {
    let share = |part: u64| (finished > 0).then(|| part as f64 / finished as f64);
    Now {
        when: String::new(),
        operation: None,
        finished,
        per_second: 0.0,
        ok: [None; 5],
        all: [None; 5],
        errors: share(expected.saturating_add(unexpected)),
        expected: share(expected),
        unexpected: share(unexpected),
    }
}

fn at(second: &SecondFigures) -> String {
    format!("at {}", clock(u64::from(second.second) * 1_000_000))
}

/// Percentiles as [`Five`].
pub(crate) fn five(times: &Percentiles) -> Five {
    [times.p50_us, times.p90_us, times.p99_us, times.p999_us, times.max_us].map(|us| (times.count > 0).then_some(us))
}
