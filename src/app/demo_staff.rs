//! Who administers the demonstration: one for each role, who come in as every officer does. Their password is public and opens the console
//! to nobody; they add a passkey, and the code that is printed at each start makes it count for two factors (docs/administration.md).

use std::sync::Arc;

use super::demo_data::{self, DataError};
use super::deployment::Deployment;
use super::{StartError, parts};
use crate::demo::people::{SANDBOX_CLIENT, STAFF};
use crate::domain::administration::{Authority, Role};
use crate::domain::audit::Actor;
use crate::domain::issued_code::CodeUse;
use crate::domain::secret::SecretString;
use crate::flows::admin::find_citizen::Who;
use crate::flows::admin::{AdminError, Administrator, issue_code, owners, roles};

#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    #[error("{0} is not on this machine: nobody who was made up administers there")]
    Elsewhere(String),
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Admin(#[from] AdminError),
    #[error(transparent)]
    Start(#[from] StartError),
}

/// One of them, as they are announced.
#[derive(Debug)]
pub struct AtWork {
    pub name: &'static str,
    pub identifier: &'static str,
    pub role: Role,
    /// Makes the passkey that they signed in with count for two factors, once.
    pub code: SecretString,
}

/// Enters them with their roles where they are missing, and issues each a code. What somebody withdrew stays so: a role is given when its
/// holder is entered, and never again.
///
/// # Errors
/// `Elsewhere` where the issuer is not on this machine, before anybody is entered.
pub async fn enter(deployment: &Deployment) -> Result<Vec<AtWork>, StaffError> {
    let issuer = &deployment.settings.issuer;
    if !issuer.is_loopback() {
        return Err(StaffError::Elsewhere(issuer.to_string()));
    }
    let admin = shell(deployment)?;
    let scheme = admin.settings.national_id.default_scheme();
    let who = |identifier: &str| Who::parse(identifier, scheme);
    let mut missing = Vec::new();
    for staff in &STAFF {
        let mut tx = admin.store.begin().await.map_err(AdminError::from)?;
        if matches!(who(staff.person.national_id)?.load(&mut tx).await, Err(AdminError::NotFound(_))) {
            missing.push(staff);
        }
    }
    demo_data::enter_staff(deployment).await?;
    for staff in missing {
        let who = who(staff.person.national_id)?;
        roles::grant(&admin, &who, staff.role, None).await?;
        if staff.role == Role::ClientOwner {
            let client = SANDBOX_CLIENT.parse().map_err(DataError::from)?;
            owners::name(&admin, &client, &who).await?;
        }
    }
    let mut at_work = Vec::new();
    for staff in &STAFF {
        // Who was locked or closed meanwhile is no staff today.
        match issue_code::issue(&admin, &who(staff.person.national_id)?, CodeUse::Raise).await {
            Ok(issued) => at_work.push(AtWork {
                name: staff.person.name,
                identifier: staff.person.national_id,
                role: staff.role,
                code: issued.code,
            }),
            Err(AdminError::Conflict(_) | AdminError::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(at_work)
}

/// Whoever started the demonstration has the shell of this machine.
fn shell(deployment: &Deployment) -> Result<Administrator, StaffError> {
    let mut settings = (*deployment.settings).clone();
    // Whatever takes a second person here: somebody has to be the first.
    settings.administration.approvals.clear();
    Ok(Administrator {
        actor: Actor::Operator("demonstration".to_owned()),
        authority: Authority::Shell,
        settings: Arc::new(settings),
        clock: Arc::clone(&deployment.clock),
        random: Arc::clone(&deployment.random),
        store: deployment.store.clone(),
        sessions: None,
        hashing: parts::hashing(&deployment.settings).map_err(StartError::from)?,
        masters: None,
        sealing: Arc::clone(&deployment.keys.sealing),
        hardware: deployment.hardware.clone(),
        request: None,
    })
}
