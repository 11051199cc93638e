//! What became of an order, in one word: what two plays of a scenario are compared by.

/// What became of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// It never reached the wallet.
    Unopened,
    /// The wallet refused it.
    Refused,
    /// It is open.
    Open,
    /// The payer declined it.
    Declined,
    /// It is paid; a withdrawal is paid out.
    Paid,
    /// A withdrawal that was accepted and failed.
    Failed,
}

impl Fate {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unopened => "unopened",
            Self::Refused => "refused",
            Self::Open => "open",
            Self::Declined => "declined",
            Self::Paid => "paid",
            Self::Failed => "failed",
        }
    }
}
