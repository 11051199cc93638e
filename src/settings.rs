//! Settings of the gateway in layers: defaults, a TOML file (`--config`), `PAYDRILL_…` variables, flags.
//!
//! Scenario files say what the wallet does; settings say where it listens and how much it keeps.

mod keys;
mod wallet;

use std::{net::SocketAddr, path::PathBuf};

use serde::{Deserialize, Serialize};

pub(crate) use keys::KeySettings;
pub(crate) use wallet::WalletSettings;

use crate::{
    cli::{ServeOptions, Theme},
    failure::usage,
};

/// Every setting, by the name it has in TOML; a variable is `PAYDRILL_` and the name in capitals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// Where merchants connect.
    pub(crate) listen: SocketAddr,
    /// Is the gateway there over HTTPS too?
    pub(crate) tls: bool,
    /// Where merchants connect over HTTPS.
    pub(crate) tls_listen: SocketAddr,
    /// The certificate shown there with its chain, as PEM; without one, the development CA signs one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tls_certificate: Option<PathBuf>,
    /// The certificate's key, as PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Where the development CA is kept; by default among the user's data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tls_folder: Option<PathBuf>,
    /// Where the admin API listens.
    pub(crate) admin: SocketAddr,
    /// What admin callers must present; needed off loopback.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) admin_token: Option<String>,
    /// One line per exchange and callback attempt goes here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) journal: Option<PathBuf>,
    /// Journal lines kept in memory for `GET /journal`.
    pub(crate) journal_lines: usize,
    /// Orders kept; beyond it the oldest settled are forgotten and counted.
    pub(crate) keep_orders: usize,
    /// How far a request's timestamp may be off, in seconds, both ways.
    pub(crate) timestamp_window_s: u64,
    /// How long a nonce is remembered, in seconds; by default as long as its timestamp may stand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nonce_memory_s: Option<u64>,
    /// Merchant connections at a time.
    pub(crate) connections: usize,
    /// Addresses beyond loopback that callbacks may go to: single addresses or networks such as `10.0.0.0/8`.
    pub(crate) callback_targets: Vec<String>,
    /// Hides the n-th order from `GET /orders`: proves that an audit bites.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hide_order: Option<u64>,
    /// The dashboard's colours.
    pub(crate) theme: Theme,
    /// The dashboard's pictures a second, at most; by default as many as the terminal bears.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fps: Option<u32>,
    /// Where spans go: the base of a collector's OTLP/HTTP receiver. Only with the feature `otlp`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) otlp_endpoint: Option<String>,
    /// Behaviour of the wallet that nobody public knows.
    pub(crate) wallet: WalletSettings,
    /// Other keys of the dashboard, by command.
    pub(crate) keys: KeySettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            tls: true,
            tls_listen: SocketAddr::from(([127, 0, 0, 1], 8443)),
            tls_certificate: None,
            tls_key: None,
            tls_folder: None,
            admin: SocketAddr::from(([127, 0, 0, 1], 8081)),
            admin_token: None,
            journal: None,
            journal_lines: 200_000,
            keep_orders: 1_000_000,
            timestamp_window_s: 300,
            nonce_memory_s: None,
            connections: 12_000,
            callback_targets: Vec::new(),
            hide_order: None,
            theme: Theme::Auto,
            fps: None,
            otlp_endpoint: None,
            wallet: WalletSettings::default(),
            keys: KeySettings::default(),
        }
    }
}

/// Lays file and environment over the defaults, which serde fills in.
pub(crate) fn layered(file: Option<&std::path::Path>) -> anyhow::Result<Settings> {
    let mut builder = config::Config::builder();
    if let Some(path) = file {
        builder = builder.add_source(config::File::from(path).format(config::FileFormat::Toml));
    }
    let environment = config::Environment::with_prefix("PAYDRILL")
        .prefix_separator("_")
        .separator("__")
        .try_parsing(true)
        .list_separator(",")
        .with_list_parse_key("callback_targets");
    let mut settings: Settings = builder
        .add_source(environment)
        .build()
        .and_then(config::Config::try_deserialize)
        .map_err(|error| usage(format!("settings: {error}")))?;
    settings.tls_folder = settings.tls_folder.or_else(data_folder);
    Ok(settings)
}

/// Where a user's data goes, by the XDG Base Directory Specification, which says to ignore paths that are not absolute.
fn data_folder() -> Option<PathBuf> {
    let absolute = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let data = absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/share")))?;
    Some(data.join("paydrill"))
}

/// The settings of `serve`: its flags lie on top.
pub(crate) fn of_serve(options: &ServeOptions) -> anyhow::Result<Settings> {
    let mut settings = layered(options.common.config.as_deref())?;
    settings.listen = options.listen.unwrap_or(settings.listen);
    settings.tls = settings.tls && !options.no_tls;
    settings.tls_listen = options.tls_listen.unwrap_or(settings.tls_listen);
    settings.tls_certificate = options.tls_certificate.clone().or(settings.tls_certificate);
    settings.tls_key = options.tls_key.clone().or(settings.tls_key);
    settings.tls_folder = options.tls_folder.clone().or(settings.tls_folder);
    settings.admin = options.admin.unwrap_or(settings.admin);
    settings.journal = options.journal.clone().or(settings.journal);
    Ok(settings)
}

/// The settings as TOML, every key of the dashboard among them; a token is never shown.
pub(crate) fn to_toml(settings: &Settings) -> anyhow::Result<String> {
    let mut shown = settings.clone();
    shown.keys = KeySettings::of(&settings.keys.read()?);
    shown.admin_token = shown.admin_token.map(|_| "•••".to_owned());
    Ok(toml::to_string(&shown)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The settings that the guide shows are the defaults, by the names they have.
    #[test]
    fn the_documented_settings_are_the_defaults() {
        let guide = include_str!("../docs/gateway.md");
        let (_, block) = guide.split_once("```toml\n").expect("the guide shows settings");
        let (block, _) = block.split_once("```").expect("the block ends");
        let shown: Settings = toml::from_str(block).expect("what is shown reads");
        let usual = Settings::default();
        assert_eq!(shown.wallet, usual.wallet);
        assert_eq!(shown.timestamp_window_s, usual.timestamp_window_s);
        assert_eq!(shown.nonce_memory_s, Some(2 * usual.timestamp_window_s));
    }
}
