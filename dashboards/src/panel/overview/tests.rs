//! The overview at every size: screens as snapshots, and that its numbers are those of the picture.

mod figures;
mod hostile;

use std::sync::Arc;

use measure::{
    snapshot::{Snapshot, Steering, Subject},
    trust::{Stamp, Trust},
};

use crate::{
    app::Model,
    colour::Colours,
    event::{Event, Key, Named},
    fixture,
    panel::tests::{PLAIN, press, shown, terminal},
    request::Origin,
    screen::ScreenOptions,
    theme::{Look, Palette},
};

const SIZES: [(u16, u16); 5] = [(60, 16), (80, 24), (100, 30), (120, 38), (200, 60)];
const LEFT: Key = Key::Named(Named::Left);

#[test]
fn every_moment_at_every_size() {
    for (name, snapshot) in [
        ("healthy", fixture::healthy()),
        ("brown_out", fixture::brown_out()),
        ("outage", fixture::outage()),
        ("recovery", fixture::recovery()),
    ] {
        for (columns, rows) in SIZES {
            let screen = shown(&fixture::model(snapshot.clone(), PLAIN), columns, rows);
            insta::assert_snapshot!(format!("{name}_{columns}x{rows}"), screen);
        }
    }
}

#[test]
fn what_keys_change() {
    for (name, keys) in [
        ("cursor", &[LEFT; 8][..]),
        ("ok_linear", &[Key::Char('o'), Key::Char('l')]),
        ("errors", &[Key::Char('o'), Key::Char('o')]),
        ("operation", &[Key::Char('f')]),
        (
            "operation_cursor_errors",
            &[Key::Char('f'), LEFT, Key::Char('o'), Key::Char('o')],
        ),
        ("zoomed", &[Key::Char('z')]),
    ] {
        let model = press(fixture::model(fixture::recovery(), PLAIN), keys);
        for (columns, rows) in [(80, 24), (120, 38)] {
            insta::assert_snapshot!(format!("{name}_{columns}x{rows}"), shown(&model, columns, rows));
        }
    }
}

#[test]
fn other_runs() {
    let doubt = |stamp| Trust {
        stamp,
        reasons: vec![
            "arrivals start 1.2 ms late (99th percentile), so response times are those of another load".to_owned(),
            "3 arrivals were dropped".to_owned(),
            "users were all busy for 4.1 s".to_owned(),
        ],
        facts: None,
    };
    let steered = Steering {
        paused: true,
        rate_percent: 121,
    };
    for (name, snapshot) in [
        (
            "gateway",
            Snapshot {
                subject: Subject::Gateway,
                ..fixture::brown_out()
            },
        ),
        (
            "suspect",
            Snapshot {
                trust: doubt(Stamp::Suspect),
                ..fixture::brown_out()
            },
        ),
        (
            "invalid",
            Snapshot {
                trust: doubt(Stamp::Invalid),
                ..fixture::brown_out()
            },
        ),
        (
            "without_capacity",
            Snapshot {
                capacity: None,
                ..fixture::recovery()
            },
        ),
        (
            "steered",
            Snapshot {
                steering: steered,
                ..fixture::by_hand()
            },
        ),
    ] {
        let model = fixture::model(snapshot, PLAIN);
        for (columns, rows) in [(80, 24), (120, 38)] {
            insta::assert_snapshot!(format!("{name}_{columns}x{rows}"), shown(&model, columns, rows));
        }
    }
}

/// What the model says beside the picture: a recording, several sources, the last remark.
#[test]
fn other_origins() {
    let options = ScreenOptions {
        origin: Origin::Recording,
        sources: vec!["shop".to_owned(), "gateway".to_owned()],
        ..PLAIN.into()
    };
    let mut model = Model::new(Arc::new(fixture::recovery()), options);
    model.update(Event::Key(Key::Char('+')));
    if model.playback().is_some_and(|playback| !playback.paused) {
        model.update(Event::Key(Key::Char('P')));
    }
    for (columns, rows) in SIZES {
        let screen = shown(&model, columns, rows);
        assert!(screen.contains("paused 2×"), "{screen}");
        assert!(screen.contains("[1/2 shop]") || columns < 100, "{screen}");
    }
    model.update(Event::Remark("exported to runs/7".to_owned()));
    assert!(shown(&model, 80, 24).contains("exported to runs/7"));
}

#[test]
fn colours() {
    let styles = |colours, columns, rows| {
        let look = Look {
            colours,
            palette: Palette::Dark,
            ..PLAIN
        };
        let model = press(fixture::model(fixture::recovery(), look), &[LEFT; 9]);
        format!("{:?}", terminal(&model, columns, rows).backend().buffer())
    };
    for (name, colours) in [
        ("mono", Colours::None),
        ("16", Colours::Sixteen),
        ("256", Colours::Indexed),
        ("true", Colours::True),
    ] {
        insta::assert_snapshot!(format!("{name}_120x38_styles"), styles(colours, 120, 38));
    }
    for (columns, rows) in [(60, 16), (80, 24), (100, 30), (200, 60)] {
        let name = format!("256_{columns}x{rows}_styles");
        insta::assert_snapshot!(name, styles(Colours::Indexed, columns, rows));
    }
}

/// The cursor is in the same column of ribbon, throughput, heat map and error rows.
#[test]
fn the_cursor_is_one_line_through_every_chart() {
    // In this future-free stretch of the outage the map is empty, so the line itself is seen.
    let model = press(fixture::model(fixture::recovery(), PLAIN), &[LEFT; 16]);
    assert_eq!(model.cursor(), Some(59));
    for (columns, rows) in [(120, 38), (200, 60)] {
        let screen = terminal(&model, columns, rows);
        let buffer = screen.backend().buffer();
        let label = (0..rows)
            .find_map(|y| {
                let row: String = (0..columns).map(|x| buffer[(x, y)].symbol()).collect();
                row.find("▸59s")
                    .map(|at| (u16::try_from(row[..at].chars().count()).unwrap(), y))
            })
            .unwrap();
        let marked = |y: u16| {
            let cell = &buffer[(label.0, y)];
            cell.symbol() == "│" || cell.modifier.contains(ratatui::style::Modifier::REVERSED)
        };
        let rows_marked = (1..label.1).filter(|y| marked(*y)).count();
        // All but the borders of the three boxes.
        assert!(rows_marked + 7 >= usize::from(label.1), "{rows_marked} of {}", label.1);
    }
}
