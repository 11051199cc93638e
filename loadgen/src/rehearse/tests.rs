use scenarios::read;

use super::*;

fn rehearsed(text: &str, orders: Option<u64>) -> Rehearsed {
    let scenario = read("test", text).unwrap_or_else(|problems| panic!("{problems}"));
    rehearse(&Rehearsal {
        scenario: Arc::new(scenario),
        length: None,
        orders,
        prefix: "T".to_owned(),
    })
    .unwrap()
}

fn decided(rehearsed: &Rehearsed, rule: &str) -> u64 {
    let mut rules = rehearsed.summary.rules.iter();
    rules.find(|row| row.name == rule).map_or(0, |row| row.decided)
}

#[test]
fn a_good_wallet_pays_and_calls_back_as_payers_do() {
    let text = "name: x\npayers: {pay_after: 2s, outcomes: {pay: 50%, abandon: 30%, decline: 20%}}\nphases: [{name: a, for: 10s}]\nload: {arrivals: [{constant: 100/s}]}\nexpect: [success >= 100% in a, every paid order called back within 1s, p99 < 1ms in a, books balance]\n";
    let found = rehearsed(text, None);
    let PayerCounts { pay, abandon, decline } = found.payers;
    assert_eq!(pay + abandon + decline, 1_000);
    assert!(
        (450..550).contains(&pay) && (250..350).contains(&abandon),
        "{pay} {abandon}"
    );
    assert_eq!(found.summary.callbacks.acknowledged, pay);
    assert_eq!(found.attempts.len(), 1);
    assert_eq!(found.summary.verdict, measure::verdict::Verdict::Met);
    let verdicts = found.summary.expectations.iter().map(|judged| judged.verdict.word());
    assert_eq!(verdicts.collect::<Vec<_>>(), ["met", "met", "met", "not judged"]);
    let paid = found.fates.iter().filter(|(_, fate)| *fate == Fate::Paid).count() as u64;
    assert_eq!(paid, pay);
}

#[test]
fn the_same_rehearsal_gives_the_same_result_and_as_many_orders_as_asked() {
    let text = "name: x\nseed: 7\npayers: {}\nrules: [{name: busy, chance: 20%, ledger: skip, reply: {status: 503}}]\nphases: [{name: a, for: 10s}]\nload: {arrivals: [{constant: 10/s}]}\n";
    for orders in [1, 7, 100, 1_000] {
        let found = rehearsed(text, Some(orders));
        assert_eq!(found, rehearsed(text, Some(orders)));
        assert_eq!(found.summary.arrivals.offered, orders);
    }
    assert_eq!(rehearsed(text, None), rehearsed(text, Some(100)));
}

/// Ten users who wait a second for their payment and think for one: five orders a second.
#[test]
fn a_crowd_comes_again_when_it_is_done() {
    let of = |payers: &str, load: &str| {
        let text = format!("name: x\n{payers}phases: [{{name: a, for: 10s}}]\nload: {{{load}}}\n");
        rehearsed(&text, None).summary.arrivals.offered
    };
    let pays = "payers: {pay_after: 1s, outcomes: {pay: 100%, abandon: 0%, decline: 0%}}\n";
    let leaves = "payers: {outcomes: {pay: 1%, abandon: 99%, decline: 0%}}\nseed: 3\n";
    for (payers, load, orders) in [
        (pays, "users: 10, think: 1s", 50),
        (pays, "users: 10", 100),
        // Nobody waits where nobody pays.
        ("", "users: 10, think: 500ms", 195),
        (leaves, "users: 10, think: 1s, patience: 4s", 20),
    ] {
        assert_eq!(of(payers, load), orders, "{load}");
    }
}

#[test]
fn each_word_leads_to_what_the_load_would_see() {
    let ends = |rule: &str| {
        let text = format!(
            "name: x\npayers: {{pay_after: 1s}}\nphases: [{{name: a, for: 5s, rules: [{rule}]}}]\nload: {{arrivals: [{{constant: 20/s}}]}}\n"
        );
        let found = rehearsed(&text, None);
        let classes = found.summary.classes.iter();
        let classes: Vec<String> = classes
            .map(|row| {
                format!(
                    "{} {}{}",
                    row.class.word(),
                    row.count,
                    if row.expected { "" } else { " !" }
                )
            })
            .collect();
        classes.join(", ")
    };
    for (rule, expected) in [
        ("{on: balance, reply: {delay: 1s}}", "ok 200"),
        ("{on: payLink, ledger: apply, reply: reset}", "reset 100, ok 100"),
        ("{on: payLink, ledger: skip, reply: empty}", "declined 100, empty 100"),
        ("{on: payLink, ledger: apply, reply: hang}", "timeout 100, ok 100"),
        ("{on: payLink, ledger: apply, reply: garbage}", "protocol 100, ok 100"),
        (
            "{on: payLink, ledger: apply, reply: {truncate: 50%}}",
            "protocol 100, ok 100",
        ),
        (
            "{on: payLink, ledger: skip, reply: {status: 429}}",
            "http_4xx 100, declined 100",
        ),
        ("{on: payLink, ledger: {refuse: system_error}}", "declined 100"),
        ("{on: payLink, reply: {delay: 11s}}", "timeout 100, ok 100"),
    ] {
        let found = ends(rule);
        let mut parts: Vec<&str> = found.split(", ").collect();
        let mut wanted: Vec<&str> = expected.split(", ").collect();
        parts.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(parts, wanted, "{rule}");
    }
}

#[test]
fn callbacks_are_late_copied_dropped_forged_and_held_as_rules_say() {
    let found = |callback: &str| {
        let text = format!(
            "name: x\npayers: {{pay_after: 1s}}\nphases: [{{name: a, for: 5s, rules: [{{on: callback, callback: {callback}}}]}}]\nload: {{arrivals: [{{constant: 20/s}}], drain: 60s}}\n"
        );
        let found = rehearsed(&text, None);
        let callbacks = found.summary.callbacks;
        let attempts: Vec<String> = found
            .attempts
            .iter()
            .map(|row| format!("{}x{} to {}", row.attempt, row.deliveries, row.max_ms / 1_000))
            .collect();
        (
            callbacks.sent,
            callbacks.acknowledged,
            callbacks.dropped,
            callbacks.bad,
            attempts.join(", "),
        )
    };
    // Orders of the last second are paid after the phase: their callbacks meet no rule.
    for (callback, sent, acknowledged, dropped, bad, attempts) in [
        ("drop", 20, 20, 80, 0, "1x20 to 0"),
        ("{delay: 10s}", 100, 100, 0, 0, "1x100 to 10"),
        ("{duplicate: {copies: 3, spread: 4s}}", 260, 100, 0, 0, "1x260 to 4"),
        ("{forge: wrong_key}", 180, 100, 0, 80, "1x100 to 0, 2x80 to 5"),
        ("{downgrade: true}", 180, 100, 0, 80, "1x180 to 1"),
        ("{stale: 30s}", 180, 100, 0, 0, "1x180 to 30"),
        ("hold", 100, 100, 0, 0, "1x100 to 4"),
        ("early", 100, 100, 0, 0, "1x100 to 0"),
    ] {
        assert_eq!(
            found(callback),
            (sent, acknowledged, dropped, bad, attempts.to_owned()),
            "{callback}"
        );
    }
}

#[test]
fn a_calendar_that_runs_faster_brings_everything_forward() {
    let text = "name: x\nclock: {speed: 60}\npayers: {pay_after: 60s}\nrules: [{on: callback, callback: {delay: 2m}}]\nphases: [{name: a, for: 5s}]\nload: {arrivals: [{constant: 20/s}]}\n";
    let found = rehearsed(text, None);
    assert_eq!(found.attempts[0].max_ms, 2_000);
    let frozen = rehearsed(&text.replace("speed: 60", "frozen: true"), None);
    assert_eq!((frozen.payers.pay, frozen.summary.callbacks.sent), (0, 0));
}

#[test]
fn workers_saturate_at_their_own_rate() {
    let text = "name: x\ncapacity: {workers: 8, service_time: 10ms, queue: 8, queue_timeout: 1s}\nphases: [{name: a, for: 10s}]\nload: {arrivals: [{constant: 1200/s}]}\n";
    let found = rehearsed(text, None);
    let ok = found.summary.audit.success;
    assert!((7_995..=8_020).contains(&ok), "{ok}");
    let classes = &found.summary.classes;
    assert!(classes.iter().all(|row| row.expected), "{classes:?}");
}

#[test]
fn limits_and_first_attempts_are_counted() {
    let text = "name: x\npayers: {pay_after: 1s}\nrules:\n  - {name: three, limit: 3, on: payLink, ledger: skip, reply: reset}\n  - {name: third, when: {nth: 3}, on: payLink, ledger: apply, reply: {status: 502}}\nphases: [{name: a, for: 10s}]\nload: {arrivals: [{constant: 10/s}]}\n";
    let found = rehearsed(text, None);
    assert_eq!((decided(&found, "three"), decided(&found, "third")), (3, 32));
}

#[test]
fn a_prefix_and_too_many_orders_are_refused() {
    let scenario = Arc::new(read("test", "name: x\n").unwrap());
    let ask = |orders, prefix: &str| {
        rehearse(&Rehearsal {
            scenario: Arc::clone(&scenario),
            length: None,
            orders,
            prefix: prefix.to_owned(),
        })
    };
    assert!(matches!(ask(None, ""), Err(LoadError::Prefix { .. })));
    assert!(matches!(
        ask(Some(MOST_ORDERS + 1), "T"),
        Err(LoadError::TooManyOrders { .. })
    ));
}

/// Each order's fate is what `decide` says of its opening, asked alone, in another order and of nobody else.
#[test]
fn fates_are_those_that_decide_gives_each_order_alone() {
    let text = "name: x\nseed: 9\nrules:\n  - {name: slow, chance: 30%, reply: {delay: {exponential: {mean: 90ms}}}}\n  - {on: payLink, chance: 1/7, ledger: {refuse: quota_exceeded}}\n  - {name: late, on: callback, chance: 20%, callback: {delay: 2s}}\nphases:\n  - {name: a, for: 10s, rules: [{name: lost, on: payLink, chance: 20%, ledger: skip, reply: reset}, {name: poor, on: payLink, when: {amount: {at_least: \"50\"}}, chance: 40%, ledger: {refuse: insufficient_balance}}]}\nload: {arrivals: [{constant: 50/s}], amount: {uniform: {from: \"1\", to: \"100\"}}}\n";
    let scenario = read("test", text).unwrap();
    let found = rehearsed(text, Some(2_000));
    assert_eq!(found.fates.len(), 2_000);
    let counters = scenarios::Counters::new(&scenario);
    for (seq, (number, fate)) in (0_u32..2_000).zip(&found.fates).rev() {
        let occasion = scenarios::Occasion {
            shop: scenario.shops[0].id,
            operation: scenarios::Operation::PayLink,
            subject: scenarios::Subject::Number(number),
            attempt: 1,
            phase: scenarios::PhaseIndex(0),
            amount: Some(scenarios::load::amount_of(
                &scenario.load,
                scenario.seed,
                u64::from(seq),
            )),
            coin: Some("USDT"),
            payer: None,
            headers: &[],
            case: None,
        };
        let expected = match scenarios::decide(&scenario, &occasion, &counters).ledger {
            scenarios::LedgerAct::Skip => Fate::Unopened,
            scenarios::LedgerAct::Refuse(_) => Fate::Refused,
            scenarios::LedgerAct::Apply | scenarios::LedgerAct::FailLater | scenarios::LedgerAct::Statement(_) => {
                Fate::Open
            }
        };
        assert_eq!(*fate, expected, "{number}");
    }
    for fate in [Fate::Unopened, Fate::Refused, Fate::Open] {
        assert!(found.fates.iter().any(|(_, found)| *found == fate), "{fate:?}");
    }
}

fn samples(found: &Rehearsed, name: &str) -> (u64, f64) {
    let mut rows = found.summary.operations.iter();
    let row = rows.find(|row| row.name == name).unwrap();
    (row.requests, row.response_ms.max)
}

/// A hundred withdrawals of 10 USDT each that take a second to settle.
fn payouts(further: &str, rules: &str) -> Rehearsed {
    let text = format!(
        "name: x\n{further}withdrawals: {{settle_after: 1s}}\nphases: [{{name: a, for: 10s, rules: [{rules}]}}]\nload: {{journeys: [{{payout: 100%}}], arrivals: [{{constant: 10/s}}], amount: {{uniform: {{from: \"10\", to: \"10\"}}}}}}\n"
    );
    rehearsed(&text, None)
}

#[test]
fn a_payout_settles_fails_or_is_refused() {
    const POOR: &str = "shops: [{id: 10001, balance: {USDT: \"95\"}, fees: {withdrawal_rate: 1%}}]\n";
    let fates = |found: &Rehearsed, fate: Fate| found.fates.iter().filter(|(_, one)| *one == fate).count();
    for (further, rules, paid, failed, refused, queries) in [
        ("", "", 100, 0, 0, 100),
        (
            "",
            "{name: f, on: transfer, ledger: {settle: fails_later}}",
            0,
            100,
            0,
            100,
        ),
        // The answer is lost, and the callback makes the shop ask all the same.
        (
            "",
            "{name: f, on: transfer, ledger: apply, reply: reset}",
            100,
            0,
            0,
            100,
        ),
        // No callback comes: asked once, at the end.
        ("", "{name: f, on: transfer, callback: drop}", 100, 0, 0, 100),
        // Nine of 10.10 each, then the balance has too little.
        (POOR, "", 9, 0, 91, 9),
        // What fails comes back a second later, after the arrival of the same moment: nine of eleven get through.
        (
            POOR,
            "{name: f, on: transfer, ledger: {settle: fails_later}}",
            0,
            82,
            18,
            82,
        ),
    ] {
        let found = payouts(further, rules);
        let counts = (
            fates(&found, Fate::Paid),
            fates(&found, Fate::Failed),
            fates(&found, Fate::Refused),
        );
        assert_eq!(counts, (paid, failed, refused), "{further}{rules}");
        assert_eq!(samples(&found, "transfer").0, 100);
        assert_eq!(samples(&found, "checkTransfer").0, queries, "{further}{rules}");
        assert_eq!(samples(&found, "payout").0, 100);
        assert_eq!(found.summary.arrivals.unfinished, 0);
        assert_eq!(found.payers, PayerCounts::default());
    }
}

#[test]
fn a_storm_asks_every_half_second_and_a_qr_payment_opens_its_page() {
    let play = |journey: &str, pays: &str| {
        rehearsed(
            &format!(
                "name: x\npayers: {{pay_after: 1200ms, outcomes: {{{pays}}}}}\nphases: [{{name: a, for: 10s}}]\nload: {{journeys: [{{{journey}: 100%}}], arrivals: [{{constant: 10/s}}]}}\n"
            ),
            None,
        )
    };
    let all = "pay: 100%, abandon: 0%, decline: 0%";
    // Half a second, a second, and paid at one and a half.
    let storm = play("query-storm", all);
    assert_eq!(samples(&storm, "checkDeposit").0, 300);
    let (count, longest_ms) = samples(&storm, "query-storm");
    assert_eq!((count, longest_ms.round()), (100, 1_500.0));
    // Twenty queries for each who leaves, and no journey is over with a sample.
    let storm = play("query-storm", "pay: 0%, abandon: 100%, decline: 0%");
    assert_eq!(
        (samples(&storm, "checkDeposit").0, samples(&storm, "query-storm").0),
        (2_000, 0)
    );
    assert_eq!(storm.summary.arrivals.unfinished, 0);
    let qr = play("qr", all);
    assert_eq!(
        (
            samples(&qr, "cashier").0,
            samples(&qr, "checkDeposit").0,
            samples(&qr, "qr").0
        ),
        (100, 100, 100)
    );
}
