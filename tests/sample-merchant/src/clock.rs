//! Wall time and chance: the only two things the shop takes from outside its messages and its database.
//!
//! Waiting goes by tokio's clock, which does not jump when somebody sets the machine's.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970: what orders remember, and what a request's `timestamp` is made of.
#[expect(clippy::disallowed_methods, reason = "the shop's one reading of the wall clock")]
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    ms(since)
}

/// A duration in whole milliseconds.
pub(crate) fn ms(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// A name that nobody else has and nobody can guess: 128 bits in hex.
pub(crate) fn unique() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// A duration between half of `longest` and all of it. Without jitter, clients that failed together come back together.
pub(crate) fn jittered(longest: Duration) -> Duration {
    let half = longest / 2;
    let spread = u64::try_from(half.as_nanos()).unwrap_or(u64::MAX);
    half + Duration::from_nanos(rand::random_range(0..=spread))
}
