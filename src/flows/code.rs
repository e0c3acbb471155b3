//! Authorization codes: issued here, spent once here.

use crate::crypto::token::{Token, TokenKind};
use crate::domain::authorization::AuthorizationRequest;
use crate::domain::client::Client;
use crate::domain::grant::{Approval, Authentication, AuthorizationCode};
use crate::domain::ids::GrantId;
use crate::domain::mandate::Acting;
use crate::domain::secret::SecretString;
use crate::protocol::{OAuthError, acr};

use super::short_lived::{self, CodeRecord};
use super::{App, FlowError};

/// Issues the code that answers `request`; it will be exchanged for `grant`.
///
/// # Errors
/// `unmet_authentication_requirements`, should nobody have asked before.
pub async fn issue(
    app: &App,
    client: &Client,
    request: &AuthorizationRequest,
    (authentication, acting): (&Authentication, Option<Acting>),
    grant: GrantId,
) -> Result<SecretString, FlowError> {
    let now = app.clock.now();
    let lifetime = app.settings.lifetimes.authorization_code;
    let token = Token::new(TokenKind::AuthorizationCode, grant.uuid(), &*app.random).of(app.mode);
    let approval = Approval {
        grant,
        client: client.id.clone(),
        scope: request.scope.clone(),
        claims: request.claims.clone(),
        nonce: request.nonce.clone(),
        authentication: authentication.clone(),
        acr: acr::answering(app.levels(client), request, authentication)?,
        resources: request.resources.clone(),
        authorization_details: request.authorization_details.clone(),
        acting,
    };
    let record = AuthorizationCode {
        approval,
        redirect_uri: request.redirect_uri.clone(),
        challenge: request.code_challenge.clone(),
        dpop_jkt: request.dpop_jkt,
        hash: token.hash(),
        issued_at: now,
        expires_at: now + lifetime,
    };
    app.sessions.put(&short_lived::code(&token.hash()), &CodeRecord::Fresh(Box::new(record)), lifetime).await?;
    app.metrics.code_issued();
    Ok(token.text())
}

/// What a code that was presented turns out to be.
#[derive(Debug)]
pub enum Redemption {
    /// This call, and no other, has it.
    Fresh(Box<AuthorizationCode>),
    /// It was spent before: whoever has it now should not.
    Replayed(GrantId),
}

/// Spends a code: one atomic swap, so that of a hundred callers one wins.
///
/// The spent-mark outlives the code, so that a replay is recognised as one and ends the grant; what arbitrates for good
/// is the code's unique hash in SQL.
pub async fn redeem(app: &App, presented: &SecretString) -> Result<Redemption, FlowError> {
    let unknown = || OAuthError::invalid_grant("the code is unknown or has expired");
    let token = Token::parse(TokenKind::AuthorizationCode, presented.expose()).map_err(|_| unknown())?;
    let grant = GrantId::from_uuid(token.locator());
    let key = short_lived::code(&token.hash());
    match app.sessions.swap(&key, &CodeRecord::Spent(grant), SPENT_MARK_LIVES).await? {
        Some(CodeRecord::Fresh(record)) => Ok(Redemption::Fresh(record)),
        Some(CodeRecord::Spent(grant)) => Ok(Redemption::Replayed(grant)),
        None => Err(unknown().into()),
    }
}

/// Makes a spent code good again for what is left of its life: what it was spent for did not happen.
pub async fn give_back(app: &App, code: &AuthorizationCode) -> Result<(), FlowError> {
    let left = app.clock.now().until(code.expires_at);
    if left.is_zero() {
        return Ok(());
    }
    let record = CodeRecord::Fresh(Box::new(code.clone()));
    app.sessions.swap(&short_lived::code(&code.hash), &record, left).await?;
    Ok(())
}

const SPENT_MARK_LIVES: std::time::Duration = std::time::Duration::from_secs(600);
