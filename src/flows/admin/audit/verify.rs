//! Verifies the audit log in the identity store: every event, and every head.

use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::flows::admin::{AdminError, Administrator};
use crate::flows::audit_log::{HeadElsewhere, Live, LogKeys, Verification, Verifier, origin};

/// Opens the log's own keys.
///
/// # Errors
/// Where the master key does not open them.
pub async fn keys(admin: &Administrator) -> Result<LogKeys, AdminError> {
    admin.may(Permission::AuditVerify)?;
    let stored = admin.store.read().await?.sealed_keys().load().await?;
    Ok(LogKeys::open(origin(&admin.settings.issuer), &stored, &admin.sealing)?)
}

/// Looks at everything, while servers go on, and also holds it against `elsewhere`: heads that were kept apart from the log. That it
/// was verified is an event itself, with what was found.
///
/// # Errors
/// `Away`. What is wrong with the log is no error but the finding.
pub async fn verify(admin: &Administrator, elsewhere: Vec<HeadElsewhere>) -> Result<Verification, AdminError> {
    admin.may(Permission::AuditVerify)?;
    let keys = keys(admin).await?;
    let mut reading = admin.store.read().await?;
    // Before the events: what it was made of is there then.
    let tree = reading.audit_log().tree().await?;
    let retirement = reading.audit_log().retirement().await?;
    drop(reading);
    let (retired, first_head) = retirement.map_or_else(Default::default, |one| (one.frontier, one.first_head));
    let mut verifier = Verifier::new(keys.origin().to_owned(), keys.verifiers(), retired, first_head)
        .with_keys(&keys)
        .against_tree(tree);
    for head in elsewhere {
        verifier = verifier.against(head);
    }
    let verification = verifier.finish(&mut Live(&admin.store)).await?;
    let found = verification.finding.as_ref().map_or("nothing", |finding| finding.word());
    let event = admin.event(EventKind::AuditVerified).with("events", verification.size).with("found", found).build();
    admin.store.write().await?.audit().record(&event).await?;
    Ok(verification)
}
