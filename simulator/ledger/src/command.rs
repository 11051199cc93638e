//! What may be asked of the ledger. Owns the commands' content; authenticating who asks and finding the order a command
//! is about are left to the gateway and its store.

use crate::{FeeRate, Money, OrderId, OrderNumber, ShopId, Timestamp};

/// A request to change one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A shop opens an order. The store looks for an order with the same shop and number.
    OpenDeposit(OpenDeposit),
    /// A payer pays the order.
    Pay {
        /// The payer's wallet id.
        payer: u64,
        /// What of it the gateway keeps.
        fee: FeeRate,
        /// When.
        at: Timestamp,
    },
    /// A payer looks at the order and says no. Nothing of it shows on the wire.
    Decline {
        /// When.
        at: Timestamp,
    },
}

/// The content of a new order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenDeposit {
    /// A fresh id; unused if the order exists already.
    pub order_id: OrderId,
    /// Whose order.
    pub shop: ShopId,
    /// The shop's own number for it.
    pub number: OrderNumber,
    /// What is to be paid.
    pub amount: Money,
    /// Where the order's callback goes; without one to the shop's.
    pub callback_url: Option<String>,
    /// Where the payer goes afterwards; shown, never called.
    pub return_url: Option<String>,
    /// What the payer reads.
    pub name: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl OpenDeposit {
    /// The first field, in the order amount, coin, callback_url, return_url, name, in which `other` asks for something
    /// else; `None` for the same content. Id and moment are not content: a repeated request has fresh ones. `6` and
    /// `6.00` are the same amount.
    pub fn first_difference(&self, other: &Self) -> Option<&'static str> {
        if !self.amount.same_number(other.amount) {
            Some("amount")
        } else if self.amount.coin() != other.amount.coin() {
            Some("coin")
        } else if self.callback_url != other.callback_url {
            Some("callback_url")
        } else if self.return_url != other.return_url {
            Some("return_url")
        } else if self.name != other.name {
            Some("name")
        } else {
            None
        }
    }
}
