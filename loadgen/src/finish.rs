//! The end of a run: audit, rules, expectations, and the files that tell of them.

mod waterfall;

use std::{
    path::Path,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use measure::{
    snapshot::RunPlan,
    summary::{ArrivalSummary, AuditSummary, CallbackSummary, FORMAT, RuleSummary, ShareSummary, Stopped, Summary},
    trust::Trust,
    verdict::{Judged, Verdict},
    waterfall::Waterfall,
};
use protocol::admin::Status;
use scenarios::{Scenario, load::Segment};

use crate::{
    Finished, LoadError,
    admin::AdminPort,
    aggregate::{Aggregate, books_balance},
    audit::{self, Audit, Clock, Differences, Entries, Entry},
    book::Order,
    calendar::Calendar,
    journal::Journal,
    journey::Journeys,
    judge::{Callbacks, Wait},
    plan::{Layout, Part},
    record,
    recorded::Played,
    rules::{self, Reader, Wire},
    segment::{self, Record},
    tour::Tours,
};

/// The gateway's counters and its journal are read one after the other; they are given this long to agree.
const AGREE_LOOKS: u32 = 15;

/// Between two looks.
const AGREE_PAUSE: Duration = Duration::from_millis(200);

/// Pages of orders at most: a gateway keeps a million, of which each page holds hundreds.
const MAX_ORDER_PAGES: usize = 20_000;

/// What is left of a run when its last step is done.
pub(crate) struct Ending<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) layout: &'a Layout,
    pub(crate) journeys: Arc<Journeys>,
    pub(crate) port: Option<AdminPort>,
    pub(crate) journal: Journal,
    /// Journal lines up to this one are of before the run.
    pub(crate) journal_from: u64,
    pub(crate) out: &'a Path,
    pub(crate) interrupted: bool,
    /// The limit of the load's own that ended arrivals early.
    pub(crate) stopped: Option<Stopped>,
    /// What order numbers start with.
    pub(crate) prefix: &'a str,
    /// Which part of a load it is.
    pub(crate) part: Option<Part>,
}

/// What the gateway's side of the story says.
#[derive(Default)]
struct Found {
    audit: AuditSummary,
    differences: Differences,
    entries: Option<Entries>,
    rules: Vec<RuleSummary>,
    /// What rules decided, where the journal was read.
    decided: Option<Reader>,
    waterfall: Vec<Waterfall>,
}

/// Audits, judges, and writes the run folder.
pub(crate) async fn finish(mut ending: Ending<'_>, mut aggregate: Aggregate) -> Result<Finished, LoadError> {
    let ended_us = aggregate.end()?;
    let tours = ending.journeys.tours.as_ref();
    let found = match ending.port.clone().filter(|_| tours.is_none()) {
        Some(port) => match ending.compare(&port, &mut aggregate).await {
            Ok(found) => found,
            // The measurements are good without the gateway's side; the result says that nothing was audited.
            Err(error) => ending.without_ledger((!ending.interrupted).then_some(&error)),
        },
        None => ending.without_ledger(None),
    };
    let found = match ending.journeys.tours.is_some() {
        true => Found {
            waterfall: ending.waterfall(&mut aggregate).await?,
            ..found
        },
        false => found,
    };
    let callbacks = found
        .entries
        .as_ref()
        .map(|entries| ending.callbacks(&aggregate.plan(), entries, ended_us))
        .map(|callbacks| callbacks.without(aggregate.stood_us()));
    let expectations = aggregate.judged(callbacks.as_ref());
    let summary = ending.summary(&aggregate, &found, expectations, ended_us);
    let rules = aggregate
        .status
        .as_ref()
        .map(|status| status.rules.as_slice())
        .unwrap_or_default();
    record::orders(
        ending.out,
        &record::Orders {
            merchant: &ending.journeys.merchant,
            book: &ending.journeys.book(),
            entries: found.entries.as_ref(),
            decided: found.decided.as_ref(),
            rules,
        },
    )?;
    ending.nothing_lost(&found)?;
    if let Some(part) = ending.part {
        segment::record(ending.out, &ending.record(part, &aggregate, ended_us))?;
    }
    record::summary(ending.out, &summary)?;
    Played::steered(ending.out, aggregate.steered()).map_err(LoadError::Steered)?;
    aggregate.publish_last(ended_us, &summary.expectations, summary.trust.clone())?;
    let seconds = record::seconds(ending.out)?;
    Ok(Finished {
        summary,
        seconds,
        plan: aggregate.plan(),
        mistake: ending.journeys.tours.as_ref().and_then(Tours::trouble),
    })
}

impl Ending<'_> {
    async fn compare(&mut self, port: &AdminPort, aggregate: &mut Aggregate) -> Result<Found, LoadError> {
        let journeys = self.journeys.clone();
        let clock = Clock {
            wall_zero_us: journeys.axis.wall_zero_us(),
            began_us: journeys.axis.us(tokio::time::Instant::now()),
        };
        let calendar = port.calendar(self.scenario).await?;
        let orders = journeys.book().len();
        let mut audit = Audit::new(&journeys.merchant, clock, orders, self.out).map_err(LoadError::shelf)?;
        let mut after = None;
        for _ in 0..MAX_ORDER_PAGES {
            let mut page = port.orders(journeys.merchant.shop(), after.as_deref()).await?;
            for order in &mut page.orders {
                order.paid_ms = order.paid_ms.map(|paid_ms| calendar.wall_ms(paid_ms));
            }
            audit.page(&journeys.book(), &page.orders);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let status = port.status().await?;
        let summary = audit.finish(&journeys.book(), &status);
        aggregate.status = Some(status);
        let mut differences = std::mem::take(&mut audit.differences);
        let (rules, decided) = match self.journal.is_some() {
            true => {
                self.rules(port, aggregate, (&audit, calendar), &mut differences)
                    .await?
            }
            false => (Vec::new(), None),
        };
        Ok(Found {
            audit: summary,
            differences,
            entries: Some(audit.into_entries()),
            rules,
            decided,
            waterfall: Vec::new(),
        })
    }

    /// Reads the journal until it tells of as many decisions as the gateway counted, then compares.
    async fn rules(
        &mut self,
        port: &AdminPort,
        aggregate: &mut Aggregate,
        (audit, calendar): (&Audit<'_>, Calendar),
        differences: &mut Differences,
    ) -> Result<(Vec<RuleSummary>, Option<Reader>), LoadError> {
        let journeys = self.journeys.clone();
        let before = aggregate
            .before
            .as_ref()
            .map(|status| status.rules.clone())
            .unwrap_or_default();
        let orders = journeys.book().len();
        let mut reader = Reader::new(self.journal_from, orders, self.out).map_err(LoadError::shelf)?;
        for look in 0..AGREE_LOOKS {
            let status = port.status().await?;
            self.journal.fetch().await?;
            self.journal.read(&journeys.merchant, &mut reader)?;
            // What other parts of the load still do is on its way from one to the other.
            let complete =
                reader.last() >= status.journal.written && (!self.is_whole() || agrees(&reader, &before, &status));
            aggregate.status = Some(status);
            if complete || (self.interrupted && look > 0) {
                break;
            }
            tokio::time::sleep(AGREE_PAUSE).await;
        }
        let now = aggregate
            .status
            .as_ref()
            .map(|status| status.rules.clone())
            .unwrap_or_default();
        let book = journeys.book();
        let wire = Wire {
            merchant: &journeys.merchant,
            book: &book,
            audit,
            expected: &journeys.expected,
            timeout_us: crate::clock::micros(journeys.client.timeout()),
            wall_zero_us: journeys.axis.wall_zero_us(),
            calendar,
            interrupted: self.interrupted,
            whole: self.is_whole(),
        };
        let table = rules::table(&reader, &before, &now, &wire, differences);
        Ok((table, Some(reader)))
    }

    /// Whether nobody else makes a part of the load.
    fn is_whole(&self) -> bool {
        self.part.is_none_or(|part| part.segment == Segment::WHOLE)
    }

    /// What the merge needs to know of this part.
    fn record(&self, part: Part, aggregate: &Aggregate, ended_us: u64) -> Record {
        let totals = &self.journeys.totals;
        let whole = self.layout.schedule.clone().segment(Segment::WHOLE);
        Record {
            format: segment::FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            segment: part.segment.to_string(),
            start_us: part.start_us,
            prefix: self.prefix.to_owned(),
            planned: self.scenario.load.crowd().is_none().then(|| whole.count()),
            offered: totals.offered_by_phase(),
            dropped: totals.dropped_by_phase(),
            ended_us,
            books_balance: aggregate.status.as_ref().map(books_balance),
            phase_names: self.layout.phase_names(),
            plan: aggregate.plan().as_ref().clone(),
        }
    }

    fn without_ledger(&self, error: Option<&LoadError>) -> Found {
        let mut differences = Differences::default();
        if let Some(error) = error {
            differences.note(format!("nothing could be audited: {error}"));
        }
        Found {
            audit: audit::unjudged(&self.journeys.book()),
            differences,
            ..Found::default()
        }
    }

    fn callbacks(&self, plan: &RunPlan, entries: &Entries, ended_us: u64) -> Callbacks {
        let book = self.journeys.book();
        let wait = |((seq, order), entry): ((u32, Order), Option<Entry>)| {
            let entry = entry?;
            let paid_us = self.journeys.axis.us_of_wall(entry.paid_ms? * 1_000);
            let first_us = order.deliveries.first().map(|delivery| delivery.at_us);
            Some(Wait {
                number: self.journeys.merchant.number(seq),
                paid_us,
                waited_us: first_us.unwrap_or(ended_us).saturating_sub(paid_us),
                came: first_us.is_some(),
                may_come: entry.callback.is_some_and(|fate| fate.is_open()),
            })
        };
        let waits = book.orders().zip(entries.iter()).filter_map(wait);
        Callbacks::of(plan, &self.scenario.expect, waits)
    }

    /// Whether every order, request and entry could be read until the end: a result made of some would not be one.
    fn nothing_lost(&self, found: &Found) -> Result<(), LoadError> {
        let failure = self
            .journeys
            .book()
            .failure()
            .or_else(|| found.entries.as_ref()?.failure())
            .or_else(|| found.decided.as_ref()?.failure());
        failure.map_or(Ok(()), |error| Err(LoadError::shelf(error)))
    }

    fn summary(&self, aggregate: &Aggregate, found: &Found, expectations: Vec<Judged>, ended_us: u64) -> Summary {
        let totals = &self.journeys.totals;
        let (offered, started) = (totals.offered(), totals.started.load(Ordering::Relaxed));
        let completed = totals.completed.load(Ordering::Relaxed);
        let unfinished = started.saturating_sub(completed);
        let trust = self.trust(aggregate, unfinished);
        let figures = aggregate.callback_figures();
        let mut operations = aggregate.history.operation_summaries();
        if let Some(reader) = &found.decided {
            reader.apart().tell(&mut operations);
        }
        let audit = AuditSummary {
            differences: found.differences.sentences.clone(),
            difference_count: found.differences.count,
            ..found.audit.clone()
        };
        let share = |part: Part| ShareSummary {
            segment: part.segment.to_string(),
            prefix: self.prefix.to_owned(),
            start_us: part.start_us,
        };
        Summary {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: self.scenario.seed,
            scenario: self.scenario.name.clone(),
            verdict: self.verdict(&expectations, &audit, &found.rules),
            trust,
            target: self.layout.run.target.clone(),
            started_ms: self.journeys.axis.wall_zero_us() / 1_000,
            lasted_ms: ended_us / 1_000,
            interrupted: self.interrupted,
            stopped: self.stopped,
            arrivals: ArrivalSummary {
                offered,
                started,
                dropped: totals.dropped(),
                completed,
                unfinished,
            },
            phases: aggregate.history.phases(),
            operations,
            classes: aggregate.history.classes(),
            rules: found.rules.clone(),
            callbacks: CallbackSummary {
                sent: figures.sent,
                acknowledged: figures.acknowledged,
                retried: figures.retried,
                lost: figures.lost + figures.pending + figures.held,
                dropped: figures.dropped,
                held: held_total(aggregate),
                received: figures.received,
                bad: figures.bad,
            },
            audit,
            waterfall: found.waterfall.clone(),
            expectations,
            share: self.part.filter(|_| !self.is_whole()).map(share),
        }
    }

    fn trust(&self, aggregate: &Aggregate, unfinished: u64) -> Trust {
        if !self.interrupted {
            // What waits now is never done.
            return aggregate.trust(0, unfinished);
        }
        let mut trust = aggregate.trust(self.journeys.waiting() as u64, 0);
        aggregate.cut_short(&mut trust);
        trust
    }

    /// A spent error budget fails the run, whatever else came out.
    fn verdict(&self, expectations: &[Judged], audit: &AuditSummary, rules: &[RuleSummary]) -> Verdict {
        match self.stopped {
            Some(Stopped::ErrorBudget { .. }) => Verdict::Failed,
            Some(Stopped::Requests { .. }) | None => verdict(expectations, audit, rules),
        }
    }
}

fn agrees(reader: &Reader, before: &[protocol::admin::RuleCount], status: &Status) -> bool {
    (0_u16..).zip(&status.rules).all(|(at, rule)| {
        let base = before
            .get(usize::from(at))
            .filter(|old| old.name == rule.name)
            .map_or(0, |old| old.decided);
        reader.journal(at) == rule.decided.saturating_sub(base)
    })
}

fn held_total(aggregate: &Aggregate) -> u64 {
    let held = |status: &Option<Status>| status.as_ref().map_or(0, |status| status.callbacks.held_total);
    held(&aggregate.status).saturating_sub(held(&aggregate.before))
}

/// Failed if an expectation, the audit or a rule's counts failed.
pub(crate) fn verdict(expectations: &[Judged], audit: &AuditSummary, rules: &[RuleSummary]) -> Verdict {
    let audit = match (audit.judged, audit.difference_count) {
        (_, 1..) => Verdict::Failed,
        (true, 0) => Verdict::Met,
        (false, 0) => Verdict::NotJudged,
    };
    let rules = rules.iter().map(|rule| Verdict::of(rule.agree));
    Verdict::all(
        expectations
            .iter()
            .map(|judged| judged.verdict)
            .chain([audit])
            .chain(rules),
    )
}
