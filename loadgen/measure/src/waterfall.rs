//! Where the time of a journey went: from the shopper's click to what it waited for, cut into the parts that took it.
//!
//! Every instant of a journey belongs to exactly one part, so the parts of one journey sum to its whole. At a percentile
//! the journeys around that rank are taken together, and their shares are laid over the percentile's own time: one
//! journey alone would tell of its chances and not of the shop.

use serde::{Deserialize, Serialize};

/// What takes a journey's time, in the order in which a doubtful instant is given away: the first that claims it has it,
/// and what none claims is the shop's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The payer at the wallet's page.
    Payer,
    /// From the payment to the callback that the shop took.
    Callback,
    /// A step waited for a user of the load's pool.
    Users,
    /// A call of the shop waited for a worker of the wallet.
    Queue,
    /// A delay that the scenario injected into a call.
    Injected,
    /// The wallet served a call.
    Service,
    /// The shopper had not asked yet whether it is done.
    Poll,
    /// Everything else: the shop's own work, its network, its retries and pauses.
    Merchant,
}

impl Part {
    /// Every part, in the order of a journey's tables.
    pub const ALL: [Self; 8] = [
        Self::Merchant,
        Self::Service,
        Self::Queue,
        Self::Injected,
        Self::Payer,
        Self::Callback,
        Self::Poll,
        Self::Users,
    ];

    /// The word of tables and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Payer => "payer",
            Self::Callback => "callback",
            Self::Users => "users",
            Self::Queue => "queue",
            Self::Injected => "injected",
            Self::Service => "service",
            Self::Poll => "poll",
            Self::Merchant => "merchant",
        }
    }
}

/// A stretch of time that a part claims, microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Who claims it.
    pub part: Part,
    /// From here.
    pub from_us: u64,
    /// Up to here.
    pub until_us: u64,
}

/// Times of parts, in the order of [`Part::ALL`], microseconds.
pub type Parts = [u64; 8];

/// Cuts a journey's time into its parts; they sum to the whole.
pub fn cut(from_us: u64, until_us: u64, claims: &[Claim]) -> Parts {
    let mut parts = Parts::default();
    let inside = |at: u64| at.clamp(from_us, until_us.max(from_us));
    let mut borders: Vec<u64> = claims
        .iter()
        .flat_map(|claim| [inside(claim.from_us), inside(claim.until_us)])
        .chain([from_us, until_us.max(from_us)])
        .collect();
    borders.sort_unstable();
    borders.dedup();
    for pair in borders.windows(2) {
        let claimed = claims
            .iter()
            .filter(|claim| inside(claim.from_us) <= pair[0] && inside(claim.until_us) >= pair[1])
            .map(|claim| claim.part)
            .min();
        parts[place(claimed.unwrap_or(Part::Merchant))] += pair[1] - pair[0];
    }
    parts
}

fn place(part: Part) -> usize {
    Part::ALL.iter().position(|known| *known == part).unwrap_or(0)
}

/// One journey, cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Story {
    /// From its arrival to its end, microseconds.
    pub whole_us: u64,
    /// Its parts.
    pub parts: Parts,
}

/// The journeys of one phase at one percentile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waterfall {
    /// The journey.
    pub journey: String,
    /// The phase of its arrival.
    pub phase: String,
    /// The percentile, such as `p99`.
    pub at: String,
    /// Journeys of the phase.
    pub journeys: u64,
    /// The percentile's time.
    pub whole_ms: f64,
    /// What it is made of; sums to the whole.
    pub parts: Vec<PartMs>,
    /// The part that takes most of it, the payer aside.
    pub limiting: Part,
}

/// A part's time at a percentile.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartMs {
    /// The part.
    pub part: Part,
    /// Its time.
    pub ms: f64,
}

/// The percentiles that are told, in hundredths of a percent.
const TOLD: [(&str, u64); 3] = [("p50", 5_000), ("p90", 9_000), ("p99", 9_900)];
/// Journeys around a rank that are taken together, to either side: a hundredth of all.
const AROUND: usize = 100;

/// Cuts the percentiles of a phase's journeys; none of none.
pub fn falls(journey: &str, phase: &str, stories: &mut [Story]) -> Vec<Waterfall> {
    stories.sort_unstable_by_key(|story| story.whole_us);
    let count = stories.len();
    if count == 0 {
        return Vec::new();
    }
    let told = TOLD.iter().map(|(at, hundredths)| {
        let rank = (count as u64 * hundredths).div_ceil(10_000).max(1);
        let rank = usize::try_from(rank).unwrap_or(count) - 1;
        let around = count / AROUND;
        let taken = &stories[rank.saturating_sub(around)..(rank + around + 1).min(count)];
        let whole_us = stories[rank].whole_us;
        let sum: u64 = taken.iter().map(|story| story.whole_us).sum();
        let parts: Vec<PartMs> = Part::ALL
            .into_iter()
            .enumerate()
            .map(|(place, part)| {
                let of_part: u64 = taken.iter().map(|story| story.parts[place]).sum();
                let share = of_part as f64 / sum.max(1) as f64;
                let ms = share * whole_us as f64 / 1_000.0;
                PartMs { part, ms }
            })
            .collect();
        let of_ours = parts.iter().filter(|part| part.part != Part::Payer);
        let limiting = of_ours.max_by(|a, b| a.ms.total_cmp(&b.ms));
        Waterfall {
            journey: journey.to_owned(),
            phase: phase.to_owned(),
            at: (*at).to_owned(),
            journeys: count as u64,
            whole_ms: whole_us as f64 / 1_000.0,
            limiting: limiting.map_or(Part::Merchant, |part| part.part),
            parts,
        }
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn claims(rows: &[(Part, u64, u64)]) -> Vec<Claim> {
        let claim = |(part, from_us, until_us): &(Part, u64, u64)| Claim {
            part: *part,
            from_us: *from_us,
            until_us: *until_us,
        };
        rows.iter().map(claim).collect()
    }

    #[test]
    fn every_instant_has_one_owner() {
        use Part::{Callback, Merchant, Payer, Poll, Queue, Service, Users};
        for (rows, expected) in [
            (&[][..], vec![(Merchant, 100)]),
            (&[(Service, 10, 30)], vec![(Merchant, 80), (Service, 20)]),
            // The wait for a worker lies within the call, and what comes first in the order has it.
            (
                &[(Service, 10, 40), (Queue, 10, 20)],
                vec![(Merchant, 70), (Queue, 10), (Service, 20)],
            ),
            // What lies outside the journey is cut.
            (
                &[(Users, 0, 5), (Payer, 90, 400)],
                vec![(Merchant, 85), (Users, 5), (Payer, 10)],
            ),
            (
                &[(Payer, 20, 50), (Callback, 50, 60), (Service, 55, 70), (Poll, 65, 100)],
                vec![(Merchant, 20), (Payer, 30), (Callback, 10), (Service, 10), (Poll, 30)],
            ),
            (&[(Poll, 60, 40)], vec![(Merchant, 100)]),
        ] {
            let parts = cut(0, 100, &claims(rows));
            let mut wanted = Parts::default();
            for (part, us) in expected {
                wanted[place(part)] = us;
            }
            assert_eq!(parts, wanted, "{rows:?}");
        }
    }

    #[test]
    fn a_percentile_is_its_parts() {
        let story = |whole_us: u64| Story {
            whole_us,
            parts: cut(
                0,
                whole_us,
                &claims(&[
                    (Part::Service, 0, whole_us / 4),
                    (Part::Payer, whole_us / 4, whole_us / 2),
                ]),
            ),
        };
        let mut stories: Vec<Story> = (1..=1_000).rev().map(|ms| story(ms * 1_000)).collect();
        let falls = falls("buy", "all", &mut stories);
        let told: Vec<_> = falls
            .iter()
            .map(|fall| (fall.at.as_str(), fall.whole_ms, fall.limiting))
            .collect();
        let merchant = Part::Merchant;
        assert_eq!(
            told,
            [
                ("p50", 500.0, merchant),
                ("p90", 900.0, merchant),
                ("p99", 990.0, merchant)
            ]
        );
        for fall in &falls {
            let sum: f64 = fall.parts.iter().map(|part| part.ms).sum();
            assert!((sum - fall.whole_ms).abs() < 1e-6, "{sum} of {}", fall.whole_ms);
        }
        assert!((falls[0].parts[1].ms - 125.0).abs() < 1.0, "{:?}", falls[0].parts);
        assert_eq!(super::falls("buy", "all", &mut []), []);
    }

    proptest! {
        #[test]
        fn parts_sum_to_the_whole(
            (from, length) in (0_u64..1_000, 0_u64..1_000),
            rows in proptest::collection::vec((0_usize..8, 0_u64..2_500, 0_u64..2_500), 0..12),
        ) {
            let claims: Vec<Claim> = rows
                .iter()
                .map(|(part, from_us, until_us)| Claim { part: Part::ALL[*part], from_us: *from_us, until_us: *until_us })
                .collect();
            prop_assert_eq!(cut(from, from + length, &claims).iter().sum::<u64>(), length);
        }
    }
}
