//! What anybody meets at an address of the operator's own: asked by `senid doctor`, and by nobody else.
//!
//! Unlike the fetcher it goes to private addresses too: the settings name where, not a portal. It follows no redirect and takes no
//! certificate that a browser would not take.

use std::sync::Arc;
use std::time::Duration;

use http::header::{DATE, HeaderMap, LOCATION, STRICT_TRANSPORT_SECURITY};
use ipnet::{Ipv4Net, Ipv6Net};
use reqwest::Client;
use rustls::version::{TLS12, TLS13};
use rustls::{CertificateError, SupportedProtocolVersion};
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::{Host, Url};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::connecting::{SetupError, client, speaking_http, tls, tls_of};
use super::network::Exceptions;
use super::resolver::{Resolve, SystemResolver};
use crate::domain::time::Timestamp;

/// For one question.
const PATIENCE: Duration = Duration::from_secs(5);
/// Of an answer, in bytes.
const LONGEST: usize = 256 * 1024;

/// Asks.
#[derive(Clone, Debug)]
pub struct Prober {
    client: Client,
    extra: Vec<CertificateDer<'static>>,
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Probed {
    pub status: u16,
    pub date: Option<Timestamp>,
    /// Of `Strict-Transport-Security`.
    pub hsts: Option<String>,
    pub location: Option<String>,
    pub body: Vec<u8>,
}

/// What a TLS server agrees to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsSeen {
    /// When its certificate ends.
    pub not_after: Option<Timestamp>,
    pub speaks_1_2: bool,
    pub speaks_1_3: bool,
    /// TLS 1.1, or older.
    pub speaks_older: bool,
}

/// Why no connection that a browser would trust comes about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsFault {
    /// Nobody listens, or the name does not resolve.
    Unreachable,
    Name,
    Expired,
    NotYet,
    Untrusted,
    Refused,
}

impl Prober {
    /// With authorities that are trusted beside the system's.
    ///
    /// # Errors
    /// Where one of them is none.
    pub fn new(extra: Vec<CertificateDer<'static>>) -> Result<Self, SetupError> {
        let networks = vec![Ipv4Net::default().into(), Ipv6Net::default().into()];
        let everywhere = Arc::new(Exceptions { loopback: true, networks });
        let resolver: Arc<dyn Resolve> = Arc::new(SystemResolver);
        Ok(Self { client: client(speaking_http(tls(&extra)?), &resolver, &everywhere)?, extra })
    }

    /// GETs `url` with `headers`; `None` where there is no answer.
    pub async fn get(&self, url: &Url, headers: HeaderMap) -> Option<Probed> {
        let asked = async {
            let mut response = self.client.get(url.clone()).headers(headers).send().await.ok()?;
            let mut body = Vec::new();
            while let Ok(Some(chunk)) = response.chunk().await {
                if body.len() + chunk.len() > LONGEST {
                    break;
                }
                body.extend_from_slice(&chunk);
            }
            let text = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
            let date = text(DATE).and_then(|date| jiff::fmt::rfc2822::parse(&date).ok());
            Some(Probed {
                status: response.status().as_u16(),
                date: date.map(|at| Timestamp::from_seconds(at.timestamp().as_second())),
                hsts: text(STRICT_TRANSPORT_SECURITY),
                location: text(LOCATION),
                body,
            })
        };
        tokio::time::timeout(PATIENCE, asked).await.ok().flatten()
    }

    /// Shakes hands with whoever is at the host and port of `url`, once for every version of TLS.
    ///
    /// # Errors
    /// Why a browser would not go on.
    pub async fn shake_hands(&self, url: &Url) -> Result<TlsSeen, TlsFault> {
        let thirteen = self.shake(url, &TLS13).await;
        let twelve = self.shake(url, &TLS12).await;
        let not_after = match (&thirteen, &twelve) {
            (Ok(at), _) | (_, Ok(at)) => *at,
            // What is wrong with the certificate is the same in both; what one version alone refuses is no fault of it.
            (Err(TlsFault::Refused), Err(fault)) | (Err(fault), Err(_)) => return Err(fault.clone()),
        };
        let speaks_older = self.speaks_older(url).await;
        Ok(TlsSeen { not_after, speaks_1_2: twelve.is_ok(), speaks_1_3: thirteen.is_ok(), speaks_older })
    }

    async fn shake(
        &self,
        url: &Url,
        version: &'static SupportedProtocolVersion,
    ) -> Result<Option<Timestamp>, TlsFault> {
        let config = tls_of(&self.extra, &[version]).map_err(|_| TlsFault::Refused)?;
        let name = match url.host() {
            Some(Host::Domain(name)) => ServerName::try_from(name.to_owned()).map_err(|_| TlsFault::Name)?,
            Some(Host::Ipv4(address)) => ServerName::IpAddress(std::net::IpAddr::V4(address).into()),
            Some(Host::Ipv6(address)) => ServerName::IpAddress(std::net::IpAddr::V6(address).into()),
            None => return Err(TlsFault::Unreachable),
        };
        let tcp = connect(url).await.ok_or(TlsFault::Unreachable)?;
        let connecting = TlsConnector::from(Arc::new(config)).connect(name, tcp);
        let stream = match tokio::time::timeout(PATIENCE, connecting).await {
            Err(_) => return Err(TlsFault::Unreachable),
            Ok(connected) => connected.map_err(|error| fault(&error))?,
        };
        let leaf = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
        Ok(leaf.and_then(|leaf| {
            let (_, parsed) = X509Certificate::from_der(leaf).ok()?;
            Some(Timestamp::from_seconds(parsed.validity().not_after.timestamp()))
        }))
    }

    /// rustls speaks nothing older than 1.2, so the first message is written by hand: whoever answers it with a `ServerHello` would go on.
    async fn speaks_older(&self, url: &Url) -> bool {
        let asked = async {
            let mut tcp = connect(url).await?;
            tcp.write_all(&old_client_hello(url.host_str().unwrap_or_default())).await.ok()?;
            // A record's head (5 bytes), then the handshake's type (RFC 4346 §7.4): 22 and 2 are a ServerHello.
            let mut head = [0; 6];
            tcp.read_exact(&mut head).await.ok()?;
            Some(head[0] == 22 && head[5] == 2)
        };
        tokio::time::timeout(PATIENCE, asked).await.ok().flatten().unwrap_or(false)
    }

    /// Whether anybody listens at the host and port of `url`.
    pub async fn is_reached(&self, url: &Url) -> bool {
        connect(url).await.is_some()
    }
}

async fn connect(url: &Url) -> Option<TcpStream> {
    let port = url.port_or_known_default()?;
    let connecting = async {
        match url.host()? {
            Host::Domain(name) => TcpStream::connect((name, port)).await.ok(),
            Host::Ipv4(address) => TcpStream::connect((address, port)).await.ok(),
            Host::Ipv6(address) => TcpStream::connect((address, port)).await.ok(),
        }
    };
    tokio::time::timeout(PATIENCE, connecting).await.ok().flatten()
}

fn fault(error: &std::io::Error) -> TlsFault {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(why)) => match why {
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => TlsFault::Name,
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsFault::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => TlsFault::NotYet,
            _ => TlsFault::Untrusted,
        },
        _ => TlsFault::Refused,
    }
}

/// A `ClientHello` of TLS 1.1 (RFC 4346 §7.4.1.2) with the suites of its time, for `host`.
fn old_client_hello(host: &str) -> Vec<u8> {
    let u16s = |number: usize| u16::try_from(number).unwrap_or(u16::MAX).to_be_bytes();
    let suites: [u8; 16] =
        [0xc0, 0x14, 0xc0, 0x13, 0xc0, 0x0a, 0xc0, 0x09, 0x00, 0x35, 0x00, 0x2f, 0x00, 0x0a, 0x00, 0x05];
    let mut extensions = Vec::new();
    if host.parse::<std::net::IpAddr>().is_err() && !host.starts_with('[') {
        // server_name (RFC 6066 §3).
        extensions.extend([0, 0]);
        extensions.extend(u16s(host.len() + 5));
        extensions.extend(u16s(host.len() + 3));
        extensions.push(0);
        extensions.extend(u16s(host.len()));
        extensions.extend(host.as_bytes());
    }
    // supported_groups secp256r1 and secp384r1, ec_point_formats uncompressed (RFC 8422 §5.1).
    extensions.extend([0, 10, 0, 6, 0, 4, 0, 23, 0, 24, 0, 11, 0, 2, 1, 0]);
    let mut hello = vec![3, 2];
    // Nothing is kept secret by it: the connection ends with the first answer.
    hello.extend([0x5e; 32]);
    hello.push(0);
    hello.extend(u16s(suites.len()));
    hello.extend(suites);
    hello.extend([1, 0]);
    hello.extend(u16s(extensions.len()));
    hello.extend(extensions);
    let mut record = vec![22, 3, 1];
    record.extend(u16s(hello.len() + 4));
    record.extend([1, 0]);
    record.extend(u16s(hello.len()));
    record.extend(hello);
    record
}
