//! The tokens themselves.

use serde_json::{Map, Value};

use crate::crypto::base64url;
use crate::crypto::jws::Typ;
use crate::domain::client::Client;
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::secret::SecretString;
use crate::protocol::access_token::{AccessTokenClaims, Subject};
use crate::protocol::id_token::{About, IdTokenClaims};
use crate::protocol::token::TokenResponse;

use super::super::protect::Protection;
use super::super::{App, FlowError};
use super::Redeemed;

/// Signs the access token and, where `openid` was granted, the ID token beside it, with what it tells of the `person`.
pub(super) fn issue(
    app: &App,
    client: &Client,
    redeemed: &Redeemed,
    protection: &Protection,
    person: Map<String, Value>,
) -> Result<TokenResponse, FlowError> {
    let now = app.clock.now();
    let lifetimes = &app.settings.lifetimes;
    let grant = &redeemed.grant;
    let authentication = &grant.authentication;
    let subject = app.keys.subject(client, authentication.citizen);
    let lifetime =
        client.policy.access_token_lifetime.map_or(lifetimes.access_token, |own| own.min(lifetimes.access_token));

    let access_token = AccessTokenClaims::new(
        Subject {
            issuer: app.issuer(),
            client: &client.id,
            subject: &subject,
            scope: &redeemed.scope,
            grant: grant.id,
            authentication,
            acr: &grant.acr,
        },
        base64url::encode(&app.random.bytes::<16>()),
        now,
        now + lifetime,
    );
    let access_token = app.keys.sign(SignatureAlgorithm::Es256, Typ::AccessToken, &access_token, now)?;

    let id_token = match redeemed.scope.contains("openid") {
        false => None,
        true => {
            let sid = app.keys.sid(client, authentication.session);
            let about = About { issuer: app.issuer(), client: &client.id, subject: &subject, sid: &sid };
            let claims = IdTokenClaims::new(about, authentication, now, now + lifetimes.id_token)
                .with_nonce(redeemed.nonce.as_deref())
                .with_acr(&grant.acr)
                .with_claims(person)
                .with_access_token(&access_token, protection.algorithm());
            Some(protection.token(app, Typ::IdToken, &claims, now)?)
        }
    };
    Ok(TokenResponse {
        access_token,
        token_type: "Bearer",
        expires_in: lifetime.as_secs(),
        scope: redeemed.scope.to_string(),
        refresh_token: redeemed.refresh_token.as_ref().map(SecretString::expose).map(str::to_owned),
        id_token,
    })
}
