//! Bytes over TLS to a host and port that is no web server: syslog (RFC 5425).

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rustls_pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::Url;

use super::FetchError;
use super::fetcher::{Fetcher, check};
use super::purpose::Purpose;
use super::resolver::Guarded;

/// Longest pieces that a host says after the end of what it was sent.
const REST: usize = 1024;

impl Fetcher {
    /// Writes `bytes` to `host` (a name, or an IP address) at `port`, over TLS, to addresses that may be fetched from and no others, and
    /// waits until whoever is there has read all of it.
    ///
    /// There is no acknowledgement in syslog. That it was read shows in that the other end closes the connection only when it
    /// has come to the end: where anything is unread the connection is reset.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn hand_over(&self, host: &str, port: u16, bytes: &[u8]) -> Result<(), FetchError> {
        let bracketed = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        let url = Url::parse(&format!("https://{bracketed}:{port}/")).map_err(|_| FetchError::NoHost)?;
        let purpose = Purpose::AuditCollector;
        let answered = self.in_time(&url, purpose, async {
            check(&url, purpose.scheme(), self.exceptions())?;
            let tcp = self.connect(host, port).await?;
            let name = ServerName::try_from(host.to_owned()).map_err(|_| FetchError::NoHost)?;
            let connecting = TlsConnector::from(self.plain_tls()).connect(name, tcp).await;
            let mut stream = connecting.map_err(|_| FetchError::Unreachable)?;
            let written = async {
                stream.write_all(bytes).await?;
                stream.flush().await
            };
            written.await.map_err(|_| FetchError::BrokenOff)?;
            let mut rest = [0; REST];
            // Nobody who is to read all of it has closed by now.
            if tokio::time::timeout(Duration::ZERO, stream.read(&mut rest))
                .await
                .is_ok_and(|read| !matches!(read, Ok(1..)))
            {
                return Err(FetchError::BrokenOff);
            }
            stream.shutdown().await.map_err(|_| FetchError::BrokenOff)?;
            loop {
                match stream.read(&mut rest).await {
                    Ok(0) => return Ok(()),
                    Ok(_) => {}
                    // It closed without TLS' own farewell, as many do.
                    Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(()),
                    Err(_) => return Err(FetchError::BrokenOff),
                }
            }
        });
        let ended = answered.await;
        self.counted(&url, purpose, ended)
    }

    async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, FetchError> {
        let addresses: Vec<SocketAddr> = match host.parse::<IpAddr>() {
            // It passed the check.
            Ok(address) => vec![SocketAddr::new(address, port)],
            Err(_) => {
                let guarded = Guarded { resolver: self.resolver(), exceptions: self.exceptions().clone() };
                let permitted = guarded.permitted(host).await.map_err(|_| FetchError::Unreachable)?;
                permitted.into_iter().map(|address| SocketAddr::new(address.ip(), port)).collect()
            }
        };
        TcpStream::connect(&addresses[..]).await.map_err(|_| FetchError::Unreachable)
    }
}
