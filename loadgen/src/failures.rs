//! Requests that failed, for people to look into: the newest of them, expected and unexpected ones apart, so that neither
//! drives the other out. Where very many fail at once only some are kept; all are counted.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use measure::{
    sample::{Class, Sample},
    snapshot::{FAILURES_KEPT, Failure},
};

/// Kept of either kind.
const KEPT: usize = FAILURES_KEPT / 2;

/// Kept at most of those of either kind that end in the same second.
const PER_SECOND: u32 = 20;

/// The newest failed requests.
#[derive(Debug, Default)]
pub(crate) struct Failures(Mutex<Rings>);

#[derive(Debug, Default)]
struct Rings {
    seq: u64,
    expected: Ring,
    unexpected: Ring,
    shown: Arc<Vec<Failure>>,
    is_shown: bool,
}

#[derive(Debug, Default)]
struct Ring {
    second: u64,
    in_second: u32,
    kept: VecDeque<Noted>,
}

/// A failed request, without its words.
#[derive(Clone, Copy, Debug)]
struct Noted {
    seq: u64,
    at_us: u64,
    what: u16,
    phase: u16,
    class: Class,
    expected: bool,
    order: u32,
    response_us: u64,
}

impl Failures {
    /// Notes a sample of an order's, if it failed.
    pub(crate) fn note(&self, order: u32, sample: &Sample) {
        if sample.class.is_success() {
            return;
        }
        let mut rings = self.lock();
        rings.seq += 1;
        let noted = Noted {
            seq: rings.seq,
            at_us: sample.done_us,
            what: sample.what,
            phase: sample.phase,
            class: sample.class,
            expected: sample.expected,
            order,
            response_us: sample.response_us(),
        };
        let ring = if sample.expected {
            &mut rings.expected
        } else {
            &mut rings.unexpected
        };
        if ring.keep(noted) {
            rings.is_shown = false;
        }
    }

    /// Those that are kept, oldest first. `operation` and `number` give the words of operations and orders.
    pub(crate) fn newest(
        &self,
        operation: impl Fn(u16) -> String,
        number: impl Fn(u32) -> String,
    ) -> Arc<Vec<Failure>> {
        let mut rings = self.lock();
        if !rings.is_shown {
            let both = rings.expected.kept.iter().chain(&rings.unexpected.kept);
            let mut failures: Vec<Failure> = both
                .map(|noted| Failure {
                    seq: noted.seq,
                    at_us: noted.at_us,
                    operation: operation(noted.what),
                    phase: noted.phase,
                    class: noted.class,
                    expected: noted.expected,
                    order: number(noted.order),
                    response_us: noted.response_us,
                })
                .collect();
            failures.sort_unstable_by_key(|failure| failure.seq);
            rings.shown = Arc::new(failures);
            rings.is_shown = true;
        }
        Arc::clone(&rings.shown)
    }

    fn lock(&self) -> MutexGuard<'_, Rings> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ring {
    /// Whether it found a place.
    fn keep(&mut self, noted: Noted) -> bool {
        let second = noted.at_us / 1_000_000;
        if second != self.second {
            (self.second, self.in_second) = (second, 0);
        }
        self.in_second += 1;
        if self.in_second > PER_SECOND {
            return false;
        }
        if self.kept.len() >= KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(noted);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(class: Class, expected: bool, done_us: u64) -> Sample {
        Sample {
            phase: 1,
            what: 0,
            class,
            expected,
            intended_us: 0,
            sent_us: 0,
            first_byte_us: done_us,
            done_us,
        }
    }

    fn newest(failures: &Failures) -> Arc<Vec<Failure>> {
        failures.newest(|what| format!("operation {what}"), |order| format!("T-{order}"))
    }

    #[test]
    fn successes_are_not_kept_and_words_come_with_the_rest() {
        let failures = Failures::default();
        failures.note(1, &sample(Class::Ok, true, 5));
        failures.note(2, &sample(Class::Reset, true, 1_500));
        let all = newest(&failures);
        assert_eq!(all.len(), 1);
        assert_eq!(
            (
                all[0].seq,
                all[0].operation.as_str(),
                all[0].order.as_str(),
                all[0].response_us
            ),
            (1, "operation 0", "T-2", 1_500)
        );
        assert!(Arc::ptr_eq(&all, &newest(&failures)), "nothing new, nothing made anew");
    }

    #[test]
    fn a_flood_of_expected_ones_does_not_drive_out_the_others() {
        let failures = Failures::default();
        failures.note(7, &sample(Class::Timeout, false, 1));
        for second in 0..50 {
            for order in 0..1_000 {
                failures.note(order, &sample(Class::Http5xx, true, second * 1_000_000));
            }
        }
        let all = newest(&failures);
        assert_eq!(all.len(), KEPT + 1);
        assert_eq!((all[0].order.as_str(), all[0].expected), ("T-7", false));
        assert!(all.windows(2).all(|pair| pair[0].seq < pair[1].seq));
        let in_last = all.iter().filter(|failure| failure.at_us == 49_000_000).count();
        assert_eq!(in_last, PER_SECOND as usize);
    }
}
