//! What commands to the gateway carry and answer, where that is not an order, a shop or the drill's.

use serde::{Deserialize, Serialize};

/// `POST /release`: held callbacks are due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Released {
    /// [`super::FORMAT`].
    pub format: u32,
    /// How many were held.
    pub released: u64,
}

/// `POST /callbacks/{id}/replay`: the callback goes out again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallbackReplayed {
    /// [`super::FORMAT`].
    pub format: u32,
    /// Which attempt this is, from 1.
    pub attempt: u32,
}

/// `POST /reset`: a command that cannot be taken back names itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Reset {
    /// The word `reset`.
    #[cfg_attr(feature = "openapi", schema(schema_with = super::schema::reset))]
    pub confirm: String,
}

/// `POST /reset`: every order, payer, callback, nonce and applicant is forgotten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResetDone {
    /// [`super::FORMAT`].
    pub format: u32,
    /// Always true.
    pub reset: bool,
}
