//! The gateway's calendar: what the gateway's days, payers, settlements and callbacks go by. It runs in step with the
//! wall unless somebody lets it run faster or slower, stops it, or moves it on.
//!
//! What waits on it waits for a moment *on the calendar*, never for an instant of the wall, so whatever happens to its
//! pace, the order of what waits and the ratios between waits stay. It never goes back, but for a system clock that does.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

use super::{Clock, Sleeper, speed::Speed};

/// The end of the year 9999, at which the calendar stops: four digits write no later day, and by then everything is due.
const END: Duration = Duration::from_secs(253_402_300_799);

/// The calendar, and how to wait for a moment on it.
#[derive(Debug)]
pub(crate) struct Calendar {
    clock: Clock,
    sleeper: Arc<Sleeper>,
    pace: watch::Sender<Pace>,
}

/// How the calendar runs since the last change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// The change, on the wall.
    since: Duration,
    /// What the calendar showed then.
    shown: Duration,
    /// How fast it runs, or ran before it was frozen.
    pub(crate) speed: Speed,
    /// Whether it stands still.
    pub(crate) frozen: bool,
}

/// How far a moment of the calendar is from another, on the wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    Nothing,
    Wall(Duration),
    /// As long as the calendar is frozen.
    Forever,
}

impl Calendar {
    /// A calendar that shows the wall time now and runs as a scenario says.
    pub(crate) fn new(clock: Clock, sleeper: Arc<Sleeper>, wanted: scenarios::Clock) -> Self {
        let now = clock.wall();
        let pace = Pace {
            since: now,
            shown: now.min(END),
            speed: Speed::ONE,
            frozen: false,
        };
        let calendar = Self {
            clock,
            sleeper,
            pace: watch::Sender::new(pace),
        };
        calendar.follow(wanted);
        calendar
    }

    /// What it shows now, since the Unix epoch.
    pub(crate) fn now(&self) -> Duration {
        self.at(self.clock.wall())
    }

    /// What it shows at a moment on the wall.
    pub(crate) fn at(&self, wall: Duration) -> Duration {
        self.pace.borrow().at(wall)
    }

    /// How it runs.
    pub(crate) fn pace(&self) -> Pace {
        *self.pace.borrow()
    }

    /// The moment that far from now on, as far as there is one.
    pub(crate) fn after(&self, far: Duration) -> Duration {
        self.now().saturating_add(far).min(END)
    }

    /// How long the wall takes for a stretch of the calendar, as it runs now; nothing while it stands still.
    pub(crate) fn wall(&self, stretch: Duration) -> Option<Duration> {
        let pace = self.pace();
        (!pace.frozen).then(|| pace.speed.wall(stretch))
    }

    /// Runs as a scenario says from now on.
    pub(crate) fn follow(&self, wanted: scenarios::Clock) {
        let speed = Speed::of(wanted.speed).unwrap_or_else(|| {
            tracing::warn!(speed = %wanted.speed, "the scenario's clock has no speed; the calendar keeps step with the wall");
            Speed::ONE
        });
        self.run(Some(speed), Some(wanted.frozen));
    }

    /// Changes what is named; what waits keeps its moment on the calendar.
    pub(crate) fn run(&self, speed: Option<Speed>, frozen: Option<bool>) {
        self.change(|pace| {
            pace.speed = speed.unwrap_or(pace.speed);
            pace.frozen = frozen.unwrap_or(pace.frozen);
        });
    }

    /// Moves it on, frozen or not: what becomes due by that is due at once.
    pub(crate) fn advance(&self, by: Duration) {
        self.change(|pace| pace.shown = pace.shown.saturating_add(by).min(END));
    }

    /// Waits until the calendar shows `moment`, whatever happens to its pace in between. Cancel-safe.
    pub(crate) async fn until(&self, moment: Duration) {
        let mut changes = self.pace.subscribe();
        loop {
            let left = changes.borrow_and_update().left(moment, self.clock.wall());
            let changed = changes.changed();
            match left {
                Left::Nothing => return,
                Left::Wall(left) => tokio::select! {
                    () = self.sleeper.sleep(left) => {}
                    // It cannot fail: this calendar has the sender.
                    _ = changed => {}
                },
                Left::Forever => {
                    let _ = changed.await;
                }
            }
        }
    }

    fn change(&self, change: impl FnOnce(&mut Pace)) {
        let wall = self.clock.wall();
        self.pace.send_modify(|pace| {
            pace.shown = pace.at(wall);
            pace.since = wall;
            change(pace);
        });
    }
}

impl Pace {
    fn at(&self, wall: Duration) -> Duration {
        if self.frozen {
            return self.shown;
        }
        let passed = wall.saturating_sub(self.since);
        self.shown.saturating_add(self.speed.calendar(passed)).min(END)
    }

    fn left(&self, moment: Duration, wall: Duration) -> Left {
        match moment.min(END).saturating_sub(self.at(wall)) {
            Duration::ZERO => Left::Nothing,
            _ if self.frozen => Left::Forever,
            left => Left::Wall(self.speed.wall(left)),
        }
    }
}

#[cfg(test)]
mod tests;
