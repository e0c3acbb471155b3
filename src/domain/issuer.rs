//! The issuer identifier: OpenID Connect Core §1.2, RFC 8414 §2, RFC 9207.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// SenID's own name: an origin, or a path below one, exactly as clients compare it and without a trailing slash.
///
/// Whoever else answers on the same origin shares the browser's trust with SenID, whatever the path says: see
/// `docs/decisions/0007-an-issuer-with-a-path.md`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    text: String,
    url: Url,
}

impl Issuer {
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port, as browsers send them in `Origin` (RFC 6454 §6.2).
    pub fn origin(&self) -> &str {
        &self.text[..self.text.len() - self.path().len()]
    }

    /// The path below the origin, such as `/sso`; empty where the issuer is an origin.
    pub fn path(&self) -> &str {
        self.url.path().trim_end_matches('/')
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

    /// The address of `path`, which begins with a slash, below the issuer.
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
        let origin = url.origin().ascii_serialization();
        let path = url.path().trim_end_matches('/');
        let canonical = format!("{origin}{path}");
        if text != canonical {
            return Err(InvalidIssuer::NotCanonical { canonical });
        }
        if !is_plain(path) {
            return Err(InvalidIssuer::PathNotPlain);
        }
        let issuer = Self { text: canonical, url };
        if issuer.is_https() || issuer.is_loopback() { Ok(issuer) } else { Err(InvalidIssuer::NotHttps) }
    }
}

/// A path that proxies, routers and browsers all read the same way, and that fits into a cookie's name.
fn is_plain(path: &str) -> bool {
    let plain = |segment: &str| {
        !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    path.is_empty() || path[1..].split('/').all(plain)
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIssuer {
    #[error("an address that begins with https://, such as \"https://id.example.gov\"")]
    NotAUrl,
    #[error(
        "an origin, or one with a path, the host in lower case, without user, query, fragment or trailing slash: here \
         that is \"{canonical}\""
    )]
    NotCanonical { canonical: String },
    #[error("a path of letters, digits, - and _ between slashes")]
    PathNotPlain,
    #[error("https:// (http:// is for a loopback host alone: localhost, 127.0.0.1, [::1])")]
    NotHttps,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_has_exactly_one_spelling() {
        for text in [
            "https://id.gov.vn",
            "https://id.gov.vn:8443",
            "http://localhost:8080",
            "http://127.0.0.1:1",
            "http://[::1]:8080",
            "https://id.gov.vn/sso",
            "https://id.gov.vn:8443/realms/Citizens_2026",
        ] {
            assert_eq!(text.parse::<Issuer>().map(|issuer| issuer.to_string()), Ok(text.to_owned()));
        }
        for text in [
            "https://id.gov.vn/",
            "https://ID.gov.vn",
            "https://id.gov.vn:443",
            "https://id.gov.vn/sso/",
            "https://ID.gov.vn/sso",
            "https://id.gov.vn/a/../sso",
            "https://id.gov.vn?x",
            "https://id.gov.vn#x",
            "https://user@id.gov.vn",
            "https://:secret@id.gov.vn",
            " https://id.gov.vn",
            "HTTPS://id.gov.vn",
        ] {
            assert!(matches!(text.parse::<Issuer>(), Err(InvalidIssuer::NotCanonical { .. })), "{text}");
        }
        for text in ["", "id.gov.vn", "ftp://id.gov.vn", "data:text/html,x", "https://"] {
            assert_eq!(text.parse::<Issuer>(), Err(InvalidIssuer::NotAUrl), "{text}");
        }
    }

    #[test]
    fn a_path_is_one_that_nobody_reads_differently() {
        for text in
            ["https://id.gov.vn/a.b", "https://id.gov.vn/a%2Fb", "https://id.gov.vn/a//b", "https://id.gov.vn/~a"]
        {
            assert_eq!(text.parse::<Issuer>(), Err(InvalidIssuer::PathNotPlain), "{text}");
        }
    }

    #[test]
    fn origin_and_path_make_the_issuer() {
        let issuer: Issuer = "https://id.gov.vn:8443/realms/citizens".parse().unwrap();
        assert_eq!((issuer.origin(), issuer.path()), ("https://id.gov.vn:8443", "/realms/citizens"));
        assert_eq!(issuer.at("/token"), "https://id.gov.vn:8443/realms/citizens/token");
        let issuer: Issuer = "http://[::1]:8080".parse().unwrap();
        assert_eq!((issuer.origin(), issuer.path()), ("http://[::1]:8080", ""));
    }

    #[test]
    fn http_is_for_the_loopback_alone() {
        for text in ["http://id.gov.vn", "http://localhost.evil.example", "http://10.0.0.1", "http://notlocalhost"] {
            assert_eq!(text.parse::<Issuer>(), Err(InvalidIssuer::NotHttps), "{text}");
        }
    }
}
