//! Which postings move the money of an order. Owns each set by what it is for; when it is posted is the ledger's to
//! decide.

use crate::{Account, Deposit, Money, MoneyError, OrderId, Posting, ShopId, Withdrawal};

/// The postings that pay `amount` into a shop's balance before the first order.
///
/// # Errors
/// For the lowest amount of all, whose counterpart does not fit.
pub fn opening(shop: ShopId, amount: Money) -> Result<[Posting; 2], MoneyError> {
    let coin = amount.coin();
    Ok([
        Posting {
            account: Account::Funding(coin),
            minor: amount.checked_neg()?.minor(),
            order: None,
        },
        Posting {
            account: Account::Shop(shop, coin),
            minor: amount.minor(),
            order: None,
        },
    ])
}

/// The postings of an order's payment: from the payers to its shop and, where the order has a fee, to the gateway. Of an
/// order that is not paid, those that a payment without a fee would have.
///
/// # Panics
/// For an order that no limits admit: its amount is the lowest of all.
pub fn capture(order: &Deposit) -> Vec<Posting> {
    let coin = order.amount().coin();
    let given = if order.is_paid() { order.net() } else { order.amount() };
    set(
        order.order_id(),
        [
            (Account::Payers(coin), negative(order.amount())),
            (Account::Shop(order.shop(), coin), given.minor()),
            (Account::Fees(coin), order.fee().minor()),
        ],
    )
}

/// The postings of a withdrawal's opening: amount and fee leave the shop's balance and are set aside.
pub fn reserve(order: &Withdrawal) -> Vec<Posting> {
    let charged = order.charged();
    let (shop, coin) = (order.shop(), charged.coin());
    set(
        order.order_id(),
        [
            (Account::Shop(shop, coin), negative(charged)),
            (Account::Reserved(shop, coin), charged.minor()),
            (Account::Fees(coin), 0),
        ],
    )
}

/// The postings of a withdrawal that is paid out: what was set aside goes to the payee and, as far as it is the fee, to
/// the gateway.
pub fn payout(order: &Withdrawal) -> Vec<Posting> {
    let coin = order.amount().coin();
    set(
        order.order_id(),
        [
            (Account::Reserved(order.shop(), coin), negative(order.charged())),
            (Account::Payees(coin), order.amount().minor()),
            (Account::Fees(coin), order.fee().minor()),
        ],
    )
}

/// The postings of a withdrawal that failed: the shop gets back all that was set aside.
pub fn refund(order: &Withdrawal) -> Vec<Posting> {
    let charged = order.charged();
    let (shop, coin) = (order.shop(), charged.coin());
    set(
        order.order_id(),
        [
            (Account::Reserved(shop, coin), negative(charged)),
            (Account::Shop(shop, coin), charged.minor()),
            (Account::Fees(coin), 0),
        ],
    )
}

/// Postings of nothing are left out.
fn set(order_id: OrderId, changes: [(Account, i64); 3]) -> Vec<Posting> {
    let moved = changes.into_iter().filter(|(_, minor)| *minor != 0);
    let posting = |(account, minor)| Posting {
        account,
        minor,
        order: Some(order_id),
    };
    moved.map(posting).collect()
}

fn negative(amount: Money) -> i64 {
    let negative = amount.checked_neg();
    negative
        .expect("amounts of orders are positive, so their negative fits")
        .minor()
}
