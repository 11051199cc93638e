//! The shop's own callback endpoint: receives, checks the sign, acknowledges, and tells the journeys.
//!
//! Bounded in connections, body and time, because whoever finds the port may call it.

use std::{convert::Infallible, io, sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Method, Request, Response, StatusCode, body::Incoming, header, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use protocol::dialect::okpay::ack::ACK_BODY;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::Instant,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::journey::Journeys;

/// Connections at a time; more wait in the kernel's queue.
const MAX_CONNECTIONS: usize = 512;

/// The longest callback that is read.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// A head must be there within this.
const HEAD_WITHIN: Duration = Duration::from_secs(10);

/// A body must be there within this.
const BODY_WITHIN: Duration = Duration::from_secs(10);

/// What a merchant answers to a callback that it does not believe.
const REFUSAL: &str = r#"{"status":"fail"}"#;

/// The endpoint, bound.
pub(crate) struct Receiver {
    listener: TcpListener,
    url: String,
}

impl Receiver {
    /// Binds a free port on loopback.
    pub(crate) async fn bind() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}/notify", listener.local_addr()?);
        Ok(Self { listener, url })
    }

    /// Where callbacks go.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Serves until the stop, then closes every connection.
    pub(crate) async fn serve(self, journeys: Arc<Journeys>, stop: CancellationToken) {
        let tasks = TaskTracker::new();
        let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => break,
                accepted = accept(&self.listener, &room) => accepted,
            };
            let Some((stream, permit)) = accepted else { continue };
            let (journeys, stop) = (journeys.clone(), stop.clone());
            tasks.spawn(async move {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = converse(stream, &journeys) => {}
                }
                drop(permit);
            });
        }
        tasks.close();
        tasks.wait().await;
    }
}

async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let permit = room.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => stream.set_nodelay(true).ok().map(|()| (stream, permit)),
        Err(_) => {
            // Out of descriptors, most likely: accepting again at once would spin.
            tokio::time::sleep(Duration::from_millis(10)).await;
            None
        }
    }
}

async fn converse(stream: TcpStream, journeys: &Arc<Journeys>) {
    let service = service_fn(|request| async { Ok::<_, Infallible>(receive(request, journeys).await) });
    // A broken connection is the caller's to notice; it will deliver again.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(MAX_BODY_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn receive(request: Request<Incoming>, journeys: &Journeys) -> Response<Full<Bytes>> {
    if request.method() != Method::POST {
        return answer(StatusCode::METHOD_NOT_ALLOWED, REFUSAL);
    }
    let body = tokio::time::timeout(BODY_WITHIN, Limited::new(request.into_body(), MAX_BODY_BYTES).collect()).await;
    let Ok(Ok(body)) = body else {
        return answer(StatusCode::BAD_REQUEST, REFUSAL);
    };
    let at = Instant::now();
    let known = match journeys.merchant.read_callback(&body.to_bytes()) {
        Some(notice) => journeys.called_back(&notice, at),
        None => journeys.bad_callback(),
    };
    answer(StatusCode::OK, if known { ACK_BODY } else { REFUSAL })
}

fn answer(status: StatusCode, body: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(body.as_bytes())));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/json"),
    );
    response
}

#[cfg(test)]
mod tests;
