//! What a citizen is asked through the back channel: theirs alone, and only while it stands.

use std::sync::Arc;

use crate::domain::backchannel::{BackChannelRequest, Decision};
use crate::domain::citizen::Citizen;
use crate::domain::client::Client;
use crate::domain::ids::{CitizenId, GrantId};

use super::super::sign_in::ask_consent::{self, Question};
use super::super::{App, FlowError, short_lived};

/// A request and who asks.
#[derive(Clone, Debug)]
pub struct Incoming {
    pub client: Arc<Client>,
    pub request: BackChannelRequest,
}

/// How a request stands that a citizen looks at.
#[derive(Clone, Debug)]
pub enum Standing {
    Open(Box<Incoming>),
    Allowed,
    Denied,
    /// It has expired, or the client is gone.
    Over,
}

/// What waits for this citizen's answer, the latest first.
pub async fn list(app: &App, citizen: CitizenId) -> Result<Vec<Incoming>, FlowError> {
    let now = app.clock.now();
    let ids = app.sessions.members(&short_lived::backchannel_requests_to(citizen)).await?;
    let requests: Vec<_> = ids.iter().map(|id| short_lived::backchannel_request(*id)).collect();
    let decisions: Vec<_> = ids.iter().map(|id| short_lived::backchannel_decision(*id)).collect();
    let requests = app.sessions.get_many(&requests).await?;
    let decisions = app.sessions.get_many(&decisions).await?;
    let mut open = Vec::new();
    for (request, decision) in requests.into_iter().zip(decisions) {
        let Some(request) = request.filter(|request| request.citizen == citizen && !request.is_over(now)) else {
            continue;
        };
        if let (None, Some(client)) = (decision, asking(app, &request).await?) {
            open.push(Incoming { client, request });
        }
    }
    open.sort_by_key(|incoming| std::cmp::Reverse(incoming.request.requested_at));
    Ok(open)
}

/// One request of this citizen's. `None` where it is somebody else's, or nobody's: which of them is not told.
pub async fn find(app: &App, citizen: CitizenId, id: GrantId) -> Result<Option<Standing>, FlowError> {
    let (request, decision) = (short_lived::backchannel_request(id), short_lived::backchannel_decision(id));
    let (request, decision) = app.sessions.get_both(&request, &decision).await?;
    let Some(request) = request.filter(|request| request.citizen == citizen) else { return Ok(None) };
    Ok(Some(match decision {
        Some(Decision::Allowed(_) | Decision::Redeemed) => Standing::Allowed,
        Some(Decision::Denied) => Standing::Denied,
        // For a moment; or for good, where the server that held it was killed within.
        Some(Decision::BeingAllowed) => Standing::Over,
        None if request.is_over(app.clock.now()) => Standing::Over,
        None => match asking(app, &request).await? {
            Some(client) => Standing::Open(Box::new(Incoming { client, request })),
            None => Standing::Over,
        },
    }))
}

/// What `citizen` is asked, as the consent page would show it.
pub async fn question(app: &App, citizen: &Citizen, incoming: &Incoming) -> Result<Question, FlowError> {
    ask_consent::of(app, incoming.client.clone(), citizen, &incoming.request.asked).await
}

/// Who asks, while they may.
async fn asking(app: &App, request: &BackChannelRequest) -> Result<Option<Arc<Client>>, FlowError> {
    let client = app.clients.find(app, &request.asked.client_id).await?;
    Ok(client.filter(|client| client.is_active() && client.serves(request.citizen)))
}
