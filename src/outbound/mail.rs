//! Mail, through the operator's mail server: SMTP (RFC 5321) over TLS, by STARTTLS (RFC 3207) or from the first byte on (RFC 8314).

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use rustls_pki_types::CertificateDer;

use crate::domain::ids::MessageId;
use crate::domain::message::{Carrier, Carrying, Composed, Undelivered};
use crate::domain::secret::SecretString;
use crate::domain::time::{Clock, Timestamp};

/// One command, and the whole of a connection's beginning.
const PATIENCE: Duration = Duration::from_secs(15);
/// Connections at once.
const CONNECTIONS: u32 = 4;

/// Where mail is handed over.
#[derive(Clone, Debug)]
pub struct MailServer {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub login: Option<(String, SecretString)>,
    /// Trusted beside the system's authorities.
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// What SenID calls itself: the issuer's host.
    pub own_name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    StartTls,
    Tls,
    None,
}

#[derive(Debug, thiserror::Error)]
pub enum MailSetupError {
    #[error("messages.mail.from is no mail address: {0}")]
    From(#[from] lettre::address::AddressError),
    #[error("the connection to the mail server cannot be prepared: {0}")]
    Tls(#[from] lettre::transport::smtp::Error),
}

/// Hands letters to the mail server.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
    clock: Arc<dyn Clock>,
}

impl Mailer {
    /// Must be called within a tokio runtime.
    ///
    /// # Errors
    /// Where the settings cannot be used.
    pub fn new(server: MailServer, from: &str, clock: Arc<dyn Clock>) -> Result<Self, MailSetupError> {
        let tls = match server.security {
            Security::None => Tls::None,
            Security::StartTls => Tls::Required(tls(&server)?),
            Security::Tls => Tls::Wrapper(tls(&server)?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.host)
            .port(server.port)
            .tls(tls)
            .timeout(Some(PATIENCE))
            .hello_name(ClientId::Domain(server.own_name))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS));
        if let Some((username, password)) = server.login {
            builder = builder.credentials(Credentials::new(username, password.expose().to_owned()));
        }
        Ok(Self { transport: builder.build(), from: from.parse()?, clock })
    }

    /// Whether the mail server takes a connection as the settings have it, login and all. No mail is sent.
    pub async fn is_reached(&self) -> bool {
        self.transport.test_connection().await.unwrap_or(false)
    }

    async fn send(&self, id: MessageId, to: &str, letter: &Composed) -> Result<(), Undelivered> {
        let mail = self.mail(id, to, letter)?;
        match self.transport.send(mail).await {
            Ok(_) => Ok(()),
            Err(error) => {
                // Nothing of what the server says is logged: it may repeat the address.
                tracing::info!(message = %id, status = ?error.status(), "mail could not be handed over");
                Err(if error.is_permanent() {
                    Undelivered::Never("refused")
                } else {
                    Undelivered::Later(label(&error))
                })
            }
        }
    }

    fn mail(&self, id: MessageId, to: &str, letter: &Composed) -> Result<Message, Undelivered> {
        let to: Address = to.parse().map_err(|_| Undelivered::Never("bad_address"))?;
        let mail = Message::builder()
            .from(Mailbox::new(Some(one_line(&letter.from)), self.from.clone()))
            .to(Mailbox::new(None, to))
            .subject(one_line(&letter.subject))
            .date(system_time(self.clock.now()))
            // The same however often it is tried, so that a mail server can tell.
            .message_id(Some(format!("<{id}@{}>", self.from.domain())))
            // Nobody's holiday notice answers it (RFC 3834).
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ));
        let plain = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(letter.text.clone());
        let written = match &letter.html {
            Some(html) => {
                let html = SinglePart::builder().header(ContentType::TEXT_HTML).body(html.clone());
                mail.multipart(MultiPart::alternative().singlepart(plain).singlepart(html))
            }
            None => mail.singlepart(plain),
        };
        written.map_err(|_| Undelivered::Never("unwritable"))
    }
}

/// What would begin another header is taken out, whatever the library does about it.
fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

fn label(error: &lettre::transport::smtp::Error) -> &'static str {
    if error.is_timeout() {
        "timed_out"
    } else if error.is_tls() {
        "tls"
    } else if error.is_transient() {
        "later"
    } else if error.is_response() || error.is_client() {
        "misunderstood"
    } else {
        "unreachable"
    }
}

fn tls(server: &MailServer) -> Result<TlsParameters, MailSetupError> {
    let mut builder = TlsParameters::builder(server.host.clone());
    for root in &server.extra_roots {
        builder = builder.add_root_certificate(Certificate::from_der(root.to_vec())?);
    }
    Ok(builder.build_rustls()?)
}

fn system_time(at: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + at.since(Timestamp::EPOCH)
}

impl Carrier for Mailer {
    fn carry<'a>(&'a self, id: MessageId, to: &'a str, letter: &'a Composed) -> Carrying<'a> {
        Box::pin(self.send(id, to, letter))
    }
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mailer")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::random::SystemRandom;
    use crate::domain::time::ManualClock;

    fn written(to: &str, from: &str, subject: &str) -> Result<String, Undelivered> {
        let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_700_000_000)));
        let server = MailServer {
            host: "localhost".to_owned(),
            port: 25,
            security: Security::None,
            login: None,
            extra_roots: Vec::new(),
            own_name: "id.example".to_owned(),
        };
        let mailer = Mailer::new(server, "no-reply@id.example", clock).unwrap();
        let letter = Composed {
            from: from.to_owned(),
            subject: subject.to_owned(),
            text: "Chào".to_owned(),
            html: Some("<p>Chào</p>".to_owned()),
        };
        let id = MessageId::new(Timestamp::EPOCH, &SystemRandom::new());
        mailer.mail(id, to, &letter).map(|mail| String::from_utf8(mail.formatted()).unwrap())
    }

    fn headers(mail: &str) -> Vec<&str> {
        let head = mail.split("\r\n\r\n").next().unwrap();
        head.split("\r\n").filter(|line| !line.starts_with([' ', '\t'])).collect()
    }

    #[tokio::test]
    async fn a_letter_has_the_headers_that_it_should_have() {
        let mail = written("an@example.vn", "SenID", "Mật khẩu đã đổi").unwrap();
        let names: Vec<&str> = headers(&mail).iter().map(|line| line.split(':').next().unwrap()).collect();
        for name in ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"] {
            assert!(names.contains(&name), "{name}: {names:?}");
        }
        assert!(mail.contains("Date: Tue, 14 Nov 2023 22:13:20 +0000"), "by our clock: {mail}");
    }

    #[tokio::test]
    async fn a_subject_a_name_and_an_address_begin_no_header_of_their_own() {
        let hostile = "Hello\r\nBcc: everyone@example.vn\r\n\r\n<p>";
        for mail in [written("an@example.vn", hostile, "x"), written("an@example.vn", "SenID", hostile)] {
            let mail = mail.unwrap();
            assert!(!headers(&mail).iter().any(|line| line.to_ascii_lowercase().starts_with("bcc")), "{mail}");
            assert!(mail.split("\r\n\r\n").next().unwrap().contains("Content-Type: multipart"), "{mail}");
        }
        for address in
            ["an@example.vn\r\nRCPT TO:<b@example.vn>", "an@example.vn>", "an", "a b@example.vn", "<an@example.vn>"]
        {
            assert_eq!(written(address, "SenID", "x"), Err(Undelivered::Never("bad_address")), "{address:?}");
        }
    }
}
