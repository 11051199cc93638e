//! The admin interface: its own port, JSON, for loads, dashboards and people. Who may call it is `guard`'s, what
//! is served where `table`'s.

mod answer;
mod body;
mod clock;
mod console;
mod doctor;
mod drill;
mod events;
mod faults;
mod guard;
mod journal;
pub(crate) mod openapi;
mod orders;
mod query;
mod route;
mod seconds;
mod shops;
mod statement;
mod status;
mod table;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use http_body_util::{BodyExt, Limited};
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

#[cfg(test)]
pub(crate) use status::status;

use crate::{connection::Always, gateway::Gateway};
use body::Answer;

/// Bytes of a body, which is a scenario file at most; the scenario reader has its own limit below this one.
const BODY_MAX_BYTES: usize = 2 * 1024 * 1024;
/// From a head's first byte to its last, and for the body.
const READ_WITHIN: Duration = Duration::from_secs(10);
/// Wait before accepting again when the system is short of something.
const AGAIN: Duration = Duration::from_millis(50);
/// Connections at a time; one more waits for another to end.
const CONNECTIONS: usize = 256;

/// What the admin interface needs.
#[derive(Debug)]
pub(crate) struct Admin {
    /// The gateway it is about.
    pub(crate) gateway: Arc<Gateway>,
    /// Its own address.
    pub(crate) address: SocketAddr,
    /// The bearer token, where one is needed.
    pub(crate) token: Option<String>,
    /// `/orders` hides the n-th order it would list, from 1.
    pub(crate) hide_order: Option<u64>,
    /// Keeps count of the tasks that stream events.
    pub(crate) tasks: TaskTracker,
    /// Ends them.
    pub(crate) stop: CancellationToken,
}

/// Accepts connections until `stop`.
pub(crate) async fn accept(admin: Arc<Admin>, listener: TcpListener, tasks: TaskTracker, stop: CancellationToken) {
    let places = Arc::new(tokio::sync::Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let served = serve(Arc::clone(&admin), stream, stop.clone());
                    tasks.spawn(async move {
                        served.await;
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "an admin connection could not be accepted");
                    sleep(AGAIN).await;
                }
            },
        }
    }
}

async fn serve(admin: Arc<Admin>, stream: TcpStream, stop: CancellationToken) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let admin = Arc::clone(&admin);
        async move { respond(&admin, request).await }
    });
    let mut connection = std::pin::pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(READ_WITHIN * 6)
            .serve_connection(TokioIo::new(stream), service)
    );
    let mut draining = false;
    loop {
        tokio::select! {
            ended = &mut connection => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "an admin connection ended");
                }
                return;
            }
            () = stop.cancelled(), if !draining => {
                draining = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

async fn respond(admin: &Arc<Admin>, request: Request<Incoming>) -> Always<Response<Answer>> {
    let (head, body) = request.into_parts();
    // The files of the console need no token: the page asks for it.
    let token = admin.token.as_deref().filter(|_| !table::is_console(head.uri.path()));
    if let Err(refused) = guard::check(&head, admin.address, token) {
        return Ok(answer::error(&refused));
    }
    let reading = Limited::new(body, BODY_MAX_BYTES).collect();
    let body = match timeout(READ_WITHIN, reading).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(_)) | Err(_) => return Ok(answer::error(&answer::AdminError::body(BODY_MAX_BYTES))),
    };
    // A page of thousands of orders or lines takes milliseconds, which merchants' calls must not wait for.
    let asked = Arc::clone(admin);
    let answering = tokio::task::spawn_blocking(move || table::answer(&asked, &head, &body));
    match answering.await {
        Ok(answered) => Ok(answered.unwrap_or_else(|error| answer::error(&error))),
        Err(_) => Ok(answer::error(&answer::AdminError::ours())),
    }
}

#[cfg(test)]
mod tests;
