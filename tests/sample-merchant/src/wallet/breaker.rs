//! The circuit breaker: a wallet that fails is left alone for a while, then asked by one call before all the others.
//!
//! It saves three things: the customer, who hears at once that this way to pay is closed; the shop, whose threads do not
//! pile up behind time-outs; and the wallet, which is not met by everybody at once when it comes back.
//!
//! Pure: the caller says what time it is.

use std::time::Duration;

use tokio::time::Instant;

/// The state machine.
#[derive(Debug)]
pub(crate) struct Breaker {
    state: State,
    failures_max: u32,
    cooldown: Duration,
    /// Counts changes of state: a call that began before one says nothing about what came after.
    epoch: u64,
    opened: u64,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant },
    HalfOpen,
}

/// A call that was let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pass {
    epoch: u64,
}

/// How a call ended, seen from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    /// The wallet answered, be it with a refusal.
    Good,
    /// It did not, or with 5xx.
    Bad,
    /// Nobody waited for the end.
    Unknown,
}

impl Breaker {
    /// Opens after `failures_max` failures in a row, for `cooldown`.
    pub(crate) fn new(failures_max: u32, cooldown: Duration) -> Self {
        Self {
            state: State::Closed { failures: 0 },
            failures_max,
            cooldown,
            epoch: 0,
            opened: 0,
        }
    }

    /// Lets a call through, or says for how long nobody need try.
    pub(crate) fn enter(&mut self, now: Instant) -> Result<Pass, Duration> {
        match self.state {
            State::Closed { .. } => {}
            State::Open { until } if now >= until => self.change(State::HalfOpen),
            State::Open { until } => return Err(until - now),
            // One is on its way to see; the others wait for what it finds.
            State::HalfOpen => return Err(self.cooldown),
        }
        Ok(Pass { epoch: self.epoch })
    }

    /// Takes note of how a call ended.
    pub(crate) fn leave(&mut self, pass: Pass, health: Health, now: Instant) {
        if pass.epoch != self.epoch {
            return;
        }
        match (self.state, health) {
            (State::Closed { .. }, Health::Good) => self.state = State::Closed { failures: 0 },
            (State::Closed { failures }, Health::Bad) if failures + 1 < self.failures_max => {
                self.state = State::Closed { failures: failures + 1 };
            }
            (State::Closed { .. } | State::HalfOpen, Health::Bad) => self.open(now),
            (State::HalfOpen, Health::Good) => self.change(State::Closed { failures: 0 }),
            // The one that was to see went away: the next may go at once.
            (State::HalfOpen, Health::Unknown) => self.change(State::Open { until: now }),
            (State::Closed { .. }, Health::Unknown) | (State::Open { .. }, _) => {}
        }
    }

    fn open(&mut self, now: Instant) {
        self.opened += 1;
        let until = now + self.cooldown;
        self.change(State::Open { until });
    }

    fn change(&mut self, state: State) {
        self.epoch += 1;
        self.state = state;
    }

    /// For how long no call would be let through; none if one would.
    pub(crate) fn closed_for(&self, now: Instant) -> Option<Duration> {
        match self.state {
            State::Closed { .. } => None,
            State::Open { until } => (now < until).then(|| until - now),
            State::HalfOpen => Some(self.cooldown),
        }
    }

    /// Its state, in a word.
    pub(crate) fn word(&self) -> &'static str {
        match self.state {
            State::Closed { .. } => "closed",
            State::Open { .. } => "open",
            State::HalfOpen => "half-open",
        }
    }

    /// How often it has opened.
    pub(crate) fn opened(&self) -> u64 {
        self.opened
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOLDOWN: Duration = Duration::from_secs(5);

    /// Plays steps `now_s: what` and says what state follows each: `+` a good call, `-` a bad one, `?` one nobody waits for,
    /// `(` one that enters and stays, `)` the good end of the oldest of those, `!` one that must not be let through.
    fn check(steps: &[(u64, &str, &str)]) {
        let begin = Instant::now();
        let mut breaker = Breaker::new(3, COOLDOWN);
        let mut inside = Vec::new();
        for (index, (now_s, calls, state)) in steps.iter().enumerate() {
            let now = begin + Duration::from_secs(*now_s);
            for call in calls.chars() {
                match call {
                    '!' => assert!(breaker.enter(now).is_err(), "step {index}: {breaker:?}"),
                    '(' => inside.push(breaker.enter(now).expect("let through")),
                    ')' => breaker.leave(inside.remove(0), Health::Good, now),
                    _ => {
                        let health = match call {
                            '+' => Health::Good,
                            '-' => Health::Bad,
                            _ => Health::Unknown,
                        };
                        let pass = breaker.enter(now).expect("let through");
                        breaker.leave(pass, health, now);
                    }
                }
            }
            assert_eq!(breaker.word(), *state, "step {index}");
        }
    }

    #[test]
    fn only_failures_in_a_row_open_it() {
        check(&[(0, "--+--+--", "closed"), (1, "-!", "open")]);
        check(&[(0, "--?", "closed"), (0, "-", "open")]);
    }

    #[test]
    fn it_stays_open_for_its_time_and_then_lets_one_see() {
        check(&[
            (0, "---", "open"),
            (4, "!", "open"),
            (5, "(!!", "half-open"),
            (6, ")+", "closed"),
        ]);
        check(&[
            (0, "---", "open"),
            (5, "-", "open"),
            (9, "!", "open"),
            (10, "+", "closed"),
        ]);
    }

    #[test]
    fn a_probe_that_nobody_waits_for_does_not_block_the_next() {
        check(&[(0, "---", "open"), (5, "?", "open"), (5, "+", "closed")]);
    }

    #[test]
    fn an_old_calls_good_end_does_not_close_it() {
        check(&[
            (0, "(---)", "open"),
            (0, "!", "open"),
            (5, "(", "half-open"),
            (5, ")", "closed"),
        ]);
    }

    #[test]
    fn it_says_for_how_long() {
        let begin = Instant::now();
        let mut breaker = Breaker::new(1, COOLDOWN);
        assert_eq!(breaker.closed_for(begin), None);
        let pass = breaker.enter(begin).expect("let through");
        breaker.leave(pass, Health::Bad, begin);
        assert_eq!(
            breaker.closed_for(begin + Duration::from_secs(1)),
            Some(Duration::from_secs(4))
        );
        assert_eq!(
            breaker.enter(begin + Duration::from_secs(1)),
            Err(Duration::from_secs(4))
        );
        assert_eq!(breaker.closed_for(begin + COOLDOWN), None);
        assert_eq!(breaker.opened(), 1);
    }
}
