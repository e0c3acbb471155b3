//! RP-initiated logout: OpenID Connect RP-Initiated Logout 1.0.

use std::sync::Arc;

use crate::crypto::keyring::KeyRing;
use crate::domain::client::Client;
use crate::domain::ids::ClientId;
use crate::domain::time::Timestamp;
use crate::protocol::id_token::{self, Hint};
use crate::protocol::parameters::Parameters;
use crate::protocol::redirect::with_query;

/// What a client asks for when it sends someone to sign out.
#[derive(Clone, Debug, Default)]
pub struct LogoutRequest {
    pub hint: Option<Hint>,
    pub client: Option<ClientId>,
    pub post_logout_redirect_uri: Option<String>,
    pub state: Option<String>,
    pub ui_locales: Vec<String>,
}

/// Why a sign-out request is answered with a page and not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogoutFault {
    #[error("a parameter is given more than once")]
    Repeated,
    #[error("id_token_hint is not an ID token of this issuer")]
    HintInvalid,
    #[error("client_id differs from the client of id_token_hint, or is malformed")]
    ClientMismatch,
    #[error("post_logout_redirect_uri needs an id_token_hint or a client_id")]
    RedirectWithoutClient,
    #[error("no client is registered under this client_id, or it has been disabled")]
    ClientUnknown,
    #[error("post_logout_redirect_uri is not one of those registered for this client")]
    RedirectUnregistered,
}

impl LogoutRequest {
    /// Reads and proves what can be proven without the client.
    ///
    /// # Errors
    /// [`LogoutFault`]: a hint that is not ours is not ignored.
    pub fn read(parameters: &Parameters, issuer: &str, keys: &KeyRing, now: Timestamp) -> Result<Self, LogoutFault> {
        let single = |name| parameters.single(name).map_err(|_| LogoutFault::Repeated);
        let hint = match single("id_token_hint")? {
            Some(token) => Some(id_token::verify_hint(token, issuer, keys, now).ok_or(LogoutFault::HintInvalid)?),
            None => None,
        };
        let named: Option<ClientId> =
            single("client_id")?.map(str::parse).transpose().map_err(|_| LogoutFault::ClientMismatch)?;
        let client = match (&hint, named) {
            (Some(hint), Some(named)) if hint.client != named => return Err(LogoutFault::ClientMismatch),
            (Some(hint), _) => Some(hint.client.clone()),
            (None, named) => named,
        };
        let post_logout_redirect_uri = single("post_logout_redirect_uri")?.map(str::to_owned);
        if post_logout_redirect_uri.is_some() && client.is_none() {
            return Err(LogoutFault::RedirectWithoutClient);
        }
        Ok(Self {
            hint,
            client,
            post_logout_redirect_uri,
            state: single("state")?.map(str::to_owned),
            ui_locales: single("ui_locales")?.unwrap_or_default().split(' ').take(8).map(str::to_owned).collect(),
        })
    }

    /// Where the person goes afterwards, with the state, if the client asked for it and registered it. Nobody is sent to
    /// a client that has been disabled; that they want to sign out is true all the same.
    ///
    /// # Errors
    /// [`LogoutFault`] where the client is unknown or has not registered the URI, character by character.
    pub fn return_uri(&self, client: Option<&Arc<Client>>) -> Result<Option<String>, LogoutFault> {
        if self.client.is_some() && client.is_none() {
            return Err(LogoutFault::ClientUnknown);
        }
        let client = client.filter(|client| client.is_active());
        let (Some(uri), Some(client)) = (&self.post_logout_redirect_uri, client) else {
            return Ok(None);
        };
        if !client.post_logout_redirect_uris.contains(uri) {
            return Err(LogoutFault::RedirectUnregistered);
        }
        Ok(Some(match &self.state {
            None => uri.clone(),
            Some(state) => with_query(uri, [("state", state.as_str())]),
        }))
    }

    /// Whether the client has proven, by an ID token of this very session, that the person came from it: then they
    /// are signed out without being asked again (§2).
    pub fn is_about(&self, sid: Option<&str>) -> bool {
        match (self.hint.as_ref().and_then(|hint| hint.sid.as_deref()), sid) {
            (Some(hinted), Some(own)) => hinted == own,
            _ => false,
        }
    }
}

/// What is framed of a client, so that its cookies go: always with `iss` and `sid`, whether it needs them or not
/// (Front-Channel Logout 1.0 §2).
pub fn front_channel_uri(uri: &str, issuer: &str, sid: &str) -> String {
    with_query(uri, [("iss", issuer), ("sid", sid)])
}
