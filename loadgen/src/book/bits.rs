//! A set of numbers, one bit each: of a million orders 125 kB, however many are in it.

/// The set.
#[derive(Debug, Default)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    /// Puts a number in or takes it out.
    pub(super) fn set(&mut self, number: u32, is_in: bool) {
        let (word, bit) = (super::index(number / u64::BITS), 1 << (number % u64::BITS));
        if word >= self.0.len() {
            if !is_in {
                return;
            }
            self.0.resize(word + 1, 0);
        }
        if is_in {
            self.0[word] |= bit;
        } else {
            self.0[word] &= !bit;
        }
    }

    /// All of them, the smallest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        (0..).step_by(64).zip(&self.0).flat_map(|(base, word)| {
            let word = *word;
            (0..u64::BITS)
                .filter(move |bit| word >> bit & 1 == 1)
                .map(move |bit| base + bit)
        })
    }
}
