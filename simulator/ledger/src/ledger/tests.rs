//! The ledger by tables: rows of operations with their expected result in the last column, run against the smallest
//! store; the full matrix of states × commands and states × events; every order in which commands can arrive.

mod accounts;
mod arrivals;
mod matrix;
mod model;

use crate::{
    Account, Coin, Command, Duplicates, Failure, FeeRate, Limits, Money, OpenDeposit, OrderId, OrderNumber, Rejection,
    ShopId, Timestamp,
    limits::{CALLBACK_URL_MAX_BYTES, NAME_MAX_BYTES, PAYEE_MAX_BYTES, RETURN_URL_MAX_BYTES},
    shelf::Shelf,
};

/// Columns: operation | shop and number | amount, payer or account | further fields | expected.
///
/// - `limits`: `minimum..maximum COIN` from here on; `fund`: an opening balance of the shop
/// - `open`, `pay`, `decline`: commands; expected is the word of the event, `existing`, or the rejection's code
/// - `duplicates`: the policy from here on
/// - `balance`: of an account; `owed`: how many callbacks are
fn check(table: &str) {
    let mut shelf = Shelf::default();
    for (line, row) in table.lines().enumerate().filter(|(_, row)| !row.trim().is_empty()) {
        let columns: Vec<&str> = row.split('|').map(str::trim).collect();
        let [operation, order, what, fields, expected] = columns[..] else {
            panic!("five columns: {row}")
        };
        let id = OrderId([u8::try_from(line).unwrap(); 16]);
        let at = Timestamp(line as u64);
        let result = match operation {
            "limits" => {
                let (range, coin) = what.split_once(' ').unwrap();
                let (minimum, maximum) = range.split_once("..").unwrap();
                let money = |text| Money::parse(text, Coin::parse(coin).unwrap()).unwrap();
                shelf.limits = shelf.limits.with_minimum(money(minimum)).with_maximum(money(maximum));
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
            "owed" => shelf.outbox.len().to_string(),
            "open" => submit(
                &mut shelf,
                order,
                &Command::OpenDeposit(open(id, order, what, fields, at)),
            ),
            "pay" => submit(
                &mut shelf,
                order,
                &Command::Pay {
                    payer: what.parse().unwrap(),
                    fee: rate(fields),
                    at,
                },
            ),
            "decline" => submit(&mut shelf, order, &Command::Decline { at }),
            _ => panic!("unknown operation: {row}"),
        };
        assert_eq!(result, expected, "{row}");
        assert_eq!(shelf.violations(), [], "{row}");
    }
}

fn submit(shelf: &mut Shelf, order: &str, command: &Command) -> String {
    match shelf.submit(&key(order), command) {
        Ok(crate::Applied::Existing(_)) => "existing".to_owned(),
        Ok(crate::Applied::Changed(commit)) => commit.events[0].word().trim_start_matches("deposit_").to_owned(),
        Err(rejection) => rejection.code().to_owned(),
    }
}

/// `fee=6/1000`, or none.
fn rate(fields: &str) -> FeeRate {
    fields.strip_prefix("fee=").map_or(FeeRate::NONE, |rate| {
        let (num, den) = rate.split_once('/').unwrap();
        FeeRate::new(num.parse().unwrap(), den.parse().unwrap()).unwrap()
    })
}

fn key(order: &str) -> (ShopId, OrderNumber) {
    let (shop, number) = order.split_once(' ').unwrap();
    (ShopId(shop.parse().unwrap()), OrderNumber::parse(number).unwrap())
}

fn money(text: &str) -> Money {
    let (amount, coin) = text.split_once(' ').unwrap();
    Money::parse(amount, Coin::parse(coin).unwrap()).unwrap()
}

/// `fields` are `name=text` words; `text*N` repeats it to N bytes.
fn open(order_id: OrderId, order: &str, amount: &str, fields: &str, at: Timestamp) -> OpenDeposit {
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
    OpenDeposit {
        order_id,
        shop,
        number,
        amount: money(amount),
        callback_url: field("callback"),
        return_url: field("return"),
        name: field("name"),
        at,
    }
}

#[test]
fn an_order_is_opened_and_paid_once() {
    check(
        "
        owed    |     |                   | | 0
        open    | 1 A | 6 USDT            | | opened
        balance |     | shop:1:USDT       | | 0.00000000
        owed    |     |                   | | 0
        pay     | 1 A | 7                 | | paid
        balance |     | shop:1:USDT       | | 6.00000000
        balance |     | payers:USDT       | | -6.00000000
        owed    |     |                   | | 1
        pay     | 1 A | 7                 | | existing
        pay     | 1 A | 8                 | | already_paid
        decline | 1 A |                   | | already_paid
        balance |     | shop:1:USDT       | | 6.00000000
        owed    |     |                   | | 1
        open    | 1 B | 6.5 TRX           | | opened
        pay     | 1 B | 7                 | | paid
        balance |     | shop:1:TRX        | | 6.500000
        owed    |     |                   | | 2
        ",
    );
}

#[test]
fn numbers_belong_to_their_shop() {
    check(
        "
        open    | 1 A | 6 USDT            | | opened
        open    | 2 A | 7 USDT            | | opened
        open    | 1 a | 8 USDT            | | opened
        pay     | 2 A | 7                 | | paid
        balance |     | shop:1:USDT       | | 0.00000000
        balance |     | shop:2:USDT       | | 7.00000000
        pay     | 2 a | 7                 | | unknown_order
        decline | 3 A |                   | | unknown_order
        ",
    );
}

#[test]
fn a_payer_who_declined_may_come_back() {
    check(
        "
        open    | 1 A | 6 USDT            | | opened
        decline | 1 A |                   | | declined
        decline | 1 A |                   | | existing
        open    | 1 A | 6 USDT            | | existing
        owed    |     |                   | | 0
        balance |     | shop:1:USDT       | | 0.00000000
        pay     | 1 A | 7                 | | paid
        decline | 1 A |                   | | already_paid
        balance |     | shop:1:USDT       | | 6.00000000
        owed    |     |                   | | 1
        ",
    );
}

#[test]
fn the_gateway_keeps_its_fee_of_a_payment() {
    check(
        "
        open    | 1 A | 100 CNY           |            | opened
        pay     | 1 A | 7                 | fee=6/1000 | paid
        balance |     | shop:1:CNY        |            | 99.40
        balance |     | fees:CNY          |            | 0.60
        balance |     | payers:CNY        |            | -100.00
        pay     | 1 A | 7                 | fee=9/1000 | existing
        balance |     | fees:CNY          |            | 0.60
        open    | 1 B | 0.83 CNY          |            | opened
        pay     | 1 B | 7                 | fee=6/1000 | paid
        balance |     | shop:1:CNY        |            | 100.23
        balance |     | fees:CNY          |            | 0.60
        open    | 2 C | 5 CNY             |            | opened
        pay     | 2 C | 7                 | fee=1/1    | paid
        balance |     | shop:2:CNY        |            | 0.00
        balance |     | fees:CNY          |            | 5.60
        ",
    );
}

#[test]
fn a_shop_chooses_what_a_number_used_again_means() {
    check(
        "
        open       | 1 A | 6 USDT       |          | opened
        duplicates |     | reject       |          |
        open       | 1 A | 6 USDT       |          | already_processed
        open       | 1 A | 7 USDT       |          | exists_with_different_amount
        open       | 1 B | 6 USDT       |          | opened
        pay        | 1 A | 7            |          | paid
        open       | 1 A | 6 USDT       |          | already_processed
        ",
    );
    let open = |id, amount| open(OrderId([id; 16]), "1 A", amount, "", Timestamp(1));
    let loaded = crate::Deposit::restore(open(1, "6 USDT"), crate::State::Open);
    for amount in ["6 USDT", "7 USDT"] {
        let command = Command::OpenDeposit(open(2, amount));
        let applied = crate::apply(Some(&loaded), &Limits::default(), Duplicates::NewOrder, &command);
        assert_eq!(applied.unwrap().order().order_id(), OrderId([2; 16]), "{amount}");
    }
}

/// Each row differs from the first in one more field from the right, so the expected field moves to the left.
#[test]
fn a_repeated_opening_is_compared_field_by_field() {
    check(
        "
        open | 1 A | 6 USDT        | callback=http://a/ return=http://b/ name=tea | opened
        open | 1 A | 6 USDT        | callback=http://a/ return=http://b/ name=tea | existing
        open | 1 A | 6.0000 USDT   | name=tea return=http://b/ callback=http://a/ | existing
        open | 1 A | 6 USDT        | callback=http://a/ return=http://b/ name=Tea | exists_with_different_name
        open | 1 A | 6 USDT        | callback=http://a/ return=http://b/          | exists_with_different_name
        open | 1 A | 6 USDT        | callback=http://a/ return=http://B/          | exists_with_different_return_url
        open | 1 A | 6 USDT        | callback=http://a/                           | exists_with_different_return_url
        open | 1 A | 6 USDT        | callback=http://A/                           | exists_with_different_callback_url
        open | 1 A | 6 USDT        |                                              | exists_with_different_callback_url
        open | 1 A | 6 TRX         |                                              | exists_with_different_coin
        open | 1 A | 600 TRX       |                                              | exists_with_different_amount
        open | 1 A | 6.01 USDT     |                                              | exists_with_different_amount
        pay  | 1 A | 7             |                                              | paid
        open | 1 A | 6 USDT        | callback=http://a/ return=http://b/ name=tea | existing
        open | 1 A | 6.01 USDT     | callback=http://a/ return=http://b/ name=tea | exists_with_different_amount
        ",
    );
}

/// The first row breaks every rule; each further one mends the reason given before.
#[test]
fn one_reason_at_a_time_in_their_order() {
    check(
        "
        open   | 1 A | 2 USDT      |                                                     | opened
        limits |     | 1..5 USDT   |                                                     |
        open   | 1 A | 0 USDT      | callback=ftp*2049 return=tg*2049 name=tea*513       | exists_with_different_amount
        open   | 1 B | 0 USDT      | callback=ftp*2049 return=tg*2049 name=tea*513       | amount_not_positive
        open   | 1 B | -1 USDT     | callback=ftp*2049 return=tg*2049 name=tea*513       | amount_not_positive
        open   | 1 B | 0.99 USDT   | callback=ftp*2049 return=tg*2049 name=tea*513       | amount_below_minimum
        open   | 1 B | 5.01 USDT   | callback=ftp*2049 return=tg*2049 name=tea*513       | amount_above_maximum
        open   | 1 B | 5 USDT      | callback=ftp*2049 return=tg*2049 name=tea*513       | callback_url_too_long
        open   | 1 B | 5 USDT      | callback=ftp*2048 return=tg*2049 name=tea*513       | callback_url_malformed
        open   | 1 B | 5 USDT      | callback=http://*2048 return=tg*2049 name=tea*513   | return_url_too_long
        open   | 1 B | 5 USDT      | callback=http://*2048 return=tg*2048 name=tea*513   | name_too_long
        open   | 1 B | 5 USDT      | callback=http://*2048 return=tg*2048 name=tea*512   | opened
        open   | 1 C | 1 USDT      |                                                     | opened
        open   | 1 D | 0.01 TRX    |                                                     | opened
        ",
    );
    assert_eq!(
        (CALLBACK_URL_MAX_BYTES, RETURN_URL_MAX_BYTES, NAME_MAX_BYTES),
        (2_048, 2_048, 512),
        "as in the table"
    );
}

/// A repeated request gets its first answer, whatever has become of the limits.
#[test]
fn limits_do_not_apply_to_what_exists() {
    check(
        "
        open   | 1 A | 6 USDT         | | opened
        limits |     | 10..20 USDT    | |
        open   | 1 A | 6 USDT         | | existing
        open   | 1 B | 6 USDT         | | amount_below_minimum
        pay    | 1 A | 7              | | paid
        limits |     | 1..5 USDT      | |
        open   | 1 A | 6 USDT         | | existing
        open   | 1 B | 6 USDT         | | amount_above_maximum
        ",
    );
}

/// A payment that would not fit changes nothing: neither the order nor any account.
#[test]
fn codes_stand_in_the_order_of_the_variants() {
    let usdt = |text| Money::parse(text, Coin::Usdt).unwrap();
    let differs = ["amount", "coin", "payee", "callback_url", "return_url", "name"];
    let rejections: Vec<Rejection> = differs
        .map(|field| Rejection::ExistsWithDifferent { field })
        .into_iter()
        .chain([
            Rejection::AlreadyProcessed,
            Rejection::AmountNotPositive,
            Rejection::AmountBelowMinimum { minimum: usdt("1") },
            Rejection::AmountAboveMaximum { maximum: usdt("5") },
            Rejection::PayeeTooLong {
                max_bytes: PAYEE_MAX_BYTES,
            },
            Rejection::PayeeMalformed,
            Rejection::CallbackUrlTooLong {
                max_bytes: CALLBACK_URL_MAX_BYTES,
            },
            Rejection::CallbackUrlMalformed,
            Rejection::ReturnUrlTooLong {
                max_bytes: RETURN_URL_MAX_BYTES,
            },
            Rejection::NameTooLong {
                max_bytes: NAME_MAX_BYTES,
            },
            Rejection::InsufficientBalance { available: usdt("6") },
            Rejection::UnknownOrder,
            Rejection::AlreadyPaid { payer: 7 },
            Rejection::AlreadySettled,
            Rejection::AlreadyFailed {
                reason: Failure::PayeeRefused,
            },
            Rejection::AccountFull {
                account: Account::Shop(ShopId(1), Coin::Usdt),
            },
        ])
        .collect();
    assert!(rejections.iter().map(Rejection::code).eq(Rejection::CODES));
    let lines: Vec<String> = rejections
        .iter()
        .map(|rejection| {
            format!(
                "{} ({}): {rejection}",
                rejection.code(),
                rejection.field().unwrap_or("-")
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    exists_with_different_amount (amount): an order with this number exists with a different amount
    exists_with_different_coin (coin): an order with this number exists with a different coin
    exists_with_different_payee (payee): an order with this number exists with a different payee
    exists_with_different_callback_url (callback_url): an order with this number exists with a different callback_url
    exists_with_different_return_url (return_url): an order with this number exists with a different return_url
    exists_with_different_name (name): an order with this number exists with a different name
    already_processed (-): an order with this number exists
    amount_not_positive (amount): amount is not above zero
    amount_below_minimum (amount): amount is below the minimum of 1.00000000 USDT
    amount_above_maximum (amount): amount is above the maximum of 5.00000000 USDT
    payee_too_long (payee): payee has more than 128 bytes
    payee_malformed (payee): payee is blank or has a control character
    callback_url_too_long (callback_url): callback_url has more than 2048 bytes
    callback_url_malformed (callback_url): callback_url is not an http or https URL
    return_url_too_long (return_url): return_url has more than 2048 bytes
    name_too_long (name): name has more than 512 bytes
    insufficient_balance (-): balance of 6.00000000 USDT does not cover amount and fee
    unknown_order (-): order is unknown
    already_paid (-): order is already paid by payer 7
    already_settled (-): withdrawal is already paid out
    already_failed (-): withdrawal has already failed: payee_refused
    account_full (-): account shop:1:USDT cannot hold that much
    ");
}

/// The guide's table has every code once, in the order of precedence.
#[test]
fn the_guide_lists_the_codes_in_their_order() {
    let guide = include_str!("../../../../docs/ledger.md");
    let rejections = guide
        .split("## Rejections")
        .nth(1)
        .unwrap()
        .split("\n## ")
        .next()
        .unwrap();
    let rows = rejections.lines().filter_map(|line| line.strip_prefix("| `"));
    let codes: Vec<&str> = rows.map(|row| row.split('`').next().unwrap()).collect();
    assert_eq!(codes, Rejection::CODES);
}

#[test]
#[should_panic(expected = "the one of the same shop and number")]
fn an_order_of_another_number_is_a_bug_of_the_store() {
    let at = Timestamp(1);
    let other = open(OrderId([1; 16]), "1 A", "6 USDT", "", at);
    let asked = open(OrderId([2; 16]), "1 B", "6 USDT", "", at);
    let loaded = crate::Deposit::restore(other, crate::State::Open);
    let _ = crate::apply(
        Some(&loaded),
        &Limits::default(),
        Duplicates::ReturnExisting,
        &Command::OpenDeposit(asked),
    );
}
