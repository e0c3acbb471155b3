//! Redeeming an `auth_req_id`: asked for again and again while the citizen decides, spent once when they have allowed it.

use crate::crypto::token::{Token, TokenKind};
use crate::domain::backchannel::{BackChannelRequest, Decision, REMEMBERED};
use crate::domain::client::Client;
use crate::domain::grant::Approval;
use crate::domain::ids::GrantId;
use crate::domain::polling::{Kept, Pace};
use crate::domain::resource::ResourceId;
use crate::protocol::OAuthError;
use crate::protocol::parameters::Parameters;
use crate::protocol::resource_indicators::Held;
use crate::protocol::token::ciba::{CibaRequest, Standing, standing, unknown};

use super::super::sender::BoundSender;
use super::super::{App, FlowError, access_token, short_lived};
use super::{Redeemed, approval};

pub(super) async fn redeem(
    app: &App,
    client: &Client,
    sender: &BoundSender,
    form: &Parameters,
    named: &[ResourceId],
) -> Result<Redeemed, FlowError> {
    let presented = CibaRequest::read(form)?;
    let token = Token::parse(TokenKind::AuthReqId, presented.auth_req_id.expose()).map_err(|_| unknown())?;
    let id = GrantId::from_uuid(token.locator());
    let (asked, decided) = (short_lived::backchannel_request(id), short_lived::backchannel_decision(id));
    let (request, decision) = app.sessions.get_both(&asked, &decided).await?;
    let request = request.filter(|request| request.hash == token.hash()).ok_or_else(unknown)?;
    match standing(&request, decision.as_ref(), client, app.clock.now())? {
        Standing::Pending => Err(wait(app, &request).await?.into()),
        Standing::Allowed(approved) => {
            let held = Held {
                resources: &approved.resources,
                scope: &approved.scope.intersection(&client.scopes),
                authorization_details: &approved.authorization_details,
            };
            access_token::foresee(app, client, held, named).await?;
            spend(app, client, sender, &request, approved).await
        }
    }
}

/// What a client is told that has to come again: whether it may go on as it does.
async fn wait(app: &App, request: &BackChannelRequest) -> Result<OAuthError, FlowError> {
    let key = short_lived::backchannel_pace(request.id);
    let now = app.clock.now();
    let (pace, kept) = Pace::asked(app.sessions.get(&key).await?, now);
    app.sessions.put(&key, &pace, now.until(request.expires_at)).await?;
    Ok(match kept {
        Kept::Yes => OAuthError::authorization_pending("the person has not answered yet"),
        Kept::No => {
            let told = format!("asked again too soon: from now on wait {} seconds", pace.interval.as_secs());
            OAuthError::slow_down(told)
        }
    })
}

/// Of many that come for it at once one swaps the decision for the mark that it was redeemed.
async fn spend(
    app: &App,
    client: &Client,
    sender: &BoundSender,
    request: &BackChannelRequest,
    approved: &Approval,
) -> Result<Redeemed, FlowError> {
    let key = short_lived::backchannel_decision(request.id);
    let left = app.clock.now().until(request.expires_at) + REMEMBERED;
    let allowed = match app.sessions.swap(&key, &Decision::Redeemed, left).await? {
        Some(allowed @ Decision::Allowed(_)) => allowed,
        _ => return Err(OAuthError::invalid_grant("the auth_req_id was already used").into()),
    };
    let written = approval::write(app, client, approved, request.hash, sender.binding).await;
    if let Err(FlowError::Away(_)) = written {
        // Nothing was issued, and the client is told to come again. Should the grant stand after all, the unique hash keeps
        // it from being granted a second time.
        app.sessions.swap(&key, &allowed, left).await?;
    }
    written
}
