//! Backchannel authentication requests: OpenID Connect Client-Initiated Backchannel Authentication Core 1.0 §7.1, §7.2, §13,
//! and what FAPI-CIBA adds to it.
//!
//! [`signed_request`] reads a request that the client has signed; from there on it is [`request::read`] whichever way the
//! parameters came. Whom it is about is found out by `flows::backchannel`.

mod binding_message;
pub mod hint;
pub mod request;
pub mod signed_request;

use crate::domain::client::{BackChannelAuthentication, Client, GrantType};
use crate::domain::policies::{Policies, Rule};
use crate::protocol::OAuthError;
use crate::protocol::policy::Policy;

/// Whether `client` may ask people behind their backs, and how it is answered (§4).
///
/// # Errors
/// `unauthorized_client`.
pub fn registered(client: &Client) -> Result<&BackChannelAuthentication, OAuthError> {
    let refused = |why: &'static str| OAuthError::unauthorized_client(why);
    if client.authentication.is_public() {
        return Err(refused("a public client cannot be told from others, so it asks nobody through the back channel"));
    }
    if !client.grant_types.contains(&GrantType::Ciba) {
        return Err(refused("this client is not registered for the grant type urn:openid:params:grant-type:ciba"));
    }
    let registered = client.backchannel_authentication.as_ref();
    registered.ok_or_else(|| refused("this client has not registered a backchannel_token_delivery_mode"))
}

/// Whether the requests of `client` are always signed (§4, FAPI-CIBA §5.2.2): it registered what it signs them with, or that
/// all its requests are signed, or its policy demands it.
pub fn must_sign(client: &Client, registered: &BackChannelAuthentication, policies: &Policies) -> bool {
    let demanded = || Policy::of(policies, client).demands(Rule::SignedBackchannelRequest);
    registered.algorithm.is_some() || client.request_objects.required || demanded()
}
