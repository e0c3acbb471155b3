//! Exchanging a citizen's token for one that another resource server takes: RFC 8693. It stands on the grant that the first
//! one stands on, and ends with it.

use crate::domain::access_token::AccessToken;
use crate::domain::audit::EventKind;
use crate::domain::client::Client;
use crate::domain::resource::ResourceId;
use crate::domain::secret::SecretString;
use crate::protocol::OAuthError;
use crate::protocol::parameters::Parameters;
use crate::protocol::resource_indicators::Reach;
use crate::protocol::token::token_exchange::{ExchangeRequest, Exchanger};

use super::super::access_token::{self, Live, NotGood};
use super::super::sender::BoundSender;
use super::super::{App, FlowError};
use super::{Basis, Delegation, Redeemed};

pub(super) async fn redeem(
    app: &App,
    client: &Client,
    sender: &BoundSender,
    form: &Parameters,
    named: &[ResourceId],
) -> Result<Redeemed, FlowError> {
    if client.authentication.is_public() {
        return Err(OAuthError::unauthorized_client("a public client cannot prove who exchanges a token").into());
    }
    let request = ExchangeRequest::read(form, named)?;
    let registry = app.resource_servers.registry(app).await?;
    let exchanger = Exchanger { reach: Reach { issuer: app.issuer(), registry: &registry, client }, keys: sender.keys };
    if let Some(actor) = &request.actor_token {
        let (actor, _) = presented(app, "actor_token", actor).await?;
        exchanger.accept_actor(&actor)?;
    }
    let (subject, live) = presented(app, "subject_token", &request.subject_token).await?;
    let actors = exchanger.accept(&subject, &live.client)?;
    let Some(found) = live.grant else {
        let told = "subject_token is about nobody: no citizen granted anything that could be exchanged";
        return Err(OAuthError::invalid_request(told).into());
    };
    let grant = found.grant;
    // Whoever demands more of those who sign in to them does not get around that by calling with somebody else's token (§2.2.2).
    if !grant.authentication.meets(client.policy.assurance) {
        let told = "subject_token stands on a weaker sign-in than what is always demanded for this client";
        return Err(OAuthError::invalid_request(told).into());
    }
    let granted_to = app.clients.load(app, &grant.client).await?;
    let scope = exchanger.narrow(&request, &subject, (&grant, &granted_to))?;
    Ok(Redeemed {
        resources: vec![request.target],
        scope,
        // Rules speak of scopes: what was authorized in detail stays with whom it was shown for.
        authorization_details: Default::default(),
        refresh_token: None,
        nonce: None,
        basis: Basis::Delegated(Box::new(Delegation { grant, actors, until: subject.expires_at })),
        event: EventKind::TokensExchanged,
    })
}

/// What a token says that is presented as `member`, and for whom it holds.
///
/// # Errors
/// `invalid_request` (RFC 8693 §2.2.2).
async fn presented(app: &App, member: &'static str, token: &SecretString) -> Result<(AccessToken, Live), FlowError> {
    let refused = |why: &str| OAuthError::invalid_request(format!("{member} {why}"));
    let presented = access_token::open(app, token.expose()).await?.map_err(|why| match why {
        NotGood::Unknown => refused("is not an access token of this issuer"),
        NotGood::Expired => refused("has expired"),
    })?;
    let live = access_token::live(app, &presented).await?.ok_or_else(|| refused("was revoked"))?;
    Ok((presented.token, live))
}
