//! A sign-in that an application's owner tries, as the authorization endpoint sees it. Who begins and ends one is in
//! `onboarding::try_it`.
//!
//! Whoever signs in comes back to a page of SenID's own. It is no client's redirect URI: it is taken for one only while an owner's trial
//! waits for its answer, for the request that the trial began (its `state` and its PKCE challenge), and for a client in the sandbox: nobody
//! real can have signed in. What comes back is kept for whoever began.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{App, FlowError, short_lived};
use crate::crypto::base64url;
use crate::crypto::hash::{constant_time_eq, hash_secret, sha256};
use crate::domain::client::Client;
use crate::domain::ids::{CitizenId, ClientId};
use crate::domain::secret::SecretHash;
use crate::domain::stage::Stage;
use crate::protocol::authorize::Request;
use crate::protocol::parameters::Parameters;

/// Where people come back to.
pub const PATH: &str = "/admin/try-it";

/// From beginning to end.
pub const LIVES: Duration = Duration::from_secs(15 * 60);

/// A trial under way, under the hash of its `state`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Trial {
    pub client: ClientId,
    /// Who began it: nobody else is shown what came of it.
    pub by: CitizenId,
    pub nonce: String,
    pub verifier: String,
    /// The answer's parameters, once somebody has come back.
    pub answer: Option<String>,
}

impl Trial {
    /// RFC 7636 §4.2.
    pub fn challenge(&self) -> String {
        base64url::encode(&sha256(self.verifier.as_bytes()))
    }
}

/// What a trial of this `state` stands under.
pub fn hash(state: &str) -> SecretHash {
    hash_secret(state.as_bytes())
}

/// The client that an authorization request is held against: with our own page as its one redirect URI where the request is the one that
/// a trial began and nobody has answered yet; as it is registered otherwise.
pub async fn with_own_page(
    app: &App,
    asked: &Request,
    client: Option<Arc<Client>>,
) -> Result<Option<Arc<Client>>, FlowError> {
    let own_page = app.settings.issuer.at(PATH);
    let said = asked.parameters();
    if said.value("redirect_uri") != Some(own_page.as_str()) {
        return Ok(client);
    }
    let (Some(registered), Some(state)) = (&client, said.value("state")) else { return Ok(client) };
    // An answer that travels in another way would not come to the page, and a request object could say something else.
    if registered.stage != Stage::Sandbox || !asked.is_plain() {
        return Ok(client);
    }
    let trial = app.sessions.get(&short_lived::trial(hash(state))).await?;
    let challenged = said.value("code_challenge").unwrap_or_default();
    let is_its_own = |trial: &Trial| {
        let same = constant_time_eq(challenged.as_bytes(), trial.challenge().as_bytes());
        same && trial.client == registered.id && trial.answer.is_none()
    };
    match trial.is_some_and(|trial| is_its_own(&trial)) {
        true => Ok(Some(Arc::new(Client { redirect_uris: vec![own_page], ..Client::clone(registered) }))),
        false => Ok(client),
    }
}

/// Keeps what came back, for whoever began. Whether there was a trial that waited for it.
///
/// # Errors
/// Where the short-lived store is away.
pub async fn came_back(app: &App, answer: &Parameters) -> Result<bool, FlowError> {
    let Some(state) = answer.value("state") else { return Ok(false) };
    let key = short_lived::trial(hash(state));
    let Some(trial) = app.sessions.get(&key).await? else { return Ok(false) };
    if trial.answer.is_some() {
        return Ok(false);
    }
    let answered = Trial { answer: Some(answer.encode()), ..trial };
    Ok(app.sessions.swap(&key, &answered, LIVES).await?.is_some_and(|before| before.answer.is_none()))
}
