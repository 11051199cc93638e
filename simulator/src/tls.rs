//! TLS of the merchant port: the certificate it shows, and the handshake. Faults lie beneath it, on the wire; HTTP lies
//! above it and doesn't know. What makes a development CA is the [`authority`]'s.

pub(crate) mod authority;

use std::{io, net::IpAddr, path::PathBuf, sync::Arc, time::Duration};

use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{self, PemObject},
    },
    version::{TLS12, TLS13},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::{
    config::{Identity, TlsConfig},
    connection::Stop,
    drill::InForce,
    fault::wire::{Ending, Line, Stream, Wire},
    tls::authority::{Authority, AuthorityError},
};

/// The only protocol we offer: HTTP/2 would hide what happens to a connection.
const ALPN: &[u8] = b"http/1.1";

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
    pub(crate) acceptor: TlsAcceptor,
    /// The CA that clients are to trust, where it is ours and kept.
    pub(crate) trust: Option<PathBuf>,
}

impl Tls {
    /// Reads or makes the certificate. `now` is the wall time since the Unix epoch.
    pub(crate) fn load(config: &TlsConfig, now: Duration) -> Result<Self, TlsError> {
        let (authority, trust) = match &config.identity {
            Identity::Files { cert, key } => return Self::from_files(cert, key),
            Identity::DevCa { folder } => (
                Authority::in_folder(folder, now)?,
                Some(folder.join(authority::CERTIFICATE)),
            ),
            Identity::Ephemeral => (Authority::in_memory(now)?, None),
        };
        let (chain, key) = authority.issue(&names(config.listen.ip()), now)?;
        let acceptor = acceptor(vec![chain], key).map_err(TlsError::Own)?;
        Ok(Self { acceptor, trust })
    }

    fn from_files(cert: &PathBuf, key: &PathBuf) -> Result<Self, TlsError> {
        let unreadable = |what, path: &PathBuf| {
            let path = path.clone();
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
        let acceptor = acceptor(chain, secret).map_err(|error| TlsError::Unfit {
            cert: cert.clone(),
            key: key.clone(),
            error,
        })?;
        Ok(Self { acceptor, trust: None })
    }
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

/// Shakes hands, within the deadline that the wire keeps, unless the gateway stops or a phase refuses connections.
pub(crate) async fn shake_hands<S: Stream>(
    wire: Wire<S>,
    acceptor: &TlsAcceptor,
    line: &Line,
    in_force: &InForce,
    stop: &Stop,
) -> io::Result<TlsStream<Wire<S>>> {
    let mut borders = in_force.borders();
    let mut shaken = acceptor.accept(wire);
    loop {
        tokio::select! {
            shaken = &mut shaken => return shaken,
            Ok(()) = borders.changed() => {
                if in_force.refuses_now() {
                    line.sever(Ending::Reset);
                    return Err(io::Error::new(io::ErrorKind::ConnectionReset, "the phase refuses connections"));
                }
            }
            () = stop.drain.cancelled() => return Err(io::Error::other("the gateway stops")),
            () = stop.now.cancelled() => return Err(io::Error::other("the gateway stops")),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
