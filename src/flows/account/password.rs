//! Another password, or a first one.

use crate::domain::citizen::Citizen;
use crate::domain::ids::CitizenId;
use crate::domain::message::Notice;
use crate::domain::password_policy::{Context, NormalisedPassword, PasswordUse, Refusal, judge};
use crate::domain::secret::SecretString;
use crate::domain::time::Timestamp;

use super::super::session::CurrentSession;
use super::super::visitor::Visitor;
use super::super::{App, FlowError, notices};

/// When it was set; `None` where there is none.
pub async fn set_at(app: &App, citizen: CitizenId) -> Result<Option<Timestamp>, FlowError> {
    Ok(app.store.read().await?.passwords().find(citizen).await?.map(|stored| stored.changed_at))
}

/// How it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Changed {
    Done,
    /// While it was being hashed, the session ended or the account was locked.
    SignedOut,
    /// It will not do as a password.
    Refused(Refusal),
}

/// Sets the password, and ends every other session: whoever knew the one before is out, and the devices that they made their own with
/// it are strangers again.
pub async fn change(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    citizen: &Citizen,
    typed: &SecretString,
) -> Result<Changed, FlowError> {
    let password = match judged(app, Some(citizen), typed) {
        Ok(password) => password,
        Err(refusal) => return Ok(Changed::Refused(refusal)),
    };
    let phc = SecretString::new(app.hasher.hash(&password).await?.as_str());
    let mut tx = app.store.begin().await?;
    if !super::stands(&mut tx, current).await? {
        return Ok(Changed::SignedOut);
    }
    tx.passwords().replace(citizen.id, &phc, app.clock.now()).await?;
    tx.known_devices().forget_others(citizen.id, &visitor.devices).await?;
    notices::tell(app, visitor, &mut tx, citizen.id, Notice::PasswordChanged).await?;
    tx.commit().await?;
    super::end_other_sessions(app, visitor, current).await?;
    Ok(Changed::Done)
}

/// Whether `typed` will do as the password of `citizen`; of nobody in particular where none is named.
///
/// It has to be good enough to stand alone, whatever else its owner has: the second step can be switched off, and what is
/// beside the password can be lost.
///
/// # Errors
/// The first reason against it.
pub fn judged(app: &App, citizen: Option<&Citizen>, typed: &SecretString) -> Result<NormalisedPassword, Refusal> {
    let mut context = Context::default();
    for language in &app.settings.languages.enabled {
        context = context.service_name(app.settings.authority.service_name.in_language(language));
    }
    if let Some(citizen) = citizen {
        context = context.identifier(citizen.national_id.expose()).name(&citizen.profile.name);
        if let Some(phone) = &citizen.profile.phone_number {
            context = context.phone(&phone.value);
        }
        if let Some(email) = &citizen.profile.email {
            context = context.email(&email.value);
        }
    }
    judge(typed, app.settings.password.lengths, PasswordUse::Alone, &context)
}
