//! `paydrill scenarios import`: a measurement becomes a rule's delay, and a file is changed whole or not at all.

use crate::harness::{Folder, run_in};

const SCENARIO: &str = "name: x # kept\nrules:\n  - {name: slow, on: payLink, chance: 50%, reply: {delay: 1s}} # kept\n  - {name: late, on: callback, callback: {delay: 2s}}\n";
const PRINTED: &str = "       Value     Percentile TotalCount 1/(1-Percentile)\n\n       1.049 0.000000000000          1           1.00\n       2.500 0.500000000000         50           2.00\n      12.345 1.000000000000        100          inf\n#[Total count    =          100]\n";
const TABLE: &str = "{percentiles: {min: 1049us, p10: 2500us, p25: 2500us, p50: 2500us, p75: 12345us, p90: 12345us, p95: 12345us, p99: 12345us, p999: 12345us, p9999: 12345us, max: 12345us}}";

#[test]
fn a_measurement_becomes_the_delay_of_a_rule() {
    let folder = Folder::new();
    let (scenario, printed) = (folder.write("x.yaml", SCENARIO), folder.write("p.hgrm", PRINTED));
    let shown = run_in(folder.path(), &["scenarios", "import", &printed]);
    assert_eq!((shown.code, shown.stdout), (Some(0), format!("delay: {TABLE}\n")));
    let wrote = run_in(
        folder.path(),
        &["scenarios", "import", &printed, "--into", "x.yaml", "--rule", "slow"],
    );
    assert_eq!(wrote.code, Some(0), "{wrote:?}");
    assert_eq!(
        wrote.stdout,
        format!("x.yaml: rule `slow` has the delay of 100 values\ndelay: {TABLE}\n")
    );
    let found = std::fs::read_to_string(&scenario).expect("the file is there");
    assert_eq!(found, SCENARIO.replace("{delay: 1s}", &format!("{{delay: {TABLE}}}")));
    assert_eq!(run_in(folder.path(), &["check", &scenario]).code, Some(0));
}

#[test]
fn what_cannot_be_imported_leaves_the_file_alone() {
    let folder = Folder::new();
    let scenario = folder.write("x.yaml", SCENARIO);
    folder.write("p.hgrm", PRINTED);
    folder.write("empty.hgrm", "# nothing\n");
    folder.write("broken.yaml", "name: x\nrulez: []\n");
    let locked = folder.write("locked.yaml", SCENARIO);
    let read_only = std::fs::metadata(&locked).map(|found| {
        let mut permissions = found.permissions();
        permissions.set_readonly(true);
        permissions
    });
    std::fs::set_permissions(&locked, read_only.expect("it is there")).expect("it is ours");
    let names = || {
        let entries = std::fs::read_dir(folder.path()).expect("it can be read");
        let mut names: Vec<_> = entries
            .map(|entry| entry.expect("it can be read").file_name())
            .collect();
        names.sort();
        names
    };
    let before = names();
    for (arguments, words) in [
        (
            &["p.hgrm", "--into", "x.yaml", "--rule", "slwo"][..],
            "did you mean `slow`?",
        ),
        (&["p.hgrm", "--into", "x.yaml", "--rule", "late"], "has no `reply`"),
        (&["p.hgrm", "--into", "broken.yaml", "--rule", "slow"], "rulez"),
        (&["p.hgrm", "--into", "absent.yaml", "--rule", "slow"], "absent.yaml"),
        (
            &["p.hgrm", "--into", "locked.yaml", "--rule", "slow"],
            "it is read-only",
        ),
        (
            &[
                "p.hgrm", "--unit", "s", "--into", "x.yaml", "--rule", "slow", "--from", "a",
            ],
            "leave out --from",
        ),
        (&["empty.hgrm"], "holds no values"),
        (&["absent.hgrm"], "absent.hgrm"),
        (&["p.hgrm", "--into", "x.yaml"], "--rule"),
        (&["p.hgrm", "--rule", "slow"], "--into"),
    ] {
        let ended = run_in(folder.path(), &[&["scenarios", "import"], arguments].concat());
        assert_eq!(ended.code, Some(2), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains(words), "{arguments:?} says {words:?}: {ended:?}");
    }
    assert_eq!(names(), before);
    assert_eq!(std::fs::read_to_string(&scenario).expect("the file is there"), SCENARIO);
}
