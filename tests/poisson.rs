//! Poisson arrivals, as they were really sent.

use measure::fit;
use serde_json::Value;

use crate::harness::{Folder, machine, run_in, trusted};

const RANDOM: &str = "\
name: random
phases: [{name: only, for: 8s}]
load: {arrivals: [{poisson: 50/s}], drain: 3s}
";
const LASTS_US: u64 = 8_000_000;

#[test]
fn send_times_of_poisson_arrivals_pass_kolmogorov_and_smirnov_or_the_run_is_suspect() {
    let _alone = machine();
    let run = |arrivals: &str| {
        let folder = Folder::new();
        let file = folder.write("random.yaml", &RANDOM.replace("poisson", arrivals));
        run_in(folder.path(), &["run", &file, "--headless", "--out", "out"]);
        (folder.json("out/summary.json"), folder.lines("out/orders.jsonl"))
    };
    let instants =
        |orders: &[Value], name: &str| -> Vec<u64> { orders.iter().filter_map(|order| order[name].as_u64()).collect() };
    let passes = |instants: &[u64]| {
        let gaps = fit::gaps_exponential(instants).expect("enough instants");
        let times = fit::times_even(instants, 0, LASTS_US).expect("enough instants");
        gaps.passes() && times.passes()
    };
    let (summary, orders) = run("poisson");
    let (planned, sent) = (instants(&orders, "arrival_us"), instants(&orders, "sent_us"));
    assert!((300..500).contains(&planned.len()), "{}", planned.len());
    assert_eq!(sent.len(), planned.len(), "each was sent, and says when");
    assert!(passes(&planned), "as planned");
    trusted(&summary);
    assert!(
        passes(&sent) || summary["trust"]["stamp"] == "SUSPECT",
        "as sent: {summary}"
    );
    // The pair that shows that the test bites: as many arrivals at even distances.
    let (_, even) = run("constant");
    assert!(!passes(&instants(&even, "arrival_us")), "even distances are not random");
}
