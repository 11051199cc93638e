//! Random commands against a model that knows nothing of the ledger: what each must answer is predicted from a few
//! words, and after each every invariant is checked, by event, by posting, by account and by shard.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use super::{key, open};
use crate::{
    Account, Applied, Coin, Command, Deposit, Event, FeeRate, OrderId, ShopId, Status, Timestamp, evolve, shelf::Shelf,
};

/// Few enough orders, contents and payers that commands meet each other all the time.
const ORDERS: [&str; 4] = ["1 A", "1 B", "2 A", "2 C"];
const CONTENTS: [(&str, &str, i64, Coin); 5] = [
    ("6 USDT", "name=tea", 600_000_000, Coin::Usdt),
    ("6.00 USDT", "name=tea", 600_000_000, Coin::Usdt),
    ("6 TRX", "name=tea", 6_000_000, Coin::Trx),
    ("6 USDT", "callback=http://127.0.0.1/paid", 600_000_000, Coin::Usdt),
    ("0.01 TRX", "", 10_000, Coin::Trx),
];
/// The content that spells another's in other words.
const SAME_AS: [usize; 5] = [0, 0, 2, 3, 4];
const BAD_CONTENTS: [(&str, &str); 3] = [
    ("0 USDT", ""),
    ("-6 USDT", "name=tea"),
    ("6 USDT", "callback=ftp://127.0.0.1/paid"),
];

#[derive(Clone, Debug)]
enum Step {
    Open { order: usize, content: usize },
    OpenBadly { order: usize, content: usize },
    Pay { order: usize, payer: u64 },
    Decline { order: usize },
}

/// What the model remembers of an order.
#[derive(Clone, Debug)]
struct Remembered {
    content: usize,
    payer: Option<u64>,
    declined: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Done,
    Existing,
    Rejected,
}

#[derive(Clone, Debug)]
struct Model {
    orders: BTreeMap<usize, Remembered>,
    answer: Answer,
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self {
            orders: BTreeMap::new(),
            answer: Answer::Done,
        })
        .boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        let order = 0..ORDERS.len();
        prop_oneof![
            4 => (order.clone(), 0..CONTENTS.len()).prop_map(|(order, content)| Step::Open { order, content }),
            1 => (order.clone(), 0..BAD_CONTENTS.len()).prop_map(|(order, content)| Step::OpenBadly { order, content }),
            4 => (order.clone(), 7_u64..10).prop_map(|(order, payer)| Step::Pay { order, payer }),
            2 => order.prop_map(|order| Step::Decline { order }),
        ]
        .boxed()
    }

    fn apply(mut model: Self, step: &Step) -> Self {
        model.answer = match *step {
            Step::Open { order, content } => match model.orders.get(&order) {
                None => {
                    model.orders.insert(
                        order,
                        Remembered {
                            content,
                            payer: None,
                            declined: false,
                        },
                    );
                    Answer::Done
                }
                Some(known) if SAME_AS[known.content] == SAME_AS[content] => Answer::Existing,
                Some(_) => Answer::Rejected,
            },
            Step::OpenBadly { .. } => Answer::Rejected,
            Step::Pay { order, payer } => match model.orders.get_mut(&order) {
                None => Answer::Rejected,
                Some(known) => match known.payer {
                    None => {
                        known.payer = Some(payer);
                        Answer::Done
                    }
                    Some(earlier) if earlier == payer => Answer::Existing,
                    Some(_) => Answer::Rejected,
                },
            },
            Step::Decline { order } => match model.orders.get_mut(&order) {
                Some(known) if known.payer.is_none() && known.declined => Answer::Existing,
                Some(known) if known.payer.is_none() => {
                    known.declined = true;
                    Answer::Done
                }
                Some(_) | None => Answer::Rejected,
            },
        };
        model
    }
}

/// The ledger on its shelf, with a counter that serves as clock and source of ids.
struct Subject {
    shelf: Shelf,
    tick: u8,
}

impl StateMachineTest for Subject {
    type SystemUnderTest = Self;
    type Reference = Model;

    fn init_test(_: &Model) -> Self {
        let mut shelf = Shelf::default();
        shelf.fund(ShopId(2), crate::Money::new(5, Coin::Trx));
        Self { shelf, tick: 0 }
    }

    fn apply(mut subject: Self, model: &Model, step: Step) -> Self {
        subject.tick += 1;
        let at = Timestamp(u64::from(subject.tick));
        let id = OrderId([subject.tick; 16]);
        let (order, command) = match step {
            Step::Open { order, content } => {
                let (amount, fields, ..) = CONTENTS[content];
                (order, Command::OpenDeposit(open(id, ORDERS[order], amount, fields, at)))
            }
            Step::OpenBadly { order, content } => {
                let (amount, fields) = BAD_CONTENTS[content];
                (order, Command::OpenDeposit(open(id, ORDERS[order], amount, fields, at)))
            }
            Step::Pay { order, payer } => (
                order,
                Command::Pay {
                    payer,
                    fee: FeeRate::NONE,
                    at,
                },
            ),
            Step::Decline { order } => (order, Command::Decline { at }),
        };
        let answer = match subject.shelf.submit(&key(ORDERS[order]), &command) {
            Ok(Applied::Changed(_)) => Answer::Done,
            Ok(Applied::Existing(_)) => Answer::Existing,
            Err(_) => Answer::Rejected,
        };
        assert_eq!(answer, model.answer, "{command:?}");
        subject
    }

    fn check_invariants(subject: &Self, model: &Model) {
        let shelf = &subject.shelf;
        assert_eq!(shelf.violations(), []);
        assert_eq!(shelf.merged(), shelf.books, "shards add up to the whole");
        assert_eq!(
            replay(&shelf.events),
            shelf
                .orders
                .values()
                .map(|order| (order.order_id(), order.clone()))
                .collect()
        );
        assert_orders(shelf, model);
        assert_money(shelf, model);
    }
}

/// All orders from all events, in the order they were committed.
fn replay(events: &[Event]) -> BTreeMap<OrderId, Deposit> {
    let mut orders = BTreeMap::new();
    for event in events {
        let after = evolve(orders.remove(&event.order_id()), event).unwrap();
        orders.insert(after.order_id(), after);
    }
    orders
}

fn assert_orders(shelf: &Shelf, model: &Model) {
    assert_eq!(shelf.orders.len(), model.orders.len());
    for (&index, known) in &model.orders {
        let order = &shelf.orders[&key(ORDERS[index])];
        let (_, _, minor, coin) = CONTENTS[known.content];
        assert_eq!((order.amount().minor(), order.amount().coin()), (minor, coin));
        assert_eq!(order.payer(), known.payer);
        assert_eq!(order.status() == Status::Paid, known.payer.is_some());
        let payments = shelf
            .history(order.order_id())
            .filter(|event| matches!(event, Event::DepositPaid { .. }));
        assert_eq!(payments.count(), usize::from(known.payer.is_some()));
    }
}

/// The balances, added up from what the model remembers.
fn assert_money(shelf: &Shelf, model: &Model) {
    for coin in Coin::ALL {
        let paid = |shop: &str| -> i64 {
            let paid = model.orders.iter().filter(|(_, known)| known.payer.is_some());
            let here =
                paid.filter(|(index, known)| ORDERS[**index].starts_with(shop) && CONTENTS[known.content].3 == coin);
            here.map(|(_, known)| CONTENTS[known.content].2).sum()
        };
        let funded = if coin == Coin::Trx { 5 } else { 0 };
        let held = |account| shelf.books.balance(account).minor();
        assert_eq!(held(Account::Shop(ShopId(1), coin)), paid("1 "));
        assert_eq!(held(Account::Shop(ShopId(2), coin)), paid("2 ") + funded);
        assert_eq!(held(Account::Payers(coin)), -paid("1 ") - paid("2 "));
        assert_eq!(held(Account::Funding(coin)), -funded);
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn random_commands_keep_every_invariant(sequential 1..60 => Subject);
}
