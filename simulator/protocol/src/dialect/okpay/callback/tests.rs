//! Callbacks both ways in every form, and the published vectors.

use proptest::{collection, option, prelude::*};

use super::*;
use crate::dialect::field::MAX_WHOLE;
use crate::dialect::okpay::manner::KeyOrder;
use crate::dialect::okpay::testing::{algorithms, legacy_token, manners, only, token};
use crate::sign::Md5Rule;

/// What an HMAC shop gets.
fn sealed(callback: &Callback) -> Vec<u8> {
    let (content_type, body) = callback.encode(&Manner::default(), Algorithm::Hmac, &token());
    assert_eq!(content_type, CONTENT_TYPE_JSON);
    body
}

/// What an HMAC shop makes of it.
fn opened(body: &[u8]) -> Result<Callback, CallbackError> {
    Callback::decode(body, Accepts::HMAC, &token())
}

fn paid() -> Callback {
    Callback {
        shop: 10_001,
        order_id: "abc123def456".to_owned(),
        unique_id: Some("ORDER-20260628-001".to_owned()),
        pay_user_id: 123_456_789,
        amount: "100.5".to_owned(),
        coin: Coin::Usdt,
        status: 1,
        kind: Kind::Deposit,
    }
}

/// Vector B has another order of keys, which the HMAC form ignores, so the sign is the published one.
#[test]
fn the_published_vector_goes_out_and_comes_in() {
    insta::assert_snapshot!(String::from_utf8(sealed(&paid())).unwrap(), @r#"{"code":200,"data":{"order_id":"abc123def456","unique_id":"ORDER-20260628-001","pay_user_id":123456789,"amount":"100.5","coin":"USDT","status":1,"type":"deposit"},"id":10001,"status":"success","sign":"64B09C8847849FA6921D8FFBDF8E406D4A8EA623E53970712350F61783403F7D"}"#);
    let published = br#"{"status":"success","code":200,"data":{"order_id":"abc123def456","unique_id":"ORDER-20260628-001","pay_user_id":123456789,"amount":"100.5","coin":"USDT","status":1,"type":"deposit"},"id":10001,"sign":"64B09C8847849FA6921D8FFBDF8E406D4A8EA623E53970712350F61783403F7D"}"#;
    assert_eq!(opened(published), Ok(paid()));
}

#[test]
fn a_forged_callback_is_not_believed() {
    let good = String::from_utf8(sealed(&paid())).unwrap();
    let sign = &good[good.len() - 66..good.len() - 2];
    for body in [
        good.replace("100.5", "1000.5"),
        good.replace("\"100.5\"", "\"100.50\""),
        good.replace("\"status\":1", "\"status\":0"),
        good.replace("10001", "10002"),
        good.replace(sign, ""),
        good.replace(sign, &sign[1..]),
        good.replace(sign, &format!("{sign}A")),
        good.replace(sign, &"F".repeat(64)),
        good.replace("\"sign\"", "\"sgin\""),
        good.replace("\"code\":200,", ""),
    ] {
        assert_ne!(body, good);
        assert_eq!(opened(body.as_bytes()), Err(CallbackError::BadSign), "{body}");
    }
    let other_shop = Token::new("another").unwrap();
    assert_eq!(
        Callback::decode(good.as_bytes(), Accepts::HMAC, &other_shop),
        Err(CallbackError::BadSign)
    );
    for (body, expected) in [
        ("", Err(CallbackError::BadSign)),
        ("success", Err(CallbackError::BadSign)),
        ("data[order_id]=1", Err(CallbackError::BadSign)),
    ] {
        assert_eq!(opened(body.as_bytes()), expected, "{body}");
    }
    for body in [
        "{",
        "{]",
        "=1",
        "a[]=1",
        "a=1&a=2",
        &good.replace("{\"order_id", "[{\"order_id"),
    ] {
        let error = opened(body.as_bytes()).unwrap_err();
        assert!(
            matches!(error, CallbackError::Malformed(Malformed::Body(_))),
            "{body}: {error}"
        );
    }
}

/// Signed correctly and still nothing a merchant may credit.
#[test]
fn a_signed_callback_is_read_strictly() {
    for (callback, reason) in [
        (
            Callback {
                amount: "-1".to_owned(),
                ..paid()
            },
            "malformed: data.amount: not plain decimal text",
        ),
        (
            Callback {
                amount: "0".to_owned(),
                ..paid()
            },
            "malformed: data.amount: not above zero",
        ),
        (
            Callback {
                amount: String::new(),
                ..paid()
            },
            "malformed: data.amount: missing",
        ),
        (
            Callback {
                order_id: String::new(),
                ..paid()
            },
            "malformed: data.order_id: missing",
        ),
        (
            Callback {
                unique_id: Some("\n".to_owned()),
                ..paid()
            },
            "malformed: data.unique_id: not printable ASCII",
        ),
    ] {
        let error = opened(&sealed(&callback)).unwrap_err();
        assert_eq!(error.to_string(), reason);
    }
}

fn published(kind: Kind) -> Callback {
    Callback {
        shop: 1,
        order_id: "ac7b86615fdb137576ae35879f7ed844".to_owned(),
        unique_id: Some("BWIN-20250922152023LDVNSyxLQko".to_owned()),
        pay_user_id: 7_238_234_930,
        amount: "6.00000000".to_owned(),
        coin: Coin::Usdt,
        status: 1,
        kind,
    }
}

/// The vendor's own signs (okpay.md section 2.2), as a form and as JSON.
#[test]
fn the_published_md5_vectors_go_out_and_come_in() {
    for (kind, sign) in [
        (Kind::Deposit, "95BE540FB7D1996770E2B4CDBC6F184D"),
        (Kind::Withdraw, "579B2F78F92A14C322A00D63B84B9053"),
    ] {
        for (form, content_type) in [
            (CallbackForm::Auto, CONTENT_TYPE_FORM),
            (CallbackForm::Form, CONTENT_TYPE_FORM),
            (CallbackForm::Json, CONTENT_TYPE_JSON),
        ] {
            let manner = Manner {
                callback: form,
                ..Manner::default()
            };
            let (sent_as, body) = published(kind).encode(&manner, Algorithm::Md5, &legacy_token());
            assert_eq!(sent_as, content_type);
            let text = str::from_utf8(&body).unwrap();
            assert_eq!(text.matches(sign).count(), 1, "{text}");
            let read = Callback::decode(&body, only(Algorithm::Md5), &legacy_token());
            assert_eq!(read, Ok(published(kind)));
        }
    }
}

#[test]
fn every_form_in_both_orders_and_protocols() {
    let withdrawal = Callback {
        status: 2,
        unique_id: None,
        ..published(Kind::Withdraw)
    };
    let mut lines = Vec::new();
    for callback in [
        CallbackForm::Json,
        CallbackForm::Form,
        CallbackForm::Flat,
        CallbackForm::FormJson,
    ] {
        for keys in KeyOrder::ALL {
            for algorithm in Algorithm::ALL {
                let manner = Manner {
                    callback,
                    keys,
                    ..Manner::default()
                };
                lines.push(format!("{} {} {algorithm}", callback.word(), keys.word()));
                for said in [&published(Kind::Deposit), &withdrawal] {
                    let (content_type, body) = said.encode(&manner, algorithm, &legacy_token());
                    lines.push(format!("  {content_type}\n  {}", String::from_utf8(body).unwrap()));
                }
            }
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn auto_is_json_for_hmac_and_a_form_for_md5() {
    for (algorithm, form) in [
        (Algorithm::Hmac, CallbackForm::Json),
        (Algorithm::Md5, CallbackForm::Form),
    ] {
        let manner = |callback| Manner {
            callback,
            ..Manner::default()
        };
        let said = |callback| paid().encode(&manner(callback), algorithm, &token());
        assert_eq!(said(CallbackForm::Auto), said(form));
    }
}

/// At the top, PHP's signers leave noughts and empty texts out, so anybody could add one.
#[test]
fn what_an_md5_sign_does_not_cover_is_not_read() {
    let flat = Manner {
        callback: CallbackForm::Flat,
        ..Manner::default()
    };
    let callback = Callback {
        unique_id: None,
        status: 0,
        pay_user_id: 0,
        ..paid()
    };
    let (_, body) = callback.encode(&flat, Algorithm::Md5, &token());
    let body = String::from_utf8(body).unwrap();
    assert!(!body.contains("status") && !body.contains("pay_user_id") && !body.contains("unique_id"));
    for body in [
        body.clone(),
        format!("{body}&unique_id=0"),
        format!("unique_id=&pay_user_id=0&{body}"),
        format!("{body}&status=0"),
    ] {
        let read = Callback::decode(body.as_bytes(), only(Algorithm::Md5), &token());
        assert_eq!(read.as_ref(), Ok(&callback), "{body}");
    }
    let forged = format!("{body}&status=1");
    assert_eq!(
        Callback::decode(forged.as_bytes(), only(Algorithm::Md5), &token()),
        Err(CallbackError::BadSign)
    );
}

#[test]
fn a_shop_believes_the_algorithms_it_accepts() {
    let both = Accepts {
        hmac: true,
        md5: Some(Md5Rule::Strict),
    };
    for (algorithm, accepts, believed) in [
        (Algorithm::Hmac, only(Algorithm::Hmac), true),
        (Algorithm::Hmac, only(Algorithm::Md5), false),
        (Algorithm::Hmac, both, true),
        (Algorithm::Md5, only(Algorithm::Hmac), false),
        (Algorithm::Md5, only(Algorithm::Md5), true),
        (Algorithm::Md5, both, true),
    ] {
        let (_, body) = paid().encode(&Manner::default(), algorithm, &token());
        let expected = if believed {
            Ok(paid())
        } else {
            Err(CallbackError::BadSign)
        };
        assert_eq!(
            Callback::decode(&body, accepts, &token()),
            expected,
            "{algorithm} {accepts:?}"
        );
    }
}

fn callbacks() -> impl Strategy<Value = Callback> {
    let coin = prop_oneof![Just(Coin::Usdt), Just(Coin::Trx)];
    let kind = prop_oneof![Just(Kind::Deposit), Just(Kind::Withdraw)];
    // "0" is what PHP takes for false, so a flat form does not carry it.
    let unique_id = "[ -~]{1,64}".prop_filter("an order number is not nought", |number| number != "0");
    (
        (1..=MAX_WHOLE, 0..=MAX_WHOLE, any::<u8>()),
        "[0-9a-f]{32}",
        option::of(unique_id),
        "[1-9][0-9]{0,11}(\\.[0-9]{1,8})?",
        coin,
        kind,
    )
        .prop_map(
            |((shop, pay_user_id, status), order_id, unique_id, amount, coin, kind)| Callback {
                shop,
                order_id,
                unique_id,
                pay_user_id,
                amount,
                coin,
                status,
                kind,
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_the_gateway_encodes_a_merchant_decodes(
        callback in callbacks(), manner in manners(), algorithm in algorithms(), token in "[ -~]{1,64}",
    ) {
        let token = Token::new(&token).unwrap();
        let (_, body) = callback.encode(&manner, algorithm, &token);
        prop_assert_eq!(Callback::decode(&body, only(algorithm), &token), Ok(callback));
    }

    #[test]
    fn a_changed_byte_never_changes_what_is_believed(
        callback in callbacks(), manner in manners(), algorithm in algorithms(), at: prop::sample::Index, byte: u8,
    ) {
        let (_, mut body) = callback.encode(&manner, algorithm, &token());
        let at = at.index(body.len());
        body[at] = byte;
        if let Ok(believed) = Callback::decode(&body, only(algorithm), &token()) {
            prop_assert_eq!(believed, callback);
        }
    }

    #[test]
    fn a_peers_bytes_never_panic_us(bytes in collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(opened(&bytes).is_err());
        prop_assert!(Callback::decode(&bytes, only(Algorithm::Md5), &token()).is_err());
    }
}
