//! How an exchange ended, in the few words that a dashboard tells apart, and whether the scenario brought it about.

use protocol::admin::ExchangeEnd as End;
use scenarios::{LedgerAct, Shape};

use super::{LEFT, LEFT_IN_THE_MIDDLE};
use crate::{
    dialect::Denial,
    fulfil::Fulfilled,
    journal::{Entry, Outcome},
};

/// How an exchange ended; `refused` is why its answer is a refusal, where it is one.
pub(super) fn end_of(entry: &Entry, refused: Option<End>) -> (End, bool) {
    let shape = entry.decision.as_deref().map(|decision| &decision.reply.shape);
    let left = matches!(entry.reason.as_deref(), Some(LEFT | LEFT_IN_THE_MIDDLE));
    let end = match entry.outcome {
        Outcome::Closed | Outcome::Cut if left => End::Left,
        Outcome::Answered => match shape {
            Some(Shape::Status(reply)) => of_status(reply.status),
            Some(
                Shape::Honest
                | Shape::Reset
                | Shape::Empty
                | Shape::Hang
                | Shape::Garbage
                | Shape::Truncate(_)
                | Shape::Dribble { .. }
                | Shape::SlowClose(_)
                | Shape::Bandwidth { .. },
            )
            | None => refused.unwrap_or(End::Answered),
        },
        Outcome::Cut => End::Cut,
        Outcome::Garbled => End::Garbled,
        Outcome::Reset => End::Reset,
        Outcome::Closed => End::Closed,
        Outcome::Hung => End::Hung,
        // These end deliveries.
        Outcome::Acknowledged
        | Outcome::Refused
        | Outcome::Failed
        | Outcome::Timeout
        | Outcome::Held
        | Outcome::Released
        | Outcome::Dropped
        | Outcome::Forbidden => End::Left,
    };
    (end, is_by_scenario(entry, end, shape))
}

/// Why the honest answer is a refusal, where it is one.
pub(super) fn refusal_of(fulfilled: &Fulfilled) -> Option<End> {
    match &fulfilled.answer {
        Some(Ok(_)) | None => None,
        Some(Err(Denial::Field(_))) => Some(End::Malformed),
        Some(Err(Denial::Refused(_) | Denial::Scenario(_) | Denial::UnknownOrder | Denial::System)) => {
            Some(End::Declined)
        }
    }
}

fn of_status(status: u16) -> End {
    match status {
        400..500 => End::Http4xx,
        500..600 => End::Http5xx,
        _ => End::Strange,
    }
}

fn is_by_scenario(entry: &Entry, end: End, shape: Option<&Shape>) -> bool {
    match end {
        End::Answered | End::Unauthenticated | End::Malformed => false,
        End::Declined => {
            let decision = entry.decision.as_deref();
            decision.is_some_and(|decision| matches!(decision.ledger, LedgerAct::Refuse(_)))
        }
        // A good wallet does none of these.
        End::Http4xx | End::Http5xx | End::Strange | End::Cut | End::Garbled | End::Reset | End::Closed | End::Hung => {
            true
        }
        // Who was made to wait may lose patience.
        End::Left => {
            let waited = entry.injected + entry.queued + entry.service;
            !waited.is_zero() || shape.is_some_and(|shape| *shape != Shape::Honest)
        }
    }
}
