//! What a rule does, in words.

use crate::{
    decision::{LedgerAct, Shape},
    explain::Axis,
    scenario::{AmountChange, CallbackFault, Forgery, Operation, Outcome, Rule, StatementBreak, Tampering},
    units::{duration_text, size_text},
};

/// What a rule does on one axis to what it hits.
pub(super) fn act(rule: &Rule, axis: Axis, affected: &str) -> String {
    match axis {
        Axis::Outcome => rule.outcome.as_ref().map(|outcome| outcome_act(outcome, affected)),
        Axis::Delay => rule
            .delay
            .as_ref()
            .map(|delay| format!("delays {affected} by {}", delay.describe())),
        Axis::Callback => rule
            .callback
            .as_ref()
            .map(|fault| callback_act(fault, rule.on, affected)),
    }
    .expect("shares are of axes that the rule names")
}

fn outcome_act(outcome: &Outcome, affected: &str) -> String {
    let ledger = match &outcome.ledger {
        LedgerAct::Apply => "the ledger applies them".to_owned(),
        LedgerAct::Skip => "the ledger never sees them".to_owned(),
        LedgerAct::Refuse(reason) => format!("the ledger refuses them: {}", reason.word()),
        LedgerAct::FailLater => "the ledger applies them, and they fail when they would settle".to_owned(),
        LedgerAct::Statement(wrong) => format!("the ledger applies them, and {}", in_the_statement(*wrong)),
    };
    match &outcome.shape {
        Shape::Honest => match &outcome.ledger {
            LedgerAct::Refuse(reason) => format!("refuses {affected}: {}", reason.word()),
            LedgerAct::FailLater => format!("lets {affected} fail when they would settle"),
            LedgerAct::Statement(wrong) => format!("leaves {affected} to the wallet; {}", in_the_statement(*wrong)),
            LedgerAct::Apply | LedgerAct::Skip => format!("leaves {affected} to the wallet; {ledger}"),
        },
        Shape::Status(reply) if reply.body_bytes > reply.body.len() as u64 => format!(
            "answers {affected} with {} and a body of {}; {ledger}",
            reply.status,
            size_text(reply.body_bytes)
        ),
        Shape::Status(reply) => format!("answers {affected} with {}; {ledger}", reply.status),
        Shape::Reset => format!("resets {affected}; {ledger}"),
        Shape::Empty => format!("closes {affected} without an answer; {ledger}"),
        Shape::Hang => format!("keeps {affected} waiting for an answer; {ledger}"),
        Shape::Garbage => format!("answers {affected} with bytes that are no answer; {ledger}"),
        Shape::Truncate(part) => format!("cuts the answer to {affected} after {part} of its body; {ledger}"),
        Shape::Dribble { chunks, over } => {
            let over = duration_text(*over);
            format!("sends the answer to {affected} in {chunks} pieces over {over}")
        }
        Shape::SlowClose(late) => {
            format!(
                "closes the connection {} after the answer to {affected}",
                duration_text(*late)
            )
        }
        Shape::Bandwidth { bytes_per_second } => {
            format!("sends the answer to {affected} at {}/s", size_text(*bytes_per_second))
        }
    }
}

fn callback_act(fault: &CallbackFault, on: Option<Operation>, affected: &str) -> String {
    match fault {
        CallbackFault::Drop if on == Some(Operation::Callback) => format!("never sends {affected}"),
        CallbackFault::Drop => format!("never sends the callback after {affected}"),
        CallbackFault::Delay(delay) => format!("delays {affected} by {}", delay.describe()),
        CallbackFault::Duplicate {
            copies,
            concurrent: true,
            ..
        } => format!("delivers {affected} {copies} times at the same moment"),
        CallbackFault::Duplicate { copies, spread, .. } if spread.is_zero() => {
            format!("delivers {affected} {copies} times at once")
        }
        CallbackFault::Duplicate { copies, spread, .. } => {
            format!("delivers {affected} {copies} times within {}", duration_text(*spread))
        }
        CallbackFault::Reorder { window } => {
            format!("delays {affected} by up to {}, out of order", duration_text(*window))
        }
        CallbackFault::Forge(forgery) => format!("forges {affected}: {}", forged(*forgery)),
        CallbackFault::Tamper(tampering) => format!("signs {affected} with {}", tampered(tampering)),
        CallbackFault::Stale(age) => format!("delivers {affected} again after {}", duration_text(*age)),
        CallbackFault::Downgrade => format!("sends one that says unpaid after {affected}"),
        CallbackFault::Early => format!("pays and calls back before it answers {affected}"),
        CallbackFault::Hold => format!("holds {affected} until they are released"),
        CallbackFault::Release { over } if over.is_zero() => {
            format!("releases {affected} at once, with those held before")
        }
        CallbackFault::Release { over } => {
            format!(
                "releases {affected}, with those held before, over {}",
                duration_text(*over)
            )
        }
    }
}

fn in_the_statement(wrong: StatementBreak) -> &'static str {
    match wrong {
        StatementBreak::Missing => "their lines are missing in the statement",
        StatementBreak::Extra => "a line of nobody's stands behind theirs in the statement",
        StatementBreak::Amount => "their lines in the statement show another amount",
        StatementBreak::Status => "their lines in the statement show another status",
        StatementBreak::Duplicate => "their lines stand twice in the statement",
    }
}

fn forged(forgery: Forgery) -> &'static str {
    match forgery {
        Forgery::WrongKey => "signed with another token",
        Forgery::BitFlip => "one bit of the sign is wrong",
        Forgery::Missing => "no sign",
        Forgery::Respelled => "a number is written differently under the original's sign",
        Forgery::OtherShop => "signed for another shop",
    }
}

fn tampered(Tampering { amount, coin }: &Tampering) -> String {
    let amount = amount.map(|amount| match amount {
        AmountChange::To(other) => format!("the amount {other}"),
        AmountChange::By(change) if change.is_sign_negative() => format!("an amount {} too small", change.abs()),
        AmountChange::By(change) => format!("an amount {change} too large"),
    });
    let coin = coin.map(|coin| format!("the coin {coin}"));
    let said: Vec<String> = amount.into_iter().chain(coin).collect();
    said.join(" and ")
}
