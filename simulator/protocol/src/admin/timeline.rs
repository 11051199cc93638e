//! The timeline of the scenario in force, as `GET /timeline` shows it.

use serde::{Deserialize, Serialize};

/// `GET /timeline`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Timeline {
    /// [`super::FORMAT`].
    pub format: u32,
    /// When the gateway began, microseconds since the Unix epoch, as in `GET /seconds`.
    pub began_us: u64,
    /// Microseconds since then.
    pub now_us: u64,
    /// The scenario in force.
    pub scenario: String,
    /// Its seed.
    pub seed: u64,
    /// Where it stands.
    pub standing: Standing,
    /// Milliseconds since the timeline started; 0 while it waits.
    pub elapsed_ms: u64,
    /// Its phases, in order, without gaps.
    pub phases: Vec<PhaseView>,
    /// The last phase ends here, milliseconds since the start.
    pub end_ms: u64,
    /// How it came to where it stands: its start, then every jump, hold and release of an operator. Empty while it waits;
    /// only the newest are kept.
    pub legs: Vec<LegView>,
}

/// Where a timeline stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It has not started; calls are decided as in the first phase.
    Waiting,
    /// In one of its phases.
    Running,
    /// After the last one; calls are decided by the rules of the whole file.
    After,
}

/// A phase on its timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PhaseView {
    /// Its name.
    pub name: String,
    /// Its start, milliseconds since the timeline's.
    pub from_ms: u64,
    /// Its end, not included.
    pub until_ms: u64,
    /// Short words on what it injects, such as `busy 20%`; empty for a healthy phase.
    pub faults: Vec<String>,
}

/// A stretch of time in which a timeline went on undisturbed: it ends where the next one begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LegView {
    /// When it began, microseconds since the gateway began.
    pub at_us: u64,
    /// How far the timeline was then, milliseconds since its start.
    pub elapsed_ms: u64,
    /// Whether it was held there: it stood still until the next leg.
    #[serde(default)]
    pub held: bool,
}
