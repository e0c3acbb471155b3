//! Every code is bound to whoever asked for it: RFC 9700 §2.1.1, FAPI 2.0 Security Profile §5.3.2.2.

use super::super::{Moment, Row};
use crate::domain::client::{Client, GrantType, PkcePolicy};
use crate::domain::policies::Rule;
use crate::protocol::OAuthError;
use crate::protocol::authorize::Channel;
use crate::protocol::registration::Fault;

pub const PKCE: Row = Row {
    rule: Rule::Pkce,
    demands: "every code is asked for with a `code_challenge` of method S256 (RFC 7636), by confidential clients as well",
    registration,
    moment,
};

fn registration(client: &Client, faults: &mut Vec<Fault>) {
    // Of a public client it is demanded anyway, and said so.
    let is_left_out = client.policy.pkce == PkcePolicy::Optional && !client.authentication.is_public();
    if is_left_out && client.grant_types.contains(&GrantType::AuthorizationCode) {
        faults.push(Fault::new("pkce", "expected required"));
    }
}

fn moment(_: &Client, moment: &Moment<'_>) -> Result<(), OAuthError> {
    match moment {
        // What no browser brings is answered with no code through one.
        Moment::AuthorizationRequest { channel: Channel::Direct, .. } => Ok(()),
        Moment::AuthorizationRequest { request, .. }
            if request.response_type.issues_code() && request.code_challenge.is_none() =>
        {
            Err(OAuthError::invalid_request("code_challenge is missing; its method is S256"))
        }
        _ => Ok(()),
    }
}
