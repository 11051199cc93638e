//! Strings made wrong: a client per mistake.

use super::*;

/// HMAC shops, form bodies: the string that the client signed with the right token.
#[test]
fn strings_of_forms() {
    for (code, string) in [
        (
            "unsorted",
            "id=10001&timestamp=1782680000&nonce=a1b2c3d4e5&amount=12.30&coin=USDT&name=a & b&telegramID=7&unique_id=O-1&status=0",
        ),
        ("empty_kept", &*RIGHT.replace("&status", "&note=&status")),
        ("zero_dropped", &RIGHT.replace("&status=0", "")),
        ("url_encoded", &RIGHT.replace("a & b", "a+%26+b")),
        ("url_encoded", &RIGHT.replace("a & b", "a%20%26%20b")),
        ("space_as_plus", &RIGHT.replace("a & b", "a+&+b")),
        ("id_missing", &RIGHT.replacen("id=10001&", "", 1)),
        ("nonce_missing", &RIGHT.replace("nonce=a1b2c3d4e5&", "")),
        ("timestamp_missing", &RIGHT.replace("timestamp=1782680000&", "")),
        (
            "nonce_and_timestamp_missing",
            &RIGHT
                .replace("nonce=a1b2c3d4e5&", "")
                .replace("timestamp=1782680000&", ""),
        ),
        ("field_missing", &RIGHT.replace("coin=USDT&", "")),
        ("number_reformatted", &RIGHT.replace("12.30", "12.3")),
        ("number_reformatted", &RIGHT.replace("12.30", "12.30000000")),
        ("sign_included", &RIGHT.replace("&status", "&sign=&status")),
        (
            "sign_included",
            &RIGHT.replace(
                "&status",
                &format!("&sign={}&status", hmac(TOKEN.as_bytes(), RIGHT.as_bytes())),
            ),
        ),
        ("token_appended", &format!("{RIGHT}&token={TOKEN}")),
        ("token_appended", &format!("{RIGHT}&key={TOKEN}")),
        ("token_appended", &format!("{RIGHT}{TOKEN}")),
        ("token_prefixed", &format!("{TOKEN}{RIGHT}")),
        (
            "token_sorted_in",
            &RIGHT.replace("&unique_id", &format!("&token={TOKEN}&unique_id")),
        ),
        (
            "json_as_text",
            r#"{"id":"10001","timestamp":"1782680000","nonce":"a1b2c3d4e5","amount":"12.30","coin":"USDT","name":"a & b","telegramID":"7","unique_id":"O-1","status":"0","note":""}"#,
        ),
        ("ampersand_left_over", &format!("{RIGHT}&")),
        (
            "joined_otherwise",
            "12.30&USDT&10001&a & b&a1b2c3d4e5&0&7&1782680000&O-1",
        ),
    ] {
        assert_ne!(string, RIGHT, "{code}");
        check(code, FORM, &hmac(TOKEN.as_bytes(), string.as_bytes()), Accepts::HMAC);
        check(
            code,
            FORM,
            &hmac(TOKEN.as_bytes(), string.as_bytes()).to_lowercase(),
            Accepts::HMAC,
        );
    }
}

#[test]
fn other_forms() {
    for (code, body, string) in [
        (
            "sorted_without_case",
            "id=1&amount=5&Zone=2",
            "amount=5&id=1&Zone=2".to_owned(),
        ),
        ("number_reformatted", "id=1&amount=100", "amount=100.00&id=1".to_owned()),
        ("number_reformatted", "id=1&amount=100", "amount=100.0&id=1".to_owned()),
        ("number_reformatted", "id=1&amount=100", "amount=1e2&id=1".to_owned()),
        ("number_reformatted", "id=1&amount=1e2", "amount=100&id=1".to_owned()),
        ("values_trimmed", "id=1&name=+a+", "id=1&name=a".to_owned()),
        ("nested_left_out", "id=1&data[x]=2", "id=1".to_owned()),
    ] {
        check(code, body, &hmac(TOKEN.as_bytes(), string.as_bytes()), Accepts::HMAC);
    }
}

/// HMAC shops, JSON bodies.
#[test]
fn strings_of_json() {
    let data = |text: &str| {
        RIGHT_JSON.replace(
            "data.amount=100&data.order_id=x&data.paid=true",
            &format!("data={text}"),
        )
    };
    for (code, string) in [
        ("false_dropped", RIGHT_JSON.replace("&ok=false", "")),
        (
            "zero_dropped",
            RIGHT_JSON.replace("&ok=false", "").replace("&zero=0", ""),
        ),
        ("empty_kept", RIGHT_JSON.replace("&ok", "&none=&ok")),
        (
            "empty_kept",
            RIGHT_JSON.replace("&nonce", "&no=&nonce").replace("&ok", "&none=&ok"),
        ),
        (
            "boolean_reformatted",
            RIGHT_JSON.replace("true", "1").replace("false", "0"),
        ),
        (
            "boolean_reformatted",
            RIGHT_JSON.replace("true", "True").replace("false", "False"),
        ),
        (
            "nested_not_flattened",
            data(r#"{"order_id":"x","amount":"100","paid":true}"#),
        ),
        (
            "nested_not_flattened",
            data(r#"{"order_id": "x", "amount": "100", "paid": true}"#),
        ),
        ("nested_not_flattened", data("[object Object]")),
        (
            "nested_names",
            RIGHT_JSON
                .replace("data.amount", "data[amount]")
                .replace("data.order_id", "data[order_id]")
                .replace("data.paid", "data[paid]"),
        ),
        (
            "nested_unprefixed",
            "amount=100&id=10001&nonce=a1b2c3d4e5&ok=false&order_id=x&paid=true&timestamp=1782680000&url=a/余&zero=0"
                .to_owned(),
        ),
        (
            "nested_left_out",
            RIGHT_JSON.replace("data.amount=100&data.order_id=x&data.paid=true&", ""),
        ),
        ("json_as_text", JSON.to_owned()),
        (
            "json_as_text",
            JSON.replace(':', ": ").replace(',', ", ").replace('余', "\\u4f59"),
        ),
        ("json_as_text", JSON.replace('/', "\\/").replace('余', "\\u4f59")),
    ] {
        assert_ne!(string, RIGHT_JSON, "{code}");
        check(code, JSON, &hmac(TOKEN.as_bytes(), string.as_bytes()), Accepts::HMAC);
    }
}

#[test]
fn charsets() {
    let (gbk, _, _) = encoding_rs::GBK.encode(RIGHT_JSON);
    let latin1 = RIGHT_JSON.replace('余', "?");
    let twice: String = RIGHT_JSON.bytes().map(char::from).collect();
    for message in [&gbk[..], latin1.as_bytes(), twice.as_bytes()] {
        check("body_charset", JSON, &hmac(TOKEN.as_bytes(), message), Accepts::HMAC);
    }
}

/// A body in GBK cannot be read as fields, so the gateway has none to offer.
#[test]
fn a_body_sent_in_another_charset() {
    let right = "id=1&name=余额";
    let (gbk, _, _) = encoding_rs::GBK.encode(right);
    for message in [right.as_bytes(), &gbk] {
        let sign = hmac(TOKEN.as_bytes(), message);
        let form = [b"id=1&name=%D3%E0%B6%EE&sign=", sign.as_bytes()].concat();
        let (json, _, _) = encoding_rs::GBK.encode("{\"id\":1,\"name\":\"余额\",\"sign\":\"");
        let json = [&json[..], sign.as_bytes(), b"\"}"].concat();
        for body in [form, json] {
            assert!(Fields::from_form(&body).is_err() && Fields::from_json(&body).is_err());
            let request = Presented {
                content_type: None,
                body: &body,
                fields: None,
            };
            let diagnosis = diagnose(&Token::new(TOKEN).unwrap(), None, Accepts::HMAC, &request);
            assert_eq!(diagnosis.mistake.unwrap().code, "body_charset");
            assert_eq!(diagnosis.canonical, right);
        }
    }
    let request = Presented {
        content_type: None,
        body: b"id=%D3%E0&sign=00",
        fields: None,
    };
    let diagnosis = diagnose(&Token::new(TOKEN).unwrap(), None, Accepts::HMAC, &request);
    assert_eq!((diagnosis.mistake, &*diagnosis.canonical), (None, ""));
}
