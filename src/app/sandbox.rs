//! What makes a deployment a sandbox, and keeps every other one from being served as one.
//!
//! Two people's mistakes are not enough: the command line says it, the settings name the issuer a second time, the issuer's host
//! shows it to everybody, nothing that is configured reaches anybody real, nobody real and no portal that citizens use is stored,
//! and the identity store was made as this sandbox and never served as anything else.

use crate::config::Settings;
use crate::domain::citizen::Citizen;
use crate::domain::ids::{CitizenId, ClientId};
use crate::domain::issuer::Issuer;
use crate::domain::sandbox::Mode;
use crate::domain::stage::{Person, Stage};
use crate::storage::{Error, Fact, Transaction};

use super::demo_data;
use super::deployment::Deployment;

/// Why a deployment is not served as it was asked to be.
#[derive(Debug, thiserror::Error)]
pub enum NotAsAsked {
    #[error(transparent)]
    Store(#[from] Error),
    #[error("the people of the sandbox could not be entered: {0}")]
    People(#[from] demo_data::DataError),
    #[error(
        "--sandbox: the settings name no sandbox; set sandbox.issuer = \"{0}\" if nobody real ever signs in to this deployment"
    )]
    NotNamed(Issuer),
    #[error(
        "--sandbox: sandbox.issuer is {named}, and the issuer is {issuer}: only the issuer that is named is a sandbox"
    )]
    OtherIssuer { named: Issuer, issuer: Issuer },
    #[error(
        "--sandbox: the host of {0} does not say that it is a sandbox: expected a label \"sandbox\" in it, such as \
         https://sandbox.id.example.gov"
    )]
    HostDoesNotSay(Issuer),
    #[error("--sandbox: {0} is set: a sandbox reaches nobody real")]
    ReachesPeople(&'static str),
    #[error("--sandbox: the identity store holds a real citizen ({0}): a sandbox has made-up people only")]
    RealCitizen(CitizenId),
    #[error("--sandbox: the application {0} is in production: a sandbox has applications in the sandbox only")]
    ProductionClient(ClientId),
    #[error("--sandbox: this identity store was served without it ({0}), and is never a sandbox")]
    Official(String),
    #[error("--sandbox: this identity store was made as the sandbox of {0}")]
    SandboxOf(String),
    #[error("this identity store was made as the sandbox of {0}: it is served with --sandbox, or not at all")]
    IsASandbox(String),
    #[error("sandbox.issuer says that {0} is a sandbox: it is served with --sandbox, or not at all")]
    NamedAsSandbox(Issuer),
}

/// What the store says of itself before what it was served as. The text is what is stored, and is never changed.
const SANDBOX_OF: &str = "sandbox of ";
const OFFICIAL: &str = "official as ";

/// The deployment as a sandbox, with somebody to try it with. The first time, its store becomes one for good.
///
/// # Errors
/// A sentence that says which of the conditions does not hold.
pub async fn enter(deployment: Deployment) -> Result<Deployment, NotAsAsked> {
    let settings = &deployment.settings;
    let issuer = &settings.issuer;
    match &settings.sandbox.issuer {
        None => return Err(NotAsAsked::NotNamed(issuer.clone())),
        Some(named) if named != issuer => {
            return Err(NotAsAsked::OtherIssuer { named: named.clone(), issuer: issuer.clone() });
        }
        Some(_) => {}
    }
    if !issuer.is_loopback() && !issuer.host().split('.').any(|label| label == "sandbox") {
        return Err(NotAsAsked::HostDoesNotSay(issuer.clone()));
    }
    if let Some(setting) = reaches_people(settings) {
        return Err(NotAsAsked::ReachesPeople(setting));
    }
    let now = deployment.clock.now();
    let own = format!("{SANDBOX_OF}{issuer}");
    let mut tx = deployment.store.begin().await?;
    // In the one transaction that settles it: whoever is entered meanwhile is seen at the next start, and served by no client.
    nobody_real(&mut tx).await?;
    let settled = tx.settled().settle(Fact::ServedAs, &own, now).await?;
    if settled != own {
        return Err(match settled.strip_prefix(SANDBOX_OF) {
            Some(other) => NotAsAsked::SandboxOf(other.to_owned()),
            None => NotAsAsked::Official(settled.strip_prefix(OFFICIAL).unwrap_or(&settled).to_owned()),
        });
    }
    tx.commit().await?;
    demo_data::enter_made_up(&deployment).await?;
    Ok(Deployment { mode: Mode::Sandbox, ..deployment })
}

/// Holds a deployment that is served without `--sandbox` against being one. The first time, its store is none for good.
///
/// # Errors
/// `IsASandbox`, `NamedAsSandbox`.
pub async fn stay_out(deployment: &Deployment) -> Result<(), NotAsAsked> {
    let issuer = &deployment.settings.issuer;
    if deployment.settings.sandbox.issuer.as_ref() == Some(issuer) {
        return Err(NotAsAsked::NamedAsSandbox(issuer.clone()));
    }
    let own = format!("{OFFICIAL}{issuer}");
    let mut tx = deployment.store.begin().await?;
    let settled = tx.settled().settle(Fact::ServedAs, &own, deployment.clock.now()).await?;
    if let Some(other) = settled.strip_prefix(SANDBOX_OF) {
        return Err(NotAsAsked::IsASandbox(other.to_owned()));
    }
    Ok(tx.commit().await?)
}

/// The setting by which somebody real would be reached or asked about.
fn reaches_people(settings: &Settings) -> Option<&'static str> {
    let set = [
        (settings.registry.server.is_some(), "registry.url"),
        (settings.certificate_sign_in.remote.is_some(), "certificate_sign_in.remote.url"),
        (settings.messages.sms.is_some(), "messages.sms.url"),
    ];
    set.into_iter().find_map(|(is_set, name)| is_set.then_some(name))
}

async fn nobody_real(tx: &mut Transaction) -> Result<(), NotAsAsked> {
    const AT_ONCE: u32 = 100;
    let mut after = None;
    loop {
        let page = tx.citizens().list(None, after, AT_ONCE).await?;
        let real = |citizen: &&Citizen| citizen.id.person() == Person::Real;
        if let Some(found) = page.items.iter().find(real) {
            return Err(NotAsAsked::RealCitizen(found.id));
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let mut after = None;
    loop {
        let page = tx.clients().list(after.as_ref(), AT_ONCE).await?;
        if let Some(found) = page.items.iter().find(|stored| stored.client.stage == Stage::Production) {
            return Err(NotAsAsked::ProductionClient(found.client.id.clone()));
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}
