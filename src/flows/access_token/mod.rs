//! Access tokens: how they are issued, and what one that is presented says, and whether it still holds.

mod issue;

use std::sync::Arc;

use crate::crypto::hash::hash_secret;
use crate::crypto::jwe;
use crate::crypto::token::{Token, TokenKind};
use crate::domain::access_token::AccessToken;
use crate::domain::client::Client;
use crate::domain::ids::ClientId;
use crate::domain::secret::SecretHash;
use crate::protocol::{OAuthError, access_token};
use crate::storage::LiveGrant;

use super::{App, FlowError, organisation, short_lived};

pub(super) use issue::{AccessTokenContents, foresee, issue, lifetime};

/// A genuine access token that has not expired. Whether it was revoked is [`live`]'s to find out.
#[derive(Clone, Debug)]
pub(super) struct Presented {
    pub token: AccessToken,
    form: Form,
}

/// Where what it says was read.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// In itself: signed.
    SelfContained,
    /// In the short-lived store, where its hash leads to.
    Kept(SecretHash),
}

/// Why a text is no good access token. Only its honest bearer is helped by the difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotGood {
    Unknown,
    Expired,
}

impl From<NotGood> for OAuthError {
    fn from(why: NotGood) -> Self {
        Self::invalid_token(match why {
            NotGood::Unknown => "not an access token of this issuer",
            NotGood::Expired => "the access token has expired",
        })
    }
}

/// Whom a token holds for.
#[derive(Debug)]
pub(super) struct Live {
    /// Whom it was issued to.
    pub client: Arc<Client>,
    /// What it stands on, with its citizen; none where the client asked for itself.
    pub grant: Option<Box<LiveGrant>>,
}

/// What `text` says, if it is an access token of ours in any form.
pub(super) async fn open(app: &App, text: &str) -> Result<Result<Presented, NotGood>, FlowError> {
    let now = app.clock.now();
    let presented = match kept_under(text) {
        Some(hash) => {
            let kept = app.sessions.get(&short_lived::access_token(&hash)).await?;
            kept.map(|token| Presented { token, form: Form::Kept(hash) })
        }
        None => access_token::open(text, app.issuer(), &app.keys.ring(), now)
            .map(|token| Presented { token, form: Form::SelfContained }),
    };
    Ok(match presented {
        None => Err(NotGood::Unknown),
        Some(presented) if presented.token.expires_at <= now => Err(NotGood::Expired),
        Some(presented) => Ok(presented),
    })
}

/// For whom `presented` holds now: `None` once it was revoked, its grant has ended, the citizen is not there any more or the
/// client may do nothing.
pub(super) async fn live(app: &App, presented: &Presented) -> Result<Option<Live>, FlowError> {
    let token = &presented.token;
    let Some(client) = app.clients.find(app, &token.client).await?.filter(|client| client.is_active()) else {
        return Ok(None);
    };
    let Some(grant) = token.grant else {
        return Ok((!is_marked(app, presented).await?).then_some(Live { client, grant: None }));
    };
    let found = app.store.read().await?.grants().find_live(grant).await?;
    let whole = |found: &LiveGrant| found.citizen.status.is_active() && client.serves(found.citizen.id);
    let Some(found) = found.filter(whole) else {
        return Ok(None);
    };
    // The portal that the citizen dealt with, and in whose name: a mandate is lost for everyone that it was passed on to.
    if let Some(acting) = found.grant.acting {
        let Some(granted_to) = app.clients.find(app, &found.grant.client).await? else { return Ok(None) };
        if organisation::acting::find(app, &granted_to, found.citizen.id, acting).await?.is_none() {
            return Ok(None);
        }
    }
    // Of a token that was exchanged for another client's (RFC 8693) the subject's own client holds the grant: the token can
    // be revoked without it.
    if found.grant.client != client.id
        && (token.actors.is_empty() || is_marked(app, presented).await? || !all_active(app, &found, token).await?)
    {
        return Ok(None);
    }
    Ok(Some(Live { client, grant: Some(Box::new(found)) }))
}

/// Whether the client that the citizen dealt with, and everyone who acted for it since, may still do anything.
async fn all_active(app: &App, found: &LiveGrant, token: &AccessToken) -> Result<bool, FlowError> {
    let actors: Option<Vec<ClientId>> = token.actors.iter().map(|actor| actor.parse().ok()).collect();
    let Some(actors) = actors else { return Ok(false) };
    for id in actors.iter().chain([&found.grant.client]) {
        let fit = |client: &Client| client.is_active() && client.serves(found.citizen.id);
        if !app.clients.find(app, id).await?.is_some_and(|client| fit(&client)) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Ends this one token, and nothing that stands beside it.
pub(super) async fn revoke(app: &App, presented: &Presented) -> Result<(), FlowError> {
    let token = &presented.token;
    match presented.form {
        Form::Kept(hash) => app.sessions.delete(&short_lived::access_token(&hash)).await?,
        Form::SelfContained => {
            let left = app.clock.now().until(token.expires_at);
            app.sessions.put(&short_lived::revoked_token(&token.id), &(), left).await?;
        }
    }
    Ok(())
}

/// Whether it was revoked by itself. What is kept is then gone, and would not have been found.
async fn is_marked(app: &App, presented: &Presented) -> Result<bool, FlowError> {
    Ok(match presented.form {
        Form::Kept(_) => false,
        Form::SelfContained => app.sessions.get(&short_lived::revoked_token(&presented.token.id)).await?.is_some(),
    })
}

/// What a token is kept under that does not say itself, to us, what it says: one that is opaque, and one that only its
/// resource server can decrypt.
fn kept_under(text: &str) -> Option<SecretHash> {
    match Token::parse(TokenKind::AccessToken, text) {
        Ok(token) => Some(token.hash()),
        Err(_) => jwe::is_encrypted(text).then(|| hash_secret(text.as_bytes())),
    }
}
