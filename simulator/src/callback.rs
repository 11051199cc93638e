//! Callbacks: owed since the commit that paid an order, decided at each attempt, delivered until taken or given up.
//!
//! | file | owns |
//! |---|---|
//! | `outbox` | what is owed, due and held, and what became of it |
//! | `attempt` | each attempt, decided when it is due |
//! | `early` | the attempt that comes before the call that opened its order is answered |
//! | `fault` | what a decision makes of one attempt |
//! | `news` | what a delivery says, and whether the answer takes it |
//! | `send` | deliveries under way, alone or several at once |
//! | `end` | each end: written down, repeated, followed |
//! | `retry` | when a failed attempt is repeated |
//! | `lane` | how many deliveries one endpoint gets at a time |
//! | `deliver` | one delivery over HTTP |
//! | `secure` | TLS to a merchant |
//! | `target` | which addresses may be called |

pub(crate) mod attempt;
pub(crate) mod deliver;
pub(crate) mod early;
mod end;
pub(crate) mod fault;
pub(crate) mod lane;
mod news;
pub(crate) mod outbox;
pub(crate) mod retry;
mod secure;
mod send;
pub(crate) mod target;

pub(crate) use early::Early;
pub(crate) use fault::Says;
pub(crate) use outbox::Outbox;

#[cfg(test)]
mod tests;
