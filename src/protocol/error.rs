//! Every error that a client may read, once: RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, RFC 7591 §3.2.2, OpenID Connect
//! Core §3.1.2.6, OpenID Connect Core Error Code unmet_authentication_requirements 1.0, RFC 9101 §7, RFC 8707 §2,
//! RFC 8628 §3.5, RFC 9449 §12.2, RFC 9396 §5.

use std::borrow::Cow;

macro_rules! error_codes {
    ($($(#[$doc:meta])* $name:ident, $constructor:ident = $text:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode { $($(#[$doc])* $name,)* }

        impl ErrorCode {
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }

        impl OAuthError {
            $($(#[$doc])* pub fn $constructor(description: impl Into<Cow<'static, str>>) -> Self {
                Self::new(ErrorCode::$name, description)
            })*
        }
    };
}

error_codes! {
    InvalidRequest, invalid_request = "invalid_request";
    InvalidClient, invalid_client = "invalid_client";
    InvalidGrant, invalid_grant = "invalid_grant";
    UnauthorizedClient, unauthorized_client = "unauthorized_client";
    UnsupportedGrantType, unsupported_grant_type = "unsupported_grant_type";
    UnsupportedResponseType, unsupported_response_type = "unsupported_response_type";
    InvalidScope, invalid_scope = "invalid_scope";
    InvalidTarget, invalid_target = "invalid_target";
    InvalidAuthorizationDetails, invalid_authorization_details = "invalid_authorization_details";
    AccessDenied, access_denied = "access_denied";
    ServerError, server_error = "server_error";
    TemporarilyUnavailable, temporarily_unavailable = "temporarily_unavailable";
    LoginRequired, login_required = "login_required";
    ConsentRequired, consent_required = "consent_required";
    InteractionRequired, interaction_required = "interaction_required";
    UnmetAuthenticationRequirements, unmet_authentication_requirements = "unmet_authentication_requirements";
    RequestNotSupported, request_not_supported = "request_not_supported";
    RequestUriNotSupported, request_uri_not_supported = "request_uri_not_supported";
    InvalidRequestObject, invalid_request_object = "invalid_request_object";
    InvalidRequestUri, invalid_request_uri = "invalid_request_uri";
    RegistrationNotSupported, registration_not_supported = "registration_not_supported";
    InvalidRedirectUri, invalid_redirect_uri = "invalid_redirect_uri";
    InvalidClientMetadata, invalid_client_metadata = "invalid_client_metadata";
    InvalidSoftwareStatement, invalid_software_statement = "invalid_software_statement";
    UnapprovedSoftwareStatement, unapproved_software_statement = "unapproved_software_statement";
    /// CIBA Core section 13.
    UnknownUserId, unknown_user_id = "unknown_user_id";
    InvalidBindingMessage, invalid_binding_message = "invalid_binding_message";
    /// CIBA Core section 11, RFC 8628 section 3.5.
    AuthorizationPending, authorization_pending = "authorization_pending";
    SlowDown, slow_down = "slow_down";
    ExpiredToken, expired_token = "expired_token";
    InvalidToken, invalid_token = "invalid_token";
    InsufficientScope, insufficient_scope = "insufficient_scope";
    InvalidDpopProof, invalid_dpop_proof = "invalid_dpop_proof";
    UseDpopNonce, use_dpop_nonce = "use_dpop_nonce";
}

/// An error as the wire carries it: a code from a standard and a sentence for the developer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {description}", code.as_str())]
pub struct OAuthError {
    pub code: ErrorCode,
    /// Only the characters that RFC 6749 §5.2 allows: printable ASCII without `"` and `\`.
    pub description: Cow<'static, str>,
}

impl OAuthError {
    /// The same error with more to say.
    pub(super) fn of(code: ErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(code, description)
    }

    fn new(code: ErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        let description = description.into();
        let allowed = |c: char| matches!(c, ' ' | '!' | '#'..='[' | ']'..='~');
        let description = match description.chars().all(allowed) {
            true => description,
            false => description.chars().map(|c| if allowed(c) { c } else { '?' }).collect::<String>().into(),
        };
        Self { code, description }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_cannot_carry_markup_quotes_or_line_breaks_out_of_its_header() {
        let error = OAuthError::invalid_request("scope \"a\\b\"\r\nSet-Cookie: x=1");
        assert_eq!(error.description, "scope ?a?b???Set-Cookie: x=1");
    }
}
