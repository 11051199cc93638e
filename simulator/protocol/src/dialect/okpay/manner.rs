//! How a body is written where nobody public knows how the wallet writes it (okpay.md section 7): settings, each with
//! the default that most clients in use take.
//!
//! Owns what shapes bytes; leaves windows, limits, policies and the acknowledgement's rule to their own places.

/// The manner of a gateway's answers, refusals and callbacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    /// `code` of a success.
    pub code: SuccessCode,
    /// How `data` stands in the answers to MD5 shops.
    pub data: DataShape,
    /// Whether the answers to MD5 shops are signed; those to HMAC shops always are, because their clients refuse others.
    pub signs_md5_answers: bool,
    /// Whether refusals carry the numeric codes 10001 to 10008 of the ancestor's API. Codes that were seen stay.
    pub ancestor_codes: bool,
    /// How a callback's body is written.
    pub callback: CallbackForm,
    /// In what order a callback's fields stand.
    pub keys: KeyOrder,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            code: SuccessCode::default(),
            data: DataShape::default(),
            signs_md5_answers: true,
            ancestor_codes: true,
            callback: CallbackForm::default(),
            keys: KeyOrder::default(),
        }
    }
}

/// `code` of a success (okpay.md section 1, point 4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SuccessCode {
    /// `200`, today's.
    #[default]
    Today,
    /// `10000`, that of the vendor's old SDK.
    OldSdk,
}

impl SuccessCode {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Today, Self::OldSdk];

    /// The number on the wire, which is also the word in configuration.
    pub fn number(self) -> u64 {
        match self {
            Self::Today => 200,
            Self::OldSdk => 10_000,
        }
    }
}

/// How `data` stands in an answer.
///
/// An array takes part in PHP's string (`data[0][order_id]=…`), while one strict HMAC client throws when it meets one
/// inside what is signed. So the list is for MD5 shops alone, and HMAC shops get the object whatever is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DataShape {
    /// `object`
    #[default]
    Object,
    /// `list`: a list of exactly that object.
    List,
}

impl DataShape {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Object, Self::List];

    /// The word in configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::List => "list",
        }
    }
}

/// How a callback's body is written (okpay.md section 5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CallbackForm {
    /// `auto`: JSON to HMAC shops, a form to MD5 shops.
    #[default]
    Auto,
    /// `json`: an object with the object `data` inside.
    Json,
    /// `form`: PHP's brackets, `data[order_id]=…`.
    Form,
    /// `flat`: the fields of `data` beside `id`, as JSON to HMAC shops and as a form to MD5 shops. `code` and the word
    /// `success` are left out, because `status` is the order's here.
    Flat,
    /// `form_json`: a form whose `data` is JSON text. The text is signed as it stands.
    FormJson,
}

impl CallbackForm {
    /// Every form.
    pub const ALL: [Self; 5] = [Self::Auto, Self::Json, Self::Form, Self::Flat, Self::FormJson];

    /// The word in configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Json => "json",
            Self::Form => "form",
            Self::Flat => "flat",
            Self::FormJson => "form_json",
        }
    }
}

/// In what order a callback's fields stand; `sign` is the last in both. Under MD5 the order inside `data` is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyOrder {
    /// `documented`: that of the vendor's document, in which two clients sign.
    #[default]
    Documented,
    /// `sorted`: by the bytes of the names.
    Sorted,
}

impl KeyOrder {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Documented, Self::Sorted];

    /// The word in configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Sorted => "sorted",
        }
    }
}
