//! Requests both ways: the published vector, the round trip, what is refused and why.

mod fields;
mod legacy;
mod properties;

use proptest::{collection, option, prelude::*};

use form_urlencoded::Serializer;

use super::*;
use crate::dialect::okpay::testing::{algorithms, legacy_token, only, token};
use crate::dialect::okpay::{CONTENT_TYPE_FORM, CONTENT_TYPE_JSON, Fault};
use crate::sign::{Md5Rule, sign};
use ledger::Coin;

fn envelope() -> Envelope {
    Envelope {
        shop: 10_001,
        timestamp: 1_782_680_000,
        nonce: "a1b2c3d4e5".to_owned(),
    }
}

fn order() -> Command {
    Command::PayLink {
        amount: "100.5".to_owned(),
        coin: Coin::Usdt,
        unique_id: Some("ORDER-20260628-001".to_owned()),
        name: None,
        return_url: None,
        callback_url: None,
    }
}

/// A signed form of these fields and an envelope.
fn form(pairs: &[(&str, &str)]) -> String {
    let mut all = vec![("id", "10001"), ("timestamp", "1782680000"), ("nonce", "a1b2c3d4e5")];
    all.extend(pairs);
    let sign = sign(&token(), &Fields::of_text(all.iter().copied()).canonical()).to_string();
    all.push(("sign", &sign));
    Serializer::new(String::new()).extend_pairs(all).finish()
}

/// A signed JSON body of these raw fields and an envelope.
fn json(raw: &str) -> String {
    let unsigned = format!(r#"{{"id":10001,"timestamp":1782680000,"nonce":"a1b2c3d4e5",{raw}"#);
    let canonical = Fields::from_json(format!("{unsigned}}}").as_bytes())
        .unwrap()
        .canonical();
    format!(r#"{unsigned},"sign":"{}"}}"#, sign(&token(), &canonical))
}

#[test]
fn the_published_vector_goes_out_and_comes_in() {
    let body = encode(&order(), &envelope(), Algorithm::Hmac, &token());
    insta::assert_snapshot!(body, @"id=10001&timestamp=1782680000&nonce=a1b2c3d4e5&amount=100.5&coin=USDT&unique_id=ORDER-20260628-001&sign=7444ADFD8E4F4DA09D752DDF9345E0EE56DC25090FCFAF675DD042830E5E3F79");
    let call = decode(Operation::PayLink, Some(CONTENT_TYPE_FORM), body.as_bytes()).unwrap();
    assert_eq!(call.verify(Accepts::HMAC, &token()), Some(Algorithm::Hmac));
    assert_eq!(
        (call.shop, call.timestamp, call.nonce.as_deref()),
        (Some(10_001), Some(1_782_680_000), Some("a1b2c3d4e5"))
    );
    assert_eq!(call.command(), Ok(order()));
}

#[test]
fn a_missing_part_of_the_envelope_is_kept_as_missing() {
    for (body, shop, timestamp, nonce) in [
        ("", None, None, None),
        ("amount=1&coin=USDT", None, None, None),
        ("id=7&timestamp=8&nonce=n", Some(7), Some(8), Some("n")),
        ("id=&timestamp=&nonce=&sign=", None, None, None),
        ("id=x&timestamp=1.0&nonce=+", None, None, Some(" ")),
        ("id=-1&timestamp=18446744073709551616", None, None, None),
        (
            r#"{"id":7,"timestamp":"8","nonce":9,"sign":null}"#,
            Some(7),
            Some(8),
            Some("9"),
        ),
        (
            r#"{"id":"7","timestamp":8e0,"nonce":null,"sign":true}"#,
            Some(7),
            None,
            None,
        ),
        (r#"{"id":{"x":7},"sign":{"x":1}}"#, None, None, None),
    ] {
        let call = decode(Operation::CheckDeposit, None, body.as_bytes()).unwrap();
        assert_eq!(
            (call.shop, call.timestamp, call.nonce.as_deref()),
            (shop, timestamp, nonce),
            "{body}"
        );
        assert!(call.verify(Accepts::HMAC, &token()).is_none(), "{body}");
    }
}

/// Reliability N1, on the wire.
#[test]
fn a_request_is_believed_under_its_own_sign_only() {
    let good = form(&[("unique_id", "A-1")]);
    let (fields, sign) = good.rsplit_once("&sign=").unwrap();
    for (body, verified) in [
        (good.clone(), true),
        (format!("sign={sign}&{fields}"), true),
        (format!("{fields}&sign={}", sign.to_lowercase()), true),
        (format!("{fields}&empty=&sign={sign}"), true),
        (fields.to_owned(), false),
        (format!("{fields}&sign="), false),
        (format!("{fields}&sign={}", "0".repeat(64)), false),
        (format!("{fields}&sign={}", &sign[..63]), false),
        (format!("{fields}&sign={sign}0"), false),
        (format!("{fields}&sign={sign}+"), false),
        (format!("{fields}&sign=+{sign}"), false),
        (format!("{fields}&sign={}", &sign[..32]), false),
        (format!("{fields}&extra=1&sign={sign}"), false),
        (format!("{}&sign={sign}", fields.replace("A-1", "A-2")), false),
        (
            format!("{}&sign={sign}", fields.replace("1782680000", "1782680001")),
            false,
        ),
    ] {
        let call = decode(Operation::CheckDeposit, None, body.as_bytes()).unwrap();
        assert_eq!(call.verify(Accepts::HMAC, &token()).is_some(), verified, "{body}");
    }
    for body in [
        format!("{good}&sign={sign}"),
        format!("{fields}&sign[]={sign}"),
        format!("{good}&unique_id=A-2"),
    ] {
        assert!(
            decode(Operation::CheckDeposit, None, body.as_bytes()).is_err(),
            "{body}"
        );
    }
}

#[test]
fn the_body_and_its_content_type_say_how_it_is_read() {
    for (content_type, body, read) in [
        (None, "a=1", Ok("a=1")),
        (Some(""), "a=1", Ok("a=1")),
        (Some(CONTENT_TYPE_FORM), "a=1", Ok("a=1")),
        (Some("Application/X-WWW-Form-Urlencoded; charset=GBK"), "a=1", Ok("a=1")),
        (Some(CONTENT_TYPE_FORM), " \r\n{\"a\":1}", Ok("a=1")),
        (None, "{\"a\":1}", Ok("a=1")),
        (Some("text/plain"), "{\"a\":1}", Ok("a=1")),
        (Some("application/json;charset=utf-8"), "{\"a\":1}", Ok("a=1")),
        (
            Some(CONTENT_TYPE_JSON),
            "a=1",
            Err("the body is not a JSON object: line 1, column 1"),
        ),
        (
            Some("application/problem+json"),
            "[1]",
            Err("the body is not a JSON object: line 1, column 0"),
        ),
        (
            Some("text/plain"),
            "a=1",
            Err("content type \"text/plain\" is neither a form nor JSON"),
        ),
        (Some("multipart/form-data; boundary=x"), "--x", {
            Err("content type \"multipart/form-data\" is neither a form nor JSON")
        }),
    ] {
        let read_now = decode(Operation::PayLink, content_type, body.as_bytes());
        let read_now = read_now
            .map(|call| call.fields.canonical())
            .map_err(|error| error.to_string());
        assert_eq!(
            read_now.as_deref().map_err(String::as_str),
            read,
            "{content_type:?} {body}"
        );
    }
}

#[test]
fn a_number_is_signed_and_read_in_the_bytes_it_was_sent_with() {
    for raw in ["100.50", "1.30", "0.10", "1"] {
        let call = decode(
            Operation::PayLink,
            None,
            json(&format!(r#""amount":{raw},"coin":"USDT""#)).as_bytes(),
        )
        .unwrap();
        assert_eq!(call.verify(Accepts::HMAC, &token()), Some(Algorithm::Hmac));
        assert!(call.fields.canonical().starts_with(&format!("amount={raw}&")));
        let Command::PayLink { amount, .. } = call.command().unwrap() else {
            panic!("asked for a pay link")
        };
        assert_eq!(amount, raw);
    }
    let exponent = json(r#""amount":1e2,"coin":"USDT""#);
    assert!(
        decode(Operation::PayLink, None, exponent.as_bytes())
            .unwrap()
            .verify(Accepts::HMAC, &token())
            .is_some()
    );
    let rewritten = json(r#""amount":1.30,"coin":"USDT""#).replace("1.30", "1.3");
    assert!(
        decode(Operation::PayLink, None, rewritten.as_bytes())
            .unwrap()
            .verify(Accepts::HMAC, &token())
            .is_none()
    );
}

#[test]
fn every_operation_as_it_goes_out() {
    let lines: Vec<String> = every_command()
        .iter()
        .flat_map(|command| {
            Algorithm::ALL.map(|algorithm| {
                let body = encode(command, &envelope(), algorithm, &token());
                format!("{} {body}", command.operation().path())
            })
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

/// Each operation with as little and with as much as it takes.
fn every_command() -> Vec<Command> {
    vec![
        order(),
        Command::CheckDeposit {
            unique_id: "A-1".to_owned(),
        },
        Command::CheckTransferByTxid { txid: "a1".repeat(16) },
        Command::Transfer {
            amount: "12.30".to_owned(),
            coin: Coin::Trx,
            to_user_id: 7_238_234_930,
            unique_id: None,
            name: None,
            callback_url: None,
        },
        Command::CheckTransfer {
            unique_id: "A-1".to_owned(),
        },
        Command::Balance,
        Command::CensorUserByTg { telegram_id: 7 },
        Command::TransactionHistory {
            page: 1,
            page_size: 20,
            from: None,
            to: None,
        },
        Command::TransactionHistory {
            page: 2,
            page_size: 100,
            from: Some(1_782_680_000),
            to: Some(1_782_766_400),
        },
    ]
}

#[test]
fn a_history_without_a_page_is_the_first_of_twenty() {
    let expected = Command::TransactionHistory {
        page: 1,
        page_size: 20,
        from: None,
        to: None,
    };
    for pairs in [
        &[][..],
        &[("page", ""), ("from", "")],
        &[("page", "1"), ("page_size", "20")],
    ] {
        let call = decode(Operation::TransactionHistory, None, form(pairs).as_bytes()).unwrap();
        assert_eq!(call.command().as_ref(), Ok(&expected), "{pairs:?}");
    }
}

/// Numbers may stand in JSON as numbers.
#[test]
fn json_numbers_are_read_like_texts() {
    let call = decode(
        Operation::Transfer,
        None,
        json(r#""amount":1.5,"coin":"TRX","to_user_id":7"#).as_bytes(),
    )
    .unwrap();
    assert!(call.verify(Accepts::HMAC, &token()).is_some());
    let Ok(Command::Transfer { amount, to_user_id, .. }) = call.command() else {
        panic!("asked for a transfer")
    };
    assert_eq!((amount.as_str(), to_user_id), ("1.5", 7));
}
