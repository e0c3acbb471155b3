//! Software statements: somebody who is trusted vouches for the program that a client is an instance of (RFC 7591 §2.3).

use serde_json::{Map, Value};

use crate::config::SoftwareStatement;
use crate::domain::client::Client;
use crate::flows::App;
use crate::protocol::OAuthError;
use crate::protocol::registration::dynamic::Links;

use super::RegistrationError;

/// A statement that was verified, or that there was none.
pub(super) struct Vouched(Option<(String, String)>);

impl Vouched {
    /// Whoever vouches has looked at the pages that people are shown a way to.
    pub(super) fn links(&self) -> Links {
        if self.0.is_some() { Links::VouchedFor } else { Links::OfRedirectHosts }
    }

    pub(super) fn note_in(self, client: &mut Client) {
        if let Some((issuer, statement)) = self.0 {
            client.software.vouched_by = Some(issuer);
            client.software.statement = Some(statement);
        }
    }
}

/// Verifies the statement among `members`, if there is one, and puts what it claims in the place of what stands there.
pub(super) async fn apply(app: &App, members: &mut Map<String, Value>) -> Result<Vouched, RegistrationError> {
    let settings = &app.settings.registration;
    match members.remove("software_statement") {
        None | Some(Value::Null) => match settings.software_statement {
            SoftwareStatement::Optional => Ok(Vouched(None)),
            SoftwareStatement::Required => {
                Err(OAuthError::invalid_software_statement("software_statement is missing, which is required here")
                    .into())
            }
        },
        Some(_) => {
            Err(OAuthError::unapproved_software_statement("nobody's software statements are believed here").into())
        }
    }
}
