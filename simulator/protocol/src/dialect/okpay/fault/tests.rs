//! Every refusal as it goes over the wire, and that its explanation fits a header whatever the peer sent.

use std::collections::BTreeSet;

use proptest::{collection, prelude::*};

use super::*;
use crate::dialect::okpay::{FieldReason, request};
use crate::endpoint::Operation;

fn every_fault() -> Vec<Fault> {
    vec![
        AuthFailure::ShopUnknown.into(),
        DecodeError::Duplicate {
            name: "\"sign\"".to_owned(),
        }
        .into(),
        Fault::NonceReplayed,
        Fault::Unauthorized,
        FieldError {
            field: "callback_url",
            reason: FieldReason::NotUrl,
        }
        .into(),
        Fault::AmountBelowMinimum {
            minimum: "1".to_owned(),
            coin: "USDT",
        },
        FieldError {
            field: "amount",
            reason: FieldReason::NotPositive,
        }
        .into(),
        Fault::AmountAboveMaximum {
            maximum: "5000".to_owned(),
            coin: "TRX",
        },
        FieldError {
            field: "to_user_id",
            reason: FieldReason::NotWhole,
        }
        .into(),
        FieldError {
            field: "txid",
            reason: FieldReason::NotOrderId,
        }
        .into(),
        Fault::TxidNotFound,
        Fault::ExistsWithDifferent { field: "amount" },
        Fault::UnknownOrder,
        Fault::InsufficientBalance,
        Fault::PayeeUnknown,
        Fault::UserNotRegistered,
        Fault::QuotaExceeded,
        Fault::RiskDeclined,
        Fault::AccountFrozen,
        Fault::OrderAlreadyProcessed,
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
    auth_failed: no shop has this id
      {"status":"warning","msg":"身份认证失败"}
    body_malformed: field "sign" appears twice
      {"status":"warning","msg":"身份认证失败"}
    nonce_replayed: the nonce was used before
      {"status":"warning","msg":"请求重复 (nonce 已使用)"}
    unauthorized: the shop may not use the API
      {"status":"warning","msg":"未授权"}
    callback_url_invalid: callback_url: not an http or https URL without user name
      {"status":"warning","msg":"callback_url 参数验证失败"}
    amount_below_minimum: amount: below 1 USDT
      {"status":"warning","msg":"amount 必须大于 1 USDT","code":400}
    field_invalid: amount: not above zero
      {"status":"warning","msg":"amount 参数验证失败"}
    amount_above_maximum: amount: above 5000 TRX
      {"status":"warning","msg":"amount 不能大于 5000 TRX","code":400}
    address_invalid: to_user_id: not a whole number in range
      {"status":"warning","msg":"地址错误","code":10004}
    txid_invalid: txid: not 32 lower-case hex digits
      {"status":"warning","msg":"txid 无效","code":10005}
    txid_not_found: txid: no such order of this shop
      {"status":"warning","msg":"txid 不存在","code":10006}
    exists_with_different: unique_id: exists with a different amount
      {"status":"warning","msg":"unique_id 已存在","code":10008}
    unknown_order: unique_id: no such order of this shop
      {"status":"warning","msg":"订单不存在"}
    insufficient_balance: insufficient balance
      {"status":"warning","msg":"余额不足","code":10003}
    payee_unknown: to_user_id: this user has no wallet
      {"status":"warning","msg":"收款方未开通钱包","code":10002}
    user_not_registered: user not registered
      {"status":"warning","msg":"用户未注册","code":10007}
    quota_exceeded: amount: more than what is left of a quota
      {"status":"warning","msg":"超出额度"}
    risk_declined: declined by risk control
      {"status":"warning","msg":"风控拒绝"}
    account_frozen: the shop's account is frozen
      {"status":"warning","msg":"账户已冻结"}
    order_already_processed: order number already processed
      {"status":"warning","msg":"订单号已处理","code":10008}
    system_error: system error
      {"status":"error","msg":"系统错误","code":10001}
    "#);
}

/// The code beside a minimum was seen in an answer; those of the ancestor's table are a setting.
#[test]
fn the_ancestors_codes_can_be_left_out() {
    let manner = Manner {
        ancestor_codes: false,
        ..Manner::default()
    };
    let coded: Vec<&str> = every_fault()
        .iter()
        .filter(|fault| {
            String::from_utf8(fault.encode_as(&manner))
                .unwrap()
                .contains("\"code\"")
        })
        .map(Fault::code)
        .collect();
    assert_eq!(coded, ["amount_below_minimum", "amount_above_maximum"]);
}

#[test]
fn codes_are_distinct_and_hold_the_words_of_scenarios() {
    let codes: BTreeSet<&str> = every_fault().iter().map(Fault::code).collect();
    assert_eq!(codes.len(), every_fault().len());
    for word in [
        "insufficient_balance",
        "user_not_registered",
        "order_already_processed",
        "system_error",
        "unauthorized",
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
    fn explanations_fit_a_header(name in any::<String>(), content_type in any::<String>(), bytes in collection::vec(any::<u8>(), 0..100)) {
        prop_assert!(every_fault().iter().all(fits_a_header));
        let key = serde_json::to_string(&name).unwrap();
        let pairs = form_urlencoded::Serializer::new(String::new()).append_pair(&name, "1").append_pair(&name, "2").finish();
        let bodies = [format!("{{{key}:[]}}").into_bytes(), format!("{{{key}:1,{key}:2}}").into_bytes(), pairs.into_bytes(), bytes];
        for body in bodies {
            if let Err(error) = request::decode(Operation::PayLink, Some(&content_type), &body) {
                prop_assert!(fits_a_header(&error.clone().into()), "{}", error);
            }
        }
    }
}
