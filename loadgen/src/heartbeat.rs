//! Whether the machine lets a waiting thread of ours run: a thread that sleeps a moment again and again, and notes how much
//! later it woke than it asked for. The pacer is made more punctual than others; this one stands for the users' threads.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use measure::trust::STALL_US;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::clock::micros;

/// Half of the shortest stall that counts, so that none fits between two beats.
const BEAT: Duration = Duration::from_millis(5);

/// What the heartbeat has found so far.
#[derive(Debug, Default)]
pub(crate) struct Heartbeat {
    longest_us: AtomicU64,
    stalled_us: AtomicU64,
}

impl Heartbeat {
    /// The longest time the thread woke late, microseconds.
    pub(crate) fn longest_us(&self) -> u64 {
        self.longest_us.load(Ordering::Relaxed)
    }

    /// What stalls of more than [`STALL_US`] add up to, microseconds.
    pub(crate) fn stalled_us(&self) -> u64 {
        self.stalled_us.load(Ordering::Relaxed)
    }

    /// Starts the thread; it ends within a beat of the stop.
    pub(crate) fn start(self: &Arc<Self>, stop: CancellationToken) -> std::io::Result<thread::JoinHandle<()>> {
        let heartbeat = Arc::clone(self);
        thread::Builder::new().name("heartbeat".to_owned()).spawn(move || {
            while !stop.is_cancelled() {
                let due = Instant::now() + BEAT;
                thread::sleep(BEAT); // tidy: a heartbeat is of real time
                heartbeat.beat(micros(due.elapsed()));
            }
        })
    }

    fn beat(&self, late_us: u64) {
        self.longest_us.fetch_max(late_us, Ordering::Relaxed);
        if late_us > STALL_US {
            self.stalled_us.fetch_add(late_us, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Heartbeat, STALL_US};

    #[test]
    fn only_stalls_add_up() {
        let heartbeat = Heartbeat::default();
        for late_us in [60, STALL_US, STALL_US + 1, 40_000, 3] {
            heartbeat.beat(late_us);
        }
        assert_eq!((heartbeat.longest_us(), heartbeat.stalled_us()), (40_000, 50_001));
    }
}
