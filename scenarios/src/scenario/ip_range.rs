//! Addresses that may call for a shop: one, or all that start with the same bits.

use std::{fmt, net::IpAddr};

/// An address, or all addresses that start with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpRange {
    /// The first address.
    pub first: IpAddr,
    /// How many bits are common, up to 32 or 128.
    pub bits: u8,
}

impl IpRange {
    /// Whether an address lies in it; an IPv4 address inside IPv6 counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.first, address.to_canonical()) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                let free = 32_u32.saturating_sub(self.bits.into());
                (first.to_bits() ^ address.to_bits()).checked_shr(free).unwrap_or(0) == 0
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                let free = 128_u32.saturating_sub(self.bits.into());
                (first.to_bits() ^ address.to_bits()).checked_shr(free).unwrap_or(0) == 0
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }

    /// The first address of all that share its bits.
    pub(crate) fn start(&self) -> IpAddr {
        match self.first {
            IpAddr::V4(first) => {
                let free = 32_u32.saturating_sub(self.bits.into());
                let kept = u32::MAX.checked_shl(free).unwrap_or(0);
                IpAddr::V4((first.to_bits() & kept).into())
            }
            IpAddr::V6(first) => {
                let free = 128_u32.saturating_sub(self.bits.into());
                let kept = u128::MAX.checked_shl(free).unwrap_or(0);
                IpAddr::V6((first.to_bits() & kept).into())
            }
        }
    }

    /// The bits of a whole address of this family.
    pub(crate) fn widest(address: IpAddr) -> u8 {
        match address {
            IpAddr::V4(_) => 32,
            IpAddr::V6(_) => 128,
        }
    }
}

/// As files write it: `10.0.0.0/8`, and a single address without its bits.
impl fmt::Display for IpRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.bits == Self::widest(self.first) {
            write!(formatter, "{}", self.first)
        } else {
            write!(formatter, "{}/{}", self.first, self.bits)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_their_addresses() {
        let range = |first: &str, bits| IpRange {
            first: first.parse().unwrap(),
            bits,
        };
        for (range, address, is_in) in [
            (range("127.0.0.1", 32), "127.0.0.1", true),
            (range("127.0.0.1", 32), "127.0.0.2", false),
            (range("127.0.0.1", 32), "::ffff:127.0.0.1", true),
            (range("10.0.0.0", 8), "10.255.1.2", true),
            (range("10.0.0.0", 8), "11.0.0.0", false),
            (range("0.0.0.0", 0), "203.0.113.9", true),
            (range("0.0.0.0", 0), "::1", false),
            (range("2001:db8::", 32), "2001:db8:7::1", true),
            (range("2001:db8::", 32), "2001:db9::1", false),
            (range("::", 0), "2001:db8::1", true),
            (range("::", 0), "127.0.0.1", false),
        ] {
            assert_eq!(range.contains(address.parse().unwrap()), is_in, "{range} {address}");
        }
        assert_eq!(range("10.0.0.0", 8).to_string(), "10.0.0.0/8");
        assert_eq!(range("::1", 128).to_string(), "::1");
    }
}
