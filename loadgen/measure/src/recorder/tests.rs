//! What goes into shards comes out of swaps, once.

use super::*;

fn sample(what: u16, class: Class, intended_us: u64, done_us: u64) -> Sample {
    Sample {
        phase: 0,
        what,
        class,
        expected: false,
        intended_us,
        sent_us: done_us - 1_000,
        first_byte_us: done_us,
        done_us,
    }
}

#[test]
fn shards_merge_and_a_swap_leaves_nothing_behind() {
    let recorder = Recorder::new(3, 1, 2);
    for shard in 0..7 {
        recorder.record(shard, &sample(1, Class::Ok, 900_000, 1_500_000));
    }
    recorder.record(0, &sample(1, Class::Timeout, 900_000, 2_500_000));
    for at in [0, 999_999, 1_000_000] {
        recorder.offer(0, at);
    }
    let interval = recorder.swap();
    let counts: Vec<(u32, Class, bool, u64, u64)> = interval
        .times
        .iter()
        .map(|(key, times)| {
            (
                key.second,
                key.class,
                key.expected,
                times.response.count(),
                times.service.max_us(),
            )
        })
        .collect();
    assert_eq!(
        counts,
        [(1, Class::Ok, true, 7, 1_000), (2, Class::Timeout, false, 1, 1_000)]
    );
    assert_eq!(
        interval.started,
        BTreeMap::from([((0, 1), Started { finished: 8, ok: 7 })])
    );
    let offered: Vec<(u32, u64)> = interval
        .counts
        .iter()
        .map(|(second, counts)| (*second, counts.offered))
        .collect();
    assert_eq!(offered, [(0, 2), (1, 1)]);
    assert_eq!(recorder.swap(), Interval::default());
}

#[test]
fn histograms_are_used_again() {
    let recorder = Recorder::new(1, 1, 1);
    for round in 0..5_u64 {
        recorder.record(0, &sample(0, Class::Ok, round * 1_000_000, round * 1_000_000 + 5_000));
        assert_eq!(recorder.swap().times.len(), 1);
    }
    let held = |shard: &Mutex<Shard>| lock(shard).cells.len();
    assert_eq!((held(&recorder.shards[0]), held(&recorder.spare)), (1, 1));
}

#[test]
fn a_full_shard_keeps_totals_right_and_says_what_it_lost() {
    let recorder = Recorder::new(1, 1, 2);
    for second in 0..=CELLS_PER_SHARD as u64 {
        recorder.record(0, &sample(0, Class::Ok, second * SECOND_US, second * SECOND_US + 5_000));
    }
    recorder.record(0, &sample(1, Class::Ok, 0, 5_000));
    let interval = recorder.swap();
    let recorded: u64 = interval.times.values().map(|times| times.response.count()).sum();
    assert_eq!((recorded, interval.lost), (CELLS_PER_SHARD as u64 + 1, 1));
}

#[test]
fn nothing_is_lost_between_threads_and_swaps() {
    const EACH: u64 = 5_000;
    let recorder = Recorder::new(2, 1, 1);
    let mut recorded = 0;
    std::thread::scope(|scope| {
        let record = |shard: usize| {
            let recorder = &recorder;
            move || (0..EACH).for_each(|at| recorder.record(shard, &sample(0, Class::Ok, at, at + 1_000)))
        };
        let threads: Vec<_> = (0..4).map(|shard| scope.spawn(record(shard))).collect();
        while threads.iter().any(|thread| !thread.is_finished()) {
            recorded += recorder
                .swap()
                .times
                .values()
                .map(|times| times.response.count())
                .sum::<u64>();
        }
    });
    recorded += recorder
        .swap()
        .times
        .values()
        .map(|times| times.response.count())
        .sum::<u64>();
    assert_eq!(recorded, 4 * EACH);
}
