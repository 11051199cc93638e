//! HTTPS as clients see it, with what the announcement tells them: curl, Python, a second start, a wrong key.

use std::{os::unix::fs::PermissionsExt, process::Command};

use rustix::process::Signal;

use crate::harness::{Ended, Folder, Gateway, has, paydrill, run_in, signal};

/// Asks for a page that nobody serves: any HTTP status proves the handshake. Gives the status.
const PYTHON: &str = "\
import ssl, sys, urllib.error, urllib.request
context = ssl.create_default_context()
context.verify_flags |= ssl.VERIFY_X509_STRICT
try:
    urllib.request.urlopen(sys.argv[1], context=context, timeout=20)
except urllib.error.HTTPError as error:
    print(error.code)
";

fn ask(command: &mut Command) -> Ended {
    // The variables by which clients trust are the test's to set.
    for name in ["SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"] {
        command.env_remove(name);
    }
    Ended::from(command.output().expect("the client starts"))
}

#[test]
fn curl_trusts_the_announced_ca_and_nothing_less() {
    if !has("curl") {
        return;
    }
    let gateway = Gateway::start(&[], &[]);
    let by_name = gateway.tls_url.replace("127.0.0.1", "localhost");
    for url in [&gateway.tls_url, &by_name] {
        for version in ["--tlsv1.3", "--tls-max"] {
            let mut command = Command::new("curl");
            command.args(["--silent", "--show-error", "--max-time", "20", "--noproxy", "*"]);
            command.args(["--output", "/dev/null", "--write-out", "%{http_code} %{http_version}"]);
            command.arg(version);
            if version == "--tls-max" {
                command.arg("1.2");
            }
            let distrustful = ask(command.arg(url));
            // curl's code for "the peer's certificate cannot be verified".
            assert_eq!(distrustful.code, Some(60), "{url} {version}: {distrustful:?}");
            let trusting = ask(command.args(["--cacert", &gateway.ca]));
            assert_eq!(trusting.stdout, "404 1.1", "{url} {version}: {trusting:?}");
        }
    }
    // Somebody who speaks http to it is sent away, not left waiting.
    let address = gateway.tls_url.strip_prefix("https://").expect("https is announced");
    let plain = ask(Command::new("curl").args(["--silent", "--max-time", "20", &format!("http://{address}/")]));
    assert!(!matches!(plain.code, Some(0 | 28)), "{plain:?}");
}

#[test]
fn python_trusts_the_announced_ca_and_nothing_less() {
    if !has("python3") {
        return;
    }
    let gateway = Gateway::start(&[], &[]);
    let python = || {
        let mut command = Command::new("python3");
        command.args(["-c", PYTHON, &gateway.tls_url]).env("NO_PROXY", "*");
        command
    };
    let distrustful = ask(&mut python());
    assert!(
        distrustful.stderr.contains("CERTIFICATE_VERIFY_FAILED"),
        "{distrustful:?}"
    );
    let mut command = python();
    command.env_remove("SSL_CERT_DIR").env("SSL_CERT_FILE", &gateway.ca);
    let trusting = Ended::from(command.output().expect("the client starts"));
    assert_eq!(trusting.stdout.trim(), "404", "{trusting:?}");
}

#[test]
fn the_ca_outlives_the_gateway_and_its_key_is_its_owners() {
    let folder = Folder::new();
    let place = folder.file("ca");
    let start = || Gateway::start(&[], &[("PAYDRILL_TLS_FOLDER", &place)]);
    // Two first starts at once.
    let gateways = [start(), start()];
    assert_eq!(gateways[0].ca, format!("{place}/ca.pem"));
    let read = |name: &str| std::fs::read(folder.path().join("ca").join(name)).expect("it is kept");
    let made = (read("ca.pem"), read("ca.key"));
    for gateway in gateways {
        signal(gateway.pid(), Signal::INT);
        assert_eq!(gateway.ended().0.code(), Some(0));
    }
    let again = start();
    assert_eq!((read("ca.pem"), read("ca.key")), made);
    let mode = |name: &str| {
        let metadata = std::fs::metadata(folder.path().join("ca").join(name)).expect("it is kept");
        metadata.permissions().mode() & 0o777
    };
    assert_eq!((mode(""), mode("ca.key")), (0o700, 0o600));
    drop(again);
}

/// A key that others can read stops `serve`, and makes `run` go on with a CA that nobody keeps.
#[test]
fn a_key_that_others_can_read_is_refused() {
    let folder = Folder::new();
    drop(Gateway::start(&[], &[("PAYDRILL_TLS_FOLDER", &folder.file("ca"))]));
    let key = folder.path().join("ca/ca.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).expect("it is ours");
    let free = [
        "--listen",
        "127.0.0.1:0",
        "--tls-listen",
        "127.0.0.1:0",
        "--admin",
        "127.0.0.1:0",
    ];
    let with_ca = |arguments: &[&str]| {
        let mut command = paydrill(arguments);
        command
            .env("PAYDRILL_TLS_FOLDER", folder.file("ca"))
            .current_dir(folder.path());
        Ended::from(command.output().expect("the binary starts"))
    };
    let ended = with_ca(&[&["serve"], &free[..]].concat());
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
    assert!(ended.stderr.contains("chmod 600"), "{ended:?}");

    let ended = with_ca(&["run", "healthy", "--headless", "--for", "1s", "--out", "out"]);
    assert!(matches!(ended.code, Some(0 | 98)), "{ended:?}");
    assert!(ended.stderr.contains("no client will trust"), "{ended:?}");
}

#[test]
fn half_a_pair_of_files_is_refused_by_name() {
    let folder = Folder::new();
    let settings = folder.write("settings.toml", "tls_certificate = \"cert.pem\"\n");
    let rows: [(&[&str], &str); 3] = [
        (&["serve", "--tls-certificate", "cert.pem"], "--tls-key"),
        (&["serve", "--config", &settings], "`tls_key`"),
        (
            &["serve", "--tls-certificate", "cert.pem", "--tls-key", "key.pem"],
            "cannot read a certificate from cert.pem",
        ),
    ];
    for (arguments, words) in rows {
        let arguments = [arguments, &["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]].concat();
        let ended = run_in(folder.path(), &arguments);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stderr.contains(words), "{words}: {ended:?}");
    }
}
