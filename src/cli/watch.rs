//! Options of `watch`, and where a running load shows itself.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};
use dashboards::ViewName;

use super::Printing;

pub(super) const HELP: &str = "\
Examples:
  paydrill watch                                        # the run that goes on here, or the gateway
  paydrill watch paydrill-runs/2026-11-22T10-15-00Z     # a recorded run; space plays it
  paydrill watch http://127.0.0.1:8081                  # a gateway, by its admin port
  paydrill watch http://10.0.0.7:9100 http://10.0.0.8:9100    # two loads and their sum; s turns
  paydrill watch RUN --headless --format json | jq .    # the lines it printed when it ran
  paydrill watch RUN --at 75s --as html > moment.html   # one picture

A load is watched where `run` or `load` says by `--watch-listen`. A folder that is still written is
followed; a recorded run opens at its end. Nothing is stopped by leaving.
Exit codes: 0 good, 2 nothing to watch.";

#[derive(Debug, Args)]
pub(crate) struct WatchOptions {
    /// Run folders, admin ports of gateways, addresses of loads; without one, the newest run that goes on in
    /// paydrill-runs, else the gateway at the admin address of the settings
    #[arg(value_name = "URL|RUN")]
    pub(crate) places: Vec<String>,
    /// Plain lines instead of the dashboard
    #[arg(long)]
    pub(crate) headless: bool,
    #[command(flatten)]
    pub(crate) print: Printing,
    #[command(flatten)]
    pub(crate) screen: super::ScreenOptions,
    /// One picture of a recorded run, as it was after so long
    #[arg(long, value_name = "DURATION", value_parser = super::duration, conflicts_with = "headless")]
    pub(crate) at: Option<Duration>,
    /// Columns and rows of that picture (default: the terminal's, else 120x38)
    #[arg(long, value_name = "COLUMNSxROWS", value_parser = size, requires = "at")]
    pub(crate) size: Option<(u16, u16)>,
    /// Which view of the dashboard that picture is
    #[arg(long, value_enum, default_value_t = PictureView::Overview, requires = "at", value_name = "VIEW")]
    pub(crate) view: PictureView,
    /// What that picture is printed as
    #[arg(long = "as", value_enum, default_value_t = PictureKind::Text, requires = "at", value_name = "KIND")]
    pub(crate) kind: PictureKind,
    /// The fault that the key F turns on and off at a gateway, as a rule of a scenario file
    #[arg(long, value_name = "RULE", default_value = super::FAULT)]
    pub(crate) fault: String,
    /// Settings, as TOML; PAYDRILL_… variables and flags come on top
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// Where a running load shows itself.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct WatchedOptions {
    /// Let `paydrill watch` look on at this address; port 0 picks a free one. Off loopback it needs `admin_token`
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) watch_listen: Option<SocketAddr>,
}

/// What a picture is printed as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PictureKind {
    /// Letters alone
    Text,
    /// Letters in the colours of a terminal
    Ansi,
    /// A page of its own
    Html,
    /// Its figures
    Json,
}

/// A view of the dashboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PictureView {
    /// Everything at a glance
    Overview,
    /// Each operation and journey
    Operations,
    /// What failed, down to the order
    Errors,
    /// Load, workers and waits over time
    Capacity,
    /// Each phase beside the first
    Compare,
    /// What happened, in order
    Log,
}

impl From<PictureView> for ViewName {
    fn from(view: PictureView) -> Self {
        match view {
            PictureView::Overview => Self::Overview,
            PictureView::Operations => Self::Operations,
            PictureView::Errors => Self::Errors,
            PictureView::Capacity => Self::Capacity,
            PictureView::Compare => Self::Compare,
            PictureView::Log => Self::Log,
        }
    }
}

/// The largest picture: what no screen has.
const LARGEST: u16 = 1_000;

/// Reads `120x38`.
fn size(text: &str) -> Result<(u16, u16), String> {
    let remedy = format!("write columns and rows, such as 120x38, at most {LARGEST}x{LARGEST}");
    let side = |text: &str| {
        text.parse()
            .ok()
            .filter(|side| (1..=LARGEST).contains(side))
            .ok_or_else(|| format!("`{text}` is no size; {remedy}"))
    };
    let (columns, rows) = text
        .split_once('x')
        .ok_or_else(|| format!("`{text}` is no size; {remedy}"))?;
    Ok((side(columns)?, side(rows)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, expected) in [
            ("120x38", Some((120, 38))),
            ("1x1", Some((1, 1))),
            ("1000x1000", Some((1_000, 1_000))),
            ("1001x38", None),
            ("0x38", None),
            ("120", None),
            ("120x", None),
            ("-1x5", None),
            ("", None),
        ] {
            assert_eq!(size(text).ok(), expected, "{text}");
        }
    }
}
