//! Redirect URIs: compared as exact strings (RFC 9700 §4.1.3), with the free loopback port of native clients (RFC 8252 §7.3).

use url::Url;

use crate::domain::client::{ApplicationType, Client};
use crate::protocol::OAuthError;

/// Whether `asked` is one of the client's: the same characters, or for a native client's `http` loopback
/// address the same but for the port.
pub fn is_registered(client: &Client, asked: &str) -> bool {
    client
        .redirect_uris
        .iter()
        .any(|own| own == asked || (client.application_type == ApplicationType::Native && differ_in_port(own, asked)))
}

fn differ_in_port(own: &str, asked: &str) -> bool {
    let (Some((own_host, own_rest)), Some((asked_host, asked_rest))) = (loopback(own), loopback(asked)) else {
        return false;
    };
    own_host == asked_host && own_rest == asked_rest
}

/// The host and what follows the port of `http://127.0.0.1[:port]/…` or `http://[::1][:port]/…`, by characters:
/// a URL parser would take several spellings for one.
fn loopback(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let host = ["127.0.0.1", "[::1]"].into_iter().find(|host| rest.starts_with(host))?;
    let rest = &rest[host.len()..];
    let rest = match rest.strip_prefix(':') {
        Some(after) => {
            let digits = after.bytes().take_while(u8::is_ascii_digit).count();
            let port: u32 = after[..digits].parse().ok()?;
            if digits > 5 || port > 65_535 {
                return None;
            }
            &after[digits..]
        }
        None => rest,
    };
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((host, rest))
}

/// Holds a URI that a client wants to register against what is allowed.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn check_registration(uri: &str) -> Result<(), &'static str> {
    let parsed = Url::parse(uri).map_err(|_| "is not an absolute URI")?;
    if uri.contains('#') {
        return Err("has a fragment (RFC 6749 section 3.1.2)");
    }
    if !uri.is_ascii() {
        return Err("has a character outside of ASCII, which a URI does not have (RFC 3986 section 2)");
    }
    // A browser that comes from an https page reads https:portal.example as a path on the host that it comes from.
    let written = &uri[parsed.scheme().len()..];
    if matches!(parsed.scheme(), "https" | "http") && (!written.starts_with("://") || written.starts_with(":///")) {
        return Err("does not have // and a host after its scheme");
    }
    if uri.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '\\' | '*' | '<' | '>' | '"')) {
        return Err("has a character that no registered URI needs: white space, control, \\ * < > or \"");
    }
    if !has_plain_host(&parsed) {
        return Err("has a host with other characters than letters, digits, hyphens and dots");
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err("has a user name or password");
    }
    match parsed.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(&parsed) => Ok(()),
        "http" => Err("is http: only loopback addresses may be, everything else is https"),
        // RFC 8252 §7.1: a private-use scheme is a reversed domain name, so it has a dot; javascript: and data: have none.
        scheme if scheme.contains('.') => Ok(()),
        _ => Err("must be https, http on loopback, or a private-use scheme with a dot in it (RFC 8252 section 7.1)"),
    }
}

pub fn is_loopback(uri: &Url) -> bool {
    match uri.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The host that a client's redirect URIs share, from which its pairwise subjects will be derived (Core §8.1).
///
/// # Errors
/// `invalid_request` where they do not share one: the sector must then be named.
pub fn sector_of(redirect_uris: &[String]) -> Result<String, OAuthError> {
    let mut hosts: Vec<String> =
        redirect_uris.iter().filter_map(|uri| Url::parse(uri).ok()?.host_str().map(str::to_owned)).collect();
    hosts.sort_unstable();
    hosts.dedup();
    match hosts.as_slice() {
        [host] => Ok(host.clone()),
        _ => Err(OAuthError::invalid_request("the redirect URIs do not share one host: name the sector identifier")),
    }
}

/// Whether a host, if there is one, could be a name of the DNS or is an address. To a URL parser more is a host: in a
/// policy, `https://a;sandbox` would be the end of one directive and the beginning of another.
fn has_plain_host(uri: &Url) -> bool {
    match uri.host() {
        Some(url::Host::Domain(name)) => {
            name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
        }
        Some(url::Host::Ipv4(_) | url::Host::Ipv6(_)) | None => true,
    }
}

/// `uri`, whose own query is kept (RFC 6749 §3.1.2), with these parameters. What is registered has no fragment.
pub fn with_query<'p>(uri: &str, parameters: impl IntoIterator<Item = (&'p str, &'p str)>) -> String {
    format!("{uri}{}{}", if uri.contains('?') { '&' } else { '?' }, form_encode(parameters))
}

/// Parameters as `application/x-www-form-urlencoded`.
pub fn form_encode<'p>(parameters: impl IntoIterator<Item = (&'p str, &'p str)>) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish()
}

/// The origin that a page's `form-action` has to allow so that the redirect after its form may go to `uri`.
pub fn origin(uri: &str) -> Option<String> {
    let parsed = Url::parse(uri).ok().filter(has_plain_host)?;
    match parsed.origin() {
        url::Origin::Opaque(_) => Some(format!("{}:", parsed.scheme())),
        tuple @ url::Origin::Tuple(..) => Some(tuple.ascii_serialization()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_redirect_uris_cannot_be_registered() {
        for (uri, why) in [
            ("JaVaScRiPt:alert(1)", "must be https"),
            ("data:text/html,x", "must be https"),
            ("https://portal.example/cb#x", "fragment"),
            ("https://user@portal.example/cb", "user name"),
            ("https://portal.example\\@evil.example/cb", "character"),
            ("https://*.portal.example/cb", "character"),
            ("http://portal.example/cb", "is http"),
            ("/callback", "absolute"),
            ("https://portal.example;sandbox/cb", "host"),
            ("https://portal.example,default-src/cb", "host"),
            ("https://portal.example;sandbox./cb", "host"),
            ("https://portal.example'/cb", "host"),
            ("vn.gov.app://a;sandbox/cb", "host"),
            ("https:portal.example/cb", "// and a host"),
            ("https:/portal.example/cb", "// and a host"),
            ("HTTPS:///portal.example/cb", "// and a host"),
            ("https://p\u{43e}rtal.example/cb", "ASCII"),
        ] {
            let fault = check_registration(uri).unwrap_err();
            assert!(fault.contains(why), "{uri}: {fault}");
        }
    }

    #[test]
    fn ordinary_redirect_uris_can_be_registered() {
        for uri in
            ["https://portal.example/cb?x=1", "http://localhost:9000/callback", "http://127.0.0.1/cb", "vn.gov.app:/cb"]
        {
            assert_eq!(check_registration(uri), Ok(()), "{uri}");
        }
    }

    #[test]
    fn an_origin_is_one_word_of_a_policy() {
        assert_eq!(origin("https://portal.example:8443/cb").as_deref(), Some("https://portal.example:8443"));
        assert_eq!(origin("http://[::1]:9/cb").as_deref(), Some("http://[::1]:9"));
        assert_eq!(origin("vn.gov.app:/cb").as_deref(), Some("vn.gov.app:"));
        for uri in ["https://portal.example;sandbox/cb", "https://portal.example,sandbox/cb", "https://'self'/cb"] {
            assert_eq!(origin(uri), None, "{uri}");
        }
    }

    #[test]
    fn only_the_port_of_a_loopback_address_is_free() {
        assert!(differ_in_port("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb"));
        for asked in [
            "http://127.0.0.1:51004/cb2",
            "http://127.0.0.1.evil.example/cb",
            "http://127.0.0.1@evil.example/cb",
            "http://127.0.0.1:80@evil.example/cb",
            "http://127.0.0.1:99999/cb",
            "https://127.0.0.1/cb",
            "http://localhost/cb",
        ] {
            assert!(!differ_in_port("http://127.0.0.1/cb", asked), "{asked}");
        }
    }
}
