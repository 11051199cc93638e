//! Ports. A port stays ours for as long as the gateway runs, even while a phase refuses connections: a second socket,
//! bound but never listening, keeps it. Without a listener the system itself answers "connection refused".

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};
use tokio_util::task::TaskTracker;

use crate::{
    connection::{self, Stop},
    drill::InForce,
    fault::wire::Stream,
    gateway::Gateway,
};

/// Connections that the system completes before we accept them.
const BACKLOG: i32 = 4_096;
/// Said to a connection beyond the limit.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\nConnection: close\r\n\r\n";
/// Wait before trying again to accept or to listen, when the system is short of something.
const AGAIN: Duration = Duration::from_millis(50);

/// A port that could not be had.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {error}")]
pub struct ListenError {
    /// The address.
    pub address: SocketAddr,
    /// What the system said.
    #[source]
    pub error: io::Error,
}

/// A port that is ours.
#[derive(Debug)]
pub(crate) struct Port {
    address: SocketAddr,
    // Never listens; only its being bound matters.
    _keeper: Socket,
}

impl Port {
    /// Takes a port; 0 lets the system choose. The port does not listen yet.
    pub(crate) fn claim(wanted: SocketAddr) -> Result<Self, ListenError> {
        let claim = || {
            let keeper = bind(wanted)?;
            let address = keeper
                .local_addr()?
                .as_socket()
                .ok_or(io::ErrorKind::AddrNotAvailable)?;
            Ok(Self {
                address,
                _keeper: keeper,
            })
        };
        claim().map_err(|error| ListenError { address: wanted, error })
    }

    /// Its address.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Listens.
    pub(crate) fn open(&self) -> Result<TcpListener, ListenError> {
        let open = || {
            let socket = bind(self.address)?;
            socket.listen(BACKLOG)?;
            socket.set_nonblocking(true)?;
            TcpListener::from_std(socket.into())
        };
        open().map_err(|error| ListenError {
            address: self.address,
            error,
        })
    }
}

/// Both the keeper and the listener allow the address to be shared, which on Linux two sockets may as long as only one
/// of them listens; a stranger's bind still fails while ours does.
fn bind(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// Accepts merchants' connections until told to drain; closes the listener while a phase refuses them.
pub(crate) async fn accept(port: Port, first: TcpListener, gateway: Arc<Gateway>, tasks: TaskTracker, stop: Stop) {
    let in_force = Arc::clone(&gateway.in_force);
    let mut borders = in_force.borders();
    let open = Arc::new(AtomicUsize::new(0));
    let mut listener = Some(first);
    loop {
        listener = match (listener, in_force.refuses_now()) {
            (Some(_), true) => None,
            (None, false) => reopen(&port).await,
            (kept @ Some(_), false) | (kept @ None, true) => kept,
        };
        let accepted = async {
            match &listener {
                Some(listener) => listener.accept().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = stop.drain.cancelled() => return,
            Ok(()) = borders.changed() => {}
            accepted = accepted => match accepted {
                Ok((stream, _)) => welcome(stream, &gateway, &open, &tasks, &stop),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(AGAIN).await;
                }
            },
        }
    }
}

async fn reopen(port: &Port) -> Option<TcpListener> {
    match port.open() {
        Ok(listener) => Some(listener),
        Err(error) => {
            tracing::error!(%error, "the merchant port cannot be opened again yet");
            sleep(AGAIN).await;
            None
        }
    }
}

fn welcome(stream: TcpStream, gateway: &Arc<Gateway>, open: &Arc<AtomicUsize>, tasks: &TaskTracker, stop: &Stop) {
    if refuse(&stream, &gateway.in_force) {
        return;
    }
    if open.load(Ordering::Relaxed) >= gateway.limits.connections {
        gateway.metrics.turned_away.inc();
        // One try: a socket that cannot take these few bytes at once gets a plain close.
        let _ = stream.try_write(FULL);
        return;
    }
    // Answers are single small writes: waiting to fill a packet only adds to their latency.
    let _ = stream.set_nodelay(true);
    let guard = Guest::come(Arc::clone(open), gateway);
    let served = connection::serve(stream, Arc::clone(gateway), stop.clone());
    tasks.spawn(async move {
        served.await;
        drop(guard);
    });
}

/// In a refusing phase a connection that the system completed before the listener closed is reset at once.
fn refuse(stream: &TcpStream, in_force: &InForce) -> bool {
    let refuses = in_force.refuses_now();
    if refuses {
        stream.arm_reset();
    }
    refuses
}

/// An open connection, counted for as long as this lives.
#[derive(Debug)]
struct Guest {
    open: Arc<AtomicUsize>,
    gateway: Arc<Gateway>,
}

impl Guest {
    fn come(open: Arc<AtomicUsize>, gateway: &Arc<Gateway>) -> Self {
        open.fetch_add(1, Ordering::Relaxed);
        gateway.metrics.connections.inc();
        Self {
            open,
            gateway: Arc::clone(gateway),
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
        self.gateway.metrics.connections.dec();
    }
}

#[cfg(test)]
mod tests;
