//! `[certificate_sign_in]`: the ways in which citizens present their certificates. Whose certificates they are is said in the trust
//! folder.

use std::time::Duration;

use toml::Value;
use url::Url;

use super::certificate::{self, KnownAs};
use super::listeners::Listeners;
use super::proxies::Proxies;
use super::reader::Reader;
use super::value::Setting;
use crate::domain::ids::ClientId;
use crate::domain::issuer::Issuer;
use crate::domain::secret::SecretString;
use crate::domain::time::Timestamp;

#[derive(Clone, Debug, PartialEq)]
pub struct CertificateSignIn {
    /// Where a browser is asked for the certificate of its connection: another host or port than the issuer has, with its path.
    pub public_url: Option<Issuer>,
    /// By the browser's extension Web eID.
    pub web_eid: bool,
    /// By a signature over a document (CMS).
    pub signature: bool,
    pub remote: Option<RemoteSigning>,
}

/// The service that has citizens sign with their telephones.
#[derive(Clone, Debug, PartialEq)]
pub struct RemoteSigning {
    pub url: Url,
    /// What our requests are authenticated with there.
    pub secret: SecretString,
    /// For whom it may be used: whoever asks may be far from the person who is asked.
    pub clients: Vec<ClientId>,
    /// How long a person has.
    pub time: Duration,
}

impl Setting for ClientId {
    const EXPECTED: &'static str = "a client's id";

    fn read(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok()
    }

    fn show(&self) -> Value {
        Value::String(self.to_string())
    }
}

const SHORTEST_SECRET: usize = 32;

impl Default for CertificateSignIn {
    fn default() -> Self {
        Self { public_url: None, web_eid: true, signature: true, remote: None }
    }
}

impl CertificateSignIn {
    /// Whether a certificate is taken in any way.
    pub const fn is_offered(&self) -> bool {
        self.is_phishing_resistant() || self.signature || self.remote.is_some()
    }

    /// Whether one of the ways is bound to the site that the browser sees: in the others, what is signed can be carried elsewhere.
    pub const fn is_phishing_resistant(&self) -> bool {
        self.public_url.is_some() || self.web_eid
    }

    pub(super) fn read(
        from: &mut Reader,
        listeners: &Listeners,
        proxies: &Proxies,
        issuer: &Issuer,
        now: Timestamp,
    ) -> Self {
        const URL: &str = "certificate_sign_in.public_url";
        let default = Self::default();
        let public_url = from.optional_if::<Issuer>(URL, |url| {
            let path = issuer.path();
            match url {
                url if url.path() != path => Err(format!("the path that the issuer has: {}{path}", url.origin())),
                url if url.origin() == issuer.origin() => {
                    Err("another host or port than the issuer has: every visitor would be asked for a certificate"
                        .to_owned())
                }
                _ => Ok(()),
            }
        });
        let comes = listeners.certificate.is_some() || proxies.pass_certificates_on();
        if public_url.is_some() && !comes && !from.has_fault_below("listeners.certificate") {
            from.refuse(
                URL,
                "expected listeners.certificate.address or proxies.client_certificate beside it: no certificate comes any other way",
            );
        }
        if let Some(listener) = &listeners.certificate {
            let known_as =
                public_url.as_ref().map(|url| KnownAs { url, by: "the host of certificate_sign_in.public_url" });
            certificate::inspect(from, "listeners.certificate.tls", &listener.tls, known_as, now);
            if !from.is_set(URL) {
                let problem = "expected certificate_sign_in.public_url beside it: where browsers reach the listener";
                from.refuse("listeners.certificate.address", problem);
            }
        }
        Self {
            public_url,
            web_eid: from.value("certificate_sign_in.web_eid", default.web_eid),
            signature: from.value("certificate_sign_in.signature", default.signature),
            remote: RemoteSigning::read(from),
        }
    }
}

impl RemoteSigning {
    fn read(from: &mut Reader) -> Option<Self> {
        const URL: &str = "certificate_sign_in.remote.url";
        const CLIENTS: &str = "certificate_sign_in.remote.clients";
        let url = from.optional::<Url>(URL);
        let secret = from.secret(
            "certificate_sign_in.remote.secret",
            |text| match text.len() {
                SHORTEST_SECRET.. => Ok(SecretString::new(text)),
                _ => Err(format!("at least {SHORTEST_SECRET} characters")),
            },
            |_| "[secret]".to_owned(),
        );
        let clients: Vec<ClientId> = from.list(CLIENTS, Vec::new());
        let minute = Duration::from_secs(60);
        let time = from.within("certificate_sign_in.remote.time", 3 * minute, minute..=10 * minute);
        match (url, secret) {
            (Some(url), Some(secret)) => Some(Self { url, secret, clients, time }),
            (Some(_), None) if !from.has_fault_below("certificate_sign_in.remote") => {
                from.refuse(URL, "expected certificate_sign_in.remote.secret beside it");
                None
            }
            (None, _) if !clients.is_empty() && !from.has_fault_below("certificate_sign_in.remote") => {
                from.refuse(CLIENTS, "expected certificate_sign_in.remote.url beside it");
                None
            }
            _ => None,
        }
    }
}
