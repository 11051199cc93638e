//! A tally that is kept and hardly ever asked: about three bytes a bucket instead of sixteen.
//!
//! A bucket is the step from the time before and its count, each as a number in sevens of bits, the lowest first, whose
//! top bit says that more follow.

use super::Tally;

/// A tally, packed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Packed(Box<[u8]>);

impl Packed {
    /// Packs what many add up to.
    pub(crate) fn of(tally: &Tally) -> Self {
        let mut bytes = Vec::with_capacity(4 * tally.rows.len());
        let mut before = 0;
        for (us, count) in tally.rows() {
            write(&mut bytes, us - before);
            write(&mut bytes, count);
            before = us;
        }
        Self(bytes.into())
    }

    /// Its buckets, as [`Tally::rows`].
    pub(crate) fn rows(&self) -> impl Iterator<Item = (u64, u64)> {
        let mut rest = &*self.0;
        let mut us = 0;
        std::iter::from_fn(move || {
            us += read(&mut rest)?;
            Some((us, read(&mut rest)?))
        })
    }

    /// Adds a few more times; costs as much as packing anew.
    pub(crate) fn add(&mut self, more: &Tally) {
        if more.is_empty() {
            return;
        }
        let mut tally = more.clone();
        for (us, count) in self.rows() {
            tally.record_n(us, count);
        }
        *self = Self::of(&tally);
    }
}

fn write(bytes: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn read(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for place in 0..u64::BITS.div_ceil(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        number |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn packing_loses_nothing(
            rows in prop::collection::vec((0..200_000_000_u64, prop_oneof![1..300_u64, any::<u64>().prop_map(|n| n >> 9)]), 0..90),
            late in prop::collection::vec(0..9_000_000_u64, 0..9),
        ) {
            let mut tally = Tally::default();
            for (us, count) in rows {
                tally.record_n(us, count);
            }
            let mut packed = Packed::of(&tally);
            let mut more = Tally::default();
            for us in late {
                more.record(us);
            }
            packed.add(&more);
            tally.add(&more);
            prop_assert_eq!(packed.rows().collect::<Vec<_>>(), tally.rows().collect::<Vec<_>>());
            let mut sum = super::super::Sum::default();
            sum.add(packed.rows());
            prop_assert_eq!(sum.tally(), tally);
        }
    }
}
