//! Answers both ways, and everything a merchant must not take for one.

mod properties;
mod strict;

use proptest::{collection, option, prelude::*};

use super::*;
use crate::dialect::field::MAX_WHOLE;
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
        time: MAX_WHOLE,
    };
    let history = Answer::History {
        page: u32::MAX,
        total: MAX_WHOLE,
        items: vec![longest; MAX_PAGE_SIZE as usize],
    };
    for algorithm in Algorithm::ALL {
        let body = encode(&history, MAX_WHOLE, &Manner::default(), algorithm, &token());
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
