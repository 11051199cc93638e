//! `paydrill run [SCENARIO]`: gateway and load in one process, over real sockets on loopback.

use std::{io::Write, net::SocketAddr, sync::Arc};

use anyhow::Context;
use loadgen::{Admin, JournalSource, Plan};
use simulator::{Bound, Start};
use tokio_util::sync::CancellationToken;

use crate::{
    cli::{Format, RunOptions},
    drive,
    failure::Ending,
    folder::Folder,
    gateway,
    scenario::{self, Loaded},
    settings, signals,
};

pub(crate) fn run(options: &RunOptions) -> anyhow::Result<Ending> {
    let loaded = scenario::load(&options.scenario, &options.common)?;
    let mut settings = settings::layered(options.common.config.as_deref())?;
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    (settings.listen, settings.tls_listen, settings.admin) = (loopback, loopback, loopback);
    signals::install()?;
    let folder = Folder::make(options.drive.out.as_deref())?;
    settings.journal = Some(folder.path().join("journal.jsonl"));

    let shutdown = CancellationToken::new();
    let runtime = tokio::runtime::Runtime::new().context("the runtime can't start")?;
    let bound = gateway::config(&settings, &loaded.scenario, options.common.length)
        .map(|config| simulator::Config {
            start: Start::FirstArrival,
            ..config
        })
        .and_then(|config| runtime.block_on(gateway::bind_regardless(config, shutdown.clone())));
    let bound = match bound {
        Ok(bound) => bound,
        Err(error) => {
            folder.discard();
            return Err(error);
        }
    };
    let admin = Admin {
        url: format!("http://{}", bound.admin),
        token: settings.admin_token,
    };
    let plan = plan(
        options,
        &loaded,
        &folder,
        format!("http://{}", bound.gateway),
        admin,
        bound.starter(),
    );
    if options.drive.format == Format::Text {
        // A closed stdout is found out by what comes after.
        let _closed = write_https(&bound);
    }
    let outcome = drive::to_the_end(plan, folder, &options.drive);
    shutdown.cancel();
    runtime.block_on(bound.stopped());
    outcome
}

fn write_https(bound: &Bound) -> std::io::Result<()> {
    match (bound.gateway_tls, &bound.trust) {
        (Some(address), Some(path)) => writeln!(
            std::io::stdout(),
            "gateway https://{address}, which clients trust by {}",
            path.display()
        ),
        (Some(_) | None, _) => Ok(()),
    }
}

fn plan(
    options: &RunOptions,
    loaded: &Loaded,
    folder: &Folder,
    target: String,
    admin: Admin,
    start: impl FnOnce(tokio::time::Instant) + Send + 'static,
) -> Plan {
    Plan {
        scenario: Arc::clone(&loaded.scenario),
        length: options.common.length,
        target,
        admin: Some(admin),
        allow_target: Vec::new(),
        out: folder.path().to_owned(),
        prefix: options
            .drive
            .prefix
            .clone()
            .unwrap_or_else(|| scenario::prefix(&loaded.scenario)),
        journal: JournalSource::File(folder.path().join("journal.jsonl")),
        on_first_arrival: Some(Box::new(start)),
        scenario_text: None,
        shop: 0,
        users: options.drive.users,
    }
}
