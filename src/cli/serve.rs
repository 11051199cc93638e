//! Options of `serve`.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;

use super::Common;

#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of its own on the command line"
)]
pub(crate) struct ServeOptions {
    /// A scenario file, or the name of a shipped scenario; a good wallet without one
    pub(crate) scenario: Option<String>,
    /// Where merchants connect; port 0 picks a free one (default 127.0.0.1:8080)
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
    /// Where merchants connect over HTTPS; port 0 picks a free one (default 127.0.0.1:8443)
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) tls_listen: Option<SocketAddr>,
    /// The certificate to show, with its chain, as PEM; without one, a development CA signs one
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_certificate: Option<PathBuf>,
    /// The certificate's key, as PEM
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Where the development CA is kept (default ~/.local/share/paydrill)
    #[arg(long, value_name = "DIR")]
    pub(crate) tls_folder: Option<PathBuf>,
    /// No HTTPS
    #[arg(long)]
    pub(crate) no_tls: bool,
    /// Where the admin API listens; port 0 picks a free one (default 127.0.0.1:8081)
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) admin: Option<SocketAddr>,
    /// Append one line per exchange and callback attempt to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
    /// Print the settings in force as TOML and leave
    #[arg(long)]
    pub(crate) print_config: bool,
    /// Say call by call what a client does right and what will break live; on a terminal it is said anyway
    #[arg(long)]
    pub(crate) coach: bool,
    /// Print the announcement and nothing else: no coach
    #[arg(long, conflicts_with = "coach")]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) common: Common,
}
