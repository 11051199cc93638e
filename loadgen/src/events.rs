//! The run's log: what happened when, for the dashboard, in words. It is read off what each look sees, so nothing on the
//! path of a request tells it anything.

use std::sync::Arc;

use measure::{
    snapshot::{EVENTS_KEPT, EventKind, EventLine, RunPlan, Stage},
    trust::{Stamp, Trust},
    verdict::{Judged, Verdict},
};

use crate::hand::{Deed, Note, Notes};

/// The log so far.
#[derive(Debug, Default)]
pub(crate) struct EventLog {
    seq: u64,
    lines: Arc<Vec<EventLine>>,
    stage: Option<Stage>,
    phase: Option<usize>,
    note: u64,
    stamp: Option<Stamp>,
    verdicts: Vec<Verdict>,
}

/// What a look sees.
pub(crate) struct Seen<'a> {
    pub(crate) at_us: u64,
    pub(crate) stage: Stage,
    pub(crate) plan: &'a RunPlan,
    pub(crate) notes: &'a Notes,
    pub(crate) expectations: &'a [Judged],
    pub(crate) trust: &'a Trust,
}

impl EventLog {
    /// The newest lines, oldest first.
    pub(crate) fn lines(&self) -> Arc<Vec<EventLine>> {
        Arc::clone(&self.lines)
    }

    /// Writes down what is new.
    pub(crate) fn see(&mut self, seen: &Seen<'_>) {
        let at_us = seen.at_us;
        if self.stage != Some(seen.stage) {
            self.stage = Some(seen.stage);
            self.add(at_us, EventKind::Stage, stage(seen).to_owned());
        }
        if seen.stage == Stage::Running {
            self.phases(seen);
        }
        for Note { seq, deed, text } in seen.notes.after(self.note) {
            self.note = seq;
            let kind = match deed {
                Deed::Act | Deed::Refusal => EventKind::Hand,
                Deed::Mark => EventKind::Mark,
            };
            self.add(at_us, kind, text);
        }
        self.verdicts(seen);
        let before = self.stamp.replace(seen.trust.stamp);
        if before.is_some_and(|before| before != seen.trust.stamp) {
            let why = seen.trust.reasons.last().map_or("", String::as_str);
            self.add(
                at_us,
                EventKind::Trust,
                format!("{} {why}", seen.trust.stamp.word()).trim().to_owned(),
            );
        }
    }

    /// A phase is written down with the instant it began, not with that of the look.
    fn phases(&mut self, seen: &Seen<'_>) {
        let begun = seen.plan.phases.iter().take_while(|phase| phase.from_us <= seen.at_us);
        let known = self.phase.map_or(0, |phase| phase + 1);
        for (index, phase) in begun.enumerate().skip(known) {
            self.phase = Some(index);
            let faults = if phase.faults.is_empty() {
                "no faults".to_owned()
            } else {
                phase.faults.join(", ")
            };
            self.add(phase.from_us, EventKind::Phase, format!("{}: {faults}", phase.name));
        }
    }

    fn verdicts(&mut self, seen: &Seen<'_>) {
        self.verdicts.resize(seen.expectations.len(), Verdict::NotJudged);
        for (at, judged) in seen.expectations.iter().enumerate() {
            let before = std::mem::replace(&mut self.verdicts[at], judged.verdict);
            if before != judged.verdict {
                let text = format!("{} {}: {}", judged.verdict.word(), judged.text, judged.observed);
                self.add(seen.at_us, EventKind::Expectation, text);
            }
        }
    }

    fn add(&mut self, at_us: u64, kind: EventKind, text: String) {
        self.seq += 1;
        let line = EventLine {
            seq: self.seq,
            at_us,
            kind,
            text,
        };
        let lines = Arc::make_mut(&mut self.lines);
        if lines.len() >= EVENTS_KEPT {
            lines.remove(0);
        }
        lines.push(line);
    }
}

fn stage(seen: &Seen<'_>) -> &'static str {
    match seen.stage {
        Stage::Starting => "users are being made ready",
        Stage::Running => "first arrival",
        Stage::Draining => "no more arrivals, waiting for what is under way",
        Stage::Ended => "over",
    }
}
