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
fn addresses_that_may_call() {
    for (text, expected) in [
        ("203.0.113.7", Ok("203.0.113.7")),
        ("203.0.113.7/32", Ok("203.0.113.7")),
        ("10.0.0.0/8", Ok("10.0.0.0/8")),
        ("0.0.0.0/0", Ok("0.0.0.0/0")),
        ("::1", Ok("::1")),
        ("2001:db8::/32", Ok("2001:db8::/32")),
        ("::/0", Ok("::/0")),
        (
            "10.0.0.1/8",
            Err("write 10.0.0.0/8 for all of them, or 10.0.0.1 for this one"),
        ),
        (
            "2001:db8::1/32",
            Err("write 2001:db8::/32 for all of them, or 2001:db8::1 for this one"),
        ),
        ("10.0.0.0/33", Err("behind the slash stands 0 to 32")),
        ("10.0.0.0/", Err("behind the slash stands 0 to 32")),
        ("10.0.0.0/+8", Err("behind the slash stands 0 to 32")),
        ("::/129", Err("behind the slash stands 0 to 128")),
        ("localhost", Err("such as 203.0.113.7, 10.0.0.0/8 or 2001:db8::/32")),
        ("", Err("such as 203.0.113.7, 10.0.0.0/8 or 2001:db8::/32")),
    ] {
        let found = ip_range(text).map(|range| range.to_string());
        let found = found
            .as_deref()
            .map_err(|wrong| wrong.help.as_deref().unwrap_or_default());
        assert_eq!(found, expected, "{text}");
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
