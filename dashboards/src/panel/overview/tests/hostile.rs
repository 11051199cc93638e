//! No size, no picture, no filter and no cursor breaks the overview, and it never draws outside its place.

use std::sync::Arc;

use measure::snapshot::{
    CapacityFigures, EventKind, EventLine, Gauges, HEAT_ROWS_US, OperationSecond, Percentiles, PhaseFigures,
    SecondFigures, Snapshot, Stage, Steering, Subject,
};
use proptest::prelude::*;
use ratatui::{buffer::Buffer, layout::Rect};

use super::PLAIN;
use crate::{
    app::Model,
    colour::Colours,
    event::{Event, Key, Named},
    fixture, panel,
    theme::{Look, Palette},
};

const KEYS: [Key; 12] = [
    Key::Char('f'),
    Key::Char('o'),
    Key::Char('l'),
    Key::Char('z'),
    Key::Char('r'),
    Key::Char(' '),
    Key::Char(']'),
    Key::Char('n'),
    Key::Char('q'),
    Key::Named(Named::Left),
    Key::Named(Named::Right),
    Key::Named(Named::Home),
];

fn second(number: u32, count: u32, us: u64) -> SecondFigures {
    let heat = [count; HEAT_ROWS_US.len()];
    let operation = |operation| OperationSecond {
        operation,
        finished: count,
        unexpected_errors: count,
        p99_us: us,
        heat,
        ..OperationSecond::default()
    };
    SecondFigures {
        second: number,
        started: count,
        finished: count,
        expected_errors: count,
        unexpected_errors: count,
        p50_us: us,
        p99_us: us,
        max_us: us,
        heat,
        service_heat: heat,
        operations: vec![operation(0), operation(u16::MAX)],
        gauges: Gauges {
            waiting: count,
            capacity: Some(capacity(f64::from(count), count)),
            ..Gauges::default()
        },
        ..SecondFigures::default()
    }
}

fn capacity(utilisation: f64, count: u32) -> CapacityFigures {
    CapacityFigures {
        workers: count,
        busy: count,
        waiting: count,
        utilisation,
        queue_wait_p99_us: u64::MAX,
        turned_away: u64::MAX,
        timed_out: u64::MAX,
    }
}

prop_compose! {
    fn pictures()(
        base in prop::sample::select(vec![fixture::starting(), fixture::outage(), fixture::hostile(), fixture::draining()]),
        stage in prop::sample::select(vec![Stage::Starting, Stage::Running, Stage::Draining, Stage::Ended]),
        gateway in any::<bool>(),
        elapsed_us in prop_oneof![0..200_000_000_u64, any::<u64>()],
        (numbers, count, us) in (prop::collection::btree_set(0_u32..900, 0..20), any::<u32>(), any::<u64>()),
        (figure, words) in (any::<f64>(), ".{0,60}"),
        wild in any::<bool>(),
    ) -> Snapshot {
        let mut snapshot = base;
        snapshot.stage = stage;
        snapshot.elapsed_us = elapsed_us;
        if gateway {
            snapshot.subject = Subject::Gateway;
        }
        if wild {
            snapshot.seconds = Arc::new(numbers.into_iter().map(|number| Arc::new(second(number, count, us))).collect());
            snapshot.steering = Steering { paused: true, rate_percent: count };
            snapshot.capacity = Some(capacity(figure, count));
            snapshot.events = Arc::new(vec![EventLine { seq: 1, at_us: us, kind: EventKind::Hand, text: words.clone() }; 30]);
            let times = Percentiles { count: us, p50_us: us, p99_us: us, ..Percentiles::default() };
            snapshot.phases = Arc::new(vec![PhaseFigures { finished: us, injected: us, expected_errors: us, response: times, ..PhaseFigures::default() }; 9]);
            snapshot.by_hand = vec![words.clone()];
            snapshot.operations.iter_mut().for_each(|operation| operation.name.clone_from(&words));
            let plan = Arc::make_mut(&mut snapshot.plan);
            plan.target_per_second = vec![figure; 60];
            plan.phases.iter_mut().for_each(|phase| phase.faults = vec![words.clone(); 3]);
        }
        snapshot
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn nothing_panics_and_nothing_is_drawn_outside(
        snapshot in pictures(),
        (columns, rows) in (1_u16..300, 1_u16..100),
        (x, y) in (0_u16..9, 0_u16..9),
        keys in prop::collection::vec(prop::sample::select(&KEYS[..]), 0..8),
        colours in prop::sample::select(vec![Colours::None, Colours::Sixteen, Colours::Indexed, Colours::True]),
        palette in prop::sample::select(vec![Palette::Dark, Palette::Light, Palette::Mono]),
        ascii in any::<bool>(),
    ) {
        let look = Look { colours, ascii, palette };
        let mut model = Model::new(Arc::new(snapshot), look.into());
        for key in keys {
            model.update(Event::Key(key));
        }
        let area = Rect { x, y, width: columns, height: rows };
        let mut buffer = Buffer::filled(Rect { x: 0, y: 0, width: columns + 18, height: rows + 18 }, ratatui::buffer::Cell::new("@"));
        for place in area.positions() {
            buffer[place].reset();
        }
        panel::view(&model, area, &mut buffer);
        for place in buffer.area.positions() {
            let cell = &buffer[place];
            prop_assert!(area.contains(place) || *cell == ratatui::buffer::Cell::new("@"), "{place:?}: {cell:?}");
            prop_assert!(!cell.symbol().chars().any(char::is_control), "{:?}", cell.symbol());
            prop_assert!(!ascii || cell.symbol().is_ascii(), "{:?}", cell.symbol());
        }
    }
}

/// A run in which all fails, and one in which nothing ends at all.
#[test]
fn the_extremes_are_shown_as_they_are() {
    let mut failing = fixture::outage();
    failing.windows[0].success = 0.0;
    let screen = panel::tests::text(&fixture::model(failing, PLAIN), 80, 24);
    assert!(screen.contains("err 100%"), "{screen}");
    let screen = panel::tests::text(&fixture::model(fixture::starting(), PLAIN), 80, 24);
    assert!(screen.contains("achieved –/s") && screen.contains("p99 –"), "{screen}");
}
