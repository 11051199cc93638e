//! Journeys of one's own against a shop's service, step by step.

use std::{fmt, time::Duration};

use serde_json::Value;

use super::Ratio;

/// A journey of one's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Itinerary {
    /// Its name, as expectations and reports call it.
    pub name: String,
    /// Its share of the arrivals; all sum to one.
    pub weight: Ratio,
    /// Its steps, in order; never empty.
    pub legs: Vec<Leg>,
}

/// One step of a journey of one's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Leg {
    /// What its samples are called, such as `GET /orders/${order}`.
    pub name: String,
    /// What is done.
    pub act: LegAct,
    /// What is taken from the answer: a name for later, and where it stands.
    pub take: Vec<(String, Pointer)>,
    /// What the answer must be, or the journey fails.
    pub check: Checks,
    /// Until when the step is repeated.
    pub until: Option<Until>,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum LegAct {
    /// A request to the shop.
    Call {
        /// Its method.
        verb: Verb,
        /// Path and query, from the shop's base on.
        path: Template,
        /// Headers beside those that the body asks for.
        headers: Vec<(String, Template)>,
        /// Its body.
        body: LegBody,
    },
    /// The shopper goes to the wallet's page and pays, as payers decide.
    Pay(Template),
}

/// A method of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// `get`
    Get,
    /// `post`
    Post,
    /// `put`
    Put,
    /// `delete`
    Delete,
}

impl Verb {
    /// Every method, with its word in files and on the wire.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Get, "get", "GET"),
        (Self::Post, "post", "POST"),
        (Self::Put, "put", "PUT"),
        (Self::Delete, "delete", "DELETE"),
    ];

    /// The word on the wire.
    pub fn wire(self) -> &'static str {
        let known = Self::ALL.into_iter().find(|(verb, _, _)| *verb == self);
        known.map_or("GET", |(_, _, wire)| wire)
    }
}

/// What a request carries.
#[derive(Clone, Debug, PartialEq)]
pub enum LegBody {
    /// Nothing.
    Nothing,
    /// JSON.
    Json(JsonTemplate),
    /// A form.
    Form(Vec<(String, Template)>),
}

/// What an answer must be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checks {
    /// Its status; without one any below 400.
    pub status: Option<u16>,
    /// Values of its body.
    pub values: Vec<(Pointer, Template)>,
}

/// When a repeated step is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Until {
    /// Values that its answer has then; never empty.
    pub values: Vec<(Pointer, Template)>,
    /// From one answer to the next try.
    pub every: Duration,
    /// The longest that it is repeated, from the instant the step was due.
    pub within: Duration,
}

/// A place in JSON, as RFC 6901 writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer(String);

impl Pointer {
    /// A pointer, if the text is one: empty, or beginning with `/`.
    pub fn new(text: &str) -> Option<Self> {
        (text.is_empty() || text.starts_with('/')).then(|| Self(text.to_owned()))
    }

    /// The value there as a shopper would read it: text without quotes, numbers and flags as they stand. Lists, maps, `null`
    /// and what is not there are none.
    pub fn read(&self, body: &Value) -> Option<String> {
        match body.pointer(&self.0)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Text with names in it, each written `${name}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Name(String),
}

impl Template {
    /// Names that need not be taken: the amount of the order, the number of the arrival, and a number that no other has.
    pub const BUILT_IN: [&'static str; 3] = ["amount", "n", "uuid"];

    /// Reads a template.
    ///
    /// # Errors
    /// What follows a `${` that is no name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let name = after.split_once('}').filter(|(name, _)| is_name(name));
            let (name, behind) = name.ok_or_else(|| after.chars().take(20).collect::<String>())?;
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(Part::Name(name.to_owned()));
            rest = behind;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self(parts))
    }

    /// The names in it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Name(name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// With every name replaced; one that `value` does not know is replaced by nothing.
    pub fn fill(&self, value: &impl Fn(&str) -> Option<String>) -> String {
        let mut filled = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Name(name) => filled.push_str(&value(name).unwrap_or_default()),
            }
        }
        filled
    }
}

/// Whether a text may be the name of something taken.
pub(crate) fn is_name(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    (1..=40).contains(&text.len()) && text.chars().all(is_letter)
}

/// JSON with names in its texts.
#[derive(Clone, Debug, PartialEq)]
pub enum JsonTemplate {
    /// A text, with names in it.
    Text(Template),
    /// A number, `true`, `false` or `null`.
    Bare(Value),
    /// A list.
    List(Vec<Self>),
    /// A map.
    Map(Vec<(String, Self)>),
}

impl JsonTemplate {
    /// With every name replaced.
    pub fn fill(&self, value: &impl Fn(&str) -> Option<String>) -> Value {
        match self {
            Self::Text(template) => Value::String(template.fill(value)),
            Self::Bare(bare) => bare.clone(),
            Self::List(items) => items.iter().map(|item| item.fill(value)).collect(),
            Self::Map(entries) => {
                let filled = entries.iter().map(|(key, entry)| (key.clone(), entry.fill(value)));
                Value::Object(filled.collect())
            }
        }
    }

    /// Every template in it.
    pub fn templates(&self) -> Vec<&Template> {
        match self {
            Self::Text(template) => vec![template],
            Self::Bare(_) => Vec::new(),
            Self::List(items) => items.iter().flat_map(Self::templates).collect(),
            Self::Map(entries) => entries.iter().flat_map(|(_, entry)| entry.templates()).collect(),
        }
    }
}

impl Leg {
    /// Every template of the step.
    pub fn templates(&self) -> Vec<&Template> {
        let mut found = Vec::new();
        match &self.act {
            LegAct::Pay(url) => found.push(url),
            LegAct::Call {
                path, headers, body, ..
            } => {
                found.push(path);
                found.extend(headers.iter().map(|(_, value)| value));
                match body {
                    LegBody::Nothing => {}
                    LegBody::Json(json) => found.extend(json.templates()),
                    LegBody::Form(fields) => found.extend(fields.iter().map(|(_, value)| value)),
                }
            }
        }
        found.extend(self.check.values.iter().map(|(_, value)| value));
        found.extend(
            self.until
                .iter()
                .flat_map(|until| until.values.iter().map(|(_, value)| value)),
        );
        found
    }
}

impl Itinerary {
    /// The first name that is used and neither built in, nor taken by an earlier step, nor known to `column`; with the
    /// step that uses it.
    pub fn unknown_name(&self, column: impl Fn(&str) -> bool) -> Option<(&Leg, &str)> {
        let mut taken: Vec<&str> = Vec::new();
        for leg in &self.legs {
            let known = |name: &str| Template::BUILT_IN.contains(&name) || taken.contains(&name) || column(name);
            let of_leg = leg.templates();
            if let Some(name) = of_leg
                .iter()
                .flat_map(|template| template.names())
                .find(|name| !known(name))
            {
                return Some((leg, name));
            }
            taken.extend(leg.take.iter().map(|(name, _)| name.as_str()));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_and_nothing_else() {
        let value = |name: &str| (name == "order").then(|| "7".to_owned());
        for (text, filled) in [
            ("/orders/${order}", Ok("/orders/7")),
            ("${order}${order}x", Ok("77x")),
            ("$order {order} $$", Ok("$order {order} $$")),
            ("${lost}!", Ok("!")),
            ("", Ok("")),
            ("${a b}", Err("a b}")),
            ("${", Err("")),
            ("${}", Err("}")),
        ] {
            let read = Template::parse(text).map(|template| template.fill(&value));
            assert_eq!(read.as_deref(), filled.map_err(str::to_owned).as_deref(), "{text}");
        }
    }

    #[test]
    fn json_keeps_what_is_no_text() {
        let template = JsonTemplate::Map(vec![
            ("n".to_owned(), JsonTemplate::Bare(Value::from(3))),
            (
                "of".to_owned(),
                JsonTemplate::List(vec![JsonTemplate::Text(Template::parse("${a}").unwrap())]),
            ),
        ]);
        let filled = template.fill(&|_| Some("1.30".to_owned()));
        assert_eq!(filled.to_string(), r#"{"n":3,"of":["1.30"]}"#);
    }

    #[test]
    fn pointers_read_what_a_shopper_reads() {
        let body: Value =
            serde_json::from_str(r#"{"order":{"id":7,"open":true,"of":[1],"none":null},"a/b":"x"}"#).unwrap();
        for (pointer, expected) in [
            ("/order/id", Some("7")),
            ("/order/open", Some("true")),
            ("/order/of/0", Some("1")),
            ("/order/of", None),
            ("/order/none", None),
            ("/order/lost", None),
            ("/a~1b", Some("x")),
        ] {
            let read = Pointer::new(pointer).and_then(|pointer| pointer.read(&body));
            assert_eq!(read.as_deref(), expected, "{pointer}");
        }
        assert_eq!(Pointer::new("order"), None);
    }
}
