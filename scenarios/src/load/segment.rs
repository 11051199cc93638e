//! A segment of a load: every n-th arrival of the one schedule, so that n processes make exactly the arrivals of one.
//!
//! Arithmetic only. An arrival has two numbers: its own among the segment's, without gaps, and its number in the whole,
//! from which its order number, journey, amount and think time are drawn.

use std::{fmt, str::FromStr};

/// Segments of a load at most: more processes than anybody starts, and few enough that numbers stay small.
pub const MOST_SEGMENTS: u32 = 1_000;

/// Segment `number` of `of`: the arrivals whose number in the whole leaves `number - 1` when divided by `of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Segment {
    /// From 1.
    number: u32,
    of: u32,
}

/// Why a text is no segment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no segment; write which one and of how many, such as 2/3, of at most {MOST_SEGMENTS}")]
pub struct SegmentError(String);

impl Segment {
    /// All of a load.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// Segment `number` of `of`, from 1; `None` where there is none.
    pub fn new(number: u32, of: u32) -> Option<Self> {
        let is_one = (1..=MOST_SEGMENTS).contains(&of) && (1..=of).contains(&number);
        is_one.then_some(Self { number, of })
    }

    /// Every segment of so many.
    pub fn all(of: u32) -> impl Iterator<Item = Self> {
        (1..=of).filter_map(move |number| Self::new(number, of))
    }

    /// Which one, from 1.
    pub fn number(self) -> u32 {
        self.number
    }

    /// Of how many.
    pub fn of(self) -> u32 {
        self.of
    }

    /// Whether it is the first, which does what is done once for all.
    pub fn is_first(self) -> bool {
        self.number == 1
    }

    /// Arrivals of the whole before the segment's first.
    pub(super) fn skipped(self) -> usize {
        usize::try_from(self.number - 1).expect("at most a thousand")
    }

    /// From one of its arrivals to the next.
    pub(super) fn step(self) -> usize {
        usize::try_from(self.of).expect("at most a thousand")
    }

    /// The number in the whole of the segment's arrival `own`, from 0.
    pub fn in_whole(self, own: u32) -> u64 {
        u64::from(own) * u64::from(self.of) + u64::from(self.number - 1)
    }

    /// Whether it has the arrival `arrival` of the whole.
    pub fn has(self, arrival: u64) -> bool {
        arrival % u64::from(self.of) == u64::from(self.number - 1)
    }

    /// The segment's own number of the arrival `arrival` of the whole; `None` where another segment has it.
    pub fn own(self, arrival: u64) -> Option<u32> {
        let number = || u32::try_from(arrival / u64::from(self.of)).ok();
        self.has(arrival).then(number).flatten()
    }

    /// How many of the first `count` arrivals of the whole it has. Users of a crowd are shared out the same way.
    pub fn share(self, count: u64) -> u64 {
        count
            .saturating_sub(u64::from(self.number - 1))
            .div_ceil(u64::from(self.of))
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Segment {
    type Err = SegmentError;

    fn from_str(text: &str) -> Result<Self, SegmentError> {
        let number = |digits: &str| {
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse().ok()).flatten()
        };
        let segment = || {
            let (which, of) = text.split_once('/')?;
            Self::new(number(which)?, number(of)?)
        };
        segment().ok_or_else(|| SegmentError(text.chars().take(40).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::Segment;

    #[test]
    fn a_segment_is_read_as_it_is_written() {
        for (text, expected) in [
            ("1/1", Some((1, 1))),
            ("2/3", Some((2, 3))),
            ("1000/1000", Some((1_000, 1_000))),
            ("0/3", None),
            ("4/3", None),
            ("1/0", None),
            ("1/1001", None),
            ("+1/3", None),
            ("1", None),
            ("1/", None),
            ("1/3/3", None),
            ("", None),
        ] {
            let read = text.parse::<Segment>();
            assert_eq!(
                read.as_ref().ok().map(|segment| (segment.number(), segment.of())),
                expected,
                "{text}"
            );
            if let Ok(segment) = read {
                assert_eq!(segment.to_string(), text);
            }
        }
    }

    #[test]
    fn every_arrival_has_one_segment_and_one_number_in_it() {
        for of in 1..=5 {
            for arrival in 0..100_u64 {
                let owners: Vec<_> = Segment::all(of)
                    .filter_map(|segment| Some((segment, segment.own(arrival)?)))
                    .collect();
                let [(segment, own)] = owners[..] else {
                    panic!("{arrival} of {of}: {owners:?}")
                };
                assert_eq!(segment.in_whole(own), arrival);
                // What comes before it in the segment is what the segment has of all before it.
                assert_eq!(segment.share(arrival), u64::from(own));
            }
        }
    }
}
