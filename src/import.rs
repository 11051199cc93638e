//! `paydrill scenarios import HISTOGRAM`: a measured latency as the delay of a rule.

use std::{
    fs,
    io::{Read, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use measure::measurement::{self, MOST_BYTES, Measurement};
use scenarios::{
    distribution::Percentiles,
    edit::{percentiles_text, with_delay},
};

use crate::{
    cli::ImportOptions,
    failure::{Ending, usage},
    scenario,
};

pub(crate) fn run(options: &ImportOptions) -> anyhow::Result<Ending> {
    let bytes = read(&options.histogram)?;
    let measured = measurement::read(&bytes, &options.from, options.unit.map(Into::into))
        .map_err(|error| usage(format!("`{}`: {error}", options.histogram)))?;
    let points = points(&measured);
    let table = percentiles_text(&points);
    let mut out = std::io::stdout();
    let (Some(file), Some(rule)) = (&options.into, &options.rule) else {
        writeln!(out, "delay: {table}")?;
        return Ok(Ending::Good);
    };
    write_into(file, rule, &points)?;
    let values = measured.count();
    writeln!(
        out,
        "{file}: rule `{rule}` has the delay of {values} values\ndelay: {table}"
    )?;
    Ok(Ending::Good)
}

fn read(path: &str) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let outcome = if path == "-" {
        std::io::stdin().take(MOST_BYTES + 1).read_to_end(&mut bytes)
    } else {
        fs::File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
    };
    outcome.map_err(|error| usage(format!("`{path}` can't be read: {error}")))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(usage(format!(
            "`{path}` is larger than {} MiB: import a part of it",
            MOST_BYTES >> 20
        )));
    }
    Ok(bytes)
}

/// Every point that a table may have.
fn points(measured: &Measurement) -> Vec<(&'static str, Duration)> {
    let points = Percentiles::names().map(|(name, share)| {
        // Shares are whole millionths; a cast of a float saturates.
        (name, measured.at((share * 1e6).round() as u32))
    });
    points.collect()
}

/// Puts the table into the file: whole, or not at all.
fn write_into(file: &str, rule: &str, points: &[(&str, Duration)]) -> anyhow::Result<()> {
    let bytes = scenario::read(file)?;
    let text = str::from_utf8(&bytes).map_err(|_| usage(format!("`{file}` is not UTF-8 text")))?;
    let changed = with_delay(file, text, rule, points).map_err(|error| usage(format!("`{file}`: {error}")))?;
    replace(Path::new(file), &changed).map_err(|error| usage(format!("`{file}` can't be written: {error}")))
}

/// Writes beside the file and then takes its place, so that nobody ever reads half of it.
fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    // A link stays a link.
    let file = fs::canonicalize(file)?;
    let metadata = fs::metadata(&file)?;
    if metadata.permissions().readonly() {
        return Err(std::io::Error::new(
            std::io::ErrorKind::PermissionDenied,
            "it is read-only",
        ));
    }
    let beside = PathBuf::from(format!("{}.{}.partial", file.display(), std::process::id()));
    let written = fs::File::create_new(&beside).and_then(|mut partial| {
        partial.write_all(text.as_bytes())?;
        partial.set_permissions(metadata.permissions())?;
        partial.sync_all()
    });
    let outcome = written.and_then(|()| fs::rename(&beside, &file));
    if outcome.is_err() {
        let _not_there = fs::remove_file(&beside);
    }
    outcome
}
