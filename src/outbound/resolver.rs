//! Names become addresses here, and only addresses that may be connected to leave.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolving};

use super::network::Exceptions;

/// Who knows the addresses of names.
#[async_trait]
pub trait Resolve: Send + Sync + fmt::Debug {
    /// All addresses of `host`.
    ///
    /// # Errors
    /// Where there is none, or nobody to ask.
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The system's resolver: `/etc/hosts`, DNS and whatever else the machine is set up to ask.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolve for SystemResolver {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// Stands between a resolver and the connection. A connection is made to what this hands out and nothing is looked up
/// again, so it does not matter what the name resolves to a moment later (DNS rebinding).
#[derive(Clone, Debug)]
pub(super) struct Guarded {
    pub resolver: Arc<dyn Resolve>,
    pub exceptions: Arc<Exceptions>,
}

/// No address that may be connected to: there is none, or none of them is public. Which of the two is nobody's business.
#[derive(Debug, thiserror::Error)]
#[error("no address that may be connected to")]
pub(super) struct Withheld;

impl Guarded {
    pub(super) async fn permitted(self, host: &str) -> Result<Vec<SocketAddr>, Withheld> {
        let addresses = self.resolver.resolve(host).await.map_err(|_| Withheld)?;
        let local = is_local_name(host);
        let permitted = addresses.into_iter().filter(|address| match local {
            // RFC 6761 §6.3: such a name never means another machine. Plain http is allowed for it, so that must hold.
            true => self.exceptions.loopback && address.is_loopback(),
            false => self.exceptions.permit(*address),
        });
        // The connection puts the URL's port in place of 0.
        let permitted: Vec<SocketAddr> = permitted.map(|address| SocketAddr::new(address, 0)).collect();
        if permitted.is_empty() { Err(Withheld) } else { Ok(permitted) }
    }
}

impl reqwest::dns::Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let guarded = self.clone();
        Box::pin(async move {
            let addresses = guarded.permitted(name.as_str()).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// Whether the name is this machine's own whatever a resolver says.
pub(super) fn is_local_name(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    host == "localhost" || host.ends_with(".localhost")
}
