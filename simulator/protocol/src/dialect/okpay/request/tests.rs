//! Requests both ways: the published vector, the round trip, what is refused and why.

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

fn refusal(operation: Operation, body: &str) -> String {
    let call = decode(operation, None, body.as_bytes()).unwrap();
    assert!(call.verify(Accepts::HMAC, &token()).is_some(), "{body}");
    match call.command() {
        Ok(command) => format!("taken as {command:?}"),
        Err(error) => {
            assert_eq!(Fault::from(error.clone()).reason(), error.to_string());
            error.to_string()
        }
    }
}

/// Reliability D9: each is signed correctly and still refused, with the field and the reason.
#[test]
fn amounts_that_are_no_plain_decimal_above_zero_are_refused() {
    const PLAIN: &str = "amount: not plain decimal text";
    const DIGITS: &str = "amount: more than 12 digits before the point";
    let ten_thousand = "9".repeat(10_000);
    for (amount, reason) in [
        ("-1", PLAIN),
        ("-0", PLAIN),
        ("+1", PLAIN),
        ("0", "amount: not above zero"),
        ("0.0", "amount: not above zero"),
        ("0.00000000", "amount: not above zero"),
        ("00.1", PLAIN),
        ("01", PLAIN),
        ("000", PLAIN),
        (".5", PLAIN),
        ("5.", PLAIN),
        (".", PLAIN),
        ("1.2.3", PLAIN),
        ("1e2", PLAIN),
        ("1E2", PLAIN),
        ("1e309", PLAIN),
        ("NaN", PLAIN),
        ("inf", PLAIN),
        ("Infinity", PLAIN),
        ("0x10", PLAIN),
        ("1_000", PLAIN),
        ("1,000", PLAIN),
        ("1,5", PLAIN),
        ("1 000", PLAIN),
        ("1.0000000001", "amount: more than 8 decimals"),
        ("1.000000000", "amount: more than 8 decimals"),
        ("0.000000001", "amount: more than 8 decimals"),
        ("1000000000000", DIGITS),
        ("9223372036854775807", DIGITS),
        ("9223372036854775808", DIGITS),
        ("18446744073709551616", DIGITS),
        ("340282366920938463463374607431768211456", DIGITS),
        ("1000000000000000000000000000000", DIGITS),
        (&ten_thousand, DIGITS),
        ("１２", PLAIN),
        ("١٢", PLAIN),
        ("\u{2212}1", PLAIN),
        ("1\u{a0}", PLAIN),
        ("1\0", PLAIN),
        (" 1", PLAIN),
        ("1 ", PLAIN),
        ("1\n", PLAIN),
        ("\u{feff}1", PLAIN),
        ("1USDT", PLAIN),
        ("", "amount: missing"),
        ("null", PLAIN),
        ("false", PLAIN),
        ("½", PLAIN),
    ] {
        assert_eq!(
            refusal(Operation::PayLink, &form(&[("amount", amount), ("coin", "USDT")])),
            reason,
            "{amount}"
        );
    }
    assert_eq!(
        refusal(Operation::PayLink, &form(&[("coin", "USDT")])),
        "amount: missing"
    );
    let seven = form(&[("amount", "0.0000001"), ("coin", "TRX")]);
    assert_eq!(refusal(Operation::PayLink, &seven), "amount: more than 6 decimals");
}

#[test]
fn json_amounts_are_refused_alike() {
    for (raw, reason) in [
        (r#""amount":-1"#, "amount: not plain decimal text"),
        (r#""amount":-0"#, "amount: not plain decimal text"),
        (r#""amount":1e2"#, "amount: not plain decimal text"),
        (r#""amount":1e309"#, "amount: not plain decimal text"),
        (r#""amount":0.0"#, "amount: not above zero"),
        (r#""amount":null"#, "amount: missing"),
        (r#""amount":"""#, "amount: missing"),
        (r#""amount":true"#, "amount: of the wrong JSON type"),
        (r#""amount":{"value":"1"}"#, "amount: missing"),
    ] {
        assert_eq!(
            refusal(Operation::PayLink, &json(&format!(r#"{raw},"coin":"USDT""#))),
            reason,
            "{raw}"
        );
    }
    let array = decode(Operation::PayLink, None, br#"{"amount":["1"],"coin":"USDT"}"#).unwrap_err();
    assert_eq!(
        Fault::from(array).explanation(),
        r#"body_malformed: field "amount" is an array"#
    );
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
fn other_fields_are_refused_with_field_and_reason() {
    let long = |chars: usize| "x".repeat(chars);
    for (field, value, reason) in [
        ("coin", "", "coin: missing"),
        ("coin", "usdt", "coin: neither USDT nor TRX"),
        ("coin", "BTC", "coin: neither USDT nor TRX"),
        ("coin", "CNY", "coin: neither USDT nor TRX"),
        ("coin", "USDT ", "coin: neither USDT nor TRX"),
        ("unique_id", &long(65), "unique_id: not of 1 to 64 characters"),
        ("unique_id", "订单", "unique_id: not printable ASCII"),
        ("unique_id", "A\r\nX: y", "unique_id: not printable ASCII"),
        ("unique_id", "A\0", "unique_id: not printable ASCII"),
        ("unique_id", "A\x7f", "unique_id: not printable ASCII"),
        ("name", &long(129), "name: not of 1 to 128 characters"),
        ("name", "a\u{85}b", "name: holds control characters"),
        ("return_url", &long(2049), "return_url: not of 1 to 2048 characters"),
        ("return_url", "http://a/\n", "return_url: not printable ASCII"),
        (
            "callback_url",
            "ftp://shop.example/",
            "callback_url: not an http or https URL without user name",
        ),
        (
            "callback_url",
            "http://a:b@shop.example/",
            "callback_url: not an http or https URL without user name",
        ),
        ("callback_url", &long(2049), "callback_url: not of 1 to 2048 characters"),
        ("status", "1", "status: not 0"),
        ("nonce", "1234567", "nonce: not of 8 to 128 characters"),
        ("nonce", &long(129), "nonce: not of 8 to 128 characters"),
        ("nonce", "", "nonce: missing"),
        ("nonce", "abc\0efgh", "nonce: not printable ASCII"),
    ] {
        let mut pairs = vec![
            ("id", "7"),
            ("timestamp", "8"),
            ("nonce", "12345678"),
            ("amount", "1"),
            ("coin", "USDT"),
        ];
        pairs.retain(|(name, _)| *name != field);
        pairs.push((field, value));
        let sign = sign(&token(), &Fields::of_text(pairs.iter().copied()).canonical()).to_string();
        pairs.push(("sign", &sign));
        let body = Serializer::new(String::new()).extend_pairs(pairs).finish();
        assert_eq!(refusal(Operation::PayLink, &body), reason);
    }
    assert_eq!(refusal(Operation::CheckDeposit, &form(&[])), "unique_id: missing");
    assert_eq!(
        refusal(Operation::CheckDeposit, &form(&[("unique_id", &long(65))])),
        "unique_id: not of 1 to 64 characters"
    );
    assert_eq!(
        refusal(Operation::CheckDeposit, &json(r#""unique_id":false"#)),
        "unique_id: of the wrong JSON type"
    );
}

#[test]
fn the_valid_twins_are_taken() {
    let longest = "x".repeat(64);
    for pairs in [
        &[("amount", "0.00000001"), ("coin", "USDT"), ("status", "0")][..],
        &[
            ("amount", "999999999999.999999"),
            ("coin", "TRX"),
            ("unique_id", &longest),
        ],
        &[
            ("amount", "1"),
            ("coin", "USDT"),
            ("name", "充值 100 USDT"),
            ("return_url", "tg://resolve?domain=shop"),
        ],
        &[
            ("amount", "1"),
            ("coin", "USDT"),
            ("callback_url", "https://shop.example/cb?x=1"),
            ("colour", "unknown"),
        ],
        &[
            ("amount", "1"),
            ("coin", "USDT"),
            ("name", ""),
            ("return_url", ""),
            ("callback_url", ""),
            ("unique_id", ""),
        ],
    ] {
        let call = decode(Operation::PayLink, None, form(pairs).as_bytes()).unwrap();
        assert_eq!(call.verify(Accepts::HMAC, &token()), Some(Algorithm::Hmac));
        assert!(call.command().is_ok(), "{pairs:?}: {:?}", call.command());
    }
    let zero = json(r#""amount":"1","coin":"USDT","status":0,"name":null"#);
    assert!(
        decode(Operation::PayLink, None, zero.as_bytes())
            .unwrap()
            .command()
            .is_ok()
    );
}

/// A request of the wire's first protocol, taken apart.
fn legacy(operation: Operation, body: &str) -> Call {
    decode(operation, Some(CONTENT_TYPE_FORM), body.as_bytes()).unwrap()
}

/// The vendor's own signs (okpay.md section 2.2).
#[test]
fn the_published_md5_vectors_go_out_and_come_in() {
    let envelope = Envelope { shop: 1, ..envelope() };
    let link = Command::PayLink {
        amount: "10".to_owned(),
        coin: Coin::Usdt,
        unique_id: Some("123456".to_owned()),
        name: Some("test".to_owned()),
        return_url: Some("http://127.0.0.1".to_owned()),
        callback_url: Some("http://127.0.0.1/callback".to_owned()),
    };
    let transfer = Command::Transfer {
        amount: "10".to_owned(),
        coin: Coin::Usdt,
        to_user_id: 123_456,
        unique_id: Some("123456".to_owned()),
        name: Some("test".to_owned()),
        callback_url: Some("http://127.0.0.1/callback".to_owned()),
    };
    insta::assert_snapshot!(encode(&link, &envelope, Algorithm::Md5, &legacy_token()), @"id=1&amount=10&coin=USDT&unique_id=123456&name=test&return_url=http%3A%2F%2F127.0.0.1&callback_url=http%3A%2F%2F127.0.0.1%2Fcallback&sign=7465C8F4ED1BA0C8C2DB88E792374A65");
    insta::assert_snapshot!(encode(&transfer, &envelope, Algorithm::Md5, &legacy_token()), @"id=1&amount=10&coin=USDT&to_user_id=123456&unique_id=123456&name=test&callback_url=http%3A%2F%2F127.0.0.1%2Fcallback&sign=09BC57D2B2AAFAA59DC56E82B8F79E03");
    for (command, sign) in [
        (link, "7465C8F4ED1BA0C8C2DB88E792374A65"),
        (transfer, "09BC57D2B2AAFAA59DC56E82B8F79E03"),
    ] {
        let body = encode(&command, &envelope, Algorithm::Md5, &legacy_token());
        assert!(body.ends_with(&format!("&sign={sign}")), "{body}");
        let call = legacy(command.operation(), &body);
        assert_eq!(call.verify(only(Algorithm::Md5), &legacy_token()), Some(Algorithm::Md5));
        assert_eq!(
            (call.shop, call.timestamp, call.nonce.as_deref()),
            (Some(1), None, None)
        );
        assert_eq!(call.command(), Ok(command));
    }
}

#[test]
fn a_shop_takes_the_protocols_it_signs_with() {
    let both = Accepts {
        hmac: true,
        md5: Some(Md5Rule::Strict),
    };
    let [hmac, md5] = Algorithm::ALL.map(|algorithm| encode(&order(), &envelope(), algorithm, &token()));
    let bare = md5.split("&sign").next().unwrap().to_owned();
    let short = format!("{bare}&sign=ABC");
    for (body, accepts, claimed) in [
        (&hmac, Accepts::HMAC, Ok(Algorithm::Hmac)),
        (&hmac, both, Ok(Algorithm::Hmac)),
        (&hmac, only(Algorithm::Md5), Err(AuthFailure::SignModern)),
        (&md5, Accepts::HMAC, Err(AuthFailure::SignLegacy)),
        (&md5, both, Ok(Algorithm::Md5)),
        (&md5, only(Algorithm::Md5), Ok(Algorithm::Md5)),
        (&bare, both, Err(AuthFailure::SignMissing)),
        (&short, both, Err(AuthFailure::SignWrong)),
    ] {
        let call = legacy(Operation::PayLink, body);
        assert_eq!(call.claim(accepts), claimed, "{body}");
        assert_eq!(call.verify(accepts, &token()), claimed.ok(), "{body}");
    }
}

/// At the top, PHP's signers leave noughts and empty texts out, so anybody could add one.
#[test]
fn what_an_md5_sign_does_not_cover_is_not_read() {
    let command = Command::PayLink {
        amount: "1".to_owned(),
        coin: Coin::Usdt,
        unique_id: None,
        name: None,
        return_url: None,
        callback_url: None,
    };
    let body = encode(&command, &envelope(), Algorithm::Md5, &token());
    for (added, verified) in [
        ("&unique_id=0", true),
        ("&name=0&status=0", true),
        ("&name=", true),
        ("&name=00", false),
        ("&status=1", false),
    ] {
        let call = legacy(Operation::PayLink, &format!("{body}{added}"));
        assert_eq!(
            call.verify(only(Algorithm::Md5), &token()).is_some(),
            verified,
            "{added}"
        );
        if verified {
            assert_eq!(call.command().as_ref(), Ok(&command), "{added}");
        }
    }
    let nought = body.replace("amount=1", "amount=0");
    assert_eq!(
        legacy(Operation::PayLink, &nought).command().unwrap_err().to_string(),
        "amount: missing"
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
fn fields_of_the_other_operations_are_refused_with_field_and_reason() {
    use Operation::{CensorUserByTg, CheckTransfer, CheckTransferByTxid, TransactionHistory, Transfer};
    let upper = "A1".repeat(16);
    let long = "a".repeat(33);
    let far = "1".repeat(21);
    const PAYS: [(&str, &str); 3] = [("amount", "1"), ("coin", "TRX"), ("to_user_id", "7")];
    for (operation, field, value, reason) in [
        (CheckTransferByTxid, "txid", "", "txid: missing"),
        (CheckTransferByTxid, "txid", "a1", "txid: not 32 lower-case hex digits"),
        (
            CheckTransferByTxid,
            "txid",
            &upper,
            "txid: not 32 lower-case hex digits",
        ),
        (CheckTransferByTxid, "txid", &long, "txid: not 32 lower-case hex digits"),
        (Transfer, "to_user_id", "", "to_user_id: missing"),
        (Transfer, "to_user_id", "0", "to_user_id: not above zero"),
        (Transfer, "to_user_id", "-7", "to_user_id: not a whole number in range"),
        (Transfer, "to_user_id", "007", "to_user_id: not a whole number in range"),
        (
            Transfer,
            "to_user_id",
            "@okpay",
            "to_user_id: not a whole number in range",
        ),
        (Transfer, "to_user_id", &far, "to_user_id: not a whole number in range"),
        (Transfer, "amount", "0", "amount: not above zero"),
        (Transfer, "amount", "0.0000001", "amount: more than 6 decimals"),
        (Transfer, "coin", "CNY", "coin: neither USDT nor TRX"),
        (Transfer, "unique_id", "\n", "unique_id: not printable ASCII"),
        (Transfer, "name", "\n", "name: holds control characters"),
        (
            Transfer,
            "callback_url",
            "/cb",
            "callback_url: not an http or https URL without user name",
        ),
        (CheckTransfer, "unique_id", "", "unique_id: missing"),
        (CensorUserByTg, "telegramID", "", "telegramID: missing"),
        (
            CensorUserByTg,
            "telegramID",
            "x",
            "telegramID: not a whole number in range",
        ),
        (TransactionHistory, "page", "0", "page: not from 1 to 4294967295"),
        (TransactionHistory, "page", "1.0", "page: not from 1 to 4294967295"),
        (
            TransactionHistory,
            "page",
            "4294967296",
            "page: not from 1 to 4294967295",
        ),
        (TransactionHistory, "page_size", "0", "page_size: not from 1 to 100"),
        (TransactionHistory, "page_size", "101", "page_size: not from 1 to 100"),
        (TransactionHistory, "page_size", "-1", "page_size: not from 1 to 100"),
        (
            TransactionHistory,
            "from",
            "yesterday",
            "from: not a whole number in range",
        ),
        (TransactionHistory, "to", "1e9", "to: not a whole number in range"),
    ] {
        let mut pairs = PAYS.to_vec();
        pairs.retain(|(name, _)| *name != field);
        pairs.push((field, value));
        let body = form(&pairs);
        let call = decode(operation, None, body.as_bytes()).unwrap();
        assert_eq!(call.command().unwrap_err().to_string(), reason, "{operation} {value:?}");
    }
}

#[test]
fn some_fields_have_refusals_of_their_own() {
    for (operation, pairs, explanation) in [
        (
            Operation::CheckTransferByTxid,
            &[("txid", "x")][..],
            "txid_invalid: txid: not 32 lower-case hex digits",
        ),
        (
            Operation::Transfer,
            &[("amount", "1"), ("coin", "USDT"), ("to_user_id", "TXYZ")],
            "address_invalid: to_user_id: not a whole number in range",
        ),
        (
            Operation::Transfer,
            &[
                ("amount", "1"),
                ("coin", "USDT"),
                ("to_user_id", "7"),
                ("callback_url", "x"),
            ],
            "callback_url_invalid: callback_url: not an http or https URL without user name",
        ),
    ] {
        let call = decode(operation, None, form(pairs).as_bytes()).unwrap();
        assert_eq!(Fault::from(call.command().unwrap_err()).explanation(), explanation);
    }
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

fn commands() -> impl Strategy<Value = Command> {
    // "0" is what PHP takes for false, so a legacy form does not carry it.
    let unique_id = || "[ -~]{1,64}".prop_filter("an order number is not nought", |number| number != "0");
    let coin = || prop_oneof![Just(Coin::Usdt), Just(Coin::Trx)];
    let text = any::<String>().prop_map(|text| text.chars().filter(|c| !c.is_control()).take(128).collect::<String>());
    let name = option::of(text.prop_filter("falsy is absent", |text| !matches!(text.as_str(), "" | "0")));
    let callback_url = || option::of("https?://[a-z]{1,9}\\.example(:[1-9][0-9]{0,3})?/[!-Z^-~]{0,40}");
    let return_url = option::of("[ -~]{2,80}");
    let sum = || ("[1-9][0-9]{0,11}(\\.[0-9]{1,6})?", coin());
    let moment = || option::of(1_u64..);
    prop_oneof![
        unique_id().prop_map(|unique_id| Command::CheckDeposit { unique_id }),
        unique_id().prop_map(|unique_id| Command::CheckTransfer { unique_id }),
        "[0-9a-f]{32}".prop_map(|txid| Command::CheckTransferByTxid { txid }),
        Just(Command::Balance),
        (1_u64..).prop_map(|telegram_id| Command::CensorUserByTg { telegram_id }),
        (1_u32.., 1_u32..=100, moment(), moment()).prop_map(|(page, page_size, from, to)| {
            Command::TransactionHistory {
                page,
                page_size,
                from,
                to,
            }
        }),
        (sum(), option::of(unique_id()), name.clone(), return_url, callback_url()).prop_map(
            |((amount, coin), unique_id, name, return_url, callback_url)| Command::PayLink {
                amount,
                coin,
                unique_id,
                name,
                return_url,
                callback_url,
            }
        ),
        (sum(), 1_u64.., option::of(unique_id()), name, callback_url()).prop_map(
            |((amount, coin), to_user_id, unique_id, name, callback_url)| Command::Transfer {
                amount,
                coin,
                to_user_id,
                unique_id,
                name,
                callback_url,
            }
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_a_merchant_encodes_the_gateway_decodes(
        command in commands(),
        envelope in (1_u64.., any::<u64>(), "[ -~]{8,128}"),
        algorithm in algorithms(),
        token in "[ -~]{1,64}",
    ) {
        let token = Token::new(&token).unwrap();
        let (shop, timestamp, nonce) = envelope;
        let envelope = Envelope { shop, timestamp, nonce };
        let body = encode(&command, &envelope, algorithm, &token);
        let call = decode(command.operation(), Some(CONTENT_TYPE_FORM), body.as_bytes()).unwrap();
        prop_assert_eq!(call.verify(only(algorithm), &token), Some(algorithm));
        prop_assert_eq!(call.command(), Ok(command));
        let expected = match algorithm {
            Algorithm::Hmac => (Some(shop), Some(timestamp), Some(envelope.nonce)),
            Algorithm::Md5 => (Some(shop), None, None),
        };
        prop_assert_eq!((call.shop, call.timestamp, call.nonce), expected);
    }

    /// One changed byte either leaves the meaning or loses the sign.
    #[test]
    fn a_changed_byte_never_changes_what_is_believed(
        command in commands(), algorithm in algorithms(), at: prop::sample::Index, byte: u8,
    ) {
        let mut body = encode(&command, &envelope(), algorithm, &token()).into_bytes();
        let at = at.index(body.len());
        body[at] = byte;
        let read = decode(command.operation(), None, &body);
        if let Ok(call) = read && call.verify(only(algorithm), &token()).is_some() {
            prop_assert_eq!(call.command(), Ok(command));
        }
    }

    #[test]
    fn a_peers_bytes_never_panic_us(bytes in collection::vec(any::<u8>(), 0..300), content_type in option::of(any::<String>())) {
        for operation in Operation::ALL {
            if let Ok(call) = decode(operation, content_type.as_deref(), &bytes) {
                let _ = (call.verify(Accepts::HMAC, &token()).is_some(), call.command());
            }
        }
    }

    #[test]
    fn nor_do_fields_of_any_value(
        values in collection::btree_map("amount|coin|unique_id|name|return_url|callback_url|status|nonce|txid|to_user_id|telegramID|page|from", any::<String>(), 0..8),
    ) {
        let body = serde_json::to_vec(&values).unwrap();
        for operation in Operation::ALL {
            let _ = decode(operation, None, &body).unwrap().command();
        }
    }
}
