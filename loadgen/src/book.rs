//! The merchant's book: every order of a run, what the shop asked of the wallet, what it was told, what it was called
//! back with.
//!
//! Plain data behind one lock that is held for single expressions. Bounded: [`MAX_ORDERS`] and [`MAX_CALLS`]; what
//! would go beyond is refused by the book and counted.

use measure::sample::Class;
use scenarios::Operation;

/// Orders of a run. More arrivals are dropped and counted.
pub(crate) const MAX_ORDERS: usize = 1_000_000;

/// Requests of a run whose outcome is kept to be found again by its nonce.
pub(crate) const MAX_CALLS: usize = 4_000_000;

/// Deliveries kept of one order's callback; further ones are only counted.
pub(crate) const MAX_DELIVERIES: usize = 64;

/// One order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Order {
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
    /// Deliveries with a wrong one, or that did not fit the order.
    pub(crate) bad: u32,
    /// Whether its journey is over.
    pub(crate) over: bool,
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
    /// Opened and not paid.
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
#[derive(Debug, Default)]
pub(crate) struct Book {
    orders: Vec<Order>,
    calls: Vec<Call>,
    /// Requests beyond [`MAX_CALLS`].
    pub(crate) calls_beyond: u64,
}

impl Book {
    /// Notes an arrival; `false` where the book is full. Arrivals come in the order of their numbers.
    pub(crate) fn arrive(&mut self, seq: u32, arrival_us: u64) -> bool {
        let room = self.orders.len() < MAX_ORDERS && index(seq) == self.orders.len();
        if room {
            self.orders.push(Order {
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
            self.calls.push(Call {
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
        if let Some(call) = usize::try_from(call).ok().and_then(|call| self.calls.get_mut(call)) {
            call.ended = Some(ended);
        }
    }

    /// A request by its number.
    pub(crate) fn call_of(&self, number: u64) -> Option<&Call> {
        self.calls.get(usize::try_from(number).ok()?)
    }

    /// An order by the number of its arrival.
    pub(crate) fn order(&self, seq: u32) -> Option<&Order> {
        self.orders.get(index(seq))
    }

    /// An order by the number of its arrival, to be changed.
    pub(crate) fn order_mut(&mut self, seq: u32) -> Option<&mut Order> {
        self.orders.get_mut(index(seq))
    }

    /// Every order with the number of its arrival.
    pub(crate) fn orders(&self) -> impl Iterator<Item = (u32, &Order)> {
        (0..).zip(&self.orders)
    }

    /// Orders noted.
    pub(crate) fn len(&self) -> usize {
        self.orders.len()
    }
}

fn index(seq: u32) -> usize {
    usize::try_from(seq).expect("the product runs where a usize holds 32 bits")
}
