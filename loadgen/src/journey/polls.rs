//! Queries that fall due by the clock: a shop that does not listen asks until it knows, or gives up.
//!
//! They are due at fixed instants after the opening's answer, whether the query before was answered or not: a slow wallet
//! is asked as often as a quick one, which is what makes it a storm. One task releases them, to the millisecond of its
//! timer; how late that was is part of the sample, whose time runs from the instant. Bounded: one entry for each order
//! that is polled, and of those as many as [`POLLS`] times [`POLL_EVERY`] lets overlap.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{Act, Journeys, Step, lock};
use crate::clock::micros;

/// From one query to the next.
pub(crate) const POLL_EVERY: Duration = Duration::from_millis(500);

/// Queries until the shop gives up, 10 s after the order was opened.
pub(crate) const POLLS: u32 = 20;

/// Queries to come, the next of each order.
#[derive(Debug, Default)]
pub(super) struct Polls {
    due: Mutex<BinaryHeap<Reverse<Poll>>>,
    news: Notify,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Poll {
    due_us: u64,
    seq: u32,
    /// From 1.
    number: u32,
}

impl Polls {
    /// An order is polled from now on; its opening was answered at this instant.
    pub(super) fn begin(&self, seq: u32, opened_us: u64) {
        self.put(Poll {
            due_us: opened_us + micros(POLL_EVERY),
            seq,
            number: 1,
        });
        self.news.notify_one();
    }

    /// Whether none is to come.
    pub(super) fn is_empty(&self) -> bool {
        lock(&self.due).is_empty()
    }

    fn put(&self, poll: Poll) {
        lock(&self.due).push(Reverse(poll));
    }

    /// The earliest one, where it is due.
    fn next(&self, now_us: u64) -> Option<Poll> {
        let mut due = lock(&self.due);
        let Reverse(next) = due.peek()?;
        if next.due_us > now_us {
            return None;
        }
        due.pop().map(|Reverse(poll)| poll)
    }

    fn next_us(&self) -> Option<u64> {
        lock(&self.due).peek().map(|Reverse(poll)| poll.due_us)
    }
}

impl Journeys {
    /// Releases queries at their instants, until the stop.
    pub(crate) async fn poll(self: Arc<Self>, stop: CancellationToken) {
        loop {
            let next = self.polls.next_us().zip(self.axis.zero());
            let due = async {
                match next {
                    Some((due_us, zero)) => tokio::time::sleep_until(zero + Duration::from_micros(due_us)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.polls.news.notified() => {}
                () = due => {}
            }
            self.release_polls(self.axis.us(Instant::now()));
        }
    }

    /// Hands every query that is due to the pool. An order whose journey is over is asked about no more.
    pub(super) fn release_polls(&self, now_us: u64) {
        while let Some(poll) = self.polls.next(now_us) {
            let is_over = self.book().order(poll.seq).is_none_or(|order| order.over);
            if is_over || self.is_closed() {
                continue;
            }
            let last = poll.number == POLLS;
            // Where the channel is full the next one asks, or the reconciliation.
            self.enqueue(Step {
                seq: poll.seq,
                act: Act::Poll { last },
                due_us: poll.due_us,
            });
            if !last {
                self.polls.put(Poll {
                    due_us: poll.due_us + micros(POLL_EVERY),
                    number: poll.number + 1,
                    ..poll
                });
            }
        }
    }
}
