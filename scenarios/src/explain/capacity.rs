//! A gateway at its limit, in words: what it holds, and the rate at which it is full.

use rust_decimal::Decimal;

use crate::{
    distribution::{Distribution, DistributionShape},
    scenario::{Capacity, Overload},
    units::duration_text,
};

/// `8 workers of 10ms serve 800 calls a second; 16 may wait, 2s at most; the others get 503, again after 1s`
pub fn in_words(capacity: &Capacity) -> String {
    let Capacity {
        workers,
        service_time,
        queue,
        queue_timeout,
        overload,
    } = capacity;
    let of_them = if *workers == 1 {
        "1 worker"
    } else {
        &format!("{workers} workers")
    };
    let serves = if *workers == 1 { "serves" } else { "serve" };
    let service = service_time.describe();
    let rate = saturation(*workers, service_time);
    let waiting = match queue {
        0 => "nobody may wait".to_owned(),
        queue => format!("{queue} may wait, {} at most", duration_text(*queue_timeout)),
    };
    format!(
        "{of_them} of {service} {serves} {rate}; {waiting}; the others get {}",
        told(*overload)
    )
}

fn told(Overload { status, retry_after_s }: Overload) -> String {
    match retry_after_s {
        Some(seconds) => format!("{status}, again after {seconds}s"),
        None => status.to_string(),
    }
}

/// The rate at which all workers are always at work: a rate above fills the queue, whatever its length.
fn saturation(workers: u32, service_time: &Distribution) -> String {
    let mean_ns = service_time.mean().as_nanos();
    if mean_ns == 0 {
        return "any number of calls a second".to_owned();
    }
    let per_second = Decimal::from(workers) * Decimal::from(NANOS_PER_SECOND) / Decimal::from(mean_ns);
    let rounded = per_second.round_sf(DIGITS).unwrap_or(per_second).normalize();
    let exact = rounded == per_second && matches!(service_time.shape, DistributionShape::Fixed(_));
    let about = if exact { "" } else { "about " };
    format!("{about}{rounded} calls a second")
}

const NANOS_PER_SECOND: u32 = 1_000_000_000;
/// A mean of draws has no more digits to show.
const DIGITS: u32 = 3;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_capacity_reads_as_a_sentence() {
        let lognormal = Distribution {
            shape: DistributionShape::Lognormal {
                median: ms(4),
                p99: ms(30),
            },
            cap: None,
        };
        for (workers, service_time, queue, retry_after_s, expected) in [
            (
                8,
                Distribution::fixed(ms(10)),
                16,
                Some(1),
                "8 workers of 10ms serve 800 calls a second; 16 may wait, 2s at most; the others get 503, again after 1s",
            ),
            (
                64,
                lognormal,
                256,
                None,
                "64 workers of lognormal median 4ms p99 30ms serve about 11000 calls a second; 256 may wait, 2s at most; \
                 the others get 503",
            ),
            (
                1,
                Distribution::fixed(ms(300)),
                0,
                None,
                "1 worker of 300ms serves about 3.33 calls a second; nobody may wait; the others get 503",
            ),
            (
                1,
                Distribution::fixed(ms(0)),
                0,
                None,
                "1 worker of 0s serves any number of calls a second; nobody may wait; the others get 503",
            ),
        ] {
            let capacity = Capacity {
                workers,
                service_time,
                queue,
                queue_timeout: ms(2_000),
                overload: Overload {
                    status: 503,
                    retry_after_s,
                },
            };
            assert_eq!(in_words(&capacity), expected);
        }
    }
}
