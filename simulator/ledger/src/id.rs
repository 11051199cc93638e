//! Names of things: orders, shops, merchants' order numbers, moments. Owns their text forms; who draws a fresh order id
//! or reads the clock is left to the gateway.

use std::fmt;

/// An order, named by the gateway: 16 bytes, unique over all shops. On the wire 32 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderId(pub [u8; 16]);

impl OrderId {
    /// Length of its text.
    const TEXT_BYTES: usize = 32;

    /// Reads exactly 32 lower-case hex digits.
    ///
    /// # Errors
    /// [`IdError::NotOrderId`] for anything else, upper case included: one order has one spelling.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let digits: &[u8; Self::TEXT_BYTES] = text.as_bytes().try_into().map_err(|_| IdError::NotOrderId)?;
        let mut bytes = [0; 16];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

fn nibble(digit: u8) -> Result<u8, IdError> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(IdError::NotOrderId),
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

/// As displayed: sixteen decimal bytes help nobody.
impl fmt::Debug for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrderId({self})")
    }
}

/// A shop, by the number it signs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShopId(pub u64);

impl fmt::Display for ShopId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The merchant's own number of an order (`unique_id` on the wire), unique within its shop: 1 to 64 bytes of text
/// without control characters, told apart byte by byte.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderNumber(String);

impl OrderNumber {
    /// Longest number.
    pub const MAX_BYTES: usize = 64;

    /// Checks a number.
    ///
    /// # Errors
    /// When it is empty, too long or has a control character.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        if text.is_empty() {
            return Err(IdError::NumberEmpty);
        }
        if text.len() > Self::MAX_BYTES {
            return Err(IdError::NumberTooLong { len_bytes: text.len() });
        }
        if text.chars().any(char::is_control) {
            return Err(IdError::NumberControlCharacter);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text, as the merchant wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// For orders opened without a number: the order's id serves as one.
impl From<OrderId> for OrderNumber {
    fn from(id: OrderId) -> Self {
        Self(id.to_string())
    }
}

impl fmt::Display for OrderNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A moment on the gateway's calendar: milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// Milliseconds since the Unix epoch.
    pub const fn ms(self) -> u64 {
        self.0
    }
}

/// Why a text names nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not an order id.
    #[error("order id is not 32 lower-case hex digits")]
    NotOrderId,
    /// An empty order number.
    #[error("order number is empty")]
    NumberEmpty,
    /// An order number beyond [`OrderNumber::MAX_BYTES`].
    #[error("order number has {len_bytes} bytes, more than {}", OrderNumber::MAX_BYTES)]
    NumberTooLong {
        /// Its length.
        len_bytes: usize,
    },
    /// An order number with a line break or the like.
    #[error("order number has a control character")]
    NumberControlCharacter,
}

impl IdError {
    /// A stable word for machines: headers, journal, metrics.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotOrderId => "order_id_malformed",
            Self::NumberEmpty => "number_empty",
            Self::NumberTooLong { .. } => "number_too_long",
            Self::NumberControlCharacter => "number_control_character",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_ids_have_one_spelling() {
        let id = OrderId::parse("ac7b86615fdb137576ae35879f7ed844").unwrap();
        assert_eq!(id.to_string(), "ac7b86615fdb137576ae35879f7ed844");
        assert_eq!(OrderId([0; 16]).to_string(), "0".repeat(32));
        assert_eq!(OrderId::parse(&"f".repeat(32)), Ok(OrderId([0xff; 16])));
        for bad in [
            "",
            "ac7b",
            "AC7B86615FDB137576AE35879F7ED844",
            "gc7b86615fdb137576ae35879f7ed844",
        ] {
            assert_eq!(OrderId::parse(bad), Err(IdError::NotOrderId), "{bad}");
        }
        for bad in [
            &"0".repeat(31),
            &"0".repeat(33),
            "+c7b86615fdb137576ae35879f7ed844",
            &"é".repeat(16),
        ] {
            assert_eq!(OrderId::parse(bad), Err(IdError::NotOrderId), "{bad}");
        }
    }

    #[test]
    fn order_numbers_are_short_printable_text() {
        let longest = "é".repeat(OrderNumber::MAX_BYTES / 2);
        for good in ["1", "ORDER-20260628-001", "订单 7", " spaced ", longest.as_str()] {
            assert_eq!(OrderNumber::parse(good).unwrap().as_str(), good);
        }
        let bad = [
            (String::new(), "order number is empty"),
            (format!("{longest}x"), "order number has 65 bytes, more than 64"),
            ("a\nb".into(), "order number has a control character"),
            ("a\u{85}b".into(), "order number has a control character"),
        ];
        for (text, error) in bad {
            assert_eq!(OrderNumber::parse(&text).unwrap_err().to_string(), error);
        }
        assert_eq!(OrderNumber::from(OrderId([1; 16])).as_str(), "01".repeat(16));
    }
}
