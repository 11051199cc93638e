//! The load alone, against a gateway of its own process.

use crate::harness::{Folder, Gateway, machine, run_in};

#[test]
fn with_the_admin_port_every_order_is_audited_and_every_rule_counted() {
    let _alone = machine();
    let folder = Folder::new();
    let gateway = Gateway::start(&["healthy"], &[]);
    let (target, admin) = (gateway.url.as_str(), gateway.admin.as_str());
    // Twice: the second load finds the first one's orders in the ledger, and leaves them out of its audit.
    for out in ["first", "second"] {
        let arguments = [
            "load",
            "lost-answers",
            "--target",
            target,
            "--admin",
            admin,
            "--for",
            "6s",
            "--out",
            out,
        ];
        let ended = run_in(folder.path(), &arguments);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let summary = folder.json(&format!("{out}/summary.json"));
        assert_eq!(summary["audit"]["judged"], true, "{summary}");
        assert_eq!(summary["audit"]["difference_count"], 0, "{summary}");
        assert_eq!(summary["audit"]["orders"], summary["arrivals"]["offered"], "{summary}");
        let rules = summary["rules"].as_array().expect("there are rules");
        let lost = rules
            .iter()
            .find(|rule| rule["name"] == "lost-after-commit")
            .expect("the rule is listed");
        assert!(lost["decided"].as_u64() > Some(0), "{lost}");
        assert!(rules.iter().all(|rule| rule["agree"] == true), "{rules:?}");
    }
}

#[test]
fn without_the_admin_port_nothing_is_audited_and_the_result_says_so() {
    let _alone = machine();
    let folder = Folder::new();
    let gateway = Gateway::start(&["healthy"], &[]);
    let arguments = [
        "load",
        "healthy",
        "--target",
        &gateway.url,
        "--for",
        "3s",
        "--out",
        "out",
    ];
    let ended = run_in(folder.path(), &arguments);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let summary = folder.json("out/summary.json");
    assert_eq!(summary["audit"]["judged"], false, "{summary}");
    let verdicts = summary["expectations"].as_array().expect("there are expectations");
    assert!(
        verdicts.iter().any(|judged| judged["verdict"] == "not_judged"),
        "books can't be seen: {summary}"
    );

    let strict = [&arguments[..6], &["--out", "strict", "--strict"]].concat();
    assert_eq!(
        run_in(folder.path(), &strict).code,
        Some(99),
        "--strict fails what could not be judged"
    );
}

#[test]
fn a_gateway_that_dies_is_a_failed_run_with_a_whole_folder() {
    let _alone = machine();
    let folder = Folder::new();
    let gateway = Gateway::start(&["healthy"], &[]);
    let target = gateway.url.clone();
    let killer = std::thread::spawn(move || {
        crate::harness::pause(std::time::Duration::from_millis(2_500));
        drop(gateway);
    });
    let ended = run_in(
        folder.path(),
        &["load", "healthy", "--target", &target, "--for", "5s", "--out", "out"],
    );
    killer.join().expect("it ends");
    assert_eq!(ended.code, Some(99), "{ended:?}");
    let summary = folder.json("out/summary.json");
    let refused = summary["classes"]
        .as_array()
        .expect("there are classes")
        .iter()
        .find(|row| row["class"] == "refused");
    assert_eq!(
        refused.expect("connections were refused")["expected"],
        false,
        "{summary}"
    );
}
