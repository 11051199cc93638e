//! The terminal: entering the alternate screen, drawing, reading keys, and leaving it again whatever happens: at the
//! end, on an error, on a panic, or when the process is about to exit (see [`restore`]).

use std::{
    cell::Cell,
    io::{self, BufWriter, Stderr, Write},
    panic,
    rc::Rc,
    sync::{
        Arc, Mutex, Once, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, ThreadId},
    time::Duration,
};

use crossterm::{
    cursor, event, execute, queue,
    terminal::{
        BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
        enable_raw_mode,
    },
};
use ratatui::{Terminal, backend::CrosstermBackend};
use rustix::{
    event::{PollFd, PollFlags, Timespec},
    process::{Signal, getpgrp, kill_current_process_group},
    termios::tcgetpgrp,
};
use tokio::time::Instant;

use crate::{
    app::{Drawn, Model},
    event::{Event, Key, Named},
    panel,
};

/// How long a stop that was asked for takes at most to come.
const STOPS_WITHIN: Duration = Duration::from_millis(100);

/// Whether the alternate screen is up.
static ENTERED: AtomicBool = AtomicBool::new(false);
/// Whether somebody else wrote over the screen.
static SPOILT: AtomicBool = AtomicBool::new(false);
/// The thread that draws; a panic of any other leaves the screen up.
static DRAWER: Mutex<Option<ThreadId>> = Mutex::new(None);
/// The panic hook is installed once for the process.
static HOOK: Once = Once::new();

/// Set by SIGCONT: others had the terminal, and may have left it otherwise than it was.
static RESUMED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// The terminal while the dashboard is up. It draws on stderr, so that stdout can carry JSON; dropping it gives the
/// terminal back.
pub(crate) struct Screen {
    terminal: Terminal<CrosstermBackend<Counted<BufWriter<Stderr>>>>,
    /// What its writer counts.
    tally: Rc<Tally>,
    /// Whether others have the terminal: the process was stopped, or goes on in the background.
    away: bool,
}

impl Screen {
    /// Takes the terminal.
    pub(crate) fn enter() -> io::Result<Self> {
        HOOK.call_once(install_hook);
        resumed();
        *drawer() = Some(thread::current().id());
        let tally = Rc::new(Tally::default());
        let writer = Counted {
            inner: BufWriter::new(io::stderr()),
            tally: Rc::clone(&tally),
        };
        let terminal = take().and_then(|()| Terminal::new(CrosstermBackend::new(writer)));
        match terminal {
            Ok(terminal) => Ok(Self {
                terminal,
                tally,
                away: false,
            }),
            Err(error) => {
                restore();
                Err(error)
            }
        }
    }

    /// Draws the model, unless others have the terminal.
    pub(crate) fn draw(&mut self, model: &Model) -> io::Result<Drawn> {
        let from = Instant::now();
        let before = self.tally.bytes.get();
        if !self.away {
            if SPOILT.swap(false, Ordering::SeqCst) {
                self.terminal.clear()?;
            }
            // Terminals that know it show the frame as a whole; the others ignore it.
            queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
            self.terminal
                .draw(|frame| panel::view(model, frame.area(), frame.buffer_mut()))?;
            execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        }
        Ok(Drawn {
            us: u64::try_from(from.elapsed().as_micros()).unwrap_or(u64::MAX),
            bytes: self.tally.bytes.get() - before,
        })
    }

    /// Gives the terminal back and stops the process, as a shell expects it of Ctrl-Z. Where no shell waits, the system
    /// ignores the stop and the screen comes back at once.
    pub(crate) fn suspend(&mut self) -> io::Result<()> {
        restore();
        self.away = true;
        kill_current_process_group(Signal::TSTP)?;
        rest(STOPS_WITHIN)
    }

    /// Waits for the keyboard, at most this long; `None` when nothing happened that the dashboard reacts to. A keyboard
    /// that is gone is an error.
    pub(crate) fn poll(&mut self, wait: Duration) -> io::Result<Option<Event>> {
        if resumed().swap(false, Ordering::SeqCst) {
            self.away = true;
        }
        if self.away {
            if !in_foreground() {
                rest(wait)?;
                return Ok(None);
            }
            self.retake()?;
            return Ok(Some(Event::Resize));
        }
        let waits = self.has_key()? || {
            await_key(wait)?;
            // A new size of the terminal is nothing to read, so it is asked for as well.
            self.has_key()?
        };
        if waits {
            return Ok(match event::read()? {
                event::Event::Key(key) if key.kind != event::KeyEventKind::Release => Some(Event::Key(key_of(key))),
                event::Event::Resize(_, _) => Some(Event::Resize),
                _ => None,
            });
        }
        Ok(None)
    }

    /// Whether an event of the terminal waits.
    pub(crate) fn has_key(&self) -> io::Result<bool> {
        // A terminal that hung up is looked for first: asked for its events, crossterm 0.29 would never come back.
        await_key(Duration::ZERO)?;
        if self.away {
            Ok(false)
        } else {
            event::poll(Duration::ZERO)
        }
    }

    /// Takes the terminal again, whatever others made of it.
    fn retake(&mut self) -> io::Result<()> {
        // What is restored here is what others left; raw mode is entered from there.
        ENTERED.store(true, Ordering::SeqCst);
        restore();
        take()?;
        self.away = false;
        self.terminal.clear()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Ratatui shows the cursor once more when it goes, and panics where that fails: a terminal that is gone is no bug.
        self.tally.closed.set(true);
        restore();
    }
}

fn take() -> io::Result<()> {
    enable_raw_mode()?;
    ENTERED.store(true, Ordering::SeqCst);
    execute!(io::stderr(), EnterAlternateScreen, cursor::Hide)
}

/// Gives the terminal back if the dashboard has it, as often as one likes. The dashboard does so itself when it ends;
/// whoever exits the process past it calls this first.
pub fn restore() {
    if ENTERED.swap(false, Ordering::SeqCst) {
        // Nothing better can be done with a terminal that is gone.
        let _ = disable_raw_mode();
        let mut terminal = io::stderr();
        let _ = execute!(terminal, EndSynchronizedUpdate, cursor::Show, LeaveAlternateScreen);
        let _ = terminal.flush();
    }
}

/// Waits for something to read, at most this long. A terminal that hung up is an error.
fn await_key(wait: Duration) -> io::Result<()> {
    let stdin = io::stdin();
    let mut keyboard = [PollFd::new(&stdin, PollFlags::IN)];
    let wait = Timespec::try_from(wait).map_err(|_| io::ErrorKind::InvalidInput)?;
    match rustix::event::poll(&mut keyboard, Some(&wait)) {
        Ok(_) => {}
        Err(rustix::io::Errno::INTR) => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    let found = keyboard[0].revents();
    if found.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the terminal hung up"));
    }
    Ok(())
}

/// Lets time go by, or until a signal comes.
fn rest(wait: Duration) -> io::Result<()> {
    let wait = Timespec::try_from(wait).map_err(|_| io::ErrorKind::InvalidInput)?;
    match rustix::event::poll(&mut [], Some(&wait)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Whether the shell gave the terminal to this process; one without a shell has it.
fn in_foreground() -> bool {
    tcgetpgrp(io::stdin()).is_ok_and(|group| group == getpgrp())
}

/// The flag that SIGCONT sets.
fn resumed() -> &'static AtomicBool {
    RESUMED.get_or_init(|| {
        let flag = Arc::new(AtomicBool::new(false));
        // Without it, the screen would come back but as others left it.
        let _ = signal_hook::flag::register(signal_hook::consts::SIGCONT, Arc::clone(&flag));
        flag
    })
}

/// Counts what goes to the terminal, until it is closed.
struct Counted<W> {
    inner: W,
    tally: Rc<Tally>,
}

/// What a [`Counted`] shares with whoever reads it.
#[derive(Default)]
struct Tally {
    bytes: Cell<u64>,
    /// Nothing is written any more.
    closed: Cell<bool>,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.tally.closed.get() {
            return Ok(bytes.len());
        }
        let count = self.inner.write(bytes)?;
        self.tally.bytes.set(self.tally.bytes.get() + count as u64);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.tally.closed.get() {
            return Ok(());
        }
        self.inner.flush()
    }
}

fn key_of(key: event::KeyEvent) -> Key {
    let control = key.modifiers.contains(event::KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(event::KeyModifiers::ALT);
    let shift = key.modifiers.contains(event::KeyModifiers::SHIFT);
    match key.code {
        _ if alt => Key::Other,
        event::KeyCode::Char(letter) if control => Key::Control(letter.to_ascii_lowercase()),
        event::KeyCode::Char(letter) => Key::Char(letter),
        event::KeyCode::F(number) if !control && !shift => Key::Function(number),
        event::KeyCode::BackTab => Key::Shift(Named::Tab),
        code => match named(code) {
            Some(_) if control => Key::Other,
            Some(named) if shift => Key::Shift(named),
            Some(named) => Key::Named(named),
            None => Key::Other,
        },
    }
}

fn named(code: event::KeyCode) -> Option<Named> {
    Some(match code {
        event::KeyCode::Esc => Named::Escape,
        event::KeyCode::Enter => Named::Enter,
        event::KeyCode::Tab => Named::Tab,
        event::KeyCode::Backspace => Named::Backspace,
        event::KeyCode::Delete => Named::Delete,
        event::KeyCode::Insert => Named::Insert,
        event::KeyCode::Up => Named::Up,
        event::KeyCode::Down => Named::Down,
        event::KeyCode::Left => Named::Left,
        event::KeyCode::Right => Named::Right,
        event::KeyCode::PageUp => Named::PageUp,
        event::KeyCode::PageDown => Named::PageDown,
        event::KeyCode::Home => Named::Home,
        event::KeyCode::End => Named::End,
        _ => return None,
    })
}

/// A panic of the drawing thread gives the terminal back first, so that its message is seen. A panic elsewhere is that
/// thread's affair: its message lands on the screen, which is then drawn afresh.
fn install_hook() {
    let earlier = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if *drawer() == Some(thread::current().id()) {
            restore();
        } else {
            SPOILT.store(true, Ordering::SeqCst);
        }
        earlier(info);
    }));
}

fn drawer() -> std::sync::MutexGuard<'static, Option<ThreadId>> {
    DRAWER.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    use super::*;

    #[test]
    fn keys_are_told_apart_as_far_as_needed() {
        for (code, modifiers, key) in [
            (KeyCode::Char('q'), KeyModifiers::NONE, Key::Char('q')),
            (KeyCode::Char('?'), KeyModifiers::SHIFT, Key::Char('?')),
            (KeyCode::Char('C'), KeyModifiers::CONTROL, Key::Control('c')),
            (KeyCode::Char('q'), KeyModifiers::ALT, Key::Other),
            (KeyCode::Esc, KeyModifiers::NONE, Key::ESCAPE),
            (KeyCode::F(1), KeyModifiers::NONE, Key::Function(1)),
            (KeyCode::Left, KeyModifiers::NONE, Key::Named(Named::Left)),
            (KeyCode::Left, KeyModifiers::SHIFT, Key::Shift(Named::Left)),
            (KeyCode::Left, KeyModifiers::CONTROL, Key::Other),
            (KeyCode::BackTab, KeyModifiers::SHIFT, Key::Shift(Named::Tab)),
            (KeyCode::CapsLock, KeyModifiers::NONE, Key::Other),
        ] {
            assert_eq!(key_of(KeyEvent::new(code, modifiers)), key);
        }
    }

    #[test]
    fn what_is_written_is_counted_until_it_is_closed() {
        let mut counted = Counted {
            inner: Vec::new(),
            tally: Rc::default(),
        };
        counted.write_all(b"abc").unwrap();
        counted.write_all(b"de").unwrap();
        counted.tally.closed.set(true);
        counted.write_all(b"f").unwrap();
        assert_eq!(
            (counted.tally.bytes.get(), counted.inner.as_slice()),
            (5, &b"abcde"[..])
        );
    }

    #[test]
    fn restoring_what_was_not_taken_does_nothing() {
        restore();
        assert!(!ENTERED.load(Ordering::SeqCst));
    }
}
