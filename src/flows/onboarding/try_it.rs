//! A sign-in that an application's owner tries out, through the real endpoints, back to a page of SenID's own (`flows::trial`). What
//! comes back is shown to whoever began and to nobody else, and is exchanged once.

use crate::crypto::base64url;
use crate::domain::administration::{Authority, Permission};
use crate::domain::client::{Client, GrantType, Kind};
use crate::domain::ids::{CitizenId, ClientId};
use crate::domain::random::Random;
use crate::domain::stage::Stage;
use crate::flows::admin::{AdminError, Administrator, registered_clients};
use crate::flows::short_lived;
use crate::flows::trial::{LIVES, PATH, Trial, hash};
use crate::protocol::parameters::Parameters;
use crate::sessions;

/// A trial as its owner sees it.
#[derive(Clone, Debug)]
pub struct Tried {
    pub client: Client,
    pub redirect_uri: String,
    /// The authorization request: an address to be opened.
    pub request: String,
    /// The address that somebody came back to.
    pub answer: Option<String>,
    pub code: Option<String>,
    pub verifier: String,
}

/// Begins a trial and returns its `state`.
///
/// # Errors
/// `NotFound`; `Conflict` where the client is in production, or signs nobody in by a code.
pub async fn begin(admin: &Administrator, id: &ClientId) -> Result<String, AdminError> {
    admin.may_on(Permission::ClientSandbox, id)?;
    let client = registered_clients::show(admin, id).await?;
    fit(&client)?;
    let secret = |random: &dyn Random| base64url::encode(&random.bytes::<32>());
    let state = secret(&*admin.random);
    let trial = Trial {
        client: client.id,
        by: owner(admin)?,
        nonce: secret(&*admin.random),
        verifier: secret(&*admin.random),
        answer: None,
    };
    store(admin)?.put(&short_lived::trial(hash(&state)), &trial, LIVES).await?;
    Ok(state)
}

/// The trial of this `state`, to whoever began it.
///
/// # Errors
/// `NotFound` where it is over, or somebody else's, or of another client.
pub async fn show(admin: &Administrator, id: &ClientId, state: &str) -> Result<Tried, AdminError> {
    admin.may_on(Permission::ClientSandbox, id)?;
    let (client, trial) = own(admin, id, state).await?;
    Ok(tried(admin, client, &trial, state))
}

/// As [`show`], and it is over: what came back is exchanged once, whatever comes of it.
///
/// # Errors
/// As there; `Conflict` where nobody has come back yet.
pub async fn take(admin: &Administrator, id: &ClientId, state: &str) -> Result<Tried, AdminError> {
    admin.may_on(Permission::ClientSandbox, id)?;
    let (client, trial) = own(admin, id, state).await?;
    if trial.answer.is_none() {
        return Err(AdminError::Conflict("nobody has come back yet".to_owned()));
    }
    // Of two who press at once one gets it.
    let taken = store(admin)?.take(&short_lived::trial(hash(state))).await?.ok_or_else(over)?;
    Ok(tried(admin, client, &taken, state))
}

async fn own(admin: &Administrator, id: &ClientId, state: &str) -> Result<(Client, Trial), AdminError> {
    let trial: Option<Trial> = store(admin)?.get(&short_lived::trial(hash(state))).await?;
    let by = owner(admin)?;
    let trial = trial.filter(|trial| trial.by == by && trial.client == *id).ok_or_else(over)?;
    let client = registered_clients::show(admin, id).await?;
    fit(&client)?;
    Ok((client, trial))
}

fn over() -> AdminError {
    AdminError::NotFound("there is no such trial: it is over, or somebody else's".to_owned())
}

fn fit(client: &Client) -> Result<(), AdminError> {
    let why = match (client.stage, Kind::of(client).sends_people()) {
        (Stage::Production, _) => "it is in production, where citizens sign in: a sign-in is tried in the sandbox",
        (Stage::Sandbox, false) => "nobody signs in to it",
        (Stage::Sandbox, true) if !client.grant_types.contains(&GrantType::AuthorizationCode) => "it takes no codes",
        (Stage::Sandbox, true) => return Ok(()),
    };
    Err(AdminError::Conflict(why.to_owned()))
}

fn store(admin: &Administrator) -> Result<&sessions::Store, AdminError> {
    admin.sessions.as_ref().ok_or_else(|| AdminError::Away("the short-lived store is not reached from here".to_owned()))
}

fn owner(admin: &Administrator) -> Result<CitizenId, AdminError> {
    match &admin.authority {
        Authority::Staff(staff) => Ok(staff.citizen),
        Authority::Shell => Err(AdminError::Conflict("a sign-in is tried on a page".to_owned())),
    }
}

fn tried(admin: &Administrator, client: Client, trial: &Trial, state: &str) -> Tried {
    let issuer = &admin.settings.issuer;
    let redirect_uri = issuer.at(PATH);
    let (scope, challenge) = (client.scopes.to_string(), trial.challenge());
    let asked = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("client_id", client.id.as_str()),
            ("response_type", "code"),
            ("redirect_uri", redirect_uri.as_str()),
            ("scope", scope.as_str()),
            ("state", state),
            ("nonce", trial.nonce.as_str()),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
            // Whoever began is signed in here, and is real.
            ("prompt", "select_account"),
        ])
        .finish();
    let answered = trial.answer.as_deref().and_then(|query| Parameters::decode(query.as_bytes()).ok());
    Tried {
        request: format!("{}?{asked}", issuer.at("/authorize")),
        answer: trial.answer.as_ref().map(|query| format!("{redirect_uri}?{query}")),
        code: answered.and_then(|answer| answer.value("code").map(str::to_owned)),
        verifier: trial.verifier.clone(),
        redirect_uri,
        client,
    }
}
