//! How late the pacer's thread releases arrivals, and how late tokio's timer would: `cargo bench -p loadgen --bench pacer`.
//! At each rate both take turns at the same schedule for a few seconds, each into a channel that a task empties. Rounds count
//! only in which others left the machine alone, or the scheduler's lateness would be judged. Fails where the median of the pacer's p99s is above half a millisecond, the
//! bound of a VALID result, or above a third of tokio's. Then poisson arrivals: the instants of their release must pass a
//! Kolmogorov-Smirnov test in most rounds.

#![expect(clippy::print_stdout, reason = "a bench tells its numbers")]

use std::{
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use loadgen::pace;
use measure::{fit, tally::Tally};
use rustix::time::{ClockId, clock_gettime};
use scenarios::{Timeline, load::Schedule};
use tokio::{
    runtime::{Builder, Runtime},
    sync::mpsc,
    time::Instant,
};
use tokio_util::sync::CancellationToken;

/// Arrivals per second.
const RATES: [u32; 3] = [1_000, 5_000, 10_000];
/// Rounds at each rate, and how long each takes.
const ROUNDS: usize = 5;
/// Rounds at most, counted or not.
const ROUNDS_MAX: usize = 30;
/// In a round that counts other processes had this much of a processor, at most.
const OTHERS: f64 = 0.05;
const ROUND: Duration = Duration::from_secs(2);
/// The bound of a VALID result, microseconds.
const BOUND_US: u64 = measure::trust::LAG_SUSPECT_US;
/// How much of tokio's p99 the pacer's may be.
const PART: f64 = 1.0 / 3.0;
/// Arrivals that may wait for the task.
const WAITING: usize = 100_000;

fn main() -> ExitCode {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let punctual = RATES.map(|rate| compare(&runtime, rate));
    let random = RATES.map(|rate| random(&runtime, rate));
    if punctual == [true; RATES.len()] && random == [true; RATES.len()] {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// One way to release arrivals, over a round.
struct Round {
    lag: Tally,
    received: Tally,
    /// When each was released, microseconds.
    released_us: Vec<u64>,
    busy: Duration,
    /// What other processes had of a processor.
    others: f64,
}

fn compare(runtime: &Runtime, rate: u32) -> bool {
    let schedule = schedule("constant", rate, 0);
    let (mut p99s, mut ratios) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS_MAX {
        if p99s.len() == ROUNDS {
            break;
        }
        let plain = round(|first, sender| by_tokio(runtime, &schedule, first, sender), runtime);
        let ours = round(|first, sender| by_thread(schedule.clone(), first, sender), runtime);
        for (who, round) in [("tokio", &plain), ("pacer", &ours)] {
            let lag = round.lag.percentiles();
            println!(
                "{rate}/s {who}: lag p50 {} us, p99 {}, p99.9 {}; taken p50 {}, p99 {}; {:.1} us of a processor each",
                lag.p50_us,
                lag.p99_us,
                lag.p999_us,
                round.received.percentile_us(50_000),
                round.received.percentile_us(99_000),
                round.busy.as_secs_f64() * 1e6 / lag.count.max(1) as f64,
            );
        }
        let others = plain.others.max(ours.others);
        if others > OTHERS {
            println!(
                "{rate}/s: others had {:.0} % of a processor, not counted",
                others * 100.0
            );
            continue;
        }
        let p99 = |round: &Round| round.lag.percentile_us(99_000);
        p99s.push(p99(&ours));
        ratios.push(p99(&ours) as f64 / p99(&plain).max(1) as f64);
    }
    if p99s.len() < ROUNDS {
        println!("{rate}/s: the machine is too busy to tell");
        return false;
    }
    p99s.sort_unstable();
    ratios.sort_by(f64::total_cmp);
    let (p99, ratio) = (p99s[ROUNDS / 2], ratios[ROUNDS / 2]);
    let good = p99 <= BOUND_US && ratio <= PART;
    let verdict = if good { "good" } else { "too late" };
    println!("{rate}/s: p99 {p99} us, {ratio:.3} of tokio's (medians of {ROUNDS} rounds), {verdict}");
    good
}

/// Whether instants at which poisson arrivals were released are still those of a poisson process, in most rounds.
fn random(runtime: &Runtime, rate: u32) -> bool {
    let (mut passed, mut counted) = (0, 0);
    for seed in 0..ROUNDS_MAX {
        if counted == ROUNDS {
            break;
        }
        let schedule = schedule("poisson", rate, seed);
        let ours = round(|first, sender| by_thread(schedule, first, sender), runtime);
        if ours.others > OTHERS {
            continue;
        }
        counted += 1;
        let gaps = fit::gaps_exponential(&ours.released_us).expect("enough arrivals");
        let times = fit::times_even(&ours.released_us, 0, micros(ROUND)).expect("enough arrivals");
        let verdict = if gaps.passes() && times.passes() {
            "pass"
        } else {
            "do not pass"
        };
        println!(
            "{rate}/s poisson, {} arrivals: gaps {:.4} of {:.4}, times {:.4} of {:.4}: {verdict}",
            ours.released_us.len(),
            gaps.distance,
            gaps.critical,
            times.distance,
            times.critical,
        );
        passed += usize::from(gaps.passes() && times.passes());
    }
    passed > ROUNDS / 2
}

/// The arrivals of a scenario file at that rate.
fn schedule(arrivals: &str, rate: u32, seed: usize) -> Schedule {
    let text = format!("name: pacer\nseed: {seed}\nload: {{arrivals: [{{{arrivals}: {rate}/s}}]}}\n");
    let scenario = scenarios::read("pacer.yaml", &text).expect("it is a scenario");
    Schedule::over(&scenario.load, scenario.seed, &Timeline::new(&scenario, Some(ROUND)))
}

fn round(release: impl FnOnce(Instant, mpsc::Sender<pace::Arrival>) -> Tally, runtime: &Runtime) -> Round {
    let (sender, mut arrivals) = mpsc::channel::<pace::Arrival>(WAITING);
    let first = Instant::now() + Duration::from_millis(20);
    let (busy_before, all_before, since) = (busy(), busy_of_all(), Instant::now());
    let taker = runtime.spawn(async move {
        let (mut received, mut released_us) = (Tally::default(), Vec::new());
        while let Some(arrival) = arrivals.recv().await {
            let due = first + Duration::from_micros(arrival.intended_us);
            received.record(micros(due.elapsed()));
            released_us.push(arrival.intended_us + arrival.lag_us);
        }
        (received, released_us)
    });
    let lag = release(first, sender);
    let (received, released_us) = runtime.block_on(taker).expect("the task ends with the channel");
    let busy = busy().saturating_sub(busy_before);
    let of_others = busy_of_all().saturating_sub(all_before).saturating_sub(busy);
    Round {
        lag,
        received,
        released_us,
        busy,
        others: of_others.as_secs_f64() / since.elapsed().as_secs_f64(),
    }
}

/// By the product's own thread.
fn by_thread(schedule: Schedule, first: Instant, sender: mpsc::Sender<pace::Arrival>) -> Tally {
    let lag = Arc::new(Mutex::new(Tally::default()));
    let told = Arc::clone(&lag);
    let pacer = pace::start(schedule, first.into_std(), CancellationToken::new(), move |arrival| {
        told.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .record(arrival.lag_us);
        sender.try_send(arrival).expect("the channel holds a round");
    });
    pacer.expect("a thread").join().expect("the pacer ends");
    let lag = lag.lock().unwrap_or_else(PoisonError::into_inner);
    lag.clone()
}

/// As a task that sleeps until each arrival.
fn by_tokio(runtime: &Runtime, schedule: &Schedule, first: Instant, sender: mpsc::Sender<pace::Arrival>) -> Tally {
    let offsets: Vec<u64> = schedule.offsets().collect();
    let task = runtime.spawn(async move {
        let mut lag = Tally::default();
        for (seq, offset) in (0_u32..).zip(offsets) {
            let due = first + Duration::from_nanos(offset);
            tokio::time::sleep_until(due).await;
            let lag_us = micros(due.elapsed());
            lag.record(lag_us);
            let arrival = pace::Arrival {
                seq,
                intended_us: offset / 1_000,
                lag_us,
            };
            sender.try_send(arrival).expect("the channel holds a round");
        }
        lag
    });
    runtime.block_on(task).expect("the task ends")
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

/// What the process has had of processors.
fn busy() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(now).unwrap_or_default()
}

/// What all processes together have had, and the host of a virtual machine; zero where the system does not tell.
fn busy_of_all() -> Duration {
    let text = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    let line = text.lines().next().unwrap_or_default();
    let ticks: Vec<u64> = line.split(' ').filter_map(|ticks| ticks.parse().ok()).collect();
    // user, nice, system, idle, iowait, irq, softirq, steal, in hundredths of a second.
    let busy: u64 = ticks.iter().take(8).sum::<u64>() - ticks.iter().skip(3).take(2).sum::<u64>();
    Duration::from_millis(busy * 10)
}
