//! Why a command was not done: the sentences for standard error, and the exit code.

use std::io;
use std::process::ExitCode;

use super::exit::Exit;
use crate::config::Faults;
use crate::flows::admin::{AdminError, Fault};

#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    sentences: Vec<String>,
}

impl Failure {
    pub fn new(exit: Exit, sentence: impl Into<String>) -> Self {
        Self { exit, sentences: vec![sentence.into()] }
    }

    /// More to say before the reason.
    #[must_use]
    pub fn after(mut self, sentence: impl Into<String>) -> Self {
        self.sentences.insert(0, sentence.into());
        self
    }

    pub(super) fn report(&self) -> ExitCode {
        for sentence in &self.sentences {
            // Nothing can be done for a standard error that is closed.
            let _ = io::Write::write_fmt(&mut io::stderr(), format_args!("senid: {sentence}\n"));
        }
        self.exit.into()
    }
}

impl From<AdminError> for Failure {
    fn from(error: AdminError) -> Self {
        match error {
            AdminError::Invalid(faults) => Self { exit: Exit::Usage, sentences: faults.iter().map(sentence).collect() },
            AdminError::Away(_) => Self::new(Exit::Away, error.to_string()),
            AdminError::Waits(ref approval) => {
                Self::new(Exit::Partly, format!("{error}: senid approvals approve {}", approval.id))
            }
            AdminError::NotFound(_)
            | AdminError::Conflict(_)
            | AdminError::Unfit(_)
            | AdminError::Changed
            | AdminError::Denied(_) => Self::new(Exit::Failed, error.to_string()),
            AdminError::Failed(cause) => Self::new(Exit::Failed, with_causes(&*cause)),
        }
    }
}

impl From<Faults> for Failure {
    fn from(faults: Faults) -> Self {
        Self::new(Exit::Settings, faults.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // Whoever read it has read enough.
            io::ErrorKind::BrokenPipe => Self { exit: Exit::Failed, sentences: Vec::new() },
            _ => Self::new(Exit::Failed, error.to_string()),
        }
    }
}

/// An error and what caused it, each once.
fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = error.source();
    }
    text
}

/// A fault under the name of the option that it was said with.
fn sentence(fault: &Fault) -> String {
    let option = match fault.field {
        "client_id" | "resource" => "ID".to_owned(),
        "citizen" => "CITIZEN".to_owned(),
        "header" => "header".to_owned(),
        "client_secret" => "--secret-stdin".to_owned(),
        "password" => "--password-stdin".to_owned(),
        "client_name" => "--name".to_owned(),
        "client_uri" => "--home-uri".to_owned(),
        "redirect_uris" => "--redirect-uri".to_owned(),
        "contacts" => "--contact".to_owned(),
        "post_logout_redirect_uris" => "--post-logout-redirect-uri".to_owned(),
        "response_types" => "--response-type".to_owned(),
        "grant_types" => "--grant-type".to_owned(),
        "resources" => "--resource".to_owned(),
        "authorization_details_types" => "--authorization-details-type".to_owned(),
        "token_endpoint_auth_method" => "--auth".to_owned(),
        "sector_identifier" => "--sector".to_owned(),
        "id_token_signed_response_alg" => "--id-token-alg".to_owned(),
        "token_endpoint_auth_signing_alg" => "--auth-signing-alg".to_owned(),
        "jwks" => "--jwks-file".to_owned(),
        "least_authentication_level" => "--least-level".to_owned(),
        "type" => "NAME".to_owned(),
        "phone_number" => "--phone".to_owned(),
        "phone_number_verified" => "--phone-verified".to_owned(),
        field => format!("--{}", field.replace('_', "-")),
    };
    format!("{option}: {}", fault.sentence)
}
