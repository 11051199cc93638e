use std::time::Duration;

use rust_decimal::Decimal;

use super::*;
use crate::{
    decision::{LedgerAct, RefusalReason, Shape, StatusReply},
    distribution::{Distribution, DistributionShape},
    scenario::{
        AmountChange, Arrivals, CallbackEncoding, CallbackFault, Dialect, Flow, Forgery, Journey, KeyOrder, Md5,
        Operation, Outcome, Policy, Rate, Ratio, Rule, ShopStatus, Signing, StatementBreak, Tampering, TlsFault, When,
    },
};

mod whole;

fn good(text: &str) -> Scenario {
    read("good.yaml", text).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The one rule of a scenario.
fn rule(text: &str) -> Rule {
    let scenario = good(&format!("name: x\nrules:\n  - {text}\n"));
    assert_eq!(scenario.rules.len(), 1);
    scenario.rules[0].clone()
}

/// The codes of what is wrong, in the order of the file.
fn codes(text: &str) -> Vec<&'static str> {
    match read("bad.yaml", text) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.list.iter().map(|problem| problem.code).collect(),
    }
}

#[test]
fn a_name_alone_is_a_good_wallet() {
    let scenario = good("name: quiet\n");
    assert_eq!((scenario.seed, scenario.about.as_str()), (1, ""));
    assert_eq!(scenario.shops.len(), 1);
    let shop = &scenario.shops[0];
    assert_eq!(
        (shop.id, shop.token.as_str(), &shop.callback_url),
        (10_001, "sandbox-token-10001", &None)
    );
    assert_eq!(shop.balance["USDT"], Decimal::from(100_000));
    assert_eq!(scenario.payers, None);
    assert!(scenario.rules.is_empty() && scenario.file_rules.is_empty() && scenario.expect.is_empty());
    assert_eq!(scenario.phases.len(), 1);
    let phase = &scenario.phases[0];
    assert_eq!(
        (phase.name.as_str(), phase.lasts, phase.refuse),
        ("all", Duration::from_secs(60), false)
    );
    let load = &scenario.load;
    assert_eq!(load.journeys, [(Journey::Checkout, Ratio::ALWAYS)]);
    assert_eq!(
        load.arrivals(),
        [Arrivals {
            flow: Flow::Constant(Rate(Decimal::from(50))),
            lasts: None
        }]
    );
    assert_eq!((load.policy, load.drain), (Policy::Queue, Duration::from_secs(15)));
    assert_eq!((load.amount.from, load.amount.to), (Decimal::ONE, Decimal::ONE_HUNDRED));
}

#[test]
fn scalars_are_the_text_of_their_span() {
    let scenario = good("name: off\nabout: 1.30\nseed: 18446744073709551615\nshops: [{id: 7, token: 0x1F}]\n");
    assert_eq!(
        (scenario.name.as_str(), scenario.about.as_str(), scenario.seed),
        ("off", "1.30", u64::MAX)
    );
    assert_eq!(scenario.shops[0].token, "0x1F");
    assert_eq!(good("name: 'it''s'\nabout: \"a\\u00e4\"\n").about, "aä");
    assert_eq!(good("name: x\nabout: >-\n  two\n  lines\n").about, "two lines");
    assert_eq!(good("\u{feff}name: bom\r\nseed: 2\r\n").seed, 2);
}

#[test]
fn outcomes_are_ledger_and_shape() {
    let shape_of = |status, retry_after_s, body: &str| {
        let reply = StatusReply {
            status,
            retry_after_s,
            headers: Vec::new(),
            body: body.to_owned(),
            body_bytes: body.len() as u64,
        };
        Shape::Status(reply.into())
    };
    for (text, ledger, shape) in [
        (
            "{on: payLink, ledger: apply, reply: reset}",
            LedgerAct::Apply,
            Shape::Reset,
        ),
        ("{ledger: skip, reply: empty}", LedgerAct::Skip, Shape::Empty),
        (
            "{on: payLink, ledger: apply, reply: garbage}",
            LedgerAct::Apply,
            Shape::Garbage,
        ),
        (
            "{on: payLink, ledger: apply, reply: {delay: 1s, truncate: 50%}}",
            LedgerAct::Apply,
            Shape::Truncate(Ratio { num: 1, den: 2 }),
        ),
        (
            "{on: payLink, reply: {delay: 1s, then: {dribble: {chunks: 3, over: 2s}}}}",
            LedgerAct::Apply,
            Shape::Dribble {
                chunks: 3,
                over: Duration::from_secs(2),
            },
        ),
        (
            "{reply: {slow_close: 5s}}",
            LedgerAct::Apply,
            Shape::SlowClose(Duration::from_secs(5)),
        ),
        (
            "{reply: {bandwidth: 2KB/s}}",
            LedgerAct::Apply,
            Shape::Bandwidth {
                bytes_per_second: 2_000,
            },
        ),
        (
            "{on: payLink, ledger: {statement: extra}}",
            LedgerAct::Statement(StatementBreak::Extra),
            Shape::Honest,
        ),
        ("{on: any, ledger: skip, reply: hang}", LedgerAct::Skip, Shape::Hang),
        ("{on: checkDeposit, reply: reset}", LedgerAct::Apply, Shape::Reset),
        (
            "{ledger: {refuse: system_error}}",
            LedgerAct::Refuse(RefusalReason::SystemError),
            Shape::Honest,
        ),
        (
            "{ledger: skip, reply: {status: 503, retry_after: 1500ms}}",
            LedgerAct::Skip,
            shape_of(503, Some(2), ""),
        ),
        (
            "{reply: {status: 200, body: ok}}",
            LedgerAct::Apply,
            shape_of(200, None, "ok"),
        ),
        (
            "{ledger: apply, reply: {delay: 1s, then: hang}}",
            LedgerAct::Apply,
            Shape::Hang,
        ),
        ("{ledger: apply}", LedgerAct::Apply, Shape::Honest),
    ] {
        assert_eq!(rule(text).outcome, Some(Outcome { ledger, shape }), "{text}");
    }
}

#[test]
fn a_delay_is_an_axis_of_its_own() {
    let lone = rule("{on: payLink, reply: {delay: 1.5s}}");
    assert_eq!(lone.outcome, None);
    let fixed = |millis| {
        Some(Distribution {
            shape: DistributionShape::Fixed(Duration::from_millis(millis)),
            cap: None,
        })
    };
    assert_eq!(lone.delay, fixed(1_500));
    assert_eq!(
        rule("{ledger: skip, reply: {delay: 2s, then: reset}}").delay,
        fixed(2_000)
    );
    assert_eq!(
        rule("{ledger: skip, reply: {delay: 2s, status: 503}}").delay,
        fixed(2_000)
    );
    let drawn = rule("{reply: {delay: {lognormal: {median: 150ms, p99: 900ms}, cap: 2s}}}")
        .delay
        .unwrap();
    let (median, p99) = (Duration::from_millis(150), Duration::from_millis(900));
    assert_eq!(
        drawn,
        Distribution {
            shape: DistributionShape::Lognormal { median, p99 },
            cap: Some(Duration::from_secs(2))
        }
    );
}

#[test]
fn callback_faults() {
    let seconds = Duration::from_secs;
    for (text, fault) in [
        ("{on: callback, callback: drop}", CallbackFault::Drop),
        ("{on: payLink, callback: drop}", CallbackFault::Drop),
        ("{callback: drop}", CallbackFault::Drop),
        ("{on: callback, callback: hold}", CallbackFault::Hold),
        (
            "{on: callback, callback: release}",
            CallbackFault::Release { over: Duration::ZERO },
        ),
        (
            "{on: callback, callback: {release: {over: 5s}}}",
            CallbackFault::Release { over: seconds(5) },
        ),
        (
            "{on: callback, callback: {duplicate: {copies: 3, spread: 2s}}}",
            CallbackFault::Duplicate {
                copies: 3,
                spread: seconds(2),
                concurrent: false,
            },
        ),
        (
            "{on: callback, callback: {duplicate: {copies: 2}}}",
            CallbackFault::Duplicate {
                copies: 2,
                spread: Duration::ZERO,
                concurrent: false,
            },
        ),
        (
            "{on: callback, callback: {duplicate: {copies: 5, concurrent: true}}}",
            CallbackFault::Duplicate {
                copies: 5,
                spread: Duration::ZERO,
                concurrent: true,
            },
        ),
        (
            "{on: callback, callback: {reorder: {window: 2s}}}",
            CallbackFault::Reorder { window: seconds(2) },
        ),
        (
            "{on: callback, callback: {forge: respelled}}",
            CallbackFault::Forge(Forgery::Respelled),
        ),
        (
            "{on: callback, callback: {tamper: {amount: \"-1\", coin: TRX}}}",
            CallbackFault::Tamper(Tampering {
                amount: Some(AmountChange::By(-Decimal::ONE)),
                coin: Some("TRX"),
            }),
        ),
        (
            "{on: callback, callback: {tamper: {amount: 3.50}}}",
            CallbackFault::Tamper(Tampering {
                amount: Some(AmountChange::To(Decimal::new(350, 2))),
                coin: None,
            }),
        ),
        (
            "{on: callback, callback: {stale: 1h}}",
            CallbackFault::Stale(seconds(3_600)),
        ),
        ("{on: callback, callback: {downgrade: true}}", CallbackFault::Downgrade),
        ("{on: payLink, callback: early}", CallbackFault::Early),
        ("{on: callback, callback: early}", CallbackFault::Early),
    ] {
        assert_eq!(rule(text).callback, Some(fault), "{text}");
    }
}

#[test]
fn conditions() {
    let text = "{on: payLink, when: {shop: 10001, amount: {at_least: \"1.50\", below: 10}, coin: USDT, attempt: 2}, reply: {delay: 1s}}";
    let cents = |cents| Some(Decimal::new(cents, 2));
    let expected = When {
        shop: Some(10_001),
        at_least: cents(150),
        below: Some(Decimal::TEN),
        equals: None,
        coin: Some("USDT".to_owned()),
        attempt: Some(2),
        ..When::default()
    };
    assert_eq!(rule(text).when, expected);
    let text = "name: x\ntriggers: [headers]\nrules: [{when: {header: {X-Case: slow}, nth: 3, payer: 7}, limit: 9, first: 2, reply: {delay: 1s}}]\n";
    let read = &good(text).rules;
    let rule = read.last().expect("the file's rule comes last or the cases' do");
    let rule = read.iter().find(|rule| rule.when.case.is_none()).unwrap_or(rule);
    assert_eq!(rule.when.headers, [("x-case".to_owned(), "slow".to_owned())]);
    assert_eq!((rule.when.nth, rule.when.payer), (Some(3), Some(7)));
    assert_eq!((rule.limit, rule.first), (Some(9), Some(2)));
}

#[test]
fn labels_of_rules_without_a_name_tell_what_they_do() {
    let text = "name: x\nrules:\n  - {ledger: skip, chance: 1%, reply: {status: 503}}\n  - {ledger: skip, when: {attempt: 2}, reply: {status: 503}}\n  - {on: callback, callback: hold}\n  - {on: payLink, ledger: {refuse: system_error}}\n  - {name: n, reply: {delay: 1s}}\n";
    let labels: Vec<String> = good(text).rules.into_iter().map(|rule| rule.label).collect();
    assert_eq!(
        labels,
        [
            "any: skip status 503",
            "any: skip status 503 (2)",
            "callback: hold",
            "payLink: refuse system_error",
            "n"
        ]
    );
}

#[test]
fn a_site_is_the_name_or_the_words_but_never_the_place_the_layout_or_the_chance() {
    let site = |text: &str| rule(text).site;
    let flow = "{on: callback, chance: 10%, callback: {delay: 1s}}";
    let reordered = "{callback: {delay: '1s'}, chance: 90%, on: callback} # other words";
    assert_eq!(site(flow), site(reordered));
    assert_eq!(site(flow), "#6dd240d05fb15ba5");
    assert_ne!(site(flow), site("{on: callback, chance: 10%, callback: {delay: 2s}}"));
    assert_eq!(site("{name: late, on: callback, callback: hold}"), "late");
}

#[test]
fn aliases_stand_for_what_they_name() {
    let text = "name: x\nphases:\n  - {name: a, for: &long 30s, rules: &r [{name: n, ledger: skip, reply: reset}]}\n  - {name: b, for: *long, rules: *r}\n";
    let scenario = good(text);
    assert_eq!(scenario.phases[1].lasts, Duration::from_secs(30));
    assert_eq!(scenario.rules.len(), 2, "each phase has its own copy");
    assert_eq!(scenario.rules[0], scenario.rules[1]);
}

#[test]
fn rules_belong_to_the_file_or_to_their_phase() {
    let text = "name: x\nrules: [{name: f, reply: {delay: 1s}}]\nphases:\n  - {name: a, for: 1s, rules: [{name: p, ledger: skip, reply: reset}]}\n  - {name: b, for: 1s}\n";
    let scenario = good(text);
    let label = |id: &crate::scenario::RuleId| scenario.rules[usize::from(id.0)].label.as_str();
    assert_eq!(scenario.file_rules.iter().map(label).collect::<Vec<_>>(), ["f"]);
    assert_eq!(scenario.phases[0].rules.iter().map(label).collect::<Vec<_>>(), ["p"]);
    assert!(scenario.phases[1].rules.is_empty());
    assert_eq!(scenario.rules[0].on, None::<Operation>);
}

#[test]
fn one_mistake_is_one_problem() {
    for (text, expected) in [
        (
            "name: x\nrules: [{on: payLink, legder: apply, reply: reset}]\n",
            &["unknown_key"][..],
        ),
        (
            "name: x\nrules: [{on: payLink, ledger: aply, reply: reset}]\n",
            &["unknown_word"],
        ),
        ("name: x\nrules: [{on: payLnk, callback: hold}]\n", &["unknown_word"]),
        (
            "name: x\nrules: [{on: payLink, ledger: apply, reply: garbled}]\n",
            &["unknown_word"],
        ),
        ("name: x\nrules: [{on: transfer, reply: reset}]\n", &["missing_key"]),
        ("name: x\nrules: [{on: transfer, callback: early}]\n", &["conflict"]),
        (
            "name: x\npayers: {outcomes: {pay: 92%, abandn: 8%}}\n",
            &["unknown_key"],
        ),
        ("name: x\nload: {journeys: [{payot: 100%}]}\n", &["unknown_key"]),
        (
            "name: x\nphases: [{nam: a, for: 1s}]\n",
            &["unknown_key", "missing_key"],
        ),
        ("name: x\nphases: [{name: a}]\n", &["missing_key"]),
        ("", &["empty"]),
        ("name: x\n", &[]),
    ] {
        assert_eq!(codes(text), expected, "{text}");
    }
}
