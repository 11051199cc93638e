//! How a command prints what it found.

use clap::Args;

use super::{Colour, Format};

/// What goes to stdout, and how it looks.
#[derive(Clone, Debug, Args)]
pub(crate) struct Printing {
    /// What is printed on stdout
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// When colours are used; NO_COLOR is honoured
    #[arg(long, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub(crate) color: Colour,
    /// Draw with ASCII characters only
    #[arg(long)]
    pub(crate) ascii: bool,
}
