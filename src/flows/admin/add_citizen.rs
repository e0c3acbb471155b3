//! One citizen, added by an operator.

use std::sync::Arc;

use crate::credentials::password::Hasher;
use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::citizen::Citizen;
use crate::domain::identifier_alias::IdentifierAlias;
use crate::domain::ids::{AliasId, CitizenId};
use crate::domain::password_policy::{Context, NormalisedPassword, PasswordUse, Refusal, judge};
use crate::domain::random::Random;
use crate::domain::secret::SecretString;
use crate::domain::stage::Person;
use crate::domain::time::Timestamp;
use crate::storage::{AliasHolders, Conflict, Error, NewCitizen, Transaction};

use super::particulars::{Checked, Column, Particulars, Remark};
use super::{AdminError, Administrator, Fault, duplicates};

/// A citizen who now is.
#[derive(Debug)]
pub struct Added {
    pub citizen: Citizen,
    /// How many names they sign in with.
    pub names: usize,
    pub warnings: Vec<Remark>,
}

/// Adds a citizen, with a password if one is given; or somebody made up, for clients in the sandbox, who stays that.
///
/// # Errors
/// `Invalid` with every fault; `Conflict` if somebody has one of the names.
pub async fn add(
    admin: &Administrator,
    particulars: &Particulars,
    password: Option<&SecretString>,
    person: Person,
) -> Result<Added, AdminError> {
    admin.may(Permission::CitizenAdd)?;
    let now = admin.clock.now();
    let settings = &admin.settings;
    let mut checked =
        particulars.check_of_age(&settings.national_id, &settings.identity.ages, now).map_err(|faults| {
            let fault = |remark: Remark| Fault::new(remark.column.map_or("", |column| column.name()), remark.sentence);
            AdminError::Invalid(faults.into_iter().map(fault).collect())
        })?;
    let judged = password.map(|typed| judge_password(admin, &checked, typed)).transpose();
    let judged = judged.map_err(|refusal| AdminError::invalid("password", refusal.to_string()))?;
    let phc = match judged {
        None => None,
        Some(password) => {
            let hasher = Hasher::start(admin.hashing, Arc::clone(&admin.random)).map_err(AdminError::failed)?;
            Some(SecretString::new(hasher.hash(&password).await?.as_str()))
        }
    };
    let aliases = std::mem::take(&mut checked.aliases);
    let (mut new, mut warnings) = new_citizen(checked, phc, now, &*admin.random);
    if person == Person::MadeUp {
        new.citizen.id = CitizenId::made_up(now, &*admin.random);
    }
    let mut event = admin
        .event(EventKind::CitizenAdded)
        .about(new.citizen.id)
        .with("national_id", new.citizen.national_id.masked())
        .with("account_level", i16::from(new.citizen.account_level))
        .with("password", if new.password.is_some() { "yes" } else { "no" });
    if person == Person::MadeUp {
        event = event.with("made_up", "yes");
    }
    for warning in &warnings {
        event = event.with(warning.code, "confirmed");
    }
    let mut tx = admin.store.begin().await?;
    match tx.citizens().insert(&new).await {
        Err(Error::Conflict(conflict)) => return Err(AdminError::Conflict(sentence(conflict))),
        done => done?,
    }
    warnings.extend(keep_aliases(&mut tx, new.citizen.id, &aliases, now, &*admin.random).await?);
    tx.likenesses().enter_new(std::iter::once(&new.citizen)).await?;
    let alike = duplicates::of(&mut tx, &new.citizen).await?;
    if !alike.is_empty() {
        warnings.push(looks_alike(&alike));
        event = event.with("looks_alike", "confirmed");
    }
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(Added { names: new.names.len(), citizen: new.citizen, warnings })
}

/// Keeps the numbers beside the identifier of a citizen whose names were entered, and says which of them somebody else has, too.
pub(super) async fn keep_aliases(
    tx: &mut Transaction,
    citizen: CitizenId,
    aliases: &[IdentifierAlias],
    now: Timestamp,
    random: &dyn Random,
) -> Result<Vec<Remark>, Error> {
    let mut shared = Vec::new();
    for alias in aliases {
        tx.identifier_aliases().keep(citizen, AliasId::new(now, random), alias, now).await?;
        if tx.identifier_aliases().holders(citizen, alias).await? == AliasHolders::Several {
            let sentence = "somebody else has this number too: it finds neither of them";
            shared.push(Remark::new(Column::of_alias(alias.kind()), "shared_number", sentence));
        }
    }
    Ok(shared)
}

/// A hint, and no more: somebody of this name, day and province is here already.
pub(super) fn looks_alike(others: &[CitizenId]) -> Remark {
    let others: Vec<_> = others.iter().map(ToString::to_string).collect();
    let told = format!("looks like somebody who is here already, with another number: {}", others.join(", "));
    Remark::new(None, "looks_alike", told)
}

/// Why a new citizen stands in the way of one who is there.
pub(super) fn sentence(conflict: Conflict) -> String {
    match conflict {
        Conflict::Name(kind) => format!("another citizen signs in with this {}", kind.as_str().replace('_', " ")),
        other => other.to_string(),
    }
}

/// A checked citizen as the store takes them.
pub(super) fn new_citizen(
    checked: Checked,
    password: Option<SecretString>,
    now: Timestamp,
    random: &dyn Random,
) -> (NewCitizen, Vec<Remark>) {
    let citizen = Citizen {
        id: CitizenId::new(now, random),
        status: checked.status,
        account_level: checked.account_level,
        national_id: checked.national_id,
        profile: checked.profile,
        sessions_valid_from: Timestamp::EPOCH,
        created_at: now,
        updated_at: now,
    };
    (NewCitizen { citizen, names: checked.names, password }, checked.warnings)
}

fn judge_password(
    admin: &Administrator,
    checked: &Checked,
    typed: &SecretString,
) -> Result<NormalisedPassword, Refusal> {
    let profile = &checked.profile;
    let mut context = Context::default().identifier(checked.national_id.expose()).name(&profile.name);
    if let Some(phone) = &profile.phone_number {
        context = context.phone(&phone.value);
    }
    if let Some(email) = &profile.email {
        context = context.email(&email.value);
    }
    for language in &admin.settings.languages.enabled {
        context = context.service_name(admin.settings.authority.service_name.in_language(language));
    }
    // Nothing but passwords exists yet, so each signs in alone.
    judge(typed, admin.settings.password.lengths, PasswordUse::Alone, &context)
}
