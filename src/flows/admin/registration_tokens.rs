//! Initial access tokens, which let others register clients (RFC 7591 §3), and registration access tokens that got lost.

use std::time::Duration;

use crate::crypto::token::{Token, TokenKind};
use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::claims;
use crate::domain::client::PkcePolicy;
use crate::domain::ids::{ClientId, InitialTokenId};
use crate::domain::policies::{Policies, Rule};
use crate::domain::registration::{InitialAccessToken, RegistrationTerms};
use crate::domain::secret::SecretString;

use crate::flows::registration::Known;
use crate::protocol::registration::is_known_scope;

use super::change_status::Change;
use super::{AdminError, Administrator, Fault};

/// As many as are read at once.
const PAGE: u32 = 200;
const MOST_USES: u32 = 100_000;
const LONGEST_LIFE: Duration = Duration::from_secs(366 * 86_400);
const LONGEST_NOTE: usize = 200;

/// A token that is to be handed out.
#[derive(Clone, Debug)]
pub struct TokenRequest {
    /// Whom it is for.
    pub note: String,
    pub uses: u32,
    pub lives: Duration,
    pub terms: RegistrationTerms,
}

/// Makes a token. Its text is not kept.
///
/// # Errors
/// `Invalid` with every fault.
pub async fn create(
    admin: &Administrator,
    request: TokenRequest,
) -> Result<(InitialAccessToken, SecretString), AdminError> {
    admin.may(Permission::RegistrationManage)?;
    let known = Known::load(&admin.store, admin.settings.issuer.as_str()).await?;
    let faults = faults(&request, &admin.settings.policies, &known);
    if !faults.is_empty() {
        return Err(AdminError::Invalid(faults));
    }
    let now = admin.clock.now();
    let id = InitialTokenId::new(now, &*admin.random);
    let made = Token::new(TokenKind::InitialAccessToken, id.uuid(), &*admin.random).of(admin.settings.mode());
    let token = InitialAccessToken {
        id,
        hash: made.hash(),
        note: request.note,
        terms: request.terms,
        uses_left: request.uses,
        created_at: now,
        expires_at: now + request.lives,
        revoked_at: None,
    };
    let event = admin.event(EventKind::InitialTokenCreated).with("token", id).with("uses", token.uses_left);
    let mut tx = admin.store.begin().await?;
    tx.initial_access_tokens().insert(&token).await?;
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok((token, made.text()))
}

fn faults(request: &TokenRequest, policies: &Policies, known: &Known) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut refuse = |field, sentence: String| faults.push(Fault::new(field, sentence));
    if !(1..=MOST_USES).contains(&request.uses) {
        refuse("uses", format!("expected 1 to {MOST_USES}"));
    }
    if request.lives.is_zero() || request.lives > LONGEST_LIFE {
        refuse("expires", "expected a time of at most a year, such as 30d".to_owned());
    }
    if request.note.chars().count() > LONGEST_NOTE || request.note.chars().any(char::is_control) {
        refuse("note", format!("expected at most {LONGEST_NOTE} characters on one line"));
    }
    let terms = &request.terms;
    if let Some(scopes) = &terms.scopes {
        for scope in scopes.iter().filter(|scope| !is_known_scope(scope, &known.registry)) {
            refuse("scope", format!("there is no scope {scope}"));
        }
        for scope in scopes.iter().filter(|scope| claims::is_approved_singly(scope.as_str())) {
            refuse("scope", format!("{scope} is approved for one client after the other, never for whoever comes"));
        }
        if !scopes.contains("openid") {
            refuse("scope", "expected openid among them".to_owned());
        }
    }
    let hands_out = terms.response_types.iter().flatten().find(|response_type| response_type.issues_access_token());
    if let (Some(response_type), None) = (hands_out, &terms.front_channel_access_tokens) {
        let sentence = format!(
            "{} hands access tokens out through the browser: expected the name of the exception \
             (--front-channel-access-tokens)",
            response_type.as_str()
        );
        refuse("response_type", sentence);
    }
    let details_types = terms.authorization_details_types.iter().flatten();
    for unknown in details_types.filter(|named| !known.details_types.contains(*named)) {
        refuse("authorization_details_type", format!("there is no type {unknown}"));
    }
    if let Some(policy) = &terms.policy {
        match policies.rules(policy) {
            None => {
                let names: Vec<&str> = policies.names().collect();
                refuse("policy", format!("there is no policy {policy}; there are {}", names.join(", ")));
            }
            Some(rules) => {
                let optional = terms.pkce == Some(PkcePolicy::Optional);
                for (rule, departs, option) in [
                    (Rule::Pkce, optional, "--pkce"),
                    (Rule::NoFrontChannelAccessTokens, hands_out.is_some(), "--response-type"),
                ] {
                    if departs && rules.contains(&rule) {
                        refuse("policy", format!("{policy} demands {rule}, which {option} departs from"));
                    }
                }
            }
        }
    }
    faults
}

/// Hands every token to `each`, the oldest first.
pub async fn list<E: From<AdminError>>(
    admin: &Administrator,
    mut each: impl FnMut(InitialAccessToken) -> Result<(), E>,
) -> Result<(), E> {
    admin.may(Permission::RegistrationShow)?;
    let mut after = None;
    loop {
        let mut reading = admin.store.read().await.map_err(AdminError::from)?;
        let page = reading.initial_access_tokens().list(after, PAGE).await.map_err(AdminError::from)?;
        drop(reading);
        page.items.into_iter().try_for_each(&mut each)?;
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Ends a token. Clients that were registered with it stay.
///
/// # Errors
/// `NotFound`.
pub async fn revoke(admin: &Administrator, id: InitialTokenId) -> Result<Change, AdminError> {
    admin.may(Permission::RegistrationManage)?;
    let mut tx = admin.store.begin().await?;
    if tx.initial_access_tokens().revoke(id, admin.clock.now()).await? {
        tx.audit().record(&admin.event(EventKind::InitialTokenRevoked).with("token", id).build()).await?;
        tx.commit().await?;
        return Ok(Change::Done);
    }
    match tx.initial_access_tokens().exists(id).await? {
        true => Ok(Change::NothingToDo),
        false => Err(AdminError::NotFound(format!("there is no initial access token {id}"))),
    }
}

/// Gives a client another registration access token in the place of the one that it has lost.
///
/// # Errors
/// `NotFound` where no client registered itself under this id.
pub async fn replace(admin: &Administrator, client: &ClientId) -> Result<SecretString, AdminError> {
    admin.may_on(Permission::ClientReplaceToken, client)?;
    let not_found = || AdminError::NotFound(format!("no client registered itself as {client}"));
    let locator = client.as_str().parse().map_err(|_| not_found())?;
    let made = Token::new(TokenKind::RegistrationAccessToken, locator, &*admin.random).of(admin.settings.mode());
    let mut tx = admin.store.begin().await?;
    if !tx.client_registrations().replace_token(client, made.hash()).await? {
        return Err(not_found());
    }
    tx.audit().record(&admin.event(EventKind::RegistrationTokenReplaced).of(client).build()).await?;
    tx.commit().await?;
    Ok(made.text())
}
