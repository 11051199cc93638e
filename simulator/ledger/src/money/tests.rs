//! Amounts: a table of texts, round trips, and the edges of 64 bits.

use proptest::prelude::*;

use super::*;

fn check(text: &str, coin: Coin, expected: Result<i64, &str>) {
    let read = Money::parse(text, coin);
    assert_eq!(
        read.map(Money::minor).map_err(MoneyError::code),
        expected,
        "{text:?} {coin}"
    );
}

#[test]
fn good_amounts() {
    for (text, minor) in [
        ("6", 600_000_000),
        ("6.00000000", 600_000_000),
        ("12.30", 1_230_000_000),
        ("100.5", 10_050_000_000),
        ("0", 0),
        ("0.0", 0),
        ("-0", 0),
        ("0.00000001", 1),
        ("-0.00000001", -1),
        ("1.100000000000", 110_000_000),
        ("92233720368.54775807", i64::MAX),
        ("-92233720368.54775808", i64::MIN),
    ] {
        check(text, Coin::Usdt, Ok(minor));
    }
    for (text, minor) in [
        ("6", 6_000_000),
        ("6.00000000", 6_000_000),
        ("0.000001", 1),
        ("9223372036854.775807", i64::MAX),
        ("-9223372036854.775808", i64::MIN),
    ] {
        check(text, Coin::Trx, Ok(minor));
    }
    for (text, minor) in [("10.00", 1_000), ("0.01", 1), ("92233720368547758.07", i64::MAX)] {
        check(text, Coin::Cny, Ok(minor));
    }
}

#[test]
fn bad_amounts() {
    let not_decimal = [
        "+1",
        "1.",
        ".5",
        ".",
        "-",
        "--1",
        "-.5",
        "- 1",
        " 1",
        "1 ",
        "1\n",
        "1\0",
        "1e2",
        "1E2",
        "NaN",
        "inf",
        "0x10",
        "1_000",
        "1,000",
        "1,5",
        "1.2.3",
        "1.-2",
        "1.5x",
        "x",
        "１２",
        "١٢",
        "\u{2212}1",
        "1\u{a0}",
        "null",
        "[]",
    ];
    for text in not_decimal {
        check(text, Coin::Usdt, Err("amount_not_decimal"));
    }
    check("", Coin::Usdt, Err("amount_empty"));
    check("-", Coin::Usdt, Err("amount_not_decimal"));
    for text in ["00", "01", "00.1", "-01", "007"] {
        check(text, Coin::Usdt, Err("amount_leading_zero"));
    }
    check("1.000000001", Coin::Usdt, Err("amount_too_many_decimals"));
    check("0.0000000010", Coin::Usdt, Err("amount_too_many_decimals"));
    check("0.0000001", Coin::Trx, Err("amount_too_many_decimals"));
    check("10.001", Coin::Cny, Err("amount_too_many_decimals"));
    for text in [
        "92233720368.54775808",
        "-92233720368.54775809",
        "92233720369",
        "9223372036854775807",
    ] {
        check(text, Coin::Usdt, Err("amount_out_of_range"));
    }
    let longest = format!("1.{}", "0".repeat(Money::TEXT_MAX_BYTES - 2));
    check(&longest, Coin::Usdt, Ok(100_000_000));
    check(&format!("{longest}0"), Coin::Usdt, Err("amount_too_long"));
    check(
        &"9".repeat(Money::TEXT_MAX_BYTES),
        Coin::Usdt,
        Err("amount_out_of_range"),
    );
    check(&"9".repeat(10_000), Coin::Usdt, Err("amount_too_long"));
}

#[test]
fn amounts_print_all_decimals() {
    for (minor, usdt, trx, cny) in [
        (0, "0.00000000", "0.000000", "0.00"),
        (1, "0.00000001", "0.000001", "0.01"),
        (-1, "-0.00000001", "-0.000001", "-0.01"),
        (600_000_000, "6.00000000", "600.000000", "6000000.00"),
        (
            i64::MAX,
            "92233720368.54775807",
            "9223372036854.775807",
            "92233720368547758.07",
        ),
        (
            i64::MIN,
            "-92233720368.54775808",
            "-9223372036854.775808",
            "-92233720368547758.08",
        ),
    ] {
        assert_eq!(Money::new(minor, Coin::Usdt).to_string(), usdt);
        assert_eq!(Money::new(minor, Coin::Trx).to_string(), trx);
        assert_eq!(Money::new(minor, Coin::Cny).to_string(), cny);
    }
}

#[test]
fn sums_never_wrap_and_never_mix_coins() {
    let usdt = |minor| Money::new(minor, Coin::Usdt);
    let full = Err(MoneyError::OutOfRange { coin: Coin::Usdt });
    let differ = Err(MoneyError::CoinsDiffer {
        left: Coin::Usdt,
        right: Coin::Trx,
    });
    let rows = [
        // left, right, sum, difference
        (usdt(5), usdt(3), Ok(usdt(8)), Ok(usdt(2))),
        (usdt(i64::MAX), usdt(0), Ok(usdt(i64::MAX)), Ok(usdt(i64::MAX))),
        (usdt(i64::MAX), usdt(1), full, Ok(usdt(i64::MAX - 1))),
        (usdt(i64::MIN), usdt(1), Ok(usdt(i64::MIN + 1)), full),
        (usdt(0), usdt(i64::MIN), Ok(usdt(i64::MIN)), full),
        (usdt(1), Money::new(1, Coin::Trx), differ, differ),
    ];
    for (left, right, sum, difference) in rows {
        assert_eq!(left.checked_add(right), sum, "{left} + {right}");
        assert_eq!(left.checked_sub(right), difference, "{left} - {right}");
    }
    assert_eq!(usdt(i64::MIN).checked_neg(), full);
    assert_eq!(usdt(i64::MAX).checked_neg(), Ok(usdt(-i64::MAX)));
}

#[test]
fn coins_have_one_word() {
    for coin in Coin::ALL {
        assert_eq!(Coin::parse(coin.word()), Ok(coin));
    }
    for word in ["", "usdt", "USDT ", "Trx", "cny", "RMB", "BTC"] {
        assert_eq!(Coin::parse(word), Err(MoneyError::UnknownCoin), "{word}");
    }
}

#[test]
fn messages() {
    let errors = [
        MoneyError::Empty,
        MoneyError::TooLong { len_bytes: 65 },
        MoneyError::NotDecimal,
        MoneyError::LeadingZero,
        MoneyError::TooManyDecimals { coin: Coin::Trx },
        MoneyError::OutOfRange { coin: Coin::Usdt },
        MoneyError::UnknownCoin,
        MoneyError::CoinsDiffer {
            left: Coin::Usdt,
            right: Coin::Trx,
        },
    ];
    let text: Vec<String> = errors
        .iter()
        .map(|error| format!("{}: {error}", error.code()))
        .collect();
    insta::assert_snapshot!(text.join("\n"), @r"
    amount_empty: amount is empty
    amount_too_long: amount has 65 bytes, more than 64
    amount_not_decimal: amount is not a plain decimal such as 12.30
    amount_leading_zero: amount has a superfluous leading zero
    amount_too_many_decimals: amount has more than the 6 decimals of TRX
    amount_out_of_range: amount does not fit -92233720368.54775808..=92233720368.54775807 USDT
    coin_unknown: coin is neither USDT nor TRX nor CNY
    coins_differ: USDT and TRX do not add up
    ");
}

fn any_coin() -> impl Strategy<Value = Coin> {
    prop::sample::select(Coin::ALL.to_vec())
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(minor: i64, coin in any_coin()) {
        let money = Money::new(minor, coin);
        prop_assert_eq!(Money::parse(&money.to_string(), coin), Ok(money));
    }

    /// Shortest and zero-padded spellings are the same amount.
    #[test]
    fn trailing_zeros_mean_nothing(minor: i64, coin in any_coin(), zeros in 0_usize..20) {
        let money = Money::new(minor, coin);
        let text = money.to_string();
        let short = text.trim_end_matches('0').trim_end_matches('.');
        prop_assert_eq!(Money::parse(short, coin), Ok(money));
        let long = text + &"0".repeat(zeros);
        prop_assert_eq!(Money::parse(&long, coin), Ok(money));
    }

    /// Whatever reads is exactly what was written, and nothing panics.
    #[test]
    fn what_reads_was_a_decimal(text in "[-+]?[0-9]{0,14}[.,]?[0-9]{0,10}[e ]?", coin in any_coin()) {
        if let Ok(money) = Money::parse(&text, coin) {
            let printed = money.to_string();
            let strip = |text: &str| -> String {
                let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
                if text == "-0" { "0".to_owned() } else { text.to_owned() }
            };
            prop_assert_eq!(strip(&text), strip(&printed));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text: String, coin in any_coin()) {
        let read = Money::parse(&text, coin);
        prop_assert!(read.is_err() || text.is_ascii());
    }
}
