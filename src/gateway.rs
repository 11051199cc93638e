//! From settings to a listening gateway: shared by `run` and `serve`.

use std::{sync::Arc, time::Duration};

use scenarios::Scenario;
use simulator::{Bound, Config, ServeError};
use tokio_util::sync::CancellationToken;

use crate::{failure::usage, settings::Settings};

/// What the gateway is told to be. A setting that is not legal is a usage error.
pub(crate) fn config(settings: &Settings, scenario: &Arc<Scenario>, lasts: Option<Duration>) -> anyhow::Result<Config> {
    let mut config = Config::new(Arc::clone(scenario));
    config.lasts = lasts;
    config.listen = settings.listen;
    config.admin = settings.admin;
    config.admin_token.clone_from(&settings.admin_token);
    config.journal_file.clone_from(&settings.journal);
    config.journal_ring = settings.journal_lines.max(1);
    config.keep_orders = settings.keep_orders;
    config.timestamp_window = Duration::from_secs(settings.timestamp_window_s);
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
    Ok(config)
}

/// Binds the gateway. Every failure here is about an address, a file or a token that the user chose.
pub(crate) async fn bind(config: Config, shutdown: CancellationToken) -> anyhow::Result<Bound> {
    simulator::serve(config, shutdown)
        .await
        .map_err(|error: ServeError| usage(error))
}
