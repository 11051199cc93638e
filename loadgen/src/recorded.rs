//! What a run folder must hold so that the run can be repeated, and reading it back: the scenario's text, how it was
//! played, every decision of its journal, and the fate of each order.
//!
//! | file | owns |
//! |---|---|
//! | `scenario.yaml` | the scenario as it was read |
//! | `trace.csv` | recorded arrivals, where its load wants them |
//! | `rerun.json` | seed, length, prefix and users of the run |
//! | `journal.jsonl`, `orders.jsonl` | decisions; fates |

mod error;

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufRead, BufReader},
    path::Path,
    time::Duration,
};

use measure::sample::Class;
use protocol::admin::{JournalLine, RuleHit};
use scenarios::{
    Hit, Hits, Operation, RuleId, Scenario, Script, Subject, Timeline,
    load::Trace,
    script::{About, Recorded, RecordedEnd},
};
use serde::{Deserialize, Serialize};

pub use self::error::RecordedError;
use crate::{clock::micros, plan::Repeats};

/// The version of `rerun.json`; readers refuse a larger one.
const FORMAT: u32 = 1;
pub(crate) const SCENARIO: &str = "scenario.yaml";
const RERUN: &str = "rerun.json";
const TRACE: &str = "trace.csv";
/// Bytes of one line of a journal, at most: a line holds two bodies of 64 KiB at worst.
pub(crate) const LONGEST_LINE: u64 = 1 << 20;

/// How a run was played.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Played {
    /// The version of the format.
    format: u32,
    /// The seed of every draw.
    pub seed: u64,
    /// Another length than the scenario's, microseconds.
    pub for_us: Option<u64>,
    /// What order numbers start with.
    pub prefix: String,
    /// Users in the pool, where somebody chose.
    pub users: Option<u32>,
    /// What was done to the load by hand meanwhile, in words; with any of it the run cannot be repeated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    steered: Vec<String>,
}

/// A run that can be repeated.
#[derive(Debug)]
pub struct RecordedRun {
    /// How it was played.
    pub played: Played,
    /// The scenario's text.
    pub text: String,
    /// The scenario, under the seed of the run.
    pub scenario: Scenario,
    /// The text of its recorded arrivals.
    pub trace: Option<String>,
    /// Every decision.
    pub script: Script,
    /// What time did to the load.
    pub repeats: Repeats,
    /// What became of each order.
    pub fates: Fates,
}

/// What became of each order: how its opening ended for the shop, what the ledger says, and its callback, in the words of
/// `orders.jsonl`.
pub type Fates = BTreeMap<String, String>;

impl Played {
    /// A run of a scenario.
    pub fn new(seed: u64, length: Option<Duration>, prefix: &str, users: Option<u32>) -> Self {
        Self {
            format: FORMAT,
            seed,
            for_us: length.map(micros),
            prefix: prefix.to_owned(),
            users,
            steered: Vec::new(),
        }
    }

    /// Writes down in a folder what was done to its load by hand; a folder that nobody can repeat anyway is left alone.
    ///
    /// # Errors
    /// Where its `rerun.json` cannot be read or written.
    pub(crate) fn steered(folder: &Path, acts: Vec<String>) -> Result<(), RecordedError> {
        if acts.is_empty() || !folder.join(RERUN).exists() {
            return Ok(());
        }
        let played = Self {
            steered: acts,
            ..Self::read(folder)?
        };
        played.write(folder)
    }

    fn read(folder: &Path) -> Result<Self, RecordedError> {
        let json = read(folder, RERUN)?;
        let played: Self = serde_json::from_str(&json).map_err(|error| RecordedError::Line {
            path: folder.join(RERUN),
            line: error.line(),
            why: error.to_string(),
        })?;
        if played.format > FORMAT {
            return Err(RecordedError::Newer { found: played.format });
        }
        Ok(played)
    }

    fn write(&self, folder: &Path) -> Result<(), RecordedError> {
        let json = serde_json::to_vec_pretty(self).expect("numbers and text are JSON");
        write(folder, RERUN, &json)
    }

    /// Another length than the scenario's.
    pub fn length(&self) -> Option<Duration> {
        self.for_us.map(Duration::from_micros)
    }

    /// Keeps what is needed to repeat a run, before it starts.
    ///
    /// # Errors
    /// Where the folder cannot be written.
    pub fn keep(&self, folder: &Path, scenario: &str, trace: Option<&str>) -> Result<(), RecordedError> {
        keep_scenario(folder, scenario)?;
        if let Some(trace) = trace {
            write(folder, TRACE, trace.as_bytes())?;
        }
        self.write(folder)
    }
}

impl RecordedRun {
    /// Reads a run folder.
    ///
    /// # Errors
    /// Where a file is missing or wrong, or the run was meddled with.
    pub fn read(folder: &Path) -> Result<Self, RecordedError> {
        let (played, text, scenario) = played(folder)?;
        if scenario.load.crowd().is_some() {
            return Err(RecordedError::Crowd);
        }
        if !played.steered.is_empty() {
            return Err(RecordedError::Steered(played.steered));
        }
        let timeline = Timeline::new(&scenario, played.length());
        let script = script(&folder.join("journal.jsonl"), &scenario, &timeline)?;
        let orders = orders(&folder.join("orders.jsonl"))?;
        let repeats = repeats(&orders, &scenario, &script);
        let fates = orders
            .into_iter()
            .map(|order| (order.number.clone(), order.fate()))
            .collect();
        // What `played` has read a moment ago.
        let trace = scenario
            .load
            .wants_trace()
            .then(|| fs::read_to_string(folder.join(TRACE)));
        let trace = trace.and_then(Result::ok);
        Ok(Self {
            played,
            text,
            scenario,
            trace,
            script,
            repeats,
            fates,
        })
    }

    /// How the fates of another run of the same orders differ: one sentence for each order.
    pub fn differences(&self, other: &Fates) -> Vec<String> {
        let nothing = "no such order".to_owned();
        let numbers: std::collections::BTreeSet<&String> = self.fates.keys().chain(other.keys()).collect();
        let pairs = numbers.into_iter().map(|number| {
            let of = |fates: &Fates| fates.get(number).unwrap_or(&nothing).clone();
            (number, of(&self.fates), of(other))
        });
        let differ = pairs.filter(|(_, then, now)| then != now);
        differ
            .map(|(number, then, now)| format!("{number}: then {then}, now {now}"))
            .collect()
    }
}

/// Keeps the scenario alone: a part of a load is merged, not repeated.
///
/// # Errors
/// Where the folder cannot be written.
pub fn keep_scenario(folder: &Path, scenario: &str) -> Result<(), RecordedError> {
    write(folder, SCENARIO, scenario.as_bytes())
}

fn read(folder: &Path, name: &str) -> Result<String, RecordedError> {
    let path = folder.join(name);
    fs::read_to_string(&path).map_err(|error| RecordedError::File { path, error })
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), RecordedError> {
    let path = folder.join(name);
    fs::write(&path, bytes).map_err(|error| RecordedError::File { path, error })
}

/// How a folder's run was played, and its scenario.
///
/// # Errors
/// Where a file is missing or wrong.
pub fn played(folder: &Path) -> Result<(Played, String, Scenario), RecordedError> {
    let played = Played::read(folder)?;
    let text = read(folder, SCENARIO)?;
    let mut scenario = scenarios::read(SCENARIO, &text).map_err(RecordedError::Scenario)?;
    scenario.seed = played.seed;
    if scenario.load.wants_trace() {
        scenario.load.give_trace(&Trace::parse(&read(folder, TRACE)?)?);
    }
    Ok((played, text, scenario))
}

fn script(path: &Path, scenario: &Scenario, timeline: &Timeline) -> Result<Script, RecordedError> {
    let mut script = Script::default();
    each_line(path, |number, line: JournalLine| {
        let operation = Operation::ALL.into_iter().find(|known| known.word() == line.operation);
        let (Some(operation), Some(phase)) = (operation, timeline.index_of(&line.phase)) else {
            return Ok(());
        };
        let reason = line.reason.as_deref().unwrap_or_default();
        let end = if reason.starts_with("overload_") {
            RecordedEnd::Overloaded
        } else if reason.starts_with("phase_refuses") {
            RecordedEnd::Reset
        } else {
            RecordedEnd::AsDecided
        };
        // What never became a decision leaves none to be forced.
        if line.attempt == 0 || (line.decision.is_none() && end != RecordedEnd::Overloaded) {
            return Ok(());
        }
        let about = About {
            shop: line.shop,
            operation,
            subject: &line.subject,
            attempt: line.attempt,
        };
        let hits = hits(number, &line, scenario)?;
        script.record(&about, Recorded { phase, hits, end })?;
        Ok(())
    })?;
    Ok(script)
}

fn hits(number: usize, line: &JournalLine, scenario: &Scenario) -> Result<Hits, RecordedError> {
    let Some(rules) = &line.rules else {
        return Ok(Hits::default());
    };
    let hit = |named: &Option<RuleHit>| {
        let Some(RuleHit { rule, name, draw }) = named else {
            return Ok(None);
        };
        match scenario.rules.get(usize::from(*rule)) {
            Some(known) if known.label == *name => Ok(Some(Hit {
                rule: RuleId(*rule),
                draw: *draw,
            })),
            Some(_) | None => Err(RecordedError::Meddled {
                line: number,
                rule: name.clone(),
            }),
        }
    };
    Ok(Hits {
        outcome: hit(&rules.outcome)?,
        delay: hit(&rules.delay)?,
        callback: hit(&rules.callback)?,
    })
}

/// One line of `orders.jsonl`, as far as fates go.
#[derive(Deserialize)]
struct OrderLine {
    number: String,
    open: String,
    open_detail: Option<String>,
    ledger: Option<String>,
    callback: Option<String>,
}

impl OrderLine {
    /// `opened paid acknowledged`, `hidden reset none`.
    fn fate(self) -> String {
        let hidden = self.open_detail.filter(|_| self.open == "hidden");
        let parts = [Some(self.open), hidden, self.ledger, self.callback];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.join(" ")
    }
}

/// What became of each order of a run, from its `orders.jsonl`.
///
/// # Errors
/// Where the file is missing or wrong.
pub fn fates(path: &Path) -> Result<Fates, RecordedError> {
    let orders = orders(path)?.into_iter();
    Ok(orders.map(|order| (order.number.clone(), order.fate())).collect())
}

fn orders(path: &Path) -> Result<Vec<OrderLine>, RecordedError> {
    let mut orders = Vec::new();
    each_line(path, |_, line: OrderLine| {
        orders.push(line);
        Ok(())
    })?;
    Ok(orders)
}

/// Openings of which the shop heard nothing and the journal knows nothing never reached the wallet.
fn repeats(orders: &[OrderLine], scenario: &Scenario, script: &Script) -> Repeats {
    let shop = scenario.shops.first().map_or(0, |shop| shop.id);
    let unsent = (0_u32..).zip(orders).filter_map(|(seq, order)| {
        let class = order.open_detail.as_deref().filter(|_| order.open == "hidden")?;
        let class = Class::ALL.into_iter().find(|known| known.word() == class)?;
        let number = Subject::Number(&order.number);
        let opened_by = |operation| script.find(shop, operation, number, 1).is_some();
        let reached = [Operation::PayLink, Operation::Transfer].into_iter().any(opened_by);
        (!reached).then_some((seq, class))
    });
    Repeats {
        unsent: unsent.collect(),
    }
}

pub(crate) fn each_line<T: for<'de> Deserialize<'de>>(
    path: &Path,
    mut take: impl FnMut(usize, T) -> Result<(), RecordedError>,
) -> Result<(), RecordedError> {
    let file_error = |error| RecordedError::File {
        path: path.to_owned(),
        error,
    };
    let mut file = BufReader::new(File::open(path).map_err(file_error)?);
    let mut text = Vec::new();
    for number in 1.. {
        text.clear();
        let read = io::Read::take(&mut file, LONGEST_LINE).read_until(b'\n', &mut text);
        if read.map_err(file_error)? == 0 {
            break;
        }
        let line = serde_json::from_slice(&text).map_err(|error| RecordedError::Line {
            path: path.to_owned(),
            line: number,
            why: error.to_string(),
        })?;
        take(number, line)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{env::temp_dir, fs, process};

    use super::{Played, RecordedError, RecordedRun};

    #[test]
    fn a_run_whose_load_was_steered_is_not_repeated() {
        let folder = temp_dir().join(format!("paydrill-steered-{}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        let played = Played::new(1, None, "T", None);
        played.keep(&folder, "name: x\n", None).unwrap();
        let plain = fs::read_to_string(folder.join("rerun.json")).unwrap();
        Played::steered(&folder, Vec::new()).unwrap();
        assert_eq!(fs::read_to_string(folder.join("rerun.json")).unwrap(), plain);
        Played::steered(&folder, vec!["rate 110 %".to_owned()]).unwrap();
        let refused = RecordedRun::read(&folder).unwrap_err();
        fs::remove_dir_all(&folder).unwrap();
        assert!(
            matches!(&refused, RecordedError::Steered(acts) if acts == &["rate 110 %"]),
            "{refused}"
        );
        // A folder of `paydrill load` has none of this.
        Played::steered(&folder, vec!["rate 110 %".to_owned()]).unwrap();
    }
}
