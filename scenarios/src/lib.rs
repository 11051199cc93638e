//! Scenario files: what a user writes in YAML, what it means, and what it decides.
//!
//! Start at [`read`], which turns text into a [`Scenario`] or into *every* [`Problem`] of the text at once, then read
//! [`decide()`], the pure function from a scenario and an [`Occasion`] to a [`Decision`].
//!
//! | file | owns |
//! |---|---|
//! | `source` | the text, its spans, lines and columns; the only place that names the YAML parser |
//! | `file` | the tree of spanned scalars, lists and maps |
//! | `check` | the table of keys; from tree to meaning, collecting every problem |
//! | `problem` | a user's mistake as data, and its rustc-like rendering |
//! | `scenario` | the meaning: nothing optional left to interpret |
//! | `decision`, `decide` | the three axes of a decision and how rules reach it |
//! | `script` | decisions of a recorded run, forced on another |
//! | `draw` | keyed randomness as a function |
//! | `ratio` | exact chances and shares |
//! | `units` | the words for durations, shares and rates |
//! | `distribution` | durations drawn from a distribution; the one place with floats |
//! | `capacity` | workers, queue and patience: who is served when |
//! | `timeline` | which phase holds when |
//! | `load` | arrival schedules as pure iterators |
//! | `expect` | the sentences a run is judged by |
//! | `edit` | a text without some of its parts, or with another delay |
//! | `changes` | what differs between two scenarios |
//! | `explain` | a scenario in words, with the effective shares of its rules |
//! | `triggers` | cases that a tester asks for by an amount or a header |
//! | `library` | the shipped scenarios |
//!
//! Invariant: no clock, no I/O, no randomness but [`draw`]. This crate knows neither money's ledger nor the wire; the
//! gateway turns its words into ledger commands and the dialect's answers.

pub mod capacity;
pub mod changes;
pub mod decide;
pub mod decision;
pub mod distribution;
pub mod draw;
pub mod edit;
pub mod expect;
pub mod explain;
pub mod library;
pub mod load;
pub mod scenario;
pub mod script;
pub mod timeline;
pub mod triggers;

mod check;
mod file;
mod problem;
mod ratio;
mod source;
mod units;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod testing;

pub use capacity::service_time;
pub use changes::{Change, Changes, PhaseChange, RuleChange, changes};
pub use check::{AdHoc, Read, read, read_bytes, read_fault, read_with_notes, schema};
pub use decide::{
    Counters, PossibleFault, PossibleFaults, Release, agreement_covers, decide, early, may_cause, method_fails,
    needs_second_factor, order_id, payer_id, payer_plan, release_at_start, risk_plan, second_factor_code, settle_after,
    strange_token, withdrawal_id,
};
pub use decision::{
    CallbackAct, Decision, Hit, Hits, LedgerAct, Occasion, PayerPlan, Reply, RiskPlan, Shape, StatusReply, Subject,
};
pub use explain::{explain, fault_words, shares};
pub use load::Schedule;
pub use problem::{Place, Problem, Problems, Span};
pub use scenario::{
    Ack, Agreement, AmountChange, AmountRange, Arrivals, ByMethod, CallbackEncoding, CallbackFault, CallbackForm,
    Callbacks, Capacity, Checks, Clock, Crowd, Demand, Dialect, Fees, Flow, Forgery, IpRange, Itinerary, Journey,
    JsonTemplate, KeyOrder, Leg, LegAct, LegBody, Limits, Load, Md5, Method, Operation, Outcome, Outcomes, Overload,
    Payers, Phase, PhaseIndex, Pointer, Policy, Quota, Rate, Ratio, Risk, RiskDecline, RiskReview, Rule, RuleId,
    Scenario, SecondFactor, Shop, ShopStatus, Signing, StatementBreak, Tampering, Template, TlsFault, Triggers, Until,
    Verb, When, Withdrawals,
};
pub use script::Script;
pub use source::SIZE_LIMIT;
pub use timeline::{ConnectionFault, Timeline};
pub use units::{LONGEST, duration_text, parse_duration};
