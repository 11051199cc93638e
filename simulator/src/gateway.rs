//! The request path. Read this first: [`handle`] and [`hear`] list what happens to a request in the order in which it
//! happens; each step is a file of its own.

use std::{
    sync::{Arc, OnceLock, atomic::AtomicUsize},
    time::Duration,
};

use hyper::{Request, body::Incoming, header::CONTENT_TYPE};
use ledger::{Coin, OrderId};
use scenarios::{CallbackAct, Decision, Scenario, decide};

use crate::{
    authenticate::{Moment, Nonces, authenticate},
    callback::Outbox,
    cashier::{self, Desks, Payers, Payouts},
    clock::{Calendar, Clock},
    coach::Ear,
    config::{HttpLimits, PayUrl, Wallet},
    connection::{Answer, Severed, read_body},
    dialect::Call,
    doctor::{self, Patient},
    drill::InForce,
    fault::wire::Line,
    fulfil::{Fulfilled, fulfil},
    journal::Journal,
    metrics::Metrics,
    occasion::Occurrence,
    record::Record,
    reply::{self, Refusal, Reply},
    route::route,
    shop::{self, Shops},
    store::{Flow, Memory, Terms},
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
    /// How far the calendar is ahead of the wall.
    pub(crate) ahead: Calendar,
    /// The scenario in force.
    pub(crate) in_force: Arc<InForce>,
    /// Who may call.
    pub(crate) shops: Shops,
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
    /// Who is told how everything ended, where somebody listens.
    pub(crate) coach: Option<Ear>,
}

/// Answers one request, or ends its connection without an answer. Payers' requests go to the cashier, where no rule of a
/// scenario acts.
pub(crate) async fn handle(gateway: &Gateway, line: &Line, request: Request<Incoming>) -> Result<Answer, Severed> {
    if cashier::page::is_for(request.uri()) {
        return cashier::page::serve(gateway, line, request).await;
    }
    let mut record = Record::begin(gateway);
    let reply = match hear(gateway, line, &mut record, request).await {
        Ok(reply) => reply,
        Err(refusal) => {
            let explanation = gateway.explain(&refusal, &mut record);
            reply::refuse(&refusal, &gateway.wallet.manner, explanation)
        }
    };
    reply::carry_out(reply, &mut record, line, &gateway.in_force).await
}

async fn hear(
    gateway: &Gateway,
    line: &Line,
    record: &mut Record<'_>,
    request: Request<Incoming>,
) -> Result<Reply, Refusal> {
    let (head, body) = request.into_parts();
    record.arrived(line, head.version);
    let operation = route(
        &head.method,
        &head.uri,
        head.version,
        &head.headers,
        gateway.limits.uri_bytes,
    )?;
    record.routed(operation.in_scenario());

    let body = read_body(body, &gateway.limits).await?;
    let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    record.read(content_type, &body);
    let call = Call::decode(operation, &head, content_type, &body)?;
    record.decoded(&call);

    let drill = record.drill();
    let moment = gateway.moment(line);
    let call = authenticate(call, &gateway.shops, &gateway.nonces, &moment)?;
    gateway.in_force.arrival();

    let occurrence = Occurrence::new(&drill, &gateway.store, call);
    record.occurred(&occurrence);
    let decision = Arc::new(decide(&drill.scenario, &occurrence.occasion()));

    let fulfilled = fulfil(gateway, &occurrence, &decision);
    record.decided(Arc::clone(&decision), fulfilled.order_id);
    follow_up(gateway, &occurrence, &decision, &fulfilled);

    Ok(reply::compose(
        &decision,
        fulfilled,
        &occurrence.call,
        occurrence.number(),
    ))
}

/// What an answered call sets in motion.
fn follow_up(gateway: &Gateway, occurrence: &Occurrence<'_>, decision: &Decision, fulfilled: &Fulfilled) {
    match decision.callback {
        CallbackAct::Drop => {
            if let Some(key) = &occurrence.key {
                gateway.store.silence(key);
            }
        }
        CallbackAct::Deliver | CallbackAct::Delay(_) | CallbackAct::Duplicate { .. } | CallbackAct::Hold => {}
    }
    if let Some(key) = &fulfilled.opened {
        match key.flow {
            Flow::Deposit => gateway.payers.expect(occurrence, key),
            Flow::Withdrawal => gateway.payouts.expect(occurrence, key, &decision.ledger),
        }
    }
}

impl Gateway {
    /// The gateway's calendar, since the Unix epoch.
    pub(crate) fn calendar(&self) -> Duration {
        self.ahead.at(self.clock.wall())
    }

    /// Moves the calendar on: payers, payouts, callbacks and their ladders are due that much earlier.
    pub(crate) fn advance(&self, by: Duration) {
        self.ahead.advance(by);
        self.payers.advance(by);
        self.payouts.advance(by);
        self.callbacks.advance(by);
    }

    /// When a call comes, and from where.
    fn moment(&self, line: &Line) -> Moment {
        Moment {
            wall: self.clock.wall(),
            window: self.window,
            peer: line.peer(),
        }
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
    pub(crate) fn terms(&self, occurrence: &Occurrence<'_>, flow: Flow, coin: Coin) -> Terms {
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
            via: occurrence.call.via(),
        }
    }

    /// Why a call is refused, with the known mistake that made a wrong sign. A client that sends its token where it does
    /// not belong finds it nowhere again.
    fn explain(&self, refusal: &Refusal, record: &mut Record<'_>) -> String {
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

#[cfg(test)]
mod tests;
