//! Journeys of one's own: a shopper's tour through a shop's service, step by step as the scenario file says.
//!
//! A user of the pool walks on as long as something is due at once; where a step waits for a value, it leaves, and an
//! alarm brings the next try to the pool when it is due. Each request is a sample from the instant it was due, the tour
//! one more from its arrival: from the shopper's click to what the last step waits for.
//!
//! `ask` fills in what is sent, `answer` reads what the shop says, `wallet` is the page where the shopper pays, `feed` the rows that tours take their
//! values from, `note` what is kept of each for the waterfall. Invariant: a tour is in the map from its arrival's first
//! step to its end, and ends once.

mod alarm;
mod answer;
mod ask;
mod feed;
mod names;
pub(crate) mod note;
mod wallet;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use measure::sample::{Class, Sample};
use scenarios::{
    Itinerary, Leg, LegAct, Scenario,
    load::{amount_of, itinerary_of},
};
use tokio::time::Instant;

pub(crate) use alarm::{Alarm, Set, ring};
pub use feed::{Feed, FeedError};
pub(crate) use names::TourNames;
pub(crate) use note::{Mark, Notebook};
pub(crate) use wallet::Wallet;

use crate::{
    client::{Client, Exchange},
    clock::micros,
    journey::{Act, Journeys, Step},
};
use answer::{Heard, hear};
use ask::outgoing;

/// What the tours of a run need.
pub(crate) struct Tours {
    scenario: Arc<Scenario>,
    /// The shop's service.
    shop: Client,
    wallet: Wallet,
    feed: Option<Feed>,
    alarm: Alarm,
    notebook: Mutex<Notebook>,
    under_way: Mutex<HashMap<u32, Tour>>,
    trouble: Mutex<Trouble>,
    run: u64,
}

/// One shopper on the way.
#[derive(Clone, Debug)]
struct Tour {
    itinerary: usize,
    leg: usize,
    /// When its present step was due first.
    leg_due_us: u64,
    arrival_us: u64,
    values: BTreeMap<String, String>,
    /// The wallet's page, once the shopper was there.
    paid_at: Option<String>,
    marks: Vec<Mark>,
}

/// A mistake of the file that only an answer shows.
#[derive(Debug, Default)]
struct Trouble {
    tours: u64,
    in_vain: u64,
    why: Option<String>,
}

/// Tours that ended before a mistake of the file is called one.
const TOURS_TO_TELL: u64 = 5;
/// What is kept of a tour's steps at most; a step that is repeated leaves its first and its last try.
const MARKS_MOST: usize = 64;

/// What a walk came to.
enum Turn {
    /// The next step is due.
    On,
    /// The same step is tried again then.
    Again { due_us: u64 },
    /// The tour is over.
    Over(Class),
}

impl Tours {
    /// Tours against a shop.
    pub(crate) fn new(
        scenario: Arc<Scenario>,
        shop: Client,
        wallet: Wallet,
        feed: Option<Feed>,
        (alarm, notebook): (Alarm, Notebook),
    ) -> Self {
        Self {
            scenario,
            shop,
            wallet,
            feed,
            alarm,
            notebook: Mutex::new(notebook),
            under_way: Mutex::default(),
            trouble: Mutex::default(),
            // Entropy at the rim: a shop that remembers earlier runs must not take a number for one of theirs.
            run: rand::random(),
        }
    }

    /// The mistake of the file that every tour so far met.
    pub(crate) fn trouble(&self) -> Option<String> {
        let trouble = lock(&self.trouble);
        (trouble.tours >= TOURS_TO_TELL && trouble.in_vain == trouble.tours)
            .then(|| trouble.why.clone())
            .flatten()
    }

    /// Tours that are not over.
    pub(crate) fn under_way(&self) -> usize {
        lock(&self.under_way).len()
    }

    /// Everything noted is on disk.
    pub(crate) fn close(&self) -> std::io::Result<()> {
        lock(&self.notebook).close()
    }

    /// What is played.
    pub(crate) fn itineraries(&self) -> &[Itinerary] {
        &self.scenario.load.itineraries
    }

    fn itinerary(&self, at: usize) -> &Itinerary {
        &self.scenario.load.itineraries[at]
    }

    fn begin(&self, step: Step) -> Option<Tour> {
        let (load, seed) = (&self.scenario.load, self.scenario.seed);
        let seq = u64::from(step.seq);
        let mut values = BTreeMap::from([
            ("amount".to_owned(), amount_of(load, seed, seq).to_string()),
            ("n".to_owned(), (seq + 1).to_string()),
            ("uuid".to_owned(), format!("{:016x}-{seq:08x}", self.run)),
        ]);
        values.extend(self.feed.iter().flat_map(|feed| feed.row(seq)));
        Some(Tour {
            itinerary: itinerary_of(load, seed, seq)?,
            leg: 0,
            leg_due_us: step.due_us,
            arrival_us: step.due_us,
            values,
            paid_at: None,
            marks: Vec::new(),
        })
    }

    /// Walks on with a tour until it waits or is over.
    pub(crate) async fn walk(&self, journeys: &Journeys, step: Step) {
        let tour = match step.act {
            Act::Open => {
                journeys.count_started(step.seq, journeys.axis.us(Instant::now()));
                self.begin(step)
            }
            Act::Query | Act::Poll { .. } | Act::Reconcile => lock(&self.under_way).remove(&step.seq),
        };
        let Some(mut tour) = tour else { return };
        let mut due_us = step.due_us;
        loop {
            match self.turn(journeys, step.seq, &mut tour, due_us).await {
                Turn::On => {
                    due_us = tour.marks.last().map_or(due_us, |mark| mark.done_us);
                    tour.leg += 1;
                    tour.leg_due_us = due_us;
                    if tour.leg == self.itinerary(tour.itinerary).legs.len() {
                        return self.over(journeys, step.seq, &tour, Class::Ok);
                    }
                }
                Turn::Again { due_us } => {
                    lock(&self.under_way).insert(step.seq, tour);
                    return self.alarm.set(step.seq, due_us);
                }
                Turn::Over(class) => return self.over(journeys, step.seq, &tour, class),
            }
        }
    }

    /// One step, tried once.
    async fn turn(&self, journeys: &Journeys, seq: u32, tour: &mut Tour, due_us: u64) -> Turn {
        let itinerary = self.itinerary(tour.itinerary);
        let leg = &itinerary.legs[tour.leg];
        let value = |name: &str| tour.values.get(name).cloned();
        let (exchange, heard) = match &leg.act {
            LegAct::Pay(url) => {
                let url = url.fill(&value);
                let went = self.wallet.pay(&url, self.scenario.somebody_pays()).await;
                let heard = match went {
                    Ok(exchange) => (exchange, Heard::Good(Vec::new())),
                    Err(failed) => (failed.exchange, Heard::Bad(failed.class, failed.mistake)),
                };
                tour.paid_at = Some(url);
                heard
            }
            LegAct::Call { .. } => {
                let exchange = self.shop.exchange(outgoing(leg, &value)).await;
                let heard = hear(leg, &exchange.answer, &value);
                (exchange, heard)
            }
        };
        let class = match &heard {
            Heard::Good(_) | Heard::NotYet => Class::Ok,
            Heard::Bad(class, _) => *class,
        };
        let mark = Mark::of(tour.leg, due_us, &exchange, &journeys.axis);
        journeys.record_leg(journeys.tour_names.leg(tour.itinerary, tour.leg), seq, &mark, class);
        note_mark(&mut tour.marks, mark);
        self.next(journeys, leg, tour, heard).await
    }

    async fn next(&self, journeys: &Journeys, leg: &Leg, tour: &mut Tour, heard: Heard) -> Turn {
        let now_us = journeys.axis.us(Instant::now());
        match (heard, &leg.until) {
            (Heard::Good(taken), _) => {
                tour.values.extend(taken);
                Turn::On
            }
            (Heard::NotYet | Heard::Bad(_, None), Some(until)) => {
                let due_us = now_us + micros(until.every);
                if due_us < tour.leg_due_us + micros(until.within) {
                    return Turn::Again { due_us };
                }
                // Nobody fulfils what nobody paid: a payer who left is an honest end.
                let left = match &tour.paid_at {
                    Some(url) => self.wallet.is_unpaid(url).await,
                    None => false,
                };
                Turn::Over(if left { Class::Declined } else { Class::Timeout })
            }
            (Heard::Bad(class, mistake), _) => {
                if let Some(mistake) = mistake {
                    lock(&self.trouble).why = Some(format!("step `{}`: {mistake}", leg.name));
                    return Turn::Over(Class::Protocol);
                }
                Turn::Over(class)
            }
            (Heard::NotYet, None) => Turn::Over(Class::Protocol),
        }
    }

    fn over(&self, journeys: &Journeys, seq: u32, tour: &Tour, class: Class) {
        let name = journeys.tour_names.journey(tour.itinerary);
        journeys.finish_tour(name, seq, tour.marks.as_slice(), (tour.arrival_us, class));
        {
            let mut trouble = lock(&self.trouble);
            trouble.tours += 1;
            trouble.in_vain += u64::from(class == Class::Protocol && trouble.why.is_some());
        }
        let noted = note::Noted {
            seq,
            journey: self.itinerary(tour.itinerary).name.clone(),
            phase: journeys.expected.phase_at(tour.arrival_us),
            class,
            arrival_us: tour.arrival_us,
            done_us: tour.marks.last().map_or(tour.arrival_us, |mark| mark.done_us),
            order_id: tour.paid_at.as_deref().and_then(wallet::order_id).map(str::to_owned),
            marks: tour.marks.clone(),
        };
        lock(&self.notebook).write(&noted);
    }
}

/// A step that is repeated keeps its first try and its last.
fn note_mark(marks: &mut Vec<Mark>, mark: Mark) {
    let tries = marks.iter().filter(|earlier| earlier.leg == mark.leg).count();
    if tries >= 2 {
        marks.pop();
    }
    if marks.len() < MARKS_MOST {
        marks.push(mark);
    }
}

impl Journeys {
    fn record_leg(&self, what: u16, seq: u32, mark: &Mark, class: Class) {
        let expected = self.expected.disturbs(mark.sent_us, mark.done_us);
        let sample = Sample {
            phase: self.expected.phase_at(mark.due_us),
            what,
            class,
            expected,
            intended_us: mark.due_us,
            sent_us: mark.sent_us,
            first_byte_us: mark.first_byte_us,
            done_us: mark.done_us,
        };
        self.recorder.record(usize::try_from(seq).unwrap_or(0), &sample);
        self.failures.note(seq, &sample);
    }

    fn finish_tour(&self, what: u16, seq: u32, marks: &[Mark], (arrival_us, class): (u64, Class)) {
        let done_us = marks.last().map_or(arrival_us, |mark| mark.done_us);
        let sent_us = marks.first().map_or(arrival_us, |mark| mark.sent_us);
        self.recorder.record(
            usize::try_from(seq).unwrap_or(0),
            &Sample {
                phase: self.expected.phase_at(arrival_us),
                what,
                class,
                expected: self.expected.disturbs(arrival_us, done_us),
                intended_us: arrival_us,
                sent_us,
                first_byte_us: done_us,
                done_us,
            },
        );
        self.tour_is_over(seq, done_us);
    }
}

impl Mark {
    fn of(leg: usize, due_us: u64, exchange: &Exchange, axis: &crate::clock::Axis) -> Self {
        Self {
            leg: u16::try_from(leg).unwrap_or(u16::MAX),
            due_us,
            sent_us: axis.us(exchange.sent),
            first_byte_us: axis.us(exchange.first_byte),
            done_us: axis.us(exchange.done),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
