//! The break-glass account, for the day on which no administrator can be reached: two envelopes, sealed by two people, opened by two
//! people, who are administrators together for an hour that ends by itself. Everybody hears of it.

use uuid::Uuid;

use crate::crypto::token::{Token, TokenKind};
use crate::domain::administration::break_glass::{BETWEEN, Envelope, GRANTED_BY, Half, LASTS};
use crate::domain::administration::{Denied, Permission, Role, RoleGrant};
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::ids::{CitizenId, RoleGrantId};
use crate::domain::message::Notice;
use crate::domain::secret::SecretString;
use crate::domain::time::Timestamp;
use crate::flows::notices::{self, Post};
use crate::flows::session::CurrentSession;
use crate::flows::visitor::Visitor;
use crate::flows::{App, FlowError, account};
use crate::storage::Transaction;

use super::{AdminError, Administrator, entry, roles};

/// More administrators than there are.
const ALL: u32 = 1000;

/// Seals one envelope, in the place of the one before; what is in it is shown once, to be written down, put away and forgotten.
///
/// # Errors
/// `Conflict` where the same person sealed the other one, because nobody knows both; where nothing says whose shell account it is, because
/// whoever sealed an envelope does not open it, and that could not be told. `Denied` where they owe their own role to the envelopes: the hour would
/// have no end.
pub async fn seal(admin: &Administrator, half: Half) -> Result<SecretString, AdminError> {
    admin.may(Permission::BreakGlassSeal)?;
    let (now, by) = (admin.clock.now(), admin.actor.to_text());
    let token = Token::new(TokenKind::BreakGlass, Uuid::from_bytes(admin.random.bytes()), &*admin.random)
        .of(admin.settings.mode());
    let mut tx = admin.store.begin().await?;
    tx.role_grants().take_turn(now).await?;
    let envelopes = tx.administration().envelopes().await?;
    let other = envelopes.iter().find(|(envelope, _)| envelope.half == half.other());
    let accounts = &admin.settings.administration.shell_accounts;
    if accounts.citizen(&by).is_none() {
        let told = format!(
            "nothing says whose account {by} is, and whoever sealed an envelope must not be who opens it: name it under \
             administration.shell_accounts, or seal it on the page"
        );
        return Err(AdminError::Conflict(told));
    }
    if roles::by_broken_glass(admin, &mut tx).await?.is_some() {
        return Err(admin.refused(Denied::Missing(Permission::BreakGlassSeal), None));
    }
    if other.is_some_and(|(other, _)| accounts.could_be_one_person(&other.sealed_by, &by)) {
        let told = format!("the {} envelope was sealed by you: somebody else seals this one", half.other());
        return Err(AdminError::Conflict(told));
    }
    tx.administration().seal(half, token.hash(), &by, now).await?;
    tx.audit().record(&admin.event(EventKind::BreakGlassSealed).with("half", half).build()).await?;
    tx.commit().await?;
    Ok(token.text())
}

/// Which envelopes are sealed, by whom.
///
/// # Errors
/// Where the identity store is away.
pub async fn status(admin: &Administrator) -> Result<Vec<Envelope>, AdminError> {
    admin.may(Permission::RoleList)?;
    let envelopes = admin.store.read().await?.administration().envelopes().await?;
    Ok(envelopes.into_iter().map(|(envelope, _)| envelope).collect())
}

/// Ends the hour before it is over.
///
/// # Errors
/// Where the identity store is away.
pub async fn end(admin: &Administrator) -> Result<usize, AdminError> {
    admin.may(Permission::RoleRevoke)?;
    let (now, by) = (admin.clock.now(), admin.actor.to_text());
    let mut tx = admin.store.begin().await?;
    tx.role_grants().take_turn(now).await?;
    tx.administration().break_glass(None).await?;
    let open = tx.role_grants().of_broken_glass(now).await?;
    for grant in &open {
        tx.role_grants().end(grant.citizen, grant.role, &by, now).await?;
        let event = admin.event(EventKind::RoleRevoked).about(grant.citizen).with("role", grant.role);
        tx.audit().record(&event.with("by", GRANTED_BY).build()).await?;
    }
    tx.commit().await?;
    Ok(open.len())
}

/// What bringing an envelope came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// The other one is waited for until then, brought by somebody else.
    Waiting { until: Timestamp },
    /// Both are administrators until then.
    Open { until: Timestamp },
    /// Nothing opens with this, or whoever brought it sealed it or brought the other one, too.
    Refused,
    /// They have to prove who they are first, as [`entry::DOOR`] says.
    StepUp,
    /// They have nothing to prove it with.
    Unable,
}

/// What keeps whoever is signed in from opening an envelope now: `StepUp` or `Unable`, and `None` where nothing does. Asked before
/// anything is typed, too.
///
/// # Errors
/// Where the identity store is away.
pub async fn hindrance(app: &App, current: &CurrentSession) -> Result<Option<Opened>, FlowError> {
    if entry::has_proven(app, current, app.settings.administration.sensitive_proof) {
        return Ok(None);
    }
    Ok(Some(match entry::can_prove(app, &current.session.authentication).await? {
        true => Opened::StepUp,
        false => Opened::Unable,
    }))
}

/// Somebody who is signed in brings what is in an envelope.
pub async fn open(app: &App, visitor: &Visitor, current: &CurrentSession, typed: &str) -> Result<Opened, FlowError> {
    if let Some(hindrance) = hindrance(app, current).await? {
        return Ok(hindrance);
    }
    let (now, citizen) = (app.clock.now(), current.citizen());
    let event = |kind, outcome| app.event(visitor, kind, outcome).by(Actor::Citizen(citizen)).about(citizen);
    let Ok(token) = Token::parse(TokenKind::BreakGlass, typed.trim()) else {
        app.record(event(EventKind::BreakGlassHalfOpened, Outcome::Refused));
        return Ok(Opened::Refused);
    };
    let by = Actor::Staff(citizen).to_text();
    let mut tx = app.store.begin().await?;
    // Of two who bring one each at the same moment, one comes second and finds the other's opened.
    tx.role_grants().take_turn(now).await?;
    let stands = account::stands(&mut tx, current).await?;
    let half = match stands {
        true => tx.administration().open(token.hash(), &by, Some(citizen), now).await?,
        false => None,
    };
    let Some(half) = half else {
        drop(tx);
        app.record(event(EventKind::BreakGlassHalfOpened, Outcome::Refused));
        return Ok(Opened::Refused);
    };
    let envelopes = tx.administration().envelopes().await?;
    // By either of their accounts. One that was sealed by somebody of whom nothing says whose account that is opens for nobody: it is sealed
    // anew.
    let accounts = &app.settings.administration.shell_accounts;
    let sealed_it = |(envelope, _): &&(Envelope, Option<CitizenId>)| {
        envelope.half == half && accounts.could_be_one_person(&envelope.sealed_by, &by)
    };
    if envelopes.iter().find(sealed_it).is_some() {
        drop(tx);
        app.record(event(EventKind::BreakGlassHalfOpened, Outcome::Refused).with("half", half));
        return Ok(Opened::Refused);
    }
    let other = envelopes.iter().find(|(envelope, _)| envelope.half == half.other());
    let partner = other.and_then(|(envelope, opener)| {
        let in_time = envelope.opened_at.is_some_and(|at| now < at + BETWEEN);
        opener.filter(|opener| in_time && *opener != citizen)
    });
    let Some(partner) = partner else {
        tx.audit().record(&event(EventKind::BreakGlassHalfOpened, Outcome::Success).with("half", half).build()).await?;
        tx.commit().await?;
        tracing::warn!(half = half.as_str(), "an envelope of the break-glass account was opened");
        return Ok(Opened::Waiting { until: now + BETWEEN });
    };
    let until = now + LASTS;
    tx.administration().consume_envelopes().await?;
    tx.administration().break_glass(Some(until)).await?;
    tell_everybody(&mut tx, &Post::of(app), until, &|kind| event(kind, Outcome::Success)).await?;
    for opener in [partner, citizen] {
        give(app, &mut tx, opener, (now, until)).await?;
    }
    let opened =
        event(EventKind::BreakGlassOpened, Outcome::Success).with("with", partner).with("until", until.seconds());
    tx.audit().record(&opened.build()).await?;
    tx.commit().await?;
    tracing::error!(
        until = until.seconds(),
        "the break-glass account is open: two people are administrators for an hour"
    );
    Ok(Opened::Open { until })
}

/// Whoever is an administrator already stays one.
async fn give(
    app: &App,
    tx: &mut Transaction,
    citizen: CitizenId,
    (now, until): (Timestamp, Timestamp),
) -> Result<(), FlowError> {
    let granted = RoleGrant {
        id: RoleGrantId::new(now, &*app.random),
        citizen,
        role: Role::Administrator,
        granted_by: GRANTED_BY.to_owned(),
        since: now,
        until: Some(until),
        ended_at: None,
    };
    tx.role_grants().grant(&granted).await?;
    Ok(())
}

/// Every administrator is told, whether or not they can be reached.
async fn tell_everybody(
    tx: &mut Transaction,
    post: &Post<'_>,
    until: Timestamp,
    event: &(dyn Fn(EventKind) -> crate::flows::audit::EventBuilder + Sync),
) -> Result<(), FlowError> {
    for grant in tx.role_grants().holders(Role::Administrator, post.now, ALL).await? {
        let notice = Notice::GlassBroken { until };
        notices::tell_of(post, tx, grant.citizen, notice, event(EventKind::BreakGlassOpened)).await?;
    }
    Ok(())
}

/// Says in the figures whether it is open, whoever opened it and through which server.
pub async fn note(app: &App) -> Result<(), FlowError> {
    let open = entry::broken_glass(app).await?;
    app.metrics.break_glass(open.is_some());
    Ok(())
}
