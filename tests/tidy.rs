//! The house rules that a machine can check: arrows between rooms, lengths of files and functions, banned words and
//! crates. Each failure names the place and the rule.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// A file of ours may have this many lines, its tests not counted. The soft limit is 400.
const FILE_LINES_MAX: usize = 500;
/// A function of ours may have this many lines, tests not counted. The soft limit is 60.
const FUNCTION_LINES_MAX: usize = 80;

/// Which room may use which: the tower of `README.md`. A new arrow needs a reason in its commit.
const ARROWS: [(&str, &[&str]); 9] = [
    ("scenarios", &[]),
    ("ledger", &[]),
    ("measure", &[]),
    // An independent witness: what it agrees on with the gateway, two have understood alike.
    ("sample-merchant", &[]),
    ("protocol", &["ledger"]),
    ("simulator", &["scenarios", "protocol", "ledger"]),
    ("loadgen", &["measure", "scenarios", "protocol", "ledger"]),
    ("dashboards", &["measure", "protocol"]),
    (
        "paydrill",
        &[
            "dashboards",
            "ledger",
            "loadgen",
            "measure",
            "protocol",
            "scenarios",
            "simulator",
        ],
    ),
];

/// Crates that must never be built into paydrill, with the reason.
const BANNED_CRATES: [(&str, &str); 8] = [
    ("ring", "one crypto provider: aws-lc-rs"),
    ("openssl", "TLS is rustls"),
    ("openssl-sys", "TLS is rustls"),
    ("native-tls", "TLS is rustls"),
    ("serde_yml", "unsound, RUSTSEC-2025-0068"),
    ("serde_yaml", "deprecated"),
    ("yaml-rust", "unmaintained, RUSTSEC-2024-0320"),
    ("headless_chrome", "goose's PDF reports stay off"),
];

/// Licences that a dependency may have, as SPDX words; an expression passes if one of its `OR` branches does.
const LICENCES: [&str; 14] = [
    "0BSD",
    "MIT",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

#[test]
fn arrows_point_downwards() {
    let metadata = metadata();
    let ours: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    let mut wrong = Vec::new();
    for package in metadata.workspace_packages() {
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == package.name.as_str()) else {
            wrong.push(format!("`{}` has no row in ARROWS", package.name));
            continue;
        };
        for dependency in &package.dependencies {
            if ours.contains(dependency.name.as_str()) && !allowed.contains(&dependency.name.as_str()) {
                wrong.push(format!("`{}` must not use `{}`", package.name, dependency.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_tree_holds_no_banned_crate_and_no_strange_licence() {
    let mut wrong = Vec::new();
    for (name, licence) in tree() {
        if let Some((_, reason)) = BANNED_CRATES.iter().find(|(banned, _)| *banned == name) {
            wrong.push(format!("`{name}` is banned: {reason}"));
        }
        if !licence_passes(&licence) {
            wrong.push(format!("`{name}` has licence `{licence}`"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_and_functions_are_short() {
    let mut wrong = Vec::new();
    for (path, text) in rust_files() {
        let code = without_tests(&path, &text);
        let lines = code.lines().count();
        if lines > FILE_LINES_MAX {
            wrong.push(format!("{}: {lines} lines, at most {FILE_LINES_MAX}", path.display()));
        }
        for (line, name, length) in functions(&code) {
            if length > FUNCTION_LINES_MAX {
                wrong.push(format!(
                    "{}:{line}: fn {name} has {length} lines, at most {FUNCTION_LINES_MAX}",
                    path.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_says_what_it_owns() {
    let wrong: Vec<String> = rust_files()
        .into_iter()
        .filter(|(path, text)| !path.ends_with("tests.rs") && !text.starts_with("//!"))
        .map(|(path, _)| format!("{}: opens without `//!`", path.display()))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_word_that_does_not_belong() {
    // Spelt in pieces, so that this table does not find itself.
    let words = [
        (concat!("#[", "allow("), "use #[expect(lint, reason = \"…\")]"),
        (concat!("#[", "ignore"), "a test that does not run asserts nothing"),
        (concat!("```", "ignore"), "examples run; `no_run` at most"),
        (concat!("todo", "!("), "finish it"),
        (concat!("unimplemented", "!("), "finish it"),
        (concat!("FIX", "ME"), "fix it"),
        (concat!("thread::", "sleep("), "wait in virtual time, or on an event"),
    ];
    let mut wrong = Vec::new();
    for (path, text) in rust_files() {
        for (number, line) in text.lines().enumerate() {
            for (word, remedy) in words {
                if line.contains(word) && !line.contains("// tidy: ") {
                    wrong.push(format!("{}:{}: `{word}`: {remedy}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_attack_names_goose() {
    let wrong: Vec<String> = rust_files()
        .into_iter()
        .filter(|(path, _)| path.starts_with("loadgen/src") && !path.ends_with("attack.rs"))
        .filter(|(_, text)| text.lines().any(|line| line.contains("goose::")))
        .map(|(path, _)| format!("{}: names goose; only loadgen/src/attack.rs may", path.display()))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_source_names_the_yaml_parser() {
    let wrong: Vec<String> = rust_files()
        .into_iter()
        .filter(|(path, _)| !path.ends_with("scenarios/src/source.rs") && !path.starts_with("tests"))
        .filter(|(_, text)| {
            text.lines()
                .any(|line| line.contains("saphyr") && !line.trim_start().starts_with("//"))
        })
        .map(|(path, _)| {
            format!(
                "{}: names the YAML parser; only scenarios/src/source.rs may",
                path.display()
            )
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_readme_shows_the_dashboard_as_it_is() {
    let read = |name: &str| fs::read_to_string(root().join(name)).expect("it is there");
    let picture = read("docs/dashboard.txt");
    assert!(
        read("README.md").contains(picture.trim_end()),
        "copy docs/dashboard.txt into README.md"
    );
}

#[test]
fn licence_expressions() {
    for (expression, passes) in [
        ("MIT", true),
        ("MIT OR Apache-2.0", true),
        ("MIT/Apache-2.0", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("MIT AND GPL-3.0", false),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT", true),
    ] {
        assert_eq!(licence_passes(expression), passes, "{expression}");
    }
}

fn metadata() -> cargo_metadata::Metadata {
    cargo_metadata::MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .other_options([
            "--filter-platform".into(),
            "x86_64-unknown-linux-gnu".into(),
            "--offline".into(),
        ])
        .exec()
        .expect("cargo metadata runs in a checkout whose dependencies are built")
}

/// Name and licence of every crate that is built into paydrill, whatever features of ours are on. `cargo metadata` also
/// lists optional crates that no feature of ours switches on; `cargo tree` does not.
fn tree() -> BTreeSet<(String, String)> {
    let output = std::process::Command::new(env!("CARGO"))
        .args([
            "tree",
            "--workspace",
            "--all-features",
            "--offline",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
        ])
        .args(["--no-dedupe", "--format", "{p}|{l}"])
        .current_dir(root())
        .output()
        .expect("cargo runs in a checkout whose dependencies are built");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("cargo writes UTF-8");
    let rows = text.lines().filter_map(|line| line.split_once('|'));
    let found: BTreeSet<_> = rows
        .filter_map(|(package, licence)| Some((package.split(' ').next()?.to_owned(), licence.trim().to_owned())))
        .collect();
    assert!(found.len() > 100, "the tree was found");
    found
}

fn licence_passes(expression: &str) -> bool {
    let flat = expression.replace(['(', ')'], "").replace('/', " OR ");
    flat.split(" AND ")
        .all(|part| part.split(" OR ").any(|word| LICENCES.contains(&word.trim())))
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file of ours, by its path from the root, in order.
fn rust_files() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = ["src", "tests", "simulator", "scenarios", "loadgen", "dashboards"]
        .iter()
        .map(|name| root().join(name))
        .collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("our folders can be read") {
            let path = entry.expect("our folders can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("our files are UTF-8");
                let short = path.strip_prefix(root()).expect("it is below the root").to_path_buf();
                found.push((short, text));
            }
        }
    }
    found.sort();
    assert!(found.len() > 20, "the tree was found");
    found
}

/// A file's text up to its `#[cfg(test)]` module; nothing of a file that is all tests.
fn without_tests(path: &Path, text: &str) -> String {
    // The sample merchant lives among the tests, and is code to be read.
    let path = path.strip_prefix("tests/sample-merchant").unwrap_or(path);
    let all_tests = path
        .components()
        .any(|part| part.as_os_str() == "tests" || part.as_os_str() == "benches")
        || path
            .file_stem()
            .is_some_and(|stem| stem == "tests" || stem.to_string_lossy().ends_with("_tests"));
    if all_tests {
        return String::new();
    }
    match text.find("\n#[cfg(test)]\nmod ") {
        Some(at) => text[..at].to_owned(),
        None => text.to_owned(),
    }
}

/// Line, name and length of each function, found by its indentation: rustfmt puts the closing brace below `fn`.
fn functions(code: &str) -> Vec<(usize, String, usize)> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let trimmed = line.trim_start();
        let Some(name) = function_name(trimmed) else { continue };
        let indent = &line[..line.len() - trimmed.len()];
        let end = lines[start..].iter().position(|line| *line == format!("{indent}}}"));
        if let Some(length) = end {
            found.push((start + 1, name.to_owned(), length + 1));
        }
    }
    found
}

fn function_name(line: &str) -> Option<&str> {
    let words = ["pub ", "pub(crate) ", "pub(super) ", "const ", "async ", "unsafe "];
    let mut rest = line;
    while let Some(shorter) = words.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = shorter;
    }
    let rest = rest.strip_prefix("fn ")?;
    rest.split(['(', '<']).next()
}
