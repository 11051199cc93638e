//! Waiting until a moment on the wall.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::timer::Timer;

/// A wait that nobody can express ends after about a century instead.
const CENTURY: Duration = Duration::from_secs(100 * 366 * 24 * 3_600);

/// How a gateway waits on purpose.
#[derive(Debug)]
pub enum Sleeper {
    /// By the runtime's timer, which tests can pause. It looks once a millisecond, so a wait ends 1 to 2 ms late.
    Tokio,
    /// By a thread of the gateway's own.
    Thread(Timer),
}

impl Sleeper {
    /// Waits until `at`. A wait that is dropped leaves nothing behind.
    pub async fn until(&self, at: Instant) {
        match self {
            Self::Tokio => sleep_until(at).await,
            Self::Thread(timer) => {
                // Where too many wait at the thread, this one is late, which is better than never.
                if at > Instant::now() && timer.until(at.into_std()).await.is_err() {
                    sleep_until(at).await;
                }
            }
        }
    }

    /// Waits that long from now on.
    pub async fn sleep(&self, duration: Duration) {
        let now = Instant::now();
        let at = now.checked_add(duration).unwrap_or_else(|| now + CENTURY);
        self.until(at).await;
    }

    /// Ends every wait of the thread, now and later: the gateway is gone.
    pub(crate) fn close(&self) {
        match self {
            Self::Tokio => {}
            Self::Thread(timer) => timer.close(),
        }
    }
}
