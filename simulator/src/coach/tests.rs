//! Each remark by what brings it about, in the pure core; then a gateway's own calls and deliveries.

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

/// What a coach of this bench says, call by call.
fn said(hearing: &Hearing) -> Vec<(String, Vec<&'static str>)> {
    let mut coach = Coach::default();
    let mut say = |heard: Heard| {
        let remarks = coach.hear(&heard);
        let texts = format!("{} {remarks:?}", heard.title());
        assert!(!texts.contains(TOKEN), "{texts}");
        (
            heard.title(),
            remarks.iter().map(|remark| remark.habit.code()).collect(),
        )
    };
    hearing.by_now().into_iter().map(&mut say).collect()
}

#[tokio::test(start_paused = true)]
async fn a_gateway_tells_what_its_clients_do() {
    let (ear, hearing) = ear();
    let lost = "phases: [{name: one, for: 30s, rules: [{on: payLink, chance: 100%, ledger: apply, reply: reset}]}]\n";
    let bench = Bench::with(lost, |config| config.coach = Some(ear));
    let mut client = bench.connect();
    client.post("/shop/pay", "").await;
    client
        .post("/shop/payLink", &format!("id={SHOP_ID}&sign=00&unique_id={TOKEN}"))
        .await;
    client.post("/shop/payLink", &bench.body(&open("ORDER-1"))).await;
    bench.call(&open("ORDER-2")).await;
    bench.call(&query("ORDER-2")).await;
    let late = signed(&open(TOKEN), SHOP_ID, crate::testing::BEGIN_S - 40, "nonce-of-its-own");
    let json = format!("{{\"id\":{SHOP_ID},\"sign\":\"{}\"}}", "0".repeat(64));
    bench.connect().post("/shop/payLink", &late).await;
    bench.connect().raw(&post("/shop/balance", &json)).await;
    let first = ["signed", "plain_http", "kept_connection", "amount_text", "number_given"];
    let rows: [(&str, &[&str]); 7] = [
        ("unknown call", &["path_unknown"]),
        ("payLink", &["not_authentic"]),
        ("payLink ORDER-1", &first),
        ("payLink ORDER-2", &["retried_new_number"]),
        ("checkDeposit ORDER-2", &["asked_after_loss"]),
        ("payLink •••", &["clock_off"]),
        ("balance", &[]),
    ];
    let rows: Vec<(String, Vec<&str>)> = rows
        .iter()
        .map(|(title, codes)| ((*title).to_owned(), codes.to_vec()))
        .collect();
    assert_eq!(said(&hearing), rows);
}

#[tokio::test(start_paused = true)]
async fn a_gateway_tells_who_left_and_how_callbacks_were_taken() {
    let (ear, hearing) = ear();
    let rules = "payers: {pay_after: 100ms, outcomes: {pay: 100%}}\n\
                 phases: [{name: one, for: 90s, rules: [{on: checkDeposit, chance: 100%, ledger: skip, reply: hang}]}]\n";
    let bench = Bench::with(rules, |config| config.coach = Some(ear));
    let mut listener = bench.listen(&[]);
    let Command::PayLink { amount, coin, .. } = open("") else {
        unreachable!()
    };
    let elsewhere = Command::PayLink {
        amount,
        coin,
        unique_id: Some("ORDER-2".to_owned()),
        name: None,
        return_url: None,
        callback_url: Some("http://10.0.0.1/".to_owned()),
    };
    bench.call(&open("ORDER-1")).await;
    bench.call(&elsewhere).await;
    let mut merchant = listener.recv().await.unwrap();
    let mut buffer = [0; 4_096];
    let read = tokio::io::AsyncReadExt::read(&mut merchant, &mut buffer).await.unwrap();
    assert!(buffer[..read].starts_with(b"POST /notify"));
    let body = "{\"success\":true}";
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    tokio::io::AsyncWriteExt::write_all(&mut merchant, answer.as_bytes())
        .await
        .unwrap();

    let mut client = bench.connect();
    let question = post("/shop/checkDeposit", &bench.body(&query("ORDER-1")));
    let waits = tokio::time::timeout(Duration::from_secs(8), client.raw(&question)).await;
    assert!(waits.is_err(), "it hangs");
    drop(client);
    tokio::time::sleep(Duration::from_millis(10)).await;

    let said: std::collections::BTreeMap<_, _> = said(&hearing).into_iter().collect();
    assert_eq!(said["callback ORDER-1"], ["ack_loose"]);
    assert_eq!(said["callback ORDER-2"], ["callback_forbidden"]);
    assert_eq!(said["checkDeposit ORDER-1"], ["gave_up_in_time"]);
    assert_eq!(said.len(), 5, "{said:?}");
}
