//! The certificate of a connection that a proxy ended, in the proxy's own words: RFC 9440, RFC 9651 §4.2.7.
//!
//! Whether the proxy is believed is decided before anything is read here.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::crypto::certificate;
use crate::domain::certificate::ClientCertificate;
use crate::protocol::OAuthError;

pub const CLIENT_CERT: &str = "client-cert";
pub const CLIENT_CERT_CHAIN: &str = "client-cert-chain";
pub const X_SSL_CLIENT_CERT: &str = "x-ssl-client-cert";

/// Reads every `Client-Cert` and every `Client-Cert-Chain` header of a request; `None` where the connection had no certificate.
///
/// # Errors
/// `invalid_request`, for whoever set the proxy up.
pub fn read(leaf: &[&[u8]], chain: &[&[u8]]) -> Result<Option<ClientCertificate>, OAuthError> {
    let leaf = match leaf {
        [] if chain.is_empty() => return Ok(None),
        [] => return Err(OAuthError::invalid_request("the header Client-Cert-Chain came without Client-Cert")),
        [one] => byte_sequence(one).ok_or_else(|| {
            OAuthError::invalid_request(
                "the header Client-Cert must be one byte sequence: base64 between colons (RFC 9440)",
            )
        })?,
        _ => return Err(OAuthError::invalid_request("the header Client-Cert came more than once")),
    };
    // Several lines are one list (RFC 9651 §4.2).
    let intermediates: Option<Vec<_>> =
        chain.iter().flat_map(|line| line.split(|byte| *byte == b',')).map(byte_sequence).collect();
    let intermediates = intermediates.ok_or_else(|| {
        OAuthError::invalid_request(
            "the header Client-Cert-Chain must be a list of byte sequences: base64 between colons (RFC 9440)",
        )
    })?;
    certificate::read(leaf, intermediates).map(Some).map_err(|fault| {
        OAuthError::invalid_request(format!("the certificate in the header Client-Cert cannot be used: {fault}"))
    })
}

/// Reads every `X-SSL-Client-Cert` header of a request, which no standard describes: what nginx (`$ssl_client_escaped_cert`), Apache
/// (`%{SSL_CLIENT_CERT}s`) and HAProxy (`%[ssl_c_der,base64]`) write.
///
/// # Errors
/// As [`read`].
pub fn read_older(leaf: &[&[u8]]) -> Result<Option<ClientCertificate>, OAuthError> {
    let leaf = match leaf {
        // Apache writes `(null)` where there was none.
        [] | [b"" | b"(null)"] => return Ok(None),
        [one] => pem_or_base64(one).ok_or_else(|| {
            OAuthError::invalid_request(
                "the header X-SSL-Client-Cert must be one certificate: PEM, escaped or on one line, or the base64 of DER",
            )
        })?,
        _ => return Err(OAuthError::invalid_request("the header X-SSL-Client-Cert came more than once")),
    };
    certificate::read(leaf, Vec::new()).map(Some).map_err(|fault| {
        OAuthError::invalid_request(format!("the certificate in the header X-SSL-Client-Cert cannot be used: {fault}"))
    })
}

fn pem_or_base64(text: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?;
    let text = unescaped(text)?;
    let inside = match text.trim().strip_prefix("-----BEGIN CERTIFICATE-----") {
        Some(rest) => rest.strip_suffix("-----END CERTIFICATE-----")?,
        None => text.trim(),
    };
    let base64: String = inside.split_ascii_whitespace().collect();
    STANDARD.decode(base64).ok()
}

/// RFC 3986 §2.1. A `+` is itself: it is one of base64's characters.
fn unescaped(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut plain = parts.next()?.to_owned();
    for part in parts {
        let byte = u8::from_str_radix(part.get(..2)?, 16).ok().filter(u8::is_ascii)?;
        plain.push(char::from(byte));
        plain.push_str(part.get(2..)?);
    }
    Some(plain)
}

/// `:base64:`, and at its ends nothing but the white space of a header's value. RFC 9440 knows no parameters.
fn byte_sequence(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.trim_ascii();
    let inside = text.strip_prefix(b":")?.strip_suffix(b":")?;
    STANDARD.decode(inside).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_byte_sequence_is_base64_between_colons_and_nothing_else() {
        assert_eq!(byte_sequence(b":AQID:"), Some(vec![1, 2, 3]));
        assert_eq!(byte_sequence(b" \t:AQI=: "), Some(vec![1, 2]));
        for other in [
            &b""[..],
            b":",
            b"AQID",
            b":AQID",
            b"AQID:",
            b":AQI:",
            b":AQJ=:",
            b":AQ ID:",
            b":AQ\nID:",
            b":_-8=:",
            b":AQID:;a",
            b"::AQID::",
            b"\":AQID:\"",
            b":%3A:",
        ] {
            assert_eq!(byte_sequence(other), None, "{}", String::from_utf8_lossy(other));
        }
    }

    #[test]
    fn older_proxies_write_pem_in_their_own_ways() {
        let base64 = "AQID+/8=";
        for text in [
            base64.to_owned(),
            format!("-----BEGIN CERTIFICATE----- {base64} -----END CERTIFICATE-----"),
            format!("-----BEGIN%20CERTIFICATE-----%0A{}%0A-----END%20CERTIFICATE-----%0A", "AQID%2B%2F8%3D"),
            format!("-----BEGIN%20CERTIFICATE-----%0A{base64}%0A-----END%20CERTIFICATE-----"),
        ] {
            assert_eq!(pem_or_base64(text.as_bytes()), Some(vec![1, 2, 3, 0xfb, 0xff]), "{text}");
        }
        for other in [
            "%",
            "%4",
            "%zz",
            "%ff",
            "%+1AQID",
            "AQI",
            "-----BEGIN CERTIFICATE----- AQID",
            "AQID -----END CERTIFICATE-----",
        ] {
            assert_eq!(pem_or_base64(other.as_bytes()), None, "{other}");
        }
        assert_eq!(read_older(&[]), Ok(None));
        assert_eq!(read_older(&[b"(null)"]), Ok(None));
        assert!(read_older(&[b"AQID", b"AQID"]).is_err());
    }

    proptest! {
        #[test]
        fn no_header_panics(leaf in prop::collection::vec(any::<u8>(), 0..64), chain in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = (read(&[&leaf], &[&chain]), read_older(&[&leaf]));
        }
    }
}
