//! A simulation event by event, as one would write it without knowing better: callers stand in a queue, workers come
//! free, patience ends. It decides nothing at an arrival; the model must say the same.

use proptest::prelude::*;

use super::super::*;

/// A caller in the queue.
struct Caller {
    call: usize,
    leaves: u64,
    service: u64,
}

struct Simulation {
    /// When each worker at work comes free.
    busy: Vec<u64>,
    line: Vec<Caller>,
    workers: usize,
    fates: Vec<Option<Offered>>,
    busy_time: u64,
}

impl Simulation {
    fn start(&mut self, call: usize, now: u64, service: u64) {
        self.busy.push(now + service);
        self.busy_time += service;
        let (starts, ends) = (Duration::from_nanos(now), Duration::from_nanos(now + service));
        self.fates[call] = Some(Offered::Admitted { starts, ends });
    }

    /// Everything that happens up to and with `until`, in order; at one moment workers come free before anybody gives up.
    fn run(&mut self, until: u64) {
        loop {
            let frees = self.busy.iter().copied().min();
            let gives_up = self.line.iter().map(|caller| caller.leaves).min();
            let Some(next) = frees.into_iter().chain(gives_up).min().filter(|next| *next <= until) else {
                return;
            };
            if frees == Some(next) {
                let worker = self.busy.iter().position(|free| *free == next).unwrap();
                self.busy.remove(worker);
                while self.busy.len() < self.workers && !self.line.is_empty() {
                    let caller = self.line.remove(0);
                    self.start(caller.call, next, caller.service);
                }
            } else {
                let leaver = self.line.iter().position(|caller| caller.leaves == next).unwrap();
                let caller = self.line.remove(leaver);
                let at = Duration::from_nanos(next);
                self.fates[caller.call] = Some(Offered::TimedOut { at });
            }
        }
    }
}

/// Calls are `(after the one before, service)`.
fn simulate(workers: u32, queue: u32, queue_timeout: u64, calls: &[(u64, u64)]) -> (Vec<Offered>, Vec<(usize, usize)>) {
    let mut simulation = Simulation {
        busy: vec![],
        line: vec![],
        workers: workers as usize,
        fates: vec![None; calls.len()],
        busy_time: 0,
    };
    let mut now = 0;
    let mut found = vec![];
    for (call, (gap, service)) in calls.iter().enumerate() {
        now += gap;
        simulation.run(now);
        found.push((simulation.busy.len(), simulation.line.len()));
        if simulation.busy.len() < simulation.workers {
            simulation.start(call, now, *service);
        } else if simulation.line.len() < queue as usize {
            simulation.line.push(Caller {
                call,
                leaves: now + queue_timeout,
                service: *service,
            });
        } else {
            let at = Duration::from_nanos(now);
            simulation.fates[call] = Some(Offered::TurnedAway { at });
        }
        // A patience of nothing, and service of no time, end at once.
        simulation.run(now);
    }
    simulation.run(u64::MAX);
    (simulation.fates.into_iter().map(Option::unwrap).collect(), found)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_model_agrees_with_a_simulation(
        workers in 1_u32..5,
        queue in 0_u32..6,
        queue_timeout in 0_u64..40,
        // Small numbers, so that moments often coincide.
        calls in prop::collection::vec((0_u64..8, 0_u64..25), 1..120),
    ) {
        let mut station = Station::new(workers, queue, Duration::from_nanos(queue_timeout));
        let (fates, found) = simulate(workers, queue, queue_timeout, &calls);
        let mut now = 0;
        for (call, (gap, service)) in calls.iter().enumerate() {
            now += gap;
            let at = Duration::from_nanos(now);
            let figures = station.figures(at);
            prop_assert_eq!((figures.busy as usize, figures.waiting as usize), found[call], "before call {}", call);
            prop_assert_eq!(station.offer(at, Duration::from_nanos(*service)), fates[call], "call {}", call);
        }
    }

    #[test]
    fn busy_time_is_the_time_that_workers_worked(
        workers in 1_u32..5,
        queue in 0_u32..6,
        calls in prop::collection::vec((0_u64..8, 0_u64..25), 1..60),
        look in 0_u64..600,
    ) {
        let mut station = Station::new(workers, queue, Duration::from_nanos(30));
        let mut now = 0;
        let mut expected = 0;
        for (gap, service) in &calls {
            now += gap;
            let at = Duration::from_nanos(now);
            if let Offered::Admitted { starts, ends } = station.offer(at, Duration::from_nanos(*service)) {
                // The part of this service before the look.
                let look = Duration::from_nanos(look.max(calls.iter().map(|(gap, _)| gap).sum()));
                expected += (ends.min(look).saturating_sub(starts)).as_nanos();
            }
        }
        let figures = station.figures(Duration::from_nanos(look));
        prop_assert_eq!(figures.busy_time.as_nanos(), expected);
    }
}
