//! Who may register a client: RFC 7591 §3, by initial access token, or anyone within a rate.

use crate::config::{Rate, RegistrationMode};
use crate::crypto::token::{Token, TokenKind};
use crate::domain::ids::ClientId;
use crate::domain::registration::InitialAccessToken;
use crate::domain::secret::SecretString;
use crate::flows::throttle::{Throttle, count};
use crate::flows::visitor::Visitor;
use crate::flows::{App, short_lived};
use crate::protocol::OAuthError;

use super::RegistrationError;

/// Lets the visitor in, with the token that they showed, which has not been counted as used yet.
///
/// # Errors
/// `Off`; `Unauthorized` without a good token where one is needed, or with one that is not good; `TooMany`.
pub(super) async fn admit(
    app: &App,
    visitor: &Visitor,
    shown: Option<&SecretString>,
) -> Result<Option<InitialAccessToken>, RegistrationError> {
    let mode = app.settings.registration.mode;
    if mode == RegistrationMode::Off {
        return Err(RegistrationError::Off);
    }
    let Some(shown) = shown else {
        within_rate(app, &short_lived::registrations_from(&visitor.network())).await?;
        return match mode {
            RegistrationMode::Open => Ok(None),
            _ => Err(unauthorized("an initial access token is needed to register a client")),
        };
    };
    let found = match Token::parse(TokenKind::InitialAccessToken, shown.expose()) {
        Ok(token) => app.store.read().await?.initial_access_tokens().find(token.hash()).await?,
        Err(_) => None,
    };
    match found.filter(|token| token.is_good(app.clock.now())) {
        Some(token) => {
            within_rate(app, &short_lived::registrations_with(token.id)).await?;
            Ok(Some(token))
        }
        None => {
            within_rate(app, &short_lived::registrations_from(&visitor.network())).await?;
            Err(refused_token())
        }
    }
}

/// So many that nobody sent by an initial access token wait at most for somebody of the administration to take them up. Whoever has a token
/// waits beside them.
const MOST_WAITING: usize = 200;
/// And so many of one network, within the time that they wait: nobody fills the list alone.
const MOST_WAITING_FROM: u32 = 10;

/// Lets in one more that will wait for somebody to take it up, and that anybody may have sent.
///
/// # Errors
/// `TooMany` from this network; `Crowded` where as many wait as are looked at.
pub(super) async fn admit_waiting(app: &App, visitor: &Visitor) -> Result<(), RegistrationError> {
    let now = app.clock.now();
    if app.store.read().await?.approvals().count_by_themselves(now).await? >= MOST_WAITING {
        return Err(RegistrationError::Crowded);
    }
    let rate = Rate { most: MOST_WAITING_FROM, window: app.settings.administration.requests };
    match count(app, &short_lived::registrations_waiting_from(&visitor.network()), rate).await? {
        Throttle::Open => Ok(()),
        Throttle::Closed { retry_after, .. } => Err(RegistrationError::TooMany { retry_after }),
    }
}

/// One answer for a token that nobody made, one that is used up, expired or revoked.
pub(super) fn refused_token() -> RegistrationError {
    unauthorized("the initial access token is unknown, used up, expired or revoked")
}

fn unauthorized(sentence: &'static str) -> RegistrationError {
    RegistrationError::Unauthorized(OAuthError::invalid_token(sentence))
}

/// An update costs as much as a first registration: addresses are fetched, and it is written down.
pub(super) async fn admit_update(app: &App, client: &ClientId) -> Result<(), RegistrationError> {
    within_rate(app, &short_lived::registration_updates(client)).await
}

async fn within_rate(app: &App, key: &crate::sessions::CounterKey) -> Result<(), RegistrationError> {
    match count(app, key, app.settings.registration.throttle).await? {
        Throttle::Open => Ok(()),
        Throttle::Closed { retry_after, .. } => Err(RegistrationError::TooMany { retry_after }),
    }
}
