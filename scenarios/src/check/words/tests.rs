use super::*;

#[test]
fn amounts_are_exact() {
    for (text, expected) in [
        ("1", Some("1")),
        ("0.10", Some("0.10")),
        ("0.00000001", Some("0.00000001")),
        ("90000000000", Some("90000000000")),
        ("90000000000.00000001", None),
        ("0.000000001", None),
        ("-1", None),
        ("+1", None),
        ("1e3", None),
        ("1,5", None),
        (".5", None),
        ("5.", None),
        ("", None),
        ("١", None),
    ] {
        assert_eq!(
            money(text).ok().map(|amount| amount.to_string()).as_deref(),
            expected,
            "{text:?}"
        );
    }
}

#[test]
fn addresses_for_callbacks() {
    for (text, is_good) in [
        ("http://127.0.0.1:9000/notify", true),
        ("https://shop.example", true),
        ("http://[::1]:9000/x?y=z", true),
        ("http://[::1]/x", true),
        ("ftp://shop.example/", false),
        ("shop.example/notify", false),
        ("http://", false),
        ("http:///x", false),
        ("http://:80/x", false),
        ("http://a:b@shop.example/", false),
        ("http://shop.example:99999/", false),
        ("http://shop.example:/", false),
        ("http://shop.example/a b", false),
        ("http://shop.example/#x", false),
    ] {
        assert_eq!(
            fault_of_url(text).is_none(),
            is_good,
            "{text}: {:?}",
            fault_of_url(text)
        );
    }
}

#[test]
fn names_and_headers() {
    for (text, is_word) in [
        ("brown-out", true),
        ("故障", true),
        ("p1.b_2", true),
        ("two words", false),
        ("", false),
        ("a/b", false),
    ] {
        assert_eq!(is_one_word(text), is_word, "{text:?}");
    }
    for (text, is_name) in [
        ("X-Trace", true),
        ("a b", false),
        ("a:", false),
        ("", false),
        ("ä", false),
    ] {
        assert_eq!(is_header_name(text), is_name, "{text:?}");
    }
    for (text, is_value) in [("a b", true), ("", true), ("a\r\nb", false), ("ä", false)] {
        assert_eq!(is_header_value(text), is_value, "{text:?}");
    }
}
