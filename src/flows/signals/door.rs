//! Who comes to a stream: the client whose stream it is, with an access token of its own (RFC 6749 §4.4), and nobody else.

use std::sync::Arc;

use crate::domain::client::Client;
use crate::domain::resource::ResourceId;
use crate::domain::signals::Stream;
use crate::protocol::OAuthError;
use crate::protocol::policy::Moment;
use crate::protocol::presented_token::PresentedToken;
use crate::protocol::signals::{self, MANAGE, READ};

use super::super::access_token::{self, Live};
use super::super::client_request::Sender;
use super::super::{App, FlowError, sender};

/// Why nothing is told, or done.
#[derive(Debug, thiserror::Error)]
pub enum SignalsError {
    #[error(transparent)]
    Flow(#[from] FlowError),
    /// There is no such stream of this client's: the same for another's, so that nothing shows which there are.
    #[error("this client has no such stream")]
    NotFound,
    /// It has a stream, and there is one for each client.
    #[error("this client has a stream: read it, and change or replace it")]
    Exists,
    /// A verification event was asked for a moment ago.
    #[error("a verification event was asked for less than min_verification_interval ago")]
    TooSoon,
}

impl From<OAuthError> for SignalsError {
    fn from(error: OAuthError) -> Self {
        Self::Flow(error.into())
    }
}

impl From<crate::storage::Error> for SignalsError {
    fn from(error: crate::storage::Error) -> Self {
        Self::Flow(error.into())
    }
}

/// What somebody comes for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// To read, or to fetch what is there for them.
    Read,
    Manage,
}

impl Errand {
    /// The scopes that are good for it.
    const fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::Read => &[READ, MANAGE],
            Self::Manage => &[MANAGE],
        }
    }
}

/// The client that presents `token`.
///
/// # Errors
/// `invalid_token` where it is not good, or not presented by who holds it; `insufficient_scope` where it is a citizen's, or not for
/// this errand.
pub async fn admit(
    app: &App,
    token: &PresentedToken,
    sender: &Sender,
    errand: Errand,
) -> Result<Arc<Client>, FlowError> {
    let presented = access_token::open(app, token.token.expose()).await?.map_err(OAuthError::from)?;
    if !presented.token.is_for(&ResourceId::of_issuer(app.issuer())) {
        return Err(OAuthError::invalid_token("the access token is for another audience").into());
    }
    sender::hold(app, presented.token.binding, token, sender).await?;
    let ended = || OAuthError::invalid_token("the access token was revoked");
    let Live { client, grant } = access_token::live(app, &presented).await?.ok_or_else(ended)?;
    let moment = Moment::ResourceRequest { place: token.place, binding: presented.token.binding };
    app.policy(&client).hold(&moment)?;
    if grant.is_some() {
        return Err(OAuthError::insufficient_scope("a stream is its client's: a citizen's token opens none").into());
    }
    // What the client has lost since, it has lost here too.
    let held = presented.token.scope.intersection(&client.scopes);
    match errand.scopes().iter().any(|scope| held.contains(scope)) {
        true => Ok(client),
        false => {
            let told = format!("this takes the scope {}", errand.scopes().join(" or "));
            Err(OAuthError::insufficient_scope(told).into())
        }
    }
}

/// The stream that `client` names as its own.
pub(super) async fn own(app: &App, client: &Client, named: &str) -> Result<Stream, SignalsError> {
    let found = app.store.read().await?.signal_streams().of_client(&client.id).await?;
    found.filter(|stream| signals::is_named(stream, named)).ok_or(SignalsError::NotFound)
}
