//! A mail server, real and small: SMTP (RFC 5321) with STARTTLS (RFC 3207) or TLS from the first byte, on the loopback.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use base64::Engine;
use senid::config::{self, Settings};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::outside::{self, authority};

/// A mail as it was handed over.
#[derive(Clone, Debug)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    pub data: String,
    pub over_tls: bool,
    /// The name and the password that it came with.
    pub login: Option<String>,
}

/// How the server is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    Clear,
    StartTls,
    Tls,
}

/// What it does with a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    Takes,
    /// It cannot just now (450).
    Waits,
    /// It knows no such address (550).
    Refuses,
    HangsUp,
}

#[derive(Clone)]
pub struct MailServer {
    pub address: SocketAddr,
    inner: Arc<Inner>,
}

struct Inner {
    reached: Reached,
    does: Mutex<Does>,
    mails: Mutex<Vec<Mail>>,
    connections: Mutex<usize>,
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

impl MailServer {
    pub async fn start(reached: Reached) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let inner = Arc::new(Inner {
            reached,
            does: Mutex::new(Does::Takes),
            mails: Mutex::default(),
            connections: Mutex::default(),
        });
        let server = Self { address, inner: inner.clone() };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *inner.connections.lock().unwrap() += 1;
                // Whoever is hung up on, or hangs up, ends their own conversation.
                tokio::spawn(converse(inner.clone(), stream));
            }
        });
        server
    }

    /// Mail goes out by it.
    pub fn is_reached(&self, settings: &mut Settings) {
        settings.outbound.extra_roots = vec![authority()];
        settings.messages.mail = Some(config::Mail {
            host: "localhost".to_owned(),
            port: self.address.port(),
            security: config::MailSecurity::StartTls,
            from: "no-reply@id.example.gov".to_owned(),
            login: None,
        });
    }

    pub fn does(&self, does: Does) {
        *self.inner.does.lock().unwrap() = does;
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.inner.mails.lock().unwrap().clone()
    }

    pub fn connections(&self) -> usize {
        *self.inner.connections.lock().unwrap()
    }
}

impl Mail {
    /// The header lines, unfolded.
    pub fn headers(&self) -> Vec<String> {
        let head = self.data.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ").replace("\r\n\t", " ");
        head.split("\r\n").map(str::to_owned).collect()
    }

    pub fn header(&self, name: &str) -> String {
        let lines: Vec<String> =
            self.headers().into_iter().filter(|line| line.starts_with(&format!("{name}: "))).collect();
        assert_eq!(lines.len(), 1, "{name}: {:?}", self.headers());
        lines[0][name.len() + 2..].to_owned()
    }

    /// What is written in the part of this media type.
    pub fn part(&self, media_type: &str) -> String {
        let part = self.data.split("\r\n--").find(|part| {
            part.split("\r\n\r\n")
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase()
                .contains(&format!("content-type: {media_type}"))
        });
        let part = part.unwrap_or_else(|| panic!("no {media_type}: {}", self.data));
        let (head, body) = part.split_once("\r\n\r\n").unwrap();
        let head = head.to_ascii_lowercase();
        if head.contains("base64") {
            let text: String = body.chars().filter(|c| !c.is_whitespace()).collect();
            String::from_utf8(base64::engine::general_purpose::STANDARD.decode(text).unwrap()).unwrap()
        } else if head.contains("quoted-printable") {
            unquoted(body)
        } else {
            body.to_owned()
        }
    }

    /// The code of six digits that it says.
    pub fn code(&self) -> String {
        let text = self.part("text/plain");
        six_digits(&text).unwrap_or_else(|| panic!("no code: {text}"))
    }
}

/// The first six digits that stand alone.
pub fn six_digits(text: &str) -> Option<String> {
    let mut words = text.split(|c: char| !c.is_ascii_digit());
    words.find(|word| word.len() == 6).map(str::to_owned)
}

fn unquoted(text: &str) -> String {
    let text = text.replace("=\r\n", "");
    let (bytes, mut plain, mut at) = (text.as_bytes(), Vec::new(), 0);
    while at < bytes.len() {
        if bytes[at] == b'=' && at + 2 < bytes.len() {
            plain.push(u8::from_str_radix(&text[at + 1..at + 3], 16).unwrap());
            at += 3;
        } else {
            plain.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8(plain).unwrap()
}

async fn converse(server: Arc<Inner>, stream: TcpStream) -> std::io::Result<()> {
    let mut stream: Box<dyn Stream> = Box::new(stream);
    let mut over_tls = false;
    if server.reached == Reached::Tls {
        stream = Box::new(TlsAcceptor::from(outside::tls()).accept(stream).await?);
        over_tls = true;
    }
    let (mut from, mut to, mut login) = (String::new(), Vec::new(), None);
    say(&mut stream, "220 mail.test").await?;
    loop {
        let line = line_of(&mut stream).await?;
        let does = *server.does.lock().unwrap();
        let command = line.to_ascii_uppercase();
        if command.starts_with("EHLO") {
            let offers = if over_tls || server.reached == Reached::Clear { "250 AUTH PLAIN" } else { "250 STARTTLS" };
            say(&mut stream, &format!("250-mail.test\r\n250-SMTPUTF8\r\n250-8BITMIME\r\n{offers}")).await?;
        } else if command == "STARTTLS" {
            say(&mut stream, "220 go on").await?;
            stream = Box::new(TlsAcceptor::from(outside::tls()).accept(stream).await?);
            over_tls = true;
        } else if let Some(said) = line.strip_prefix("AUTH PLAIN ") {
            let said = base64::engine::general_purpose::STANDARD.decode(said).unwrap();
            login = Some(String::from_utf8(said).unwrap().trim_start_matches('\0').replace('\0', ":"));
            say(&mut stream, "235 welcome").await?;
        } else if let Some(said) = line.strip_prefix("MAIL FROM:") {
            from = said.to_owned();
            match does {
                Does::HangsUp => return Ok(()),
                Does::Waits => say(&mut stream, "450 not now").await?,
                Does::Takes | Does::Refuses => say(&mut stream, "250 ok").await?,
            }
        } else if let Some(said) = line.strip_prefix("RCPT TO:") {
            to.push(said.to_owned());
            say(&mut stream, if does == Does::Refuses { "550 no such mailbox" } else { "250 ok" }).await?;
        } else if command == "DATA" {
            say(&mut stream, "354 go on").await?;
            let mut data = String::new();
            loop {
                match line_of(&mut stream).await? {
                    end if end == "." => break,
                    text => data.push_str(&format!("{}\r\n", text.strip_prefix('.').unwrap_or(&text))),
                }
            }
            let mail = Mail {
                from: std::mem::take(&mut from),
                to: std::mem::take(&mut to),
                data,
                over_tls,
                login: login.clone(),
            };
            server.mails.lock().unwrap().push(mail);
            say(&mut stream, "250 taken").await?;
        } else if command == "QUIT" {
            return say(&mut stream, "221 bye").await;
        } else {
            (from, to) = (String::new(), Vec::new());
            say(&mut stream, "250 ok").await?;
        }
    }
}

async fn say(stream: &mut Box<dyn Stream>, line: &str) -> std::io::Result<()> {
    stream.write_all(format!("{line}\r\n").as_bytes()).await?;
    stream.flush().await
}

async fn line_of(stream: &mut Box<dyn Stream>) -> std::io::Result<String> {
    let mut line = Vec::new();
    loop {
        match stream.read_u8().await? {
            b'\n' => return Ok(String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned()),
            byte => line.push(byte),
        }
    }
}
