//! Answers both ways, refusals recognised, and what a careful merchant turns away.

use proptest::{collection, prelude::*};

use super::*;
use crate::dialect::kdpay::Fault;

fn every_answer() -> Vec<(Operation, Answer)> {
    let text = str::to_owned;
    vec![
        (
            Operation::Pay,
            Answer::Pay {
                order_no: text("P1"),
                pay_amount: text("10.00"),
                rate: text("1"),
                url: text("https://127.0.0.1:8443/cashier/P1"),
            },
        ),
        (Operation::Remit, Answer::Remit { order_no: text("R1") }),
        (
            Operation::QueryPay,
            Answer::PayOrder {
                customer_order_code: text("KD-ORDER-1"),
                order_code: text("P1"),
                amount: text("10.00"),
                status: PayStatus::Paid,
            },
        ),
        (
            Operation::QueryRemit,
            Answer::RemitOrder {
                customer_order_code: text("KD-OUT-1"),
                order_code: text("R1"),
                amount: text("5"),
                status: RemitStatus::Success,
            },
        ),
        (
            Operation::Balance,
            Answer::Balance {
                balance: text("990.05"),
            },
        ),
    ]
}

#[test]
fn answers_on_the_wire() {
    let lines: Vec<String> = every_answer()
        .iter()
        .map(|(operation, answer)| {
            let body = answer.encode();
            assert_eq!(Answer::decode(*operation, &body).as_ref(), Ok(answer));
            format!("{operation}\n  {}", String::from_utf8(body).unwrap())
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    kdpay.pay
      {"code":200,"message":"操作成功","data":{"orderNo":"P1","payAmount":"10.00","rate":"1","url":"https://127.0.0.1:8443/cashier/P1"}}
    kdpay.remit
      {"code":200,"message":"操作成功","data":{"orderNo":"R1"}}
    kdpay.queryPay
      {"code":200,"message":"操作成功","data":{"customerOrderCode":"KD-ORDER-1","orderCode":"P1","amount":"10.00","status":3}}
    kdpay.queryRemit
      {"code":200,"message":"操作成功","data":{"customerOrderCode":"KD-OUT-1","orderCode":"R1","amount":"5","status":2}}
    kdpay.balance
      {"code":200,"message":"操作成功","data":{"balance":"990.05"}}
    "#);
}

#[test]
fn a_refusal_is_recognised() {
    for (operation, _) in every_answer() {
        let refused = Answer::decode(operation, &Fault::InsufficientBalance.encode());
        let expected = AnswerError::Refused {
            code: 402,
            message: "余额不足".to_owned(),
        };
        assert_eq!(refused, Err(expected));
    }
    for (body, told) in [
        (r#"{"code":"500","message":null}"#, "refused with 500: "),
        (r#"{"code":0}"#, "refused with 0: "),
        (r#"{"message":"ok"}"#, "malformed: code: missing"),
        (r#"{"code":200.0}"#, "malformed: code: not a whole number in range"),
        (r#"{"code":200}"#, "malformed: data.balance: missing"),
        (r#"{"code":200,"data":null}"#, "malformed: data.balance: missing"),
        (
            r#"{"code":200,"data":{"balance":"1.001"}}"#,
            "malformed: data.balance: more than 2 decimals",
        ),
        (
            r#"{"code":200,"data":{"balance":"--1"}}"#,
            "malformed: data.balance: not plain decimal text",
        ),
        ("<html>", "malformed: the body is not a JSON object: line 1, column 1"),
    ] {
        let error = Answer::decode(Operation::Balance, body.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), told, "{body}");
    }
}

#[test]
fn an_answer_is_read_strictly_but_numbers_either_way() {
    let read = |data: &str| {
        let body = format!(r#"{{"code":"200","data":{data}}}"#);
        match Answer::decode(Operation::QueryPay, body.as_bytes()) {
            Ok(Answer::PayOrder { amount, status, .. }) => format!("{amount} {}", status.number()),
            Ok(other) => format!("{other:?}"),
            Err(error) => error.to_string(),
        }
    };
    for (data, told) in [
        (
            r#"{"customerOrderCode":"A","orderCode":"P","amount":"10.00","status":"3"}"#,
            "10.00 3",
        ),
        (
            r#"{"customerOrderCode":"A","orderCode":7,"amount":10.00,"status":3}"#,
            "10.00 3",
        ),
        (
            r#"{"customerOrderCode":"A","orderCode":"P","amount":"10.00","status":5}"#,
            "malformed: data.status: not a whole number in range",
        ),
        (
            r#"{"customerOrderCode":"A","orderCode":"P","amount":"-10","status":3}"#,
            "malformed: data.amount: not plain decimal text",
        ),
        (
            r#"{"orderCode":"P","amount":"10","status":3}"#,
            "malformed: data.customerOrderCode: missing",
        ),
    ] {
        assert_eq!(read(data), told, "{data}");
    }
    for link in ["javascript:alert(1)", "/cashier", "https://u:p@127.0.0.1/"] {
        let body = format!(r#"{{"code":200,"data":{{"orderNo":"P","payAmount":"1","rate":"1","url":"{link}"}}}}"#);
        let error = Answer::decode(Operation::Pay, body.as_bytes()).unwrap_err();
        assert!(error.to_string().starts_with("malformed: data.url: "), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_the_wallet_encodes_a_merchant_decodes(
        own in "[ -%'-~]{1,64}", theirs in "[ -%'-~]{1,64}", amount in "[1-9][0-9]{0,11}(\\.[0-9]{1,2})?",
        rate in "[1-9](\\.[0-9]{1,8})?", balance in "-?(0|[1-9][0-9]{0,11})(\\.[0-9]{1,2})?",
        pay in prop::sample::select(&PayStatus::ALL[..]), remit in prop::sample::select(&RemitStatus::ALL[..]),
    ) {
        let answers = [
            (Operation::Pay, Answer::Pay { order_no: own.clone(), pay_amount: amount.clone(), rate, url: "http://127.0.0.1/".to_owned() }),
            (Operation::Remit, Answer::Remit { order_no: own.clone() }),
            (Operation::QueryPay, Answer::PayOrder { customer_order_code: theirs.clone(), order_code: own.clone(), amount: amount.clone(), status: pay }),
            (Operation::QueryRemit, Answer::RemitOrder { customer_order_code: theirs, order_code: own, amount, status: remit }),
            (Operation::Balance, Answer::Balance { balance }),
        ];
        for (operation, answer) in answers {
            prop_assert_eq!(Answer::decode(operation, &answer.encode()), Ok(answer));
        }
    }

    #[test]
    fn a_peers_bytes_never_panic_us(bytes in collection::vec(any::<u8>(), 0..300)) {
        for operation in Operation::ALL {
            prop_assert!(Answer::decode(operation, &bytes).is_err());
        }
    }
}
