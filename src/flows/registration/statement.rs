//! Software statements: somebody who is trusted vouches for the program that a client is an instance of (RFC 7591 §2.3).

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::config::{SoftwareStatement, StatementIssuer, StatementKeys};
use crate::crypto::jwk_set::JwkSet;
use crate::crypto::jws::{Payload, Typ, Unverified, claimed_issuer};
use crate::domain::client::{Client, ClientKeys};
use crate::domain::keys::SignatureAlgorithm;
use crate::flows::App;
use crate::protocol::OAuthError;
use crate::protocol::registration::dynamic::software_statement;

use super::RegistrationError;

/// A statement that was verified, or that there was none.
pub(super) struct Vouched(Option<Statement>);

struct Statement {
    issuer: String,
    text: String,
    /// The members that it claims.
    members: BTreeSet<String>,
}

impl Vouched {
    pub(super) fn members(&self) -> BTreeSet<String> {
        self.0.as_ref().map(|statement| statement.members.clone()).unwrap_or_default()
    }

    pub(super) fn note_in(self, client: &mut Client) {
        if let Some(statement) = self.0 {
            client.software.vouched_by = Some(statement.issuer);
            client.software.statement = Some(statement.text);
        }
    }
}

/// Verifies the statement among `members`, if there is one, and puts what it claims in the place of what stands there.
pub(super) async fn apply(app: &App, members: &mut Map<String, Value>) -> Result<Vouched, RegistrationError> {
    let settings = &app.settings.registration;
    let statement = match members.remove("software_statement") {
        Some(Value::String(statement)) => statement,
        None | Some(Value::Null) => match settings.software_statement {
            SoftwareStatement::Optional => return Ok(Vouched(None)),
            SoftwareStatement::Required => return Err(invalid("is missing, which is required here").into()),
        },
        Some(_) => return Err(invalid("expected a signed JWT as a string").into()),
    };
    let claimed =
        claimed_issuer(&statement).ok_or_else(|| invalid("is not a signed JWT that names its issuer (iss)"))?;
    let trusted = settings.software_statement_issuers.iter().find(|trusted| trusted.issuer == claimed);
    let trusted = trusted.ok_or_else(|| {
        OAuthError::unapproved_software_statement("software_statement: its issuer is not one that is believed here")
    })?;
    let payload = verify(app, trusted, &statement).await?;
    let metadata = software_statement::metadata(&payload, &trusted.issuer, app.issuer(), app.clock.now())?;
    let claimed: BTreeSet<String> = metadata.keys().map(|member| untranslated(member).to_owned()).collect();
    // A translation beside the statement would be another name than the one that was vouched for.
    members.retain(|member, _| !claimed.contains(untranslated(member)));
    members.extend(metadata);
    Ok(Vouched(Some(Statement { issuer: trusted.issuer.clone(), text: statement, members: claimed })))
}

/// `client_name` of `client_name#vi`.
fn untranslated(member: &str) -> &str {
    member.split_once('#').map_or(member, |(name, _)| name)
}

fn invalid(sentence: &'static str) -> OAuthError {
    OAuthError::invalid_software_statement(format!("software_statement: {sentence}"))
}

async fn verify(app: &App, trusted: &StatementIssuer, statement: &str) -> Result<Payload, OAuthError> {
    let away = || invalid("the keys of its issuer cannot be had now");
    let source = match &trusted.keys {
        StatementKeys::File { jwks, .. } => ClientKeys::Given(jwks.clone()),
        StatementKeys::Published(uri) => ClientKeys::Published(uri.to_string()),
    };
    let found = app.client_keys.find(app, &source, |keys| verified(keys, statement)).await.map_err(|_| away())?;
    found?.ok_or_else(|| invalid("its signature is not that of its issuer"))
}

/// The payload, if one of the keys has signed it.
fn verified(keys: &JwkSet, statement: &str) -> Result<Option<Payload>, OAuthError> {
    let unverified = Unverified::parse(statement);
    let unverified = unverified.map_err(|_| invalid("is not a JWT that is signed with an asymmetric algorithm"))?;
    let candidates = keys.verifying(unverified.algorithm(), unverified.kid());
    let tried = candidates
        .iter()
        .find_map(|key| unverified.clone().verify(Typ::SoftwareStatement, &SignatureAlgorithm::ALL, key).ok());
    Ok(tried)
}
