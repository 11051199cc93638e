//! The cashier's desks: the payers who are at the page, each in a [`Session`], and what their commands do. Nothing can be
//! done here that the admin interface could not: a desk pays and declines as everybody does.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use ledger::{Deposit, OrderId, State as OrderState, Timestamp};
use protocol::admin::CashierNote;
use scenarios::{
    Method,
    decide::{method_fails, needs_second_factor, payer_id, risk_plan, second_factor_code},
};

use super::{
    decline, now, pay,
    session::{Act, Deed, Hurdles, Session, Setback, Sight},
    state::State,
};
use crate::{
    clock::whole_ms,
    gateway::Gateway,
    occasion::decimal,
    store::{Key, Refused},
};

/// Payers at the page, at most; the one who came first is forgotten, and begins anew when he comes back.
pub(crate) const DESKS: usize = 100_000;

/// What a payer wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// To pay by this method.
    Pay(Method),
    /// To enter this code.
    Enter(u32),
    /// Not to pay.
    Decline,
}

/// The order's page is opened. False for what is no deposit's id.
pub(crate) fn open(gateway: &Gateway, id: OrderId) -> bool {
    let Some(visit) = Visit::to(gateway, id) else {
        return false;
    };
    let now = now(gateway);
    gateway.desks.edit(&visit.key, now, |session| session.reopened(now));
    true
}

/// What the page shows of an order; `None` for what is no deposit's id.
pub(crate) fn look(gateway: &Gateway, id: OrderId) -> Option<State> {
    let visit = Visit::to(gateway, id)?;
    let session = gateway.desks.find(&visit.key);
    Some(visit.state(&session.unwrap_or_else(|| Session::new(now(gateway)))))
}

/// What a person did on an order's page, for its story; `None` where nobody opened it.
pub(crate) fn note(gateway: &Gateway, id: OrderId) -> Option<CashierNote> {
    let visit = Visit::to(gateway, id)?;
    let session = gateway.desks.find(&visit.key)?;
    let shown = session.shown(&visit.sight());
    let failed = Method::ALL.into_iter().filter(|method| session.has_failed(*method));
    Some(CashierNote {
        stage: shown.word().to_owned(),
        method: shown.method().map(|method| method.word().to_owned()),
        failed: failed.map(|method| method.word().to_owned()).collect(),
        second_factor: session.code_was_asked(),
        wrong_codes: session.wrong_codes(),
    })
}

/// Does what a payer wants, as far as it fits; gives what the page shows then.
pub(crate) fn act(gateway: &Gateway, id: OrderId, wish: Wish) -> Option<State> {
    let visit = Visit::to(gateway, id)?;
    let sight = visit.sight();
    let hurdles = visit.hurdles();
    // The desk stays locked while the ledger decides, so that two devices at one desk act one after the other. Nothing
    // in the ledger looks at desks.
    gateway.desks.edit(&visit.key, sight.now, |session| {
        let (session, act) = session.on(visit.deed(wish), &hurdles, &sight);
        visit.carry_out(session, act)
    });
    look(gateway, id)
}

/// Everybody at the page.
#[derive(Debug)]
pub(crate) struct Desks {
    kept: Mutex<Kept>,
    limit: usize,
}

#[derive(Debug, Default)]
struct Kept {
    sessions: HashMap<Key, Session>,
    /// Every key of `sessions` once, first come first.
    ages: VecDeque<Key>,
}

impl Desks {
    /// Nobody yet; at most `limit` at a time.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            kept: Mutex::default(),
            limit,
        }
    }

    /// The ledger did not take the payment of an order after its review.
    pub(crate) fn turned_away(&self, key: &Key, refused: &Refused) {
        let mut kept = self.lock();
        if let Some(session) = kept.sessions.get_mut(key) {
            *session = session.turned_away(setback(refused));
        }
    }

    /// How a payer stands who was at an order's page.
    pub(crate) fn find(&self, key: &Key) -> Option<Session> {
        self.lock().sessions.get(key).copied()
    }

    /// Sends everybody home.
    pub(crate) fn clear(&self) {
        *self.lock() = Kept::default();
    }

    /// Changes the session of an order, which begins `now` if there is none.
    fn edit(&self, key: &Key, now: Timestamp, edit: impl FnOnce(Session) -> Session) {
        let mut kept = self.lock();
        if !kept.sessions.contains_key(key) {
            if kept.sessions.len() >= self.limit
                && let Some(first) = kept.ages.pop_front()
            {
                kept.sessions.remove(&first);
            }
            kept.ages.push_back(key.clone());
        }
        let session = kept.sessions.entry(key.clone()).or_insert_with(|| Session::new(now));
        *session = edit(*session);
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A payer looks at an order.
struct Visit<'g> {
    gateway: &'g Gateway,
    key: Key,
    order: Deposit,
}

impl<'g> Visit<'g> {
    /// A withdrawal has no cashier.
    fn to(gateway: &'g Gateway, id: OrderId) -> Option<Self> {
        let key = gateway.store.key_of(id)?;
        let order = gateway.store.find(&key)?.deposit()?.clone();
        Some(Self { gateway, key, order })
    }

    fn sight(&self) -> Sight {
        let declined_at = match *self.order.state() {
            OrderState::Declined { at } => Some(at),
            OrderState::Open | OrderState::Paid { .. } => None,
        };
        let patience = whole_ms(self.gateway.wallet.cashier_expires);
        Sight {
            paid: self.order.is_paid(),
            declined_at,
            expires_at: Timestamp(self.order.opened_at().ms().saturating_add(patience)),
            now: now(self.gateway),
        }
    }

    /// As the scenario in force has it in this moment's phase.
    fn hurdles(&self) -> Hurdles {
        let drill = self.gateway.in_force.get();
        let scenario = &drill.scenario;
        let amount = decimal(self.order.amount());
        let coin = self.order.amount().coin().word();
        let asks = needs_second_factor(scenario, drill.phase(), amount);
        Hurdles {
            code: asks.then(|| second_factor_code(scenario.seed, self.key.shop, &self.key.number)),
            risk: risk_plan(scenario, self.key.shop, &self.key.number, amount, coin),
        }
    }

    fn deed(&self, wish: Wish) -> Deed {
        match wish {
            Wish::Pay(method) => {
                let drill = self.gateway.in_force.get();
                let (shop, number) = (self.key.shop, &self.key.number);
                Deed::Pay {
                    method,
                    fails: method_fails(&drill.scenario, drill.phase(), shop, number, method),
                }
            }
            Wish::Enter(code) => Deed::Enter { code },
            Wish::Decline => Deed::Decline,
        }
    }

    fn carry_out(&self, session: Session, act: Act) -> Session {
        match act {
            Act::None => session,
            Act::Pay => match pay(self.gateway, &self.key, self.payer()) {
                Ok(_) => session,
                Err(refused) => session.turned_away(setback(&refused)),
            },
            Act::PayAfter(takes) => {
                self.gateway.payers.pay_after(takes, &self.key, self.payer());
                session
            }
            Act::Decline => {
                if let Err(refused) = decline(self.gateway, &self.key) {
                    // Somebody paid at the same moment: the page says so.
                    tracing::debug!(number = %self.key.number, %refused, "a payer declined too late");
                }
                session
            }
        }
    }

    fn payer(&self) -> u64 {
        payer_id(
            self.gateway.in_force.get().scenario.seed,
            self.key.shop,
            &self.key.number,
        )
    }

    fn state(&self, session: &Session) -> State {
        let shop = self.gateway.shops.find(self.key.shop);
        let sight = self.sight();
        let left = Duration::from_millis(sight.expires_at.ms().saturating_sub(sight.now.ms()));
        State::new(
            &self.order,
            shop.map(|shop| shop.name.clone()),
            session,
            &self.hurdles(),
            &sight,
            // A calendar that stands still lets nothing expire: the page counts what would be left at step, and asks again.
            self.gateway.calendar.wall(left).unwrap_or(left),
        )
    }
}

/// What a payer is told of a payment that the ledger refused. That an account is full is none of his business: it looks
/// like a method that does not work.
fn setback(refused: &Refused) -> Setback {
    match refused {
        Refused::ShopQuota(_) | Refused::PayerQuota(_) => Setback::QuotaExceeded,
        Refused::Ledger(_) => Setback::MethodFailed,
    }
}

#[cfg(test)]
mod tests;
