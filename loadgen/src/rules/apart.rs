//! The gateway's own time and what the scenario added to it, apart, as the journal tells of them.

use std::collections::BTreeMap;

use measure::{
    summary::{OperationSummary, PercentilesMs},
    tally::Tally,
};
use protocol::admin::JournalLine;
use scenarios::Operation;

use super::Said;

/// Times of exchanges by operation.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Apart(BTreeMap<&'static str, Times>);

#[derive(Clone, Debug, Default, PartialEq)]
struct Times {
    own: Tally,
    injected: Tally,
}

impl Apart {
    /// Takes in the line of an exchange. One whose answer the scenario stretches or withholds tells nothing of the
    /// gateway's own time, nor does one that was not decided.
    pub(super) fn line(&mut self, line: &JournalLine) {
        let mut operations = Operation::ALL.into_iter();
        let operation = operations.find(|known| known.word() == line.operation);
        let Some(operation) = operation.filter(|known| *known != Operation::Callback && line.attempt > 0) else {
            return;
        };
        let said = match &line.decision {
            Some(decision) => Said::of_outcome(&decision.ledger, &decision.reply),
            None => Said::Honest,
        };
        if !ends_at_once(said) {
            return;
        }
        let times = self.0.entry(operation.word()).or_default();
        let others = [line.injected_us, line.queued_us, line.service_us];
        let own_us = others.into_iter().fold(line.took_us, u64::saturating_sub);
        times.own.record(own_us);
        times.injected.record(line.injected_us);
    }

    /// Says of each operation what the journal tells of it.
    pub(crate) fn tell(&self, operations: &mut [OperationSummary]) {
        for operation in operations {
            if let Some(times) = self.0.get(operation.name.as_str()) {
                operation.own_ms = Some(PercentilesMs::from(&times.own));
                operation.injected_ms = Some(PercentilesMs::of_injected(&times.injected));
            }
        }
    }
}

fn ends_at_once(said: Said) -> bool {
    match said {
        Said::Honest
        | Said::Refuse
        | Said::Status { .. }
        | Said::Reset
        | Said::Empty
        | Said::Garbage
        | Said::Truncate => true,
        Said::Hang
        | Said::Dribble { .. }
        | Said::Bandwidth
        | Said::SlowClose
        | Said::Delay { .. }
        | Said::Drop
        | Said::Late { .. }
        | Said::Copies { .. }
        | Said::Spoilt
        | Said::Stale
        | Said::Downgrade
        | Said::Early
        | Said::Hold
        | Said::Release
        | Said::Strange => false,
    }
}

#[cfg(test)]
mod tests {
    use protocol::admin::DecisionView;

    use super::*;

    fn line(reply: Option<&str>, took_us: u64, injected_us: u64) -> JournalLine {
        let decision = reply.map(|reply| DecisionView {
            ledger: "apply".to_owned(),
            reply: reply.to_owned(),
            delay_us: injected_us,
            callback: "deliver".to_owned(),
        });
        JournalLine {
            seq: 1,
            time_us: 0,
            gateway_time_ms: 0,
            phase: "all".to_owned(),
            shop: 10_001,
            operation: "payLink".to_owned(),
            subject: "T-1".to_owned(),
            attempt: 1,
            order_id: None,
            nonce: None,
            rules: None,
            decision,
            status: 200,
            outcome: "answered".to_owned(),
            bytes_in: 0,
            bytes_out: 0,
            took_us,
            injected_us,
            queued_us: 0,
            service_us: 0,
            reason: None,
        }
    }

    fn told(lines: &[JournalLine]) -> Option<(PercentilesMs, PercentilesMs)> {
        let mut apart = Apart::default();
        for line in lines {
            apart.line(line);
        }
        let mut operations = [OperationSummary {
            name: "payLink".to_owned(),
            journey: false,
            requests: 1,
            success: 1.0,
            response_ms: PercentilesMs::default(),
            service_ms: PercentilesMs::default(),
            own_ms: None,
            injected_ms: None,
        }];
        apart.tell(&mut operations);
        let [operation] = operations;
        operation.own_ms.zip(operation.injected_ms)
    }

    #[test]
    fn what_the_scenario_adds_is_no_time_of_the_gateways_own() {
        let served = JournalLine {
            queued_us: 3_000,
            service_us: 4_000,
            ..line(None, 7_500, 0)
        };
        let (own, injected) = told(&[
            line(None, 400, 0),
            served,
            line(Some("honest"), 200_600, 200_000),
            line(Some("status 503"), 700, 0),
        ])
        .unwrap();
        assert_eq!((own.p50, own.max), (0.5, 0.7));
        assert_eq!((injected.p50, injected.max.round()), (0.0, 200.0));
    }

    #[test]
    fn stretched_undecided_and_other_lines_tell_nothing() {
        let undecided = JournalLine {
            attempt: 0,
            ..line(None, 400, 0)
        };
        let callback = JournalLine {
            operation: "callback".to_owned(),
            ..line(None, 400, 0)
        };
        let lines = [
            line(Some("hang"), 9, 0),
            line(Some("dribble 5 over 2s"), 9, 0),
            undecided,
            callback,
        ];
        assert_eq!(told(&lines), None);
    }
}
