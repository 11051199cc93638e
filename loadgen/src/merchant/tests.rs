//! Bytes and their meaning, both directions, with the dialect's own writer on the other side.

use bytes::Bytes;
use hyper::StatusCode;
use measure::sample::Class;
use protocol::{
    Algorithm, Operation, Token,
    dialect::okpay::{
        Answer as Said, AuthFailure, Callback, Fault, Kind, Manner, answer,
        request::{self, Command},
    },
};
use scenarios::load::Segment;

use scenarios::Journey;

use super::{Answer, Broken, HeardOpen, HeardQuery};
use crate::testing::{callback, deposit, merchant, order_id, sent, token, withdrawal};

fn ok(body: Vec<u8>) -> Result<Answer, Broken> {
    Ok(Answer {
        status: StatusCode::OK,
        body: Bytes::from(body),
    })
}

fn status(status: u16) -> Result<Answer, Broken> {
    Ok(Answer {
        status: StatusCode::from_u16(status).unwrap(),
        body: Bytes::new(),
    })
}

#[test]
fn requests_are_what_a_gateway_reads() {
    let merchant = merchant();
    for (outgoing, operation) in [
        (merchant.open(Journey::Checkout, 7, 16), Operation::PayLink),
        (merchant.query(Journey::Checkout, 7, 17), Operation::CheckDeposit),
        (merchant.open(Journey::QueryStorm, 7, 16), Operation::PayLink),
        (merchant.query(Journey::Qr, 7, 17), Operation::CheckDeposit),
        (merchant.open(Journey::Payout, 7, 16), Operation::Transfer),
        (merchant.query(Journey::Payout, 7, 17), Operation::CheckTransfer),
    ] {
        assert_eq!(outgoing.path, operation.path());
        let call = request::decode(operation, Some("application/x-www-form-urlencoded"), &outgoing.body).unwrap();
        assert!(call.verify(super::ACCEPTS, &token()).is_some());
        assert_eq!(call.shop, Some(merchant.shop()));
        let number = match call.command().unwrap() {
            Command::PayLink {
                amount,
                unique_id,
                callback_url,
                ..
            } => {
                assert_eq!(amount, merchant.amount(7).to_string());
                assert_eq!(callback_url.as_deref(), Some("http://127.0.0.1:9/notify"));
                unique_id
            }
            Command::Transfer {
                amount,
                to_user_id,
                unique_id,
                callback_url,
                ..
            } => {
                assert_eq!(amount, merchant.amount(7).to_string());
                assert_eq!(to_user_id, merchant.payee(7));
                assert_eq!(callback_url.as_deref(), Some("http://127.0.0.1:9/notify"));
                unique_id
            }
            Command::CheckDeposit { unique_id } | Command::CheckTransfer { unique_id } => Some(unique_id),
            other => panic!("asked for {other:?}"),
        };
        assert_eq!(number.as_deref(), Some("T-00000007"));
    }
    let nonce = |call| {
        let body = merchant.query(Journey::Checkout, 1, call).body;
        request::decode(Operation::CheckDeposit, None, &body)
            .unwrap()
            .nonce
            .unwrap()
    };
    for call in [0, 16, u64::from(u32::MAX) + 1] {
        assert_eq!(merchant.call_of(&nonce(call)), Some(call));
    }
    assert_eq!(merchant.call_of("other-00000001"), None);
}

#[test]
fn order_numbers_go_both_ways() {
    let merchant = merchant();
    for seq in [0, 7, 99_999_999, 100_000_000, u32::MAX] {
        assert_eq!(merchant.seq_of(&merchant.number(seq)), Some(seq));
    }
    for number in ["T-7", "T-+0000007", "U-00000007", "T00000007", "T-00000007x", "T-", ""] {
        assert_eq!(merchant.seq_of(number), None, "{number}");
    }
    assert!(merchant.is_ours("T-anything") && !merchant.is_ours("TT-00000001"));
}

#[test]
fn amounts_are_whole_cents_in_the_range() {
    let merchant = merchant();
    let range = crate::testing::scenario().load.amount;
    for seq in 0..1_000 {
        let amount = merchant.amount(seq);
        assert!(
            amount >= range.from && amount <= range.to && amount.scale() <= 2,
            "{amount}"
        );
    }
    assert_ne!(merchant.amount(1), merchant.amount(2));
}

#[test]
fn answers_to_openings() {
    let merchant = merchant();
    let opened = |unique_id: Option<&str>, token: &Token| {
        let said = Said::PayLink {
            order_id: order_id(7),
            pay_url: "https://t.me/okpay?start=x".to_owned(),
            unique_id: unique_id.map(str::to_owned),
        };
        ok(answer::encode(
            &said,
            merchant.shop(),
            &Manner::default(),
            Algorithm::Hmac,
            token,
        ))
    };
    let good = HeardOpen::Opened {
        order_id: order_id(7).into(),
        pay_url: Some("https://t.me/okpay?start=x".to_owned()),
    };
    let broken = Err(Broken {
        class: Class::Reset,
        status: None,
        why: String::new(),
    });
    let refusal = |fault: Fault| ok(fault.encode());
    for (answer, class, heard) in [
        (opened(Some("T-00000007"), &token()), Class::Ok, Some(good.clone())),
        (opened(None, &token()), Class::Ok, Some(good)),
        (
            opened(Some("T-00000008"), &token()),
            Class::Protocol,
            Some(HeardOpen::Nothing),
        ),
        (
            opened(Some("T-00000007"), &Token::new("another").unwrap()),
            Class::Signature,
            Some(HeardOpen::Nothing),
        ),
        (refusal(Fault::InsufficientBalance), Class::Declined, None),
        (refusal(Fault::Unauthorized), Class::Declined, None),
        (refusal(Fault::SystemError), Class::Declined, None),
        (
            refusal(Fault::AuthFailed(AuthFailure::ShopUnknown)),
            Class::Signature,
            Some(HeardOpen::Nothing),
        ),
        (refusal(Fault::NonceReplayed), Class::Protocol, Some(HeardOpen::Nothing)),
        (ok(b"{}".to_vec()), Class::Protocol, Some(HeardOpen::Nothing)),
        (ok(b"<html>".to_vec()), Class::Protocol, Some(HeardOpen::Nothing)),
        (ok(Vec::new()), Class::Protocol, Some(HeardOpen::Nothing)),
        (status(503), Class::Http5xx, Some(HeardOpen::Nothing)),
        (status(404), Class::Http4xx, Some(HeardOpen::Nothing)),
        (status(302), Class::Protocol, Some(HeardOpen::Nothing)),
        (broken, Class::Reset, Some(HeardOpen::Nothing)),
    ] {
        let found = merchant.hear_open(Journey::Checkout, 7, &answer);
        assert_eq!(found.0, class, "{answer:?}");
        match heard {
            Some(heard) => assert_eq!(found.1, heard, "{answer:?}"),
            None => assert!(matches!(found.1, HeardOpen::Refused { .. }), "{answer:?}"),
        }
    }
}

#[test]
fn answers_to_queries() {
    let merchant = merchant();
    for (answer, expected) in [
        (ok(deposit(&merchant, 7, 1)), (Class::Ok, HeardQuery::Paid)),
        (ok(deposit(&merchant, 7, 0)), (Class::Ok, HeardQuery::Unpaid)),
        (ok(deposit(&merchant, 8, 1)), (Class::Protocol, HeardQuery::Nothing)),
        (ok(Fault::UnknownOrder.encode()), (Class::Declined, HeardQuery::Absent)),
        (ok(Fault::Unauthorized.encode()), (Class::Declined, HeardQuery::Nothing)),
        (status(503), (Class::Http5xx, HeardQuery::Nothing)),
    ] {
        assert_eq!(
            merchant.hear_query(Journey::Checkout, 7, &answer),
            expected,
            "{answer:?}"
        );
    }
}

#[test]
fn answers_about_withdrawals() {
    let merchant = merchant();
    let hear = |answer| merchant.hear_query(Journey::Payout, 7, &answer);
    for (answer, expected) in [
        (ok(withdrawal(&merchant, 7, 1)), (Class::Ok, HeardQuery::Paid)),
        (ok(withdrawal(&merchant, 7, 2)), (Class::Ok, HeardQuery::Failed)),
        (ok(withdrawal(&merchant, 7, 0)), (Class::Ok, HeardQuery::Unpaid)),
        (ok(withdrawal(&merchant, 8, 1)), (Class::Protocol, HeardQuery::Nothing)),
        (ok(deposit(&merchant, 7, 1)), (Class::Protocol, HeardQuery::Nothing)),
        (ok(Fault::UnknownOrder.encode()), (Class::Declined, HeardQuery::Absent)),
    ] {
        assert_eq!(hear(answer.clone()), expected, "{answer:?}");
    }
    let taken = Said::Transfer { order_id: order_id(7) };
    let taken = answer::encode(&taken, merchant.shop(), &Manner::default(), Algorithm::Hmac, &token());
    let opened = HeardOpen::Opened {
        order_id: order_id(7).into(),
        pay_url: None,
    };
    assert_eq!(merchant.hear_open(Journey::Payout, 7, &ok(taken)), (Class::Ok, opened));
}

#[test]
fn callbacks_are_believed_only_when_signed_and_over() {
    let merchant = merchant();
    let good = callback(&merchant, 7);
    let other = |change: fn(&mut Callback)| {
        let mut changed = good.clone();
        change(&mut changed);
        sent(&changed, &token())
    };
    let notice = merchant.read_callback(&sent(&good, &token())).unwrap();
    assert_eq!(
        (notice.seq, notice.amount, notice.order_id),
        (Some(7), merchant.amount(7), order_id(7))
    );
    assert_eq!(
        merchant
            .read_callback(&other(|callback| callback.unique_id = Some("X-1".to_owned())))
            .unwrap()
            .seq,
        None
    );
    for (status, failed) in [(1, false), (2, true)] {
        let ended = Callback {
            status,
            kind: Kind::Withdraw,
            ..good.clone()
        };
        let notice = merchant.read_callback(&sent(&ended, &token())).unwrap();
        assert_eq!((notice.kind, notice.failed), (Kind::Withdraw, failed));
    }
    let mut flipped = sent(&good, &token());
    let at = flipped.iter().position(|byte| *byte == b'7').unwrap();
    flipped[at] = b'8';
    for (what, body) in [
        ("wrong key", sent(&good, &Token::new("another").unwrap())),
        ("a digit changed", flipped),
        ("unpaid", other(|callback| callback.status = 0)),
        ("a deposit that failed", other(|callback| callback.status = 2)),
        ("another shop", other(|callback| callback.shop = 1)),
        ("no JSON", b"hello".to_vec()),
        ("nothing", Vec::new()),
    ] {
        assert_eq!(merchant.read_callback(&body), None, "{what}");
    }
}

#[test]
fn a_probe_tells_whether_the_signature_is_believed() {
    let merchant = merchant();
    let outgoing = merchant.probe();
    let call = request::decode(Operation::CheckDeposit, None, &outgoing.body).unwrap();
    assert!(call.verify(super::ACCEPTS, &token()).is_some() && call.command().is_ok());
    assert_eq!(merchant.call_of(&call.nonce.unwrap()), None);
    for (answer, refused) in [
        (ok(Fault::AuthFailed(AuthFailure::SignWrong).encode()), true),
        (ok(Fault::UnknownOrder.encode()), false),
        (ok(Fault::Unauthorized.encode()), false),
        (status(503), false),
        (
            Err(Broken {
                class: Class::Timeout,
                status: None,
                why: String::new(),
            }),
            false,
        ),
    ] {
        assert_eq!(merchant.is_refused(&answer), refused, "{answer:?}");
    }
}

/// The audit of a segment leaves the orders of the others alone, and between them no order is left out or looked at twice.
#[test]
fn segments_share_out_the_orders_of_the_whole() {
    let whole = merchant();
    for of in 1..=5 {
        let segments: Vec<_> = Segment::all(of).map(|segment| merchant().of_segment(segment)).collect();
        for arrival in 0..60 {
            let number = whole.number(arrival);
            let mut owners = segments.iter().filter(|one| one.is_ours(&number));
            let owner = owners.next().unwrap_or_else(|| panic!("{number} of {of} is nobody's"));
            assert!(owners.next().is_none(), "{number} of {of} is in two");
            let seq = owner.seq_of(&number).unwrap();
            assert_eq!(owner.number(seq), number);
            assert_eq!(owner.amount(seq), whole.amount(arrival));
            let knowing = segments.iter().filter(|one| one.seq_of(&number).is_some());
            assert_eq!(knowing.count(), 1, "{number} of {of}");
        }
        for (number, ours) in [("T-x", 1), ("T-", 1), ("T", 0), ("U-00000001", 0)] {
            assert_eq!(
                segments.iter().filter(|one| one.is_ours(number)).count(),
                ours,
                "{number} of {of}"
            );
        }
    }
}
