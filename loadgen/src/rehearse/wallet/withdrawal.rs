//! Withdrawals of a rehearsal, and the balance that they are paid from: what a withdrawal takes when it is accepted, what
//! comes back when it fails, what a paid deposit adds.

use rust_decimal::{Decimal, RoundingStrategy};
use scenarios::{CallbackAct, Decision, LedgerAct, Ratio, Scenario, Shop, Subject, settle_after};

use super::{COIN, Follows, Said, Wallet, shop_of};
use crate::rehearse::shop::{Kept, Order};

/// Digits of the coin behind the point.
const COIN_SCALE: u32 = 8;

/// What the load's shop holds in the beginning.
pub(super) fn first_balance(scenario: &Scenario) -> Decimal {
    let shop = scenario.shops.first();
    shop.and_then(|shop| shop.balance.get(COIN))
        .copied()
        .unwrap_or_default()
}

impl Wallet {
    /// The ledger's word on a withdrawal that reached it, and what it leads to.
    pub(in crate::rehearse) fn withdraw(
        &mut self,
        order: &mut Order,
        decision: &Decision,
        sent_us: u64,
        at_us: u64,
    ) -> (Said, Follows) {
        let fails = match &decision.ledger {
            LedgerAct::Skip => return (Said::Nothing, Follows::Nothing),
            LedgerAct::Refuse(_) => return (self.refuse(order), Follows::Nothing),
            LedgerAct::FailLater => true,
            LedgerAct::Apply | LedgerAct::Statement(_) => false,
        };
        if !matches!(order.kept, Kept::Absent | Kept::Refused) {
            return (Said::Opened, Follows::Nothing);
        }
        let charged = self.charged(order.amount);
        if !self.is_within_limits(order, self.phase(sent_us)) || charged > self.balance {
            return (self.refuse(order), Follows::Nothing);
        }
        self.opened += order.amount;
        self.balance -= charged;
        order.kept = Kept::Open {
            silenced: decision.callback == CallbackAct::Drop,
        };
        let number = Subject::Number(&order.number);
        let takes = settle_after(&self.scenario, shop_of(&self.scenario), number);
        let follows = match self.on_the_wall(takes) {
            Some(us) => Follows::Ends {
                at_us: at_us.saturating_add(us),
                fails,
            },
            // The calendar stands still.
            None => Follows::Nothing,
        };
        (Said::Opened, follows)
    }

    /// A deposit was paid.
    pub(in crate::rehearse) fn credit(&mut self, amount: Decimal) {
        let kept = self.first_shop().map_or(Decimal::ZERO, |shop| {
            let (rate, discount) = (decimal(shop.fees.rate), decimal(shop.fees.discount));
            rounded(amount * (rate - discount))
        });
        self.balance += amount - kept;
    }

    /// A withdrawal failed: all that it took comes back.
    pub(in crate::rehearse) fn give_back(&mut self, amount: Decimal) {
        self.balance += self.charged(amount);
    }

    /// What a withdrawal takes: its amount and the fee.
    fn charged(&self, amount: Decimal) -> Decimal {
        let rate = self.first_shop().map(|shop| decimal(shop.fees.withdrawal_rate));
        amount + rounded(amount * rate.unwrap_or_default())
    }

    fn first_shop(&self) -> Option<&Shop> {
        self.scenario.shops.first()
    }
}

fn decimal(share: Ratio) -> Decimal {
    Decimal::from(share.num) / Decimal::from(share.den)
}

/// As the ledger rounds a fee.
fn rounded(fee: Decimal) -> Decimal {
    fee.round_dp_with_strategy(COIN_SCALE, RoundingStrategy::MidpointAwayFromZero)
}
