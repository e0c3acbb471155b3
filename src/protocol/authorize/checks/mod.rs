//! The rules that an authorization request is held against: a table, run from top to bottom.
//!
//! A rule reads its parameters from the [`Draft`] and writes what it found into the request. To add a rule: one
//! file, one line in [`CHECKS`].

mod acr_values;
mod authorization_details;
mod claims;
mod claims_locales;
mod code_challenge;
mod dpop_jkt;
mod id_token_hint;
mod login_hint;
mod max_age;
mod nonce;
mod organisation_hint;
mod policy;
mod prompt;
mod pushed;
mod registration;
mod repeated;
mod request_object;
mod resource;
mod response_mode;
pub(super) mod response_type;
mod scope;
mod state;
mod ui_locales;

use std::sync::Arc;

use crate::crypto::keyring::KeyRing;
use crate::domain::assurance::{AcrTable, Attainable};
use crate::domain::authorization::{AuthorizationRequest, ResponseType};
use crate::domain::client::Client;
use crate::domain::policies::Policies;
use crate::domain::resource::ResourceRegistry;
use crate::domain::time::Timestamp;
use crate::protocol::OAuthError;
use crate::protocol::authorization_details::Types;
use crate::protocol::parameters::Parameters;
use crate::protocol::policy::sensitive::Sensitive;
use crate::protocol::resource_indicators::Reach;

use super::{Channel, Object};

/// What the rules read of the request.
#[derive(Debug)]
pub struct Draft<'a> {
    pub client: &'a Arc<Client>,
    pub parameters: &'a Parameters,
    pub object: &'a Object,
}

/// What the rules know of the server.
#[derive(Debug)]
pub struct Context<'a> {
    pub channel: Channel,
    pub issuer: &'a str,
    pub keys: &'a KeyRing,
    pub registry: &'a ResourceRegistry,
    pub now: Timestamp,
    /// Which rules the client's policy holds.
    pub policies: &'a Policies,
    /// The values of `acr` that there are.
    pub acr: &'a AcrTable,
    /// What anybody could prove here.
    pub attainable: &'a Attainable,
    /// The types of authorization details, for a request that has some.
    pub details_types: &'a Types,
}

impl<'a> Context<'a> {
    /// What `client` may have tokens for.
    const fn reach(&self, client: &'a Client) -> Reach<'a> {
        Reach { issuer: self.issuer, registry: self.registry, client }
    }

    /// What is demanded of clients for what they ask for.
    const fn sensitive(&self) -> Sensitive<'a> {
        Sensitive { policies: self.policies, scopes: self.registry.sensitive() }
    }
}

type Check = fn(&Draft<'_>, &Context<'_>, &mut AuthorizationRequest) -> Result<(), OAuthError>;

/// Name and rule, in the order they are run. The state comes first, so that every refusal can carry it.
pub const CHECKS: &[(&str, Check)] = &[
    ("state", state::check),
    ("repeated parameters", repeated::check),
    ("pushed requests", pushed::check),
    ("request object", request_object::check),
    ("registration", registration::check),
    ("response_type", response_type::check),
    ("response_mode", response_mode::check),
    ("scope", scope::check),
    ("authorization_details", authorization_details::check),
    ("code_challenge", code_challenge::check),
    ("dpop_jkt", dpop_jkt::check),
    ("nonce", nonce::check),
    ("prompt", prompt::check),
    ("max_age", max_age::check),
    ("login_hint", login_hint::check),
    ("organisation_hint", organisation_hint::check),
    ("id_token_hint", id_token_hint::check),
    ("ui_locales", ui_locales::check),
    ("acr_values", acr_values::check),
    ("claims", claims::check),
    ("claims_locales", claims_locales::check),
    // After the scope and whatever else is asked for: it is held against those.
    ("resource", resource::check),
    ("policy", policy::check),
];

/// Rules about the way through a browser to the authorization endpoint and back, which a request has none of that a
/// client's program sends by itself. Every other rule holds for it, too.
const OF_THE_BROWSER: &[&str] = &["state", "response_type", "response_mode", "code_challenge", "prompt"];

/// Runs every rule of the table that holds for a request that no browser brings (RFC 8628 §3.1, CIBA Core §7.1), in its
/// order. `object` says what became of the client's signature, where its parameters came with one.
///
/// # Errors
/// The refusal of the first rule that does not hold.
pub fn judge_without_browser(
    client: &Arc<Client>,
    parameters: &Parameters,
    object: &Object,
    context: &Context<'_>,
) -> Result<AuthorizationRequest, OAuthError> {
    let mut request = AuthorizationRequest {
        // What is approved is fetched at the token endpoint, with or without a refresh token, as with a code.
        response_type: ResponseType::Code,
        response_mode: ResponseType::Code.default_mode(),
        ..super::request::unjudged(client, String::new())
    };
    let draft = Draft { client, parameters, object };
    for (_, check) in CHECKS.iter().filter(|(name, _)| !OF_THE_BROWSER.contains(name)) {
        check(&draft, context, &mut request)?;
    }
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_that_is_left_out_without_a_browser_is_one_of_the_table() {
        for name in OF_THE_BROWSER {
            assert!(CHECKS.iter().any(|(own, _)| own == name), "{name}");
        }
    }
}
