//! What is drawn of an order's payer: whether and when it acts, with which method, and how it fares with each.
//!
//! A person at the cashier meets the same failures as a simulated payer of the same order, since both ask
//! [`method_fails`].

use rust_decimal::Decimal;

use super::{FIRST_ATTEMPT, opened_order};
use crate::{
    decision::{PayerPlan, Subject},
    draw::{Drawn, Draws, Site, draw},
    scenario::{ByMethod, Method, Payers, PhaseIndex, Scenario},
    triggers::{Case, CasePayer},
};

/// What the simulated payer of an order does: the phase's payers decide, else the file's; without any, nobody pays.
/// `amount` is the order's; one that an agreement covers is paid at once. Where the order asked for a case, its payer does
/// what the case says.
pub fn payer_plan(
    scenario: &Scenario,
    phase: PhaseIndex,
    shop: u64,
    number: &str,
    amount: Decimal,
    case: Option<Case>,
) -> PayerPlan {
    if let Some(case) = case {
        return of_case(case);
    }
    let Some(payers) = scenario.payers(phase) else {
        return PayerPlan::Abandon;
    };
    let draws = draws(scenario, shop, number);
    let outcome = u128::from(draws.at(of_payer(Drawn::PayerOutcome)));
    let after = payers.pay_after.sample(draws.at(of_payer(Drawn::PayAfter)));
    // Shares lie behind one another, `pay` first, so that raising it only adds payments. The last takes what is left:
    // the first two are rounded up, so that a share of nothing stays nothing.
    let pays_below = payers.outcomes.pay.first_miss();
    if outcome < pays_below {
        let after = if covers(payers, amount) {
            std::time::Duration::ZERO
        } else {
            after
        };
        let mut failed = tries(payers, draws);
        match failed.iter().position(|method| !fails(payers, draws, *method)) {
            Some(at) => {
                let method = failed[at];
                failed.truncate(at);
                PayerPlan::Pay { after, failed, method }
            }
            None => PayerPlan::GiveUp { after, failed },
        }
    } else if outcome < pays_below + payers.outcomes.abandon.first_miss() {
        PayerPlan::Abandon
    } else {
        PayerPlan::Decline(after)
    }
}

fn of_case(case: Case) -> PayerPlan {
    match case.payer() {
        CasePayer::Pays(after) => PayerPlan::Pay {
            after,
            failed: Vec::new(),
            method: Method::Balance,
        },
        CasePayer::Declines => PayerPlan::Decline(std::time::Duration::ZERO),
    }
}

/// Whether paying an order by a method fails, also for a person at the cashier. Without payers in the scenario nothing
/// fails.
pub fn method_fails(scenario: &Scenario, phase: PhaseIndex, shop: u64, number: &str, method: Method) -> bool {
    let draws = draws(scenario, shop, number);
    scenario
        .payers(phase)
        .is_some_and(|payers| fails(payers, draws, method))
}

/// Whether a payer must enter a code to pay this amount; never where an agreement covers it.
pub fn needs_second_factor(scenario: &Scenario, phase: PhaseIndex, amount: Decimal) -> bool {
    scenario.payers(phase).is_some_and(|payers| {
        let is_large = payers.second_factor.is_some_and(|factor| amount >= factor.from);
        is_large && !covers(payers, amount)
    })
}

/// Whether an agreement lets payers pay this amount at once and without a password.
pub fn agreement_covers(scenario: &Scenario, phase: PhaseIndex, amount: Decimal) -> bool {
    scenario.payers(phase).is_some_and(|payers| covers(payers, amount))
}

/// The code that an order's payer is sent as a second factor: a number of at most six digits.
pub fn second_factor_code(seed: u64, shop: u64, number: &str) -> u32 {
    let subject = opened_order(shop, Subject::Number(number));
    let drawn = draw(seed, &subject, FIRST_ATTEMPT, of_payer(Drawn::Code));
    let code = (u128::from(CODES) * u128::from(drawn)) >> 64;
    u32::try_from(code).expect("a part of a number of 32 bits")
}

/// The wallet number of an order's payer: nine or ten digits, as the wallet's users have.
pub fn payer_id(seed: u64, shop: u64, number: &str) -> u64 {
    let subject = opened_order(shop, Subject::Number(number));
    let drawn = draw(seed, &subject, FIRST_ATTEMPT, of_payer(Drawn::PayerId));
    let span = LARGEST_PAYER_ID - SMALLEST_PAYER_ID + 1;
    let beyond = (u128::from(span) * u128::from(drawn)) >> 64;
    SMALLEST_PAYER_ID + u64::try_from(beyond).expect("a part of a span of 64 bits")
}

impl Scenario {
    /// The payers of a phase: its own, else the file's.
    pub fn payers(&self, phase: PhaseIndex) -> Option<&Payers> {
        let own = self.phase(phase).and_then(|phase| phase.payers.as_ref());
        own.or(self.payers.as_ref())
    }
}

fn covers(payers: &Payers, amount: Decimal) -> bool {
    payers.agreement.is_some_and(|agreement| amount <= agreement.up_to)
}

/// The methods in the order in which the payer tries them: the drawn one, then the others in their own order.
fn tries(payers: &Payers, draws: Draws) -> Vec<Method> {
    let first = first_method(&payers.methods, draws.at(of_payer(Drawn::Method)));
    let others = Method::ALL.into_iter().filter(|method| *method != first);
    [first].into_iter().chain(others).collect()
}

/// Shares lie behind one another as outcomes do.
fn first_method(shares: &ByMethod, drawn: u64) -> Method {
    let mut below = 0_u128;
    let hit = Method::ALL.into_iter().find(|method| {
        below += shares.of(*method).first_miss();
        u128::from(drawn) < below
    });
    hit.expect("shares that sum to one, each rounded up, hold every draw")
}

fn fails(payers: &Payers, draws: Draws, method: Method) -> bool {
    let site = Site {
        of: method.word(),
        what: Drawn::MethodFails,
    };
    payers.failing.of(method).hits(draws.at(site))
}

fn draws(scenario: &Scenario, shop: u64, number: &str) -> Draws {
    let subject = opened_order(shop, Subject::Number(number));
    Draws::new(scenario.seed, &subject, FIRST_ATTEMPT)
}

fn of_payer(what: Drawn) -> Site<'static> {
    Site { of: PAYER_SITE, what }
}

const PAYER_SITE: &str = "payer";
const SMALLEST_PAYER_ID: u64 = 100_000_000;
const LARGEST_PAYER_ID: u64 = 9_999_999_999;
/// All codes of six digits.
const CODES: u32 = 1_000_000;

#[cfg(test)]
mod tests;
