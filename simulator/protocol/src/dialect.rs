//! The dialects of the wallets' contracts, one module each. A dialect owns its field names, texts and codes; it leaves the
//! canonical string and the sign of okpay to their own files, the shape of single values to `field`, their place in a
//! body to `reader`, and what spoils a good sign to `forge`.

pub mod field;
pub mod forge;
pub mod kdpay;
pub mod okpay;

mod reader;
