//! `[outbound]`: how far out SenID reaches when it fetches what a client's registration names, and whom it trusts there.

use std::fmt;
use std::path::PathBuf;

use ipnet::IpNet;
use rustls_pki_types::CertificateDer;

use super::certificate;
use super::reader::Reader;

/// The default is the public Internet, over TLS that the system's authorities vouch for.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Outbound {
    /// This machine itself, over plain http as well.
    pub allow_loopback: bool,
    /// Networks of the authority's own that portals live in.
    pub allow_networks: Vec<IpNet>,
    /// The certificates of `ca_file`, trusted beside the system's authorities.
    pub extra_roots: Vec<CertificateDer<'static>>,
}

/// What is no portal's address in any network: this machine, link-local (cloud metadata), multicast, unspecified.
const NEVER: [&str; 8] =
    ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "::/64", "::ffff:0:0/96", "fe80::/10", "ff00::/8"];

impl Outbound {
    pub(super) fn read(from: &mut Reader) -> Self {
        let default = Self::default();
        let allow_loopback = from.value("outbound.allow_loopback", default.allow_loopback);
        let allow_networks: Vec<IpNet> = from.list("outbound.allow_networks", default.allow_networks);
        let never: Vec<IpNet> = NEVER.iter().filter_map(|network| network.parse().ok()).collect();
        for network in &allow_networks {
            let overlapping = never.iter().find(|never| never.contains(network) || network.contains(*never));
            if let Some(never) = overlapping {
                let problem = format!("expected networks that portals live in: {network} and {never} overlap");
                from.refuse("outbound.allow_networks", problem);
            }
        }
        let extra_roots = match from.optional::<PathBuf>("outbound.ca_file").map(|path| certificate::read_all(&path)) {
            None => Vec::new(),
            Some(Ok(roots)) => roots,
            Some(Err(error)) => {
                from.refuse("outbound.ca_file", format!("expected a PEM file with certificates: {error}"));
                Vec::new()
            }
        };
        Self { allow_loopback, allow_networks, extra_roots }
    }
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound")
            .field("allow_loopback", &self.allow_loopback)
            .field("allow_networks", &self.allow_networks)
            .field("extra_roots", &self.extra_roots.len())
            .finish()
    }
}
