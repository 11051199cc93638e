//! Which networks and URLs are called.

use super::*;

#[test]
fn networks_contain_what_their_prefix_says() {
    let rows = [
        ("10.1.0.0/16", "10.1.255.255", true),
        ("10.1.0.0/16", "10.2.0.0", false),
        ("10.1.2.3", "10.1.2.3", true),
        ("10.1.2.3", "10.1.2.4", false),
        ("0.0.0.0/0", "8.8.8.8", true),
        ("0.0.0.0/0", "2001:db8::1", false),
        ("10.0.0.0/8", "::ffff:10.9.8.7", true),
        ("fd00::/8", "fdff::1", true),
        ("fd00::/8", "fe00::1", false),
        ("::/0", "2001:db8::1", true),
    ];
    for (network, address, inside) in rows {
        let network: Network = network.parse().unwrap();
        assert_eq!(
            network.contains(address.parse().unwrap()),
            inside,
            "{network:?} {address}"
        );
    }
    for bad in [
        "",
        "10.0.0.0/33",
        "10.0.0/8",
        "::/129",
        "host",
        "10.0.0.0/",
        "10.0.0.0/-1",
    ] {
        assert!(bad.parse::<Network>().is_err(), "{bad}");
    }
}

/// URLs with a literal address, and whether they are called: by default, and with 10.0.0.0/8 allowed.
#[test]
fn only_loopback_and_allowed_networks_are_called() {
    let default = Gate {
        own: vec!["127.0.0.1:8080".parse().unwrap(), "0.0.0.0:8081".parse().unwrap()],
        allowed: Vec::new(),
    };
    let listed = Gate {
        allowed: vec!["10.0.0.0/8".parse().unwrap(), "169.254.0.0/16".parse().unwrap()],
        ..default.clone()
    };
    let called = |gate: &Gate, url: &str| {
        let target = Target::parse(url).ok()?;
        let ip: IpAddr = match target.host {
            Host::Ipv4(ip) => ip.into(),
            Host::Ipv6(ip) => ip.into(),
            Host::Domain(_) => return None,
        };
        gate.check((ip, target.port).into()).ok()
    };
    let rows = [
        ("http://127.0.0.1:9000/x?y=1", true, true),
        ("http://127.8.9.1/", true, true),
        ("http://[::1]:9000/", true, true),
        ("http://2130706433/", true, true),
        ("http://0x7f.1/", true, true),
        ("http://0177.0.0.1/", true, true),
        ("http://127.1/", true, true),
        ("http://[::ffff:127.0.0.1]/", true, true),
        ("http://10.1.2.3/", false, true),
        ("http://127.0.0.1:8080/", false, false),
        ("http://127.1:8080/", false, false),
        ("http://127.0.0.1:8081/", false, false),
        ("http://[::1]:8081/", false, false),
        ("http://10.1.2.3:8081/", false, false),
        ("http://8.8.8.8/", false, false),
        ("http://0.0.0.0/", false, false),
        ("http://0.1.2.3/", false, false),
        ("http://169.254.169.254/", false, false),
        ("http://224.0.0.1/", false, false),
        ("http://255.255.255.255/", false, false),
        ("http://[fe80::1]/", false, false),
        ("http://[fd00:ec2::254]/", false, false),
        ("http://[64:ff9b::7f00:1]/", false, false),
        ("http://[2002:7f00:1::]/", false, false),
        ("http://[2001:0:1::]/", false, false),
        ("http://[::127.0.0.1]/", false, false),
        ("http://[::]/", false, false),
        ("http://user@127.0.0.1/", false, false),
        ("http://127.0.0.1:0/", false, false),
        ("http://127.0.0.1:65536/", false, false),
        ("https://127.0.0.1/", true, true),
        ("file:///etc/passwd", false, false),
        ("gopher://127.0.0.1/", false, false),
        ("", false, false),
        ("http://", false, false),
    ];
    for (url, by_default, when_listed) in rows {
        assert_eq!(called(&default, url).is_some(), by_default, "{url}");
        assert_eq!(
            called(&listed, url).is_some(),
            when_listed,
            "{url} with 10.0.0.0/8 allowed"
        );
    }
}
