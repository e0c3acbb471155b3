//! `[jwt_grant]`: whose assertions a program may bring for an access token of its own (RFC 7523 §2.1). Nobody's, unless an
//! operator says so: then the grant type does not exist.

use toml::Value;
use url::Url;

use super::reader::Reader;
use super::registration::StatementKeys;
use super::value::{Rejected, Setting};
use crate::domain::ids::ClientId;
use crate::domain::scope::ScopeSet;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JwtGrant {
    pub assertions: Vec<TrustedAssertion>,
}

/// An issuer that speaks for one program, and what its word is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedAssertion {
    pub issuer: String,
    pub keys: StatementKeys,
    /// What the issuer calls the program.
    pub subject: String,
    /// What we call it. It proves itself, besides.
    pub client: ClientId,
    /// The most that its tokens are good for, of what the client is registered for.
    pub scopes: ScopeSet,
}

impl JwtGrant {
    pub(super) fn read(from: &mut Reader) -> Self {
        let assertions: Vec<TrustedAssertion> = from.list("jwt_grant.assertions", Vec::new());
        let keys_of = |issuer: &str| assertions.iter().find(|own| own.issuer == issuer).map(|own| &own.keys);
        if let Some(other) = assertions.iter().find(|own| keys_of(&own.issuer) != Some(&own.keys)) {
            let problem = format!("{} has other keys in one place than in another", other.issuer);
            from.refuse("jwt_grant.assertions", problem);
        }
        Self { assertions }
    }

    pub fn is_off(&self) -> bool {
        self.assertions.is_empty()
    }
}

const MEMBERS: [&str; 6] = ["issuer", "jwks_uri", "jwks_file", "subject", "client", "scopes"];

impl Setting for TrustedAssertion {
    const EXPECTED: &'static str =
        "a table of issuer, subject, client, scopes and either jwks_uri or jwks_file: [[jwt_grant.assertions]]";

    fn read(value: &Value) -> Option<Self> {
        Self::parse(value).ok()
    }

    fn parse(value: &Value) -> Result<Self, Rejected> {
        let rejected = || Rejected(Self::EXPECTED.to_owned());
        let table = value.as_table().ok_or_else(rejected)?;
        if table.keys().any(|key| !MEMBERS.contains(&key.as_str())) {
            return Err(rejected());
        }
        let text = |name: &str| table.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let scopes = table.get("scopes").and_then(Value::as_array).ok_or_else(rejected)?;
        let scopes: Option<ScopeSet> = scopes.iter().map(|scope| scope.as_str()?.parse().ok()).collect();
        let keys = match (text("jwks_uri"), text("jwks_file")) {
            (Some(uri), None) => StatementKeys::Published(Url::parse(uri).map_err(|_| rejected())?),
            (None, Some(path)) => {
                let unreadable = |error| Rejected(format!("a file that can be read: {path}: {error}"));
                StatementKeys::File { path: path.into(), jwks: std::fs::read_to_string(path).map_err(unreadable)? }
            }
            _ => return Err(rejected()),
        };
        Ok(Self {
            issuer: text("issuer").ok_or_else(rejected)?.to_owned(),
            keys,
            subject: text("subject").ok_or_else(rejected)?.to_owned(),
            client: text("client").and_then(|client| client.parse().ok()).ok_or_else(rejected)?,
            scopes: scopes.filter(|scopes| !scopes.is_empty()).ok_or_else(rejected)?,
        })
    }

    fn show(&self) -> Value {
        let (name, keys) = match &self.keys {
            StatementKeys::File { path, .. } => ("jwks_file", path.display().to_string()),
            StatementKeys::Published(uri) => ("jwks_uri", uri.to_string()),
        };
        let scopes = self.scopes.iter().map(|scope| Value::String(scope.to_string())).collect();
        let members = [
            ("issuer", Value::String(self.issuer.clone())),
            (name, Value::String(keys)),
            ("subject", Value::String(self.subject.clone())),
            ("client", Value::String(self.client.to_string())),
            ("scopes", Value::Array(scopes)),
        ];
        Value::Table(members.map(|(name, value)| (name.to_owned(), value)).into_iter().collect())
    }
}
