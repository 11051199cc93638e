//! Percentiles as tools of HdrHistogram print them, in columns or as CSV, and plain lists of times.

use std::collections::BTreeMap;

use super::{Measurement, MeasurementError, Unit};

pub(super) fn read(text: &str, unit: Unit) -> Result<Measurement, MeasurementError> {
    let rows = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    let rows = rows.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let mut rows = rows.map(|(line, row)| Row::read(line, row)).peekable();
    // A head of names.
    rows.next_if(|row| row.is_err());
    let rows: Vec<Row<'_>> = rows.collect::<Result<_, _>>()?;
    match rows.first() {
        Some(Row { count: Some(_), .. }) => distribution(&rows, unit),
        Some(Row { count: None, .. }) => list(&rows, unit),
        None => Ok(Measurement::default()),
    }
}

/// A row: a time, and in a distribution how many values are at most this.
struct Row<'t> {
    line: usize,
    text: &'t str,
    time: f64,
    count: Option<u64>,
}

impl<'t> Row<'t> {
    fn read(line: usize, text: &'t str) -> Result<Self, MeasurementError> {
        let mut columns = text.split([' ', '\t', ',', ';']).filter(|column| !column.is_empty());
        let time = columns.next().and_then(|column| column.trim_matches('"').parse().ok());
        let time = time.filter(|time: &f64| time.is_finite() && *time >= 0.0);
        let row = |time, count| Self {
            line,
            text,
            time,
            count,
        };
        let (percentile, count) = (columns.next(), columns.next());
        match (time, percentile, count.map(str::parse::<u64>)) {
            (Some(time), None, None) => Ok(row(time, None)),
            (Some(time), Some(_), Some(Ok(count))) => Ok(row(time, Some(count))),
            (_, _, _) => Err(no_row(line, text)),
        }
    }

    fn nanos(&self, unit: Unit) -> u64 {
        // A cast of a float saturates.
        (self.time * unit.nanos() as f64).round() as u64
    }
}

fn distribution(rows: &[Row<'_>], unit: Unit) -> Result<Measurement, MeasurementError> {
    let mut measurement = Measurement::default();
    for row in rows {
        let count = row.count.ok_or_else(|| no_row(row.line, row.text))?;
        let nanos = row.nanos(unit);
        if let Some((before, so_far)) = measurement.rows.last()
            && (*before > nanos || *so_far > count)
        {
            return Err(MeasurementError::Falls { line: row.line });
        }
        measurement.rows.push((nanos, count));
    }
    measurement.rows.retain(|(_, count)| *count > 0);
    measurement.shortest = measurement.rows.first().map_or(0, |(nanos, _)| *nanos);
    Ok(measurement)
}

fn list(rows: &[Row<'_>], unit: Unit) -> Result<Measurement, MeasurementError> {
    let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
    for row in rows {
        if row.count.is_some() {
            return Err(no_row(row.line, row.text));
        }
        *counts.entry(row.nanos(unit)).or_default() += 1;
    }
    let shortest = counts.keys().next().copied().unwrap_or_default();
    Ok(Measurement::of(&counts, shortest))
}

fn no_row(line: usize, text: &str) -> MeasurementError {
    MeasurementError::Line {
        line,
        text: text
            .chars()
            .filter(|letter| !letter.is_control())
            .take(LONGEST_QUOTE)
            .collect(),
    }
}

const LONGEST_QUOTE: usize = 60;
