//! The gateway's calendar, as the admin interface speaks of it.

use serde::{Deserialize, Serialize};

use super::whole;

/// `PUT /clock`: what is named changes, the rest stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ClockChange {
    /// Calendar time for each stretch of wall time, a decimal number as text: `60` makes a minute of a second.
    #[cfg_attr(feature = "openapi", schema(schema_with = super::schema::optional_speed))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed: Option<String>,
    /// Whether the calendar stands still.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen: Option<bool>,
}

/// `GET /clock`, `PUT /clock`: both times, and how the calendar runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClockView {
    /// [`super::FORMAT`].
    pub format: u32,
    /// Milliseconds since the Unix epoch on the wall.
    pub wall_time_ms: u64,
    /// Milliseconds since the Unix epoch on the gateway's calendar.
    pub gateway_time_ms: u64,
    /// How fast the calendar runs against the wall while it is not frozen, a decimal number as text.
    pub speed: String,
    /// Whether it stands still.
    pub frozen: bool,
}

/// `POST /clock/advance`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Advance {
    /// By how much, in milliseconds, at most 366 days.
    #[cfg_attr(feature = "openapi", schema(maximum = 31_622_400_000u64))]
    #[serde(deserialize_with = "whole::read")]
    pub by_ms: u64,
}

/// `POST /clock/advance`: the calendar stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Advanced {
    /// [`super::FORMAT`].
    pub format: u32,
    /// Milliseconds since the Unix epoch on the gateway's calendar.
    pub gateway_time_ms: u64,
}
