//! The guide "connect your shop in five minutes": its examples run against the real gateway, believe no forgery, and
//! stand in the guide word for word.

pub(crate) mod meddler;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use serde_json::Value;

use crate::harness::{Ended, Folder, Gateway, PATIENCE, has, machine, pause, run_in, wait};
use meddler::{Meddler, ask};

/// What `serve` knows without a scenario's shops.
const TOKEN: &str = "sandbox-token-10001";

/// Nobody pays on their own.
const NOBODY: &str = "\
name: nobody
phases: [{name: steady, for: 60s}]
";

/// An example of the guide.
struct Example {
    file: &'static str,
    /// The word in a code block of the guide.
    language: &'static str,
    /// The variable that names a CA to trust.
    trust: &'static str,
    /// What runs it, and what it needs beside.
    programs: &'static [&'static str],
}

const CURL: Example = Example {
    file: "curl.sh",
    language: "bash",
    trust: "CURL_CA_BUNDLE",
    programs: &["bash", "curl", "openssl"],
};
const PYTHON: Example = Example {
    file: "connect.py",
    language: "python",
    trust: "SSL_CERT_FILE",
    programs: &["python3"],
};
const NODE: Example = Example {
    file: "connect.mjs",
    language: "js",
    trust: "NODE_EXTRA_CA_CERTS",
    programs: &["node"],
};
const PHP: Example = Example {
    file: "connect.php",
    language: "php",
    trust: "SSL_CERT_FILE",
    programs: &["php"],
};
const EXAMPLES: [Example; 4] = [CURL, PYTHON, NODE, PHP];

impl Example {
    /// Runs it to its end, with nothing of our own environment's settings or proxies.
    fn run(&self, gateway: &str, admin: &str, token: &str, ca: Option<&str>) -> Ended {
        let mut command = Command::new(self.programs[0]);
        for (name, _) in std::env::vars_os() {
            let lower = name.to_string_lossy().to_lowercase();
            if lower.starts_with("paydrill_") || lower.ends_with("_proxy") {
                command.env_remove(name);
            }
        }
        let mut child = command
            .env_remove(self.trust)
            .envs(ca.map(|ca| (self.trust, ca)))
            .arg(self.file)
            .current_dir(docs().join("connect"))
            .env("PAYDRILL_GATEWAY", gateway)
            .env("PAYDRILL_ADMIN", admin)
            .env("SHOP_ID", "10001")
            .env("SHOP_TOKEN", token)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the tool was found");
        wait(&mut child);
        Ended::from(child.wait_with_output().expect("it has ended"))
    }
}

/// Runs it against a good wallet, and looks at what the gateway thinks of it; over https only with its CA.
fn pays(example: &Example) {
    if !example.programs.iter().all(|program| has(program)) {
        return;
    }
    let gateway = Gateway::start(&[], &[]);
    let ended = example.run(&gateway.url, &gateway.admin, TOKEN, None);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let number = ended.stdout.lines().last().and_then(|line| line.strip_prefix("paid "));
    let number = number.unwrap_or_else(|| panic!("it prints `paid NUMBER` last: {ended:?}"));
    let order = order(&gateway, number);
    assert_eq!(order["status"], "paid", "{order}");
    assert!(ended.stdout.contains("the customer pays here: http"), "{ended:?}");

    let trusting = example.run(&gateway.tls_url, &gateway.admin, TOKEN, Some(&gateway.ca));
    assert_eq!(trusting.code, Some(0), "{trusting:?}");
    let suspicious = example.run(&gateway.tls_url, &gateway.admin, TOKEN, None);
    assert_eq!(suspicious.code, Some(1), "{suspicious:?}");

    let refused = example.run(&gateway.url, &gateway.admin, "another-token", None);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("failed: payLink was refused"), "{refused:?}");
    assert_eq!(refused.stdout, "");
}

/// The order with this number.
fn order(gateway: &Gateway, number: &str) -> Value {
    let (status, page) = ask(&gateway.admin, "GET", &format!("/orders?number={number}"), "");
    assert_eq!(status, 200, "{page}");
    let page: Value = serde_json::from_str(&page).expect("the admin port speaks JSON");
    page["orders"][0].clone()
}

/// Runs it through somebody in the middle, who first falsifies an answer and then, in another run, sends callbacks that
/// must not be believed before the order is paid.
fn believes_nobody(example: &Example) {
    if !example.programs.iter().all(|program| has(program)) {
        return;
    }
    let folder = Folder::new();
    let gateway = Gateway::start(&[&folder.write("nobody.yaml", NOBODY)], &[]);
    let falsifier = Meddler::start(&gateway, |answer| {
        answer
            .replace("shop_deposit", "shop_robbery")
            .replace("cashier", "robbery")
    });
    let ended = example.run(&falsifier.url, &falsifier.url, TOKEN, None);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(
        ended.stderr.contains("failed: the answer to payLink has a wrong sign"),
        "{ended:?}"
    );
    assert_eq!(ended.stdout, "", "nobody is sent to a false address");

    let forger = Meddler::start(&gateway, str::to_owned);
    let ended = example.run(&forger.url, &forger.url, TOKEN, None);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let replies = forger.replies();
    for (forgery, reply) in &replies {
        assert!(!reply.contains("success"), "{forgery} is acknowledged: {reply}");
    }
    if example.file == CURL.file {
        assert!(replies.is_empty(), "it gives no callback URL");
        return;
    }
    assert_eq!(replies.len(), meddler::FORGERIES, "{replies:?}");
    let number = ended
        .stdout
        .lines()
        .last()
        .and_then(|line| line.strip_prefix("paid "))
        .expect("it is paid");
    let until = Instant::now() + PATIENCE;
    while order(&gateway, number)["callback"]["state"] != "acknowledged" {
        assert!(Instant::now() < until, "the real callback is acknowledged");
        pause(std::time::Duration::from_millis(20));
    }
}

#[test]
fn curl_pays() {
    let _alone = machine();
    pays(&CURL);
    believes_nobody(&CURL);
}

#[test]
fn python_pays() {
    let _alone = machine();
    pays(&PYTHON);
    believes_nobody(&PYTHON);
}

#[test]
fn node_pays() {
    let _alone = machine();
    pays(&NODE);
    believes_nobody(&NODE);
}

#[test]
fn php_pays() {
    let _alone = machine();
    pays(&PHP);
    believes_nobody(&PHP);
}

/// What the guides show of an example is its own text, so what runs above is what a reader copies.
#[test]
fn the_guides_show_the_examples_as_they_are() {
    let mut shown = [[0; 4]; 2];
    for (guide, counts) in ["connect.md", "connect.zh.md"].into_iter().zip(&mut shown) {
        let text = read(&docs().join(guide));
        for (language, block) in blocks(&text) {
            let Some(at) = EXAMPLES.iter().position(|example| example.language == language) else {
                continue;
            };
            let example = read(&docs().join("connect").join(EXAMPLES[at].file));
            assert!(
                example.contains(&block),
                "{guide}: not in {}:\n{block}",
                EXAMPLES[at].file
            );
            counts[at] += 1;
        }
    }
    assert!(
        shown[0].iter().all(|count| *count > 0),
        "each example is shown: {shown:?}"
    );
    assert_eq!(shown[0], shown[1], "both guides show the same");
}

/// Both guides have the same parts in the same order, and their links lead somewhere.
#[test]
fn the_guides_agree_and_their_links_lead_somewhere() {
    let shapes = ["connect.md", "connect.zh.md"].map(|guide| {
        let text = read(&docs().join(guide));
        for target in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split([')', '#']).next())
        {
            let elsewhere = target.is_empty() || target.starts_with("https://");
            assert!(elsewhere || docs().join(target).exists(), "{guide}: no {target}");
        }
        let languages: Vec<String> = blocks(&text).into_iter().map(|(language, _)| language).collect();
        let headings: Vec<usize> = text
            .lines()
            .filter(|line| line.starts_with('#'))
            .map(|line| line.bytes().take_while(|byte| *byte == b'#').count())
            .collect();
        let rows = text.lines().filter(|line| line.starts_with('|')).count();
        (languages, headings, rows)
    });
    assert_eq!(shapes[0], shapes[1]);
    assert!(shapes[0].1.len() > 5, "they have parts: {shapes:?}");
}

/// A command line that a reader types starts with a command there is.
#[test]
fn the_guides_name_commands_there_are() {
    let text = read(&docs().join("connect.md"));
    let typed = blocks(&text).into_iter().filter(|(language, _)| language == "sh");
    let lines: Vec<String> = typed
        .flat_map(|(_, block)| block.lines().map(str::to_owned).collect::<Vec<_>>())
        .filter(|line| line.starts_with("paydrill "))
        .collect();
    assert!(lines.len() > 5, "{lines:?}");
    for line in lines {
        let command = line.split(' ').nth(1).expect("a command follows");
        let ended = run_in(&docs(), &[command, "--help"]);
        assert_eq!(ended.code, Some(0), "{line}: {ended:?}");
    }
}

/// The code blocks of a Markdown text with their languages; a line between fences is never a heading.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let inside: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            found.push((language.to_owned(), format!("{}\n", inside.join("\n"))));
        }
    }
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}
