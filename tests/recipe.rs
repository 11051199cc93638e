//! The recipe for CI, as it stands in `docs/ci`: real gateway, real shop, three drills, one folder, one exit code.

use std::{path::Path, process::Command};

use crate::{
    harness::{Ended, Folder, machine},
    merchant,
};

/// Scenarios of the recipe.
const DRILLS: [&str; 3] = ["duplicates", "healthy", "outage"];

/// A shop that does not give up and is in a hurry: an outage of a second is over before it would.
const SHOP: &str =
    "--retries 12 --retry-base 50ms --breaker-failures 1000 --reconcile-every 200ms --reconcile-after 1s";

/// What no shop can meet, beside what every shop meets.
const ASKS_TOO_MUCH: &str = "\
name: too-much
phases: [{name: all-day, for: 2s}]
journeys: [{name: look, steps: [{get: /stats}]}]
load: {arrivals: [{constant: 20/s}]}
expect: [max < 1us]
";
const ASKS_LITTLE: &str = "\
name: little
phases: [{name: all-day, for: 2s}]
journeys: [{name: look, steps: [{get: /stats}]}]
load: {arrivals: [{constant: 20/s}]}
expect: [success >= 50%]
";

/// Runs the script in `folder`, which is not the repository's.
fn drill(folder: &Folder, settings: &[(&str, &str)], arguments: &[&str]) -> Ended {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci/drill");
    let mut command = Command::new(script);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if ["PAYDRILL", "DRILL_", "MERCHANT_"]
            .iter()
            .any(|own| name.starts_with(own))
        {
            command.env_remove(name);
        }
    }
    let output = command
        .args(arguments)
        .current_dir(folder.path())
        .env("PAYDRILL", env!("CARGO_BIN_EXE_paydrill"))
        .env("NO_COLOR", "1")
        .envs(settings.iter().copied())
        .output()
        .expect("bash is there");
    Ended::from(output)
}

fn shop() -> String {
    let binary = merchant::binary().display();
    format!("exec '{binary}' --listen 127.0.0.1:0 --wallet \"$WALLET\" {SHOP}")
}

fn read(folder: &Folder, name: &str) -> String {
    std::fs::read_to_string(folder.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Failures that a JUnit file counts; panics unless its elements are closed as they were opened.
fn failures(xml: &str) -> u64 {
    let mut open = Vec::new();
    for tag in xml
        .split('<')
        .skip(1)
        .map(|tag| tag.split_once('>').expect("a tag ends").0)
    {
        let name = tag
            .trim_start_matches('/')
            .split([' ', '/', '\n'])
            .next()
            .expect("a tag has a name");
        match (tag.starts_with('/'), tag.starts_with('?') || tag.ends_with('/')) {
            (true, _) => assert_eq!(open.pop(), Some(name), "{xml}"),
            (false, false) => open.push(name),
            (false, true) => {}
        }
    }
    assert!(open.is_empty(), "{open:?} in {xml}");
    let (_, count) = xml.split_once("failures=\"").expect("it counts failures");
    count
        .split('"')
        .next()
        .and_then(|count| count.parse().ok())
        .expect("a number")
}

#[test]
fn a_good_shop_passes_every_drill() {
    let _alone = machine();
    let folder = Folder::new();
    let ended = drill(&folder, &[("DRILL_SHOP", &shop())], &["--for", "4s"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for name in DRILLS {
        let xml = read(&folder, &format!("drill-results/{name}.junit.xml"));
        assert_eq!(failures(&xml), 0, "{xml}");
        let page = read(&folder, &format!("drill-results/{name}.report.html"));
        assert!(page.contains("</html>"), "{name}: the page is whole");
        let tours = folder.lines(&format!("drill-results/runs/{name}/journeys.jsonl"));
        assert!(tours.len() > 20, "{name}: {}", tours.len());
        assert!(tours.iter().all(|tour| tour["class"] == "ok"), "{name}: {tours:?}");
        assert!(ended.stdout.contains(&format!("| {name} | 0 |")), "{ended:?}");
    }
    // Results are never mixed.
    let again = drill(&folder, &[("DRILL_SHOP", &shop())], &[]);
    assert_eq!(again.code, Some(2), "{again:?}");
    assert!(again.stderr.contains("is not empty"), "{again:?}");
}

#[test]
fn the_worst_drill_is_the_exit_code_and_the_others_are_played() {
    let _alone = machine();
    let folder = Folder::new();
    let scenarios = Folder::new();
    scenarios.write("a-too-much.yaml", ASKS_TOO_MUCH);
    scenarios.write("b-bad.yaml", "name: bad\nloads: {}\n");
    scenarios.write("c-little.yaml", ASKS_LITTLE);
    let settings = [
        ("DRILL_SHOP", shop()),
        ("DRILL_SCENARIOS", scenarios.path().to_string_lossy().into_owned()),
        ("DRILL_OUT", folder.file("elsewhere")),
    ];
    let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
    let ended = drill(&folder, &settings, &[]);
    assert_eq!(ended.code, Some(99), "{ended:?}");
    let summary = read(&folder, "elsewhere/summary.md");
    for row in [
        "| a-too-much | 99 | an expectation failed |",
        "| b-bad | 2 | usage, or a bad file |",
        "| c-little | 0 | no expectation failed |",
    ] {
        assert!(summary.contains(row), "{row} in {summary}");
    }
    assert_eq!(failures(&read(&folder, "elsewhere/a-too-much.junit.xml")), 1);
    assert_eq!(failures(&read(&folder, "elsewhere/c-little.junit.xml")), 0);
}

#[test]
fn a_shop_that_does_not_start_is_named() {
    let folder = Folder::new();
    let ended = drill(&folder, &[("DRILL_SHOP", "echo 'no database' >&2; exit 7")], &[]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    for said in ["no database", "the shop doesn't announce `merchant http://…`"] {
        assert!(ended.stderr.contains(said), "{said}: {ended:?}");
    }
}
