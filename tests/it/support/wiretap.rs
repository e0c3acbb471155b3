//! Stands between a client and Postgres and counts how often the client waits for an answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

pub struct Wiretap {
    url: String,
    round_trips: Arc<AtomicU32>,
}

impl Wiretap {
    /// On the way to the database at `url`, for as long as the test's runtime lives.
    pub async fn on(url: &str) -> Self {
        let mut url = Url::parse(url).expect("a URL");
        let database = (url.host_str().expect("a host").to_owned(), url.port().expect("a port"));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let round_trips = Arc::new(AtomicU32::new(0));
        url.set_port(Some(listener.local_addr().expect("a port").port())).expect("a port");
        url.set_query(Some("sslmode=disable"));
        let counter = Arc::clone(&round_trips);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(&database).await else { continue };
                let (from_client, mut to_client) = client.into_split();
                let (mut from_server, to_server) = server.into_split();
                tokio::spawn(forward(from_client, to_server, Arc::clone(&counter)));
                tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
            }
        });
        Self { url: url.to_string(), round_trips }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn round_trips(&self) -> u32 {
        self.round_trips.load(Ordering::SeqCst)
    }
}

/// The client's messages: a type (the first message has none), a length and a body (PostgreSQL manual, §55.7).
/// It waits after `Sync` and after a simple `Query`. A `Sync` with nothing before it is how the pool tries a connection
/// that came back to it, which no request waits for.
async fn forward(
    mut client: impl AsyncRead + Unpin,
    mut server: impl AsyncWrite + Unpin,
    counter: Arc<AtomicU32>,
) -> std::io::Result<()> {
    let (mut kind, mut asked) = (None, false);
    loop {
        let length = client.read_u32().await?;
        let mut body = vec![0; length as usize - 4];
        client.read_exact(&mut body).await?;
        if kind == Some(b'Q') || (kind == Some(b'S') && asked) {
            counter.fetch_add(1, Ordering::SeqCst);
        }
        asked = !matches!(kind, Some(b'Q' | b'S'));
        if let Some(kind) = kind {
            server.write_u8(kind).await?;
        }
        server.write_u32(length).await?;
        server.write_all(&body).await?;
        kind = Some(client.read_u8().await?);
    }
}
