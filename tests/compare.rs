//! Two runs compared: real ones, synthetic ones with a planted slow-down, and those that cannot be compared.

use std::{collections::BTreeMap, fs, path::Path};

use measure::{
    recorder::{Interval, Key, Times},
    runlog::LogWriter,
    sample::Class,
    snapshot::{PhasePlan, RunPlan},
    summary::{ArrivalSummary, AuditSummary, CallbackSummary, FORMAT, OperationSummary, PercentilesMs, Summary},
    trust::{Stamp, Trust},
    verdict::Verdict,
    window::Names,
};

use crate::harness::{Ended, Folder, machine, run_in};

/// What makes a fixture another run.
type Change = fn(&mut Fixture);

/// A run as its folder tells it, to be changed before it is written.
struct Fixture {
    summary: Summary,
    plan: RunPlan,
    seed: u64,
    /// Times of payLink are so many times as long.
    slower: f64,
    /// One request in so many fails.
    failing: u64,
}

impl Fixture {
    fn new(seed: u64) -> Self {
        Self {
            summary: summary(seed),
            plan: plan(20),
            seed,
            slower: 1.0,
            failing: 1_000,
        }
    }

    fn write(&self, folder: &Path) {
        fs::create_dir_all(folder).expect("the folder can be made");
        fs::write(folder.join("summary.json"), self.summary.to_json_pretty()).expect("the folder can be written");
        let seconds = serde_json::json!({"plan": self.plan, "seconds": []});
        fs::write(folder.join("seconds.json"), seconds.to_string()).expect("the folder can be written");
        let names = Names {
            whats: vec![("payLink".to_owned(), false), ("checkout".to_owned(), true)],
        };
        let phases = self.plan.phases.iter().map(|phase| phase.name.clone()).collect();
        let file = fs::File::create(folder.join("latency.hlog")).expect("the folder can be written");
        let mut log = LogWriter::begin(file, self.summary.started_ms, phases, names).expect("a fixture is sound");
        log.write(&self.interval(), 0).expect("a fixture is sound");
        log.finish().expect("a fixture is sound");
    }

    /// 200 requests a second of 10 to 30 ms, and a journey around each.
    fn interval(&self) -> Interval {
        let mut bits = self.seed;
        let mut draw = |below: u64| {
            bits = bits
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (bits >> 33) % below
        };
        let seconds = u32::try_from(self.plan.arrivals_end_us / 1_000_000).expect("a fixture is sound");
        let mut times: BTreeMap<Key, Times> = BTreeMap::new();
        for second in 0..seconds {
            for _ in 0..200 {
                let class = if draw(self.failing) == 0 {
                    Class::Http5xx
                } else {
                    Class::Ok
                };
                let us = ((10_000 + draw(20_000)) as f64 * self.slower) as u64;
                for (what, us) in [(0, us), (1, 300_000 + draw(1_000))] {
                    let key = Key {
                        second,
                        phase: 0,
                        what,
                        class,
                        expected: true,
                    };
                    times.entry(key).or_default().response.record(us);
                }
            }
        }
        Interval {
            times,
            ..Interval::default()
        }
    }
}

fn plan(seconds: u64) -> RunPlan {
    RunPlan {
        scenario: "pairs".to_owned(),
        seed: 1,
        target: "http://127.0.0.1:1".to_owned(),
        phases: vec![PhasePlan {
            name: "all".to_owned(),
            from_us: 0,
            until_us: seconds * 1_000_000,
            faults: Vec::new(),
        }],
        arrivals_end_us: seconds * 1_000_000,
        drain_us: 0,
        target_per_second: vec![200.0; usize::try_from(seconds).expect("a fixture is sound")],
        users: 100,
    }
}

fn summary(seed: u64) -> Summary {
    let operation = |name: &str, journey| OperationSummary {
        name: name.to_owned(),
        journey,
        requests: 4_000,
        success: 1.0,
        response_ms: PercentilesMs::default(),
        service_ms: PercentilesMs::default(),
        own_ms: None,
        injected_ms: None,
    };
    Summary {
        format: FORMAT,
        version: "0.1.0".to_owned(),
        seed,
        scenario: "pairs".to_owned(),
        verdict: Verdict::Met,
        trust: Trust::default(),
        target: "http://127.0.0.1:1".to_owned(),
        started_ms: 1_700_000_000_000,
        lasted_ms: 20_000,
        interrupted: false,
        arrivals: ArrivalSummary::default(),
        phases: Vec::new(),
        operations: vec![operation("payLink", false), operation("checkout", true)],
        classes: Vec::new(),
        rules: Vec::new(),
        callbacks: CallbackSummary::default(),
        audit: AuditSummary::default(),
        waterfall: Vec::new(),
        stopped: None,
        share: None,
        expectations: Vec::new(),
    }
}

fn compare(folder: &Folder, arguments: &[&str]) -> Ended {
    let mut all = vec!["compare"];
    all.extend_from_slice(arguments);
    run_in(folder.path(), &all)
}

#[test]
fn a_planted_slow_down_is_a_regression_and_the_same_thing_is_none() {
    let folder = Folder::new();
    Fixture::new(1).write(&folder.path().join("base"));
    Fixture::new(2).write(&folder.path().join("again"));
    let slow = Fixture {
        slower: 1.1,
        ..Fixture::new(3)
    };
    slow.write(&folder.path().join("slow"));
    let failing = Fixture {
        failing: 20,
        ..Fixture::new(4)
    };
    failing.write(&folder.path().join("failing"));

    for (runs, fail, code, said) in [
        (["base", "again"], "5%", 0, "no difference"),
        (["base", "slow"], "5%", 99, "slower"),
        (["base", "slow"], "20%", 0, "0 regressions of more than 20 %"),
        (["slow", "base"], "5%", 0, "faster"),
        (["base", "failing"], "5%", 99, "more errors"),
        (["failing", "base"], "5%", 0, "fewer errors"),
    ] {
        let ended = compare(&folder, &[runs[0], runs[1], "--fail-on-regression", fail]);
        assert_eq!(ended.code, Some(code), "{runs:?}: {ended:?}");
        assert!(ended.stdout.contains(said), "{runs:?}: {ended:?}");
    }
    // Without --fail-on-regression the comparison only tells.
    assert_eq!(compare(&folder, &["base", "slow"]).code, Some(0));
    // Whoever says that 2 ms do not matter is not told of them.
    let lenient = compare(
        &folder,
        &["base", "slow", "--min-time", "10ms", "--fail-on-regression", "5%"],
    );
    assert_eq!(lenient.code, Some(0), "{lenient:?}");

    let json = compare(&folder, &["base", "slow", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let rows = told["compare"]["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 8, "{told}");
    let median = &rows[0];
    assert_eq!(
        (&median["figure"], &median["finding"]),
        (&"p50".into(), &"slower".into()),
        "{told}"
    );
    let by = median["change"]["by"].as_f64().unwrap();
    assert!((0.08..0.12).contains(&by), "{told}");
    let journeys = rows
        .iter()
        .filter(|row| row["operation"] == "checkout" && row["finding"] == "same");
    assert_eq!(journeys.count(), 4, "{told}");
}

#[test]
fn runs_that_cannot_be_compared_say_why() {
    let folder = Folder::new();
    Fixture::new(1).write(&folder.path().join("base"));
    let changes: [(&str, Change); 8] = [
        ("phases: all and storm", |run| {
            run.plan.phases[0].name = "storm".to_owned()
        }),
        ("length of phase all: 20.0 s and 19.0 s", |run| {
            run.plan.phases[0].until_us = 19_000_000
        }),
        ("arrivals from second 7: 200/s and 100/s", |run| {
            run.plan.target_per_second[7] = 100.0
        }),
        ("users in the pool: 100 and 7", |run| run.plan.users = 7),
        ("spoken to by http and https", |run| {
            run.summary.target = "https://127.0.0.1:1".to_owned()
        }),
        ("is INVALID: Late.", |run| {
            run.summary.trust.add(Stamp::Invalid, "Late.")
        }),
        ("stopped before its planned end", |run| run.summary.interrupted = true),
        ("use a newer one", |run| run.summary.format = 9),
    ];
    for (at, (said, change)) in changes.into_iter().enumerate() {
        let mut other = Fixture::new(2);
        change(&mut other);
        let name = format!("other-{at}");
        other.write(&folder.path().join(&name));
        refused(&compare(&folder, &["base", &name]), said);
    }
    // Every difference is named, not the first alone.
    let mut both = Fixture::new(3);
    both.plan.users = 7;
    both.summary.interrupted = true;
    both.write(&folder.path().join("both"));
    refused(&compare(&folder, &["base", "both"]), "stopped before");
    refused(&compare(&folder, &["base", "both"]), "users in the pool");

    let mut short = Fixture::new(5);
    short.plan = plan(5);
    short.write(&folder.path().join("short"));
    refused(
        &compare(&folder, &["short", "short"]),
        "a phase of 5 s, where 8 s are needed",
    );

    for (file, text, said) in [
        ("summary.json", "{", "summary.json`: not a run's summary"),
        ("latency.hlog", "nonsense", "latency.hlog`: no interval log"),
        ("rerun.json", "{", "rerun.json`, line 1"),
    ] {
        Fixture::new(6).write(&folder.path().join("broken"));
        fs::write(folder.path().join("broken").join(file), text).unwrap();
        refused(&compare(&folder, &["base", "broken"]), said);
        fs::remove_dir_all(folder.path().join("broken")).unwrap();
    }
    refused(&compare(&folder, &["base", "nowhere"]), "is it a run folder?");
    refused(&compare(&folder, &["base"]), "--baseline");
    refused(&compare(&folder, &["base", "--baseline", "main"]), "there is none yet");
    refused(&compare(&folder, &["base", "--save-baseline", "../main"]), "letters");
}

fn refused(ended: &Ended, said: &str) {
    assert_eq!(ended.code, Some(2), "{said}: {ended:?}");
    assert!(ended.stderr.contains(said), "{said}: {ended:?}");
}

#[test]
fn real_runs_are_held_against_a_named_baseline() {
    let _alone = machine();
    let folder = Folder::new();
    let scenario = |slots: &str, rate: &str, delay: &str| {
        let text = format!(
            "name: {slots}\nrules: [{{name: work, on: payLink, reply: {{delay: {delay}}}}}]\nload: {{arrivals: [{{constant: {rate}/s}}], drain: 2s}}\n"
        );
        folder.write(&format!("{slots}.yaml"), &text)
    };
    for (name, rate, delay) in [("one", "30", "20ms"), ("two", "30", "20ms"), ("three", "15", "20ms")] {
        let file = scenario(name, rate, delay);
        let ended = run_in(
            folder.path(),
            &["run", &file, "--headless", "--for", "8s", "--out", name],
        );
        assert!(matches!(ended.code, Some(0 | 98)), "{ended:?}");
    }
    let told = |name: &str| folder.json(&format!("{name}/summary.json"));
    let is_invalid = ["one", "two", "three"]
        .iter()
        .any(|name| told(name)["trust"]["stamp"] == "INVALID");
    if is_invalid {
        // A machine this busy measures nothing; that it is refused is all there is to see.
        refused(&compare(&folder, &["one", "three"]), "cannot be compared");
        return;
    }
    let saved = compare(&folder, &["one", "--save-baseline", "main"]);
    assert_eq!(saved.code, Some(0), "{saved:?}");
    assert!(folder.path().join("paydrill-runs/baselines/main/latency.hlog").exists());
    let ended = compare(&folder, &["two", "--baseline", "main", "--format", "json"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let compared: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    let rows = compared["compare"]["rows"].as_array().unwrap();
    assert!(
        rows.iter()
            .any(|row| row["operation"] == "payLink" && row["change"]["stretches"].as_u64() >= Some(8)),
        "{compared}"
    );
    assert!(ended.stdout.contains("different names"), "{ended:?}");
    refused(
        &compare(&folder, &["three", "--baseline", "main"]),
        "arrivals from second 0: 30/s and 15/s",
    );
    refused(&compare(&folder, &["two", "--baseline", "mian"]), "there are main");
}
