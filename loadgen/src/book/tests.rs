//! The book beside one that keeps everything in memory, and what it takes.

use std::{collections::BTreeSet, env, process::Command};

use proptest::{prelude::*, sample::Index};
use stats_alloc::Region;

use super::*;
use crate::testing::{self, COUNTED};

fn classes() -> impl Strategy<Value = Class> {
    prop::sample::select(&Class::ALL[..])
}

fn opens() -> impl Strategy<Value = Open> {
    let sent_us = any::<u64>;
    prop_oneof![
        Just(Open::Waiting),
        Just(Open::Dropped),
        sent_us().prop_map(|sent_us| Open::Sent { sent_us }),
        (sent_us(), "[a-f0-9]{32}|x{60,80}").prop_map(|(sent_us, text)| Open::Opened {
            sent_us,
            order_id: text.into(),
        }),
        (sent_us(), "余额不足|[a-z ]{0,300}").prop_map(|(sent_us, text)| Open::Declined {
            sent_us,
            reason: text.into(),
        }),
        (sent_us(), sent_us(), classes(), any::<bool>()).prop_map(|(sent_us, done_us, class, expected)| {
            Open::Hidden {
                sent_us,
                done_us,
                class,
                expected,
            }
        }),
    ]
}

fn queries() -> impl Strategy<Value = Query> {
    let sent_us = any::<u64>;
    prop_oneof![
        Just(Query::Unanswered),
        sent_us().prop_map(|sent_us| Query::Paid { sent_us }),
        sent_us().prop_map(|sent_us| Query::Failed { sent_us }),
        sent_us().prop_map(|sent_us| Query::Unpaid { sent_us }),
        sent_us().prop_map(|sent_us| Query::Absent { sent_us }),
    ]
}

fn journeys() -> impl Strategy<Value = Journey> {
    prop::sample::select(&Journey::ALL[..])
}

fn orders() -> impl Strategy<Value = Order> {
    let broken = prop::option::of(classes());
    let deliveries = prop::collection::vec(any::<u64>(), 0..=MAX_DELIVERIES);
    let counts = (journeys(), any::<(u64, u32, u32, u32, u32, bool)>());
    (opens(), queries(), broken, deliveries, counts).prop_map(|(open, query, query_broken, deliveries, counts)| {
        let (journey, (arrival_us, queries, delivered, failures, bad, over)) = counts;
        Order {
            journey,
            arrival_us,
            open,
            query,
            query_broken,
            queries,
            deliveries: deliveries.into_iter().map(|at_us| Delivery { at_us }).collect(),
            delivered,
            failures,
            bad,
            over,
        }
    })
}

fn ends() -> impl Strategy<Value = Ended> {
    let counts = any::<(u16, u64, u64)>();
    (classes(), counts).prop_map(|(class, (status, first_byte_us, done_us))| Ended {
        class,
        status,
        first_byte_us,
        done_us,
    })
}

#[derive(Clone, Debug)]
enum Act {
    Arrive(Journey, u64),
    Change(Index, Order),
    Call(Operation, u64),
    End(Index, Ended),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        (journeys(), any::<u64>()).prop_map(|(journey, at)| Act::Arrive(journey, at)),
        (any::<Index>(), orders()).prop_map(|(at, order)| Act::Change(at, order)),
        (prop::sample::select(&Operation::ALL[..]), any::<u64>()).prop_map(|(word, at)| Act::Call(word, at)),
        (any::<Index>(), ends()).prop_map(|(at, ended)| Act::End(at, ended)),
    ];
    prop::collection::vec(act, 0..200)
}

proptest! {
    #[test]
    fn it_is_the_book_that_keeps_everything(room in 1..4_usize, acts in acts()) {
        let mut book = Book::with_room(&env::temp_dir(), room, room).unwrap();
        let (mut orders, mut calls): (Vec<Order>, Vec<Call>) = (Vec::new(), Vec::new());
        for act in acts {
            match act {
                Act::Arrive(journey, arrival_us) => {
                    prop_assert!(book.arrive(u32::try_from(orders.len()).unwrap(), journey, arrival_us));
                    orders.push(Order { journey, arrival_us, ..Order::default() });
                }
                Act::Change(at, order) if !orders.is_empty() => {
                    let at = at.index(orders.len());
                    let before = book.change(u32::try_from(at).unwrap(), |kept| std::mem::replace(kept, order.clone()));
                    prop_assert_eq!(before, Some(std::mem::replace(&mut orders[at], order)));
                }
                Act::Call(operation, sent_us) => {
                    let order = u32::try_from(calls.len() / 2).unwrap();
                    prop_assert_eq!(book.call(order, operation, sent_us), calls.len() as u64);
                    calls.push(Call { order, operation, ended: None, sent_us });
                }
                Act::End(at, ended) if !calls.is_empty() => {
                    let at = at.index(calls.len());
                    book.ended(at as u64, ended);
                    calls[at].ended = Some(ended);
                }
                Act::Change(..) | Act::End(..) => {}
            }
        }
        prop_assert!(!book.arrive(u32::try_from(orders.len()).unwrap() + 1, Journey::Checkout, 0), "numbers have no gaps");
        prop_assert_eq!(book.len(), orders.len());
        let open: BTreeSet<u32> = (0..).zip(&orders).filter(|(_, order)| order.is_unsettled()).map(|(seq, _)| seq).collect();
        prop_assert_eq!(book.unsettled().collect::<BTreeSet<_>>(), open);
        prop_assert_eq!(book.orders().map(|(_, order)| order).collect::<Vec<_>>(), orders.clone());
        for (number, call) in (0..).zip(&calls) {
            prop_assert_eq!(book.call_of(number), Some(*call));
        }
        for (seq, order) in (0..).zip(&orders) {
            prop_assert_eq!(book.order(seq), Some(order.clone()));
        }
        prop_assert!(book.failure().is_none());
    }
}

/// A book of many orders takes as much memory as one of few, but for its bits. The allocator that counts is the whole
/// process's, so the test starts itself once more, alone.
#[test]
fn a_settled_order_takes_no_memory() {
    const NAME: &str = "book::tests::a_settled_order_takes_no_memory";
    if !env::args().any(|arg| arg == "--exact") {
        let alone = Command::new(env::current_exe().unwrap())
            .args(["--exact", NAME, "--test-threads=1"])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&alone.stdout);
        assert!(alone.status.success() && said.contains("1 passed"), "{said}");
        return;
    }
    let held = |orders: u32| {
        let region = Region::new(COUNTED);
        let book = testing::book(orders);
        assert_eq!(book.len(), usize::try_from(orders).unwrap());
        let change = region.change();
        change.bytes_allocated - change.bytes_deallocated
    };
    let (few, many) = (held(1_000), held(100_000));
    assert!(
        many - few < 32 << 10,
        "{few} bytes for 1,000 orders, {many} for 100,000"
    );
}
