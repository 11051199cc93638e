//! Statements about payouts; a pay-back of an order is one that names it.
//!
//! The wallet knows no refunds and would pay back more than was paid, so the sum is kept here, in one transaction.

use rusqlite::{
    Connection, OptionalExtension, Row, params,
    types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef},
};

use super::orders::{self, Order};
use crate::{clock::unique, money::Money};

/// Money that leaves the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Payout {
    pub(crate) id: String,
    /// The order it pays back.
    pub(crate) order_id: Option<String>,
    /// A Telegram id.
    pub(crate) payee: i64,
    pub(crate) amount: Money,
    pub(crate) coin: String,
    pub(crate) callback_url: String,
    pub(crate) status: PayoutStatus,
    pub(crate) wallet_order: Option<String>,
    pub(crate) created_ms: i64,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PayoutStatus {
    /// Written down; the wallet may know of it or not. "Accepted" is not "paid out".
    Pending,
    /// The wallet says it was paid out.
    Paid,
    /// The wallet says it was not, and will not be: a person decides what comes next, under a new number.
    Failed,
}

impl PayoutStatus {
    pub(crate) const ALL: [Self; 3] = [Self::Pending, Self::Paid, Self::Failed];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Paid => "paid",
            Self::Failed => "failed",
        }
    }
}

impl FromSql for PayoutStatus {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = value.as_str()?;
        let found = Self::ALL.into_iter().find(|status| status.word() == word);
        found.ok_or(FromSqlError::InvalidType)
    }
}

impl ToSql for PayoutStatus {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.word().into())
    }
}

/// A payout that is to be written down.
#[derive(Clone, Debug)]
pub(crate) struct NewPayout {
    pub(crate) order_id: Option<String>,
    pub(crate) payee: i64,
    pub(crate) amount: Money,
    pub(crate) coin: String,
    pub(crate) callback_url: String,
}

impl NewPayout {
    /// Back to who paid this order.
    pub(crate) fn back(order: &Order, payer: i64, amount: Money) -> Self {
        Self {
            order_id: Some(order.id.clone()),
            payee: payer,
            amount,
            coin: order.coin.clone(),
            callback_url: order.callback_url.clone(),
        }
    }
}

/// What became of a wish to pay an order back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refund {
    /// It is written down, now or by an earlier call with the same key.
    Written(Payout),
    /// No such order.
    UnknownOrder,
    /// Nobody has paid it.
    NotPaid,
    /// More than what is left of the payment.
    TooMuch {
        /// What can still be paid back.
        left: Money,
    },
}

const COLUMNS: &str = "id, order_id, payee, amount, coin, callback_url, status, wallet_order, created_ms";

fn payout(row: &Row<'_>) -> rusqlite::Result<Payout> {
    Ok(Payout {
        id: row.get(0)?,
        order_id: row.get(1)?,
        payee: row.get(2)?,
        amount: Money::from_minor(row.get(3)?),
        coin: row.get(4)?,
        callback_url: row.get(5)?,
        status: row.get(6)?,
        wallet_order: row.get(7)?,
        created_ms: row.get(8)?,
    })
}

fn one(db: &Connection, condition: &str, key: &str) -> rusqlite::Result<Option<Payout>> {
    let sql = format!("SELECT {COLUMNS} FROM payouts WHERE {condition}");
    db.prepare_cached(&sql)?.query_row([key], payout).optional()
}

/// By its number.
pub(crate) fn by_id(db: &Connection, id: &str) -> rusqlite::Result<Option<Payout>> {
    one(db, "id = ?1", id)
}

/// Writes a payout down, or finds the one that the same request made. It is due at once: whoever sends it may not get far.
pub(crate) fn insert(db: &Connection, new: &NewPayout, key: Option<&str>, now_ms: i64) -> rusqlite::Result<Payout> {
    if let Some(key) = key
        && let Some(payout) = one(db, "request_key = ?1", key)?
    {
        return Ok(payout);
    }
    let payout = Payout {
        id: format!("P-{}", unique()),
        order_id: new.order_id.clone(),
        payee: new.payee,
        amount: new.amount,
        coin: new.coin.clone(),
        callback_url: new.callback_url.clone(),
        status: PayoutStatus::Pending,
        wallet_order: None,
        created_ms: now_ms,
    };
    let sql = "INSERT INTO payouts
               (id, order_id, payee, amount, coin, callback_url, status, created_ms, next_ask_ms, request_key)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9)";
    db.prepare_cached(sql)?.execute(params![
        payout.id,
        payout.order_id,
        payout.payee,
        payout.amount.minor(),
        payout.coin,
        payout.callback_url,
        payout.status,
        payout.created_ms,
        key
    ])?;
    Ok(payout)
}

/// Writes down that an order is paid back, `amount` of it or what is left.
///
/// The trap: two parts at once that each fit, and together do not. Pay-backs under way count as paid back; only those that
/// have failed for good do not.
pub(crate) fn refund(
    db: &Connection,
    order_id: &str,
    amount: Option<Money>,
    key: Option<&str>,
    now_ms: i64,
) -> rusqlite::Result<Refund> {
    if let Some(key) = key
        && let Some(payout) = one(db, "request_key = ?1", key)?
    {
        return Ok(Refund::Written(payout));
    }
    let Some(order) = orders::by_id(db, order_id)? else {
        return Ok(Refund::UnknownOrder);
    };
    let Some(payer) = order.payer else {
        return Ok(Refund::NotPaid);
    };
    let gone = sum(db, order_id, "status <> 'failed'")?;
    let left = Money::from_minor(order.amount.minor() - gone.minor());
    let amount = amount.unwrap_or(left);
    if amount.is_zero() || amount > left {
        return Ok(Refund::TooMuch { left });
    }
    insert(db, &NewPayout::back(&order, payer, amount), key, now_ms).map(Refund::Written)
}

fn sum(db: &Connection, order_id: &str, condition: &str) -> rusqlite::Result<Money> {
    let sql = format!("SELECT COALESCE(SUM(amount), 0) FROM payouts WHERE order_id = ?1 AND {condition}");
    db.prepare_cached(&sql)?
        .query_row([order_id], |row| row.get(0))
        .map(Money::from_minor)
}

/// The wallet has taken it.
pub(crate) fn accepted(db: &Connection, id: &str, wallet_order: &str) -> rusqlite::Result<()> {
    let sql = "UPDATE payouts SET wallet_order = COALESCE(wallet_order, ?2) WHERE id = ?1";
    db.prepare_cached(sql)?.execute([id, wallet_order])?;
    Ok(())
}

/// Ends a payout; false if it had ended before. An order whose payment is all paid back is `refunded` with the last part.
pub(crate) fn settle(db: &Connection, payout: &Payout, status: PayoutStatus) -> rusqlite::Result<bool> {
    let sql = "UPDATE payouts SET status = ?2, next_ask_ms = NULL WHERE id = ?1 AND status = 'pending'";
    let changed = db.prepare_cached(sql)?.execute(params![payout.id, status])?;
    if let Some(order_id) = &payout.order_id
        && changed == 1
    {
        let gone = sum(db, order_id, "status = 'paid'")?;
        let sql = "UPDATE orders SET status = 'refunded' WHERE id = ?1 AND amount = ?2";
        db.prepare_cached(sql)?.execute(params![order_id, gone.minor()])?;
    }
    Ok(changed == 1)
}

/// Payouts whose time to be asked about has come.
pub(crate) fn due(db: &Connection, now_ms: i64, limit: u32) -> rusqlite::Result<Vec<Payout>> {
    let sql = format!("SELECT {COLUMNS} FROM payouts WHERE next_ask_ms <= ?1 ORDER BY next_ask_ms LIMIT ?2");
    db.prepare_cached(&sql)?
        .query_map(params![now_ms, limit], payout)?
        .collect()
}

/// When to ask again, if it is still under way then.
pub(crate) fn ask_again(db: &Connection, id: &str, next_ask_ms: i64) -> rusqlite::Result<()> {
    let sql = "UPDATE payouts SET next_ask_ms = ?2 WHERE id = ?1 AND status = 'pending'";
    db.prepare_cached(sql)?.execute(params![id, next_ask_ms])?;
    Ok(())
}

/// How many payouts have this status.
pub(crate) fn count(db: &Connection, status: PayoutStatus) -> rusqlite::Result<i64> {
    db.prepare_cached("SELECT COUNT(*) FROM payouts WHERE status = ?1")?
        .query_row([status], |row| row.get(0))
}
