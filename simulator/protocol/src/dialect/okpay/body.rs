//! A body that we write: its fields in order, and the three ways they are written out: as JSON, as the form of a PHP
//! peer, and as the string that HMAC signs.
//!
//! Owns order and spelling; leaves the rule of the MD5 string to [`crate::canonical`] and what a body says to its file.
//! Invariant: a name of ours holds letters, digits and `_` only, all of which sort behind the dot. So fields sorted
//! level by level stand in the order of their flat names.

use std::borrow::Cow;

use form_urlencoded::Serializer;
use serde::ser::{Serialize, SerializeMap, Serializer as Sink};

use super::manner::KeyOrder;
use crate::canonical::{Fields, Scalar};

/// A value that we write.
#[derive(Clone, Debug)]
pub(super) enum Value<'a> {
    /// A JSON number, whole and not negative.
    Number(u64),
    /// A JSON string.
    Text(Cow<'a, str>),
    /// A JSON boolean; `1` or `0` in a form, as PHP writes it.
    Bool(bool),
    /// Fields below this one.
    Object(Object<'a>),
    /// A list of exactly one object.
    ListOfOne(Object<'a>),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> From<Cow<'a, str>> for Value<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

/// Fields in the order in which they are sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Object<'a>(Vec<(Cow<'static, str>, Value<'a>)>);

impl<'a> Object<'a> {
    /// These fields.
    pub(super) fn of<const N: usize>(fields: [(&'static str, Value<'a>); N]) -> Self {
        Self(fields.map(|(name, value)| (Cow::Borrowed(name), value)).into())
    }

    /// Adds a field behind the others.
    pub(super) fn push(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Value<'a>>) {
        self.0.push((name.into(), value.into()));
    }

    /// Adds a text where there is one.
    pub(super) fn push_some(&mut self, name: &'static str, text: Option<&'a str>) {
        if let Some(text) = text {
            self.push(name, text);
        }
    }

    /// The same fields in this order.
    pub(super) fn ordered(self, keys: KeyOrder) -> Self {
        match keys {
            KeyOrder::Documented => self,
            KeyOrder::Sorted => self.sorted(),
        }
    }

    /// The same fields without those at the top that PHP takes for false, which an MD5 peer neither signs nor sends.
    pub(super) fn truthy(mut self) -> Self {
        self.0.retain(|(_, value)| match value {
            Value::Number(number) => *number != 0,
            Value::Text(text) => !matches!(text.as_ref(), "" | "0"),
            Value::Bool(flag) => *flag,
            Value::Object(inner) => !inner.0.is_empty(),
            Value::ListOfOne(_) => true,
        });
        self
    }

    fn sorted(mut self) -> Self {
        for (_, value) in &mut self.0 {
            if let Value::Object(inner) | Value::ListOfOne(inner) = value {
                *inner = std::mem::take(inner).sorted();
            }
        }
        self.0.sort_by(|(left, _), (right, _)| left.cmp(right));
        self
    }

    /// As JSON text.
    pub(super) fn json(&self) -> String {
        serde_json::to_string(self).expect("our own texts and numbers are JSON")
    }

    /// As the names and values of a form, names in PHP's brackets: `data[order_id]`.
    fn pairs(&self) -> Vec<(String, Cow<'_, str>)> {
        let mut pairs = Vec::new();
        self.collect_pairs("", &mut pairs);
        pairs
    }

    /// As form text.
    pub(super) fn form(&self) -> String {
        Serializer::new(String::new()).extend_pairs(self.pairs()).finish()
    }

    /// The canonical string of HMAC (okpay.md section 2.1): what a peer finds that flattens and sorts what it read.
    pub(super) fn canonical(&self) -> String {
        let mut string = String::with_capacity(512);
        self.write_canonical(&mut Vec::new(), &mut string);
        string
    }

    /// As the fields that a peer reads back from [`Object::json`].
    pub(super) fn fields_of_json(&self) -> Fields {
        self.fields(|value| match value {
            Value::Number(number) => Scalar::Number(number.to_string()),
            Value::Text(text) => Scalar::Text(text.to_string()),
            Value::Bool(flag) => Scalar::Bool(*flag),
            Value::Object(_) | Value::ListOfOne(_) => Scalar::Null,
        })
    }

    /// As the fields that a peer reads back from [`Object::form`], in which all is text.
    pub(super) fn fields_of_form(&self) -> Fields {
        self.fields(|value| match value {
            Value::Number(number) => Scalar::Text(number.to_string()),
            Value::Text(text) => Scalar::Text(text.to_string()),
            Value::Bool(flag) => Scalar::Text(if *flag { "1" } else { "0" }.to_owned()),
            Value::Object(_) | Value::ListOfOne(_) => Scalar::Null,
        })
    }

    fn fields(&self, read: fn(&Value<'_>) -> Scalar) -> Fields {
        let mut fields = Fields::default();
        self.collect_fields(read, &mut Vec::new(), &mut fields);
        fields
    }

    fn collect_fields<'s>(&'s self, read: fn(&Value<'_>) -> Scalar, above: &mut Vec<&'s str>, fields: &mut Fields) {
        for (name, value) in &self.0 {
            above.push(name);
            match value {
                Value::Number(_) | Value::Text(_) | Value::Bool(_) => fields.push_own(above, read(value)),
                Value::Object(inner) => inner.collect_fields(read, above, fields),
                Value::ListOfOne(inner) => {
                    above.push("0");
                    inner.collect_fields(read, above, fields);
                    above.pop();
                }
            }
            above.pop();
        }
    }

    fn collect_pairs<'s>(&'s self, prefix: &str, pairs: &mut Vec<(String, Cow<'s, str>)>) {
        for (name, value) in &self.0 {
            let name = if prefix.is_empty() {
                name.to_string()
            } else {
                format!("{prefix}[{name}]")
            };
            match value {
                Value::Number(number) => pairs.push((name, number.to_string().into())),
                Value::Text(text) => pairs.push((name, Cow::Borrowed(text.as_ref()))),
                Value::Bool(flag) => pairs.push((name, if *flag { "1" } else { "0" }.into())),
                Value::Object(inner) => inner.collect_pairs(&name, pairs),
                Value::ListOfOne(inner) => inner.collect_pairs(&format!("{name}[0]"), pairs),
            }
        }
    }

    fn write_canonical<'s>(&'s self, above: &mut Vec<&'s str>, string: &mut String) {
        let mut sorted: Vec<_> = self.0.iter().collect();
        sorted.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
        for (name, value) in sorted {
            match value {
                Value::Number(number) => write_field(above, name, &number.to_string(), string),
                Value::Text(text) => write_field(above, name, text, string),
                Value::Bool(flag) => write_field(above, name, if *flag { "true" } else { "false" }, string),
                Value::Object(inner) => {
                    above.push(name);
                    inner.write_canonical(above, string);
                    above.pop();
                }
                Value::ListOfOne(inner) => {
                    above.extend([name.as_ref(), "0"]);
                    inner.write_canonical(above, string);
                    above.truncate(above.len() - 2);
                }
            }
        }
    }
}

/// An empty text is no part of the string.
fn write_field(above: &[&str], name: &str, text: &str, string: &mut String) {
    if text.is_empty() {
        return;
    }
    if !string.is_empty() {
        string.push('&');
    }
    for part in above {
        string.push_str(part);
        string.push('.');
    }
    string.push_str(name);
    string.push('=');
    string.push_str(text);
}

impl Serialize for Object<'_> {
    fn serialize<S: Sink>(&self, sink: S) -> Result<S::Ok, S::Error> {
        let mut map = sink.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Sink>(&self, sink: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => sink.serialize_u64(*number),
            Self::Text(text) => sink.serialize_str(text),
            Self::Bool(flag) => sink.serialize_bool(*flag),
            Self::Object(object) => object.serialize(sink),
            Self::ListOfOne(object) => [object].serialize(sink),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body() -> Object<'static> {
        let mut items = Object::default();
        for (index, unique_id) in ["b", "a", ""].into_iter().enumerate() {
            items.push(
                index.to_string(),
                Value::Object(Object::of([("unique_id", unique_id.into())])),
            );
        }
        items.push(
            "10",
            Value::Object(Object::of([("unique_id", "订单 \"1\"&x=y".into())])),
        );
        let data = Object::of([
            ("telegramID", "7".into()),
            ("exist", Value::Bool(false)),
            ("items", Value::Object(items)),
        ]);
        Object::of([
            ("status", "success".into()),
            ("code", 200.into()),
            ("data", Value::Object(data)),
            ("id", 1.into()),
        ])
    }

    #[test]
    fn three_ways_to_write_a_body() {
        insta::assert_snapshot!(body().json(), @r#"{"status":"success","code":200,"data":{"telegramID":"7","exist":false,"items":{"0":{"unique_id":"b"},"1":{"unique_id":"a"},"2":{"unique_id":""},"10":{"unique_id":"订单 \"1\"&x=y"}}},"id":1}"#);
        insta::assert_snapshot!(body().sorted().json(), @r#"{"code":200,"data":{"exist":false,"items":{"0":{"unique_id":"b"},"1":{"unique_id":"a"},"10":{"unique_id":"订单 \"1\"&x=y"},"2":{"unique_id":""}},"telegramID":"7"},"id":1,"status":"success"}"#);
        insta::assert_snapshot!(body().form(), @"status=success&code=200&data%5BtelegramID%5D=7&data%5Bexist%5D=0&data%5Bitems%5D%5B0%5D%5Bunique_id%5D=b&data%5Bitems%5D%5B1%5D%5Bunique_id%5D=a&data%5Bitems%5D%5B2%5D%5Bunique_id%5D=&data%5Bitems%5D%5B10%5D%5Bunique_id%5D=%E8%AE%A2%E5%8D%95+%221%22%26x%3Dy&id=1");
        insta::assert_snapshot!(body().canonical(), @r#"code=200&data.exist=false&data.items.0.unique_id=b&data.items.1.unique_id=a&data.items.10.unique_id=订单 "1"&x=y&data.telegramID=7&id=1&status=success"#);
    }

    #[test]
    fn what_is_signed_is_what_a_peer_signs_that_reads_the_json() {
        for body in [body(), body().sorted(), Object::default()] {
            let read = Fields::from_json(body.json().as_bytes()).unwrap();
            assert_eq!(body.canonical(), read.canonical());
            assert_eq!(body.fields_of_json(), read);
            let read = Fields::from_php_form(body.form().as_bytes()).unwrap();
            assert_eq!(body.fields_of_form(), read);
        }
    }

    #[test]
    fn a_list_of_one_has_the_index_nought() {
        let body = Object::of([("data", Value::ListOfOne(Object::of([("order_id", "a1".into())])))]);
        assert_eq!(body.json(), r#"{"data":[{"order_id":"a1"}]}"#);
        assert_eq!(body.form(), "data%5B0%5D%5Border_id%5D=a1");
        assert_eq!(body.canonical(), "data.0.order_id=a1");
    }
}
