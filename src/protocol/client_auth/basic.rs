//! `client_secret_basic`: RFC 6749 §2.3.1 over RFC 7617. Identifier and secret are form-encoded before they are joined.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::domain::ids::ClientId;
use crate::domain::secret::SecretString;
use crate::protocol::OAuthError;

const LONGEST: usize = 1024;

/// Reads the value of an `Authorization` header. Strictly: what is loosely decoded here is decoded otherwise elsewhere.
pub(super) fn read(header: &str) -> Result<(ClientId, SecretString), OAuthError> {
    decode(header).ok_or_else(|| {
        OAuthError::invalid_client(
            "the Authorization header must be Basic with base64 of client_id:client_secret, each form-encoded",
        )
    })
}

fn decode(header: &str) -> Option<(ClientId, SecretString)> {
    let (scheme, credentials) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || credentials.len() > LONGEST {
        return None;
    }
    let decoded = Zeroizing::new(STANDARD.decode(credentials.trim_start()).ok()?);
    let (client, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some((form_decode(client)?.parse().ok()?, SecretString::new(form_decode(secret)?)))
}

/// `application/x-www-form-urlencoded` decoding that refuses what it cannot read.
fn form_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            0 => return None,
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(credentials: &str) -> String {
        format!("Basic {}", STANDARD.encode(credentials))
    }

    #[test]
    fn identifier_and_secret_are_form_decoded() {
        let (client, secret) = read(&header("portal.example:a%3Ab%25+c")).unwrap();
        assert_eq!(client.as_str(), "portal.example");
        assert_eq!(secret.expose(), "a:b% c");
    }

    #[test]
    fn what_is_no_strict_basic_header_is_refused() {
        for broken in [
            "Bearer abc".to_owned(),
            "Basic".to_owned(),
            "Basic ***".to_owned(),
            "Basic c2FuZGJveDpzZWNyZXQ".to_owned(), // unpadded
            header("no-colon"),
            header("bad%4:x"),
            header("a b:x"),
            header(&format!("portal:{}", "x".repeat(2000))),
        ] {
            assert!(read(&broken).is_err(), "{broken}");
        }
    }
}
