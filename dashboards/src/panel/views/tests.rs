//! The views as snapshots at every size, their figures against the picture's, and that no size and no picture breaks them.

mod extremes;

use std::sync::Arc;

use measure::{
    sample::Class,
    snapshot::{CapacityFigures, EventKind, EventLine, Failure, Snapshot, Stage, Subject},
    trust::{Stamp, Trust},
};
use ratatui::{Terminal, backend::TestBackend};

use crate::{
    app::Model,
    choice::ViewName,
    colour::Colours,
    event::{Event, Key, Named},
    figures, fixture,
    modal::Modal,
    panel::view,
    request::{Effect, Request},
    story::{Story, StoryLine, Tone},
    theme::{Look, Palette},
};

const PLAIN: Look = Look {
    colours: Colours::None,
    ascii: false,
    palette: Palette::Dark,
};
const SIZES: [(u16, u16); 5] = [(60, 16), (80, 24), (100, 30), (120, 38), (200, 60)];
const VIEWS: [(&str, char); 5] = [
    ("operations", '2'),
    ("errors", '3'),
    ("capacity", '4'),
    ("compare", '5'),
    ("log", '6'),
];

fn terminal(model: &Model, columns: u16, rows: u16) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal
        .draw(|frame| view(model, frame.area(), frame.buffer_mut()))
        .unwrap();
    terminal
}

fn shown(model: &Model, columns: u16, rows: u16) -> String {
    terminal(model, columns, rows).backend().to_string()
}

fn press(mut model: Model, keys: &[Key]) -> Model {
    for key in keys {
        model.update(Event::Key(*key));
    }
    model
}

fn model(snapshot: Snapshot, look: Look, keys: &[Key]) -> Model {
    press(fixture::model(snapshot, look), keys)
}

fn c(letter: char) -> Key {
    Key::Char(letter)
}

/// The run in its recovery, with everything a view can tell: a doubt, an act by hand.
fn eventful() -> Snapshot {
    let run = fixture::recovery();
    Snapshot {
        trust: Trust {
            stamp: Stamp::Suspect,
            reasons: vec![
                "the machine kept a thread of ours from running for 140 ms: figures of that second may be too long"
                    .to_owned(),
            ],
            facts: None,
        },
        by_hand: vec!["61 s: fault on".to_owned()],
        ..run
    }
}

/// A gateway alone: nothing is expected of it, nothing is offered to it as far as it knows.
fn gateway() -> Snapshot {
    let mut run = fixture::recovery();
    run.subject = Subject::Gateway;
    run.expectations = Vec::new();
    run.capacity = None;
    run.failures = Arc::default();
    run.operations.retain(|operation| !operation.journey);
    let mut seconds = (*run.seconds).clone();
    for second in &mut seconds {
        let second = Arc::make_mut(second);
        (second.offered, second.started, second.gauges.capacity) = (0, second.finished, None);
    }
    run.seconds = Arc::new(seconds);
    run
}

/// The run without workers of a limited number.
fn unlimited() -> Snapshot {
    let mut run = fixture::brown_out();
    run.capacity = None;
    let mut seconds = (*run.seconds).clone();
    for second in &mut seconds {
        Arc::make_mut(second).gauges.capacity = None;
    }
    run.seconds = Arc::new(seconds);
    run
}

/// A healthy run at four rates, the last of which is too much.
fn rates() -> Snapshot {
    let mut run = fixture::at(20);
    let mut seconds = (*run.seconds).clone();
    for (at, second) in seconds.iter_mut().enumerate() {
        let second = Arc::make_mut(second);
        (second.offered, second.p99_us) = [(100, 6_000), (200, 6_500), (400, 9_000), (800, 61_000)][at / 5];
        second.started = second.offered.min(790);
    }
    run.seconds = Arc::new(seconds);
    run
}

fn story() -> Story {
    let line = |at: &str, who: &str, what: &str, tone| StoryLine {
        at: at.to_owned(),
        who: who.to_owned(),
        what: what.to_owned(),
        tone,
    };
    Story {
        order: "D-13201".to_owned(),
        title: "paid, 120.00 USD".to_owned(),
        lines: vec![
            line("1:05.988", "merchant", "payLink sent, 120.00 USD", Tone::Plain),
            line(
                "1:05.990",
                "gateway",
                "held by rule `slow` of outage for 2 s",
                Tone::Warn,
            ),
            line(
                "1:15.988",
                "merchant",
                "no answer within 10 s: timeout, which the scenario cannot have caused",
                Tone::Bad,
            ),
            line(
                "1:16.002",
                "gateway",
                "callback 1 to http://127.0.0.1:9090/callbacks/deposit: answered 200 after 3.1 ms, acknowledged as \
                 `success`, so that it is not sent again",
                Tone::Plain,
            ),
            line("1:16.010", "ledger", "deposit of 120.00 USD credited once", Tone::Good),
        ],
    }
}

fn drilled(look: Look) -> Model {
    let mut model = model(fixture::recovery(), look, &[c('3'), Key::Named(Named::Enter)]);
    model.update(Event::Story(Ok(story())));
    model
}

#[test]
fn every_view_at_every_size() {
    for (name, key) in VIEWS {
        let model = model(eventful(), PLAIN, &[c(key)]);
        for (columns, rows) in SIZES {
            insta::assert_snapshot!(format!("{name}_{columns}x{rows}"), shown(&model, columns, rows));
        }
    }
    for (columns, rows) in SIZES {
        let model = drilled(PLAIN);
        insta::assert_snapshot!(format!("story_{columns}x{rows}"), shown(&model, columns, rows));
    }
}

#[test]
fn what_else_a_view_can_show() {
    let earlier = [Key::Shift(Named::Left), Key::Shift(Named::Left)];
    for (name, snapshot, keys) in [
        (
            "operations_cursor",
            eventful(),
            &[c('2'), c('j'), earlier[0], earlier[1]][..],
        ),
        ("operations_service", eventful(), &[c('2'), c('r'), c('f')]),
        ("operations_starting", fixture::starting(), &[c('2')]),
        ("operations_gateway", gateway(), &[c('2')]),
        ("errors_unexpected_first", eventful(), &[c('3'), c('o'), c('j')]),
        ("errors_cursor", eventful(), &[c('3'), earlier[0], c('f')]),
        ("errors_none", fixture::healthy(), &[c('3')]),
        ("errors_gateway", gateway(), &[c('3')]),
        ("capacity_busy", fixture::brown_out(), &[c('4')]),
        ("capacity_cursor", fixture::brown_out(), &[c('4'), earlier[0]]),
        ("capacity_none", unlimited(), &[c('4')]),
        ("capacity_gateway", gateway(), &[c('4')]),
        ("capacity_rates", rates(), &[c('4')]),
        ("compare_linear_ok", eventful(), &[c('5'), c('l'), c('o'), c('G')]),
        ("compare_brown_out", fixture::brown_out(), &[c('5')]),
        ("log_zoomed", eventful(), &[c('6'), c('j'), c('z')]),
        ("log_gateway", gateway(), &[c('6')]),
    ] {
        let model = model(snapshot, PLAIN, keys);
        insta::assert_snapshot!(format!("{name}_100x30"), shown(&model, 100, 30));
    }
    let enter = Key::Named(Named::Enter);
    let asked = model(fixture::recovery(), PLAIN, &[c('3'), enter]);
    insta::assert_snapshot!("story_asked_80x24", shown(&asked, 80, 24));
    let mut refused = asked;
    refused.update(Event::Story(Err("the run folder has no journal".to_owned())));
    insta::assert_snapshot!("story_refused_80x24", shown(&refused, 80, 24));
}

#[test]
fn colours() {
    let looks = [
        ("mono", Colours::None, Palette::Dark),
        ("16", Colours::Sixteen, Palette::Dark),
        ("256", Colours::Indexed, Palette::Light),
        ("true", Colours::True, Palette::Dark),
    ];
    for (colours, set, palette) in looks {
        let look = Look {
            colours: set,
            palette,
            ..PLAIN
        };
        let views = VIEWS.map(|(name, key)| (name, model(eventful(), look, &[c(key)])));
        for (name, model) in views.into_iter().chain([("story", drilled(look))]) {
            insta::assert_snapshot!(
                format!("{name}_80x24_{colours}_styles"),
                format!("{:?}", terminal(&model, 80, 24).backend().buffer())
            );
        }
    }
}

/// The rows of a table on the screen that begin with this word, in cells.
fn cells(screen: &str, first: &str) -> Vec<String> {
    let row = screen
        .lines()
        .map(|line| {
            line.trim_matches('"')
                .trim_matches('│')
                .trim_start_matches(['▸', '●', ' '])
        })
        .find(|line| line.starts_with(first))
        .unwrap_or_else(|| panic!("no row of {first}:\n{screen}"));
    let cells = row.split("  ").map(str::trim).filter(|cell| !cell.is_empty());
    cells.map(str::to_owned).collect()
}

#[test]
fn figures_of_operations_are_the_pictures() {
    let run = fixture::recovery();
    let screen = shown(&model(run.clone(), PLAIN, &[c('2')]), 200, 60);
    for (at, operation) in run.operations.iter().enumerate() {
        let seconds = run.seconds.iter().flat_map(|second| &second.operations);
        let of = || seconds.clone().filter(|figures| usize::from(figures.operation) == at);
        let (finished, ok) = of().fold((0, 0), |(finished, ok), more| {
            (finished + u64::from(more.finished), ok + u64::from(more.ok))
        });
        let unexpected: u32 = of().map(|figures| figures.unexpected_errors).sum();
        let expected: u32 = of().map(|figures| figures.expected_errors).sum();
        let row = cells(&screen, &operation.name);
        let mark = if unexpected > 0 { "✖ " } else { "" };
        assert_eq!(
            row[1..8],
            [
                figures::count(operation.finished),
                figures::share_of(ok, finished),
                figures::count(expected.into()),
                format!("{mark}{unexpected}"),
                figures::rate(operation.per_second),
                figures::time(operation.response.p50_us),
                figures::time(operation.response.p99_us),
            ],
            "{row:?}"
        );
    }
}

#[test]
fn figures_of_phases_and_classes_are_the_pictures() {
    let run = fixture::recovery();
    let screen = shown(&model(run.clone(), PLAIN, &[c('5')]), 200, 60);
    for (phase, figures) in run.plan.phases.iter().zip(&*run.phases) {
        let row = cells(&screen, &phase.name);
        let mark = if figures.unexpected_errors > 0 { "✖ " } else { "" };
        assert_eq!(
            row[1..6],
            [
                figures::count(figures.finished),
                figures::share_of(figures.ok, figures.finished),
                figures::count(figures.expected_errors),
                format!("{mark}{}", figures.unexpected_errors),
                figures::time(figures.response.p50_us),
            ],
            "{row:?}"
        );
    }
    let screen = shown(&model(run.clone(), PLAIN, &[c('3')]), 200, 60);
    for class in run.classes.iter().filter(|class| !class.class.is_success()) {
        let row = cells(&screen, class.class.word());
        assert_eq!(row[2], figures::count(class.count), "{row:?}");
    }
}

/// Each failed request that is kept can be reached, and leads to its order's story.
#[test]
fn every_failed_request_can_be_reached() {
    let run = fixture::recovery();
    let mut model = model(run.clone(), PLAIN, &[c('3')]);
    assert_eq!(model.rows(), run.failures.len());
    for failure in run.failures.iter().rev() {
        let screen = shown(&model, 80, 24);
        let row = screen
            .lines()
            .find(|line| line.contains('▸'))
            .unwrap_or_default()
            .to_owned();
        let row = if row.contains(failure.class.word()) {
            row
        } else {
            screen.clone()
        };
        assert!(row.contains(&failure.order), "{failure:?}\n{screen}");
        model = press(model, &[c('j')]);
    }
}

#[test]
fn the_list_of_failed_requests_puts_unexpected_ones_first_or_alone() {
    let run = fixture::recovery();
    let unexpected = run.failures.iter().filter(|failure| !failure.expected).count();
    assert!(unexpected > 0 && unexpected < run.failures.len());
    let seen = |keys: &[Key]| {
        let model = model(run.clone(), PLAIN, keys);
        let expected: Vec<bool> = model.failures().map(|failure| failure.expected).collect();
        (
            model.rows(),
            expected.is_sorted(),
            expected.iter().filter(|expected| !**expected).count(),
        )
    };
    assert_eq!(seen(&[c('3')]).0, run.failures.len());
    assert_eq!(seen(&[c('3'), c('o')]), (run.failures.len(), true, unexpected));
    assert_eq!(seen(&[c('3'), c('o'), c('o')]), (unexpected, true, unexpected));
}

#[test]
fn enter_leads_to_what_lies_behind_the_row() {
    let enter = Key::Named(Named::Enter);
    let run = fixture::recovery();
    // Unexpected ones first: the second row is the newest expected one.
    let mut errors = model(run.clone(), PLAIN, &[c('3'), c('o'), c('j')]);
    let newest = run.failures.iter().rev().find(|failure| failure.expected);
    let order = newest.map(|failure| failure.order.clone()).unwrap();
    assert_eq!(
        errors.update(Event::Key(enter)),
        Effect::Ask(Request::Story(order.clone()))
    );
    assert!(matches!(errors.modal(), Modal::Drill(drill) if drill.order == order));

    let log = model(run.clone(), PLAIN, &[c('6'), c('j'), enter]);
    let line = run.events.iter().rev().nth(1).unwrap();
    assert_eq!(
        (log.view(), log.cursor()),
        (ViewName::Overview, u32::try_from(line.at_us / 1_000_000).ok())
    );

    let operations = model(run.clone(), PLAIN, &[c('2'), c('j'), enter]);
    assert_eq!(operations.operation(), Some(run.operations[1].name.as_str()));

    let phases = model(run.clone(), PLAIN, &[c('5'), c('G')]);
    assert_eq!(
        (phases.rows(), phases.selected()),
        (run.plan.phases.len(), run.plan.phases.len() - 1)
    );
}

/// A story is read to its end on a small screen.
#[test]
fn a_story_scrolls_to_every_line() {
    let mut long = story();
    long.lines = (0..60)
        .map(|number| StoryLine {
            what: format!("thing {number} happened"),
            ..story().lines[0].clone()
        })
        .collect();
    let mut model = drilled(PLAIN);
    model.update(Event::Story(Ok(long)));
    for number in 0..60 {
        let screen = shown(&model, 60, 16);
        assert!(screen.contains(&format!("thing {number} happened")), "{screen}");
        model = press(model, &[c('j')]);
    }
}

#[test]
fn ascii_means_ascii_and_every_glyph_of_the_views_has_a_stand_in() {
    let ascii = Look { ascii: true, ..PLAIN };
    for (columns, rows) in [(60, 16), (120, 38)] {
        for (name, key) in VIEWS {
            for snapshot in [eventful(), fixture::brown_out(), gateway()] {
                let screen = shown(&model(snapshot.clone(), ascii, &[c(key)]), columns, rows);
                let plain = shown(&model(snapshot, PLAIN, &[c(key)]), columns, rows);
                assert!(screen.is_ascii(), "{name}\n{screen}");
                let marks = |screen: &str| screen.matches('?').count();
                assert_eq!(
                    marks(&screen),
                    marks(&plain),
                    "a glyph has no stand-in: {name}\n{screen}"
                );
            }
        }
        let marks = |look| shown(&drilled(look), columns, rows).matches('?').count();
        assert_eq!(marks(ascii), marks(PLAIN));
    }
}
