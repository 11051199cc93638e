//! Stories of orders whose lines are made up.

use measure::sample::Class;

use super::*;

const ORDERS: &str = r#"{"number":"T-7","amount":"12.30","open":"hidden","open_detail":"reset","ledger":"paid","callback":"acknowledged"}
{"number":"T-70","amount":"1.00","open":"opened"}
"#;

fn journal_line(seq: u64, subject: &str, operation: &str, more: &str) -> String {
    format!(
        r#"{{"seq":{seq},"time_us":{},"gateway_time_ms":0,"phase":"a","shop":1,"operation":"{operation}","subject":"{subject}","attempt":1,"status":200,"outcome":"answered","bytes_in":1,"bytes_out":1,"took_us":2000,"injected_us":0{more}}}"#,
        seq * 1_000_000
    )
}

/// A folder of a test's own, taken away at its end.
struct Folder(std::path::PathBuf);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        let path = std::env::temp_dir().join(format!("paydrill-story-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        for (name, text) in files {
            std::fs::write(path.join(name), text).unwrap();
        }
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone_already = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_folder_tells_of_its_orders_and_no_others() {
    let rule = r#","rules":{"outcome":{"rule":0,"name":"lost","draw":1}},"reason":"reset: as decided""#;
    let journal = [
        journal_line(1, "T-7", "payLink", rule),
        journal_line(2, "T-70", "payLink", ""),
        journal_line(3, "T-7", "callback", ""),
        "no line".to_owned(),
    ];
    let folder = Folder::with(&[("orders.jsonl", ORDERS), ("journal.jsonl", &journal.join("\n"))]);
    let story = of_folder(&folder.0, "T-7").unwrap();
    assert_eq!(
        (story.order.as_str(), story.title.as_str()),
        ("T-7", "12.30: hidden (reset), ledger paid, callback acknowledged")
    );
    let lines: Vec<String> = story
        .lines
        .iter()
        .map(|line| format!("{} {} {} {:?}", line.at, line.who, line.what, line.tone))
        .collect();
    assert_eq!(
        lines,
        [
            "+0.000 s shop payLink 1: answered HTTP 200: reset: as decided, 2 ms, by lost Warn",
            "+2.000 s gateway callback 1: answered HTTP 200, 2 ms Plain",
        ]
    );
    assert!(
        of_folder(&folder.0, "T-8")
            .unwrap_err()
            .contains("says nothing of order T-8")
    );
}

#[test]
fn a_picture_tells_what_it_saw_fail() {
    let failure = |order: &str, expected| Failure {
        seq: 1,
        at_us: 1_500_000,
        operation: "payLink".to_owned(),
        phase: 0,
        class: Class::Reset,
        expected,
        order: order.to_owned(),
        response_us: 7_000,
    };
    let failures = [failure("T-1", true), failure("T-2", false), failure("T-1", false)];
    let story = of_failures(&failures, "T-1").unwrap();
    let tones: Vec<Tone> = story.lines.iter().map(|line| line.tone).collect();
    assert_eq!(tones, [Tone::Warn, Tone::Bad]);
    assert_eq!(story.lines[0].what, "payLink: reset after 7 ms");
    assert_eq!(of_failures(&failures, "T-3"), None);
}
