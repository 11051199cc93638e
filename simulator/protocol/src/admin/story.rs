//! An order's whole story: its lines of the journal with the bytes of both sides.

use serde::{Deserialize, Serialize};

use super::{JournalLine, OrderView};

/// `GET /orders/{id}/story`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Story {
    /// [`super::FORMAT`].
    pub format: u32,
    /// The order.
    pub order: OrderView,
    /// Every line about it that the journal still holds, oldest first.
    pub lines: Vec<StoryLine>,
    /// What a person did on its cashier page. Absent where nobody opened it, or that is forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cashier: Option<CashierNote>,
}

/// What a person did on the cashier page of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CashierNote {
    /// What the page shows: `choose`, `code`, `review`, `paid`, `declined`, `refused` or `expired`.
    pub stage: String,
    /// The method that the stage is about, or that paid: `balance`, `bank_card`, `credit_card` or `top_up`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The methods that failed.
    pub failed: Vec<String>,
    /// Whether a code was asked for.
    pub second_factor: bool,
    /// Wrong codes entered.
    pub wrong_codes: u32,
}

/// `GET /journal/{seq}`: a line with the bytes of both sides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StoryLine {
    /// The line.
    pub line: JournalLine,
    /// What was asked: the merchant's request, or our callback. Absent once it is forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Exhibit>,
    /// What was answered: ours, or the merchant's acknowledgement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Exhibit>,
}

/// A body, as it crossed the wire but for tokens, which show as `•••`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Exhibit {
    /// Its media type, as declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// Its text; bytes that are no UTF-8 show as U+FFFD.
    pub text: String,
    /// Its length.
    pub len_bytes: u64,
}
