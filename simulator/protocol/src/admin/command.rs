//! What commands to the gateway carry and answer, where that is not an order or a shop.

use serde::{Deserialize, Serialize};

/// `PUT /scenario`: another scenario is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScenarioChanged {
    /// [`super::FORMAT`].
    pub format: u32,
    /// The name of the one before.
    pub old: String,
    /// The name of the one in force.
    pub new: String,
}

/// `POST /phase/{name}`: the timeline stands at the phase's begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PhaseEntered {
    /// [`super::FORMAT`].
    pub format: u32,
    /// The phase.
    pub phase: String,
}

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
