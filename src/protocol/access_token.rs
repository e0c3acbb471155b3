//! Access tokens as JWTs: RFC 9068.

use serde::{Deserialize, Serialize};

use crate::crypto::jws::Typ;
use crate::crypto::keyring::KeyRing;
use crate::domain::grant::Authentication;
use crate::domain::ids::{ClientId, GrantId};
use crate::domain::scope::ScopeSet;
use crate::domain::time::Timestamp;
use crate::protocol::OAuthError;

/// RFC 9068 §2.2, and the grant that it stands on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccessTokenClaims {
    pub iss: String,
    pub sub: String,
    pub aud: String,
    pub client_id: ClientId,
    pub exp: i64,
    pub iat: i64,
    pub jti: String,
    pub scope: String,
    pub auth_time: i64,
    pub acr: String,
    pub amr: Vec<String>,
    /// A private claim: the grant whose end is the token's end. It says nothing to anyone else.
    pub grant: GrantId,
}

/// What an access token is issued for.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub issuer: &'a str,
    pub client: &'a ClientId,
    pub subject: &'a str,
    pub scope: &'a ScopeSet,
    pub grant: GrantId,
    pub authentication: &'a Authentication,
    pub acr: &'a str,
}

impl AccessTokenClaims {
    /// The claims of a token for our own userinfo endpoint, so that the issuer is its audience.
    pub fn new(subject: Subject<'_>, jti: String, issued_at: Timestamp, expires_at: Timestamp) -> Self {
        Self {
            iss: subject.issuer.to_owned(),
            sub: subject.subject.to_owned(),
            aud: subject.issuer.to_owned(),
            client_id: subject.client.clone(),
            exp: expires_at.seconds(),
            iat: issued_at.seconds(),
            jti,
            scope: subject.scope.to_string(),
            auth_time: subject.authentication.auth_time.seconds(),
            acr: subject.acr.to_owned(),
            amr: subject.authentication.methods.iter().map(|method| method.amr().to_owned()).collect(),
            grant: subject.grant,
        }
    }

    pub const fn expires_at(&self) -> Timestamp {
        Timestamp::from_seconds(self.exp)
    }
}

/// Proves an access token that is presented to an endpoint of ours.
///
/// # Errors
/// `invalid_token`, with what is wrong only where that helps its honest bearer: that it has expired.
pub fn verify(token: &str, issuer: &str, keys: &KeyRing, now: Timestamp) -> Result<AccessTokenClaims, OAuthError> {
    let claims: AccessTokenClaims = keys
        .verify(Typ::AccessToken, token, now)
        .map_err(|_| OAuthError::invalid_token("not an access token of this issuer"))?;
    if claims.iss != issuer || claims.aud != issuer {
        return Err(OAuthError::invalid_token("the access token is for another audience"));
    }
    if claims.expires_at() <= now {
        return Err(OAuthError::invalid_token("the access token has expired"));
    }
    Ok(claims)
}
