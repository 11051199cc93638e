//! Histograms of successes by response and by service time, whose buckets are the rows of the heat map.
//!
//! A picture keeps ten minutes of seconds. So the counts begin anew with every ten minutes of a run, which a scraper takes
//! for a restart and adds up rightly, but for what ends between its last look and the new begin. Sums are not known, so
//! there is neither `_sum` nor `_count`, as the standard asks; written by hand, since the library cannot leave them out.

use std::{
    collections::BTreeMap,
    fmt::{Result, Write},
};

use measure::snapshot::{HEAT_ROWS_US, OperationSecond, SECONDS_KEPT, Snapshot};

use super::seconds;
use crate::figures::clean;

type Rows = [u64; HEAT_ROWS_US.len()];

/// Writes the families.
pub(super) fn write(page: &mut String, snapshot: &Snapshot) -> Result {
    let mut response = BTreeMap::new();
    let mut service = BTreeMap::new();
    let mut journeys = BTreeMap::new();
    for operation in of_these_minutes(snapshot) {
        let Some(figures) = snapshot.operations.get(usize::from(operation.operation)) else {
            continue;
        };
        if figures.journey {
            add(&mut journeys, &figures.name, &operation.heat);
        } else {
            add(&mut response, &figures.name, &operation.heat);
            add(&mut service, &figures.name, &operation.service_heat);
        }
    }
    family(
        page,
        "response",
        "Successes by response time, from the intended start",
        &response,
    )?;
    family(page, "service", "Successes by service time, from the send", &service)?;
    family(
        page,
        "journey",
        "Journeys that succeeded, from the arrival to their end",
        &journeys,
    )
}

/// What ended since the last full ten minutes.
fn of_these_minutes(snapshot: &Snapshot) -> impl Iterator<Item = &OperationSecond> {
    let block = |second: u32| second / SECONDS_KEPT as u32;
    let last = snapshot.seconds.last().map(|second| block(second.second));
    let seconds = snapshot.seconds.iter();
    let these = seconds.filter(move |second| Some(block(second.second)) == last);
    these.flat_map(|second| &second.operations)
}

fn add<'s>(all: &mut BTreeMap<&'s str, Rows>, name: &'s str, heat: &[u32; HEAT_ROWS_US.len()]) {
    let rows = all.entry(name).or_default();
    for (row, count) in rows.iter_mut().zip(heat) {
        *row += u64::from(*count);
    }
}

fn family(page: &mut String, name: &str, help: &str, all: &BTreeMap<&str, Rows>) -> Result {
    let name = format!("paydrill_load_{name}_seconds");
    writeln!(
        page,
        "# HELP {name} {help}.\n# TYPE {name} histogram\n# UNIT {name} seconds"
    )?;
    for (operation, rows) in all {
        let operation = escaped(operation);
        let mut below = 0;
        for (count, border_us) in rows.iter().zip(HEAT_ROWS_US) {
            below += count;
            let border = if border_us == u64::MAX {
                "+Inf".to_owned()
            } else {
                format!("{:?}", seconds(border_us))
            };
            writeln!(
                page,
                "{name}_bucket{{operation=\"{operation}\",le=\"{border}\"}} {below}"
            )?;
        }
    }
    Ok(())
}

/// A foreign word as a label's value: journeys of one's own have names of one's own.
fn escaped(text: &str) -> String {
    clean(text).replace('\\', "\\\\").replace('"', "\\\"")
}
