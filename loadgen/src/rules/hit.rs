//! One rule that hit one occasion, and how that lies on a shelf.

use crate::shelf::{Fixed, In, Out};

use super::Said;

/// What one rule can decide of one occasion: outcome, delay, callback.
pub(super) const AXES: usize = 3;

/// One rule that hit one occasion, as the journal tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Index among the gateway's rules.
    pub(crate) rule: u16,
    /// The order, where the subject is one of ours.
    pub(crate) order: Option<u32>,
    /// The exchange, where the nonce is one of ours.
    pub(super) call: Option<u64>,
    /// Whether it was an exchange or a callback.
    pub(super) on_callback: bool,
    /// The attempt.
    pub(crate) attempt: u32,
    /// What was decided.
    pub(crate) said: Said,
    /// What the same rule decided beside it: a reset after a delay is one hit.
    pub(super) also: [Option<Said>; AXES - 1],
}

impl Hit {
    /// Everything it decided, in words.
    pub(crate) fn words(&self) -> String {
        let all = std::iter::once(self.said).chain(self.also.iter().flatten().copied());
        all.map(|said| said.to_string()).collect::<Vec<_>>().join(", ")
    }

    /// Takes in what else the rule decided of the same occasion.
    pub(super) fn say(&mut self, said: Said) {
        if let Some(free) = self.also.iter_mut().find(|also| also.is_none()) {
            *free = Some(said);
        }
    }
}

/// A hit on its shelf, with the number of the next one of the same order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) hit: Hit,
    pub(super) next: Option<u32>,
}

/// Which words, and the number that goes with them.
const SAID_BYTES: usize = 1 + 8;

impl Fixed for Kept {
    /// Rule, order, exchange, whether of a callback, attempt, all that was decided, the next of the order.
    const BYTES: usize = 2 + 9 + 9 + 1 + 4 + AXES * SAID_BYTES + 9;

    fn write(&self, out: &mut Out<'_>) {
        let Hit {
            rule,
            order,
            call,
            on_callback,
            attempt,
            said,
            also,
        } = self.hit;
        out.u16(rule);
        out.maybe(order.map(u64::from));
        out.maybe(call);
        out.flag(on_callback);
        out.u32(attempt);
        for said in std::iter::once(Some(said)).chain(also) {
            write_said(said, out);
        }
        out.maybe(self.next.map(u64::from));
    }

    fn read(from: &mut In<'_>) -> Self {
        let number = |kept: Option<u64>| kept.and_then(|number| u32::try_from(number).ok());
        Self {
            hit: Hit {
                rule: from.u16(),
                order: number(from.maybe()),
                call: from.maybe(),
                on_callback: from.flag(),
                attempt: from.u32(),
                said: read_said(from).unwrap_or(Said::Strange),
                also: [read_said(from), read_said(from)],
            },
            next: number(from.maybe()),
        }
    }
}

fn write_said(said: Option<Said>, out: &mut Out<'_>) {
    let (word, number) = match said {
        None => (0, 0),
        Some(Said::Honest) => (1, 0),
        Some(Said::Refuse) => (2, 0),
        Some(Said::Status { status }) => (3, u64::from(status)),
        Some(Said::Reset) => (4, 0),
        Some(Said::Empty) => (5, 0),
        Some(Said::Hang) => (6, 0),
        Some(Said::Garbage) => (7, 0),
        Some(Said::Truncate) => (8, 0),
        Some(Said::Dribble { us }) => (9, us),
        Some(Said::Bandwidth) => (10, 0),
        Some(Said::SlowClose) => (11, 0),
        Some(Said::Delay { us }) => (12, us),
        Some(Said::Drop) => (13, 0),
        Some(Said::Late { us }) => (14, us),
        Some(Said::Copies { copies }) => (15, u64::from(copies)),
        Some(Said::Spoilt) => (16, 0),
        Some(Said::Stale) => (17, 0),
        Some(Said::Downgrade) => (18, 0),
        Some(Said::Early) => (19, 0),
        Some(Said::Hold) => (20, 0),
        Some(Said::Release) => (21, 0),
        Some(Said::Strange) => (22, 0),
    };
    out.u8(word);
    out.u64(number);
}

fn read_said(from: &mut In<'_>) -> Option<Said> {
    let (word, number) = (from.u8(), from.u64());
    Some(match word {
        0 => return None,
        1 => Said::Honest,
        2 => Said::Refuse,
        3 => Said::Status {
            status: u16::try_from(number).unwrap_or_default(),
        },
        4 => Said::Reset,
        5 => Said::Empty,
        6 => Said::Hang,
        7 => Said::Garbage,
        8 => Said::Truncate,
        9 => Said::Dribble { us: number },
        10 => Said::Bandwidth,
        11 => Said::SlowClose,
        12 => Said::Delay { us: number },
        13 => Said::Drop,
        14 => Said::Late { us: number },
        15 => Said::Copies {
            copies: u32::try_from(number).unwrap_or(u32::MAX),
        },
        16 => Said::Spoilt,
        17 => Said::Stale,
        18 => Said::Downgrade,
        19 => Said::Early,
        20 => Said::Hold,
        21 => Said::Release,
        _ => Said::Strange,
    })
}
