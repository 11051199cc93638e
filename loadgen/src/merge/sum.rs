//! What the summaries of parts add up to.
//!
//! What a part counts of its own is summed. What the gateway counts is the same for all who ask: there the latest answer
//! counts, which is the largest.

use std::collections::BTreeSet;

use measure::{
    summary::{ArrivalSummary, AuditSummary, CallbackSummary, OperationSummary, RuleSummary},
    trust::{Stamp, Trust},
    unit,
};
use scenarios::load::Segment;

use super::part::PartOfLoad;
use crate::audit::MAX_DIFFERENCES;

/// Counts by phase.
pub(super) fn by_phase<'a>(parts: impl Iterator<Item = &'a Vec<u64>>) -> Vec<u64> {
    parts.fold(Vec::new(), |mut sum, part| {
        sum.resize(sum.len().max(part.len()), 0);
        for (all, more) in sum.iter_mut().zip(part) {
            *all += more;
        }
        sum
    })
}

/// Arrivals.
pub(super) fn arrivals<'a>(parts: impl Iterator<Item = &'a ArrivalSummary>) -> ArrivalSummary {
    parts.fold(ArrivalSummary::default(), |sum, part| ArrivalSummary {
        offered: sum.offered + part.offered,
        started: sum.started + part.started,
        dropped: sum.dropped + part.dropped,
        completed: sum.completed + part.completed,
        unfinished: sum.unfinished + part.unfinished,
    })
}

/// Callbacks: each part has received its own, and the gateway has counted all it sent.
pub(super) fn callbacks<'a>(parts: impl Iterator<Item = &'a CallbackSummary>) -> CallbackSummary {
    parts.fold(CallbackSummary::default(), |sum, part| CallbackSummary {
        sent: sum.sent.max(part.sent),
        acknowledged: sum.acknowledged.max(part.acknowledged),
        retried: sum.retried.max(part.retried),
        lost: sum.lost.max(part.lost),
        dropped: sum.dropped.max(part.dropped),
        held: sum.held.max(part.held),
        received: sum.received + part.received,
        bad: sum.bad + part.bad,
    })
}

/// Audits; judged where all are. Books are the same for all who look at them, so what differs there is said once.
pub(super) fn audit(parts: &[PartOfLoad]) -> AuditSummary {
    let mut sum = AuditSummary {
        judged: parts.iter().all(|part| part.summary.audit.judged),
        ..AuditSummary::default()
    };
    let mut said = BTreeSet::new();
    for part in parts {
        let audit = &part.summary.audit;
        sum.orders += audit.orders;
        sum.success += audit.success;
        sum.failure += audit.failure;
        sum.unknown += audit.unknown;
        sum.paid += audit.paid;
        sum.difference_count += audit.difference_count;
        for difference in &audit.differences {
            if !said.insert(difference) {
                sum.difference_count -= 1;
            } else if sum.differences.len() < MAX_DIFFERENCES {
                sum.differences.push(difference.clone());
            }
        }
    }
    sum
}

/// Whether every coin's postings sum to zero, where anybody looked.
pub(super) fn books_balance(parts: &[PartOfLoad]) -> Option<bool> {
    let known = parts.iter().filter_map(|part| part.record.books_balance);
    known.reduce(|all, one| all && one)
}

/// Rules: seen by one part or another. Compared where every part has looked.
pub(super) fn rules(parts: &[PartOfLoad]) -> Vec<RuleSummary> {
    let tables = || parts.iter().map(|part| &part.summary.rules);
    let Some(first) = parts.first().map(|part| &part.summary.rules) else {
        return Vec::new();
    };
    if tables().any(|table| !is_of_same_rules(table, first)) || missing(parts).next().is_some() {
        return Vec::new();
    }
    let row = |(at, rule): (usize, &RuleSummary)| {
        let rows = || tables().filter_map(|table| table.get(at));
        let decided = rows().map(|row| row.decided).max().unwrap_or_default();
        let journal = rows().map(|row| row.journal).max().unwrap_or_default();
        let seen = rows().map(|row| row.seen).sum();
        RuleSummary {
            decided,
            journal,
            seen,
            agree: decided == journal && seen == journal,
            ..rule.clone()
        }
    };
    first.iter().enumerate().map(row).collect()
}

fn is_of_same_rules(table: &[RuleSummary], other: &[RuleSummary]) -> bool {
    let named = |rule: &RuleSummary| (rule.name.clone(), rule.phase.clone(), rule.on.clone());
    table.iter().map(named).eq(other.iter().map(named))
}

/// The gateway's own time by its journal, which tells of all parts: that of the part which read it last.
pub(super) fn apart(parts: &[PartOfLoad], operations: &mut [OperationSummary]) {
    let last = parts.iter().max_by_key(|part| part.record.ended_us);
    let told = last.map_or(&[][..], |part| &part.summary.operations);
    for operation in operations {
        if let Some(told) = told.iter().find(|told| told.name == operation.name) {
            (operation.own_ms, operation.injected_ms) = (told.own_ms, told.injected_ms);
        }
    }
}

/// The worst of all, each reason with its part; and whether anything is missing.
pub(super) fn trust(parts: &[PartOfLoad]) -> Trust {
    let mut trust = Trust::default();
    for part in parts {
        let own = &part.summary.trust;
        for reason in &own.reasons {
            trust.add(own.stamp, format!("Segment {}: {reason}", part.segment));
        }
    }
    for segment in missing(parts) {
        let reason = format!("Segment {segment} is missing: its arrivals were not made, or nobody handed them in.");
        trust.add(Stamp::Invalid, reason);
    }
    let offered = arrivals(parts.iter().map(|part| &part.summary.arrivals)).offered;
    let planned = parts.first().and_then(|part| part.record.planned).unwrap_or(offered);
    let is_complete = missing(parts).next().is_none() && parts.iter().all(|part| !part.summary.interrupted);
    if is_complete && offered != planned {
        let (offered, planned) = (unit::count(offered), unit::count(planned));
        trust.add(
            Stamp::Invalid,
            format!("The segments made {offered} arrivals, and {planned} were planned."),
        );
    }
    trust
}

/// Which parts nobody named.
fn missing(parts: &[PartOfLoad]) -> impl Iterator<Item = Segment> {
    let of = parts.first().map_or(0, |part| part.segment.of());
    Segment::all(of).filter(|segment| parts.iter().all(|part| part.segment != *segment))
}
