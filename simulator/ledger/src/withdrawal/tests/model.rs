//! Random withdrawals of a shop that earns what it pays out, against a model that knows four sums and a word for each
//! number: what each step must answer is predicted, and after each every invariant is checked.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use super::{key, open};
use crate::{
    Account, Applied, Coin, Command, Failure, FeeRate, OpenDeposit, OrderId, OrderNumber, ShopId, Timestamp,
    WithdrawalCommand, evolve_withdrawal, shelf::Shelf,
};

/// Few enough that commands meet each other all the time.
const ORDERS: [&str; 3] = ["1 A", "1 B", "1 C"];
/// In CNY: what a withdrawal asks for, and what 1 % of it is, half a unit rounded up.
const AMOUNTS: [(&str, i64, i64); 3] = [("1 CNY", 100, 1), ("1.50 CNY", 150, 2), ("0.49 CNY", 49, 0)];
/// A deposit's amount, and what 1 % of it is.
const EARNED: (i64, i64) = (120, 1);

#[derive(Clone, Debug)]
enum Step {
    Earn,
    Open { order: usize, amount: usize },
    Settle { order: usize },
    Fail { order: usize },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Pending,
    PaidOut,
    Failed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Done,
    Existing,
    Rejected,
}

#[derive(Clone, Debug)]
struct Model {
    orders: BTreeMap<usize, (usize, Fate)>,
    balance: i64,
    reserved: i64,
    payees: i64,
    fees: i64,
    answer: Answer,
}

impl Model {
    fn open(&mut self, order: usize, amount: usize) -> Answer {
        let charged = AMOUNTS[amount].1 + AMOUNTS[amount].2;
        match self.orders.get(&order) {
            Some((known, _)) if *known == amount => Answer::Existing,
            Some(_) => Answer::Rejected,
            None if charged > self.balance => Answer::Rejected,
            None => {
                self.orders.insert(order, (amount, Fate::Pending));
                self.balance -= charged;
                self.reserved += charged;
                Answer::Done
            }
        }
    }

    fn end(&mut self, order: usize, end: Fate) -> Answer {
        let Some((amount, fate)) = self.orders.get_mut(&order) else {
            return Answer::Rejected;
        };
        let (_, minor, fee) = AMOUNTS[*amount];
        match *fate {
            Fate::Pending => *fate = end,
            ended if ended == end => return Answer::Existing,
            Fate::PaidOut | Fate::Failed => return Answer::Rejected,
        }
        self.reserved -= minor + fee;
        match end {
            Fate::PaidOut => {
                self.payees += minor;
                self.fees += fee;
            }
            Fate::Pending | Fate::Failed => self.balance += minor + fee,
        }
        Answer::Done
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self {
            orders: BTreeMap::new(),
            balance: 0,
            reserved: 0,
            payees: 0,
            fees: 0,
            answer: Answer::Done,
        })
        .boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        let order = 0..ORDERS.len();
        prop_oneof![
            2 => Just(Step::Earn),
            4 => (order.clone(), 0..AMOUNTS.len()).prop_map(|(order, amount)| Step::Open { order, amount }),
            2 => order.clone().prop_map(|order| Step::Settle { order }),
            2 => order.prop_map(|order| Step::Fail { order }),
        ]
        .boxed()
    }

    fn apply(mut model: Self, step: &Step) -> Self {
        model.answer = match *step {
            Step::Earn => {
                model.balance += EARNED.0 - EARNED.1;
                model.fees += EARNED.1;
                Answer::Done
            }
            Step::Open { order, amount } => model.open(order, amount),
            Step::Settle { order } => model.end(order, Fate::PaidOut),
            Step::Fail { order } => model.end(order, Fate::Failed),
        };
        model
    }
}

/// The ledger on its shelf, with a counter that serves as clock and source of ids.
struct Subject {
    shelf: Shelf,
    tick: u8,
}

impl Subject {
    /// A deposit, opened and paid.
    fn earn(&mut self, at: Timestamp) {
        let order_id = OrderId([self.tick; 16]);
        let number = OrderNumber::from(order_id);
        let key = (ShopId(1), number.clone());
        let open = OpenDeposit {
            order_id,
            shop: ShopId(1),
            number,
            amount: crate::Money::new(EARNED.0, Coin::Cny),
            callback_url: None,
            return_url: None,
            name: None,
            at,
        };
        self.shelf.submit(&key, &Command::OpenDeposit(open)).unwrap();
        let fee = FeeRate::new(1, 100).unwrap();
        self.shelf.submit(&key, &Command::Pay { payer: 7, fee, at }).unwrap();
    }
}

impl StateMachineTest for Subject {
    type SystemUnderTest = Self;
    type Reference = Model;

    fn init_test(_: &Model) -> Self {
        Self {
            shelf: Shelf::default(),
            tick: 0,
        }
    }

    fn apply(mut subject: Self, model: &Model, step: Step) -> Self {
        subject.tick += 1;
        let at = Timestamp(u64::from(subject.tick));
        let reason = Failure::Declined;
        let (order, command) = match step {
            Step::Earn => {
                subject.earn(at);
                return subject;
            }
            Step::Open { order, amount } => {
                let asked = open(subject.tick, ORDERS[order], AMOUNTS[amount].0, "fee=1/100", at);
                (order, WithdrawalCommand::Open(asked))
            }
            Step::Settle { order } => (order, WithdrawalCommand::Settle { at }),
            Step::Fail { order } => (order, WithdrawalCommand::Fail { reason, at }),
        };
        let answer = match subject.shelf.submit_withdrawal(&key(ORDERS[order]), &command) {
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
        let held = |account| shelf.books.balance(account).minor();
        assert_eq!(held(Account::Shop(ShopId(1), Coin::Cny)), model.balance);
        assert_eq!(held(Account::Reserved(ShopId(1), Coin::Cny)), model.reserved);
        assert_eq!(held(Account::Payees(Coin::Cny)), model.payees);
        assert_eq!(held(Account::Fees(Coin::Cny)), model.fees);
        let mut replayed = BTreeMap::new();
        for event in &shelf.withdrawal_events {
            let after = evolve_withdrawal(replayed.remove(&event.order_id()), event).unwrap();
            replayed.insert(after.order_id(), after);
        }
        let kept = shelf
            .withdrawals
            .values()
            .map(|order| (order.order_id(), order.clone()));
        assert_eq!(replayed, kept.collect());
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn random_withdrawals_keep_every_invariant(sequential 1..60 => Subject);
}
