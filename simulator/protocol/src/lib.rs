//! The wallet's wire contract, in both directions, without I/O: what a merchant sends and the gateway reads, what the
//! gateway answers and the merchant reads, and the callback.
//!
//! | file | owns |
//! |---|---|
//! | `endpoint` | the operations and their paths |
//! | `canonical` | the canonical string: bytes of a number are never re-formatted |
//! | `sign` | token, sign, constant-time verification |
//! | `dialect::okpay` | requests, answers, faults and callbacks of OkayPay |
//! | `admin` | what the gateway's admin port speaks |
//!
//! Invariant: no clock, no randomness, no sockets. A peer's bytes never panic us.

pub mod admin;
