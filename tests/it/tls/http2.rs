//! HTTP/2 (RFC 9113) over TLS, frame by frame: what one connection can make the server hold and do is bounded.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConnection, StreamOwned};
use rustls_pki_types::CertificateDer;

use super::{certificate, make_certificate, start};

const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const CANCEL: [u8; 4] = [0, 0, 0, 8];
const ENHANCE_YOUR_CALM: u32 = 11;

struct Frame {
    kind: u8,
    stream: u32,
    payload: Vec<u8>,
}

/// A client that speaks in frames.
struct Http2(StreamOwned<ClientConnection, TcpStream>);

impl Http2 {
    fn connect(port: u16, trusted: &CertificateDer<'static>) -> Self {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(trusted.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let connection = ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap();
        let socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut client = Self(StreamOwned::new(connection, socket));
        client.0.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").unwrap();
        client.send(SETTINGS, 0, 0, &[]);
        assert_eq!(client.0.conn.alpn_protocol(), Some(&b"h2"[..]));
        client
    }

    fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        self.try_send(kind, flags, stream, payload).unwrap();
    }

    fn try_send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> std::io::Result<()> {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        let mut frame = vec![length[1], length[2], length[3], kind, flags];
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        self.0.write_all(&frame)
    }

    /// The next frame; none once the server has hung up.
    fn receive(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.0.read_exact(&mut head).ok()?;
        let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
        let mut payload = vec![0; length];
        self.0.read_exact(&mut payload).ok()?;
        Some(Frame { kind: head[3], stream: u32::from_be_bytes([head[5], head[6], head[7], head[8]]), payload })
    }

    /// The first frame of this kind.
    fn receive_of(&mut self, kind: u8) -> Option<Frame> {
        std::iter::from_fn(|| self.receive()).find(|frame| frame.kind == kind)
    }
}

/// `GET /health/live`, in HPACK (RFC 7541) with the static table's entries.
fn request() -> Vec<u8> {
    // :method GET, :scheme https, then :path and :authority as literals that are not kept.
    let mut block = vec![0x82, 0x87];
    for (name, value) in [(0x04, "/health/live"), (0x01, "localhost")] {
        block.push(name);
        block.push(u8::try_from(value.len()).unwrap());
        block.extend(value.as_bytes());
    }
    block
}

async fn with_server(test: impl FnOnce(u16, CertificateDer<'static>) + Send + 'static) {
    let folder = tempfile::tempdir().unwrap();
    make_certificate(folder.path());
    let running = start(&folder).await;
    let (port, trusted) = (running.public().port(), certificate(folder.path()));
    tokio::task::spawn_blocking(move || test(port, trusted)).await.unwrap();
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_says_how_much_it_takes() {
    with_server(|port, trusted| {
        let mut client = Http2::connect(port, &trusted);
        let settings = client.receive_of(SETTINGS).expect("settings come first").payload;
        let value = |id: u16| {
            let found = settings.chunks(6).find(|setting| setting[..2] == id.to_be_bytes());
            found.map(|setting| u32::from_be_bytes(setting[2..].try_into().unwrap()))
        };
        assert_eq!(value(3), Some(128), "SETTINGS_MAX_CONCURRENT_STREAMS");
        assert_eq!(value(6), Some(32 * 1024), "SETTINGS_MAX_HEADER_LIST_SIZE");
        client.send(HEADERS, END_STREAM | END_HEADERS, 1, &request());
        let answer = client.receive_of(HEADERS).expect("an answer");
        assert_eq!((answer.stream, answer.payload[0]), (1, 0x88), ":status 200, from the static table");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_opens_streams_only_to_take_them_back_is_sent_away() {
    with_server(|port, trusted| {
        let mut client = Http2::connect(port, &trusted);
        for number in 0..20_000_u32 {
            let stream = 2 * number + 1;
            let sent = client
                .try_send(HEADERS, END_STREAM | END_HEADERS, stream, &request())
                .and_then(|()| client.try_send(RST_STREAM, 0, stream, &CANCEL));
            if sent.is_err() {
                break;
            }
        }
        // Where the server hung up before it could be read, that is an answer too.
        if let Some(goodbye) = client.receive_of(GOAWAY) {
            let code = u32::from_be_bytes(goodbye.payload[4..8].try_into().unwrap());
            assert_eq!(code, ENHANCE_YOUR_CALM);
            let last = u32::from_be_bytes(goodbye.payload[..4].try_into().unwrap());
            assert!(last < 2 * 20_000 - 1, "it read all of it");
        }
        assert!(client.receive().is_none(), "the connection is over");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_unpacks_to_more_than_is_read_is_refused() {
    with_server(|port, trusted| {
        let mut client = Http2::connect(port, &trusted);
        // A header of 4,000 bytes enters the table once and is named a hundred times: 4 KB that mean 400.
        let mut block = request();
        block.extend([0x40, 1, b'x', 0x7f]);
        let mut length = 4000 - 127;
        while length >= 128 {
            block.push(u8::try_from(length % 128 + 128).unwrap());
            length /= 128;
        }
        block.push(u8::try_from(length).unwrap());
        block.extend(std::iter::repeat_n(b'x', 4000));
        block.extend(std::iter::repeat_n(0x80 | 62, 100));
        client.send(HEADERS, END_STREAM | END_HEADERS, 1, &block);
        let answer = std::iter::from_fn(|| client.receive())
            .find(|frame| frame.stream == 1 || frame.kind == GOAWAY)
            .map(|frame| (frame.kind, frame.payload));
        // 431, or the stream or the connection is over: nothing of it is served.
        let served = matches!(&answer, Some((HEADERS, payload)) if payload[0] == 0x88);
        assert!(!served, "{answer:?}");
        assert!(answer.is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_without_an_end_is_not_collected() {
    with_server(|port, trusted| {
        let mut client = Http2::connect(port, &trusted);
        client.send(HEADERS, END_STREAM, 1, &request());
        // CVE-2024-27316 and its like: CONTINUATION after CONTINUATION, none of them the last.
        let filler: Vec<u8> = [&[0x00, 1, b'x', 0x7f, 0x81, 0x7e][..], &[b'x'; 16_256]].concat();
        let sent = (0..2_000).take_while(|_| client.try_send(CONTINUATION, 0, 1, &filler).is_ok()).count();
        let over = client.receive_of(GOAWAY).is_some() || client.receive().is_none();
        assert!(over && sent < 2_000, "{sent} frames of 16 KB were taken");
    })
    .await;
}
