//! Where events come from: the terminal's keys and the newest snapshot, one after the other.

use std::{io, sync::Arc, time::Duration};

use measure::snapshot::Snapshot;
use tokio::sync::{mpsc, watch};

use crate::{event::Event, screen::Inputs};

/// How long the keyboard is waited for before a look at answers; less where frames follow each other faster.
const TICK: Duration = Duration::from_millis(125);
/// A held key must not starve the picture: after so many keys in a row the snapshots get a look.
const KEYS_IN_A_ROW: u32 = 4;

/// The events of one dashboard.
#[derive(Debug)]
pub(crate) struct Source {
    snapshots: watch::Receiver<Arc<Snapshot>>,
    answers: mpsc::Receiver<Event>,
    keys_in_a_row: u32,
    closed: bool,
    tick: Duration,
    /// Pictures are looked at every so many ticks.
    ticks_per_frame: u32,
    ticks: u32,
}

impl Source {
    /// Events out of these, at most so many pictures a second; the present picture counts as seen.
    pub(crate) fn new(inputs: Inputs, frames_per_second: u32) -> (Self, Arc<Snapshot>) {
        let Inputs { mut snapshots, answers } = inputs;
        let first = Arc::clone(&snapshots.borrow_and_update());
        let frame = Duration::from_secs(1) / frames_per_second.max(1);
        let ticks_per_frame = frame.div_duration_f64(TICK).ceil().max(1.0) as u32;
        (
            Self {
                snapshots,
                answers,
                keys_in_a_row: 0,
                closed: false,
                tick: frame / ticks_per_frame,
                ticks_per_frame,
                ticks: 0,
            },
            first,
        )
    }

    /// The next event. `poll` waits for the keyboard, at most as long as it is told.
    pub(crate) fn next(&mut self, mut poll: impl FnMut(Duration) -> io::Result<Option<Event>>) -> io::Result<Event> {
        if self.keys_in_a_row < KEYS_IN_A_ROW
            && let Some(event) = poll(self.tick)?
        {
            self.keys_in_a_row += 1;
            return Ok(event);
        }
        self.keys_in_a_row = 0;
        Ok(self.look())
    }

    fn look(&mut self) -> Event {
        if let Ok(answer) = self.answers.try_recv() {
            return answer;
        }
        self.ticks += 1;
        if self.ticks < self.ticks_per_frame {
            return Event::Tick;
        }
        self.ticks = 0;
        match self.snapshots.has_changed() {
            Ok(true) => self.newest(),
            Ok(false) => Event::Tick,
            // The last picture may have been sent just before the sender went.
            Err(_) if !self.closed => {
                self.closed = true;
                self.newest()
            }
            Err(_) => Event::Stop,
        }
    }

    fn newest(&mut self) -> Event {
        Event::Snapshot(Arc::clone(&self.snapshots.borrow_and_update()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{event::Key, fixture};

    fn inputs() -> (watch::Sender<Arc<Snapshot>>, mpsc::Sender<Event>, Inputs) {
        let (sender, snapshots) = watch::channel(Arc::new(fixture::starting()));
        let (answering, answers) = mpsc::channel(4);
        (sender, answering, Inputs { snapshots, answers })
    }

    fn quiet(_: Duration) -> io::Result<Option<Event>> {
        Ok(None)
    }

    #[test]
    fn pictures_come_once_and_the_last_one_before_the_stop() {
        let (sender, _answers, inputs) = inputs();
        let (mut source, first) = Source::new(inputs, 8);
        assert_eq!(*first, fixture::starting());
        assert_eq!(source.next(quiet).unwrap(), Event::Tick);
        sender.send(Arc::new(fixture::healthy())).unwrap();
        sender.send(Arc::new(fixture::brown_out())).unwrap();
        assert_eq!(
            source.next(quiet).unwrap(),
            Event::Snapshot(Arc::new(fixture::brown_out()))
        );
        assert_eq!(source.next(quiet).unwrap(), Event::Tick);
        sender.send(Arc::new(fixture::ended())).unwrap();
        drop(sender);
        assert_eq!(source.next(quiet).unwrap(), Event::Snapshot(Arc::new(fixture::ended())));
        assert_eq!(source.next(quiet).unwrap(), Event::Stop);
        assert_eq!(source.next(quiet).unwrap(), Event::Stop);
    }

    #[test]
    fn a_held_key_does_not_starve_the_picture() {
        let (sender, _answers, inputs) = inputs();
        let (mut source, _) = Source::new(inputs, 8);
        sender.send(Arc::new(fixture::healthy())).unwrap();
        let held = |_| Ok(Some(Event::Key(Key::Char('r'))));
        let events: Vec<Event> = (0..10).map(|_| source.next(held).unwrap()).collect();
        assert_eq!(
            events
                .iter()
                .filter(|event| matches!(event, Event::Snapshot(_)))
                .count(),
            1
        );
        assert_eq!(events.iter().filter(|event| matches!(event, Event::Key(_))).count(), 8);
    }

    #[test]
    fn a_slow_link_gets_fewer_pictures_and_answers_at_once() {
        let (sender, answers, inputs) = inputs();
        let (mut source, _) = Source::new(inputs, 2);
        let mut waited = Duration::ZERO;
        let mut wait = |tick| {
            waited += tick;
            Ok(None)
        };
        sender.send(Arc::new(fixture::healthy())).unwrap();
        let events: Vec<Event> = (0..3).map(|_| source.next(&mut wait).unwrap()).collect();
        assert_eq!(events, [Event::Tick, Event::Tick, Event::Tick]);
        answers.try_send(Event::Remark("exported".to_owned())).unwrap();
        assert_eq!(source.next(&mut wait).unwrap(), Event::Remark("exported".to_owned()));
        assert!(matches!(source.next(&mut wait).unwrap(), Event::Snapshot(_)));
        assert_eq!(
            waited,
            Duration::from_millis(625),
            "half a second, and a tick for the answer"
        );
    }

    #[test]
    fn answers_come_before_pictures() {
        let (sender, answers, inputs) = inputs();
        let (mut source, _) = Source::new(inputs, 8);
        sender.send(Arc::new(fixture::healthy())).unwrap();
        answers.try_send(Event::Remark("exported".to_owned())).unwrap();
        assert_eq!(source.next(quiet).unwrap(), Event::Remark("exported".to_owned()));
        assert_eq!(
            source.next(quiet).unwrap(),
            Event::Snapshot(Arc::new(fixture::healthy()))
        );
    }

    #[test]
    fn a_broken_keyboard_is_an_error() {
        let (_sender, _answers, inputs) = inputs();
        let (mut source, _) = Source::new(inputs, 8);
        assert!(source.next(|_| Err(io::Error::other("gone"))).is_err());
    }
}
