//! Numbers on the screen equal the numbers of the snapshot: they are read back from the drawn text.

use std::sync::Arc;

use measure::snapshot::{Percentiles, SecondFigures, Snapshot, Window};
use proptest::prelude::*;

use super::{LEFT, PLAIN, SIZES, press};
use crate::{app::Model, fixture, panel::tests::text};

/// What the drawn text says behind this word; `None` where the word is not there.
fn behind<'a>(screen: &'a str, word: &str) -> Option<&'a str> {
    let at = screen.find(&format!(" {word} "))?;
    let rest = screen[at + word.len() + 2..].trim_start();
    rest.split([' ', '│', '\n']).next()
}

/// A rate or count without thousands apart, as the figures of these tests are.
fn number(text: &str) -> f64 {
    text.trim_end_matches("/s")
        .parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A shown duration, and the smallest step its digits can tell, both in microseconds.
fn micros(text: &str) -> (u64, u64) {
    let split = text
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap();
    let (digits, unit) = text.split_at(split);
    let per_unit: f64 = match unit {
        "µs" => 1.0,
        "ms" => 1e3,
        "s" => 1e6,
        _ => panic!("{text}"),
    };
    let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let step = per_unit / 10_f64.powi(i32::try_from(decimals).unwrap());
    (
        (digits.parse::<f64>().unwrap() * per_unit).round() as u64,
        step.round() as u64,
    )
}

fn assert_time(screen: &str, word: &str, us: u64) {
    let text = behind(screen, word).unwrap_or_else(|| panic!("no {word}:\n{screen}"));
    let (shown, step) = micros(text);
    assert!(
        shown <= us && us < shown + step,
        "{word} {text} is not {us} µs:\n{screen}"
    );
}

fn assert_share(screen: &str, word: &str, share: f64) {
    let text = behind(screen, word).unwrap_or_else(|| panic!("no {word}:\n{screen}"));
    let percent: f64 = match text {
        "<0.1%" => 0.025,
        ">99.9%" => 99.975,
        text => text
            .trim_end_matches('%')
            .parse()
            .unwrap_or_else(|error| panic!("{word} {text}: {error}\n{screen}")),
    };
    assert!(
        (percent - share * 100.0).abs() < 0.051,
        "{word} {text} is not {share}:\n{screen}"
    );
}

/// The mean of the last five seconds' started arrivals, added up anew.
fn achieved(snapshot: &Snapshot) -> f64 {
    let last = &snapshot.seconds[snapshot.seconds.len().saturating_sub(5)..];
    last.iter().map(|second| f64::from(second.started)).sum::<f64>() / last.len() as f64
}

fn check(snapshot: &Snapshot, columns: u16, rows: u16) {
    let screen = text(&fixture::model(snapshot.clone(), PLAIN), columns, rows);
    let target = snapshot.plan.target_per_second[usize::try_from(snapshot.elapsed_us / 1_000_000).unwrap()];
    let window = &snapshot.windows[0];
    assert_eq!(window.window, Window::TenSeconds);
    let errors = 1.0 - window.success;
    if columns == 60 {
        let rates = screen.lines().find(|line| line.contains("/s  p99")).unwrap();
        let (shown_achieved, shown_target) = rates.trim().split("/s").next().unwrap().split_once('/').unwrap();
        assert!(
            (number(shown_target) - target).abs() < 0.51 && (number(shown_achieved) - achieved(snapshot)).abs() < 0.51
        );
        assert_time(&screen, "p99", window.response.p99_us);
        assert_share(&screen, "err", errors);
        return;
    }
    assert!(
        (number(behind(&screen, "target").unwrap()) - target).abs() < 0.51,
        "{screen}"
    );
    assert!(
        (number(behind(&screen, "achieved").unwrap()) - achieved(snapshot)).abs() < 0.51,
        "{screen}"
    );
    assert_eq!(
        number(behind(&screen, "dropped").unwrap()),
        snapshot.load.dropped as f64,
        "{screen}"
    );
    assert_eq!(
        number(behind(&screen, "in flight").unwrap()),
        f64::from(snapshot.load.in_flight),
        "{screen}"
    );
    assert_share(&screen, "err", errors);
    if columns < 96 {
        assert_time(&screen, "p50", window.response.p50_us);
        assert_time(&screen, "p99", window.response.p99_us);
        return;
    }
    // The table: successes, then everything.
    for (word, ok_us, all_us) in [
        ("p50", window.response_ok.p50_us, window.response.p50_us),
        ("p90", window.response_ok.p90_us, window.response.p90_us),
        ("p99", window.response_ok.p99_us, window.response.p99_us),
        ("p99.9", window.response_ok.p999_us, window.response.p999_us),
        ("max", window.response_ok.max_us, window.response.max_us),
    ] {
        let mut cells = screen.lines().flat_map(|line| line.split('│'));
        let row = cells.find_map(|cell| cell.trim().strip_prefix(&format!("{word} ")));
        let row = row.unwrap_or_else(|| panic!("no {word}:\n{screen}"));
        for (shown, us) in row.split_whitespace().zip([ok_us, all_us]) {
            if window.response_ok.count > 0 {
                let (shown_us, step) = micros(shown);
                assert!(
                    shown_us <= us && us < shown_us + step,
                    "{word} {shown} is not {us} µs:\n{screen}"
                );
            }
        }
    }
}

#[test]
fn every_size_shows_the_numbers_of_the_picture() {
    for snapshot in [fixture::healthy(), fixture::brown_out(), fixture::recovery()] {
        for (columns, rows) in SIZES {
            check(&snapshot, columns, rows);
        }
    }
}

#[test]
fn under_the_cursor_are_the_numbers_of_its_second() {
    let snapshot = fixture::recovery();
    for back in [1, 9, 30, 60] {
        let model = press(fixture::model(snapshot.clone(), PLAIN), &vec![LEFT; back]);
        let second = &snapshot.seconds[snapshot.seconds.len() - back];
        assert_eq!(model.cursor(), Some(second.second));
        let screen = text(&model, 80, 24);
        let at = format!("at 01:{:02}", second.second % 60);
        assert!(screen.contains(&at) || second.second < 60, "{at}\n{screen}");
        assert_time(&screen, "p50", second.p50_us);
        assert_time(&screen, "p99", second.p99_us);
        assert_share(
            &screen,
            "expected",
            f64::from(second.expected_errors) / f64::from(second.finished),
        );
        assert_eq!(number(behind(&screen, "achieved").unwrap()), f64::from(second.started));
        assert_eq!(
            number(behind(&screen, "in flight").unwrap()),
            f64::from(second.gauges.in_flight)
        );
    }
}

#[test]
fn hits_and_errors_of_a_phase_stand_in_its_columns() {
    let screen = text(&fixture::model(fixture::recovery(), PLAIN), 200, 60);
    let snapshot = fixture::recovery();
    let row = |label: &str| -> Vec<String> {
        let line = screen
            .lines()
            .find(|line| line.starts_with(&format!("│{label:>6}│")))
            .unwrap();
        line.split('│')
            .skip(2)
            .map(|cell| cell.trim().replace(' ', ""))
            .collect()
    };
    let (hits, errors) = (row("inject"), row("errors"));
    for (at, figures) in snapshot.phases.iter().enumerate().skip(1) {
        assert_eq!(hits[at], figures.injected.to_string(), "{screen}");
        assert_eq!(errors[at], figures.expected_errors.to_string(), "{screen}");
    }
    assert_eq!(hits[0], "", "a healthy phase injects nothing");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever the numbers, they are those of the picture. Counts stay below a thousand, so that none is written apart.
    #[test]
    fn any_numbers_are_shown_as_they_are(
        p99_us in 1_u64..90_000_000,
        success in 0.0..1.0_f64,
        started in 0_u32..999,
        dropped in 0_u64..999,
        at in prop::sample::select(&SIZES[..]),
    ) {
        let mut snapshot = fixture::brown_out();
        let seconds = snapshot.seconds.iter().map(|second| Arc::new(SecondFigures { started, ..(**second).clone() }));
        snapshot.seconds = Arc::new(seconds.collect());
        snapshot.load.dropped = dropped;
        snapshot.windows[0].success = success;
        let times = Percentiles { p99_us, ..snapshot.windows[0].response };
        snapshot.windows[0].response = times;
        snapshot.windows[0].response_ok = times;
        check(&snapshot, at.0, at.1);
    }

    /// Nothing of what matters is missing or cut where there are 80 columns.
    #[test]
    fn every_figure_is_on_a_small_screen(counts in any::<u32>(), us in any::<u64>(), share in 0.0..1.0_f64) {
        let mut snapshot = fixture::brown_out();
        snapshot.load.dropped = counts.into();
        snapshot.load.in_flight = counts % 1_000;
        snapshot.windows[0].success = share;
        snapshot.windows[0].response.p99_us = us;
        let screen = text(&Model::new(Arc::new(snapshot), PLAIN.into()), 80, 24);
        for word in ["target", "achieved", "dropped", "waiting", "in flight", "p50", "p99", "err", "expected", "unexpected"] {
            prop_assert!(behind(&screen, word).is_some_and(|figure| !figure.is_empty()), "{}:\n{}", word, screen);
        }
    }
}
