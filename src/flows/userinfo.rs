//! Userinfo: the claims that a token was granted and the person allowed, read anew at every call.

use crate::domain::claims::{LINKED_ACCOUNTS, ORGANISATION};
use crate::domain::release::Door;
use crate::domain::resource::ResourceId;
use crate::protocol::claims::{self, Gate};
use crate::protocol::policy::Moment;
use crate::protocol::presented_token::PresentedToken;
use crate::protocol::{OAuthError, organisation_claim, userinfo};
use crate::storage::LiveGrant;

use super::access_token::Live;
use super::client_request::Sender;
use super::protection::UserinfoAnswer;
use super::release::Told;
use super::visitor::Visitor;
use super::{App, FlowError, access_token, linked_accounts, organisation, protection, release, sandbox, sender};

/// Answers for who presents `token`: one look-up, which finds the grant and its citizen as they are now.
pub async fn userinfo(
    app: &App,
    visitor: &Visitor,
    token: &PresentedToken,
    sender: &Sender,
) -> Result<UserinfoAnswer, FlowError> {
    let now = app.clock.now();
    let presented = access_token::open(app, token.token.expose()).await?.map_err(OAuthError::from)?;
    if !presented.token.is_for(&ResourceId::of_issuer(app.issuer())) {
        return Err(OAuthError::invalid_token("the access token is for another audience").into());
    }
    sender::hold(app, presented.token.binding, token, sender).await?;
    let ended = || OAuthError::invalid_token("the access token was revoked");
    let Live { client, grant } = access_token::live(app, &presented).await?.ok_or_else(ended)?;
    let moment = Moment::ResourceRequest { place: token.place, binding: presented.token.binding };
    app.policy(&client).hold(&moment)?;
    let LiveGrant { grant, citizen, allowed } = *grant.ok_or_else(about_nobody)?;
    // What the client has lost since, it is not told.
    let scope = presented.token.scope.intersection(&grant.scope).intersection(&client.scopes);
    let subject = app.keys.subject(&client, citizen.id);
    if subject != presented.token.subject {
        return Err(ended().into());
    }
    let gate = Gate { client: &client, citizen: &citizen, allowed: &allowed, door: Door::Userinfo };
    let mut answer = userinfo::answer(&gate, &subject, &scope, &grant.claims)?;
    answer.extend(release::verified(app, &gate, &grant.claims.verified.userinfo).await?);
    if claims::is_asked_at_userinfo(LINKED_ACCOUNTS, &scope, &grant.claims) {
        answer.extend(linked_accounts::told(app, &gate).await?);
    }
    if let Some(acting) = grant.acting {
        let held = organisation::acting::find(app, &client, citizen.id, acting).await?.ok_or_else(ended)?;
        answer.insert(ORGANISATION.to_owned(), organisation_claim::of(&held.organisation, &held.mandate));
    }
    let claims = answer.clone();
    if app.mode.is_sandbox() {
        answer.insert(sandbox::MARK.to_owned(), true.into());
    }
    let answer = protection::userinfo(app, &client, answer, now).await?;
    // Written before the answer is sent: no data leaves without a trace.
    let told = Told { client: &client, citizen: citizen.id, grant: &grant, door: Door::Userinfo };
    release::record(app, visitor, told, &claims).await?;
    Ok(answer)
}

fn about_nobody() -> OAuthError {
    OAuthError::insufficient_scope("the access token is the client's own: it is about nobody")
}
