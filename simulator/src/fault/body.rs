//! The body of an answer: whole; in pieces, each at its moment; cut off before its end; or bytes that are no answer at
//! all. HTTP writes the head and counts the bytes, so an answer that is cut off breaks the Content-Length that it was
//! announced with.
//!
//! A body in pieces holds the record of its exchange, which is written down when the last piece is on its way or the
//! client is gone.

use std::{
    borrow::Cow,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use scenarios::Ratio;
use tokio::time::Instant;

use crate::{
    connection::Severed,
    fault::wire::{Ending, Line},
    journal::Outcome,
    record::{PHASE_REFUSES, Record},
};

/// What fills up a body that is larger than its text; also the largest piece.
static BLANKS: [u8; 64 * 1024] = [b' '; 64 * 1024];
/// A narrow connection hands over what it carries in this time at once.
const TICK: Duration = Duration::from_millis(100);
/// How much is sent where no answer is.
pub(crate) const GARBAGE_BYTES: usize = 256;

/// The body of an answer of the merchant port.
pub(crate) enum Body {
    /// All of it at once.
    Whole(Full<Bytes>),
    /// Piece by piece.
    Pieces(Box<Pieces>),
}

impl From<Bytes> for Body {
    fn from(whole: Bytes) -> Self {
        Self::Whole(Full::new(whole))
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = Severed;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Severed>>> {
        match self.get_mut() {
            Self::Whole(whole) => Pin::new(whole).poll_frame(cx).map_err(|never| match never {}),
            Self::Pieces(pieces) => pieces
                .poll_piece(cx)
                .map(|piece| piece.map(|piece| piece.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(whole) => whole.is_end_stream(),
            Self::Pieces(pieces) => pieces.sent == pieces.plan.length,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(whole) => whole.size_hint(),
            Self::Pieces(pieces) => SizeHint::with_exact(pieces.plan.length - pieces.sent),
        }
    }
}

/// How a body goes over the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// As fast as the client reads.
    Freely,
    /// As fast as the client reads, and only this part of it.
    Part(Ratio),
    /// In so many pieces, the first at once.
    Dribble {
        /// How many pieces; of a shorter body as many as it has bytes.
        chunks: u32,
        /// From the first to the last.
        over: Duration,
    },
    /// No faster than this.
    Bandwidth {
        /// Bytes a second, above zero.
        bytes_per_second: u64,
    },
}

/// Which bytes are sent when.
#[derive(Clone, Copy, Debug)]
struct Plan {
    pace: Pace,
    /// What is announced.
    length: u64,
}

impl Plan {
    /// How many bytes are sent in all.
    fn until(&self) -> u64 {
        match self.pace {
            Pace::Part(part) => in_proportion(self.length, part.num, part.den),
            Pace::Freely | Pace::Dribble { .. } | Pace::Bandwidth { .. } => self.length,
        }
    }

    /// The piece of this number, from 0, which begins at byte `from`: where it ends, and when it is due after the first.
    fn piece(&self, number: u64, from: u64) -> (u64, Duration) {
        match self.pace {
            Pace::Freely | Pace::Part(_) => {
                let end = from.saturating_add(BLANKS.len() as u64).min(self.until());
                (end, Duration::ZERO)
            }
            Pace::Dribble { chunks, over } => {
                let chunks = u64::from(chunks).min(self.length);
                let end = in_proportion(self.length, number + 1, chunks);
                let due_ns = in_proportion(whole_ns(over), number, chunks.saturating_sub(1));
                (end, Duration::from_nanos(due_ns))
            }
            Pace::Bandwidth { bytes_per_second } => {
                let step = in_proportion(bytes_per_second, whole_ns(TICK), NS_PER_S).clamp(1, BLANKS.len() as u64);
                let end = from.saturating_add(step).min(self.length);
                let due_ns = in_proportion(end, NS_PER_S, bytes_per_second);
                (end, Duration::from_nanos(due_ns))
            }
        }
    }
}

const NS_PER_S: u64 = 1_000_000_000;

fn whole_ns(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// `whole · part / of`, rounded down.
fn in_proportion(whole: u64, part: u64, of: u64) -> u64 {
    let share = u128::from(whole) * u128::from(part) / u128::from(of.max(1));
    u64::try_from(share).unwrap_or(u64::MAX)
}

/// A body that is sent piece by piece, and then written down.
pub(crate) struct Pieces {
    plan: Plan,
    /// The body's begin; blanks follow.
    text: Bytes,
    sent: u64,
    /// The number of the next piece.
    number: u64,
    began: Instant,
    wait: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    line: Arc<Line>,
    record: Record,
    reason: Option<Cow<'static, str>>,
}

impl Pieces {
    /// A body of `length` bytes that begins with `text` and is sent at this pace from now on. `reason` is what the
    /// journal says where it arrives.
    pub(crate) fn new(
        (text, length): (Bytes, u64),
        pace: Pace,
        line: &Arc<Line>,
        record: Record,
        reason: Option<Cow<'static, str>>,
    ) -> Self {
        line.streams();
        Self {
            plan: Plan { pace, length },
            text,
            sent: 0,
            number: 0,
            began: Instant::now(),
            wait: None,
            line: Arc::clone(line),
            record,
            reason,
        }
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Severed>>> {
        let until = self.plan.until();
        if self.sent == until {
            return self.poll_cut();
        }
        let (end, due) = self.plan.piece(self.number, self.sent);
        ready!(self.poll_due(self.began + due, cx));
        if self.record.gateway().in_force.refuses_now() {
            self.record
                .ended(Outcome::Reset, 0, self.sent, Some(Cow::Borrowed(PHASE_REFUSES)));
            self.line.sever(Ending::Reset);
            return Poll::Ready(Some(Err(Severed)));
        }
        let piece = self.bytes(self.sent, end);
        self.sent += piece.len() as u64;
        self.number += 1;
        self.record.sent(self.sent);
        let is_last = self.sent == self.plan.length;
        self.line.piece(is_last);
        if is_last {
            self.record.arrived_whole(self.reason.take());
        }
        Poll::Ready(Some(Ok(piece)))
    }

    /// All that is meant to arrive was handed over: once it has left, the connection ends, and HTTP's promise is broken.
    fn poll_cut(&mut self) -> Poll<Option<Result<Bytes, Severed>>> {
        if !self.line.is_flushed() {
            // HTTP asks again when it has flushed.
            return Poll::Pending;
        }
        self.record.was_cut(self.reason.take());
        self.line.sever(Ending::Close);
        Poll::Ready(Some(Err(Severed)))
    }

    fn poll_due(&mut self, at: Instant, cx: &mut Context<'_>) -> Poll<()> {
        if self.wait.is_none() && at > Instant::now() {
            self.record.waits();
            let gateway = Arc::clone(self.record.gateway());
            self.wait = Some(Box::pin(async move { gateway.sleeper.until(at).await }));
        }
        if let Some(wait) = &mut self.wait {
            ready!(wait.as_mut().poll(cx));
            self.record.waited();
            self.wait = None;
        }
        Poll::Ready(())
    }

    /// At most these bytes of the body, never none.
    fn bytes(&self, from: u64, to: u64) -> Bytes {
        // A piece is no longer than the blanks, and a text is in memory: both fit.
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        let text = self.text.len();
        if place(from) < text {
            self.text.slice(place(from)..place(to).min(text))
        } else {
            Bytes::from_static(&BLANKS[..place(to - from)])
        }
    }
}

/// Bytes that no HTTP client takes for an answer, the same for the same seed: neither the first of them nor any other is
/// what a status line begins with, and no line ends.
pub(crate) fn garbage(seed: u64) -> [u8; GARBAGE_BYTES] {
    let mut state = seed;
    std::array::from_fn(|_| {
        // SplitMix64's step, whose highest bits are its best.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed >> 56) as u8 | 0x80
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pace and length; how many pieces, the largest, and when the last is due in milliseconds.
    #[test]
    fn pieces_are_whole_and_in_order() {
        let dribble = |chunks, over_ms| Pace::Dribble {
            chunks,
            over: Duration::from_millis(over_ms),
        };
        let narrow = |bytes_per_second| Pace::Bandwidth { bytes_per_second };
        let part = |num, den| Pace::Part(Ratio { num, den });
        for (pace, length, pieces, largest, last_ms) in [
            (Pace::Freely, 1, 1, 1, 0),
            (Pace::Freely, 100_000_000, 1_526, 65_536, 0),
            (part(1, 2), 301, 1, 150, 0),
            (part(1, 1_000), 301, 0, 0, 0),
            (part(999, 1_000), 200_000, 4, 65_536, 0),
            (dribble(2, 700), 301, 2, 151, 700),
            (dribble(3, 1_000), 10, 3, 4, 1_000),
            // No piece is empty: a body has at most as many as bytes.
            (dribble(1_000, 600_000), 10, 10, 1, 600_000),
            (dribble(1_000, 600_000), 1, 1, 1, 0),
            (narrow(1), 3, 3, 1, 3_000),
            (narrow(2_000), 301, 2, 200, 150),
            (narrow(100_000_000), 100_000_000, 1_526, 65_536, 1_000),
            (narrow(u64::MAX), 301, 1, 301, 0),
        ] {
            let plan = Plan { pace, length };
            let what = format!("{pace:?} of {length}");
            let (mut sent, mut number, mut biggest, mut last) = (0, 0, 0, Duration::ZERO);
            while sent < plan.until() {
                let (end, due) = plan.piece(number, sent);
                assert!(
                    end > sent && end <= plan.until() && due >= last,
                    "{what}: {end} at {due:?}"
                );
                biggest = biggest.max(end - sent);
                (sent, number, last) = (end, number + 1, due);
            }
            assert_eq!(
                (number, biggest, last.as_millis()),
                (pieces, largest, last_ms),
                "{what}"
            );
        }
    }

    #[test]
    fn garbage_is_no_answer() {
        for seed in [0, 1, u64::MAX] {
            let bytes = garbage(seed);
            assert!(bytes.iter().all(|byte| *byte >= 0x80), "{seed}");
            assert_ne!(bytes, garbage(seed ^ 2), "{seed}");
        }
    }
}
