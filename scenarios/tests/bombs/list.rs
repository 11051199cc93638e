//! The bombs, shared by the test that counts what refusing them costs and the bench that times it.

/// A file made to cost.
pub(crate) struct Bomb {
    /// What it does.
    pub(crate) name: &'static str,
    /// The file.
    pub(crate) bytes: Vec<u8>,
    /// What the first problem must say: the limit by its name, or what is wrong.
    pub(crate) says: &'static str,
    /// The line and the column of the first problem.
    pub(crate) at: (usize, usize),
}

/// Every one.
pub(crate) fn bombs() -> Vec<Bomb> {
    let row = |name, text: String, says, at| Bomb {
        name,
        bytes: text.into_bytes(),
        says,
        at,
    };
    let mut bombs = aliases(&row);
    bombs.extend(sizes(&row));
    bombs.extend(shapes(&row));
    bombs.push(Bomb {
        name: "UTF-16",
        bytes: "name: x\n"
            .repeat(100_000)
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect(),
        says: "the file is written in UTF-16",
        at: (1, 1),
    });
    bombs
}

type Row<'a> = &'a dyn Fn(&'static str, String, &'static str, (usize, usize)) -> Bomb;

const NODES: &str = "the limit of 10000 keys and values";
const SIZE: &str = "the size limit of 1048576 bytes (1 MiB)";
const DEPTH: &str = "the depth limit of 32";

fn aliases(row: Row<'_>) -> Vec<Bomb> {
    // Each line holds the one before nine times.
    let mut laughs = "a: &a [lol,lol,lol,lol,lol,lol,lol,lol,lol]\n".to_owned();
    for (before, name) in ('a'..='z').zip('b'..='z') {
        let nine = format!("*{before},").repeat(9);
        laughs += &format!("{name}: &{name} [{nine}]\n");
    }
    // One long list, again and again.
    let quadratic = format!("a: &a [{}]\nb: [{}]\n", "x,".repeat(4_000), "*a,".repeat(100_000));
    // Each anchor keeps all that the next one keeps.
    let nested: String = (0..30).map(|depth| format!("[&a{depth} ")).collect();
    let nested = format!("a: {nested}[{}]{}", "x,".repeat(9_000), "]".repeat(30));
    vec![
        row("billion laughs", laughs, NODES, (5, 8)),
        row("quadratic aliases", quadratic, NODES, (2, 8)),
        row(
            "nested anchors",
            nested,
            "what stands behind anchors passes the limit of 10000 keys and values",
            (1, 168),
        ),
        row(
            "alias of itself",
            "a: &a [*a]\n".repeat(1_000),
            "holds the alias itself",
            (1, 8),
        ),
        row(
            "200 aliases",
            format!("a: &a x\nb: [{}]\n", "*a,".repeat(200)),
            "the limit of 100 aliases",
            (2, 305),
        ),
    ]
}

fn sizes(row: Row<'_>) -> Vec<Bomb> {
    vec![
        row(
            "100 MB scalar",
            format!("name: {}", "x".repeat(100_000_000)),
            SIZE,
            (1, 1_048_577),
        ),
        row(
            "1 MB scalar",
            format!("name: {}", "x".repeat(1_048_000)),
            "`name` is longer than 100 characters",
            (1, 7),
        ),
        row(
            "1 MB key",
            format!("{}: x\n", "k".repeat(1_048_000)),
            "this is not YAML",
            (1, 1_048_001),
        ),
        row(
            "1 MB word",
            format!("name: x\ntriggers: {}\n", "w".repeat(1_048_000)),
            "is not a word of `triggers`",
            (2, 11),
        ),
        row(
            "1,000,000 keys",
            (0..1_000_000).map(|key| format!("k{key}: v\n")).collect(),
            SIZE,
            (105_427, 1),
        ),
        row(
            "50,000 keys",
            (0..50_000).map(|key| format!("k{key}: v\n")).collect(),
            NODES,
            (5_000, 8),
        ),
        row("1,000,000 documents", "---\na\n".repeat(1_000_000), SIZE, (349_526, 1)),
        row(
            "100,000 documents",
            "---\na\n".repeat(100_000),
            "a scenario file holds one document",
            (3, 1),
        ),
        row(
            "1,500 phases of mistakes",
            format!("name: x\nphases: [{}]\n", "{nome: y, fr: 3},".repeat(1_500)),
            "is not a key of a phase",
            (2, 11),
        ),
    ]
}

fn shapes(row: Row<'_>) -> Vec<Bomb> {
    let stairs = (0..1_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    vec![
        row("10,000 deep block", "- ".repeat(10_000), DEPTH, (1, 65)),
        row("1,000 stairs", stairs, DEPTH, (33, 33)),
        row("10,000 deep flow", "[".repeat(10_000), DEPTH, (1, 33)),
        row("10,000 deep flow maps", "{a: ".repeat(10_000), DEPTH, (1, 129)),
        row("10,000 deep keys", "? ".repeat(10_000), DEPTH, (1, 65)),
        row(
            "NUL",
            format!("name: x\n{}\u{0}", "# padding\n".repeat(100_000)),
            "U+0000",
            (100_002, 1),
        ),
        row(
            "tabs",
            format!("name: x\nphases:\n{}", "\t- {name: a}\n".repeat(70_000)),
            "tab",
            (3, 2),
        ),
        row(
            "open quote",
            format!("name: \"{}", "x\n".repeat(500_000)),
            "not YAML",
            (1, 7),
        ),
    ]
}
