//! From settings to a listening gateway: shared by `run` and `serve`.

use std::{sync::Arc, time::Duration};

use scenarios::Scenario;
use simulator::{Bound, Config, Identity, ServeError, TlsConfig, TlsError};
use tokio_util::sync::CancellationToken;

use crate::{failure::usage, settings::Settings};

/// What the gateway is told to be. A setting that is not legal is a usage error.
pub(crate) fn config(settings: &Settings, scenario: &Arc<Scenario>, lasts: Option<Duration>) -> anyhow::Result<Config> {
    let mut config = Config::new(Arc::clone(scenario));
    config.lasts = lasts;
    config.listen = settings.listen;
    config.tls = tls(settings)?;
    config.admin = settings.admin;
    config.admin_token.clone_from(&settings.admin_token);
    config.journal_file.clone_from(&settings.journal);
    config.journal_ring = settings.journal_lines.max(1);
    config.keep_orders = settings.keep_orders;
    config.timestamp_window = Duration::from_secs(settings.timestamp_window_s);
    config.nonce_memory = settings.nonce_memory_s.map(Duration::from_secs);
    config.wallet = settings.wallet.read()?;
    config.limits.connections = settings.connections;
    config.allow_targets = settings
        .callback_targets
        .iter()
        .map(|text| {
            text.parse()
                .map_err(|error| usage(format!("settings: callback_targets: `{text}`: {error}")))
        })
        .collect::<anyhow::Result<_>>()?;
    config.hide_order = settings.hide_order;
    collect(&mut config, settings.otlp_endpoint.as_deref())?;
    Ok(config)
}

/// Spans go where the settings say, otherwise where the variable says that every program with OTLP heeds.
#[cfg(feature = "otlp")]
fn collect(config: &mut Config, set: Option<&str>) -> anyhow::Result<()> {
    let usual = std::env::var("OTEL_EXPORTER_OTLP_ENDPOINT").ok();
    let said = set.map(|set| ("settings: otlp_endpoint", set));
    let said = said.or_else(|| usual.as_deref().map(|usual| ("OTEL_EXPORTER_OTLP_ENDPOINT", usual)));
    config.collector = said
        .filter(|(_, text)| !text.is_empty())
        .map(|(place, text)| text.parse().map_err(|error| usage(format!("{place}: {error}"))))
        .transpose()?;
    Ok(())
}

/// A setting that this program cannot follow is not passed over in silence.
#[cfg(not(feature = "otlp"))]
fn collect(_config: &mut Config, set: Option<&str>) -> anyhow::Result<()> {
    match set {
        None => Ok(()),
        Some(_) => Err(usage(
            "settings: `otlp_endpoint` needs a paydrill that was built with spans: `cargo build --release --features otlp`",
        )),
    }
}

fn tls(settings: &Settings) -> anyhow::Result<Option<TlsConfig>> {
    if !settings.tls {
        return Ok(None);
    }
    let identity = match (&settings.tls_certificate, &settings.tls_key, &settings.tls_folder) {
        (Some(cert), Some(key), _) => Identity::Files {
            cert: cert.clone(),
            key: key.clone(),
        },
        (Some(_), None, _) => return Err(usage("settings: `tls_certificate` needs its `tls_key`")),
        (None, Some(_), _) => return Err(usage("settings: `tls_key` needs its `tls_certificate`")),
        (None, None, Some(folder)) => Identity::DevCa { folder: folder.clone() },
        (None, None, None) => {
            eprintln!("no client will trust this https: there is no home for its CA; name a folder in `tls_folder`");
            Identity::Ephemeral
        }
    };
    Ok(Some(TlsConfig {
        listen: settings.tls_listen,
        identity,
    }))
}

/// Binds the gateway. Every failure here is about an address, a file or a token that the user chose.
pub(crate) async fn bind(config: Config, shutdown: CancellationToken) -> anyhow::Result<Bound> {
    let tls_listen = config.tls.as_ref().map(|tls| tls.listen);
    match simulator::serve(config, shutdown).await {
        Ok(bound) => Ok(bound),
        // Who wants http alone need not know that there is an https port to be taken.
        Err(ServeError::Listen(error)) if Some(error.address) == tls_listen => Err(usage(format!(
            "{error}; name another address with --tls-listen, or do without https: --no-tls"
        ))),
        Err(error) => Err(usage(error)),
    }
}

/// The same for a gateway that is there for its load: where the development CA is not to be had, HTTPS goes on with one
/// that nobody keeps, and stderr says so.
pub(crate) async fn bind_regardless(config: Config, shutdown: CancellationToken) -> anyhow::Result<Bound> {
    match simulator::serve(config.clone(), shutdown.clone()).await {
        Ok(bound) => Ok(bound),
        Err(ServeError::Tls(TlsError::Authority(error))) => {
            eprintln!("no client will trust this https: {error}");
            let tls = config.tls.map(|tls| TlsConfig {
                identity: Identity::Ephemeral,
                ..tls
            });
            bind(Config { tls, ..config }, shutdown).await
        }
        Err(error) => Err(usage(error)),
    }
}
