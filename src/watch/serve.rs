//! What a running load shows to those who watch it, on a port of its own: `GET /frames`, a picture a line as in
//! `frames.jsonl` and as long as the load goes on; `GET /status`, which says what it is; `GET /metrics`, OpenMetrics.
//!
//! Whoever watches costs the load one serialised picture a quarter of a second and no more: one line waits at a time, a
//! watcher who is slow misses pictures, and one who takes none is let go. Nothing can be changed through this port.

mod answer;

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread,
    time::Duration,
};

use anyhow::Context;
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use measure::snapshot::Snapshot;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::answer::Hall;
use crate::failure::usage;

/// Connections at a time; a further one is closed at once.
const CONNECTIONS: usize = 16;
/// A request's head must be there within this.
const HEAD_WITHIN: Duration = Duration::from_secs(5);
/// A head is at most this long, in bytes.
const LONGEST_HEAD: usize = 16 << 10;
/// Watchers get the last picture within this once the load is over.
const LAST_WITHIN: Duration = Duration::from_secs(1);
/// After a connection that could not be taken.
const BREATH: Duration = Duration::from_millis(100);

/// A port where a load will be seen.
pub(crate) struct Window {
    listener: TcpListener,
    address: SocketAddr,
    token: Option<String>,
}

/// A load that is seen there.
pub(crate) struct Shown {
    over: CancellationToken,
    thread: thread::JoinHandle<()>,
}

impl Window {
    /// Binds the port, if one is asked for. Off loopback a token is needed.
    pub(crate) fn open(listen: Option<SocketAddr>, token: Option<&str>) -> anyhow::Result<Option<Self>> {
        let Some(listen) = listen else { return Ok(None) };
        match token {
            Some("") => {
                return Err(usage(
                    "the admin token is empty: set `admin_token`, or none on loopback",
                ));
            }
            None if !listen.ip().is_loopback() => {
                return Err(usage(format!(
                    "`--watch-listen {listen}` is reachable by others and needs a token: set `admin_token` in the \
                     settings or PAYDRILL_ADMIN_TOKEN"
                )));
            }
            Some(_) | None => {}
        }
        let bound = TcpListener::bind(listen).and_then(|listener| {
            listener.set_nonblocking(true)?;
            Ok((listener.local_addr()?, listener))
        });
        let (address, listener) = bound.map_err(|error| usage(format!("`--watch-listen {listen}`: {error}")))?;
        Ok(Some(Self {
            listener,
            address,
            token: token.map(str::to_owned),
        }))
    }

    /// Where it is.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets these pictures be seen.
    pub(crate) fn show(self, pictures: watch::Receiver<Arc<Snapshot>>) -> anyhow::Result<Shown> {
        let over = CancellationToken::new();
        let closing = over.clone();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("the runtime of --watch-listen")?;
        let thread = thread::Builder::new()
            .name("watched".to_owned())
            .spawn(move || runtime.block_on(serve(self, pictures, closing)))
            .context("the thread of --watch-listen")?;
        Ok(Shown { over, thread })
    }
}

impl Shown {
    /// The load is over: watchers get its last picture, and the port is closed.
    pub(crate) fn end(self) {
        self.over.cancel();
        let _panicked = self.thread.join();
    }
}

async fn serve(window: Window, pictures: watch::Receiver<Arc<Snapshot>>, closing: CancellationToken) {
    let Ok(listener) = tokio::net::TcpListener::from_std(window.listener) else {
        return;
    };
    let hall = Arc::new(Hall {
        own: window.address,
        token: window.token,
        pictures,
        tasks: TaskTracker::new(),
    });
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let accepted = tokio::select! {
            () = closing.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match (accepted, Arc::clone(&places).try_acquire_owned()) {
            (Ok((stream, _)), Ok(place)) => {
                hall.tasks
                    .spawn(connection(stream, place, Arc::clone(&hall), closing.clone()));
            }
            (Ok(_full), Err(_)) => {}
            (Err(_), _) => tokio::time::sleep(BREATH).await,
        }
    }
    hall.tasks.close();
    let _who_is_slow_misses_it = tokio::time::timeout(LAST_WITHIN, hall.tasks.wait()).await;
}

async fn connection(
    stream: tokio::net::TcpStream,
    _place: OwnedSemaphorePermit,
    hall: Arc<Hall>,
    closing: CancellationToken,
) {
    let gone = CancellationToken::new();
    let answering = gone.clone();
    let service = service_fn(move |request| {
        let answer = hall.answer(&request, &answering);
        async move { Ok::<_, std::convert::Infallible>(answer) }
    });
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(LONGEST_HEAD);
    let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        _ended = connection.as_mut() => return,
        () = gone.cancelled() => return,
        () = closing.cancelled() => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ended = connection.await;
}
