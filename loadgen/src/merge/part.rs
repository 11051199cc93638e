//! One part's folder, and whether several are parts of one load.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

use measure::{snapshot::RunPlan, summary::Summary};
use scenarios::{Scenario, load::Segment};

use super::MergeError;
use crate::{
    recorded::SCENARIO,
    segment::{FORMAT, RECORD, Record},
};

/// One part, as its run folder tells.
#[derive(Debug)]
pub(super) struct PartOfLoad {
    pub(super) folder: PathBuf,
    pub(super) segment: Segment,
    pub(super) record: Record,
    pub(super) summary: Summary,
    text: String,
}

impl PartOfLoad {
    pub(super) fn read(folder: &Path) -> Result<Self, MergeError> {
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read_to_string(&path).map_err(|error| MergeError::File { path, error })
        };
        let wrong = |name: &str, line: usize, why: String| MergeError::Line {
            path: folder.join(name),
            line,
            why,
        };
        let record: Record =
            serde_json::from_str(&read(RECORD)?).map_err(|error| wrong(RECORD, error.line(), error.to_string()))?;
        if record.format > FORMAT {
            return Err(MergeError::Newer {
                path: folder.join(RECORD),
                found: record.format,
            });
        }
        let segment: Segment = record
            .segment
            .parse()
            .map_err(|error: scenarios::load::SegmentError| wrong(RECORD, 1, error.to_string()))?;
        let summary =
            Summary::from_json(&read("summary.json")?).map_err(|error| wrong("summary.json", 1, error.to_string()))?;
        Ok(Self {
            folder: folder.to_owned(),
            segment,
            record,
            summary,
            text: read(SCENARIO)?,
        })
    }

    /// The scenario, under the seed of the load.
    pub(super) fn scenario(&self) -> Result<Scenario, MergeError> {
        let mut scenario = scenarios::read(SCENARIO, &self.text).map_err(|problems| MergeError::Line {
            path: self.folder.join(SCENARIO),
            line: 1,
            why: problems.to_string(),
        })?;
        scenario.seed = self.record.plan.seed;
        Ok(scenario)
    }

    /// What all parts of one load have in common, in words.
    fn in_common(&self) -> [(&'static str, String); 8] {
        let Record { version, plan, .. } = &self.record;
        [
            ("the number of segments", self.segment.of().to_string()),
            ("the version", version.clone()),
            ("the seed", plan.seed.to_string()),
            ("the prefix", self.record.prefix.clone()),
            ("the start", format!("{} µs", self.record.start_us)),
            ("the scenario", fingerprint(&self.text)),
            ("the length", format!("{} ms", plan.arrivals_end_us / 1_000)),
            (
                "the number of planned arrivals",
                self.record.planned.unwrap_or_default().to_string(),
            ),
        ]
    }
}

/// Text that nobody wants to see whole in a message.
fn fingerprint(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("a text of {} bytes ({:016x})", text.len(), hasher.finish())
}

/// Refuses parts of different loads, and a part that is there twice. `parts` are sorted by segment.
pub(super) fn of_one_load(parts: &[PartOfLoad]) -> Result<(), MergeError> {
    for pair in parts.windows(2) {
        let [one, other] = pair else { continue };
        let differs = one.in_common().into_iter().zip(other.in_common());
        if let Some(((what, first), (_, second))) = differs.into_iter().find(|(its, others)| its != others) {
            return Err(MergeError::Differs {
                what,
                one: one.folder.clone(),
                first,
                other: other.folder.clone(),
                second,
            });
        }
        if one.segment == other.segment {
            return Err(MergeError::Twice {
                segment: one.segment.to_string(),
                one: one.folder.clone(),
                other: other.folder.clone(),
            });
        }
    }
    Ok(())
}

/// The plan of the whole load: that of any part, with the rate of all and the users of those that are there.
pub(super) fn plan_of_all(parts: &[PartOfLoad]) -> RunPlan {
    let first = parts.first().expect("the caller has refused to merge nothing");
    let mut targets: Vec<&str> = parts.iter().map(|part| part.record.plan.target.as_str()).collect();
    targets.sort_unstable();
    targets.dedup();
    let plan = &first.record.plan;
    let of_all = |rate: &f64| rate * f64::from(first.segment.of());
    RunPlan {
        target: targets.join(", "),
        target_per_second: plan.target_per_second.iter().map(of_all).collect(),
        users: parts
            .iter()
            .map(|part| part.record.plan.users)
            .fold(0, u32::saturating_add),
        ..plan.clone()
    }
}
