//! Both signing protocols on the same URLs, what a rotated token does, and what is said of a wrong sign.

use protocol::{
    Algorithm, Token,
    dialect::okpay::{Answer, AnswerError, Envelope, fault::HEADER, request},
};

use crate::testing::{Bench, TOKEN, open, query, signed};

const THREE: &str = "name: test\nshops: [{id: 1, token: TESTtoken123456789abcdefghijABCD}, {id: 2, token: \
                     TESTtoken123456789abcdefghijABCD, signing: md5}, {id: 3, token: \
                     TESTtoken123456789abcdefghijABCD, signing: both, ip_allow: []}, {id: 4, token: \
                     TESTtoken123456789abcdefghijABCD, ip_allow: [10.0.0.0/8]}, {id: 5, token: \
                     TESTtoken123456789abcdefghijABCD, status: suspended}]\n";

#[tokio::test(start_paused = true)]
async fn each_shop_is_answered_in_the_protocol_it_signs_with() {
    let bench = Bench::of(THREE, |_| {});
    for (shop, algorithm, refused) in [
        (1, Algorithm::Hmac, None),
        (1, Algorithm::Md5, Some("身份认证失败")),
        (2, Algorithm::Hmac, Some("身份认证失败")),
        (2, Algorithm::Md5, None),
        (3, Algorithm::Hmac, None),
        (3, Algorithm::Md5, None),
        (4, Algorithm::Hmac, Some("未授权")),
        (5, Algorithm::Hmac, Some("未授权")),
    ] {
        let number = format!("ORDER-{shop}-{algorithm}");
        let answer = bench.ask(shop, algorithm, &open(&number)).await;
        match refused {
            None => {
                assert!(
                    matches!(answer, Ok(Answer::PayLink { .. })),
                    "{shop} {algorithm}: {answer:?}"
                );
                let found = bench.ask(shop, algorithm, &query(&number)).await;
                assert!(
                    matches!(found, Ok(Answer::Deposit { status: 0, .. })),
                    "{shop} {algorithm}: {found:?}"
                );
            }
            Some(text) => match answer {
                Err(AnswerError::Refused { msg, .. }) => assert_eq!(msg, text, "{shop} {algorithm}"),
                other => panic!("{shop} {algorithm}: {other:?}"),
            },
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_known_mistake_is_named_in_the_header_and_a_random_sign_is_not() {
    let bench = Bench::of(THREE, |_| {});
    let timestamp = bench.gateway.clock.wall().as_secs();
    let envelope = Envelope {
        shop: 1,
        timestamp,
        nonce: "nonce-with-newline".to_owned(),
    };
    let token = Token::new(&format!("{TOKEN}\n")).unwrap();
    let body = request::encode(&open("ORDER-1"), &envelope, Algorithm::Hmac, &token);
    let seen = bench.connect().post("/shop/payLink", &body).await;
    let reason = seen.header(HEADER).unwrap();
    assert!(
        reason.starts_with("auth_failed: sign does not match the fields; token_"),
        "{reason}"
    );
    assert!(!reason.contains(TOKEN) && !seen.body().contains(TOKEN));

    let good = signed(&open("ORDER-1"), 1, timestamp, "nonce-of-a-stranger");
    let (fields, _) = good.split_once("&sign=").unwrap();
    let random = format!("{fields}&sign={}", "5A".repeat(32));
    let seen = bench.connect().post("/shop/payLink", &random).await;
    assert_eq!(seen.header(HEADER), Some("auth_failed: sign does not match the fields"));
}
