//! The command line. Names here are a contract: scripts rely on them.

mod again;
mod capacity;
mod compare;
mod feeds;
mod import;
mod library;
mod printing;
mod safety;
mod screen;
mod segment;
mod serve;
mod sign;
mod watch;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, builder::styling};
use clap_complete::Shell;

pub(crate) use self::again::{RehearseOptions, RerunOptions};
pub(crate) use self::capacity::{By, CapacityOptions};
pub(crate) use self::compare::CompareOptions;
pub(crate) use self::feeds::Feeds;
pub(crate) use self::import::ImportOptions;
pub(crate) use self::library::{ScenariosAction, ScenariosOptions};
pub(crate) use self::printing::Printing;
pub(crate) use self::safety::SafetyOptions;
pub(crate) use self::screen::{ScreenOptions, Theme};
pub(crate) use self::segment::{MergeOptions, SegmentOptions};
pub(crate) use self::serve::ServeOptions;
pub(crate) use self::sign::{Accepted, Protocol, SignOptions, TokenSource, VerifyOptions};
pub(crate) use self::watch::{PictureKind, WatchOptions, WatchedOptions};

const STYLES: styling::Styles = styling::Styles::styled()
    .header(styling::AnsiColor::Green.on_default().bold())
    .usage(styling::AnsiColor::Green.on_default().bold())
    .literal(styling::AnsiColor::Cyan.on_default().bold())
    .placeholder(styling::AnsiColor::Cyan.on_default());

/// The fault that a dashboard's key turns on and off, where nothing else is asked for.
const FAULT: &str = "{ledger: skip, reply: {status: 503}}";

#[derive(Debug, Parser)]
#[command(
    name = "paydrill",
    version,
    about = "Fire drills for payment integrations: a sandbox wallet, scenarios of failure, honest load, a verdict",
    styles = STYLES,
    after_help = "Exit codes: 0 good, 1 internal, 2 usage or bad file, 98 result not to be trusted, 99 an expectation failed.\n\
                  Start with: paydrill run"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Gateway, load and dashboard in one terminal, a report at the end
    #[command(
        after_help = "Examples:\n  paydrill run\n  paydrill run healthy --headless --for 10s\n  \
                            paydrill run my.yaml --seed 7 --format json | jq ."
    )]
    Run(RunOptions),
    /// The gateway alone: point your shop's client at it
    #[command(
        after_help = "Examples:\n  paydrill serve\n  paydrill serve lost-answers --listen 127.0.0.1:8080\n  \
                            paydrill serve --listen 127.0.0.1:0 --tls-listen 127.0.0.1:0 --admin 127.0.0.1:0"
    )]
    Serve(ServeOptions),
    /// The load alone, against a gateway that is running
    #[command(after_help = "Examples:\n  paydrill load healthy --target http://127.0.0.1:8080\n  \
                            paydrill load lost-answers --target http://127.0.0.1:8080 --admin http://127.0.0.1:8081")]
    Load(LoadOptions),
    /// The dashboard on what goes on elsewhere: a gateway, a load, several; or on a recorded run
    #[command(after_help = watch::HELP)]
    Watch(WatchOptions),
    /// The highest rate, or the most users, that keep an objective
    #[command(after_help = capacity::HELP)]
    Capacity(CapacityOptions),
    /// The segments of one load put together, and judged once
    #[command(
        after_help = "Example:\n  paydrill load healthy --target http://gateway:8080 --allow-target gateway \\\n    \
                            --segment 2/3 --start-at 2026-01-31T18:30:00Z --out part-2    # and so on, then\n  \
                            paydrill merge part-1 part-2 part-3\n\nA segment that is missing makes the result INVALID."
    )]
    Merge(MergeOptions),
    /// Every mistake of scenario files at once, with place and remedy
    #[command(after_help = "Examples:\n  paydrill check my.yaml\n  paydrill check scenarios/*.yaml --format json")]
    Check(CheckOptions),
    /// The timeline and the effective share of each rule, in words
    #[command(after_help = "Examples:\n  paydrill explain outage-and-recovery\n  paydrill explain my.yaml --for 60s")]
    Explain(ExplainOptions),
    /// What would happen, exactly: virtual time, no sockets
    #[command(
        after_help = "Examples:\n  paydrill rehearse outage-and-recovery\n  paydrill rehearse my.yaml --orders 100000\n  \
                            paydrill rehearse my.yaml --format json | jq .summary.rules\n\n\
                            Times hold what the scenario adds; what gateway, network and client take of their own is not there."
    )]
    Rehearse(RehearseOptions),
    /// The shipped scenarios
    #[command(
        after_help = "Examples:\n  paydrill scenarios\n  paydrill scenarios show lost-answers\n  \
                            paydrill scenarios copy lost-answers\n  paydrill scenarios triggers\n  \
                            paydrill scenarios import latency.hlog --from '*/ok/payLink' --into my.yaml --rule slow"
    )]
    Scenarios(ScenariosOptions),
    /// JSON Schema of scenario files, for editors; OpenAPI documents of both ports
    #[command(
        after_help = "Examples:\n  paydrill schema > schema.json\n  paydrill schema --of merchant > openapi.json"
    )]
    Schema(SchemaOptions),
    /// A recorded run again, every decision forced; or the smallest scenario that still fails
    #[command(after_help = "Examples:\n  paydrill rerun paydrill-runs/2026-11-22T10-15-00Z\n  \
                            paydrill rerun paydrill-runs/2026-11-22T10-15-00Z --shrink\n\n\
                            Exit codes: 0 every order met the same fate, 99 one did not, 2 usage or a folder that cannot be repeated.")]
    Rerun(RerunOptions),
    /// The page of a run folder again
    #[command(after_help = "Examples:\n  paydrill report paydrill-runs/2026-11-22T10-15-00Z\n  \
                            paydrill report paydrill-runs/2026-11-22T10-15-00Z --lang zh\n\n\
                            The page holds both languages; a switch in it changes them.")]
    Report(ReportOptions),
    /// Two runs side by side: which differences are real, and matter
    #[command(after_help = compare::HELP)]
    Compare(CompareOptions),
    /// The string and the sign of a request, step by step
    #[command(
        after_help = "Examples:\n  paydrill sign --token-env SHOP_TOKEN id=10001 amount=12.30 coin=USDT\n  \
                            paydrill sign --token-file token.txt --algorithm md5 --body request.txt\n\n\
                            The token is never printed."
    )]
    Sign(SignOptions),
    /// Whether the sign of a captured body is right, and which mistake made it if not
    #[command(
        after_help = "Examples:\n  paydrill verify --token-env SHOP_TOKEN --body request.txt\n  \
                            paydrill verify --token-file token.txt --algorithm both < callback.json\n\n\
                            Exit codes: 0 right, 99 wrong, 2 usage. The token is never printed."
    )]
    Verify(VerifyOptions),
    /// Completions for a shell
    #[command(
        after_help = "Example:\n  paydrill completions bash > ~/.local/share/bash-completion/completions/paydrill"
    )]
    Completions(CompletionsOptions),
}

#[derive(Debug, Args)]
pub(crate) struct RunOptions {
    /// A scenario file, or the name of a shipped scenario
    #[arg(default_value = scenarios::library::DEFAULT)]
    pub(crate) scenario: String,
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(flatten)]
    pub(crate) drive: Drive,
}

#[derive(Debug, Args)]
pub(crate) struct LoadOptions {
    /// A scenario file, or the name of a shipped scenario
    pub(crate) scenario: String,
    /// The gateway to drive, such as http://127.0.0.1:8080, or the shop that journeys of one's own drive
    #[arg(long, value_name = "URL")]
    pub(crate) target: String,
    /// Its admin port: plays the scenario there, audits every order, counts every rule
    #[arg(long, value_name = "URL")]
    pub(crate) admin: Option<String>,
    /// The wallet's plain http address, where shoppers of journeys of one's own pay; without it the shop's own link
    #[arg(long, value_name = "URL")]
    pub(crate) wallet: Option<String>,
    /// Let the load reach this host, address or network too; otherwise loopback only
    #[arg(long, value_name = "HOST|ADDRESS|CIDR")]
    pub(crate) allow_target: Vec<String>,
    #[command(flatten)]
    pub(crate) segment: SegmentOptions,
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(flatten)]
    pub(crate) drive: Drive,
}

/// Options of everything that reads a scenario and settings.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Another seed than the scenario's
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Another length: shorter shrinks every phase in proportion, longer extends the last
    #[arg(long = "for", value_name = "DURATION", value_parser = duration)]
    pub(crate) length: Option<std::time::Duration>,
    /// Settings, as TOML; PAYDRILL_… variables and flags come on top
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// Options of everything that drives load.
#[derive(Clone, Debug, Args)]
pub(crate) struct Drive {
    /// Plain lines instead of the dashboard
    #[arg(long)]
    pub(crate) headless: bool,
    /// Where the run folder goes; by default below paydrill-runs, named by the time
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) print: Printing,
    #[command(flatten)]
    pub(crate) screen: ScreenOptions,
    /// An expectation that could not be judged fails the run too
    #[arg(long)]
    pub(crate) strict: bool,
    /// What order numbers start with; by default PD and the seed, for `load` a new one each time
    #[arg(long, value_name = "TEXT", value_parser = prefix)]
    pub(crate) prefix: Option<String>,
    /// The fault that the dashboard's key F turns on and off, as a rule of a scenario file
    #[arg(long, value_name = "RULE", default_value = FAULT)]
    pub(crate) fault: String,
    /// Users in the pool, at least 1 (default: enough for the rate and the client's time-out, at most 4096)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) users: Option<u32>,
    #[command(flatten)]
    pub(crate) feeds: Feeds,
    /// Write the verdicts as JUnit XML to this file too; the run folder has junit.xml
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) safety: SafetyOptions,
    #[command(flatten)]
    pub(crate) watched: WatchedOptions,
}

#[derive(Debug, Args)]
pub(crate) struct CheckOptions {
    /// Scenario files, or `-` for standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<String>,
    /// What is printed on stdout
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// When colours are used; NO_COLOR is honoured
    #[arg(long, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub(crate) color: Colour,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainOptions {
    /// A scenario file, or the name of a shipped scenario
    pub(crate) scenario: String,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct SchemaOptions {
    /// What is described
    #[arg(long, value_enum, default_value_t = Described::Scenario)]
    pub(crate) of: Described,
}

/// What has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Described {
    /// Scenario files, as JSON Schema
    Scenario,
    /// The admin port, as OpenAPI 3.1
    Admin,
    /// The merchant port, as OpenAPI 3.1
    Merchant,
}

#[derive(Debug, Args)]
pub(crate) struct ReportOptions {
    /// A run folder
    pub(crate) run: PathBuf,
    /// The language the page opens in; the locale's if it is not named
    #[arg(long, value_enum)]
    pub(crate) lang: Option<Lang>,
}

/// A language of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// English
    En,
    /// Simplified Chinese
    Zh,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsOptions {
    /// The shell
    pub(crate) shell: Shell,
}

/// What is printed on stdout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

/// When colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Reads `400ms`, `30s`, `2m`, `1h`; a unit is required.
fn duration(text: &str) -> Result<std::time::Duration, String> {
    let remedy = "write a number and a unit, such as 400ms, 30s, 2m or 1h";
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .ok_or_else(|| format!("`{text}` has no unit; {remedy}"))?;
    let (number, unit) = text.split_at(digits);
    let number: u64 = number
        .parse()
        .map_err(|_| format!("`{text}` is no duration; {remedy}"))?;
    let unit_ms = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(format!("`{unit}` is no unit of time; {remedy}")),
    };
    match number.checked_mul(unit_ms) {
        Some(0) => Err("it must be longer than nothing".to_owned()),
        Some(ms) if ms <= 86_400_000 => Ok(std::time::Duration::from_millis(ms)),
        Some(_) | None => Err("it must be at most 24h".to_owned()),
    }
}

/// Order numbers are at most 64 bytes; a prefix leaves room for the sequence.
fn prefix(text: &str) -> Result<String, String> {
    let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if (1..=32).contains(&text.len()) && text.chars().all(good) {
        Ok(text.to_owned())
    } else {
        Err("1 to 32 letters, digits, `-` or `_`".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn durations() {
        for (text, expected) in [
            ("400ms", Some(Duration::from_millis(400))),
            ("30s", Some(Duration::from_secs(30))),
            ("2m", Some(Duration::from_secs(120))),
            ("1h", Some(Duration::from_secs(3_600))),
            ("24h", Some(Duration::from_secs(86_400))),
            ("25h", None),
            ("0s", None),
            ("30", None),
            ("s", None),
            ("-1s", None),
            ("1.5s", None),
            ("30 s", None),
            ("99999999999999999999s", None),
            ("", None),
        ] {
            assert_eq!(duration(text).ok(), expected, "{text}");
        }
    }
}
