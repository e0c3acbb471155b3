//! `[registration]`: whether clients may register themselves (RFC 7591), and what those may be.

use std::collections::BTreeSet;
use std::path::PathBuf;

use toml::Value;
use url::Url;

use super::policies;
use super::reader::Reader;
use super::throttling::Rate;
use super::value::{Rejected, Setting, words};
use crate::domain::authorization::ResponseType;
use crate::domain::claims;
use crate::domain::client::{GrantType, PkcePolicy, PolicyName, SubjectType};
use crate::domain::policies::{Policies, Rule};
use crate::domain::scope::{Scope, ScopeSet};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    pub mode: RegistrationMode,
    /// The most that a client may register for; what it has where it names none. Never the national identifier.
    pub scopes: ScopeSet,
    pub response_types: BTreeSet<ResponseType>,
    /// The first is what a client has that names none.
    pub subject_types: Vec<SubjectType>,
    pub pkce: PkcePolicy,
    /// What those are held against; where nothing is said, the baseline, unless these settings depart from it.
    pub policy: Option<PolicyName>,
    /// What they may come by tokens with; `implicit` follows from the response types.
    pub grant_types: BTreeSet<GrantType>,
    /// The name of the exception under which access tokens may be handed out through the browser.
    pub front_channel_access_tokens: Option<String>,
    /// Registrations from one address and with one initial access token, and updates of one client.
    pub throttle: Rate,
    pub software_statement: SoftwareStatement,
    /// Whose software statements are believed (RFC 7591 §2.3).
    pub software_statement_issuers: Vec<StatementIssuer>,
}

/// Who may register clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistrationMode {
    Off,
    /// Whoever has an initial access token.
    Token,
    /// Anyone.
    Open,
}

words!(RegistrationMode, "\"off\", \"token\" or \"open\"", Off = "off", Token = "token", Open = "open");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SoftwareStatement {
    Optional,
    Required,
}

words!(SoftwareStatement, "\"optional\" or \"required\"", Optional = "optional", Required = "required");

/// Someone who vouches for programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementIssuer {
    pub issuer: String,
    pub keys: StatementKeys,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatementKeys {
    /// A JWK set in a file, read at start.
    File {
        path: PathBuf,
        jwks: String,
    },
    Published(Url),
}

impl Default for Registration {
    fn default() -> Self {
        Self {
            mode: RegistrationMode::Off,
            scopes: claims::known_scopes()
                .into_iter()
                .filter(|scope| !claims::is_approved_singly(scope))
                .filter_map(|scope| scope.parse::<Scope>().ok())
                .collect(),
            response_types: BTreeSet::from([ResponseType::Code]),
            subject_types: vec![SubjectType::Pairwise],
            pkce: PkcePolicy::Required,
            policy: None,
            grant_types: BTreeSet::from([GrantType::AuthorizationCode, GrantType::RefreshToken]),
            front_channel_access_tokens: None,
            throttle: Rate { most: 20, window: std::time::Duration::from_secs(3600) },
            software_statement: SoftwareStatement::Optional,
            software_statement_issuers: Vec::new(),
        }
    }
}

impl Registration {
    pub(super) fn read(from: &mut Reader, policies: &Policies) -> Self {
        let default = Self::default();
        let registration = Self {
            mode: from.value("registration.mode", default.mode),
            scopes: from.list("registration.scopes", default.scopes.iter().cloned().collect()).into_iter().collect(),
            response_types: from
                .list("registration.response_types", default.response_types.into_iter().collect())
                .into_iter()
                .collect(),
            subject_types: from.list("registration.subject_types", default.subject_types),
            pkce: from.value("registration.pkce", default.pkce),
            policy: from.optional("registration.policy"),
            grant_types: from
                .list("registration.grant_types", default.grant_types.into_iter().collect())
                .into_iter()
                .collect(),
            front_channel_access_tokens: from.optional("registration.front_channel_access_tokens"),
            throttle: from.value("registration.throttle", default.throttle),
            software_statement: from.value("registration.software_statement", default.software_statement),
            software_statement_issuers: from
                .list("registration.software_statement_issuers", default.software_statement_issuers),
        };
        registration.hold_together(from);
        registration.hold_policy(from, policies);
        registration
    }

    /// What may be registered here must be able to keep to the policy.
    fn hold_policy(&self, from: &mut Reader, policies: &Policies) {
        const KEY: &str = "registration.policy";
        let Some(policy) = &self.policy else { return };
        let Some(rules) = policies.rules(policy) else {
            if !from.has_fault_below(&format!("policies.{policy}")) {
                let problem = policies::unknown("policy", policy.as_str(), policies.names());
                from.refuse(KEY, problem);
            }
            return;
        };
        let token = self.response_types.iter().any(|response_type| response_type.issues_access_token());
        for (rule, departs, setting) in [
            (Rule::Pkce, self.pkce == PkcePolicy::Optional, "registration.pkce"),
            (Rule::NoFrontChannelAccessTokens, token, "registration.response_types"),
        ] {
            if departs && rules.contains(&rule) {
                from.refuse(KEY, format!("{policy} demands {rule}, which {setting} departs from"));
            }
        }
    }

    fn hold_together(&self, from: &mut Reader) {
        if !self.scopes.contains("openid") {
            from.refuse("registration.scopes", "expected openid among them");
        }
        for (key, is_empty) in [
            ("registration.response_types", self.response_types.is_empty()),
            ("registration.subject_types", self.subject_types.is_empty()),
        ] {
            if is_empty {
                from.refuse(key, "expected at least one");
            }
        }
        let token = self.response_types.iter().find(|response_type| response_type.issues_access_token());
        if let (Some(response_type), None) = (token, &self.front_channel_access_tokens) {
            let problem = format!(
                "{} hands access tokens out through the browser, which RFC 9700 advises against: expected the name of \
                 the exception in registration.front_channel_access_tokens",
                response_type.as_str()
            );
            from.refuse("registration.response_types", problem);
        }
        if self.software_statement == SoftwareStatement::Required && self.software_statement_issuers.is_empty() {
            let problem = "expected someone in registration.software_statement_issuers whose statements are believed";
            from.refuse("registration.software_statement", problem);
        }
    }
}

impl Setting for Scope {
    const EXPECTED: &'static str =
        "a scope that there is, and never national_id or organisation, which the authority approves itself";
    fn read(value: &Value) -> Option<Self> {
        let text = value.as_str()?;
        (claims::is_known_scope(text) && !claims::is_approved_singly(text)).then(|| text.parse().ok())?
    }
    fn show(&self) -> Value {
        Value::String(self.to_string())
    }
}

impl Setting for ResponseType {
    const EXPECTED: &'static str =
        "code, id_token, id_token token, code id_token, code token, code id_token token or none";
    fn read(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok()
    }
    fn show(&self) -> Value {
        Value::String(self.as_str().to_owned())
    }
}

impl Setting for SubjectType {
    const EXPECTED: &'static str = "\"pairwise\" or \"public\"";
    fn read(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok()
    }
    fn show(&self) -> Value {
        Value::String(self.as_str().to_owned())
    }
}

impl Setting for GrantType {
    const EXPECTED: &'static str = "a grant type, such as \"client_credentials\"; never \"implicit\", which follows from the \
                                    response types";
    fn read(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok().filter(|grant| *grant != Self::Implicit)
    }
    fn show(&self) -> Value {
        Value::String(self.as_str().to_owned())
    }
}

impl Setting for PkcePolicy {
    const EXPECTED: &'static str = "\"required\" or \"optional\"";
    fn read(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok()
    }
    fn show(&self) -> Value {
        Value::String(self.as_str().to_owned())
    }
}

impl Setting for StatementIssuer {
    const EXPECTED: &'static str =
        "a table of issuer and either jwks_uri or jwks_file: [[registration.software_statement_issuers]]";

    fn read(value: &Value) -> Option<Self> {
        Self::parse(value).ok()
    }

    fn parse(value: &Value) -> Result<Self, Rejected> {
        let rejected = || Rejected(Self::EXPECTED.to_owned());
        let table = value.as_table().ok_or_else(rejected)?;
        if table.keys().any(|key| !matches!(key.as_str(), "issuer" | "jwks_uri" | "jwks_file")) {
            return Err(rejected());
        }
        let text = |name: &str| table.get(name).and_then(Value::as_str);
        let issuer = text("issuer").filter(|issuer| !issuer.is_empty()).ok_or_else(rejected)?.to_owned();
        let keys = match (text("jwks_uri"), text("jwks_file")) {
            (Some(uri), None) => StatementKeys::Published(Url::parse(uri).map_err(|_| rejected())?),
            (None, Some(path)) => {
                let unreadable = |error| Rejected(format!("a file that can be read: {path}: {error}"));
                StatementKeys::File { path: path.into(), jwks: std::fs::read_to_string(path).map_err(unreadable)? }
            }
            _ => return Err(rejected()),
        };
        Ok(Self { issuer, keys })
    }

    fn show(&self) -> Value {
        let (name, keys) = match &self.keys {
            StatementKeys::File { path, .. } => ("jwks_file", path.display().to_string()),
            StatementKeys::Published(uri) => ("jwks_uri", uri.to_string()),
        };
        let members =
            [("issuer".to_owned(), Value::String(self.issuer.clone())), (name.to_owned(), Value::String(keys))];
        Value::Table(members.into_iter().collect())
    }
}
