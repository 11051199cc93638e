//! How much accounts hold, and where their opening balances come from.

use super::*;

#[test]
fn accounts_fill_up_but_never_wrap() {
    check(
        "
        limits  |     | 0.00000001..92233720368.54775807 USDT | |
        open    | 1 A | 92233720368.54775807 USDT             | | opened
        open    | 2 B | 0.00000001 USDT                       | | opened
        open    | 2 C | 0.00000001 USDT                       | | opened
        open    | 1 D | 0.00000001 USDT                       | | opened
        pay     | 1 A | 7                                     | | paid
        balance |     | shop:1:USDT                           | | 92233720368.54775807
        balance |     | payers:USDT                           | | -92233720368.54775807
        pay     | 1 D | 7                                     | | account_full
        pay     | 2 B | 7                                     | | paid
        balance |     | payers:USDT                           | | -92233720368.54775808
        pay     | 2 C | 7                                     | | account_full
        balance |     | payers:USDT                           | | -92233720368.54775808
        owed    |     |                                       | | 2
        decline | 2 C |                                       | | declined
        open    | 1 D | 0.00000001 USDT                       | | existing
        ",
    );
}

#[test]
fn opening_balances_come_from_funding() {
    check(
        "
        fund    | 1   | 1000 USDT         | |
        fund    | 2   | 0 TRX             | |
        balance |     | shop:1:USDT       | | 1000.00000000
        balance |     | funding:USDT      | | -1000.00000000
        open    | 1 A | 6 USDT            | | opened
        pay     | 1 A | 7                 | | paid
        balance |     | shop:1:USDT       | | 1006.00000000
        balance |     | funding:USDT      | | -1000.00000000
        balance |     | payers:USDT       | | -6.00000000
        ",
    );
    let lowest = Money::new(i64::MIN, Coin::Usdt);
    assert_eq!(
        crate::opening(ShopId(1), lowest).unwrap_err().code(),
        "amount_out_of_range"
    );
}

#[test]
fn the_default_maximum_leaves_room_in_the_books() {
    for coin in Coin::ALL {
        let limits = Limits::default();
        assert_eq!(limits.minimum(coin).minor(), 1);
        assert_eq!(limits.maximum(coin), Money::parse("1000000000", coin).unwrap());
    }
}
