//! The terminal: entering the alternate screen, drawing, reading keys, and leaving it again whatever happens: at the
//! end, on an error, on a panic, or when the process is about to exit (see [`restore`]).

use std::{
    io::{self, BufWriter, Stderr, Write},
    panic,
    sync::{
        Mutex, Once,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, ThreadId},
    time::Duration,
};

use crossterm::{
    cursor, event, execute,
    terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
};
use ratatui::{Terminal, backend::CrosstermBackend};

use crate::{
    app::Model,
    event::{Event, Key, Named},
    panel,
};

/// Whether the alternate screen is up.
static ENTERED: AtomicBool = AtomicBool::new(false);
/// Whether somebody else wrote over the screen.
static SPOILT: AtomicBool = AtomicBool::new(false);
/// The thread that draws; a panic of any other leaves the screen up.
static DRAWER: Mutex<Option<ThreadId>> = Mutex::new(None);
/// The panic hook is installed once for the process.
static HOOK: Once = Once::new();

/// The terminal while the dashboard is up. It draws on stderr, so that stdout can carry JSON; dropping it gives the
/// terminal back.
pub(crate) struct Screen {
    terminal: Terminal<CrosstermBackend<BufWriter<Stderr>>>,
}

impl Screen {
    /// Takes the terminal.
    pub(crate) fn enter() -> io::Result<Self> {
        HOOK.call_once(install_hook);
        *drawer() = Some(thread::current().id());
        enable_raw_mode()?;
        ENTERED.store(true, Ordering::SeqCst);
        let entered = execute!(io::stderr(), EnterAlternateScreen, cursor::Hide);
        let terminal = entered.and_then(|()| Terminal::new(CrosstermBackend::new(BufWriter::new(io::stderr()))));
        match terminal {
            Ok(terminal) => Ok(Self { terminal }),
            Err(error) => {
                restore();
                Err(error)
            }
        }
    }

    /// Draws the model.
    pub(crate) fn draw(&mut self, model: &Model) -> io::Result<()> {
        if SPOILT.swap(false, Ordering::SeqCst) {
            self.terminal.clear()?;
        }
        self.terminal
            .draw(|frame| panel::view(model, frame.area(), frame.buffer_mut()))?;
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back if the dashboard has it, as often as one likes. The dashboard does so itself when it ends;
/// whoever exits the process past it calls this first.
pub fn restore() {
    if ENTERED.swap(false, Ordering::SeqCst) {
        // Nothing better can be done with a terminal that is gone.
        let _ = disable_raw_mode();
        let mut terminal = io::stderr();
        let _ = execute!(terminal, cursor::Show, LeaveAlternateScreen);
        let _ = terminal.flush();
    }
}

/// Waits for the keyboard, at most this long; `None` when nothing happened that the dashboard reacts to.
pub(crate) fn poll(wait: Duration) -> io::Result<Option<Event>> {
    if !event::poll(wait)? {
        return Ok(None);
    }
    Ok(match event::read()? {
        event::Event::Key(key) if key.kind != event::KeyEventKind::Release => Some(Event::Key(key_of(key))),
        event::Event::Resize(_, _) => Some(Event::Resize),
        _ => None,
    })
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
    fn restoring_what_was_not_taken_does_nothing() {
        restore();
        assert!(!ENTERED.load(Ordering::SeqCst));
    }
}
