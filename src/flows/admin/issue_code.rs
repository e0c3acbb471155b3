//! A code for a citizen whom a registrar sees in front of them: handed over on paper, good once and for one thing.

use std::time::Duration;

use crate::crypto::hash::hash_secret;
use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::ids::CitizenId;
use crate::domain::issued_code::{CodeText, CodeUse, IssuedCode};
use crate::domain::secret::SecretString;
use crate::domain::time::Timestamp;
use crate::storage::Transaction;

use super::find_citizen::Who;
use super::{AdminError, Administrator};

#[derive(Debug)]
pub struct Issued {
    pub citizen: CitizenId,
    /// It is shown once.
    pub code: SecretString,
    pub expires_at: Timestamp,
}

/// Makes a code, and ends the one before of the same purpose.
///
/// # Errors
/// `NotFound`; `Conflict` where the account is not active; `Invalid` for a counter code where the settings have none.
pub async fn issue(admin: &Administrator, who: &Who, purpose: CodeUse) -> Result<Issued, AdminError> {
    admin.may(Permission::CitizenIssueCode)?;
    let mut tx = admin.store.begin().await?;
    let citizen = who.load(&mut tx).await?;
    admin.not_oneself(citizen.id)?;
    if !citizen.status.is_active() {
        return Err(AdminError::Conflict(format!("the account is {}: a code would open nothing", citizen.status)));
    }
    let issued = issue_to(admin, &mut tx, citizen.id, purpose).await?;
    tx.commit().await?;
    Ok(issued)
}

/// As [`issue`], within a transaction, to a citizen whose account is active.
pub(super) async fn issue_to(
    admin: &Administrator,
    tx: &mut Transaction,
    citizen: CitizenId,
    purpose: CodeUse,
) -> Result<Issued, AdminError> {
    let now = admin.clock.now();
    let expires_at = now + lives(admin, purpose)?;
    let code = CodeText::draw(&*admin.random);
    let hash = hash_secret(code.letters().as_bytes());
    tx.issued_codes().issue(&IssuedCode { hash, citizen, purpose, issued_at: now, expires_at }).await?;
    let event = admin
        .event(EventKind::CodeIssued)
        .about(citizen)
        .with("purpose", purpose)
        .with("expires_at", expires_at.seconds());
    tx.audit().record(&event.build()).await?;
    Ok(Issued { citizen, code: code.written(), expires_at })
}

fn lives(admin: &Administrator, purpose: CodeUse) -> Result<Duration, AdminError> {
    match purpose {
        CodeUse::Recover | CodeUse::Raise => Ok(admin.settings.recovery.code),
        CodeUse::Counter if admin.settings.counter.enabled => Ok(admin.settings.counter.code),
        CodeUse::Counter => Err(AdminError::invalid("purpose", "counter codes are off: the setting counter.enabled")),
    }
}
