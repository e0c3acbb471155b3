//! `[registry]`: the population registry that people are held against, when they register and from time to time after that.

use std::path::PathBuf;
use std::time::Duration;

use rustls_pki_types::CertificateDer;
use toml::Value;
use url::Url;

use super::certificate;
use super::listeners::Tls;
use super::reader::Reader;
use super::registration::StatementKeys;
use super::value::Setting;
use crate::domain::registry::{Field, Rules};
use crate::domain::time::Timestamp;

/// What is asked of the registry, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registry {
    /// `None`: there is none, and nobody registers themselves.
    pub server: Option<RegistryServer>,
    /// For one answer, connection and all.
    pub time_limit: Duration,
    pub rules: Rules,
    pub recheck: Recheck,
}

/// Where the registry answers, as whom we ask, and by what its answers are known.
#[derive(Clone, PartialEq, Eq)]
pub struct RegistryServer {
    /// The folder that `people` is in.
    pub url: Url,
    /// What its answers say that they are from (`iss`).
    pub issuer: String,
    /// Our certificate and its key: whom the registry knows us as.
    pub client: Tls,
    /// Who issues the registry's own certificate, and nobody else may.
    pub trust_anchors: Vec<CertificateDer<'static>>,
    /// What it signs with.
    pub keys: StatementKeys,
}

/// How those who have an account are held against the registry again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recheck {
    pub enabled: bool,
    /// Between two checks of one person.
    pub every: Duration,
    /// The most that all servers ask together.
    pub per_minute: u32,
}

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(86_400);
const URL: &str = "registry.url";

impl Default for Registry {
    fn default() -> Self {
        Self {
            server: None,
            time_limit: 5 * SECOND,
            rules: Rules::default(),
            recheck: Recheck { enabled: true, every: 30 * DAY, per_minute: 600 },
        }
    }
}

impl Registry {
    pub(super) fn read(from: &mut Reader, now: Timestamp) -> Self {
        let default = Self::default();
        let rules = Rules { fields: from.list("registry.match", default.rules.fields) };
        if rules.fields.is_empty() && !from.has_fault_at("registry.match") {
            let problem = "expected at least one of \"name\", \"birthdate\": whoever knows a number is not its owner";
            from.refuse("registry.match", problem);
        }
        Self {
            server: RegistryServer::read(from, now),
            time_limit: from.within("registry.time_limit", default.time_limit, SECOND..=30 * SECOND),
            rules,
            recheck: Recheck {
                enabled: from.value("registry.recheck.enabled", default.recheck.enabled),
                every: from.within("registry.recheck.every", default.recheck.every, DAY..=365 * DAY),
                per_minute: from.within("registry.recheck.per_minute", default.recheck.per_minute, 1..=60_000),
            },
        }
    }
}

impl RegistryServer {
    fn read(from: &mut Reader, now: Timestamp) -> Option<Self> {
        const ANCHORS: &str = "registry.trust_anchors_file";
        let url =
            from.optional_if::<Url>(URL, |url| match url.scheme() {
                "https" => Ok(()),
                _ => Err("an address that begins with https://: the registry and SenID show each other certificates"
                    .to_owned()),
            });
        let issuer = from.optional::<String>("registry.issuer");
        let client = Tls::read(from, "registry");
        if let Some(client) = &client {
            certificate::inspect(from, "registry.tls", client, None, now);
        }
        let trust_anchors = match from.optional::<PathBuf>(ANCHORS) {
            Some(path) => certificate::read_authorities(from, ANCHORS, &path, now),
            None => Vec::new(),
        };
        let keys = keys(from);
        if from.has_fault_below("registry") {
            return None;
        }
        let named = [
            ("registry.issuer", issuer.is_some()),
            ("registry.tls.certificate", client.is_some()),
            (ANCHORS, !trust_anchors.is_empty()),
            (JWKS, keys.is_some()),
        ];
        match (url, issuer, client, keys) {
            (Some(url), Some(issuer), Some(client), Some(keys)) if !trust_anchors.is_empty() => {
                Some(Self { url, issuer, client, trust_anchors, keys })
            }
            (Some(_), ..) => {
                let missing: Vec<&str> = named.iter().filter(|(_, is_set)| !is_set).map(|(key, _)| *key).collect();
                from.refuse(URL, format!("expected {} beside it", missing.join(", ")));
                None
            }
            (None, ..) => {
                if let Some((key, _)) = named.iter().find(|(_, is_set)| *is_set) {
                    from.refuse(key, format!("expected {URL} beside it"));
                }
                None
            }
        }
    }
}

const JWKS: &str = "registry.jwks";

/// An address, or else a file.
fn keys(from: &mut Reader) -> Option<StatementKeys> {
    let place = from.optional::<String>(JWKS)?;
    if place.starts_with("https://") {
        return match Url::parse(&place) {
            Ok(uri) => Some(StatementKeys::Published(uri)),
            Err(error) => {
                from.refuse(JWKS, format!("expected an address or a file: {error}"));
                None
            }
        };
    }
    match std::fs::read_to_string(&place) {
        Ok(jwks) => Some(StatementKeys::File { path: place.into(), jwks }),
        Err(error) => {
            from.refuse(
                JWKS,
                format!("expected a file that can be read, or an address that begins with https://: {error}"),
            );
            None
        }
    }
}

impl Setting for Field {
    const EXPECTED: &'static str = "\"name\" or \"birthdate\"";

    fn read(value: &Value) -> Option<Self> {
        let text = value.as_str()?;
        Self::ALL.into_iter().find(|field| field.as_str() == text)
    }

    fn show(&self) -> Value {
        Value::String(self.as_str().to_owned())
    }
}

impl std::fmt::Debug for RegistryServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RegistryServer")
            .field("url", &self.url)
            .field("issuer", &self.issuer)
            .field("client", &self.client)
            .field("trust_anchors", &self.trust_anchors.len())
            .field("keys", &self.keys)
            .finish()
    }
}
