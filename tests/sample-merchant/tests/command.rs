//! The command line of the real binary. What the shop does with a wallet is tested with paydrill, in `tests/merchant.rs`.

use std::process::Command;

/// Runs it with arguments that must end it, and gives exit code and stderr.
fn check(arguments: &[&str], code: i32, said: &str) {
    let output = Command::new(env!("CARGO_BIN_EXE_sample-merchant"))
        .args(arguments)
        .output()
        .expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
    assert!(text.contains(said), "{arguments:?}: {text}");
}

#[test]
fn what_cannot_work_is_said_with_the_flag_it_is_about() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = taken.local_addr().expect("it is bound").to_string();
    for (arguments, said) in [
        (["--wallet", "ftp://wallet"], "--wallet"),
        (["--retry-base", "fast"], "write a whole number and ms, s, m or h"),
        (["--late-callback", "ignore"], "[possible values: credit, pay-back]"),
        (
            ["--database", "/no/such/folder/orders.db"],
            "--database /no/such/folder/orders.db",
        ),
        (["--listen", &address], "--listen 127.0.0.1:"),
    ] {
        check(&arguments, 2, said);
    }
}

#[test]
fn help_names_every_setting() {
    check(&["--help"], 0, "MERCHANT_TOKEN");
}
