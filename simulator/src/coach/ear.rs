//! From the gateway to the coach: a bounded channel that nobody waits for.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
    mpsc::{Receiver, SyncSender, sync_channel},
};

use super::heard::Heard;

/// What may wait to be heard; more is missed and counted.
const WAITING_MAX: usize = 4_096;

/// Given to a gateway as [`crate::Config::coach`]. Whatever does not fit is missed: the request path waits for nobody.
#[derive(Clone, Debug)]
pub struct Ear {
    sender: SyncSender<Heard>,
    shared: Arc<Shared>,
}

/// What an ear hears, in the order in which it ended. Ends when the gateway has.
#[derive(Debug)]
pub struct Hearing {
    receiver: Receiver<Heard>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    missed: AtomicU64,
    closed: AtomicBool,
}

/// An ear, and where it is listened to.
pub fn ear() -> (Ear, Hearing) {
    let (sender, receiver) = sync_channel(WAITING_MAX);
    let shared = Arc::new(Shared::default());
    let ear = Ear {
        sender,
        shared: Arc::clone(&shared),
    };
    (ear, Hearing { receiver, shared })
}

impl Ear {
    /// Tells what ended.
    pub(crate) fn tell(&self, heard: Heard) {
        if !self.shared.closed.load(Ordering::Relaxed) && self.sender.try_send(heard).is_err() {
            self.shared.missed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// From now on nothing is told: what the gateway cuts short by stopping is nobody's habit.
    pub(crate) fn close(&self) {
        self.shared.closed.store(true, Ordering::Relaxed);
    }
}

impl Hearing {
    /// What was missed because too much waited.
    pub fn missed(&self) -> u64 {
        self.shared.missed.load(Ordering::Relaxed)
    }

    /// What has ended by now.
    #[cfg(test)]
    pub(super) fn by_now(&self) -> Vec<Heard> {
        self.receiver.try_iter().collect()
    }
}

impl Iterator for Hearing {
    type Item = Heard;

    /// Blocks until something ends.
    fn next(&mut self) -> Option<Heard> {
        self.receiver.recv().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coach::tests::taken;

    #[test]
    fn what_does_not_fit_is_missed_and_counted() {
        let (ear, hearing) = ear();
        for _ in 0..WAITING_MAX + 3 {
            ear.tell(taken());
        }
        assert_eq!(hearing.missed(), 3);
        ear.close();
        ear.tell(taken());
        drop(ear);
        assert_eq!(hearing.missed(), 3);
        assert_eq!(hearing.count(), WAITING_MAX);
    }
}
