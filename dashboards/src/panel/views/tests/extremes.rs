//! No size and no picture breaks a view.

use proptest::prelude::*;

use super::*;

/// Nothing is planned, nothing happened; or everything did, at its worst.
fn extremes() -> Vec<Snapshot> {
    let mut empty = fixture::starting();
    let plan = Arc::make_mut(&mut empty.plan);
    plan.phases.clear();
    (plan.arrivals_end_us, plan.drain_us) = (0, 0);
    plan.target_per_second.clear();
    empty.by_hand.clear();
    empty.operations.clear();
    empty.expectations.clear();
    vec![empty, worst(), fixture::starting(), gateway(), eventful()]
}

fn worst() -> Snapshot {
    let mut worst = fixture::hostile();
    let text = "钱包\u{1b}[2J\n\t<b>\u{202e}".repeat(40);
    worst.failures = Arc::new(
        (0..200)
            .map(|seq| Failure {
                seq,
                at_us: u64::MAX,
                operation: text.clone(),
                phase: u16::MAX,
                class: Class::Protocol,
                expected: seq % 2 == 0,
                order: if seq % 3 == 0 { String::new() } else { text.clone() },
                response_us: u64::MAX,
            })
            .collect(),
    );
    worst.events = Arc::new(
        (0..200)
            .map(|seq| EventLine {
                seq,
                at_us: u64::MAX - seq,
                kind: EventKind::Hand,
                text: text.clone(),
            })
            .collect(),
    );
    worst.by_hand = vec![text; 40];
    let mut phases = (*worst.phases).clone();
    for phase in &mut phases {
        (phase.finished, phase.ok, phase.injected) = (u64::MAX, 1, u64::MAX);
        (phase.unexpected_errors, phase.expected_errors) = (u64::MAX, u64::MAX);
        (phase.response.count, phase.response.p999_us, phase.response.max_us) = (u64::MAX, u64::MAX, u64::MAX);
    }
    worst.phases = Arc::new(phases);
    worst.capacity = Some(CapacityFigures {
        workers: u32::MAX,
        busy: u32::MAX,
        waiting: u32::MAX,
        utilisation: f64::NAN,
        queue_wait_p99_us: u64::MAX,
        turned_away: u64::MAX,
        timed_out: u64::MAX,
    });
    let mut seconds = (*worst.seconds).clone();
    for second in seconds.iter_mut().step_by(3) {
        let second = Arc::make_mut(second);
        second.offered = u32::MAX;
        second.started = u32::MAX;
        (second.p50_us, second.p99_us) = (u64::MAX, u64::MAX);
        second.gauges.capacity = worst.capacity;
        for operation in &mut second.operations {
            operation.finished = u32::MAX;
            operation.unexpected_errors = u32::MAX;
            operation.heat = [u32::MAX; 16];
            operation.p99_us = u64::MAX;
        }
        for error in &mut second.errors {
            error.count = u64::MAX;
        }
    }
    worst.seconds = Arc::new(seconds);
    worst
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn nothing_panics_and_no_control_character_gets_through(
        picture in 0..5_usize,
        stage in prop::sample::select(&[Stage::Starting, Stage::Running, Stage::Draining, Stage::Ended][..]),
        elapsed_us in prop_oneof![Just(None), (0..200_000_000_u64).prop_map(Some), any::<u64>().prop_map(Some)],
        columns in 1_u16..300,
        rows in 1_u16..100,
        view in prop::sample::select(&['2', '3', '4', '5', '6'][..]),
        keys in prop::collection::vec(prop::sample::select(&['r', 'o', 'f', 'l', 'z', 'j', 'G', ',', '{', 't'][..]), 0..6),
        drill in any::<bool>(),
        ascii in any::<bool>(),
    ) {
        let mut snapshot = extremes().swap_remove(picture);
        snapshot.stage = stage;
        snapshot.elapsed_us = elapsed_us.unwrap_or(snapshot.elapsed_us);
        let look = Look { ascii, colours: Colours::Indexed, ..PLAIN };
        let mut model = Model::new(Arc::new(fixture::starting()), look.into());
        model.update(Event::Snapshot(Arc::new(snapshot)));
        let keys: Vec<Key> = std::iter::once(view).chain(keys).map(Key::Char).collect();
        let mut model = press(model, &keys);
        if drill && model.view() == ViewName::Errors {
            model.update(Event::Key(Key::Named(Named::Enter)));
            if let Modal::Drill(asked) = model.modal() {
                let line = StoryLine {
                    at: "\u{1b}[1m99:99".to_owned(),
                    who: asked.order.clone(),
                    what: asked.order.repeat(4),
                    tone: Tone::Bad,
                };
                let told = Story { order: asked.order.clone(), title: asked.order.clone(), lines: vec![line; 30] };
                model.update(Event::Story(Ok(told)));
            }
        }
        let terminal = terminal(&model, columns, rows);
        for cell in terminal.backend().buffer().content() {
            prop_assert!(!cell.symbol().chars().any(char::is_control), "{:?}", cell.symbol());
            prop_assert!(!ascii || cell.symbol().is_ascii(), "{:?}", cell.symbol());
        }
    }
}

/// What lies outside the area stays as it was.
#[test]
fn nothing_is_drawn_outside_the_area() {
    use ratatui::{buffer::Buffer, layout::Rect};
    let whole = Rect::new(0, 0, 140, 60);
    for snapshot in extremes() {
        for (_, key) in VIEWS {
            let model = model(snapshot.clone(), PLAIN, &[c(key)]);
            for area in [
                Rect::new(9, 7, 60, 16),
                Rect::new(3, 2, 120, 40),
                Rect::new(100, 50, 30, 9),
            ] {
                let mut buf = Buffer::filled(whole, ratatui::buffer::Cell::new("x"));
                view(&model, area, &mut buf);
                for (x, y) in (0..whole.width).flat_map(|x| (0..whole.height).map(move |y| (x, y))) {
                    let is_inside = area.contains((x, y).into());
                    assert!(is_inside || buf[(x, y)].symbol() == "x", "{key} {area:?} {x} {y}");
                }
            }
        }
    }
}
