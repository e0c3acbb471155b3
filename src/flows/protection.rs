//! How what a client is told is protected: signed, encrypted to a key of its own, or both (Core §2, §5.3.2 and §10).

use std::convert::Infallible;
use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::crypto::jwe::{self, Content, Recipient};
use crate::crypto::jwk_set::JwkSet;
use crate::crypto::jws::Typ;
use crate::domain::client::{Client, ClientKeys};
use crate::domain::encryption::Encryption;
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::resource::ResourceServer;
use crate::domain::sandbox::Mode;
use crate::domain::time::Timestamp;
use crate::protocol::OAuthError;
use crate::protocol::token_form::TokenForm;

use super::{App, FlowError, sandbox};

/// What a client registered for its tokens, and the key that they are encrypted to. Finding that key may take a fetch, so
/// it is done before anything is spent.
#[derive(Clone, Debug)]
pub struct Protection {
    algorithm: SignatureAlgorithm,
    encryption: Option<Sealing>,
}

/// An encryption that a client registered, with the key for it.
#[derive(Clone, Debug)]
struct Sealing {
    with: Encryption,
    recipient: Recipient,
}

impl Protection {
    /// How `client` wants its ID tokens and logout tokens.
    ///
    /// # Errors
    /// `invalid_request` where they are to be encrypted and its key is not to be had: nothing is sent unencrypted instead. `Away`
    /// where the key that signs them is in a hardware module that is.
    pub async fn of_id_tokens(app: &App, client: &Client) -> Result<Self, FlowError> {
        app.keys.can_sign(client.policy.id_token_algorithm, app.clock.now())?;
        let registered = client.policy.id_token_encryption;
        let encryption = sealing(app, &client.keys, registered, "id_token_encrypted_response_alg").await?;
        Ok(Self { algorithm: client.policy.id_token_algorithm, encryption })
    }

    /// How `caller` is told of a token (RFC 9701 §6): as it registered, or as the resource server did that it asks as.
    ///
    /// # Errors
    /// As [`Protection::of_id_tokens`].
    pub async fn of_introspection(
        app: &App,
        caller: &Client,
        reader: Option<&ResourceServer>,
    ) -> Result<Self, FlowError> {
        const MEMBER: &str = "introspection_encrypted_response_alg";
        let registered = caller.policy.introspection_response;
        let encryption = match (registered.encryption, reader) {
            (None, Some(server)) => sealing(app, &server.keys, server.encryption, MEMBER).await?,
            (own, _) => sealing(app, &caller.keys, own, MEMBER).await?,
        };
        let algorithm = registered.algorithm.or(reader.map(|server| server.algorithm));
        Ok(Self { algorithm: algorithm.unwrap_or(SignatureAlgorithm::Es256), encryption })
    }

    /// How `client` wants the answers of the authorization endpoint where they are tokens (JARM §3).
    ///
    /// # Errors
    /// As [`of_id_tokens`](Self::of_id_tokens).
    pub async fn of_authorization_responses(app: &App, client: &Client) -> Result<Self, FlowError> {
        let wanted = client.policy.authorization_response;
        let encryption = sealing(app, &client.keys, wanted.encryption, "authorization_encrypted_response_alg").await?;
        Ok(Self { algorithm: wanted.algorithm.unwrap_or(client.policy.id_token_algorithm), encryption })
    }

    /// How access tokens of this form are written.
    ///
    /// # Errors
    /// As [`Protection::of_id_tokens`].
    pub async fn of_access_tokens(app: &App, form: &TokenForm<'_>) -> Result<Self, FlowError> {
        let encryption = match form.encrypted_to {
            None => None,
            Some(server) => {
                let member = format!("the encryption of tokens for {}", server.id);
                sealing(app, &server.keys, server.encryption, &member).await?
            }
        };
        Ok(Self { algorithm: form.algorithm, encryption })
    }

    /// What signs, for the hashes that depend on it (Core §3.1.3.6).
    pub const fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// The token: signed, and encrypted after that where the client registered so. Whatever a sandbox signs is marked here.
    pub async fn token(
        &self,
        app: &App,
        typ: Typ,
        claims: &(impl Serialize + Sync),
        now: Timestamp,
    ) -> Result<String, FlowError> {
        let signed = match app.mode {
            Mode::Official => app.keys.sign(self.algorithm, typ, claims, now).await?,
            Mode::Sandbox => app.keys.sign(self.algorithm, typ, &sandbox::marked(claims)?, now).await?,
        };
        self.sealed(app, signed)
    }

    /// A token that is signed already, encrypted where the client registered so.
    pub(super) fn sealed(&self, app: &App, signed: String) -> Result<String, FlowError> {
        match &self.encryption {
            Some(sealing) => sealing.seal(app, Content::Token(&signed)),
            None => Ok(signed),
        }
    }
}

impl Sealing {
    fn seal(&self, app: &App, content: Content<'_>) -> Result<String, FlowError> {
        jwe::encrypt(content, &self.recipient, self.with, &*app.random).map_err(|_| {
            // It was read as one, but is not on its curve.
            OAuthError::invalid_request(format!("the client's key for {} cannot be encrypted to", self.with.alg)).into()
        })
    }
}

/// A userinfo answer, as the client registered it.
#[derive(Clone, PartialEq)]
pub enum UserinfoAnswer {
    /// `application/json`.
    Claims(Map<String, Value>),
    /// `application/jwt`.
    Token(String),
}

impl fmt::Debug for UserinfoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Personal data.
        f.write_str(match self {
            Self::Claims(_) => "UserinfoAnswer::Claims",
            Self::Token(_) => "UserinfoAnswer::Token",
        })
    }
}

/// The userinfo answer that says `claims` to `client`.
///
/// # Errors
/// As [`Protection::of_id_tokens`].
pub async fn userinfo(
    app: &App,
    client: &Client,
    mut claims: Map<String, Value>,
    now: Timestamp,
) -> Result<UserinfoAnswer, FlowError> {
    let registered = client.policy.userinfo_encryption;
    let encryption = sealing(app, &client.keys, registered, "userinfo_encrypted_response_alg").await?;
    let Some(algorithm) = client.policy.userinfo_algorithm else {
        return match encryption {
            None => Ok(UserinfoAnswer::Claims(claims)),
            Some(sealing) => {
                let claims = serde_json::to_vec(&claims).map_err(FlowError::failed)?;
                Ok(UserinfoAnswer::Token(sealing.seal(app, Content::Claims(&claims))?))
            }
        };
    };
    claims.insert("iss".to_owned(), app.issuer().into());
    claims.insert("aud".to_owned(), client.id.as_str().into());
    let protection = Protection { algorithm, encryption };
    Ok(UserinfoAnswer::Token(protection.token(app, Typ::Userinfo, &claims, now).await?))
}

/// `member`: what says that it is to be encrypted.
async fn sealing(
    app: &App,
    keys: &ClientKeys,
    registered: Option<Encryption>,
    member: &str,
) -> Result<Option<Sealing>, FlowError> {
    let Some(with) = registered else { return Ok(None) };
    let missing = |why: String| {
        let what = format!("{member} is {}, and there is no key for it", with.alg);
        FlowError::from(OAuthError::invalid_request(format!("{what}: {why}")))
    };
    let look = |keys: &JwkSet| Ok::<_, Infallible>(Recipient::find(keys.keys(), with.alg));
    let found = app.client_keys.find(app, keys, look).await.map_err(|why| missing(why.to_string()))?;
    match found {
        Ok(Some(recipient)) => Ok(Some(Sealing { with, recipient })),
        Ok(None) => Err(missing("the keys hold none that it works with".to_owned())),
    }
}
