//! `paydrill serve [SCENARIO]`

use std::io::Write;

use anyhow::Context;
use tokio_util::sync::CancellationToken;

use crate::{
    cli::ServeOptions,
    coach,
    failure::Ending,
    gateway, scenario, settings,
    signals::{self, Stop},
};

/// The scenario of a gateway that is asked for none: a good wallet.
const GOOD_WALLET: &str = "healthy";

pub(crate) fn run(options: &ServeOptions) -> anyhow::Result<Ending> {
    let settings = settings::of_serve(options)?;
    if options.print_config {
        // What would not start is not shown as if it would.
        settings.wallet.read()?;
        write!(std::io::stdout(), "{}", settings::to_toml(&settings)?)?;
        return Ok(Ending::Good);
    }
    let loaded = scenario::load(options.scenario.as_deref().unwrap_or(GOOD_WALLET), &options.common)?;
    let timeline = scenarios::Timeline::new(&loaded.scenario, options.common.length);
    let mut config = gateway::config(&settings, &loaded.scenario, options.common.length)?;
    let coach = coach::listen(options).map(|(ear, coach)| {
        config.coach = Some(ear);
        coach
    });

    signals::install()?;
    let shutdown = CancellationToken::new();
    let runtime = tokio::runtime::Runtime::new().context("the runtime can't start")?;
    let coach = runtime.block_on(async {
        let bound = gateway::bind(config, shutdown.clone()).await?;
        announce(&loaded.scenario.name, timeline.note(), &bound)?;
        let coach = coach.map(coach::Waiting::speak).transpose()?;
        bound.start_timeline(tokio::time::Instant::now());
        signals::on_stop(move |stop| match stop {
            Stop::Gracefully => shutdown.cancel(),
            Stop::AtOnce => signals::leave(),
        });
        bound.stopped().await;
        anyhow::Ok(coach)
    })?;
    drop(runtime);
    if let Some(coach) = coach {
        // Nobody is left who could tell it anything, so it ends by itself.
        let _panicked = coach.join();
    }
    Ok(Ending::Good)
}

/// The first lines of stdout: scripts read the addresses from them.
fn announce(scenario: &str, note: Option<String>, bound: &simulator::Bound) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "gateway http://{}", bound.gateway)?;
    if let Some(address) = bound.gateway_tls {
        writeln!(out, "gateway https://{address}")?;
    }
    writeln!(out, "admin http://{}", bound.admin)?;
    if let Some(path) = &bound.trust {
        let path = path.display();
        writeln!(
            out,
            "trust {path}: curl --cacert {path}, Python SSL_CERT_FILE={path}, Node NODE_EXTRA_CA_CERTS={path}"
        )?;
    }
    writeln!(out, "scenario {scenario}; Ctrl-C stops")?;
    if let Some(note) = note {
        writeln!(out, "{note}")?;
    }
    out.flush()
}
