//! May this address be called? Loopback may, and what the operator lists; our own listeners never, nor addresses that
//! reach beyond what they seem. Asked when connecting, with the resolved address: a name that changes its mind between
//! a check and a connect gains nothing.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

use url::{Host, Url};

/// A network that callbacks may reach: `10.1.0.0/16`, or one address, `10.1.2.3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix_bits: u8,
}

impl Network {
    /// Is this address inside?
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(net), IpAddr::V4(address)) => {
                let host_bits = 32 - u32::from(self.prefix_bits);
                (net.to_bits() ^ address.to_bits()).checked_shr(host_bits).unwrap_or(0) == 0
            }
            (IpAddr::V6(net), IpAddr::V6(address)) => {
                let host_bits = 128 - u32::from(self.prefix_bits);
                (net.to_bits() ^ address.to_bits()).checked_shr(host_bits).unwrap_or(0) == 0
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

/// A text that names no network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is neither an IP address nor a network such as 10.1.0.0/16")]
pub struct NetworkError {
    text: String,
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let read = || {
            let (address, prefix) = text
                .split_once('/')
                .map_or((text, None), |(net, bits)| (net, Some(bits)));
            let address = address.parse::<IpAddr>().ok()?.to_canonical();
            let most = if address.is_ipv4() { 32 } else { 128 };
            let prefix_bits = prefix.map_or(Some(most), |bits| bits.parse().ok())?;
            (prefix_bits <= most).then_some(Self { address, prefix_bits })
        };
        read().ok_or_else(|| NetworkError { text: text.to_owned() })
    }
}

/// Where callbacks may go.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gate {
    /// Our own listeners.
    pub(crate) own: Vec<SocketAddr>,
    /// Networks besides loopback.
    pub(crate) allowed: Vec<Network>,
}

/// Why a URL is not called. The texts hold nothing of the URL but addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Forbidden {
    /// Not a URL of a host.
    #[error("not a URL of a host")]
    NotUrl,
    /// Neither http nor https.
    #[error("only http and https are called")]
    Scheme,
    /// Name and password in a URL would be sent to whoever it names.
    #[error("the URL has a user name")]
    UserName,
    /// One of our own listeners.
    #[error("{0} is a listener of the gateway itself")]
    OwnListener(SocketAddr),
    /// Never called, whatever is allowed.
    #[error("{0} is never called: link-local, multicast, unspecified or translated")]
    Never(IpAddr),
    /// Not loopback and not allowed.
    #[error("{0} is neither loopback nor in an allowed network")]
    NotAllowed(IpAddr),
}

impl Gate {
    /// May this address be called?
    pub(crate) fn check(&self, address: SocketAddr) -> Result<(), Forbidden> {
        let ip = address.ip().to_canonical();
        let ours = |own: &SocketAddr| {
            let listens = own.ip().to_canonical();
            own.port() == address.port() && (listens == ip || listens.is_unspecified())
        };
        if self.own.iter().any(ours) {
            Err(Forbidden::OwnListener(address))
        } else if is_never(ip) {
            Err(Forbidden::Never(ip))
        } else if ip.is_loopback() || self.allowed.iter().any(|network| network.contains(ip)) {
            Ok(())
        } else {
            Err(Forbidden::NotAllowed(ip))
        }
    }
}

/// Where a URL points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// The host, a name or an address.
    pub(crate) host: Host<String>,
    /// The port.
    pub(crate) port: u16,
    /// Over TLS.
    pub(crate) secure: bool,
    /// `host:port`, for the `Host` header.
    pub(crate) authority: String,
    /// Path and query.
    pub(crate) path: String,
}

impl Target {
    /// What tells endpoints apart: over TLS and in the clear are two.
    pub(crate) fn endpoint(&self) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        format!("{scheme}://{}", self.authority)
    }

    /// Takes a URL apart. Odd spellings of addresses (`127.1`, `0x7f.1`) become what a browser takes them for.
    pub(crate) fn parse(text: &str) -> Result<Self, Forbidden> {
        let url = Url::parse(text).map_err(|_| Forbidden::NotUrl)?;
        let secure = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return Err(Forbidden::Scheme),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Forbidden::UserName);
        }
        let host = url.host().ok_or(Forbidden::NotUrl)?.to_owned();
        let port = url
            .port_or_known_default()
            .filter(|port| *port != 0)
            .ok_or(Forbidden::NotUrl)?;
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        Ok(Self {
            authority: format!("{host}:{port}"),
            secure,
            host,
            port,
            path,
        })
    }
}

fn is_never(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_never_v4(ip),
        IpAddr::V6(ip) => is_never_v6(ip),
    }
}

fn is_never_v4(ip: Ipv4Addr) -> bool {
    // 0.0.0.0/8 reaches this host on Linux; 169.254/16 holds cloud metadata.
    ip.octets()[0] == 0 || ip.is_link_local() || ip.is_multicast() || ip.is_broadcast()
}

fn is_never_v6(ip: Ipv6Addr) -> bool {
    let segments = ip.segments();
    let nat64 = segments[0] == 0x64 && segments[1] == 0xff9b;
    let six_to_four = segments[0] == 0x2002;
    let teredo = segments[0] == 0x2001 && segments[1] == 0;
    let compatible_v4 = segments[..6].iter().all(|segment| *segment == 0) && !ip.is_loopback();
    let metadata = ip == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    ip.is_unicast_link_local()
        || ip.is_multicast()
        || ip.is_unspecified()
        || nat64
        || six_to_four
        || teredo
        || compatible_v4
        || metadata
}

#[cfg(test)]
mod tests;
