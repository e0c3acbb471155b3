//! Signatures that are made elsewhere, by a person with a telephone: what a signing service is asked, and what it answers.

use std::fmt;
use std::pin::Pin;

use super::national_id::NationalId;
use super::time::Timestamp;

/// What a person is asked to sign.
#[derive(Clone, Debug)]
pub struct SigningRequest<'a> {
    pub person: &'a NationalId,
    /// The text, whose bytes are signed (CMS, detached).
    pub document: &'a str,
    /// For whom, as the telephone shows it.
    pub portal: &'a str,
    /// What both screens show.
    pub control_code: &'a str,
    pub expires_at: Timestamp,
}

/// What became of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// The person is being asked, under the service's own name for it.
    Asked(String),
    /// The service knows nobody with this number.
    UnknownPerson,
}

/// How far it is.
#[derive(Clone, PartialEq, Eq)]
pub enum Progress {
    Pending,
    /// A signature over the document: CMS, PEM or base64. Nobody has verified it.
    Signed(String),
    /// The person said no, or said nothing in time.
    NotSigned,
}

/// It did not answer, or not as agreed. Who did what is in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signing service does not answer")]
pub struct Unanswered;

pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Unanswered>> + Send + 'a>>;

/// A service that has people sign with their telephones. What it says is believed of nobody: the signature is verified here, as one
/// that was brought by hand.
pub trait RemoteSigning: fmt::Debug + Send + Sync {
    fn begin<'a>(&'a self, request: SigningRequest<'a>) -> Answer<'a, Begun>;

    fn progress<'a>(&'a self, id: &'a str) -> Answer<'a, Progress>;
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pending => "Pending",
            Self::Signed(_) => "Signed",
            Self::NotSigned => "NotSigned",
        })
    }
}
