//! Statements about orders and their credits.
//!
//! Status only moves forward: every change names the status it comes from, and whoever changed no row has lost the race.

use rusqlite::{
    Connection, OptionalExtension, Row, params,
    types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef},
};

use super::payouts::{self, NewPayout};
use crate::{config::Late, money::Money};

/// A purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) sku: String,
    pub(crate) amount: Money,
    pub(crate) coin: String,
    pub(crate) callback_url: String,
    pub(crate) status: Status,
    /// The wallet's id of it, once heard.
    pub(crate) wallet_order: Option<String>,
    pub(crate) pay_url: Option<String>,
    /// Who paid; also there when a late payment was not credited.
    pub(crate) payer: Option<i64>,
    pub(crate) created_ms: i64,
}

/// How far an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Waits for the customer's money.
    Pending,
    /// Paid and credited.
    Paid,
    /// The customer did not pay in time. The wallet may still take the money.
    Expired,
    /// The wallet would not open it.
    Failed,
    /// Paid, and all of it paid back.
    Refunded,
}

impl Status {
    pub(crate) const ALL: [Self; 5] = [Self::Pending, Self::Paid, Self::Expired, Self::Failed, Self::Refunded];

    /// The word in the database and in answers.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Paid => "paid",
            Self::Expired => "expired",
            Self::Failed => "failed",
            Self::Refunded => "refunded",
        }
    }
}

impl FromSql for Status {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = value.as_str()?;
        let found = Self::ALL.into_iter().find(|status| status.word() == word);
        found.ok_or(FromSqlError::InvalidType)
    }
}

impl ToSql for Status {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.word().into())
    }
}

/// An order's money, as the wallet confirmed it.
#[derive(Clone, Debug)]
pub(crate) struct Payment {
    pub(crate) wallet_order: String,
    pub(crate) payer: i64,
}

/// What became of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// The customer gets the goods, by this very call.
    Credited,
    /// An earlier one did it.
    Already,
    /// The order had expired: a pay-back is written down.
    PaysBack,
}

const COLUMNS: &str = "id, sku, amount, coin, callback_url, status, wallet_order, pay_url, payer, created_ms";

fn order(row: &Row<'_>) -> rusqlite::Result<Order> {
    Ok(Order {
        id: row.get(0)?,
        sku: row.get(1)?,
        amount: Money::from_minor(row.get(2)?),
        coin: row.get(3)?,
        callback_url: row.get(4)?,
        status: row.get(5)?,
        wallet_order: row.get(6)?,
        pay_url: row.get(7)?,
        payer: row.get(8)?,
        created_ms: row.get(9)?,
    })
}

fn one(db: &Connection, condition: &str, key: &str) -> rusqlite::Result<Option<Order>> {
    let sql = format!("SELECT {COLUMNS} FROM orders WHERE {condition}");
    db.prepare_cached(&sql)?.query_row([key], order).optional()
}

/// By its number.
pub(crate) fn by_id(db: &Connection, id: &str) -> rusqlite::Result<Option<Order>> {
    one(db, "id = ?1", id)
}

/// By the click that made it.
pub(crate) fn by_key(db: &Connection, key: &str) -> rusqlite::Result<Option<Order>> {
    one(db, "request_key = ?1", key)
}

/// Writes an order down, or finds the one that the same click made: of two at once the second finds the first.
pub(crate) fn insert(db: &Connection, new: &Order, key: Option<&str>, next_ask_ms: i64) -> rusqlite::Result<Order> {
    if let Some(key) = key
        && let Some(order) = by_key(db, key)?
    {
        return Ok(order);
    }
    let sql = "INSERT INTO orders (id, sku, amount, coin, callback_url, status, created_ms, request_key, next_ask_ms)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    db.prepare_cached(sql)?.execute(params![
        new.id,
        new.sku,
        new.amount.minor(),
        new.coin,
        new.callback_url,
        new.status,
        new.created_ms,
        key,
        next_ask_ms
    ])?;
    Ok(new.clone())
}

/// Where the customer pays. A callback may have come first and told the wallet's number: that one stays.
pub(crate) fn opened(db: &Connection, id: &str, wallet_order: &str, pay_url: &str) -> rusqlite::Result<()> {
    let sql = "UPDATE orders SET pay_url = ?3, wallet_order = COALESCE(wallet_order, ?2) WHERE id = ?1";
    db.prepare_cached(sql)?.execute([id, wallet_order, pay_url])?;
    Ok(())
}

/// Takes a payment that the wallet has confirmed: at most one credit for an order, whoever calls, however often, and
/// however many at once.
///
/// The trap: "look whether it is paid, and if not, credit it" is two steps, and copies of a callback that come at the same
/// moment all look before any credits. Here the database decides in one: the `UPDATE` names the status it starts from, and
/// only one caller changes a row.
pub(crate) fn take(db: &Connection, id: &str, payment: &Payment, late: Late, now_ms: i64) -> rusqlite::Result<Taken> {
    let paid = "UPDATE orders SET status = 'paid', wallet_order = ?2, payer = ?3, next_ask_ms = NULL
                WHERE id = ?1 AND payer IS NULL AND (status = 'pending' OR (?4 AND status IN ('expired', 'failed')))";
    let credit_late = late == Late::Credit;
    let changed = db
        .prepare_cached(paid)?
        .execute(params![id, payment.wallet_order, payment.payer, credit_late])?;
    if changed == 1 {
        let sql = "INSERT INTO credits (order_id, amount, at_ms) SELECT id, amount, ?2 FROM orders WHERE id = ?1";
        db.prepare_cached(sql)?.execute(params![id, now_ms])?;
        return Ok(Taken::Credited);
    }
    let late = "UPDATE orders SET wallet_order = ?2, payer = ?3, next_ask_ms = NULL
                WHERE id = ?1 AND payer IS NULL AND status IN ('expired', 'failed')";
    let changed = db
        .prepare_cached(late)?
        .execute(params![id, payment.wallet_order, payment.payer])?;
    if changed == 0 {
        return Ok(Taken::Already);
    }
    let order = by_id(db, id)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    payouts::insert(db, &NewPayout::back(&order, payment.payer, order.amount), None, now_ms)?;
    Ok(Taken::PaysBack)
}

/// Ends an order that nobody has paid; one that was paid meanwhile stays as it is. It is asked about until `next_ask_ms`
/// says no more.
pub(crate) fn end(db: &Connection, id: &str, status: Status, next_ask_ms: Option<i64>) -> rusqlite::Result<()> {
    let sql = "UPDATE orders SET status = ?2, next_ask_ms = ?3 WHERE id = ?1 AND status = 'pending'";
    db.prepare_cached(sql)?.execute(params![id, status, next_ask_ms])?;
    Ok(())
}

/// Orders whose time to be asked about has come, the longest due first.
pub(crate) fn due(db: &Connection, now_ms: i64, limit: u32) -> rusqlite::Result<Vec<Order>> {
    let sql = format!("SELECT {COLUMNS} FROM orders WHERE next_ask_ms <= ?1 ORDER BY next_ask_ms LIMIT ?2");
    db.prepare_cached(&sql)?
        .query_map(params![now_ms, limit], order)?
        .collect()
}

/// When to ask again, if it is still open then.
pub(crate) fn ask_again(db: &Connection, id: &str, next_ask_ms: Option<i64>) -> rusqlite::Result<()> {
    let sql = "UPDATE orders SET next_ask_ms = ?2 WHERE id = ?1 AND payer IS NULL";
    db.prepare_cached(sql)?.execute(params![id, next_ask_ms])?;
    Ok(())
}

/// How often and with how much an order was credited: what an auditor asks, and never more than once.
pub(crate) fn credited(db: &Connection, id: &str) -> rusqlite::Result<(i64, Money)> {
    let sql = "SELECT COUNT(*), COALESCE(SUM(amount), 0) FROM credits WHERE order_id = ?1";
    db.prepare_cached(sql)?
        .query_row([id], |row| Ok((row.get(0)?, Money::from_minor(row.get(1)?))))
}

/// Number and sum of all credits.
pub(crate) fn credits(db: &Connection) -> rusqlite::Result<(i64, Money)> {
    let sql = "SELECT COUNT(*), COALESCE(SUM(amount), 0) FROM credits";
    db.prepare_cached(sql)?
        .query_row([], |row| Ok((row.get(0)?, Money::from_minor(row.get(1)?))))
}

/// How many orders have this status.
pub(crate) fn count(db: &Connection, status: Status) -> rusqlite::Result<i64> {
    db.prepare_cached("SELECT COUNT(*) FROM orders WHERE status = ?1")?
        .query_row([status], |row| row.get(0))
}
