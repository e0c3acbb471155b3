//! `senid resource update`.

use std::path::PathBuf;

use serde_json::Value;

use super::create::descriptions;
use crate::cli::client::{localised, read_json};
use crate::cli::failure::Failure;
use crate::domain::client::ClientKeys;
use crate::domain::encryption::{ContentEncryption, KeyManagementAlgorithm};
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::resource::{AccessTokenFormat, ResourceId};
use crate::flows::admin::AdminError;
use crate::flows::admin::resource_servers::{ResourceChange, encryption};

/// Changes what is registered of a resource server. What is not named stays as it is.
///
/// Servers follow within a second; tokens that were issued stay as they are until they expire.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    pub id: ResourceId,
    /// What citizens know it as, in the place of its name in every language.
    #[arg(long, value_name = "[LANGUAGE=]TEXT")]
    name: Vec<String>,
    #[arg(long, value_name = "SCOPE")]
    add_scope: Vec<String>,
    /// Tokens that have it keep it until they expire; at the next refresh it is gone.
    #[arg(long, value_name = "SCOPE")]
    remove_scope: Vec<String>,
    /// What citizens read who are asked for a scope, in the place of what they read now in every language.
    #[arg(long, value_name = "SCOPE [LANGUAGE=]TEXT")]
    description: Vec<String>,
    /// Only clients under the policy for sensitive data may have it from now on.
    #[arg(long, value_name = "SCOPE")]
    sensitive: Vec<String>,
    #[arg(long, value_name = "SCOPE")]
    not_sensitive: Vec<String>,
    /// A type of authorization_details that it understands, in the place of those it has. May be repeated.
    #[arg(long, value_name = "TYPE")]
    authorization_details_type: Vec<String>,
    #[arg(long, conflicts_with = "authorization_details_type")]
    no_authorization_details_type: bool,
    /// jwt or opaque.
    #[arg(long, value_name = "FORMAT")]
    token_format: Option<AccessTokenFormat>,
    /// What its JWT access tokens are signed with, and what it is told by introspection.
    #[arg(long, value_name = "ALG")]
    signing_alg: Option<SignatureAlgorithm>,
    /// What they are encrypted with, to a key of its own.
    #[arg(long, value_name = "ALG")]
    encryption_alg: Option<KeyManagementAlgorithm>,
    #[arg(long, value_name = "ENC", requires = "encryption_alg")]
    encryption_enc: Option<ContentEncryption>,
    #[arg(long, conflicts_with = "encryption_alg")]
    no_encryption: bool,
    /// A JSON Web Key Set with its public keys, in the place of those it has.
    #[arg(long, value_name = "FILE.json", conflicts_with = "jwks_uri")]
    jwks_file: Option<PathBuf>,
    /// Where it publishes its public keys, in the place of those it has.
    #[arg(long, value_name = "URI")]
    jwks_uri: Option<String>,
    /// A client as which it asks at the introspection endpoint.
    #[arg(long, value_name = "CLIENT")]
    add_introspected_by: Vec<String>,
    #[arg(long, value_name = "CLIENT")]
    remove_introspected_by: Vec<String>,
}

impl Arguments {
    pub fn read(&self) -> Result<ResourceChange, Failure> {
        let types = &self.authorization_details_type;
        let jwks: Option<Value> = self.jwks_file.as_ref().map(|path| read_json("--jwks-file", path)).transpose()?;
        let given = jwks.map(|jwks| ClientKeys::Given(jwks.to_string()));
        let marked =
            |scopes: &[String], sensitive| scopes.iter().map(move |scope| (scope.clone(), sensitive)).collect();
        let marks: [Vec<_>; 2] = [marked(&self.sensitive, true), marked(&self.not_sensitive, false)];
        let mut faults = Vec::new();
        let encrypted = encryption(self.encryption_alg, self.encryption_enc, &mut faults);
        if !faults.is_empty() {
            return Err(AdminError::Invalid(faults).into());
        }
        Ok(ResourceChange {
            name: (!self.name.is_empty()).then(|| localised(self.name.clone())),
            scopes_added: self.add_scope.clone(),
            scopes_removed: self.remove_scope.clone(),
            descriptions: descriptions(&self.description)?,
            sensitive: marks.concat(),
            authorization_details_types: (!types.is_empty() || self.no_authorization_details_type)
                .then(|| types.iter().cloned().collect()),
            token_format: self.token_format,
            algorithm: self.signing_alg,
            encryption: encrypted.map(Some).or_else(|| self.no_encryption.then_some(None)),
            keys: given.or_else(|| self.jwks_uri.clone().map(ClientKeys::Published)),
            introspectors_added: self.add_introspected_by.clone(),
            introspectors_removed: self.remove_introspected_by.clone(),
        })
    }
}
