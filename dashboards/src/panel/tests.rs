//! Screens as snapshots, and that no size, no picture and no name breaks them.

mod paint;

use std::{path::Path, sync::Arc};

use measure::snapshot::{LoadFigures, RunPlan, SecondFigures, Snapshot, Stage};
use proptest::prelude::*;
use ratatui::{Terminal, backend::TestBackend};

use super::*;
use crate::{
    app::Model,
    colour::Colours,
    event::{Event, Key},
    fixture,
    keys::BINDINGS,
    theme::{Look, Palette},
};

pub(super) const PLAIN: Look = Look {
    colours: Colours::None,
    ascii: false,
    palette: Palette::Dark,
};
pub(super) const COLOUR: Look = Look {
    colours: Colours::Indexed,
    ..PLAIN
};
const ASCII: Look = Look { ascii: true, ..PLAIN };

pub(super) fn terminal(model: &Model, columns: u16, rows: u16) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal
        .draw(|frame| view(model, frame.area(), frame.buffer_mut()))
        .unwrap();
    terminal
}

pub(super) fn shown(model: &Model, columns: u16, rows: u16) -> String {
    terminal(model, columns, rows).backend().to_string()
}

/// The screen without the quotes of its lines.
pub(super) fn text(model: &Model, columns: u16, rows: u16) -> String {
    let lines: Vec<String> = shown(model, columns, rows)
        .lines()
        .map(|line| line.trim_matches('"').trim_end().to_owned())
        .collect();
    format!("{}\n", lines.join("\n"))
}

pub(super) fn press(mut model: Model, keys: &[Key]) -> Model {
    for key in keys {
        model.update(Event::Key(*key));
    }
    model
}

#[test]
fn stages_on_both_screens() {
    for (name, snapshot, keys) in [
        ("starting", fixture::starting(), &[][..]),
        (
            "recovery_service",
            fixture::recovery(),
            &[Key::Char('r'), Key::Char(']')],
        ),
        ("draining_stopping", fixture::draining(), &[Key::Char('q')]),
        (
            "ended",
            fixture::ended(),
            &[Key::Char(']'), Key::Char(']'), Key::Char(']')],
        ),
        ("frozen", fixture::brown_out(), &[Key::Char(' ')]),
        ("by_hand", fixture::by_hand(), &[]),
        ("help", fixture::brown_out(), &[Key::Char('?')]),
    ] {
        let model = press(fixture::model(snapshot, PLAIN), keys);
        for (columns, rows) in [(80, 24), (120, 38)] {
            insta::assert_snapshot!(format!("{name}_{columns}x{rows}"), shown(&model, columns, rows));
        }
    }
}

#[test]
fn other_sizes() {
    for (columns, rows) in [(20, 3), (59, 15)] {
        let model = fixture::model(fixture::recovery(), PLAIN);
        insta::assert_snapshot!(format!("recovery_{columns}x{rows}"), shown(&model, columns, rows));
    }
}

#[test]
fn a_hostile_run_stays_in_its_place() {
    let model = fixture::model(fixture::hostile(), PLAIN);
    insta::assert_snapshot!("hostile_120x38", shown(&model, 120, 38));
}

#[test]
fn colours() {
    let look = |colours, palette| Look {
        colours,
        palette,
        ..PLAIN
    };
    for (name, look) in [
        ("dark", look(Colours::Indexed, Palette::Dark)),
        ("dark_16", look(Colours::Sixteen, Palette::Dark)),
        ("dark_true", look(Colours::True, Palette::Dark)),
        ("light", look(Colours::Indexed, Palette::Light)),
        ("high_contrast_16", look(Colours::Sixteen, Palette::HighContrast)),
        ("mono", PLAIN),
    ] {
        let model = fixture::model(fixture::brown_out(), look);
        insta::assert_snapshot!(
            format!("{name}_80x24_styles"),
            format!("{:?}", terminal(&model, 80, 24).backend().buffer())
        );
    }
}

/// The picture of the README. It is rewritten when it is out of date, and the test fails once so that this is seen.
#[test]
fn the_picture_of_the_readme_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/dashboard.txt");
    let picture = text(&fixture::model(fixture::recovery(), PLAIN), 120, 38);
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    if kept != picture {
        std::fs::write(&path, &picture).unwrap();
        panic!("docs/dashboard.txt was out of date and is rewritten: look at it and commit it");
    }
}

#[test]
fn ascii_means_ascii_and_every_glyph_of_ours_has_a_stand_in() {
    for snapshot in [
        fixture::starting(),
        fixture::brown_out(),
        fixture::recovery(),
        fixture::draining(),
        fixture::ended(),
    ] {
        for keys in [&[][..], &[Key::Char(' ')], &[Key::Char('?')], &[Key::Char('r')]] {
            let model = press(fixture::model(snapshot.clone(), ASCII), keys);
            let plain = press(fixture::model(snapshot.clone(), PLAIN), keys);
            for (columns, rows) in [(59, 15), (80, 24), (120, 38)] {
                let screen = text(&model, columns, rows);
                assert!(screen.is_ascii(), "{screen}");
                let marks = |screen: &str| screen.matches('?').count();
                assert_eq!(
                    marks(&screen),
                    marks(&text(&plain, columns, rows)),
                    "a glyph has no stand-in:\n{screen}"
                );
            }
        }
    }
    let hostile = text(&fixture::model(fixture::hostile(), ASCII), 120, 38);
    assert!(hostile.is_ascii(), "{hostile}");
}

#[test]
fn without_colour_nothing_is_coloured() {
    let model = fixture::model(fixture::recovery(), PLAIN);
    let terminal = terminal(&model, 120, 38);
    for cell in terminal.backend().buffer().content() {
        assert_eq!(
            (cell.fg, cell.bg),
            (ratatui::style::Color::Reset, ratatui::style::Color::Reset)
        );
    }
}

#[test]
fn themes_change_colours_and_never_text() {
    let dark = fixture::model(fixture::recovery(), COLOUR);
    let light = press(dark.clone(), &[Key::Char('t')]);
    let contrast = press(light.clone(), &[Key::Char('t')]);
    let mono = press(contrast.clone(), &[Key::Char('t')]);
    assert_eq!(text(&dark, 120, 38), text(&contrast, 120, 38));
    assert_eq!(text(&dark, 120, 38), text(&light, 120, 38));
    // Without colours the heat map has shades where it had half-blocks.
    let shades = ['·', '░', '▒', '▓', '█', '▀', '▄'];
    assert_eq!(
        text(&dark, 120, 38).replace(shades, "#"),
        text(&mono, 120, 38).replace(shades, "#")
    );
    assert_ne!(
        terminal(&dark, 120, 38).backend().buffer(),
        terminal(&light, 120, 38).backend().buffer()
    );
}

#[test]
fn the_help_names_every_key() {
    for look in [PLAIN, ASCII] {
        let model = press(fixture::model(fixture::healthy(), look), &[Key::Char('?')]);
        let screen = text(&model, 120, 70);
        for binding in &BINDINGS {
            let keys = model.keymap().shown(binding.command, look.ascii);
            assert!(
                screen.contains(&keys) && screen.contains(binding.help),
                "{binding:?}\n{screen}"
            );
        }
    }
}

/// Row by row, nothing of the help is out of reach on a small screen.
#[test]
fn the_help_scrolls_to_every_row() {
    let mut model = press(fixture::model(fixture::healthy(), PLAIN), &[Key::Char('?')]);
    let mut seen = String::new();
    for _ in 0..BINDINGS.len() {
        seen += &text(&model, 80, 24);
        model = press(model, &[Key::Char('j')]);
    }
    for binding in &BINDINGS {
        assert!(seen.contains(binding.help), "{binding:?}");
    }
}

/// Ribbon, throughput, heat map: a phase's border is in the same column of each.
#[test]
fn the_panels_share_one_axis() {
    for (columns, rows) in [(80, 24), (120, 38), (200, 60)] {
        let screen = terminal(&fixture::model(fixture::starting(), PLAIN), columns, rows);
        let buffer = screen.backend().buffer();
        let columns_of = |row: u16, tick: &str| -> Vec<u16> {
            (0..columns).filter(|x| buffer[(*x, row)].symbol() == tick).collect()
        };
        let ribbon_row = (0..rows)
            .find(|row| (0..columns).any(|x| buffer[(x, *row)].symbol() == "b") && *row > 0)
            .unwrap();
        let heat_row = (0..rows).find(|row| !columns_of(*row, "┊").is_empty()).unwrap();
        let ribbon = columns_of(ribbon_row, "│");
        for tick in columns_of(heat_row, "┊") {
            assert!(ribbon.contains(&tick), "column {tick} at {columns}x{rows}");
        }
        assert_eq!(columns_of(heat_row, "┊").len(), 4);
    }
}

#[test]
fn what_matters_is_on_a_small_screen() {
    let screen = text(&fixture::model(fixture::brown_out(), PLAIN), 80, 24);
    for figure in [
        "brown-out",
        "00:35 / 01:40",
        "VALID",
        "target 200/s",
        "achieved 200/s",
        "in flight 61",
        "p50 97ms",
        "p99 1.11s",
        "err 19",
        "unexpected 0.0%",
        "dropped 0",
    ] {
        assert!(screen.contains(figure), "{figure} is missing:\n{screen}");
    }
}

fn pictures() -> impl Strategy<Value = Snapshot> {
    let base = prop_oneof![
        Just(fixture::starting()),
        Just(fixture::outage()),
        Just(fixture::hostile()),
        Just(fixture::draining()),
        Just(empty()),
    ];
    let stage = prop_oneof![
        Just(Stage::Starting),
        Just(Stage::Running),
        Just(Stage::Draining),
        Just(Stage::Ended)
    ];
    let instant = prop_oneof![0..200_000_000_u64, any::<u64>()];
    let numbers = (any::<u32>(), any::<u32>(), any::<u64>(), any::<f64>(), any::<bool>());
    (base, stage, instant, numbers, ".{0,40}").prop_map(|(mut snapshot, stage, elapsed_us, numbers, name)| {
        let (a, b, us, figure, wild) = numbers;
        snapshot.stage = stage;
        snapshot.elapsed_us = elapsed_us;
        if wild {
            let plan = Arc::make_mut(&mut snapshot.plan);
            plan.scenario.clone_from(&name);
            plan.target_per_second = vec![figure; 40];
            plan.drain_us = us;
            if let Some(phase) = plan.phases.last_mut() {
                phase.until_us = us;
                phase.name = name;
            }
            let second = SecondFigures {
                second: a,
                finished: b,
                ok: a,
                expected_errors: b,
                p50_us: us,
                p99_us: us,
                heat: [b; 16],
                ..SecondFigures::default()
            };
            Arc::make_mut(&mut snapshot.seconds).push(Arc::new(second));
            snapshot.load = LoadFigures {
                started: us,
                offered: us,
                cpu_percent: figure,
                lag_p99_us: us,
                ..snapshot.load
            };
            for window in &mut snapshot.windows {
                window.per_second = figure;
                window.success = figure;
                window.response.p99_us = us;
            }
        }
        snapshot
    })
}

/// A run of which nothing is known.
fn empty() -> Snapshot {
    let plan = RunPlan {
        scenario: String::new(),
        phases: Vec::new(),
        arrivals_end_us: 0,
        drain_us: 0,
        target_per_second: Vec::new(),
        ..fixture::plan()
    };
    Snapshot {
        plan: Arc::new(plan),
        windows: Vec::new(),
        classes: Vec::new(),
        operations: Vec::new(),
        expectations: Vec::new(),
        rules: Vec::new(),
        ..fixture::starting()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_panics_and_no_control_character_gets_through(
        snapshot in pictures(),
        columns in 1_u16..300,
        rows in 1_u16..100,
        keys in prop::collection::vec(prop::sample::select(&[' ', '?', 'r', '[', ']', 't'][..]), 0..4),
        ascii in any::<bool>(),
    ) {
        let mut model = Model::new(Arc::new(fixture::starting()), Look { ascii, ..COLOUR }.into());
        model.update(Event::Snapshot(Arc::new(snapshot)));
        for key in keys {
            model.update(Event::Key(Key::Char(key)));
        }
        let terminal = terminal(&model, columns, rows);
        for cell in terminal.backend().buffer().content() {
            prop_assert!(!cell.symbol().chars().any(char::is_control), "{:?}", cell.symbol());
            prop_assert!(!ascii || cell.symbol().is_ascii(), "{:?}", cell.symbol());
        }
    }
}

#[test]
fn the_smallest_screens() {
    for snapshot in [fixture::starting(), fixture::hostile(), empty()] {
        for (columns, rows) in [(1, 1), (1, 100), (300, 1), (60, 1), (2, 2), (60, 16), (110, 34)] {
            for keys in [&[][..], &[Key::Char('?')]] {
                shown(&press(fixture::model(snapshot.clone(), PLAIN), keys), columns, rows);
            }
        }
    }
}
