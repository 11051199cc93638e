//! Everything a request can touch, and what is asked of it all at once: the calendar, terms, opening balances, where
//! payers go, why a call is refused.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock, atomic::AtomicUsize},
    time::Duration,
};

use ledger::{Coin, OrderId};
use scenarios::{Scenario, StatementBreak};

use crate::{
    authenticate::{Moment, Nonces},
    callback::Outbox,
    capacity::Workers,
    cashier::{Desks, Payers, Payouts},
    clock::{Calendar, Clock, Sleeper},
    coach::Ear,
    config::{HttpLimits, PayUrl, Wallet},
    doctor::{self, Patient},
    drill::{Drill, InForce, Swapped},
    fault::wire::Line,
    journal::Journal,
    metrics::Metrics,
    occasion::Occurrence,
    record::Record,
    reply::Refusal,
    seconds::Seconds,
    shop::{self, Shop, Shops},
    store::{Flow, Memory, Origin, Terms},
};

/// Everything a request can touch.
#[derive(Debug)]
pub(crate) struct Gateway {
    /// Limits of the merchant port.
    pub(crate) limits: HttpLimits,
    /// Merchant connections that are open, over every port; at most [`HttpLimits::connections`].
    pub(crate) open: AtomicUsize,
    /// How far a timestamp may be from the wall time.
    pub(crate) window: Duration,
    /// Tells the time.
    pub(crate) clock: Clock,
    /// Waits on purpose.
    pub(crate) sleeper: Arc<Sleeper>,
    /// The gateway's calendar.
    pub(crate) calendar: Arc<Calendar>,
    /// The scenario in force.
    pub(crate) in_force: Arc<InForce>,
    /// Who may call.
    pub(crate) shops: Shops,
    /// Who serves calls, where a capacity is in force.
    pub(crate) workers: Workers,
    /// Orders.
    pub(crate) store: Memory,
    /// Nonces in use.
    pub(crate) nonces: Nonces,
    /// How the wallet behaves where nobody public knows.
    pub(crate) wallet: Wallet,
    /// The base of the cashier's pages, once the port is known.
    pub(crate) cashier: OnceLock<String>,
    /// People at the cashier's pages.
    pub(crate) desks: Desks,
    /// Simulated payers.
    pub(crate) payers: Payers,
    /// Withdrawals on their way.
    pub(crate) payouts: Payouts,
    /// Callbacks owed.
    pub(crate) callbacks: Outbox,
    /// What happened.
    pub(crate) journal: Journal,
    /// How often it happened.
    pub(crate) metrics: Metrics,
    /// What happened in each of the last seconds.
    pub(crate) seconds: Seconds,
    /// Who is told how everything ended, where somebody listens.
    pub(crate) coach: Option<Ear>,
    /// Where spans go, where somebody collects them.
    #[cfg(feature = "otlp")]
    pub(crate) traces: Option<crate::traces::Traces>,
}

impl Gateway {
    /// What the gateway's calendar shows, since the Unix epoch.
    pub(crate) fn calendar(&self) -> Duration {
        self.calendar.now()
    }

    /// When a call comes, and from where.
    pub(super) fn moment(&self, line: &Line) -> Moment {
        Moment {
            wall: self.clock.wall(),
            window: self.window,
            peer: line.peer(),
        }
    }

    /// Puts another scenario in force, and its shops with it. Its timeline starts after `starts_in`.
    pub(crate) fn swap(&self, scenario: Arc<Scenario>, lasts: Option<Duration>, starts_in: Duration) -> Swapped {
        self.fund_shops_of(&scenario);
        let named = Arc::clone(&scenario);
        self.in_force.swap(scenario, lasts, starts_in, || {
            self.shops.follow(&named);
            self.calendar.follow(named.clock);
        })
    }

    /// Lets every held callback go; how many there were.
    pub(crate) fn release(&self) -> u64 {
        self.callbacks.release(self, &self.in_force.get(), Duration::ZERO, None)
    }

    /// The drill in force and the shops that go with it.
    pub(super) fn stand(&self) -> (Arc<Drill>, Arc<BTreeMap<u64, Arc<Shop>>>) {
        self.in_force.with(|| self.shops.all())
    }

    /// Posts the opening balances of shops that the scenario in force names for the first time.
    pub(crate) fn fund(&self) {
        self.fund_shops_of(&self.in_force.get().scenario);
    }

    /// Posts the opening balances of shops that a scenario names for the first time.
    pub(crate) fn fund_shops_of(&self, scenario: &Scenario) {
        for (shop, balances) in shop::balances(scenario) {
            if let Err(error) = self.store.fund(shop, &balances) {
                tracing::error!(%error, shop, "an opening balance does not fit");
            }
        }
    }

    /// What a shop may ask for in this phase.
    pub(crate) fn terms(
        &self,
        occurrence: &Occurrence<'_>,
        flow: Flow,
        coin: Coin,
        statement: Option<StatementBreak>,
    ) -> Terms {
        let duplicates = match flow {
            Flow::Deposit => self.wallet.deposit_duplicates,
            Flow::Withdrawal => self.wallet.withdrawal_duplicates,
        };
        let scenario = &occurrence.drill.scenario;
        let shop = occurrence.call.shop();
        Terms {
            limits: shop.limits(scenario, occurrence.phase),
            duplicates,
            quota: shop.quota(scenario, occurrence.phase, coin),
            origin: Origin {
                via: occurrence.call.via(),
                case: occurrence.case(),
                statement,
            },
            callbacks: Arc::clone(&occurrence.drill.callbacks),
        }
    }

    /// Why a call is refused, with the known mistake that made a wrong sign. A client that sends its token where it does
    /// not belong finds it nowhere again.
    pub(super) fn explain(&self, refusal: &Refusal, record: &mut Record) -> String {
        let mut explanation = refusal.explanation();
        if let Refusal::Fault(fault) = refusal
            && fault.is_wrong_sign()
            && let Some(request) = record.request()
        {
            let patient = Patient {
                content_type: request.content_type.as_deref(),
                body: &request.body,
                shop: None,
            };
            let hint = doctor::hint(&self.shops, self.clock.wall(), &patient);
            explanation.push_str(&hint.unwrap_or_default());
        }
        record.mask(&self.shops);
        self.shops.masked(&explanation).into_owned()
    }

    /// Where a payer pays an order.
    pub(crate) fn pay_url(&self, order: OrderId) -> String {
        match (self.wallet.pay_url, self.cashier.get()) {
            (PayUrl::Cashier, Some(base)) => format!("{base}/cashier/{order}"),
            (PayUrl::Cashier, None) | (PayUrl::Telegram, _) => {
                format!("https://t.me/OkayPayBot?start=shop_deposit--{order}")
            }
        }
    }
}
