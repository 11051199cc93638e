//! The coach: hears how each exchange and each delivery of a callback ended, and says what a client does right and what
//! will break against the live wallet, each thing once for a shop, with the remedy.
//!
//! Owns what is worth saying and what must be remembered for it. Leaves showing it to whoever listens: an [`Ear`] is
//! given to the gateway, which tells it everything and waits for nobody; the [`Hearing`] is the other end. Without an ear
//! nothing is noted. The core is pure, its memory bounded, and no token is in anything it says.

mod call;
mod callback;
mod ear;
mod habit;
pub(crate) mod heard;
mod letter;
mod memory;
mod sequel;

pub use self::{
    ear::{Ear, Hearing, ear},
    habit::{Habit, Mend, Right},
    heard::Heard,
};
use self::{heard::Event, memory::Memory};

/// What a coach says about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// What is right or to be mended.
    pub habit: Habit,
    /// What was seen, one line without a full stop.
    pub what: String,
}

/// Listens to the clients of one gateway.
#[derive(Debug, Default)]
pub struct Coach {
    calls: u64,
    deliveries: u64,
    memory: Memory,
}

/// What a coach has to say at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Exchanges heard.
    pub calls: u64,
    /// Deliveries of callbacks heard.
    pub deliveries: u64,
    /// What was right, and how often, over all shops.
    pub right: Vec<(Right, u64)>,
    /// What is to be mended, and how often, over all shops.
    pub mend: Vec<(Mend, u64)>,
    /// Orders whose answer was lost and that nobody asked about again.
    pub abandoned: usize,
    /// What could not be seen, and how to provoke it.
    pub unseen: Vec<&'static str>,
}

impl Coach {
    /// Listens to one exchange or delivery: the remarks that were not made about its shop before.
    pub fn hear(&mut self, heard: &Heard) -> Vec<Remark> {
        let remarks = match &heard.event {
            Event::Call(call) => {
                self.calls += 1;
                let mut remarks = call::remarks(heard, call);
                remarks.extend(sequel::remarks(&mut self.memory, heard, call));
                remarks
            }
            Event::Delivery(delivery) => {
                self.deliveries += 1;
                callback::remarks(&mut self.memory, heard, delivery)
            }
        };
        self.memory.first_times(heard.shop, remarks)
    }

    /// Exchanges and deliveries heard so far.
    pub fn heard(&self) -> u64 {
        self.calls + self.deliveries
    }

    /// What there is to say at the end.
    pub fn summary(&self) -> Summary {
        let (right, mend) = self.memory.habits();
        Summary {
            calls: self.calls,
            deliveries: self.deliveries,
            abandoned: self.memory.abandoned(),
            unseen: unseen(&right, &mend),
            right,
            mend,
        }
    }
}

/// What nobody can say yet. Whether a client checks the sign of answers is only seen where one is forged, which nothing
/// here does.
fn unseen(right: &[(Right, u64)], mend: &[(Mend, u64)]) -> Vec<&'static str> {
    let did = |wanted: &[Right]| right.iter().any(|(right, _)| wanted.contains(right));
    let failed = |wanted: &[Mend]| mend.iter().any(|(mend, _)| wanted.contains(mend));
    let mut unseen = vec!["whether the sign of answers is checked: none is forged here"];
    if !did(&[Right::ForgeryRefused]) && !failed(&[Mend::ForgeryTaken]) {
        unseen.push("whether the sign of callbacks is checked (a forged one: `callback: {forge: bit_flip}`)");
    }
    if !did(&[Right::GaveUpInTime]) && !failed(&[Mend::GaveUpEarly, Mend::GaveUpLate]) {
        unseen.push("a time-out: no call waited long enough (an answer that never comes: `reply: hang`)");
    }
    if !did(&[Right::RetriedSameNumber, Right::AskedAfterLoss]) && !failed(&[Mend::RetriedNewNumber]) {
        unseen.push("what follows a lost answer (try `paydrill serve lost-answers`)");
    }
    if !did(&[Right::AcknowledgedAgain]) && !failed(&[Mend::RepeatRefused]) {
        unseen.push("a repeated callback (try `paydrill serve callback-storm`)");
    }
    unseen
}

#[cfg(test)]
mod tests;
