//! `/admin/approvals`: what waits for a second person, with every value as it was and as it would be; approved, denied or withdrawn.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::typed::Typed;
use super::{Desk, ROWS, address, asked, at_desk, form, found, named, notice, problem, proposals, render, to};
use crate::domain::administration::Permission;
use crate::domain::administration::approval::{Act as Asked, Approval, Matter, Outcome};
use crate::domain::ids::ApprovalId;
use crate::domain::time::Timestamp;
use crate::flows::admin::{AdminError, approvals, proposals as proposed};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::web::console::{
    Act, Block, Cell, Change, Changes, Empty, Facts, Field, Section, Table, Tone, View, Weight, moment,
};
use crate::web::layout::Layout;
use crate::web::text::{Speaks, TextId, id};

const PATH: &str = "/admin/approvals";
/// What clients ask for by registering themselves.
const BY_THEMSELVES: &str = "by-themselves";

pub async fn list(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let state = asked(&visit, "state").unwrap_or_default();
    let (is_all, by_themselves) = (state == "all", state == BY_THEMSELVES);
    let from = asked(&visit, "after").and_then(|text| text.parse::<ApprovalId>().ok());
    let listed = match (is_all, by_themselves) {
        (true, _) => approvals::past(&desk.admin, from, ROWS).await,
        (_, true) => approvals::by_themselves(&desk.admin, from, ROWS).await,
        _ => approvals::list(&desk.admin, from, ROWS).await,
    };
    let listed = found!(desk, &site, &visit, listed);
    // What registrars proposed stands on the first page of what waits, for whoever sees citizens.
    let proofs = match !is_all && !by_themselves && from.is_none() && desk.has(Permission::CitizenShow) {
        true => found!(desk, &site, &visit, proposed::list(&desk.admin).await),
        false => Vec::new(),
    };
    let unclaimed = found!(desk, &site, &visit, approvals::count_by_themselves(&desk.admin).await);
    let state = match (is_all, by_themselves) {
        (true, _) => "all",
        (_, true) => BY_THEMSELVES,
        _ => "",
    };
    let (layout, now) = (desk.layout().clone(), desk.admin.clock.now());
    let of_proofs = proofs.iter().map(|proposal| proposals::row(&layout, proposal));
    let rows = of_proofs.chain(listed.iter().map(|approval| {
        vec![
            Cell::Name {
                text: layout.say(matter(approval.matter)),
                small: about(approval).map(|(text, _)| text),
                href: Some(format!("{PATH}/{}", approval.id)),
            },
            Cell::Code(approval.asked_by.clone()),
            Cell::plain(moment(&layout, approval.asked_at.micros())),
            Cell::plain(moment(&layout, approval.expires_at.micros())),
            standing(&layout, approval, now),
        ]
    }));
    let heads = [
        layout.text("console-approval"),
        layout.text("console-asked-by"),
        layout.text("console-asked"),
        layout.text("console-until"),
        layout.text("console-status"),
    ];
    let table = match listed.is_empty() && proofs.is_empty() {
        true => Block::Empty(Empty {
            title: layout.text("console-approvals-none"),
            next: layout.text("console-approvals-none-next"),
            link: None,
        }),
        false => Block::Table(Table {
            title: None,
            caption: layout.text("console-approvals"),
            head: heads.to_vec(),
            rows: rows.collect(),
            next: listed
                .last()
                .filter(|_| listed.len() >= ROWS as usize)
                .map(|last| address(PATH, &[("state", state), ("after", &last.id.to_string())])),
            first: from.map(|_| address(PATH, &[("state", state)])),
        }),
    };
    let view = |text: String, href: &str, here| View { text, href: href.to_owned(), here };
    let views = vec![
        view(layout.text("console-approvals-waiting"), PATH, state.is_empty()),
        view(
            layout.text_with("console-approvals-by-themselves", "count", unclaimed),
            "/admin/approvals?state=by-themselves",
            by_themselves,
        ),
        view(layout.text("console-all"), "/admin/approvals?state=all", is_all),
        view(layout.text("desk-proposals"), super::proposals::PATH, false),
    ];
    let mut page = desk.frame.section(Section::Approvals).with(Block::Views(views)).with(table);
    page.lead = Some(match by_themselves {
        true => layout.text("console-by-themselves-lead"),
        false => layout.text("console-approvals-lead"),
    });
    page.notice = notice(&layout, &visit);
    render(&page)
}

fn matter(matter: Matter) -> TextId {
    match matter {
        Matter::Identifiers => id("console-matter-identifiers"),
        Matter::RedirectUris => id("console-matter-redirect-uris"),
        Matter::Unlock => id("console-matter-unlock"),
        Matter::KeyRotation => id("console-matter-key-rotation"),
        Matter::RoleGrant => id("console-matter-role-grant"),
    }
}

/// Whom or what it is about, and where that is.
fn about(approval: &Approval) -> Option<(String, String)> {
    match (approval.act.client(), approval.act.citizen()) {
        (Some(client), _) => Some((client.to_string(), format!("/admin/applications/{client}"))),
        (_, Some(citizen)) => Some((citizen.to_string(), format!("/admin/citizens/{citizen}"))),
        _ => None,
    }
}

fn standing(layout: &Layout, approval: &Approval, now: Timestamp) -> Cell {
    let (text, tone) = match &approval.decision {
        None if approval.expires_at <= now => (id("console-approval-expired"), Tone::Plain),
        None => (id("console-approval-waiting"), Tone::Care),
        Some(decision) => match decision.outcome {
            Outcome::Approved => (id("console-approval-approved"), Tone::Done),
            Outcome::Denied => (id("console-approval-denied"), Tone::Alarm),
            Outcome::Withdrawn => (id("console-approval-withdrawn"), Tone::Plain),
            Outcome::Void => (id("console-approval-void"), Tone::Plain),
        },
    };
    Cell::badge(layout.say(text), tone)
}

/// The one that is meant: whoever sees no others sees those of their own applications.
async fn load(desk: &Desk, id: ApprovalId) -> Result<Approval, AdminError> {
    match desk.has(Permission::ApprovalList) {
        true => approvals::show(&desk.admin, id).await,
        false => approvals::show_of_application(&desk.admin, id).await,
    }
}

pub async fn show(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(approval): Path<String>,
) -> Result<Response, Failure> {
    let approval: ApprovalId = named(&approval)?;
    let desk = at_desk!(&site, &visit);
    let (typed, wrong) = Typed::kept(&site, &visit, desk.layout()).await?;
    shown(&site, &visit, desk, approval, (typed.of("reason").to_owned(), wrong.problem)).await
}

async fn shown(
    site: &Site,
    visit: &Visit,
    desk: Desk,
    id: ApprovalId,
    (reason, wrong): (String, Option<String>),
) -> Result<Response, Failure> {
    let approval = found!(desk, site, visit, load(&desk, id).await);
    let (layout, now) = (desk.layout().clone(), desk.admin.clock.now());
    let me = desk.admin.actor.to_text();
    let mut blocks = vec![facts(&layout, &approval, now)];
    blocks.extend(changes(&layout, &approval));
    if approval.decision.is_none() && approval.expires_at > now {
        let path = format!("{PATH}/{id}");
        let act = |name: &'static str, says: String, button: String, reason: Option<String>, weight| {
            let action = format!("{path}/{name}");
            Block::Act(Box::new(Act {
                id: name.to_owned(),
                heading: Some(button.clone()),
                says: vec![says],
                form: form(visit, &action),
                hidden: Vec::new(),
                fields: reason.map(|reason| Field::reason(&layout, reason)).into_iter().collect(),
                button,
                about: None,
                weight,
                cancel: None,
            }))
        };
        let accounts = &site.app.settings.administration.shell_accounts;
        let may_decide = desk.has(Permission::ApprovalDecide) && desk.has(approval.permission());
        if approval.asked_by == me {
            let (says, button) = (layout.text("console-withdraw-means"), layout.text("console-withdraw"));
            blocks.push(Block::Note(layout.text("console-own-request")));
            blocks.push(act("withdraw", says, button, None, Weight::Light));
        } else if may_decide && approval.is_by_itself() {
            let (says, button) = (layout.text("console-take-up-means"), layout.text("console-take-up"));
            blocks.push(act("take-up", says, button, None, Weight::Grave));
            let (says, button) = (layout.text("console-deny-means"), layout.text("console-deny"));
            blocks.push(act("deny", says, button, Some(reason), Weight::Light));
        } else if may_decide && !accounts.could_be_one_person(&approval.asked_by, &me) {
            let (says, button) = (layout.text("console-approve-means"), layout.text("console-approve"));
            blocks.push(act("approve", says, button, None, Weight::Grave));
            let (says, button) = (layout.text("console-deny-means"), layout.text("console-deny"));
            blocks.push(act("deny", says, button, Some(reason), Weight::Light));
        } else if may_decide && accounts.are_one_person(&approval.asked_by, &me) {
            // By themselves, at the shell: it is withdrawn there.
            blocks.push(Block::Note(layout.text("console-own-request")));
        } else if may_decide {
            // Asked at the shell: who that is, nothing here says.
            blocks.push(Block::Note(layout.text("console-asked-at-the-shell")));
        }
    }
    let back = desk.frame.back_to(Section::Approvals);
    let mut page = desk.frame.page(Section::Approvals, layout.say(matter(approval.matter)));
    page.back = back;
    page.notice = notice(&layout, visit);
    page.problem = wrong;
    page.blocks = blocks;
    render(&page)
}

fn facts(layout: &Layout, approval: &Approval, now: Timestamp) -> Block {
    let mut rows = vec![(layout.text("console-status"), standing(layout, approval, now))];
    rows.extend(about(approval).map(|(text, href)| (layout.text("console-about"), Cell::name(text, href))));
    rows.push((layout.text("console-asked-by"), Cell::Code(approval.asked_by.clone())));
    rows.push((layout.text("console-asked"), Cell::plain(moment(layout, approval.asked_at.micros()))));
    rows.push((layout.text("console-until"), Cell::plain(moment(layout, approval.expires_at.micros()))));
    if let Asked::Unlock { reason: Some(reason), .. } = &approval.act {
        rows.push((layout.text("console-reason"), Cell::plain(reason.as_str())));
    }
    if let Asked::GrantRole { until: Some(until), .. } = &approval.act {
        rows.push((layout.text("console-role-until"), Cell::plain(moment(layout, until.micros()))));
    }
    if let Some(decision) = &approval.decision {
        rows.push((layout.text("console-decided-by"), Cell::Code(decision.by.clone())));
        rows.push((layout.text("console-when"), Cell::plain(moment(layout, decision.at.micros()))));
        rows.extend(
            decision.reason.as_ref().map(|reason| (layout.text("console-reason"), Cell::plain(reason.as_str()))),
        );
    }
    for stays in approval.changes.iter().filter(|change| change.old == change.new) {
        let label = format!("{} · {}", stays.field, layout.text("console-stays"));
        // What nobody set says nothing.
        rows.extend(said(&stays.new).map(|text| (label, Cell::Code(text))));
    }
    Block::Facts(Facts { heading: layout.text("console-approval"), rows })
}

fn changes(layout: &Layout, approval: &Approval) -> Option<Block> {
    let differ = approval.changes.iter().filter(|change| change.old != change.new);
    let rows: Vec<Change> = differ
        .map(|change| Change { name: change.field.clone(), old: value(&change.old), new: value(&change.new) })
        .collect();
    (!rows.is_empty()).then(|| Block::Changes(Changes { heading: layout.text("console-changed"), rows }))
}

/// As [`value`], and `None`, too, for what is switched off.
fn said(of: &serde_json::Value) -> Option<String> {
    value(of).filter(|_| *of != serde_json::Value::Bool(false)).filter(|text| text != "{}")
}

/// A value as a page shows it; `None` for nothing.
fn value(value: &serde_json::Value) -> Option<String> {
    use serde_json::Value;
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(items) if items.is_empty() => None,
        Value::Array(items) => Some(items.iter().filter_map(self::value).collect::<Vec<_>>().join(" · ")),
        other => Some(other.to_string()),
    }
}

pub async fn decide(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path((approval, act)): Path<(String, String)>,
    Form(sent): Form,
) -> Result<Response, Failure> {
    let id: ApprovalId = named(&approval)?;
    let path = format!("{PATH}/{id}");
    Guarded::Account(&format!("{path}/{act}")).check(&visit, &sent)?;
    let typed = Typed::sent(&sent, &["reason"])?;
    // Whoever has to prove again who they are comes back to the request, with what they had typed.
    let return_to = typed.keep(&site, &visit, &path).await?;
    let desk = at_desk!(&site, &visit, &return_to);
    let reason = typed.of("reason").to_owned();
    let decided = match act.as_str() {
        "approve" => approvals::approve(&desk.admin, id).await.map(|_| "approved"),
        "take-up" => approvals::take_up(&desk.admin, id).await.map(|_| "asked"),
        "deny" if reason.chars().count() < 3 => {
            let wrong = Some(desk.layout().text("console-problem-reason"));
            return shown(&site, &visit, desk, id, (reason, wrong)).await;
        }
        "deny" => approvals::deny(&desk.admin, id, &reason).await.map(|_| "denied"),
        "withdraw" if desk.has(Permission::ApprovalList) => {
            approvals::withdraw(&desk.admin, id).await.map(|_| "withdrawn")
        }
        "withdraw" => approvals::withdraw_of_application(&desk.admin, id).await.map(|_| "withdrawn"),
        _ => return Err(Fault::NotFound.into()),
    };
    match decided {
        Ok(done) => {
            site.app.deliveries.wake();
            Ok(to(address(&path, &[("done", done)])))
        }
        Err(error) => match problem(desk.layout(), &error) {
            Some(wrong) => shown(&site, &visit, desk, id, (reason, Some(wrong))).await,
            None => desk.refused(&site, &visit, error, &return_to).await,
        },
    }
}
