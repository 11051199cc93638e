//! The request path. Read this first: [`handle`] and [`hear`] list what happens to a request in the order in which it
//! happens; each step is a file of its own.

use std::{sync::Arc, time::Duration};

use hyper::{Request, body::Incoming, header::CONTENT_TYPE};
use protocol::dialect::okpay::request::decode;
use scenarios::{CallbackAct, decide};

use crate::{
    authenticate::{Nonces, authenticate},
    callback::Outbox,
    cashier::Payers,
    clock::Clock,
    config::HttpLimits,
    connection::{Answer, Severed, read_body},
    drill::InForce,
    fault::wire::Line,
    fulfil::{Fulfilled, fulfil},
    journal::Journal,
    metrics::Metrics,
    occasion::Occurrence,
    record::Record,
    reply::{self, Refusal, Reply},
    route::{in_scenario, route},
    shop::Shops,
    store::Memory,
};

/// Everything a request can touch.
#[derive(Debug)]
pub(crate) struct Gateway {
    /// Limits of the merchant port.
    pub(crate) limits: HttpLimits,
    /// How far a timestamp may be from the wall time.
    pub(crate) window: Duration,
    /// Tells the time.
    pub(crate) clock: Clock,
    /// The scenario in force.
    pub(crate) in_force: Arc<InForce>,
    /// Who may call.
    pub(crate) shops: Shops,
    /// Orders.
    pub(crate) store: Memory,
    /// Nonces in use.
    pub(crate) nonces: Nonces,
    /// Simulated payers.
    pub(crate) payers: Payers,
    /// Callbacks owed.
    pub(crate) callbacks: Outbox,
    /// What happened.
    pub(crate) journal: Journal,
    /// How often it happened.
    pub(crate) metrics: Metrics,
}

/// Answers one request, or ends its connection without an answer.
pub(crate) async fn handle(gateway: &Gateway, line: &Line, request: Request<Incoming>) -> Result<Answer, Severed> {
    let mut record = Record::begin(gateway);
    let reply = match hear(gateway, &mut record, request).await {
        Ok(reply) => reply,
        Err(refusal) => reply::refuse(&refusal),
    };
    reply::carry_out(reply, &mut record, line, &gateway.in_force).await
}

async fn hear(gateway: &Gateway, record: &mut Record<'_>, request: Request<Incoming>) -> Result<Reply, Refusal> {
    let (head, body) = request.into_parts();
    let operation = route(
        &head.method,
        &head.uri,
        head.version,
        &head.headers,
        gateway.limits.uri_bytes,
    )?;
    record.routed(in_scenario(operation));

    let body = read_body(body, &gateway.limits).await?;
    let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    record.read(content_type, &body);
    let call = decode(operation, content_type, &body)?;
    record.decoded(&call);

    let drill = record.drill();
    let call = authenticate(
        call,
        &gateway.shops,
        &gateway.nonces,
        gateway.clock.wall(),
        gateway.window,
    )?;
    gateway.in_force.arrival();

    let occurrence = Occurrence::new(&drill, &gateway.store, call);
    record.occurred(&occurrence);
    let decision = Arc::new(decide(&drill.scenario, &occurrence.occasion()));

    let fulfilled = fulfil(gateway, &occurrence, &decision);
    record.decided(Arc::clone(&decision), fulfilled.order_id);
    follow_up(gateway, &occurrence, decision.callback, &fulfilled);

    Ok(reply::compose(&decision, fulfilled, &occurrence.call))
}

/// What an answered call sets in motion.
fn follow_up(gateway: &Gateway, occurrence: &Occurrence<'_>, callback: CallbackAct, fulfilled: &Fulfilled) {
    match callback {
        CallbackAct::Drop => gateway.store.silence(&occurrence.key),
        CallbackAct::Deliver | CallbackAct::Delay(_) | CallbackAct::Duplicate { .. } | CallbackAct::Hold => {}
    }
    if fulfilled.opened {
        gateway.payers.expect(occurrence);
    }
}

#[cfg(test)]
mod tests;
