//! Answers both ways, and everything a merchant must not take for one.

use proptest::{collection, option, prelude::*};

use super::*;
use crate::dialect::okpay::request::MAX_PAGE_SIZE;
use crate::dialect::okpay::testing::{algorithms, legacy_token, manners, only, token};
use crate::dialect::okpay::{AuthFailure, Fault};
use crate::sign::{Md5Rule, sign};

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

/// What an HMAC shop gets.
fn sealed(answer: &Answer, shop: u64) -> String {
    text(encode(answer, shop, &Manner::default(), Algorithm::Hmac, &token()))
}

/// What an HMAC shop makes of it.
fn opened(operation: Operation, body: &[u8]) -> Result<Answer, AnswerError> {
    decode(operation, body, &Manner::default(), Accepts::HMAC, &token())
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
    insta::assert_snapshot!(sealed(&pay_link(), 10_001), @r#"{"status":"success","code":200,"data":{"order_id":"ac7b86615fdb137576ae35879f7ed844","pay_url":"https://t.me/OkayPayBot?start=shop_deposit--ac7b86615fdb137576ae35879f7ed844","status":0,"unique_id":"A-1"},"id":10001,"sign":"1B9283824464C3183F5CDE23840B2AB4C4E2CCDC09662E545C3AFBC70A9D20C3"}"#);
    insta::assert_snapshot!(sealed(&deposit(1, Some(7_238_234_930)), 10_001), @r#"{"status":"success","code":200,"data":{"order_id":"ac7b86615fdb137576ae35879f7ed844","unique_id":"A-1","pay_user_id":7238234930,"amount":"6.00000000","coin":"USDT","status":1,"type":"deposit"},"id":10001,"sign":"123BA93DD2272408D4F03E34C4609A2A6093E15C3B6EA7487E6474AE7309BBFF"}"#);
    insta::assert_snapshot!(sealed(&deposit(0, None), 10_001), @r#"{"status":"success","code":200,"data":{"order_id":"ac7b86615fdb137576ae35879f7ed844","unique_id":"A-1","amount":"6.00000000","coin":"USDT","status":0,"type":"deposit"},"id":10001,"sign":"09759CED323AE8665969E63BB1F2998044B45A7C2D2415F465D995339531B4D6"}"#);
}

#[test]
fn an_answer_is_believed_under_its_own_sign_only() {
    let good = sealed(&deposit(1, Some(7)), 1);
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
        assert_eq!(opened(Operation::CheckDeposit, body.as_bytes()), expected, "{body}");
    }
    let other = Token::new("another").unwrap();
    assert_eq!(
        decode(
            Operation::CheckDeposit,
            good.as_bytes(),
            &Manner::default(),
            Accepts::HMAC,
            &other
        ),
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
            assert_eq!(opened(operation, body), Err(refused.clone()));
        }
    }
}

#[test]
fn what_the_contract_does_not_know_is_malformed() {
    const LINK: &str =
        r#"{"status":"success","code":200,"data":{"order_id":"a1","pay_url":"https://t.me/x","status":0},"id":7}"#;
    assert!(opened(Operation::PayLink, signed(LINK).as_bytes()).is_ok());
    assert!(opened(Operation::PayLink, signed(&LINK.replace("200", "10000")).as_bytes()).is_ok());
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
            signed(&LINK.replace("https", "ftp")),
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
        let error = opened(Operation::PayLink, body.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), reason, "{body}");
    }
    let number = sealed(&deposit(1, None), 7).replace("\"6.00000000\"", "6.00000000");
    assert_eq!(
        opened(Operation::CheckDeposit, number.as_bytes())
            .unwrap_err()
            .to_string(),
        "malformed: data.amount: of the wrong JSON type"
    );
}

/// One answer of each kind, with and without what may be absent.
fn every_answer() -> Vec<(Operation, Answer)> {
    let order_id = "ac7b86615fdb137576ae35879f7ed844".to_owned();
    let unique_id = "A-1".to_owned();
    let change = |unique_id: Option<&str>, kind| Change {
        order_id: order_id.clone(),
        unique_id: unique_id.map(str::to_owned),
        kind,
        amount: "6.00000000".to_owned(),
        fee: "0.03000000".to_owned(),
        coin: Coin::Usdt,
        time: 1_782_680_000,
    };
    let transaction = |unique_id: Option<&str>, status, sum, pay_user_id| Answer::Transaction {
        order_id: order_id.clone(),
        unique_id: unique_id.map(str::to_owned),
        status,
        sum,
        kind: Kind::Deposit,
        pay_user_id,
    };
    vec![
        (Operation::PayLink, pay_link()),
        (Operation::CheckDeposit, deposit(1, Some(7_238_234_930))),
        (Operation::CheckDeposit, deposit(0, None)),
        (
            Operation::CheckTransferByTxid,
            transaction(Some("A-1"), 1, Some(("6.00000000".to_owned(), Coin::Usdt)), Some(7)),
        ),
        (Operation::CheckTransferByTxid, transaction(None, 0, None, None)),
        (
            Operation::Transfer,
            Answer::Transfer {
                order_id: order_id.clone(),
            },
        ),
        (
            Operation::CheckTransfer,
            Answer::Withdrawal {
                order_id: order_id.clone(),
                unique_id,
                status: 2,
                amount: "12.30".to_owned(),
                coin: Coin::Trx,
                to_user_id: 123_456,
            },
        ),
        (
            Operation::Balance,
            Answer::Balance {
                usdt: "100.50000000".to_owned(),
                trx: "0.000000".to_owned(),
                cny: "0.00".to_owned(),
            },
        ),
        (
            Operation::CensorUserByTg,
            Answer::User {
                telegram_id: 7,
                exist: false,
            },
        ),
        (
            Operation::TransactionHistory,
            Answer::History {
                page: 1,
                total: 2,
                items: vec![change(Some("A-1"), Kind::Deposit), change(None, Kind::Withdraw)],
            },
        ),
        (
            Operation::TransactionHistory,
            Answer::History {
                page: 3,
                total: 2,
                items: Vec::new(),
            },
        ),
    ]
}

#[test]
fn every_answer_in_both_protocols() {
    let lines: Vec<String> = every_answer()
        .iter()
        .map(|(operation, answer)| {
            let bodies = Algorithm::ALL
                .map(|algorithm| text(encode(answer, 10_001, &Manner::default(), algorithm, &token())))
                .join("\n  ");
            format!("{operation}\n  {bodies}")
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

/// The vendor's own sign of this answer, computed on PHP 8.2.
#[test]
fn the_published_md5_vector_goes_out() {
    let user = Answer::User {
        telegram_id: 7,
        exist: false,
    };
    let body = text(encode(&user, 1, &Manner::default(), Algorithm::Md5, &legacy_token()));
    assert_eq!(
        body,
        r#"{"code":200,"data":{"telegramID":"7","exist":false},"id":1,"status":"success","sign":"A2E4F61B5DDB2BE3A208B9821099AFD1"}"#
    );
}

#[test]
fn manners_shape_the_answers_to_md5_shops() {
    let user = Answer::User {
        telegram_id: 7,
        exist: true,
    };
    let list = Manner {
        data: DataShape::List,
        ..Manner::default()
    };
    let bare = Manner {
        signs_md5_answers: false,
        ..list
    };
    let said = |manner, algorithm| text(encode(&user, 1, &manner, algorithm, &legacy_token()));
    insta::assert_snapshot!(said(list, Algorithm::Md5), @r#"{"code":200,"data":[{"telegramID":"7","exist":true}],"id":1,"status":"success","sign":"EB58DBFBAC1E497EA0D16C09B80492FE"}"#);
    insta::assert_snapshot!(said(bare, Algorithm::Md5), @r#"{"code":200,"data":[{"telegramID":"7","exist":true}],"id":1,"status":"success"}"#);
    insta::assert_snapshot!(said(bare, Algorithm::Hmac), @r#"{"status":"success","code":200,"data":{"telegramID":"7","exist":true},"id":1,"sign":"2384D8276F9E0407B9C6B68CA314DEE31791C5F28DEE9763A7FC297A98E715C5"}"#);
}

/// A merchant believes an answer without a sign only where it knows that its gateway signs none.
#[test]
fn an_unsigned_answer_is_believed_by_md5_shops_that_expect_it() {
    let bare = Manner {
        signs_md5_answers: false,
        ..Manner::default()
    };
    let md5 = only(Algorithm::Md5);
    let body = encode(&pay_link(), 1, &bare, Algorithm::Md5, &token());
    let forged = text(body.clone())
        .replacen("\"id\":1", "\"id\":1,\"sign\":\"00\"", 1)
        .into_bytes();
    for (body, manner, accepts, believed) in [
        (&body, bare, md5, true),
        (&body, Manner::default(), md5, false),
        (&body, bare, Accepts::HMAC, false),
        (&forged, bare, md5, false),
    ] {
        let read = decode(Operation::PayLink, body, &manner, accepts, &token());
        let expected = if believed {
            Ok(pay_link())
        } else {
            Err(AnswerError::BadSign)
        };
        assert_eq!(read, expected, "{manner:?} {accepts:?}");
    }
}

#[test]
fn a_list_of_one_is_read_by_md5_shops_alone() {
    let list = Manner {
        data: DataShape::List,
        ..Manner::default()
    };
    let body = text(encode(&pay_link(), 1, &list, Algorithm::Md5, &token()));
    let both = Accepts {
        hmac: true,
        md5: Some(Md5Rule::Strict),
    };
    let spaced = body.replace('[', " [\n ").replace(']', "\t] ");
    let twice = body.replace("}]", "},{}]");
    let none = body
        .replace(['[', ']'], "")
        .replacen("{\"order", "[],\"x\":{\"order", 1);
    let array = "malformed: field \"data\" is an array".to_owned();
    for (body, accepts, expected) in [
        (&body, only(Algorithm::Md5), Ok(pay_link())),
        (&spaced, both, Ok(pay_link())),
        (&body, Accepts::HMAC, Err(array.clone())),
        (&twice, both, Err(array.clone())),
        (&none, both, Err(array.clone())),
    ] {
        let read = decode(Operation::PayLink, body.as_bytes(), &list, accepts, &token());
        assert_eq!(read.map_err(|error| error.to_string()), expected, "{body}");
    }
}

#[test]
fn every_answer_is_read_strictly() {
    for (operation, from, to, reason) in [
        (
            Operation::CheckTransferByTxid,
            "\"status\":1",
            "\"status\":\"1\"",
            "data.status: of the wrong JSON type",
        ),
        (
            Operation::CheckTransferByTxid,
            ",\"amount\":\"6.00000000\"",
            "",
            "data.amount: missing",
        ),
        (
            Operation::Transfer,
            "\"order_id\":",
            "\"id\":",
            "data.order_id: missing",
        ),
        (
            Operation::CheckTransfer,
            "\"12.30\"",
            "12.30",
            "data.amount: of the wrong JSON type",
        ),
        (
            Operation::CheckTransfer,
            "123456",
            "-1",
            "data.to_user_id: not a whole number in range",
        ),
        (
            Operation::CheckTransfer,
            "TRX",
            "CNY",
            "data.coin: neither USDT nor TRX",
        ),
        (
            Operation::Balance,
            "\"100.50000000\"",
            "100.5",
            "data.usdt: of the wrong JSON type",
        ),
        (
            Operation::Balance,
            "\"0.00\"",
            "\"-1\"",
            "data.cny: not plain decimal text",
        ),
        (
            Operation::CensorUserByTg,
            "false",
            "0",
            "data.exist: of the wrong JSON type",
        ),
        (
            Operation::CensorUserByTg,
            "\"7\"",
            "\"0\"",
            "data.telegramID: not above zero",
        ),
        (
            Operation::TransactionHistory,
            "\"total\":2",
            "\"total\":-2",
            "data.total: not a whole number in range",
        ),
        (
            Operation::TransactionHistory,
            "\"page\":1",
            "\"page\":4294967296",
            "data.page: not a whole number in range",
        ),
        (
            Operation::TransactionHistory,
            "\"type\":\"withdraw\"",
            "\"type\":\"x\"",
            "data.type: not deposit or withdraw",
        ),
    ] {
        let (_, answer) = every_answer().into_iter().find(|(of, _)| *of == operation).unwrap();
        let good = sealed(&answer, 1);
        let (unsigned, _) = good.rsplit_once(",\"sign\"").unwrap();
        let changed = unsigned.replacen(from, to, 1);
        assert_ne!(changed, unsigned, "{from}");
        let error = opened(operation, signed(&format!("{changed}}}")).as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), format!("malformed: {reason}"));
    }
}

/// The limits of a decoded body must hold the largest honest answer.
#[test]
fn the_longest_history_is_read_back() {
    let longest = Change {
        order_id: "f".repeat(32),
        unique_id: Some("\"".repeat(64)),
        kind: Kind::Withdraw,
        amount: "999999999999.99999999".to_owned(),
        fee: "999999999999.99999999".to_owned(),
        coin: Coin::Usdt,
        time: u64::MAX,
    };
    let history = Answer::History {
        page: u32::MAX,
        total: u64::MAX,
        items: vec![longest; MAX_PAGE_SIZE as usize],
    };
    for algorithm in Algorithm::ALL {
        let body = encode(&history, u64::MAX, &Manner::default(), algorithm, &token());
        let read = decode(
            Operation::TransactionHistory,
            &body,
            &Manner::default(),
            only(algorithm),
            &token(),
        );
        assert_eq!(read, Ok(history.clone()));
    }
}

fn orders() -> impl Strategy<Value = Answer> {
    let unique_id = "[ -~]{1,64}";
    let coin = || prop_oneof![Just(Coin::Usdt), Just(Coin::Trx)];
    let amount = "[1-9][0-9]{0,11}(\\.[0-9]{1,8})?";
    let id = "[0-9a-f]{32}";
    let pay_url = "https://[a-z]{1,9}\\.example/[a-z0-9?=&-]{0,40}";
    let link = (id, pay_url, option::of(unique_id));
    let deposit = (
        (id, unique_id),
        any::<u8>(),
        (amount, coin()),
        kinds(),
        option::of(any::<u64>()),
    );
    let unpaid = (id, option::of(unique_id), kinds());
    let withdrawal = ((id, unique_id), any::<u8>(), (amount, coin()), any::<u64>());
    prop_oneof![
        link.prop_map(|(order_id, pay_url, unique_id)| Answer::PayLink {
            order_id,
            pay_url,
            unique_id
        }),
        deposit
            .clone()
            .prop_map(
                |((order_id, unique_id), status, (amount, coin), kind, pay_user_id)| Answer::Deposit {
                    order_id,
                    unique_id,
                    status,
                    amount,
                    coin,
                    kind,
                    pay_user_id,
                }
            ),
        deposit.prop_map(
            |((order_id, unique_id), status, sum, kind, pay_user_id)| Answer::Transaction {
                order_id,
                unique_id: Some(unique_id),
                status,
                sum: Some(sum),
                kind,
                pay_user_id,
            }
        ),
        unpaid.prop_map(|(order_id, unique_id, kind)| Answer::Transaction {
            order_id,
            unique_id,
            status: 0,
            sum: None,
            kind,
            pay_user_id: None,
        }),
        withdrawal.prop_map(
            |((order_id, unique_id), status, (amount, coin), to_user_id)| Answer::Withdrawal {
                order_id,
                unique_id,
                status,
                amount,
                coin,
                to_user_id,
            }
        ),
    ]
}

fn kinds() -> impl Strategy<Value = Kind> + Clone {
    prop::sample::select(&Kind::ALL[..])
}

fn changes() -> impl Strategy<Value = Change> {
    let sum = "(0|[1-9][0-9]{0,11})(\\.[0-9]{1,8})?";
    (
        "[0-9a-f]{32}",
        option::of("[ -~]{1,64}"),
        kinds(),
        "[1-9][0-9]{0,11}",
        sum,
        prop_oneof![Just(Coin::Usdt), Just(Coin::Trx)],
        any::<u64>(),
    )
        .prop_map(|(order_id, unique_id, kind, amount, fee, coin, time)| Change {
            order_id,
            unique_id,
            kind,
            amount,
            fee,
            coin,
            time,
        })
}

fn answers() -> impl Strategy<Value = Answer> {
    let sum = "(0|[1-9][0-9]{0,11})(\\.[0-9]{1,8})?";
    prop_oneof![
        5 => orders(),
        1 => "[0-9a-f]{32}".prop_map(|order_id| Answer::Transfer { order_id }),
        1 => (sum, sum, sum).prop_map(|(usdt, trx, cny)| Answer::Balance { usdt, trx, cny }),
        1 => (1_u64.., any::<bool>()).prop_map(|(telegram_id, exist)| Answer::User { telegram_id, exist }),
        1 => (any::<u32>(), any::<u64>(), collection::vec(changes(), 0..15))
            .prop_map(|(page, total, items)| Answer::History { page, total, items }),
    ]
}

fn operation(answer: &Answer) -> Operation {
    match answer {
        Answer::PayLink { .. } => Operation::PayLink,
        Answer::Deposit { .. } => Operation::CheckDeposit,
        Answer::Transaction { .. } => Operation::CheckTransferByTxid,
        Answer::Transfer { .. } => Operation::Transfer,
        Answer::Withdrawal { .. } => Operation::CheckTransfer,
        Answer::Balance { .. } => Operation::Balance,
        Answer::User { .. } => Operation::CensorUserByTg,
        Answer::History { .. } => Operation::TransactionHistory,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_the_gateway_encodes_a_merchant_decodes(
        answer in answers(), shop in 1_u64.., manner in manners(), algorithm in algorithms(), token in "[ -~]{1,64}",
    ) {
        let token = Token::new(&token).unwrap();
        let body = encode(&answer, shop, &manner, algorithm, &token);
        prop_assert_eq!(decode(operation(&answer), &body, &manner, only(algorithm), &token), Ok(answer));
    }

    #[test]
    fn a_changed_byte_never_changes_what_is_believed(
        answer in answers(), algorithm in algorithms(), at: prop::sample::Index, byte: u8,
    ) {
        let mut body = encode(&answer, 7, &Manner::default(), algorithm, &token());
        let at = at.index(body.len());
        body[at] = byte;
        if let Ok(believed) = decode(operation(&answer), &body, &Manner::default(), only(algorithm), &token()) {
            prop_assert_eq!(believed, answer);
        }
    }

    #[test]
    fn a_peers_bytes_never_panic_us(bytes in collection::vec(any::<u8>(), 0..300)) {
        for operation in Operation::ALL {
            prop_assert!(opened(operation, &bytes).is_err());
        }
    }

    #[test]
    fn nor_do_signed_fields_of_any_value(
        top in collection::btree_map("code|id|status|msg", any::<u16>(), 0..4),
        data in collection::btree_map(
            "order_id|unique_id|pay_url|status|amount|coin|type|pay_user_id|to_user_id|usdt|telegramID|exist|page|items",
            any::<String>(),
            0..8,
        ),
    ) {
        let (top, data) = (serde_json::to_string(&top).unwrap(), serde_json::to_string(&data).unwrap());
        let comma = if top == "{}" { "" } else { "," };
        let unsigned = format!("{}{comma}\"data\":{data}}}", top.strip_suffix('}').unwrap());
        let success = unsigned.replacen('{', "{\"status\":\"success\",\"code\":200,\"id\":1,\"x\":", 1);
        for operation in Operation::ALL {
            let _ = opened(operation, signed(&unsigned).as_bytes());
            let _ = opened(operation, success.as_bytes());
        }
    }
}
