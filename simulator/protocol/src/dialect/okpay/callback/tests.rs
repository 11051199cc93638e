//! Callbacks both ways, the published vector, and the three rules of acknowledgement.

use proptest::{collection, option, prelude::*};

use super::*;

fn token() -> Token {
    Token::new("TESTtoken123456789abcdefghijABCD").unwrap()
}

fn paid() -> DepositCallback {
    DepositCallback {
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
    insta::assert_snapshot!(String::from_utf8(paid().encode(&token())).unwrap(), @r#"{"code":200,"data":{"order_id":"abc123def456","unique_id":"ORDER-20260628-001","pay_user_id":123456789,"amount":"100.5","coin":"USDT","status":1,"type":"deposit"},"id":10001,"status":"success","sign":"64B09C8847849FA6921D8FFBDF8E406D4A8EA623E53970712350F61783403F7D"}"#);
    let published = br#"{"status":"success","code":200,"data":{"order_id":"abc123def456","unique_id":"ORDER-20260628-001","pay_user_id":123456789,"amount":"100.5","coin":"USDT","status":1,"type":"deposit"},"id":10001,"sign":"64B09C8847849FA6921D8FFBDF8E406D4A8EA623E53970712350F61783403F7D"}"#;
    assert_eq!(DepositCallback::decode(published, &token()), Ok(paid()));
}

#[test]
fn a_forged_callback_is_not_believed() {
    let good = String::from_utf8(paid().encode(&token())).unwrap();
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
        assert_eq!(
            DepositCallback::decode(body.as_bytes(), &token()),
            Err(CallbackError::BadSign),
            "{body}"
        );
    }
    let other_shop = Token::new("another").unwrap();
    assert_eq!(
        DepositCallback::decode(good.as_bytes(), &other_shop),
        Err(CallbackError::BadSign)
    );
    for body in [
        "",
        "success",
        "[]",
        "data[order_id]=1",
        &good.replace("{\"order_id", "[{\"order_id"),
    ] {
        let error = DepositCallback::decode(body.as_bytes(), &token()).unwrap_err();
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
            DepositCallback {
                amount: "-1".to_owned(),
                ..paid()
            },
            "malformed: data.amount: not plain decimal text",
        ),
        (
            DepositCallback {
                amount: "0".to_owned(),
                ..paid()
            },
            "malformed: data.amount: not above zero",
        ),
        (
            DepositCallback {
                amount: String::new(),
                ..paid()
            },
            "malformed: data.amount: missing",
        ),
        (
            DepositCallback {
                order_id: String::new(),
                ..paid()
            },
            "malformed: data.order_id: missing",
        ),
        (
            DepositCallback {
                unique_id: Some("\n".to_owned()),
                ..paid()
            },
            "malformed: data.unique_id: not printable ASCII",
        ),
    ] {
        let error = DepositCallback::decode(&callback.encode(&token()), &token()).unwrap_err();
        assert_eq!(error.to_string(), reason);
    }
}

#[test]
fn acknowledgements() {
    for (status, body, strict, lenient, http) in [
        (200, ACK_BODY, true, true, true),
        (204, "", false, false, true),
        (201, " {\"status\" : \"success\", \"x\": [1]}\n", true, true, true),
        (200, r#"{"status":"\u0073uccess"}"#, true, false, true),
        (200, "success", false, true, true),
        (200, r#"{"success":true}"#, false, true, true),
        (200, r#"{"success":false}"#, false, true, true),
        (200, "SUCCESS", false, false, true),
        (200, r#"{"status":"fail"}"#, false, false, true),
        (200, r#"{"status":"error"}"#, false, false, true),
        (200, r#"{"status":true}"#, false, false, true),
        (200, r#"{"status":"success"}}"#, false, true, true),
        (200, r#"["success"]"#, false, true, true),
        (200, "", false, false, true),
        (299, "success", false, true, true),
        (199, ACK_BODY, false, false, false),
        (300, ACK_BODY, false, false, false),
        (302, ACK_BODY, false, false, false),
        (400, ACK_BODY, false, false, false),
        (500, ACK_BODY, false, false, false),
        (0, ACK_BODY, false, false, false),
    ] {
        let accepted = [Ack::Strict, Ack::Lenient, Ack::Http].map(|ack| ack.accepts(status, body.as_bytes()));
        assert_eq!(accepted, [strict, lenient, http], "{status} {body}");
    }
}

fn callbacks() -> impl Strategy<Value = DepositCallback> {
    let coin = prop_oneof![Just(Coin::Usdt), Just(Coin::Trx)];
    let kind = prop_oneof![Just(Kind::Deposit), Just(Kind::Withdraw)];
    (
        any::<(u64, u64, u8)>(),
        "[0-9a-f]{32}",
        option::of("[ -~]{1,64}"),
        "[1-9][0-9]{0,11}(\\.[0-9]{1,8})?",
        coin,
        kind,
    )
        .prop_map(
            |((shop, pay_user_id, status), order_id, unique_id, amount, coin, kind)| DepositCallback {
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
    fn what_the_gateway_encodes_a_merchant_decodes(callback in callbacks(), token in "[ -~]{1,64}") {
        let token = Token::new(&token).unwrap();
        prop_assert_eq!(DepositCallback::decode(&callback.encode(&token), &token), Ok(callback));
    }

    #[test]
    fn a_changed_byte_never_changes_what_is_believed(callback in callbacks(), at: prop::sample::Index, byte: u8) {
        let mut body = callback.encode(&token());
        let at = at.index(body.len());
        body[at] = byte;
        if let Ok(believed) = DepositCallback::decode(&body, &token()) {
            prop_assert_eq!(believed, callback);
        }
    }

    #[test]
    fn a_peers_bytes_never_panic_us(bytes in collection::vec(any::<u8>(), 0..300), status: u16) {
        prop_assert!(DepositCallback::decode(&bytes, &token()).is_err());
        for ack in Ack::ALL {
            let _ = ack.accepts(status, &bytes);
        }
    }
}
