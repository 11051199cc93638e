//! Connections to one target: taken for an exchange, given back after it, let go when they were idle too long.
//!
//! Leaves the exchange to `client`. Invariant: it connects only to addresses that the gate admitted, whatever the URL's
//! host may resolve to by now.

use std::{
    collections::VecDeque,
    io,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::Instant};
use tokio_util::task::TaskTracker;

use crate::gate::Gate;

/// Idle connections are let go after this, well before a gateway's own idle deadline: the two then never race.
pub(super) const IDLE: Duration = Duration::from_secs(4);

/// Idle connections that are kept.
const MAX_IDLE: usize = 1024;

/// A connection, ready for a request.
pub(super) type Connection = http1::SendRequest<Full<Bytes>>;

/// The connections of one target.
pub(super) struct Pool {
    gate: Gate,
    /// The one that was idle longest first.
    idle: Mutex<VecDeque<Idle>>,
    /// Each ends with its connection, and that with its last owner.
    tasks: TaskTracker,
}

struct Idle {
    connection: Connection,
    since: Instant,
}

impl Pool {
    pub(super) fn new(gate: Gate) -> Self {
        Self {
            gate,
            idle: Mutex::default(),
            tasks: TaskTracker::new(),
        }
    }

    /// An idle connection, or a new one.
    ///
    /// # Errors
    /// What the last address said when none could be connected to.
    pub(super) async fn take(&self) -> io::Result<Connection> {
        while let Some(mut connection) = self.take_idle() {
            // One that came back this moment may not have seen the end of its answer; one that will be closed says so.
            if connection.ready().await.is_ok() {
                return Ok(connection);
            }
        }
        self.connect().await
    }

    /// Keeps a connection whose answer was read to its end.
    pub(super) fn give_back(&self, connection: Connection) {
        let since = Instant::now();
        let mut idle = self.idle();
        while idle.len() >= MAX_IDLE || idle.front().is_some_and(|oldest| since - oldest.since > IDLE) {
            idle.pop_front();
        }
        idle.push_back(Idle { connection, since });
    }

    /// The one that came back last, so that those too many grow old; sooner one that need not be waited for.
    fn take_idle(&self) -> Option<Connection> {
        let mut idle = self.idle();
        let ready = idle.iter().rposition(|idle| idle.connection.is_ready());
        let at = ready.or_else(|| idle.len().checked_sub(1))?;
        let Idle { connection, since } = idle.remove(at)?;
        if since.elapsed() > IDLE {
            // All before it are older still.
            idle.drain(..at);
            return None;
        }
        Some(connection)
    }

    async fn connect(&self) -> io::Result<Connection> {
        let mut last = io::Error::new(io::ErrorKind::NotFound, "no admitted address");
        for admitted in self.gate.addresses() {
            match TcpStream::connect(admitted.address()).await {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    let (connection, driver) =
                        http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
                    // What breaks it, the exchange under way hears too.
                    self.tasks.spawn(driver);
                    return Ok(connection);
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn idle(&self) -> MutexGuard<'_, VecDeque<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
