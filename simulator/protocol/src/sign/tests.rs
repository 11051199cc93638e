//! Published vectors of both protocols, and what verifies.

mod second_signer;

use super::*;

const CANONICAL: &str =
    "amount=100.5&coin=USDT&id=10001&nonce=a1b2c3d4e5&timestamp=1782680000&unique_id=ORDER-20260628-001";
const SIGN: &str = "7444ADFD8E4F4DA09D752DDF9345E0EE56DC25090FCFAF675DD042830E5E3F79";

fn token() -> Token {
    Token::new("TESTtoken123456789abcdefghijABCD").unwrap()
}

#[test]
fn the_published_request_vector_is_met() {
    assert_eq!(sign(&token(), CANONICAL).to_string(), SIGN);
}

/// Reliability N1. The contract asks for either case to be accepted, so the other case is the one true row.
#[test]
fn only_the_whole_sign_verifies() {
    let wrong = SIGN.replacen('7', "8", 1);
    let last_wrong = format!("{}8", &SIGN[..63]);
    let md5 = "7465C8F4ED1BA0C8C2DB88E792374A65";
    for (presented, accepted) in [
        (SIGN, true),
        (&*SIGN.to_lowercase(), true),
        (&format!("{}{}", &SIGN[..32], SIGN[32..].to_lowercase()), true),
        (&wrong, false),
        (&last_wrong, false),
        ("", false),
        (md5, false),
        (&SIGN[..63], false),
        (&SIGN[..62], false),
        (&SIGN[1..], false),
        (&format!("{SIGN}0"), false),
        (&format!("{SIGN}00"), false),
        (&format!("{SIGN}\n"), false),
        (&format!("{SIGN}\0"), false),
        (&format!(" {SIGN}"), false),
        (&format!("{SIGN},{SIGN}"), false),
        (&format!("0x{}", &SIGN[2..]), false),
        (&format!("{}ＡＡ", &SIGN[..58]), false),
        (&"0".repeat(64), false),
        (&"G".repeat(64), false),
    ] {
        assert_eq!(verify(&token(), CANONICAL, presented), accepted, "{presented:?}");
    }
}

#[test]
fn another_key_or_another_string_gives_another_sign() {
    assert!(!verify(
        &Token::new("TESTtoken123456789abcdefghijABCE").unwrap(),
        CANONICAL,
        SIGN
    ));
    assert!(!verify(&token(), &CANONICAL.replace("100.5", "100.50"), SIGN));
    assert!(!verify(&token(), &format!("{CANONICAL}&x=1"), SIGN));
}

#[test]
fn a_token_is_bounded_and_never_shown() {
    assert_eq!(Token::new("").unwrap_err(), TokenError::Empty);
    assert_eq!(
        Token::new(&"k".repeat(257)).unwrap_err(),
        TokenError::TooLong { len_bytes: 257 }
    );
    assert_eq!(format!("{:?}", Token::new(&"k".repeat(256)).unwrap()), "Token(…)");
}

const PAY_LINK: &str = "amount=10&callback_url=http://127.0.0.1/callback&coin=USDT&id=1&name=test&return_url=http://127.0.0.1&unique_id=123456";
const TRANSFER: &str =
    "amount=10&callback_url=http://127.0.0.1/callback&coin=USDT&id=1&name=test&to_user_id=123456&unique_id=123456";
const DEPOSIT: &str = "code=200&data[order_id]=ac7b86615fdb137576ae35879f7ed844\
    &data[unique_id]=BWIN-20250922152023LDVNSyxLQko&data[pay_user_id]=7238234930&data[amount]=6.00000000\
    &data[coin]=USDT&data[status]=1&data[type]=deposit&id=1&status=success";
const DEPOSIT_JSON: &str = r#"{"id":1,"status":"success","code":200,"data":{"order_id":"ac7b86615fdb137576ae35879f7ed844","unique_id":"BWIN-20250922152023LDVNSyxLQko","pay_user_id":7238234930,"amount":"6.00000000","coin":"USDT","status":1,"type":"deposit"}}"#;

/// The vendor's vectors for MD5, forms and JSON.
#[test]
fn the_legacy_vectors_are_met() {
    let withdraw = DEPOSIT.replace("=deposit", "=withdraw");
    let censor = r#"{"code":200,"data":{"telegramID":"7","exist":false},"id":1,"status":"success"}"#;
    let form = |text: &str| Fields::from_php_form(text.as_bytes()).unwrap();
    let json = |text: &str| Fields::from_json(text.as_bytes()).unwrap();
    for (fields, string, signed) in [
        (form(PAY_LINK), PAY_LINK, "7465C8F4ED1BA0C8C2DB88E792374A65"),
        (form(TRANSFER), TRANSFER, "09BC57D2B2AAFAA59DC56E82B8F79E03"),
        (form(DEPOSIT), DEPOSIT, "95BE540FB7D1996770E2B4CDBC6F184D"),
        (json(DEPOSIT_JSON), DEPOSIT, "95BE540FB7D1996770E2B4CDBC6F184D"),
        (form(&withdraw), &withdraw, "579B2F78F92A14C322A00D63B84B9053"),
        (
            json(censor),
            "code=200&data[telegramID]=7&data[exist]=0&id=1&status=success",
            "A2E4F61B5DDB2BE3A208B9821099AFD1",
        ),
    ] {
        assert_eq!(fields.php(), string);
        assert_eq!(
            sign_fields(Algorithm::Md5, &Token::new("123456").unwrap(), &fields),
            signed
        );
    }
}

fn lenient(fields: &Fields, token: &str, rule: Md5Rule) -> bool {
    let accepts = Accepts {
        hmac: false,
        md5: Some(rule),
    };
    verify_fields(accepts, &Token::new(token).unwrap(), fields) == Some(Algorithm::Md5)
}

/// Each lenience of okpay.md section 2.2 alone, then two and all of them together. Strings written by hand.
#[test]
fn what_only_the_lenient_rule_takes() {
    const BODY: &str = "name=+x+&id=1&note=&data[b]=2&status=0&data[a]=1";
    for (string, token, strict, taken) in [
        ("data[b]=2&data[a]=1&id=1&name= x &token=k", "k", true, true),
        ("data[b]=2&data[a]=1&id=1&name= x &status=0&token=k", "k", false, true),
        ("data[b]=2&data[a]=1&id=1&name= x &note=&token=k", "k", false, true),
        ("name= x &id=1&data[b]=2&data[a]=1&token=k", "k", false, true),
        ("data[b]=2&data[a]=1&id=1&name=x&token=k", "k", false, true),
        ("data[b]=2&data[a]=1&id=1&name=x&token=k", " k\n", false, true),
        ("data[b]=2&data[a]=1&id=1&name= x &token= k\n", " k\n", true, true),
        ("data[b]=2&data[a]=1&id=1&name= x &token=k +", "k+%2B", true, true),
        ("data[b]=2&data[a]=1&id=1&name= x &token=k+%2B", "k+%2B", false, false),
        (
            "data[b]=2&data[a]=1&id=1&name= x &note=&status=0&token=k",
            "k",
            false,
            true,
        ),
        (
            "name=x&id=1&note=&data[b]=2&data[a]=1&status=0&token=k",
            "k ",
            false,
            true,
        ),
        ("data[a]=1&data[b]=2&id=1&name= x &token=k", "k", false, false),
        ("data[b]=2&data[a]=1&id=1&name= x &key=k", "k", false, false),
        ("data[b]=2&data[a]=1&id=1&name= x &token=l", "k", false, false),
    ] {
        let upper = upper_hex(&Md5::digest(string));
        let mut fields = Fields::from_php_form(BODY.as_bytes()).unwrap();
        fields.set_sign(&upper);
        assert_eq!(lenient(&fields, token, Md5Rule::Strict), strict, "strict {string:?}");
        assert_eq!(lenient(&fields, token, Md5Rule::Lenient), taken, "lenient {string:?}");
        fields.set_sign(&upper.to_lowercase());
        assert!(
            !lenient(&fields, token, Md5Rule::Strict),
            "lower case, strict {string:?}"
        );
        assert_eq!(
            lenient(&fields, token, Md5Rule::Lenient),
            taken,
            "lower case {string:?}"
        );
    }
}

#[test]
fn a_shop_takes_the_signs_it_accepts() {
    let hmac = "7444ADFD8E4F4DA09D752DDF9345E0EE56DC25090FCFAF675DD042830E5E3F79";
    let mut fields = Fields::from_form(CANONICAL.as_bytes()).unwrap();
    let md5 = sign_fields(Algorithm::Md5, &token(), &fields);
    assert_eq!(sign_fields(Algorithm::Hmac, &token(), &fields), hmac);
    let (only_hmac, only_md5) = (
        Accepts::HMAC,
        Accepts {
            hmac: false,
            md5: Some(Md5Rule::Strict),
        },
    );
    let both = Accepts { hmac: true, ..only_md5 };
    let neither = Accepts { hmac: false, md5: None };
    assert_eq!(verify_fields(both, &token(), &fields), None, "no sign at all");
    for (presented, accepts, taken) in [
        (hmac, only_hmac, Some(Algorithm::Hmac)),
        (&hmac.to_lowercase(), only_hmac, Some(Algorithm::Hmac)),
        (hmac, both, Some(Algorithm::Hmac)),
        (hmac, only_md5, None),
        (hmac, neither, None),
        (&md5, only_md5, Some(Algorithm::Md5)),
        (&md5, both, Some(Algorithm::Md5)),
        (&md5, only_hmac, None),
        (&md5, neither, None),
        (&md5[1..], both, None),
        (&hmac[1..], both, None),
        (&format!("{md5}{md5}"), both, None),
        ("", both, None),
    ] {
        fields.set_sign(presented);
        assert_eq!(
            verify_fields(accepts, &token(), &fields),
            taken,
            "{presented} {accepts:?}"
        );
    }
}
