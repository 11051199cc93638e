//! What a rehearsal found: the same summary as a run's, and what only a rehearsal knows of payers and callbacks.

use std::fmt::Write as _;

use measure::{
    snapshot::RunPlan,
    summary::{ArrivalSummary, AuditSummary, CallbackSummary, FORMAT, Look, RuleSummary, Summary, render_as},
    tally::Tally,
    trust::Trust,
    unit,
    verdict::Verdict,
};
use scenarios::{Operation, RuleId, Scenario};
use serde::Serialize;

use super::{
    fate::Fate,
    shop::{Callback, Heard, Kept, Order},
    stage::Stage,
};
use crate::judge::{Callbacks, Evidence, Wait, judge};

/// Attempts that are told apart; later ones are told together.
const ATTEMPTS: usize = 16;

/// What a rehearsal found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rehearsed {
    /// The same figures as a run's. Times hold what the scenario adds, nothing else; trust is that of exact counts.
    pub summary: Summary,
    /// What payers of opened orders do.
    pub payers: PayerCounts,
    /// When callbacks arrive, attempt by attempt.
    pub attempts: Vec<Attempts>,
    /// What became of each order, by its number.
    #[serde(skip)]
    pub fates: Vec<(String, Fate)>,
}

/// What payers of opened orders do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PayerCounts {
    /// Pay.
    pub pay: u64,
    /// Never act.
    pub abandon: u64,
    /// Decline.
    pub decline: u64,
}

/// The deliveries of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Attempts {
    /// From 1.
    pub attempt: u32,
    /// Deliveries, copies among them.
    pub deliveries: u64,
    /// Of these, forged, tampered with or out of date.
    pub bad: u64,
    /// From the payment to the delivery, milliseconds.
    pub p50_ms: u64,
    /// Likewise.
    pub p99_ms: u64,
    /// Likewise.
    pub max_ms: u64,
}

/// What is counted while a rehearsal plays.
#[derive(Debug, Default)]
pub(super) struct Tallies {
    pub(super) payers: PayerCounts,
    pub(super) paid: u64,
    pub(super) dropped: u64,
    pub(super) held: u64,
    pub(super) completed: u64,
    sent: u64,
    retried: u64,
    bad: u64,
    attempts: Vec<(u64, u64, Tally)>,
}

impl Tallies {
    /// A delivery arrived so long after its payment.
    pub(super) fn delivery(&mut self, attempt: u32, after_us: u64, speaks: bool, good: bool) {
        self.sent += 1;
        self.retried += u64::from(speaks && attempt > 1);
        self.bad += u64::from(!good);
        let place = usize::try_from(attempt.saturating_sub(1))
            .unwrap_or(usize::MAX)
            .min(ATTEMPTS - 1);
        while self.attempts.len() <= place {
            self.attempts.push((0, 0, Tally::default()));
        }
        let (deliveries, bad, times) = &mut self.attempts[place];
        *deliveries += 1;
        *bad += u64::from(!good);
        times.record(after_us.max(1));
    }

    fn attempts(&self) -> Vec<Attempts> {
        let rows = (1_u32..)
            .zip(&self.attempts)
            .filter(|(_, (deliveries, ..))| *deliveries > 0);
        rows.map(|(attempt, (deliveries, bad, times))| Attempts {
            attempt,
            deliveries: *deliveries,
            bad: *bad,
            p50_ms: times.percentile_us(50_000) / 1_000,
            p99_ms: times.percentile_us(99_000) / 1_000,
            max_ms: times.max_us() / 1_000,
        })
        .collect()
    }
}

impl Rehearsed {
    /// As lines of text: a run's summary, then what only a rehearsal knows.
    pub fn render(&self, look: Look) -> String {
        let mut text = render_as(&self.summary, look);
        let PayerCounts { pay, abandon, decline } = self.payers;
        let count = unit::count;
        let _ = writeln!(
            text,
            "\npayers     pay {}, leave {}, decline {}",
            count(pay),
            count(abandon),
            count(decline)
        );
        for row in &self.attempts {
            let bad = match row.bad {
                0 => String::new(),
                bad => format!(", {} of them bad", count(bad)),
            };
            let _ = writeln!(
                text,
                "attempt {:<2} {} deliveries{bad}, after the payment p50 {} p99 {} max {}",
                row.attempt,
                count(row.deliveries),
                unit::span(row.p50_ms),
                unit::span(row.p99_ms),
                unit::span(row.max_ms)
            );
        }
        text
    }
}

impl Stage {
    /// The result of everything that happened.
    pub(super) fn told(self, plan: &RunPlan) -> Rehearsed {
        let phases = plan.phases.len() + 1;
        let mut offered = vec![0; phases];
        for order in &self.orders {
            offered[usize::from(self.wallet.phase(order.arrival_us).0).min(phases - 1)] += 1;
        }
        let callbacks = self.callbacks(plan);
        let evidence = Evidence {
            history: &self.history,
            plan,
            offered: &offered,
            dropped: &vec![0; phases],
            callbacks: Some(&callbacks),
            // A rehearsal keeps no books.
            books_balance: None,
        };
        let expectations = judge(&self.wallet.scenario.expect, &evidence);
        let verdict = Verdict::all(expectations.iter().map(|judged| judged.verdict));
        let summary = Summary {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: plan.seed,
            scenario: plan.scenario.clone(),
            verdict,
            trust: Trust::default(),
            target: plan.target.clone(),
            started_ms: 0,
            lasted_ms: self.now_us / 1_000,
            interrupted: false,
            stopped: None,
            arrivals: self.arrivals(),
            phases: self.history.phases(),
            operations: self.history.operation_summaries(),
            classes: self.history.classes(),
            rules: rules(&self.wallet.scenario, &self.wallet.decided),
            callbacks: self.callback_summary(),
            audit: self.audit(),
            waterfall: Vec::new(),
            expectations,
            share: None,
        };
        Rehearsed {
            summary,
            payers: self.tallies.payers,
            attempts: self.tallies.attempts(),
            fates: self
                .orders
                .into_iter()
                .map(|order| (order.number.clone().into(), fate(&order)))
                .collect(),
        }
    }

    fn arrivals(&self) -> ArrivalSummary {
        let orders = self.orders.len() as u64;
        let over = self.orders.iter().filter(|order| order.over).count() as u64;
        ArrivalSummary {
            offered: orders,
            started: orders,
            dropped: 0,
            completed: over,
            unfinished: orders - over,
        }
    }

    fn callback_summary(&self) -> CallbackSummary {
        let became = |what: fn(Callback) -> bool| {
            let all = self.orders.iter().filter_map(|order| order.kept.owed());
            all.filter(|(_, callback)| what(*callback)).count() as u64
        };
        let tallies = &self.tallies;
        CallbackSummary {
            sent: tallies.sent,
            acknowledged: became(|callback| matches!(callback, Callback::Acknowledged { .. })),
            retried: tallies.retried,
            lost: became(|callback| matches!(callback, Callback::Lost | Callback::Pending | Callback::Held)),
            dropped: tallies.dropped,
            held: tallies.held,
            received: tallies.sent,
            bad: tallies.bad,
        }
    }

    fn audit(&self) -> AuditSummary {
        let heard = |what: fn(Heard) -> bool| self.orders.iter().filter(|order| what(order.heard)).count() as u64;
        AuditSummary {
            judged: false,
            orders: self.orders.len() as u64,
            success: heard(|heard| heard == Heard::Opened),
            failure: heard(|heard| heard == Heard::Declined),
            unknown: heard(|heard| matches!(heard, Heard::Nothing | Heard::Hidden { .. })),
            paid: self.tallies.paid,
            differences: Vec::new(),
            difference_count: 0,
        }
    }

    fn callbacks(&self, plan: &RunPlan) -> Callbacks {
        let waits = self.orders.iter().filter_map(|order| {
            let (at_us, callback) = order.kept.owed()?;
            let came_us = match callback {
                Callback::Acknowledged { at_us } => Some(at_us),
                Callback::Pending | Callback::Held | Callback::Dropped | Callback::Lost => None,
            };
            Some(Wait {
                number: order.number.clone().into(),
                paid_us: at_us,
                waited_us: came_us.unwrap_or(self.now_us).saturating_sub(at_us),
                came: came_us.is_some(),
                may_come: matches!(callback, Callback::Pending | Callback::Held),
            })
        });
        Callbacks::of(plan, &self.wallet.scenario.expect, waits)
    }
}

fn fate(order: &Order) -> Fate {
    match order.kept {
        Kept::Absent => Fate::Unopened,
        Kept::Refused => Fate::Refused,
        Kept::Open { .. } => Fate::Open,
        Kept::Declined => Fate::Declined,
        Kept::Paid { .. } => Fate::Paid,
        Kept::Failed { .. } => Fate::Failed,
    }
}

/// How often each rule of the file hit; rules of cases only where they did.
fn rules(scenario: &Scenario, decided: &[u64]) -> Vec<RuleSummary> {
    let phase_of = |id: RuleId| {
        let own = scenario.phases.iter().find(|phase| phase.rules.contains(&id));
        own.map_or("all", |phase| phase.name.as_str()).to_owned()
    };
    let rows = (0_u16..).zip(&scenario.rules).zip(decided);
    rows.filter(|((_, rule), decided)| rule.when.case.is_none() || **decided > 0)
        .map(|((at, rule), decided)| RuleSummary {
            name: rule.label.clone(),
            phase: phase_of(RuleId(at)),
            on: rule.on.map_or("any", Operation::word).to_owned(),
            decided: *decided,
            journal: *decided,
            seen: *decided,
            agree: true,
        })
        .collect()
}
