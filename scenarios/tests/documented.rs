//! The examples of the documentation are scenarios: whoever copies one gets a file that reads.

use std::{fs, path::Path};

use scenarios::{Timeline, explain, read, triggers::Case};

/// Every fenced `yaml` block that starts with `name:`, with the line on which it starts.
fn examples(text: &str) -> Vec<(usize, String)> {
    let mut examples = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        if line.trim() == "```yaml" {
            let block = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```");
            let block: String = block.flat_map(|line| [line, "\n"]).collect();
            if block.starts_with("name:") {
                examples.push((at + 2, block));
            }
        }
    }
    examples
}

#[test]
fn documented_examples_read() {
    for (path, at_least) in [
        ("docs/scenarios.md", 8),
        ("docs/load.md", 3),
        ("docs/gateway.md", 1),
        ("README.md", 1),
    ] {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap();
        let examples = examples(&text);
        assert!(
            examples.len() >= at_least,
            "{path} holds {} examples, not {at_least}",
            examples.len()
        );
        for (line, example) in examples {
            let scenario = read(&format!("{path}, example from line {line}"), &example)
                .unwrap_or_else(|problems| panic!("{problems}"));
            assert!(!explain(&scenario, &Timeline::new(&scenario, None)).is_empty());
        }
    }
}

/// A tester reads the page and types an amount: it must be the one that the gateway knows.
#[test]
fn the_documented_cases_are_those_of_the_table() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/scenarios.md")).unwrap();
    let row = |case: Case| {
        let (amount, name, certifies, about) = (case.amount(), case.name(), case.certifies(), case.about());
        format!("| `{amount}` | `{name}` | {certifies} | {about} |\n")
    };
    let table: String = Case::all().map(row).collect();
    assert!(
        text.contains(&table),
        "docs/scenarios.md must hold this table:\n{table}"
    );
}

#[test]
fn only_fenced_blocks_that_start_with_a_name_are_examples() {
    let text = "```yaml\nname: a\n```\n\n```yaml\nload: {}\n```\n\n```sh\nname: b\n```\n";
    assert_eq!(examples(text), [(2, "name: a\n".to_owned())]);
}
