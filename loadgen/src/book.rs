//! The merchant's book: every order of a run, what the shop asked of the wallet, what it was told, what it was called
//! back with.
//!
//! Plain data behind one lock that is held for single expressions. Bounded: [`MAX_ORDERS`] and [`MAX_CALLS`]; what
//! would go beyond is refused by the book and counted. Its memory does not grow with the run: only the newest orders
//! and requests lie in memory, see [`crate::shelf`]; of older ones a bit says whether their fate is open. `layout` says
//! how they lie in bytes.

mod bits;
mod layout;

use std::{io, path::Path};

use measure::sample::Class;
use scenarios::{Journey, Operation};

use crate::shelf::Shelf;
use bits::Bits;

/// Orders of a run: half an hour at 2,000/s. More arrivals are dropped and counted. An order takes 169 bytes of the run
/// folder's file system while the run lasts, one bit of memory, and a line of `orders.jsonl` in the end.
pub(crate) const MAX_ORDERS: usize = 4_000_000;

/// Requests of a run whose outcome is kept to be found again by its nonce, 32 bytes each.
pub(crate) const MAX_CALLS: usize = 16_000_000;

/// Deliveries kept of one order's callback; further ones are only counted. The first says when it came, and a reader of
/// `orders.jsonl` sees what became of it by these.
pub(crate) const MAX_DELIVERIES: usize = 8;

/// Orders in memory: at 2,000/s those of the last 8 s. Older ones are two calls of the system away, which is cheap
/// enough for callbacks that come so late; and a ring that is full so soon does not grow for the rest of the run.
const ORDERS_IN_MEMORY: usize = 16_384;

/// Requests in memory; one is changed once, when it ends.
const CALLS_IN_MEMORY: usize = 32_768;

/// One order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Order {
    /// What its arrival plays.
    pub(crate) journey: Journey,
    /// Its arrival on the run's axis.
    pub(crate) arrival_us: u64,
    /// What the shop knows of its opening.
    pub(crate) open: Open,
    /// What the last conclusive query said.
    pub(crate) query: Query,
    /// How the last query that said nothing ended.
    pub(crate) query_broken: Option<Class>,
    /// Queries asked.
    pub(crate) queries: u32,
    /// Deliveries of its callback, first to last, at most [`MAX_DELIVERIES`].
    pub(crate) deliveries: Vec<Delivery>,
    /// Deliveries with a right sign, all of them.
    pub(crate) delivered: u32,
    /// Of these, those that say that a withdrawal failed.
    pub(crate) failures: u32,
    /// Deliveries with a wrong one, or that did not fit the order.
    pub(crate) bad: u32,
    /// Whether its journey is over.
    pub(crate) over: bool,
}

impl Order {
    /// Whether its fate is open and worth a query: it may have reached the wallet.
    pub(crate) fn is_unsettled(&self) -> bool {
        let worth = match &self.open {
            Open::Waiting | Open::Dropped | Open::Declined { .. } => false,
            Open::Sent { .. } | Open::Opened { .. } => true,
            // A refused connection never carried the request.
            Open::Hidden { class, .. } => *class != Class::Refused,
        };
        worth && !self.over
    }
}

/// What the shop knows of an order's opening.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Open {
    /// Its arrival waits for a user.
    #[default]
    Waiting,
    /// It never left: dropped, or the run ended first.
    Dropped,
    /// The request is under way.
    Sent {
        /// When it left.
        sent_us: u64,
    },
    /// The wallet opened it.
    Opened {
        /// When the request left.
        sent_us: u64,
        /// The wallet's number.
        order_id: Box<str>,
    },
    /// The wallet refused it.
    Declined {
        /// When the request left.
        sent_us: u64,
        /// The wallet's words.
        reason: Box<str>,
    },
    /// The outcome is hidden from the shop.
    Hidden {
        /// When the request left.
        sent_us: u64,
        /// When it ended.
        done_us: u64,
        /// How it ended.
        class: Class,
        /// Whether the scenario could have caused it.
        expected: bool,
    },
}

impl Open {
    /// When the request left, if it did.
    pub(crate) fn sent_us(&self) -> Option<u64> {
        match self {
            Self::Waiting | Self::Dropped => None,
            Self::Sent { sent_us }
            | Self::Opened { sent_us, .. }
            | Self::Declined { sent_us, .. }
            | Self::Hidden { sent_us, .. } => Some(*sent_us),
        }
    }
}

/// What the last conclusive query of an order said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Query {
    /// None was answered yet.
    #[default]
    Unanswered,
    /// Paid.
    Paid {
        /// When the query left.
        sent_us: u64,
    },
    /// A withdrawal that failed.
    Failed {
        /// When the query left.
        sent_us: u64,
    },
    /// Opened and not paid; of a withdrawal, on its way.
    Unpaid {
        /// When the query left.
        sent_us: u64,
    },
    /// The wallet knows no such order.
    Absent {
        /// When the query left.
        sent_us: u64,
    },
}

impl Query {
    /// When the query left, if one was answered.
    pub(crate) fn sent_us(&self) -> Option<u64> {
        match self {
            Self::Unanswered => None,
            Self::Paid { sent_us } | Self::Failed { sent_us } | Self::Unpaid { sent_us } | Self::Absent { sent_us } => {
                Some(*sent_us)
            }
        }
    }
}

/// One delivery of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// When its body was there.
    pub(crate) at_us: u64,
}

/// One request of ours, kept to be found again by its nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// The order it was about.
    pub(crate) order: u32,
    /// What was asked.
    pub(crate) operation: Operation,
    /// How it ended; `None` while it is under way.
    pub(crate) ended: Option<Ended>,
    /// When it left.
    pub(crate) sent_us: u64,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    /// Its class.
    pub(crate) class: Class,
    /// Its HTTP status; 0 where no head came.
    pub(crate) status: u16,
    /// When the head was there; when it ended, where none came.
    pub(crate) first_byte_us: u64,
    /// When it ended.
    pub(crate) done_us: u64,
}

/// All orders and requests of a run, by number.
#[derive(Debug)]
pub(crate) struct Book {
    orders: Shelf<Order>,
    calls: Shelf<Call>,
    /// Orders whose fate is open.
    unsettled: Bits,
    /// Requests beyond [`MAX_CALLS`].
    pub(crate) calls_beyond: u64,
}

impl Book {
    /// An empty one whose older pages lie in files of this folder.
    ///
    /// # Errors
    /// Where the folder takes no file.
    pub(crate) fn new(folder: &Path) -> io::Result<Self> {
        Self::with_room(folder, ORDERS_IN_MEMORY, CALLS_IN_MEMORY)
    }

    fn with_room(folder: &Path, orders: usize, calls: usize) -> io::Result<Self> {
        Ok(Self {
            orders: Shelf::new(folder, orders)?,
            calls: Shelf::new(folder, calls)?,
            unsettled: Bits::default(),
            calls_beyond: 0,
        })
    }

    /// Notes an arrival and what it plays; `false` where the book is full. Arrivals come in the order of their numbers.
    pub(crate) fn arrive(&mut self, seq: u32, journey: Journey, arrival_us: u64) -> bool {
        let room = self.orders.len() < MAX_ORDERS && index(seq) == self.orders.len();
        if room {
            self.orders.push(&Order {
                journey,
                arrival_us,
                ..Order::default()
            });
        }
        room
    }

    /// Notes a request that leaves now and gives it its number, of which its nonce is made.
    pub(crate) fn call(&mut self, order: u32, operation: Operation, sent_us: u64) -> u64 {
        let number = self.calls.len() as u64 + self.calls_beyond;
        if self.calls.len() < MAX_CALLS {
            self.calls.push(&Call {
                order,
                operation,
                ended: None,
                sent_us,
            });
        } else {
            self.calls_beyond += 1;
        }
        number
    }

    /// Notes how a request ended.
    pub(crate) fn ended(&mut self, call: u64, ended: Ended) {
        if let Ok(call) = usize::try_from(call) {
            self.calls.change(call, |call| call.ended = Some(ended));
        }
    }

    /// A request by its number.
    pub(crate) fn call_of(&self, number: u64) -> Option<Call> {
        self.calls.get(usize::try_from(number).ok()?)
    }

    /// An order by the number of its arrival.
    pub(crate) fn order(&self, seq: u32) -> Option<Order> {
        self.orders.get(index(seq))
    }

    /// Changes an order by the number of its arrival; what the change gives, `None` where there is no such order.
    pub(crate) fn change<R>(&mut self, seq: u32, change: impl FnOnce(&mut Order) -> R) -> Option<R> {
        let (result, unsettled) = self.orders.change(index(seq), |order| {
            let result = change(order);
            (result, order.is_unsettled())
        })?;
        self.unsettled.set(seq, unsettled);
        Some(result)
    }

    /// Every order with the number of its arrival, read in a row: cheaper than one by one.
    pub(crate) fn orders(&self) -> impl Iterator<Item = (u32, Order)> {
        (0..).zip(self.orders.iter())
    }

    /// Orders whose fate is open, see [`Order::is_unsettled`].
    pub(crate) fn unsettled(&self) -> impl Iterator<Item = u32> {
        self.unsettled.iter()
    }

    /// Orders noted.
    pub(crate) fn len(&self) -> usize {
        self.orders.len()
    }

    /// Why orders or requests may be lost, where the files of older ones failed.
    pub(crate) fn failure(&self) -> Option<io::Error> {
        self.orders.failure().or_else(|| self.calls.failure())
    }
}

/// The place of an arrival's number in a row.
pub(crate) fn index(seq: u32) -> usize {
    usize::try_from(seq).expect("the product runs where a usize holds 32 bits")
}

#[cfg(test)]
mod tests;
