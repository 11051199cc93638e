mod queue;

use super::{By, CONFIRMATIONS_MOST, Held, Next, Outcome, Range, Search, Stage};

const RATE: Range = Range {
    by: By::Rate,
    from: 50.0,
    lowest: 1.0,
    highest: 5_000.0,
    precision: 0.05,
};

const USERS: Range = Range {
    by: By::Users,
    from: 1.0,
    lowest: 1.0,
    highest: 1_000.0,
    precision: 0.05,
};

/// Plays a search against a system; gives the outcome and every level with its stage.
fn play(range: Range, mut system: impl FnMut(Stage, f64) -> Held) -> (Outcome, Vec<(Stage, f64)>) {
    let mut search = Search::new(range);
    let mut tried = Vec::new();
    loop {
        match search.next() {
            Next::Measure { stage, level } => {
                tried.push((stage, level));
                let held = system(stage, level);
                search = search.told(held, held == Held::Overloaded);
            }
            Next::Done(outcome) => return (outcome, tried),
        }
    }
}

/// A system with a limit that every level beyond exceeds at once.
fn limit(limit: f64) -> impl FnMut(Stage, f64) -> Held {
    move |_, level| if level <= limit { Held::Kept } else { Held::Overloaded }
}

fn found(outcome: Outcome) -> f64 {
    match outcome {
        Outcome::Found { level, .. } => level,
        Outcome::TooLow { .. } | Outcome::Unconfirmed { .. } | Outcome::Stopped { .. } => panic!("{outcome:?}"),
    }
}

#[test]
fn a_rate_is_found_within_its_precision() {
    for at in [1.3, 7.0, 49.0, 50.0, 63.7, 99.9, 800.0, 801.0, 1_234.0, 4_900.0] {
        let (outcome, tried) = play(RATE, limit(at));
        let level = found(outcome);
        assert!(level <= at && level >= at * 0.95, "{level} of {at}: {tried:?}");
        assert!(tried.len() < 20, "{tried:?}");
    }
}

#[test]
fn users_are_found_to_the_one_while_one_counts() {
    for (at, least) in [
        (1.0, 1.0),
        (2.0, 2.0),
        (3.0, 3.0),
        (8.0, 8.0),
        (11.0, 11.0),
        (32.0, 32.0),
        (700.0, 665.0),
    ] {
        let level = found(play(USERS, limit(at)).0);
        assert!(level <= at && level >= least, "{level} of {at}");
    }
}

#[test]
fn the_steps_are_those_of_the_book() {
    let (outcome, tried) = play(RATE, limit(790.0));
    let levels: Vec<f64> = tried.iter().map(|(_, level)| *level).collect();
    assert_eq!(
        levels,
        [
            50.0, 100.0, 200.0, 400.0, 800.0, 600.0, 700.0, 750.0, 775.0, 788.0, 788.0
        ]
    );
    assert_eq!(tried.last().map(|(stage, _)| *stage), Some(Stage::Confirm));
    assert_eq!(
        outcome,
        Outcome::Found {
            level: 788.0,
            broken: Some(800.0)
        }
    );
}

/// What a short step lets pass and a long one does not: the level steps down until it is kept, or the search gives up.
#[test]
fn a_confirmation_that_breaks_steps_down() {
    let long = |kept: f64| {
        move |stage, level| match stage {
            Stage::Confirm if level > kept => Held::Broken,
            Stage::Grow | Stage::Bisect if level > 800.0 => Held::Overloaded,
            Stage::Grow | Stage::Bisect | Stage::Confirm => Held::Kept,
        }
    };
    let (outcome, tried) = play(RATE, long(790.0));
    assert_eq!(
        outcome,
        Outcome::Found {
            level: 780.0,
            broken: Some(800.0)
        },
        "{tried:?}"
    );
    for kept in [780.0, 770.0, 740.0, 700.0, 650.0] {
        let (outcome, tried) = play(RATE, long(kept));
        let level = found(outcome);
        assert!(level <= kept && level >= kept * 0.94, "{level} of {kept}: {tried:?}");
    }
    let (outcome, tried) = play(RATE, long(100.0));
    assert!(matches!(outcome, Outcome::Unconfirmed { .. }), "{outcome:?}");
    let confirmations = tried.iter().filter(|(stage, _)| *stage == Stage::Confirm).count();
    assert_eq!(confirmations, CONFIRMATIONS_MOST as usize);
    let lone = |stage, level: f64| {
        if stage == Stage::Confirm || level > 1.0 {
            Held::Overloaded
        } else {
            Held::Kept
        }
    };
    assert_eq!(play(USERS, lone).0, Outcome::Unconfirmed { level: 1.0 });
}

/// What broke beyond doubt is believed at once.
#[test]
fn only_a_doubtful_break_is_measured_again() {
    for (held, clear, expected) in [
        (Held::Broken, false, 50.0),
        (Held::Broken, true, 25.0),
        (Held::Overloaded, false, 50.0),
        (Held::Overloaded, true, 25.0),
    ] {
        let next = Search::new(RATE).told(held, clear).next();
        let stage = Stage::Grow;
        assert_eq!(next, Next::Measure { stage, level: expected });
    }
}

/// A pause that breaks every fifth short step costs steps, not the answer.
#[test]
fn one_pause_is_not_the_limit() {
    let mut steps = 0;
    let (outcome, _) = play(RATE, |stage, level| {
        steps += 1;
        match (level <= 800.0, stage) {
            (false, _) => Held::Overloaded,
            (true, Stage::Grow | Stage::Bisect) if steps % 5 == 2 => Held::Broken,
            (true, Stage::Grow | Stage::Bisect | Stage::Confirm) => Held::Kept,
        }
    });
    assert_eq!(found(outcome), 800.0);
}

#[test]
fn the_ends_of_the_range_are_respected() {
    let capped = Range { highest: 200.0, ..RATE };
    let (outcome, tried) = play(capped, limit(800.0));
    assert_eq!(
        outcome,
        Outcome::Found {
            level: 200.0,
            broken: None
        }
    );
    assert!(tried.iter().all(|(_, level)| *level <= 200.0), "{tried:?}");
    let (outcome, tried) = play(RATE, limit(0.5));
    assert_eq!(outcome, Outcome::TooLow { lowest: 1.0 });
    assert!(tried.iter().all(|(_, level)| *level >= 1.0), "{tried:?}");
    let beyond = Range { from: 9_000.0, ..RATE };
    assert_eq!(
        Search::new(beyond).next(),
        Next::Measure {
            stage: Stage::Grow,
            level: 5_000.0
        }
    );
}

/// Whatever a system does, a search ends, and never leaves its range.
#[test]
fn a_whim_of_a_system_ends_too() {
    for seed in 0..200_u64 {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut whim = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            [Held::Kept, Held::Broken, Held::Overloaded][(state % 3) as usize]
        };
        for range in [RATE, USERS] {
            let (_, tried) = play(range, |_, _| whim());
            assert!(tried.len() <= super::STEPS_MOST as usize);
            let within = |level: &f64| (range.lowest..=range.highest).contains(level);
            assert!(tried.iter().all(|(_, level)| within(level)), "{tried:?}");
        }
    }
}

#[test]
fn a_stop_keeps_what_is_known() {
    let search = Search::new(RATE);
    assert_eq!(
        search.clone().stopped().next(),
        Next::Done(Outcome::Stopped { kept: None })
    );
    let stopped = search.told(Held::Kept, true).told(Held::Overloaded, true).stopped();
    assert_eq!(stopped.next(), Next::Done(Outcome::Stopped { kept: Some(50.0) }));
    assert_eq!(
        stopped.told(Held::Kept, true).next(),
        Next::Done(Outcome::Stopped { kept: Some(50.0) })
    );
}
