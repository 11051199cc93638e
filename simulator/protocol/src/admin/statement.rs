//! A shop's statement and the diagnosis of a sign, as the admin interface speaks of them.

use serde::{Deserialize, Serialize};

use super::whole;

/// `GET /shops/{id}/statement?day=2026-11-26&coin=USDT`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementView {
    /// [`super::FORMAT`].
    pub format: u32,
    /// The shop.
    pub shop: u64,
    /// The coin.
    pub coin: String,
    /// The day on the gateway's calendar.
    pub day: String,
    /// The balance when the day began, exact decimal text.
    pub opening: String,
    /// The balance when it ended: opening and net.
    pub closing: String,
    /// The sums of the day by the books, whatever the lines show.
    pub totals: StatementTotals,
    /// Lines that are in the sums, but whose orders are forgotten.
    pub forgotten: u64,
    /// What moved the balance, in the order of time; wrong where a scenario breaks a line on purpose.
    pub lines: Vec<StatementLine>,
}

/// Sums of a day, exact decimal text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementTotals {
    /// Lines.
    pub count: u64,
    /// Of the amounts.
    pub amount: String,
    /// Of the fees.
    pub fee: String,
    /// Of the nets.
    pub net: String,
}

/// One change of the balance; net = amount − fee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementLine {
    /// 32 lower-case hex digits.
    pub order_id: String,
    /// The merchant's order number.
    pub unique_id: String,
    /// `deposit`, `withdrawal` or `withdrawal_failed`; `deposit_failed` only where a scenario breaks a status.
    pub kind: String,
    /// What the shop received; below zero where it paid.
    pub amount: String,
    /// What the wallet kept; below zero where it gave back.
    pub fee: String,
    /// By how much the balance changed.
    pub net: String,
    /// When, milliseconds since the Unix epoch.
    pub at_ms: u64,
}

/// `POST /diagnose`: a line of the journal, or a body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Diagnose {
    /// The line whose request is meant.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "whole::optional"
    )]
    pub seq: Option<u64>,
    /// The shop, where the body does not name it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "whole::optional"
    )]
    pub shop: Option<u64>,
    /// The body's media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The body, as it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Diagnosed {
    /// [`super::FORMAT`].
    pub format: u32,
    /// The sign is right.
    pub matches: bool,
    /// How it should be signed: `hmac` or `md5`.
    pub algorithm: String,
    /// The one known mistake that makes the presented sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mistake: Option<MistakeView>,
    /// The string that should have been signed, the token shown as `•••`.
    pub canonical: String,
    /// How the string comes about.
    pub steps: Vec<String>,
}

/// A known mistake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MistakeView {
    /// Stable, in snake case.
    pub code: String,
    /// What the client did.
    pub what: String,
    /// What it should do.
    pub remedy: String,
}
