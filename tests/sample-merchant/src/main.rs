//! A small shop that takes payments by OkayPay: the sample of a correct integration, and a target for load.
//!
//! Read it in this order: [`checkout`] opens an order, [`callback`] takes the wallet's call, [`deposit`] decides what money is
//! worth believing, [`store::orders`] credits it once, [`wallet`] calls and tries again, [`reconcile`] asks about what
//! callbacks left undone, [`payout`] pays out and back. Comments name the trap that a step avoids.
//!
//! It uses nothing of paydrill's, and signs by itself ([`sign`]): what both agree on, two have understood alike.

mod callback;
mod checkout;
mod clock;
mod config;
mod deposit;
mod listen;
mod message;
mod money;
mod payout;
mod problem;
mod reconcile;
mod routes;
mod shop;
mod sign;
mod store;
mod wallet;

use std::{
    io::{self, Write},
    process::ExitCode,
    sync::Arc,
    thread::JoinHandle,
    time::Duration,
};

use clap::Parser;
use tokio::{net::TcpListener, signal::unix};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    config::Config,
    listen::Bounded,
    shop::{Counts, Shop},
    store::Store,
    wallet::Wallet,
};

/// How long requests that are under way may take to end after the signal to stop.
const STOP_PATIENCE: Duration = Duration::from_secs(10);
/// Of a command line or an environment that cannot work.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    match start(Config::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

#[expect(clippy::print_stderr, reason = "a command line says on stderr why it failed")]
fn fail(error: &str) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::from(USAGE)
}

fn start(config: Config) -> Result<(), String> {
    let (store, thread) =
        Store::open(&config.database).map_err(|error| format!("--database {}: {error}", config.database.display()))?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| format!("no runtime: {error}"))?;
    let served = runtime.block_on(serve(config, store));
    // Only now is the last way to the database gone; its thread ends with what is queued.
    runtime.shutdown_timeout(Duration::from_secs(1));
    end(thread);
    served
}

fn end(thread: JoinHandle<()>) {
    if thread.join().is_err() {
        fail("the database's thread had failed");
    }
}

async fn serve(config: Config, store: Store) -> Result<(), String> {
    let listen = config.listen;
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| format!("--listen {listen}: {error}"))?;
    let address = listener
        .local_addr()
        .map_err(|error| format!("--listen {listen}: {error}"))?;
    let public_url = config.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let shop = Arc::new(Shop {
        wallet: Wallet::new(&config).map_err(|error| format!("no HTTP client: {error}"))?,
        callback_url: format!("{public_url}/notify"),
        config,
        store,
        counts: Counts::default(),
    });
    let stop = CancellationToken::new();
    let tasks = TaskTracker::new();
    tasks.spawn(reconcile::run(Arc::clone(&shop), stop.clone()));
    tasks.spawn(wait_for_signal(stop.clone())?);
    let server = axum::serve(Bounded::new(listener), routes::router(shop))
        .with_graceful_shutdown(stop.clone().cancelled_owned());
    announce(&format!("merchant http://{address}")).map_err(|error| format!("stdout: {error}"))?;
    let serving = tasks.spawn(server.into_future());
    stop.cancelled().await;
    tasks.close();
    // Customers who hold a connection open for long do not hold up the end.
    if tokio::time::timeout(STOP_PATIENCE, tasks.wait()).await.is_err() {
        serving.abort();
    }
    Ok(())
}

/// The first line of stdout, for whoever started the shop on a free port.
fn announce(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// Ends with SIGTERM or Ctrl-C, and then tells everybody to stop.
fn wait_for_signal(stop: CancellationToken) -> Result<impl Future<Output = ()>, String> {
    let listen = |kind| unix::signal(kind).map_err(|error| format!("no signals: {error}"));
    let mut terminate = listen(unix::SignalKind::terminate())?;
    let mut interrupt = listen(unix::SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        stop.cancel();
    })
}
