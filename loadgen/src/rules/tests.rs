//! One decision a row: what the journal says, what the wire showed, whether the table agrees and whom it names.

use std::env::temp_dir;

use measure::sample::Class;
use protocol::admin::{AxisRules, DecisionView, JournalLine, RuleCount, RuleHit};
use scenarios::Operation;

use super::{Reader, Wire, table};
use crate::{
    audit::{Audit, Clock, Differences},
    book::{Book, Delivery, Ended, Order},
    calendar::Calendar,
    testing::{book, expected, merchant, order_id},
};

const WALL_ZERO_US: u64 = 1_800_000_000_000_000;
const PAID_US: u64 = 1_000_000;

#[derive(Clone, Copy)]
enum Axis {
    Outcome,
    Delay,
    Callback,
    /// Outcome and delay, of one rule.
    Both,
}

fn decision() -> DecisionView {
    DecisionView {
        ledger: "apply".to_owned(),
        reply: "honest".to_owned(),
        delay_us: 0,
        callback: "deliver".to_owned(),
    }
}

/// A line of the second order: its call 1, or its callback.
fn line(seq: u64, axis: Axis, decision: DecisionView, outcome: &str) -> JournalLine {
    let on_callback = matches!(axis, Axis::Callback);
    let hit = || {
        Some(RuleHit {
            rule: 0,
            name: "rule".to_owned(),
            draw: 0,
        })
    };
    let rules = match axis {
        Axis::Outcome => AxisRules {
            outcome: hit(),
            ..AxisRules::default()
        },
        Axis::Delay => AxisRules {
            delay: hit(),
            ..AxisRules::default()
        },
        Axis::Callback => AxisRules {
            callback: hit(),
            ..AxisRules::default()
        },
        Axis::Both => AxisRules {
            outcome: hit(),
            delay: hit(),
            ..AxisRules::default()
        },
    };
    JournalLine {
        seq,
        time_us: WALL_ZERO_US + 5_000_000,
        gateway_time_ms: 0,
        phase: "faulty".to_owned(),
        shop: merchant().shop(),
        operation: if on_callback { "callback" } else { "payLink" }.to_owned(),
        subject: merchant().number(1),
        attempt: 1,
        order_id: None,
        nonce: (!on_callback).then(|| "nonce-00000001".to_owned()),
        rules: Some(rules),
        decision: Some(decision),
        status: 0,
        outcome: outcome.to_owned(),
        bytes_in: 0,
        bytes_out: 0,
        took_us: 0,
        injected_us: 0,
        queued_us: 0,
        service_us: 0,
        reason: None,
    }
}

fn count(decided: u64) -> RuleCount {
    RuleCount {
        name: "rule".to_owned(),
        phase: "faulty".to_owned(),
        on: "any".to_owned(),
        decided,
    }
}

/// What the ledger says of the second order: paid a second after the start, its callback in this state.
fn ledger<'a>(merchant: &'a crate::merchant::Merchant, book: &Book, state: &str) -> Audit<'a> {
    let clock = Clock {
        wall_zero_us: WALL_ZERO_US,
        began_us: u64::MAX,
    };
    let mut audit = Audit::new(merchant, clock, book.len(), &temp_dir()).unwrap();
    audit.page(
        book,
        &[protocol::admin::OrderView {
            kind: "deposit".to_owned(),
            fee: None,
            party: None,
            order_id: order_id(1),
            shop: merchant.shop(),
            unique_id: merchant.number(1),
            amount: merchant.amount(1).to_string(),
            coin: "USDT".to_owned(),
            status: "paid".to_owned(),
            opened_ms: 0,
            paid_ms: Some((WALL_ZERO_US + PAID_US) / 1_000),
            callback: Some(protocol::admin::CallbackView {
                state: state.to_owned(),
                attempts: 1,
                deliveries: 1,
            }),
        }],
    );
    audit
}

/// Decided once, journalled by `lines`, and `change` makes the wire; gives (journal, seen, agree) and the sentences.
fn look(
    lines: &[JournalLine],
    state: &str,
    interrupted: bool,
    change: impl FnOnce(&mut Book),
) -> ((u64, u64, bool), Vec<String>) {
    let merchant = merchant();
    let mut book = book(3);
    change(&mut book);
    let audit = ledger(&merchant, &book, state);
    let mut reader = Reader::new(0, book.len(), &temp_dir()).unwrap();
    for line in lines {
        reader.line(&merchant, line);
        // Read twice, counted once.
        reader.line(&merchant, line);
    }
    let expected = expected();
    let wire = Wire {
        merchant: &merchant,
        book: &book,
        audit: &audit,
        expected: &expected,
        timeout_us: 10_000_000,
        wall_zero_us: WALL_ZERO_US,
        calendar: Calendar::InStep,
        interrupted,
        whole: true,
    };
    let mut differences = Differences::default();
    let rows = table(&reader, &[count(41)], &[count(42)], &wire, &mut differences);
    assert_eq!(rows[0].decided, 1, "what was counted before the run is not the run's");
    ((rows[0].journal, rows[0].seen, rows[0].agree), differences.sentences)
}

fn ended(book: &mut Book, class: Class, status: u16, after_us: u64) {
    book.ended(
        1,
        Ended {
            class,
            status,
            first_byte_us: 1_000 + after_us,
            done_us: 1_000 + after_us,
        },
    );
}

fn exchange(axis: Axis, decision: DecisionView, class: Class, status: u16, after_us: u64, seen: bool) {
    let what = format!("{decision:?} {class:?} {status} {after_us}");
    let line = line(1, axis, decision, "answered");
    let (found, sentences) = look(&[line], "acknowledged", false, |book| {
        ended(book, class, status, after_us)
    });
    assert_eq!(found, (1, u64::from(seen), seen), "{what}: {sentences:?}");
    assert_eq!(sentences.is_empty(), seen, "{what}");
    assert!(
        sentences
            .iter()
            .all(|sentence| sentence.contains("order T-00000001, attempt 1")),
        "{sentences:?}"
    );
}

fn reply(reply: &str) -> DecisionView {
    DecisionView {
        reply: reply.to_owned(),
        ..decision()
    }
}

#[test]
fn exchanges_end_as_decided() {
    for (decided, class, status, seen) in [
        ("status 503", Class::Http5xx, 503, true),
        ("status 503", Class::Http5xx, 502, false),
        ("status 503", Class::Ok, 200, false),
        ("reset", Class::Reset, 0, true),
        ("reset", Class::Empty, 0, false),
        ("empty", Class::Empty, 0, true),
        ("empty", Class::Reset, 0, false),
        ("hang", Class::Timeout, 0, true),
        ("hang", Class::Ok, 200, false),
        ("honest", Class::Ok, 200, true),
        ("honest", Class::Http5xx, 503, false),
        ("garbage", Class::Protocol, 0, true),
        ("garbage", Class::Protocol, 200, false),
        ("garbage", Class::Empty, 0, false),
        ("truncate 50%", Class::Protocol, 200, true),
        ("truncate 50%", Class::Ok, 200, false),
        ("dribble 5 over 1ms", Class::Ok, 200, true),
        ("dribble 5 over 2ms", Class::Ok, 200, false),
        ("dribble 5 over 2ms", Class::Timeout, 200, true),
        ("bandwidth 2000B/s", Class::Ok, 200, true),
        ("slow_close 5s", Class::Ok, 200, true),
        ("slow_close 5s", Class::Empty, 0, false),
        ("dribble", Class::Ok, 200, false),
        // Our own stop excuses everything.
        ("status 503", Class::Aborted, 0, true),
    ] {
        exchange(Axis::Outcome, reply(decided), class, status, 1_000, seen);
    }
    let refuse = DecisionView {
        ledger: "refuse: insufficient_balance".to_owned(),
        ..decision()
    };
    exchange(Axis::Outcome, refuse.clone(), Class::Declined, 200, 1_000, true);
    exchange(Axis::Outcome, refuse, Class::Ok, 200, 1_000, false);
}

#[test]
fn a_rule_that_delays_and_resets_is_one_hit_and_both_must_show() {
    let late_reset = DecisionView {
        delay_us: 50_000,
        ..reply("reset")
    };
    for (class, status, after_us, seen) in [
        (Class::Reset, 0, 60_000, true),
        (Class::Reset, 0, 10_000, false),
        (Class::Ok, 200, 60_000, false),
    ] {
        exchange(Axis::Both, late_reset.clone(), class, status, after_us, seen);
    }
}

#[test]
fn delays_are_waited_out() {
    let delay = |delay_us| DecisionView { delay_us, ..decision() };
    for (delay_us, class, after_us, seen) in [
        (100_000, Class::Ok, 100_000, true),
        (100_000, Class::Ok, 250_000, true),
        (100_000, Class::Ok, 99_999, false),
        (100_000, Class::Reset, 100_100, true),
        (12_000_000, Class::Timeout, 10_000_000, true),
        (9_000_000, Class::Timeout, 8_000_000, false),
    ] {
        exchange(Axis::Delay, delay(delay_us), class, 200, after_us, seen);
    }
}

#[test]
fn an_outage_excuses_a_broken_answer() {
    let line = || line(1, Axis::Outcome, reply("status 503"), "reset");
    for (sent_us, seen) in [(21_000_000, 1), (19_990_000, 1), (5_000_000, 0)] {
        let (found, _) = look(&[line()], "acknowledged", false, |book| {
            let call = book.call(1, Operation::PayLink, sent_us);
            assert_eq!(call, 3);
            book.ended(
                1,
                Ended {
                    class: Class::Ok,
                    status: 200,
                    first_byte_us: 0,
                    done_us: 0,
                },
            );
            book.ended(
                3,
                Ended {
                    class: Class::Reset,
                    status: 0,
                    first_byte_us: 0,
                    done_us: sent_us + 1_000,
                },
            );
        });
        assert_eq!(found.1, 0, "the nonce is call 1's, which was answered");
        let mut of_three = line();
        of_three.nonce = Some("nonce-00000003".to_owned());
        let (found, _) = look(&[of_three], "acknowledged", false, |book| {
            book.call(1, Operation::PayLink, sent_us);
            book.ended(
                3,
                Ended {
                    class: Class::Reset,
                    status: 0,
                    first_byte_us: 0,
                    done_us: sent_us + 1_000,
                },
            );
        });
        assert_eq!(found.1, seen, "{sent_us}");
    }
}

fn deliveries(order: &mut Order, at_us: &[u64]) {
    order.deliveries = at_us.iter().map(|at_us| Delivery { at_us: *at_us }).collect();
    order.delivered = u32::try_from(at_us.len()).unwrap();
}

fn callback(words: &str, state: &str, interrupted: bool, at_us: &[u64], seen: bool) {
    let decided = DecisionView {
        callback: words.to_owned(),
        ..decision()
    };
    let outcome = if words == "hold" { "held" } else { "acknowledged" };
    let line = line(1, Axis::Callback, decided, outcome);
    let (found, sentences) = look(&[line], state, interrupted, |book| {
        book.change(1, |order| deliveries(order, at_us)).unwrap();
    });
    assert_eq!(
        found,
        (1, u64::from(seen), seen),
        "{words} {state} {at_us:?}: {sentences:?}"
    );
}

#[test]
fn callbacks_come_as_decided() {
    const SOON: u64 = PAID_US + 1_000;
    for (words, state, at_us, seen) in [
        ("drop", "dropped", &[][..], true),
        ("drop", "dropped", &[SOON], false),
        ("delay 2s", "acknowledged", &[PAID_US + 2_000_000], true),
        ("delay 2s", "acknowledged", &[PAID_US + 1_900_000], false),
        ("delay 2s", "acknowledged", &[], false),
        ("delay 2s", "pending", &[], true),
        ("duplicate 3 over 2s", "acknowledged", &[SOON, SOON, SOON], true),
        ("duplicate 3 over 2s", "acknowledged", &[SOON, SOON], false),
        ("hold", "held", &[], true),
        ("hold", "acknowledged", &[SOON], false),
        ("hold", "acknowledged", &[], false),
        ("deliver", "acknowledged", &[SOON], true),
        ("deliver", "acknowledged", &[], false),
        ("forge", "acknowledged", &[SOON], false),
    ] {
        callback(words, state, false, at_us, seen);
    }
    // A run that was stopped has not seen everything; a dropped callback must not have come all the same.
    callback("duplicate 3 over 2s", "acknowledged", true, &[SOON], true);
    callback("drop", "dropped", true, &[SOON], false);
}

#[test]
fn what_was_held_comes_after_its_release() {
    let hold = DecisionView {
        callback: "hold".to_owned(),
        ..decision()
    };
    let released = JournalLine {
        rules: None,
        ..line(2, Axis::Callback, decision(), "released")
    };
    for (at_us, seen) in [(5_000_000, 1), (4_999_000, 1), (4_000_000, 0)] {
        let lines = [line(1, Axis::Callback, hold.clone(), "held"), released.clone()];
        let (found, _) = look(&lines, "acknowledged", false, |book| {
            book.change(1, |order| deliveries(order, &[at_us])).unwrap();
        });
        assert_eq!(found, (1, seen, seen == 1), "{at_us}");
    }
    // The rule that released is one of its own.
    let by_rule = line(1, Axis::Callback, decision(), "released");
    let (found, _) = look(&[by_rule], "acknowledged", false, |_| {});
    assert_eq!(found, (1, 1, true));
}

#[test]
fn a_count_that_differs_fails() {
    let (found, sentences) = look(&[], "acknowledged", false, |_| {});
    assert_eq!(found, (0, 0, false));
    assert_eq!(
        sentences,
        ["rule rule was decided 1 times and stands 0 times in the journal"]
    );
    let twice = [1, 2].map(|seq| line(seq, Axis::Outcome, decision(), "answered"));
    let (found, _) = look(&twice, "acknowledged", false, |_| {});
    assert_eq!(found, (2, 2, false));
}

#[test]
fn other_merchants_calls_are_not_ours_to_see() {
    let foreign = JournalLine {
        nonce: Some("other-00000001".to_owned()),
        subject: "ELSE-1".to_owned(),
        ..line(1, Axis::Outcome, reply("status 503"), "answered")
    };
    let (found, sentences) = look(&[foreign], "acknowledged", false, |_| {});
    assert_eq!((found, sentences.len()), ((1, 0, true), 0));
    let ours_and_unknown = JournalLine {
        nonce: Some("nonce-00000fff".to_owned()),
        ..line(1, Axis::Outcome, reply("reset"), "reset")
    };
    let (found, sentences) = look(&[ours_and_unknown], "acknowledged", false, |_| {});
    assert_eq!((found, sentences.len()), ((1, 0, false), 1));
}
