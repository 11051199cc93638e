//! The orders of a run folder that failed, with their lines of the journal: what a report tells of each.
//!
//! Both files are read as streams, since a run has millions of lines: `orders.jsonl` says who failed and chooses whose
//! story is told, then `journal.jsonl` gives the lines of the chosen. Of a journal's line only the subject is looked at
//! unless it is one of theirs.

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

use measure::{
    snapshot::{PhasePlan, RunPlan},
    story::{Failed, Failures, Group, Happened, Kind, OrderRecord},
    summary::Summary,
};
use protocol::admin::JournalLine;

use crate::recorded::{LONGEST_LINE, RecordedError, each_line};

/// Stories told of one run, at most; a page has room for fewer.
const STORIES_MAX: usize = 2_000;
/// Numbers kept of orders of one kind whose story is not told.
const NUMBERS_MAX: usize = 2_000;
/// Lines of the journal in one story, at most.
const LINES_MAX: usize = 24;

/// Reads the failed orders of a run folder; `None` where it holds no orders.
///
/// # Errors
/// Where a file cannot be read or is not what it should be.
pub fn read(folder: &Path, summary: &Summary, plan: &RunPlan) -> Result<Option<Failures>, RecordedError> {
    let orders = folder.join("orders.jsonl");
    if !orders.exists() {
        return Ok(None);
    }
    let mut failures = sorted_out(&orders, summary, plan)?;
    let journal = folder.join("journal.jsonl");
    failures.journal = journal.exists();
    if failures.journal {
        tell(&journal, summary.started_ms.saturating_mul(1_000), &mut failures)?;
    }
    Ok(Some(failures))
}

/// Who failed, and how.
fn sorted_out(path: &Path, summary: &Summary, plan: &RunPlan) -> Result<Failures, RecordedError> {
    let differences = differences(summary);
    let mut groups: BTreeMap<(bool, Kind), Group> = BTreeMap::new();
    let mut failures = Failures::default();
    each_line(path, |_, order: OrderRecord| {
        failures.orders += 1;
        let difference = differences.get(order.number.as_str()).copied();
        let Some(kind) = Kind::of(&order, difference.is_some()) else {
            return Ok(());
        };
        let expected = kind != Kind::Difference && is_expected(kind, &order, summary, plan);
        let group = groups.entry((expected, kind)).or_insert_with(|| Group {
            kind,
            expected,
            count: 0,
            told: Vec::new(),
            numbers: Vec::new(),
        });
        group.count += 1;
        if group.told.len() < STORIES_MAX {
            group.told.push(Failed {
                order,
                difference: difference.map(str::to_owned),
                ..Failed::default()
            });
        } else if group.numbers.len() < NUMBERS_MAX {
            group.numbers.push(order.number);
        }
        Ok(())
    })?;
    failures.groups = groups.into_values().collect();
    share_out(&mut failures.groups);
    Ok(failures)
}

/// Differences by the number of the order they name.
fn differences(summary: &Summary) -> HashMap<&str, &str> {
    let sentences = summary.audit.differences.iter();
    let named = sentences.filter_map(|sentence| {
        let number = sentence.strip_prefix("order ")?.split([' ', ':']).next()?;
        Some((number, sentence.as_str()))
    });
    named.collect()
}

/// Leaves unexpected failures all the stories there are room for, and the others equal parts of the rest.
fn share_out(groups: &mut [Group]) {
    let mut room = STORIES_MAX;
    let mut left = groups.iter().filter(|group| group.expected).count();
    for group in groups {
        let most = match group.expected {
            false => room,
            true => room / left.max(1),
        };
        left -= usize::from(group.expected);
        let rest = group.told.split_off(most.min(group.told.len()));
        room -= group.told.len();
        let mut numbers: Vec<String> = rest.into_iter().map(|failed| failed.order.number).collect();
        numbers.append(&mut group.numbers);
        numbers.truncate(NUMBERS_MAX);
        group.numbers = numbers;
    }
}

/// Whether the scenario can have caused it: a rule decided something of the order, or the phase of its arrival is known for
/// such ends.
fn is_expected(kind: Kind, order: &OrderRecord, summary: &Summary, plan: &RunPlan) -> bool {
    let harmless = ["honest", "release", "deliver"];
    if order
        .decisions
        .iter()
        .any(|decided| !harmless.contains(&decided.decided.as_str()))
    {
        return true;
    }
    let at_us = order.arrival_us;
    let phase = plan
        .phases
        .iter()
        .find(|phase| (phase.from_us..phase.until_us).contains(&at_us));
    let faulty = |phase: &PhasePlan| !phase.faults.is_empty();
    match kind {
        Kind::Hidden => phase.is_some_and(|phase| ended_as_expected(&phase.name, order, summary)),
        Kind::NotSent => summary.trust.facts.is_some_and(|facts| facts.drops_wanted),
        Kind::Declined => phase.is_some_and(faulty),
        // Questions come later than the opening.
        Kind::Unanswered => plan.phases.iter().any(|phase| phase.until_us > at_us && faulty(phase)),
        Kind::Difference
        | Kind::Untold
        | Kind::BadCallback
        | Kind::LostCallback
        | Kind::Failed
        | Kind::LateCallback
        | Kind::Repeated => false,
    }
}

/// Whether openings of this phase that ended like it were all expected.
fn ended_as_expected(phase: &str, order: &OrderRecord, summary: &Summary) -> bool {
    let Some(phase) = summary.phases.iter().find(|known| known.name == phase) else {
        return false;
    };
    let class = order.open_detail.as_deref().unwrap_or_default();
    let mut like_it = phase
        .classes
        .iter()
        .filter(|figures| figures.class.word() == class)
        .peekable();
    like_it.peek().is_some() && like_it.all(|figures| figures.expected)
}

/// Gives each story its lines of the journal.
fn tell(path: &Path, started_us: u64, failures: &mut Failures) -> Result<(), RecordedError> {
    let told = failures.groups.iter_mut().flat_map(|group| &mut group.told);
    let mut stories: HashMap<Vec<u8>, &mut Failed> = told
        .map(|failed| (failed.order.number.clone().into_bytes(), failed))
        .collect();
    let failed = |error| RecordedError::File {
        path: path.to_owned(),
        error,
    };
    let mut file = BufReader::new(File::open(path).map_err(failed)?);
    let mut text = Vec::new();
    loop {
        text.clear();
        let read = Read::take(&mut file, LONGEST_LINE).read_until(b'\n', &mut text);
        if read.map_err(failed)? == 0 {
            return Ok(());
        }
        let Some(story) = subject(&text).and_then(|subject| stories.get_mut(subject)) else {
            continue;
        };
        // A line of a newer gateway may hold what we do not know; the story is then shorter and says so.
        match serde_json::from_slice::<JournalLine>(&text) {
            Ok(line) if story.happened.len() < LINES_MAX => story.happened.push(happened(line, started_us)),
            Ok(_) | Err(_) => story.left_out += 1,
        }
    }
}

/// The subject of a journal's line, without reading all of it. Numbers of the load's orders need no escapes.
fn subject(line: &[u8]) -> Option<&[u8]> {
    const KEY: &[u8] = b"\"subject\":\"";
    let at = line.windows(KEY.len()).position(|bytes| bytes == KEY)? + KEY.len();
    line[at..].split(|byte| *byte == b'"').next()
}

fn happened(line: JournalLine, started_us: u64) -> Happened {
    let mut decided = Vec::new();
    if let Some(decision) = line.decision {
        let mut say = |word: &str, value: String, healthy: &str| {
            if value != healthy {
                decided.push(format!("{word} {value}"));
            }
        };
        say("ledger", decision.ledger, "apply");
        say("reply", decision.reply, "honest");
        say("callback", decision.callback, "deliver");
        if decision.delay_us > 0 {
            decided.push(format!("delay {}", measure::unit::time(decision.delay_us)));
        }
    }
    let mut rules: Vec<String> = Vec::new();
    if let Some(hits) = line.rules {
        for hit in [hits.outcome, hits.delay, hits.callback].into_iter().flatten() {
            if !rules.contains(&hit.name) {
                rules.push(hit.name);
            }
        }
    }
    Happened {
        at_us: line.time_us.saturating_sub(started_us),
        operation: line.operation,
        attempt: line.attempt,
        phase: line.phase,
        rules,
        decided,
        status: line.status,
        outcome: line.outcome,
        took_us: line.took_us,
        injected_us: line.injected_us,
        reason: line.reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(kind: Kind, expected: bool, count: usize) -> Group {
        Group {
            kind,
            expected,
            count: count as u64,
            told: vec![Failed::default(); count],
            numbers: Vec::new(),
        }
    }

    #[test]
    fn unexpected_failures_have_the_first_claim_on_stories() {
        let mut groups = [
            group(Kind::Hidden, false, 1_500),
            group(Kind::Hidden, true, 2_000),
            group(Kind::Declined, true, 10),
            group(Kind::Repeated, true, 300),
        ];
        share_out(&mut groups);
        let told = groups.each_ref().map(|group| group.told.len());
        assert_eq!(told, [1_500, 166, 10, 300]);
        assert!(
            groups
                .iter()
                .all(|group| (group.told.len() + group.numbers.len()) as u64 == group.count)
        );
    }

    #[test]
    fn a_line_tells_its_subject_without_being_read() {
        let line = br#"{"seq":1,"phase":"x","subject":"PD42-00000007","attempt":1}"#;
        assert_eq!(subject(line), Some(&b"PD42-00000007"[..]));
        assert_eq!(subject(b"{}"), None);
    }

    #[test]
    fn a_line_says_what_was_decided_beside_a_healthy_wallet() {
        let line = r#"{"seq":9,"time_us":5000500,"gateway_time_ms":5,"phase":"brown-out","shop":1,"operation":"payLink",
            "subject":"PD1-1","attempt":2,"rules":{"outcome":{"rule":0,"name":"busy","draw":1},"delay":{"rule":0,"name":"busy","draw":1}},
            "decision":{"ledger":"skip","reply":"status 503","delay_us":1500,"callback":"deliver"},
            "status":503,"outcome":"answered","bytes_in":1,"bytes_out":0,"took_us":1512,"injected_us":1500}"#;
        let told = happened(serde_json::from_str(line).unwrap(), 5_000_000);
        assert_eq!((told.at_us, told.rules.as_slice()), (500, &["busy".to_owned()][..]));
        assert_eq!(told.decided, ["ledger skip", "reply status 503", "delay 1.50 ms"]);
    }
}
