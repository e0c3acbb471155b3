//! Access tokens as JWTs: RFC 9068.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::crypto::base64url;
use crate::crypto::jws::Typ;
use crate::crypto::keyring::KeyRing;
use crate::domain::access_token::{AccessToken, Authenticated};
use crate::domain::authorization_details::{AuthorizationDetail, AuthorizationDetails};
use crate::domain::ids::{ClientId, GrantId};
use crate::domain::key_binding::{KeyBinding, Thumbprint};
use crate::domain::resource::ResourceId;
use crate::domain::time::Timestamp;
use crate::protocol::audience::Audience;
use crate::protocol::organisation_claim;

/// RFC 9068 §2.2, RFC 7800 §3, RFC 8693 §4.1, RFC 9396 §9.1, and the grant that it stands on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccessTokenClaims {
    iss: String,
    sub: String,
    aud: Audience,
    client_id: ClientId,
    exp: i64,
    iat: i64,
    jti: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    scope: String,
    /// With the next two, how and when the person proved who they are; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    acr: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    amr: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    authorization_details: Vec<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cnf: Option<Confirmation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    act: Option<Actor>,
    /// For whom the subject acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organisation: Option<Value>,
    /// A private claim: the grant whose end is the token's end. It says nothing to anyone else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    grant: Option<GrantId>,
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

/// `act`: RFC 8693 §4.1. Whoever acted before stands inside whoever acts now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    sub: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    act: Option<Box<Actor>>,
}

impl Actor {
    /// The claim that names `actors`, the present one first.
    pub fn nested(actors: &[String]) -> Option<Self> {
        actors.iter().rev().fold(None, |inner, sub| Some(Self { sub: sub.clone(), act: inner.map(Box::new) }))
    }

    fn unfold(self) -> Vec<String> {
        let (mut actors, mut next) = (Vec::new(), Some(Box::new(self)));
        while let Some(actor) = next {
            actors.push(actor.sub);
            next = actor.act;
        }
        actors
    }
}

impl AccessTokenClaims {
    pub fn new(token: &AccessToken, issuer: &str) -> Self {
        let authentication = token.authentication.as_ref();
        Self {
            iss: issuer.to_owned(),
            sub: token.subject.clone(),
            aud: Audience::of(&token.audience),
            client_id: token.client.clone(),
            exp: token.expires_at.seconds(),
            iat: token.issued_at.seconds(),
            jti: token.id.clone(),
            scope: token.scope.to_string(),
            auth_time: authentication.map(|authentication| authentication.auth_time.seconds()),
            acr: authentication.map(|authentication| authentication.acr.clone()),
            amr: authentication.map(|authentication| authentication.amr.clone()),
            authorization_details: token.authorization_details.values(),
            cnf: token.binding.map(Confirmation::from),
            act: Actor::nested(&token.actors),
            organisation: token.acting.as_ref().map(organisation_claim::of_token),
            grant: token.grant,
        }
    }

    /// What they say. `None` where that cannot be: a token of ours was never like this.
    fn read(self) -> Option<AccessToken> {
        let authentication = match (self.auth_time, self.acr, self.amr) {
            (Some(auth_time), Some(acr), Some(amr)) => {
                Some(Authenticated { auth_time: Timestamp::from_seconds(auth_time), acr, amr })
            }
            _ => None,
        };
        let detail = |value: Value| {
            let kind = value.get("type")?.as_str()?.to_owned();
            Some(AuthorizationDetail { kind, json: value.to_string() })
        };
        let details: Option<Vec<_>> = self.authorization_details.into_iter().map(detail).collect();
        let audience: Result<Vec<_>, _> = self.aud.into_names().into_iter().map(ResourceId::try_from).collect();
        let binding = match self.cnf {
            None => None,
            Some(confirmation) => Some(confirmation.binding()?),
        };
        let acting = match &self.organisation {
            None => None,
            Some(claim) => Some(organisation_claim::read(claim)?),
        };
        Some(AccessToken {
            id: self.jti,
            client: self.client_id,
            subject: self.sub,
            audience: audience.ok()?,
            scope: self.scope.parse().ok()?,
            authorization_details: AuthorizationDetails(details?),
            authentication,
            binding,
            grant: self.grant,
            acting,
            actors: self.act.map(Actor::unfold).unwrap_or_default(),
            issued_at: Timestamp::from_seconds(self.iat),
            expires_at: Timestamp::from_seconds(self.exp),
        })
    }
}

/// What a token that is presented says, if it is an access token of `issuer`: signed by a key that is still published at
/// `now`. Whether it is in force, and whom it is for, is the caller's to decide.
pub fn open(token: &str, issuer: &str, keys: &KeyRing, now: Timestamp) -> Option<AccessToken> {
    let claims: AccessTokenClaims = keys.verify(Typ::AccessToken, token, now).ok()?;
    if claims.iss != issuer {
        return None;
    }
    claims.read()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::access_token::ActingFor;
    use crate::domain::ids::{MandateId, OrganisationId};
    use crate::domain::mandate::Role;

    const ISSUER: &str = "https://id.example";

    fn token() -> impl Strategy<Value = AccessToken> {
        let binding = prop_oneof![
            Just(None),
            any::<[u8; 32]>().prop_map(|bytes| Some(KeyBinding::Dpop(Thumbprint::from_bytes(bytes)))),
            any::<[u8; 32]>().prop_map(|bytes| Some(KeyBinding::Certificate(Thumbprint::from_bytes(bytes)))),
        ];
        let authentication = proptest::option::of(("[a-z:]{1,20}", proptest::collection::vec("[a-z]{1,4}", 0..3)));
        let names = proptest::collection::vec("[a-z]{1,8}", 0..3);
        (binding, authentication, names.clone(), names, any::<bool>(), 1..4_000_000_000i64).prop_map(
            |(binding, authentication, scopes, actors, granted, now)| AccessToken {
                id: "jti".to_owned(),
                client: "portal".parse().unwrap(),
                subject: "someone".to_owned(),
                audience: std::iter::once(ResourceId::of_issuer(ISSUER))
                    .chain(scopes.iter().map(|name| format!("https://{name}.example/").parse().unwrap()))
                    .collect(),
                scope: scopes.join(" ").parse().unwrap(),
                authorization_details: AuthorizationDetails(
                    scopes
                        .iter()
                        .map(|kind| AuthorizationDetail { kind: kind.clone(), json: format!(r#"{{"type":"{kind}"}}"#) })
                        .collect(),
                ),
                authentication: authentication.map(|(acr, amr)| Authenticated {
                    auth_time: Timestamp::from_seconds(now - 1),
                    acr,
                    amr,
                }),
                binding,
                grant: granted.then(|| GrantId::from_uuid(uuid::Uuid::from_u128(7))),
                acting: granted.then(acting),
                actors,
                issued_at: Timestamp::from_seconds(now),
                expires_at: Timestamp::from_seconds(now + 300),
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_written_into_a_token_is_read_from_it(token in token()) {
            let json = serde_json::to_string(&AccessTokenClaims::new(&token, ISSUER)).unwrap();
            let claims: AccessTokenClaims = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(claims.read(), Some(token));
        }
    }

    fn acting() -> ActingFor {
        ActingFor {
            organisation: OrganisationId::from_uuid(uuid::Uuid::from_u128(8)),
            code: "vn-mst:0100109106".parse().unwrap(),
            role: Role::Delegate,
            mandate: MandateId::from_uuid(uuid::Uuid::from_u128(9)),
        }
    }

    #[test]
    fn a_token_that_acts_for_nobody_that_can_be_opens_nothing() {
        let mut claims = AccessTokenClaims::new(&AccessToken { acting: Some(acting()), ..unbound() }, ISSUER);
        assert_eq!(claims.clone().read().and_then(|token| token.acting), Some(acting()));
        claims.organisation = Some(serde_json::json!({ "code": "0100109106" }));
        assert_eq!(claims.read(), None);
    }

    #[test]
    fn whoever_acted_before_stands_inside_whoever_acts_now() {
        let actor = Actor::nested(&["now".to_owned(), "before".to_owned()]);
        let json = serde_json::json!({ "sub": "now", "act": { "sub": "before" } });
        assert_eq!(serde_json::to_value(actor).unwrap(), json);
        assert_eq!(Actor::nested(&[]), None);
    }

    #[test]
    fn a_thumbprint_that_is_none_opens_nothing() {
        let mut claims = AccessTokenClaims::new(&unbound(), ISSUER);
        assert!(claims.clone().read().is_some());
        claims.cnf = Some(Confirmation::JwkThumbprint("short".to_owned()));
        assert_eq!(claims.read(), None);
    }

    fn unbound() -> AccessToken {
        AccessToken {
            id: "jti".to_owned(),
            client: "portal".parse().unwrap(),
            subject: "someone".to_owned(),
            audience: vec![ResourceId::of_issuer(ISSUER)],
            scope: Default::default(),
            authorization_details: Default::default(),
            authentication: None,
            binding: None,
            grant: None,
            acting: None,
            actors: Vec::new(),
            issued_at: Timestamp::from_seconds(1),
            expires_at: Timestamp::from_seconds(2),
        }
    }
}
