//! Form tokens: a form is bound to the browser it was shown in, and to the one step it is for.

use crate::crypto::base64url;
use crate::crypto::hash::{HmacKey, constant_time_eq};
use crate::domain::ids::SignInId;
use crate::domain::secret::SecretString;
use crate::http::error::{Failure, Fault};
use crate::protocol::parameters::Parameters;

use super::Visit;

/// What a form does: its token is good for nothing else.
#[derive(Clone, Copy, Debug)]
pub enum Guarded<'a> {
    /// One step of one sign-in, bound to the browser's cookie.
    SignIn { id: SignInId, step: &'static str },
    /// Something in the account, bound to the session's cookie.
    Account(&'a str),
}

impl Guarded<'_> {
    /// The token of the form; empty where the browser has no cookie yet, and then the form does not work.
    pub fn token(&self, visit: &Visit) -> String {
        self.secret(visit).map(|secret| self.derive(secret)).unwrap_or_default()
    }

    /// Holds a form that came back against its token.
    ///
    /// # Errors
    /// `StaleForm` where it is not the one that this browser was shown for this step.
    pub fn check(&self, visit: &Visit, form: &Parameters) -> Result<(), Failure> {
        let sent = form.single("csrf")?.unwrap_or_default();
        let expected = self.secret(visit).map(|secret| self.derive(secret));
        match expected.is_some_and(|expected| constant_time_eq(expected.as_bytes(), sent.as_bytes())) {
            true => Ok(()),
            false => Err(Fault::StaleForm.into()),
        }
    }

    fn secret<'v>(&self, visit: &'v Visit) -> Option<&'v SecretString> {
        match self {
            Self::SignIn { .. } => visit.browser.as_ref(),
            Self::Account(_) => visit.session.as_ref(),
        }
    }

    fn derive(&self, secret: &SecretString) -> String {
        let key = HmacKey::new(secret.expose().as_bytes());
        base64url::encode(&match self {
            Self::SignIn { id, step } => key.mac(&[b"sign-in\0", id.uuid().as_bytes(), step.as_bytes()]),
            Self::Account(what) => key.mac(&[b"account\0", what.as_bytes()]),
        })
    }
}
