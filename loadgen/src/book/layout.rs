//! How orders and requests lie in bytes.
//!
//! A new field goes to the end of its record and into its length; a new kind of something takes the next free number.
//! Nothing of it outlives the run, so there is no format to keep.

use measure::sample::Class;
use scenarios::{Journey, Operation};

use super::{Call, Delivery, Ended, MAX_DELIVERIES, Open, Order, Query};
use crate::shelf::{Fixed, In, Out, TEXT_BYTES};

impl Fixed for Order {
    /// Journey; arrival; opening; query with the class of a broken one; four counts; whether it is over; deliveries.
    const BYTES: usize = 1 + 8 + OPEN_BYTES + 9 + 1 + 4 * 4 + 1 + 1 + MAX_DELIVERIES * 8;

    fn write(&self, out: &mut Out<'_>) {
        out.u8(place_of(&Journey::ALL, &self.journey));
        out.u64(self.arrival_us);
        write_open(&self.open, out);
        let (query, sent_us) = match self.query {
            Query::Unanswered => (0, 0),
            Query::Paid { sent_us } => (1, sent_us),
            Query::Unpaid { sent_us } => (2, sent_us),
            Query::Absent { sent_us } => (3, sent_us),
            Query::Failed { sent_us } => (4, sent_us),
        };
        out.u8(query);
        out.u64(sent_us);
        out.u8(self.query_broken.map_or(0, class_byte));
        out.u32(self.queries);
        out.u32(self.delivered);
        out.u32(self.failures);
        out.u32(self.bad);
        out.flag(self.over);
        let kept = &self.deliveries[..self.deliveries.len().min(MAX_DELIVERIES)];
        out.u8(u8::try_from(kept.len()).unwrap_or_default());
        for delivery in kept {
            out.u64(delivery.at_us);
        }
    }

    fn read(from: &mut In<'_>) -> Self {
        let journey = usize::from(from.u8());
        Self {
            journey: Journey::ALL.get(journey).copied().unwrap_or_default(),
            arrival_us: from.u64(),
            open: read_open(from),
            query: match (from.u8(), from.u64()) {
                (1, sent_us) => Query::Paid { sent_us },
                (2, sent_us) => Query::Unpaid { sent_us },
                (3, sent_us) => Query::Absent { sent_us },
                (4, sent_us) => Query::Failed { sent_us },
                (_, _) => Query::Unanswered,
            },
            query_broken: class_of(from.u8()),
            queries: from.u32(),
            delivered: from.u32(),
            failures: from.u32(),
            bad: from.u32(),
            over: from.flag(),
            deliveries: (0..from.u8()).map(|_| Delivery { at_us: from.u64() }).collect(),
        }
    }
}

/// Kind; when it left and ended; class, and whether that was expected; the wallet's number or words.
const OPEN_BYTES: usize = 1 + 2 * 8 + 2 + TEXT_BYTES;

fn write_open(open: &Open, out: &mut Out<'_>) {
    let (kind, done_us, class, expected, text) = match open {
        Open::Waiting => (0, 0, 0, false, ""),
        Open::Dropped => (1, 0, 0, false, ""),
        Open::Sent { .. } => (2, 0, 0, false, ""),
        Open::Opened { order_id, .. } => (3, 0, 0, false, &**order_id),
        Open::Declined { reason, .. } => (4, 0, 0, false, &**reason),
        Open::Hidden {
            done_us,
            class,
            expected,
            ..
        } => (5, *done_us, class_byte(*class), *expected, ""),
    };
    out.u8(kind);
    out.u64(open.sent_us().unwrap_or_default());
    out.u64(done_us);
    out.u8(class);
    out.flag(expected);
    out.text(text);
}

fn read_open(from: &mut In<'_>) -> Open {
    let (kind, sent_us, done_us) = (from.u8(), from.u64(), from.u64());
    let (class, expected, text) = (class_of(from.u8()), from.flag(), from.text());
    match (kind, class) {
        (1, _) => Open::Dropped,
        (2, _) => Open::Sent { sent_us },
        (3, _) => Open::Opened {
            sent_us,
            order_id: text,
        },
        (4, _) => Open::Declined { sent_us, reason: text },
        (5, Some(class)) => Open::Hidden {
            sent_us,
            done_us,
            class,
            expected,
        },
        (_, _) => Open::Waiting,
    }
}

impl Fixed for Call {
    /// Order, operation, class, status; when it left, its head was there, it ended.
    const BYTES: usize = 4 + 1 + 1 + 2 + 3 * 8;

    fn write(&self, out: &mut Out<'_>) {
        out.u32(self.order);
        out.u8(place_of(&Operation::ALL, &self.operation));
        out.u8(self.ended.map_or(0, |ended| class_byte(ended.class)));
        out.u16(self.ended.map_or(0, |ended| ended.status));
        out.u64(self.sent_us);
        out.u64(self.ended.map_or(0, |ended| ended.first_byte_us));
        out.u64(self.ended.map_or(0, |ended| ended.done_us));
    }

    fn read(from: &mut In<'_>) -> Self {
        let (order, operation) = (from.u32(), from.u8());
        let (class, status) = (class_of(from.u8()), from.u16());
        let (sent_us, first_byte_us, done_us) = (from.u64(), from.u64(), from.u64());
        Self {
            order,
            operation: Operation::ALL
                .get(usize::from(operation))
                .copied()
                .unwrap_or(Operation::PayLink),
            ended: class.map(|class| Ended {
                class,
                status,
                first_byte_us,
                done_us,
            }),
            sent_us,
        }
    }
}

/// A class as a byte that is not zero.
fn class_byte(class: Class) -> u8 {
    1 + place_of(&Class::ALL, &class)
}

fn class_of(byte: u8) -> Option<Class> {
    Class::ALL.get(usize::from(byte).checked_sub(1)?).copied()
}

/// A word's place among all of its kind.
fn place_of<T: PartialEq>(all: &[T], one: &T) -> u8 {
    let place = all.iter().position(|known| known == one).unwrap_or_default();
    u8::try_from(place).unwrap_or_default()
}
