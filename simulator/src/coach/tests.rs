//! Each remark by what brings it about, in the pure core. A gateway's own calls and deliveries are `gateway`'s.

mod gateway;

use std::{collections::BTreeSet, time::Duration};

use protocol::{Algorithm, dialect::okpay::Command};
use scenarios::Operation;

use super::{
    heard::{Ack, Call, Delivery, End, Order},
    letter::{AmountAs, BodyAs, Letter, Stamp},
    *,
};
use crate::{
    callback::Says,
    dialect::Via,
    store::{About, Flow},
    testing::{Bench, SHOP_ID, TOKEN, open, post, query, signed},
};

/// A callback that was taken.
pub(super) fn taken() -> Heard {
    delivered(0, 0, Ack::Taken { well: true })
}

/// A remark on something right.
pub(super) fn remarked(right: Right) -> Remark {
    Remark::right(right, "")
}

fn heard(at_ms: u64, took_ms: u64, number: &str, event: Event) -> Heard {
    Heard {
        at: Duration::from_millis(1_000_000 + at_ms),
        took: Duration::from_millis(took_ms),
        shop: SHOP_ID,
        order: Some(Order {
            flow: Flow::Deposit,
            number: number.into(),
        }),
        event,
    }
}

fn delivered(at_ms: u64, took_ms: u64, end: Ack) -> Heard {
    heard(
        at_ms,
        took_ms,
        "A",
        Event::Delivery(Delivery {
            attempt: 1,
            says: Says::Truth,
            end,
        }),
    )
}

/// A good call of this kind that ended so.
fn call(about: About, end: End) -> Call {
    let mut call = Call {
        operation: Some(Operation::PayLink),
        secure: true,
        turn: 2,
        letter: Some(Letter {
            body: BodyAs::Form,
            amount: Some(AmountAs::Text),
            sign_lower_case: false,
            callback_url: true,
            number: true,
            about: Some(about),
            stamp: Some(Stamp::Off(0)),
            content: 7,
        }),
        via: Some(Via::OkPay(Algorithm::Hmac)),
        ..Call::default()
    };
    call.end = end;
    call
}

fn opened(at_ms: u64, took_ms: u64, number: &str, end: End) -> Heard {
    heard(at_ms, took_ms, number, Event::Call(call(About::Opening, end)))
}

fn asked(at_ms: u64) -> Heard {
    heard(at_ms, 0, "A", Event::Call(call(About::Query, End::Answered)))
}

/// A good call but for this.
fn but(change: impl FnOnce(&mut Call)) -> Vec<Heard> {
    let mut call = call(About::Opening, End::Answered);
    change(&mut call);
    vec![heard(0, 0, "A", Event::Call(call))]
}

fn written(change: impl FnOnce(&mut Letter)) -> Vec<Heard> {
    but(|call| change(call.letter.as_mut().unwrap()))
}

fn refused(reason: &str) -> Vec<Heard> {
    vec![opened(0, 0, "A", End::Refused(reason.to_owned()))]
}

/// Whatever a good call shows is left out, unless `all` is asked for.
fn check(name: &str, story: &[Heard], expected: &[&str]) {
    const GOOD: [&str; 6] = [
        "https",
        "signed",
        "amount_text",
        "number_given",
        "callback_url_given",
        "kept_connection",
    ];
    let mut coach = Coach::default();
    let remarks: Vec<Remark> = story.iter().flat_map(|heard| coach.hear(heard)).collect();
    let seen: BTreeSet<&str> = remarks.iter().map(|remark| remark.habit.code()).collect();
    assert_eq!(seen.len(), remarks.len(), "{name}: each remark is made once");
    let seen: BTreeSet<&str> = seen.into_iter().filter(|code| !GOOD.contains(code)).collect();
    assert_eq!(seen, expected.iter().copied().collect(), "{name}: {remarks:#?}");
}

#[test]
fn one_call_shows() {
    let ms = |call: &mut Call| call.letter.as_mut().unwrap().stamp = Some(Stamp::Millis);
    let off = |seconds| written(|letter| letter.stamp = Some(Stamp::Off(seconds)));
    let mut millis = refused("auth_failed: timestamp is outside the window");
    let mut early = refused("auth_failed: timestamp is outside the window");
    for (heard, stamp) in [(&mut millis[0], Stamp::Millis), (&mut early[0], Stamp::Off(400))] {
        let Event::Call(call) = &mut heard.event else {
            unreachable!()
        };
        call.via = None;
        call.letter.as_mut().unwrap().stamp = Some(stamp);
    }
    let rows: Vec<(&str, Vec<Heard>, &[&str])> = vec![
        ("a good call", but(|_| {}), &[]),
        ("http", but(|call| call.secure = false), &["plain_http"]),
        ("HTTP/1.0", but(|call| call.old_http = true), &["old_http"]),
        (
            "MD5",
            but(|call| call.via = Some(Via::OkPay(Algorithm::Md5))),
            &["signed_md5"],
        ),
        (
            "lower case",
            written(|letter| letter.sign_lower_case = true),
            &["sign_lower_case"],
        ),
        ("JSON", written(|letter| letter.body = BodyAs::Json), &["body_json"]),
        (
            "a number",
            written(|letter| letter.amount = Some(AmountAs::Number)),
            &["amount_number"],
        ),
        (
            "no number",
            written(|letter| letter.number = false),
            &["number_missing"],
        ),
        (
            "no callback_url is the shop's choice",
            written(|letter| letter.callback_url = false),
            &[],
        ),
        ("a clock within bounds", off(-30), &[]),
        ("a late clock", off(-31), &["clock_off"]),
        ("an early clock", off(31), &["clock_off"]),
        ("milliseconds, but not refused", but(ms), &[]),
        ("milliseconds", millis, &["timestamp_millis"]),
        ("outside the window", early, &["clock_off"]),
        (
            "a wrong sign",
            refused("auth_failed: sign does not match the fields"),
            &["not_authentic"],
        ),
        (
            "a nonce again",
            refused("nonce_replayed: the nonce was used before"),
            &["nonce_reused"],
        ),
        ("not allowed", refused("unauthorized: …"), &["not_allowed"]),
        (
            "a wrong field",
            refused("field_invalid: amount: not plain decimal text"),
            &["field_wrong"],
        ),
        (
            "no such path",
            refused("path_unknown: nobody serves this path"),
            &["path_unknown"],
        ),
        ("another method", refused("method_not_allowed: …"), &["head_wrong"]),
        (
            "other content",
            refused("exists_with_different: unique_id: …"),
            &["number_changed"],
        ),
        ("what any client may meet", refused("insufficient_balance: …"), &[]),
        ("the scenario's own", vec![opened(0, 0, "A", End::Declined)], &[]),
        (
            "left at once",
            vec![opened(0, 1_900, "A", End::Left)],
            &["gave_up_early"],
        ),
        (
            "left in time",
            vec![opened(0, 10_000, "A", End::Left)],
            &["gave_up_in_time"],
        ),
        ("left late", vec![opened(0, 600_000, "A", End::Left)], &["gave_up_late"]),
        (
            "waited for ever",
            vec![opened(0, 45_000, "A", End::Answered)],
            &["gave_up_late"],
        ),
        ("waited", vec![opened(0, 30_000, "A", End::Answered)], &[]),
    ];
    for (name, story, expected) in rows {
        check(name, &story, expected);
    }
}

#[test]
fn a_call_after_another_shows() {
    let busy = |seconds: Option<u64>| End::Busy {
        retry_after: seconds.map(Duration::from_secs),
    };
    let first = |end| opened(0, 10, "A", end);
    let next = |at_ms, number| opened(at_ms, 0, number, End::Answered);
    let lost_then = |heard: Heard| vec![first(End::Lost), heard];
    let fresh = |turn: u32, every_ms: u64| {
        let one = |n: u64| {
            let mut call = call(About::Query, End::Answered);
            call.turn = turn;
            heard(n * every_ms, 0, &n.to_string(), Event::Call(call))
        };
        (0..5).map(one).collect::<Vec<_>>()
    };
    let polls = |count: u64, every_ms| (0..count).map(|n| asked(n * every_ms)).collect::<Vec<_>>();
    let rows: Vec<(&str, Vec<Heard>, &[&str])> = vec![
        ("two orders", vec![first(End::Answered), next(500, "B")], &[]),
        (
            "answered, and again",
            vec![first(End::Answered), next(500, "A")],
            &["number_sent_again"],
        ),
        ("lost, and again", lost_then(next(500, "A")), &["retried_same_number"]),
        (
            "lost, and at once",
            lost_then(next(50, "A")),
            &["retried_same_number", "retried_at_once"],
        ),
        ("lost, and asked about", lost_then(asked(500)), &["asked_after_loss"]),
        (
            "asked about once",
            vec![first(End::Lost), asked(500), next(900, "A")],
            &["asked_after_loss", "number_sent_again"],
        ),
        (
            "lost, and renumbered",
            lost_then(next(500, "B")),
            &["retried_new_number"],
        ),
        ("lost, and another order later", lost_then(next(200_000, "B")), &[]),
        (
            "lost, asked about, and another order",
            vec![first(End::Lost), asked(500), next(900, "B")],
            &["asked_after_loss"],
        ),
        (
            "busy, and again",
            vec![first(busy(None)), next(500, "A")],
            &["retried_same_number"],
        ),
        (
            "busy, and too soon",
            vec![first(busy(Some(1))), next(500, "A")],
            &["retried_same_number", "retry_after_ignored"],
        ),
        (
            "busy, and as asked",
            vec![first(busy(Some(1))), next(1_500, "A")],
            &["retried_same_number"],
        ),
        ("eleven questions in a row", polls(11, 500), &["polls_fast"]),
        ("ten questions in a row", polls(10, 500), &[]),
        ("patient questions", polls(30, 1_500), &[]),
        ("a connection each", fresh(1, 100), &["connection_each"]),
        ("a connection each, far apart", fresh(1, 11_000), &[]),
        ("one connection", fresh(2, 100), &[]),
    ];
    for (name, story, expected) in rows {
        check(name, &story, expected);
    }
}

#[test]
fn a_delivery_shows() {
    let well = || Ack::Taken { well: true };
    let refused = |status| vec![delivered(0, 5, Ack::Refused { status })];
    let one = |end| vec![delivered(0, 5, end)];
    let forged = Says::Forged(scenarios::Forgery::BitFlip);
    let lied = |says, end| {
        let mut heard = delivered(0, 5, end);
        if let Event::Delivery(delivery) = &mut heard.event {
            delivery.says = says;
        }
        vec![heard]
    };
    let rows: Vec<(&str, Vec<Heard>, &[&str])> = vec![
        ("taken", one(well()), &["acknowledged"]),
        ("taken, loosely", one(Ack::Taken { well: false }), &["ack_loose"]),
        ("taken, late", vec![delivered(5_000, 4_000, well())], &["callback_late"]),
        (
            "taken twice",
            vec![taken(), taken()],
            &["acknowledged", "acknowledged_again"],
        ),
        (
            "taken, then refused",
            vec![taken(), delivered(9, 5, Ack::Refused { status: 409 })],
            &["acknowledged", "repeat_refused"],
        ),
        (
            "asked back",
            vec![asked(50), delivered(60, 20, well())],
            &["acknowledged", "asked_back"],
        ),
        (
            "asked before",
            vec![asked(30), delivered(60, 20, well())],
            &["acknowledged"],
        ),
        ("2xx without success", refused(200), &["ack_wrong"]),
        ("a redirect", refused(302), &["callback_redirected"]),
        ("an error", refused(500), &["callback_refused"]),
        (
            "nobody there",
            one(Ack::Unreached("connect: refused".into())),
            &["callback_unreached"],
        ),
        ("no answer", one(Ack::TimedOut), &["callback_timed_out"]),
        ("a forgery taken", lied(forged, well()), &["forgery_taken"]),
        (
            "a forgery refused, then the truth taken",
            [lied(forged, Ack::Refused { status: 403 }), vec![taken()]].concat(),
            &["forgery_refused", "acknowledged"],
        ),
        (
            "a forgery not heard",
            lied(forged, Ack::TimedOut),
            &["callback_timed_out"],
        ),
        (
            "a downgrade taken",
            [vec![taken()], lied(Says::Unpaid, well())].concat(),
            &["acknowledged"],
        ),
        (
            "a downgrade refused",
            lied(Says::Unpaid, Ack::Refused { status: 409 }),
            &[],
        ),
        ("no address", one(Ack::Nowhere), &["callback_nowhere"]),
        (
            "a forbidden address",
            one(Ack::Forbidden("forbidden: …".into())),
            &["callback_forbidden"],
        ),
    ];
    for (name, story, expected) in rows {
        check(name, &story, expected);
    }
}

#[test]
fn the_end_counts_and_says_what_was_not_seen() {
    let mut coach = Coach::default();
    let seen = [
        opened(0, 0, "A", End::Answered),
        opened(9, 0, "B", End::Answered),
        taken(),
    ];
    let remarks: Vec<usize> = seen.iter().map(|heard| coach.hear(heard).len()).collect();
    assert_eq!(remarks, [6, 0, 1], "said once");
    let summary = coach.summary();
    assert_eq!((summary.calls, summary.deliveries), (2, 1));
    assert!(summary.right.contains(&(Right::Https, 2)), "{summary:?}");
    assert_eq!((summary.mend.len(), summary.abandoned, summary.unseen.len()), (0, 0, 5));

    let mut coach = Coach::default();
    let story = [
        opened(0, 9_000, "A", End::Left),
        opened(500, 0, "A", End::Answered),
        taken(),
        taken(),
        opened(900_000, 10, "C", End::Lost),
    ];
    for heard in &story {
        coach.hear(heard);
    }
    let summary = coach.summary();
    assert_eq!((summary.abandoned, summary.unseen.len()), (1, 2), "{summary:?}");
}
