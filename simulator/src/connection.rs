//! One merchant connection: HTTP/1.1 over any byte stream, with TLS between or without, and when it ends. The deadlines
//! and faults of its bytes are the [`Wire`]'s; what a request means is the gateway's.

mod tap;

use std::{convert::Infallible, io, pin, sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::{
    Request, Response,
    body::{Body, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use scenarios::ConnectionFault;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::{
    config::HttpLimits,
    connection::tap::Tap,
    fault::{
        body::{self, GARBAGE_BYTES},
        wire::{Ending, Line, Stream, Wire},
    },
    gateway::{self, Gateway},
    tls::{self, Certificates},
};

/// An HTTP answer of the merchant port.
pub(crate) type Answer = Response<body::Body>;

/// Said instead of an answer, once the connection's [`Line`] knows how to end.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the connection ends without an answer")]
pub(crate) struct Severed;

/// When connections must go.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop {
    /// Finish what is in flight, then close.
    pub(crate) drain: CancellationToken,
    /// Close.
    pub(crate) now: CancellationToken,
}

/// How a port is spoken to.
#[derive(Clone)]
pub(crate) enum Scheme {
    /// In the clear.
    Http,
    /// Over TLS.
    Https(Arc<Certificates>),
}

/// Serves one connection until it ends.
pub(crate) async fn serve<S: Stream>(stream: S, scheme: Scheme, gateway: Arc<Gateway>, stop: Stop) {
    let secure = matches!(scheme, Scheme::Https(_));
    let line = Line::new(gateway.limits, stream.peer(), secure);
    let wire = Wire::new(stream, Arc::clone(&line), Arc::clone(&gateway.in_force));
    match scheme {
        Scheme::Http => talk(wire, line, gateway, stop).await,
        // On the heap, so that connections in the clear don't carry room for it.
        Scheme::Https(certificates) => Box::pin(talk_secretly(wire, certificates, line, gateway, stop)).await,
    }
}

async fn talk_secretly<S: Stream>(
    wire: Wire<S>,
    certificates: Arc<Certificates>,
    line: Arc<Line>,
    gateway: Arc<Gateway>,
    stop: Stop,
) {
    match tls::shake_hands(wire, &certificates, &line, &gateway, &stop).await {
        Ok(stream) => {
            line.secured();
            talk(stream, line, gateway, stop).await;
        }
        Err(error) => {
            gateway.metrics.handshakes_failed.inc();
            tracing::debug!(%error, "no TLS came about");
        }
    }
}

/// Speaks HTTP in the clear until either side ends it.
async fn talk<T>(stream: T, line: Arc<Line>, gateway: Arc<Gateway>, stop: Stop)
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let limits = gateway.limits;
    let stream = Tap::new(stream, Arc::clone(&line));
    let mut borders = gateway.in_force.borders();
    let in_force = Arc::clone(&gateway.in_force);

    let asked = Arc::clone(&line);
    let refused = Arc::clone(&gateway);
    let service = service_fn(move |request: Request<Incoming>| {
        let gateway = Arc::clone(&gateway);
        let line = Arc::clone(&asked);
        async move {
            line.asked();
            let answer = gateway::handle(&gateway, &line, request).await;
            line.answered();
            answer
        }
    });
    let mut connection = http(&limits).serve_connection(TokioIo::new(stream), service);
    let mut draining = false;
    let mut tls_fault = in_force.tls_now();
    loop {
        tokio::select! {
            ended = &mut connection => {
                if let Err(error) = ended {
                    tracing::debug!(%error, secure = line.secure(), "connection ended");
                }
                break;
            }
            Ok(()) = borders.changed() => {
                if in_force.refuses_now() && line.is_idle() {
                    refused.metrics.spoiled(&in_force.get(), ConnectionFault::Refuse);
                    line.sever(Ending::Reset);
                    return;
                }
                let now = in_force.tls_now();
                if line.secure() && now.is_some() && now != tls_fault {
                    // Idle it closes at once, busy after its answer: whoever comes again has to shake hands.
                    pin::Pin::new(&mut connection).graceful_shutdown();
                }
                tls_fault = now;
            }
            () = stop.drain.cancelled(), if !draining => {
                draining = true;
                pin::Pin::new(&mut connection).graceful_shutdown();
            }
            () = stop.now.cancelled() => return,
        }
    }
    if let Some(seed) = line.garbage() {
        let stream = connection.into_parts().io.into_inner();
        tokio::select! {
            _gone_already = say(stream, body::garbage(seed)) => {}
            () = stop.now.cancelled() => {}
        }
    }
}

fn http(limits: &HttpLimits) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        // The wire keeps the head's deadline, as hyper's would also end connections that are merely idle.
        .header_read_timeout(None::<Duration>)
        .max_headers(limits.headers)
        .max_header_size(limits.head_bytes)
        .max_buf_size(limits.head_bytes);
    http
}

/// Says something that is no HTTP, and ends.
async fn say(mut stream: impl AsyncWrite + Unpin, words: [u8; GARBAGE_BYTES]) -> io::Result<()> {
    stream.write_all(&words).await?;
    stream.shutdown().await
}

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyError {
    /// It has more bytes than the port's limit.
    #[error("the body has more than {limit_bytes} bytes")]
    TooLong {
        /// The limit.
        limit_bytes: usize,
    },
    /// It did not come in time.
    #[error("the body did not come within {} s", .within.as_secs())]
    TooSlow {
        /// The deadline.
        within: Duration,
    },
    /// The peer left or broke HTTP's framing.
    #[error("the body ended before its end")]
    Broken,
}

/// Reads a whole body within the port's limit and deadline.
pub(crate) async fn read_body(body: Incoming, limits: &HttpLimits) -> Result<Bytes, BodyError> {
    let too_long = BodyError::TooLong {
        limit_bytes: limits.body_bytes,
    };
    // A length that is announced needs no waiting for.
    if body.size_hint().lower() > limits.body_bytes as u64 {
        return Err(too_long);
    }
    let reading = Limited::new(body, limits.body_bytes).collect();
    match timeout(limits.body, reading).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_long),
        Ok(Err(_)) => Err(BodyError::Broken),
        Err(_) => Err(BodyError::TooSlow { within: limits.body }),
    }
}

/// For services that always answer.
pub(crate) type Always<T> = Result<T, Infallible>;

#[cfg(test)]
mod tests;
