//! A client per mistake, its string written by hand; and signs that no mistake makes.

mod strings;

use std::collections::BTreeSet;

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use proptest::prelude::*;
use sha2::{Sha256, Sha512};

use super::*;
use crate::sign::{Md5Rule, sign_fields, upper_hex};

const TOKEN: &str = "TESTtoken123456789abcdefghijABCD";
const PREVIOUS: &str = "TESTprevious";

const STRICT: Accepts = Accepts {
    hmac: false,
    md5: Some(Md5Rule::Strict),
};

/// A request without its sign.
const FORM: &str = "id=10001&timestamp=1782680000&nonce=a1b2c3d4e5&amount=12.30&coin=USDT&name=a+%26+b&telegramID=7&unique_id=O-1&status=0&note=";
const RIGHT: &str = "amount=12.30&coin=USDT&id=10001&name=a & b&nonce=a1b2c3d4e5&status=0&telegramID=7&timestamp=1782680000&unique_id=O-1";

const JSON: &str = r#"{"id":10001,"nonce":"a1b2c3d4e5","ok":false,"no":null,"none":"","url":"a/余","data":{"order_id":"x","amount":"100","paid":true},"zero":0,"timestamp":1782680000}"#;
const RIGHT_JSON: &str = "data.amount=100&data.order_id=x&data.paid=true&id=10001&nonce=a1b2c3d4e5&ok=false&timestamp=1782680000&url=a/余&zero=0";

const PHP: &str =
    "status=success&id=1&code=200&note=&flag=0&data[order_id]=x+y&data[empty]=&data[amount]=6.00&data[Status]=0";
const RIGHT_PHP: &str = "code=200&data[order_id]=x y&data[empty]=&data[amount]=6.00&data[Status]=0&id=1&status=success";

fn hmac(key: &[u8], message: &[u8]) -> String {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).unwrap();
    mac.update(message);
    upper_hex(&mac.finalize().into_bytes())
}

fn md5(message: &str) -> String {
    upper_hex(&Md5::digest(message))
}

fn sha256(message: &str) -> String {
    upper_hex(&Sha256::digest(message))
}

/// The body with the sign behind it, and what the gateway says about it.
fn ask(body: &str, sign: &str, token: &str, accepts: Accepts) -> Diagnosis {
    let (body, fields) = if let Some(open) = body.strip_suffix('}') {
        let body = format!("{open},\"sign\":\"{sign}\"}}");
        let fields = Fields::from_json(body.as_bytes()).unwrap();
        (body, fields)
    } else {
        let body = format!("{body}&sign={}", percent_encode(sign.as_bytes(), NON_ALPHANUMERIC));
        let fields = Fields::from_php_form(body.as_bytes()).unwrap();
        (body, fields)
    };
    let request = Presented {
        content_type: None,
        body: body.as_bytes(),
        fields: Some(&fields),
    };
    let previous = Token::new(PREVIOUS).unwrap();
    diagnose(&Token::new(token).unwrap(), Some(&previous), accepts, &request)
}

fn check(code: &str, body: &str, sign: &str, accepts: Accepts) {
    let diagnosis = ask(body, sign, TOKEN, accepts);
    let mistake = diagnosis
        .mistake
        .unwrap_or_else(|| panic!("{code} is named for {body}"));
    assert_eq!(mistake.code, code, "{body}");
    assert!(!diagnosis.canonical.contains(TOKEN));
}

#[test]
fn keys_and_hashes() {
    let key = |key: &str| hmac(key.as_bytes(), RIGHT.as_bytes());
    let sha512 = {
        let mut mac = <Hmac<Sha512> as KeyInit>::new_from_slice(TOKEN.as_bytes()).unwrap();
        mac.update(RIGHT.as_bytes());
        upper_hex(&mac.finalize().into_bytes())
    };
    let legacy = RIGHT.replace("&status=0", "");
    let base64 = |hex: &str| base64::Engine::encode(&base64::prelude::BASE64_STANDARD, shape::unhex(hex).unwrap());
    for (code, sign) in [
        ("previous_token", key(PREVIOUS)),
        ("token_untrimmed", key(&format!("{TOKEN}\n"))),
        ("token_untrimmed", key(&format!(" {TOKEN}"))),
        ("token_hashed", key(&md5(TOKEN).to_lowercase())),
        ("token_hashed", key(&md5(TOKEN))),
        ("token_hashed", hmac(&Md5::digest(TOKEN), RIGHT.as_bytes())),
        ("token_hashed", key(&sha256(TOKEN).to_lowercase())),
        ("key_and_message_swapped", hmac(RIGHT.as_bytes(), TOKEN.as_bytes())),
        ("base64_digest", base64(&key(TOKEN))),
        ("base64_digest", base64(&key(TOKEN)).trim_end_matches('=').to_owned()),
        ("sign_surrounded", format!(" {}\n", key(TOKEN))),
        ("legacy_md5", md5(&format!("{legacy}&token={TOKEN}"))),
        ("legacy_md5", md5(&format!("{legacy}&token={TOKEN}")).to_lowercase()),
        ("legacy_md5", md5(&format!("{RIGHT}&token={TOKEN}"))),
        ("plain_md5", md5(&format!("{RIGHT}&key={TOKEN}"))),
        ("plain_md5", md5(RIGHT)),
        ("plain_sha256", sha256(RIGHT)),
        ("plain_sha256", sha256(&format!("{RIGHT}&key={TOKEN}"))),
        ("plain_sha256", sha256(&format!("{RIGHT}{TOKEN}")).to_lowercase()),
        ("hmac_sha512", sha512),
    ] {
        check(code, FORM, &sign, Accepts::HMAC);
    }
    for (token, used, code) in [
        (" padded ", "padded", "token_trimmed"),
        ("0123456789abcdef0123456789ABCDEF", "\u{1}#Eg\u{89}", "token_decoded"),
    ] {
        let key = if code == "token_decoded" {
            shape::unhex(token).unwrap()
        } else {
            used.as_bytes().to_vec()
        };
        let diagnosis = ask(FORM, &hmac(&key, RIGHT.as_bytes()), token, Accepts::HMAC);
        assert_eq!(diagnosis.mistake.unwrap().code, code);
    }
}

/// Shops of the legacy protocol.
#[test]
fn md5_shops() {
    let with_token = |string: &str| md5(&format!("{string}&token={TOKEN}"));
    for (code, sign) in [
        ("lower_case", with_token(RIGHT_PHP).to_lowercase()),
        ("sign_surrounded", format!("{} ", with_token(RIGHT_PHP))),
        (
            "unsorted",
            with_token("status=success&id=1&code=200&data[order_id]=x y&data[empty]=&data[amount]=6.00&data[Status]=0"),
        ),
        (
            "nested_sorted",
            with_token("code=200&data[Status]=0&data[amount]=6.00&data[empty]=&data[order_id]=x y&id=1&status=success"),
        ),
        ("zero_kept", with_token(&RIGHT_PHP.replace("&id", "&flag=0&id"))),
        ("zero_dropped", with_token(&RIGHT_PHP.replace("&data[Status]=0", ""))),
        ("empty_kept", with_token(&RIGHT_PHP.replace("&status", "&note=&status"))),
        ("empty_dropped", with_token(&RIGHT_PHP.replace("&data[empty]=", ""))),
        ("url_encoded", with_token(&RIGHT_PHP.replace("x y", "x%20y"))),
        ("space_as_plus", with_token(&RIGHT_PHP.replace("x y", "x+y"))),
        ("id_missing", with_token(&RIGHT_PHP.replace("&id=1", ""))),
        (
            "nested_names",
            with_token("code=200&data.Status=0&data.amount=6.00&data.empty=&data.order_id=x y&id=1&status=success"),
        ),
        (
            "nested_not_flattened",
            with_token(
                r#"code=200&data={"order_id":"x y","empty":"","amount":"6.00","Status":"0"}&id=1&status=success"#,
            ),
        ),
        ("number_reformatted", with_token(&RIGHT_PHP.replace("6.00", "6"))),
        ("previous_token", md5(&format!("{RIGHT_PHP}&token={PREVIOUS}"))),
        ("token_appended", md5(&format!("{RIGHT_PHP}&key={TOKEN}"))),
        ("token_appended", md5(&format!("{RIGHT_PHP}{TOKEN}"))),
        ("token_prefixed", md5(&format!("{TOKEN}{RIGHT_PHP}"))),
        ("token_untrimmed", md5(&format!("{RIGHT_PHP}&token={TOKEN}\n"))),
        (
            "sign_included",
            with_token(&RIGHT_PHP.replace("&status", "&sign=&status")),
        ),
    ] {
        check(code, PHP, &sign, STRICT);
    }
    let canonical = Fields::from_php_form(PHP.as_bytes()).unwrap().canonical();
    check(
        "hmac_at_md5_shop",
        PHP,
        &hmac(TOKEN.as_bytes(), canonical.as_bytes()),
        STRICT,
    );
    check("plain_sha256", PHP, &sha256(&format!("{canonical}{TOKEN}")), STRICT);
    let diagnosis = ask("id=1", &md5("id=1&token=a+b%20"), "a+b%20", STRICT);
    assert_eq!(diagnosis.mistake.unwrap().code, "token_not_decoded");
    let json = r#"{"id":1,"amount":12.30}"#;
    check(
        "number_reformatted",
        json,
        &md5(&format!("amount=12.30&id=1&token={TOKEN}")),
        STRICT,
    );
}

/// Every row of the table has a text fit for a header, and a code of its own.
#[test]
fn mistakes_are_told_in_one_ascii_line() {
    let printable = |text: &str| text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let mut codes = BTreeSet::new();
    for known in known::SAME_HASH.iter().chain(known::OTHER_HASH) {
        let Mistake { code, what, remedy } = known.mistake(Some("余\n"));
        assert!(codes.insert(code), "{code} twice");
        assert!(
            code.bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_')),
            "{code}"
        );
        assert!(printable(&what) && what.ends_with('.'), "{what}");
        assert!(printable(remedy) && !remedy.ends_with('.'), "{remedy}");
    }
}

/// The richest body there is tries many mistakes, and never more signs than the limit.
#[test]
fn work_is_bounded() {
    let rich = format!("{},\"sign\":\"{}\"}}", JSON.strip_suffix('}').unwrap(), "0".repeat(64));
    let fields = Fields::from_json(rich.as_bytes()).unwrap();
    let (token, previous) = (Token::new(" TESTtoken ").unwrap(), Token::new(PREVIOUS).unwrap());
    for (algorithm, digest) in [
        (Algorithm::Hmac, vec![0; 32]),
        (Algorithm::Md5, vec![0; 16]),
        (Algorithm::Hmac, vec![0; 16]),
    ] {
        let case = Case {
            algorithm,
            token: &token,
            previous: Some(&previous),
            fields: &fields,
            body: rich.as_bytes(),
        };
        let mut trial = Trial::new(&case, &digest);
        for known in known::OTHER_HASH.iter().chain(known::SAME_HASH) {
            // The last row tries as many fields as there are; every other one has its turn.
            assert!(trial.signs() < MAX_SIGNS, "{} has a turn", known.code);
            (known.tries)(&case, &mut trial);
        }
        assert!((10..=MAX_SIGNS).contains(&trial.signs()), "{} signs", trial.signs());
        assert!(!trial.is_met());
    }
}

#[test]
fn a_right_sign_and_a_missing_one_name_nothing() {
    let right = hmac(TOKEN.as_bytes(), RIGHT.as_bytes());
    for sign in [&*right, &right.to_lowercase(), "", "余", "00", &"=".repeat(300)] {
        let diagnosis = ask(FORM, sign, TOKEN, Accepts::HMAC);
        assert_eq!((diagnosis.mistake, &*diagnosis.canonical), (None, RIGHT), "{sign}");
    }
    let fields = Fields::from_form(FORM.as_bytes()).unwrap();
    let request = Presented {
        content_type: None,
        body: FORM.as_bytes(),
        fields: Some(&fields),
    };
    assert_eq!(
        diagnose(&Token::new(TOKEN).unwrap(), None, Accepts::HMAC, &request).mistake,
        None
    );
    let both = Accepts { hmac: true, ..STRICT };
    let legacy = sign_fields(Algorithm::Md5, &Token::new(TOKEN).unwrap(), &fields);
    assert_eq!(ask(FORM, &legacy, TOKEN, both).mistake, None);
    assert_eq!(
        ask(FORM, &legacy.to_lowercase(), TOKEN, both).mistake.unwrap().code,
        "lower_case"
    );
}

#[test]
fn the_token_is_masked_wherever_it_stands() {
    let diagnosis = ask(
        "id=1&name=x&token=TESTtoken123456789abcdefghijABCD&z=TESTprevious",
        "00",
        TOKEN,
        Accepts::HMAC,
    );
    assert_eq!(diagnosis.canonical, "id=1&name=x&token=•••&z=•••");
    assert_eq!(ask("id=1&a=k", "00", "k", STRICT).canonical, "a=•••&id=1&token=•••");
    assert_eq!(ask("id=1&a=2", "00", TOKEN, STRICT).canonical, "a=2&id=1&token=•••");
    let fields = Fields::from_form(b"id=1&token=TESTtoken123456789abcdefghijABCD&empty=").unwrap();
    for algorithm in Algorithm::ALL {
        let walk = steps(algorithm, &Token::new(TOKEN).unwrap(), &fields);
        let lines: Vec<String> = walk.into_iter().flat_map(|step| step.lines).collect();
        assert!(
            lines.contains(&"empty".to_owned()) && lines.contains(&"id=1&token=•••".to_owned()),
            "{lines:?}"
        );
        assert!(!lines.concat().contains(TOKEN));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_random_sign_names_none(digest in any::<[u8; 32]>()) {
        for sign in [upper_hex(&digest), upper_hex(&digest[..16]), upper_hex(&digest[..16]).to_lowercase()] {
            for (body, accepts) in [(FORM, Accepts::HMAC), (JSON, Accepts::HMAC), (PHP, STRICT)] {
                prop_assert_eq!(ask(body, &sign, TOKEN, accepts).mistake, None);
            }
        }
    }

    #[test]
    fn a_peers_bytes_never_panic_us(body in any::<Vec<u8>>(), sign in "[0-9a-fA-F=+/ ]{0,90}", content_type in ".{0,20}") {
        let token = Token::new(TOKEN).unwrap();
        let body = [&body[..], b"&sign=", sign.as_bytes()].concat();
        for fields in [None, Fields::from_form(&body).ok(), Fields::from_php_form(&body).ok()] {
            let request = Presented { content_type: Some(&content_type), body: &body, fields: fields.as_ref() };
            let _ = diagnose(&token, None, Accepts::HMAC, &request);
            let _ = diagnose(&token, None, STRICT, &request);
        }
    }
}
