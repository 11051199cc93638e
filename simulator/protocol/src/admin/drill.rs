//! What changes the drill while it goes on, and the change sets that this answers.

use serde::{Deserialize, Serialize};

/// `PUT /scenario`: another scenario is in force, or with `dry_run` would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScenarioChanged {
    /// [`super::FORMAT`].
    pub format: u32,
    /// The name of the one before.
    pub old: String,
    /// The name of the new one.
    pub new: String,
    /// Whether both are the same. Their timeline begins anew all the same.
    pub unchanged: bool,
    /// Whether this was only a question: the old one stays in force.
    pub dry_run: bool,
    /// What differs.
    pub changes: ChangeSet,
}

/// What differs between two scenarios.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeSet {
    /// Every rule of the new scenario, then those that are gone.
    pub rules: Vec<RuleChange>,
    /// Every phase of the new scenario, then those that are gone.
    pub phases: Vec<PhaseChange>,
    /// The file's other keys that differ. `rules` and `phases` are among them when theirs come in another order.
    pub other: Vec<String>,
}

/// What becomes of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleChange {
    /// Its label.
    pub name: String,
    /// Its phase; `all` for a rule of the file.
    pub phase: String,
    /// `added`, `removed`, `changed` or `kept`. What is kept goes on counting its hits.
    #[cfg_attr(feature = "openapi", schema(schema_with = super::schema::change))]
    pub change: String,
}

/// What becomes of a phase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PhaseChange {
    /// Its name.
    pub name: String,
    /// `added`, `removed`, `changed` or `kept`. A change within a rule is the rule's and not its phase's.
    #[cfg_attr(feature = "openapi", schema(schema_with = super::schema::change))]
    pub change: String,
}

/// `POST /phase/{name}`: the timeline stands at the phase's begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PhaseEntered {
    /// [`super::FORMAT`].
    pub format: u32,
    /// The phase.
    pub phase: String,
    /// Where the timeline stood before: a phase's name, `waiting` or `after`.
    pub from: String,
    /// Milliseconds since the timeline's start, before.
    pub from_elapsed_ms: u64,
    /// Milliseconds since the timeline's start, from now on.
    pub elapsed_ms: u64,
}

/// `POST /timeline/hold`, `POST /timeline/release`: whether the timeline stands still.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimelineHold {
    /// [`super::FORMAT`].
    pub format: u32,
    /// The phase of this moment: a phase's name, `waiting` or `after`.
    pub phase: String,
    /// Milliseconds since the timeline's start, the time of holds not counted.
    pub elapsed_ms: u64,
    /// Whether it stands still.
    pub held: bool,
    /// Whether it was otherwise before.
    pub changed: bool,
}

/// An ad-hoc fault in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FaultView {
    /// Its name, which is its rule's too.
    pub name: String,
    /// As it was written.
    pub text: String,
    /// When it ends, milliseconds since the Unix epoch.
    pub expires_ms: u64,
    /// Until then, in milliseconds.
    pub remaining_ms: u64,
    /// How often its rule hit; absent for a fault of connections, which the system refuses unseen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hits: Option<u64>,
}

/// `GET /faults`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FaultList {
    /// [`super::FORMAT`].
    pub format: u32,
    /// In the order in which they were put, which is that in which their rules are tried.
    pub faults: Vec<FaultView>,
}

/// `PUT /faults/{name}`: the fault is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FaultPut {
    /// [`super::FORMAT`].
    pub format: u32,
    /// Whether one of this name was there, which it takes the place of.
    pub replaced: bool,
    /// The fault.
    pub fault: FaultView,
}

/// `DELETE /faults/{name}`: the fault is in force no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FaultLifted {
    /// [`super::FORMAT`].
    pub format: u32,
    /// The fault as it last stood.
    pub fault: FaultView,
}

/// `GET /acts?after=SEQ`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActPage {
    /// [`super::FORMAT`].
    pub format: u32,
    /// What was done, oldest first; only the newest are kept.
    pub acts: Vec<ActLine>,
    /// The largest `seq` so far.
    pub last: u64,
}

/// Something that an operator did to the drill, or that came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActLine {
    /// Rises by one with each, from 1.
    pub seq: u64,
    /// When, microseconds since the Unix epoch, as in the journal.
    pub time_us: u64,
    /// `scenario`, `phase`, `timeline_held`, `timeline_released`, `fault_put`, `fault_lifted`, `fault_ended`, `clock`, `release` or `reset`.
    #[cfg_attr(feature = "openapi", schema(schema_with = super::schema::act))]
    pub act: String,
    /// What it was done with: the name of a scenario, a phase or a fault; empty without one.
    pub name: String,
    /// More of it, in words; empty without any.
    pub detail: String,
}
