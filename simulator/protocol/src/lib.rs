//! The wallet's wire contract, in both directions, without I/O: what a merchant sends and the gateway reads, what the
//! gateway answers and the merchant reads, and the callback.
//!
//! | file | owns |
//! |---|---|
//! | `endpoint` | the operations of okpay and their paths |
//! | `canonical` | fields and the strings that are signed: HMAC never re-formats a number, MD5 does as PHP |
//! | `sign` | token, both signs, constant-time verification |
//! | `diagnose` | which known mistake made a refused sign, and a right one step by step |
//! | `dialect::okpay::request` | what a merchant asks, and every check of a field after authentication |
//! | `dialect::okpay::answer` | what the gateway answers when all is well |
//! | `dialect::okpay::fault` | every refusal: the only place that knows the vendor's texts and codes |
//! | `dialect::okpay::callback` | the deposit or withdrawal told to the merchant, in every form merchants read |
//! | `dialect::okpay::ack` | what counts as an acknowledgement |
//! | `dialect::okpay::manner` | settings that shape the bytes of all that the gateway says |
//! | `dialect::kdpay` | the same four of KDPay, with operations, statuses and a sign of its own |
//! | `dialect::forge` | what spoils the sign of a callback, for drills |
//! | `dialect::field` | the shape of single values, and how its failure is told |
//! | `dialect::reader` | where in a body a field stands, and its JSON type |
//! | `admin` | what the gateway's admin port speaks |
//!
//! Invariant: no clock, no randomness, no sockets. A peer's bytes never panic us.
//!
//! ```
//! use protocol::dialect::okpay::{CONTENT_TYPE_FORM, Command, Envelope, request};
//! use protocol::{Accepts, Algorithm, Operation, Token};
//!
//! let token = Token::new("TESTtoken123456789abcdefghijABCD")?;
//! let envelope = Envelope { shop: 10001, timestamp: 1782680000, nonce: "a1b2c3d4e5".to_owned() };
//! let asked = Command::CheckDeposit { unique_id: "ORDER-20260628-001".to_owned() };
//! let body = request::encode(&asked, &envelope, Algorithm::Hmac, &token);
//!
//! let call = request::decode(Operation::CheckDeposit, Some(CONTENT_TYPE_FORM), body.as_bytes())?;
//! assert_eq!(call.verify(Accepts::HMAC, &token), Some(Algorithm::Hmac));
//! assert_eq!(call.command()?, asked);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod admin;
pub mod canonical;
pub mod diagnose;
pub mod dialect;
pub mod endpoint;
pub mod sign;

pub use canonical::{DecodeError, Fields, Scalar};
pub use diagnose::{Diagnosis, Mistake, Presented, diagnose};
pub use endpoint::Operation;
pub use sign::{Accepts, Algorithm, Md5Rule, Sign, Token, sign, sign_fields, verify, verify_fields};
