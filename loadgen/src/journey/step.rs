//! What all steps of a journey share: how an exchange ended, its sample, and the end of the journey.

use std::sync::atomic::Ordering;

use measure::sample::{Class, Sample};
use scenarios::Journey;

use super::{Journeys, Step, What, shard};
use crate::{
    book::Ended,
    client::{Broken, Exchange},
};

impl Journeys {
    /// The journey is over with a sample of its own.
    pub(super) fn finish(&self, seq: u32, class: Class, expected: bool, sent_us: u64, done_us: u64) {
        let Some((journey, arrival_us)) = self.leave(seq) else {
            return;
        };
        self.shopper_leaves(seq, done_us);
        self.recorder.record(
            shard(seq),
            &Sample {
                phase: self.phase_at(arrival_us),
                what: self.whats.index(What::Journey(journey)),
                class,
                expected,
                intended_us: arrival_us,
                sent_us,
                first_byte_us: done_us,
                done_us,
            },
        );
    }

    /// The journey is over; which it was and its arrival, the first time.
    pub(super) fn leave(&self, seq: u32) -> Option<(Journey, u64)> {
        let left = self.book().change(seq, |order| {
            let was_open = !std::mem::replace(&mut order.over, true);
            was_open.then_some((order.journey, order.arrival_us))
        })??;
        self.totals.completed.fetch_add(1, Ordering::Relaxed);
        Some(left)
    }

    pub(super) fn ended(&self, exchange: &Exchange, class: Class) -> Ended {
        let status = match &exchange.answer {
            Ok(answer) => answer.status.as_u16(),
            Err(Broken { status, .. }) => status.map_or(0, |status| status.as_u16()),
        };
        Ended {
            class,
            status,
            first_byte_us: self.axis.us(exchange.first_byte),
            done_us: self.axis.us(exchange.done),
        }
    }

    /// Records a step's sample; says whether the scenario could have caused its class.
    pub(super) fn sample(&self, what: What, step: Step, exchange: &Exchange, class: Class) -> bool {
        let done_us = self.axis.us(exchange.done);
        let sent_us = self.axis.us(exchange.sent);
        let expected = match what {
            What::Call(operation) => self.expected.explains(operation, class, sent_us, done_us),
            What::Page(_) | What::Journey(_) => self.expected.explains_page(class, sent_us, done_us),
        };
        let sample = Sample {
            phase: self.phase_at(step.due_us),
            what: self.whats.index(what),
            class,
            expected,
            intended_us: step.due_us,
            sent_us,
            first_byte_us: self.axis.us(exchange.first_byte),
            done_us,
        };
        self.recorder.record(shard(step.seq), &sample);
        self.failures.note(step.seq, &sample);
        expected
    }
}
