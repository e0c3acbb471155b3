//! The administration's pages, and their one door.

pub mod bootstrap;
pub mod break_glass;

use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::account;
use crate::domain::administration::{Denied, Role};
use crate::flows::FlowError;
use crate::flows::admin::entry::{self, Entry};
use crate::flows::admin::{AdminError, Administrator};
use crate::flows::session::{self, CurrentSession};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::Visit;
use crate::http::page::{Page, SeeOther};
use crate::web::admin::{Closed, RoleName, Why};
use crate::web::layout::{Layout, SignedIn};
use crate::web::text::Moment;

/// Who administers, or the answer to whoever does not.
pub(in crate::http) enum Door {
    Open(Box<Entered>),
    Closed(Response),
}

pub(in crate::http) struct Entered {
    pub(in crate::http) admin: Administrator,
    pub(in crate::http) layout: Layout,
    /// Until when the break-glass account is open, where it is: every page says so.
    pub(in crate::http) broken_glass: Option<Moment>,
}

/// Lets in whoever holds a role and has proven lately who they are. Whoever is not signed in, or proved it too long ago, is sent to do
/// so and comes back to `return_to`, a page of ours that is read by GET.
pub(in crate::http) async fn enter(site: &Site, visit: &Visit, return_to: &str) -> Result<Door, Failure> {
    let (app, visitor) = (&site.app, &visit.visitor);
    let Some((current, layout)) = signed_in(site, visit).await? else {
        return Ok(Door::Closed(prove_again(site, visit, return_to).await?));
    };
    let admin = match entry::by_session(app, visitor, &current).await? {
        Entry::Open(admin) => *admin,
        Entry::StepUp => return Ok(Door::Closed(prove_again(site, visit, return_to).await?)),
        Entry::Unable => return Ok(Door::Closed(closed(layout, Why::Unable)?)),
        Entry::Nobody | Entry::Ended => return Ok(Door::Closed(closed(layout, Why::Nobody)?)),
    };
    let broken = entry::broken_glass(app).await?.map(|until| Moment::from_micros(until.micros()));
    Ok(Door::Open(Box::new(Entered { admin, layout, broken_glass: broken })))
}

/// What whoever is in is answered where a use case was not done: a proof that is too old is given again, and what their role does not
/// allow is refused. Every other reason is for the page to say.
///
/// # Errors
/// The reason, back again, where it is the page's to say.
pub(in crate::http) async fn refused(
    site: &Site,
    visit: &Visit,
    layout: Layout,
    error: AdminError,
    return_to: &str,
) -> Result<Result<Response, AdminError>, Failure> {
    Ok(match error {
        AdminError::Denied(Denied::Stale(_)) => Ok(prove_again(site, visit, return_to).await?),
        AdminError::Denied(_) => Ok(closed(layout, Why::Denied)?),
        // Nothing was done yet: the page of what was asked says whom it waits for.
        AdminError::Waits(approval) => {
            Ok(SeeOther::to(format!("/admin/approvals/{}?done=asked", approval.id)).into_response())
        }
        other => Err(other),
    })
}

/// On to a sign-in at SenID itself, which proves everything anew.
pub(in crate::http) async fn prove_again(site: &Site, visit: &Visit, return_to: &str) -> Result<Response, Failure> {
    let begun = entry::prove_again(&site.app, &visit.visitor, return_to.to_owned()).await?;
    Ok(account::to_sign_in_page(site, &begun, ""))
}

/// Whoever is signed in, whether or not they administer.
pub(super) async fn signed_in(site: &Site, visit: &Visit) -> Result<Option<(CurrentSession, Layout)>, Failure> {
    let Some(current) = session::current(&site.app, &visit.visitor).await? else { return Ok(None) };
    let Some(citizen) = crate::flows::account::citizen(&site.app, &current).await? else { return Ok(None) };
    let who = SignedIn { name: citizen.profile.name.clone(), sign_out: "/logout".to_owned() };
    let layout = site.layout_for(visit, who, citizen.profile.language.as_deref());
    Ok(Some((current, layout)))
}

pub(in crate::http) fn closed(layout: Layout, why: Why) -> Result<Response, Failure> {
    Ok(Page::render(&Closed { layout, why })?.with_status(StatusCode::FORBIDDEN).into_response())
}

pub(in crate::http) const fn role_name(role: Role) -> RoleName {
    match role {
        Role::Administrator => RoleName::Administrator,
        Role::Registrar => RoleName::Registrar,
        Role::ClientOwner => RoleName::ClientOwner,
        Role::Support => RoleName::Support,
        Role::Auditor => RoleName::Auditor,
        Role::Operator => RoleName::Operator,
    }
}

impl From<AdminError> for Failure {
    /// Where a page has nothing of its own to say of it.
    fn from(error: AdminError) -> Self {
        match error {
            AdminError::NotFound(_) => Fault::NotFound.into(),
            AdminError::Away(_) => FlowError::Away(crate::flows::Part::IdentityStore).into(),
            other => FlowError::failed(other).into(),
        }
    }
}
