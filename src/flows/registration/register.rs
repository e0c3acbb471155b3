//! A first registration: RFC 7591 §3.1.

use crate::crypto::token::{Token, TokenKind};
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::client::{Client, ClientStatus};
use crate::domain::ids::{ClientId, RegistrationId};
use crate::domain::registration::ClientRegistration;
use crate::domain::secret::SecretString;
use crate::flows::admin::approvals;
use crate::flows::visitor::Visitor;
use crate::flows::{App, FlowError};
use crate::protocol::registration::dynamic::{self, Metadata, update};
use crate::storage::TokenUse;

use super::admission::{admit, admit_waiting, refused_token};
use super::secret::{self, Own};
use super::{Known, Registered, RegistrationError, members, outside, policy, statement};

/// Registers the client that `body` describes, for whoever shows this initial access token.
///
/// The token is counted as used in the transaction that writes the client: what is refused costs nothing, and no more
/// clients come about than were granted. Where a portal takes a second person of the administration, it is switched off until it has been
/// approved.
pub async fn register(
    app: &App,
    visitor: &Visitor,
    shown: Option<&SecretString>,
    body: &[u8],
) -> Result<Registered, RegistrationError> {
    let initial = admit(app, visitor, shown).await?;
    let terms = initial.as_ref().map(|token| token.terms.clone()).unwrap_or_default();

    let mut members = members(body)?;
    update::refuse_credentials(&members)?;
    let statement = statement::apply(app, &mut members).await?;
    let metadata = Metadata::read(&members)?;
    let now = app.clock.now();
    let id = RegistrationId::new(now, &*app.random);
    let client_id = ClientId::from(id);
    let fresh = secret::made(app, metadata.token_endpoint_auth_method);
    let (authentication, made) = secret::authentication(app, &client_id, &metadata, &Own::None, fresh)?;
    let mut client = Client::new(client_id, authentication, now);
    let known = Known::load(&app.store, app.issuer()).await?;
    dynamic::register(&metadata, &policy(app, &terms, None, statement.members(), &known), &mut client)?;
    statement.note_in(&mut client);
    outside::check_sector(app, &client).await?;
    let logo = outside::fetch_logo(app, &mut client, None).await?;
    let waits = approvals::of_registration(app, &client).map_err(FlowError::failed)?;
    if waits.is_some() {
        client.status = ClientStatus::Disabled;
        if initial.is_none() {
            admit_waiting(app, visitor).await?;
        }
    }

    let token = Token::new(TokenKind::RegistrationAccessToken, id.uuid(), &*app.random).of(app.mode);
    let registration = ClientRegistration {
        client: client.id.clone(),
        token: token.hash(),
        last_update: None,
        initial_token: initial.as_ref().map(|initial| initial.id),
        terms,
        created_at: now,
    };
    let event = app
        .event(visitor, EventKind::ClientRegistered, Outcome::Success)
        .by(Actor::Client(client.id.clone()))
        .of(&client.id)
        .with("authentication", client.authentication.method())
        .with("scopes", &client.scopes)
        .with("subject_type", client.subject_type.as_str())
        .with("sector", &client.sector_identifier);
    let event = match &initial {
        Some(initial) => event.with("initial_token", initial.id),
        None => event,
    };
    let mut tx = app.store.begin().await?;
    if let Some(initial) = &initial
        && tx.initial_access_tokens().spend(initial.id, now).await? == TokenUse::Refused
    {
        return Err(refused_token());
    }
    tx.clients().insert(&client).await?;
    tx.client_registrations().insert(&registration).await?;
    if let (Some(logo), Some(fetched)) = (&logo, &client.display.fetched_logo) {
        tx.client_logos().put(&client.id, &fetched.hash, logo).await?;
    }
    tx.audit().record(&event.build()).await?;
    if let Some(asked) = &waits {
        tx.approvals().ask(asked).await?;
        let event = app.event(visitor, EventKind::ApprovalAsked, Outcome::Success).by(Actor::Client(client.id.clone()));
        approvals::record_asked(&mut tx, event, asked).await?;
    }
    tx.commit().await?;
    Ok(Registered { client, secret: made, token: token.text() })
}
