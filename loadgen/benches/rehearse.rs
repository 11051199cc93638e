//! How much of a core rehearsals of 100,000 orders take: `cargo bench -p loadgen --bench rehearse`. Beside each stands what
//! the same number of bare draws takes, so that the machine is known. What counts is this process's own time on a core, so
//! that others at work bend it little. Fails where a rehearsal takes more than a second.

#![expect(clippy::print_stdout, reason = "a bench tells its numbers")]

use std::{hint::black_box, process::ExitCode, sync::Arc, time::Duration};

use loadgen::rehearse::{Rehearsal, rehearse};
use rustix::time::{ClockId, clock_gettime};
use scenarios::{
    Subject,
    draw::{DrawSubject, Drawn, Site, draw},
    library,
};

const ORDERS: u64 = 100_000;
const ROUNDS: usize = 5;
const MOST: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let draws = best(|| {
        let subject = |at| DrawSubject {
            shop: 10_001,
            operation: "payLink",
            subject: Subject::Ordinal(at),
        };
        let site = Site {
            of: "busy",
            what: Drawn::Hit,
        };
        black_box((0..ORDERS).fold(0_u64, |sum, at| sum ^ draw(42, &subject(at), 1, site)));
    });
    println!("{ORDERS} bare draws: {draws:.2?}");
    let mut slow = false;
    for name in library::names() {
        let text = library::get(name).expect("it is on the list").text;
        let scenario = Arc::new(scenarios::read(name, text).expect("shipped scenarios read"));
        let took = best(|| {
            let rehearsal = Rehearsal {
                scenario: Arc::clone(&scenario),
                length: None,
                orders: Some(ORDERS),
                prefix: "BENCH".to_owned(),
            };
            black_box(rehearse(&rehearsal).expect("fewer orders than the limit"));
        });
        let ratio = took.as_secs_f64() / draws.as_secs_f64();
        println!("{name}: {ORDERS} orders in {took:.2?}, {ratio:.0} times the bare draws");
        slow |= took > MOST;
    }
    if slow {
        println!("a rehearsal took more than {MOST:?}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// The best of a few: everything else the machine does only adds to it.
fn best(work: impl Fn()) -> Duration {
    let times = (0..ROUNDS).map(|_| {
        let before = on_a_core();
        work();
        on_a_core().saturating_sub(before)
    });
    times.min().unwrap_or_default()
}

/// How long this process was on a core so far.
fn on_a_core() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::from_secs(seconds) + Duration::from_nanos(u64::try_from(time.tv_nsec).unwrap_or_default())
}
