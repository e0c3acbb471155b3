//! `/admin/citizens/{citizen}/{act}`: what is done to an account for a reason, each on a page of its own that says what will happen.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::one::one;
use crate::crypto::base64url;
use crate::crypto::seal::Context;
use crate::domain::account_life::Transition;
use crate::domain::administration::Permission;
use crate::domain::ids::CitizenId;
use crate::flows::admin::change_status::{Changed, change_status};
use crate::flows::admin::find_citizen::Who;
use crate::flows::admin::show_citizen::{self, Sight};
use crate::flows::admin::{AdminError, access};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::pages::console::{Confirmation, Desk, address, asked, at_desk, found, named, problem, render, to};
use crate::web::console::{Link, Section};
use crate::web::layout::Layout;
use crate::web::text::Speaks;

/// What can be done to a citizen, each on a page of its own that says what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Reveal,
    Lock,
    Unlock,
    EndSessions,
}

impl Deed {
    fn read(act: &str) -> Result<Self, Failure> {
        Ok(match act {
            "reveal" => Self::Reveal,
            "lock" => Self::Lock,
            "unlock" => Self::Unlock,
            "end-sessions" => Self::EndSessions,
            _ => return Err(Fault::NotFound.into()),
        })
    }

    const fn permission(self) -> Permission {
        match self {
            Self::Reveal => Permission::CitizenReveal,
            Self::Lock | Self::Unlock => Permission::CitizenStatus,
            Self::EndSessions => Permission::SessionEnd,
        }
    }

    /// Title, what it means, and the button.
    fn words(self, layout: &Layout) -> (String, String, String) {
        match self {
            Self::Reveal => (
                layout.text("console-reveal-title"),
                layout.text("console-reveal-means"),
                layout.text("console-reveal"),
            ),
            Self::Lock => {
                (layout.text("console-lock-title"), layout.text("console-lock-means"), layout.text("console-lock"))
            }
            Self::Unlock => (
                layout.text("console-unlock-title"),
                layout.text("console-unlock-means"),
                layout.text("console-unlock"),
            ),
            Self::EndSessions => (
                layout.text("console-end-sessions-title"),
                layout.text("console-end-sessions-means"),
                layout.text("console-end-sessions"),
            ),
        }
    }
}

pub async fn ask(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path((citizen, act)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let (citizen, deed): (CitizenId, _) = (named(&citizen)?, Deed::read(&act)?);
    // Whoever must prove again who they are does so before they type a reason.
    found!(desk, &site, &visit, desk.admin.may(deed.permission()));
    let reason = kept_reason(&site, &visit).unwrap_or_default();
    confirmation(&site, &visit, desk, citizen, (deed, &act), (reason, None)).await
}

/// What a reason is sealed for: the act on this citizen.
fn reason_for(action: &str) -> Context {
    Context::new("console.reason", action)
}

/// The reason that was typed before a proof.
fn kept_reason(site: &Site, visit: &Visit) -> Option<String> {
    let sealed = base64url::decode(&asked(visit, "kept")?)?;
    let action = visit.path.split('?').next()?;
    let opened = site.app.keys.open_short_lived(&reason_for(action), &sealed).ok()?;
    String::from_utf8(opened.to_vec()).ok()
}

async fn confirmation(
    site: &Site,
    visit: &Visit,
    desk: Desk,
    citizen: CitizenId,
    (deed, act): (Deed, &str),
    (reason, wrong): (String, Option<String>),
) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let shown = show_citizen::show(&desk.admin, &Who::Id(citizen), &Sight::Masked).await;
    let shown = found!(desk, site, visit, shown);
    let (title, means, button) = deed.words(&layout);
    let mut says =
        vec![format!("{} · {}", shown.citizen.profile.masked_name(), shown.citizen.national_id.masked()), means];
    if deed != Deed::Reveal && deed != Deed::Unlock && desk.has(Permission::SessionList) {
        let live = found!(desk, site, visit, access::sessions(&site.app, &desk.admin, citizen).await);
        says.push(layout.text_with("console-sessions-that-end", "count", live.len()));
    }
    let path = format!("/admin/citizens/{citizen}");
    let action = format!("{path}/{act}");
    let back = Link { text: shown.citizen.profile.masked_name(), href: path.clone() };
    let act = Confirmation { id: "confirm", says, action: &action, button, reason: Some(reason), back: path };
    let act = act.act(&layout, visit);
    let mut page = desk.frame.page(Section::Citizens, title);
    page.back = Some(back);
    page.problem = wrong;
    render(&page.with(act.block()))
}

pub async fn act(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path((citizen, act)): Path<(String, String)>,
    Form(sent): Form,
) -> Result<Response, Failure> {
    let (citizen, deed): (CitizenId, _) = (named(&citizen)?, Deed::read(&act)?);
    let path = format!("/admin/citizens/{citizen}");
    let action = format!("{path}/{act}");
    Guarded::Account(&action).check(&visit, &sent)?;
    let reason = sent.single("reason")?.unwrap_or_default().trim().to_owned();
    // Whoever has to prove again who they are finds here what they had typed: sealed, for a reason may name anybody.
    let sealed = site.app.keys.seal_short_lived(&reason_for(&action), reason.as_bytes(), &*site.app.random)?;
    let return_to = address(&action, &[("kept", &base64url::encode(&sealed))]);
    let desk = at_desk!(&site, &visit, &return_to);
    if reason.chars().count() < 3 {
        let wrong = Some(desk.layout().text("console-problem-reason"));
        return confirmation(&site, &visit, desk, citizen, (deed, &act), (reason, wrong)).await;
    }
    let who = Who::Id(citizen);
    let done: Result<Option<&str>, AdminError> = match deed {
        Deed::Reveal => {
            let sight = Sight::Revealed { reason: reason.clone() };
            match show_citizen::show(&desk.admin, &who, &sight).await {
                // It is shown once: the answer to the form is the page itself, and nothing of it stays in an address.
                Ok(shown) => return one(&site, &visit, desk, &shown, true).await,
                Err(error) => Err(error),
            }
        }
        Deed::Lock => turned(change_status(&desk.admin, &who, Transition::Lock, Some(&reason)).await, "locked"),
        Deed::Unlock => turned(change_status(&desk.admin, &who, Transition::Unlock, Some(&reason)).await, "unlocked"),
        Deed::EndSessions => access::end_sessions(&desk.admin, citizen, Some(&reason)).await.map(|_| Some("sessions")),
    };
    match done {
        Ok(done) => {
            site.app.deliveries.wake();
            Ok(to(address(&path, &[("done", done.unwrap_or_default())])))
        }
        Err(error) => match problem(desk.layout(), &error) {
            Some(wrong) => confirmation(&site, &visit, desk, citizen, (deed, &act), (reason, Some(wrong))).await,
            None => desk.refused(&site, &visit, error, &return_to).await,
        },
    }
}

fn turned(changed: Result<Changed, AdminError>, done: &'static str) -> Result<Option<&'static str>, AdminError> {
    changed.map(|_| Some(done))
}
