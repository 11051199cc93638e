//! Everything that a recorder measured, interval by interval, as lines of JSON: what `latency.hlog` leaves out for other
//! tools' sake is here too, so that several parts of a load add up to what one recorder would have measured.
//!
//! A line is written when its interval is swapped out and never again. Histograms are rows of pairs, bucket and count.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use serde::{Deserialize, Serialize};

use crate::{
    recorder::{Counts, Interval, Key, Started, Times},
    sample::Class,
    tally::Tally,
};

/// Bytes of a line, at most: all cells of a recorder with thousands of buckets each.
pub const LONGEST_LINE: u64 = 64 << 20;

/// One line: an interval and when it was swapped out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// Microseconds since the first arrival.
    pub at_us: u64,
    /// What was recorded since the line before.
    pub interval: Interval,
}

/// Writes the lines while a run goes on.
#[derive(Debug)]
pub struct IntervalWriter<W> {
    out: W,
}

/// A line as JSON has it.
#[derive(Serialize, Deserialize)]
struct Line {
    at_us: u64,
    times: Vec<Cell>,
    /// Second of intended start, operation, finished, of these successes.
    started: Vec<(u32, u16, u64, u64)>,
    /// Second, arrivals due in it.
    offered: Vec<(u32, u64)>,
    /// Second, arrivals started and dropped in it, callbacks received.
    #[serde(default)]
    counts: Vec<(u32, u64, u64, u64)>,
    lost: u64,
}

#[derive(Serialize, Deserialize)]
struct Cell {
    second: u32,
    phase: u16,
    what: u16,
    class: Class,
    expected: bool,
    response: Vec<(u64, u64)>,
    service: Vec<(u64, u64)>,
}

impl<W: Write> IntervalWriter<W> {
    /// Writes to this output.
    pub fn new(out: W) -> Self {
        Self { out }
    }

    /// Writes what was recorded up to now, microseconds since the first arrival; nothing where nothing was.
    ///
    /// # Errors
    /// Those of the output.
    pub fn write(&mut self, interval: &Interval, now_us: u64) -> io::Result<()> {
        if *interval == Interval::default() {
            return Ok(());
        }
        serde_json::to_writer(&mut self.out, &Line::of(interval, now_us))?;
        self.out.write_all(b"\n")
    }

    /// Flushes.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Measured {
    /// Reads a line.
    ///
    /// # Errors
    /// Where it is none.
    pub fn read(line: &[u8]) -> Result<Self, serde_json::Error> {
        let line: Line = serde_json::from_slice(line)?;
        Ok(Self {
            at_us: line.at_us,
            interval: Interval {
                times: line.times.iter().map(Cell::entry).collect(),
                started: line
                    .started
                    .iter()
                    .map(|&(second, what, finished, ok)| ((second, what), Started { finished, ok }))
                    .collect(),
                counts: line.counts(),
                lost: line.lost,
            },
        })
    }
}

impl Line {
    fn of(interval: &Interval, at_us: u64) -> Self {
        let cell = |(key, times): (&Key, &Times)| Cell {
            second: key.second,
            phase: key.phase,
            what: key.what,
            class: key.class,
            expected: key.expected,
            response: times.response.rows().collect(),
            service: times.service.rows().collect(),
        };
        let started = interval.started.iter();
        Self {
            at_us,
            times: interval.times.iter().map(cell).collect(),
            started: started
                .map(|((second, what), started)| (*second, *what, started.finished, started.ok))
                .collect(),
            offered: interval
                .counts
                .iter()
                .filter(|(_, counts)| counts.offered > 0)
                .map(|(second, counts)| (*second, counts.offered))
                .collect(),
            counts: interval
                .counts
                .iter()
                .map(|(second, counts)| (*second, counts.started, counts.dropped, counts.received))
                .filter(|&(_, started, dropped, received)| (started, dropped, received) != (0, 0, 0))
                .collect(),
            lost: interval.lost,
        }
    }

    fn counts(&self) -> BTreeMap<u32, Counts> {
        let mut all: BTreeMap<u32, Counts> = BTreeMap::new();
        for &(second, offered) in &self.offered {
            all.entry(second).or_default().offered += offered;
        }
        for &(second, started, dropped, received) in &self.counts {
            all.entry(second).or_default().add(Counts {
                offered: 0,
                started,
                dropped,
                received,
            });
        }
        all
    }
}

impl Cell {
    fn entry(&self) -> (Key, Times) {
        let key = Key {
            second: self.second,
            phase: self.phase,
            what: self.what,
            class: self.class,
            expected: self.expected,
        };
        let times = Times {
            response: tally(&self.response),
            service: tally(&self.service),
        };
        (key, times)
    }
}

fn tally(rows: &[(u64, u64)]) -> Tally {
    let mut tally = Tally::default();
    for (us, count) in rows {
        tally.record_n(*us, *count);
    }
    tally
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::{IntervalWriter, Measured};
    use crate::{
        recorder::{Interval, Recorder},
        sample::{Class, Sample},
        snapshot::{PhasePlan, RunPlan},
        window::{History, Names, Selection},
    };

    const WHATS: u16 = 3;

    fn sample() -> impl Strategy<Value = Sample> {
        let class = prop_oneof![
            Just(Class::Ok),
            Just(Class::Declined),
            Just(Class::Http5xx),
            Just(Class::Timeout)
        ];
        let times = (0_u64..4_000_000, 0_u64..1_000_000, 0_u64..20_000_000);
        (0_u16..2, 0..WHATS, class, any::<bool>(), times).prop_map(|(phase, what, class, expected, times)| {
            let (intended_us, waited, served) = times;
            let sent_us = intended_us + waited;
            Sample {
                phase,
                what,
                class,
                expected,
                intended_us,
                sent_us,
                first_byte_us: sent_us + served,
                done_us: sent_us + served,
            }
        })
    }

    fn history() -> History {
        let phase = |name: &str, from_us: u64| PhasePlan {
            name: name.to_owned(),
            from_us,
            until_us: from_us + 2_000_000,
            faults: Vec::new(),
        };
        let plan = RunPlan {
            scenario: "test".to_owned(),
            seed: 1,
            target: "test".to_owned(),
            phases: vec![phase("one", 0), phase("two", 2_000_000)],
            arrivals_end_us: 4_000_000,
            drain_us: 30_000_000,
            target_per_second: vec![1.0; 4],
            users: 1,
        };
        let whats = ["payLink", "checkDeposit", "checkout"].map(|word| (word.to_owned(), word == "checkout"));
        History::new(Arc::new(plan), Names { whats: whats.to_vec() })
    }

    fn measured(samples: &[Sample]) -> Interval {
        let recorder = Recorder::new(1, 2, WHATS);
        for sample in samples {
            recorder.offer(0, sample.intended_us);
            recorder.record(0, sample);
        }
        recorder.swap()
    }

    fn through_a_file(interval: &Interval, at_us: u64) -> Option<Measured> {
        let mut text = Vec::new();
        let mut writer = IntervalWriter::new(&mut text);
        writer.write(interval, at_us).unwrap();
        writer.finish().unwrap();
        (!text.is_empty()).then(|| Measured::read(&text).unwrap())
    }

    proptest! {
        // Each case makes a dozen recorders, whose histograms are dense.
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// However samples are dealt out to parts, the parts add up to the whole, histogram by histogram.
        #[test]
        fn parts_add_up_to_the_whole(dealt in proptest::collection::vec((sample(), 0_usize..5), 0..200)) {
            let all: Vec<Sample> = dealt.iter().map(|(sample, _)| *sample).collect();
            let (mut whole, mut sum) = (history(), history());
            let end_us = 40_000_000;
            whole.absorb(measured(&all), end_us);
            for part in 0..5 {
                let own: Vec<Sample> = dealt.iter().filter(|(_, of)| *of == part).map(|(sample, _)| *sample).collect();
                let interval = measured(&own);
                let read = through_a_file(&interval, end_us);
                prop_assert_eq!(read.clone().unwrap_or_default().interval, interval);
                if let Some(Measured { at_us, interval }) = read {
                    sum.absorb(interval, at_us);
                }
            }
            whole.end(end_us);
            sum.end(end_us);
            for phase in [None, Some(0), Some(1)] {
                for what in [None, Some(0), Some(1), Some(2)] {
                    for service in [false, true] {
                        let selection = Selection { phase, what, service, ..Selection::default() };
                        prop_assert_eq!(sum.figure(selection), whole.figure(selection));
                    }
                }
            }
            prop_assert_eq!(sum.classes(), whole.classes());
            prop_assert_eq!(sum.seconds(), whole.seconds());
            for second in 0..4 {
                prop_assert_eq!(sum.success_of_second(second), whole.success_of_second(second));
            }
        }
    }
}
