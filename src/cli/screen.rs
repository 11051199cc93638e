//! Options of the dashboard.

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

/// How the dashboard looks; settings say the same by the same names.
#[derive(Clone, Debug, Args)]
pub(crate) struct ScreenOptions {
    /// Colours of the dashboard (default auto)
    #[arg(long, value_enum, value_name = "NAME")]
    pub(crate) theme: Option<Theme>,
    /// The dashboard's pictures a second, at most (default 8, over ssh 3); what a key does is drawn at once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=60))]
    pub(crate) fps: Option<u32>,
}

/// Colours of the dashboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Theme {
    /// Light where COLORFGBG says that the terminal is, else dark
    #[default]
    Auto,
    /// For dark terminals
    Dark,
    /// For light terminals
    Light,
    /// Black, white and strong colours
    HighContrast,
    /// No colours
    Mono,
}
