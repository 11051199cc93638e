//! Payers: when they act, with what they pay, and what the wallet asks of them.

use super::{TIME, key, must};
use crate::check::keys::{Key, Kind, Place};

pub(super) const KEYS: &[Key] = &[
    // Payers.
    key(
        Place::Payers,
        "pay_after",
        TIME,
        "From the opened order to the payer's act. Default: 2s.",
    ),
    key(
        Place::Payers,
        "outcomes",
        Kind::Map(Place::Outcomes),
        "What payers do; the shares sum to 100%. Default: all pay.",
    ),
    key(
        Place::Payers,
        "methods",
        Kind::Map(Place::Methods),
        "The method that a payer tries first; the shares sum to 100%. Default: `balance: 100%`.",
    ),
    key(
        Place::Payers,
        "failing",
        Kind::Map(Place::Failing),
        "How often paying by a method fails; the payer goes on to the next. Default: never.",
    ),
    key(
        Place::Payers,
        "second_factor",
        Kind::Map(Place::SecondFactor),
        "Amounts that need a code. Default: none.",
    ),
    key(
        Place::Payers,
        "agreement",
        Kind::Map(Place::Agreement),
        "Small amounts that are paid at once, without password or code. Default: none.",
    ),
    key(
        Place::Payers,
        "quota",
        Kind::Map(Place::Quota),
        "How much one payer may move; for KDPay. Default: as much as it likes.",
    ),
    key(Place::Outcomes, "pay", Kind::Share, "Share that pays. Default: 0%."),
    key(
        Place::Outcomes,
        "abandon",
        Kind::Share,
        "Share that never does anything. Default: 0%.",
    ),
    key(
        Place::Outcomes,
        "decline",
        Kind::Share,
        "Share that declines; on the wire it looks like `abandon`. Default: 0%.",
    ),
    key(
        Place::Methods,
        "balance",
        Kind::Share,
        "Share that tries it first: the wallet's balance. Default: 0%.",
    ),
    key(
        Place::Methods,
        "bank_card",
        Kind::Share,
        "Share that tries it first: a bank card. Default: 0%.",
    ),
    key(
        Place::Methods,
        "credit_card",
        Kind::Share,
        "Share that tries it first: a credit card. Default: 0%.",
    ),
    key(
        Place::Methods,
        "top_up",
        Kind::Share,
        "Share that tries it first: a top-up. Default: 0%.",
    ),
    key(
        Place::Failing,
        "balance",
        Kind::Share,
        "Chance that paying by it fails: the wallet's balance. Default: 0%.",
    ),
    key(
        Place::Failing,
        "bank_card",
        Kind::Share,
        "Chance that paying by it fails: a bank card. Default: 0%.",
    ),
    key(
        Place::Failing,
        "credit_card",
        Kind::Share,
        "Chance that paying by it fails: a credit card. Default: 0%.",
    ),
    key(
        Place::Failing,
        "top_up",
        Kind::Share,
        "Chance that paying by it fails: a top-up. Default: 0%.",
    ),
    must(
        Place::SecondFactor,
        "from",
        Kind::Money,
        "This amount and more, in the order's coin.",
    ),
    must(
        Place::Agreement,
        "up_to",
        Kind::Money,
        "This amount and less, in the order's coin.",
    ),
];
