//! Poisson arrivals, as they were really sent.

use measure::fit;

use crate::harness::{Folder, machine, run_in};

/// Gaps of 20 ms: a busy machine moves each by a few of them, and the test still tells them from any other process.
const RANDOM: &str = "\
name: random
phases: [{name: only, for: 8s}]
load: {arrivals: [{poisson: 50/s}], drain: 3s}
";
const LASTS_US: u64 = 8_000_000;

#[test]
fn send_times_of_poisson_arrivals_pass_kolmogorov_and_smirnov() {
    let _alone = machine();
    let sent = |arrivals: &str| {
        let folder = Folder::new();
        let file = folder.write("random.yaml", &RANDOM.replace("poisson", arrivals));
        run_in(folder.path(), &["run", &file, "--headless", "--out", "out"]);
        let orders = folder.lines("out/orders.jsonl");
        let sent: Vec<u64> = orders.iter().filter_map(|order| order["sent_us"].as_u64()).collect();
        sent
    };
    let random = sent("poisson");
    assert!((300..500).contains(&random.len()), "{}", random.len());
    let gaps = fit::gaps_exponential(&random).expect("enough instants");
    let times = fit::times_even(&random, 0, LASTS_US).expect("enough instants");
    assert!(gaps.passes() && times.passes(), "{gaps:?} {times:?}");
    // The pair that shows that the test bites: as many arrivals at even distances.
    let even = fit::gaps_exponential(&sent("constant")).expect("enough instants");
    assert!(!even.passes(), "{even:?}");
}
