//! What is wrong with a registration, by the member that it concerns: RFC 7591 §3.2.2.

use std::borrow::Cow;

use crate::protocol::{OAuthError, registration};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fault {
    member: Cow<'static, str>,
    /// What is wrong and what is allowed.
    sentence: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

/// More are not read by anyone.
const TOLD: usize = 8;

impl Faults {
    pub fn add(&mut self, member: impl Into<Cow<'static, str>>, sentence: impl Into<String>) {
        self.0.push(Fault { member: member.into(), sentence: sentence.into() });
    }

    /// What other rules found.
    pub fn extend(&mut self, found: impl IntoIterator<Item = registration::Fault>) {
        self.0.extend(found.into_iter().map(|fault| Fault { member: fault.member.into(), sentence: fault.sentence }));
    }

    /// # Errors
    /// Itself, where there are any.
    pub fn none(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }

    pub(super) fn concerns(&self, member: &str) -> bool {
        self.0.iter().any(|fault| fault.member == member)
    }
}

impl From<Faults> for OAuthError {
    /// `invalid_redirect_uri` where a redirect URI is at fault, otherwise `invalid_client_metadata`.
    fn from(faults: Faults) -> Self {
        let sentences: Vec<String> =
            faults.0.iter().take(TOLD).map(|fault| format!("{}: {}", fault.member, fault.sentence)).collect();
        let sentences = sentences.join("; ");
        match faults.concerns("redirect_uris") {
            true => Self::invalid_redirect_uri(sentences),
            false => Self::invalid_client_metadata(sentences),
        }
    }
}
