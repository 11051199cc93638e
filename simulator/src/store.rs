//! Where orders live. One implementation today, so there is no trait: see [`memory::Memory`].

pub(crate) mod memory;

pub(crate) use memory::{About, Committed, Fate, Filter, Flow, Key, Memory, Origin, Payment, Refused, Terms, What};
