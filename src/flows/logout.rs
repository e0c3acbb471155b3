//! Signing out: RP-initiated (OpenID Connect RP-Initiated Logout 1.0), and from SenID's own pages.

use std::sync::Arc;

use super::session::{self, Ending};
use super::visitor::Visitor;
use super::{App, FlowError};
use crate::domain::client::Client;
use crate::domain::logout::Participant;
use crate::protocol::logout::{LogoutFault, LogoutRequest, front_channel_uri};
use crate::protocol::parameters::Parameters;

/// What the browser is to do.
#[derive(Debug)]
pub enum Logout {
    /// Ask the person first: the request did not prove that it comes from their own session.
    Ask {
        request: LogoutRequest,
        client: Option<Arc<Client>>,
    },
    /// Signed out, or nobody was signed in: go back to the client, or say so on a page.
    Done {
        return_uri: Option<String>,
        client: Option<Arc<Client>>,
        /// The pages of other clients that the browser is to show meanwhile (Front-Channel Logout 1.0 §3).
        frames: Vec<String>,
    },
    Page(LogoutFault),
}

/// Whether the person has confirmed, on a page of ours, that they want to sign out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    Given,
    NotAsked,
}

/// Signs the visitor out, or says what has to be asked first.
pub async fn logout(
    app: &App,
    visitor: &Visitor,
    parameters: &Parameters,
    confirmation: Confirmation,
) -> Result<Logout, FlowError> {
    let request = match LogoutRequest::read(parameters, app.issuer(), &app.keys.ring(), app.clock.now()) {
        Ok(request) => request,
        Err(fault) => return Ok(Logout::Page(fault)),
    };
    let client = match &request.client {
        Some(id) => app.clients.find(app, id).await?,
        None => None,
    };
    let return_uri = match request.return_uri(client.as_ref()) {
        Ok(uri) => uri,
        Err(fault) => return Ok(Logout::Page(fault)),
    };
    let Some(current) = session::current(app, visitor).await? else {
        return Ok(Logout::Done { return_uri, client, frames: Vec::new() });
    };
    let sid = client.as_ref().map(|client| app.keys.sid(client, current.id()));
    if confirmation == Confirmation::NotAsked && !request.is_about(sid.as_deref()) {
        return Ok(Logout::Ask { request, client });
    }
    let left = session::end(app, visitor, &current, Ending::ByPerson).await?;
    Ok(Logout::Done { return_uri, client, frames: frames(app, &left).await? })
}

/// The pages that end the sessions of those who took part and have no other way to be told, or this one as well.
pub(super) async fn frames(app: &App, left: &[Participant]) -> Result<Vec<String>, FlowError> {
    let mut frames = Vec::new();
    for participant in left {
        let client = app.clients.find(app, &participant.client).await?;
        let endpoint = client.as_ref().and_then(|client| client.logout.front_channel.as_ref());
        frames.extend(endpoint.map(|endpoint| front_channel_uri(&endpoint.uri, app.issuer(), &participant.sid)));
    }
    Ok(frames)
}
