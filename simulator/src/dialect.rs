//! The dialects side by side: which operation a path names, what a call of either asks, and how what the wallet has to
//! say becomes each dialect's bytes. Fields, texts and codes are the `protocol` crate's; what the ledger does is
//! `fulfil`'s.

mod kdpay;
mod okpay;

use hyper::{Method, http::request::Parts};
use ledger::{Coin, Line, Money, OrderId};
use protocol::{
    Algorithm, Token,
    dialect::{field::FieldError, forge::Spoilt, kdpay as kd, okpay as ok},
};
use scenarios::decision::RefusalReason;

use crate::{
    shop::Shop,
    store::{About, Flow, Refused, What},
};

/// An operation of either dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// OkayPay's.
    OkPay(protocol::Operation),
    /// KDPay's.
    KdPay(kd::Operation),
}

/// A call as it was presented: nothing in it is believed yet.
#[derive(Clone, Debug)]
pub(crate) enum Call {
    /// OkayPay's.
    OkPay(ok::Call),
    /// KDPay's.
    KdPay(kd::Call),
}

/// How an order came, which is how its callback goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Via {
    /// OkayPay, signed with this algorithm.
    OkPay(Algorithm),
    /// KDPay.
    KdPay,
}

/// What a call asks, whatever its dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// Open a deposit.
    OpenDeposit(NewDeposit),
    /// Open a withdrawal.
    OpenWithdrawal(NewWithdrawal),
    /// What became of an order.
    Query,
    /// What the shop holds.
    Balance,
    /// Whether a user has a wallet.
    User {
        /// The user's Telegram id.
        telegram_id: u64,
    },
    /// How the balance changed.
    History(History),
}

/// A deposit to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewDeposit {
    /// What is to be paid.
    pub(crate) amount: Money,
    /// What the payer reads.
    pub(crate) name: Option<String>,
    /// Where the payer goes afterwards.
    pub(crate) return_url: Option<String>,
    /// Where its callback goes, if not to the shop's.
    pub(crate) callback_url: Option<String>,
}

/// A withdrawal to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewWithdrawal {
    /// What the payee gets.
    pub(crate) amount: Money,
    /// Who gets it.
    pub(crate) payee: String,
    /// What the payee reads.
    pub(crate) name: Option<String>,
    /// Where its callback goes, if not to the shop's.
    pub(crate) callback_url: Option<String>,
}

/// A page of the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct History {
    /// From 1.
    pub(crate) page: u32,
    /// Changes on a page.
    pub(crate) page_size: u32,
    /// Only from this second on.
    pub(crate) from_s: Option<u64>,
    /// Only before this second.
    pub(crate) to_s: Option<u64>,
}

/// What the wallet has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// An order is open; where the payer pays it.
    Opened {
        /// The order.
        order: What,
        /// Where the payer pays.
        pay_url: String,
    },
    /// What became of an order.
    Found(What),
    /// What the shop holds, coin by coin.
    Balance(Vec<Money>),
    /// Whether a user has a wallet.
    User {
        /// The user's Telegram id.
        telegram_id: u64,
        /// Whether there is a wallet.
        exists: bool,
    },
    /// How the balance changed.
    History {
        /// From 1.
        page: u32,
        /// Changes on all pages.
        total: u64,
        /// Those of this page.
        lines: Vec<Line>,
    },
}

/// Why the wallet refuses an authentic call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Denial {
    /// A field is not what it must be.
    Field(FieldError),
    /// Ledger or quota say no.
    Refused(Refused),
    /// The scenario says no.
    Scenario(RefusalReason),
    /// The shop has no such order.
    UnknownOrder,
    /// A bug of ours, or the scenario left nothing to say.
    System,
}

/// A refusal in its dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// OkayPay's.
    OkPay(ok::Fault),
    /// KDPay's.
    KdPay(kd::Fault),
    /// The sign is right, but the shop may not call, or not from there.
    Barred {
        /// What the wallet says.
        said: Box<Self>,
        /// What nobody would find out from that.
        why: String,
    },
}

impl Operation {
    /// The operation served at exactly this path.
    pub(crate) fn from_path(path: &str) -> Option<Self> {
        let ok = protocol::Operation::from_path(path).map(Self::OkPay);
        ok.or_else(|| kd::Operation::from_path(path).map(Self::KdPay))
    }

    /// The method that it is served by.
    pub(crate) fn method(self) -> Method {
        match self {
            Self::OkPay(_) => Method::POST,
            Self::KdPay(operation) => match operation.method() {
                "GET" => Method::GET,
                _ => Method::POST,
            },
        }
    }

    /// The scenario's word for it.
    pub(crate) fn in_scenario(self) -> scenarios::Operation {
        use scenarios::Operation as Word;
        match self {
            Self::OkPay(operation) => match operation {
                protocol::Operation::PayLink => Word::PayLink,
                protocol::Operation::CheckDeposit => Word::CheckDeposit,
                protocol::Operation::CheckTransferByTxid => Word::CheckTransferByTxid,
                protocol::Operation::Transfer => Word::Transfer,
                protocol::Operation::CheckTransfer => Word::CheckTransfer,
                protocol::Operation::Balance => Word::Balance,
                protocol::Operation::CensorUserByTg => Word::CensorUserByTg,
                protocol::Operation::TransactionHistory => Word::TransactionHistory,
            },
            Self::KdPay(operation) => match operation {
                kd::Operation::Pay => Word::KdpayPay,
                kd::Operation::QueryPay => Word::KdpayQueryPay,
                kd::Operation::Remit => Word::KdpayRemit,
                kd::Operation::QueryRemit => Word::KdpayQueryRemit,
                kd::Operation::Balance => Word::KdpayBalance,
            },
        }
    }

    /// Which orders it is about, and how; nothing where it is about none.
    pub(crate) fn about(self) -> Option<(Flow, About)> {
        match self {
            Self::OkPay(operation) => match operation {
                protocol::Operation::PayLink => Some((Flow::Deposit, About::Opening)),
                protocol::Operation::CheckDeposit => Some((Flow::Deposit, About::Query)),
                protocol::Operation::CheckTransferByTxid => Some((Flow::Deposit, About::QueryById)),
                protocol::Operation::Transfer => Some((Flow::Withdrawal, About::Opening)),
                protocol::Operation::CheckTransfer => Some((Flow::Withdrawal, About::Query)),
                protocol::Operation::Balance
                | protocol::Operation::CensorUserByTg
                | protocol::Operation::TransactionHistory => None,
            },
            Self::KdPay(operation) => match operation {
                kd::Operation::Pay => Some((Flow::Deposit, About::Opening)),
                kd::Operation::QueryPay => Some((Flow::Deposit, About::Query)),
                kd::Operation::Remit => Some((Flow::Withdrawal, About::Opening)),
                kd::Operation::QueryRemit => Some((Flow::Withdrawal, About::Query)),
                kd::Operation::Balance => None,
            },
        }
    }
}

impl Call {
    /// Takes a request apart.
    pub(crate) fn decode(
        operation: Operation,
        head: &Parts,
        content_type: Option<&str>,
        body: &[u8],
    ) -> Result<Self, Fault> {
        match operation {
            Operation::OkPay(operation) => ok::request::decode(operation, content_type, body)
                .map(Self::OkPay)
                .map_err(|error| Fault::OkPay(error.into())),
            Operation::KdPay(operation) => kd::request::decode(kd::Presented {
                operation,
                path: head.uri.path(),
                query: head.uri.query(),
                content_type,
                body,
            })
            .map(Self::KdPay)
            .map_err(|error| Fault::KdPay(error.into())),
        }
    }

    /// What its path asks for.
    pub(crate) fn operation(&self) -> Operation {
        match self {
            Self::OkPay(call) => Operation::OkPay(call.operation),
            Self::KdPay(call) => Operation::KdPay(call.operation),
        }
    }

    /// The number that its sender chose for this very request.
    pub(crate) fn nonce(&self) -> Option<&str> {
        match self {
            Self::OkPay(call) => call.nonce.as_deref(),
            Self::KdPay(_) => None,
        }
    }

    /// The merchant's order number, even where other fields are wrong.
    pub(crate) fn number(&self) -> Option<&str> {
        let (fields, name) = match self {
            Self::OkPay(call) => (&call.fields, "unique_id"),
            Self::KdPay(call) => match call.operation {
                kd::Operation::Pay | kd::Operation::Remit => (&call.fields, "orderCode"),
                kd::Operation::QueryPay | kd::Operation::QueryRemit => (&call.fields, "customerOrderCode"),
                kd::Operation::Balance => return None,
            },
        };
        fields.find(name)?.text().filter(|text| !text.is_empty())
    }

    /// The wallet's own number of the order that is asked about.
    pub(crate) fn order_id(&self) -> Option<OrderId> {
        let (fields, name) = match self {
            Self::OkPay(call) if call.operation == protocol::Operation::CheckTransferByTxid => (&call.fields, "txid"),
            Self::OkPay(_) => return None,
            Self::KdPay(call) => match call.operation {
                kd::Operation::QueryPay | kd::Operation::QueryRemit => (&call.fields, "orderCode"),
                kd::Operation::Pay | kd::Operation::Remit | kd::Operation::Balance => return None,
            },
        };
        OrderId::parse(fields.find(name)?.text()?).ok()
    }

    /// What is asked, or which field is wrong.
    pub(crate) fn ask(&self) -> Result<Ask, FieldError> {
        match self {
            Self::OkPay(call) => okpay::ask(call),
            Self::KdPay(call) => kdpay::ask(call),
        }
    }

    /// A refusal in the call's dialect.
    pub(crate) fn fault(&self, denial: &Denial) -> Fault {
        match self {
            Self::OkPay(call) => Fault::OkPay(okpay::fault(call.operation, denial)),
            Self::KdPay(_) => Fault::KdPay(kdpay::fault(denial)),
        }
    }

    /// The bytes of an answer; `number` is the merchant's, where it gave one.
    pub(crate) fn encode(&self, told: Told, number: Option<&str>, shop: &Shop, via: Via, token: &Token) -> Vec<u8> {
        match (self, via) {
            (Self::OkPay(call), Via::OkPay(algorithm)) => {
                let answer = okpay::answer(call.operation, told, number);
                ok::answer::encode(&answer, shop.id, &shop.manner, algorithm, token)
            }
            (Self::KdPay(call), Via::KdPay) => kdpay::answer(call.operation, told).encode(),
            (Self::OkPay(_), Via::KdPay) | (Self::KdPay(_), Via::OkPay(_)) => {
                unreachable!("a call is verified in its own dialect")
            }
        }
    }
}

impl Fault {
    /// `CODE: reason`, printable ASCII of bounded length.
    pub(crate) fn explanation(&self) -> String {
        match self {
            Self::OkPay(fault) => fault.explanation(),
            Self::KdPay(fault) => fault.explanation(),
            Self::Barred { said, why } => format!("{}: {why}", said.explanation()),
        }
    }

    /// The body to answer with HTTP 200.
    pub(crate) fn encode(&self, manner: &ok::Manner) -> Vec<u8> {
        match self {
            Self::OkPay(fault) => fault.encode_as(manner),
            Self::KdPay(fault) => fault.encode(),
            Self::Barred { said, .. } => said.encode(manner),
        }
    }

    /// A sign that is not that of the fields: somebody may want to know why.
    pub(crate) fn is_wrong_sign(&self) -> bool {
        matches!(
            self,
            Self::OkPay(ok::Fault::AuthFailed(
                ok::AuthFailure::SignWrong | ok::AuthFailure::SignLegacy | ok::AuthFailure::SignModern
            ))
        )
    }
}

/// The order that opened a callback, as the merchant hears of it.
pub(crate) struct News<'a> {
    /// The order.
    pub(crate) order: &'a What,
    /// The merchant's number, where it gave one.
    pub(crate) number: Option<&'a str>,
    /// How the order came.
    pub(crate) via: Via,
    /// The amount that it says; the order's own, unless a scenario tampers with it.
    pub(crate) amount: Money,
    /// It says that nothing has happened yet, whatever has.
    pub(crate) unpaid: bool,
}

/// Whose sign a callback bears.
pub(crate) struct Seal<'a> {
    /// The shop that it names.
    pub(crate) shop: u64,
    /// The token that it is signed with.
    pub(crate) token: &'a Token,
    /// How the sign is spoilt, if it is.
    pub(crate) spoilt: Option<Spoilt>,
}

impl News<'_> {
    /// The callback's content type and signed bytes.
    pub(crate) fn encode(&self, manner: &ok::Manner, seal: &Seal<'_>) -> (&'static str, Vec<u8>) {
        let Seal { shop, token, spoilt } = *seal;
        match self.via {
            Via::OkPay(algorithm) => {
                let callback = okpay::callback(self, shop);
                match spoilt {
                    None => callback.encode(manner, algorithm, token),
                    Some(spoilt) => callback.spoil(spoilt, manner, algorithm, token),
                }
            }
            Via::KdPay => {
                let notify = kdpay::notify(self, shop);
                let body = match spoilt {
                    None => notify.encode(token),
                    Some(spoilt) => notify.spoil(spoilt, token),
                };
                (kd::CONTENT_TYPE_FORM, body)
            }
        }
    }
}

/// An amount in a dialect that has read it already; a ledger that disagrees is no reason to fall over.
fn money(field: &'static str, text: &str, coin: Coin) -> Result<Money, FieldError> {
    Money::parse(text, coin).map_err(|_| FieldError {
        field,
        reason: protocol::dialect::field::FieldReason::TooLarge,
    })
}
