//! The shipped scenarios by the command line: listed by group, and copied so that an editor knows them.

use crate::harness::{Folder, run_in};

#[test]
fn the_list_goes_by_group() {
    let folder = Folder::new();
    let text = run_in(folder.path(), &["scenarios"]);
    assert_eq!(text.code, Some(0), "{text:?}");
    let headings: Vec<&str> = text
        .stdout
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with(' '))
        .filter_map(|line| line.split(':').next())
        .collect();
    assert_eq!(
        headings,
        ["basics", "outages", "callbacks", "money", "incidents", "capacity"]
    );
    let lines = run_in(folder.path(), &["scenarios", "list", "--format", "json"]);
    let first: serde_json::Value = serde_json::from_str(lines.stdout.lines().next().unwrap()).unwrap();
    assert_eq!((&first["name"], &first["group"]), (&"healthy".into(), &"basics".into()));
    assert!(lines.stdout.lines().count() >= 25, "{lines:?}");
}

#[test]
fn a_copy_is_good_and_names_the_schema_beside_it() {
    let folder = Folder::new();
    let copied = run_in(folder.path(), &["scenarios", "copy", "lost-answers"]);
    assert_eq!(
        (copied.code, copied.stdout.as_str()),
        (Some(0), "lost-answers.yaml\n"),
        "{copied:?}"
    );
    let text = std::fs::read_to_string(folder.path().join("lost-answers.yaml")).unwrap();
    let schema = text
        .lines()
        .next()
        .unwrap()
        .strip_prefix("# yaml-language-server: $schema=")
        .unwrap();
    let schema = std::fs::read_to_string(folder.path().join(schema)).unwrap();
    assert_eq!(schema, run_in(folder.path(), &["schema"]).stdout);
    assert_eq!(run_in(folder.path(), &["check", "lost-answers.yaml"]).code, Some(0));
    // What was changed since is not lost.
    let again = run_in(folder.path(), &["scenarios", "copy", "lost-answers"]);
    assert_eq!(again.code, Some(2), "{again:?}");
    assert!(again.stderr.contains("move the one that is there away"), "{again:?}");
    assert_eq!(
        std::fs::read_to_string(folder.path().join("lost-answers.yaml")).unwrap(),
        text
    );
}
