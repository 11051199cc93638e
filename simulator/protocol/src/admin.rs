//! What the gateway's admin port speaks: JSON, versioned by `format`. Written by the gateway, read by load, dashboards
//! and people.

mod capacity;
mod clock;
mod command;
mod drill;
#[cfg(feature = "openapi")]
mod schema;
mod second;
mod shop;
mod statement;
mod story;
mod timeline;
mod whole;

use serde::{Deserialize, Serialize};

pub use capacity::CapacityView;
pub use clock::{Advance, Advanced, ClockChange, ClockView};
pub use command::{CallbackReplayed, Released, Reset, ResetDone};
pub use drill::{
    ActLine, ActPage, ChangeSet, FaultLifted, FaultList, FaultPut, FaultView, PhaseChange, PhaseEntered, RuleChange,
    ScenarioChanged, TimelineHold,
};
pub use second::{
    Bucket, CallbackSecond, EndCount, ExchangeEnd, GatewaySecond, HEAT_ROWS_US, OperationSecond, SECONDS_KEPT,
    SecondPage, Spread, Times,
};
pub use shop::{
    ApplicationView, GoLiveStatus, Qualification, Reason, Rotation, ShopApplication, ShopList, ShopView, TokenIssued,
};
pub use statement::{Diagnose, Diagnosed, MistakeView, StatementLine, StatementTotals, StatementView};
pub use story::{CashierNote, Exhibit, Story, StoryLine};
pub use timeline::{LegView, PhaseView, Standing, Timeline};

/// The version of these formats and of `journal.jsonl`.
pub const FORMAT: u32 = 1;

/// `GET /status`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Status {
    /// [`FORMAT`].
    pub format: u32,
    /// The gateway's version.
    pub version: String,
    /// The scenario in force.
    pub scenario: String,
    /// Its seed.
    pub seed: u64,
    /// The phase of this moment: a phase's name, `waiting` before the timeline starts, or `after`.
    pub phase: String,
    /// The scenario's phases, in their order.
    #[serde(default)]
    pub phases: Vec<String>,
    /// Milliseconds since the timeline started, the time of holds not counted.
    pub elapsed_ms: u64,
    /// Whether the timeline is held: it stands still until it is released or put elsewhere.
    #[serde(default)]
    pub held: bool,
    /// How fast the gateway's calendar runs against the wall while it is not frozen, a decimal number as text.
    #[serde(default = "in_step")]
    pub speed: String,
    /// Whether it stands still.
    #[serde(default)]
    pub frozen: bool,
    /// Orders.
    pub orders: OrderCounts,
    /// Payers that will still act.
    pub payers_pending: u64,
    /// Withdrawals that will still settle or fail.
    #[serde(default)]
    pub payouts_pending: u64,
    /// Callbacks.
    pub callbacks: CallbackCounts,
    /// Each rule of the scenario, in the order of its file.
    pub rules: Vec<RuleCount>,
    /// The capacity in force; absent where nothing queues.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<CapacityView>,
    /// Open merchant connections.
    pub connections: u64,
    /// Journal lines.
    pub journal: JournalCounts,
    /// The books: every posting summed, by coin; each must be zero.
    pub books: Vec<CoinSum>,
}

/// The speed of a gateway that says none.
fn in_step() -> String {
    "1".to_owned()
}

/// Orders by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderCounts {
    /// Open.
    pub open: u64,
    /// Paid.
    pub paid: u64,
    /// Withdrawals on their way.
    #[serde(default)]
    pub pending: u64,
    /// Withdrawals paid out.
    #[serde(default)]
    pub paid_out: u64,
    /// Withdrawals that failed.
    #[serde(default)]
    pub failed: u64,
    /// Forgotten because of `keep_orders`.
    pub forgotten: u64,
}

/// Callbacks by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallbackCounts {
    /// Due or waiting for an attempt, not held.
    pub pending: u64,
    /// Kept back now.
    pub held: u64,
    /// Ever kept back.
    pub held_total: u64,
    /// Attempts made, copies included.
    pub sent: u64,
    /// Callbacks acknowledged.
    pub acknowledged: u64,
    /// Attempts after the first of their callback.
    pub retried: u64,
    /// Given up after the last attempt, or not allowed to be sent.
    pub lost: u64,
    /// Dropped by the scenario.
    pub dropped: u64,
    /// 99th percentile of the time from a delivery's connect to its acknowledgement, over the last ten complete seconds,
    /// microseconds; 0 without one.
    #[serde(default)]
    pub ack_p99_us: u64,
}

/// How often a rule hit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleCount {
    /// Its label.
    pub name: String,
    /// Its phase; `all` for a rule of the file.
    pub phase: String,
    /// What it acts on: an operation's word, `callback`, or `any`.
    pub on: String,
    /// How often it hit.
    pub decided: u64,
}

/// Journal lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JournalCounts {
    /// Written.
    pub written: u64,
    /// Dropped because the writer could not keep up.
    pub dropped: u64,
}

/// A sum in one coin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CoinSum {
    /// The coin.
    pub coin: String,
    /// The sum, as exact decimal text.
    pub sum: String,
}

/// `GET /orders?after=ORDER_ID&limit=N&shop=ID&number=NUMBER`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderPage {
    /// [`FORMAT`].
    pub format: u32,
    /// Orders in the order of their ids.
    pub orders: Vec<OrderView>,
    /// Pass it as `after` for the next page; absent on the last.
    pub next: Option<String>,
}

/// One order, as the ledger knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderView {
    /// 32 lower-case hex digits.
    pub order_id: String,
    /// `deposit` or `withdrawal`.
    #[serde(default)]
    pub kind: String,
    /// The shop.
    pub shop: u64,
    /// The merchant's order number.
    pub unique_id: String,
    /// Exact decimal text at the coin's scale.
    pub amount: String,
    /// The coin.
    pub coin: String,
    /// `open` or `paid`; of a withdrawal `pending`, `paid_out` or `failed`.
    pub status: String,
    /// Opened, milliseconds since the Unix epoch.
    pub opened_ms: u64,
    /// Paid, paid out or failed, milliseconds since the Unix epoch; absent before.
    pub paid_ms: Option<u64>,
    /// What the wallet keeps of it; absent while a deposit is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<String>,
    /// Who paid, or who is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
    /// Its callback; absent while there is none.
    pub callback: Option<CallbackView>,
}

/// The state of an order's callback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallbackView {
    /// `pending`, `held`, `acknowledged`, `dropped` or `lost`.
    pub state: String,
    /// Attempts made, copies not counted.
    pub attempts: u32,
    /// Deliveries made, copies counted.
    pub deliveries: u32,
}

/// `GET /journal?after=SEQ&limit=N`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JournalPage {
    /// [`FORMAT`].
    pub format: u32,
    /// Lines with a larger `seq` than `after`, oldest first.
    pub lines: Vec<JournalLine>,
    /// The largest `seq` written so far.
    pub last: u64,
}

/// One line of `journal.jsonl`: one exchange, or one callback attempt (or its being held or dropped).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JournalLine {
    /// Rises by one with each line, from 1.
    pub seq: u64,
    /// When the line's exchange or attempt *ended*, microseconds since the Unix epoch.
    pub time_us: u64,
    /// The same on the gateway's calendar, milliseconds since the Unix epoch.
    pub gateway_time_ms: u64,
    /// The phase of the decision.
    pub phase: String,
    /// The shop; 0 where none was recognised.
    pub shop: u64,
    /// The operation's word, or `callback`; a path nobody serves is `unknown`.
    pub operation: String,
    /// The merchant's order number, or `#` and the ordinal of a call without one.
    pub subject: String,
    /// The attempt; 0 where there was no decision.
    pub attempt: u32,
    /// The order, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// The request's nonce, by which the load finds its own line again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// The rules that hit, by axis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<AxisRules>,
    /// What was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionView>,
    /// What the client got: an HTTP status, or 0 where it got none. For callbacks: the receiver's status, 0 without one.
    pub status: u16,
    /// How it ended: `answered`, `reset`, `closed`, `hung` for an exchange; `acknowledged`, `refused`, `failed`,
    /// `timeout`, `held`, `released`, `dropped`, `forbidden` for a callback.
    pub outcome: String,
    /// Body bytes in.
    pub bytes_in: u64,
    /// Body bytes out.
    pub bytes_out: u64,
    /// From the request's head (callbacks: the connect) to the end.
    pub took_us: u64,
    /// Of these, injected by the scenario's delay.
    pub injected_us: u64,
    /// Of `took_us`, waited for a worker, where the scenario has a capacity.
    #[serde(default)]
    pub queued_us: u64,
    /// Of `took_us`, served by a worker.
    #[serde(default)]
    pub service_us: u64,
    /// Why it was refused or failed, for people and machines: a stable word, then free text after a colon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The rules that hit, by axis.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AxisRules {
    /// Ledger and the reply's shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<RuleHit>,
    /// The delay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<RuleHit>,
    /// The callback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<RuleHit>,
}

/// A rule that hit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleHit {
    /// Its index among [`Status::rules`].
    pub rule: u16,
    /// Its label.
    pub name: String,
    /// The draw that was below its chance.
    pub draw: u64,
}

/// What was decided, in the words of scenario files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecisionView {
    /// `apply`, `skip`, or `refuse: REASON`.
    pub ledger: String,
    /// `honest`, `status 503`, `reset`, `empty` or `hang`.
    pub reply: String,
    /// Microseconds.
    pub delay_us: u64,
    /// `deliver`, `drop`, `delay 2s`, `duplicate 3 over 2s` or `hold`.
    pub callback: String,
}
