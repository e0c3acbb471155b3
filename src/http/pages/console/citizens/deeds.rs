//! `/admin/citizens/{citizen}/{act}`: what is done to an account for a reason, each on a page of its own that says what will happen.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::one::one;
use crate::domain::account_life::Transition;
use crate::domain::administration::Permission;
use crate::domain::ids::CitizenId;
use crate::flows::admin::change_status::change_status;
use crate::flows::admin::find_citizen::Who;
use crate::flows::admin::show_citizen::{self, Sight};
use crate::flows::admin::{AdminError, access, proposals, registry};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::pages::console::act::{ActPage, Wrong};
use crate::http::pages::console::typed::Typed;
use crate::http::pages::console::{Desk, address, at_desk, found, named, to};
use crate::web::console::{Field, Link, Section};
use crate::web::layout::Layout;
use crate::web::text::{Speaks, TextId, id};

/// What can be done to a citizen, each on a page of its own that says what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Reveal,
    EndSessions,
    /// It takes no reason: it only asks.
    AskRegistry,
    /// By two registrars: it is proposed here.
    Reopen,
    Turn(Transition),
}

impl Deed {
    /// In the order in which they are offered.
    pub(super) const ALL: [Self; 11] = [
        Self::Reveal,
        Self::Turn(Transition::Activate),
        Self::Turn(Transition::Lock),
        Self::Turn(Transition::Unlock),
        Self::EndSessions,
        Self::Turn(Transition::Suspend),
        Self::Turn(Transition::Resume),
        Self::AskRegistry,
        Self::Turn(Transition::Decease),
        Self::Turn(Transition::Close),
        Self::Reopen,
    ];

    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Reveal => "reveal",
            Self::EndSessions => "end-sessions",
            Self::AskRegistry => "ask-registry",
            Self::Reopen | Self::Turn(Transition::Reopen) => "reopen",
            Self::Turn(Transition::Activate) => "activate",
            Self::Turn(Transition::Lock) => "lock",
            Self::Turn(Transition::Unlock) => "unlock",
            Self::Turn(Transition::Suspend) => "suspend",
            Self::Turn(Transition::Resume) => "resume",
            Self::Turn(Transition::Decease) => "decease",
            Self::Turn(Transition::Close) => "close",
        }
    }

    fn read(act: &str) -> Result<Self, Failure> {
        Self::ALL.into_iter().find(|deed| deed.path() == act).ok_or_else(|| Fault::NotFound.into())
    }

    pub(super) const fn permission(self) -> Permission {
        match self {
            Self::Reveal => Permission::CitizenReveal,
            Self::EndSessions => Permission::SessionEnd,
            Self::AskRegistry => Permission::RegistryCheck,
            Self::Reopen => Permission::CitizenReopen,
            Self::Turn(_) => Permission::CitizenStatus,
        }
    }

    /// From which states of an account it leads anywhere; `None` from every one.
    pub(super) const fn transition(self) -> Option<Transition> {
        match self {
            Self::Reveal | Self::EndSessions | Self::AskRegistry => None,
            Self::Reopen => Some(Transition::Reopen),
            Self::Turn(transition) => Some(transition),
        }
    }

    /// Title, what it means, and the button.
    fn words(self) -> (TextId, TextId, TextId) {
        match self {
            Self::Reveal => (id("console-reveal-title"), id("console-reveal-means"), id("console-reveal")),
            Self::EndSessions => {
                (id("console-end-sessions-title"), id("console-end-sessions-means"), id("console-end-sessions"))
            }
            Self::AskRegistry => (id("desk-ask-registry"), id("desk-ask-registry-means"), id("desk-ask-registry")),
            Self::Reopen | Self::Turn(Transition::Reopen) => {
                (id("desk-reopen"), id("desk-reopen-means"), id("desk-reopen"))
            }
            Self::Turn(Transition::Activate) => (id("desk-activate"), id("desk-activate-means"), id("desk-activate")),
            Self::Turn(Transition::Lock) => (id("console-lock-title"), id("console-lock-means"), id("console-lock")),
            Self::Turn(Transition::Unlock) => {
                (id("console-unlock-title"), id("console-unlock-means"), id("console-unlock"))
            }
            Self::Turn(Transition::Suspend) => (id("desk-suspend"), id("desk-suspend-means"), id("desk-suspend")),
            Self::Turn(Transition::Resume) => (id("desk-resume"), id("desk-resume-means"), id("desk-resume")),
            Self::Turn(Transition::Decease) => (id("desk-decease"), id("desk-decease-means"), id("desk-decease")),
            Self::Turn(Transition::Close) => (id("desk-close"), id("desk-close-means"), id("desk-close")),
        }
    }

    pub(super) fn button(self) -> TextId {
        self.words().2
    }

    /// Whether sessions end with it: the page says how many.
    const fn ends_sessions(self) -> bool {
        match self {
            Self::EndSessions => true,
            Self::Turn(transition) => matches!(transition, Transition::Lock | Transition::Suspend) || transition.ends(),
            Self::Reveal | Self::AskRegistry | Self::Reopen => false,
        }
    }

    fn takes_reason(self) -> bool {
        self != Self::AskRegistry
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
    let (typed, wrong) = Typed::kept(&site, &visit, desk.layout()).await?;
    confirmation(&site, &visit, desk, (citizen, deed), &typed, wrong).await
}

/// Who it is about, masked, as every act of a citizen's page begins.
pub(super) async fn subject(desk: &Desk, citizen: CitizenId) -> Result<(String, String), AdminError> {
    let shown = show_citizen::show(&desk.admin, &Who::Id(citizen), &Sight::Masked).await?;
    let name = shown.citizen.profile.masked_name();
    Ok((format!("{name} · {}", shown.citizen.national_id.masked()), name))
}

/// How many sessions would end, for whoever may know it.
pub(super) async fn sessions_that_end(
    site: &Site,
    desk: &Desk,
    layout: &Layout,
    citizen: CitizenId,
) -> Result<Option<String>, AdminError> {
    if !desk.has(Permission::SessionList) {
        return Ok(None);
    }
    let live = access::sessions(&site.app, &desk.admin, citizen).await?;
    Ok(Some(layout.text_with("console-sessions-that-end", "count", live.len())))
}

async fn confirmation(
    site: &Site,
    visit: &Visit,
    desk: Desk,
    (citizen, deed): (CitizenId, Deed),
    typed: &Typed,
    wrong: Wrong,
) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let (who, name) = found!(desk, site, visit, subject(&desk, citizen).await);
    let (title, means, button) = deed.words();
    let mut says = vec![who, layout.say(means)];
    if deed.ends_sessions() {
        says.extend(found!(desk, site, visit, sessions_that_end(site, &desk, &layout, citizen).await));
    }
    let path = format!("/admin/citizens/{citizen}");
    let fields = match deed.takes_reason() {
        true => vec![Field::reason(&layout, typed.of("reason").to_owned())],
        false => Vec::new(),
    };
    let page = ActPage {
        section: Section::Citizens,
        title: layout.say(title),
        says,
        action: &format!("{path}/{}", deed.path()),
        button: layout.say(button),
        fields,
        back: Link { text: name, href: path },
        before: Vec::new(),
    };
    page.render(visit, desk, wrong)
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
    let typed = Typed::sent(&sent, &["reason"])?;
    // Whoever has to prove again who they are finds here what they had typed.
    let return_to = typed.keep(&site, &visit, &action).await?;
    let desk = at_desk!(&site, &visit, &return_to);
    if deed.takes_reason()
        && let Some(wrong) = Wrong::of_reason(desk.layout(), &typed)
    {
        return confirmation(&site, &visit, desk, (citizen, deed), &typed, wrong).await;
    }
    let (who, reason) = (Who::Id(citizen), typed.of("reason"));
    let done: Result<String, AdminError> = match deed {
        Deed::Reveal => {
            let sight = Sight::Revealed { reason: reason.to_owned() };
            match show_citizen::show(&desk.admin, &who, &sight).await {
                // It is shown once: the answer to the form is the page itself, and nothing of it stays in an address.
                Ok(shown) => return one(&site, &visit, desk, &shown, true).await,
                Err(error) => Err(error),
            }
        }
        Deed::EndSessions => {
            let ended = access::end_sessions(&site.app, &desk.admin, citizen, Some(reason)).await;
            ended.map(|_| address(&path, &[("done", "sessions")]))
        }
        Deed::AskRegistry => {
            registry::check(&desk.admin, &who).await.map(|_| address(&path, &[("done", "registry-asked")]))
        }
        Deed::Reopen => proposals::propose_reopening(&desk.admin, &who, reason)
            .await
            .map(|proposal| format!("/admin/proposals/{}?done=proposed", proposal.id)),
        Deed::Turn(transition) => {
            let done = match transition {
                Transition::Lock => "locked",
                Transition::Unlock => "unlocked",
                _ => "done",
            };
            let changed = change_status(&desk.admin, &who, transition, Some(reason)).await;
            changed.map(|changed| {
                changed.sessions.counted();
                address(&path, &[("done", done)])
            })
        }
    };
    match done {
        Ok(onwards) => {
            site.app.deliveries.wake();
            Ok(to(onwards))
        }
        Err(error) => match Wrong::of(desk.layout(), &error) {
            Some(wrong) => confirmation(&site, &visit, desk, (citizen, deed), &typed, wrong).await,
            None => desk.refused(&site, &visit, error, &return_to).await,
        },
    }
}
