//! Published vectors, tables of what is read and refused, and a second canonicaliser that must agree.

use proptest::{collection, prelude::*};

use super::*;
use crate::sign::{Token, sign, verify};

const TOKEN: &str = "TESTtoken123456789abcdefghijABCD";

#[test]
fn published_vectors_are_met() {
    let form = b"amount=100.5&coin=USDT&id=10001&nonce=a1b2c3d4e5&timestamp=1782680000&unique_id=ORDER-20260628-001";
    let callback = br#"{"status":"success","code":200,"data":{"order_id":"abc123def456","unique_id":"ORDER-20260628-001","pay_user_id":123456789,"amount":"100.5","coin":"USDT","status":1,"type":"deposit"},"id":10001}"#;
    let edge = br#"{"id":7,"a":"0","b":0,"c":"","d":null,"e":false,"f":"hello","nest":{"x":"1","y":"2"}}"#;
    for (fields, canonical, signed) in [
        (
            Fields::from_form(form),
            str::from_utf8(form).unwrap(),
            "7444ADFD8E4F4DA09D752DDF9345E0EE56DC25090FCFAF675DD042830E5E3F79",
        ),
        (
            Fields::from_json(callback),
            "code=200&data.amount=100.5&data.coin=USDT&data.order_id=abc123def456&data.pay_user_id=123456789\
             &data.status=1&data.type=deposit&data.unique_id=ORDER-20260628-001&id=10001&status=success",
            "64B09C8847849FA6921D8FFBDF8E406D4A8EA623E53970712350F61783403F7D",
        ),
        (
            Fields::from_json(edge),
            "a=0&b=0&e=false&f=hello&id=7&nest.x=1&nest.y=2",
            "8BC0AF979075038025DDD51B6F4A2E6CF3FF9B5B5371EB2268D303F89883E92A",
        ),
    ] {
        let presented = fields.unwrap().canonical();
        assert_eq!(presented, canonical);
        assert_eq!(sign(&Token::new(TOKEN).unwrap(), &presented).to_string(), signed);
    }
}

fn check(read: fn(&[u8]) -> Result<Fields, DecodeError>, body: &[u8], expected: Result<&str, &str>) {
    let read = read(body)
        .map(|fields| fields.canonical())
        .map_err(|error| error.to_string());
    assert_eq!(
        read.as_deref().map_err(String::as_str),
        expected,
        "{}",
        body.escape_ascii()
    );
}

#[test]
fn forms() {
    for (body, expected) in [
        (&b""[..], Ok("")),
        (b"b=2&a=1", Ok("a=1&b=2")),
        (b"&&a=1&&", Ok("a=1")),
        (b"a=0&b=&c", Ok("a=0")),
        (b"a=false&b=null", Ok("a=false&b=null")),
        (b"a=1=2", Ok("a=1=2")),
        (b"a=x+y%20z%2B", Ok("a=x y z+")),
        (b"a=%E4%BD%99", Ok("a=余")),
        (b"a=%zz&b=%4&c=%", Ok("a=%zz&b=%4&c=%")),
        (b"a=1;b=2", Ok("a=1;b=2")),
        (b"a=%00", Ok("a=\0")),
        (b"\xEF\xBB\xBFa=1", Ok("\u{feff}a=1")),
        (b"B=1&a=2&_=3&10=4&9=5", Ok("10=4&9=5&B=1&_=3&a=2")),
        (b"sign=X&a=1&data.sign=Y", Ok("a=1&data.sign=Y")),
        (b"a=1&a=1", Err(r#"field "a" appears twice"#)),
        (b"a=1&%61=2", Err(r#"field "a" appears twice"#)),
        (b"sign=X&sign=X", Err(r#"field "sign" appears twice"#)),
        (b"a[]=1", Err(r#"field "a[]" is an array"#)),
        (b"data%5Bx%5D=1", Err(r#"field "data[x]" is an array"#)),
        (b"x=1&=1", Err("field number 2 has no name")),
        (b"a=%e2%28%a1", Err(r#"field "a" is not Unicode text"#)),
        (b"a=%C0%AF", Err(r#"field "a" is not Unicode text"#)),
        (b"a=%ED%A0%80", Err(r#"field "a" is not Unicode text"#)),
        (b"a=\xFF", Err(r#"field "a" is not Unicode text"#)),
        (b"a%FF=1", Err(r#"field "a\u{fffd}" is not Unicode text"#)),
        (b"a%0A%1B[31m=1", Err(r#"field "a\n\u{1b}[31m" is an array"#)),
    ] {
        check(Fields::from_form, body, expected);
    }
}

/// Names with brackets are objects, written as PHP writes them back; fields of one object stand together.
#[test]
fn php_forms() {
    for (body, expected) in [
        (&b""[..], Ok("")),
        (b"b=2&a=1", Ok("a=1&b=2")),
        (b"data%5By%5D=1&data[x]=2&id=3", Ok("data[y]=1&data[x]=2&id=3")),
        (
            b"d[x][a]=1&id=4&d[y]=2&d[x][b]=3",
            Ok("d[x][a]=1&d[x][b]=3&d[y]=2&id=4"),
        ),
        (b"z[a]=1&d=&d.x=2&e[b]=0", Ok("d.x=2&e[b]=0&z[a]=1")),
        (b"sign=X&data[sign]=Y", Ok("data[sign]=Y")),
        (b"d[x]=1&d[x]=2", Err(r#"field "d.x" appears twice"#)),
        (b"d.x=1&d[x]=2", Err(r#"field "d.x" appears twice"#)),
        (b"d=1&d[x]=2", Err(r#"field "d.x" appears twice"#)),
        (b"d[x]=1&d=2", Err(r#"field "d" appears twice"#)),
        (b"d[x][y]=1&d[x]=2", Err(r#"field "d.x" appears twice"#)),
        (b"a[]=1", Err(r#"field "a[]" is an array"#)),
        (b"[a]=1", Err(r#"field "[a]" is an array"#)),
        (b"a[b=1", Err(r#"field "a[b" is an array"#)),
        (b"a]=1", Err(r#"field "a]" is an array"#)),
        (b"a[b]c=1", Err(r#"field "a[b]c" is an array"#)),
        (b"a[b]c[d]=1", Err(r#"field "a[b]c[d]" is an array"#)),
        (b"a[b][c][d][e][f][g][h]=1", Ok("a[b][c][d][e][f][g][h]=1")),
        (
            b"a[b][c][d][e][f][g][h][i]=1",
            Err(r#"field "a.b.c.d.e.f.g.h" is nested deeper than 8"#),
        ),
    ] {
        let read = Fields::from_php_form(body)
            .map(|fields| fields.php())
            .map_err(|error| error.to_string());
        assert_eq!(
            read.as_deref().map_err(String::as_str),
            expected,
            "{}",
            body.escape_ascii()
        );
    }
}

#[test]
fn json() {
    for (body, expected) in [
        (&b"{}"[..], Ok("")),
        (b" {\n\"b\" : 2 , \"a\":1 } \n", Ok("a=1&b=2")),
        (
            br#"{"a":1.30,"b":1e2,"c":-0,"d":0.0,"e":1E+400,"f":123456789012345678901234567890}"#,
            { Ok("a=1.30&b=1e2&c=-0&d=0.0&e=1E+400&f=123456789012345678901234567890") },
        ),
        (
            br#"{"t":true,"f":false,"n":null,"e":"","z":0,"y":"0"}"#,
            Ok("f=false&t=true&y=0&z=0"),
        ),
        (br#"{"a":"\u4f59\n\"\ud83d\ude00"}"#, Ok("a=余\n\"😀")),
        (br#"{"\u0061":"x"}"#, Ok("a=x")),
        (br#"{"d":{"b":{"c":1},"a":{}},"d2":1}"#, Ok("d.b.c=1&d2=1")),
        (br#"{"sign":"X","data":{"sign":"Y"}}"#, Ok("data.sign=Y")),
        (br#"{"a":"1&b=2"}"#, Ok("a=1&b=2")),
        (br#"{"a":1,"a":1}"#, Err(r#"field "a" appears twice"#)),
        (br#"{"d":{"a":1},"d":{"b":1}}"#, Err(r#"field "d" appears twice"#)),
        (br#"{"d.a":1,"d":{"a":1}}"#, Err(r#"field "d.a" appears twice"#)),
        (br#"{"d":{"a":[]}}"#, Err(r#"field "d.a" is an array"#)),
        (br#"{"sign":["X"]}"#, Err(r#"field "sign" is an array"#)),
        (br#"{"a":1,"":1}"#, Err("field number 2 has no name")),
        (br#"{"a":"\ud800"}"#, Err(r#"field "a" is not Unicode text"#)),
        (br#"{"d":{"\ud800":1}}"#, Err(r#"field "d" is not Unicode text"#)),
        (b"{\"a\":\"\xFF\"}", Err("byte 6 of the body is not UTF-8")),
        (b"{\"a\":\n01}", Err("the body is not a JSON object: line 2, column 2")),
        (b"{\"a\":NaN}", Err("the body is not a JSON object: line 1, column 6")),
        (b"{\"a\":1,}", Err("the body is not a JSON object: line 1, column 8")),
        (b"{\"a\":1}x", Err("the body is not a JSON object: line 1, column 8")),
        (
            b"{\"a\":\"\n\"}",
            Err("the body is not a JSON object: line 1, column 6"),
        ),
        (
            b"\xEF\xBB\xBF{}",
            Err("the body is not a JSON object: line 1, column 1"),
        ),
        (b"", Err("the body is not a JSON object: line 1, column 0")),
        (b"[]", Err("the body is not a JSON object: line 1, column 0")),
        (
            b"\"peer's text\"",
            Err("the body is not a JSON object: line 1, column 13"),
        ),
    ] {
        check(Fields::from_json, body, expected);
    }
}

#[test]
fn limits_hold_to_the_last_one_allowed() {
    let fields = |count: usize| (0..count).map(|n| format!("f{n}=1")).collect::<Vec<_>>().join("&");
    assert_eq!(
        Fields::from_form(fields(MAX_FIELDS).as_bytes()).unwrap().iter().len(),
        MAX_FIELDS
    );
    check(
        Fields::from_form,
        fields(MAX_FIELDS + 1).as_bytes(),
        Err("more than 1024 fields"),
    );
    check(
        Fields::from_form,
        fields(10_000).as_bytes(),
        Err("body of 78889 bytes, more than 65536"),
    );

    let deep = |depth: usize| format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
    check(Fields::from_json, deep(MAX_DEPTH).as_bytes(), Ok("a.a.a.a.a.a.a.a=1"));
    check(
        Fields::from_json,
        deep(9).as_bytes(),
        Err(r#"field "a.a.a.a.a.a.a.a" is nested deeper than 8"#),
    );
    check(
        Fields::from_json,
        deep(10_000).as_bytes(),
        Err(r#"field "a.a.a.a.a.a.a.a" is nested deeper than 8"#),
    );

    let name = "n".repeat(MAX_NAME_BYTES);
    check(
        Fields::from_form,
        format!("{name}=1").as_bytes(),
        Ok(&format!("{name}=1")),
    );
    let too_long = format!(r#"the name of field "{}..." is longer than 128 bytes"#, "n".repeat(40));
    check(Fields::from_form, format!("{name}n=1").as_bytes(), Err(&too_long));
    check(
        Fields::from_json,
        format!(r#"{{"{name}n":1}}"#).as_bytes(),
        Err(&too_long),
    );

    let full = format!("a={}", "x".repeat(MAX_BODY_BYTES - 2));
    assert!(Fields::from_form(full.as_bytes()).is_ok());
    check(
        Fields::from_form,
        format!("{full}x").as_bytes(),
        Err("body of 65537 bytes, more than 65536"),
    );
    check(
        Fields::from_json,
        &vec![b' '; MAX_BODY_BYTES + 1],
        Err("body of 65537 bytes, more than 65536"),
    );
}

#[test]
fn form_and_json_of_the_same_content_share_a_sign() {
    let form = Fields::from_form(b"id=7&amount=1.30&name=a+%26+b&empty=&zero=0").unwrap();
    let json =
        Fields::from_json(br#"{"zero":0,"amount":1.30,"id":"7","name":"a & b","empty":null,"sign":"00"}"#).unwrap();
    assert_eq!(form.canonical(), json.canonical());
    let token = Token::new(TOKEN).unwrap();
    assert!(verify(
        &token,
        &json.canonical(),
        &sign(&token, &form.canonical()).to_string()
    ));
}

/// A body before it is text, for the second canonicaliser.
#[derive(Clone, Debug)]
enum Tree {
    Leaf { json: String, signed: Option<String> },
    Branch(Vec<(String, Self)>),
}

fn leaf() -> impl Strategy<Value = Tree> {
    let literal = |json: &str, signed: Option<&str>| Tree::Leaf {
        json: json.into(),
        signed: signed.map(Into::into),
    };
    prop_oneof![
        Just(literal("null", None)),
        Just(literal("\"\"", None)),
        Just(literal("true", Some("true"))),
        Just(literal("false", Some("false"))),
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,12})?([eE][+-]?[0-9]{1,3})?".prop_map(|raw| Tree::Leaf {
            json: raw.clone(),
            signed: Some(raw)
        }),
        any::<String>()
            .prop_filter("empty is a row of its own", |text| !text.is_empty())
            .prop_map(|text| {
                Tree::Leaf {
                    json: serde_json::to_string(&text).unwrap(),
                    signed: Some(text),
                }
            }),
    ]
}

fn tree() -> impl Strategy<Value = Tree> {
    let branch = |inner| collection::btree_map("[a-zA-Z0-9_é-]{1,8}", inner, 0..6);
    let shuffled = move |inner| {
        branch(inner)
            .prop_map(|map| map.into_iter().collect::<Vec<_>>())
            .prop_shuffle()
    };
    let inner = leaf().prop_recursive(3, 40, 6, move |inner| shuffled(inner).prop_map(Tree::Branch));
    collection::btree_map("[a-zA-Z0-9_é-]{1,8}", inner, 0..12)
        .prop_map(|map| map.into_iter().collect::<Vec<_>>())
        .prop_shuffle()
        .prop_map(Tree::Branch)
}

/// Written from the six steps of the contract, without the crate's own types.
fn written_again(tree: &Tree) -> (String, String) {
    fn walk(tree: &Tree, path: &[&str], lines: &mut Vec<(Vec<u8>, String)>) -> String {
        match tree {
            Tree::Leaf { json, signed } => {
                if let Some(signed) = signed
                    && path != ["sign"]
                {
                    let key = path.join(".");
                    lines.push((key.clone().into_bytes(), key + "=" + signed));
                }
                json.clone()
            }
            Tree::Branch(children) => {
                let mut parts = Vec::new();
                for (name, child) in children {
                    let text = walk(child, &[path, &[name]].concat(), lines);
                    parts.push(format!("\t{}\n: {text} ", serde_json::to_string(name).unwrap()));
                }
                format!("{{{}}}", parts.join(","))
            }
        }
    }
    let mut lines = Vec::new();
    let body = walk(tree, &[], &mut lines);
    lines.sort_by(|one, other| one.0.cmp(&other.0));
    (
        body,
        lines.into_iter().map(|(_, line)| line).collect::<Vec<_>>().join("&"),
    )
}

fn flat_map() -> impl Strategy<Value = std::collections::BTreeMap<String, String>> {
    collection::btree_map("[a-c]{1,2}", "[0-9a-z ]{0,3}", 0..5)
}

fn as_form(map: &std::collections::BTreeMap<String, String>) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(map)
        .finish()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_second_canonicaliser_agrees(tree in tree()) {
        let (body, canonical) = written_again(&tree);
        prop_assert_eq!(Fields::from_json(body.as_bytes()).unwrap().canonical(), canonical);
    }

    #[test]
    fn form_and_json_agree(map in collection::btree_map("[^\\[\\]]{1,10}", any::<String>(), 0..10)) {
        let json = serde_json::to_string(&map).unwrap();
        let (form, json) = (Fields::from_form(as_form(&map).as_bytes()), Fields::from_json(json.as_bytes()));
        prop_assert_eq!(form.unwrap(), json.unwrap());
    }

    /// Reliability E3: without delimiters in them, different fields never share a string.
    #[test]
    fn different_fields_differ_in_their_string(one in flat_map(), other in flat_map()) {
        let signed = |map: &std::collections::BTreeMap<String, String>| {
            map.iter().filter(|(_, value)| !value.is_empty()).map(|(k, v)| (k.clone(), v.clone())).collect::<Vec<_>>()
        };
        let string = |map| Fields::from_form(as_form(map).as_bytes()).unwrap().canonical();
        prop_assert_eq!(string(&one) == string(&other), signed(&one) == signed(&other));
    }

    #[test]
    fn a_peers_bytes_never_panic_us(bytes in collection::vec(any::<u8>(), 0..300)) {
        for read in [Fields::from_form, Fields::from_php_form, Fields::from_json] {
            if let Ok(fields) = read(&bytes) {
                let _ = (fields.canonical(), fields.php());
            }
        }
    }

    #[test]
    fn nor_does_almost_json(text in "[\\{\\}\\[\\]\":,\\\\a-cu0-9.eE+\\- ]{0,60}") {
        for body in [text.clone(), format!("{{\"a\":{text}}}"), format!("{{\"a\":\"{text}\"}}")] {
            if let Err(error) = Fields::from_json(body.as_bytes()) {
                prop_assert!(error.to_string().bytes().all(|byte| matches!(byte, b' '..=b'~')));
            }
        }
    }
}
