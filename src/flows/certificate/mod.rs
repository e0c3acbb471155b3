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

pub mod connection;
mod judge;
mod refusal;
pub mod remote;
pub mod revocation;
pub mod signature;
mod succeed;
pub mod web_eid;

use serde::{Deserialize, Serialize};

use crate::domain::assurance::AuthenticationMethod;
use crate::domain::credential::CredentialKind;
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
    let ways = &app.settings.certificate_sign_in;
    let any = ways.public_url.is_some() || ways.web_eid || ways.signature || ways.remote.is_some();
    any && !app.trust.is_empty()
}

/// The ways that are open to this sign-in, the best first.
pub fn ways(app: &App, sign_in: &SignIn) -> Vec<Way> {
    let settings = &app.settings.certificate_sign_in;
    let open = |way: &Way| match way {
        Way::Connection => settings.public_url.is_some(),
        Way::WebEid => settings.web_eid,
        Way::Signature => settings.signature,
        Way::Remote => match (&settings.remote, &sign_in.purpose) {
            (Some(remote), Purpose::Client(request)) => remote.clients.contains(&request.client_id),
            // Whoever is asked on a telephone would open their own account to whoever asks.
            (Some(_), Purpose::Account { .. }) | (None, _) => false,
        },
    };
    if app.trust.is_empty() { Vec::new() } else { Way::ALL.into_iter().filter(open).collect() }
}

/// Whether a certificate is what may come next in this sign-in, in this way.
pub async fn is_next(app: &App, sign_in: &SignIn, way: Way) -> Result<bool, FlowError> {
    Ok(ways(app, sign_in).contains(&way) && comes_next(app, sign_in).await?)
}

/// Whether a certificate is what may come next, in whatever way.
pub async fn comes_next(app: &App, sign_in: &SignIn) -> Result<bool, FlowError> {
    match &sign_in.state {
        // It says by itself whose it is.
        State::Requested | State::Identified { .. } => Ok(is_offered(app)),
        State::Authenticated(_) => step_up::is_offered(app, sign_in, AuthenticationMethod::Certificate).await,
        State::Offered | State::Consented(_) => Ok(false),
    }
}

/// Whether a credential can be shown at all, if it is a certificate: it is in date, and whoever issued it is still trusted. Of one that
/// cannot, nobody is asked for it, and it is not the strongest that its owner has.
pub fn may_serve(app: &App, stored: &StoredCredential) -> bool {
    if stored.credential.kind != CredentialKind::Certificate {
        return true;
    }
    let Ok(kept) = serde_json::from_slice::<BoundCertificate>(stored.material.expose()) else { return false };
    let authorities = &app.settings.certificates.authorities;
    is_offered(app)
        && app.clock.now() <= Timestamp::from_seconds(kept.not_after)
        && authorities.iter().any(|authority| authority.name == kept.authority)
}

/// What somebody is asked to sign, and until when.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Asked {
    pub text: String,
    pub expires_at: Timestamp,
}
