//! Every refusal as it goes over the wire, and that its explanation fits a header whatever the peer sent.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::dialect::field::FieldReason;
use crate::dialect::kdpay::{Operation, Presented, request};

fn every_fault() -> Vec<Fault> {
    let quota = |quota| Fault::QuotaExceeded {
        quota,
        left: "20.00".to_owned(),
    };
    vec![
        AuthFailure::ShopUnknown.into(),
        AuthFailure::SignWrong.into(),
        AuthFailure::TimestampOutside.into(),
        DecodeError::Duplicate {
            name: "\"sign\"".to_owned(),
        }
        .into(),
        Fault::Unauthorized,
        FieldError {
            field: "amount",
            reason: FieldReason::NotPositive,
        }
        .into(),
        FieldError {
            field: "callbackUrl",
            reason: FieldReason::NotUrl,
        }
        .into(),
        Fault::AmountBelowMinimum {
            minimum: "1.00".to_owned(),
        },
        Fault::AmountAboveMaximum {
            maximum: "50000.00".to_owned(),
        },
        quota(Quota::PerTransaction),
        quota(Quota::PerDay),
        quota(Quota::Total),
        Fault::ExistsWithDifferent { field: "amount" },
        Fault::OrderAlreadyProcessed,
        Fault::UnknownOrder,
        Fault::InsufficientBalance,
        Fault::UserNotRegistered,
        Fault::SystemError,
    ]
}

#[test]
fn refusals_on_the_wire() {
    let lines: Vec<String> = every_fault()
        .iter()
        .map(|fault| {
            format!(
                "{}\n  {}",
                fault.explanation(),
                String::from_utf8(fault.encode()).unwrap()
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    auth_failed: no shop has this userCode
      {"code":401,"message":"商户不存在"}
    auth_failed: sign does not match the values
      {"code":401,"message":"签名错误"}
    auth_failed: timestamp is outside the window
      {"code":401,"message":"请求已过期"}
    body_malformed: field "sign" appears twice
      {"code":400,"message":"参数错误"}
    unauthorized: the shop may not use the API
      {"code":403,"message":"商户未授权"}
    field_invalid: amount: not above zero
      {"code":400,"message":"参数错误: amount"}
    callback_url_invalid: callbackUrl: not an http or https URL without user name
      {"code":400,"message":"参数错误: callbackUrl"}
    amount_below_minimum: amount: below 1.00 CNY
      {"code":400,"message":"金额不能小于 1.00 元"}
    amount_above_maximum: amount: above 50000.00 CNY
      {"code":400,"message":"金额不能大于 50000.00 元"}
    quota_exceeded: amount: more than 20.00 CNY left of quota per_transaction
      {"code":403,"message":"超出单笔额度"}
    quota_exceeded: amount: more than 20.00 CNY left of quota per_day
      {"code":403,"message":"超出单日额度"}
    quota_exceeded: amount: more than 20.00 CNY left of quota total
      {"code":403,"message":"超出总额度"}
    exists_with_different: orderCode: exists with a different amount
      {"code":409,"message":"订单号已存在"}
    order_already_processed: orderCode: already processed
      {"code":409,"message":"订单号已处理"}
    unknown_order: no such order of this shop
      {"code":404,"message":"订单不存在"}
    insufficient_balance: insufficient balance
      {"code":402,"message":"余额不足"}
    user_not_registered: address: nobody's wallet
      {"code":404,"message":"钱包地址不存在"}
    system_error: system error
      {"code":500,"message":"系统错误"}
    "#);
}

#[test]
fn codes_are_distinct_and_hold_the_words_of_scenarios() {
    let codes: BTreeSet<&str> = every_fault().iter().map(Fault::code).collect();
    assert_eq!(codes.len(), 14);
    for word in [
        "insufficient_balance",
        "user_not_registered",
        "order_already_processed",
        "system_error",
        "unauthorized",
        "quota_exceeded",
    ] {
        assert!(codes.contains(word), "{word}");
    }
}

fn fits_a_header(fault: &Fault) -> bool {
    let text = fault.explanation();
    text.len() <= 600 && text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn explanations_fit_a_header(name in any::<String>(), content_type in any::<String>(), query in any::<String>()) {
        prop_assert!(every_fault().iter().all(fits_a_header));
        let key = serde_json::to_string(&name).unwrap();
        for body in [format!("{{{key}:[]}}"), format!("{{{key}:1,{key}:2}}"), query.clone()] {
            for operation in Operation::ALL {
                let presented = Presented { operation, path: &name, query: Some(&query), content_type: Some(&content_type), body: body.as_bytes() };
                if let Err(error) = request::decode(presented) {
                    prop_assert!(fits_a_header(&error.clone().into()), "{}", error);
                }
            }
        }
    }
}
