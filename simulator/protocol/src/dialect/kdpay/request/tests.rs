//! Requests both ways: the document's vectors, a second signer, the round trip, what is refused and why.

mod fields;

use proptest::{collection, option, prelude::*};

use super::*;
use crate::dialect::field::MAX_WHOLE;
use crate::dialect::kdpay::{CONTENT_TYPE_FORM, CONTENT_TYPE_JSON, Fault};

const USER: u64 = 100_001;

fn token() -> Token {
    Token::new("TESTkey0123456789").unwrap()
}

fn pay() -> Command {
    Command::Pay {
        order_code: "KD-ORDER-1".to_owned(),
        amount: "10.00".to_owned(),
        pay_type: PayType::Bean,
        callback_url: "http://127.0.0.1:9000/notify?shop=1".to_owned(),
    }
}

fn decoded(operation: Operation, body: &str) -> Result<Call, DecodeError> {
    decode(Presented {
        operation,
        path: operation.path(),
        query: None,
        content_type: None,
        body: body.as_bytes(),
    })
}

fn received(request: &Request) -> Call {
    let (path, query) = match request.target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (request.target.as_str(), None),
    };
    let operation = Operation::from_path(path).unwrap();
    assert_eq!(operation.method(), request.method);
    decode(Presented {
        operation,
        path,
        query,
        content_type: Some(CONTENT_TYPE_FORM),
        body: request.body.as_bytes(),
    })
    .unwrap()
}

/// The document's vectors are those of the first two.
#[test]
fn requests_on_the_wire() {
    let query_pay = Command::QueryPay {
        order_code: None,
        customer_order_code: Some("KD-ORDER-1".to_owned()),
    };
    let query_remit = Command::QueryRemit {
        order_code: Some("P1".to_owned()),
        customer_order_code: None,
    };
    let remit = Command::Remit {
        order_code: "KD-OUT-1".to_owned(),
        amount: "5".to_owned(),
        address: "made-up-wallet".to_owned(),
        callback_url: None,
    };
    let balance = Command::Balance {
        timestamp_ms: 1_782_680_000_000,
    };
    let lines: Vec<String> = [pay(), query_pay, remit, query_remit, balance]
        .iter()
        .map(|command| {
            let request = encode(command, USER, &token());
            let call = received(&request);
            assert_eq!((call.shop, call.verify(&token())), (Some(USER), true), "{request:?}");
            assert_eq!(call.command().as_ref(), Ok(command));
            format!("{} {}\n  {}", request.method, request.target, request.body)
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    POST /system/api/pay
      userCode=100001&orderCode=KD-ORDER-1&amount=10.00&payType=3&callbackUrl=http%3A%2F%2F127.0.0.1%3A9000%2Fnotify%3Fshop%3D1&sign=77CDB24603EA803A30FE85893F63A66C
    POST /system/api/query/pay-order
      userCode=100001&orderCode=&customerOrderCode=KD-ORDER-1&sign=A28051B9E1805DD9D58C7D5809A22B8F
    POST /system/api/remit
      userCode=100001&orderCode=KD-OUT-1&amount=5&address=made-up-wallet&sign=25BD2A412F8DAD6881C856D62333833F
    POST /system/api/query/remit-order
      userCode=100001&orderCode=P1&customerOrderCode=&sign=6F19203172AC773D10CD18BDA47A1880
    GET /system/api/balance/100001?timestamp=1782680000000&sign=0345A871D2F141C3DB6EB8E14C422EBC
    ");
}

#[test]
fn a_request_is_believed_under_its_own_sign_only() {
    let good = encode(&pay(), USER, &token()).body;
    let (fields, sign) = good.rsplit_once("&sign=").unwrap();
    for (body, verified) in [
        (good.clone(), true),
        (format!("sign={sign}&{fields}"), true),
        (format!("{fields}&extra=1&sign={sign}"), true),
        // A weakness of the contract: where the notification goes is not signed.
        (good.replace("notify", "elsewhere"), true),
        (fields.to_owned(), false),
        (format!("{fields}&sign="), false),
        (format!("{fields}&sign={}", sign.to_lowercase()), false),
        (format!("{fields}&sign={sign}0"), false),
        (format!("{fields}&sign={}", &sign[..31]), false),
        (format!("{fields}&sign={}", "0".repeat(32)), false),
        (good.replace("10.00", "10.0"), false),
        (good.replace("10.00", "+10.00"), false),
        (good.replace("KD-ORDER-1", "KD-ORDER-2"), false),
        (good.replace("payType=3", "payType=4"), false),
        (good.replace("payType=3&", ""), false),
        (good.replace("100001", "100002"), false),
    ] {
        assert_eq!(
            decoded(Operation::Pay, &body).unwrap().verify(&token()),
            verified,
            "{body}"
        );
    }
    let call = decoded(Operation::Pay, &good).unwrap();
    assert!(!call.verify(&Token::new("TESTkey0123456780").unwrap()));
    for body in [
        format!("{good}&sign={sign}"),
        format!("{good}&amount=99.00"),
        format!("{fields}&sign[]={sign}"),
        good.replace("10.00", "%ff"),
    ] {
        assert!(decoded(Operation::Pay, &body).is_err(), "{body}");
    }
}

#[test]
fn json_is_read_as_well() {
    let form = received(&encode(&pay(), USER, &token()));
    let sign = form.presented_sign.clone().unwrap();
    let json = format!(
        r#"{{"userCode":100001,"orderCode":"KD-ORDER-1","amount":10.00,"payType":3,"callbackUrl":"http://127.0.0.1:9000/notify?shop=1","sign":"{sign}"}}"#
    );
    for (content_type, body, read) in [
        (Some(CONTENT_TYPE_JSON), json.as_str(), true),
        (Some(CONTENT_TYPE_FORM), &json, true),
        (None, &json, true),
        (Some("application/json; charset=utf-8"), &json, true),
        (Some(CONTENT_TYPE_JSON), "userCode=100001", false),
        (Some("text/plain"), "userCode=100001", false),
        (Some("multipart/form-data; boundary=x"), "--x", false),
        (None, "[1]", false),
    ] {
        let call = decode(Presented {
            operation: Operation::Pay,
            path: "/system/api/pay",
            query: Some("userCode=1"),
            content_type,
            body: body.as_bytes(),
        });
        assert_eq!(call.is_ok(), read, "{content_type:?} {body}");
        if body == json {
            let call = call.unwrap();
            assert!(call.verify(&token()), "a number keeps its bytes");
            assert_eq!(call.command(), Ok(pay()));
        }
    }
}

#[test]
fn a_balance_is_asked_with_path_and_query() {
    let sign = sign(&token(), ["100001", "1782680000000"]);
    let good = format!("timestamp=1782680000000&sign={sign}");
    for (path, query, expected) in [
        (
            "/system/api/balance/100001",
            Some(good.as_str()),
            Ok((Some(USER), true)),
        ),
        ("/system/api/balance/100002", Some(&good), Ok((Some(100_002), false))),
        ("/system/api/balance/0100001", Some(&good), Ok((None, false))),
        ("/system/api/balance/%31", Some(&good), Ok((None, false))),
        ("/system/api/balance/100001", None, Ok((Some(USER), false))),
        ("/system/api/balance/100001", Some(""), Ok((Some(USER), false))),
        (
            "/system/api/balance/100001",
            Some(&format!("{good}&userCode=7")),
            Err("field \"userCode\" appears twice"),
        ),
        (
            "/system/api/balance/100001",
            Some(&format!("{good}&timestamp=1")),
            Err("field \"timestamp\" appears twice"),
        ),
    ] {
        let call = decode(Presented {
            operation: Operation::Balance,
            path,
            query,
            content_type: None,
            body: b"userCode=7",
        });
        let seen = call
            .map(|call| (call.shop, call.verify(&token())))
            .map_err(|error| error.to_string());
        assert_eq!(
            seen.as_ref().map_err(String::as_str),
            expected.as_ref().map_err(|text| *text),
            "{path} {query:?}"
        );
    }
}

/// The second signer: MD5 and the reading of forms written here, from RFC 1321 and the document.
mod second {
    use std::collections::HashMap;

    pub(super) fn sign(operation: &str, sent: &str, path: &str, key: &str) -> String {
        let mut value: HashMap<String, String> = form_urlencoded::parse(sent.as_bytes()).into_owned().collect();
        if let Some(user) = path.strip_prefix("/system/api/balance/") {
            value.insert("userCode".into(), user.into());
        }
        let at = |name: &str| value.get(name).cloned().unwrap_or_default();
        let (order, user) = (at("orderCode"), at("userCode"));
        let text = match operation {
            "kdpay.pay" => format!("{order}&{}&{}&{user}&{key}", at("amount"), at("payType")),
            "kdpay.remit" => format!("{order}&{}&{}&{user}&{key}", at("amount"), at("address")),
            "kdpay.balance" => format!("{user}&{}&{key}", at("timestamp")),
            _ => format!("{order}&{}&{user}&{key}", at("customerOrderCode")),
        };
        md5(text.as_bytes())
            .iter()
            .fold(String::new(), |hex, byte| hex + &format!("{byte:02X}"))
    }

    pub(super) fn md5(message: &[u8]) -> Vec<u8> {
        const TURNS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
        let mut padded = message.to_vec();
        padded.push(0x80);
        while padded.len() % 64 != 56 {
            padded.push(0);
        }
        padded.extend((message.len() as u64 * 8).to_le_bytes());
        let mut state = [0x6745_2301_u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
        for block in padded.chunks(64) {
            let word = |at: usize| u32::from_le_bytes(block[at * 4..at * 4 + 4].try_into().unwrap());
            let [mut a, mut b, mut c, mut d] = state;
            for step in 0..64 {
                let (mixed, at) = match step / 16 {
                    0 => ((b & c) | (!b & d), step),
                    1 => ((d & b) | (!d & c), (5 * step + 1) % 16),
                    2 => (b ^ c ^ d, (3 * step + 5) % 16),
                    _ => (c ^ (b | !d), (7 * step) % 16),
                };
                let sine = ((step as f64 + 1.0).sin().abs() * 4_294_967_296.0) as u32;
                let sum = a.wrapping_add(mixed).wrapping_add(sine).wrapping_add(word(at));
                let turned = b.wrapping_add(sum.rotate_left(TURNS[step / 16][step % 4]));
                (a, b, c, d) = (d, turned, b, c);
            }
            for (kept, new) in state.iter_mut().zip([a, b, c, d]) {
                *kept = kept.wrapping_add(new);
            }
        }
        state.iter().flat_map(|word| word.to_le_bytes()).collect()
    }
}

fn commands() -> impl Strategy<Value = Command> {
    let code = || "[ -%'-~]{1,64}";
    let amount = || "[1-9][0-9]{0,11}(\\.[0-9]{1,2})?";
    let url = || "http://127\\.0\\.0\\.1:[1-9][0-9]{0,3}/[a-z?=&%+]{0,20}";
    let codes = || {
        prop_oneof![
            (option::of(code()), code().prop_map(Some)),
            (code().prop_map(Some), option::of(code())),
        ]
    };
    prop_oneof![
        (code(), amount(), url()).prop_map(|(order_code, amount, callback_url)| Command::Pay {
            order_code,
            amount,
            pay_type: PayType::Bean,
            callback_url,
        }),
        (code(), amount(), code(), option::of(url())).prop_map(|(order_code, amount, address, callback_url)| {
            Command::Remit {
                order_code,
                amount,
                address,
                callback_url,
            }
        }),
        codes().prop_map(|(order_code, customer_order_code)| Command::QueryPay {
            order_code,
            customer_order_code,
        }),
        codes().prop_map(|(order_code, customer_order_code)| Command::QueryRemit {
            order_code,
            customer_order_code,
        }),
        (0..=MAX_WHOLE).prop_map(|timestamp_ms| Command::Balance { timestamp_ms }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn a_second_signer_agrees_and_what_is_encoded_is_decoded(command in commands(), user in 1..=MAX_WHOLE, key in "[ -~]{1,64}") {
        let token = Token::new(&key).unwrap();
        let request = encode(&command, user, &token);
        let call = received(&request);
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        let sent = if request.body.is_empty() { query } else { &request.body };
        let second = second::sign(call.operation.word(), sent, path, &key);
        prop_assert_eq!(call.presented_sign.as_deref(), Some(second.as_str()));
        prop_assert!(call.verify(&token));
        prop_assert_eq!(call.shop, Some(user));
        prop_assert_eq!(call.command(), Ok(command));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_peers_bytes_never_panic_us(bytes in collection::vec(any::<u8>(), 0..300), query in option::of(any::<String>()), path in any::<String>()) {
        for operation in Operation::ALL {
            let presented = Presented { operation, path: &path, query: query.as_deref(), content_type: None, body: &bytes };
            if let Ok(call) = decode(presented) {
                prop_assert!(!call.verify(&token()));
                let _ = call.command();
            }
        }
    }
}

#[test]
fn the_second_signers_md5_is_that_of_the_rfc() {
    for (text, digest) in [
        ("", "d41d8cd98f00b204e9800998ecf8427e"),
        ("abc", "900150983cd24fb0d6963f7d28e17f72"),
        ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        (
            "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
            "57edf4a22be3c955ac49da2e2107b67a",
        ),
    ] {
        let hex = second::md5(text.as_bytes())
            .iter()
            .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        assert_eq!(hex, digest, "{text}");
    }
}
