//! The presented fields of a body and the two strings that are signed (okpay.md section 2).
//!
//! Owns the reading of form and JSON bodies into fields, and the strings. Leaves the key to [`mod@crate::sign`] and the
//! meaning of a field to the dialect.
//!
//! Invariants: a number keeps the bytes it was sent with; what is read twice is refused, so that nobody verifies one
//! value and obeys another; every size is bounded before it is trusted.
//!
//! A weakness of the contract itself, kept because real clients sign this way: values are not escaped, so a value
//! holding `&k=` or a key holding a dot shares its string with other fields (`a=1&b=2` is one field or two).

mod collect;
pub(crate) mod form;
mod json;
pub(crate) mod php;

use thiserror::Error;

use self::php::Leniences;

/// The longest body read, in bytes; as large as the gateway's own limit for a request.
pub const MAX_BODY_BYTES: usize = 64 * 1024;
/// The most flat fields of a body; a request of the contract has about ten, a page of 100 changes of the balance 703.
pub const MAX_FIELDS: usize = 1024;
/// The longest flat name, in bytes; prefixes and dots counted.
pub const MAX_NAME_BYTES: usize = 128;
/// The most objects inside each other, the outermost counted; the contract needs two.
pub const MAX_DEPTH: usize = 8;

/// The field that carries the sign and is no part of what is signed. A nested `data.sign` is an ordinary field.
pub(crate) const SIGN: &str = "sign";

/// A value as it was presented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// A JSON `null`; never signed.
    Null,
    /// A JSON boolean; signed as `true` or `false`.
    Bool(bool),
    /// A JSON number in the bytes it was sent with: `1.30` stays `1.30`.
    Number(String),
    /// A JSON string without its escapes, or a form value after decoding; never signed while empty.
    Text(String),
}

impl Scalar {
    /// The text that is signed; `None` for `null`.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Null => None,
            Self::Bool(true) => Some("true"),
            Self::Bool(false) => Some("false"),
            Self::Number(text) | Self::Text(text) => Some(text),
        }
    }

    /// Dropped by step 2: `null` and `""`, but neither `0` nor `"0"` nor `false`.
    pub(crate) fn is_signed(&self) -> bool {
        self.text().is_some_and(|text| !text.is_empty())
    }
}

/// The presented fields of one body, in the order they were sent, the sign among them. Their names are flat
/// (`data.order_id`); where objects begin and end is remembered beside them, because the legacy protocol signs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Vec<Field>);

/// One value with its place in the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    name: String,
    cuts: Cuts,
    pub(crate) value: Scalar,
}

/// Which bytes of a flat name are dots between two names, and not a dot within one: their offsets, ascending, the rest
/// zero. No name is empty, so no offset is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Cuts([u8; MAX_DEPTH - 1]);

const _: () = assert!(
    MAX_NAME_BYTES <= u8::MAX as usize,
    "an offset in a name fits into a byte"
);

impl Cuts {
    /// The same cuts and one more behind them; `None` where there are as many as objects may be deep.
    fn with(mut self, at: usize) -> Option<Self> {
        let free = self.0.iter_mut().find(|cut| **cut == 0)?;
        *free = u8::try_from(at).ok()?;
        Some(self)
    }

    fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().take_while(|cut| **cut != 0).map(|cut| usize::from(*cut))
    }
}

impl Field {
    /// The flat name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The name at the top level of the document.
    pub(crate) fn top(&self) -> &str {
        self.segments().next().expect("a name has a first segment")
    }

    /// The names on the way to it, outermost first.
    pub(crate) fn segments(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.cuts.iter().map(|cut| cut + 1));
        let ends = self.cuts.iter().chain(std::iter::once(self.name.len()));
        starts.zip(ends).map(|(start, end)| &self.name[start..end])
    }

    /// Whether it sits inside an object.
    pub(crate) fn is_nested(&self) -> bool {
        self.cuts != Cuts::default()
    }

    /// Whether it carries the sign itself.
    pub(crate) fn is_sign(&self) -> bool {
        self.name == SIGN
    }
}

/// Why a body holds no fields. Peers' names are escaped and clipped, so each text is printable ASCII of bounded length.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// Longer than [`MAX_BODY_BYTES`].
    #[error("body of {len_bytes} bytes, more than {MAX_BODY_BYTES}")]
    BodyTooLong {
        /// Its length.
        len_bytes: usize,
    },
    /// Neither a form nor JSON by its content type, nor JSON by its looks.
    #[error("content type {found} is neither a form nor JSON")]
    ContentType {
        /// What was declared.
        found: String,
    },
    /// A JSON body that is not UTF-8.
    #[error("byte {at} of the body is not UTF-8")]
    NotUtf8 {
        /// Offset of the first bad byte, from 0.
        at: usize,
    },
    /// A JSON body that does not parse, or whose outermost value is no object.
    #[error("the body is not a JSON object: line {line}, column {column}")]
    Json {
        /// From 1.
        line: usize,
        /// In bytes.
        column: usize,
    },
    /// A name or value whose decoded bytes are no Unicode text.
    #[error("field {name} is not Unicode text")]
    NotText {
        /// The field; where the name itself is broken, what can be shown of it.
        name: String,
    },
    /// The same name twice, also where flattening makes two names equal.
    #[error("field {name} appears twice")]
    Duplicate {
        /// The field.
        name: String,
    },
    /// An array, or a form name with brackets, which a PHP peer would read as one. The contract signs no arrays.
    #[error("field {name} is an array")]
    Array {
        /// The field.
        name: String,
    },
    /// A field without a name.
    #[error("field number {position} has no name")]
    NoName {
        /// From 1.
        position: usize,
    },
    /// A name longer than [`MAX_NAME_BYTES`].
    #[error("the name of field {name} is longer than {MAX_NAME_BYTES} bytes")]
    NameTooLong {
        /// Its beginning.
        name: String,
    },
    /// More than [`MAX_FIELDS`] fields.
    #[error("more than {MAX_FIELDS} fields")]
    TooManyFields,
    /// Objects deeper than [`MAX_DEPTH`].
    #[error("field {name} is nested deeper than {MAX_DEPTH}")]
    TooDeep {
        /// The object that went too deep.
        name: String,
    },
}

impl Fields {
    /// Reads an `application/x-www-form-urlencoded` body. Empty pieces between `&` are nothing, a name without `=` has
    /// an empty value, and a `%` that starts no pair of hex digits stands for itself, as in browsers and PHP.
    ///
    /// # Errors
    /// See [`DecodeError`].
    pub fn from_form(body: &[u8]) -> Result<Self, DecodeError> {
        within_limit(body)?;
        form::read(body)
    }

    /// Reads a JSON object and flattens the objects inside it with dots.
    ///
    /// # Errors
    /// See [`DecodeError`].
    pub fn from_json(body: &[u8]) -> Result<Self, DecodeError> {
        within_limit(body)?;
        let text = str::from_utf8(body).map_err(|error| DecodeError::NotUtf8 {
            at: error.valid_up_to(),
        })?;
        json::read(text)
    }

    /// Reads a form as PHP does, `data[order_id]=…` being the field `order_id` of the object `data`: how the legacy
    /// protocol writes its callbacks. Lists (`a[]=`) are refused here too.
    ///
    /// # Errors
    /// See [`DecodeError`].
    pub fn from_php_form(body: &[u8]) -> Result<Self, DecodeError> {
        within_limit(body)?;
        form::read_php(body)
    }

    /// Fields we send ourselves, all of them text. The caller's names are distinct.
    pub fn of_text<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let field = |(name, text): (&str, &str)| Field {
            name: name.to_owned(),
            cuts: Cuts::default(),
            value: Scalar::Text(text.to_owned()),
        };
        Self(pairs.into_iter().map(field).collect())
    }

    /// Adds a field of a body that we write: its names from the outside in, at most [`MAX_DEPTH`], short, and those of
    /// no other field.
    pub(crate) fn push_own(&mut self, segments: &[&str], value: Scalar) {
        let mut name = String::new();
        let mut cuts = Cuts::default();
        for segment in segments {
            if !name.is_empty() {
                cuts = cuts
                    .with(name.len())
                    .expect("our own bodies are shallow, their names short");
                name.push('.');
            }
            name.push_str(segment);
        }
        self.0.push(Field { name, cuts, value });
    }

    /// The field of this flat name.
    pub fn find(&self, name: &str) -> Option<&Scalar> {
        self.0.iter().find(|field| field.name == name).map(|field| &field.value)
    }

    /// Every field by its flat name, in the order it was sent.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Scalar)> {
        self.0.iter().map(|field| (field.name.as_str(), &field.value))
    }

    /// Puts this sign in, in place of any that is there.
    pub fn set_sign(&mut self, sign: &str) {
        self.0.retain(|field| !field.is_sign());
        self.0.push(Field {
            name: SIGN.to_owned(),
            cuts: Cuts::default(),
            value: Scalar::Text(sign.to_owned()),
        });
    }

    /// Every field with its place, in the order it was sent.
    pub(crate) fn places(&self) -> &[Field] {
        &self.0
    }

    /// The presented sign, where it is a text.
    pub fn presented_sign(&self) -> Option<&str> {
        self.find(SIGN)?.text()
    }

    /// The fields that take part in an HMAC sign, in its order: sorted by the bytes of their names.
    pub fn signed(&self) -> Vec<(&str, &str)> {
        let mut signed = Vec::with_capacity(self.0.len());
        let taking_part = self
            .0
            .iter()
            .filter(|field| !field.is_sign() && field.value.is_signed());
        signed.extend(taking_part.filter_map(|field| Some((field.name.as_str(), field.value.text()?))));
        signed.sort_unstable();
        signed
    }

    /// The string of HMAC: `k=v` of [`Fields::signed`], joined by `&`, nothing escaped.
    pub fn canonical(&self) -> String {
        let mut string = String::new();
        self.feed_canonical(&mut |piece| string.push_str(piece));
        string
    }

    /// The string of MD5 without the token that follows it: PHP's query of the fields that are not falsy, sorted at
    /// the top level only, nothing escaped (okpay.md section 2.2).
    pub fn php(&self) -> String {
        let mut string = String::new();
        self.feed_php(Leniences::STRICT, &mut |piece| string.push_str(piece));
        string
    }

    /// [`Fields::canonical`] piece by piece: a MAC needs no string.
    pub(crate) fn feed_canonical(&self, sink: &mut impl FnMut(&str)) {
        for (index, (name, text)) in self.signed().into_iter().enumerate() {
            if index > 0 {
                sink("&");
            }
            sink(name);
            sink("=");
            sink(text);
        }
    }

    /// [`Fields::php`] piece by piece, or as a client writes it that takes these leniences.
    pub(crate) fn feed_php(&self, leniences: Leniences, sink: &mut impl FnMut(&str)) {
        php::feed(&self.0, leniences, sink);
    }
}

fn within_limit(body: &[u8]) -> Result<(), DecodeError> {
    if body.len() > MAX_BODY_BYTES {
        return Err(DecodeError::BodyTooLong { len_bytes: body.len() });
    }
    Ok(())
}

/// A peer's text as it may stand in a header, a log and on a terminal: printable ASCII, clipped.
pub(crate) fn shown(text: &str) -> String {
    const MAX_SHOWN_CHARS: usize = 40;
    let clipped: String = text.chars().take(MAX_SHOWN_CHARS).collect();
    let more = if clipped.len() < text.len() { "..." } else { "" };
    format!("\"{}{more}\"", clipped.escape_default())
}

#[cfg(test)]
mod tests;
