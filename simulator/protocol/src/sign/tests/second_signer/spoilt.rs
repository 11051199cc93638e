//! Spoilt callbacks before both verifiers, the crate's own and the second one: neither believes any of them, in no form,
//! and beside the one thing that is spoilt nothing differs from the good callback.

use std::fmt;

use md5::{Digest, Md5};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use super::{Node, hex, second_hmac, second_md5, urldecode};
use crate::{
    Accepts, Algorithm, Md5Rule, Token,
    dialect::{
        forge::Spoilt,
        kdpay::{self, Notify, PayStatus, RemitStatus},
        okpay::{
            Callback, Coin, Kind, Manner,
            manner::{CallbackForm, KeyOrder},
        },
    },
};

const TOKEN: &str = "TESTtoken123456789abcdefghijABCD";

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Node;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("what callbacks hold")
            }

            fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
                Ok(Node::Number(number.to_string()))
            }

            fn visit_str<E>(self, text: &str) -> Result<Node, E> {
                Ok(Node::Text(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Node::Object(members))
            }
        }
        source.deserialize_any(Any)
    }
}

/// A body as a merchant's framework hands it over, in the order of the wire.
fn read(body: &str) -> Vec<(String, Node)> {
    if body.starts_with('{') {
        match serde_json::from_str(body).unwrap() {
            Node::Object(members) => return members,
            other => panic!("{other:?}"),
        }
    }
    let decoded = |text: &str| String::from_utf8(urldecode(text.as_bytes())).unwrap();
    let mut members: Vec<(String, Node)> = Vec::new();
    for pair in body.split('&') {
        let (name, text) = pair.split_once('=').unwrap();
        let (name, leaf) = (decoded(name), Node::Text(decoded(text)));
        let Some((outer, inner)) = name.split_once('[') else {
            members.push((name, leaf));
            continue;
        };
        let inner = (inner.trim_end_matches(']').to_owned(), leaf);
        match members.iter_mut().find(|(name, _)| name == outer) {
            Some((_, Node::Object(inside))) => inside.push(inner),
            Some(other) => panic!("{other:?}"),
            None => members.push((outer.to_owned(), Node::Object(vec![inner]))),
        }
    }
    members
}

/// The sign that the second signer makes of a body, and the one it presents.
fn second(algorithm: Algorithm, body: &str) -> (String, Option<String>) {
    let mut members = read(body);
    let at = members.iter().position(|(name, _)| name == "sign");
    let presented = at.map(|at| match members.remove(at).1 {
        Node::Text(text) => text,
        other => panic!("{other:?}"),
    });
    let sign = match algorithm {
        Algorithm::Hmac => second_hmac(&members, TOKEN),
        Algorithm::Md5 => second_md5(&members, TOKEN),
    };
    (sign, presented)
}

/// The body with the sign and every spelling of the amount taken out, and the amount as a number.
fn rest(body: &str) -> (String, f64) {
    let members = read(body);
    let inside = match members.iter().find(|(name, _)| name == "data") {
        Some((_, Node::Object(inside))) => inside.clone(),
        Some((_, Node::Text(json))) => read(json),
        Some(other) => panic!("{other:?}"),
        None => members.clone(),
    };
    let amount = match inside.iter().find(|(name, _)| name == "amount") {
        Some((_, Node::Text(amount))) => amount.clone(),
        other => panic!("{other:?}"),
    };
    let (_, presented) = second(Algorithm::Hmac, body);
    let unsigned = presented.map_or_else(
        || body.to_owned(),
        |sign| {
            body.replace(&format!(",\"sign\":\"{sign}\""), "")
                .replace(&format!("&sign={sign}"), "")
        },
    );
    assert_eq!(unsigned.matches(&amount).count(), 1, "{body}");
    (unsigned.replace(&amount, "AMOUNT"), amount.parse().unwrap())
}

fn is_spoilt_by_one_thing(good: &str, spoilt: &str, how: Spoilt) {
    assert_eq!(rest(good), rest(spoilt), "{how:?}: nothing else differs");
    let (right, was) = second(Algorithm::Hmac, good);
    let (of_spoilt, is) = second(Algorithm::Hmac, spoilt);
    match how {
        Spoilt::BitFlip => {
            let (was, is) = (was.unwrap(), is.unwrap());
            let differ = was.bytes().zip(is.bytes()).filter(|(was, is)| was != is).count();
            assert_eq!((differ, was.len()), (1, is.len()), "{spoilt}");
        }
        Spoilt::Missing => assert_eq!(is, None, "{spoilt}"),
        Spoilt::Respelled => assert!(was == is && right != of_spoilt, "{spoilt}"),
    }
}

#[test]
fn no_verifier_believes_a_spoilt_callback_in_any_form() {
    let token = Token::new(TOKEN).unwrap();
    let lenient = Accepts {
        hmac: true,
        md5: Some(Md5Rule::Lenient),
    };
    let mut seen = 0;
    for amount in ["6.00000000", "60.5", "77777", "123456.78"] {
        let callback = Callback {
            shop: 10_001,
            order_id: "abcdefabcdefabcdefabcdefabcdefab".to_owned(),
            unique_id: Some("ORDER-A".to_owned()),
            pay_user_id: 7,
            amount: amount.to_owned(),
            coin: Coin::Usdt,
            status: 1,
            kind: Kind::Deposit,
        };
        for (form, keys, algorithm) in CallbackForm::ALL.into_iter().flat_map(|form| {
            let orders = KeyOrder::ALL.into_iter();
            orders.flat_map(move |keys| Algorithm::ALL.map(|algorithm| (form, keys, algorithm)))
        }) {
            let manner = Manner {
                callback: form,
                keys,
                ..Manner::default()
            };
            let text = |body| String::from_utf8(body).unwrap();
            let (content_type, good) = callback.encode(&manner, algorithm, &token);
            let good = text(good);
            let (sign, presented) = second(algorithm, &good);
            assert_eq!(Some(&sign), presented.as_ref(), "{good}");
            for how in Spoilt::ALL {
                let (spoilt_type, spoilt) = callback.spoil(how, &manner, algorithm, &token);
                let spoilt = text(spoilt);
                assert_eq!(spoilt_type, content_type);
                is_spoilt_by_one_thing(&good, &spoilt, how);
                let (sign, presented) = second(algorithm, &spoilt);
                assert_ne!(Some(sign), presented, "the second verifier: {spoilt}");
                let read = Callback::decode(spoilt.as_bytes(), lenient, &token);
                assert!(read.is_err(), "our own verifier: {spoilt}");
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 4 * 5 * 2 * 2 * 3);
}

/// Only re-serialised, a callback is still good under HMAC: this is why a number must be respelled to forge it.
#[test]
fn a_callback_in_another_order_and_with_white_space_is_no_forgery() {
    let published = r#"{"status":"success", "id":10001,"data":{"type":"deposit","status":1,"coin":"USDT", "amount":"100.5",
        "pay_user_id":123456789,"unique_id":"ORDER-20260628-001","order_id":"abc123def456"},"code":200,
        "sign":"64B09C8847849FA6921D8FFBDF8E406D4A8EA623E53970712350F61783403F7D"}"#;
    let (sign, presented) = second(Algorithm::Hmac, published);
    assert_eq!(Some(sign), presented);
    let token = Token::new(TOKEN).unwrap();
    assert!(Callback::decode(published.as_bytes(), Accepts::HMAC, &token).is_ok());
}

#[test]
fn no_verifier_believes_a_spoilt_notification() {
    let token = Token::new(TOKEN).unwrap();
    for (kind, news) in [
        (
            kdpay::Kind::Pay,
            kdpay::News::Pay {
                order_code: "KD-ORDER-A".to_owned(),
                status: PayStatus::Paid,
            },
        ),
        (
            kdpay::Kind::Remit,
            kdpay::News::Remit {
                order_code: "RA".to_owned(),
                customer_order_code: "KD-OUT-A".to_owned(),
                status: RemitStatus::Success,
            },
        ),
    ] {
        let notify = Notify {
            user_code: 100_001,
            amount: "6.00".to_owned(),
            news,
        };
        let good = String::from_utf8(notify.encode(&token)).unwrap();
        let by_hand = |body: &str| {
            let members = read(body);
            let said = |wanted: &str| match members.iter().find(|(name, _)| name == wanted) {
                Some((_, Node::Text(text))) => text.clone(),
                Some(_) | None => String::new(),
            };
            let signed = ["orderCode", "amount", "userCode", "status"].map(said).join("&");
            hex(&Md5::digest(format!("{signed}&{TOKEN}"))) == said("sign")
        };
        assert!(by_hand(&good), "{good}");
        for how in Spoilt::ALL {
            let spoilt = String::from_utf8(notify.spoil(how, &token)).unwrap();
            is_spoilt_by_one_thing(&good, &spoilt, how);
            assert!(!by_hand(&spoilt), "the second verifier: {spoilt}");
            assert!(
                Notify::decode(kind, spoilt.as_bytes(), &token).is_err(),
                "our own: {spoilt}"
            );
        }
    }
}
