//! Userinfo: the claims that a token was granted and the person allowed, read anew at every call.

use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::citizen::CitizenStatus;
use crate::domain::claims;
use crate::domain::client::ConsentPolicy;
use crate::domain::scope::ScopeSet;
use crate::domain::secret::SecretString;
use crate::protocol::{OAuthError, access_token, userinfo};
use crate::storage::LiveGrant;

use super::protection::UserinfoAnswer;
use super::visitor::Visitor;
use super::{App, FlowError, protection};

/// Answers for the bearer of `token`: one look-up, which finds the grant and its citizen as they are now.
pub async fn userinfo(app: &App, visitor: &Visitor, token: &SecretString) -> Result<UserinfoAnswer, FlowError> {
    let now = app.clock.now();
    let presented = access_token::verify(token.expose(), app.issuer(), &app.keys.ring(), now)?;
    let ended = || OAuthError::invalid_token("the access token was revoked");
    let found = app.store.read().await?.grants().find_live(presented.grant.ok_or_else(ended)?).await?;
    let LiveGrant { grant, citizen, allowed } = found.ok_or_else(ended)?;
    let client =
        app.clients.find(app, &presented.client_id).await?.filter(|client| client.is_active()).ok_or_else(ended)?;
    if grant.client != client.id || citizen.status != CitizenStatus::Active {
        return Err(ended().into());
    }
    // What the client has lost since, it is not told.
    let asked: ScopeSet = presented.scope.parse().map_err(|_| ended())?;
    let scope = asked.intersection(&grant.scope).intersection(&client.scopes);
    let subject = app.keys.subject(&client, citizen.id);
    if subject != presented.sub {
        return Err(ended().into());
    }
    let granted = grant.claims.limited_to(&client.scopes);
    let mut answer = userinfo::answer(&citizen, &subject, &scope, &granted)?;
    if client.policy.consent == ConsentPolicy::Ask {
        // A scope may release more than when the person was asked: the grant is good for what they read then.
        answer.retain(|name, _| name == "sub" || allowed.contains(claims::untagged(name).0));
    }
    let names = answer.keys().map(String::as_str).collect::<Vec<_>>().join(" ");
    let answer = protection::userinfo(app, &client, answer, now).await?;
    // Written before the answer is sent: no data leaves without a trace.
    let event = app
        .event(visitor, EventKind::DataReleased, Outcome::Success)
        .by(Actor::Client(client.id.clone()))
        .about(citizen.id)
        .of(&client.id)
        .with("claims", names);
    app.record_before_answer(event).await?;
    Ok(answer)
}
