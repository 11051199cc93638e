//! The second that is not complete: counters and histograms that are filled, summed up, cleared and filled again.

use std::time::Duration;

use hdrhistogram::Histogram;
use protocol::admin::{
    Bucket, CallbackSecond, EndCount, ExchangeEnd, GatewaySecond, HEAT_ROWS_US, OperationSecond, Spread, Times,
};
use scenarios::Operation;

use super::Exchange;
use crate::{
    clock::whole_us,
    journal::{Outcome, UNKNOWN_OPERATION},
};

/// Times above it count as this long: no client waits longer.
const HIGHEST_US: u64 = 120_000_000;
/// Significant decimal digits of a bucket: less than 1 % from its shortest to its longest time, and 10 kB a histogram.
const DIGITS: u8 = 2;

/// What has ended in a second so far.
#[derive(Debug, Default)]
pub(super) struct Open {
    /// By operation, the last one for paths nobody serves.
    operations: [Own; Operation::ALL.len() + 1],
    exchanges: u64,
    queued: Counts,
    heat: [u32; HEAT_ROWS_US.len()],
    service_heat: [u32; HEAT_ROWS_US.len()],
    injected: Duration,
    overloaded: u64,
    decided: u64,
    callbacks: CallbackSecond,
    acknowledged_in: Counts,
}

/// What has ended of one operation.
#[derive(Debug, Default)]
struct Own {
    /// By end, and by whether the scenario brought it about.
    ends: [[u64; 2]; ExchangeEnd::ALL.len()],
    ok: Both,
    failed: Both,
}

/// Both times of the same exchanges. Of most they are the same, and one histogram is enough.
#[derive(Debug, Default)]
struct Both {
    /// Of those that waited for nothing: taken and served alike.
    prompt: Counts,
    /// Of those that waited.
    took: Counts,
    /// Of those that waited.
    service: Counts,
}

impl Open {
    /// Whether nothing ended yet.
    pub(super) fn is_empty(&self) -> bool {
        self.exchanges == 0 && self.callbacks == CallbackSecond::default()
    }

    /// An exchange ended.
    pub(super) fn exchange(&mut self, exchange: &Exchange) {
        let waited = exchange.injected + exchange.queued.unwrap_or_default();
        let (took_us, service_us) = (whole_us(exchange.took), whole_us(exchange.took.saturating_sub(waited)));
        let ok = exchange.end.is_success();
        self.exchanges += 1;
        let own = &mut self.operations[place(exchange.operation)];
        own.ends[exchange.end as usize][usize::from(exchange.by_scenario)] += 1;
        let both = if ok { &mut own.ok } else { &mut own.failed };
        if waited.is_zero() {
            both.prompt.add(took_us);
        } else {
            both.took.add(took_us);
            both.service.add(service_us);
        }
        if let Some(queued) = exchange.queued {
            self.queued.add(whole_us(queued));
        }
        if ok {
            warm(&mut self.heat, took_us);
            warm(&mut self.service_heat, service_us);
        }
        self.injected += exchange.injected;
        self.overloaded += u64::from(exchange.overloaded);
    }

    /// An attempt of a callback ended, or something else became of the callback.
    pub(super) fn callback(&mut self, outcome: Outcome, took: Duration, again: bool) {
        let callbacks = &mut self.callbacks;
        let (count, sent) = match outcome {
            Outcome::Acknowledged => (&mut callbacks.acknowledged, true),
            Outcome::Refused => (&mut callbacks.refused, true),
            Outcome::Failed => (&mut callbacks.failed, true),
            Outcome::Timeout => (&mut callbacks.timeout, true),
            Outcome::Forbidden => (&mut callbacks.forbidden, false),
            Outcome::Held => (&mut callbacks.held, false),
            Outcome::Released => (&mut callbacks.released, false),
            Outcome::Dropped => (&mut callbacks.dropped, false),
            // These end exchanges.
            Outcome::Answered | Outcome::Cut | Outcome::Garbled | Outcome::Reset | Outcome::Closed | Outcome::Hung => {
                return;
            }
        };
        *count += 1;
        callbacks.sent += u64::from(sent);
        callbacks.retried += u64::from(sent && again);
        if outcome == Outcome::Acknowledged {
            self.acknowledged_in.add(whole_us(took));
        }
    }

    /// Rules hit.
    pub(super) fn decided(&mut self, count: u64) {
        self.decided += count;
    }

    /// A callback was given up.
    pub(super) fn lost(&mut self) {
        self.callbacks.lost += 1;
    }

    /// What others read of it.
    pub(super) fn summary(&self, seq: u64) -> GatewaySecond {
        let words = Operation::ALL
            .map(Operation::word)
            .into_iter()
            .chain([UNKNOWN_OPERATION]);
        let operations = words.zip(&self.operations).map(|(word, own)| own.summary(word));
        let callbacks = (self.callbacks != CallbackSecond::default()).then(|| CallbackSecond {
            acknowledged_in: self.acknowledged_in.times(),
            ..self.callbacks.clone()
        });
        GatewaySecond {
            seq,
            exchanges: self.exchanges,
            operations: operations.filter(|own| !own.ends.is_empty()).collect(),
            took: spread(self.both().flat_map(Both::took)),
            service: spread(self.both().flat_map(Both::service)),
            queued: self.queued.times(),
            heat: rows(&self.heat),
            service_heat: rows(&self.service_heat),
            injected_us: whole_us(self.injected),
            overloaded: self.overloaded,
            decided: self.decided,
            callbacks,
        }
    }

    fn both(&self) -> impl Iterator<Item = &Both> {
        self.operations.iter().flat_map(|own| [&own.ok, &own.failed])
    }

    /// Forgets everything but the room it takes.
    pub(super) fn clear(&mut self) {
        self.operations.iter_mut().for_each(Own::clear);
        self.queued.clear();
        self.acknowledged_in.clear();
        self.exchanges = 0;
        self.heat = Default::default();
        self.service_heat = Default::default();
        self.injected = Duration::ZERO;
        self.overloaded = 0;
        self.decided = 0;
        self.callbacks = CallbackSecond::default();
    }
}

impl Own {
    fn summary(&self, word: &str) -> OperationSecond {
        OperationSecond {
            operation: word.to_owned(),
            ends: self.ends(),
            ok: buckets(self.ok.took()),
            failed: buckets(self.failed.took()),
            service_ok: self.ok.service_apart(),
            service_failed: self.failed.service_apart(),
        }
    }

    fn ends(&self) -> Vec<EndCount> {
        let counts = ExchangeEnd::ALL
            .into_iter()
            .zip(self.ends)
            .flat_map(|(end, [own, by])| {
                [(false, own), (true, by)].map(|(by_scenario, count)| EndCount {
                    end,
                    by_scenario,
                    count,
                })
            });
        counts.filter(|ends| ends.count > 0).collect()
    }

    fn clear(&mut self) {
        self.ends = Default::default();
        self.ok.clear();
        self.failed.clear();
    }
}

impl Both {
    fn took(&self) -> [&Counts; 2] {
        [&self.prompt, &self.took]
    }

    fn service(&self) -> [&Counts; 2] {
        [&self.prompt, &self.service]
    }

    /// The service times where they differ from those taken, else nothing.
    fn service_apart(&self) -> Vec<Bucket> {
        if self.service.count() == 0 {
            return Vec::new();
        }
        buckets(self.service())
    }

    fn clear(&mut self) {
        self.prompt.clear();
        self.took.clear();
        self.service.clear();
    }
}

/// A histogram, made on its first use.
#[derive(Debug, Default)]
struct Counts(Option<Histogram<u32>>);

impl Counts {
    fn add(&mut self, us: u64) {
        let histogram = self.0.get_or_insert_with(empty);
        histogram.saturating_record(us.clamp(1, HIGHEST_US));
    }

    fn count(&self) -> u64 {
        self.0.as_ref().map_or(0, Histogram::len)
    }

    fn times(&self) -> Option<Times> {
        spread([self]).map(|spread| Times {
            spread,
            buckets: buckets([self]),
        })
    }

    fn clear(&mut self) {
        if let Some(histogram) = &mut self.0 {
            histogram.reset();
        }
    }
}

fn empty() -> Histogram<u32> {
    Histogram::new_with_bounds(1, HIGHEST_US, DIGITS).expect("these bounds are valid, every test makes one")
}

/// All of these together; `None` where nothing was counted.
fn sum<'a>(parts: impl IntoIterator<Item = &'a Counts>) -> Option<Histogram<u32>> {
    let mut parts = parts
        .into_iter()
        .filter_map(|part| part.0.as_ref())
        .filter(|part| !part.is_empty());
    let mut sum = parts.next()?.clone();
    for part in parts {
        sum.add(part).expect("all have the same bounds");
    }
    Some(sum)
}

fn spread<'a>(parts: impl IntoIterator<Item = &'a Counts>) -> Option<Spread> {
    sum(parts).map(|histogram| Spread {
        p50_us: histogram.value_at_quantile(0.5),
        p90_us: histogram.value_at_quantile(0.9),
        p99_us: histogram.value_at_quantile(0.99),
        p999_us: histogram.value_at_quantile(0.999),
        max_us: histogram.max(),
    })
}

fn buckets<'a>(parts: impl IntoIterator<Item = &'a Counts>) -> Vec<Bucket> {
    let bucket = |step: hdrhistogram::iterators::IterationValue<u32>| Bucket {
        us: u32::try_from(step.value_iterated_to()).unwrap_or(u32::MAX),
        count: u32::try_from(step.count_since_last_iteration()).unwrap_or(u32::MAX),
    };
    let sum = sum(parts);
    sum.iter().flat_map(|sum| sum.iter_recorded().map(bucket)).collect()
}

fn place(operation: Option<Operation>) -> usize {
    operation.map_or(Operation::ALL.len(), |operation| operation as usize)
}

fn warm(heat: &mut [u32; HEAT_ROWS_US.len()], us: u64) {
    let row = HEAT_ROWS_US.partition_point(|border| *border < us);
    heat[row] += 1;
}

fn rows(heat: &[u32; HEAT_ROWS_US.len()]) -> Vec<u32> {
    if heat.iter().all(|count| *count == 0) {
        return Vec::new();
    }
    heat.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_stand_at_their_own_places() {
        for (at, operation) in Operation::ALL.into_iter().enumerate() {
            assert_eq!(place(Some(operation)), at);
        }
        for (at, end) in ExchangeEnd::ALL.into_iter().enumerate() {
            assert_eq!(end as usize, at);
        }
    }

    #[test]
    fn a_bucket_is_narrow_and_holds_its_times() {
        for us in [1, 99, 100, 101, 999, 1_000, 12_345, 987_654, HIGHEST_US, u64::MAX] {
            let mut counts = Counts::default();
            counts.add(us);
            let (top, us) = (u64::from(buckets([&counts])[0].us), us.clamp(1, HIGHEST_US));
            assert!(top >= us && top <= us + us / 100, "{us}: {top}");
        }
    }

    #[test]
    fn heat_rows_end_at_their_borders() {
        for (us, row) in [(0, 0), (1_000, 0), (1_001, 1), (50_000_000, 14), (50_000_001, 15)] {
            let mut heat = [0; HEAT_ROWS_US.len()];
            warm(&mut heat, us);
            assert_eq!(heat[row], 1, "{us}");
        }
    }
}
