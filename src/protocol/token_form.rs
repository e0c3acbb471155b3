//! What an access token looks like: as the client registered, or as those read it that it is for.

use crate::domain::client::Client;
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::resource::{AccessTokenFormat, ResourceId, ResourceRegistry, ResourceServer};
use crate::protocol::OAuthError;

#[derive(Clone, Copy, Debug)]
pub struct TokenForm<'r> {
    pub format: AccessTokenFormat,
    /// What a JWT is signed with.
    pub algorithm: SignatureAlgorithm,
    /// Who alone can read it, where it is encrypted.
    pub encrypted_to: Option<&'r ResourceServer>,
}

impl<'r> TokenForm<'r> {
    /// The form of a token of `client` for `audience`.
    ///
    /// # Errors
    /// `invalid_target` where those read different tokens: the client then asks for one of them at a time.
    pub fn of(client: &Client, audience: &[ResourceId], registry: &'r ResourceRegistry) -> Result<Self, OAuthError> {
        let servers: Vec<&ResourceServer> = audience.iter().filter_map(|id| registry.active(id)).collect();
        let of_servers =
            servers.iter().map(|server| server.token_format).find(|format| *format != AccessTokenFormat::Jwt);
        let format = client.policy.access_token_format.or(of_servers).unwrap_or_default();
        // This server reads whatever it signed.
        let algorithm = servers.first().map_or(SignatureAlgorithm::Es256, |server| server.algorithm);
        let encrypted_to = servers.iter().copied().find(|server| server.encryption.is_some());
        let form = Self { format, algorithm, encrypted_to };
        if format == AccessTokenFormat::Opaque {
            return Ok(Self { encrypted_to: None, ..form });
        }
        if let Some(server) = encrypted_to.filter(|_| audience.len() > 1) {
            let told = format!("tokens for {} are encrypted to it: name it as the one resource", server.id);
            return Err(OAuthError::invalid_target(told));
        }
        if let Some(other) = servers.iter().find(|server| server.algorithm != algorithm) {
            let told = format!("tokens for {} are signed with {}: name one resource", other.id, other.algorithm);
            return Err(OAuthError::invalid_target(told));
        }
        Ok(form)
    }
}
