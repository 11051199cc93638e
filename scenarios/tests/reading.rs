//! Files from outside: every message of `bad/` is a snapshot, every file of `library/` reads, nothing panics.

use std::{fs, path::Path};

use proptest::{collection::vec, prelude::*, sample::Index};
use scenarios::{Problems, SIZE_LIMIT, library, read, read_bytes};

/// Every broken file gets all of its mistakes shown; each file's text is a picture of what a user sees.
#[test]
fn every_mistake_is_shown() {
    insta::glob!("bad/*.yaml", |path| {
        let bytes = fs::read(path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        let problems = read_bytes(name, &bytes).expect_err("a file in bad/ must not read");
        insta::assert_snapshot!(problems.render(false));
        let colourful = problems.render(true);
        assert!(colourful.contains("\u{1b}["), "colour was asked for");
        let hostile = |text: &str| text.chars().any(|letter| letter.is_control() && letter != '\n');
        assert!(
            !hostile(&problems.render(false)),
            "control characters of the file reach the terminal"
        );
    });
}

#[test]
fn library_files_read_without_problems() {
    let mut seen = 0;
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("library")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let stem = path.file_stem().unwrap().to_str().unwrap();
            let read = read_bytes(stem, &fs::read(&path).unwrap()).unwrap_or_else(|problems| panic!("{problems}"));
            let scenario = read.scenario;
            assert_eq!(scenario.name, stem);
            assert!(
                library::get(stem).is_some(),
                "{stem} is not in the list of shipped scenarios"
            );
            seen += 1;
        }
    }
    assert_eq!(seen, library::names().count());
}

#[test]
fn the_committed_schema_is_what_the_table_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("library/schema.json");
    let fresh = format!("{}\n", serde_json::to_string_pretty(&scenarios::schema()).unwrap());
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == fresh,
        "the schema is out of date: paydrill schema > scenarios/library/schema.json"
    );
}

#[test]
fn programs_get_the_same_problems_as_a_list() {
    let problems = read("rules.yaml", "name: x\nphases:\n  - {name: 健康, for: 3}\n").unwrap_err();
    insta::assert_snapshot!(serde_json::to_string_pretty(&problems).unwrap(), @r#"
    [
      {
        "severity": "error",
        "code": "bad_value",
        "message": "`3` lacks a unit",
        "file": "rules.yaml",
        "line": 3,
        "column": 21,
        "end_line": 3,
        "end_column": 22,
        "help": "write 3ms or 3s"
      }
    ]
    "#);
}

/// What a hostile file makes us say; the limits stop it early, so these are quick.
#[test]
fn huge_files_are_refused_by_the_name_of_the_limit() {
    let said = |text: &str| read("huge.yaml", text).unwrap_err();
    for (text, expected) in [
        (
            "# padding\n".repeat(200_001),
            "the file passes the size limit of 1048576 bytes (1 MiB)",
        ),
        ("k: v\n".repeat(4), "the key `k` stands here twice"),
        (
            (0..20_000).map(|key| format!("k{key}: v\n")).collect(),
            "the file passes the limit of 10000 keys and values",
        ),
        (
            format!("[{}]", "a,".repeat(20_000)),
            "the file passes the limit of 10000 keys and values",
        ),
        ("---\na\n".repeat(100_000), "a second document starts here"),
        ("[".repeat(1_000_000), "pass the depth limit of 32"),
        ("{a: ".repeat(200_000), "pass the depth limit of 32"),
        ("- ".repeat(500_000), "pass the depth limit of 32"),
        ("? ".repeat(500_000), "pass the depth limit of 32"),
        (
            (0..5_000)
                .map(|depth| format!("{}a:\n", " ".repeat(depth % 200)))
                .collect(),
            "",
        ),
        (
            format!("name: {}", "x".repeat(1_000_000)),
            "`name` is longer than 100 characters",
        ),
        (
            format!("seed: {}", "9".repeat(1_000_000)),
            "is not a number that `seed` takes",
        ),
        (
            format!("name: &a [&b [{}]]", "*b,".repeat(10)),
            "this alias stands for something that holds the alias itself",
        ),
    ] {
        let problems = said(&text);
        let rendered = problems.render(false);
        assert!(rendered.contains(expected), "{expected:?} is missing in\n{rendered}");
        assert!(rendered.len() < 100_000, "{} bytes of message", rendered.len());
    }
    assert!(read("max.yaml", &format!("name: max\n{}", "#".repeat(SIZE_LIMIT - 10))).is_ok());
}

#[test]
fn a_file_full_of_mistakes_lists_the_first_hundred() {
    let text: String = (0..300).map(|key| format!("wrong{key}: x\n")).collect();
    let problems = read("many.yaml", &text).unwrap_err();
    assert_eq!((problems.list.len(), problems.more), (Problems::MOST, 201));
    assert!(
        problems
            .render(false)
            .ends_with("many.yaml: 301 problems, of which the first 100 are shown\n")
    );
}

/// Pieces that random files are made of: words of the format, so that a random file gets past the first key.
const PIECES: [&str; 44] = [
    "name: x\n",
    "rules:\n",
    "  - ",
    "{",
    "}",
    "[",
    "]",
    ": ",
    ", ",
    "on: callback",
    "payLink",
    "ledger: apply",
    "skip",
    "reply: ",
    "reset",
    "delay",
    "1s",
    "20%",
    "1/3",
    "phases:\n",
    "for: 3s",
    "expect:\n",
    "p99 < 3ms",
    "in all",
    "&a ",
    "*a",
    "<<",
    "!!str ",
    "\"",
    "'",
    "|\n",
    ">-\n",
    "\n",
    "\t",
    "\r\n",
    "#",
    "---\n",
    "...\n",
    "%",
    "健康",
    "\u{feff}",
    "200/s",
    "load: ",
    "constant",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn random_bytes_never_panic(bytes in vec(any::<u8>(), 0..400)) {
        judge(&bytes);
    }

    #[test]
    fn random_pieces_never_panic(pieces in vec(0..PIECES.len(), 0..60)) {
        let text: String = pieces.into_iter().map(|piece| PIECES[piece]).collect();
        judge(text.as_bytes());
    }

    #[test]
    fn mutated_library_files_never_panic(
        file in any::<Index>(),
        changes in vec((any::<Index>(), any::<Index>(), 0..PIECES.len(), any::<bool>()), 1..6),
    ) {
        let names: Vec<&str> = library::names().collect();
        let mut text = library::get(names[file.index(names.len())]).unwrap().text.as_bytes().to_vec();
        for (at, to, piece, insert) in changes {
            let (a, b) = (at.index(text.len() + 1), to.index(text.len() + 1));
            let piece = PIECES[piece].as_bytes();
            if insert {
                text.splice(a..a, piece.iter().copied());
            } else {
                // Up to forty bytes vanish.
                let end = a.max(b.min(a + 40));
                text.splice(a..end, []);
            }
        }
        judge(&text);
    }
}

/// Whatever the bytes, there is a scenario or a list of problems that can be shown and lie within the file.
fn judge(bytes: &[u8]) {
    if let Err(problems) = read_bytes("random.yaml", bytes) {
        assert!(!problems.list.is_empty());
        for problem in &problems.list {
            assert!(
                problem.span.start <= problem.span.end && problem.span.end <= problems.source.len(),
                "{problem:?}"
            );
        }
        problems.render(true);
        serde_json::to_string(&problems).expect("problems can be written as JSON");
    }
}
