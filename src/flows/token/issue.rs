//! The answer of the token endpoint.

use serde_json::{Map, Value};

use crate::domain::client::Client;
use crate::domain::key_binding::KeyBinding;
use crate::domain::resource::ResourceId;
use crate::domain::secret::SecretString;
use crate::protocol::token::TokenResponse;
use crate::protocol::token::token_exchange::ACCESS_TOKEN;

use super::super::access_token::{self, AccessTokenContents};
use super::super::protection::Protection;
use super::super::sender::BoundSender;
use super::super::signed_tokens::{self, IdTokenContents};
use super::super::{App, FlowError, sandbox};
use super::{Basis, Redeemed};

/// Issues the access token for the resources `named`, or all that were granted, and, where `openid` was granted, the ID token beside it, with what it tells of the `person`.
pub(super) async fn issue(
    app: &App,
    client: &Client,
    sender: &BoundSender,
    redeemed: &Redeemed,
    named: &[ResourceId],
    protection: &Protection,
    person: Map<String, Value>,
) -> Result<TokenResponse, FlowError> {
    let grant = redeemed.basis.grant();
    let (actors, until) = match &redeemed.basis {
        Basis::Delegated(delegation) => (delegation.actors.as_slice(), Some(delegation.until)),
        Basis::Grant(_) | Basis::Client => (&[][..], None),
    };
    let binding = sender.binding.or_else(|| redeemed.basis.binding());
    let contents = AccessTokenContents {
        grant,
        scope: &redeemed.scope,
        resources: &redeemed.resources,
        authorization_details: &redeemed.authorization_details,
        binding,
        named,
        actors,
        until,
    };
    let access = access_token::issue(app, client, contents).await?;
    let id_token = match grant.filter(|_| redeemed.scope.contains("openid")) {
        None => None,
        Some(grant) => {
            let contents = IdTokenContents {
                nonce: redeemed.nonce.as_deref(),
                access_token: Some(&access.token),
                code: None,
                person,
            };
            Some(signed_tokens::id_token(app, client, protection, grant, contents).await?)
        }
    };
    Ok(TokenResponse {
        access_token: access.token.expose().to_owned(),
        issued_token_type: (!actors.is_empty()).then_some(ACCESS_TOKEN),
        token_type: binding.map_or("Bearer", KeyBinding::token_type),
        expires_in: access.lifetime.as_secs(),
        scope: access.scope.to_string(),
        refresh_token: redeemed.refresh_token.as_ref().map(SecretString::expose).map(str::to_owned),
        authorization_details: access.authorization_details.values(),
        id_token: id_token.as_ref().map(SecretString::expose).map(str::to_owned),
        sandbox: sandbox::marks(app, client).then_some(true),
    })
}
