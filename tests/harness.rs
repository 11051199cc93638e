//! Starts the real binary, reads what it announces, and stops only what it started.

use std::{
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

/// Nothing a test starts may outlive this.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// The binary under test, with the environment's own settings taken away.
pub(crate) fn paydrill(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_paydrill"));
    command
        .args(arguments)
        .stdin(Stdio::null())
        .env("NO_COLOR", "1")
        .env_remove("RUST_LOG");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PAYDRILL_")) {
        command.env_remove(name);
    }
    // No test takes a fixed port.
    command.env("PAYDRILL_TLS_LISTEN", "127.0.0.1:0");
    command.env("PAYDRILL_TLS_FOLDER", tls_folder());
    command
}

/// Where commands keep their development CA: never at home. They share it, as making it is safe for many at once;
/// a [`Gateway`] and tests about the CA have folders of their own.
pub(crate) fn tls_folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("tls")
}

/// Is this program there? One that `PAYDRILL_REQUIRE` lists must be.
#[expect(clippy::print_stdout, reason = "the runner shows it beside the test's name")]
pub(crate) fn has(program: &str) -> bool {
    let version = if program == "openssl" { "version" } else { "--version" };
    let found = Command::new(program)
        .arg(version)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let required = std::env::var("PAYDRILL_REQUIRE").unwrap_or_default();
    let required = required.split(',').any(|name| name == program.trim_end_matches('3'));
    assert!(found || !required, "{program} is required here, and missing");
    if !found {
        println!("skipped: {program} is missing");
    }
    found
}

/// Runs the binary to its end, in `folder`.
pub(crate) fn run_in(folder: &Path, arguments: &[&str]) -> Ended {
    let output = paydrill(arguments)
        .current_dir(folder)
        .output()
        .expect("the binary starts");
    Ended::from(output)
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// A `paydrill serve` on free ports; killed by its id when dropped.
pub(crate) struct Gateway {
    child: Child,
    out: BufReader<ChildStdout>,
    pub(crate) url: String,
    pub(crate) tls_url: String,
    pub(crate) admin: String,
    /// The CA to trust.
    pub(crate) ca: String,
    _tls: Folder,
}

impl Gateway {
    /// Starts `serve` with these further arguments and settings.
    pub(crate) fn start(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut all = vec!["serve"];
        all.extend_from_slice(arguments);
        for port in ["--listen", "--tls-listen", "--admin"] {
            all.extend_from_slice(&[port, "127.0.0.1:0"]);
        }
        let tls = Folder::new();
        let mut child = paydrill(&all)
            .env("PAYDRILL_TLS_FOLDER", tls.path())
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut out = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let url = announced(&mut out, "gateway ");
        let tls_url = announced(&mut out, "gateway ");
        let admin = announced(&mut out, "admin ");
        let trust = announced(&mut out, "trust ");
        let (ca, _how) = trust.split_once(": ").expect("a file, and how clients trust it");
        Self {
            child,
            out,
            url,
            tls_url,
            admin,
            ca: ca.to_owned(),
            _tls: tls,
        }
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `host:port` of the merchant port.
    pub(crate) fn address(&self) -> &str {
        self.url.strip_prefix("http://").expect("http is announced")
    }

    /// Waits for its end, which something else has asked for, and gives what else it printed.
    pub(crate) fn ended(mut self) -> (ExitStatus, String) {
        let status = wait(&mut self.child);
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).expect("stdout is text");
        (status, rest)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _ended_already = self.child.wait();
    }
}

fn announced(out: &mut BufReader<ChildStdout>, word: &str) -> String {
    let mut line = String::new();
    out.read_line(&mut line).expect("stdout is text");
    let url = line
        .strip_prefix(word)
        .unwrap_or_else(|| panic!("`{word}` is announced, not {line:?}"));
    url.trim().to_owned()
}

/// Sends a signal to a process that a test started.
pub(crate) fn signal(pid: u32, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).expect("a process id fits")).expect("it is not zero");
    rustix::process::kill_process(pid, signal).expect("our own child can be signalled");
}

/// Waits for a child, at most [`PATIENCE`].
pub(crate) fn wait(child: &mut Child) -> ExitStatus {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().expect("our own child can be waited for") {
            return status;
        }
        assert!(Instant::now() < until, "the process ended in time");
        pause(Duration::from_millis(20));
    }
}

/// Lets real time pass while a real process works; unit tests use virtual time instead.
pub(crate) fn pause(time: Duration) {
    std::thread::park_timeout(time);
}

/// Nothing but a busy machine speaks against the result: that is for the stamp to say and not for a test to fail by.
pub(crate) fn trusted(summary: &serde_json::Value) {
    let of_the_machine = [
        "The pacer was late",
        "The machine had no processor",
        "This process took",
    ];
    let reasons = summary["trust"]["reasons"]
        .as_array()
        .expect("there are reasons, or none");
    let others = reasons.iter().filter(|reason| {
        let reason = reason.as_str().expect("a sentence");
        !of_the_machine.iter().any(|begin| reason.starts_with(begin))
    });
    assert_eq!(others.count(), 0, "{summary}");
    let stamp = if reasons.is_empty() { "VALID" } else { "SUSPECT" };
    assert_eq!(summary["trust"]["stamp"], stamp, "{summary}");
}

/// Held by tests that measure or load the machine: one at a time, or they would spoil each other's numbers. A file's
/// lock, since test runners may give each test a process of its own.
pub(crate) fn machine() -> std::fs::File {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("machine.lock");
    let file = std::fs::File::create(path).expect("the target folder can be written");
    file.lock().expect("it can be locked");
    file
}

/// An empty folder of a test's own, taken away at its end unless the test fails.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{number}", std::process::id()));
        let _not_there = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("the target folder can be written");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn file(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.0.join(name), text).expect("the folder can be written");
        self.file(name)
    }

    pub(crate) fn json(&self, name: &str) -> serde_json::Value {
        let text = std::fs::read_to_string(self.0.join(name)).expect("the file is there");
        serde_json::from_str(&text).expect("it is JSON")
    }

    pub(crate) fn lines(&self, name: &str) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(self.0.join(name)).expect("the file is there");
        text.lines()
            .map(|line| serde_json::from_str(line).expect("each line is JSON"))
            .collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _gone_already = std::fs::remove_dir_all(&self.0);
        }
    }
}
