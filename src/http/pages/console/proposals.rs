//! `/admin/approvals/proofs/{proposal}`: what one registrar saw at the counter and another one confirms, beside everything else that takes
//! a second person.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::{Desk, address, asked, at_desk, form, found, named, problem, render};
use crate::domain::administration::Permission;
use crate::domain::ids::ProposalId;
use crate::domain::operator::could_be_one_person;
use crate::domain::proposal::{Proof, Proposal, Registrant, Wish};
use crate::flows::admin::proposals::{self, Done, Waiting};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::web::console::{Act, Block, Cell, Change, Changes, Facts, Field, Section, Tone, Weight, moment};
use crate::web::layout::Layout;
use crate::web::text::{Speaks, TextId, id};

const PATH: &str = "/admin/approvals/proofs";

/// As a row of the list.
pub(super) fn row(layout: &Layout, proposal: &Proposal) -> Vec<Cell> {
    vec![
        Cell::Name {
            text: layout.say(wish(&proposal.wish)),
            small: Some(proposal.citizen.to_string()),
            href: Some(format!("{PATH}/{}", proposal.id)),
        },
        Cell::Code(proposal.proposed_by.clone()),
        Cell::plain(moment(layout, proposal.proposed_at.micros())),
        Cell::plain(moment(layout, proposal.expires_at.micros())),
        Cell::badge(layout.text("console-approval-waiting"), Tone::Care),
    ]
}

fn wish(wish: &Wish) -> TextId {
    match wish {
        Wish::Prove(_) => id("console-matter-proof"),
        Wish::Reopen { .. } => id("console-matter-reopen"),
    }
}

pub async fn show(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(proposal): Path<String>,
) -> Result<Response, Failure> {
    let proposal: ProposalId = named(&proposal)?;
    let desk = at_desk!(&site, &visit);
    shown(&site, &visit, desk, proposal, (asked(&visit, "reason").unwrap_or_default(), None)).await
}

async fn shown(
    site: &Site,
    visit: &Visit,
    desk: Desk,
    id: ProposalId,
    (reason, wrong): (String, Option<String>),
) -> Result<Response, Failure> {
    let waiting = found!(desk, site, visit, proposals::show(&desk.admin, id).await);
    let layout = desk.layout().clone();
    let proposal = &waiting.proposal;
    let mut blocks = vec![facts(&layout, &waiting)];
    if let Wish::Prove(proof) = &proposal.wish {
        blocks.push(changes(&layout, &waiting, proof));
    }
    let act = |name: &'static str, says: String, button: String, reason: Option<String>, weight| {
        Block::Act(Box::new(Act {
            id: name.to_owned(),
            heading: Some(button.clone()),
            says: vec![says],
            form: form(visit, &format!("{PATH}/{id}/{name}")),
            hidden: Vec::new(),
            fields: reason.map(|reason| Field::reason(&layout, reason)).into_iter().collect(),
            button,
            about: None,
            weight,
            cancel: None,
        }))
    };
    if desk.has(Permission::ApprovalDecide) && desk.has(proposals::permission(&proposal.wish)) {
        match could_be_one_person(&proposal.proposed_by, &desk.admin.actor.to_text()) {
            true => blocks.push(Block::Note(layout.text("console-problem-own-request"))),
            false => {
                let (says, button) = (layout.text("console-proof-approve-means"), layout.text("console-approve"));
                blocks.push(act("confirm", says, button, None, Weight::Grave));
            }
        }
        // Whoever proposed it may think again.
        let (says, button) = (layout.text("console-deny-means"), layout.text("console-deny"));
        blocks.push(act("decline", says, button, Some(reason), Weight::Light));
    }
    let back = desk.frame.back_to(Section::Approvals);
    let mut page = desk.frame.page(Section::Approvals, layout.say(wish(&proposal.wish)));
    page.back = back;
    page.problem = wrong;
    page.blocks = blocks;
    render(&page)
}

fn facts(layout: &Layout, Waiting { proposal, citizen }: &Waiting) -> Block {
    let mut rows = vec![
        (
            layout.text("console-citizen"),
            Cell::Name {
                text: citizen.profile.masked_name(),
                small: Some(citizen.national_id.masked()),
                href: Some(format!("/admin/citizens/{}", citizen.id)),
            },
        ),
        (layout.text("console-asked-by"), Cell::Code(proposal.proposed_by.clone())),
        (layout.text("console-asked"), Cell::plain(moment(layout, proposal.proposed_at.micros()))),
        (layout.text("console-until"), Cell::plain(moment(layout, proposal.expires_at.micros()))),
    ];
    match &proposal.wish {
        Wish::Reopen { reason } => rows.push((layout.text("console-reason"), Cell::plain(reason.as_str()))),
        Wish::Prove(proof) => {
            let registrant = match proof.registrant {
                Registrant::ThisPerson => layout.text("console-proof-this-person"),
                Registrant::SomebodyElse => layout.text("console-proof-somebody-else"),
            };
            let checks: Vec<_> = proof.checks.iter().map(|check| check.method.as_str()).collect();
            rows.push((layout.text("console-proof-registrant"), Cell::plain(registrant)));
            rows.push((layout.text("console-proof-document"), Cell::Code(proof.document.kind.as_str().to_owned())));
            let number = proof.document.number.as_deref().map(ending);
            rows.extend(number.map(|number| (layout.text("console-number"), Cell::Code(number))));
            rows.push((layout.text("console-proof-checks"), Cell::Code(checks.join(" "))));
        }
    }
    Block::Facts(Facts { heading: layout.text("console-approval"), rows })
}

/// The last three characters: enough to hold it against the paper.
fn ending(number: &str) -> String {
    let from = number.char_indices().rev().nth(2).map_or(0, |(at, _)| at);
    format!("•••••{}", number.get(from..).filter(|_| number.chars().count() > 6).unwrap_or_default())
}

fn changes(layout: &Layout, Waiting { citizen, .. }: &Waiting, proof: &Proof) -> Block {
    let (before, after) = (&citizen.profile, proof.corrections.applied_to(&citizen.profile));
    let mut rows = vec![Change {
        name: layout.text("console-level"),
        old: Some(i16::from(citizen.account_level).to_string()),
        new: Some("2".to_owned()),
    }];
    for (name, old, new) in [
        (layout.text("claim-name"), Some(before.name.clone()), Some(after.name.clone())),
        (
            layout.text("claim-birthdate"),
            before.birthdate.map(|day| day.to_string()),
            after.birthdate.map(|day| day.to_string()),
        ),
        (
            layout.text("claim-gender"),
            before.gender.map(|gender| gender.as_str().to_owned()),
            after.gender.map(|gender| gender.as_str().to_owned()),
        ),
    ] {
        if old != new {
            rows.push(Change { name, old, new });
        }
    }
    Block::Changes(Changes { heading: layout.text("console-changed"), rows })
}

pub async fn decide(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path((proposal, act)): Path<(String, String)>,
    Form(sent): Form,
) -> Result<Response, Failure> {
    let id: ProposalId = named(&proposal)?;
    let path = format!("{PATH}/{id}");
    Guarded::Account(&format!("{path}/{act}")).check(&visit, &sent)?;
    let reason = sent.single("reason")?.unwrap_or_default().trim().to_owned();
    let return_to = address(&path, &[("reason", &reason)]);
    let desk = at_desk!(&site, &visit, &return_to);
    let decided = match act.as_str() {
        "confirm" => proposals::confirm(&desk.admin, id).await.map(Some),
        "decline" if reason.chars().count() < 3 => {
            let wrong = Some(desk.layout().text("console-problem-reason"));
            return shown(&site, &visit, desk, id, (reason, wrong)).await;
        }
        "decline" => proposals::decline(&desk.admin, id, &reason).await.map(|_| None),
        _ => return Err(Fault::NotFound.into()),
    };
    match decided {
        Ok(done) => {
            site.app.deliveries.wake();
            finished(desk, done.as_ref())
        }
        Err(error) => match problem(desk.layout(), &error) {
            Some(wrong) => shown(&site, &visit, desk, id, (reason, Some(wrong))).await,
            None => desk.refused(&site, &visit, error, &return_to).await,
        },
    }
}

/// What was done. It is the answer to the form itself: a code is shown this once and stands in no address.
fn finished(desk: Desk, done: Option<&Done>) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let back = desk.frame.back_to(Section::Approvals);
    let mut page = desk.frame.page(Section::Approvals, layout.text("console-approval"));
    page.back = back;
    page.notice = Some(match done {
        Some(_) => layout.text("console-done-approved"),
        None => layout.text("console-done-denied"),
    });
    if let Some(done) = done {
        let citizen = Cell::name(done.citizen.to_string(), format!("/admin/citizens/{}", done.citizen));
        let mut rows = vec![(layout.text("console-citizen"), citizen)];
        if let Some(issued) = &done.code {
            rows.push((layout.text("console-proof-code"), Cell::Code(issued.code.expose().to_owned())));
            rows.push((layout.text("console-until"), Cell::plain(moment(&layout, issued.expires_at.micros()))));
        }
        page = page.with(Block::Facts(Facts { heading: layout.text("console-outcome"), rows }));
    }
    render(&page)
}
