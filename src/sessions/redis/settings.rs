//! Where Redis is, and how long it may take.

use std::time::Duration;

use redis::sentinel::{SentinelClient, SentinelNodeConnectionInfo, SentinelServerType};
use redis::{Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, TlsCertificates, TlsMode};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::domain::secret::SecretString;

/// How Redis is reached. Keys are laid out alike for all of them.
#[derive(Clone, Debug)]
pub struct RedisSettings {
    pub topology: Topology,
    /// Stands before every key, so that installations may share a server: letters, digits and `: - _ .`
    pub prefix: String,
    /// PEM certificates that a `rediss://` server's chain must end in; the system's where there are none.
    pub roots: Option<Vec<u8>>,
    pub connect_timeout: Duration,
    pub response_timeout: Duration,
    /// How often the primary is asked whether it still is one.
    pub watch_interval: Duration,
    /// The longest pause between two attempts to connect.
    pub longest_pause: Duration,
}

/// One server, or several that stand in for each other.
#[derive(Clone, Debug)]
pub enum Topology {
    /// `redis://` or `rediss://`, with credentials and database number where there are some.
    Single {
        url: SecretString,
    },
    /// Sentinels that know which server is the primary of `primary_name`.
    Sentinel {
        sentinels: Vec<SecretString>,
        primary_name: String,
        /// A URL whose scheme, credentials and database number the primary is opened with; its host is not used.
        primary: SecretString,
    },
    Cluster {
        nodes: Vec<SecretString>,
    },
}

impl RedisSettings {
    /// One server at `url`, and what suits a server in the same data centre.
    pub fn single(url: SecretString) -> Self {
        Self::new(Topology::Single { url })
    }

    pub fn new(topology: Topology) -> Self {
        Self {
            topology,
            prefix: "senid:".into(),
            roots: None,
            connect_timeout: Duration::from_millis(500),
            response_timeout: Duration::from_millis(250),
            watch_interval: Duration::from_secs(2),
            longest_pause: Duration::from_secs(2),
        }
    }

    /// Checks everything that can be checked without connecting.
    pub(super) fn source(&self) -> Result<Source, InvalidSettings> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b":-_.".contains(&byte);
        if !self.prefix.bytes().all(allowed) {
            return Err(InvalidSettings::Prefix);
        }
        match &self.topology {
            Topology::Single { url } => self.client(url).map(Source::Single),
            Topology::Sentinel { sentinels, primary_name, primary } => {
                self.sentinel(sentinels, primary_name, primary).map(Source::Sentinel)
            }
            Topology::Cluster { .. } => Err(InvalidSettings::ClusterNotOffered),
        }
    }

    fn client(&self, url: &SecretString) -> Result<Client, InvalidSettings> {
        let info = connection(url)?;
        match (&self.roots, info.addr()) {
            (Some(roots), ConnectionAddr::TcpTls { .. }) => {
                // Text without a certificate in it would be taken for a list of none.
                if CertificateDer::pem_slice_iter(roots).next().is_none() {
                    return Err(InvalidSettings::Roots);
                }
                let certificates = TlsCertificates { client_tls: None, root_cert: Some(roots.clone()) };
                Client::build_with_tls(info, certificates).map_err(|_| InvalidSettings::Roots)
            }
            _ => Client::open(info).map_err(|_| InvalidSettings::Url),
        }
    }

    fn sentinel(
        &self,
        sentinels: &[SecretString],
        primary_name: &str,
        primary: &SecretString,
    ) -> Result<SentinelClient, InvalidSettings> {
        if sentinels.is_empty() {
            return Err(InvalidSettings::NoSentinel);
        }
        let sentinels = sentinels.iter().map(connection).collect::<Result<Vec<_>, _>>()?;
        let primary = connection(primary)?;
        let tls = matches!(primary.addr(), ConnectionAddr::TcpTls { .. });
        if self.roots.is_some() && tls {
            return Err(InvalidSettings::SentinelRoots);
        }
        let mut node =
            SentinelNodeConnectionInfo::default().set_redis_connection_info(primary.redis_settings().clone());
        if tls {
            node = node.set_tls_mode(TlsMode::Secure);
        }
        SentinelClient::build(sentinels, primary_name, Some(node), SentinelServerType::Master)
            .map_err(|_| InvalidSettings::Url)
    }
}

/// What a connection to the present primary is made from.
pub(super) enum Source {
    Single(Client),
    Sentinel(SentinelClient),
}

impl Source {
    /// The present primary, as far as is known.
    pub(super) async fn primary(&mut self) -> redis::RedisResult<Client> {
        match self {
            Self::Single(client) => Ok(client.clone()),
            Self::Sentinel(sentinels) => sentinels.async_get_client().await,
        }
    }
}

fn connection(url: &SecretString) -> Result<ConnectionInfo, InvalidSettings> {
    // The library's own words may quote the URL, and with it a password.
    let info = url.expose().into_connection_info().map_err(|_| InvalidSettings::Url)?;
    match info.addr() {
        ConnectionAddr::TcpTls { insecure: true, .. } => Err(InvalidSettings::Insecure),
        _ => Ok(info),
    }
}

/// Why the settings cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSettings {
    #[error("a Redis URL is redis://[user:password@]host[:port][/database], or rediss:// for TLS")]
    Url,
    #[error("a Redis URL with #insecure would take any certificate: name your own authority's certificates instead")]
    Insecure,
    #[error("a Redis key prefix is made of letters, digits and : - _ .")]
    Prefix,
    #[error("the certificates for Redis are not PEM, or there is none")]
    Roots,
    #[error("Redis Sentinel needs the URL of at least one sentinel")]
    NoSentinel,
    #[error("Redis Sentinel with certificates of one's own is not offered yet: add them to the system's")]
    SentinelRoots,
    #[error("Redis Cluster is not offered yet: use one server, or Sentinel")]
    ClusterNotOffered,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(settings: &RedisSettings) -> Option<InvalidSettings> {
        settings.source().err()
    }

    #[test]
    fn one_server_and_sentinel_are_understood() {
        let sentinel = Topology::Sentinel {
            sentinels: vec![SecretString::new("redis://127.0.0.1:26379")],
            primary_name: "senid".into(),
            primary: SecretString::new("redis://:password@primary/3"),
        };
        assert_eq!(refusal(&RedisSettings::single(SecretString::new("redis://localhost"))), None);
        assert_eq!(refusal(&RedisSettings::single(SecretString::new("rediss://localhost:6380/2"))), None);
        assert_eq!(refusal(&RedisSettings::new(sentinel)), None);
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let single = |url| RedisSettings::single(SecretString::new(url));
        assert_eq!(refusal(&single("http://localhost")), Some(InvalidSettings::Url));
        assert_eq!(refusal(&single("rediss://localhost/#insecure")), Some(InvalidSettings::Insecure));
        assert_eq!(
            refusal(&RedisSettings { prefix: "a{b}".into(), ..single("redis://localhost") }),
            Some(InvalidSettings::Prefix)
        );
        assert_eq!(
            refusal(&RedisSettings { roots: Some(b"-----BEGIN".to_vec()), ..single("rediss://localhost") }),
            Some(InvalidSettings::Roots)
        );
        assert_eq!(
            refusal(&RedisSettings::new(Topology::Cluster { nodes: Vec::new() })),
            Some(InvalidSettings::ClusterNotOffered)
        );
    }

    #[test]
    fn settings_do_not_show_a_password() {
        let settings = RedisSettings::single(SecretString::new("redis://:hunter2@localhost"));
        assert!(!format!("{settings:?}").contains("hunter2"));
    }
}
