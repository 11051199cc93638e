//! Withdrawals by tables: rows of operations with their expected result in the last column, run against the smallest
//! store; and the full matrix of states × commands and states × events.

mod model;

use std::fmt::Write as _;

use super::*;
use crate::{Account, Applied, Coin, Duplicates, Limits, Rejection, limits::PAYEE_MAX_BYTES, shelf::Shelf};

/// Columns: operation | shop and number | amount, reason or account | further fields | expected. As in the ledger's
/// tables: `limits`, `duplicates`, `fund`, `balance`, `owed`; `open`, `settle` and `fail` are the commands.
fn check(table: &str) {
    let mut shelf = Shelf::default();
    for (line, row) in table.lines().enumerate().filter(|(_, row)| !row.trim().is_empty()) {
        let columns: Vec<&str> = row.split('|').map(str::trim).collect();
        let [operation, order, what, fields, expected] = columns[..] else {
            panic!("five columns: {row}")
        };
        let at = Timestamp(line as u64);
        let mut submit = |command| match shelf.submit_withdrawal(&key(order), &command) {
            Ok(Applied::Existing(_)) => "existing".to_owned(),
            Ok(Applied::Changed(commit)) => commit.events[0].word().trim_start_matches("withdrawal_").to_owned(),
            Err(rejection) => rejection.code().to_owned(),
        };
        let result = match operation {
            "limits" => {
                let maximum = money(what);
                shelf.limits = Limits::default().with_maximum(maximum).with_minimum(maximum);
                String::new()
            }
            "duplicates" => {
                shelf.duplicates = Duplicates::ALL
                    .into_iter()
                    .find(|policy| policy.word() == what)
                    .unwrap();
                String::new()
            }
            "fund" => {
                shelf.fund(ShopId(order.parse().unwrap()), money(what));
                String::new()
            }
            "balance" => shelf.books.balance(what.parse::<Account>().unwrap()).to_string(),
            "owed" => {
                let said: Vec<&str> = shelf.outbox.iter().map(|row| row.kind.word()).collect();
                said.join(" ")
            }
            "open" => submit(WithdrawalCommand::Open(open(line as u8, order, what, fields, at))),
            "settle" => submit(WithdrawalCommand::Settle { at }),
            "fail" => submit(WithdrawalCommand::Fail {
                reason: Failure::parse(what).unwrap(),
                at,
            }),
            _ => panic!("unknown operation: {row}"),
        };
        assert_eq!(result, expected, "{row}");
        assert_eq!(shelf.violations(), [], "{row}");
    }
}

fn key(order: &str) -> (ShopId, OrderNumber) {
    let (shop, number) = order.split_once(' ').unwrap();
    (ShopId(shop.parse().unwrap()), OrderNumber::parse(number).unwrap())
}

fn money(text: &str) -> Money {
    let (amount, coin) = text.split_once(' ').unwrap();
    Money::parse(amount, Coin::parse(coin).unwrap()).unwrap()
}

/// `fields` are `name=text` words; `text*N` repeats it to N bytes. Without `payee` it is `P1`.
fn open(order_id: u8, order: &str, amount: &str, fields: &str, at: Timestamp) -> OpenWithdrawal {
    let (shop, number) = key(order);
    let field = |name: &str| {
        let word = fields
            .split_whitespace()
            .find_map(|word| word.strip_prefix(name)?.strip_prefix('='))?;
        match word.split_once('*') {
            None => Some(word.to_owned()),
            Some((start, len_bytes)) => Some(format!("{start:x<width$}", width = len_bytes.parse().unwrap())),
        }
    };
    let fee = field("fee").map_or(FeeRate::NONE, |rate| {
        let (num, den) = rate.split_once('/').unwrap();
        FeeRate::new(num.parse().unwrap(), den.parse().unwrap()).unwrap()
    });
    OpenWithdrawal {
        order_id: OrderId([order_id; 16]),
        shop,
        number,
        amount: money(amount),
        fee,
        payee: field("payee").unwrap_or_else(|| "P1".to_owned()),
        callback_url: field("callback"),
        name: field("name"),
        at,
    }
}

#[test]
fn amount_and_fee_are_reserved_and_then_paid_out() {
    check(
        "
        fund    | 1   | 100 CNY        |            |
        open    | 1 A | 50 CNY         | fee=1/100  | opened
        balance |     | shop:1:CNY     |            | 49.50
        balance |     | reserved:1:CNY |            | 50.50
        balance |     | payees:CNY     |            | 0.00
        owed    |     |                |            |
        settle  | 1 A |                |            | paid
        balance |     | shop:1:CNY     |            | 49.50
        balance |     | reserved:1:CNY |            | 0.00
        balance |     | payees:CNY     |            | 50.00
        balance |     | fees:CNY       |            | 0.50
        settle  | 1 A |                |            | existing
        fail    | 1 A | declined       |            | already_settled
        owed    |     |                |            | withdrawal_paid
        balance |     | fees:CNY       |            | 0.50
        ",
    );
}

#[test]
fn a_failure_gives_everything_back_once() {
    check(
        "
        fund    | 1   | 100 CNY        |            |
        open    | 1 A | 50 CNY         | fee=1/100  | opened
        fail    | 1 A | payee_unknown  |            | failed
        balance |     | shop:1:CNY     |            | 100.00
        balance |     | reserved:1:CNY |            | 0.00
        balance |     | fees:CNY       |            | 0.00
        fail    | 1 A | system_error   |            | existing
        settle  | 1 A |                |            | already_failed
        balance |     | shop:1:CNY     |            | 100.00
        owed    |     |                |            | withdrawal_failed
        open    | 1 A | 50 CNY         | fee=1/100  | existing
        settle  | 1 B |                |            | unknown_order
        fail    | 1 B | declined       |            | unknown_order
        ",
    );
}

#[test]
fn a_balance_pays_for_amount_and_fee_to_the_last_unit() {
    check(
        "
        open    | 1 A | 0.01 CNY       |            | insufficient_balance
        fund    | 1   | 10 CNY         |            |
        fund    | 1   | 90 USDT        |            |
        open    | 1 A | 10.01 CNY      |            | insufficient_balance
        open    | 1 A | 10 CNY         | fee=1/1000 | insufficient_balance
        open    | 1 A | 9.99 CNY       | fee=1/1000 | opened
        balance |     | shop:1:CNY     |            | 0.00
        open    | 1 B | 0.01 CNY       |            | insufficient_balance
        fail    | 1 A | declined       |            | failed
        open    | 1 B | 10 CNY         |            | opened
        balance |     | shop:1:CNY     |            | 0.00
        open    | 2 B | 1 USDT         |            | insufficient_balance
        ",
    );
}

/// The first row breaks every rule; each further one mends the reason given before.
#[test]
fn one_reason_at_a_time_in_their_order() {
    check(
        "
        fund   | 1   | 5 USDT      |                                              |
        open   | 1 A | 5 USDT      |                                              | opened
        limits |     | 7 USDT      |                                              |
        open   | 1 A | 0 USDT      | payee=P*129 callback=ftp*2049 name=tea*513   | exists_with_different_amount
        open   | 1 A | 5 TRX       | payee=P*129 callback=ftp*2049 name=tea*513   | exists_with_different_coin
        open   | 1 A | 5 USDT      | payee=P*129 callback=ftp*2049 name=tea*513   | exists_with_different_payee
        open   | 1 A | 5 USDT      | callback=ftp*2049 name=tea*513               | exists_with_different_callback_url
        open   | 1 A | 5 USDT      | name=tea*513                                 | exists_with_different_name
        open   | 1 A | 5.0 USDT    |                                              | existing
        open   | 1 B | 0 USDT      | payee=P*129 callback=ftp*2049 name=tea*513   | amount_not_positive
        open   | 1 B | 6 USDT      | payee=P*129 callback=ftp*2049 name=tea*513   | amount_below_minimum
        open   | 1 B | 8 USDT      | payee=P*129 callback=ftp*2049 name=tea*513   | amount_above_maximum
        open   | 1 B | 7 USDT      | payee=P*129 callback=ftp*2049 name=tea*513   | payee_too_long
        open   | 1 B | 7 USDT      | payee= callback=ftp*2049 name=tea*513        | payee_malformed
        open   | 1 B | 7 USDT      | payee=\u{7}P callback=ftp*2049 name=tea*513  | payee_malformed
        open   | 1 B | 7 USDT      | payee=P*128 callback=ftp*2049 name=tea*513   | callback_url_too_long
        open   | 1 B | 7 USDT      | payee=P*128 callback=ftp*2048 name=tea*513   | callback_url_malformed
        open   | 1 B | 7 USDT      | payee=P*128 callback=http://a/ name=tea*513  | name_too_long
        open   | 1 B | 7 USDT      | payee=P*128 callback=http://a/ name=tea*512  | insufficient_balance
        fund   | 1   | 7 USDT      |                                              |
        open   | 1 B | 7 USDT      | payee=P*128 callback=http://a/ name=tea*512  | opened
        ",
    );
    assert_eq!(PAYEE_MAX_BYTES, 128, "as in the table");
}

#[test]
fn a_number_used_again_by_policy() {
    check(
        "
        fund       | 1   | 20 USDT  |          |
        open       | 1 A | 5 USDT   |          | opened
        duplicates |     | reject   |          |
        open       | 1 A | 5 USDT   |          | already_processed
        open       | 1 A | 6 USDT   |          | exists_with_different_amount
        settle     | 1 A |          |          | paid
        open       | 1 A | 5 USDT   |          | already_processed
        open       | 1 B | 5 USDT   |          | opened
        ",
    );
    let loaded = Withdrawal::restore(open(1, "1 A", "5 USDT", "", Timestamp(1)), WithdrawalState::Pending);
    let again = WithdrawalCommand::Open(open(2, "1 A", "5 USDT", "", Timestamp(2)));
    let limits = Limits::default();
    let applied = apply_withdrawal(Some(&loaded), money("5 USDT"), &limits, Duplicates::NewOrder, &again);
    assert_eq!(applied.unwrap().order().order_id(), OrderId([2; 16]));
}

#[test]
fn failures_have_one_word() {
    for failure in Failure::ALL {
        assert_eq!(Failure::parse(failure.word()), Some(failure));
    }
    assert_eq!(Failure::parse("Declined"), None);
}

fn states() -> Vec<(&'static str, Option<Withdrawal>)> {
    let opened = || open(1, "1 A", "6 USDT", "fee=1/100", Timestamp(10));
    let order = |state| Some(Withdrawal::restore(opened(), state));
    let failed = WithdrawalState::Failed {
        at: Timestamp(20),
        reason: Failure::Declined,
    };
    vec![
        ("unknown", None),
        ("pending", order(WithdrawalState::Pending)),
        ("paid out", order(WithdrawalState::PaidOut { at: Timestamp(20) })),
        ("failed", order(failed)),
    ]
}

#[test]
fn states_by_commands() {
    let at = Timestamp(40);
    let commands = [
        (
            "open same",
            WithdrawalCommand::Open(open(2, "1 A", "6.0 USDT", "fee=1/100", at)),
        ),
        (
            "open other payee",
            WithdrawalCommand::Open(open(2, "1 A", "6 USDT", "payee=P2", at)),
        ),
        ("open for 7", WithdrawalCommand::Open(open(2, "1 A", "7 USDT", "", at))),
        ("settle", WithdrawalCommand::Settle { at }),
        (
            "fail",
            WithdrawalCommand::Fail {
                reason: Failure::PayeeUnknown,
                at,
            },
        ),
    ];
    let mut table = String::new();
    for (state, order) in states() {
        for (name, command) in &commands {
            let (limits, policy) = (Limits::default(), Duplicates::ReturnExisting);
            let result = match apply_withdrawal(order.as_ref(), money("6.5 USDT"), &limits, policy, command) {
                Err(rejection) => format!("rejected: {}", rejection.code()),
                Ok(Applied::Existing(existing)) => {
                    assert_eq!(Some(&existing), order.as_ref());
                    "existing".to_owned()
                }
                Ok(Applied::Changed(commit)) => {
                    let postings = commit.postings.iter();
                    let moves: Vec<String> = postings
                        .map(|posting| format!("{} {}", posting.account, posting.minor))
                        .collect();
                    let owes = commit.outbox.map_or("nothing", |row| row.kind.word());
                    let after = commit.order.state().word();
                    format!(
                        "{} -> {after}; moves [{}]; owes {owes}",
                        commit.events[0].word(),
                        moves.join(", ")
                    )
                }
            };
            writeln!(table, "{state:<8} | {name:<16} | {result}").unwrap();
        }
    }
    insta::assert_snapshot!(table, @r"
    unknown  | open same        | withdrawal_opened -> pending; moves [shop:1:USDT -606000000, reserved:1:USDT 606000000]; owes nothing
    unknown  | open other payee | withdrawal_opened -> pending; moves [shop:1:USDT -600000000, reserved:1:USDT 600000000]; owes nothing
    unknown  | open for 7       | rejected: insufficient_balance
    unknown  | settle           | rejected: unknown_order
    unknown  | fail             | rejected: unknown_order
    pending  | open same        | existing
    pending  | open other payee | rejected: exists_with_different_payee
    pending  | open for 7       | rejected: exists_with_different_amount
    pending  | settle           | withdrawal_paid -> paid_out; moves [reserved:1:USDT -606000000, payees:USDT 600000000, fees:USDT 6000000]; owes withdrawal_paid
    pending  | fail             | withdrawal_failed -> failed; moves [reserved:1:USDT -606000000, shop:1:USDT 606000000]; owes withdrawal_failed
    paid out | open same        | existing
    paid out | open other payee | rejected: exists_with_different_payee
    paid out | open for 7       | rejected: exists_with_different_amount
    paid out | settle           | existing
    paid out | fail             | rejected: already_settled
    failed   | open same        | existing
    failed   | open other payee | rejected: exists_with_different_payee
    failed   | open for 7       | rejected: exists_with_different_amount
    failed   | settle           | rejected: already_failed
    failed   | fail             | existing
    ");
}

#[test]
fn states_by_events() {
    let at = Timestamp(40);
    let paid_out = |id| WithdrawalEvent::PaidOut {
        order_id: OrderId([id; 16]),
        at,
    };
    let events = [
        WithdrawalEvent::Opened(open(1, "1 A", "6 USDT", "fee=1/100", at)),
        paid_out(1),
        WithdrawalEvent::Failed {
            order_id: OrderId([1; 16]),
            reason: Failure::PayeeUnknown,
            at,
        },
        paid_out(9),
    ];
    let mut table = String::new();
    for (state, order) in states() {
        for event in &events {
            let result = match evolve_withdrawal(order.clone(), event) {
                Ok(after) => format!("{:?}", after.state()),
                Err(illegal) => illegal
                    .to_string()
                    .replace(&"01".repeat(16), "ONE")
                    .replace(&"09".repeat(16), "NINE"),
            };
            writeln!(table, "{state:<8} | {result}").unwrap();
        }
    }
    insta::assert_snapshot!(table, @r"
    unknown  | Pending
    unknown  | withdrawal_paid cannot happen to order ONE, which is unknown
    unknown  | withdrawal_failed cannot happen to order ONE, which is unknown
    unknown  | withdrawal_paid cannot happen to order NINE, which is unknown
    pending  | withdrawal_opened cannot happen to order ONE, which is pending
    pending  | PaidOut { at: Timestamp(40) }
    pending  | Failed { at: Timestamp(40), reason: PayeeUnknown }
    pending  | withdrawal_paid cannot happen to order NINE, which is another order
    paid out | withdrawal_opened cannot happen to order ONE, which is paid_out
    paid out | withdrawal_paid cannot happen to order ONE, which is paid_out
    paid out | withdrawal_failed cannot happen to order ONE, which is paid_out
    paid out | withdrawal_paid cannot happen to order NINE, which is another order
    failed   | withdrawal_opened cannot happen to order ONE, which is failed
    failed   | withdrawal_paid cannot happen to order ONE, which is failed
    failed   | withdrawal_failed cannot happen to order ONE, which is failed
    failed   | withdrawal_paid cannot happen to order NINE, which is another order
    ");
}

#[test]
#[should_panic(expected = "the one of the same shop and number")]
fn a_withdrawal_of_another_number_is_a_bug_of_the_store() {
    let loaded = Withdrawal::restore(open(1, "1 A", "6 USDT", "", Timestamp(1)), WithdrawalState::Pending);
    let asked = WithdrawalCommand::Open(open(2, "1 B", "6 USDT", "", Timestamp(1)));
    let policy = Duplicates::ReturnExisting;
    let _: Result<_, Rejection> = apply_withdrawal(Some(&loaded), money("6 USDT"), &Limits::default(), policy, &asked);
}
