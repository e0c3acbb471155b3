//! Sign-in with a digital-signature certificate: each way proves that its key is at hand, and one end follows for all.
//!
//! | what | file |
//! |---|---|
//! | the certificate of the browser's connection | [`connection`] |
//! | a token of the browser's extension | [`web_eid`] |
//! | a signature over a document | [`signature`] |
//! | a signature that is made elsewhere, with a telephone | [`remote`] |
//! | trusted, not revoked, and whose | [`judge`], [`revocation`] |
//! | the citizen signs in | [`succeed`] |
//! | or has it added to their account | [`add`] |

mod add;
pub mod connection;
mod judge;
mod level;
mod refusal;
pub mod remote;
pub mod revocation;
pub mod signature;
mod succeed;
pub mod web_eid;

use serde::{Deserialize, Serialize};

use crate::domain::assurance::AuthenticationMethod;
use crate::domain::ids::ClientId;
use crate::domain::sign_in::{Purpose, SignIn, State};
use crate::domain::time::Timestamp;
use crate::storage::StoredCredential;

use super::sign_in::step_up;
use super::{App, FlowError};

pub use crate::credentials::certificate::Refusal as OfCertificate;
pub use refusal::{Proof, Refusal};
use succeed::BoundCertificate;

/// How a certificate is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Connection,
    WebEid,
    Signature,
    Remote,
}

impl Way {
    pub const ALL: [Self; 4] = [Self::Connection, Self::WebEid, Self::Signature, Self::Remote];

    /// As events name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connection => "tls",
            Self::WebEid => "web_eid",
            Self::Signature => "cms",
            Self::Remote => "remote",
        }
    }

    /// Whether what is signed names the site that the browser sees. A document can be carried from one site to another, and so can
    /// a request on a telephone.
    pub const fn is_phishing_resistant(self) -> bool {
        matches!(self, Self::Connection | Self::WebEid)
    }
}

/// Whether anybody can sign in with a certificate here at all.
pub fn is_offered(app: &App) -> bool {
    app.settings.certificate_sign_in.is_offered() && !app.trust.is_empty()
}

/// The ways that are open in a sign-in for `client`, or for the person's own account, the best first.
pub fn ways(app: &App, client: Option<&ClientId>) -> Vec<Way> {
    let settings = &app.settings.certificate_sign_in;
    let open = |way: &Way| match way {
        Way::Connection => settings.public_url.is_some(),
        Way::WebEid => settings.web_eid,
        Way::Signature => settings.signature,
        Way::Remote => match (&settings.remote, client) {
            (Some(remote), Some(client)) => remote.clients.contains(client),
            // Whoever is asked on a telephone would open their own account to whoever asks.
            (Some(_), None) | (None, _) => false,
        },
    };
    if app.trust.is_empty() { Vec::new() } else { Way::ALL.into_iter().filter(open).collect() }
}

/// A bound certificate as it is worth in a sign-in for `client` now; `None` where it proves nothing: no way is open, it is over, or
/// its authority is not trusted any more.
pub fn weighed(app: &App, mut stored: StoredCredential, client: Option<&ClientId>) -> Option<StoredCredential> {
    let ways = ways(app, client);
    let kept = BoundCertificate::read(stored.material.expose())?;
    let is_trusted = app.trust.authorities().any(|authority| authority.name == kept.authority);
    if ways.is_empty() || !is_trusted || kept.not_after < app.clock.now().seconds() {
        return None;
    }
    stored.credential.traits.phishing_resistant = ways.into_iter().any(Way::is_phishing_resistant);
    Some(stored)
}

/// The ways that lead on in this sign-in: where what is missing is that nothing can be phished, none in which it could be.
pub async fn leading_on(app: &App, sign_in: &SignIn) -> Result<Vec<Way>, FlowError> {
    let mut ways = ways(app, sign_in.purpose.client());
    if let State::Authenticated(by) = &sign_in.state
        && let Some(asked) = step_up::missing(app, sign_in).await?.and_then(|missing| missing.requirement)
        && asked.phishing_resistant
        && !by.proofs.phishing_resistant(asked.authentication_level)
    {
        ways.retain(|way| way.is_phishing_resistant());
    }
    Ok(ways)
}

/// Whether a certificate is what may come next in this sign-in, in this way.
pub async fn is_next(app: &App, sign_in: &SignIn, way: Way) -> Result<bool, FlowError> {
    Ok(leading_on(app, sign_in).await?.contains(&way) && comes_next(app, sign_in).await?)
}

/// Whether a certificate is what may come next, in whatever way.
pub async fn comes_next(app: &App, sign_in: &SignIn) -> Result<bool, FlowError> {
    match &sign_in.state {
        // It says by itself whose it is.
        State::Requested | State::Identified { .. } => Ok(is_offered(app)),
        State::Authenticated(_) if matches!(sign_in.purpose, Purpose::NewCertificate { .. }) => Ok(is_offered(app)),
        State::Authenticated(_) => step_up::is_offered(app, sign_in, AuthenticationMethod::Certificate).await,
        State::Offered | State::Consented(_) => Ok(false),
    }
}

/// What somebody is asked to sign, and until when.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asked {
    pub text: String,
    pub expires_at: Timestamp,
}
