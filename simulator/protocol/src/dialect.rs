//! The dialects of the wallet contract, one module each. A dialect owns its field names, texts and codes; it leaves the
//! canonical string and the sign to their own files.

pub mod okpay;
