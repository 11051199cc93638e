//! The binary on a terminal of its own: what it draws is kept as a terminal would show it, keys are typed, the window
//! changes its size, and everything ends with the test.

use std::{
    io::{Read, Write},
    num::NonZero,
    path::Path,
    sync::mpsc,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::Signal;

use crate::harness::{PATIENCE, signal, tls_folder};

/// Lines that have left the screen and can still be looked at.
const SCROLLBACK: usize = 500;

/// The binary under test on a terminal.
pub(crate) struct Pty {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    bytes: mpsc::Receiver<Vec<u8>>,
    screen: vt100::Parser,
}

impl Pty {
    /// Starts it in `folder`, on so many columns and rows, with these variables more.
    pub(crate) fn start(folder: &Path, arguments: &[&str], size: (u16, u16), variables: &[(&str, &str)]) -> Self {
        let pty = native_pty_system().openpty(pty_size(size)).expect("a pty");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_paydrill"));
        command.args(arguments);
        command.cwd(folder);
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("PAYDRILL_") || ["NO_COLOR", "COLORTERM", "SSH_CONNECTION", "SSH_TTY"].contains(&&*name)
            {
                command.env_remove(&*name);
            }
        }
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("PAYDRILL_TLS_FOLDER", tls_folder());
        command.env("PAYDRILL_TLS_LISTEN", "127.0.0.1:0");
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pty.slave.spawn_command(command).expect("the binary starts");
        drop(pty.slave);
        let keyboard = pty.master.take_writer().expect("a keyboard");
        let mut output = pty.master.try_clone_reader().expect("a screen");
        let (send, bytes) = mpsc::channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                if send.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let (columns, rows) = nonzero(size);
        Self {
            child,
            master: pty.master,
            keyboard,
            bytes,
            screen: vt100::Parser::new(rows, columns, SCROLLBACK),
        }
    }

    /// Types keys.
    pub(crate) fn types(&mut self, keys: &[u8]) {
        self.keyboard.write_all(keys).expect("the keys are typed");
        self.keyboard.flush().expect("the keys are typed");
    }

    /// Gives the window another size, as a terminal does.
    pub(crate) fn resize(&mut self, size: (u16, u16)) {
        let (columns, rows) = nonzero(size);
        self.screen.screen_mut().set_size(rows, columns);
        self.master.resize(pty_size(size)).expect("the window has another size");
    }

    /// Sends a signal to the binary.
    pub(crate) fn signal(&self, kind: Signal) {
        signal(self.child.process_id().expect("it runs"), kind);
    }

    /// What is on the screen.
    pub(crate) fn shown(&self) -> String {
        self.screen.screen().contents()
    }

    /// Whether the dashboard has the terminal.
    pub(crate) fn is_taken(&self) -> bool {
        self.screen.screen().alternate_screen()
    }

    /// Whether the cursor is hidden.
    pub(crate) fn hides_cursor(&self) -> bool {
        self.screen.screen().hide_cursor()
    }

    /// Waits until the screen is as `done` says, or fails with what it shows instead.
    pub(crate) fn until(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !done(self) {
            assert!(Instant::now() < until, "{what}; the screen shows:\n{}", self.shown());
            match self.bytes.recv_timeout(Duration::from_secs(1)) {
                Ok(more) => self.screen.process(&more),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => {
                    assert!(done(self), "{what}; at the end the screen showed:\n{}", self.shown());
                }
            }
        }
    }

    /// Waits until the dashboard is up and shows this.
    pub(crate) fn shows(&mut self, words: &str) {
        self.until(&format!("it shows `{words}`"), |pty| {
            pty.is_taken() && pty.shown().contains(words)
        });
    }

    /// Waits for the end and looks whether the terminal is as it was: the normal screen, a cursor, and lines that are
    /// edited and echoed.
    pub(crate) fn ends(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().expect("it ends");
        while let Ok(more) = self.bytes.recv_timeout(Duration::from_millis(500)) {
            self.screen.process(&more);
        }
        let shown = self.shown();
        assert!(!self.is_taken(), "the alternate screen is left: {shown}");
        assert!(!self.hides_cursor(), "the cursor is back: {shown}");
        if let Some(modes) = self.master.get_termios() {
            use nix_flags::{CANONICAL, ECHO};
            let flags = modes.local_flags.bits();
            assert_eq!(
                flags & (CANONICAL | ECHO),
                CANONICAL | ECHO,
                "raw mode is left: {shown}"
            );
        }
        (status, shown)
    }
}

/// The two flags of a terminal's `local_flags` that raw mode takes away, as Linux numbers them.
mod nix_flags {
    pub(super) const CANONICAL: u32 = 0o000_002;
    pub(super) const ECHO: u32 = 0o000_010;
}

impl Drop for Pty {
    fn drop(&mut self) {
        // A test that failed leaves nothing behind; one that did not has waited for the end.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _gone = self.child.kill();
        }
    }
}

fn pty_size((cols, rows): (u16, u16)) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}

fn nonzero((columns, rows): (u16, u16)) -> (NonZero<u16>, NonZero<u16>) {
    let of = |count| NonZero::new(count).expect("a terminal has columns and rows");
    (of(columns), of(rows))
}
