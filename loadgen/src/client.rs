//! One HTTP request, timed: sent over a pooled connection, the whole body read, and what broke it named.
//!
//! Knows HTTP; what the bytes mean is `merchant`'s, connections are `pool`'s. Requests are never repeated behind the
//! caller's back: a fault must be seen as the wire showed it.

mod pool;

use std::{error::Error as StdError, io, sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{Method, Request, StatusCode, Uri, header};
use measure::sample::Class;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::gate::Gate;
use pool::Pool;

/// The longest answer that is read; one public client caps there too.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// What a `Host` header leaves out.
const DEFAULT_PORT: &str = ":80";

/// The client's time-out when the caller names none, for a whole exchange with connect and body.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(10);

/// A request, ready to send.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    /// GET, POST, PUT or DELETE.
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) path: String,
    /// Extra headers.
    pub(crate) headers: Vec<(header::HeaderName, header::HeaderValue)>,
    /// The body.
    pub(crate) body: Bytes,
}

impl Outgoing {
    /// A question without a body.
    pub(crate) fn get(path: String) -> Self {
        Self {
            method: Method::GET,
            path,
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }
}

/// A request that ended.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// When it was sent.
    pub(crate) sent: Instant,
    /// When the answer's head was there; equal to `done` where there was none.
    pub(crate) first_byte: Instant,
    /// When it ended.
    pub(crate) done: Instant,
    /// The answer, or what broke it.
    pub(crate) answer: Result<Answer, Broken>,
}

impl Exchange {
    /// One that is not made, for its like never reached the wallet in the run that is repeated, and ended so.
    pub(crate) fn unsent(class: Class) -> Self {
        Self::skipped(class, "as in the run that this one repeats")
    }

    /// One that is not made.
    pub(crate) fn skipped(class: Class, why: &str) -> Self {
        let now = Instant::now();
        Self {
            sent: now,
            first_byte: now,
            done: now,
            answer: Err(Broken {
                class,
                status: None,
                why: why.to_owned(),
            }),
        }
    }
}

/// An answer, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: StatusCode,
    /// Its body.
    pub(crate) body: Bytes,
}

/// An exchange without a whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    /// What it counts as.
    pub(crate) class: Class,
    /// The status, where the head was there.
    pub(crate) status: Option<StatusCode>,
    /// For people: what the socket said.
    pub(crate) why: String,
}

/// The pooled client of one target. Clones share the pool.
#[derive(Clone)]
pub(crate) struct Client {
    pool: Arc<Pool>,
    host: header::HeaderValue,
    timeout: Duration,
    abort: CancellationToken,
}

impl Client {
    /// `abort` ends every request under way.
    pub(crate) fn new(gate: Gate, timeout: Duration, abort: CancellationToken) -> Self {
        let authority = gate.authority();
        let host = authority.strip_suffix(DEFAULT_PORT).unwrap_or(authority);
        Self {
            host: host.parse().expect("a host of a URL is printable ASCII"),
            pool: Arc::new(Pool::new(gate)),
            timeout,
            abort,
        }
    }

    /// Host and port of the target; the port of http is left out.
    pub(crate) fn authority(&self) -> &str {
        self.host.to_str().expect("it was made of a str")
    }

    /// How long an exchange may take.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Sends and reads the whole answer. Never longer than the time-out.
    pub(crate) async fn exchange(&self, outgoing: Outgoing) -> Exchange {
        let sent = Instant::now();
        let mut head: Option<(Instant, StatusCode)> = None;
        let answer = tokio::select! {
            biased;
            () = self.abort.cancelled() => Err((Class::Aborted, "stopped".to_owned())),
            answer = tokio::time::timeout_at(sent + self.timeout, self.talk(outgoing, &mut head)) => match answer {
                Ok(answer) => answer,
                Err(_) => Err((Class::Timeout, format!("no whole answer within {:?}", self.timeout))),
            },
        };
        let done = Instant::now();
        let status = head.map(|(_, status)| status);
        Exchange {
            sent,
            first_byte: head.map_or(done, |(at, _)| at),
            done,
            answer: answer.map_err(|(class, why)| Broken { class, status, why }),
        }
    }

    async fn talk(
        &self,
        outgoing: Outgoing,
        head: &mut Option<(Instant, StatusCode)>,
    ) -> Result<Answer, (Class, String)> {
        let request = self.request(outgoing)?;
        let mut connection = self
            .pool
            .take()
            .await
            .map_err(|error| (class_of_connect(error.kind()), explain(&error)))?;
        let response = connection
            .send_request(request)
            .await
            .map_err(|error| (class_of_send(&error), explain(&error)))?;
        let status = response.status();
        *head = Some((Instant::now(), status));
        let body = Limited::new(response.into_body(), MAX_ANSWER_BYTES)
            .collect()
            .await
            .map_err(|error| (class_of_body(error.as_ref()), explain(error.as_ref())))?;
        self.pool.give_back(connection);
        Ok(Answer {
            status,
            body: body.to_bytes(),
        })
    }

    fn request(&self, outgoing: Outgoing) -> Result<Request<Full<Bytes>>, (Class, String)> {
        let uri = Uri::try_from(outgoing.path).map_err(|error| (Class::Protocol, error.to_string()))?;
        let mut request = Request::new(Full::new(outgoing.body));
        *request.method_mut() = outgoing.method;
        *request.uri_mut() = uri;
        request.headers_mut().insert(header::HOST, self.host.clone());
        request.headers_mut().extend(outgoing.headers);
        Ok(request)
    }
}

fn class_of_connect(kind: io::ErrorKind) -> Class {
    match kind {
        io::ErrorKind::TimedOut => Class::Timeout,
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionAborted => Class::Reset,
        // `io::ErrorKind` cannot be matched to its end; all the rest never carried a request.
        _ => Class::Refused,
    }
}

fn class_of_send(error: &hyper::Error) -> Class {
    match io_kind(error) {
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionAborted) => {
            Class::Reset
        }
        // Closed before an answer, or found closed before the request could leave.
        Some(_) | None if error.is_incomplete_message() || error.is_canceled() || error.is_closed() => Class::Empty,
        Some(_) | None => Class::Protocol,
    }
}

fn class_of_body(error: &(dyn StdError + 'static)) -> Class {
    if error.downcast_ref::<LengthLimitError>().is_some() {
        return Class::Protocol;
    }
    match io_kind(error) {
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionAborted) => {
            Class::Reset
        }
        Some(_) | None => Class::Protocol,
    }
}

fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| StdError::source(*error))
}

fn io_kind(error: &(dyn StdError + 'static)) -> Option<io::ErrorKind> {
    chain(error)
        .find_map(|error| error.downcast_ref::<io::Error>())
        .map(io::Error::kind)
}

fn explain(error: &(dyn StdError + 'static)) -> String {
    chain(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests;
