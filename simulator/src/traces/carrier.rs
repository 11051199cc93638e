//! Carries a message of spans to the collector: one connection each, over plain HTTP, as the messages are few.
//!
//! The SDK waits for it on a thread of its own, where no runtime is: so the work is a task of the gateway's runtime.

use std::{pin::Pin, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, Response, Uri, client::conn::http1, header::HOST};
use hyper_util::rt::TokioIo;
use opentelemetry_http::{HttpClient, HttpError};
use tokio::{net::TcpStream, runtime::Handle, time::timeout};
use tokio_util::task::TaskTracker;

/// From the connect to the end of the answer.
const WITHIN: Duration = Duration::from_secs(5);
/// Most that is read of an answer, which is a few bytes.
const ANSWER_MAX_BYTES: usize = 64 * 1024;
/// The port of a URL that names none.
const PORT: u16 = 80;

/// Whoever sends for the SDK.
#[derive(Debug)]
pub(super) struct Carrier {
    runtime: Handle,
    tasks: TaskTracker,
}

type Carried<'c> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'c>>;

impl Carrier {
    /// One that works on the runtime of this moment.
    pub(super) fn new() -> Self {
        Self {
            runtime: Handle::current(),
            tasks: TaskTracker::new(),
        }
    }
}

impl HttpClient for Carrier {
    fn send_bytes<'life0, 'async_trait>(&'life0 self, request: Request<Bytes>) -> Carried<'async_trait>
    where
        'life0: 'async_trait,
        Self: 'async_trait,
    {
        // The timer is made within the task, where there is a runtime.
        let sending = async { timeout(WITHIN, send(request)).await };
        let sent = self.tasks.spawn_on(sending, &self.runtime);
        Box::pin(async move { sent.await?? })
    }
}

async fn send(request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    let (mut head, body) = request.into_parts();
    let host = head.uri.host().ok_or("a collector without a host")?;
    let address = (host.trim_matches(['[', ']']), head.uri.port_u16().unwrap_or(PORT));
    let stream = TcpStream::connect(address).await?;
    let authority = head.uri.authority().ok_or("a collector without a host")?;
    head.headers.insert(HOST, authority.as_str().parse()?);
    head.uri = head
        .uri
        .path_and_query()
        .map_or_else(|| Uri::from_static("/"), |path| Uri::from(path.clone()));
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let exchange = async move {
        let response = sender.send_request(Request::from_parts(head, Full::new(body))).await?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, ANSWER_MAX_BYTES).collect().await?.to_bytes();
        Ok(Response::from_parts(head, body))
    };
    // The connection ends with its exchange: whoever sent has gone by then.
    let (answer, _ended) = tokio::join!(exchange, connection);
    answer
}
