//! Where load may go: loopback, and what `--allow-target` names. A name is resolved once and only the addresses admitted
//! then are ever connected to, so a second answer of the name server cannot re-aim the load.
//!
//! Leaves connecting to `client`. Invariant: every [`Admitted`] address was found on loopback or on the list.

use std::{
    fmt,
    net::{IpAddr, SocketAddr, ToSocketAddrs},
};

use url::{Host, Url};

/// Addresses looked at per name; a longer answer is cut.
const MAX_ADDRESSES: usize = 16;

/// Why a target is not driven.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// Not a URL.
    #[error("{target:?} is not a URL: {reason}")]
    Url {
        /// The text.
        target: String,
        /// What the parser says.
        reason: url::ParseError,
    },
    /// Another scheme than http.
    #[error(
        "{target:?} is an {scheme} target; the load speaks plain http only for now: name its http port, as in http://127.0.0.1:8080"
    )]
    Scheme {
        /// The text.
        target: String,
        /// Its scheme.
        scheme: String,
    },
    /// More than scheme, host and port.
    #[error("{target:?} has {what}; a target is http://HOST:PORT and nothing more")]
    Extra {
        /// The text.
        target: String,
        /// What is too much.
        what: &'static str,
    },
    /// No address.
    #[error("{host:?} has no address: {reason}")]
    Resolve {
        /// The name.
        host: String,
        /// What the resolver says.
        reason: String,
    },
    /// None of the addresses is allowed.
    #[error("{host} is {address}, which is not a loopback address; allow it with --allow-target {address}")]
    Forbidden {
        /// The host as written.
        host: String,
        /// Its first address.
        address: IpAddr,
    },
    /// An entry of `--allow-target` that is none.
    #[error("--allow-target {entry:?} is neither an address, nor ADDRESS/BITS, nor a host name")]
    Entry {
        /// The entry.
        entry: String,
    },
}

/// An address that the gate let through; only the gate makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Admitted(SocketAddr);

impl Admitted {
    /// The address, to connect to.
    pub(crate) fn address(self) -> SocketAddr {
        self.0
    }
}

/// A target that was let through.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    authority: String,
    addresses: Vec<Admitted>,
}

impl Gate {
    /// Checks `target` against loopback and the list. Resolves names, so it may block for as long as the resolver does.
    pub(crate) fn open(target: &str, allow: &[String]) -> Result<Self, GateError> {
        let rules = allow
            .iter()
            .map(|entry| Rule::parse(entry))
            .collect::<Result<Vec<_>, _>>()?;
        let url = read_target(target)?;
        let host = url
            .host()
            .ok_or_else(|| GateError::Extra {
                target: target.to_owned(),
                what: "no host",
            })?
            .to_owned();
        let port = url.port_or_known_default().unwrap_or(80);
        let found = resolve(&host, port)?;
        let addresses: Vec<_> = found
            .iter()
            .filter(|found| admits(&rules, &host, found.ip()))
            .copied()
            .map(Admitted)
            .collect();
        match (addresses.is_empty(), found.first()) {
            (false, _) => Ok(Self {
                authority: authority(&host, port),
                addresses,
            }),
            (true, Some(first)) => Err(GateError::Forbidden {
                host: host.to_string(),
                address: first.ip(),
            }),
            (true, None) => Err(GateError::Resolve {
                host: host.to_string(),
                reason: "an empty answer".to_owned(),
            }),
        }
    }

    /// `host:port`, as it stands in `Host` headers and URLs.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// Whether the target runs on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        self.addresses
            .iter()
            .all(|admitted| admitted.0.ip().to_canonical().is_loopback())
    }

    /// The addresses that may be connected to, never empty.
    pub(crate) fn addresses(&self) -> &[Admitted] {
        &self.addresses
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}", self.authority)
    }
}

fn read_target(target: &str) -> Result<Url, GateError> {
    let url = Url::parse(target).map_err(|reason| GateError::Url {
        target: target.to_owned(),
        reason,
    })?;
    let extra = |what| {
        Err(GateError::Extra {
            target: target.to_owned(),
            what,
        })
    };
    if url.scheme() != "http" {
        return Err(GateError::Scheme {
            target: target.to_owned(),
            scheme: url.scheme().to_owned(),
        });
    }
    if !url.username().is_empty() || url.password().is_some() {
        return extra("a user or password");
    }
    if !matches!(url.path(), "" | "/") {
        return extra("a path");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return extra("a query or fragment");
    }
    if url.port() == Some(0) {
        return extra("port 0");
    }
    Ok(url)
}

fn resolve(host: &Host<String>, port: u16) -> Result<Vec<SocketAddr>, GateError> {
    match host {
        Host::Ipv4(ip) => Ok(vec![SocketAddr::new(IpAddr::V4(*ip), port)]),
        Host::Ipv6(ip) => Ok(vec![SocketAddr::new(IpAddr::V6(*ip), port)]),
        Host::Domain(name) => (name.as_str(), port)
            .to_socket_addrs()
            .map(|found| found.take(MAX_ADDRESSES).collect())
            .map_err(|error| GateError::Resolve {
                host: name.clone(),
                reason: error.to_string(),
            }),
    }
}

fn authority(host: &Host<String>, port: u16) -> String {
    format!("{host}:{port}")
}

fn admits(rules: &[Rule], host: &Host<String>, found: IpAddr) -> bool {
    let ip = found.to_canonical();
    ip.is_loopback() || rules.iter().any(|rule| rule.admits(host, ip))
}

/// One entry of the list.
enum Rule {
    /// Addresses whose first bits are these.
    Network { base: IpAddr, bits: u8 },
    /// Whatever this name resolves to, when the target is written with it.
    Name(String),
}

impl Rule {
    fn parse(entry: &str) -> Result<Self, GateError> {
        let wrong = || GateError::Entry {
            entry: entry.to_owned(),
        };
        if let Some((base, bits)) = entry.split_once('/') {
            let base = read_address(base).ok_or_else(wrong)?;
            let bits: u8 = bits.parse().map_err(|_| wrong())?;
            return if bits <= width(base) {
                Ok(Self::Network { base, bits })
            } else {
                Err(wrong())
            };
        }
        if let Some(base) = read_address(entry) {
            return Ok(Self::Network {
                base,
                bits: width(base),
            });
        }
        match Host::parse(entry) {
            Ok(Host::Domain(name)) => Ok(Self::Name(name)),
            // The parser also reads `127.1` or `0x7f000001`; a list that guards something is written plainly.
            Ok(Host::Ipv4(_) | Host::Ipv6(_)) | Err(_) => Err(wrong()),
        }
    }

    fn admits(&self, host: &Host<String>, ip: IpAddr) -> bool {
        match self {
            Self::Network { base, bits } => shares_prefix(*base, ip, *bits),
            Self::Name(name) => matches!(host, Host::Domain(written) if written.eq_ignore_ascii_case(name)),
        }
    }
}

/// An address in plain notation, with or without the brackets of a URL.
fn read_address(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(text);
    bare.parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

fn width(ip: IpAddr) -> u8 {
    match ip {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

fn shares_prefix(base: IpAddr, ip: IpAddr, bits: u8) -> bool {
    match (base, ip) {
        (IpAddr::V4(base), IpAddr::V4(ip)) => {
            let shift = 32 - u32::from(bits);
            u32::from(base).checked_shr(shift).unwrap_or(0) == u32::from(ip).checked_shr(shift).unwrap_or(0)
        }
        (IpAddr::V6(base), IpAddr::V6(ip)) => {
            let shift = 128 - u32::from(bits);
            u128::from(base).checked_shr(shift).unwrap_or(0) == u128::from(ip).checked_shr(shift).unwrap_or(0)
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Gate;

    /// `Ok` with the authority, or the start of the refusal.
    fn check(target: &str, allow: &[&str], expected: Result<&str, &str>) {
        let allow: Vec<_> = allow.iter().map(|entry| (*entry).to_owned()).collect();
        match (Gate::open(target, &allow), expected) {
            (Ok(gate), Ok(authority)) => assert_eq!(gate.authority(), authority, "{target}"),
            (Err(error), Err(words)) => {
                assert!(error.to_string().contains(words), "{target} {allow:?}: {error}");
            }
            (found, _) => panic!("{target} {allow:?}: {:?}", found.map_err(|error| error.to_string())),
        }
    }

    #[test]
    fn loopback_in_every_spelling_is_allowed() {
        for (target, authority) in [
            ("http://127.0.0.1:8080", "127.0.0.1:8080"),
            ("http://127.0.0.1", "127.0.0.1:80"),
            ("http://127.0.0.1:8080/", "127.0.0.1:8080"),
            ("http://127.255.255.254:1", "127.255.255.254:1"),
            ("http://127.1:8080", "127.0.0.1:8080"),
            ("http://0x7f.1:8080", "127.0.0.1:8080"),
            ("http://0x7f000001:8080", "127.0.0.1:8080"),
            ("http://2130706433:8080", "127.0.0.1:8080"),
            ("http://0177.0.0.1:8080", "127.0.0.1:8080"),
            ("http://017700000001:8080", "127.0.0.1:8080"),
            ("http://[::1]:8080", "[::1]:8080"),
            ("http://[0:0:0:0:0:0:0:1]:8080", "[::1]:8080"),
            ("http://[::ffff:127.0.0.1]:8080", "[::ffff:7f00:1]:8080"),
            ("http://localhost:8080", "localhost:8080"),
            ("http://LOCALHOST:8080", "localhost:8080"),
            ("HTTP://127.0.0.1:8080", "127.0.0.1:8080"),
        ] {
            check(target, &[], Ok(authority));
        }
    }

    #[test]
    fn everything_else_is_refused_by_its_address() {
        for (target, words) in [
            ("http://0.0.0.0:8080", "--allow-target 0.0.0.0"),
            ("http://0:8080", "--allow-target 0.0.0.0"),
            ("http://[::]:8080", "--allow-target ::"),
            ("http://10.0.0.1:8080", "--allow-target 10.0.0.1"),
            ("http://192.168.1.1", "--allow-target 192.168.1.1"),
            ("http://172.16.0.1", "--allow-target 172.16.0.1"),
            ("http://169.254.169.254", "--allow-target 169.254.169.254"),
            ("http://2852039166", "--allow-target 169.254.169.254"),
            ("http://0xa9fea9fe", "--allow-target 169.254.169.254"),
            ("http://0251.0376.0251.0376", "--allow-target 169.254.169.254"),
            (
                "http://[::ffff:169.254.169.254]",
                "--allow-target ::ffff:169.254.169.254",
            ),
            ("http://[fe80::1]", "--allow-target fe80::1"),
            ("http://[fd00:ec2::254]", "--allow-target fd00:ec2::254"),
            ("http://[64:ff9b::7f00:1]", "--allow-target 64:ff9b::7f00:1"),
            ("http://126.255.255.255", "--allow-target 126.255.255.255"),
            ("http://128.0.0.1", "--allow-target 128.0.0.1"),
            ("http://255.255.255.255", "--allow-target 255.255.255.255"),
            ("http://224.0.0.1", "--allow-target 224.0.0.1"),
            ("http://1.1.1.1:53", "--allow-target 1.1.1.1"),
        ] {
            check(target, &[], Err(words));
        }
    }

    #[test]
    fn a_target_is_scheme_host_and_port() {
        for (target, words) in [
            ("https://127.0.0.1:8443", "plain http only"),
            ("ftp://127.0.0.1", "plain http only"),
            ("127.0.0.1:8080", "not a URL"),
            ("", "not a URL"),
            ("http://", "not a URL"),
            ("http://127.0.0.1:99999", "not a URL"),
            ("http://127.0.0.256", "not a URL"),
            ("http://user@127.0.0.1", "a user or password"),
            ("http://127.0.0.1@10.0.0.1", "a user or password"),
            ("http://127.0.0.1/shop", "a path"),
            ("http://127.0.0.1/?a=1", "a query"),
            ("http://127.0.0.1/#x", "a query or fragment"),
            ("http://127.0.0.1:0", "port 0"),
        ] {
            check(target, &[], Err(words));
        }
    }

    #[test]
    fn the_list_admits_what_it_names_and_no_more() {
        check("http://10.0.0.1:8080", &["10.0.0.1"], Ok("10.0.0.1:8080"));
        check("http://10.0.0.2:8080", &["10.0.0.1"], Err("10.0.0.2"));
        check("http://10.0.0.2:8080", &["10.0.0.0/24"], Ok("10.0.0.2:8080"));
        check("http://10.0.1.2:8080", &["10.0.0.0/24"], Err("10.0.1.2"));
        check("http://10.0.1.2:8080", &["0.0.0.0/0"], Ok("10.0.1.2:8080"));
        check("http://[fd00::1]:1", &["fd00::/8"], Ok("[fd00::1]:1"));
        check("http://[fd00::1]:1", &["[fd00::1]"], Ok("[fd00::1]:1"));
        check("http://[fd00::1]:1", &["::/0"], Ok("[fd00::1]:1"));
        check("http://[fd00::1]:1", &["0.0.0.0/0"], Err("fd00::1"));
        check("http://[::ffff:10.0.0.1]:1", &["10.0.0.0/8"], Ok("[::ffff:a00:1]:1"));
        check("http://10.0.0.1:1", &["example.test"], Err("10.0.0.1"));
        check("http://10.0.0.1:1", &["1.1.1.1", "10.0.0.1"], Ok("10.0.0.1:1"));
        for entry in [
            "10.0.0.0/33",
            "::/129",
            "10.0.0/8",
            "10.1",
            "0x7f000001",
            "",
            "a b",
            "10.0.0.1/",
            "/8",
            "http://x",
        ] {
            check("http://127.0.0.1:1", &[entry], Err("--allow-target"));
        }
    }
}
