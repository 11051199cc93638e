//! The timer thread: wakes each waiting task at its moment. The runtime's timer rounds to whole milliseconds and looks
//! at them once a millisecond; this thread parks until the very next moment instead. The other file of the product that
//! reads std's `Instant`, with the load's pacer.
//!
//! A wait is an entry in one ordered map: there while it lasts, gone when it is over. Who drops a wait takes its entry
//! out, and the thread takes out what is due, so nothing else has to be remembered or cleaned.

use std::{
    collections::BTreeMap,
    fmt, io,
    num::NonZeroU64,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    thread::{self, JoinHandle, Thread},
    time::{Duration, Instant},
};

/// Waits at a time; one more is told so. Twenty for each of the most connections that anybody has opened here.
const WAITS_MAX: usize = 1_000_000;
/// The thread wakes tasks at most this often: of many waits those that end close together are woken together, as each
/// time costs some 30 µs of a processor, the runtime's own thread included. A lone wait does not notice.
const GROUP: Duration = Duration::from_micros(250);
/// Tasks woken between two looks at the time and the lock, so that neither waits for a crowd.
const AT_ONCE: usize = 64;
/// The kernel may add this much to a sleep; its default of 50 µs would be a third of what we are late.
const TIMER_SLACK_NS: NonZeroU64 = NonZeroU64::new(1_000).expect("1,000 is not zero");
/// How far the thread steps before the others on a busy machine.
const PROMPT: i32 = 15;

/// A running timer thread. It ends with this, or when its gateway closes.
pub struct Timer {
    waits: Arc<Waits>,
    thread: Mutex<Option<JoinHandle<()>>>,
    parked: Thread,
}

/// Too many wait already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

impl Timer {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system has no thread to give.
    pub fn start() -> io::Result<Self> {
        Self::with_room_for(WAITS_MAX)
    }

    fn with_room_for(limit: usize) -> io::Result<Self> {
        let waits = Arc::new(Waits {
            state: Mutex::default(),
            limit,
        });
        let of_thread = Arc::clone(&waits);
        let thread = thread::Builder::new()
            .name("timer".to_owned())
            .spawn(move || run(&of_thread))?;
        Ok(Self {
            waits,
            parked: thread.thread().clone(),
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Waits until `at`, or hears at once that too many do.
    pub(super) fn until(&self, at: Instant) -> Wait<'_> {
        Wait {
            timer: self,
            at,
            stage: Stage::New,
        }
    }

    /// Ends every wait, now and later, and the thread.
    pub(super) fn close(&self) {
        let left = {
            let mut state = self.waits.lock();
            state.closed = true;
            std::mem::take(&mut state.waiting)
        };
        self.parked.unpark();
        left.into_values().for_each(Waker::wake);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // Waking a task may drop the last that holds the gateway, and this with it, on the thread itself: it ends
            // after that, but cannot wait for its own end.
            if thread.thread().id() != thread::current().id() {
                // The thread has nothing to say, and a panic of its has been printed.
                let _ = thread.join();
            }
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.close();
    }
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timer")
            .field("waiting", &self.waits.lock().waiting.len())
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Waits {
    state: Mutex<State>,
    limit: usize,
}

#[derive(Debug, Default)]
struct State {
    waiting: BTreeMap<Key, Waker>,
    put: u64,
    closed: bool,
}

/// A moment, and the order among equal ones.
type Key = (Instant, u64);

impl Waits {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a wait in; its key, and whether the thread must get up earlier for it.
    fn enter(&self, at: Instant, waker: &Waker) -> Entered {
        let mut state = self.lock();
        if state.closed {
            return Entered::Closed;
        }
        if state.waiting.len() >= self.limit {
            return Entered::Full;
        }
        state.put += 1;
        let key = (at, state.put);
        let first = state.waiting.first_key_value().is_none_or(|(first, _)| key < *first);
        state.waiting.insert(key, waker.clone());
        Entered::Waits { key, first }
    }

    /// Whether a wait is not over yet; then it is `waker` that is woken.
    fn still(&self, key: &Key, waker: &Waker) -> bool {
        let mut state = self.lock();
        let Some(waiting) = state.waiting.get_mut(key) else {
            return false;
        };
        if !waiting.will_wake(waker) {
            let old = std::mem::replace(waiting, waker.clone());
            // It may be the last that holds its task, whose end may drop another wait, which asks for the lock.
            drop(state);
            drop(old);
        }
        true
    }

    /// Takes out what is due at `now`, at most [`AT_ONCE`], and says what comes then.
    fn due(&self, now: Instant, due: &mut Vec<Waker>) -> Next {
        let mut state = self.lock();
        while let Some(first) = state.waiting.first_entry() {
            if due.len() == AT_ONCE {
                return Next::Now;
            }
            let (at, _) = *first.key();
            if at > now {
                return Next::At(at);
            }
            due.push(first.remove());
        }
        if state.closed { Next::End } else { Next::Nothing }
    }
}

enum Entered {
    Waits { key: Key, first: bool },
    Full,
    Closed,
}

enum Next {
    Now,
    At(Instant),
    Nothing,
    End,
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the timer's thread: it waits in real time, which no test pauses"
)]
fn run(waits: &Waits) {
    // Either makes the thread more punctual, and neither is owed to us. On Linux niceness is a thread's own, and only a
    // privileged process may go below zero.
    let _ = rustix::thread::set_current_timer_slack(Some(TIMER_SLACK_NS));
    let _ = rustix::process::nice(-PROMPT);
    let mut due = Vec::with_capacity(AT_ONCE);
    let mut rests_until = Instant::now();
    loop {
        let now = Instant::now();
        if now < rests_until {
            thread::park_timeout(rests_until - now);
            continue;
        }
        let next = waits.due(now, &mut due);
        if !due.is_empty() {
            rests_until = now + GROUP;
        }
        // Without the lock: a task that is woken may run at once on another thread, and ask for it.
        due.drain(..).for_each(Waker::wake);
        match next {
            Next::Now => rests_until = now,
            // An earlier wait that came in the meantime has left a token, so this returns at once.
            Next::At(at) => thread::park_timeout(at.saturating_duration_since(Instant::now())),
            Next::Nothing => thread::park(),
            Next::End => return,
        }
    }
}

/// A wait at the thread. It begins when it is first polled.
#[derive(Debug)]
pub(super) struct Wait<'t> {
    timer: &'t Timer,
    at: Instant,
    stage: Stage,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    New,
    Waiting(Key),
    Over,
}

impl Future for Wait<'_> {
    type Output = Result<(), Full>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.stage {
            Stage::New => match self.timer.waits.enter(self.at, cx.waker()) {
                Entered::Waits { key, first } => {
                    self.stage = Stage::Waiting(key);
                    if first {
                        self.timer.parked.unpark();
                    }
                    Poll::Pending
                }
                Entered::Full => {
                    self.stage = Stage::Over;
                    Poll::Ready(Err(Full))
                }
                Entered::Closed => {
                    self.stage = Stage::Over;
                    Poll::Ready(Ok(()))
                }
            },
            Stage::Waiting(key) => {
                let waits = self.timer.waits.still(&key, cx.waker());
                if waits {
                    return Poll::Pending;
                }
                self.stage = Stage::Over;
                Poll::Ready(Ok(()))
            }
            Stage::Over => Poll::Ready(Ok(())),
        }
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        match self.stage {
            Stage::Waiting(key) => {
                // The waker is dropped without the lock, as in `still`.
                let left = self.timer.waits.lock().waiting.remove(&key);
                drop(left);
            }
            Stage::New | Stage::Over => {}
        }
    }
}

#[cfg(test)]
mod tests;
