//! Keyed randomness as a function: the same seed, subject, attempt and site give the same draw on every machine, in every
//! order of arrival and in every number of threads. Whether a draw hits is left to `Ratio::hits`, what it stands for to
//! those who draw.
//!
//! Invariant: the bytes that are hashed are part of the format of recorded runs. A change of them changes the fate of every order
//! that anybody replays, so the golden table below may only grow.

use siphasher::sip::SipHasher24;
use std::hash::Hasher;

use crate::decision::Subject;

/// Whose fate is drawn: a shop, an operation and an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrawSubject<'a> {
    /// The shop's id.
    pub shop: u64,
    /// The operation's word.
    pub operation: &'a str,
    /// The order's number, or the call's ordinal.
    pub subject: Subject<'a>,
}

/// At which place of a scenario is drawn, and what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Site<'a> {
    /// A rule's site, see `Rule::site`; for draws outside rules the name of what draws.
    pub of: &'a str,
    /// What the draw stands for, so that a rule's chance and its delay are independent.
    pub what: Drawn,
}

/// What a draw stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawn {
    /// Whether a rule hits.
    Hit,
    /// A reply's delay.
    Delay,
    /// A callback's delay.
    CallbackDelay,
    /// What a simulated payer does.
    PayerOutcome,
    /// When a simulated payer does it.
    PayAfter,
    /// The first eight bytes of an order's id.
    OrderIdHigh,
    /// The last eight bytes of an order's id.
    OrderIdLow,
    /// The wallet number of a payer.
    PayerId,
    /// Which journey an arrival plays.
    Journey,
    /// The amount of an arrival's deposit.
    Amount,
    /// The method that a payer tries first.
    Method,
    /// Whether paying by a method fails.
    MethodFails,
    /// Whether risk control declines a payment.
    RiskDecline,
    /// Whether risk control reviews a payment.
    RiskReview,
    /// How long a review takes.
    RiskTakes,
    /// When a withdrawal settles.
    SettleAfter,
    /// The code that a payer enters as a second factor.
    Code,
    /// How long a call is served.
    ServiceTime,
    /// How long a random arrival comes after the one before.
    Gap,
    /// How long a user waits between two journeys.
    Think,
}

impl Drawn {
    /// Every kind of draw.
    pub const ALL: [Self; 20] = [
        Self::Hit,
        Self::Delay,
        Self::CallbackDelay,
        Self::PayerOutcome,
        Self::PayAfter,
        Self::OrderIdHigh,
        Self::OrderIdLow,
        Self::PayerId,
        Self::Journey,
        Self::Amount,
        Self::Method,
        Self::MethodFails,
        Self::RiskDecline,
        Self::RiskReview,
        Self::RiskTakes,
        Self::SettleAfter,
        Self::Code,
        Self::ServiceTime,
        Self::Gap,
        Self::Think,
    ];

    /// The word that is hashed.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Delay => "delay",
            Self::CallbackDelay => "callback delay",
            Self::PayerOutcome => "payer outcome",
            Self::PayAfter => "pay after",
            Self::OrderIdHigh => "order id, high",
            Self::OrderIdLow => "order id, low",
            Self::PayerId => "payer id",
            Self::Journey => "journey",
            Self::Amount => "amount",
            Self::Method => "method",
            Self::MethodFails => "method fails",
            Self::RiskDecline => "risk decline",
            Self::RiskReview => "risk review",
            Self::RiskTakes => "risk takes",
            Self::SettleAfter => "settle after",
            Self::Code => "code",
            Self::ServiceTime => "service time",
            Self::Gap => "gap",
            Self::Think => "think",
        }
    }
}

/// Draws a number, uniform over all of `u64`: SipHash-2-4 under a key made of the seed, over length-prefixed parts.
pub fn draw(seed: u64, subject: &DrawSubject<'_>, attempt: u32, site: Site<'_>) -> u64 {
    Draws::new(seed, subject, attempt).at(site)
}

/// All draws of one subject and attempt: their common parts are hashed once, since an occasion tries many rules.
#[derive(Clone, Copy)]
pub(crate) struct Draws(SipHasher24);

impl Draws {
    pub(crate) fn new(seed: u64, subject: &DrawSubject<'_>, attempt: u32) -> Self {
        let mut hasher = SipHasher24::new_with_keys(seed, SECOND_KEY);
        part(&mut hasher, &subject.shop.to_le_bytes());
        part(&mut hasher, subject.operation.as_bytes());
        match subject.subject {
            Subject::Number(number) => {
                part(&mut hasher, b"number");
                part(&mut hasher, number.as_bytes());
            }
            Subject::Ordinal(ordinal) => {
                part(&mut hasher, b"ordinal");
                part(&mut hasher, &ordinal.to_le_bytes());
            }
        }
        part(&mut hasher, &attempt.to_le_bytes());
        Self(hasher)
    }

    pub(crate) fn at(self, site: Site<'_>) -> u64 {
        let mut hasher = self.0;
        part(&mut hasher, site.of.as_bytes());
        part(&mut hasher, site.what.word().as_bytes());
        hasher.finish()
    }
}

/// One part of the message, behind its length: without it, order `12` at site `3` would share the fate of `1` at `23`.
fn part(hasher: &mut SipHasher24, bytes: &[u8]) {
    // `write` alone takes bytes as they are; the hasher's methods for integers follow the machine's byte order.
    hasher.write(&(bytes.len() as u64).to_le_bytes());
    hasher.write(bytes);
}

/// The key's second half. The seed is the first; SipHash wants 128 bits and keeps no secret here.
const SECOND_KEY: u64 = u64::from_le_bytes(*b"paydrill");

#[cfg(test)]
mod tests;
