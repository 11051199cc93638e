//! What a scenario's decision makes of one attempt: when which deliveries leave, what they say, or that none does.

use std::time::Duration;

use scenarios::{CallbackAct, Forgery, Tampering};

/// How long after the paid callback one comes that says unpaid.
const DOWNGRADE_AFTER: Duration = Duration::from_secs(1);

/// What happens to an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// `copies` deliveries, the first after `first`, the last `spread` later.
    Send {
        /// How many, at least one.
        copies: u32,
        /// From now to the first.
        first: Duration,
        /// From the first to the last.
        spread: Duration,
        /// What they say.
        says: Says,
    },
    /// So many deliveries at the same moment, each over a connection that is open already.
    Burst {
        /// How many.
        copies: u32,
    },
    /// Never sent; final.
    Drop,
    /// Kept until a release.
    Hold,
}

/// What a delivery says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    /// What is so, under the shop's own sign.
    Truth,
    /// What is so, under a sign that is not the shop's.
    Forged(Forgery),
    /// Something else, under the shop's own sign.
    Tampered(Tampering),
    /// That nothing has happened yet, under the shop's own sign.
    Unpaid,
}

/// The plan that a decision asks for.
pub(crate) fn plan(act: CallbackAct) -> Plan {
    let once = |first, says| Plan::Send {
        copies: 1,
        first,
        spread: Duration::ZERO,
        says,
    };
    match act {
        // What makes an attempt early was done when its order was opened; what follows one is `sequel`.
        CallbackAct::Deliver | CallbackAct::Early | CallbackAct::Stale(_) | CallbackAct::Downgrade => {
            once(Duration::ZERO, Says::Truth)
        }
        CallbackAct::Delay(late) => once(late, Says::Truth),
        CallbackAct::Forge(forgery) => once(Duration::ZERO, Says::Forged(forgery)),
        CallbackAct::Tamper(tampering) => once(Duration::ZERO, Says::Tampered(tampering)),
        CallbackAct::Duplicate {
            copies,
            concurrent: true,
            ..
        } => Plan::Burst { copies: copies.max(1) },
        CallbackAct::Duplicate { copies, spread, .. } => Plan::Send {
            copies: copies.max(1),
            first: Duration::ZERO,
            spread,
            says: Says::Truth,
        },
        CallbackAct::Drop => Plan::Drop,
        CallbackAct::Hold => Plan::Hold,
    }
}

/// The delivery that follows one that was made, and after which time.
pub(crate) fn sequel(act: CallbackAct) -> Option<(Duration, Says)> {
    match act {
        CallbackAct::Stale(age) => Some((age, Says::Truth)),
        CallbackAct::Downgrade => Some((DOWNGRADE_AFTER, Says::Unpaid)),
        CallbackAct::Deliver
        | CallbackAct::Drop
        | CallbackAct::Delay(_)
        | CallbackAct::Duplicate { .. }
        | CallbackAct::Forge(_)
        | CallbackAct::Tamper(_)
        | CallbackAct::Early
        | CallbackAct::Hold => None,
    }
}

/// The places of `count` things spread evenly over `over`: the first at zero, the last at its end.
pub(crate) fn spread(count: u32, over: Duration) -> impl Iterator<Item = Duration> {
    let gaps = u128::from(count.saturating_sub(1).max(1));
    (0..count).map(move |place| {
        let nanos = over.as_nanos() * u128::from(place) / gaps;
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_spread_evenly_from_begin_to_end() {
        let rows: [(u32, u64, &[u64]); 5] = [
            (0, 9, &[]),
            (1, 9, &[0]),
            (2, 9, &[0, 9]),
            (3, 9, &[0, 4_500, 9_000]),
            (4, 9, &[0, 3, 6, 9]),
        ];
        for (count, over_s, expected) in rows {
            let places: Vec<Duration> = spread(count, Duration::from_secs(over_s)).collect();
            let expected: Vec<Duration> = match count {
                3 => expected.iter().copied().map(Duration::from_millis).collect(),
                _ => expected.iter().copied().map(Duration::from_secs).collect(),
            };
            assert_eq!(places, expected, "{count} over {over_s} s");
        }
    }
}
