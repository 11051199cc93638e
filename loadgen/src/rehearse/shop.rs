//! The load's merchant in a rehearsal: one `checkout` for each arrival, as `journey` plays it over sockets. What it knows
//! of each order is what it was told.

use measure::sample::Class;
use rust_decimal::Decimal;

/// One order, from both sides.
#[derive(Debug)]
pub(super) struct Order {
    /// The merchant's number.
    pub(super) number: Box<str>,
    /// Its amount.
    pub(super) amount: Decimal,
    /// When it arrived.
    pub(super) arrival_us: u64,
    /// When its opening left.
    pub(super) sent_us: u64,
    /// What the merchant knows of its opening.
    pub(super) heard: Heard,
    /// Whether its journey is over.
    pub(super) over: bool,
    /// Good deliveries that arrived.
    pub(super) delivered: u32,
    /// Its callback's first attempt was decided when it was opened: it comes early.
    pub(super) early: bool,
    /// What the wallet keeps of it.
    pub(super) kept: Kept,
    /// Calls so far, for each operation of a checkout.
    pub(super) opened: u32,
    pub(super) queried: u32,
}

/// What the merchant knows of an opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Its answer is under way.
    Nothing,
    /// The wallet opened it.
    Opened,
    /// The wallet refused it.
    Declined,
    /// The outcome is hidden.
    Hidden { class: Class, expected: bool, done_us: u64 },
}

/// What the wallet keeps of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// Nothing.
    Absent,
    /// It refused it.
    Refused,
    /// It is open.
    Open {
        /// Whether its callback is never sent.
        silenced: bool,
    },
    /// The payer declined.
    Declined,
    /// It is paid, and its callback owed.
    Paid { at_us: u64, callback: Callback },
}

/// What became of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Callback {
    /// Attempts are still due.
    Pending,
    /// Kept back.
    Held,
    /// Never sent.
    Dropped,
    /// The merchant took it.
    Acknowledged {
        /// When the first delivery arrived.
        at_us: u64,
    },
    /// Every attempt was refused.
    Lost,
}

impl Order {
    pub(super) fn new(number: String, amount: Decimal, arrival_us: u64) -> Self {
        Self {
            number: number.into(),
            amount,
            arrival_us,
            sent_us: arrival_us,
            heard: Heard::Nothing,
            over: false,
            delivered: 0,
            early: false,
            kept: Kept::Absent,
            opened: 0,
            queried: 0,
        }
    }

    /// Whether the merchant must ask what became of it at the end.
    pub(super) fn is_unsettled(&self) -> bool {
        !self.over
            && match self.heard {
                // An opening that is still under way when the run ends may have been done.
                Heard::Nothing | Heard::Opened => true,
                Heard::Declined => false,
                Heard::Hidden { class, .. } => class != Class::Refused,
            }
    }
}
