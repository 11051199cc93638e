//! `paydrill run [SCENARIO]`: gateway and load in one process, over real sockets on loopback.

use std::{io::Write, net::SocketAddr, path::PathBuf, sync::Arc};

use anyhow::Context;
use loadgen::{Admin, JournalSource, Plan, Repeats, recorded::Played};
use scenarios::Script;
use simulator::{Bound, Start};
use tokio_util::sync::CancellationToken;

use crate::{
    cli::{Format, RunOptions},
    drive,
    failure::{Ending, usage},
    folder::Folder,
    gateway, look,
    scenario::{self, Loaded},
    settings, signals,
    watch::serve::Window,
};

pub(crate) fn run(options: &RunOptions) -> anyhow::Result<Ending> {
    let loaded = scenario::load(&options.scenario, &options.common)?
        .fed(&options.drive.feeds)?
        .without_shop()?;
    play(options, &loaded, None).map(|(ending, _)| ending)
}

/// An earlier run that is played again.
pub(crate) struct Again {
    /// What was decided in it.
    pub(crate) script: Arc<Script>,
    /// What time did to its load.
    pub(crate) repeats: Repeats,
}

/// Plays a scenario to its end. Gives the run folder as well.
pub(crate) fn play(options: &RunOptions, loaded: &Loaded, again: Option<Again>) -> anyhow::Result<(Ending, PathBuf)> {
    let mut settings = settings::layered(options.common.config.as_deref())?;
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    (settings.listen, settings.tls_listen, settings.admin) = (loopback, loopback, loopback);
    let screen = look::screen(&options.drive.print, &options.drive.screen, &settings)?;
    let window = Window::open(options.drive.watched.watch_listen, settings.admin_token.as_deref())?;
    signals::install()?;
    let folder = Folder::make(options.drive.out.as_deref())?;
    settings.journal = Some(folder.path().join("journal.jsonl"));

    let shutdown = CancellationToken::new();
    let runtime = tokio::runtime::Runtime::new().context("the runtime can't start")?;
    let bound = gateway::config(&settings, &loaded.scenario, options.common.length)
        .map(|config| simulator::Config {
            start: Start::FirstArrival,
            script: again.as_ref().map(|again| Arc::clone(&again.script)),
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
        loaded,
        &folder,
        format!("http://{}", bound.gateway),
        admin,
        bound.starter(),
    );
    let plan = Plan {
        repeats: again.map(|again| again.repeats),
        ..plan
    };
    let path = folder.path().to_owned();
    let played = Played::new(loaded.scenario.seed, plan.length, &plan.prefix, plan.users);
    played
        .keep(&path, &loaded.text, loaded.trace.as_deref())
        .map_err(usage)?;
    if options.drive.print.format == Format::Text {
        // A closed stdout is found out by what comes after.
        let _closed = write_https(&bound);
    }
    let outcome = drive::to_the_end(plan, folder, &options.drive, screen, window);
    shutdown.cancel();
    runtime.block_on(bound.stopped());
    outcome.map(|ending| (ending, path))
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
        fault: Some(options.drive.fault.clone()),
        scenario_text: None,
        shop: 0,
        repeats: None,
        feed: None,
        wallet: None,
        users: options.drive.users,
        safety: options.drive.safety.limits(),
        part: None,
    }
}
