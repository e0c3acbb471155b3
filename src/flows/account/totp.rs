//! An authenticator application is added: its secret is shown, and counts once a code of it was typed.

use crate::credentials::totp::{Checked, TotpSecret};
use crate::crypto::seal::Context;
use crate::domain::credential::{Credential, CredentialKind, CredentialName, CredentialTraits};
use crate::domain::ids::{CredentialId, SessionId};
use crate::domain::message::Notice;
use crate::storage::{Enrolled, Material, StoredCredential};

use super::super::session::CurrentSession;
use super::super::visitor::Visitor;
use super::super::{App, FlowError, notices, short_lived};
use super::guard;

/// How long a secret that was shown may still be confirmed.
const TO_CONFIRM: std::time::Duration = std::time::Duration::from_secs(900);

/// How adding it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Added {
    Done,
    /// The application shows another code: its clock is wrong, or the secret was typed wrongly.
    WrongCode,
    /// It took too long, or was done already: there is a new secret now.
    Over,
    /// The session ended, or the account was locked.
    SignedOut,
    /// The citizen has as much as there may be.
    TooMany,
}

/// The secret that this session is adding; the same one until it is confirmed or has expired.
pub async fn offered(app: &App, current: &CurrentSession) -> Result<TotpSecret, FlowError> {
    if let Some(secret) = pending(app, current.id()).await? {
        return Ok(secret);
    }
    let secret = TotpSecret::generate(&*app.random);
    let sealed = app.keys.seal_short_lived(&context(current.id()), &secret.to_material(), &*app.random)?;
    // Of two pages that are opened at once both show what the first one made.
    let _ = app.sessions.claim(&short_lived::totp_enrolment(current.id()), &sealed, TO_CONFIRM).await?;
    Ok(pending(app, current.id()).await?.unwrap_or(secret))
}

/// Adds the application, if `typed` is its code now.
pub async fn add(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    name: CredentialName,
    typed: &str,
) -> Result<Added, FlowError> {
    let Some(secret) = pending(app, current.id()).await? else { return Ok(Added::Over) };
    let (now, citizen) = (app.clock.now(), current.citizen());
    let Checked::Right { step } = secret.check(typed, now, -1) else { return Ok(Added::WrongCode) };
    // Of two forms that were sent at once one adds it.
    if app.sessions.take(&short_lived::totp_enrolment(current.id())).await?.is_none() {
        return Ok(Added::Over);
    }
    let shown = name.to_string();
    let new = StoredCredential {
        citizen,
        credential: Credential {
            id: CredentialId::new(now, &*app.random),
            kind: CredentialKind::Totp,
            name,
            binding: guard::fresh(app, current).level(),
            traits: CredentialTraits::default(),
            created_at: now,
            last_used_at: None,
        },
        material: Material::new(secret.to_material()),
        // The code that was just typed is used.
        counter: step,
    };
    let mut tx = app.store.begin().await?;
    if !super::stands(&mut tx, current).await? {
        return Ok(Added::SignedOut);
    }
    if tx.credentials().enrol(&new, None).await? != Enrolled::New {
        return Ok(Added::TooMany);
    }
    let notice = Notice::CredentialAdded { kind: CredentialKind::Totp, name: shown };
    notices::tell(app, visitor, &mut tx, citizen, notice).await?;
    tx.commit().await?;
    app.post.wake();
    Ok(Added::Done)
}

async fn pending(app: &App, session: SessionId) -> Result<Option<TotpSecret>, FlowError> {
    let Some(sealed) = app.sessions.get(&short_lived::totp_enrolment(session)).await? else { return Ok(None) };
    let opened = app.keys.open_short_lived(&context(session), &sealed)?;
    Ok(TotpSecret::from_material(&opened))
}

fn context(session: SessionId) -> Context {
    Context::new("totp-enrolment", session.uuid().as_bytes())
}
