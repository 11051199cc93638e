//! The request path. Read this first: [`handle`] and [`hear`] list what happens to a request in the order in which it
//! happens; each step is a file of its own.

mod state;

use std::sync::Arc;

use hyper::{Request, body::Incoming, header::CONTENT_TYPE};
use protocol::admin::ExchangeEnd;
use scenarios::{CallbackAct, Decision};

pub(crate) use state::Gateway;

use crate::{
    authenticate::authenticate,
    callback::early,
    capacity, cashier,
    connection::{Answer, Severed, read_body},
    dialect::Call,
    fault::wire::Line,
    fulfil::{Fulfilled, fulfil},
    occasion::Occurrence,
    record::Record,
    reply::{self, Refusal, Reply},
    route::route,
    store::Flow,
};

/// Answers one request, or ends its connection without an answer. Payers' requests go to the cashier, where no rule of a
/// scenario acts.
pub(crate) async fn handle(
    gateway: &Arc<Gateway>,
    line: &Arc<Line>,
    request: Request<Incoming>,
) -> Result<Answer, Severed> {
    if cashier::page::is_for(request.uri()) {
        return cashier::page::serve(gateway, line, request).await;
    }
    let mut record = Record::begin(gateway);
    let reply = match hear(gateway, line, &mut record, request).await {
        Ok(reply) => reply,
        Err(refusal) => {
            record.mistaken(ExchangeEnd::Malformed);
            let explanation = gateway.explain(&refusal, &mut record);
            reply::refuse(&refusal, &gateway.wallet.manner, explanation)
        }
    };
    reply::carry_out(reply, record, line).await
}

async fn hear(
    gateway: &Gateway,
    line: &Line,
    record: &mut Record,
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

    // One look at both: a swap between the head and here, or right now, leaves no call between two scenarios.
    let (drill, shops) = gateway.stand();
    let moment = gateway.moment(line);
    let call = authenticate(call, &shops, &gateway.nonces, &moment)
        .inspect_err(|_| record.mistaken(ExchangeEnd::Unauthenticated))?;
    gateway.in_force.arrival();

    let occurrence = Occurrence::new(&drill, &gateway.store, call, &head.headers);
    record.occurred(&occurrence);
    let decision = Arc::new(match capacity::serve(gateway, &occurrence, record).await {
        Ok(()) => drill.decide(&occurrence.occasion()),
        Err(overloaded) => overloaded.decision(),
    });

    let fulfilled = fulfil(gateway, &occurrence, &decision);
    record.decided(Arc::clone(&decision), &fulfilled);
    follow_up(gateway, record, &occurrence, &decision, &fulfilled).await;

    Ok(reply::compose(&decision, fulfilled, &occurrence))
}

/// What an answered call sets in motion.
async fn follow_up(
    gateway: &Gateway,
    record: &mut Record,
    occurrence: &Occurrence<'_>,
    decision: &Decision,
    fulfilled: &Fulfilled,
) {
    match decision.callback {
        CallbackAct::Drop => {
            if let Some(key) = fulfilled.opened.as_ref().or(occurrence.key.as_ref()) {
                gateway.store.silence(key);
            }
        }
        CallbackAct::Deliver
        | CallbackAct::Delay(_)
        | CallbackAct::Duplicate { .. }
        | CallbackAct::Forge(_)
        | CallbackAct::Tamper(_)
        | CallbackAct::Stale(_)
        | CallbackAct::Downgrade
        | CallbackAct::Early
        | CallbackAct::Hold => {}
    }
    if let Some(key) = &fulfilled.opened {
        if let Some(awaited) = early::call_back(gateway, occurrence, decision, key) {
            record.waits();
            awaited.end().await;
            record.waited();
            return;
        }
        match key.flow {
            Flow::Deposit => gateway.payers.expect(occurrence, key),
            Flow::Withdrawal => gateway.payouts.expect(occurrence, key, &decision.ledger),
        }
    }
}

#[cfg(test)]
mod tests;
