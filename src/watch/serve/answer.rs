//! Who may look, and what they see.

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Body, Frame, Incoming, SizeHint},
    header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap, HeaderValue, ORIGIN},
};
use measure::{
    frames::FrameWriter,
    snapshot::{Snapshot, Stage},
};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use tokio::{
    sync::{mpsc, watch},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The version of these answers.
pub(crate) const FORMAT: u32 = 1;
/// A watcher who takes no line for so long is let go.
const SLOW: Duration = Duration::from_secs(10);

/// What answers need.
pub(super) struct Hall {
    pub(super) own: SocketAddr,
    pub(super) token: Option<String>,
    pub(super) pictures: watch::Receiver<Arc<Snapshot>>,
    pub(super) tasks: TaskTracker,
}

/// `GET /status` of a load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct LoadStatus {
    /// [`FORMAT`].
    pub(crate) format: u32,
    /// `load`: what is watched is told apart by it.
    pub(crate) kind: String,
    /// The version of paydrill.
    pub(crate) version: String,
    /// The scenario's name.
    pub(crate) scenario: String,
    /// What it drives.
    pub(crate) target: String,
    /// Where the run stands.
    pub(crate) stage: Stage,
    /// Microseconds since the first arrival's planned instant.
    pub(crate) elapsed_us: u64,
}

impl Hall {
    /// Answers a request. `gone` ends its connection.
    pub(super) fn answer(&self, request: &Request<Incoming>, gone: &CancellationToken) -> Response<Told> {
        if !is_ours(request.headers(), self.own) {
            return refusal(StatusCode::FORBIDDEN, "call it by its address or as localhost");
        }
        if !self.is_let_in(request.headers()) {
            return refusal(
                StatusCode::UNAUTHORIZED,
                "send `Authorization: Bearer TOKEN`, the admin_token",
            );
        }
        if request.method() != Method::GET {
            return refusal(
                StatusCode::METHOD_NOT_ALLOWED,
                "a load that is watched is not steered: only GET",
            );
        }
        match request.uri().path() {
            "/status" => told("application/json", Told::Whole(Some(self.status().into()))),
            "/frames" => told("application/jsonl", Told::Lines(self.lines(gone.clone()))),
            "/metrics" => told(dashboards::OPENMETRICS, Told::Whole(Some(self.metrics().into()))),
            _ => refusal(StatusCode::NOT_FOUND, "there are /status, /frames and /metrics"),
        }
    }

    fn status(&self) -> Vec<u8> {
        let picture = Arc::clone(&self.pictures.borrow());
        let status = LoadStatus {
            format: FORMAT,
            kind: "load".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: picture.plan.scenario.clone(),
            target: picture.plan.target.clone(),
            stage: picture.stage,
            elapsed_us: picture.elapsed_us,
        };
        serde_json::to_vec(&status).expect("numbers and text are JSON")
    }

    fn metrics(&self) -> String {
        let picture = Arc::clone(&self.pictures.borrow());
        dashboards::exposition(&picture)
    }

    fn lines(&self, gone: CancellationToken) -> mpsc::Receiver<Bytes> {
        // One waits while another is on its way.
        let (lines, waiting) = mpsc::channel(1);
        self.tasks.spawn(tell(self.pictures.clone(), lines, gone));
        waiting
    }

    fn is_let_in(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else { return true };
        let presented = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let presented = presented
            .and_then(|value| value.strip_prefix("Bearer "))
            .unwrap_or_default();
        presented.as_bytes().ct_eq(token.as_bytes()).into()
    }
}

/// A picture a line, the newest there is, until the load is over or nobody takes them.
async fn tell(mut pictures: watch::Receiver<Arc<Snapshot>>, lines: mpsc::Sender<Bytes>, gone: CancellationToken) {
    let mut writer = FrameWriter::new(Vec::new());
    loop {
        let picture = Arc::clone(&pictures.borrow_and_update());
        if writer.write(&picture).is_err() {
            return;
        }
        let bytes = Bytes::from(std::mem::take(writer.output()));
        match timeout(SLOW, lines.send(bytes)).await {
            Ok(Ok(())) => {}
            Ok(Err(_left)) => return,
            Err(_slow) => return gone.cancel(),
        }
        if picture.stage == Stage::Ended {
            return;
        }
        let left = tokio::select! {
            changed = pictures.changed() => changed.is_err(),
            () = lines.closed() => true,
        };
        if left {
            return;
        }
    }
}

/// A web page open in a browser on this machine must not look on through a name that it controls, so `Host` and `Origin`
/// name loopback or the port's own address, as on a gateway's admin port.
fn is_ours(headers: &HeaderMap, own: SocketAddr) -> bool {
    let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
    let host = headers.get(HOST).map(text).unwrap_or_default();
    let origins = headers.get_all(ORIGIN).iter().map(text);
    let mut origins = origins.map(|origin| origin.strip_prefix("http://").unwrap_or_default().to_owned());
    names_us(&host, own) && origins.all(|authority| names_us(&authority, own))
}

fn names_us(authority: &str, own: SocketAddr) -> bool {
    let name = match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) | None => authority,
    };
    let literal = name.trim_start_matches('[').trim_end_matches(']');
    let is_own = |ip: IpAddr| ip.is_loopback() || ip == own.ip() || own.ip().is_unspecified();
    name.eq_ignore_ascii_case("localhost") || literal.parse().is_ok_and(is_own)
}

fn told(media_type: &'static str, body: Told) -> Response<Told> {
    let mut response = Response::new(body);
    let media_type = HeaderValue::from_static(media_type);
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response
}

fn refusal(status: StatusCode, remedy: &str) -> Response<Told> {
    let body = serde_json::json!({ "error": status.canonical_reason(), "remedy": remedy });
    let mut response = told("application/json", Told::Whole(Some(body.to_string().into())));
    *response.status_mut() = status;
    response
}

/// A body.
pub(super) enum Told {
    Whole(Option<Bytes>),
    Lines(mpsc::Receiver<Bytes>),
}

impl Body for Told {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let bytes = match self.get_mut() {
            Self::Whole(bytes) => Poll::Ready(bytes.take()),
            Self::Lines(lines) => lines.poll_recv(context),
        };
        bytes.map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Self::Lines(_) => SizeHint::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_strangers_are_not_ours() {
        let loopback = SocketAddr::from(([127, 0, 0, 1], 8081));
        let lan = SocketAddr::from(([10, 0, 0, 7], 8081));
        for (authority, own, ours) in [
            ("localhost", loopback, true),
            ("LocalHost:8081", loopback, true),
            ("127.0.0.1:8081", loopback, true),
            ("[::1]:8081", loopback, true),
            ("10.0.0.7:8081", lan, true),
            ("10.0.0.8:8081", lan, false),
            ("evil.example", loopback, false),
            ("localhost.evil.example:8081", loopback, false),
            ("", loopback, false),
            (":8081", loopback, false),
        ] {
            assert_eq!(names_us(authority, own), ours, "{authority:?} at {own}");
        }
    }
}
