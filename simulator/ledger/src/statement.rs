//! Statements: what moved a shop's balance in a coin on one day, ready the day after (T+1). Owns the lines an order
//! leaves, their sums, and that closing = opening + net; which orders belong to the day is the store's to find, how a
//! statement is written as CSV is `statement/csv.rs`.
//!
//! A line stands on the day on which the balance moved: a deposit's when it was paid, a withdrawal's when it was opened
//! (its money is reserved from then on), and that of a withdrawal that failed when it was given back. So the closing
//! balance is what the shop's account held at the end of the day, and the next day opens with it.

mod csv;

use crate::{
    Coin, Day, Deposit, Money, MoneyError, OrderId, OrderNumber, ShopId, State, Timestamp, Withdrawal, WithdrawalState,
};

/// One change of a shop's balance by an order. Always `net = amount - fee`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The order.
    pub order_id: OrderId,
    /// The shop's own number for it.
    pub number: OrderNumber,
    /// What happened.
    pub kind: LineKind,
    /// The order's amount: above zero where the shop received it, below where it paid it.
    pub amount: Money,
    /// What the gateway charged; below zero where a fee was given back.
    pub fee: Money,
    /// By how much the balance changed.
    pub net: Money,
    /// When.
    pub at: Timestamp,
}

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineKind {
    /// A deposit was paid.
    Deposit,
    /// A withdrawal was opened.
    Withdrawal,
    /// A withdrawal failed: amount and fee came back.
    WithdrawalFailed,
    /// A deposit failed. No order leaves such a line, as one that fails moves nothing: only a statement that is wrong on
    /// purpose shows it.
    DepositFailed,
}

impl LineKind {
    /// The word in statements.
    pub fn word(self) -> &'static str {
        match self {
            Self::Deposit => "deposit",
            Self::Withdrawal => "withdrawal",
            Self::WithdrawalFailed => "withdrawal_failed",
            Self::DepositFailed => "deposit_failed",
        }
    }
}

impl Line {
    /// The line of a deposit; `None` unless it is paid.
    pub fn of_deposit(order: &Deposit) -> Option<Self> {
        let at = match *order.state() {
            State::Open | State::Declined { .. } => return None,
            State::Paid { at, .. } => at,
        };
        Some(Self {
            order_id: order.order_id(),
            number: order.number().clone(),
            kind: LineKind::Deposit,
            amount: order.amount(),
            fee: order.fee(),
            net: order.net(),
            at,
        })
    }

    /// The line of a withdrawal's opening, whatever became of it.
    pub fn of_withdrawal(order: &Withdrawal) -> Self {
        let negative = |minor: i64| Money::new(-minor, order.amount().coin());
        Self {
            order_id: order.order_id(),
            number: order.number().clone(),
            kind: LineKind::Withdrawal,
            amount: negative(order.amount().minor()),
            fee: order.fee(),
            net: negative(order.charged().minor()),
            at: order.opened_at(),
        }
    }

    /// The line of a withdrawal's failure, which takes back the one of its opening; `None` unless it failed.
    pub fn of_failure(order: &Withdrawal) -> Option<Self> {
        let at = match *order.state() {
            WithdrawalState::Pending | WithdrawalState::PaidOut { .. } => return None,
            WithdrawalState::Failed { at, .. } => at,
        };
        Some(Self {
            order_id: order.order_id(),
            number: order.number().clone(),
            kind: LineKind::WithdrawalFailed,
            amount: order.amount(),
            fee: Money::new(-order.fee().minor(), order.amount().coin()),
            net: order.charged(),
            at,
        })
    }
}

/// Sums over lines of one coin. A store may keep them by shop, coin and day, add each line as it commits it, and so
/// state days whose orders it has forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// How many lines.
    pub count: u64,
    /// Of their amounts.
    pub amount: Money,
    /// Of their fees.
    pub fee: Money,
    /// Of their nets.
    pub net: Money,
}

impl Totals {
    /// Of no lines.
    pub const fn zero(coin: Coin) -> Self {
        Self {
            count: 0,
            amount: Money::zero(coin),
            fee: Money::zero(coin),
            net: Money::zero(coin),
        }
    }

    /// With one line more.
    ///
    /// # Errors
    /// When the line is in another coin or a sum does not fit.
    pub fn with(self, line: &Line) -> Result<Self, MoneyError> {
        self.merged(&Self {
            count: 1,
            amount: line.amount,
            fee: line.fee,
            net: line.net,
        })
    }

    /// With the lines of another part.
    ///
    /// # Errors
    /// When the part is in another coin or a sum does not fit.
    pub fn merged(self, other: &Self) -> Result<Self, MoneyError> {
        Ok(Self {
            count: self.count.saturating_add(other.count),
            amount: self.amount.checked_add(other.amount)?,
            fee: self.fee.checked_add(other.fee)?,
            net: self.net.checked_add(other.net)?,
        })
    }

    fn of(coin: Coin, lines: &[Line]) -> Result<Self, MoneyError> {
        lines
            .iter()
            .try_fold(Self::zero(coin), |totals, line| totals.with(line))
    }
}

/// A shop's statement of one day in one coin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The shop.
    pub shop: ShopId,
    /// The coin of all its sums.
    pub coin: Coin,
    /// The day on the gateway's calendar.
    pub day: Day,
    /// The balance when the day began.
    pub opening: Money,
    /// What happened, by moment, then by order.
    pub lines: Vec<Line>,
    /// The sums over the whole day.
    pub totals: Totals,
    /// The balance when the day ended.
    pub closing: Money,
    /// How many lines are counted but can no longer be shown.
    pub forgotten: u64,
}

impl Statement {
    /// The statement of the lines of a day.
    ///
    /// # Errors
    /// When a line or the opening balance is in another coin, or a sum does not fit.
    pub fn build(shop: ShopId, coin: Coin, day: Day, opening: Money, lines: Vec<Line>) -> Result<Self, MoneyError> {
        let totals = Totals::of(coin, &lines)?;
        Self::with_totals(shop, coin, day, opening, lines, totals)
    }

    /// The statement of a day some of whose orders were forgotten: `totals` are those of the whole day, `lines` those
    /// that can still be shown.
    ///
    /// # Errors
    /// When the opening balance or the totals are in another coin, or a sum does not fit.
    pub fn with_totals(
        shop: ShopId,
        coin: Coin,
        day: Day,
        opening: Money,
        mut lines: Vec<Line>,
        totals: Totals,
    ) -> Result<Self, MoneyError> {
        let closing = Money::zero(coin).checked_add(opening)?.checked_add(totals.net)?;
        lines.sort_by_key(|line| (line.at, line.order_id, line.kind));
        let forgotten = totals.count.saturating_sub(lines.len() as u64);
        Ok(Self {
            shop,
            coin,
            day,
            opening,
            lines,
            totals,
            closing,
            forgotten,
        })
    }
}

#[cfg(test)]
mod tests;
