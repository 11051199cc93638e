//! How late a delay of 100 ms ends, by the gateway's timer thread and by `tokio::time::sleep` in the same run: `cargo
//! bench -p simulator --bench lateness`. Many tasks wait again and again, as delayed answers do. Rounds alternate, so
//! that whatever else the machine does meets both; each round has its ratios, and their medians are judged: more than a
//! third, and this fails.

#![expect(clippy::print_stdout, reason = "a bench tells its numbers")]

use std::{process::ExitCode, sync::Arc, time::Duration};

use simulator::{Sleeper, Timer};
use tokio::{
    runtime::{Builder, Runtime},
    task::JoinSet,
    time::Instant,
};

/// The allocator of the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const DELAY: Duration = Duration::from_millis(100);
/// Delays that each task waits for in a round.
const DELAYS: u32 = 10;
/// Rounds that count, and rounds at most.
const ROUNDS: usize = 5;
const ROUNDS_MAX: usize = 60;
/// Looks at the machine before a round, at most, and how long each takes.
const LOOKS: usize = 150;
const LOOK: Duration = Duration::from_millis(400);
/// Tasks that wait at a time.
const CONCURRENT: [u32; 2] = [200, 1_000];
/// How much of tokio's lateness is ours, at most.
const BOUND: f64 = 1.0 / 3.0;
/// In a round that counts others had this much of a processor, at most. Beyond, both are as late as the scheduler lets
/// them, and nothing is learnt.
const OTHERS: f64 = 0.05;

fn main() -> ExitCode {
    let runtime = Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let thread = Arc::new(Sleeper::Thread(Timer::start().expect("a thread is to be had")));
    let tokio = Arc::new(Sleeper::Tokio);
    let good = CONCURRENT.map(|concurrent| compare(&runtime, &tokio, &thread, concurrent));
    if good == [true, true] {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Whether the thread is punctual enough among that many.
fn compare(runtime: &Runtime, tokio: &Arc<Sleeper>, thread: &Arc<Sleeper>, concurrent: u32) -> bool {
    let (mut medians, mut p99s) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS_MAX {
        runtime.block_on(quiet());
        let plain = late(runtime, tokio, concurrent);
        let ours = late(runtime, thread, concurrent);
        let (median, p99) = (ours.median / plain.median, ours.p99 / plain.p99);
        let others = plain.others.max(ours.others);
        let counts = others <= OTHERS;
        println!(
            "{concurrent} concurrent: median {:.3} ms against {:.3} ({median:.3}), p99 {:.3} ms against {:.3} ({p99:.3}); \
             {:.1} us of a processor for each against {:.1}; others had {:.0}%{}",
            ours.median,
            plain.median,
            ours.p99,
            plain.p99,
            ours.busy_us,
            plain.busy_us,
            others * 100.0,
            if counts { "" } else { ", not counted" },
        );
        if counts {
            medians.push(median);
            p99s.push(p99);
        }
        if medians.len() == ROUNDS {
            let median = judged(concurrent, "median", medians);
            return judged(concurrent, "p99", p99s) && median;
        }
    }
    println!("{concurrent} concurrent: the machine is too busy to tell");
    false
}

/// Waits for others to leave the machine alone, but not for ever.
async fn quiet() {
    for _ in 0..LOOKS {
        let (before, of_all) = (busy(), busy_of_all());
        tokio::time::sleep(LOOK).await;
        let others = busy_of_all().saturating_sub(of_all).saturating_sub(busy() - before);
        if others.as_secs_f64() <= LOOK.as_secs_f64() * OTHERS {
            return;
        }
    }
}

/// Whether the median of the ratios keeps the bound.
fn judged(concurrent: u32, what: &str, mut ratios: Vec<f64>) -> bool {
    ratios.sort_by(f64::total_cmp);
    let ratio = ratios[ratios.len() / 2];
    let good = ratio <= BOUND;
    let verdict = if good { "good" } else { "too late" };
    println!("{concurrent} concurrent, {what}: {ratio:.3} of tokio's lateness (median of {ROUNDS} rounds), {verdict}");
    good
}

/// How late delays ended, milliseconds; what each cost; how much of a processor others had meanwhile.
struct Late {
    median: f64,
    p99: f64,
    busy_us: f64,
    others: f64,
}

/// One round: as many tasks, their delays spread evenly.
fn late(runtime: &Runtime, sleeper: &Arc<Sleeper>, concurrent: u32) -> Late {
    let (before, of_all, since) = (busy(), busy_of_all(), Instant::now());
    let mut late = runtime.block_on(async {
        let begin = Instant::now() + DELAY / 2;
        let mut tasks = JoinSet::new();
        for of in 0..concurrent {
            let sleeper = Arc::clone(sleeper);
            tasks.spawn(async move {
                sleeper.until(begin + DELAY * of / concurrent).await;
                let mut late = Vec::with_capacity(DELAYS as usize);
                for _ in 0..DELAYS {
                    let at = Instant::now() + DELAY;
                    sleeper.sleep(DELAY).await;
                    late.push(at.elapsed().as_secs_f64() * 1e3);
                }
                late
            });
        }
        tasks.join_all().await.concat()
    });
    let busy = busy().saturating_sub(before);
    let of_others = busy_of_all().saturating_sub(of_all).saturating_sub(busy);
    let others = of_others.as_secs_f64() / since.elapsed().as_secs_f64();
    late.sort_by(f64::total_cmp);
    Late {
        median: late[late.len() / 2],
        p99: late[late.len() * 99 / 100],
        busy_us: busy.as_secs_f64() * 1e6 / late.len() as f64,
        others,
    }
}

/// What the process has had of processors.
fn busy() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
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
