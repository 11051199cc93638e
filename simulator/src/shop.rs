//! The shops of the scenario in force, with their keys ready to verify. Who may do what is `authenticate.rs`.

use std::collections::BTreeMap;

use protocol::Token;
use scenarios::Scenario;

/// Every shop, by its number.
#[derive(Debug)]
pub(crate) struct Shops(BTreeMap<u64, Shop>);

/// A shop that may call.
#[derive(Debug)]
pub(crate) struct Shop {
    /// The key of its signatures.
    pub(crate) token: Token,
    /// Where its callbacks go unless an order says otherwise.
    pub(crate) callback_url: Option<String>,
}

impl Shops {
    /// The shops of a scenario. One whose token no signature can have is left out: every call of it is refused, as a
    /// wallet refuses what it cannot verify.
    pub(crate) fn new(scenario: &Scenario) -> Self {
        let usable = scenario.shops.iter().filter_map(|shop| {
            let token = Token::new(&shop.token)
                .inspect_err(|error| tracing::error!(shop = shop.id, %error, "shop is left out"))
                .ok()?;
            let callback_url = shop.callback_url.clone();
            Some((shop.id, Shop { token, callback_url }))
        });
        Self(usable.collect())
    }

    /// The shop of a number.
    pub(crate) fn find(&self, id: u64) -> Option<&Shop> {
        self.0.get(&id)
    }
}
