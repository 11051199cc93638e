//! What happened at the gateway, in lines: phases that began, and what operators did.

use std::{collections::VecDeque, sync::Arc};

use measure::snapshot::{EVENTS_KEPT, EventKind, EventLine, RunPlan};
use protocol::admin::{ActLine, FaultList};

/// Acts that are remembered.
const ACTS_KEPT: usize = 20;
/// Both clocks of the gateway are read one after the other: an act of this long before a start may have brought it about.
const SKEW_US: i128 = 100_000;

/// The lines of one run so far.
#[derive(Debug, Default)]
pub(super) struct Log {
    seq: u64,
    lines: Arc<Vec<EventLine>>,
    /// Phases of the plan that have begun.
    begun: usize,
    acts: VecDeque<String>,
}

impl Log {
    /// Notes what is new until `elapsed_us`: phases of the plan, and acts with their times on the axis.
    pub(super) fn see<'a>(&mut self, plan: &RunPlan, elapsed_us: u64, acts: impl Iterator<Item = (i128, &'a ActLine)>) {
        let begun = plan
            .phases
            .iter()
            .skip(self.begun)
            .take_while(|phase| phase.from_us <= elapsed_us);
        let mut new: Vec<(u64, EventKind, String)> = begun
            .map(|phase| {
                let faults = if phase.faults.is_empty() {
                    "no faults".to_owned()
                } else {
                    phase.faults.join(", ")
                };
                (phase.from_us, EventKind::Phase, format!("{}: {faults}", phase.name))
            })
            .collect();
        self.begun += new.len();
        for (at_us, act) in acts.filter(|(at_us, _)| *at_us >= -SKEW_US) {
            let text = words(act);
            if act.act != "fault_ended" {
                self.remember(text.clone());
            }
            new.push((u64::try_from(at_us).unwrap_or(0), EventKind::Hand, text));
        }
        if new.is_empty() {
            return;
        }
        new.sort_by_key(|(at_us, ..)| *at_us);
        let lines = Arc::make_mut(&mut self.lines);
        for (at_us, kind, text) in new {
            self.seq += 1;
            lines.push(EventLine {
                seq: self.seq,
                at_us,
                kind,
                text,
            });
        }
        let gone = lines.len().saturating_sub(EVENTS_KEPT);
        lines.drain(..gone);
    }

    /// The newest lines, oldest first.
    pub(super) fn lines(&self) -> Arc<Vec<EventLine>> {
        Arc::clone(&self.lines)
    }

    /// What was done, and last of all which faults are on now.
    pub(super) fn by_hand(&self, faults: &FaultList) -> Vec<String> {
        let on = faults.faults.iter().map(|fault| format!("fault {} is on", fault.name));
        self.acts.iter().cloned().chain(on).collect()
    }

    fn remember(&mut self, act: String) {
        if self.acts.len() >= ACTS_KEPT {
            self.acts.pop_front();
        }
        self.acts.push_back(act);
    }
}

/// An act in few words.
fn words(act: &ActLine) -> String {
    let ActLine { name, detail, .. } = act;
    match act.act.as_str() {
        "scenario" => format!("scenario {name}"),
        "phase" => format!("phase {name}"),
        "fault_put" => format!("fault {name} on"),
        "fault_lifted" => format!("fault {name} off"),
        "fault_ended" => format!("fault {name} over"),
        "release" => format!("release, {detail}"),
        "clock" => format!("clock {detail}"),
        other => format!("{other} {name}").trim_end().to_owned(),
    }
}
