//! Waterfalls of a run folder: what the load noted of each journey of one's own, beside what the wallet's journal and
//! ledger say of the same order.

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    io::{self, BufRead, BufReader},
    path::Path,
};

use measure::{
    sample::Class,
    snapshot::RunPlan,
    waterfall::{Claim, Part, Story, Waterfall, cut, falls},
};
use protocol::admin::{JournalLine, OrderView};

use crate::{
    clock::Axis,
    tour::note::{self, Noted},
};

/// What the wallet knows of one order, on the run's axis.
#[derive(Debug, Default)]
struct Order {
    calls: Vec<Call>,
    paid_us: Option<u64>,
    /// The callback that the shop acknowledged first: sent, and answered.
    taken: Option<(u64, u64)>,
}

#[derive(Clone, Copy, Debug)]
struct Call {
    from_us: u64,
    until_us: u64,
    queued_us: u64,
    injected_us: u64,
    opens: bool,
}

/// Calls of one order that are kept; a shop that asks more often is waiting, not working.
const CALLS_MOST: usize = 64;

/// The wallet's side of the story, order by order.
#[derive(Debug, Default)]
pub(crate) struct Orders(HashMap<String, Order>);

impl Orders {
    /// Reads the journal of the run folder.
    pub(crate) fn read_journal(&mut self, path: &Path, axis: &Axis) -> io::Result<()> {
        for line in BufReader::new(File::open(path)?).lines() {
            // A line of a newer gateway may hold what we do not know.
            if let Ok(line) = serde_json::from_str::<JournalLine>(&line?) {
                self.line(&line, axis);
            }
        }
        Ok(())
    }

    fn line(&mut self, line: &JournalLine, axis: &Axis) {
        let Some(id) = &line.order_id else { return };
        let order = self.0.entry(id.clone()).or_default();
        let until_us = axis.us_of_wall(line.time_us);
        let from_us = until_us.saturating_sub(line.took_us);
        if line.operation != "callback" {
            if order.calls.len() < CALLS_MOST {
                order.calls.push(Call {
                    from_us,
                    until_us,
                    queued_us: line.queued_us,
                    injected_us: line.injected_us,
                    opens: line.operation == scenarios::Operation::PayLink.word(),
                });
            }
        } else if line.outcome == "acknowledged" && order.taken.is_none_or(|(known_us, _)| from_us < known_us) {
            order.taken = Some((from_us, until_us));
        }
    }

    /// When the ledger says an order was paid, in milliseconds of the wall.
    pub(crate) fn paid(&mut self, view: &OrderView, axis: &Axis) {
        if let Some(paid_ms) = view.paid_ms {
            self.0.entry(view.order_id.clone()).or_default().paid_us = Some(axis.us_of_wall(paid_ms * 1_000));
        }
    }
}

/// The waterfalls of every journey and phase.
pub(crate) fn of_run(folder: &Path, plan: &RunPlan, orders: &Orders) -> io::Result<Vec<Waterfall>> {
    let mut stories: BTreeMap<(u16, String), Vec<Story>> = BTreeMap::new();
    for noted in note::read(folder)? {
        let order = noted.order_id.as_ref().and_then(|id| orders.0.get(id));
        if let (Class::Ok, Some(order)) = (noted.class, order) {
            let story = story(&noted, order);
            stories.entry((noted.phase, noted.journey)).or_default().push(story);
        }
    }
    let mut told = Vec::new();
    for ((phase, journey), stories) in &mut stories {
        let name = plan.phases.get(usize::from(*phase));
        let name = name.map_or(scenarios::Timeline::AFTER, |phase| phase.name.as_str());
        told.extend(falls(journey, name, stories));
    }
    Ok(told)
}

fn story(noted: &Noted, order: &Order) -> Story {
    let claims = claims(noted, order);
    Story {
        whole_us: noted.done_us - noted.arrival_us,
        parts: cut(noted.arrival_us, noted.done_us, &claims),
    }
}

fn claims(noted: &Noted, order: &Order) -> Vec<Claim> {
    let mut claims = Vec::new();
    let mut claim = |part, from_us: u64, until_us: u64| {
        if until_us > from_us {
            claims.push(Claim {
                part,
                from_us,
                until_us,
            });
        }
    };
    for call in &order.calls {
        claim(Part::Service, call.from_us, call.until_us);
        claim(Part::Queue, call.from_us, call.from_us + call.queued_us);
        claim(
            Part::Injected,
            call.until_us.saturating_sub(call.injected_us),
            call.until_us,
        );
    }
    for mark in &noted.marks {
        claim(Part::Users, mark.due_us, mark.sent_us);
    }
    if let Some(paid_us) = order.paid_us {
        let opened_us = order
            .calls
            .iter()
            .filter(|call| call.opens)
            .map(|call| call.until_us)
            .min();
        claim(Part::Payer, opened_us.unwrap_or(noted.arrival_us), paid_us);
        if let Some((sent_us, taken_us)) = order.taken {
            claim(Part::Callback, paid_us, sent_us);
            let asked_us = noted.marks.last().map_or(taken_us, |mark| mark.due_us);
            claim(Part::Poll, taken_us, asked_us);
        }
    }
    claims
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tour::Mark;

    /// A checkout whose payLink waits 2 ms for a worker and is delayed by 10; paid after 100, called back 20 later, the
    /// shop asks the wallet once and answers, and the shopper asks 30 later.
    #[test]
    fn each_part_is_found() {
        let ms = 1_000;
        let call = |from: u64, until: u64, queued: u64, injected: u64, opens| Call {
            from_us: from * ms,
            until_us: until * ms,
            queued_us: queued * ms,
            injected_us: injected * ms,
            opens,
        };
        let order = Order {
            calls: vec![call(5, 20, 2, 10, true), call(142, 145, 0, 0, false)],
            paid_us: Some(120 * ms),
            taken: Some((140 * ms, 150 * ms)),
        };
        let mark = |leg, due: u64, sent: u64, done: u64| Mark {
            leg,
            due_us: due * ms,
            sent_us: sent * ms,
            first_byte_us: done * ms,
            done_us: done * ms,
        };
        let noted = Noted {
            seq: 0,
            journey: "buy".to_owned(),
            phase: 0,
            class: Class::Ok,
            arrival_us: 0,
            done_us: 185 * ms,
            order_id: None,
            marks: vec![
                mark(0, 0, 1, 24),
                mark(1, 24, 24, 26),
                mark(2, 26, 26, 30),
                mark(2, 180, 180, 185),
            ],
        };
        let story = story(&noted, &order);
        let told: Vec<(&str, u64)> = Part::ALL
            .map(Part::word)
            .into_iter()
            .zip(story.parts.map(|us| us / ms))
            .collect();
        let expected = [
            // 4 before the call, 2 and 5 around the question within the callback, 5 for the last answer.
            ("merchant", 16),
            ("service", 6),
            ("queue", 2),
            ("injected", 10),
            ("payer", 100),
            ("callback", 20),
            ("poll", 30),
            ("users", 1),
        ];
        assert_eq!(told, expected);
        assert_eq!(story.parts.iter().sum::<u64>(), story.whole_us);
    }
}
