//! One step: the level held for a while, its first seconds discarded, the rest measured and judged, the backlog drained.

use std::{thread, time::Duration};

use measure::{
    search::{
        By, Held, Stage,
        interval::Interval,
        report::{SloFigure, Step},
        steady::Flow,
    },
    tally::Tally,
    trust::{Stamp, Trust, TrustFacts},
    unit,
    verdict::Verdict,
};
use tokio::time::MissedTickBehavior;

use super::{Driver, longest_time, us};
use crate::{
    LoadError,
    attack::AttackError,
    capacity::{Objective, batches::BATCHES, samples::mean_us, traffic::Traffic},
    client::TIMEOUT,
    clock::{process_cpu, wall_us},
};

/// The driver looks this often.
const LOOK: Duration = Duration::from_millis(50);

/// The first arrival of a step is planned this far ahead.
const LEAD: Duration = Duration::from_millis(20);

/// At most this much of a step's beginning is discarded, and at most a fifth of it.
const SETTLE: Duration = Duration::from_secs(2);

/// A step is hopeless once the work of so long waits: its queue only grows, and what it piles up must be drained.
const HOPELESS: Duration = Duration::from_secs(2);

/// So few under way are never hopeless.
const HOPELESS_LEAST: f64 = 200.0;

/// What a step is looked at before that is decided.
const HOPELESS_AFTER: Duration = Duration::from_secs(1);

/// A look that comes later than this met a machine that had no processor for it; tokio's timer rounds by one millisecond.
const LATE_US: u64 = 5_000;

/// The share of looks, in thousandths of a percent, that must come in time.
const LATE_SHARE: u32 = 95_000;

/// After a step everything under way gets this to end: every request ends within the client's time-out, and one that
/// waited for a user may have begun late.
const DRAIN: Duration = Duration::from_secs(15);

/// How much of a step of this length is discarded.
pub(super) fn settle_of(step: Duration) -> Duration {
    SETTLE.min(step / 5)
}

/// When a step's parts begin, on the axis, and how it is cut.
struct Course {
    number: u32,
    stage: Stage,
    level: f64,
    begin_us: u64,
    from_us: u64,
    until_us: u64,
    batches: u16,
}

/// What was seen while a step was measured.
struct Watched {
    flow: Flow,
    /// Requests that had ended at each look.
    ended: Vec<(u64, u64)>,
    opened_us: u64,
    closed_us: u64,
    saturated_us: u64,
    /// How late the looks came.
    late: Tally,
    clock_step_us: u64,
    cpu: Duration,
    lag_p99_us: u64,
    lost: u64,
    cut_short: bool,
}

impl Driver<'_> {
    /// Measures a level; `None` where the search was stopped meanwhile.
    pub(super) async fn step(&mut self, stage: Stage, level: f64) -> Result<Option<Step>, LoadError> {
        let settle = settle_of(self.plan.step);
        let measured = self.lasts(stage) - settle;
        let begin_us = self.now_us() + us(LEAD);
        let course = Course {
            number: self.steps.len() as u32 + 1,
            stage,
            level,
            begin_us,
            from_us: begin_us + us(settle),
            until_us: begin_us + us(settle + measured),
            batches: match stage {
                Stage::Grow | Stage::Bisect => BATCHES,
                Stage::Confirm => 2 * BATCHES,
            },
        };
        let batches = self.batches.lay_out(course.from_us, us(measured), course.batches);
        self.samples.begin(batches, us(measured) / u64::from(course.batches));
        let traffic = match self.plan.range.by {
            By::Rate => Traffic::at_rate(&self.journeys, level, begin_us, settle + measured)?,
            By::Users => Traffic::of_users(&self.shoppers, level as u32),
        };
        let watched = self.watch(&course, &traffic).await;
        traffic.end();
        let Some(mut watched) = watched? else { return Ok(None) };
        let unanswered = self.drain().await;
        let batches = self.samples.batches();
        let of_batches = |counts: Vec<u64>| -> u64 {
            let numbered = (0_u16..).zip(counts);
            numbered
                .filter(|(at, _)| batches.contains(at))
                .map(|(_, count)| count)
                .sum()
        };
        watched.flow.offered = of_batches(self.journeys.totals.offered_by_phase());
        watched.flow.dropped = of_batches(self.journeys.totals.dropped_by_phase());
        Ok(Some(self.judge(&course, &watched, unanswered)))
    }

    /// Looks on from the begin to the end of the measured stretch; `None` where the search was stopped.
    async fn watch(&mut self, course: &Course, traffic: &Traffic) -> Result<Option<Watched>, LoadError> {
        let mut looks = tokio::time::interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut watched: Option<Watched> = None;
        let mut looked_us = self.now_us();
        loop {
            looks.tick().await;
            self.absorb();
            let now_us = self.now_us();
            if self.stopper.stop.is_cancelled() {
                return Ok(None);
            }
            if self.attack.is_over() {
                return Err(AttackError::Ended("goose ended before the search".to_owned()).into());
            }
            traffic.look();
            match &mut watched {
                None if now_us >= course.from_us => watched = Some(self.open(now_us)),
                None => {}
                Some(watched) => {
                    self.look(watched, now_us, now_us.saturating_sub(looked_us));
                    let hopeless = self.is_hopeless(course, watched, now_us);
                    if hopeless || now_us >= course.until_us {
                        watched.cut_short = hopeless;
                        self.close(watched, now_us);
                        break;
                    }
                }
            }
            looked_us = now_us;
        }
        Ok(watched)
    }

    /// The measured stretch begins.
    fn open(&mut self, now_us: u64) -> Watched {
        self.samples.count_anew();
        let _of_before = self.journeys.take_lag();
        Watched {
            flow: Flow {
                under_way: vec![self.under_way()],
                ..Flow::default()
            },
            ended: vec![(now_us, 0)],
            opened_us: now_us,
            closed_us: now_us,
            saturated_us: 0,
            late: Tally::default(),
            clock_step_us: 0,
            cpu: process_cpu(),
            lag_p99_us: 0,
            lost: 0,
            cut_short: false,
        }
    }

    fn look(&self, watched: &mut Watched, now_us: u64, since_us: u64) {
        watched.flow.under_way.push(self.under_way());
        watched.ended.push((now_us, self.samples.finished));
        watched.late.record(since_us.saturating_sub(us(LOOK)));
        if self.journeys.waiting() > 0 && self.journeys.in_flight() >= u64::from(self.users) {
            watched.saturated_us += since_us;
        }
        let steady_us = self.journeys.axis.wall_zero_us() + now_us;
        watched.clock_step_us = watched.clock_step_us.max(wall_us().abs_diff(steady_us));
    }

    /// It is over: what ended until now counts, what ends later does not.
    fn close(&self, watched: &mut Watched, now_us: u64) {
        watched.closed_us = now_us;
        (watched.flow.finished, watched.flow.ok) = (self.samples.finished, self.samples.ok);
        watched.lost = self.samples.lost;
        watched.cpu = process_cpu().saturating_sub(watched.cpu);
        watched.lag_p99_us = self.journeys.take_lag().percentile_us(99_000);
    }

    /// A closed load never has more under way than users; at a rate a queue may grow as long as the step.
    fn is_hopeless(&self, course: &Course, watched: &Watched, now_us: u64) -> bool {
        let patience = HOPELESS.max(2 * longest_time(&self.plan)).as_secs_f64();
        let most = (course.level * patience).max(HOPELESS_LEAST);
        self.plan.range.by == By::Rate
            && now_us.saturating_sub(watched.opened_us) >= us(HOPELESS_AFTER)
            && self.under_way() as f64 > most
    }

    /// Waits until nothing is under way; gives what still is when the patience is over.
    async fn drain(&mut self) -> u64 {
        let until_us = self.now_us() + us(DRAIN.max(TIMEOUT));
        while !self.journeys.is_quiet() && self.now_us() < until_us && !self.stopper.stop.is_cancelled() {
            tokio::time::sleep(LOOK / 5).await;
            self.absorb();
        }
        self.absorb();
        self.under_way()
    }

    fn absorb(&mut self) {
        self.samples.absorb(self.journeys.recorder.swap());
    }

    fn under_way(&self) -> u64 {
        self.journeys.waiting() as u64 + self.journeys.in_flight()
    }

    fn judge(&self, course: &Course, watched: &Watched, unanswered: u64) -> Step {
        let flow = &watched.flow;
        let lasted_us = watched.closed_us.saturating_sub(watched.opened_us).max(1);
        let per_second = |count: u64| count as f64 * 1e6 / lasted_us as f64;
        // Arrivals are counted by when they were due, answers by when they were seen.
        let due_us = watched
            .closed_us
            .min(course.until_us)
            .saturating_sub(course.from_us)
            .max(1);
        let figures = self.samples.figures(None, false, None);
        let mean_us = mean_us(&figures.times);
        let requests_per_second = per_second(flow.finished);
        let slo: Vec<SloFigure> = self
            .plan
            .objectives
            .iter()
            .map(|objective| objective.judge(&self.samples))
            .collect();
        let judged_errors = self.plan.objectives.iter().any(Objective::speaks_of_errors);
        let mut troubles = flow.troubles(!judged_errors);
        if unanswered > 0 {
            troubles.push(format!("{unanswered} requests had no answer long after"));
        }
        let unjudged = slo.iter().filter(|figure| figure.judged.verdict == Verdict::NotJudged);
        troubles.extend(unjudged.map(|figure| format!("there was nothing to judge `{}` by", figure.judged.text)));
        let held = held(&troubles, &slo);
        let trust = self.trust(watched, lasted_us, held);
        Step {
            number: course.number,
            stage: course.stage,
            level: course.level,
            held,
            // What the load itself bent says nothing of the target.
            clear: is_clear(held, &slo) && trust.stamp != Stamp::Invalid,
            from_ms: course.begin_us / 1_000,
            lasted_ms: lasted_us / 1_000,
            cut_short: watched.cut_short,
            offered_per_second: flow.offered as f64 * 1e6 / due_us as f64,
            achieved: flow.achieved(),
            requests_per_second,
            requests_interval: Interval::around(requests_per_second, &rates(&watched.ended, course.batches)),
            success: flow.success(),
            response_ms: figures.times.percentiles().into(),
            mean_ms: mean_us / 1e3,
            concurrency: requests_per_second * mean_us / 1e6,
            unanswered,
            slo,
            troubles,
            trust,
        }
    }

    /// Users that were all busy are what an overload looks like; they bend a step only where the target was not overloaded.
    fn trust(&self, watched: &Watched, lasted_us: u64, held: Held) -> Trust {
        let mut trust = Trust::judge(&TrustFacts {
            lag_p99_us: watched.lag_p99_us,
            saturated_us: if held == Held::Overloaded {
                0
            } else {
                watched.saturated_us
            },
            lasted_us,
            samples_lost: watched.lost,
            clock_step_us: watched.clock_step_us,
            cpu_us: us(watched.cpu),
            cores: thread::available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX)),
            shares_cores: self.shares_cores,
            ..TrustFacts::default()
        });
        if let Some(reason) = restless(&watched.late) {
            trust.add(Stamp::Suspect, reason);
        }
        trust
    }
}

/// Why a step may tell more of the machine than of the target: the search looks at fixed moments and does next to nothing
/// there, so a look that comes late had to wait for a processor, as any request had to.
fn restless(late: &Tally) -> Option<String> {
    let late_us = late.percentile_us(LATE_SHARE);
    (late_us > LATE_US).then(|| {
        format!(
            "The machine was busy: one in twenty looks of the search's own came {} late or more.",
            unit::time(late_us)
        )
    })
}

/// What ended a second, in so many parts of equal count of looks.
fn rates(ended: &[(u64, u64)], parts: u16) -> Vec<f64> {
    let each = (ended.len().saturating_sub(1) / usize::from(parts.max(1))).max(1);
    let marks: Vec<&(u64, u64)> = ended.iter().step_by(each).collect();
    let between = |pair: &[&(u64, u64)]| {
        let (from, until) = (pair[0], pair[1]);
        (until.1 - from.1) as f64 * 1e6 / (until.0 - from.0).max(1) as f64
    };
    marks.windows(2).map(between).collect()
}

fn held(troubles: &[String], slo: &[SloFigure]) -> Held {
    if !troubles.is_empty() {
        Held::Overloaded
    } else if slo.iter().all(|figure| figure.judged.verdict == Verdict::Met) {
        Held::Kept
    } else {
        Held::Broken
    }
}

/// Kept beyond doubt is kept in every sentence so, broken beyond doubt in one; an overload leaves none.
fn is_clear(held: Held, slo: &[SloFigure]) -> bool {
    match held {
        Held::Kept => slo.iter().all(|figure| figure.clear),
        Held::Broken => slo
            .iter()
            .any(|figure| figure.clear && figure.judged.verdict == Verdict::Failed),
        Held::Overloaded => true,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use measure::tally::Tally;

    use super::{rates, restless, settle_of};

    #[test]
    fn late_looks_tell_of_a_busy_machine() {
        for (late, expected) in [(4, false), (6, true)] {
            let mut tally = Tally::default();
            tally.record_n(100, 100 - late);
            tally.record_n(30_000, late);
            assert_eq!(restless(&tally).is_some(), expected, "{late} of 100");
        }
        assert_eq!(restless(&Tally::default()), None);
    }

    #[test]
    fn rates_are_those_of_equal_parts() {
        let ended: Vec<(u64, u64)> = (0..=160).map(|look| (look * 50_000, look * 40)).collect();
        assert_eq!(rates(&ended, 10), [800.0; 10]);
        assert_eq!(rates(&ended[..1], 10), Vec::<f64>::new());
        assert_eq!(rates(&[], 10), Vec::<f64>::new());
    }

    #[test]
    fn a_fifth_settles_and_never_more_than_two_seconds() {
        for (step_ms, settle_ms) in [(1_000, 200), (10_000, 2_000), (60_000, 2_000)] {
            assert_eq!(
                settle_of(Duration::from_millis(step_ms)),
                Duration::from_millis(settle_ms)
            );
        }
    }
}
