//! What is asked for, and what follows from it before anything runs.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use measure::{
    sample::Class,
    snapshot::{PhasePlan, RunPlan},
};
use rust_decimal::{Decimal, prelude::FromPrimitive as _};
use scenarios::{
    CallbackFault, Demand, Journey, Load, Rule, Scenario, Timeline, fault_words,
    load::{Schedule, Segment},
};
use tokio::time::Instant;

use crate::{LoadError, clock::micros, journey::POLLS, safety::Safety, tour::Feed};

/// The smallest pool: a burst is no reason to wait.
pub(crate) const USERS_MIN: u32 = 64;

/// The largest pool that is asked for by a rate.
pub(crate) const USERS_MAX: u32 = 4_096;

/// The largest pool that can be asked for, by name or as a crowd: 5,000 idle users are what a test of many customers
/// wants, and goose takes some seconds to start 20,000.
pub const USERS_MOST: u32 = 20_000;

/// The longest prefix: with the arrival's number it must fit a merchant's order number of 64 characters.
const PREFIX_MAX: usize = 40;

/// A load, as asked for.
pub struct Plan {
    /// What is played.
    pub scenario: Arc<Scenario>,
    /// Another length than the scenario's.
    pub length: Option<Duration>,
    /// Whom to drive, as `http://host:port`.
    pub target: String,
    /// The gateway's admin port, where it is known: with it orders are audited and rules compared.
    pub admin: Option<Admin>,
    /// Targets beside loopback that may be driven: addresses, networks or host names.
    pub allow_target: Vec<String>,
    /// The run folder; it exists.
    pub out: PathBuf,
    /// What order numbers start with.
    pub prefix: String,
    /// Where the gateway's journal is read.
    pub journal: JournalSource,
    /// Called with the planned instant of the first arrival, a little ahead of it.
    pub on_first_arrival: Option<Box<dyn FnOnce(Instant) + Send>>,
    /// Where it is set and the admin port is known, the gateway is given this scenario just before the first arrival.
    pub scenario_text: Option<String>,
    /// The fault that is ready to be turned on by hand, as a rule of a scenario file.
    pub fault: Option<String>,
    /// Index of the shop the load speaks for.
    pub shop: usize,
    /// The run that this one repeats.
    pub repeats: Option<Repeats>,
    /// Rows that journeys of one's own take values from.
    pub feed: Option<Feed>,
    /// The wallet's address, for shoppers of journeys of one's own; without it that of the page to pay at.
    pub wallet: Option<String>,
    /// Users in the pool; without it as many as the rate needs when every request takes the client's whole time-out.
    pub users: Option<u32>,
    /// Its own limits.
    pub safety: Safety,
    /// Which part of the load this one is, and when all parts begin; without it, the whole and at once.
    pub part: Option<Part>,
}

/// A part of a load that other processes share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its arrivals.
    pub segment: Segment,
    /// The planned instant of the load's first arrival, whichever part has it, microseconds since the Unix epoch.
    pub start_us: u64,
}

/// What a load must know to repeat an earlier run: what time did to it, this load does by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repeats {
    /// Arrivals whose opening never reached the wallet then, and how it ended: it is not sent now.
    pub unsent: BTreeMap<u32, Class>,
}

/// A gateway's admin port.
#[derive(Clone)]
pub struct Admin {
    /// As `http://host:port`.
    pub url: String,
    /// Its token, where it wants one.
    pub token: Option<String>,
}

/// Where the gateway's journal is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JournalSource {
    /// The gateway writes this file.
    File(PathBuf),
    /// It is fetched from the admin port and written into the run folder.
    Admin,
    /// Nowhere.
    None,
}

impl Plan {
    /// The arrivals it makes.
    pub(crate) fn segment(&self) -> Segment {
        self.part.map_or(Segment::WHOLE, |part| part.segment)
    }

    /// Whether it does what is done once for a load, however many parts it has.
    pub(crate) fn is_first(&self) -> bool {
        self.segment().is_first()
    }
}

/// What follows from a plan.
pub(crate) struct Layout {
    pub(crate) timeline: Timeline,
    pub(crate) schedule: Schedule,
    pub(crate) users: u32,
    /// The highest rate of arrivals, per second; 0 for a crowd.
    pub(crate) fastest: Decimal,
    /// From the first to the last copy of a callback, at most.
    pub(crate) longest_spread: Duration,
    pub(crate) run: Arc<RunPlan>,
}

impl Layout {
    /// Lays out a plan on its timeline; `timeout` is the client's.
    pub(crate) fn new(plan: &Plan, timeout: Duration) -> Result<Self, LoadError> {
        check_prefix(&plan.prefix)?;
        let scenario = &plan.scenario;
        let timeline = Timeline::new(scenario, plan.length);
        let segment = plan.segment();
        let schedule = Schedule::over(&scenario.load, scenario.seed, &timeline).segment(segment);
        let users = plan.users.map_or_else(
            || users_for(&scenario.load, &schedule, segment, timeout),
            |users| users.max(1),
        );
        let fastest = fastest(&scenario.load, &schedule, segment);
        plan.safety.check(fastest, timeline.end(), users)?;
        let run = RunPlan {
            users,
            ..Self::described(scenario, &timeline, &schedule, &plan.target)
        };
        Ok(Self {
            timeline,
            schedule,
            users,
            fastest,
            longest_spread: longest_spread(scenario),
            run: Arc::new(run),
        })
    }

    /// What does not change while a scenario is played, whoever plays it.
    pub(crate) fn described(scenario: &Scenario, timeline: &Timeline, schedule: &Schedule, target: &str) -> RunPlan {
        let phases = timeline.phases().map(|phase| {
            let (from, until) = timeline.bounds(phase);
            PhasePlan {
                name: timeline.name(phase).to_owned(),
                from_us: micros(from),
                until_us: micros(until),
                faults: fault_words(scenario, phase),
            }
        });
        RunPlan {
            scenario: scenario.name.clone(),
            seed: scenario.seed,
            target: target.to_owned(),
            phases: phases.collect(),
            arrivals_end_us: micros(timeline.end()),
            drain_us: micros(scenario.load.drain),
            target_per_second: schedule.offered_per_second(),
            users: 0,
        }
    }

    /// The names of phases by the index of samples, with what comes after the last.
    pub(crate) fn phase_names(&self) -> Vec<String> {
        self.timeline
            .phases()
            .chain([self.timeline.after()])
            .map(|phase| self.timeline.name(phase).to_owned())
            .collect()
    }
}

pub(crate) fn check_prefix(prefix: &str) -> Result<(), LoadError> {
    let fits = (1..=PREFIX_MAX).contains(&prefix.len()) && prefix.bytes().all(|byte| byte.is_ascii_graphic());
    if fits {
        Ok(())
    } else {
        Err(LoadError::Prefix {
            prefix: prefix.to_owned(),
            max: PREFIX_MAX,
        })
    }
}

/// By Little's law: the highest rate times the longest a request may take. Any target may hang for that long, whatever
/// the scenario says, and a pool that is too small is a closed model in disguise. A crowd is its own pool. Of both a
/// segment has its share.
fn users_for(load: &Load, schedule: &Schedule, segment: Segment, timeout: Duration) -> u32 {
    if let Demand::Users(crowd) = &load.demand {
        return u32::try_from(segment.share(crowd.users.into())).unwrap_or(crowd.users);
    }
    let needed = fastest(load, schedule, segment) * Decimal::from(timeout.as_secs()) * overlap(load);
    u32::try_from(needed.ceil())
        .unwrap_or(USERS_MAX)
        .clamp(USERS_MIN, USERS_MAX)
}

/// The highest rate of arrivals, per second: as the load says it or, for recorded ones, as they come. A crowd has none.
fn fastest(load: &Load, schedule: &Schedule, segment: Segment) -> Decimal {
    let stretches = match &load.demand {
        Demand::Users(_) => return Decimal::ZERO,
        Demand::Arrivals(stretches) => stretches,
    };
    let busiest = || schedule.offered_per_second().into_iter().fold(0.0, f64::max);
    let share = |rate: Decimal| rate / Decimal::from(segment.of());
    let rates = stretches.iter().map(|stretch| match stretch.flow.highest() {
        Some(highest) => Some(share(highest)),
        None => Decimal::from_f64(busiest()),
    });
    rates.flatten().max().unwrap_or_default()
}

/// Requests of one arrival that a hanging target holds at once, on average: a shop that polls goes on asking.
fn overlap(load: &Load) -> Decimal {
    let storms = load
        .journeys
        .iter()
        .filter(|(journey, _)| *journey == Journey::QueryStorm);
    let share = storms.map(|(_, share)| Decimal::from(share.num) / Decimal::from(share.den));
    Decimal::ONE + share.sum::<Decimal>() * Decimal::from(POLLS)
}

fn longest_spread(scenario: &Scenario) -> Duration {
    let spread = |rule: &Rule| match rule.callback {
        Some(CallbackFault::Duplicate { spread, .. }) => Some(spread),
        Some(
            CallbackFault::Drop
            | CallbackFault::Delay(_)
            | CallbackFault::Reorder { .. }
            | CallbackFault::Forge(_)
            | CallbackFault::Tamper(_)
            | CallbackFault::Stale(_)
            | CallbackFault::Downgrade
            | CallbackFault::Early
            | CallbackFault::Hold
            | CallbackFault::Release { .. },
        )
        | None => None,
    };
    scenario.rules.iter().filter_map(spread).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::{path::PathBuf, sync::Arc, time::Duration};

    use scenarios::load::Segment;

    use super::{JournalSource, Layout, Part, Plan, Safety};
    use crate::testing::scenario;

    const TIMEOUT: Duration = Duration::from_secs(10);

    fn plan(prefix: &str, users: Option<u32>, length: Option<u64>) -> Plan {
        Plan {
            scenario: scenario(),
            length: length.map(Duration::from_secs),
            target: "http://127.0.0.1:1".to_owned(),
            admin: None,
            allow_target: Vec::new(),
            out: PathBuf::new(),
            prefix: prefix.to_owned(),
            journal: JournalSource::None,
            on_first_arrival: None,
            fault: None,
            scenario_text: None,
            shop: 0,
            repeats: None,
            feed: None,
            wallet: None,
            users,
            safety: Safety::default(),
            part: None,
        }
    }

    #[test]
    fn the_pool_holds_what_a_hanging_target_would_hold() {
        for (rate, users) in [("1/s", 64), ("6.45/s", 65), ("200/s", 2_000), ("1000/s", 4_096)] {
            let text = format!("name: test\nload: {{arrivals: [{{constant: {rate}}}, {{constant: 0.5/s}}]}}\n");
            let read = scenarios::read("test.yaml", &text).unwrap_or_else(|problems| panic!("{problems:?}"));
            let layout = Layout::new(
                &Plan {
                    scenario: Arc::new(read),
                    ..plan("T", None, None)
                },
                TIMEOUT,
            )
            .unwrap();
            assert_eq!(layout.users, users, "{rate}");
        }
        assert_eq!(Layout::new(&plan("T", Some(3), None), TIMEOUT).unwrap().users, 3);
    }

    #[test]
    fn a_segment_has_its_share() {
        for (load, of, users, offered) in [
            ("arrivals: [{constant: 300/s}]", 3, vec![1_000; 3], 100.0),
            ("arrivals: [{poisson: 300/s}]", 3, vec![1_000; 3], 100.0),
            ("users: 8", 3, vec![3, 3, 2], 0.0),
        ] {
            let text = format!("name: test\nload: {{{load}}}\n");
            let read = Arc::new(scenarios::read("test.yaml", &text).unwrap_or_else(|problems| panic!("{problems:?}")));
            for (segment, users) in Segment::all(of).zip(users) {
                let part = Some(Part { segment, start_us: 0 });
                let scenario = read.clone();
                let layout = Layout::new(
                    &Plan {
                        scenario,
                        part,
                        ..plan("T", None, Some(10))
                    },
                    TIMEOUT,
                );
                let layout = layout.unwrap();
                assert_eq!(layout.users, users, "{load} {segment}");
                let target = layout.run.target_per_second.first().copied().unwrap_or_default();
                assert!((target - offered).abs() < 1e-9, "{load} {segment}: {target}");
            }
        }
    }

    #[test]
    fn a_plan_is_laid_out_on_its_timeline() {
        let layout = Layout::new(&plan("T", None, Some(20)), TIMEOUT).unwrap();
        let phases: Vec<_> = layout
            .run
            .phases
            .iter()
            .map(|phase| (phase.name.as_str(), phase.from_us, phase.until_us))
            .collect();
        let s = 1_000_000;
        let expected = [
            ("calm", 0, 5 * s),
            ("faulty", 5 * s, 10 * s),
            ("outage", 10 * s, 15 * s),
            ("again", 15 * s, 20 * s),
        ];
        assert_eq!(phases, expected);
        assert_eq!((layout.run.arrivals_end_us, layout.run.drain_us), (20 * s, 5 * s));
        assert_eq!(layout.run.target_per_second, vec![10.0; 20]);
        assert_eq!(layout.phase_names(), ["calm", "faulty", "outage", "again", "after"]);
        assert_eq!(layout.run.phases[1].faults[0], "busy 20%");
        assert_eq!(layout.run.phases[2].faults, ["refuse"]);
    }

    #[test]
    fn a_prefix_must_leave_room_for_the_number() {
        for (prefix, fits) in [("T", true), ("", false), ("a b", false), ("é", false)] {
            assert_eq!(
                Layout::new(&plan(prefix, None, None), TIMEOUT).is_ok(),
                fits,
                "{prefix:?}"
            );
        }
        assert!(Layout::new(&plan(&"x".repeat(40), None, None), TIMEOUT).is_ok());
        assert!(Layout::new(&plan(&"x".repeat(41), None, None), TIMEOUT).is_err());
    }
}
