//! A mandate is offered to one person, by a code that they are handed, and accepted by them in their own account.
//!
//! The code alone opens nothing: whoever follows it has to be who was invited, by a number or a verified contact that is theirs now.
//! Whether anybody has that number is not shown to whoever invites.

use crate::crypto::hash::hash_secret;
use crate::domain::audit::{EventKind, Outcome};
use crate::domain::citizen::Citizen;
use crate::domain::ids::{InvitationId, MandateId, OrganisationId};
use crate::domain::issued_code::CodeText;
use crate::domain::mandate::{self, Answer, Granting, Invitation, InvitationEnd, InvitationState, Offer, Refusal};
use crate::domain::message::Notice;
use crate::domain::organisation::Organisation;
use crate::domain::secret::{SecretHash, SecretString};
use crate::domain::sign_in_name::SignInName;
use crate::storage::Transaction;

use super::super::notices::{self, Post};
use super::super::organisation::ending::{self, Closing};
use super::super::session::CurrentSession;
use super::super::visitor::Visitor;
use super::super::{App, FlowError};
use super::organisations::own_event;

/// So many of an organisation's wait at once.
const AT_ONCE: usize = 100;

/// How inviting somebody ends.
#[derive(Debug)]
#[must_use]
pub enum Inviting {
    /// What they are to be handed, shown once.
    Done(SecretString),
    Refused(Refusal),
    TooMany,
    /// They hold no such mandate.
    NotFound,
    SignedOut,
}

/// Offers `offer` to whoever has the name `invited`, as a part of the mandate `with` of this citizen's own.
pub async fn invite(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    with: MandateId,
    invited: SignInName,
    offer: Offer,
) -> Result<Inviting, FlowError> {
    let (citizen, now) = (current.citizen(), app.clock.now());
    let mut tx = app.store.begin().await?;
    let Some(own) = tx.mandates().find(citizen, with).await? else { return Ok(Inviting::NotFound) };
    let Some(organisation) = tx.organisations().hold(own.organisation.id).await? else {
        return Ok(Inviting::NotFound);
    };
    if !super::stands(&mut tx, current).await? {
        return Ok(Inviting::SignedOut);
    }
    // Again, now that nobody ends it before this is written.
    let Some(own) = tx.mandates().find(citizen, with).await? else { return Ok(Inviting::NotFound) };
    if let Err(refusal) = offer.judge(&own.mandate, own.now(now)) {
        return Ok(Inviting::Refused(refusal));
    }
    let whose = tx.citizens().whose_name(&invited).await?;
    if whose == Some(citizen) {
        return Ok(Inviting::Refused(Refusal::ToThemselves));
    }
    let open = tx.mandate_invitations().open(organisation.id, now, AT_ONCE as u32).await?;
    if open.len() >= AT_ONCE {
        return Ok(Inviting::TooMany);
    }
    // Whoever has been told that an invitation waits need not be told again.
    let told = open.iter().any(|waiting| waiting.invited == invited);
    let code = CodeText::draw(&*app.random);
    let invitation = Invitation {
        id: InvitationId::new(now, &*app.random),
        organisation: organisation.id,
        code: hash_of(&code),
        invited,
        offer,
        offered_by: citizen,
        offered_with: with,
        offered_at: now,
        expires_at: now + app.settings.organisations.invitation,
        state: InvitationState::Offered,
    };
    tx.mandate_invitations().insert(&invitation).await?;
    let event = own_event(app, visitor, citizen, EventKind::MandateOffered);
    let event = event.with("organisation", organisation.id).with("role", invitation.offer.role);
    tx.audit().record(&event.build()).await?;
    if let Some(invited) = whose.filter(|_| !told) {
        let notice = Notice::MandateOffered { organisation: organisation.name.as_str().to_owned() };
        let event = app.event(visitor, notice.event(), Outcome::Success);
        let event = event.by(crate::domain::audit::Actor::Citizen(citizen)).with("organisation", organisation.id);
        notices::tell_of(&Post::of(app), &mut tx, invited, notice, event).await?;
    }
    tx.commit().await?;
    app.post.wake();
    Ok(Inviting::Done(code.written()))
}

/// Withdraws what was offered; `false` where it does not wait any more, or is none of theirs to withdraw.
pub async fn withdraw(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    organisation: OrganisationId,
    id: InvitationId,
) -> Result<bool, FlowError> {
    let (citizen, now) = (current.citizen(), app.clock.now());
    let Some(seen) = super::organisations::seen(app, citizen, organisation, None).await? else { return Ok(false) };
    let invited = seen.invitations.iter().find(|invitation| invitation.id == id);
    let represents = seen.own.iter().any(|own| own.mandate.role == mandate::Role::LegalRepresentative);
    let Some(invitation) = invited.filter(|invitation| represents || invitation.offered_by == citizen) else {
        return Ok(false);
    };
    let mut tx = app.store.begin().await?;
    if !super::stands(&mut tx, current).await? {
        return Ok(false);
    }
    let how = InvitationEnd::Withdrawn;
    if !tx.mandate_invitations().settle(organisation, invitation.id, how, now).await? {
        return Ok(false);
    }
    let event = own_event(app, visitor, citizen, EventKind::InvitationWithdrawn).with("organisation", organisation);
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(true)
}

/// What a citizen is offered, and by whom.
#[derive(Debug)]
pub struct Offered {
    pub invitation: Invitation,
    pub organisation: Organisation,
    /// Masked.
    pub by: String,
}

/// What the code that was typed offers to this citizen: nothing where it is for somebody else, over or none.
pub async fn offered(app: &App, citizen: &Citizen, typed: &str) -> Result<Option<Offered>, FlowError> {
    let Some(code) = CodeText::read(typed) else { return Ok(None) };
    let now = app.clock.now();
    let mut store = app.store.read().await?;
    let found = store.mandate_invitations().find_by_code(hash_of(&code)).await?;
    let Some(invitation) = found.filter(|invitation| invitation.is_open(now)) else { return Ok(None) };
    if store.citizens().whose_name(&invitation.invited).await? != Some(citizen.id) {
        return Ok(None);
    }
    let Some(organisation) = store.organisations().find(invitation.organisation).await? else { return Ok(None) };
    let by = store.citizens().find(invitation.offered_by).await?;
    let by = by.map(|by| by.profile.name).unwrap_or_default();
    Ok(Some(Offered { invitation, organisation, by }))
}

/// How answering an invitation ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Answered {
    Accepted(OrganisationId),
    Declined,
    /// It may not be granted any more, or not to this person.
    Refused(Refusal),
    /// It waits no more, is for somebody else, or never was.
    NotFound,
    SignedOut,
}

/// Answers the invitation that the code leads to. What was offered is judged anew: whoever offered it may have lost it since.
pub async fn answer(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    typed: &str,
    answer: Answer,
) -> Result<Answered, FlowError> {
    let Some(code) = CodeText::read(typed) else { return Ok(Answered::NotFound) };
    let (citizen, now) = (current.citizen(), app.clock.now());
    let mut tx = app.store.begin().await?;
    let found = tx.mandate_invitations().find_by_code(hash_of(&code)).await?;
    let Some(invitation) = found else { return Ok(Answered::NotFound) };
    let Some(organisation) = tx.organisations().hold(invitation.organisation).await? else {
        return Ok(Answered::NotFound);
    };
    if !super::stands(&mut tx, current).await? {
        return Ok(Answered::SignedOut);
    }
    if tx.citizens().whose_name(&invitation.invited).await? != Some(citizen) {
        return Ok(Answered::NotFound);
    }
    let how = match answer {
        Answer::Accept => InvitationEnd::Accepted,
        Answer::Decline => InvitationEnd::Declined,
    };
    let Ok(invitation) = invitation.end(how, now) else { return Ok(Answered::NotFound) };
    // Of any number of answers at once one goes on from here.
    if !tx.mandate_invitations().settle(organisation.id, invitation.id, how, now).await? {
        return Ok(Answered::NotFound);
    }
    if answer == Answer::Decline {
        let event = own_event(app, visitor, citizen, EventKind::InvitationDeclined);
        tx.audit().record(&event.with("organisation", organisation.id).build()).await?;
        tx.commit().await?;
        return Ok(Answered::Declined);
    }
    match accept(app, visitor, &mut tx, &organisation, invitation, citizen).await? {
        Ok(()) => {}
        // The transaction is over without effect: the invitation still waits, for a better day.
        Err(refusal) => return Ok(Answered::Refused(refusal)),
    }
    tx.commit().await?;
    app.post.wake();
    Ok(Answered::Accepted(organisation.id))
}

/// Writes the mandate that was accepted, and tells both sides.
async fn accept(
    app: &App,
    visitor: &Visitor,
    tx: &mut Transaction,
    organisation: &Organisation,
    invitation: Invitation,
    citizen: crate::domain::ids::CitizenId,
) -> Result<Result<(), Refusal>, FlowError> {
    let now = app.clock.now();
    let own = tx.mandates().find(invitation.offered_by, invitation.offered_with).await?;
    let own = own.filter(|own| own.organisation.id == organisation.id);
    let Some(own) = own else { return Ok(Err(Refusal::NotInForce(mandate::NotInForce::Ended))) };
    let Some(holder) = tx.citizens().find(citizen).await? else { return Ok(Err(Refusal::LevelTooLow)) };
    let granting = Granting { own: &own.mandate, now: own.now(now), to: citizen, level: holder.account_level };
    let granted = match mandate::grant(granting, invitation.offer, MandateId::new(now, &*app.random)) {
        Ok(granted) => granted,
        Err(refusal) => return Ok(Err(refusal)),
    };
    tx.mandates().insert(&granted).await?;
    let event = |kind| own_event(app, visitor, citizen, kind);
    let closing = Closing { post: Post::of(app), event: &event };
    let notice = Notice::MandateGranted { organisation: organisation.name.as_str().to_owned() };
    let recorded = event(notice.event())
        .with("organisation", organisation.id)
        .with("mandate", granted.id)
        .with("role", granted.role);
    notices::tell_of(&closing.post, tx, citizen, notice, recorded).await?;
    ending::tell_granter(&closing, tx, organisation, &granted, &holder, EventKind::MandateGranted).await?;
    Ok(Ok(()))
}

fn hash_of(code: &CodeText) -> SecretHash {
    hash_secret(code.letters().as_bytes())
}
