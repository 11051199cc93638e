//! A queue ordered by time: what is due when. Payers and callbacks each have one, with one task taking from it, so that
//! a million waiting orders cost a million small entries and not a million tasks.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

/// Things that become due. Equal times keep the order in which they were put in.
#[derive(Debug)]
pub(crate) struct Agenda<T> {
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
    at: Instant,
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
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            state: Mutex::new(State {
                due: BinaryHeap::new(),
                put: 0,
            }),
            earlier: Notify::new(),
            limit,
        }
    }

    /// Puts `what` in, due at `at`; a full agenda hands it back.
    pub(crate) fn put(&self, at: Instant, what: T) -> Result<(), T> {
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
            match self.look(Instant::now()) {
                Look::Due(what) => return what,
                Look::Later(at) => {
                    tokio::select! {
                        () = sleep_until(at) => {}
                        () = self.earlier.notified() => {}
                    }
                }
                Look::Empty => self.earlier.notified().await,
            }
        }
    }

    /// Makes every entry due that much earlier.
    pub(crate) fn advance(&self, by: Duration) {
        {
            let mut state = self.lock();
            let entries = std::mem::take(&mut state.due).into_vec();
            state.due = entries
                .into_iter()
                .map(|Reverse(entry)| {
                    // What cannot be expressed any more was due long ago.
                    let at = entry.at.checked_sub(by).unwrap_or_else(Instant::now);
                    Reverse(Entry { at, ..entry })
                })
                .collect();
        }
        self.earlier.notify_one();
    }

    /// How many entries wait.
    pub(crate) fn len(&self) -> usize {
        self.lock().due.len()
    }

    /// Forgets every entry.
    pub(crate) fn clear(&self) {
        self.lock().due.clear();
    }

    fn look(&self, now: Instant) -> Look<T> {
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
    Later(Instant),
    Empty,
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn entries_come_in_the_order_of_their_times_and_an_earlier_one_wakes_the_taker() {
        let agenda = Arc::new(Agenda::new(3));
        let start = Instant::now();
        agenda.put(start + Duration::from_secs(10), "late").unwrap();
        agenda.put(start + Duration::from_secs(5), "middle").unwrap();

        let putter = Arc::clone(&agenda);
        let (taken, ()) = tokio::join!(
            async {
                let mut taken = Vec::new();
                for _ in 0..3 {
                    let what = agenda.next().await;
                    taken.push((start.elapsed().as_secs(), what));
                }
                taken
            },
            async move {
                tokio::task::yield_now().await;
                putter.put(start + Duration::from_secs(1), "early").unwrap();
                assert_eq!(putter.put(start, "too many"), Err("too many"));
            }
        );
        assert_eq!(taken, [(1, "early"), (5, "middle"), (10, "late")]);
    }
}
