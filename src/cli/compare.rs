//! Options of `paydrill compare`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use super::Printing;

/// Examples and exit codes.
pub(super) const HELP: &str = "Examples:\n  paydrill compare paydrill-runs/before paydrill-runs/after\n  \
                            paydrill compare paydrill-runs/main --save-baseline main\n  \
                            paydrill compare paydrill-runs/mine --baseline main --fail-on-regression 5%\n\n\
                            Exit codes: 0 compared, 99 a regression, 2 usage or runs that cannot be compared.";

#[derive(Debug, Args)]
#[command(
    override_usage = "paydrill compare [OPTIONS] <RUN> <RUN>\n       paydrill compare [OPTIONS] <RUN> --baseline <NAME>\n       \
                      paydrill compare [OPTIONS] <RUN> --save-baseline <NAME>"
)]
#[command(group(ArgGroup::new("other").required(true).args(["after", "baseline", "save_baseline"])))]
pub(crate) struct CompareOptions {
    /// A run folder: the earlier of two, or the one held against a baseline
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// The later run's folder
    #[arg(value_name = "RUN")]
    pub(crate) after: Option<PathBuf>,
    /// Hold RUN against the baseline of this name
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub(crate) baseline: Option<String>,
    /// Keep RUN as the baseline of this name, in place of the one there was
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub(crate) save_baseline: Option<String>,
    /// Where baselines are kept
    #[arg(long, value_name = "DIR", default_value = "paydrill-runs/baselines")]
    pub(crate) baselines: PathBuf,
    /// Exit with 99 where a time got longer by more than this share, or errors more, and it is no chance
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub(crate) fail_on_regression: Option<f64>,
    /// A time that changes by less does not matter (default 5%, or --fail-on-regression if that is less)
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub(crate) min_effect: Option<f64>,
    /// Nor does one that changes by less than this
    #[arg(long, value_name = "DURATION", value_parser = milliseconds, default_value = "1ms")]
    pub(crate) min_time: f64,
    #[command(flatten)]
    pub(crate) print: Printing,
}

/// Reads `5%` or `0.5%` as a share.
fn share(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').and_then(|number| number.parse::<f64>().ok());
    match number {
        Some(number) if (0.0..=1_000.0).contains(&number) => Ok(number / 100.0),
        Some(_) | None => Err("write a share from 0% to 1000%, such as 5%".to_owned()),
    }
}

/// Reads `500us`, `1ms` or `2s` as milliseconds.
fn milliseconds(text: &str) -> Result<f64, String> {
    let units = [("us", 0.001), ("ms", 1.0), ("s", 1_000.0)];
    let found = units.into_iter().find_map(|(unit, ms)| {
        let number = text.strip_suffix(unit)?.parse::<f64>().ok()?;
        (number >= 0.0 && number.is_finite()).then_some(number * ms)
    });
    found.ok_or_else(|| "write a number and a unit, such as 500us, 1ms or 2s".to_owned())
}

/// A baseline is a folder of this name.
fn name(text: &str) -> Result<String, String> {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if (1..=64).contains(&text.len()) && text.chars().all(good) && !text.starts_with('.') {
        Ok(text.to_owned())
    } else {
        Err("1 to 64 letters, digits, `-`, `_` or `.`, not starting with `.`".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_times_and_names() {
        for (text, expected) in [
            ("5%", Some(0.05)),
            ("0%", Some(0.0)),
            ("5", None),
            ("-1%", None),
            ("NaN%", None),
        ] {
            assert_eq!(share(text).ok(), expected, "{text}");
        }
        for (text, expected) in [
            ("500us", Some(0.5)),
            ("1ms", Some(1.0)),
            ("2s", Some(2_000.0)),
            ("1", None),
            ("infs", None),
        ] {
            assert_eq!(milliseconds(text).ok(), expected, "{text}");
        }
        for (text, good) in [
            ("main", true),
            ("v1.2-rc_3", true),
            ("..", false),
            ("a/b", false),
            ("", false),
        ] {
            assert_eq!(name(text).is_ok(), good, "{text}");
        }
    }
}
