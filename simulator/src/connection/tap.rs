//! The side of a connection that HTTP reads and writes, in the clear. It tells the [`Line`] what passes, so that
//! deadlines follow requests and answers whether or not TLS lies between here and the wire.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

use crate::fault::wire::{Line, poll_gone};

/// A stream in the clear whose reads and flushes the [`Line`] hears of.
#[derive(Debug)]
pub(super) struct Tap<S> {
    stream: S,
    line: Arc<Line>,
    /// Keeps the connection open after its last answer.
    linger: Option<Pin<Box<Sleep>>>,
}

impl<S> Tap<S> {
    /// Taps `stream`.
    pub(super) fn new(stream: S, line: Arc<Line>) -> Self {
        Self {
            stream,
            line,
            linger: None,
        }
    }
}

impl<S: AsyncRead + Unpin> Tap<S> {
    /// Pending for as long as the connection stays open on purpose; a client that leaves ends that.
    fn poll_lingered(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(late) = self.line.take_linger() {
            self.linger = Some(Box::pin(sleep(late)));
        }
        if let Some(linger) = &mut self.linger {
            if linger.as_mut().poll(cx).is_pending() {
                ready!(poll_gone(&mut self.stream, cx));
            }
            self.linger = None;
            // TLS's farewell has the deadline of an answer.
            self.line.answered();
        }
        Poll::Ready(())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Tap<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.line.read();
        }
        polled
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Tap<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_flush(cx);
        if matches!(polled, Poll::Ready(Ok(()))) {
            self.line.flushed();
        }
        polled
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.line.resets() {
            // TLS's farewell or a FIN first would tell the peer "closed" before the reset does.
            return Poll::Ready(Ok(()));
        }
        ready!(self.poll_lingered(cx));
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
