//! The table of rules: decided by the scenario, written to the journal, seen on the wire. All three must agree.
//!
//! *Decided* is the gateway's own counter. *Journal* counts the journal's lines that name the rule; of several lines of
//! one decision exactly one does. *Seen* counts those of which the load has its own proof: the exchange, found again by its nonce, ended as
//! the line says; the order's callback came, came late, came several times or never, as the line says.
//!
//! `reader` takes in journal lines; here they are asked against the book and the ledger. Its memory does not grow with
//! the journal: what was decided lies on a shelf.

mod apart;
mod hit;
mod reader;
mod said;

use std::collections::BTreeMap;

use measure::{sample::Class, summary::RuleSummary};
use protocol::admin::RuleCount;

use crate::{
    audit::{Audit, Differences},
    book::{Book, Call, Ended, Order},
    calendar::Calendar,
    expected::Expected,
    merchant::Merchant,
};
pub(crate) use apart::Apart;
pub(crate) use hit::Hit;
pub(crate) use reader::Reader;
pub(crate) use said::Said;

/// Two clocks of one machine are compared, one of them in whole milliseconds.
const CLOCK_STEP_US: u64 = 2_000;

/// How a hit compares with the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Look {
    /// The wire shows it.
    Seen,
    /// Somebody else's call: this load cannot have seen it.
    Foreign,
    /// The wire shows something else.
    Differs(String),
}

/// What the wire showed.
pub(crate) struct Wire<'a> {
    /// The merchant whose numbers and nonces they are.
    pub(crate) merchant: &'a Merchant,
    /// Exchanges and callbacks.
    pub(crate) book: &'a Book,
    /// When orders were paid, by the ledger.
    pub(crate) audit: &'a Audit<'a>,
    /// Outages.
    pub(crate) expected: &'a Expected,
    /// The client's time-out, microseconds.
    pub(crate) timeout_us: u64,
    /// Wall time of the run's zero, microseconds since the Unix epoch.
    pub(crate) wall_zero_us: u64,
    /// How the gateway's calendar ran, of which callbacks' delays are.
    pub(crate) calendar: Calendar,
    /// Whether the run was cut short: callbacks may then be missing.
    pub(crate) interrupted: bool,
    /// Whether no other process makes a part of the load: only then the counts are final and can be compared.
    pub(crate) whole: bool,
}

/// The table, one row for each rule the gateway counts; differences name the order.
pub(crate) fn table(
    reader: &Reader,
    before: &[RuleCount],
    now: &[RuleCount],
    wire: &Wire<'_>,
    differences: &mut Differences,
) -> Vec<RuleSummary> {
    let mut seen: BTreeMap<u16, (u64, u64)> = BTreeMap::new();
    for hit in reader.hits() {
        let (own, foreign) = seen.entry(hit.rule).or_default();
        match wire.look(reader, &hit) {
            Look::Seen => *own += 1,
            Look::Foreign => *foreign += 1,
            Look::Differs(how) => differences.note(wire.sentence(&hit, now, &how)),
        }
    }
    let row = |(at, count): (usize, &RuleCount)| {
        let rule = u16::try_from(at).unwrap_or(u16::MAX);
        // A gateway that keeps its scenario has counted before this run.
        let base = before
            .get(at)
            .filter(|old| old.name == count.name && old.phase == count.phase);
        let decided = count.decided.saturating_sub(base.map_or(0, |old| old.decided));
        let journal = reader.journal(rule);
        let (own, foreign) = seen.get(&rule).copied().unwrap_or_default();
        if decided != journal && wire.whole {
            let name = &count.name;
            differences.note(format!(
                "rule {name} was decided {decided} times and stands {journal} times in the journal"
            ));
        }
        RuleSummary {
            name: count.name.clone(),
            phase: count.phase.clone(),
            on: count.on.clone(),
            decided,
            journal,
            seen: own,
            agree: !wire.whole || (decided == journal && own + foreign == journal),
        }
    };
    now.iter().enumerate().map(row).collect()
}

impl Wire<'_> {
    fn sentence(&self, hit: &Hit, rules: &[RuleCount], how: &str) -> String {
        let name = rules.get(usize::from(hit.rule)).map_or("?", |rule| rule.name.as_str());
        let number = hit
            .order
            .map_or_else(|| "?".to_owned(), |seq| self.merchant.number(seq));
        format!(
            "rule {name} decided \"{}\" of order {number}, attempt {}, and {how}",
            hit.said, hit.attempt
        )
    }

    /// Everything the rule decided must show: the first that does not is the answer.
    fn look(&self, reader: &Reader, hit: &Hit) -> Look {
        let rest = hit.also.iter().flatten().map(|said| Hit { said: *said, ..*hit });
        std::iter::once(*hit)
            .chain(rest)
            .map(|part| self.look_at(reader, &part))
            .find(|look| *look != Look::Seen)
            .unwrap_or(Look::Seen)
    }

    fn look_at(&self, reader: &Reader, hit: &Hit) -> Look {
        if hit.on_callback {
            let Some((seq, order)) = hit.order.and_then(|seq| Some((seq, self.book.order(seq)?))) else {
                return Look::Foreign;
            };
            return self.callback(hit, seq, &order, reader.released_us(seq));
        }
        let Some(number) = hit.call else { return Look::Foreign };
        match (hit.said, self.book.call_of(number)) {
            // Decided by an operation, seen by the callback, or by its absence.
            (Said::Drop | Said::Early, _) => match hit.order.and_then(|seq| Some((seq, self.book.order(seq)?))) {
                Some((seq, order)) => self.callback(hit, seq, &order, None),
                None => Look::Foreign,
            },
            (_, Some(call)) => self.exchange(hit.said, &call),
            (_, None) => Look::Differs("the load never sent that nonce".to_owned()),
        }
    }

    fn exchange(&self, said: Said, call: &Call) -> Look {
        let Some(ended) = call.ended else {
            return Look::Differs("its exchange never ended".to_owned());
        };
        let service_us = ended.done_us.saturating_sub(call.sent_us);
        let until_head_us = ended.first_byte_us.saturating_sub(call.sent_us);
        let shown = match said {
            Said::Honest => ended.status == 200,
            Said::Refuse => ended.class == Class::Declined,
            Said::Status { status } => ended.status == status,
            Said::Reset => ended.class == Class::Reset,
            Said::Empty => ended.class == Class::Empty,
            Said::Hang => ended.class == Class::Timeout,
            Said::Garbage => ended.class == Class::Protocol && ended.status == 0,
            Said::Truncate => ended.class == Class::Protocol && ended.status == 200,
            Said::Dribble { us } => ended.status == 200 && (service_us >= us || ended.class == Class::Timeout),
            Said::Bandwidth | Said::SlowClose => ended.status == 200,
            Said::Delay { us } => until_head_us >= us || (ended.class == Class::Timeout && us >= self.timeout_us),
            Said::Drop
            | Said::Late { .. }
            | Said::Copies { .. }
            | Said::Spoilt
            | Said::Stale
            | Said::Downgrade
            | Said::Early
            | Said::Hold
            | Said::Release
            | Said::Strange => false,
        };
        if shown || self.excused(call, ended) {
            return Look::Seen;
        }
        Look::Differs(format!(
            "the load saw {} (HTTP {}) after {} ms",
            ended.class.word(),
            ended.status,
            service_us / 1_000
        ))
    }

    /// What may rightly hide a decided reply: our own stop, our own time-out before the delay was over, an outage that
    /// broke the connection under it.
    fn excused(&self, call: &Call, ended: Ended) -> bool {
        match ended.class {
            Class::Aborted => true,
            // Only the delay of another rule can have kept a decided answer back for so long.
            Class::Timeout => self
                .expected
                .explains(call.operation, Class::Timeout, call.sent_us, ended.done_us),
            Class::Reset | Class::Empty | Class::Refused => self.expected.touches_outage(call.sent_us, ended.done_us),
            Class::Ok | Class::Declined | Class::Http4xx | Class::Http5xx | Class::Protocol | Class::Signature => false,
        }
    }

    fn callback(&self, hit: &Hit, seq: u32, order: &Order, released_us: Option<u64>) -> Look {
        let entry = self.audit.entry(seq);
        let still_open = entry
            .as_ref()
            .and_then(|entry| entry.callback)
            .is_some_and(|fate| fate.is_open());
        let first_us = order
            .deliveries
            .first()
            .map(|delivery| self.wall_zero_us + delivery.at_us);
        let paid_us = entry.and_then(|entry| entry.paid_ms).map(|paid_ms| paid_ms * 1_000);
        let not_before = |instant: u64| first_us.is_some_and(|first| first + CLOCK_STEP_US >= instant);
        let shown = match hit.said {
            Said::Drop => order.delivered == 0,
            Said::Late { us } => paid_us.is_some_and(|paid| not_before(paid + self.calendar.on_the_wall_us(us))),
            Said::Copies { copies } => order.delivered >= copies,
            Said::Hold => released_us.is_some_and(not_before) || (first_us.is_none() && still_open),
            // A callback that cannot be believed belongs to no order of the book, and a second one may come after the end.
            // What shows is the true one: the ladder brings it after one that was spoilt.
            Said::Spoilt | Said::Stale | Said::Downgrade | Said::Early | Said::Release | Said::Honest => {
                order.delivered > 0
            }
            Said::Refuse
            | Said::Status { .. }
            | Said::Reset
            | Said::Empty
            | Said::Hang
            | Said::Garbage
            | Said::Truncate
            | Said::Dribble { .. }
            | Said::Bandwidth
            | Said::SlowClose
            | Said::Delay { .. }
            | Said::Strange => false,
        };
        // A drop must hold at any moment; what is to come may still be on its way.
        if shown || (hit.said != Said::Drop && (still_open || self.interrupted)) {
            return Look::Seen;
        }
        let first = match (first_us, paid_us) {
            (Some(first), Some(paid)) => format!(", first {} ms after the payment", first.saturating_sub(paid) / 1_000),
            (_, _) => String::new(),
        };
        Look::Differs(format!("the load received {} callbacks{first}", order.delivered))
    }
}

#[cfg(test)]
mod tests;
