//! A payer's way through the cashier, as a state machine: which method, the code, risk control, the end. Knows neither
//! the scenario nor the ledger: what they say of an order comes as [`Hurdles`] and [`Sight`], and what is to be done
//! about it goes out as an [`Act`].
//!
//! Invariant: a command that no longer fits changes nothing. Another device, a simulated payer or the admin interface
//! may have been faster, and the answer shows what became of the order.

use std::time::Duration;

use ledger::Timestamp;
use scenarios::{Method, RiskPlan};

/// Wrong codes that a method bears; the last one fails it.
pub(crate) const TRIES: u8 = 3;
/// How many methods there are.
const METHODS: usize = Method::ALL.len();

/// Where a payer stands with one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    /// When the page was opened last.
    opened_at: Timestamp,
    /// What came of each method, in the order of [`Method::ALL`].
    tried: [Tried; METHODS],
    stage: Stage,
}

/// What came of a method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tried {
    failed: bool,
    code_asked: bool,
    wrong_codes: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Choosing(Option<(Method, Setback)>),
    Coding {
        method: Method,
        /// The code just entered was wrong.
        wrong: bool,
    },
    /// The wallet looks at the payment, which goes through afterwards.
    Reviewed(Method),
    /// Risk control declined it, whoever pays and however often.
    Refused(Method),
    Declined,
    /// The payment was handed to the ledger.
    Paid(Method),
}

/// Why a payer has to choose again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setback {
    /// The method does not pay.
    MethodFailed,
    /// Payer or shop may not move that much.
    QuotaExceeded,
}

/// What a payer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Pays by a method.
    Pay {
        /// The method.
        method: Method,
        /// Whether the scenario lets it fail.
        fails: bool,
    },
    /// Enters a code.
    Enter {
        /// The code.
        code: u32,
    },
    /// Says no.
    Decline,
}

/// What stands between a working method and the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hurdles {
    /// The code, where one is asked.
    pub(crate) code: Option<u32>,
    /// What risk control makes of the payment.
    pub(crate) risk: RiskPlan,
}

/// The order as the ledger has it, at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sight {
    /// It is paid, by whomever.
    pub(crate) paid: bool,
    /// When it was first declined, by whomever.
    pub(crate) declined_at: Option<Timestamp>,
    /// When the cashier stops taking anything.
    pub(crate) expires_at: Timestamp,
    /// The moment.
    pub(crate) now: Timestamp,
}

/// What a deed asks of the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Nothing.
    None,
    /// The order is to be paid.
    Pay,
    /// The order is to be paid after this much gateway time.
    PayAfter(Duration),
    /// The order is to be declined.
    Decline,
}

/// What the payer sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Methods to choose from, and what came of the last one.
    Choose(Option<(Method, Setback)>),
    /// A field for the code.
    Code {
        /// The method that asks for it.
        method: Method,
        /// The code just entered was wrong.
        wrong: bool,
        /// Codes that may still be entered.
        tries_left: u8,
    },
    /// That the payment is looked at.
    Review(Method),
    /// The order is paid; by which method is known of those paid here.
    Paid(Option<Method>),
    /// The payer said no.
    Declined,
    /// Risk control said no.
    Refused(Method),
    /// The time is up.
    Expired,
}

impl Shown {
    /// The stage's word on the page's wire.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Choose(_) => "choose",
            Self::Code { .. } => "code",
            Self::Review(_) => "review",
            Self::Paid(_) => "paid",
            Self::Declined => "declined",
            Self::Refused(_) => "refused",
            Self::Expired => "expired",
        }
    }

    /// The method it is about.
    pub(crate) fn method(self) -> Option<Method> {
        match self {
            Self::Choose(after) => after.map(|(method, _)| method),
            Self::Code { method, .. } | Self::Review(method) | Self::Refused(method) => Some(method),
            Self::Paid(method) => method,
            Self::Declined | Self::Expired => None,
        }
    }

    /// Why the payer has to do something again, or cannot: a word on the page's wire.
    pub(crate) fn message(self) -> Option<&'static str> {
        match self {
            Self::Choose(Some((_, Setback::MethodFailed))) => Some("method_failed"),
            Self::Choose(Some((_, Setback::QuotaExceeded))) => Some("quota_exceeded"),
            Self::Code { wrong: true, .. } => Some("wrong_code"),
            Self::Refused(_) => Some("risk_declined"),
            Self::Choose(None)
            | Self::Code { wrong: false, .. }
            | Self::Review(_)
            | Self::Paid(_)
            | Self::Declined
            | Self::Expired => None,
        }
    }

    /// Codes that may still be entered.
    pub(crate) fn tries_left(self) -> u8 {
        match self {
            Self::Code { tries_left, .. } => tries_left,
            Self::Choose(_) | Self::Review(_) | Self::Paid(_) | Self::Declined | Self::Refused(_) | Self::Expired => {
                TRIES
            }
        }
    }
}

impl Session {
    /// A payer opens the page for the first time.
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            opened_at: now,
            tried: [Tried::default(); METHODS],
            stage: Stage::Choosing(None),
        }
    }

    /// A payer opens the page again: one who declined may have thought better of it.
    pub(crate) fn reopened(self, now: Timestamp) -> Self {
        let stage = match self.stage {
            Stage::Declined => Stage::Choosing(None),
            stage @ (Stage::Choosing(_)
            | Stage::Coding { .. }
            | Stage::Reviewed(_)
            | Stage::Refused(_)
            | Stage::Paid(_)) => stage,
        };
        Self {
            opened_at: now,
            stage,
            ..self
        }
    }

    /// A payer does something.
    pub(crate) fn on(self, deed: Deed, hurdles: &Hurdles, sight: &Sight) -> (Self, Act) {
        let may = match self.stage {
            Stage::Choosing(_) | Stage::Coding { .. } | Stage::Declined => !sight.paid && !sight.is_late(),
            Stage::Reviewed(_) | Stage::Refused(_) | Stage::Paid(_) => false,
        };
        match (deed, self.stage) {
            (_, stage) if !may => self.at(stage, Act::None),
            (Deed::Pay { method, fails }, _) => self.pay(method, fails, hurdles),
            (Deed::Enter { code }, Stage::Coding { method, .. }) => self.enter(method, code, hurdles),
            (Deed::Decline, Stage::Choosing(_) | Stage::Coding { .. }) => self.at(Stage::Declined, Act::Decline),
            (Deed::Enter { .. } | Deed::Decline, stage) => self.at(stage, Act::None),
        }
    }

    /// The ledger did not take the payment.
    pub(crate) fn turned_away(self, why: Setback) -> Self {
        let stage = match self.stage {
            Stage::Paid(method) | Stage::Reviewed(method) => Stage::Choosing(Some((method, why))),
            stage @ (Stage::Choosing(_) | Stage::Coding { .. } | Stage::Refused(_) | Stage::Declined) => stage,
        };
        Self { stage, ..self }
    }

    /// What the payer sees. What the ledger knows comes first.
    pub(crate) fn shown(&self, sight: &Sight) -> Shown {
        let declined_since = sight.declined_at.is_some_and(|at| at > self.opened_at);
        match self.stage {
            Stage::Paid(method) | Stage::Reviewed(method) if sight.paid => Shown::Paid(Some(method)),
            _ if sight.paid => Shown::Paid(None),
            Stage::Paid(method) | Stage::Reviewed(method) => Shown::Review(method),
            Stage::Refused(method) => Shown::Refused(method),
            Stage::Declined => Shown::Declined,
            Stage::Choosing(_) | Stage::Coding { .. } if declined_since => Shown::Declined,
            Stage::Choosing(_) | Stage::Coding { .. } if sight.is_late() => Shown::Expired,
            Stage::Choosing(after) => Shown::Choose(after),
            Stage::Coding { method, wrong } => Shown::Code {
                method,
                wrong,
                tries_left: TRIES.saturating_sub(self.tried[place(method)].wrong_codes),
            },
        }
    }

    /// Whether a method failed before.
    pub(crate) fn has_failed(&self, method: Method) -> bool {
        self.tried[place(method)].failed
    }

    /// Whether any method asked for a code.
    pub(crate) fn code_was_asked(&self) -> bool {
        self.tried.iter().any(|tried| tried.code_asked)
    }

    /// Wrong codes, over all methods.
    pub(crate) fn wrong_codes(&self) -> u32 {
        self.tried.iter().map(|tried| u32::from(tried.wrong_codes)).sum()
    }

    /// A failed method may be tried again, as the scenario may think otherwise by now; one that failed by its codes
    /// stays failed.
    fn pay(mut self, method: Method, fails: bool, hurdles: &Hurdles) -> (Self, Act) {
        let tried = &mut self.tried[place(method)];
        if fails || tried.wrong_codes >= TRIES {
            tried.failed = true;
            return self.at(Stage::Choosing(Some((method, Setback::MethodFailed))), Act::None);
        }
        match hurdles.code {
            Some(_) => {
                tried.code_asked = true;
                self.at(Stage::Coding { method, wrong: false }, Act::None)
            }
            None => self.assess(method, hurdles.risk),
        }
    }

    fn enter(mut self, method: Method, code: u32, hurdles: &Hurdles) -> (Self, Act) {
        if hurdles.code.is_none_or(|right| right == code) {
            return self.assess(method, hurdles.risk);
        }
        let tried = &mut self.tried[place(method)];
        tried.wrong_codes += 1;
        if tried.wrong_codes < TRIES {
            self.at(Stage::Coding { method, wrong: true }, Act::None)
        } else {
            tried.failed = true;
            self.at(Stage::Choosing(Some((method, Setback::MethodFailed))), Act::None)
        }
    }

    fn assess(self, method: Method, risk: RiskPlan) -> (Self, Act) {
        match risk {
            RiskPlan::Pass => self.at(Stage::Paid(method), Act::Pay),
            RiskPlan::Review(takes) => self.at(Stage::Reviewed(method), Act::PayAfter(takes)),
            RiskPlan::Decline => self.at(Stage::Refused(method), Act::None),
        }
    }

    fn at(self, stage: Stage, act: Act) -> (Self, Act) {
        (Self { stage, ..self }, act)
    }
}

impl Sight {
    fn is_late(&self) -> bool {
        self.now >= self.expires_at
    }
}

/// A method's place in [`Method::ALL`].
fn place(method: Method) -> usize {
    match method {
        Method::Balance => 0,
        Method::BankCard => 1,
        Method::CreditCard => 2,
        Method::TopUp => 3,
    }
}

#[cfg(test)]
mod tests;
