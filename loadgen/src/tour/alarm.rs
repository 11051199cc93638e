//! Brings a tour back to the pool when its next try is due.

use std::time::Duration;

use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};
use tokio_util::{sync::CancellationToken, time::DelayQueue};

use crate::journey::{Act, MAX_WAITING, Step};

/// Sets alarms.
#[derive(Clone, Debug)]
pub(crate) struct Alarm(mpsc::Sender<(u32, u64)>);

/// Where alarms are set.
pub(crate) type Set = mpsc::Receiver<(u32, u64)>;

impl Alarm {
    /// An alarm, and where it is waited for.
    pub(crate) fn new() -> (Self, Set) {
        let (sender, set) = mpsc::channel(MAX_WAITING);
        (Self(sender), set)
    }

    /// The order's next try is due then. Beyond what may wait a tour stays where it is, and is unknown at the end.
    pub(super) fn set(&self, seq: u32, due_us: u64) {
        let _full_or_over = self.0.try_send((seq, due_us));
    }
}

/// Waits for every alarm until `closing`, and hands the steps on. `zero` is the begin of the run's axis.
pub(crate) async fn ring(
    mut set: Set,
    zero: impl Fn() -> Option<Instant>,
    closing: CancellationToken,
    hand_on: impl Fn(Step),
) {
    let mut due = DelayQueue::new();
    loop {
        tokio::select! {
            () = closing.cancelled() => return,
            alarm = set.recv() => match alarm {
                Some((seq, due_us)) => {
                    let at = zero().unwrap_or_else(Instant::now) + Duration::from_micros(due_us);
                    due.insert_at((seq, due_us), at);
                }
                None => return,
            },
            Some(rung) = next(&mut due) => {
                let (seq, due_us) = rung;
                hand_on(Step { seq, act: Act::Query, due_us });
            }
        }
    }
}

/// The next alarm; without one it waits for ever, and the loop looks again when one is set.
async fn next(due: &mut DelayQueue<(u32, u64)>) -> Option<(u32, u64)> {
    if due.is_empty() {
        sleep_until(Instant::now() + Duration::from_secs(3_600)).await;
        return None;
    }
    std::future::poll_fn(|context| due.poll_expired(context))
        .await
        .map(tokio_util::time::delay_queue::Expired::into_inner)
}
