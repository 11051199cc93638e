//! The desk from which the matrix is asked: good requests, their spoilt twins, and the books before and after.

use super::*;

/// A merchant's client, and the admin interface beside it.
pub(super) struct Desk {
    pub(super) client: Client,
    admin: Client,
    calls: u64,
}

impl Desk {
    pub(super) fn new(gateway: &Gateway) -> Self {
        Self {
            client: Client::new(gateway.address()),
            admin: Client::new(gateway.admin.strip_prefix("http://").expect("http is announced")),
            calls: 0,
        }
    }

    /// A good request, but for one field.
    pub(super) fn ask(&mut self, order: &Order, instead: Option<(&str, &str)>) -> Answer {
        let mut pairs = self.pairs(order);
        if let Some((field, value)) = instead {
            pairs.retain(|(name, _)| name != field);
            pairs.push((field.to_owned(), value.to_owned()));
        }
        let body = match order.dialect {
            Dialect::OkPay => okpay_form(&pairs, TOKEN),
            Dialect::KdPay(signed) => kdpay_form(&pairs, signed, KEY),
        };
        self.client.post(order.path, FORM, body.as_bytes())
    }

    fn pairs(&mut self, order: &Order) -> Pairs {
        self.calls += 1;
        let number = format!("MATRIX-{:06}", self.calls);
        let own: Vec<(&str, String)> = match order.dialect {
            Dialect::OkPay => vec![
                ("id", "10001".to_owned()),
                ("timestamp", now_s().to_string()),
                ("nonce", number.clone()),
                ("unique_id", number),
            ],
            Dialect::KdPay(_) => vec![("userCode", "20001".to_owned()), ("orderCode", number)],
        };
        let good = order.good.iter().map(|&(name, value)| (name, value.to_owned()));
        own.into_iter()
            .chain(good)
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    /// Bodies that are no body of the contract; where a sign is possible it is right.
    pub(super) fn bodies(&mut self, order: &Order) -> Vec<(&'static str, &'static str, Vec<u8>)> {
        let pairs = self.pairs(order);
        let amount = pairs
            .iter()
            .find(|(name, _)| name == "amount")
            .expect("orders have amounts")
            .1
            .clone();
        let good = okpay_form(&pairs, TOKEN);
        let with = |more: &str| format!("{good}&{more}").into_bytes();
        let without = |name: &str| {
            pairs
                .iter()
                .filter(|(known, _)| known != name)
                .cloned()
                .collect::<Pairs>()
        };
        let rest = without("amount");
        // The amount is written in another way; the sign is that of the amount it may be read as.
        let written = |raw: &str, read: &str| {
            let mut read_as = rest.clone();
            read_as.push(("amount".to_owned(), read.to_owned()));
            format!("{}&{raw}&sign={}", form(&rest), okpay_sign(&read_as, TOKEN)).into_bytes()
        };
        let json = |raw: &str, read: &str| {
            let mut read_as = rest.clone();
            read_as.push(("amount".to_owned(), read.to_owned()));
            let fields: Vec<String> = rest
                .iter()
                .map(|(name, value)| format!("\"{name}\":\"{value}\""))
                .collect();
            format!(
                "{{{},{raw},\"sign\":\"{}\"}}",
                fields.join(","),
                okpay_sign(&read_as, TOKEN)
            )
            .into_bytes()
        };
        let many = |count: usize| {
            (0..count)
                .map(|index| format!("p{index}=1"))
                .collect::<Vec<_>>()
                .join("&")
        };
        let deep = format!("\"amount\":{}1{}", "{\"a\":".repeat(500), "}".repeat(500));
        let bom = [b"\xef\xbb\xbf".as_slice(), good.as_bytes()].concat();
        let mut gbk = good.clone().into_bytes();
        gbk.extend_from_slice(b"&name=\xbb\xd6\xb8\xb4");
        vec![
            ("nothing", FORM, Vec::new()),
            ("no fields", FORM, b"&&&".to_vec()),
            ("the amount twice, alike", FORM, with(&format!("amount={amount}"))),
            ("the amount twice", FORM, with("amount=2")),
            ("the sign twice", FORM, with("sign=0")),
            ("amount[]", FORM, written(&format!("amount[]={amount}"), &amount)),
            ("amount[0]", FORM, written(&format!("amount%5B0%5D={amount}"), &amount)),
            ("amount[a]", FORM, written(&format!("amount[a]={amount}"), &amount)),
            ("no amount", FORM, okpay_form(&rest, TOKEN).into_bytes()),
            ("amount without =", FORM, written("amount", "")),
            ("a value without a name", FORM, with("=1")),
            ("; between fields", FORM, good.replace('&', ";").into_bytes()),
            ("10,000 fields", FORM, with(&many(10_000))),
            ("1,100 fields", FORM, with(&many(1_100))),
            ("a long name", FORM, with(&format!("{}=1", "n".repeat(200)))),
            ("a long body", FORM, with(&format!("x={}", "1".repeat(70_000)))),
            ("amount %zz", FORM, written("amount=%zz", "%zz")),
            ("amount cut short", FORM, written("amount=1%", "1%")),
            ("amount half an escape", FORM, written("amount=1%3", "1%3")),
            ("amount + for a space", FORM, written("amount=+1", " 1")),
            ("amount %20", FORM, written("amount=1%20", "1 ")),
            ("amount %00", FORM, written("amount=1%00", "1\0")),
            ("amount escaped twice", FORM, written("amount=%2531", "%31")),
            ("bad UTF-8", FORM, with("name=%e2%28%a1")),
            ("overlong UTF-8", FORM, with("name=%c0%af")),
            ("overlong digit", FORM, written("amount=%c0%b1", "1")),
            ("a surrogate", FORM, with("name=%ed%a0%80")),
            ("beyond Unicode", FORM, with("name=%f5%80%80%80")),
            ("a lone continuation", FORM, with("name=%80")),
            ("GBK", "application/x-www-form-urlencoded; charset=gbk", gbk),
            ("UTF-16", FORM, good.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            ("a byte order mark", FORM, bom),
            ("a form as text", "text/plain", good.clone().into_bytes()),
            ("a form as XML", "application/xml", good.clone().into_bytes()),
            (
                "a form as multipart",
                "multipart/form-data; boundary=x",
                good.clone().into_bytes(),
            ),
            ("a form as JSON", JSON, good.clone().into_bytes()),
            ("JSON: null", JSON, b"null".to_vec()),
            ("JSON: a number", JSON, b"1".to_vec()),
            ("JSON: a text", JSON, b"\"amount\"".to_vec()),
            ("JSON: a list", JSON, b"[{\"amount\":\"1\"}]".to_vec()),
            ("JSON: empty", JSON, b"{}".to_vec()),
            ("JSON: cut short", JSON, b"{\"amount\":\"1\"".to_vec()),
            ("JSON: two bodies", JSON, b"{}{}".to_vec()),
            ("JSON: a byte order mark", JSON, b"\xef\xbb\xbf{}".to_vec()),
            (
                "JSON: trailing comma",
                JSON,
                json(&format!("\"amount\":\"{amount}\","), &amount),
            ),
            (
                "JSON: a comment",
                JSON,
                json(&format!("/**/\"amount\":\"{amount}\""), &amount),
            ),
            (
                "JSON: twice",
                JSON,
                json(&format!("\"amount\":\"{amount}\",\"amount\":\"{amount}\""), &amount),
            ),
            (
                "JSON: twice, escaped",
                JSON,
                json(&format!("\"amount\":\"{amount}\",\"\\u0061mount\":\"2\""), &amount),
            ),
            ("JSON: amount null", JSON, json("\"amount\":null", "")),
            ("JSON: amount true", JSON, json("\"amount\":true", "true")),
            (
                "JSON: amount list",
                JSON,
                json(&format!("\"amount\":[\"{amount}\"]"), &amount),
            ),
            ("JSON: amount empty list", JSON, json("\"amount\":[]", "")),
            ("JSON: amount object", JSON, json("\"amount\":{}", "")),
            (
                "JSON: amount in an object",
                JSON,
                json(&format!("\"amount\":{{\"value\":\"{amount}\"}}"), ""),
            ),
            ("JSON: deep", JSON, json(&deep, "")),
            ("JSON: amount -1", JSON, json("\"amount\":-1", "-1")),
            ("JSON: amount 1e2", JSON, json("\"amount\":1e2", "1e2")),
            ("JSON: amount 1e309", JSON, json("\"amount\":1e309", "1e309")),
            ("JSON: amount 01", JSON, json("\"amount\":01", "01")),
            ("JSON: amount .5", JSON, json("\"amount\":.5", ".5")),
            ("JSON: amount NaN", JSON, json("\"amount\":NaN", "NaN")),
            ("JSON: amount 0x10", JSON, json("\"amount\":0x10", "0x10")),
            ("JSON: a lone surrogate", JSON, json("\"amount\":\"\\ud800\"", "")),
            ("JSON: NUL", JSON, json("\"amount\":\"1\\u0000\"", "1\0")),
        ]
    }

    /// Other spellings of a good `payLink`.
    pub(super) fn twins(&mut self) -> Vec<(&'static str, &'static str, Vec<u8>)> {
        let order = &ORDERS[0];
        let mut next = || self.pairs(order);
        let raw = |pairs: &Pairs| {
            let plain: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("{}&sign={}", plain.join("&"), okpay_sign(pairs, TOKEN)).into_bytes()
        };
        let json = |pairs: &Pairs, text: bool| {
            let bare = |name: &str| !text && matches!(name, "id" | "timestamp" | "amount");
            let fields: Vec<String> = pairs
                .iter()
                .map(|(name, value)| {
                    if bare(name) {
                        format!("\"{name}\":{value}")
                    } else {
                        format!("\"{name}\":\"{value}\"")
                    }
                })
                .collect();
            format!("{{{},\"sign\":\"{}\"}}", fields.join(","), okpay_sign(pairs, TOKEN)).into_bytes()
        };
        let (mut spaced, mut plus) = (next(), next());
        spaced.push(("name".to_owned(), "a b".to_owned()));
        plus.push(("name".to_owned(), "a b".to_owned()));
        let spaced_form = okpay_form(&spaced, TOKEN).into_bytes();
        let plus_form = okpay_form(&plus, TOKEN).replace("%20", "+").into_bytes();
        let mut lower = okpay_form(&next(), TOKEN);
        let sign_at = lower.rfind("sign=").expect("it is signed");
        lower.replace_range(sign_at.., &lower[sign_at..].to_ascii_lowercase());
        let mut unknown = next();
        unknown.push(("further".to_owned(), escaped("x")));
        vec![
            ("escaped", FORM, okpay_form(&next(), TOKEN).into_bytes()),
            ("not escaped", FORM, raw(&next())),
            (
                "a charset",
                "application/x-www-form-urlencoded; charset=UTF-8",
                raw(&next()),
            ),
            ("no content type", "", raw(&next())),
            ("%20", FORM, spaced_form),
            ("+", FORM, plus_form),
            ("a lower-case sign", FORM, lower.into_bytes()),
            ("an unknown field", FORM, okpay_form(&unknown, TOKEN).into_bytes()),
            ("empty pieces", FORM, [b"&".as_slice(), &raw(&next()), b"&&"].concat()),
            ("JSON of texts", JSON, json(&next(), true)),
            ("JSON of numbers", JSON, json(&next(), false)),
            ("JSON as a form", FORM, json(&next(), true)),
            (
                "JSON with a charset",
                "application/json; charset=utf-8",
                json(&next(), true),
            ),
        ]
    }

    /// What the gateway says of its ledger: orders by state and every posting summed.
    pub(super) fn books(&mut self) -> Value {
        let status = self.admin.get_json("/status");
        serde_json::json!({
            "orders": status["orders"],
            "books": status["books"],
            "payouts": status["payouts_pending"],
            "callbacks": status["callbacks"],
            "list": self.admin.get_json("/orders?limit=10000")["orders"],
        })
    }

    /// How many orders there are.
    pub(super) fn orders(&mut self) -> u64 {
        let orders = self.admin.get_json("/status")["orders"].clone();
        let count = |state: &str| orders[state].as_u64().unwrap_or(0);
        ["open", "paid", "pending", "paid_out", "failed"]
            .into_iter()
            .map(count)
            .sum()
    }
}

impl Client {
    fn get_json(&mut self, target: &str) -> Value {
        let answer = self.get(target);
        assert_eq!(answer.status, 200, "{answer:?}");
        serde_json::from_str(&answer.body).expect("the admin interface speaks JSON")
    }
}
