//! What a field may hold, and what is said of one that holds something else.

use super::*;

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
