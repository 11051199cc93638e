//! Ports. A port stays ours for as long as the gateway runs, even while a phase refuses connections: a second socket,
//! bound but never listening, keeps it. Without a listener the system itself answers "connection refused".

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use scenarios::ConnectionFault;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};
use tokio_util::task::TaskTracker;

use crate::{
    connection::{self, Scheme, Stop},
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

/// A merchant port that listens.
pub(crate) struct Entrance {
    /// The port.
    pub(crate) port: Port,
    /// Its listener.
    pub(crate) listener: TcpListener,
    /// How it is spoken to.
    pub(crate) scheme: Scheme,
}

impl Entrance {
    /// Takes a port and listens on it.
    pub(crate) fn open(wanted: SocketAddr, scheme: Scheme) -> Result<Self, ListenError> {
        let port = Port::claim(wanted)?;
        let listener = port.open()?;
        Ok(Self { port, listener, scheme })
    }
}

/// Accepts merchants' connections until told to drain; closes the listener while a phase refuses them.
pub(crate) async fn accept(entrance: Entrance, gateway: Arc<Gateway>, tasks: TaskTracker, stop: Stop) {
    let Entrance { port, listener, scheme } = entrance;
    let in_force = Arc::clone(&gateway.in_force);
    let mut borders = in_force.borders();
    let mut listener = Some(listener);
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
                Ok((stream, _)) => welcome(stream, &scheme, &gateway, &tasks, &stop),
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

fn welcome(stream: TcpStream, scheme: &Scheme, gateway: &Arc<Gateway>, tasks: &TaskTracker, stop: &Stop) {
    if refuse(&stream, &gateway.in_force) {
        gateway
            .metrics
            .spoiled(&gateway.in_force.get(), ConnectionFault::Refuse);
        return;
    }
    if gateway.open.load(Ordering::Relaxed) >= gateway.limits.connections {
        gateway.metrics.turned_away.inc();
        match scheme {
            // One try: a socket that cannot take these few bytes at once gets a plain close.
            Scheme::Http => drop(stream.try_write(FULL)),
            // Nothing can be said before a handshake.
            Scheme::Https(_) => {}
        }
        return;
    }
    // Answers are single small writes: waiting to fill a packet only adds to their latency.
    let _ = stream.set_nodelay(true);
    let guard = Guest::come(gateway);
    let served = connection::serve(stream, scheme.clone(), Arc::clone(gateway), stop.clone());
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
    gateway: Arc<Gateway>,
}

impl Guest {
    fn come(gateway: &Arc<Gateway>) -> Self {
        gateway.open.fetch_add(1, Ordering::Relaxed);
        gateway.metrics.connections.inc();
        Self {
            gateway: Arc::clone(gateway),
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.gateway.open.fetch_sub(1, Ordering::Relaxed);
        self.gateway.metrics.connections.dec();
    }
}

#[cfg(test)]
mod tests;
