//! How a client that registers itself will prove itself, and its secret: made by the server, kept as its method needs it.

use crate::crypto::base64url;
use crate::crypto::hash::hash_secret;
use crate::domain::client::{ClientAuthentication, ClientAuthenticationMethod};
use crate::domain::ids::ClientId;
use crate::domain::secret::{SecretBytes, SecretHash, SecretString};
use crate::flows::client_secret::{self, Asked};
use crate::flows::{App, FlowError};
use crate::protocol::registration::certificate_subject;
use crate::protocol::registration::dynamic::{Faults, Metadata};

use super::RegistrationError;

/// The secret that a client has, as far as it can still be known.
pub(super) enum Own {
    None,
    Hash(SecretHash),
    Text(SecretString),
}

impl Own {
    pub(super) fn of(app: &App, id: &ClientId, authentication: &ClientAuthentication) -> Result<Self, FlowError> {
        Ok(match authentication {
            ClientAuthentication::ClientSecretBasic { secret } | ClientAuthentication::ClientSecretPost { secret } => {
                Self::Hash(*secret)
            }
            ClientAuthentication::ClientSecretJwt { secret, .. } => {
                Self::Text(client_secret::open(app.keys.sealing(), id, secret).map_err(FlowError::failed)?)
            }
            _ => Self::None,
        })
    }

    pub(super) fn is(&self, text: &str) -> bool {
        match self {
            Self::None => false,
            Self::Hash(own) => *own == hash_secret(text.as_bytes()),
            Self::Text(own) => *own == SecretString::new(text),
        }
    }
}

/// The method that was asked for, with the secret that the client has, or `fresh` where it has none that would do;
/// whichever is told by the second value.
pub(super) fn authentication(
    app: &App,
    id: &ClientId,
    metadata: &Metadata,
    own: &Own,
    fresh: SecretString,
) -> Result<(ClientAuthentication, Option<SecretString>), RegistrationError> {
    let method = metadata.token_endpoint_auth_method;
    let known = if let Own::Text(text) = own { Some(text) } else { None };
    let mut found = Vec::new();
    let members = metadata.tls_client_auth_subject.each_ref().map(Option::as_deref);
    let subject = certificate_subject(members, &mut found);
    let asked = Asked {
        method,
        signing_algorithm: metadata.token_endpoint_auth_signing_alg.as_deref(),
        certificate_subject: subject.as_ref(),
        secret: method.has_secret().then_some(known.unwrap_or(&fresh)),
    };
    let kept = asked.keep(id, app.keys.sealing(), &*app.random, &mut found).map_err(FlowError::failed)?;
    let mut faults = Faults::default();
    faults.extend(found);
    faults.none()?;
    Ok(match (kept, own) {
        (ClientAuthentication::ClientSecretBasic { .. }, Own::Hash(secret)) => {
            (ClientAuthentication::ClientSecretBasic { secret: *secret }, None)
        }
        (ClientAuthentication::ClientSecretPost { .. }, Own::Hash(secret)) => {
            (ClientAuthentication::ClientSecretPost { secret: *secret }, None)
        }
        (kept, _) => (kept, (method.has_secret() && known.is_none()).then_some(fresh)),
    })
}

/// A new client's secret.
pub(super) fn made(app: &App, method: ClientAuthenticationMethod) -> SecretString {
    client_secret::make(app.mode, &*app.random, method)
}

/// The secret that an update makes where it needs one.
pub(super) fn derived(bytes: &SecretBytes<64>) -> SecretString {
    let mut text = String::with_capacity(client_secret::PREFIX.len() + 86);
    text.push_str(client_secret::PREFIX);
    base64url::encode_into(bytes.expose(), &mut text);
    SecretString::new(text)
}
