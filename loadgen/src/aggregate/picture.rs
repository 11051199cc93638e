//! One picture of the run: what an aggregate knows at this moment, as dashboards, lines and `frames.jsonl` show it.

use std::sync::{Arc, atomic::Ordering};

use measure::{
    snapshot::{
        CallbackFigures, CapacityFigures, Gauges, LoadFigures, PhaseFigures, RuleFigures, RunPlan, Snapshot, Stage,
        Subject,
    },
    trust::Trust,
    verdict::Judged,
    window::History,
};
use protocol::admin::{CapacityView, RuleCount, Status};

use super::Aggregate;
use crate::{
    LoadError,
    clock::{micros, process_cpu},
    events::Seen,
};

impl Aggregate {
    /// Publishes a picture, and keeps one for each complete second and the last.
    pub(super) fn publish(
        &mut self,
        stage: Stage,
        now_us: u64,
        expectations: Vec<Judged>,
        trust: Trust,
    ) -> Result<(), LoadError> {
        self.events.see(&Seen {
            at_us: now_us,
            stage,
            plan: &self.plan,
            notes: &self.by_hand,
            expectations: &expectations,
            trust: &trust,
        });
        let picture = Arc::new(self.picture(stage, now_us, expectations, trust));
        if let Some(frames) = &mut self.frames {
            let last = picture.seconds.last().map(|second| second.second);
            if last != frames.last || stage == Stage::Ended {
                frames.last = last;
                frames.writer.write(&picture).map_err(LoadError::Frames)?;
            }
        }
        self.snapshots.send_replace(picture);
        Ok(())
    }

    fn picture(&self, stage: Stage, now_us: u64, expectations: Vec<Judged>, trust: Trust) -> Snapshot {
        let rules = self.rule_figures();
        let (names, merchant) = (self.history.names(), &self.journeys.merchant);
        let failures = self
            .journeys
            .failures
            .newest(|what| names.word(what).to_owned(), |order| merchant.number(order));
        Snapshot {
            subject: Subject::Load,
            plan: self.plan.clone(),
            stage,
            elapsed_us: now_us,
            load: self.load_figures(now_us),
            seconds: self.history.seconds(),
            windows: self.history.windows(),
            classes: self.history.classes(),
            operations: self.history.operations(),
            phases: self.phase_figures(&rules),
            callbacks: self.callback_figures(),
            capacity: self.capacity_figures(),
            rules,
            expectations,
            trust,
            by_hand: self.by_hand.acts(),
            steering: self.steering,
            failures,
            events: self.events.lines(),
        }
    }

    /// How things stand, for the seconds that come to their end.
    pub(super) fn gauges(&self) -> Gauges {
        let narrow = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        Gauges {
            in_flight: narrow(self.journeys.in_flight()),
            waiting: narrow(self.journeys.waiting() as u64),
            callbacks: self.callback_figures(),
            capacity: self.capacity_figures(),
            decided: self.rule_figures().iter().map(|rule| rule.decided).sum(),
        }
    }

    fn load_figures(&self, now_us: u64) -> LoadFigures {
        let totals = &self.journeys.totals;
        let used_us = micros(process_cpu().saturating_sub(self.cpu_before));
        LoadFigures {
            offered: totals.offered(),
            started: totals.started.load(Ordering::Relaxed),
            dropped: totals.dropped(),
            completed: totals.completed.load(Ordering::Relaxed),
            in_flight: u32::try_from(self.journeys.in_flight()).unwrap_or(u32::MAX),
            waiting: u32::try_from(self.journeys.waiting()).unwrap_or(u32::MAX),
            lag_p99_us: self.lag_p99_us(),
            cpu_percent: if now_us == 0 {
                0.0
            } else {
                used_us as f64 * 100.0 / now_us as f64
            },
        }
    }

    /// Both sides' counts of callbacks.
    pub(crate) fn callback_figures(&self) -> CallbackFigures {
        let totals = &self.journeys.totals;
        let now = self.status.as_ref().map(|status| status.callbacks).unwrap_or_default();
        let before = self.before.as_ref().map(|status| status.callbacks).unwrap_or_default();
        CallbackFigures {
            received: totals.received.load(Ordering::Relaxed),
            bad: totals.bad.load(Ordering::Relaxed),
            repeated: totals.repeated.load(Ordering::Relaxed),
            sent: now.sent.saturating_sub(before.sent),
            acknowledged: now.acknowledged.saturating_sub(before.acknowledged),
            retried: now.retried.saturating_sub(before.retried),
            held: now.held,
            pending: now.pending,
            dropped: now.dropped.saturating_sub(before.dropped),
            lost: now.lost.saturating_sub(before.lost),
            ack_p99_us: now.ack_p99_us,
        }
    }

    fn capacity_figures(&self) -> Option<CapacityFigures> {
        let capacity = |status: &Status| status.capacity;
        let now = self.status.as_ref().and_then(capacity)?;
        let before = self.before.as_ref().and_then(capacity);
        let since = |count: fn(&CapacityView) -> u64| count(&now).saturating_sub(before.as_ref().map_or(0, count));
        Some(CapacityFigures {
            workers: now.workers,
            busy: now.busy,
            waiting: now.waiting,
            utilisation: now.utilisation,
            queue_wait_p99_us: now.queue_wait_p99_us,
            turned_away: since(|view| view.turned_away),
            timed_out: since(|view| view.timed_out),
        })
    }

    fn rule_figures(&self) -> Vec<RuleFigures> {
        let figures = |status: &Status| rule_figures(&status.rules, self.before.as_ref());
        self.status.as_ref().map(figures).unwrap_or_default()
    }

    /// The phases, with what their rules did to calls.
    fn phase_figures(&self, rules: &[RuleFigures]) -> Arc<Vec<PhaseFigures>> {
        let mut phases = self.history.phase_figures();
        let injected = |name: &str| -> u64 {
            let of_phase = rules.iter().filter(|rule| rule.phase == name && rule.on != "callback");
            of_phase.map(|rule| rule.decided).sum()
        };
        for (at, phase) in self.plan.phases.iter().enumerate() {
            let injected = injected(&phase.name);
            if injected > 0
                && let Some(figures) = Arc::make_mut(&mut phases).get_mut(at)
            {
                figures.injected = injected;
            }
        }
        phases
    }
}

fn rule_figures(now: &[RuleCount], before: Option<&Status>) -> Vec<RuleFigures> {
    let base = |at: usize, name: &str| {
        let old = before
            .and_then(|status| status.rules.get(at))
            .filter(|old| old.name == name);
        old.map_or(0, |old| old.decided)
    };
    now.iter()
        .enumerate()
        .map(|(at, rule)| RuleFigures {
            name: rule.name.clone(),
            phase: rule.phase.clone(),
            on: rule.on.clone(),
            decided: rule.decided.saturating_sub(base(at, &rule.name)),
        })
        .collect()
}

/// Nothing measured yet.
pub(super) fn empty(plan: Arc<RunPlan>, history: &History) -> Snapshot {
    Snapshot {
        seconds: history.seconds(),
        windows: history.windows(),
        operations: history.operations(),
        phases: history.phase_figures(),
        ..Snapshot::empty(Subject::Load, plan)
    }
}
