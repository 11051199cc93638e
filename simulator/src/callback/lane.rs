//! Deliveries side by side: each endpoint has its own lane, so that one that hangs delays nobody else's callbacks.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use super::deliver::Kept;

/// Deliveries to one endpoint at a time.
pub(crate) const AT_A_TIME: usize = 64;
/// Deliveries that may wait for one endpoint; one more fails and is retried by its ladder.
pub(crate) const WAITING: usize = 100_000;
/// Endpoints remembered; beyond, those without traffic are forgotten.
const ENDPOINTS: usize = 1_024;

/// The lanes of all endpoints, with what waits in them.
#[derive(Debug)]
pub(crate) struct Lanes<T> {
    lanes: Mutex<BTreeMap<String, Lane<T>>>,
    closed: AtomicBool,
}

#[derive(Debug)]
struct Lane<T> {
    busy: usize,
    waiting: VecDeque<T>,
    idle: Vec<Kept>,
}

/// What became of something put into a lane.
#[derive(Debug)]
pub(crate) enum Entered<T> {
    /// There is room: somebody must start with it now, over a kept connection where there is one.
    Start(T, Option<Kept>),
    /// Somebody busy will take it.
    Queued,
    /// Too many wait already.
    Full(T),
}

impl<T> Lanes<T> {
    /// No lane yet.
    pub(crate) fn new() -> Self {
        Self {
            lanes: Mutex::new(BTreeMap::new()),
            closed: AtomicBool::new(false),
        }
    }

    /// Puts a delivery into the lane of its endpoint.
    pub(crate) fn enter(&self, endpoint: &str, delivery: T) -> Entered<T> {
        let mut lanes = self.lock();
        if !lanes.contains_key(endpoint) {
            if lanes.len() >= ENDPOINTS {
                lanes.retain(|_, lane| lane.busy > 0);
            }
            lanes.insert(endpoint.to_owned(), Lane::new());
        }
        let lane = lanes.get_mut(endpoint).expect("it is there or was just put there");
        if lane.busy < AT_A_TIME {
            lane.busy += 1;
            Entered::Start(delivery, lane.idle.pop())
        } else if lane.waiting.len() < WAITING {
            lane.waiting.push_back(delivery);
            Entered::Queued
        } else {
            Entered::Full(delivery)
        }
    }

    /// A delivery is done: hands out the next of its lane with the same connection, or keeps that for later.
    pub(crate) fn leave(&self, endpoint: &str, kept: Option<Kept>) -> Option<(T, Option<Kept>)> {
        let mut lanes = self.lock();
        let lane = lanes.get_mut(endpoint)?;
        if self.closed.load(Ordering::Relaxed) {
            return None;
        }
        match lane.waiting.pop_front() {
            Some(next) => Some((next, kept)),
            None => {
                lane.busy -= 1;
                lane.idle.extend(kept);
                None
            }
        }
    }

    /// Closes connections that will not be used again: a merchant that serves one at a time waits for their end.
    pub(crate) fn sweep(&self) {
        for lane in self.lock().values_mut() {
            lane.idle.retain(Kept::is_fresh);
        }
    }

    /// Forgets what waits; what is under way goes on.
    pub(crate) fn forget(&self) {
        for lane in self.lock().values_mut() {
            lane.waiting.clear();
        }
    }

    /// Forgets what waits and closes idle connections, now and whenever one becomes idle: the gateway stops.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        for lane in self.lock().values_mut() {
            lane.waiting.clear();
            lane.idle.clear();
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Lane<T>>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Lane<T> {
    fn new() -> Self {
        Self {
            busy: 0,
            waiting: VecDeque::new(),
            idle: Vec::new(),
        }
    }
}
