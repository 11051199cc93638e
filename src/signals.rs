//! Ctrl-C and SIGTERM: the first asks for a good end, the second for a quick one.

use std::sync::{
    Mutex,
    atomic::{AtomicU32, Ordering},
};

use anyhow::Context;

/// What to do when a signal comes; set once there is something to stop.
static ACTION: Mutex<Option<Action>> = Mutex::new(None);
/// Signals that came so far.
static COUNT: AtomicU32 = AtomicU32::new(0);

type Action = Box<dyn Fn(Stop) + Send>;

/// How urgently to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// End well: flush, audit, report.
    Gracefully,
    /// End now.
    AtOnce,
}

/// Installs the handler. It must come before goose, which would take Ctrl-C for itself.
pub(crate) fn install() -> anyhow::Result<()> {
    ctrlc::set_handler(|| {
        let stop = if COUNT.fetch_add(1, Ordering::SeqCst) == 0 {
            Stop::Gracefully
        } else {
            Stop::AtOnce
        };
        if let Some(action) = &*ACTION.lock().unwrap_or_else(std::sync::PoisonError::into_inner) {
            action(stop);
        }
    })
    .context("the handler of Ctrl-C can't be installed")
}

/// Says what a signal does from now on. One that came before takes effect at once.
pub(crate) fn on_stop(action: impl Fn(Stop) + Send + 'static) {
    let mut slot = ACTION.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if COUNT.load(Ordering::SeqCst) > 0 {
        action(Stop::Gracefully);
    }
    *slot = Some(Box::new(action));
}

/// Leaves at once, as a shell expects it of a process that Ctrl-C ended.
#[expect(clippy::exit, reason = "a second Ctrl-C asks for just that")]
pub(crate) fn leave() -> ! {
    std::process::exit(130)
}
