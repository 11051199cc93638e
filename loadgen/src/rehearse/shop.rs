//! The load's merchant in a rehearsal: one journey for each arrival, as `journey` plays it over sockets. What it knows
//! of each order is what it was told.

use measure::sample::Class;
use rust_decimal::Decimal;
use scenarios::Journey;

/// One order, from both sides.
#[derive(Debug)]
pub(super) struct Order {
    /// The merchant's number.
    pub(super) number: Box<str>,
    /// What its arrival plays.
    pub(super) journey: Journey,
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
    /// Calls so far, for each operation of its journey.
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
    /// It is open; a withdrawal is on its way.
    Open {
        /// Whether its callback is never sent.
        silenced: bool,
    },
    /// The payer declined.
    Declined,
    /// It is paid, and its callback owed.
    Paid { at_us: u64, callback: Callback },
    /// A withdrawal that failed, and its callback owed.
    Failed { at_us: u64, callback: Callback },
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

impl Kept {
    /// When it ended with a callback owed, and what became of that.
    pub(super) fn owed(self) -> Option<(u64, Callback)> {
        match self {
            Self::Paid { at_us, callback } | Self::Failed { at_us, callback } => Some((at_us, callback)),
            Self::Absent | Self::Refused | Self::Open { .. } | Self::Declined => None,
        }
    }

    /// Its callback, where one is owed.
    pub(super) fn callback(&mut self) -> Option<&mut Callback> {
        match self {
            Self::Paid { callback, .. } | Self::Failed { callback, .. } => Some(callback),
            Self::Absent | Self::Refused | Self::Open { .. } | Self::Declined => None,
        }
    }
}

impl Order {
    pub(super) fn new(number: String, journey: Journey, amount: Decimal, arrival_us: u64) -> Self {
        Self {
            number: number.into(),
            journey,
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
