//! Journeys of one's own: real gateway, real shop, and a load that goes through both as a shopper does.

use serde_json::Value;

use crate::{
    guide::meddler::ask,
    harness::{Ended, Folder, Gateway, machine, run_in},
    merchant::Merchant,
};

/// Two phases, the second with a wallet that opens orders late.
const BUY: &str = "\
name: buy
payers: {pay_after: 200ms}
phases:
  - {name: quick, for: 2s}
  - {name: late, for: 2s, rules: [{name: late, on: payLink, reply: {delay: 150ms}}]}
journeys:
  - name: buy
    steps:
      - post: /checkout
        headers: {Idempotency-Key: \"${uuid}\"}
        json: {sku: \"${sku}\", price: \"${price}\"}
        take: {order: /order/id, pay: /pay_url}
        check: {status: 200, /order/sku: \"${sku}\"}
      - pay: \"${pay}\"
      - {get: \"/orders/${order}\", until: {/status: paid}, every: 100ms, within: 20s}
load: {arrivals: [{constant: 20/s}], drain: 20s}
";
const GOODS: &str = "sku,price\nA1,1.25\nB2,99.00\nC3,7.77\n";
const DELAY_MS: f64 = 150.0;

/// A gateway and a shop that are good to each other.
fn street() -> (Gateway, Merchant) {
    let gateway = Gateway::start(&["--quiet"], &[]);
    let shop = Merchant::start(&gateway.url, &[]);
    (gateway, shop)
}

fn load(folder: &Folder, (gateway, shop): &(Gateway, Merchant), file: &str, more: &[&str]) -> Ended {
    let arguments = ["load", file, "--target", &shop.url, "--admin", &gateway.admin];
    run_in(
        folder.path(),
        &[&arguments[..], &["--headless", "--out", "out"], more].concat(),
    )
}

/// Every order of the gateway's ledger.
fn orders(gateway: &Gateway) -> Vec<Value> {
    let (status, page) = ask(&gateway.admin, "GET", "/orders?limit=1000", "");
    assert_eq!(status, 200, "{page}");
    let page: Value = serde_json::from_str(&page).expect("the admin port speaks JSON");
    page["orders"].as_array().expect("a list").clone()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("a number, not {value}"))
}

#[test]
fn a_waterfall_tells_where_the_time_went_phase_by_phase() {
    let _alone = machine();
    let folder = Folder::new();
    let street = street();
    let (file, feed) = (folder.write("buy.yaml", BUY), folder.write("goods.csv", GOODS));
    let ended = load(&folder, &street, &file, &["--wallet", &street.0.url, "--feed", &feed]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let summary = folder.json("out/summary.json");
    let falls = summary["waterfall"].as_array().expect("there are waterfalls");
    let told: Vec<_> = falls
        .iter()
        .map(|fall| (&fall["journey"], &fall["phase"], &fall["at"]))
        .collect();
    let phases = ["quick", "late"].into_iter();
    let expected = phases.flat_map(|phase| ["p50", "p90", "p99"].map(|at| ("buy", phase, at)));
    assert_eq!(told.len(), 6, "{told:?}");
    assert!(
        told.iter()
            .zip(expected)
            .all(|(told, (journey, phase, at))| *told.0 == journey && *told.1 == phase && *told.2 == at)
    );
    for fall in falls {
        let parts = fall["parts"].as_array().expect("parts");
        let sum: f64 = parts.iter().map(|part| number(&part["ms"])).sum();
        let whole = number(&fall["whole_ms"]);
        assert!((sum - whole).abs() <= whole / 100.0, "{sum} of {whole}: {fall}");
        let of = |name: &str| number(&parts.iter().find(|part| part["part"] == name).expect("every part")["ms"]);
        assert!(of("payer") > 0.0, "{fall}");
        match (fall["phase"].as_str(), fall["at"].as_str()) {
            (Some("quick"), Some("p50")) => assert!(of("injected") < 1.0, "{fall}"),
            (Some("late"), Some("p50")) => {
                assert!((of("injected") - DELAY_MS).abs() < DELAY_MS / 5.0, "{fall}");
            }
            _ => {}
        }
    }
    let started = summary["arrivals"]["started"].as_u64();
    assert_eq!(started, Some(80), "{summary}");
    let tours = folder.lines("out/journeys.jsonl");
    assert_eq!(Some(tours.len() as u64), started);
    assert!(tours.iter().all(|tour| tour["class"] == "ok"), "{tours:?}");
    // Each row of the feed was bought, and nothing else.
    let amounts: Vec<String> = orders(&street.0)
        .iter()
        .map(|order| order["amount"].to_string())
        .collect();
    for (price, count) in [("1.25", 27), ("99.00", 27), ("7.77", 26)] {
        let bought = amounts
            .iter()
            .filter(|amount| amount.starts_with(&format!("\"{price}")))
            .count();
        assert_eq!(bought, count, "{price}: {amounts:?}");
    }
}

#[test]
fn what_a_file_gets_wrong_is_told_with_its_step() {
    let _alone = machine();
    let street = street();
    let good = BUY.replace("${sku}", "A1").replace("${price}", "1.25");
    let buy = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replace(from, to)
    };
    let wallet: &[&str] = &["--wallet", &street.0.url];
    // Whether the run began, and so left a folder.
    for (text, more, began, said) in [
        (
            buy("/orders/${order}", "/orders/${number}"),
            wallet,
            false,
            &["step `GET /orders/${number}`", "`${number}`"][..],
        ),
        (BUY.to_owned(), wallet, false, &["step `POST /checkout`", "`${sku}`"]),
        (
            buy("order: /order/id", "order: /order/number"),
            wallet,
            true,
            &["step `POST /checkout`", "`take` wants `order` from /order/number"],
        ),
        (good.clone(), &[], true, &["step `pay`", "`--wallet http://…`"]),
    ] {
        let folder = Folder::new();
        let file = folder.write("buy.yaml", &text);
        let ended = load(&folder, &street, &file, more);
        assert_eq!(ended.code, Some(2), "{said:?}: {ended:?}");
        for said in said {
            assert!(ended.stderr.contains(said), "{said}: {ended:?}");
        }
        let out = folder.path().join("out");
        assert_eq!(out.exists(), began, "{said:?}");
        for file in ["summary.json", "report.html", "junit.xml", "journeys.jsonl"] {
            assert_eq!(out.join(file).exists(), began, "{file}: {said:?}");
        }
    }
    let folder = Folder::new();
    let ended = run_in(folder.path(), &["run", &folder.write("buy.yaml", BUY), "--headless"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(
        ended
            .stderr
            .contains("`paydrill load FILE --target SHOP --admin ADMIN`"),
        "{ended:?}"
    );
    assert!(!folder.path().join("paydrill-runs").exists(), "nothing is left");
}
