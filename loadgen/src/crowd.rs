//! A crowd: users that come again and again, each only when its order is done. Pure: what happens when is told, and asked
//! for; the pacer's thread waits in real time, a rehearsal in virtual time.
//!
//! Invariant: a user is either on its way to its next order, or with exactly one.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

use scenarios::{
    Crowd,
    load::{Segment, think_time},
};

use crate::clock::micros;

/// All users begin within this, one after another: a crowd that begins as one measures its own begin.
const BEGIN_WITHIN_US: u64 = 1_000_000;

/// The gate that users come through; times are microseconds since the begin.
#[derive(Debug)]
pub(crate) struct Turnstile {
    crowd: Crowd,
    seed: u64,
    segment: Segment,
    until_us: u64,
    /// When users on their way arrive.
    coming: BinaryHeap<Reverse<u64>>,
    /// Orders that a user is with, and when its patience ends. Numbers and ends rise together.
    with: BTreeMap<u32, u64>,
    next: u32,
}

/// A user that came through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Passed {
    /// The number of its order.
    pub(crate) seq: u32,
    /// When it was due.
    pub(crate) due_us: u64,
}

impl Turnstile {
    /// Nobody comes from `until_us` on.
    pub(crate) fn new(crowd: &Crowd, seed: u64, until_us: u64) -> Self {
        let users = u64::from(crowd.users);
        Self {
            crowd: crowd.clone(),
            seed,
            segment: Segment::WHOLE,
            until_us,
            coming: (0..users).map(|user| Reverse(BEGIN_WITHIN_US * user / users)).collect(),
            with: BTreeMap::new(),
            next: 0,
        }
    }

    /// The users of a segment, each beginning when it would in the whole; their orders are numbered like its arrivals.
    #[must_use]
    pub(crate) fn of_segment(self, segment: Segment) -> Self {
        let users = u64::from(self.crowd.users);
        let own = (0..users).filter(|user| segment.has(*user));
        Self {
            segment,
            coming: own.map(|user| Reverse(BEGIN_WITHIN_US * user / users)).collect(),
            ..self
        }
    }

    /// When to look next; `None` when nobody will come any more.
    pub(crate) fn next_us(&self) -> Option<u64> {
        let comes = self.coming.peek().map(|Reverse(due)| *due);
        let loses_patience = self.with.first_key_value().map(|(_, end)| *end);
        let next = comes.into_iter().chain(loses_patience).min();
        next.filter(|next| *next < self.until_us)
    }

    /// The next user that is due.
    pub(crate) fn pass(&mut self, now_us: u64) -> Option<Passed> {
        while let Some((seq, end_us)) = self.with.first_key_value().map(|(seq, end)| (*seq, *end)) {
            if end_us > now_us {
                break;
            }
            self.left(seq, end_us);
        }
        let due_us = self.coming.peek().map(|Reverse(due)| *due)?;
        if due_us > now_us || due_us >= self.until_us {
            return None;
        }
        self.coming.pop();
        let seq = self.next;
        // Beyond the last number no user finds a way in.
        self.next = self.next.checked_add(1)?;
        self.with
            .insert(seq, due_us.saturating_add(micros(self.crowd.patience)));
        Some(Passed { seq, due_us })
    }

    /// The user that was with an order goes on; said twice, it is told once.
    pub(crate) fn left(&mut self, seq: u32, at_us: u64) {
        if self.with.remove(&seq).is_some() {
            let think_us = micros(think_time(&self.crowd, self.seed, self.segment.in_whole(seq)));
            self.coming.push(Reverse(at_us.saturating_add(think_us)));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use scenarios::{distribution::Distribution, load::Segment};

    use super::{Crowd, Passed, Turnstile};

    const MS: u64 = 1_000;

    fn turnstile(users: u32, think_ms: u64, until_ms: u64) -> Turnstile {
        let crowd = Crowd {
            users,
            think: Distribution::fixed(Duration::from_millis(think_ms)),
            patience: Duration::from_secs(5),
        };
        Turnstile::new(&crowd, 1, until_ms * MS)
    }

    /// Everybody who is due at each moment, as (order, due in ms).
    fn all(turnstile: &mut Turnstile, at_ms: u64) -> Vec<(u32, u64)> {
        std::iter::from_fn(|| turnstile.pass(at_ms * MS))
            .map(|Passed { seq, due_us }| (seq, due_us / MS))
            .collect()
    }

    #[test]
    fn users_begin_one_after_another_and_come_again_when_they_are_done() {
        let mut turnstile = turnstile(4, 100, 60_000);
        assert_eq!(all(&mut turnstile, 600), [(0, 0), (1, 250), (2, 500)]);
        turnstile.left(1, 610 * MS);
        turnstile.left(1, 650 * MS);
        turnstile.left(77, 650 * MS);
        assert_eq!(turnstile.next_us(), Some(710 * MS));
        assert_eq!(all(&mut turnstile, 1_000), [(3, 710), (4, 750)]);
        // All four are with an order; the first loses its patience five seconds after it came.
        assert_eq!(turnstile.next_us(), Some(5_000 * MS));
        assert_eq!(all(&mut turnstile, 5_099), []);
        assert_eq!(all(&mut turnstile, 5_100), [(5, 5_100)]);
        turnstile.left(0, 5_200 * MS);
        assert_eq!(turnstile.next_us(), Some(5_500 * MS));
    }

    #[test]
    fn segments_share_out_the_users() {
        let begins = |of| {
            let own = |segment| all(&mut turnstile(4, 100, 60_000).of_segment(segment), 999);
            Segment::all(of).map(own).collect::<Vec<_>>()
        };
        assert_eq!(begins(1), [[(0, 0), (1, 250), (2, 500), (3, 750)]]);
        assert_eq!(begins(3), [vec![(0, 0), (1, 750)], vec![(0, 250)], vec![(0, 500)]]);
    }

    #[test]
    fn nobody_comes_when_the_load_is_over() {
        let mut turnstile = turnstile(1, 0, 100);
        assert_eq!(all(&mut turnstile, 0), [(0, 0)]);
        turnstile.left(0, 99 * MS);
        assert_eq!(all(&mut turnstile, 200), [(1, 99)]);
        turnstile.left(1, 100 * MS);
        assert_eq!((all(&mut turnstile, 200), turnstile.next_us()), (vec![], None));
    }
}
