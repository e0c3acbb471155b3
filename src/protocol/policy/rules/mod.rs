//! The rules, by what they are about.

pub(super) mod answers;
pub(super) mod authentication;
pub(super) mod authorization_request;
pub(super) mod pkce;
pub(super) mod request_object;
pub(super) mod response_types;
pub(super) mod strong_signatures;
pub(super) mod tokens;
