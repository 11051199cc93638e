//! The wire under an HTTP connection: a byte stream that keeps the merchant port's deadlines, resets itself in phases
//! that refuse connections, and can be severed by the reply path or stay open after it, which HTTP alone cannot do.
//!
//! TLS, where it is spoken, lies above the wire: a reset or a close cuts through it as a cable would. Whoever answers a
//! request holds the same [`Line`] as the [`Wire`] under the connection; both live in one task.

use std::{
    io,
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep, sleep_until},
};

use crate::{config::HttpLimits, drill::InForce};

/// A connection that is never answered is closed after this long, however patient its client is.
pub(crate) const LONGEST_SILENCE: Duration = Duration::from_secs(600);

/// A byte stream that can be told to end in a reset.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    /// From now on, closing it tells the peer "connection reset".
    fn arm_reset(&self);

    /// The peer's address, where it has one.
    fn peer(&self) -> Option<IpAddr>;
}

impl Stream for TcpStream {
    fn arm_reset(&self) {
        // With a linger of zero, close() discards what is unsent and sends RST. A socket that refuses the option is
        // dead already.
        let _ = self.set_zero_linger();
    }

    fn peer(&self) -> Option<IpAddr> {
        self.peer_addr().ok().map(|address| address.ip())
    }
}

/// How a connection ends when no answer ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// TCP reset.
    Reset,
    /// FIN, without what is left of an answer.
    Close,
    /// Bytes that are no answer, then FIN.
    Garbage {
        /// What they follow from.
        seed: u64,
    },
}

/// What a connection is doing, shared between its [`Wire`] and whoever answers its requests.
#[derive(Debug)]
pub(crate) struct Line {
    limits: HttpLimits,
    peer: Option<IpAddr>,
    secure: bool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    step: Step,
    since: Instant,
    /// Requests so far.
    turn: u32,
    /// Bytes of a further request came while this one is being answered.
    ahead: bool,
    /// Pieces of an answer are still to come.
    streams: bool,
    /// How long the connection stays open after the answer that closes it.
    lingers: Option<Duration>,
    ending: Option<Ending>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Accepted; TLS is not agreed on yet.
    Handshake,
    /// Accepted; TLS will never be agreed on.
    Stall,
    /// Accepted, nothing read yet.
    Fresh,
    /// Reading a head.
    Head,
    /// The gateway is at work, or waits on purpose.
    Exchange,
    /// The answer is on its way.
    Answer,
    /// Between two exchanges.
    Idle,
    /// After the last exchange: open on purpose.
    Linger,
}

impl Line {
    /// The line of a connection accepted now; a secure one begins with a handshake.
    pub(crate) fn new(limits: HttpLimits, peer: Option<IpAddr>, secure: bool) -> Arc<Self> {
        let state = State {
            step: if secure { Step::Handshake } else { Step::Fresh },
            since: Instant::now(),
            turn: 0,
            ahead: false,
            streams: false,
            lingers: None,
            ending: None,
        };
        Arc::new(Self {
            limits,
            peer,
            secure,
            state: Mutex::new(state),
        })
    }

    /// Is this HTTPS?
    pub(crate) fn secure(&self) -> bool {
        self.secure
    }

    /// The handshake is over: the first request is awaited.
    pub(crate) fn secured(&self) {
        self.lock().go(Step::Fresh);
    }

    /// The handshake is never answered: no deadline holds.
    pub(crate) fn stalls(&self) {
        self.lock().go(Step::Stall);
    }

    /// A request's head is complete: its own deadlines hold from here on.
    pub(crate) fn asked(&self) {
        let mut state = self.lock();
        state.step = Step::Exchange;
        state.turn = state.turn.saturating_add(1);
        state.ahead = false;
    }

    /// Requests so far, the one being answered among them.
    pub(crate) fn turn(&self) -> u32 {
        self.lock().turn
    }

    /// The answer is ready to be written.
    pub(crate) fn answered(&self) {
        self.lock().go(Step::Answer);
    }

    /// The answer will come in pieces.
    pub(crate) fn streams(&self) {
        self.lock().streams = true;
    }

    /// A piece of the answer is ready to be written. Each has the deadline of a whole answer.
    pub(crate) fn piece(&self, is_last: bool) {
        let mut state = self.lock();
        state.streams = !is_last;
        state.go(Step::Answer);
    }

    /// Nothing waits to be written.
    pub(crate) fn is_flushed(&self) -> bool {
        self.lock().step != Step::Answer
    }

    /// The answer closes the connection, this much after it was written.
    pub(crate) fn linger(&self, late: Duration) {
        self.lock().lingers = Some(late);
    }

    /// The connection is to be closed: how long it stays open still, said once.
    pub(crate) fn take_linger(&self) -> Option<Duration> {
        let mut state = self.lock();
        let late = state.lingers.take()?;
        state.go(Step::Linger);
        Some(late)
    }

    /// The bytes that are sent instead of an answer, where it ends so.
    pub(crate) fn garbage(&self) -> Option<u64> {
        match self.lock().ending {
            Some(Ending::Garbage { seed }) => Some(seed),
            Some(Ending::Reset | Ending::Close) | None => None,
        }
    }

    /// Ends the connection without an answer, as soon as whoever calls this has returned.
    pub(crate) fn sever(&self, ending: Ending) {
        self.lock().ending = Some(ending);
    }

    /// The peer's address, where it has one.
    pub(crate) fn peer(&self) -> Option<IpAddr> {
        self.peer
    }

    /// No request is in flight.
    pub(crate) fn is_idle(&self) -> bool {
        match self.lock().step {
            Step::Handshake | Step::Stall | Step::Fresh | Step::Idle | Step::Linger => true,
            Step::Head | Step::Exchange | Step::Answer => false,
        }
    }

    /// Bytes of a request were read.
    pub(crate) fn read(&self) {
        let mut state = self.lock();
        match state.step {
            Step::Fresh | Step::Idle => state.go(Step::Head),
            Step::Exchange | Step::Answer => state.ahead = true,
            Step::Handshake | Step::Stall | Step::Head | Step::Linger => {}
        }
    }

    /// What was written has gone to the system.
    pub(crate) fn flushed(&self) {
        let mut state = self.lock();
        if state.step == Step::Answer {
            let next = match (state.streams, state.ahead) {
                (true, _) => Step::Exchange,
                (false, true) => Step::Head,
                (false, false) => Step::Idle,
            };
            state.go(next);
        }
    }

    fn deadline(&self) -> Option<Instant> {
        let state = self.lock();
        let lasts: Duration = match state.step {
            Step::Handshake | Step::Fresh => self.limits.first_byte,
            Step::Head => self.limits.head,
            Step::Exchange | Step::Stall | Step::Linger => return None,
            Step::Answer => self.limits.write,
            Step::Idle => self.limits.idle,
        };
        Some(state.since + lasts)
    }

    /// Must the connection end in a reset?
    pub(crate) fn resets(&self) -> bool {
        self.lock().ending == Some(Ending::Reset)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn go(&mut self, step: Step) {
        self.step = step;
        self.since = Instant::now();
    }
}

/// Reads, and forgets what it reads, until the peer is gone.
pub(crate) fn poll_gone(stream: &mut (impl AsyncRead + Unpin), cx: &mut Context<'_>) -> Poll<()> {
    let mut unread = [0; 256];
    loop {
        let mut unread = ReadBuf::new(&mut unread);
        match ready!(Pin::new(&mut *stream).poll_read(cx, &mut unread)) {
            Ok(()) if !unread.filled().is_empty() => {}
            Ok(()) | Err(_) => return Poll::Ready(()),
        }
    }
}

/// A stream under the rules of its [`Line`] and of the phase in force.
#[derive(Debug)]
pub(crate) struct Wire<S: Stream> {
    stream: S,
    line: Arc<Line>,
    in_force: Arc<InForce>,
    // One timer a connection, moved only when it must be earlier: under load deadlines move thousands of times a second
    // and hardly ever pass.
    alarm: Pin<Box<Sleep>>,
}

impl<S: Stream> Wire<S> {
    /// Puts `stream` under the rules.
    pub(crate) fn new(stream: S, line: Arc<Line>, in_force: Arc<InForce>) -> Self {
        let first = line.deadline().unwrap_or_else(Instant::now);
        let alarm = Box::pin(sleep_until(first));
        Self {
            stream,
            line,
            in_force,
            alarm,
        }
    }

    /// In a refusing phase the next byte, either way, resets the connection.
    fn check_phase(&self) -> io::Result<()> {
        if self.in_force.refuses_now() {
            self.line.sever(Ending::Reset);
            return Err(io::Error::new(
                io::ErrorKind::ConnectionReset,
                "the phase refuses connections",
            ));
        }
        Ok(())
    }

    /// Pending until the deadline of the line's step has passed, then an error.
    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let Some(deadline) = self.line.deadline() else {
            return Poll::Pending;
        };
        if deadline < self.alarm.deadline() {
            self.alarm.as_mut().reset(deadline);
        }
        loop {
            ready!(self.alarm.as_mut().poll(cx));
            if Instant::now() >= deadline {
                return Poll::Ready(io::Error::new(io::ErrorKind::TimedOut, "the peer is too slow"));
            }
            self.alarm.as_mut().reset(deadline);
        }
    }

    /// What a pending read or write becomes once its deadline has passed.
    fn or_late<T>(&mut self, cx: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        match polled {
            Poll::Ready(done) => Poll::Ready(done),
            Poll::Pending => self.poll_deadline(cx).map(Err),
        }
    }
}

impl<S: Stream> AsyncRead for Wire<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buf.filled().len();
        let polled = Pin::new(&mut this.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            this.check_phase()?;
        }
        this.or_late(cx, polled)
    }
}

impl<S: Stream> AsyncWrite for Wire<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        this.check_phase()?;
        let polled = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.or_late(cx, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        this.check_phase()?;
        let polled = Pin::new(&mut this.stream).poll_write_vectored(cx, bytes);
        this.or_late(cx, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let polled = Pin::new(&mut this.stream).poll_flush(cx);
        this.or_late(cx, polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl<S: Stream> Drop for Wire<S> {
    fn drop(&mut self) {
        if self.line.resets() {
            self.stream.arm_reset();
        }
    }
}
