//! The first administrator: somebody at the shell makes a link, and whoever opens it signed in as the door asks for is one.

use uuid::Uuid;

use crate::crypto::token::{Token, TokenKind};
use crate::domain::administration::{Permission, Role, RoleGrant};
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::ids::RoleGrantId;
use crate::domain::secret::{SecretHash, SecretString};
use crate::domain::time::Timestamp;
use crate::flows::account;
use crate::flows::session::CurrentSession;
use crate::flows::visitor::Visitor;
use crate::flows::{App, FlowError};

use super::entry;
use super::{AdminError, Administrator};

/// Why there is no link.
const STANDS: &str = "there is an administrator, who gives others the role";
const RESTS: &str = "there are administrators, and the account of each is locked or suspended: a registrar unlocks one, two people open \
                     the break-glass envelopes, or senid admin grant gives somebody else the role";

/// A link that was just made. Its text is not kept.
#[derive(Debug)]
pub struct Link {
    pub address: SecretString,
    pub expires_at: Timestamp,
}

/// Makes the link, in the place of one that was not used.
///
/// # Errors
/// `Conflict` where somebody holds the role, who makes the next one; also where every account that holds it is locked or suspended, because
/// then whoever reaches a shell would be the administrator and nobody of them would hear of it. That somebody tried is recorded.
pub async fn make(admin: &Administrator) -> Result<Link, AdminError> {
    admin.may(Permission::RoleGrant)?;
    let now = admin.clock.now();
    let expires_at = now + admin.settings.administration.bootstrap_link;
    let token = Token::new(TokenKind::BootstrapLink, Uuid::from_bytes(admin.random.bytes()), &*admin.random)
        .of(admin.settings.mode());
    let mut tx = admin.store.begin().await?;
    tx.role_grants().take_turn(now).await?;
    if tx.role_grants().is_held(Role::Administrator, now).await? {
        let rests = tx.role_grants().holders(Role::Administrator, now, 1).await?.is_empty();
        let event = admin.event(EventKind::BootstrapLinkMade).refused();
        let why = if rests { "administrators_rest" } else { "there_is_an_administrator" };
        tx.audit().record(&event.with("why", why).build()).await?;
        tx.commit().await?;
        return Err(AdminError::Conflict(if rests { RESTS } else { STANDS }.to_owned()));
    }
    tx.administration().make_link(token.hash(), &admin.actor.to_text(), now, expires_at).await?;
    let event = admin.event(EventKind::BootstrapLinkMade).with("until", expires_at.seconds());
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    let address = format!("{}/admin/bootstrap/{}", admin.settings.issuer.as_str(), token.text().expose());
    Ok(Link { address: SecretString::new(address), expires_at })
}

/// What the link does for whoever opens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It is good, and they have proven who they are.
    Ready,
    /// They have to prove who they are first, as [`entry::DOOR`] says.
    StepUp,
    /// They have nothing to prove it with.
    Unable,
    /// It was used, has expired, or never was; or somebody holds the role.
    Gone,
}

/// Whether the link is good, and for whoever is signed in.
pub async fn look(app: &App, current: &CurrentSession, typed: &str) -> Result<Opened, FlowError> {
    let Ok(token) = Token::parse(TokenKind::BootstrapLink, typed) else { return Ok(Opened::Gone) };
    let now = app.clock.now();
    let mut reading = app.store.read().await?;
    let is_good = reading.administration().link_is_good(token.hash(), now).await?;
    if !is_good || reading.role_grants().is_held(Role::Administrator, now).await? {
        return Ok(Opened::Gone);
    }
    drop(reading);
    if entry::has_proven(app, current, app.settings.administration.sensitive_proof) {
        return Ok(Opened::Ready);
    }
    Ok(match entry::can_prove(app, &current.session.authentication).await? {
        true => Opened::StepUp,
        false => Opened::Unable,
    })
}

/// Makes whoever is signed in the first administrator. Of many at once one is, and the link is good for nothing any more.
pub async fn redeem(app: &App, visitor: &Visitor, current: &CurrentSession, typed: &str) -> Result<Opened, FlowError> {
    match look(app, current, typed).await? {
        Opened::Ready => {}
        other => return Ok(other),
    }
    let Ok(token) = Token::parse(TokenKind::BootstrapLink, typed) else { return Ok(Opened::Gone) };
    take(app, visitor, current, token.hash()).await
}

async fn take(app: &App, visitor: &Visitor, current: &CurrentSession, link: SecretHash) -> Result<Opened, FlowError> {
    let (now, citizen) = (app.clock.now(), current.citizen());
    let mut tx = app.store.begin().await?;
    tx.role_grants().take_turn(now).await?;
    let there_is_one = tx.role_grants().is_held(Role::Administrator, now).await?;
    let stands = account::stands(&mut tx, current).await?;
    if there_is_one || !stands || !tx.administration().spend_link(link, now).await? {
        return Ok(Opened::Gone);
    }
    let granted = RoleGrant {
        id: RoleGrantId::new(now, &*app.random),
        citizen,
        role: Role::Administrator,
        granted_by: "bootstrap".to_owned(),
        since: now,
        until: None,
        ended_at: None,
    };
    if !tx.role_grants().grant(&granted).await? {
        return Ok(Opened::Gone);
    }
    let event = app.event(visitor, EventKind::RoleGranted, Outcome::Success).by(Actor::Citizen(citizen)).about(citizen);
    tx.audit().record(&event.with("role", granted.role).with("by", "bootstrap").build()).await?;
    tx.commit().await?;
    Ok(Opened::Ready)
}
