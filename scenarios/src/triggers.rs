//! Cases that a tester asks for by an amount or a header: the acceptance tables. Each case is a few rules of the ordinary
//! grammar and what the order's payer does; which ways of asking are open is the scenario's `triggers`.

use std::time::Duration;

use rust_decimal::Decimal;

/// A case of the acceptance table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Case(u8);

/// The header that asks for a case by its name, in lower case as headers are compared.
pub const HEADER: &str = "paydrill-case";

/// What the payer of an order does that asked for a case, whatever the scenario's payers do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CasePayer {
    /// Pays after this much gateway time.
    Pays(Duration),
    /// Declines: the order stays unpaid, and nobody is called.
    Declines,
}

impl Case {
    /// Every case, in the order of its amounts.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..).take(TABLE.len()).map(Self)
    }

    /// The case that an amount asks for, in any coin.
    pub fn by_amount(amount: Decimal) -> Option<Self> {
        // Almost every amount ends here, and none is too large to go on.
        let cases = FIRST_AMOUNT..FIRST_AMOUNT + Decimal::ONE;
        if !cases.contains(&amount) {
            return None;
        }
        Self::all().find(|case| case.amount() == amount)
    }

    /// The case of a name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::all().find(|case| case.name() == name)
    }

    /// Its name, which the header carries.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The amount that asks for it.
    pub fn amount(self) -> Decimal {
        FIRST_AMOUNT + Decimal::new(i64::from(self.0), 2)
    }

    /// What happens, in one line.
    pub fn about(self) -> &'static str {
        self.row().about
    }

    /// The checks of certification that it plays.
    pub fn certifies(self) -> &'static str {
        self.row().certifies
    }

    /// What the payer does.
    pub fn payer(self) -> CasePayer {
        self.row().payer
    }

    /// Its rules, as a file would write them.
    pub(crate) fn rules(self) -> &'static [&'static str] {
        self.row().rules
    }

    fn row(self) -> &'static Row {
        &TABLE[usize::from(self.0)]
    }
}

struct Row {
    name: &'static str,
    certifies: &'static str,
    payer: CasePayer,
    rules: &'static [&'static str],
    about: &'static str,
}

const fn row(
    name: &'static str,
    certifies: &'static str,
    payer: CasePayer,
    rules: &'static [&'static str],
    about: &'static str,
) -> Row {
    Row {
        name,
        certifies,
        payer,
        rules,
        about,
    }
}

const PAYS: CasePayer = CasePayer::Pays(Duration::from_secs(1));
/// The amount of the first case; each further one is a cent more.
const FIRST_AMOUNT: Decimal = Decimal::from_parts(130, 0, 0, false, 2);

/// The amount of each case is its place: 1.30 and a cent for each case before it. New ones go to the end. The first five
/// are those of WeChat Pay's acceptance tests.
const TABLE: &[Row] = &[
    row(
        "paid-no-callback",
        "C15",
        PAYS,
        &["{on: callback, callback: drop}"],
        "paid; no callback is sent",
    ),
    row(
        "failed-no-callback",
        "C27",
        CasePayer::Declines,
        &[],
        "the payer declines; no callback is sent",
    ),
    row(
        "duplicate-callback",
        "C01",
        PAYS,
        &["{on: callback, callback: {duplicate: {copies: 3, spread: 2s}}}"],
        "paid; the callback comes three times within 2s",
    ),
    row(
        "bad-signature",
        "C04",
        PAYS,
        &["{on: callback, callback: {forge: bit_flip}}"],
        "paid; the first callback's sign is wrong by one bit",
    ),
    row(
        "fields-mismatch",
        "C07",
        PAYS,
        &["{on: callback, callback: {tamper: {amount: \"-0.01\"}}}"],
        "paid; the first callback names a cent less, under a good sign",
    ),
    row(
        "concurrent-duplicates",
        "C02",
        PAYS,
        &["{on: callback, callback: {duplicate: {copies: 5, concurrent: true}}}"],
        "paid; the callback comes five times at the same moment",
    ),
    row(
        "unpaid-after-paid",
        "C03",
        PAYS,
        &["{on: callback, callback: {downgrade: true}}"],
        "paid; after the callback comes one that says unpaid",
    ),
    row(
        "lost-answer",
        "C09",
        PAYS,
        &[
            "{on: payLink, first: 1, ledger: apply, reply: reset}",
            "{on: kdpay.pay, first: 1, ledger: apply, reply: reset}",
        ],
        "the order is opened, the answer to the first call is lost",
    ),
    row(
        "lost-call",
        "C10",
        PAYS,
        &[
            "{on: payLink, first: 1, ledger: skip, reply: reset}",
            "{on: kdpay.pay, first: 1, ledger: skip, reply: reset}",
        ],
        "the first call is lost: reset, and no order is opened",
    ),
    row(
        "busy",
        "C12 C13",
        PAYS,
        &["{first: 2, ledger: skip, reply: {status: 503, retry_after: 2s}}"],
        "the first two calls of each operation get 503 and Retry-After: 2",
    ),
    row(
        "callback-first",
        "C17",
        PAYS,
        &["{on: payLink, callback: early}", "{on: kdpay.pay, callback: early}"],
        "paid and called back before the call is answered",
    ),
    row(
        "late-callback",
        "C15",
        PAYS,
        &["{on: callback, callback: {delay: 30s}}"],
        "paid; the callback comes 30s later",
    ),
    row(
        "wrong-coin",
        "C07",
        PAYS,
        &["{on: callback, callback: {tamper: {coin: TRX}}}"],
        "paid; the first callback names another coin, under a good sign",
    ),
    row(
        "wrong-shop",
        "C06",
        PAYS,
        &["{on: callback, callback: {forge: other_shop}}"],
        "paid; the first callback is signed for another shop",
    ),
    row(
        "old-callback",
        "C05",
        PAYS,
        &["{on: callback, callback: {stale: 1h}}"],
        "paid; the callback comes again an hour later",
    ),
    row(
        "slow-answer",
        "C09",
        PAYS,
        &[
            "{on: payLink, reply: {delay: 8s}}",
            "{on: kdpay.pay, reply: {delay: 8s}}",
        ],
        "the call that opens the order is answered after 8s",
    ),
    row(
        "poor",
        "C11",
        PAYS,
        &[
            "{on: payLink, ledger: {refuse: insufficient_balance}}",
            "{on: transfer, ledger: {refuse: insufficient_balance}}",
            "{on: kdpay.pay, ledger: {refuse: insufficient_balance}}",
            "{on: kdpay.remit, ledger: {refuse: insufficient_balance}}",
        ],
        "the call is refused for want of balance",
    ),
    row(
        "late-success",
        "C16",
        CasePayer::Pays(Duration::from_secs(30 * 60)),
        &[],
        "paid half an hour after it was opened",
    ),
    row(
        "cut-answer",
        "C09",
        PAYS,
        &[
            "{on: payLink, first: 1, ledger: apply, reply: {truncate: 50%}}",
            "{on: kdpay.pay, first: 1, ledger: apply, reply: {truncate: 50%}}",
        ],
        "the order is opened, the answer to the first call ends in the middle",
    ),
    row(
        "unsigned-callback",
        "C04",
        PAYS,
        &["{on: callback, callback: {forge: missing}}"],
        "paid; the first callback has no sign",
    ),
    row(
        "respelled-callback",
        "C04",
        PAYS,
        &["{on: callback, callback: {forge: respelled}}"],
        "paid; the first callback writes a number differently under the original's sign",
    ),
    row(
        "withdrawal-fails-later",
        "C22",
        PAYS,
        &[
            "{on: transfer, ledger: {settle: fails_later}}",
            "{on: kdpay.remit, ledger: {settle: fails_later}}",
        ],
        "a withdrawal is accepted and fails when it would settle",
    ),
    row(
        "missing-in-statement",
        "C24",
        PAYS,
        &[
            "{on: payLink, ledger: {statement: missing}}",
            "{on: kdpay.pay, ledger: {statement: missing}}",
        ],
        "paid; the order has no line in the statement",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_names_find_their_case_and_nothing_else() {
        for case in Case::all() {
            assert_eq!(Case::by_amount(case.amount()), Some(case), "{}", case.name());
            assert_eq!(Case::by_name(case.name()), Some(case));
            assert!(
                !case.about().is_empty() && case.certifies().starts_with('C'),
                "{}",
                case.name()
            );
        }
        for (amount, expected) in [
            ("1.30", Some("paid-no-callback")),
            ("1.3", Some("paid-no-callback")),
            ("1.300000", Some("paid-no-callback")),
            ("1.32", Some("duplicate-callback")),
            ("1.29", None),
            ("1.305", None),
            ("1.99", None),
            ("0", None),
            ("130", None),
            ("79228162514264337593543950335", None),
        ] {
            let amount: Decimal = amount.parse().unwrap();
            assert_eq!(Case::by_amount(amount).map(Case::name), expected, "{amount}");
        }
        assert_eq!(Case::by_name("PAID-NO-CALLBACK"), None);
    }
}
