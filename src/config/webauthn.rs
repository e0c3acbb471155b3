//! `[webauthn]`: for whom passkeys and security keys are made.

use toml::Value;
use url::Url;

use super::reader::Reader;
use super::value::Setting;
use crate::domain::issuer::Issuer;
use crate::domain::relying_party::{self, RelyingPartyId};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebAuthn {
    /// The domain that credentials are made for; `None`: the issuer's host.
    pub rp_id: Option<RelyingPartyId>,
    /// Other origins of the authority's whose pages may use them (Web Authentication Level 3 §5.11).
    pub related_origins: Vec<Origin>,
}

impl WebAuthn {
    pub(super) fn read(from: &mut Reader, issuer: &Issuer) -> Self {
        let key = "webauthn.rp_id";
        let rp_id = from.optional_if(key, |id: &RelyingPartyId| match id.serves(issuer) {
            true => Ok(()),
            false => Err(format!(
                "the issuer's host, {}, or a domain above it that is somebody's own, such as example.gov: browsers use \
                 credentials of no other there",
                issuer.host()
            )),
        });
        let related_origins = from.list("webauthn.related_origins", Vec::new());
        let webauthn = Self { rp_id, related_origins };
        // On a development's machine the log says so.
        if !issuer.is_loopback() && webauthn.relying_party_id(issuer).is_none() {
            from.warn(key, relying_party::NONE_AT_AN_ADDRESS);
        }
        webauthn
    }

    /// The domain that credentials are made for; `None` where the issuer's host is an address, which none can be made for.
    pub fn relying_party_id(&self, issuer: &Issuer) -> Option<RelyingPartyId> {
        self.rp_id.clone().filter(|id| id.serves(issuer)).or_else(|| RelyingPartyId::of(issuer))
    }
}

impl Setting for RelyingPartyId {
    const EXPECTED: &'static str = "a domain, such as \"id.example.gov\"";

    fn read(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok()
    }

    fn show(&self) -> Value {
        Value::String(self.to_string())
    }
}

/// An origin, spelled as browsers spell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Setting for Origin {
    const EXPECTED: &'static str = "an origin that begins with https://, such as \"https://tax.example.gov\"";

    fn read(value: &Value) -> Option<Self> {
        let text = value.as_str()?.trim();
        let url = Url::parse(text).ok()?;
        (url.scheme() == "https" && url.origin().ascii_serialization() == text).then(|| Self(text.to_owned()))
    }

    fn show(&self) -> Value {
        Value::String(self.0.clone())
    }
}
