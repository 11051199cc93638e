//! The shops that the gateway knows: those of the scenario in force, and those that applied through the admin
//! interface. Owns their standing and their tokens; whether a call is a shop's is `authenticate.rs`, what a shop may
//! move is the ledger's.
//!
//! A shop is immutable and shared: whoever holds one sees it as it was when it looked. Changes make a new one, one
//! change at a time.

mod application;
mod keys;
mod standing;
mod terms;

use std::{
    borrow::Cow,
    collections::{BTreeMap, btree_map::Entry},
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwap;
use ledger::{FeeRate, Money};
use protocol::{Accepts, Token, dialect::okpay::Manner};
use scenarios::{Dialect, Scenario};

pub(crate) use application::Application;
#[cfg(test)]
pub(crate) use application::ApplicationError;
pub(crate) use keys::Keys;
pub(crate) use standing::{Act, GoLive, Standing, StandingError};
pub(crate) use terms::quota;

/// Shops that may apply; one more is refused.
pub(crate) const APPLICANTS_MAX: usize = 10_000;
/// Ids of applicants begin here, above what scenario files usually name.
const FIRST_APPLICANT: u64 = 20_001;

/// A shop.
#[derive(Clone, Debug)]
pub(crate) struct Shop {
    /// The number it signs with.
    pub(crate) id: u64,
    /// What payers read.
    pub(crate) name: String,
    /// The application it came by; `None` for a shop of the scenario.
    pub(crate) application: Option<Arc<Application>>,
    /// Whether it may call.
    pub(crate) standing: Standing,
    /// Whether its integration was certified.
    pub(crate) go_live: GoLive,
    /// The keys of its signatures; `None` until it was approved.
    pub(crate) keys: Option<Keys>,
    /// Where its callbacks go unless an order says otherwise.
    pub(crate) callback_url: Option<String>,
    /// What the scenario says of it; the defaults for an applicant.
    pub(crate) said: Arc<scenarios::Shop>,
    /// Which signatures are taken from it.
    pub(crate) accepts: Accepts,
    /// How what it gets is written.
    pub(crate) manner: Manner,
    /// What the wallet keeps of a deposit.
    pub(crate) deposit_fee: FeeRate,
    /// What the wallet charges for a withdrawal.
    pub(crate) withdrawal_fee: FeeRate,
}

/// Every shop, by its number.
#[derive(Debug)]
pub(crate) struct Shops {
    kept: ArcSwap<BTreeMap<u64, Arc<Shop>>>,
    change: Mutex<()>,
    /// How the wallet writes where a shop says nothing else.
    manner: Manner,
}

/// Why a shop was not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ShopError {
    /// Nobody has this number.
    #[error("there is no shop {0}")]
    Unknown(u64),
    /// Its standing does not allow it.
    #[error(transparent)]
    Standing(#[from] StandingError),
    /// Too many applied.
    #[error("{APPLICANTS_MAX} shops have applied already")]
    Full,
}

impl Shops {
    /// The shops of a scenario.
    pub(crate) fn new(scenario: &Scenario, manner: Manner) -> Self {
        Self {
            kept: ArcSwap::from_pointee(of_scenario(scenario, &manner).collect()),
            change: Mutex::new(()),
            manner,
        }
    }

    /// The shop of a number.
    pub(crate) fn find(&self, id: u64) -> Option<Arc<Shop>> {
        self.kept.load().get(&id).cloned()
    }

    /// `text` with every shop's tokens shown as `•••`.
    pub(crate) fn masked<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let shops = self.kept.load();
        let keys = shops.values().filter_map(|shop| shop.keys.as_ref());
        keys.fold(Cow::Borrowed(text), |text, keys| keys.masked(text))
    }

    /// Every shop, by number.
    pub(crate) fn all(&self) -> Arc<BTreeMap<u64, Arc<Shop>>> {
        self.kept.load_full()
    }

    /// Another scenario is in force: its shops take the place of the old one's, as the file says them; applicants stay.
    pub(crate) fn follow(&self, scenario: &Scenario) {
        self.edit(|shops| {
            shops.retain(|_, shop| shop.application.is_some());
            for (id, shop) in of_scenario(scenario, &self.manner) {
                // Whoever applied has a token in use somewhere: a file does not take its number away.
                match shops.entry(id) {
                    Entry::Vacant(free) => {
                        free.insert(shop);
                    }
                    Entry::Occupied(_) => {
                        tracing::warn!(shop = id, "the scenario names a shop that applied; the applicant stays");
                    }
                }
            }
        });
    }

    /// Forgets applicants; the scenario's shops are as its file says them.
    pub(crate) fn clear(&self, scenario: &Scenario) {
        self.edit(|shops| *shops = of_scenario(scenario, &self.manner).collect());
    }

    /// Takes an application: the shop is under review from now on.
    pub(crate) fn apply(&self, application: Application) -> Result<Arc<Shop>, ShopError> {
        self.edit(|shops| {
            let applicants = shops.values().filter(|shop| shop.application.is_some()).count();
            if applicants >= APPLICANTS_MAX {
                return Err(ShopError::Full);
            }
            let id = shops.keys().next_back().map_or(FIRST_APPLICANT, |last| last + 1);
            let shop = Arc::new(Shop {
                name: application.name.clone(),
                callback_url: application.callback_url.clone(),
                application: Some(Arc::new(application)),
                standing: Standing::UnderReview,
                keys: None,
                ..terms::shop(
                    scenarios::Shop::usual(id.max(FIRST_APPLICANT), Dialect::Okpay),
                    &self.manner,
                )
            });
            shops.insert(shop.id, Arc::clone(&shop));
            Ok(shop)
        })
    }

    /// Changes a shop's standing. An approval needs a first token, which others do not look at.
    pub(crate) fn act(&self, id: u64, act: Act, first: Token) -> Result<Arc<Shop>, ShopError> {
        self.change_one(id, |shop| {
            let standing = shop.standing.after(act)?;
            let keys = match &standing {
                Standing::Approved => Some(shop.keys.clone().unwrap_or_else(|| Keys::new(first))),
                Standing::UnderReview | Standing::Rejected { .. } | Standing::Suspended { .. } => shop.keys.clone(),
            };
            Ok(Shop {
                standing,
                keys,
                ..shop.clone()
            })
        })
    }

    /// Changes a shop that was approved, such as its keys.
    pub(crate) fn change_one(
        &self,
        id: u64,
        change: impl FnOnce(&Shop) -> Result<Shop, ShopError>,
    ) -> Result<Arc<Shop>, ShopError> {
        self.edit(|shops| {
            let shop = Arc::new(change(shops.get(&id).ok_or(ShopError::Unknown(id))?)?);
            shops.insert(id, Arc::clone(&shop));
            Ok(shop)
        })
    }

    fn edit<T>(&self, edit: impl FnOnce(&mut BTreeMap<u64, Arc<Shop>>) -> T) -> T {
        let _one_at_a_time = self.change.lock().unwrap_or_else(PoisonError::into_inner);
        let mut shops = BTreeMap::clone(&self.kept.load());
        let done = edit(&mut shops);
        self.kept.store(Arc::new(shops));
        done
    }
}

/// The shops of a scenario. One whose token no signature can have is left out: every call of it is refused, as a wallet
/// refuses what it cannot verify.
fn of_scenario<'s>(scenario: &'s Scenario, manner: &'s Manner) -> impl Iterator<Item = (u64, Arc<Shop>)> + 's {
    scenario.shops.iter().filter_map(|said| {
        let shop = terms::shop(said.clone(), manner);
        if shop.keys.is_none() {
            tracing::error!(
                shop = said.id,
                "no signature can have this shop's token, so it is left out"
            );
            return None;
        }
        Some((said.id, Arc::new(shop)))
    })
}

/// The opening balances of every shop of a scenario.
pub(crate) fn balances(scenario: &Scenario) -> impl Iterator<Item = (u64, Vec<Money>)> + '_ {
    scenario.shops.iter().map(|said| (said.id, terms::balances(said)))
}

#[cfg(test)]
mod tests;
