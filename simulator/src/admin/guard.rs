//! Who may call the admin interface. A web page open in a browser on this machine may not: it can reach loopback, and
//! through a name it controls even pretend to be us, so `Host` and `Origin` must name loopback or the port's own address.

use std::net::{IpAddr, SocketAddr};

use hyper::{
    HeaderMap, StatusCode,
    header::{AUTHORIZATION, HOST, ORIGIN},
    http::request::Parts,
};
use subtle::ConstantTimeEq;

use super::answer::AdminError;

/// Refuses strangers.
pub(super) fn check(head: &Parts, own: SocketAddr, token: Option<&str>) -> Result<(), AdminError> {
    if !host_is_ours(&head.headers, own) || !origin_is_ours(&head.headers, own) {
        return Err(AdminError::new(
            StatusCode::FORBIDDEN,
            "host_or_origin",
            "this Host or Origin is not the admin interface's",
            "call it by its address or as localhost, and not from a web page of another origin",
        ));
    }
    let Some(token) = token else { return Ok(()) };
    let presented = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let presented = presented
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default();
    if bool::from(presented.as_bytes().ct_eq(token.as_bytes())) {
        Ok(())
    } else {
        Err(AdminError::new(
            StatusCode::UNAUTHORIZED,
            "token",
            "the bearer token is missing or wrong",
            "send `Authorization: Bearer TOKEN` with the gateway's `admin_token`",
        ))
    }
}

fn host_is_ours(headers: &HeaderMap, own: SocketAddr) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next().and_then(|host| host.to_str().ok()), hosts.next()) {
        (Some(host), None) => is_ours(host, own),
        (None, _) | (Some(_), Some(_)) => false,
    }
}

fn origin_is_ours(headers: &HeaderMap, own: SocketAddr) -> bool {
    headers.get_all(ORIGIN).iter().all(|origin| {
        let origin = origin.to_str().unwrap_or_default();
        origin
            .strip_prefix("http://")
            .is_some_and(|authority| is_ours(authority, own))
    })
}

/// `localhost`, an address of loopback, or the very address we listen on; behind an unspecified address every literal
/// address may be ours.
fn is_ours(authority: &str, own: SocketAddr) -> bool {
    let name = match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.is_empty() => name,
        Some(_) | None => authority,
    };
    if name.eq_ignore_ascii_case("localhost") {
        return true;
    }
    let literal = name
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(name);
    literal
        .parse::<IpAddr>()
        .is_ok_and(|ip| ip.is_loopback() || ip == own.ip() || own.ip().is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_strangers_are_not_ours() {
        let loopback = SocketAddr::from(([127, 0, 0, 1], 8081));
        let lan = SocketAddr::from(([10, 0, 0, 7], 8081));
        let any = SocketAddr::from(([0, 0, 0, 0], 8081));
        let rows = [
            ("localhost", loopback, true),
            ("LOCALHOST:8081", loopback, true),
            ("127.0.0.1:8081", loopback, true),
            ("[::1]:8081", loopback, true),
            ("[::1]", loopback, true),
            ("10.0.0.7:8081", lan, true),
            ("10.0.0.8:8081", lan, false),
            ("10.0.0.8:8081", any, true),
            ("evil.example", loopback, false),
            ("localhost.evil.example:8081", loopback, false),
            ("127.0.0.1.evil.example", loopback, false),
            ("", loopback, false),
            (":8081", loopback, false),
        ];
        for (authority, own, ours) in rows {
            assert_eq!(is_ours(authority, own), ours, "{authority:?} at {own}");
        }
    }
}
