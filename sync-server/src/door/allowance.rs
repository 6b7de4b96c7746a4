//! How many bytes a connection may send before it has proven a key.
//!
//! A WebSocket message is gathered whole before anybody looks at it, and it may be as long as the longest frame. So the
//! bytes are counted below it, on the stream: who has proven nothing cannot make the relay hold more than a greeting.

use std::io::{Error, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes from the opening of the WebSocket to the proof of a key: several greetings, each of which is refused when it is
/// too long, and no more.
const UNPROVEN_BYTES_MAX: u64 = 32 * 1024;

/// What one connection may still send.
#[derive(Debug)]
pub(super) struct Allowance {
    read: AtomicU64,
    read_max: AtomicU64,
}

impl Allowance {
    /// Without a bound: what comes before the WebSocket, HTTP bounds.
    pub fn new() -> Arc<Self> {
        Arc::new(Self { read: AtomicU64::new(0), read_max: AtomicU64::new(u64::MAX) })
    }

    /// From here on a greeting is expected, and no more.
    pub fn await_greeting(&self) {
        let read = self.read.load(Ordering::Relaxed);
        self.read_max.store(read.saturating_add(UNPROVEN_BYTES_MAX), Ordering::Relaxed);
    }

    /// A key is proven.
    pub fn lift(&self) {
        self.read_max.store(u64::MAX, Ordering::Relaxed);
    }
}

/// A stream whose bytes are counted.
pub(super) struct Counted<S> {
    stream: S,
    allowance: Arc<Allowance>,
}

impl<S> Counted<S> {
    pub fn new(stream: S, allowance: Arc<Allowance>) -> Self {
        Self { stream, allowance }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<Result<(), Error>> {
        let (read, read_max) = (&self.allowance.read, &self.allowance.read_max);
        if read.load(Ordering::Relaxed) >= read_max.load(Ordering::Relaxed) {
            return Poll::Ready(Err(Error::new(ErrorKind::InvalidData, "too much before a key was proven")));
        }
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        let came = buf.filled().len().saturating_sub(before);
        self.allowance.read.fetch_add(u64::try_from(came).unwrap_or(0), Ordering::Relaxed);
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize, Error>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[std::io::IoSlice<'_>],
    ) -> Poll<Result<usize, Error>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;

    use super::*;

    #[tokio::test]
    async fn who_has_proven_nothing_sends_no_more_than_a_greeting() {
        let allowance = Allowance::new();
        let endless = tokio::io::repeat(7);
        let mut stream = Counted::new(endless, Arc::clone(&allowance));
        let mut http = vec![0; 1 << 20];
        assert!(stream.read_exact(&mut http).await.is_ok(), "HTTP has its own bounds");
        allowance.await_greeting();
        let mut greeting = vec![0; 4_096];
        assert!(stream.read_exact(&mut greeting).await.is_ok());
        let mut much = vec![0; 1 << 20];
        let bound = usize::try_from(UNPROVEN_BYTES_MAX).unwrap();
        let mut came = greeting.len();
        while let Ok(count) = stream.read(&mut much[..4_096]).await {
            came += count;
            assert!(came <= bound + 4_096, "{came}");
        }
        assert!(came >= bound);
        allowance.lift();
        assert!(stream.read_exact(&mut much).await.is_ok());
    }
}
