//! Somebody registered in another person's name: who they are was proven in person, and the stranger is put out
//! (docs/levels.md).
//!
//! The person begins anew as another citizen, with another id. Everything that hangs on an id is the stranger's and ends with the
//! account that it hangs on; every subject that portals knew is derived from the old id, and nobody signs in under one again
//! (docs/decisions/0009-subjects-that-last.md).

use crate::domain::account_life::{By, Transition};
use crate::domain::assurance::AccountLevel;
use crate::domain::audit::EventKind;
use crate::domain::citizen::{Citizen, CitizenStatus, Profile};
use crate::domain::guardianship::Guardianship;
use crate::domain::ids::{AliasId, CitizenId, GuardianshipId};
use crate::domain::issued_code::CodeUse;
use crate::domain::proposal::Proof;
use crate::domain::sign_in_name::SignInName;
use crate::domain::time::Timestamp;
use crate::flows::account_life::{self, Trust};
use crate::storage::{NewCitizen, RevocationReason, Transaction};

use super::issue_code::{self, Issued};
use super::{AdminError, Administrator};

/// Closes the account that a stranger had, and opens another one with the same number for its owner. They are handed a code.
pub(super) async fn evict(
    admin: &Administrator,
    tx: &mut Transaction,
    stranger: &Citizen,
    proof: &Proof,
    by: By,
) -> Result<(Citizen, Issued), AdminError> {
    let now = admin.clock.now();
    let guardians = tx.guardianships().of_minor(stranger.id).await?;
    let aliases = tx.identifier_aliases().list(stranger.id).await?;
    close(admin, tx, stranger, by).await?;
    let owner = Citizen {
        id: CitizenId::new(now, &*admin.random),
        status: CitizenStatus::Active,
        account_level: AccountLevel::Proven,
        national_id: stranger.national_id.clone(),
        profile: of_registry(&proof.corrections.applied_to(&stranger.profile)),
        sessions_valid_from: Timestamp::EPOCH,
        created_at: now,
        updated_at: now,
    };
    let names = vec![SignInName::NationalId(owner.national_id.clone())];
    tx.citizens().insert(&NewCitizen { citizen: owner.clone(), names, password: None }).await?;
    tx.likenesses().enter(&owner).await?;
    for kept in aliases.into_iter().filter(|kept| kept.until.is_none()) {
        // An authority entered it of whoever has the number, whoever was in the account; nobody enters one of themselves. And a number that
        // was this person's is never free for anybody else.
        let id = AliasId::new(now, &*admin.random);
        tx.identifier_aliases().add(owner.id, id, &kept.alias, now).await?;
    }
    tx.citizens().succeed(stranger.id, owner.id, now).await?;
    for guardian in guardians.into_iter().filter(|own| own.stands(now)) {
        // A registrar entered it for the child, whoever was in the account.
        let id = GuardianshipId::new(now, &*admin.random);
        tx.guardianships().enter(&Guardianship { id, minor: owner.id, ..guardian }).await?;
    }
    let evicted = admin.event(EventKind::CitizenEvicted).about(stranger.id).with("succeeded_by", owner.id);
    tx.audit().record(&evicted.build()).await?;
    let added = admin.event(EventKind::CitizenAdded).about(owner.id).with("national_id", owner.national_id.masked());
    tx.audit().record(&added.with("in_place_of", stranger.id).build()).await?;
    let code = issue_code::issue_to(admin, tx, owner.id, CodeUse::Recover).await?;
    Ok((owner, code))
}

/// The stranger is out: nothing of theirs opens anything, and the number is free for whose it is.
async fn close(admin: &Administrator, tx: &mut Transaction, stranger: &Citizen, by: By) -> Result<(), AdminError> {
    let now = admin.clock.now();
    let change = account_life::Change {
        citizen: stranger.id,
        transition: Transition::Close,
        by,
        trust: Trust::Lost(RevocationReason::Evicted),
        ages: &admin.settings.identity.ages,
        event: admin.event(Transition::Close.event()).with("reason", "evicted"),
        post: admin.post(),
    };
    let closed = account_life::change_status(tx, change).await?;
    closed.map_err(|refused| AdminError::Conflict(refused.to_string()))?;
    tx.citizens().give_up_names(stranger.id).await?;
    // Also from the directory: the owner's own card may be among them, and is bound anew when they show it.
    for held in tx.credentials().list(stranger.id).await? {
        tx.credentials().remove(stranger.id, held.credential.id).await?;
    }
    // Whoever had an account at a portal is handed another code: these were the stranger's.
    tx.linked_accounts().end_all(stranger.id).await?;
    tx.verifications().supersede_all(stranger.id, now).await?;
    tx.likenesses().remove(stranger.id).await?;
    Ok(())
}

/// What an authority entered of somebody; where they are reached, what they call themselves and what they show of themselves is for
/// them to say anew: it was the stranger's to say.
fn of_registry(profile: &Profile) -> Profile {
    Profile {
        name: profile.name.clone(),
        family_name: profile.family_name.clone(),
        given_name: profile.given_name.clone(),
        middle_name: profile.middle_name.clone(),
        gender: profile.gender,
        birthdate: profile.birthdate,
        locale: profile.locale.clone(),
        localised: profile.localised.clone(),
        ..Profile::default()
    }
}
