//! `client_secret_post` and public clients: RFC 6749 §2.3.1, §3.2.1.

use crate::domain::secret::SecretString;
use crate::protocol::OAuthError;
use crate::protocol::parameters::Parameters;

use super::Presented;

/// What the form says of the client, if anything.
pub(super) fn read(form: &Parameters) -> Result<Option<Presented>, OAuthError> {
    let secret = form.single("client_secret")?;
    let Some(client) = form.single("client_id")? else {
        return match secret {
            Some(_) => Err(OAuthError::invalid_request("client_secret without client_id")),
            None => Ok(None),
        };
    };
    let client = client.parse().map_err(|_| super::refusal())?;
    Ok(Some(match secret {
        Some(secret) => Presented::Post { client, secret: SecretString::new(secret) },
        None => Presented::Nothing { client },
    }))
}
