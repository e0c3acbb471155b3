//! A client reads, replaces and deletes its own registration: RFC 7592 §2.

use std::time::Duration;

use crate::config::RegistrationMode;
use crate::crypto::hash::hash_secret;
use crate::crypto::token::{Token, TokenKind};
use crate::domain::administration::approval::Matter;
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::client::{Client, ClientAuthentication, ClientKeys, ClientStatus, LogoutEndpoints};
use crate::domain::ids::{ClientId, RegistrationId};
use crate::domain::registration::{ClientRegistration, LastUpdate};
use crate::domain::secret::{SecretHash, SecretString};
use crate::domain::stage::Stage;
use crate::flows::visitor::Visitor;
use crate::flows::{App, FlowError};
use crate::protocol::OAuthError;
use crate::protocol::registration::dynamic::{self, Metadata, update as rules};
use crate::storage::{self, Conflict, TokenHolds};

use super::admission::admit_update;
use super::secret::{self, Own};
use super::{Known, Registered, RegistrationError, members, outside, policy, statement};

/// What is registered. The secret is not kept, and cannot be told.
pub async fn read(app: &App, id: &str, shown: Option<&SecretString>) -> Result<Registered, RegistrationError> {
    let owner = Owner::prove(app, id, shown).await?.with_live_token()?;
    if owner.registration.last_update.is_some() {
        let mut writing = app.store.write().await?;
        writing.client_registrations().answer_arrived(&owner.client.id, owner.token.hash()).await?;
    }
    Ok(Registered { client: owner.client, secret: None, token: owner.token.text() })
}

/// Replaces the whole registration with what `body` describes, and the registration access token with its successor.
pub async fn update(
    app: &App,
    visitor: &Visitor,
    id: &str,
    shown: Option<&SecretString>,
    body: &[u8],
) -> Result<Registered, RegistrationError> {
    let owner = Owner::prove(app, id, shown).await?;
    let body_hash = hash_secret(body);
    if let Standing::Replaced(last) = &owner.standing {
        return owner.answer_again(app, last, body_hash);
    }
    let existing = &owner.client;
    admit_update(app, &existing.id).await?;

    let mut members = members(body)?;
    let own = Own::of(app, &existing.id, &existing.authentication)?;
    rules::take_credentials(&mut members, existing, |secret| own.is(secret))?;
    let statement = statement::apply(app, &mut members).await?;
    let metadata = Metadata::read(&members)?;
    let (successor, fresh, key_version) = app.keys.registration_successor(&owner.token)?;
    let (authentication, made) = secret::authentication(app, &existing.id, &metadata, &own, secret::derived(&fresh))?;
    let now = app.clock.now();
    let mut client = Client::new(existing.id.clone(), authentication, now);
    let known = Known::load(&app.store, app.issuer()).await?;
    let policy = policy(app, &owner.registration.terms, Some(existing), statement.members(), &known);
    dynamic::register(&metadata, &policy, &mut client)?;
    hold(app, existing, &client)?;
    statement.note_in(&mut client);
    outside::check_sector(app, &client).await?;
    let logo = outside::fetch_logo(app, &mut client, Some(existing)).await?;

    let event = app
        .event(visitor, EventKind::ClientUpdated, Outcome::Success)
        .by(Actor::Client(client.id.clone()))
        .of(&client.id)
        .with("authentication", client.authentication.method())
        .with("scopes", &client.scopes);
    let last_update = LastUpdate { token: owner.token.hash(), body: body_hash, key_version, at: now };
    let mut tx = app.store.begin().await?;
    // First: whoever comes second waits here, and finds the token dead.
    if tx.client_registrations().rotate(&client.id, &last_update, successor.hash()).await? == TokenHolds::No {
        return Err(refused());
    }
    replace(&mut tx, &client, owner.version).await?;
    match (&client.display.fetched_logo, &logo) {
        (Some(fetched), Some(logo)) => tx.client_logos().put(&client.id, &fetched.hash, logo).await?,
        (Some(_), None) => {}
        (None, _) => tx.client_logos().remove(&client.id).await?,
    }
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(Registered { client, secret: made, token: successor.text() })
}

/// Where another address or a further scope takes a second person of the administration, a client does not give itself one.
fn hold(app: &App, before: &Client, after: &Client) -> Result<(), OAuthError> {
    if before.stage == Stage::Sandbox {
        // Nobody real comes there.
        return Ok(());
    }
    let takes_two = |matter| app.settings.administration.approvals.contains(&matter);
    let further = after.scopes.difference(&before.scopes);
    if let Some(scope) = further.iter().next().filter(|_| takes_two(Matter::Identifiers)) {
        let told = format!("{scope} is new: a further scope takes the approval of the authority, which adds it");
        return Err(OAuthError::invalid_client_metadata(told));
    }
    let new = after.redirect_uris.iter().find(|uri| !before.redirect_uris.contains(uri));
    match new.filter(|_| takes_two(Matter::RedirectUris)) {
        Some(uri) => {
            let told =
                format!("{uri} is new: another redirect URI takes the approval of the authority, which changes it");
            Err(OAuthError::invalid_redirect_uri(told))
        }
        None => Ok(()),
    }
}

/// Takes the client away. Nothing that it was given works from then on, because nothing of a client that is not active does.
pub async fn delete(
    app: &App,
    visitor: &Visitor,
    id: &str,
    shown: Option<&SecretString>,
) -> Result<(), RegistrationError> {
    let owner = Owner::prove(app, id, shown).await?.with_live_token()?;
    let mut client = owner.client;
    client.status = ClientStatus::Deleted;
    client.updated_at = app.clock.now();
    client.authentication = ClientAuthentication::None;
    client.keys = ClientKeys::None;
    // What it was still to be told of sign-outs finds no address, and is given up.
    client.logout = LogoutEndpoints::default();
    client.display.contacts.clear();
    client.display.fetched_logo = None;
    let event = app
        .event(visitor, EventKind::ClientDeleted, Outcome::Success)
        .by(Actor::Client(client.id.clone()))
        .of(&client.id);
    let mut tx = app.store.begin().await?;
    if tx.client_registrations().remove(&client.id, owner.token.hash()).await? == TokenHolds::No {
        return Err(refused());
    }
    replace(&mut tx, &client, owner.version).await?;
    tx.client_logos().remove(&client.id).await?;
    tx.signal_streams().remove(&client.id).await?;
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(())
}

/// A client that has shown a registration access token of its own.
struct Owner {
    client: Client,
    version: i64,
    registration: ClientRegistration,
    token: Token,
    standing: Standing,
}

enum Standing {
    Live,
    /// The token was replaced by this update, whose answer nobody has shown to have received.
    Replaced(LastUpdate),
}

impl Owner {
    /// # Errors
    /// `Unauthorized`, the same for a client that there is not and for a token that is not its own: which clients there
    /// are is not told.
    async fn prove(app: &App, id: &str, shown: Option<&SecretString>) -> Result<Self, RegistrationError> {
        if app.settings.registration.mode == RegistrationMode::Off {
            return Err(RegistrationError::Off);
        }
        let token = shown.and_then(|shown| Token::parse(TokenKind::RegistrationAccessToken, shown.expose()).ok());
        let token = token.ok_or_else(refused)?;
        let client_id = ClientId::from(RegistrationId::from_uuid(token.locator()));
        if client_id.as_str() != id {
            return Err(refused());
        }
        let mut reading = app.store.read().await?;
        let registration = reading.client_registrations().find(&client_id).await?.ok_or_else(refused)?;
        let standing = match registration.last_update.clone() {
            _ if registration.token == token.hash() => Standing::Live,
            Some(last) if last.token == token.hash() => Standing::Replaced(last),
            _ => return Err(refused()),
        };
        let stored = reading.clients().find(&client_id).await?.ok_or_else(refused)?;
        match stored.client.status {
            ClientStatus::Active => {}
            ClientStatus::Disabled => return Err(RegistrationError::Disabled),
            ClientStatus::Deleted => return Err(refused()),
        }
        Ok(Self { client: stored.client, version: stored.version, registration, token, standing })
    }

    fn with_live_token(self) -> Result<Self, RegistrationError> {
        match self.standing {
            Standing::Live => Ok(self),
            Standing::Replaced(_) => Err(refused()),
        }
    }

    /// The answer to the very update that replaced the token, once more.
    fn answer_again(&self, app: &App, last: &LastUpdate, body: SecretHash) -> Result<Registered, RegistrationError> {
        let in_time = app.clock.now() < last.at + app.settings.lifetimes.refresh_grace;
        if !in_time || last.body != body {
            return Err(refused());
        }
        let (successor, fresh) = app.keys.registration_successor_of_version(&self.token, last.key_version)?;
        let made = secret::derived(&fresh);
        let is_made = Own::of(app, &self.client.id, &self.client.authentication)?.is(made.expose());
        Ok(Registered { client: self.client.clone(), secret: is_made.then_some(made), token: successor.text() })
    }
}

fn refused() -> RegistrationError {
    RegistrationError::Unauthorized(OAuthError::invalid_token(
        "the registration access token is missing, or is not that of this client",
    ))
}

async fn replace(tx: &mut storage::Transaction, client: &Client, version: i64) -> Result<(), RegistrationError> {
    match tx.clients().replace(client, version).await {
        // The authority changed it just now: what was decided here may not hold any more.
        Err(storage::Error::Conflict(Conflict::ClientVersion)) => {
            Err(FlowError::Busy { retry_after: Duration::from_secs(1) }.into())
        }
        done => Ok(done.map(drop)?),
    }
}
