use tokio::time::Instant;

use super::*;
use crate::clock::{Clock, Sleeper};

/// A calendar in step with a wall of 2026, and an agenda on it.
fn agenda<T>(limit: usize) -> (Arc<Calendar>, Arc<Agenda<T>>) {
    let clock = Clock::steady(Duration::from_secs(1_782_680_000));
    let calendar = Calendar::new(clock, Arc::new(Sleeper::Tokio), scenarios::Clock::default());
    let calendar = Arc::new(calendar);
    let agenda = Arc::new(Agenda::new(limit, Arc::clone(&calendar)));
    (calendar, agenda)
}

#[tokio::test(start_paused = true)]
async fn entries_come_in_the_order_of_their_times_and_an_earlier_one_wakes_the_taker() {
    let (_, agenda) = agenda(3);
    let start = Instant::now();
    agenda.put(Duration::from_secs(10), "late").unwrap();
    agenda.put(Duration::from_secs(5), "middle").unwrap();

    let putter = Arc::clone(&agenda);
    let (taken, ()) = tokio::join!(
        async {
            let mut taken = Vec::new();
            for _ in 0..3 {
                let what = agenda.next().await;
                taken.push((start.elapsed().as_secs(), what));
            }
            taken
        },
        async move {
            tokio::task::yield_now().await;
            putter.put(Duration::from_secs(1), "early").unwrap();
            assert_eq!(putter.put(Duration::ZERO, "too many"), Err("too many"));
        }
    );
    assert_eq!(taken, [(1, "early"), (5, "middle"), (10, "late")]);
}

#[tokio::test(start_paused = true)]
async fn equal_moments_keep_their_order_and_a_move_makes_all_of_them_due() {
    let (calendar, agenda) = agenda(10);
    for what in 0..3 {
        agenda.put(Duration::from_secs(60), what).unwrap();
    }
    agenda.put(Duration::from_secs(120), 3).unwrap();
    calendar.advance(Duration::from_secs(60));
    let start = Instant::now();
    let mut taken = Vec::new();
    for _ in 0..4 {
        taken.push((agenda.next().await, start.elapsed().as_secs()));
    }
    assert_eq!(taken, [(0, 0), (1, 0), (2, 0), (3, 60)]);
}
