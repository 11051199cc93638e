//! How a pacer is told to pause, to go on and to change its pace while it runs.
//!
//! The pacer alone decides when a wish takes effect: it first releases what is due, so nothing is released behind a pause
//! and nothing due before it is held back. It notices within its longest sleep. Until it is asked for anything, all that a
//! look costs is one atomic.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    time::Duration,
};

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::LONGEST_SLEEP;
use crate::course::Course;

/// Wishes that may wait; whoever wishes waits for the effect of each.
const WISHES: usize = 4;

/// The end that wishes come from.
#[derive(Clone, Debug)]
pub(crate) struct Reins {
    pulled: Arc<AtomicBool>,
    wishes: SyncSender<Wish>,
}

/// The pacer's end.
#[derive(Debug)]
pub(crate) struct Bridle {
    pulled: Arc<AtomicBool>,
    wishes: Receiver<Wish>,
    course: Arc<Course>,
}

/// Told when a wish took effect, in run time, microseconds.
type Tell = oneshot::Sender<u64>;

#[derive(Debug)]
enum Wish {
    Pause(Tell),
    GoOn { at_us: u64, tell: Tell },
    Pace { percent: u32, tell: Tell },
}

/// What a pacer does at a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// The plan stood still for so long.
    Stood(Duration),
    /// What is planned behind this moment comes at so many percent of the plan's rate.
    Pace { plan_us: u64, percent: u32 },
}

/// Both ends, for a run of this course.
pub(crate) fn reins(course: Arc<Course>) -> (Reins, Bridle) {
    let (sender, wishes) = sync_channel(WISHES);
    let pulled = Arc::new(AtomicBool::new(false));
    let reins = Reins {
        pulled: pulled.clone(),
        wishes: sender,
    };
    let bridle = Bridle { pulled, wishes, course };
    (reins, bridle)
}

impl Reins {
    /// Nothing becomes due from now on. Gives when it took effect; `None` where no arrival is left to come.
    pub(crate) async fn pause(&self) -> Option<u64> {
        self.wish(Wish::Pause).await
    }

    /// Arrivals go on at a moment of the run, or now where it is over.
    pub(crate) async fn go_on(&self, at_us: u64) -> Option<u64> {
        self.wish(|tell| Wish::GoOn { at_us, tell }).await
    }

    /// What is planned from now on comes at so many percent of the plan's rate.
    pub(crate) async fn pace(&self, percent: u32) -> Option<u64> {
        self.wish(|tell| Wish::Pace { percent, tell }).await
    }

    async fn wish(&self, wish: impl FnOnce(Tell) -> Wish) -> Option<u64> {
        let (tell, told) = oneshot::channel();
        self.wishes.try_send(wish(tell)).ok()?;
        self.pulled.store(true, Ordering::Release);
        told.await.ok()
    }
}

impl Bridle {
    /// Whether something is wished.
    pub(crate) fn is_pulled(&self) -> bool {
        self.pulled.load(Ordering::Relaxed)
    }

    /// Where the run is on its plan.
    pub(super) fn course(&self) -> &Course {
        &self.course
    }

    /// Does what is wished next, and waits here for as long as a pause lasts. Everything that was due by `now_us` must be
    /// released.
    pub(crate) fn obey(
        &self,
        now_us: u64,
        clock_us: impl Fn() -> u64,
        stop: &CancellationToken,
        mut change: impl FnMut(Change),
    ) {
        // Cleared before the look: what comes behind it sets it again.
        self.pulled.swap(false, Ordering::AcqRel);
        let Ok(wish) = self.wishes.try_recv() else { return };
        self.pulled.store(true, Ordering::Release);
        match wish {
            Wish::Pause(tell) => {
                self.course.pause(now_us);
                // Who asked may be gone; the pause holds all the same.
                let _ = tell.send(now_us);
                let until_us = self.wait(&clock_us, stop, &mut change);
                change(Change::Stood(Duration::from_micros(until_us.saturating_sub(now_us))));
            }
            // It goes on already.
            Wish::GoOn { tell, .. } => drop(tell.send(now_us)),
            Wish::Pace { percent, tell } => self.pace(now_us, percent, tell, &mut change),
        }
    }

    /// Waits for the end of a pause and gives when it was.
    fn wait(&self, clock_us: impl Fn() -> u64, stop: &CancellationToken, mut change: impl FnMut(Change)) -> u64 {
        loop {
            if stop.is_cancelled() {
                return clock_us();
            }
            match self.wishes.recv_timeout(LONGEST_SLEEP) {
                Ok(Wish::GoOn { at_us, tell }) => {
                    let until_us = at_us.max(clock_us());
                    self.course.go_on(until_us);
                    let _ = tell.send(until_us);
                    return until_us;
                }
                Ok(Wish::Pause(tell)) => drop(tell.send(clock_us())),
                Ok(Wish::Pace { percent, tell }) => self.pace(clock_us(), percent, tell, &mut change),
                Err(RecvTimeoutError::Timeout) => {}
                // Nobody is left who could end the pause, so it ends.
                Err(RecvTimeoutError::Disconnected) => {
                    let until_us = clock_us();
                    self.course.go_on(until_us);
                    return until_us;
                }
            }
        }
    }

    fn pace(&self, run_us: u64, percent: u32, tell: Tell, mut change: impl FnMut(Change)) {
        let plan_us = self.course.plan_us(run_us);
        self.course.pace(run_us, percent);
        change(Change::Pace { plan_us, percent });
        let _ = tell.send(run_us);
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, sync::Arc, time::Duration};

    use tokio_util::sync::CancellationToken;

    use super::{Change, Course, reins};

    /// A clock that a look moves by a millisecond.
    fn clock(from_us: u64) -> impl Fn() -> u64 {
        let now_us = Cell::new(from_us);
        move || now_us.replace(now_us.get() + 1_000)
    }

    #[tokio::test]
    async fn a_pause_lasts_from_its_notice_to_the_moment_that_was_wished() {
        // Wished for, seen by the clock at 5 s when it is over; the later of both holds.
        for (wished_us, until_us) in [(5_040_000, 5_040_000), (0, 5_000_000)] {
            let course = Arc::new(Course::default());
            let (reins, bridle) = reins(course.clone());
            let mut changes = Vec::new();
            let pacer = async {
                assert!(bridle.is_pulled());
                bridle.obey(2_000_000, clock(5_000_000), &CancellationToken::new(), |change| {
                    changes.push(change)
                });
            };
            let (from_us, ended_us, ()) = tokio::join!(reins.pause(), reins.go_on(wished_us), pacer);
            assert_eq!((from_us, ended_us), (Some(2_000_000), Some(until_us)));
            assert_eq!(changes, [Change::Stood(Duration::from_micros(until_us - 2_000_000))]);
            assert_eq!(course.plan_us(until_us + 7), 2_000_007);
            assert!(bridle.is_pulled(), "there may be more");
            bridle.obey(6_000_000, clock(0), &CancellationToken::new(), |_| {
                panic!("nothing is wished")
            });
            assert!(!bridle.is_pulled());
        }
    }

    #[tokio::test]
    async fn said_twice_it_is_done_once() {
        let course = Arc::new(Course::default());
        let (reins, bridle) = reins(course.clone());
        let pacer = async {
            for now_us in [1_000, 9_000_000] {
                bridle.obey(now_us, clock(5_000), &CancellationToken::new(), |_| {});
            }
        };
        let wished = tokio::join!(reins.pause(), reins.pause(), reins.go_on(0), reins.go_on(0), pacer);
        assert_eq!(wished, (Some(1_000), Some(5_000), Some(6_000), Some(9_000_000), ()));
        assert_eq!(course.changes(), 2);
    }

    #[tokio::test]
    async fn a_stop_ends_the_wait_and_a_pacer_that_is_gone_hears_nothing() {
        let course = Arc::new(Course::default());
        let (reins, bridle) = reins(course.clone());
        let stop = CancellationToken::new();
        stop.cancel();
        let pacer = async { bridle.obey(1_000, clock(3_000), &stop, |_| {}) };
        assert_eq!(tokio::join!(reins.pause(), pacer).0, Some(1_000));
        assert!(course.is_paused(), "it is until the run's end");
        drop(bridle);
        assert_eq!(reins.go_on(0).await, None);
    }
}
