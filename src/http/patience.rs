//! Patience with connections that say nothing. hyper counts the time of a request's head from its first bytes on; before
//! them, while it waits to see which version of HTTP is spoken, it would wait for ever.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// How long a connection may take to say what it speaks, and then to send a request's head.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// What decides between versions of HTTP: the preface of HTTP/2 (RFC 9113 §3.4), and less than any request of HTTP/1.
const ENOUGH: usize = 24;

/// Accepts as `A` does, and gives up what then stays silent.
#[derive(Clone, Debug)]
pub(super) struct Impatient<A>(pub(super) A);

impl<A, I, S> Accept<I, S> for Impatient<A>
where
    A: Accept<I, S>,
    A::Future: Send + 'static,
{
    type Stream = Listened<A::Stream>;
    type Service = A::Service;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        let accepted = self.0.accept(stream, service);
        Box::pin(async move {
            let (stream, service) = accepted.await?;
            Ok((Listened::new(stream, PATIENCE), service))
        })
    }
}

/// A stream whose first bytes have to come in time.
#[derive(Debug)]
pub(super) struct Listened<S> {
    stream: S,
    heard: usize,
    deadline: Pin<Box<Sleep>>,
}

impl<S> Listened<S> {
    fn new(stream: S, patience: Duration) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "how long a socket is listened to; nothing else is decided by it"
        )]
        let deadline = Box::pin(sleep(patience));
        Self { stream, heard: 0, deadline }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Listened<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.heard = self.heard.saturating_add(buffer.filled().len() - before);
        if read.is_pending() && self.heard < ENOUGH && self.deadline.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Listened<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::time::timeout;

    use super::*;

    const SHORT: Duration = Duration::from_millis(5);

    #[tokio::test]
    async fn who_says_nothing_or_stops_half_way_is_given_up() {
        for said in [&b""[..], b"P", b"PRI * HTTP/2.0\r\n"] {
            let (mut client, server) = duplex(1024);
            client.write_all(said).await.unwrap();
            let ended = Listened::new(server, SHORT).read_to_end(&mut Vec::new()).await;
            assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::TimedOut, "{said:?}");
        }
    }

    #[tokio::test]
    async fn who_has_spoken_may_be_silent_for_as_long_as_http_lets_them() {
        let (mut client, server) = duplex(1024);
        let mut server = Listened::new(server, SHORT);
        client.write_all(b"GET / HTTP/1.1\r\nhost: id.example\r\n\r\n").await.unwrap();
        server.read_exact(&mut [0; 36]).await.unwrap();
        assert!(timeout(SHORT * 3, server.read_u8()).await.is_err(), "it was given up");
        client.write_all(b"x").await.unwrap();
        assert_eq!(server.read_u8().await.unwrap(), b'x');
    }
}
