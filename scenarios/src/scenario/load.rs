//! The load of a scenario: who comes, when, and what each does.

use std::time::Duration;

use rust_decimal::Decimal;

use super::{Itinerary, Operation, Rate, Ratio};
use crate::{distribution::Distribution, load::Trace};

/// The load of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    /// Journeys against the gateway and their shares, which sum to one.
    pub journeys: Vec<(Journey, Ratio)>,
    /// Journeys of one's own against a shop's service; where there are some, they are played instead.
    pub itineraries: Vec<Itinerary>,
    /// Who comes, and when.
    pub demand: Demand,
    /// What happens to an arrival that finds no free user.
    pub policy: Policy,
    /// Amounts of deposits.
    pub amount: AmountRange,
    /// How long a run waits after the last arrival, at most.
    pub drain: Duration,
}

impl Load {
    /// Stretches of arrivals; none where a crowd comes again and again.
    pub fn arrivals(&self) -> &[Arrivals] {
        match &self.demand {
            Demand::Arrivals(stretches) => stretches,
            Demand::Users(_) => &[],
        }
    }

    /// The crowd, where there is one.
    pub fn crowd(&self) -> Option<&Crowd> {
        match &self.demand {
            Demand::Arrivals(_) => None,
            Demand::Users(crowd) => Some(crowd),
        }
    }

    /// Whether a stretch of arrivals is recorded ones.
    pub fn wants_trace(&self) -> bool {
        self.arrivals()
            .iter()
            .any(|stretch| matches!(stretch.flow, Flow::Trace(_)))
    }

    /// Puts recorded arrivals where the file says `trace`.
    pub fn give_trace(&mut self, recorded: &Trace) {
        let Demand::Arrivals(stretches) = &mut self.demand else {
            return;
        };
        for stretch in stretches {
            if let Flow::Trace(trace) = &mut stretch.flow {
                *trace = recorded.clone();
            }
        }
    }
}

/// Who comes.
#[derive(Clone, Debug, PartialEq)]
pub enum Demand {
    /// The open model: arrivals come when they come, however the target does.
    Arrivals(Vec<Arrivals>),
    /// The closed model: a crowd of which each begins again only when it is done.
    Users(Crowd),
}

/// Users that come again and again.
#[derive(Clone, Debug, PartialEq)]
pub struct Crowd {
    /// How many; at least one.
    pub users: u32,
    /// How long each waits between the end of a journey and its next.
    pub think: Distribution,
    /// How long each waits for an order to be done before it goes on without it.
    pub patience: Duration,
}

/// A journey that the load plays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Journey {
    /// `checkout`: open an order, have it paid, receive the callback, query. Over when the query says paid.
    #[default]
    Checkout,
    /// `payout`: pay a user, receive the callback of the withdrawal, query. Over when the query says paid out or failed.
    Payout,
    /// `query-storm`: open an order and query it again and again, whatever the callback says. Over when a query says paid,
    /// or when the shop gives up.
    QueryStorm,
    /// `qr`: as [`Self::Checkout`], and the shopper opens the cashier's page with its QR code.
    Qr,
}

impl Journey {
    /// Every journey, in the order of the documentation.
    pub const ALL: [Self; 4] = [Self::Checkout, Self::Payout, Self::QueryStorm, Self::Qr];

    /// The word in YAML and in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Checkout => "checkout",
            Self::Payout => "payout",
            Self::QueryStorm => "query-storm",
            Self::Qr => "qr",
        }
    }

    /// The journey of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|journey| journey.word() == word)
    }

    /// The operation that opens its order.
    pub fn opens(self) -> Operation {
        match self {
            Self::Checkout | Self::QueryStorm | Self::Qr => Operation::PayLink,
            Self::Payout => Operation::Transfer,
        }
    }

    /// The operation that asks what became of its order.
    pub fn asks(self) -> Operation {
        match self {
            Self::Checkout | Self::QueryStorm | Self::Qr => Operation::CheckDeposit,
            Self::Payout => Operation::CheckTransfer,
        }
    }

    /// The page that its shopper opens, by the name that its requests are measured under.
    pub fn page(self) -> Option<&'static str> {
        match self {
            Self::Qr => Some("cashier"),
            Self::Checkout | Self::Payout | Self::QueryStorm => None,
        }
    }

    /// The operations that it calls.
    pub fn operations(self) -> [Operation; 2] {
        [self.opens(), self.asks()]
    }
}

/// A stretch of arrivals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrivals {
    /// How they follow one another.
    pub flow: Flow,
    /// Its length; without one it shares what is left of the timeline.
    pub lasts: Option<Duration>,
}

/// How arrivals follow one another. Only rates of [`Flow::Constant`] and [`Flow::Poisson`] are surely above zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Evenly spaced.
    Constant(Rate),
    /// Independent of one another: gaps are exponential, drawn from the seed.
    Poisson(Rate),
    /// A rate that rises or falls evenly.
    Ramp {
        /// At the begin.
        from: Rate,
        /// At the end.
        to: Rate,
    },
    /// A rate in steps of equal length and height; the first step has the first rate, the last step the last.
    Stairs {
        /// At the first step.
        from: Rate,
        /// At the last step.
        to: Rate,
        /// How many; at least two.
        steps: u32,
    },
    /// A rate that leaps up for the middle third of the stretch.
    Spike {
        /// In the first and the last third.
        base: Rate,
        /// In the middle third.
        peak: Rate,
    },
    /// As recorded.
    Trace(Trace),
}

impl Flow {
    /// The highest rate, arrivals a second; of recorded ones it is not known without counting.
    pub fn highest(&self) -> Option<Decimal> {
        match self {
            Self::Constant(rate) | Self::Poisson(rate) => Some(rate.0),
            Self::Ramp { from, to } | Self::Stairs { from, to, .. } => Some(from.0.max(to.0)),
            Self::Spike { base, peak } => Some(base.0.max(peak.0)),
            Self::Trace(_) => None,
        }
    }
}

/// What happens to an arrival that finds no free user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// It waits, and its latency includes the wait.
    Queue,
    /// It is dropped and counted.
    Drop,
}

/// Amounts, in whole cents, uniform between both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AmountRange {
    /// Smallest.
    pub from: Decimal,
    /// Largest.
    pub to: Decimal,
}
