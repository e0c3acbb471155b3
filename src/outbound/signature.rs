//! HTTP message signatures with a shared key (RFC 9421, `hmac-sha256`), over a digest of the content (RFC 9530).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, InvalidHeaderValue};
use url::Url;

use crate::crypto::hash::{HmacKey, sha256};
use crate::domain::secret::SecretString;
use crate::domain::time::Timestamp;

const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");
const SIGNATURE_INPUT: HeaderName = HeaderName::from_static("signature-input");
const SIGNATURE: HeaderName = HeaderName::from_static("signature");

/// A key that whoever receives the requests has too, and what they know it by.
#[derive(Clone, Debug)]
pub struct SharedKey {
    id: String,
    key: HmacKey,
}

impl SharedKey {
    /// `id` is printable and holds no quotes.
    pub fn new(id: impl Into<String>, key: &SecretString) -> Self {
        Self { id: id.into(), key: HmacKey::new(key.expose().as_bytes()) }
    }

    /// The headers of a POST of `body` to `url`: a signature over the method, the whole address and the content. `created` and
    /// `nonce` let its receiver refuse what is old and what comes a second time.
    ///
    /// # Errors
    /// Where the key's id cannot stand in a header.
    pub(super) fn sign(
        &self,
        url: &Url,
        media_type: &'static str,
        body: &[u8],
        created: Timestamp,
        nonce: &str,
    ) -> Result<HeaderMap, InvalidHeaderValue> {
        let digest = format!("sha-256=:{}:", STANDARD.encode(sha256(body)));
        let components = [
            ("@method", "POST"),
            ("@target-uri", url.as_str()),
            ("content-type", media_type),
            ("content-digest", digest.as_str()),
        ];
        let parameters =
            format!("created={};nonce=\"{nonce}\";alg=\"hmac-sha256\";keyid=\"{}\"", created.seconds(), self.id);
        let (input, base) = base(&components, &parameters);
        let signature = self.key.mac(&[base.as_bytes()]);
        let mut headers = HeaderMap::with_capacity(4);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        headers.insert(CONTENT_DIGEST, HeaderValue::try_from(digest)?);
        headers.insert(SIGNATURE_INPUT, HeaderValue::try_from(format!("senid={input}"))?);
        headers.insert(SIGNATURE, HeaderValue::try_from(format!("senid=:{}:", STANDARD.encode(signature)))?);
        Ok(headers)
    }
}

/// The signature's parameters, and what is signed (RFC 9421 §2.5).
fn base(components: &[(&str, &str)], parameters: &str) -> (String, String) {
    let names: Vec<String> = components.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let input = format!("({});{parameters}", names.join(" "));
    let mut base = String::new();
    for (name, value) in components {
        base.push_str(&format!("\"{name}\": {value}\n"));
    }
    base.push_str(&format!("\"@signature-params\": {input}"));
    (input, base)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9421, Appendix B.2.5.
    #[test]
    fn the_signature_is_the_standard_s() {
        let components = [
            ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
            ("@authority", "example.com"),
            ("content-type", "application/json"),
        ];
        let (input, base) = base(&components, "created=1618884473;keyid=\"test-shared-secret\"");
        assert_eq!(input, "(\"date\" \"@authority\" \"content-type\");created=1618884473;keyid=\"test-shared-secret\"");
        let secret = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==";
        let key = HmacKey::new(&STANDARD.decode(secret).unwrap());
        assert_eq!(STANDARD.encode(key.mac(&[base.as_bytes()])), "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=");
    }

    #[test]
    fn every_part_of_a_request_is_signed() {
        let key = SharedKey::new("k", &SecretString::new("an-example-of-a-key-of-32-letters"));
        let signed = |url: &str, body: &[u8], at, nonce: &str| {
            let headers = key.sign(&url.parse().unwrap(), "application/json", body, Timestamp::from_seconds(at), nonce);
            headers.unwrap()[SIGNATURE].clone()
        };
        let one = signed("https://sms.example/send", b"{}", 9, "n");
        for other in [
            signed("https://sms.example/other", b"{}", 9, "n"),
            signed("https://sms.example/send", b"{ }", 9, "n"),
            signed("https://sms.example/send", b"{}", 10, "n"),
            signed("https://sms.example/send", b"{}", 9, "m"),
        ] {
            assert_ne!(one, other);
        }
        assert_eq!(one, signed("https://sms.example/send", b"{}", 9, "n"));
    }
}
