//! What the page is told of an order: the one answer of its interface, as JSON. The page shows it and decides nothing.

use std::time::Duration;

use ledger::{Deposit, Money};
use scenarios::Method;
use serde::Serialize;

use super::session::{Hurdles, Session, Shown, Sight};
use crate::clock::whole_ms;

/// Decimals that an amount shows at least.
const DECIMALS: usize = 2;

/// An order as its payer sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct State {
    order_id: String,
    shop: Shop,
    amount: String,
    coin: &'static str,
    title: Option<String>,
    stage: &'static str,
    methods: Vec<MethodState>,
    /// The method that the stage is about.
    chosen: Option<&'static str>,
    /// What a payer's phone would show; there is no phone in a sandbox.
    code_hint: Option<String>,
    tries_left: u8,
    /// On the wall, where the page counts.
    expires_in_ms: u64,
    return_url: Option<String>,
    message: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Shop {
    id: u64,
    name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct MethodState {
    method: &'static str,
    failed: bool,
}

impl State {
    /// An order and its payer's session at a moment; `name` is the shop's, unless it is gone.
    pub(crate) fn new(
        order: &Deposit,
        name: Option<String>,
        session: &Session,
        hurdles: &Hurdles,
        sight: &Sight,
        expires_in: Duration,
    ) -> Self {
        let shown = session.shown(sight);
        let shop = order.shop().0;
        let code = hurdles.code.filter(|_| matches!(shown, Shown::Code { .. }));
        Self {
            order_id: order.order_id().to_string(),
            shop: Shop {
                id: shop,
                name: name.unwrap_or_else(|| format!("Shop {shop}")),
            },
            amount: readable(order.amount()),
            coin: order.amount().coin().word(),
            title: order.name().map(str::to_owned),
            stage: shown.word(),
            methods: Method::ALL
                .into_iter()
                .map(|method| MethodState {
                    method: method.word(),
                    failed: session.has_failed(method),
                })
                .collect(),
            chosen: shown.method().map(Method::word),
            code_hint: code.map(|code| format!("{code:06}")),
            tries_left: shown.tries_left(),
            expires_in_ms: whole_ms(expires_in),
            return_url: order.return_url().map(str::to_owned),
            message: shown.message(),
        }
    }
}

/// `12.30` for 12.30000000: zeros that say nothing go, but for two decimals.
fn readable(amount: Money) -> String {
    let text = amount.to_string();
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let telling = decimals.trim_end_matches('0').len().max(DECIMALS).min(decimals.len());
    format!("{whole}.{}", &decimals[..telling])
}

#[cfg(test)]
mod tests {
    use ledger::Coin;

    use super::*;

    #[test]
    fn amounts_show_the_decimals_that_say_something() {
        for (text, coin, shown) in [
            ("12.3", Coin::Usdt, "12.30"),
            ("6", Coin::Usdt, "6.00"),
            ("0.00000001", Coin::Usdt, "0.00000001"),
            ("100", Coin::Cny, "100.00"),
            ("123456789.125", Coin::Usdt, "123456789.125"),
        ] {
            assert_eq!(readable(Money::parse(text, coin).unwrap()), shown);
        }
    }
}
