//! Grants as they are written: what they stand on is held in the transaction that writes them, so that there is no
//! moment in between in which a consent is withdrawn or a person locked.

use std::time::Duration;

use crate::domain::authorization::AuthorizationRequest;
use crate::domain::claims;
use crate::domain::claims_request::{ClaimsRequest, GrantedClaims};
use crate::domain::client::{Client, ConsentPolicy, GrantType};
use crate::domain::consent::Asked;
use crate::domain::grant::{Authentication, Grant};
use crate::domain::ids::{CitizenId, GrantId};
use crate::domain::mandate::{Acting, InWhoseName, NotInForce};
use crate::domain::scope::ScopeSet;
use crate::domain::stage::Stage;
use crate::domain::time::Timestamp;
use crate::protocol::{OAuthError, acr};
use crate::storage::{SignInStanding, Transaction};

use super::{App, FlowError, access_token, organisation, single_logout};

/// A row outlives its last token by this much, so that a late replay is still seen for what it is.
pub(super) const FORGET_MARGIN: Duration = Duration::from_secs(86_400);

/// Why nothing can be granted any more; the endpoint says it with an error of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    ConsentWithdrawn,
    SignedOut,
    SessionEnded,
    /// They do not exist, and the client is in production; or the other way round.
    OfAnotherStage(Stage),
    /// They act no more for whom they acted.
    NotInForce(NotInForce),
}

impl Over {
    pub(super) const fn sentence(self) -> &'static str {
        match self {
            Self::NotInForce(_) => "the person may no longer act for the organisation here",
            Self::ConsentWithdrawn => "the person has withdrawn what they allowed",
            Self::SignedOut => "the account is locked, or was signed out everywhere",
            Self::SessionEnded => "the person has signed out since",
            Self::OfAnotherStage(stage) => stage.refusal(),
        }
    }
}

/// What is granted beside the scope: what was asked for, as far as the client still may have it.
pub(super) async fn claims(app: &App, asked: &ClaimsRequest, citizen: CitizenId) -> Result<GrantedClaims, FlowError> {
    let person = match asked.asks_for_values() {
        true => app.store.read().await?.citizens().find(citizen).await?,
        false => None,
    };
    let standing = match asked.verified.asks_for_values() {
        true => app.store.read().await?.verifications().standing(citizen).await?,
        false => Vec::new(),
    };
    Ok(asked.grant(person.as_ref(), &standing))
}

/// When the consent to `scope` and `claims` ends, if it ever does. It cannot be withdrawn before the transaction is over.
pub(super) async fn hold_consent(
    client: &Client,
    citizen: CitizenId,
    (scope, claims): (&ScopeSet, &ClaimsRequest),
    now: Timestamp,
    tx: &mut Transaction,
) -> Result<Result<Option<Timestamp>, Over>, FlowError> {
    match client.policy.consent {
        ConsentPolicy::Implied => Ok(Ok(None)),
        ConsentPolicy::Ask => {
            let consent = tx.consents().hold(citizen, &client.id).await?;
            let asked = Asked::of(client, scope, claims);
            let standing = consent.filter(|consent| consent.covers(scope, &asked, now));
            Ok(standing.map(|consent| consent.expires_at).ok_or(Over::ConsentWithdrawn))
        }
    }
}

/// Whether they may act for whom they said, where that is not themselves. It stays so until the transaction is over, and is asked before
/// anything else is held: in the order in which a mandate's end takes hold of what it ends.
pub(super) async fn hold_mandate(
    client: &Client,
    citizen: CitizenId,
    acting: Option<Acting>,
    now: Timestamp,
    tx: &mut Transaction,
) -> Result<Result<(), Over>, FlowError> {
    match acting {
        None => Ok(Ok(())),
        Some(acting) => {
            Ok(organisation::acting::hold(tx, client, citizen, acting, now).await?.map_err(Over::NotInForce))
        }
    }
}

/// In whose name the person signed in, where they were asked: by scope, or by the claim alone.
pub(super) fn in_whose_name(scope: &ScopeSet, single: &ClaimsRequest, acting: Option<Acting>) -> Option<InWhoseName> {
    let asked = scope.contains(claims::ORGANISATION) || single.names().contains(claims::ORGANISATION);
    match acting {
        Some(acting) => Some(InWhoseName::Organisation(acting)),
        None => asked.then_some(InWhoseName::Myself),
    }
}

/// Whether the person is still there to grant anything, and signed in. From here on the client takes part in the session,
/// which cannot end before the transaction is over: then it is told, too.
pub(super) async fn hold_session(
    app: &App,
    client: &Client,
    (authentication, chosen): (&Authentication, Option<InWhoseName>),
    tx: &mut Transaction,
) -> Result<Result<(), Over>, FlowError> {
    if !client.serves(authentication.citizen) {
        return Ok(Err(Over::OfAnotherStage(client.stage)));
    }
    single_logout::join(app, tx, client, authentication, chosen).await?;
    if client.grant_types.contains(&GrantType::Ciba) {
        // It may come back with the ID token that it is given now, and ask this person through the back channel.
        let subject = app.keys.subject(client, authentication.citizen);
        tx.subjects().remember(&subject, authentication.citizen).await?;
    }
    Ok(match tx.citizens().sign_in_standing(authentication).await? {
        SignInStanding::Honoured => Ok(()),
        SignInStanding::Withdrawn => Err(Over::SignedOut),
        SignInStanding::SessionEnded => Err(Over::SessionEnded),
    })
}

/// What the person who proved themselves grants with `request`, without a row or anything to refresh yet.
///
/// # Errors
/// `unmet_authentication_requirements`, should nobody have asked before.
pub(super) async fn of_request(
    app: &App,
    client: &Client,
    id: GrantId,
    request: &AuthorizationRequest,
    (authentication, acting): (&Authentication, Option<Acting>),
) -> Result<Grant, FlowError> {
    Ok(Grant {
        id,
        client: request.client_id.clone(),
        scope: request.scope.clone(),
        claims: claims(app, &request.claims, authentication.citizen).await?,
        nonce: request.nonce.clone(),
        acr: acr::answering(app.levels(client), request, authentication)?,
        authentication: authentication.clone(),
        resources: request.resources.clone(),
        authorization_details: request.authorization_details.clone(),
        acting,
        binding: None,
        created_at: app.clock.now(),
        revoked_at: None,
        refresh: None,
    })
}

/// Holds what the tokens of the authorization endpoint stand on, which no exchange will ask about again, and where one is
/// an access token, writes their grant. A code that is issued beside it will be exchanged for the same.
///
/// # Errors
/// `access_denied` where the person or their consent is gone.
pub(super) async fn begin(
    app: &App,
    client: &Client,
    grant: &Grant,
    request: &AuthorizationRequest,
) -> Result<(), FlowError> {
    let now = app.clock.now();
    let denied = |over: Over| OAuthError::access_denied(over.sentence());
    let asked = (&grant.scope, &request.claims);
    let mut tx = app.store.begin().await?;
    let citizen = grant.authentication.citizen;
    hold_mandate(client, citizen, grant.acting, now, &mut tx).await?.map_err(denied)?;
    hold_consent(client, grant.authentication.citizen, asked, now, &mut tx).await?.map_err(denied)?;
    if request.response_type.issues_access_token() {
        let last = access_token::lifetime(app, client).max(app.settings.lifetimes.authorization_code);
        tx.grants().begin(grant, now + last + FORGET_MARGIN).await?;
    }
    let chosen = in_whose_name(&grant.scope, &request.claims, grant.acting);
    hold_session(app, client, (&grant.authentication, chosen), &mut tx).await?.map_err(denied)?;
    Ok(tx.commit().await?)
}
