//! The wire's first protocol: MD5 signs, and what they leave uncovered.

use super::*;

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
