//! `/admin/citizens`: one is found by what they sign in with, seen masked, seen in clear for a reason that is recorded, locked and
//! unlocked, and signed out everywhere.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::statistics::method_name;
use super::{Confirmation, Desk, ROWS, address, asked, at_desk, form, found, named, notice, problem, render, to};
use crate::crypto::base64url;
use crate::crypto::seal::Context;
use crate::domain::account_life::Transition;
use crate::domain::administration::Permission;
use crate::domain::citizen::{Citizen, CitizenStatus};
use crate::domain::credential::CredentialKind;
use crate::domain::ids::CitizenId;
use crate::flows::admin::change_status::{Changed, change_status};
use crate::flows::admin::find_citizen::Who;
use crate::flows::admin::show_citizen::{self, Shown, Sight};
use crate::flows::admin::{AdminError, citizen_access, list_citizens};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::web::claims::ClaimName;
use crate::web::console::{Act, Block, Cell, Empty, Facts, Field, Link, Section, Table, Tone, View, Weight, moment};
use crate::web::device::Device;
use crate::web::layout::Layout;
use crate::web::text::{Speaks, id};

const PATH: &str = "/admin/citizens";

pub async fn list(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    found!(desk, &site, &visit, desk.admin.may(Permission::CitizenShow));
    listed(&site, &visit, desk, (String::new(), None)).await
}

/// Finds one by what they sign in with, which is sent in a form and stands in no address.
pub async fn find(State(site): State<Arc<Site>>, visit: Visit, Form(sent): Form) -> Result<Response, Failure> {
    Guarded::Account(PATH).check(&visit, &sent)?;
    let desk = at_desk!(&site, &visit, PATH);
    let typed = sent.single("who")?.unwrap_or_default().trim().to_owned();
    let wrong = match Who::parse(&typed, site.app.settings.national_id.default_scheme()) {
        Ok(who) => match show_citizen::show(&desk.admin, &who, &Sight::Masked).await {
            Ok(shown) => return Ok(to(format!("{PATH}/{}", shown.citizen.id))),
            Err(error) => match problem(desk.layout(), &error) {
                Some(_) => desk.layout().text("console-citizen-unknown"),
                None => return desk.refused(&site, &visit, error, PATH).await,
            },
        },
        Err(_) => desk.layout().text("console-citizen-unreadable"),
    };
    listed(&site, &visit, desk, (typed, Some(wrong))).await
}

async fn listed(
    site: &Site,
    visit: &Visit,
    desk: Desk,
    (typed, wrong): (String, Option<String>),
) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let status = asked(visit, "status").and_then(|text| text.parse::<CitizenStatus>().ok());
    let mut blocks = vec![Block::Act(Box::new(finder(&layout, visit, PATH, typed)))];
    if desk.has(Permission::CitizenList) {
        let after = asked(visit, "after").and_then(|text| text.parse::<CitizenId>().ok());
        let page = found!(desk, site, visit, list_citizens::list(&desk.admin, status, after, ROWS).await);
        let view = |text: String, wanted: Option<CitizenStatus>| View {
            text,
            href: address("/admin/citizens", &[("status", wanted.map(CitizenStatus::as_str).unwrap_or_default())]),
            here: wanted == status,
        };
        let mut views = vec![view(layout.text("console-all"), None)];
        views.extend(CitizenStatus::ALL.into_iter().map(|one| view(status_name(&layout, one), Some(one))));
        blocks.push(Block::Views(views));
        blocks.push(match page.items.is_empty() {
            true => Block::Empty(Empty {
                title: layout.text("console-citizens-none"),
                next: layout.text("console-citizens-none-next"),
                link: None,
            }),
            false => {
                let rows = page.items.iter().map(|citizen| person_row(&layout, citizen)).collect();
                let mut block = people_table(&layout, rows);
                let status = status.map(CitizenStatus::as_str).unwrap_or_default();
                if let Block::Table(table) = &mut block {
                    let next = page.next.map(|next| next.to_string());
                    let more = next.map(|next| address("/admin/citizens", &[("status", status), ("after", &next)]));
                    table.next = more;
                    table.first = after.map(|_| address("/admin/citizens", &[("status", status)]));
                }
                block
            }
        });
    }
    let mut page = desk.frame.section(Section::Citizens);
    page.lead = Some(layout.text("console-citizens-lead"));
    page.problem = wrong;
    page.blocks = blocks;
    render(&page)
}

/// One is found by all of what they sign in with. It is a form that is posted: addresses end up in logs and histories.
pub(super) fn finder(layout: &Layout, visit: &Visit, action: &str, typed: String) -> Act {
    Act {
        id: "find".to_owned(),
        heading: None,
        says: Vec::new(),
        form: form(visit, action),
        hidden: Vec::new(),
        fields: vec![Field {
            hint: Some(layout.text("console-citizen-find-hint")),
            needed: true,
            ..Field::line("who", layout.text("console-citizen-find"), typed)
        }],
        button: layout.text("console-search"),
        about: None,
        weight: Weight::Light,
        cancel: None,
    }
}

pub(super) fn person_row(layout: &Layout, citizen: &Citizen) -> Vec<Cell> {
    vec![
        Cell::Name {
            text: citizen.profile.masked_name(),
            small: Some(citizen.id.to_string()),
            href: Some(format!("/admin/citizens/{}", citizen.id)),
        },
        Cell::Code(citizen.national_id.masked()),
        Cell::Number(i16::from(citizen.account_level).to_string()),
        standing(layout, citizen.status),
    ]
}

pub(super) fn people_table(layout: &Layout, rows: Vec<Vec<Cell>>) -> Block {
    Block::Table(Table {
        title: None,
        caption: layout.text("console-citizens"),
        head: vec![
            layout.text("console-name"),
            layout.text("console-number"),
            layout.text("console-level"),
            layout.text("console-status"),
        ],
        rows,
        next: None,
        first: None,
    })
}

pub(super) fn status_name(layout: &Layout, status: CitizenStatus) -> String {
    layout.say(match status {
        CitizenStatus::Registered => id("console-citizen-registered"),
        CitizenStatus::Active => id("console-citizen-active"),
        CitizenStatus::Locked => id("console-citizen-locked"),
        CitizenStatus::Suspended => id("console-citizen-suspended"),
        CitizenStatus::Deceased => id("console-citizen-deceased"),
        CitizenStatus::Closed => id("console-citizen-closed"),
    })
}

pub(super) fn standing(layout: &Layout, status: CitizenStatus) -> Cell {
    let tone = match status {
        CitizenStatus::Active => Tone::Done,
        CitizenStatus::Locked => Tone::Alarm,
        CitizenStatus::Suspended | CitizenStatus::Registered => Tone::Care,
        CitizenStatus::Deceased | CitizenStatus::Closed => Tone::Plain,
    };
    Cell::badge(status_name(layout, status), tone)
}

pub async fn show(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(citizen): Path<String>,
) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let citizen: CitizenId = named(&citizen)?;
    let shown = show_citizen::show(&desk.admin, &Who::Id(citizen), &Sight::Masked).await;
    let shown = found!(desk, &site, &visit, shown);
    one(&site, &visit, desk, &shown, false).await
}

/// One citizen as they were shown.
async fn one(site: &Site, visit: &Visit, desk: Desk, shown: &Shown, revealed: bool) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let citizen = &shown.citizen;
    let path = format!("/admin/citizens/{}", citizen.id);
    let mut rows = vec![
        (layout.text("console-status"), standing(&layout, citizen.status)),
        (layout.text("console-level"), Cell::Number(i16::from(citizen.account_level).to_string())),
    ];
    rows.extend(
        shown.particulars.iter().map(|(name, value)| (particular(name).label(&layout), Cell::plain(value.as_str()))),
    );
    rows.push((layout.text("console-created"), Cell::plain(moment(&layout, citizen.created_at.micros()))));
    if let Some(password) = &shown.password {
        rows.push((
            layout.text("console-password-changed"),
            Cell::plain(moment(&layout, password.changed_at.micros())),
        ));
    }
    let mut blocks = Vec::new();
    if revealed {
        blocks.push(Block::Note(layout.text("console-revealed")));
    }
    let mut ways = Vec::new();
    let mut way = |text: String, act: &str| ways.push(Link { text, href: format!("{path}/{act}") });
    if desk.has(Permission::CitizenReveal) && !revealed {
        way(layout.text("console-reveal"), "reveal");
    }
    if desk.has(Permission::CitizenStatus) {
        match citizen.status {
            CitizenStatus::Active | CitizenStatus::Registered => way(layout.text("console-lock"), "lock"),
            CitizenStatus::Locked => way(layout.text("console-unlock"), "unlock"),
            CitizenStatus::Suspended | CitizenStatus::Deceased | CitizenStatus::Closed => {}
        }
    }
    if desk.has(Permission::SessionEnd) {
        way(layout.text("console-end-sessions"), "end-sessions");
    }
    if desk.has(Permission::AuditRead) {
        let href = address("/admin/audit", &[("citizen", &citizen.id.to_string())]);
        ways.push(Link { text: layout.text("console-audit-of"), href });
    }
    if !ways.is_empty() {
        blocks.push(Block::Links(ways));
    }
    blocks.push(Block::Facts(Facts { heading: layout.text("console-particulars"), rows }));
    if desk.has(Permission::CredentialList) {
        let held = found!(desk, site, visit, citizen_access::credentials(&desk.admin, citizen.id).await);
        let rows = held.iter().map(|credential| {
            let method = match credential.kind {
                CredentialKind::WebAuthn => "webauthn",
                CredentialKind::Certificate => "certificate",
                CredentialKind::Totp => "totp",
                CredentialKind::RecoveryCodes => "recovery",
            };
            vec![
                Cell::Name { text: method_name(&layout, method), small: None, href: None },
                Cell::plain(moment(&layout, credential.created_at.micros())),
                Cell::plain(credential.last_used_at.map_or_else(|| "–".to_owned(), |at| moment(&layout, at.micros()))),
            ]
        });
        blocks.push(part(
            layout.text("console-methods"),
            vec![layout.text("console-method"), layout.text("console-created"), layout.text("console-last-used")],
            rows.collect(),
            layout.text("console-methods-none"),
        ));
    }
    if desk.has(Permission::SessionList) {
        let live = found!(desk, site, visit, citizen_access::sessions(&desk.admin, citizen.id).await);
        let rows = live
            .unwrap_or_default()
            .iter()
            .map(|session| {
                vec![
                    Cell::Name {
                        text: Device::from_user_agent(&session.device).name(&layout),
                        small: Some(session.address.clone()),
                        href: None,
                    },
                    Cell::plain(moment(&layout, session.started_at.micros())),
                    Cell::plain(moment(&layout, session.last_seen_at.micros())),
                ]
            })
            .collect();
        blocks.push(part(
            layout.text("console-sessions"),
            vec![layout.text("console-device"), layout.text("console-since"), layout.text("console-last-used")],
            rows,
            layout.text("console-sessions-none"),
        ));
    }
    if desk.has(Permission::ConsentList) {
        let given = found!(desk, site, visit, citizen_access::consents(&desk.admin, citizen.id).await);
        let mut rows = Vec::new();
        for consent in &given {
            let client = site.app.clients.find(&site.app, &consent.client).await?;
            let name = client.map(|client| site.portal(&client, layout.voice.language).name);
            rows.push(vec![
                Cell::Name {
                    text: name.unwrap_or_else(|| consent.client.to_string()),
                    small: Some(consent.client.to_string()),
                    href: None,
                },
                Cell::plain(consent.claims.iter().cloned().collect::<Vec<_>>().join(", ")),
                Cell::plain(moment(&layout, consent.updated_at.micros())),
            ]);
        }
        blocks.push(part(
            layout.text("console-consents"),
            vec![layout.text("console-application"), layout.text("console-claims"), layout.text("console-since")],
            rows,
            layout.text("console-consents-none"),
        ));
    }
    let back = desk.frame.back_to(Section::Citizens);
    let title = if revealed { citizen.profile.name.clone() } else { citizen.profile.masked_name() };
    let mut page = desk.frame.page(Section::Citizens, title);
    page.back = back;
    page.notice = notice(&layout, visit);
    page.blocks = blocks;
    render(&page)
}

/// What a line of the particulars is called. The files of the authorities say `scheme` where the claims say whose number it is.
fn particular(name: &str) -> ClaimName {
    match name {
        "scheme" => ClaimName::NationalIdScheme,
        name => ClaimName::parse(name),
    }
}

/// A table, or one line where it would be empty.
pub(super) fn part(title: String, head: Vec<String>, rows: Vec<Vec<Cell>>, none: String) -> Block {
    match rows.is_empty() {
        true => Block::Nothing { heading: title, says: none },
        false => {
            Block::Table(Table { title: Some(title.clone()), caption: title, head, rows, next: None, first: None })
        }
    }
}

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
        let live = found!(desk, site, visit, citizen_access::sessions(&desk.admin, citizen).await);
        says.push(layout.text_with("console-sessions-that-end", "count", live.map_or(0, |live| live.len())));
    }
    let path = format!("/admin/citizens/{citizen}");
    let action = format!("{path}/{act}");
    let back = Link { text: shown.citizen.profile.masked_name(), href: path.clone() };
    let act = Confirmation { id: "confirm", says, action: &action, button, reason: Some(reason), back: path };
    let act = act.act(&layout, visit);
    let mut page = desk.frame.page(Section::Citizens, title);
    page.back = Some(back);
    page.problem = wrong;
    render(&page.with(Block::Act(Box::new(act))))
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
        Deed::EndSessions => citizen_access::end_sessions(&desk.admin, &who, &reason).await.map(|_| Some("sessions")),
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
