//! Reads the journal and keeps what rules decided, on shelves: the hits in the order of the journal, each with the number
//! of the next one of its order, and for each order its first and its last.
//!
//! Bounded by [`MAX_HITS`]; in memory lie the newest, and two counts for each rule.

use std::{collections::BTreeMap, io, path::Path};

use protocol::admin::{JournalLine, RuleHit};
use scenarios::Operation;

use super::{
    Apart, Hit, Said,
    hit::{AXES, Kept},
};
use crate::{
    book,
    merchant::Merchant,
    shelf::{Fixed, In, Out, Shelf},
};

/// Decisions kept to be compared with the wire; further ones are counted and make the table disagree.
const MAX_HITS: usize = 2_000_000;

/// Hits in memory, and orders.
const IN_MEMORY: usize = 4_096;

/// What the journal tells of one order.
#[derive(Clone, Copy, Debug, Default)]
struct Trace {
    /// The numbers of its first and its last hit.
    ends: Option<(u32, u32)>,
    /// When its callback was released, if it was held, microseconds since the Unix epoch.
    released_us: Option<u64>,
}

impl Fixed for Trace {
    /// Whether there are hits, which; when it was released.
    const BYTES: usize = 1 + 4 + 4 + 9;

    fn write(&self, out: &mut Out<'_>) {
        let (first, last) = self.ends.unwrap_or_default();
        out.flag(self.ends.is_some());
        out.u32(first);
        out.u32(last);
        out.maybe(self.released_us);
    }

    fn read(from: &mut In<'_>) -> Self {
        let (any, first, last) = (from.flag(), from.u32(), from.u32());
        Self {
            ends: any.then_some((first, last)),
            released_us: from.maybe(),
        }
    }
}

/// Reads journal lines and keeps what rules decided.
#[derive(Debug)]
pub(crate) struct Reader {
    last: u64,
    journal: BTreeMap<u16, u64>,
    hits: Shelf<Kept>,
    beyond: u64,
    traces: Shelf<Trace>,
    apart: Apart,
}

impl Reader {
    /// Reads lines after this number about so many orders; what they say lies in files of this folder.
    ///
    /// # Errors
    /// Where the folder takes no file.
    pub(crate) fn new(after: u64, orders: usize, folder: &Path) -> io::Result<Self> {
        let mut traces = Shelf::new(folder, IN_MEMORY)?;
        for _ in 0..orders {
            traces.push(&Trace::default());
        }
        Ok(Self {
            last: after,
            journal: BTreeMap::new(),
            hits: Shelf::new(folder, IN_MEMORY)?,
            beyond: 0,
            traces,
            apart: Apart::default(),
        })
    }

    /// The largest line read.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    /// What rules decided, in the order of the journal.
    pub(crate) fn hits(&self) -> impl Iterator<Item = Hit> {
        self.hits.iter().map(|kept| kept.hit)
    }

    /// What rules decided of one order, in the order of the journal.
    pub(crate) fn hits_of(&self, seq: u32) -> Vec<Hit> {
        let first = self.trace(seq).ends.and_then(|(first, _)| self.kept(first));
        std::iter::successors(first, |kept| self.kept(kept.next?))
            .map(|kept| kept.hit)
            .collect()
    }

    /// When an order's callback was released, if it was held, microseconds since the Unix epoch.
    pub(crate) fn released_us(&self, seq: u32) -> Option<u64> {
        self.trace(seq).released_us
    }

    /// The gateway's own time and what was added to it.
    pub(crate) fn apart(&self) -> &Apart {
        &self.apart
    }

    /// How many decisions of a rule the journal tells.
    pub(crate) fn journal(&self, rule: u16) -> u64 {
        self.journal.get(&rule).copied().unwrap_or(0)
    }

    /// Why hits may be lost, where a file failed.
    pub(crate) fn failure(&self) -> Option<io::Error> {
        self.hits.failure().or_else(|| self.traces.failure())
    }

    /// Takes in a line; lines may come again.
    pub(crate) fn line(&mut self, merchant: &Merchant, line: &JournalLine) {
        if line.seq <= self.last {
            return;
        }
        self.last = line.seq;
        if line.shop == merchant.shop() {
            self.apart.line(line);
        }
        let on_callback = line.operation == Operation::Callback.word();
        let order = (line.shop == merchant.shop())
            .then(|| merchant.seq_of(&line.subject))
            .flatten();
        if let (true, "released", Some(order)) = (on_callback, line.outcome.as_str(), order) {
            let note = |trace: &mut Trace| trace.released_us = trace.released_us.or(Some(line.time_us));
            self.traces.change(book::index(order), note);
        }
        let (Some(rules), Some(decision)) = (&line.rules, &line.decision) else {
            return;
        };
        let outcome = || Said::of_outcome(&decision.ledger, &decision.reply);
        let delay = || Said::Delay { us: decision.delay_us };
        let callback = || Said::of_callback(&decision.callback, &line.outcome);
        let axes: [(&Option<RuleHit>, &dyn Fn() -> Said); AXES] = [
            (&rules.outcome, &outcome),
            (&rules.delay, &delay),
            (&rules.callback, &callback),
        ];
        let mut new: Vec<Hit> = Vec::new();
        for (hit, said) in axes {
            let Some(hit) = hit else { continue };
            match new.iter_mut().find(|known| known.rule == hit.rule) {
                Some(known) => known.say(said()),
                None => new.push(Hit {
                    rule: hit.rule,
                    order,
                    call: line.nonce.as_deref().and_then(|nonce| merchant.call_of(nonce)),
                    on_callback,
                    attempt: line.attempt,
                    said: said(),
                    also: [None; AXES - 1],
                }),
            }
        }
        for hit in new {
            self.keep(hit);
        }
    }

    /// Adds a hit, at the end of its order's.
    fn keep(&mut self, hit: Hit) {
        *self.journal.entry(hit.rule).or_default() += 1;
        let Some(number) = u32::try_from(self.hits.len())
            .ok()
            .filter(|_| self.hits.len() < MAX_HITS)
        else {
            self.beyond += 1;
            return;
        };
        self.hits.push(&Kept { hit, next: None });
        let Some(order) = hit.order else { return };
        let before = self.traces.change(book::index(order), |trace| {
            let before = trace.ends;
            trace.ends = Some((before.map_or(number, |(first, _)| first), number));
            before
        });
        if let Some((_, last)) = before.flatten() {
            self.hits.change(book::index(last), |kept| kept.next = Some(number));
        }
    }

    fn kept(&self, number: u32) -> Option<Kept> {
        self.hits.get(book::index(number))
    }

    fn trace(&self, seq: u32) -> Trace {
        self.traces.get(book::index(seq)).unwrap_or_default()
    }
}
