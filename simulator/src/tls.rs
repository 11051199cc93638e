//! TLS of the merchant port: the certificates it shows, and the handshake with its own faults. Other faults lie beneath
//! it, on the wire; HTTP lies above it and doesn't know. What makes a development CA is the [`authority`]'s.

pub(crate) mod authority;

use std::{
    future::poll_fn,
    io,
    net::IpAddr,
    path::{Path, PathBuf},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{self, PemObject},
    },
    version::{TLS12, TLS13},
};
use scenarios::{ConnectionFault, TlsFault};
use tokio::time::timeout;
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::{
    config::{Identity, TlsConfig},
    connection::Stop,
    fault::wire::{Ending, LONGEST_SILENCE, Line, Stream, Wire, poll_gone},
    gateway::Gateway,
    tls::authority::{Authority, AuthorityError, Issued},
};

/// The only protocol we offer: HTTP/2 would hide what happens to a connection.
const ALPN: &[u8] = b"http/1.1";
/// Nobody's name, so that no client takes it for the one it asked for.
const ANOTHER_HOST: &str = "another-host.invalid";

/// Why there is no HTTPS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The development CA is not to be had.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// A file of the user's cannot be read, or isn't PEM of the right kind.
    #[error("cannot read a {what} from {}: {error}", .path.display())]
    Unreadable {
        /// `certificate` or `key`.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        error: pem::Error,
    },
    /// The user's certificate and key don't fit each other, or aren't of a kind that TLS can use.
    #[error("{} cannot be shown with the key {}: {error}", .cert.display(), .key.display())]
    Unfit {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What TLS says.
        #[source]
        error: rustls::Error,
    },
    /// A certificate that we made ourselves is not accepted.
    #[error("the gateway's own certificate does not work: {0}")]
    Own(#[source] rustls::Error),
}

/// What HTTPS needs, ready.
pub(crate) struct Tls {
    /// Shakes hands.
    pub(crate) certificates: Arc<Certificates>,
    /// The CA that clients are to trust, where it is ours and kept.
    pub(crate) trust: Option<PathBuf>,
}

/// What a handshake can show.
pub(crate) struct Certificates {
    /// Without a fault.
    good: TlsAcceptor,
    /// This host's, and over.
    expired: TlsAcceptor,
    /// Another host's.
    of_another_host: TlsAcceptor,
}

impl Certificates {
    /// What is shown under this fault; nothing where the handshake stalls.
    pub(crate) fn under(&self, fault: Option<TlsFault>) -> Option<&TlsAcceptor> {
        match fault {
            None => Some(&self.good),
            Some(TlsFault::Expired) => Some(&self.expired),
            Some(TlsFault::WrongHost) => Some(&self.of_another_host),
            Some(TlsFault::Stall) => None,
        }
    }
}

impl Tls {
    /// Reads or makes the certificates. `now` is the wall time since the Unix epoch.
    pub(crate) fn load(config: &TlsConfig, now: Duration) -> Result<Self, TlsError> {
        let names = names(config.listen.ip());
        let (authority, trust) = match &config.identity {
            Identity::Files { cert, key } => {
                // The user's CA signs nothing for us: bad certificates come from a CA that nobody trusts, either.
                let good = from_files(cert, key)?;
                return Self::with(good, &Authority::in_memory(now)?, &names, None, now);
            }
            Identity::DevCa { folder } => (
                Authority::in_folder(folder, now)?,
                Some(folder.join(authority::CERTIFICATE)),
            ),
            Identity::Ephemeral => (Authority::in_memory(now)?, None),
        };
        let good = own_acceptor(authority.issue(&names, now)?)?;
        Self::with(good, &authority, &names, trust, now)
    }

    fn with(
        good: TlsAcceptor,
        authority: &Authority,
        names: &[String],
        trust: Option<PathBuf>,
        now: Duration,
    ) -> Result<Self, TlsError> {
        let certificates = Certificates {
            good,
            expired: own_acceptor(authority.issue_expired(names, now)?)?,
            of_another_host: own_acceptor(authority.issue(&[ANOTHER_HOST.to_owned()], now)?)?,
        };
        Ok(Self {
            certificates: Arc::new(certificates),
            trust,
        })
    }
}

fn own_acceptor((chain, key): Issued) -> Result<TlsAcceptor, TlsError> {
    acceptor(vec![chain], key).map_err(TlsError::Own)
}

fn from_files(cert: &Path, key: &Path) -> Result<TlsAcceptor, TlsError> {
    let unreadable = |what, path: &Path| {
        let path = path.to_owned();
        move |error| TlsError::Unreadable { what, path, error }
    };
    let chain = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .and_then(|chain| {
            if chain.is_empty() {
                Err(pem::Error::NoItemsFound)
            } else {
                Ok(chain)
            }
        })
        .map_err(unreadable("certificate", cert))?;
    let secret = PrivateKeyDer::from_pem_file(key).map_err(unreadable("key", key))?;
    acceptor(chain, secret).map_err(|error| TlsError::Unfit {
        cert: cert.to_owned(),
        key: key.to_owned(),
        error,
    })
}

/// What a certificate of our own is valid for.
fn names(listen: IpAddr) -> Vec<String> {
    let mut names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    let own = listen.to_canonical().to_string();
    if !listen.is_unspecified() && !names.contains(&own) {
        names.push(own);
    }
    names
}

fn acceptor(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<TlsAcceptor, rustls::Error> {
    // Named, since the process may hold other providers that a default would have to choose between.
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Shakes hands, within the deadline that the wire keeps and under the fault of this moment, unless the gateway stops or
/// another fault begins.
pub(crate) async fn shake_hands<S: Stream>(
    wire: Wire<S>,
    certificates: &Certificates,
    line: &Line,
    gateway: &Gateway,
    stop: &Stop,
) -> io::Result<TlsStream<Wire<S>>> {
    let in_force = &gateway.in_force;
    let mut borders = in_force.borders();
    let fault = in_force.tls_now();
    if let Some(fault) = fault {
        gateway.metrics.spoiled(&in_force.get(), ConnectionFault::Tls(fault));
    }
    let mut shaken = pin!(async {
        match certificates.under(fault) {
            Some(acceptor) => acceptor.accept(wire).await,
            None => Err(stall(wire, line).await),
        }
    });
    loop {
        tokio::select! {
            shaken = &mut shaken => return shaken,
            Ok(()) = borders.changed() => {
                if in_force.refuses_now() {
                    line.sever(Ending::Reset);
                    return Err(io::Error::new(io::ErrorKind::ConnectionReset, "the phase refuses connections"));
                }
                let now = in_force.tls_now();
                if now.is_some() && now != fault {
                    return Err(io::Error::other("another fault of TLS begins"));
                }
            }
            () = stop.drain.cancelled() => return Err(io::Error::other("the gateway stops")),
            () = stop.now.cancelled() => return Err(io::Error::other("the gateway stops")),
        }
    }
}

/// Never answers, until the peer has left or long enough has passed. What it says is read, since only so its leaving
/// shows, and nobody sees that.
async fn stall<S: Stream>(mut wire: Wire<S>, line: &Line) -> io::Error {
    line.stalls();
    let gone = poll_fn(|cx| poll_gone(&mut wire, cx));
    match timeout(LONGEST_SILENCE, gone).await {
        Ok(()) => io::Error::other("the peer left a handshake that stalls"),
        Err(_) => io::Error::new(io::ErrorKind::TimedOut, "the handshake has stalled for long enough"),
    }
}

#[cfg(test)]
pub(crate) mod tests;
