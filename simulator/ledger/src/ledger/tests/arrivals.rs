//! No order of arrival pays twice: every permutation of two openings, three payments by two payers and a refusal to pay
//! is tried, and so is every opening that competes with another of the same number.

use super::{key, open};
use crate::{Applied, Command, FeeRate, OrderId, ShopId, State, Timestamp, shelf::Shelf};

/// All orders in which `0..count` can stand (Heap's algorithm, written recursively).
fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for shorter in permutations(count - 1) {
        for place in 0..count {
            let mut longer = shorter.clone();
            longer.insert(place, count - 1);
            all.push(longer);
        }
    }
    all
}

fn opening(order_id: u8, amount: &str) -> Command {
    Command::OpenDeposit(open(OrderId([order_id; 16]), "1 A", amount, "", Timestamp(1)))
}

fn pay(payer: u64) -> Command {
    Command::Pay {
        payer,
        fee: FeeRate::NONE,
        at: Timestamp(2),
    }
}

#[test]
fn every_arrival_pays_at_most_once() {
    let commands = [
        opening(1, "6 USDT"),
        opening(2, "6 USDT"),
        pay(7),
        pay(7),
        pay(8),
        Command::Decline { at: Timestamp(3) },
    ];
    let permutations = permutations(commands.len());
    assert_eq!(permutations.len(), 720);
    for arrival in permutations {
        let mut shelf = Shelf::default();
        for &index in &arrival {
            let _ = shelf.submit(&key("1 A"), &commands[index]);
            assert_eq!(shelf.violations(), [], "{arrival:?}");
        }
        // Written down independently of the ledger: the first opening creates, the first payment after it counts.
        let opened = arrival.iter().position(|&index| index < 2).unwrap();
        let first_payer = arrival[opened..].iter().find_map(|&index| match commands[index] {
            Command::Pay { payer, .. } => Some(payer),
            Command::OpenDeposit(_) | Command::Decline { .. } => None,
        });
        let order = &shelf.orders[&key("1 A")];
        assert_eq!(shelf.orders.len(), 1);
        assert_eq!(
            order.order_id(),
            OrderId([arrival[opened] as u8 + 1; 16]),
            "{arrival:?}"
        );
        assert_eq!(order.payer(), first_payer, "{arrival:?}");
        let payments = usize::from(first_payer.is_some());
        assert_eq!(shelf.outbox.len(), payments, "{arrival:?}");
        assert_eq!(shelf.postings.len(), 2 * payments, "{arrival:?}");
        let held = shelf
            .books
            .balance(crate::Account::Shop(ShopId(1), crate::Coin::Usdt))
            .to_string();
        assert_eq!(held, if payments == 1 { "6.00000000" } else { "0.00000000" });
    }
}

/// Of openings with different content one is accepted, and it is the first.
#[test]
fn every_arrival_of_rival_openings_has_one_winner() {
    let commands = [
        opening(1, "6 USDT"),
        opening(2, "7 USDT"),
        opening(3, "6 USDT"),
        opening(4, "6 TRX"),
    ];
    let content = [6, 7, 6, 66];
    for arrival in permutations(commands.len()) {
        let mut shelf = Shelf::default();
        for &index in &arrival {
            let same = content[index] == content[arrival[0]];
            match shelf.submit(&key("1 A"), &commands[index]) {
                Ok(Applied::Changed(commit)) => {
                    assert_eq!((index, commit.order.state()), (arrival[0], &State::Open));
                }
                Ok(Applied::Existing(_)) => assert!(same, "{arrival:?}"),
                Err(rejection) => {
                    assert!(
                        !same && rejection.code().starts_with("exists_with_different"),
                        "{arrival:?}"
                    );
                }
            }
        }
        assert_eq!(
            shelf.orders[&key("1 A")].order_id(),
            OrderId([arrival[0] as u8 + 1; 16])
        );
        assert_eq!(shelf.violations(), []);
    }
}
