//! The console: the pages of the administration, over the same flows as the command line and the API. A page loads what it shows
//! through one of these flows, which asks the permission; nothing is decided here.

mod act;
pub mod api;
pub mod application;
pub mod applications;
pub mod approvals;
pub mod audit;
pub mod citizens;
mod kept;
pub mod keys;
pub mod operations;
pub mod organisations;
pub mod overview;
pub mod people;
pub mod proposals;
pub mod roles;
pub mod search;
pub mod statistics;
pub mod streams;
mod typed;

use axum::response::{IntoResponse, Response};

use super::admin::{self as door, Door};
use crate::domain::administration::Permission;
use crate::domain::administration::approval::Unfit;
use crate::flows;
use crate::flows::admin::{AdminError, Administrator};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::web::console::{Act, Console, Field, Frame, Link, Section};
use crate::web::layout::{Form, Layout};
use crate::web::text::{Speaks, TextId, id};

/// How many rows a page has.
const ROWS: u32 = 50;

/// Somebody at work.
pub(super) struct Desk {
    pub(super) admin: Administrator,
    pub(super) frame: Frame,
}

/// Lets in whoever may come in, and comes back to `return_to`.
pub(super) async fn enter(site: &Site, visit: &Visit, return_to: &str) -> Result<Result<Desk, Response>, Failure> {
    let entered = match door::enter(site, visit, return_to).await? {
        Door::Open(entered) => *entered,
        Door::Closed(response) => return Ok(Err(response)),
    };
    let sections = Section::ALL.into_iter().filter(|section| is_open(&entered.admin, *section)).collect();
    let search = form(visit, search::PATH);
    let mut frame = Frame { layout: entered.layout, sections, waiting: 0, approvals: 0, alarm: None, search };
    if entered.admin.authority.has(Permission::ApprovalList) {
        frame.approvals = match waiting(&entered.admin).await {
            Ok(count) => count,
            // A token of a page has no areas and the permission is ordinary: what is left is that the store is away.
            Err(error) => return Err(error.into()),
        };
    }
    if let Some(until) = entered.broken_glass {
        frame.alarm = Some(frame.layout.text_with("admin-broken-glass", "when", frame.layout.when(&until)));
    }
    Ok(Ok(Desk { admin: entered.admin, frame }))
}

/// How much waits for a second person: what was asked, and what registrars proposed.
async fn waiting(admin: &Administrator) -> Result<usize, AdminError> {
    let proofs = match admin.authority.has(Permission::CitizenShow) {
        true => flows::admin::proposals::count(admin).await?,
        false => 0,
    };
    Ok(proofs + flows::admin::approvals::count(admin).await?)
}

/// Whether their roles open a section at all.
fn is_open(admin: &Administrator, section: Section) -> bool {
    let permission = match section {
        // Whatever their role is, there is something of it that the API can do, and what it can do is no secret.
        Section::Overview | Section::Api => return true,
        Section::Applications => Permission::ClientList,
        Section::Approvals => Permission::ApprovalList,
        Section::Citizens => Permission::CitizenShow,
        Section::Organisations => Permission::OrganisationList,
        Section::Corrections => Permission::CorrectionList,
        Section::Duplicates => Permission::CitizenDuplicates,
        Section::Roles => Permission::RoleList,
        Section::Keys => Permission::KeyList,
        Section::Deliveries => Permission::DeliveryList,
        Section::Streams => Permission::StreamShow,
        Section::Audit => Permission::AuditRead,
        Section::Statistics | Section::Health => Permission::FiguresShow,
        Section::Settings => Permission::SettingsShow,
    };
    admin.authority.has(permission)
}

impl Desk {
    pub(super) fn layout(&self) -> &Layout {
        &self.frame.layout
    }

    pub(super) fn has(&self, permission: Permission) -> bool {
        self.admin.authority.has(permission)
    }

    /// The answer to whoever was refused, or wanted something that is not there. What the page itself can say comes back.
    pub(super) async fn refused(
        self,
        site: &Site,
        visit: &Visit,
        error: AdminError,
        return_to: &str,
    ) -> Result<Response, Failure> {
        match door::refused(site, visit, self.frame.layout, error, return_to).await? {
            Ok(response) => Ok(response),
            Err(error) => Err(error.into()),
        }
    }
}

/// What whoever typed something is told of it, in their language; `None` where it is no fault of theirs or of how things stand.
pub(super) fn problem(layout: &Layout, error: &AdminError) -> Option<String> {
    let text: TextId = match error {
        AdminError::Invalid(_) => id("console-problem-invalid"),
        AdminError::NotFound(_) => id("console-problem-unknown"),
        AdminError::Conflict(_) => id("console-problem-conflict"),
        AdminError::Unfit(Unfit::Own | Unfit::Beneficiary) => id("console-problem-own-request"),
        AdminError::Unfit(Unfit::Expired) => id("console-problem-expired"),
        AdminError::Unfit(Unfit::Decided) => id("console-problem-decided"),
        AdminError::Unfit(Unfit::ByItself) => id("console-problem-by-itself"),
        AdminError::Unfit(Unfit::TakenUp) => id("console-problem-taken-up"),
        AdminError::Unfit(Unfit::Void(_)) => id("console-problem-void"),
        _ => return None,
    };
    Some(layout.say(text))
}

/// The value of a name in the address.
pub(super) fn asked(visit: &Visit, name: &str) -> Option<String> {
    let (_, query) = visit.path.split_once('?')?;
    let found = url::form_urlencoded::parse(query.as_bytes()).find(|(own, _)| own == name);
    found.map(|(_, value)| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// An address of ours with a query.
pub(super) fn address(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs.iter().filter(|(_, value)| !value.is_empty()));
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// A form of the console's, bound to this session and this act.
pub(super) fn form(visit: &Visit, action: &str) -> Form {
    Form { action: action.to_owned(), csrf: Guarded::Account(action).token(visit) }
}

pub(super) fn render(page: &Console) -> Result<Response, Failure> {
    Ok(Page::render(page)?.into_response())
}

pub(super) fn to(path: impl Into<String>) -> Response {
    SeeOther::to(path.into()).into_response()
}

/// What was just done, as the address says it: to whom a page of ours sent there, and to nobody who was sent a link that says so.
pub(super) fn notice(layout: &Layout, visit: &Visit) -> Option<String> {
    if !visit.from_here {
        return None;
    }
    let text = match asked(visit, "done")?.as_str() {
        "locked" => id("console-done-locked"),
        "unlocked" => id("console-done-unlocked"),
        "sessions" => id("console-done-sessions"),
        "disabled" => id("console-done-disabled"),
        "enabled" => id("console-done-enabled"),
        "granted" => id("console-done-granted"),
        "revoked" => id("console-done-revoked"),
        "rotated" => id("console-done-rotated"),
        "retried" => id("console-done-retried"),
        "settled" => id("console-done-settled"),
        "asked" => id("console-done-asked"),
        "former-ended" => id("onboarding-former-ended"),
        "promoted" => id("onboarding-promoted"),
        "approved" => id("console-done-approved"),
        "denied" => id("console-done-denied"),
        "withdrawn" => id("console-done-withdrawn"),
        "done" => id("desk-done"),
        "registry-asked" => id("desk-done-registry"),
        "decided" => id("desk-done-decided"),
        "proposed" => id("desk-done-proposed"),
        "confirmed-once" => id("desk-done-once"),
        "stream-opened" => id("stream-done-opened"),
        "stream-changed" => id("stream-done-changed"),
        "stream-paused" => id("stream-done-paused"),
        "stream-disabled" => id("stream-done-disabled"),
        "stream-enabled" => id("stream-done-enabled"),
        "stream-removed" => id("stream-done-removed"),
        "stream-verified" => id("stream-done-verified"),
        _ => return None,
    };
    Some(layout.say(text))
}

/// An act that is confirmed on a page of its own: what will happen, why it is done, and the way back.
pub(super) struct Confirmation<'a> {
    pub(super) id: &'static str,
    pub(super) says: Vec<String>,
    pub(super) action: &'a str,
    pub(super) button: String,
    pub(super) reason: Option<String>,
    pub(super) back: String,
}

impl Confirmation<'_> {
    pub(super) fn act(self, layout: &Layout, visit: &Visit) -> Act {
        Act {
            says: self.says,
            fields: self.reason.map(|reason| Field::reason(layout, reason)).into_iter().collect(),
            cancel: Some(Link { text: layout.text("console-cancel"), href: self.back }),
            ..Act::button(self.id, form(visit, self.action), self.button)
        }
    }
}

/// A path's last part that names nothing.
pub(super) fn named<T: std::str::FromStr>(text: &str) -> Result<T, Failure> {
    text.parse().map_err(|_| Fault::NotFound.into())
}

/// What a flow found, or the answer to whoever it was not found for.
macro_rules! found {
    ($desk:expr, $site:expr, $visit:expr, $result:expr) => {
        match $result {
            Ok(found) => found,
            Err(error) => {
                let return_to = $visit.path.clone();
                return $desk.refused($site, $visit, error, &return_to).await;
            }
        }
    };
}
pub(super) use found;

/// Somebody at work, or the answer to whoever is not let in.
macro_rules! at_desk {
    ($site:expr, $visit:expr) => {
        at_desk!($site, $visit, &$visit.path)
    };
    ($site:expr, $visit:expr, $return_to:expr) => {
        match $crate::http::pages::console::enter($site, $visit, $return_to).await? {
            Ok(desk) => desk,
            Err(response) => return Ok(response),
        }
    };
}
pub(super) use at_desk;
