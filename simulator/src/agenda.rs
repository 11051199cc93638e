//! A queue ordered by the gateway's calendar: what is due when. Payers and callbacks each have one, with one task taking
//! from it, so that a million waiting orders cost a million small entries and not a million tasks. Entries keep their
//! moments on the calendar; how long that is on the wall is the calendar's affair.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::Notify;

use crate::clock::Calendar;

/// Things that become due. Equal times keep the order in which they were put in.
#[derive(Debug)]
pub(crate) struct Agenda<T> {
    calendar: Arc<Calendar>,
    state: Mutex<State<T>>,
    earlier: Notify,
    limit: usize,
}

#[derive(Debug)]
struct State<T> {
    due: BinaryHeap<Reverse<Entry<T>>>,
    put: u64,
}

#[derive(Debug)]
struct Entry<T> {
    at: Duration,
    order: u64,
    what: T,
}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T> Eq for Entry<T> {}

impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Entry<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

impl<T> Agenda<T> {
    /// An empty agenda of at most `limit` entries.
    pub(crate) fn new(limit: usize, calendar: Arc<Calendar>) -> Self {
        Self {
            calendar,
            state: Mutex::new(State {
                due: BinaryHeap::new(),
                put: 0,
            }),
            earlier: Notify::new(),
            limit,
        }
    }

    /// Puts `what` in, due that long from now on, on the calendar; a full agenda hands it back.
    pub(crate) fn put(&self, after: Duration, what: T) -> Result<(), T> {
        let at = self.calendar.after(after);
        let first = {
            let mut state = self.lock();
            if state.due.len() >= self.limit {
                return Err(what);
            }
            state.put += 1;
            let order = state.put;
            state.due.push(Reverse(Entry { at, order, what }));
            state.due.peek().is_some_and(|Reverse(entry)| entry.order == order)
        };
        if first {
            self.earlier.notify_one();
        }
        Ok(())
    }

    /// Waits for the next due entry. Cancel-safe; meant for one task.
    pub(crate) async fn next(&self) -> T {
        loop {
            match self.look(self.calendar.now()) {
                Look::Due(what) => return what,
                Look::Later(at) => {
                    tokio::select! {
                        () = self.calendar.until(at) => {}
                        () = self.earlier.notified() => {}
                    }
                }
                Look::Empty => self.earlier.notified().await,
            }
        }
    }

    /// How many entries wait.
    pub(crate) fn len(&self) -> usize {
        self.lock().due.len()
    }

    /// Forgets every entry.
    pub(crate) fn clear(&self) {
        self.lock().due.clear();
    }

    fn look(&self, now: Duration) -> Look<T> {
        let mut state = self.lock();
        match state.due.peek() {
            None => Look::Empty,
            Some(Reverse(entry)) if entry.at > now => Look::Later(entry.at),
            Some(_) => {
                let Reverse(entry) = state.due.pop().expect("an entry was just seen under the same lock");
                Look::Due(entry.what)
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Look<T> {
    Due(T),
    Later(Duration),
    Empty,
}

#[cfg(test)]
mod tests;
