//! Access tokens as JWTs: RFC 9068.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::crypto::base64url;
use crate::crypto::jws::Typ;
use crate::crypto::keyring::KeyRing;
use crate::domain::authorization_details::AuthorizationDetails;
use crate::domain::grant::Grant;
use crate::domain::ids::{ClientId, GrantId};
use crate::domain::key_binding::{KeyBinding, Thumbprint};
use crate::domain::resource::ResourceId;
use crate::domain::scope::ScopeSet;
use crate::domain::time::Timestamp;
use crate::protocol::OAuthError;
use crate::protocol::audience::Audience;

/// RFC 9068 §2.2, RFC 7800 §3, RFC 9396 §9.1, and the grant that it stands on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccessTokenClaims {
    pub iss: String,
    pub sub: String,
    pub aud: Audience,
    pub client_id: ClientId,
    pub exp: i64,
    pub iat: i64,
    pub jti: String,
    pub scope: String,
    /// How and when the person proved who they are; absent where there is none.
    #[serde(flatten)]
    pub authentication: Option<AuthenticationClaims>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Confirmation>,
    /// A private claim: the grant whose end is the token's end. It says nothing to anyone else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantId>,
}

/// RFC 9068 §2.2.1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthenticationClaims {
    pub auth_time: i64,
    pub acr: String,
    pub amr: Vec<String>,
}

/// `cnf`: the key without which the token is good for nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confirmation {
    /// RFC 9449 §6.1.
    #[serde(rename = "jkt")]
    JwkThumbprint(String),
    /// RFC 8705 §3.1.
    #[serde(rename = "x5t#S256")]
    CertificateThumbprint(String),
}

impl From<KeyBinding> for Confirmation {
    fn from(binding: KeyBinding) -> Self {
        let text = |thumbprint: Thumbprint| base64url::encode(thumbprint.as_bytes());
        match binding {
            KeyBinding::Dpop(thumbprint) => Self::JwkThumbprint(text(thumbprint)),
            KeyBinding::Certificate(thumbprint) => Self::CertificateThumbprint(text(thumbprint)),
        }
    }
}

impl Confirmation {
    /// The binding that it states. `None` for a thumbprint that is none: nothing satisfies it.
    pub fn binding(&self) -> Option<KeyBinding> {
        match self {
            Self::JwkThumbprint(text) => {
                base64url::decode_array(text).map(Thumbprint::from_bytes).map(KeyBinding::Dpop)
            }
            Self::CertificateThumbprint(text) => {
                base64url::decode_array(text).map(Thumbprint::from_bytes).map(KeyBinding::Certificate)
            }
        }
    }
}

/// What an access token is issued for.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    pub issuer: &'a str,
    pub client: &'a ClientId,
    pub subject: &'a str,
    pub scope: &'a ScopeSet,
    /// This server itself where none is named.
    pub resources: &'a [ResourceId],
    pub authorization_details: &'a AuthorizationDetails,
    pub binding: Option<KeyBinding>,
    /// None where the client asks for itself.
    pub grant: Option<&'a Grant>,
}

impl AccessTokenClaims {
    pub fn new(about: About<'_>, jti: String, issued_at: Timestamp, expires_at: Timestamp) -> Self {
        let authentication = about.grant.map(|grant| AuthenticationClaims {
            auth_time: grant.authentication.auth_time.seconds(),
            acr: grant.acr.clone(),
            amr: grant.authentication.methods.iter().map(|method| method.amr().to_owned()).collect(),
        });
        // What was parsed before it was kept is parsed again; text that is none is nobody's right.
        let details = about.authorization_details.iter();
        let details = details.filter_map(|detail| serde_json::from_str(&detail.json).ok()).collect();
        Self {
            iss: about.issuer.to_owned(),
            sub: about.subject.to_owned(),
            aud: Audience::of(about.issuer, about.resources),
            client_id: about.client.clone(),
            exp: expires_at.seconds(),
            iat: issued_at.seconds(),
            jti,
            scope: about.scope.to_string(),
            authentication,
            authorization_details: details,
            cnf: about.binding.map(Confirmation::from),
            grant: about.grant.map(|grant| grant.id),
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
    if claims.iss != issuer || !claims.aud.names(issuer) {
        return Err(OAuthError::invalid_token("the access token is for another audience"));
    }
    if claims.expires_at() <= now {
        return Err(OAuthError::invalid_token("the access token has expired"));
    }
    Ok(claims)
}
