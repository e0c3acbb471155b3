//! `senid resource create`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::cli::client::{localised, read_json};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::domain::client::Localised;
use crate::domain::encryption::{ContentEncryption, KeyManagementAlgorithm};
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::resource::{AccessTokenFormat, ScopeTerms};
use crate::flows::admin::resource_servers::ResourceRequest;

/// Registers a resource server: a program that access tokens are for.
///
/// Texts that citizens read are given once for all languages (--name TEXT) or once a language (--name vi=TEXT
/// --name en=TEXT).
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Its resource indicator (RFC 8707): an absolute URI, which tokens for it name as their audience.
    #[arg(required_unless_present = "from")]
    id: Option<String>,
    /// A JSON file that says all of it; instead of the options.
    #[arg(long, value_name = "FILE.json", conflicts_with_all = ["id", "resource_request"])]
    from: Option<PathBuf>,
    #[command(flatten)]
    request: Request,
}

#[derive(Clone, Debug, clap::Args)]
#[group(id = "resource_request", multiple = true)]
struct Request {
    /// What citizens know it as.
    #[arg(long, value_name = "[LANGUAGE=]TEXT")]
    name: Vec<String>,
    /// What tokens for it can be good for. May be repeated; no scope belongs to two resource servers.
    #[arg(long)]
    scope: Vec<String>,
    /// What citizens read who are asked for a scope, such as "health.read vi=Xem sổ tiêm chủng". May be repeated.
    #[arg(long, value_name = "SCOPE [LANGUAGE=]TEXT")]
    description: Vec<String>,
    /// A scope that only clients under the policy for sensitive data may have. May be repeated.
    #[arg(long, value_name = "SCOPE")]
    sensitive: Vec<String>,
    /// A type of authorization_details that it understands (RFC 9396). May be repeated.
    #[arg(long, value_name = "TYPE")]
    authorization_details_type: Vec<String>,
    /// jwt, or opaque for tokens that say nothing: it then asks at the introspection endpoint.
    #[arg(long, value_name = "FORMAT")]
    token_format: Option<AccessTokenFormat>,
    /// What its JWT access tokens are signed with, and what it is told by introspection: ES256 where none is named.
    #[arg(long, value_name = "ALG")]
    signing_alg: Option<SignatureAlgorithm>,
    /// What they are encrypted with, to a key of its own: RSA-OAEP-256, ECDH-ES or ECDH-ES+A256KW.
    #[arg(long, value_name = "ALG")]
    encryption_alg: Option<KeyManagementAlgorithm>,
    /// A128CBC-HS256 where none is named.
    #[arg(long, value_name = "ENC")]
    encryption_enc: Option<ContentEncryption>,
    /// A JSON Web Key Set with its public keys.
    #[arg(long, value_name = "FILE.json", conflicts_with = "jwks_uri")]
    jwks_file: Option<PathBuf>,
    /// Where it publishes its public keys.
    #[arg(long, value_name = "URI")]
    jwks_uri: Option<String>,
    /// A client as which it asks at the introspection endpoint. May be repeated.
    #[arg(long, value_name = "CLIENT")]
    introspected_by: Vec<String>,
}

impl Arguments {
    pub fn read(&self) -> Result<ResourceRequest, Failure> {
        match &self.from {
            Some(path) => read_json("--from", path),
            None => self.request.clone().into_request(self.id.clone().unwrap_or_default()),
        }
    }
}

impl Request {
    fn into_request(self, resource: String) -> Result<ResourceRequest, Failure> {
        let scopes = self.scope.iter().flat_map(|text| text.split_ascii_whitespace());
        let mut scopes: BTreeMap<String, ScopeTerms> =
            scopes.map(|scope| (scope.to_owned(), ScopeTerms::default())).collect();
        let mut terms_of = |option: &str, scope: &str, change: &dyn Fn(&mut ScopeTerms)| match scopes.get_mut(scope) {
            Some(terms) => {
                change(terms);
                Ok(())
            }
            None => Err(Failure::new(Exit::Usage, format!("{option}: {scope} is none of the scopes (--scope)"))),
        };
        for (scope, description) in descriptions(&self.description)? {
            terms_of("--description", &scope, &|terms| terms.description = description.clone())?;
        }
        for scope in &self.sensitive {
            terms_of("--sensitive", scope, &|terms| terms.sensitive = true)?;
        }
        Ok(ResourceRequest {
            resource,
            name: localised(self.name),
            scopes,
            authorization_details_types: self.authorization_details_type.into_iter().collect(),
            token_format: self.token_format,
            signing_alg: self.signing_alg,
            encryption_alg: self.encryption_alg,
            encryption_enc: self.encryption_enc,
            jwks: self.jwks_file.map(|path| read_json("--jwks-file", &path)).transpose()?,
            jwks_uri: self.jwks_uri,
            introspected_by: self.introspected_by.into_iter().collect::<BTreeSet<_>>(),
        })
    }
}

/// `health.read vi=Xem sổ tiêm chủng`, by scope.
pub(super) fn descriptions(texts: &[String]) -> Result<BTreeMap<String, Localised>, Failure> {
    let mut by_scope: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for text in texts {
        let Some((scope, description)) = text.split_once(' ') else {
            let expected = format!("--description: expected a scope, a space and what it means, not {text:?}");
            return Err(Failure::new(Exit::Usage, expected));
        };
        by_scope.entry(scope.to_owned()).or_default().push(description.trim().to_owned());
    }
    Ok(by_scope.into_iter().map(|(scope, texts)| (scope, localised(texts))).collect())
}
