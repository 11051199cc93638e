//! What is written down of an exchange: its journal line, its metrics and the counts of its rules, together and once,
//! however it ends.

mod end;

use std::{borrow::Cow, sync::Arc, time::Duration};

use bytes::Bytes;
use hyper::Version;
use protocol::{admin::ExchangeEnd, dialect::okpay::CONTENT_TYPE_FORM};
use scenarios::{ConnectionFault, Decision, Operation};
use tokio::time::Instant;

use crate::{
    capacity::Visit,
    coach::heard::{self, Heard},
    dialect::Call,
    fault::wire::Line,
    fulfil::Fulfilled,
    gateway::Gateway,
    journal::{Asked, Entry, Exhibit, Exhibits, Outcome, Subject},
    occasion::Occurrence,
    seconds::Exchange,
    shop::Shops,
};

/// Why an exchange ended, until somebody says otherwise.
const LEFT: &str = "cut_short: the client left, or the gateway stopped, before the answer";
/// Why an answer in pieces ended, until somebody says otherwise.
const LEFT_IN_THE_MIDDLE: &str = "cut_short: the client left, or the gateway stopped, in the middle of the answer";

/// Why an answer became a reset.
pub(crate) const PHASE_REFUSES: &str = "phase_refuses: the phase refuses connections";

/// An exchange being written down. It is recorded when dropped: so also when its client leaves in the middle, which ends
/// the future that holds it.
#[derive(Debug)]
pub(crate) struct Record {
    gateway: Arc<Gateway>,
    since: Instant,
    exhibits: Exhibits,
    /// Since when it waits on purpose.
    waits: Option<Instant>,
    /// Its place among those who are served, where a capacity is in force.
    visit: Option<Visit>,
    /// Why it was turned away, where it was.
    turned_away: Option<String>,
    /// Why its answer is a refusal, where it is one.
    refused: Option<ExchangeEnd>,
    entry: Entry,
    /// What the client should know however it ends.
    hint: Option<&'static str>,
    /// What is noted for the coach, where one listens.
    noted: Option<Box<heard::Call>>,
}

impl Record {
    /// Begins with a request's head. Until told otherwise it ends with its client leaving.
    pub(crate) fn begin(gateway: &Arc<Gateway>) -> Self {
        let drill = gateway.in_force.get();
        let entry = Entry {
            wall: Duration::ZERO,
            calendar: Duration::ZERO,
            phase: drill.phase(),
            drill,
            asked: Asked::default(),
            order_id: None,
            decision: None,
            counts_rules: true,
            status: 0,
            outcome: Outcome::Closed,
            bytes_in: 0,
            bytes_out: 0,
            took: Duration::ZERO,
            injected: Duration::ZERO,
            queued: Duration::ZERO,
            service: Duration::ZERO,
            reason: Some(Cow::Borrowed(LEFT)),
        };
        Self {
            since: Instant::now(),
            exhibits: Exhibits::default(),
            waits: None,
            visit: None,
            turned_away: None,
            refused: None,
            hint: None,
            entry,
            noted: gateway.coach.as_ref().map(|_| Box::default()),
            gateway: Arc::clone(gateway),
        }
    }

    /// The gateway whose exchange it is.
    pub(crate) fn gateway(&self) -> &Arc<Gateway> {
        &self.gateway
    }

    /// The head is read.
    pub(crate) fn arrived(&mut self, line: &Line, version: Version) {
        if let Some(noted) = &mut self.noted {
            noted.arrived(line, version);
        }
    }

    /// The operation is known.
    pub(crate) fn routed(&mut self, operation: Operation) {
        self.entry.asked.operation = Some(operation);
    }

    /// The body is read.
    pub(crate) fn read(&mut self, content_type: Option<&str>, body: &Bytes) {
        self.entry.bytes_in = body.len() as u64;
        self.exhibits.request = Some(Exhibit {
            content_type: content_type.map(declared),
            body: body.clone(),
        });
    }

    /// Nobody's token is written down with the nonce of a call that was refused.
    pub(crate) fn mask(&mut self, shops: &Shops) {
        if let Some(nonce) = &mut self.entry.asked.nonce
            && let Cow::Owned(masked) = shops.masked(nonce)
        {
            *nonce = masked.into();
        }
    }

    /// What was asked.
    pub(crate) fn request(&self) -> Option<&Exhibit> {
        self.exhibits.request.as_ref()
    }

    /// The answer is ready.
    pub(crate) fn answers(&mut self, content_type: &'static str, body: &Bytes) {
        self.exhibits.answer = Some(Exhibit::new(content_type, body.clone()));
    }

    /// The call is decoded: nothing in it is believed, but its nonce lets its sender find this line.
    pub(crate) fn decoded(&mut self, call: &Call) {
        self.entry.asked.nonce = call.nonce().map(Box::from);
        if let Some(noted) = &mut self.noted {
            let body = self.exhibits.request.as_ref().map_or(&[][..], |request| &request.body);
            noted.decoded(call, body, self.gateway.clock.wall());
        }
    }

    /// The call is authentic, and its turn among its subject's calls is known.
    pub(crate) fn occurred(&mut self, occurrence: &Occurrence<'_>) {
        self.hint = occurrence.hint();
        self.entry.drill = Arc::clone(occurrence.drill);
        self.entry.phase = occurrence.phase;
        self.entry.asked.shop = occurrence.shop();
        self.entry.asked.attempt = occurrence.attempt;
        self.entry.asked.subject = match (occurrence.ordinal, &occurrence.key) {
            (Some(ordinal), _) => Subject::Ordinal(ordinal),
            (None, Some(key)) => Subject::Number(Arc::clone(&key.number)),
            (None, None) => Subject::Unknown,
        };
        if let Some(noted) = &mut self.noted {
            noted.occurred(occurrence);
        }
    }

    /// What becomes of it is decided.
    pub(crate) fn decided(&mut self, decision: Arc<Decision>, fulfilled: &Fulfilled) {
        self.entry.decision = Some(decision);
        self.entry.order_id = fulfilled.order_id;
        self.refused = end::refusal_of(fulfilled);
    }

    /// It never comes to a decision, for a mistake of its client's; the first one counts.
    pub(crate) fn mistaken(&mut self, mistake: ExchangeEnd) {
        self.refused.get_or_insert(mistake);
    }

    /// It goes to a worker; a client that leaves ends that as well.
    pub(crate) fn visits(&mut self, visit: Visit) {
        self.visit = Some(visit);
    }

    /// No worker serves it, and why.
    pub(crate) fn turned_away(&mut self, reason: String) {
        self.turned_away = Some(reason);
    }

    /// Waits on purpose from now on.
    pub(crate) fn waits(&mut self) {
        self.waits = Some(Instant::now());
    }

    /// Waits no longer; a client that leaves ends the wait as well.
    pub(crate) fn waited(&mut self) {
        if let Some(since) = self.waits.take() {
            self.entry.injected += since.elapsed();
        }
    }

    /// An answer begins to be sent in pieces. Until told otherwise it ends with its client leaving in the middle.
    pub(crate) fn begins(&mut self, status: u16) {
        self.ended(Outcome::Cut, status, 0, Some(Cow::Borrowed(LEFT_IN_THE_MIDDLE)));
    }

    /// So many bytes of its body are sent by now.
    pub(crate) fn sent(&mut self, bytes: u64) {
        self.entry.bytes_out = bytes;
    }

    /// Its last piece is sent.
    pub(crate) fn arrived_whole(&mut self, reason: Option<Cow<'static, str>>) {
        self.ended(Outcome::Answered, self.entry.status, self.entry.bytes_out, reason);
    }

    /// It ends on purpose before its end.
    pub(crate) fn was_cut(&mut self, reason: Option<Cow<'static, str>>) {
        self.ended(Outcome::Cut, self.entry.status, self.entry.bytes_out, reason);
    }

    /// How it ends, unless the client leaves first.
    pub(crate) fn ended(&mut self, outcome: Outcome, status: u16, bytes_out: u64, reason: Option<Cow<'static, str>>) {
        self.entry.outcome = outcome;
        self.entry.status = status;
        self.entry.bytes_out = bytes_out;
        let reason = reason.or_else(|| self.turned_away.clone().map(Cow::Owned));
        self.entry.reason = reason.or_else(|| self.hint.map(Cow::Borrowed));
    }

    /// What its second shows of it.
    fn exchange(&self) -> Exchange {
        let (end, by_scenario) = end::end_of(&self.entry, self.refused);
        Exchange {
            operation: self.entry.asked.operation,
            end,
            by_scenario,
            took: self.entry.took,
            injected: self.entry.injected,
            queued: self.visit.map(|_| self.entry.queued),
            overloaded: self.turned_away.is_some(),
        }
    }

    /// Writes down how long it waited for a worker and was served, as far as it came.
    fn visited(&mut self) {
        let Some(Visit { comes, starts, ends }) = self.visit else {
            return;
        };
        let now = Instant::now();
        let metrics = &self.gateway.metrics;
        self.entry.queued = starts.min(now).duration_since(comes);
        metrics.queue_wait.observe(self.entry.queued.as_secs_f64());
        if let Some(ends) = ends {
            self.entry.service = ends.min(now).duration_since(starts);
            metrics.service.observe(self.entry.service.as_secs_f64());
        }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        self.waited();
        self.visited();
        self.entry.took = self.since.elapsed();
        let metrics = &self.gateway.metrics;
        metrics.exchanged(&self.entry);
        if self.entry.reason.as_deref() == Some(PHASE_REFUSES) {
            metrics.spoiled(&self.entry.drill, ConnectionFault::Refuse);
        }
        self.gateway.seconds.exchange(&self.exchange());
        if let (Some(ear), Some(noted)) = (&self.gateway.coach, self.noted.take()) {
            let left = matches!(self.entry.reason.as_deref(), Some(LEFT | LEFT_IN_THE_MIDDLE));
            let Gateway { shops, clock, .. } = &*self.gateway;
            ear.tell(Heard::call(*noted, &self.entry, left, shops, clock.wall()));
        }
        let empty = Entry {
            drill: Arc::clone(&self.entry.drill),
            reason: None,
            decision: None,
            asked: Asked::default(),
            ..self.entry
        };
        let entry = std::mem::replace(&mut self.entry, empty);
        write(&self.gateway, entry, std::mem::take(&mut self.exhibits));
    }
}

/// A declared media type; the usual one costs nothing.
fn declared(said: &str) -> Cow<'static, str> {
    if said == CONTENT_TYPE_FORM {
        Cow::Borrowed(CONTENT_TYPE_FORM)
    } else {
        Cow::Owned(said.to_owned())
    }
}

/// Puts a line into the journal and counts its rules.
pub(crate) fn write(gateway: &Gateway, mut entry: Entry, exhibits: Exhibits) {
    entry.wall = gateway.clock.wall();
    entry.calendar = gateway.calendar();
    if let Some(decision) = entry.decision.as_ref().filter(|_| entry.counts_rules) {
        let hits = &decision.hits;
        entry.drill.count(hits);
        let count = hits.rules().count() as u64;
        if count > 0 {
            gateway.seconds.decided(count);
        }
        gateway.metrics.decided(&entry);
    }
    #[cfg(feature = "otlp")]
    if let Some(traces) = &gateway.traces {
        traces.write(&entry);
    }
    gateway.journal.write(entry, exhibits);
}
