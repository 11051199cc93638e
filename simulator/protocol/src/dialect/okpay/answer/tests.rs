//! Answers both ways, and everything a merchant must not take for one.

use proptest::{collection, option, prelude::*};

use super::*;
use crate::dialect::okpay::{AuthFailure, Fault};
use crate::sign::sign;

fn token() -> Token {
    Token::new("TESTtoken123456789abcdefghijABCD").unwrap()
}

fn pay_link() -> Answer {
    Answer::PayLink {
        order_id: "ac7b86615fdb137576ae35879f7ed844".to_owned(),
        pay_url: "https://t.me/OkayPayBot?start=shop_deposit--ac7b86615fdb137576ae35879f7ed844".to_owned(),
        unique_id: Some("A-1".to_owned()),
    }
}

fn deposit(status: u8, pay_user_id: Option<u64>) -> Answer {
    Answer::Deposit {
        order_id: "ac7b86615fdb137576ae35879f7ed844".to_owned(),
        unique_id: "A-1".to_owned(),
        status,
        amount: "6.00000000".to_owned(),
        coin: Coin::Usdt,
        kind: Kind::Deposit,
        pay_user_id,
    }
}

fn text(body: Vec<u8>) -> String {
    String::from_utf8(body).unwrap()
}

/// The same body under a right sign.
fn signed(unsigned: &str) -> String {
    let canonical = Fields::from_json(unsigned.as_bytes()).unwrap().canonical();
    format!(
        r#"{},"sign":"{}"}}"#,
        unsigned.strip_suffix('}').unwrap(),
        sign(&token(), &canonical)
    )
}

#[test]
fn bodies_are_what_the_wallet_sends() {
    insta::assert_snapshot!(text(encode(&pay_link(), 10_001, &token())), @r#"{"status":"success","code":200,"data":{"order_id":"ac7b86615fdb137576ae35879f7ed844","pay_url":"https://t.me/OkayPayBot?start=shop_deposit--ac7b86615fdb137576ae35879f7ed844","status":0,"unique_id":"A-1"},"id":10001,"sign":"1B9283824464C3183F5CDE23840B2AB4C4E2CCDC09662E545C3AFBC70A9D20C3"}"#);
    insta::assert_snapshot!(text(encode(&deposit(1, Some(7_238_234_930)), 10_001, &token())), @r#"{"status":"success","code":200,"data":{"order_id":"ac7b86615fdb137576ae35879f7ed844","unique_id":"A-1","pay_user_id":7238234930,"amount":"6.00000000","coin":"USDT","status":1,"type":"deposit"},"id":10001,"sign":"123BA93DD2272408D4F03E34C4609A2A6093E15C3B6EA7487E6474AE7309BBFF"}"#);
    insta::assert_snapshot!(text(encode(&deposit(0, None), 10_001, &token())), @r#"{"status":"success","code":200,"data":{"order_id":"ac7b86615fdb137576ae35879f7ed844","unique_id":"A-1","amount":"6.00000000","coin":"USDT","status":0,"type":"deposit"},"id":10001,"sign":"09759CED323AE8665969E63BB1F2998044B45A7C2D2415F465D995339531B4D6"}"#);
}

#[test]
fn an_answer_is_believed_under_its_own_sign_only() {
    let good = text(encode(&deposit(1, Some(7)), 1, &token()));
    let (fields, sign) = good.strip_suffix("\"}").unwrap().rsplit_once(",\"sign\":\"").unwrap();
    for (body, believed) in [
        (good.clone(), true),
        (format!("{fields},\"sign\":\"{}\"}}", sign.to_lowercase()), true),
        (good.replace(",\"", " ,\n \""), true),
        (format!("{fields}}}"), false),
        (format!("{fields},\"sign\":\"\"}}"), false),
        (format!("{fields},\"sign\":null}}"), false),
        (format!("{fields},\"sign\":\"{}\"}}", &sign[..63]), false),
        (format!("{fields},\"sign\":\"{sign}0\"}}"), false),
        (format!("{fields},\"sign\":\"{}\"}}", "0".repeat(64)), false),
        (good.replace("6.00000000", "60.0000000"), false),
        (good.replace("6.00000000", "6.0"), false),
        (good.replace("\"status\":1", "\"status\":0"), false),
    ] {
        let expected = if believed {
            Ok(deposit(1, Some(7)))
        } else {
            Err(AnswerError::BadSign)
        };
        assert_eq!(
            decode(Operation::CheckDeposit, body.as_bytes(), &token()),
            expected,
            "{body}"
        );
    }
    let other = Token::new("another").unwrap();
    assert_eq!(
        decode(Operation::CheckDeposit, good.as_bytes(), &other),
        Err(AnswerError::BadSign)
    );
}

#[test]
fn a_refusal_needs_no_sign() {
    for (body, status, msg, code) in [
        (
            &Fault::AuthFailed(AuthFailure::SignWrong).encode()[..],
            RefusalStatus::Warning,
            "身份认证失败",
            None,
        ),
        (
            &Fault::SystemError.encode(),
            RefusalStatus::Error,
            "系统错误",
            Some(10_001),
        ),
        (
            br#"{"msg":"no","status":"warning","code":400,"data":{}}"#,
            RefusalStatus::Warning,
            "no",
            Some(400),
        ),
    ] {
        let refused = AnswerError::Refused {
            status,
            msg: msg.to_owned(),
            code,
        };
        for operation in Operation::ALL {
            assert_eq!(decode(operation, body, &token()), Err(refused.clone()));
        }
    }
}

#[test]
fn what_the_contract_does_not_know_is_malformed() {
    const LINK: &str =
        r#"{"status":"success","code":200,"data":{"order_id":"a1","pay_url":"https://t.me/x","status":0},"id":7}"#;
    assert!(decode(Operation::PayLink, signed(LINK).as_bytes(), &token()).is_ok());
    assert!(
        decode(
            Operation::PayLink,
            signed(&LINK.replace("200", "10000")).as_bytes(),
            &token()
        )
        .is_ok()
    );
    for (body, reason) in [
        (
            String::new(),
            "malformed: the body is not a JSON object: line 1, column 0",
        ),
        (
            "<html>502</html>".to_owned(),
            "malformed: the body is not a JSON object: line 1, column 1",
        ),
        ("{}".to_owned(), "malformed: status: missing"),
        (r#"{"status":"warning"}"#.to_owned(), "malformed: msg: missing"),
        (
            r#"{"status":"error","msg":"x","code":"1"}"#.to_owned(),
            "malformed: code: of the wrong JSON type",
        ),
        (signed(r#"{"status":"ok"}"#), "malformed: status: not success"),
        (signed(r#"{"status":"success"}"#), "malformed: code: missing"),
        (
            signed(&LINK.replace("200", "\"200\"")),
            "malformed: code: of the wrong JSON type",
        ),
        (signed(&LINK.replace("200", "201")), "malformed: code: not 200 or 10000"),
        (
            signed(&LINK.replace(r#""id":7"#, r#""id":"7""#)),
            "malformed: id: of the wrong JSON type",
        ),
        (signed(&LINK.replace("a1", "")), "malformed: data.order_id: missing"),
        (
            signed(&LINK.replace("\"a1\"", "1")),
            "malformed: data.order_id: of the wrong JSON type",
        ),
        (
            signed(&LINK.replace("https", "http")),
            "malformed: data.pay_url: not an http or https URL without user name",
        ),
        (
            signed(&LINK.replace(r#""status":0"#, r#""status":1"#)),
            "malformed: data.status: not 0",
        ),
        (
            signed(&LINK.replace(r#""status":0"#, r#""state":0"#)),
            "malformed: data.status: missing",
        ),
        (
            signed(LINK).replace("{\"order_id", "[{\"order_id"),
            "malformed: the body is not a JSON object: line 1, column 100",
        ),
    ] {
        let error = decode(Operation::PayLink, body.as_bytes(), &token()).unwrap_err();
        assert_eq!(error.to_string(), reason, "{body}");
    }
    let number = text(encode(&deposit(1, None), 7, &token())).replace("\"6.00000000\"", "6.00000000");
    assert_eq!(
        decode(Operation::CheckDeposit, number.as_bytes(), &token())
            .unwrap_err()
            .to_string(),
        "malformed: data.amount: of the wrong JSON type"
    );
}

fn answers() -> impl Strategy<Value = Answer> {
    let unique_id = "[ -~]{1,64}";
    let coin = prop_oneof![Just(Coin::Usdt), Just(Coin::Trx)];
    let kind = prop_oneof![Just(Kind::Deposit), Just(Kind::Withdraw)];
    prop_oneof![
        (
            "[0-9a-f]{32}",
            "https://[a-z]{1,9}\\.example/[a-z0-9?=&-]{0,40}",
            option::of(unique_id)
        )
            .prop_map(|(order_id, pay_url, unique_id)| Answer::PayLink {
                order_id,
                pay_url,
                unique_id
            }),
        (
            "[0-9a-f]{32}",
            unique_id,
            any::<u8>(),
            "[1-9][0-9]{0,11}(\\.[0-9]{1,8})?",
            coin,
            kind,
            option::of(any::<u64>())
        )
            .prop_map(
                |(order_id, unique_id, status, amount, coin, kind, pay_user_id)| Answer::Deposit {
                    order_id,
                    unique_id,
                    status,
                    amount,
                    coin,
                    kind,
                    pay_user_id,
                }
            ),
    ]
}

fn operation(answer: &Answer) -> Operation {
    match answer {
        Answer::PayLink { .. } => Operation::PayLink,
        Answer::Deposit { .. } => Operation::CheckDeposit,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_the_gateway_encodes_a_merchant_decodes(answer in answers(), shop: u64, token in "[ -~]{1,64}") {
        let token = Token::new(&token).unwrap();
        prop_assert_eq!(decode(operation(&answer), &encode(&answer, shop, &token), &token), Ok(answer));
    }

    #[test]
    fn a_changed_byte_never_changes_what_is_believed(answer in answers(), at: prop::sample::Index, byte: u8) {
        let mut body = encode(&answer, 7, &token());
        let at = at.index(body.len());
        body[at] = byte;
        if let Ok(believed) = decode(operation(&answer), &body, &token()) {
            prop_assert_eq!(believed, answer);
        }
    }

    #[test]
    fn a_peers_bytes_never_panic_us(bytes in collection::vec(any::<u8>(), 0..300)) {
        for operation in Operation::ALL {
            prop_assert!(decode(operation, &bytes, &token()).is_err());
        }
    }

    #[test]
    fn nor_do_signed_fields_of_any_value(
        top in collection::btree_map("code|id|status|msg", any::<u16>(), 0..4),
        data in collection::btree_map("order_id|unique_id|pay_url|status|amount|coin|type|pay_user_id", any::<String>(), 0..8),
    ) {
        let (top, data) = (serde_json::to_string(&top).unwrap(), serde_json::to_string(&data).unwrap());
        let comma = if top == "{}" { "" } else { "," };
        let unsigned = format!("{}{comma}\"data\":{data}}}", top.strip_suffix('}').unwrap());
        for operation in Operation::ALL {
            let _ = decode(operation, signed(&unsigned).as_bytes(), &token());
            let success = unsigned.replacen('{', "{\"status\":\"success\",\"code\":200,\"id\":1,\"x\":", 1);
            let _ = decode(operation, success.as_bytes(), &token());
        }
    }
}
