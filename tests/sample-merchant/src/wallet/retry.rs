//! A call with its tries: back-off with jitter, the same fields each time, until it is answered or its time is up.
//!
//! The trap: a retry that is a new order. The number is among `fields`, which the tries share, so none can have another.

use std::{sync::atomic::Ordering, time::Duration};

use tokio::time::{Instant, sleep_until};

use super::{
    CallError, Wallet,
    breaker::{Health, Pass},
    exchange::Outcome,
    lock,
};
use crate::{clock::jittered, message::Verified, sign::Fields};

/// Waits stop growing here.
const WAIT_MAX: Duration = Duration::from_secs(10);
/// After the wallet asked for quiet, what has piled up comes back spread over this, not in one moment.
const SPREAD: Duration = Duration::from_secs(1);

/// A try under way. When its future is dropped, as a customer's who closes the page, the breaker hears of that too: else a
/// probe that nobody waits for would keep it half open for ever.
struct Try<'w> {
    wallet: &'w Wallet,
    pass: Pass,
    health: Health,
}

impl Drop for Try<'_> {
    fn drop(&mut self) {
        lock(&self.wallet.breaker).leave(self.pass, self.health, Instant::now());
    }
}

impl Wallet {
    /// Calls until there is an answer, `retries` are used up, or `until` would pass.
    pub(super) async fn call(&self, operation: &str, fields: &Fields, until: Instant) -> Result<Verified, CallError> {
        self.counts.calls.fetch_add(1, Ordering::Relaxed);
        let mut tries = 0;
        loop {
            self.keep_quiet(until).await?;
            let retry_after = match self.one_try(operation, fields, until).await? {
                Ended::Done(verified) => return Ok(verified),
                Ended::Again { why, retry_after } => {
                    let wait = retry_after.unwrap_or_default().max(backoff(self.retry_base, tries));
                    if tries == self.retries || Instant::now() + wait >= until {
                        return Err(CallError::NoAnswer(why));
                    }
                    wait
                }
            };
            tries += 1;
            self.counts.retries.fetch_add(1, Ordering::Relaxed);
            sleep_until(Instant::now() + retry_after).await;
        }
    }

    async fn one_try(&self, operation: &str, fields: &Fields, until: Instant) -> Result<Ended, CallError> {
        let now = Instant::now();
        let entered = lock(&self.breaker).enter(now);
        let pass = entered.map_err(|retry_after| CallError::Unavailable { retry_after })?;
        let mut under_way = Try {
            wallet: self,
            pass,
            health: Health::Unknown,
        };
        let timeout = self.timeout.min(until.saturating_duration_since(now));
        let outcome = self.exchange(operation, fields, timeout).await;
        under_way.health = match outcome {
            Outcome::Done(_) | Outcome::Refused(_) | Outcome::TooMany { .. } => Health::Good,
            Outcome::Lost { .. } => Health::Bad,
        };
        match outcome {
            Outcome::Done(verified) => Ok(Ended::Done(verified)),
            Outcome::Refused(refusal) => {
                self.counts.refused.fetch_add(1, Ordering::Relaxed);
                Err(CallError::Refused(refusal))
            }
            Outcome::TooMany { retry_after } => {
                let quiet_until = Instant::now() + retry_after;
                let mut quiet = lock(&self.quiet_until);
                *quiet = (*quiet).max(Some(quiet_until));
                Ok(Ended::Again {
                    why: "HTTP 429".to_owned(),
                    retry_after: None,
                })
            }
            Outcome::Lost { why, retry_after } => {
                self.counts.lost.fetch_add(1, Ordering::Relaxed);
                Ok(Ended::Again { why, retry_after })
            }
        }
    }

    /// The wallet's 429 is for the shop, not for the one call that got it: nobody sends anything before that time.
    async fn keep_quiet(&self, until: Instant) -> Result<(), CallError> {
        let quiet_until = *lock(&self.quiet_until);
        let now = Instant::now();
        let Some(quiet_until) = quiet_until.filter(|quiet_until| *quiet_until > now) else {
            return Ok(());
        };
        let wake = quiet_until + jittered(SPREAD);
        if wake >= until {
            return Err(CallError::Unavailable {
                retry_after: quiet_until - now,
            });
        }
        sleep_until(wake).await;
        Ok(())
    }
}

/// How one try left the call.
enum Ended {
    Done(Verified),
    Again { why: String, retry_after: Option<Duration> },
}

/// Doubling waits with jitter, capped.
fn backoff(base: Duration, tries: u32) -> Duration {
    let grown = base.saturating_mul(2_u32.saturating_pow(tries));
    jittered(grown.min(WAIT_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_cap_and_are_never_all_the_same() {
        let base = Duration::from_millis(200);
        for (tries, longest_ms) in [(0, 200), (1, 400), (3, 1_600), (6, 10_000), (60, 10_000)] {
            let longest = Duration::from_millis(longest_ms);
            let waits: Vec<Duration> = (0..50).map(|_| backoff(base, tries)).collect();
            assert!(
                waits.iter().all(|wait| *wait >= longest / 2 && *wait <= longest),
                "{tries}: {waits:?}"
            );
            assert!(waits.iter().any(|wait| *wait != waits[0]), "{tries}");
        }
    }
}
