//! One delivery: connect where the gate allows, post, read at most 64 KiB, follow nothing.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Request,
    client::conn::http1::{self, SendRequest},
    header::{CONTENT_TYPE, HOST, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    time::{Instant, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use url::Host;

use super::{
    secure,
    target::{Forbidden, Gate, Target},
};

/// Most that is read of a merchant's answer.
const ANSWER_MAX_BYTES: usize = 64 * 1024;
/// A kept connection idle for longer is not used again: many servers close theirs after five seconds, and a request
/// that meets the close would be an attempt failed for no fault of the merchant's.
pub(super) const REUSE_WITHIN: Duration = Duration::from_secs(2);

/// What a merchant said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: Bytes,
}

/// Why nothing was heard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    /// It may not be called.
    #[error("forbidden: {0}")]
    Forbidden(#[from] Forbidden),
    /// Its name has no address.
    #[error("resolve: {0}")]
    Resolve(String),
    /// Nobody took the connection.
    #[error("connect: {0}")]
    Connect(String),
    /// The connection broke, or what came is no HTTP.
    #[error("broken: {0}")]
    Broken(String),
    /// The answer is longer than anybody reads.
    #[error("answer_too_long: more than {ANSWER_MAX_BYTES} bytes")]
    TooLong,
    /// No answer in time.
    #[error("timeout: no answer within {} ms", .0.as_millis())]
    Timeout(Duration),
}

/// What deliveries need besides their content.
#[derive(Clone, Debug)]
pub(crate) struct Road {
    /// Where they may go.
    pub(crate) gate: Gate,
    /// Keeps count of the tasks that drive connections.
    pub(crate) tasks: TaskTracker,
    /// Ends them.
    pub(crate) stop: CancellationToken,
    /// Instead of the network: whoever listens here gets the other end, in virtual time.
    #[cfg(test)]
    pub(crate) memory: Option<tokio::sync::mpsc::Sender<tokio::io::DuplexStream>>,
}

/// An open connection to a merchant.
#[derive(Debug)]
pub(crate) struct Kept {
    sender: SendRequest<Full<Bytes>>,
    since: Instant,
}

impl Kept {
    /// It is used now, however long it took to open others.
    pub(super) fn again(self) -> Self {
        Self {
            since: Instant::now(),
            ..self
        }
    }

    /// Whether it may be used again.
    pub(super) fn is_fresh(&self) -> bool {
        self.since.elapsed() < REUSE_WITHIN && !self.sender.is_closed()
    }
}

/// Opens a connection that nothing has used yet.
pub(super) async fn open(road: &Road, target: &Target, within: Duration) -> Result<Kept, Failure> {
    let connected = timeout(within, connect(road, target)).await;
    let sender = connected.unwrap_or(Err(Failure::Timeout(within)))?;
    Ok(Kept {
        sender,
        since: Instant::now(),
    })
}

/// Delivers a body of a content type. Leaves the connection in `kept` where it can be used again.
pub(crate) async fn deliver(
    road: &Road,
    target: &Target,
    body: (&'static str, Bytes),
    within: Duration,
    kept: &mut Option<Kept>,
) -> Result<Heard, Failure> {
    let attempt = post(road, target, body, kept.take());
    let (heard, connection) = timeout(within, attempt)
        .await
        .unwrap_or(Err(Failure::Timeout(within)))?;
    *kept = connection;
    Ok(heard)
}

async fn post(
    road: &Road,
    target: &Target,
    (content_type, body): (&'static str, Bytes),
    kept: Option<Kept>,
) -> Result<(Heard, Option<Kept>), Failure> {
    let request = Request::post(&target.path)
        .header(HOST, &target.authority)
        .header(CONTENT_TYPE, content_type)
        .header(USER_AGENT, concat!("paydrill/", env!("CARGO_PKG_VERSION")))
        .body(Full::new(body))
        .map_err(|error| Failure::Broken(error.to_string()))?;
    let (response, mut sender) = send(road, target, request, kept).await?;
    let status = response.status().as_u16();
    let read = Limited::new(response.into_body(), ANSWER_MAX_BYTES).collect().await;
    let body = read
        .map_err(|error| match error.downcast_ref::<http_body_util::LengthLimitError>() {
            Some(_) => Failure::TooLong,
            None => Failure::Broken(error.to_string()),
        })?
        .to_bytes();
    let open = sender.ready().await.is_ok();
    let kept = open.then(|| Kept {
        sender,
        since: Instant::now(),
    });
    Ok((Heard { status, body }, kept))
}

type Sent = (hyper::Response<hyper::body::Incoming>, SendRequest<Full<Bytes>>);

/// Sends over the kept connection; a request that certainly never left it goes over a new one.
async fn send(
    road: &Road,
    target: &Target,
    request: Request<Full<Bytes>>,
    kept: Option<Kept>,
) -> Result<Sent, Failure> {
    let usable = kept.filter(Kept::is_fresh);
    let request = match usable {
        None => request,
        Some(Kept { mut sender, .. }) => match sender.try_send_request(request).await {
            Ok(response) => return Ok((response, sender)),
            Err(mut error) => match error.take_message() {
                Some(unsent) => unsent,
                None => return Err(broken(&error.into_error())),
            },
        },
    };
    let mut sender = connect(road, target).await?;
    match sender.send_request(request).await {
        Ok(response) => Ok((response, sender)),
        Err(error) => Err(broken(&error)),
    }
}

async fn connect(road: &Road, target: &Target) -> Result<SendRequest<Full<Bytes>>, Failure> {
    let mut refused = Failure::Resolve("the name has no address".to_owned());
    for address in resolve(target).await? {
        if let Err(forbidden) = road.gate.check(address) {
            refused = forbidden.into();
            continue;
        }
        #[cfg(test)]
        if let Some(listener) = &road.memory {
            let (ours, theirs) = tokio::io::duplex(64 * 1024);
            return match listener.send(theirs).await {
                Ok(()) => introduce(road, target, ours).await,
                Err(_) => Err(Failure::Connect("nobody listens".to_owned())),
            };
        }
        match TcpStream::connect(address).await {
            Ok(stream) => {
                // Callbacks are single small writes: waiting to fill a packet only adds to their latency.
                let _ = stream.set_nodelay(true);
                return introduce(road, target, stream).await;
            }
            Err(error) => refused = Failure::Connect(error.to_string()),
        }
    }
    Err(refused)
}

async fn resolve(target: &Target) -> Result<Vec<SocketAddr>, Failure> {
    match &target.host {
        Host::Ipv4(ip) => Ok(vec![SocketAddr::from((*ip, target.port))]),
        Host::Ipv6(ip) => Ok(vec![SocketAddr::from((*ip, target.port))]),
        Host::Domain(name) => match lookup_host((name.as_str(), target.port)).await {
            Ok(addresses) => Ok(addresses.collect()),
            Err(error) => Err(Failure::Resolve(error.to_string())),
        },
    }
}

/// TLS first, where the target asks for it.
async fn introduce<S>(road: &Road, target: &Target, stream: S) -> Result<SendRequest<Full<Bytes>>, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    if target.secure {
        shake_hands(road, secure::shake_hands(&target.host, stream).await?).await
    } else {
        shake_hands(road, stream).await
    }
}

async fn shake_hands(
    road: &Road,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) -> Result<SendRequest<Full<Bytes>>, Failure> {
    let (sender, connection) = http1::Builder::new()
        .max_buf_size(ANSWER_MAX_BYTES)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| broken(&error))?;
    let stop = road.stop.clone();
    road.tasks.spawn(async move {
        tokio::select! {
            ended = connection => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a callback connection ended");
                }
            }
            () = stop.cancelled() => {}
        }
    });
    Ok(sender)
}

fn broken(error: &hyper::Error) -> Failure {
    let cause = std::error::Error::source(error);
    Failure::Broken(cause.map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}")))
}
