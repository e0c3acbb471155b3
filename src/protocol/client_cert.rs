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

    proptest! {
        #[test]
        fn no_header_panics(leaf in prop::collection::vec(any::<u8>(), 0..64), chain in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = read(&[&leaf], &[&chain]);
        }
    }
}
