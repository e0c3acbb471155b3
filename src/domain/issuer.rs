//! The issuer identifier: OpenID Connect Core §1.2, RFC 8414 §2, RFC 9207.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// SenID's own name: an origin, exactly as clients compare it, without a trailing slash.
///
/// An origin and not a path below one: cookies named `__Host-` belong to a whole host, and whatever else answered on
/// it could plant them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    text: String,
    url: Url,
}

impl Issuer {
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether this is a development's issuer, on the machine itself.
    pub fn is_loopback(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// Whether browsers reach it over TLS: cookies are then `Secure` and named `__Host-…`.
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The host's name or address without its port, as a certificate would name it.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default().trim_matches(['[', ']'])
    }

    /// The address of `path`, which begins with a slash.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Issuer {
    type Err = InvalidIssuer;

    fn from_str(text: &str) -> Result<Self, InvalidIssuer> {
        let url = Url::parse(text).map_err(|_| InvalidIssuer::NotAUrl)?;
        if !matches!(url.scheme(), "https" | "http") || url.host().is_none() {
            return Err(InvalidIssuer::NotAUrl);
        }
        // The text is what clients compare, byte by byte: only its one canonical spelling will do.
        let canonical = url.origin().ascii_serialization();
        if text != canonical {
            return Err(InvalidIssuer::NotAnOrigin { canonical });
        }
        let issuer = Self { text: canonical, url };
        if issuer.is_https() || issuer.is_loopback() { Ok(issuer) } else { Err(InvalidIssuer::NotHttps) }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIssuer {
    #[error("an address that begins with https://, such as \"https://id.example.gov\"")]
    NotAUrl,
    #[error(
        "an origin alone, in lower case, without user, path, query, fragment or trailing slash: here that is \"{canonical}\""
    )]
    NotAnOrigin { canonical: String },
    #[error("https:// (http:// is for a loopback host alone: localhost, 127.0.0.1, [::1])")]
    NotHttps,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_an_issuer_in_exactly_one_spelling() {
        for text in [
            "https://id.gov.vn",
            "https://id.gov.vn:8443",
            "http://localhost:8080",
            "http://127.0.0.1:1",
            "http://[::1]:8080",
        ] {
            assert_eq!(text.parse::<Issuer>().map(|issuer| issuer.to_string()), Ok(text.to_owned()));
        }
        for text in [
            "https://id.gov.vn/",
            "https://ID.gov.vn",
            "https://id.gov.vn:443",
            "https://id.gov.vn/tenant",
            "https://id.gov.vn?x",
            "https://id.gov.vn#x",
            "https://user@id.gov.vn",
            "https://:secret@id.gov.vn",
            " https://id.gov.vn",
            "HTTPS://id.gov.vn",
        ] {
            assert!(matches!(text.parse::<Issuer>(), Err(InvalidIssuer::NotAnOrigin { .. })), "{text}");
        }
        for text in ["", "id.gov.vn", "ftp://id.gov.vn", "data:text/html,x", "https://"] {
            assert_eq!(text.parse::<Issuer>(), Err(InvalidIssuer::NotAUrl), "{text}");
        }
    }

    #[test]
    fn http_is_for_the_loopback_alone() {
        for text in ["http://id.gov.vn", "http://localhost.evil.example", "http://10.0.0.1", "http://notlocalhost"] {
            assert_eq!(text.parse::<Issuer>(), Err(InvalidIssuer::NotHttps), "{text}");
        }
    }
}
