//! Statements of a few orders to the letter, and of random ones to the last unit.

use proptest::prelude::*;

use super::*;
use crate::{
    Account, CHINA_OFFSET_MINUTES, Command, FeeRate, OpenDeposit, OpenWithdrawal, WithdrawalCommand, shelf::Shelf,
};

const SHOP: ShopId = ShopId(1);
const DAY_MS: u64 = 86_400_000;

fn cny(text: &str) -> Money {
    Money::parse(text, Coin::Cny).unwrap()
}

fn line(number: &str, kind: LineKind, [amount, fee, net]: [&str; 3], at: u64) -> Line {
    Line {
        order_id: OrderId([at as u8; 16]),
        number: OrderNumber::parse(number).unwrap(),
        kind,
        amount: cny(amount),
        fee: cny(fee),
        net: cny(net),
        at: Timestamp(20_783 * DAY_MS + at),
    }
}

#[test]
fn a_statement_as_csv() {
    let lines = vec![
        line("=1+1", LineKind::WithdrawalFailed, ["5.00", "-0.05", "5.05"], 9),
        line("ORDER-1", LineKind::Deposit, ["100.00", "0.60", "99.40"], 1),
        line("a \"b\", c", LineKind::Withdrawal, ["-5.00", "0.05", "-5.05"], 8),
    ];
    let statement = Statement::build(SHOP, Coin::Cny, Day::new(20_783), cny("10"), lines).unwrap();
    assert_eq!(statement.forgotten, 0);
    let csv = statement.csv();
    assert_eq!(
        csv.matches("\r\n").count(),
        csv.lines().count(),
        "every row ends with CR LF"
    );
    let shown = csv.replace("\r\n", "\n").replace(&"01".repeat(16), "ONE");
    let shown = shown
        .replace(&"08".repeat(16), "EIGHT")
        .replace(&"09".repeat(16), "NINE");
    insta::assert_snapshot!(shown, @r#"
    kind,order_id,number,amount,fee,net,balance,at
    opening,,,,,,10.00,
    deposit,ONE,ORDER-1,100.00,0.60,99.40,,2026-11-26T00:00:00.001Z
    withdrawal,EIGHT,"a ""b"", c",-5.00,0.05,-5.05,,2026-11-26T00:00:00.008Z
    withdrawal_failed,NINE,'=1+1,5.00,-0.05,5.05,,2026-11-26T00:00:00.009Z
    closing,,,100.00,0.60,99.40,109.40,
    "#);
}

#[test]
fn numbers_that_look_like_formulas_are_defused() {
    for (number, cell) in [
        ("=SUM(A1)", "'=SUM(A1)"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("＝1", "'＝1"),
        ("1=1", "1=1"),
        ("'=1", "'=1"),
        ("订单 7", "订单 7"),
        ("=1,\"2\"", "\"'=1,\"\"2\"\"\""),
    ] {
        let lines = vec![line(number, LineKind::Deposit, ["1", "0", "1"], 1)];
        let statement = Statement::build(SHOP, Coin::Cny, Day::FIRST, cny("0"), lines).unwrap();
        let csv = statement.csv();
        let row = csv.lines().nth(2).unwrap();
        assert_eq!(
            row,
            format!(
                "deposit,{},{cell},1.00,0.00,1.00,,2026-11-26T00:00:00.001Z",
                "01".repeat(16)
            )
        );
    }
}

#[test]
fn sums_that_cannot_be_stated() {
    let one = line("A", LineKind::Deposit, ["1", "0", "1"], 1);
    let most = Money::new(i64::MAX, Coin::Cny);
    let usdt = Money::zero(Coin::Usdt);
    for (coin, opening, expected) in [
        (Coin::Cny, cny("0"), None),
        (Coin::Cny, most, Some("amount_out_of_range")),
        (Coin::Cny, usdt, Some("coins_differ")),
        (Coin::Usdt, usdt, Some("coins_differ")),
    ] {
        let built = Statement::build(SHOP, coin, Day::FIRST, opening, vec![one.clone()]);
        assert_eq!(built.err().map(MoneyError::code), expected, "{coin} {opening}");
    }
}

/// A thousand random orders over two days: what the fees and nets of the orders sum to is what the statements say, to
/// the last unit; the second day opens with what the first closed with, and closes with what the books hold.
fn check_days(orders: &[(bool, i64, u64, bool)]) {
    let mut shelf = Shelf::default();
    let funded = Money::new(1_000_000_000_000, Coin::Cny);
    shelf.fund(SHOP, funded);
    let mut lines = Vec::new();
    for (index, &(deposit, minor, rate, good)) in orders.iter().enumerate() {
        let at = Timestamp(index as u64 * 2 * DAY_MS / orders.len() as u64);
        let (amount, fee) = (Money::new(minor, Coin::Cny), FeeRate::new(rate, 10_000).unwrap());
        lines.extend(live(&mut shelf, index, deposit, amount, fee, good, at));
    }
    let violations = shelf.violations();
    assert_eq!(violations, []);

    let of_day = |day: Day| {
        lines
            .iter()
            .filter(move |line| Day::of(line.at, 0) == day)
            .cloned()
            .collect()
    };
    let first = Statement::build(SHOP, Coin::Cny, Day::new(0), funded, of_day(Day::new(0))).unwrap();
    let second = Statement::build(SHOP, Coin::Cny, Day::new(1), first.closing, of_day(Day::new(1))).unwrap();
    assert_eq!(first.lines.len() + second.lines.len(), lines.len());
    let held = |account| shelf.books.balance(account).minor();
    assert_eq!(second.closing.minor(), held(Account::Shop(SHOP, Coin::Cny)));
    assert_eq!(second.opening, first.closing);

    let sum = |of: fn(&Line) -> Money| lines.iter().map(|line| of(line).minor()).sum::<i64>();
    let whole = first.totals.merged(&second.totals).unwrap();
    assert_eq!(whole.count, lines.len() as u64);
    assert_eq!(whole.fee.minor(), sum(|line| line.fee));
    assert_eq!(whole.net.minor(), sum(|line| line.net));
    assert_eq!(whole.amount.minor(), sum(|line| line.fee) + sum(|line| line.net));
    assert_eq!(
        whole.fee.minor(),
        held(Account::Fees(Coin::Cny)),
        "nothing is on its way any more"
    );

    let kept = lines.iter().filter(|line| line.at.ms() % 2 == 0).cloned().collect();
    let abridged = Statement::with_totals(SHOP, Coin::Cny, Day::new(0), funded, kept, whole).unwrap();
    assert_eq!(abridged.closing, second.closing, "totals outlive the orders");
    assert_eq!(abridged.forgotten as usize, lines.len() - abridged.lines.len());
}

/// Opens an order and ends it at once, well or badly; gives back the lines it leaves.
fn live(
    shelf: &mut Shelf,
    index: usize,
    deposit: bool,
    amount: Money,
    fee: FeeRate,
    good: bool,
    at: Timestamp,
) -> Vec<Line> {
    let order_id = OrderId((index as u128).to_be_bytes());
    let number = OrderNumber::from(order_id);
    let key = (SHOP, number.clone());
    if deposit {
        let open = OpenDeposit {
            order_id,
            shop: SHOP,
            number,
            amount,
            callback_url: None,
            return_url: None,
            name: None,
            at,
        };
        shelf.submit(&key, &Command::OpenDeposit(open)).unwrap();
        let end = match good {
            true => Command::Pay { payer: 7, fee, at },
            false => Command::Decline { at },
        };
        let applied = shelf.submit(&key, &end).unwrap();
        Line::of_deposit(applied.order()).into_iter().collect()
    } else {
        let open = OpenWithdrawal {
            order_id,
            shop: SHOP,
            number,
            amount,
            fee,
            payee: "P1".to_owned(),
            callback_url: None,
            name: None,
            at,
        };
        shelf.submit_withdrawal(&key, &WithdrawalCommand::Open(open)).unwrap();
        let reason = crate::Failure::Declined;
        let end = match good {
            true => WithdrawalCommand::Settle { at },
            false => WithdrawalCommand::Fail { reason, at },
        };
        let applied = shelf.submit_withdrawal(&key, &end).unwrap();
        let order = applied.order();
        [Line::of_withdrawal(order)]
            .into_iter()
            .chain(Line::of_failure(order))
            .collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn a_thousand_orders_are_stated_to_the_last_unit(
        orders in prop::collection::vec((any::<bool>(), 1..10_000_000_i64, 0..=10_000_u64, any::<bool>()), 1_000),
    ) {
        check_days(&orders);
    }
}

proptest! {
    /// Days follow each other whatever their lines: each opens with the closing of the one before.
    #[test]
    fn each_day_opens_with_the_closing_of_the_day_before(nets in prop::collection::vec((0_u64..5, -1_000..1_000_i64), 0..40)) {
        let lines: Vec<Line> = nets
            .iter()
            .map(|&(day, minor)| Line {
                order_id: OrderId([1; 16]),
                number: OrderNumber::parse("A").unwrap(),
                kind: LineKind::Deposit,
                amount: Money::new(minor, Coin::Cny),
                fee: Money::zero(Coin::Cny),
                net: Money::new(minor, Coin::Cny),
                at: Timestamp(day * DAY_MS),
            })
            .collect();
        let mut balance = cny("0");
        let mut day = Day::FIRST;
        let mut stated = 0;
        for _ in 0..5 {
            let of_day = lines.iter().filter(|line| Day::of(line.at, CHINA_OFFSET_MINUTES) == day).cloned().collect();
            let statement = Statement::build(SHOP, Coin::Cny, day, balance, of_day).unwrap();
            prop_assert_eq!(statement.opening, balance);
            (balance, day) = (statement.closing, day.next().unwrap());
            stated += statement.lines.len();
        }
        prop_assert_eq!(stated, lines.len());
        prop_assert_eq!(balance.minor(), nets.iter().map(|(_, minor)| minor).sum::<i64>());
    }
}
