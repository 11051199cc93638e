//! Callbacks: owed since the commit that paid an order, decided at each attempt, delivered until taken or given up.
//!
//! | file | owns |
//! |---|---|
//! | `outbox` | what is owed, due and held, and what became of it |
//! | `attempt` | each attempt: decided, delivered, written down, repeated |
//! | `news` | what an attempt says, and whether the answer takes it |
//! | `fault` | what a decision makes of one attempt |
//! | `retry` | when a failed attempt is repeated |
//! | `lane` | how many deliveries one endpoint gets at a time |
//! | `deliver` | one delivery over HTTP |
//! | `secure` | TLS to a merchant |
//! | `target` | which addresses may be called |

pub(crate) mod attempt;
pub(crate) mod deliver;
pub(crate) mod fault;
pub(crate) mod lane;
mod news;
pub(crate) mod outbox;
pub(crate) mod retry;
mod secure;
pub(crate) mod target;

pub(crate) use outbox::Outbox;

#[cfg(test)]
mod tests;
