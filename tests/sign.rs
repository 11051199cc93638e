//! `paydrill sign` and `paydrill verify`: the published vectors, a diagnosis, and a token that is never told.

use crate::harness::{Ended, Folder, paydrill, run_in};

const TOKEN: &str = "TESTtoken123456789abcdefghijABCD";
const SIGN: &str = "7444ADFD8E4F4DA09D752DDF9345E0EE56DC25090FCFAF675DD042830E5E3F79";
const FIELDS: [&str; 6] = [
    "id=10001",
    "amount=100.5",
    "coin=USDT",
    "unique_id=ORDER-20260628-001",
    "nonce=a1b2c3d4e5",
    "timestamp=1782680000",
];
const STRING: &str =
    "amount=100.5&coin=USDT&id=10001&nonce=a1b2c3d4e5&timestamp=1782680000&unique_id=ORDER-20260628-001";

/// Runs with the token in the environment, and with what it printed free of it.
fn run(folder: &Folder, arguments: &[&str]) -> Ended {
    let output = paydrill(arguments)
        .current_dir(folder.path())
        .env("SHOP_TOKEN", TOKEN)
        .env("OLD_TOKEN", "TESTprevious")
        .output()
        .expect("the binary starts");
    let ended = Ended::from(output);
    assert!(
        !ended.stdout.contains(TOKEN) && !ended.stderr.contains(TOKEN),
        "{ended:?}"
    );
    ended
}

#[test]
fn a_request_is_signed_step_by_step() {
    let folder = Folder::new();
    folder.write("token.txt", &format!("{TOKEN}\n"));
    for source in [
        ["--token-env", "SHOP_TOKEN"],
        ["--token-file", "token.txt"],
        ["--token", TOKEN],
    ] {
        let ended = run(&folder, &[&["sign"], &source[..], &FIELDS[..], &["note="]].concat());
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.stdout.contains(&format!("string   {STRING}\n")), "{ended:?}");
        assert!(ended.stdout.ends_with(&format!("sign     {SIGN}\n")), "{ended:?}");
        let heads: Vec<&str> = ended.stdout.lines().filter_map(|line| line.split(' ').next()).collect();
        let heads: Vec<&str> = heads.into_iter().filter(|head| !head.is_empty()).collect();
        assert_eq!(heads, ["drop", "flatten", "sort", "join", "key", "string", "sign"]);
    }
}

#[test]
fn a_callback_of_the_legacy_protocol_is_signed_from_its_body() {
    let folder = Folder::new();
    let json = r#"{"code":200,"data":{"telegramID":"7","exist":false},"id":1,"status":"success"}"#;
    folder.write("callback.json", json);
    let arguments = [
        "sign",
        "--token",
        "123456",
        "--algorithm",
        "md5",
        "--body",
        "callback.json",
        "--format",
        "json",
    ];
    let ended = run(&folder, &arguments);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let said: serde_json::Value = serde_json::from_str(&ended.stdout).expect("one JSON object");
    assert_eq!(said["sign"], "A2E4F61B5DDB2BE3A208B9821099AFD1");
    assert_eq!(
        said["string"],
        "code=200&data[telegramID]=7&data[exist]=0&id=1&status=success"
    );
    assert_eq!(
        said["steps"][4]["lines"][0],
        format!("{}&token=•••", said["string"].as_str().expect("a text"))
    );
}

#[test]
fn a_captured_body_is_verified() {
    let folder = Folder::new();
    let form = FIELDS.join("&");
    let unsorted = run(
        &folder,
        &[&["sign", "--token-env", "OLD_TOKEN", "--format", "json"], &FIELDS[..]].concat(),
    );
    let previous: serde_json::Value = serde_json::from_str(&unsorted.stdout).expect("one JSON object");
    let previous = previous["sign"].as_str().expect("a text").to_owned();
    folder.write("right.txt", &format!("{form}&sign={SIGN}\n"));
    folder.write("old.txt", &format!("{form}&sign={previous}"));
    folder.write("wrong.txt", &format!("{form}&sign={}", "0".repeat(64)));
    folder.write("none.txt", &form);
    for (file, code, words) in [
        ("right.txt", 0, vec!["OK", "hmac"]),
        ("old.txt", 99, vec!["previous_token", "remedy", STRING]),
        ("wrong.txt", 99, vec!["no mistake that is known", STRING]),
        ("none.txt", 99, vec!["there is no sign", STRING]),
    ] {
        let common = [
            "verify",
            "--token-env",
            "SHOP_TOKEN",
            "--previous-token-env",
            "OLD_TOKEN",
            "--body",
            file,
        ];
        let ended = run(&folder, &common);
        assert_eq!(ended.code, Some(code), "{file}: {ended:?}");
        for word in words {
            assert!(ended.stdout.contains(word), "{file} says {word}: {ended:?}");
        }
        let ended = run(&folder, &[&common[..], &["--format", "json"]].concat());
        let said: serde_json::Value = serde_json::from_str(&ended.stdout).expect("one JSON object");
        assert_eq!(
            (ended.code, said["ok"].as_bool()),
            (Some(code), Some(code == 0)),
            "{file}"
        );
    }
}

#[test]
fn what_cannot_be_used_is_refused() {
    let folder = Folder::new();
    folder.write("bad.json", "{\"id\":[1]}");
    let run_bare = |arguments: &[&str]| run_in(folder.path(), arguments);
    for (arguments, word) in [
        (&["sign", "id=1"][..], "--token-env"),
        (&["sign", "--token", "a", "--token-env", "B", "id=1"], "--token-env"),
        (&["sign", "--token", "a"], "NAME=VALUE"),
        (&["sign", "--token", "a", "id"], "`id`"),
        (&["sign", "--token", "a", "id=1", "id=2"], "twice"),
        (&["sign", "--token", "", "id=1"], "empty token"),
        (&["sign", "--token-env", "NOT_SET_HERE", "id=1"], "NOT_SET_HERE"),
        (&["sign", "--token-file", "absent.txt", "id=1"], "absent.txt"),
        (&["sign", "--token", "a", "--body", "absent.txt"], "absent.txt"),
        (&["verify", "--token", "a", "--body", "bad.json"], "array"),
        (&["verify", "--token", "a", "--algorithm", "sha1"], "sha1"),
    ] {
        let ended = run_bare(arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains(word), "{arguments:?} names {word}: {ended:?}");
    }
}
