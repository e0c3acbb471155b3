//! Verifies the audit log in the identity store: every event, and every head.

use std::io::BufRead;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::crypto::transparency::{NoteVerifier, SignatureLine, SignedNote};
use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::flows::admin::{AdminError, Administrator};
pub use crate::flows::audit_log::kept_heads;
use crate::flows::audit_log::{File, Finding, HeadElsewhere, Live, LogKeys, Verification, Verifier, origin};
use crate::storage::Cosigned;

/// Cosignatures that are held at once.
const COSIGNATURES: u32 = 1_000;

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
    watched(admin, elsewhere, &AtomicU64::new(0)).await
}

/// As [`verify`]; how many events it has looked at is in `looked_at` at any moment.
///
/// # Errors
/// As [`verify`].
pub async fn watched(
    admin: &Administrator,
    elsewhere: Vec<HeadElsewhere>,
    looked_at: &AtomicU64,
) -> Result<Verification, AdminError> {
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
    let mut source = Live(&admin.store);
    while !verifier.state().is_done {
        verifier.page(&mut source).await?;
        looked_at.store(verifier.state().size, Ordering::Relaxed);
    }
    let mut verification = verifier.state().clone();
    if verification.finding.is_none() && !admin.settings.audit.witnesses.is_empty() {
        look_at_cosignatures(admin, &mut verification).await?;
    }
    let found = verification.finding.as_ref().map_or("nothing", |finding| finding.word());
    let event = admin.event(EventKind::AuditVerified).with("events", verification.size).with("found", found).build();
    admin.store.write().await?.audit().record(&event).await?;
    Ok(verification)
}

/// Whether what is kept as witnesses' signatures is theirs, and how much of the log enough of them signed.
async fn look_at_cosignatures(admin: &Administrator, found: &mut Verification) -> Result<(), AdminError> {
    let witnesses = admin.settings.audit.witnesses.iter().map(|witness| NoteVerifier::parse(&witness.key));
    let witnesses: Vec<NoteVerifier> = witnesses.collect::<Result<_, _>>().map_err(AdminError::failed)?;
    let mut after = (0, String::new());
    let mut of_head = 0;
    found.witnessed = Some(0);
    loop {
        let page = admin.store.read().await?.audit_log().cosigned((after.0, &after.1), COSIGNATURES).await?;
        if page.is_empty() {
            return Ok(());
        }
        for Cosigned { number, size, note, witness, line } in page {
            of_head = if number == after.0 { of_head } else { 0 };
            // One that the settings do not name any more says nothing.
            if let Some(key) = witnesses.iter().find(|key| key.name() == witness) {
                let text = SignedNote::parse(&note).map(|note| note.text);
                let signed = text.ok().zip(SignatureLine::parse(&line).ok());
                if signed.is_none_or(|(text, line)| key.verifies(&text, &line).is_none()) {
                    found.finding = Some(Finding::CosignatureForged { number, witness });
                    return Ok(());
                }
                of_head += 1;
                if of_head >= admin.settings.audit.quorum.max(1) {
                    found.witnessed = Some(size);
                }
            }
            after = (number, witness);
        }
    }
}

/// Looks at a log that was exported, with these keys, or where none are given with those that it names itself.
///
/// # Errors
/// Where it is no exported log.
pub async fn verify_file(
    file: impl BufRead + Send,
    keys: &[String],
    elsewhere: Vec<HeadElsewhere>,
) -> Result<Verification, AdminError> {
    let keys = keys.iter().map(|key| NoteVerifier::parse(key));
    let keys = keys.collect::<Result<Vec<_>, _>>().map_err(|error| AdminError::invalid("key", error.to_string()))?;
    let mut file = File::open(file)?;
    let verifier = file.verifier(keys)?;
    elsewhere.into_iter().fold(verifier, Verifier::against).finish(&mut file).await
}
