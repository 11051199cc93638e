//! Shapes of single values: amounts, URLs, whole numbers.

use super::*;

#[test]
fn amounts_in_plain_digits_are_taken() {
    for (text, decimals) in [
        ("1", 8),
        ("10", 8),
        ("0.1", 8),
        ("0.00000001", 8),
        ("0.000001", 6),
        ("12.30", 8),
        ("100.5", 8),
        ("6.00000000", 8),
        ("999999999999.99999999", 8),
    ] {
        assert_eq!(amount(text, decimals), Ok(()), "{text}");
    }
}

#[test]
fn urls() {
    for (text, taken) in [
        ("http://127.0.0.1/callback", true),
        ("http://127.0.0.1", true),
        ("HTTPS://Shop.example:8443/a?b=c&d=%20#e", true),
        ("http://[::1]:8080/", true),
        ("http://shop.example/@handle", true),
        ("http://shop.example?next=a@b", true),
        ("ftp://shop.example/", false),
        ("javascript://shop.example/%0aalert(1)", false),
        ("//shop.example/", false),
        ("/callback", false),
        ("shop.example", false),
        ("http:shop.example", false),
        ("http:/shop.example", false),
        ("http://", false),
        ("http:///path", false),
        ("http://a..b/", false),
        ("http://.b/", false),
        ("http://b./", true),
        ("http://?q", false),
        ("http://user@shop.example/", false),
        ("http://user:secret@shop.example/", false),
        ("http://@shop.example/", false),
        ("http://shop.example:99999/", false),
        ("http://shop.example:port/", false),
        ("http://shop.example\\@evil.example/", false),
        (" http://shop.example/", false),
        ("http://shop.example/ ", false),
        ("http://shop.example/a b", false),
        ("http://shop.example/\r\nX: y", false),
        ("http://shop\t.example/", false),
        ("http://商店.example/", false),
        ("http://[::1/", false),
        ("http://a b/", false),
    ] {
        assert_eq!(url(text, &["http", "https"]).is_ok(), taken, "{text:?}");
    }
    let longest = format!("http://shop.example/{}", "a".repeat(MAX_URL_BYTES - 20));
    assert_eq!(url(&longest, &["http"]), Ok(()));
    assert_eq!(
        url(&format!("{longest}a"), &["http"]),
        Err(FieldReason::Length {
            min: 1,
            max: MAX_URL_BYTES
        })
    );
    assert_eq!(url("http://t.me/x", &["https"]), Err(FieldReason::NotUrl));
}

#[test]
fn whole_numbers() {
    for (text, number) in [
        ("0", Some(0)),
        ("7", Some(7)),
        ("9223372036854775807", Some(MAX_WHOLE)),
        ("9223372036854775808", None),
        ("18446744073709551616", None),
        ("", None),
        ("+7", None),
        ("-7", None),
        ("07", None),
        ("7.0", None),
        ("1e3", None),
        (" 7", None),
        ("７", None),
    ] {
        assert_eq!(whole(text), number, "{text:?}");
    }
}
