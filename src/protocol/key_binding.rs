//! Which key tokens are bound to, and whether whoever presents one holds it: RFC 9449 §5 and §7, RFC 8705 §3.

use crate::domain::client::BoundAccessTokens;
use crate::domain::key_binding::{KeyBinding, ProvenKeys};
use crate::protocol::OAuthError;
use crate::protocol::presented_token::Scheme;

/// Whether access tokens of a client may be good with whoever has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unbound {
    Allowed,
    /// The client's policy will demand a key, whichever.
    Refused,
}

/// What the tokens that a request is answered with are bound to.
///
/// A proof binds whoever sends it; a certificate binds only where that was agreed on or there is no other way, since a
/// connection may have one for reasons of its own.
///
/// # Errors
/// `invalid_dpop_proof` or `invalid_request` where a key is demanded that the request does not prove.
pub fn of_new_tokens(
    registered: BoundAccessTokens,
    unbound: Unbound,
    proven: &ProvenKeys,
) -> Result<Option<KeyBinding>, OAuthError> {
    let BoundAccessTokens { dpop: needs_proof, certificate: needs_certificate } = registered;
    match (proven.dpop, proven.certificate) {
        (Some(_), _) if needs_certificate && !needs_proof => Err(OAuthError::invalid_request(
            "this client's tokens are bound to its certificate (tls_client_certificate_bound_access_tokens): send no DPoP proof",
        )),
        (Some(key), _) => Ok(Some(KeyBinding::Dpop(key))),
        (None, _) if needs_proof => Err(OAuthError::invalid_dpop_proof(
            "this client's tokens are bound to a key (dpop_bound_access_tokens): the DPoP header is missing",
        )),
        (None, Some(certificate)) if needs_certificate || unbound == Unbound::Refused => {
            Ok(Some(KeyBinding::Certificate(certificate)))
        }
        (None, None) if needs_certificate => Err(OAuthError::invalid_request(
            "this client's tokens are bound to its certificate (tls_client_certificate_bound_access_tokens): the connection has none",
        )),
        (None, _) => Ok(None),
    }
}

/// Whether a token that is bound to `binding` is good as it is presented.
///
/// # Errors
/// `invalid_token`: a token that is bound to a key is no bearer token, and the other way round (RFC 9449 §7.2).
pub fn of_presented_token(binding: Option<KeyBinding>, scheme: Scheme, proven: &ProvenKeys) -> Result<(), OAuthError> {
    let told = match (binding, scheme) {
        (None, Scheme::Bearer) => return Ok(()),
        (Some(KeyBinding::Dpop(_)), Scheme::Bearer) => {
            "the access token is bound to a key: it needs the scheme DPoP and a proof by that key"
        }
        (None | Some(KeyBinding::Certificate(_)), Scheme::Dpop) => {
            "the access token is not bound to a key that signs proofs: it needs the scheme Bearer"
        }
        (Some(binding), _) if proven.satisfy(binding) => return Ok(()),
        (Some(KeyBinding::Dpop(_)), Scheme::Dpop) => {
            "the DPoP proof is not by the key that the access token is bound to"
        }
        (Some(KeyBinding::Certificate(_)), Scheme::Bearer) => {
            "the access token is bound to a certificate that this connection is not made with"
        }
    };
    Err(OAuthError::invalid_token(told))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::key_binding::Thumbprint;
    use crate::protocol::ErrorCode;

    const KEY: Thumbprint = Thumbprint::from_bytes([1; 32]);
    const CERTIFICATE: Thumbprint = Thumbprint::from_bytes([2; 32]);

    fn proven(dpop: bool, certificate: bool) -> ProvenKeys {
        ProvenKeys { dpop: dpop.then_some(KEY), certificate: certificate.then_some(CERTIFICATE) }
    }

    #[test]
    fn new_tokens_are_bound_to_what_is_proven_and_demanded() {
        let (by_key, by_certificate) = (Some(KeyBinding::Dpop(KEY)), Some(KeyBinding::Certificate(CERTIFICATE)));
        for (dpop, certificate, unbound, shown, expected) in [
            (false, false, Unbound::Allowed, (false, false), Ok(None)),
            (false, false, Unbound::Allowed, (false, true), Ok(None)),
            (false, false, Unbound::Allowed, (true, true), Ok(by_key)),
            (false, false, Unbound::Refused, (false, true), Ok(by_certificate)),
            (false, false, Unbound::Refused, (true, true), Ok(by_key)),
            (false, false, Unbound::Refused, (false, false), Ok(None)),
            (true, false, Unbound::Allowed, (false, false), Err(ErrorCode::InvalidDpopProof)),
            (true, false, Unbound::Refused, (false, true), Err(ErrorCode::InvalidDpopProof)),
            (true, false, Unbound::Refused, (true, false), Ok(by_key)),
            (false, true, Unbound::Allowed, (false, true), Ok(by_certificate)),
            (false, true, Unbound::Refused, (false, false), Err(ErrorCode::InvalidRequest)),
            (false, true, Unbound::Allowed, (true, true), Err(ErrorCode::InvalidRequest)),
            (true, true, Unbound::Allowed, (true, true), Ok(by_key)),
            (true, true, Unbound::Allowed, (false, true), Err(ErrorCode::InvalidDpopProof)),
        ] {
            let found = of_new_tokens(BoundAccessTokens { dpop, certificate }, unbound, &proven(shown.0, shown.1));
            assert_eq!(found.map_err(|error| error.code), expected, "{dpop} {certificate} {unbound:?} {shown:?}");
        }
    }

    #[test]
    fn a_token_is_good_as_what_it_is_and_as_nothing_else() {
        let (by_key, by_certificate) = (Some(KeyBinding::Dpop(KEY)), Some(KeyBinding::Certificate(CERTIFICATE)));
        for (binding, scheme, shown, good) in [
            (None, Scheme::Bearer, (false, false), true),
            (None, Scheme::Bearer, (true, true), true),
            (None, Scheme::Dpop, (true, true), false),
            (by_key, Scheme::Bearer, (true, true), false),
            (by_key, Scheme::Dpop, (false, true), false),
            (by_key, Scheme::Dpop, (true, false), true),
            (by_certificate, Scheme::Bearer, (false, false), false),
            (by_certificate, Scheme::Bearer, (false, true), true),
            (by_certificate, Scheme::Dpop, (true, true), false),
        ] {
            let found = of_presented_token(binding, scheme, &proven(shown.0, shown.1));
            assert_eq!(found.is_ok(), good, "{binding:?} {scheme:?} {shown:?}");
        }
        let other = ProvenKeys { dpop: Some(CERTIFICATE), certificate: Some(KEY) };
        assert!(of_presented_token(by_key, Scheme::Dpop, &other).is_err());
        assert!(of_presented_token(by_certificate, Scheme::Bearer, &other).is_err());
    }
}
