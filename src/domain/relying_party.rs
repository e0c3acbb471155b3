//! The relying-party id: the domain that passkeys and security keys are made for (Web Authentication Level 3 §4).

use std::fmt;
use std::str::FromStr;

use url::Host;

use super::issuer::Issuer;

/// Why there is none where the issuer's host is an address.
pub const NONE_AT_AN_ADDRESS: &str =
    "the issuer's host is an IP address, which no passkey can be made for: passkeys and security keys are off";

/// A domain. Once a credential was made for it, it is settled: under another one none of them works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelyingPartyId(String);

impl RelyingPartyId {
    /// The issuer's host; `None` where it is an address.
    pub fn of(issuer: &Issuer) -> Option<Self> {
        issuer.host().parse().ok()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether pages of the issuer may use credentials that are made for it: it is the issuer's host, or a domain above it.
    /// That it is nobody's top-level domain only browsers know for sure; one without a dot is.
    pub fn serves(&self, issuer: &Issuer) -> bool {
        let host = issuer.host();
        host == self.0
            || self.0.contains('.') && host.strip_suffix(self.0.as_str()).is_some_and(|above| above.ends_with('.'))
    }
}

impl fmt::Display for RelyingPartyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for RelyingPartyId {
    type Err = InvalidRelyingPartyId;

    fn from_str(text: &str) -> Result<Self, InvalidRelyingPartyId> {
        match Host::parse(text) {
            // Punycode and lower case: the one spelling that browsers hash.
            Ok(Host::Domain(domain)) if domain == text && !text.ends_with('.') => Ok(Self(domain)),
            _ => Err(InvalidRelyingPartyId),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a domain in lower case, such as \"id.example.gov\"")]
pub struct InvalidRelyingPartyId;

#[cfg(test)]
mod tests {
    use super::*;

    fn serves(id: &str, issuer: &str) -> bool {
        id.parse::<RelyingPartyId>().unwrap().serves(&issuer.parse().unwrap())
    }

    #[test]
    fn it_is_the_issuers_host_or_a_domain_above_it() {
        assert!(serves("id.example.gov", "https://id.example.gov"));
        assert!(serves("example.gov", "https://id.example.gov:8443/sso"));
        assert!(serves("localhost", "http://localhost:8080"));
        for (id, issuer) in [
            ("other.example.gov", "https://id.example.gov"),
            ("d.example.gov", "https://id.example.gov"),
            ("login.id.example.gov", "https://id.example.gov"),
            ("gov", "https://id.example.gov"),
        ] {
            assert!(!serves(id, issuer), "{id} {issuer}");
        }
    }

    #[test]
    fn an_address_is_none() {
        for issuer in ["http://127.0.0.1:8080", "http://[::1]:8080", "https://192.0.2.7"] {
            assert_eq!(RelyingPartyId::of(&issuer.parse().unwrap()), None, "{issuer}");
        }
        for text in ["", "127.0.0.1", "ID.example.gov", "id.example.gov.", "https://id.example.gov", "a b", "[::1]"] {
            assert_eq!(text.parse::<RelyingPartyId>(), Err(InvalidRelyingPartyId), "{text}");
        }
    }
}
