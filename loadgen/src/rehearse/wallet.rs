//! The gateway of a rehearsal: what an authenticated call leads to, and when its answer arrives. Orders themselves are
//! `shop`'s, what happens afterwards is `stage`'s.

mod withdrawal;

use std::{sync::Arc, time::Duration};

use measure::sample::Class;
use rust_decimal::{Decimal, prelude::ToPrimitive as _};
use scenarios::{
    CallbackAct, Counters, Decision, LedgerAct, Occasion, Operation, PayerPlan, PhaseIndex, RiskPlan, Scenario, Shape,
    Subject, Timeline,
    capacity::{Offered, Station, service_time},
    decide, early, payer_id, payer_plan, risk_plan,
    triggers::Case,
};

use super::shop::{Kept, Order};
use crate::{client::TIMEOUT, clock::micros};

/// The coin of every order of the load.
const COIN: &str = "USDT";
/// Bytes of an honest answer's body, about: what a narrow connection takes its time for.
const ANSWER_BYTES: u64 = 330;

/// The scenario in force, and what is counted of it.
#[derive(Debug)]
pub(super) struct Wallet {
    pub(super) scenario: Arc<Scenario>,
    pub(super) timeline: Timeline,
    counters: Counters,
    /// How often each rule hit.
    pub(super) decided: Vec<u64>,
    stations: Vec<(PhaseIndex, Station)>,
    /// Opened so far, for the shop's bound of a day. A rehearsal is one day.
    opened: Decimal,
    /// What the shop holds.
    balance: Decimal,
}

/// What a call is told, once its answer arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// What its caller sees.
    pub(super) class: Class,
    /// What the wallet said, if that arrived.
    pub(super) said: Said,
    /// When.
    pub(super) done_us: u64,
}

/// What the wallet says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Said {
    /// Nothing that can be believed.
    Nothing,
    /// The order is open.
    Opened,
    /// No.
    Refused,
    /// The order is paid, the withdrawal paid out.
    Paid,
    /// The withdrawal failed.
    Failed,
    /// The order is not paid.
    Unpaid,
    /// There is no such order.
    Absent,
}

/// What an opened order leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Follows {
    /// Nothing: there is no fresh order.
    Nothing,
    /// Its payer never acts, or not before the calendar moves on.
    Leaves,
    /// Its payer pays at this moment.
    Pays { at_us: u64 },
    /// Its payer declines at this moment.
    Declines { at_us: u64 },
    /// The withdrawal ends at this moment.
    Ends { at_us: u64, fails: bool },
}

/// How far a call came.
pub(super) enum Passage {
    /// It ended without reaching the ledger.
    Over(Answer),
    /// It reaches the ledger at a moment, and what was decided of it.
    Reaches { at_us: u64, decision: Box<Decision> },
}

impl Wallet {
    pub(super) fn new(scenario: Arc<Scenario>, timeline: Timeline) -> Self {
        Self {
            counters: Counters::new(&scenario),
            decided: vec![0; scenario.rules.len()],
            timeline,
            stations: Vec::new(),
            opened: Decimal::ZERO,
            balance: withdrawal::first_balance(&scenario),
            scenario,
        }
    }

    /// A call leaves now: refused, queued, served and decided. Counts it among its order's.
    pub(super) fn pass(&mut self, operation: Operation, order: &mut Order, now_us: u64) -> Passage {
        if self.refuses(now_us) {
            return Passage::Over(Answer::nothing(Class::Refused, now_us));
        }
        let attempts = if operation.opens_orders() {
            &mut order.opened
        } else {
            &mut order.queried
        };
        *attempts += 1;
        let attempt = *attempts;
        let phase = self.phase(now_us);
        let scenario = Arc::clone(&self.scenario);
        let occasion = occasion(&scenario, operation, order, attempt, phase);
        let at_us = match self.serve(&occasion, now_us) {
            Ok(at_us) => at_us,
            Err((status, at_us)) => return Passage::Over(self.arrives(Said::Nothing, class_of(status), now_us, at_us)),
        };
        let decision = decide(&self.scenario, &occasion, &self.counters);
        self.count(&decision);
        Passage::Reaches {
            at_us,
            decision: Box::new(decision),
        }
    }

    /// What is decided of a callback's attempt now.
    pub(super) fn decide_callback(&mut self, order: &Order, attempt: u32, now_us: u64) -> CallbackAct {
        let phase = self.phase(now_us);
        let scenario = Arc::clone(&self.scenario);
        let occasion = occasion(&scenario, Operation::Callback, order, attempt, phase);
        let decision = decide(&self.scenario, &occasion, &self.counters);
        self.count(&decision);
        decision.callback
    }

    /// The ledger's word on an opening that reached it, and what it leads to.
    pub(super) fn open(&mut self, order: &mut Order, decision: &Decision, sent_us: u64, at_us: u64) -> (Said, Follows) {
        match &decision.ledger {
            LedgerAct::Skip => return (Said::Nothing, Follows::Nothing),
            LedgerAct::Refuse(_) => return (self.refuse(order), Follows::Nothing),
            LedgerAct::Apply | LedgerAct::FailLater | LedgerAct::Statement(_) => {}
        }
        if !matches!(order.kept, Kept::Absent | Kept::Refused) {
            return (Said::Opened, Follows::Nothing);
        }
        let phase = self.phase(sent_us);
        if !self.is_within_limits(order, phase) {
            return (self.refuse(order), Follows::Nothing);
        }
        self.opened += order.amount;
        order.kept = Kept::Open {
            silenced: decision.callback == CallbackAct::Drop,
        };
        if self.comes_early(order, phase) {
            order.early = true;
            return (Said::Opened, Follows::Pays { at_us });
        }
        let follows = match decision.callback {
            CallbackAct::Early => Follows::Pays { at_us },
            CallbackAct::Deliver
            | CallbackAct::Drop
            | CallbackAct::Delay(_)
            | CallbackAct::Duplicate { .. }
            | CallbackAct::Forge(_)
            | CallbackAct::Tamper(_)
            | CallbackAct::Stale(_)
            | CallbackAct::Downgrade
            | CallbackAct::Hold => self.payer(order, phase, at_us),
        };
        (Said::Opened, follows)
    }

    /// The ledger's word on a query that reached it.
    pub(super) fn query(order: &Order, decision: &Decision) -> Said {
        match (&decision.ledger, order.kept) {
            (LedgerAct::Skip, _) => Said::Nothing,
            (LedgerAct::Refuse(_), _) => Said::Refused,
            (_, Kept::Paid { .. }) => Said::Paid,
            (_, Kept::Failed { .. }) => Said::Failed,
            (_, Kept::Open { .. } | Kept::Declined) => Said::Unpaid,
            (_, Kept::Absent | Kept::Refused) => Said::Absent,
        }
    }

    /// How what was said arrives, as the decision shapes it.
    pub(super) fn answer(&self, said: Said, decision: &Decision, sent_us: u64, at_us: u64) -> Answer {
        let delay_us = micros(decision.reply.delay);
        let lasts = |us: u64| at_us.saturating_add(delay_us).saturating_add(us);
        let honest = match said {
            Said::Refused | Said::Absent => Class::Declined,
            Said::Opened | Said::Paid | Said::Failed | Said::Unpaid => Class::Ok,
            Said::Nothing => Class::Protocol,
        };
        let nothing = Said::Nothing;
        match &decision.reply.shape {
            Shape::Honest | Shape::SlowClose(_) => self.arrives(said, honest, sent_us, lasts(0)),
            Shape::Dribble { over, .. } => self.arrives(said, honest, sent_us, lasts(micros(*over))),
            Shape::Bandwidth { bytes_per_second } => {
                let takes_us = ANSWER_BYTES * 1_000_000 / bytes_per_second;
                self.arrives(said, honest, sent_us, lasts(takes_us))
            }
            Shape::Status(reply) => self.arrives(nothing, class_of(reply.status), sent_us, lasts(0)),
            Shape::Reset => self.arrives(nothing, Class::Reset, sent_us, lasts(0)),
            Shape::Empty => self.arrives(nothing, Class::Empty, sent_us, lasts(0)),
            Shape::Garbage | Shape::Truncate(_) => self.arrives(nothing, Class::Protocol, sent_us, lasts(0)),
            Shape::Hang => self.arrives(nothing, Class::Timeout, sent_us, u64::MAX),
        }
    }

    /// A client waits no longer than its time-out, and an open connection is reset in a phase that refuses.
    fn arrives(&self, said: Said, class: Class, sent_us: u64, at_us: u64) -> Answer {
        let patient_until = sent_us + micros(TIMEOUT);
        if at_us > patient_until {
            return Answer::nothing(Class::Timeout, patient_until);
        }
        if self.refuses(at_us) {
            return Answer::nothing(Class::Reset, at_us);
        }
        Answer {
            class,
            said,
            done_us: at_us,
        }
    }

    /// How long a stretch of the gateway's calendar takes on the wall; nothing while it stands still.
    pub(super) fn on_the_wall(&self, calendar: Duration) -> Option<u64> {
        let clock = self.scenario.clock;
        if clock.frozen {
            return None;
        }
        let us = micros(calendar);
        if clock.speed == Decimal::ONE {
            return Some(us);
        }
        (Decimal::from(us) / clock.speed).to_u64()
    }

    /// The phase of a moment.
    pub(super) fn phase(&self, at_us: u64) -> PhaseIndex {
        self.timeline.phase_at(Duration::from_micros(at_us))
    }

    pub(super) fn refuses(&self, at_us: u64) -> bool {
        self.timeline.refuses(Duration::from_micros(at_us))
    }

    /// Whether a rule on callbacks has the first attempt come before the opening is answered.
    fn comes_early(&mut self, order: &Order, phase: PhaseIndex) -> bool {
        let scenario = Arc::clone(&self.scenario);
        let attempt = occasion(&scenario, Operation::Callback, order, 1, phase);
        let decided = early(&scenario, &attempt, &self.counters);
        if let Some(decision) = &decided {
            self.count(decision);
        }
        decided.is_some()
    }

    fn refuse(&self, order: &mut Order) -> Said {
        if order.kept == Kept::Absent {
            order.kept = Kept::Refused;
        }
        Said::Refused
    }

    fn is_within_limits(&self, order: &Order, phase: PhaseIndex) -> bool {
        let Some(shop) = self.scenario.shops.first() else {
            return true;
        };
        let limits = self.scenario.limits(phase, shop);
        limits.min.is_none_or(|least| order.amount >= least)
            && limits.max.is_none_or(|most| order.amount <= most)
            && limits.per_day.is_none_or(|most| self.opened + order.amount <= most)
    }

    /// What the order's payer does, and when.
    fn payer(&self, order: &Order, phase: PhaseIndex, at_us: u64) -> Follows {
        let scenario = &self.scenario;
        let (shop, number) = (shop_of(scenario), &*order.number);
        let later = |calendar| self.on_the_wall(calendar).map(|us| at_us.saturating_add(us));
        match payer_plan(scenario, phase, shop, number, order.amount, case_of(scenario, order)) {
            PayerPlan::Abandon | PayerPlan::GiveUp { .. } => Follows::Leaves,
            PayerPlan::Decline(after) => later(after).map_or(Follows::Leaves, |at_us| Follows::Declines { at_us }),
            PayerPlan::Pay { after, .. } => {
                let waits = match risk_plan(scenario, shop, number, order.amount, COIN) {
                    RiskPlan::Pass => after,
                    RiskPlan::Review(takes) => after + takes,
                    RiskPlan::Decline => return Follows::Leaves,
                };
                later(waits).map_or(Follows::Leaves, |at_us| Follows::Pays { at_us })
            }
        }
    }

    /// When a call is served; or the status it gets instead, and when.
    fn serve(&mut self, occasion: &Occasion<'_>, now_us: u64) -> Result<u64, (u16, u64)> {
        let Some(capacity) = self.scenario.capacity_in(occasion.phase) else {
            return Ok(now_us);
        };
        let service = service_time(&self.scenario, occasion).unwrap_or_default();
        let own = self
            .scenario
            .phase(occasion.phase)
            .is_some_and(|phase| phase.capacity.is_some());
        // Phases without a capacity of their own share the file's workers.
        let place = if own { occasion.phase } else { PhaseIndex(u16::MAX) };
        let at = match self.stations.iter().position(|(of, _)| *of == place) {
            Some(at) => at,
            None => {
                self.stations.push((place, Station::of(capacity)));
                self.stations.len() - 1
            }
        };
        let status = capacity.overload.status;
        match self.stations[at].1.offer(Duration::from_micros(now_us), service) {
            Offered::Admitted { ends, .. } => Ok(micros(ends)),
            Offered::TurnedAway { at } | Offered::TimedOut { at } => Err((status, micros(at))),
        }
    }

    fn count(&mut self, decision: &Decision) {
        for hit in decision.hits.rules() {
            self.decided[usize::from(hit.rule.0)] += 1;
        }
    }
}

impl Answer {
    fn nothing(class: Class, done_us: u64) -> Self {
        Self {
            class,
            said: Said::Nothing,
            done_us,
        }
    }
}

fn occasion<'a>(
    scenario: &Scenario,
    operation: Operation,
    order: &'a Order,
    attempt: u32,
    phase: PhaseIndex,
) -> Occasion<'a> {
    // Before its opening reached the wallet, an order that is asked about has no amount there.
    let is_known = operation.opens_orders() || !matches!(order.kept, Kept::Absent | Kept::Refused);
    Occasion {
        shop: shop_of(scenario),
        operation,
        subject: Subject::Number(&order.number),
        attempt,
        phase,
        amount: is_known.then_some(order.amount),
        coin: is_known.then_some(COIN),
        payer: (is_known && order.journey.opens().is_withdrawal()).then(|| payee_of(scenario, &order.number)),
        headers: &[],
        case: case_of(scenario, order),
    }
}

fn case_of(scenario: &Scenario, order: &Order) -> Option<Case> {
    scenario
        .triggers
        .amounts
        .then(|| Case::by_amount(order.amount))
        .flatten()
}

/// The user whom a withdrawal pays, as the load's merchant names it.
fn payee_of(scenario: &Scenario, number: &str) -> u64 {
    payer_id(scenario.seed, shop_of(scenario), number)
}

fn shop_of(scenario: &Scenario) -> u64 {
    scenario.shops.first().map_or(0, |shop| shop.id)
}

/// How the load counts an HTTP status that is not the protocol's.
fn class_of(status: u16) -> Class {
    match status {
        400..=499 => Class::Http4xx,
        500..=599 => Class::Http5xx,
        _ => Class::Protocol,
    }
}
