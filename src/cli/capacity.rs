//! Options of the search for a limit.

use std::{path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};

use super::{Format, duration, prefix};

pub(super) const HELP: &str = "\
Examples:
  paydrill capacity --by rate --slo 'p99<300ms' --target http://127.0.0.1:8080
  paydrill capacity my.yaml --by users --slo 'p99<300ms' --slo 'errors<1%'
  paydrill capacity my.yaml --by rate --slo 'p95<100ms' --at-least 500/s --format json | tail -n 1 | jq .

The level doubles until it breaks the objective, the bracket is halved, and the highest level that was kept is held for
a minute more. Response times count from the intended start. A step that piles up work, or answers less than 98 % of what
was asked for, breaks whatever the objective says.

Exit codes: 0 found, 99 nothing keeps the objective or less than --at-least, 98 the answer is not to be trusted or there
is none, 2 usage.";

/// The most users of a pool.
const USERS_MOST: f64 = 4_000.0;
/// More arrivals a second than any load of ours makes.
const RATE_MOST: f64 = 100_000.0;

#[derive(Debug, Args)]
pub(crate) struct CapacityOptions {
    /// A scenario file, or the name of a shipped scenario; without one every arrival opens an order and nobody pays
    pub(crate) scenario: Option<String>,
    /// What is searched for
    #[arg(long, value_enum)]
    pub(crate) by: By,
    /// What must be kept, such as 'p99<300ms' or 'errors<1%'; several are all to be kept
    #[arg(long, value_name = "SENTENCE", required = true)]
    pub(crate) slo: Vec<String>,
    /// The gateway or service to drive, as it stands; without it a gateway of our own plays the scenario
    #[arg(long, value_name = "URL")]
    pub(crate) target: Option<String>,
    /// The target's admin port: tells what is measured; nothing is changed there
    #[arg(long, value_name = "URL", requires = "target")]
    pub(crate) admin: Option<String>,
    /// Let the load reach this host, address or network too; otherwise loopback only
    #[arg(long, value_name = "HOST|ADDRESS|CIDR")]
    pub(crate) allow_target: Vec<String>,
    /// The first level (default 50/s, or 1 user)
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub(crate) from: Option<f64>,
    /// No rate above it is tried
    #[arg(long, value_name = "RATE", value_parser = level, default_value = "20000/s")]
    pub(crate) max_rate: f64,
    /// No more users are tried, at most 4000
    #[arg(long, value_name = "N", value_parser = users, default_value = "1000")]
    pub(crate) max_users: f64,
    /// Less than this fails, with exit code 99
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub(crate) at_least: Option<f64>,
    /// How far the answer may lie below the limit
    #[arg(long, value_name = "PERCENT", value_parser = percent, default_value = "5%")]
    pub(crate) precision: f64,
    /// How long a step is; the first fifth of it, 2 s at most, is discarded
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "10s")]
    pub(crate) step: Duration,
    /// How long the answer is confirmed
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "60s")]
    pub(crate) confirm: Duration,
    /// The search ends after this at the latest
    #[arg(long = "for", value_name = "DURATION", value_parser = duration, default_value = "15m")]
    pub(crate) longest: Duration,
    /// Another seed than the scenario's
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// What order numbers start with; by default a new one each time
    #[arg(long, value_name = "TEXT", value_parser = prefix)]
    pub(crate) prefix: Option<String>,
    /// Where the run folder goes; by default below paydrill-runs, named by the time
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// What is printed on stdout
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Settings, as TOML; PAYDRILL_… variables and flags come on top
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// What a level is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// The highest rate of arrivals
    Rate,
    /// The most shoppers at a time, each of whom comes again at once
    Users,
}

/// Reads `500/s` or `8`.
fn level(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix("/s").unwrap_or(text);
    let level: f64 = number
        .parse()
        .map_err(|_| format!("`{text}` is no level; write a rate such as 500/s, or a number of users such as 8"))?;
    if level > 0.0 && level <= RATE_MOST {
        Ok(level)
    } else {
        Err(format!("a level lies above 0 and is at most {RATE_MOST}"))
    }
}

fn users(text: &str) -> Result<f64, String> {
    let users: u32 = text.parse().map_err(|_| format!("`{text}` is no number of users"))?;
    if (1.0..=USERS_MOST).contains(&f64::from(users)) {
        Ok(f64::from(users))
    } else {
        Err(format!("1 to {USERS_MOST} users can be had"))
    }
}

fn percent(text: &str) -> Result<f64, String> {
    let number: f64 = text
        .strip_suffix('%')
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| format!("`{text}` is no percentage; write one such as 5%"))?;
    if (1.0..=50.0).contains(&number) {
        Ok(number / 100.0)
    } else {
        Err("it lies between 1% and 50%: finer ones are beyond what a step can tell apart".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{level, percent, users};

    #[test]
    fn levels_users_and_percentages() {
        for (text, expected) in [
            ("500/s", Some(500.0)),
            ("0.5/s", Some(0.5)),
            ("8", Some(8.0)),
            ("0", None),
            ("-1/s", None),
            ("8/m", None),
            ("1e9", None),
            ("NaN", None),
        ] {
            assert_eq!(level(text).ok(), expected, "{text}");
        }
        for (text, expected) in [
            ("1", Some(1.0)),
            ("4000", Some(4_000.0)),
            ("0", None),
            ("4001", None),
            ("1.5", None),
        ] {
            assert_eq!(users(text).ok(), expected, "{text}");
        }
        for (text, expected) in [
            ("5%", Some(0.05)),
            ("2.5%", Some(0.025)),
            ("0%", None),
            ("5", None),
            ("90%", None),
        ] {
            assert_eq!(percent(text).ok(), expected, "{text}");
        }
    }
}
