//! `/admin/proposals`: what one registrar proposed and another one confirms or declines: an identity that was proven at the counter, an
//! account that is opened again. Nobody confirms their own.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::act::Wrong;
use super::citizens::{counter, proof::document};
use super::typed::Typed;
use super::{Desk, at_desk, form, found, named, notice, render, to};
use crate::crypto::base64url;
use crate::domain::administration::Permission;
use crate::domain::ids::ProposalId;
use crate::domain::proposal::{Proof, Proposal, Registrant, Wish};
use crate::flows::admin::proposals::{self, Done, Waiting};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::web::console::{
    Act, Block, Cell, Change, Changes, Empty, Facts, Field, Link, Section, Table, Tone, Weight, moment,
};
use crate::web::layout::Layout;
use crate::web::text::{Speaks, TextId, id};

pub(super) const PATH: &str = "/admin/proposals";

const fn wish_name(wish: &Wish) -> TextId {
    match wish {
        Wish::Prove(_) => id("desk-prove"),
        Wish::Reopen { .. } => id("desk-reopen"),
    }
}

/// As a row of the list.
pub(super) fn row(layout: &Layout, proposal: &Proposal) -> Vec<Cell> {
    vec![
        Cell::Name {
            text: layout.say(wish_name(&proposal.wish)),
            small: Some(proposal.citizen.to_string()),
            href: Some(format!("{PATH}/{}", proposal.id)),
        },
        Cell::Code(proposal.proposed_by.clone()),
        Cell::plain(moment(layout, proposal.proposed_at.micros())),
        Cell::plain(moment(layout, proposal.expires_at.micros())),
        Cell::badge(layout.text("console-approval-waiting"), Tone::Care),
    ]
}

pub async fn list(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let waiting = found!(desk, &site, &visit, proposals::list(&desk.admin).await);
    let layout = desk.layout().clone();
    let rows: Vec<_> = waiting.iter().map(|proposal| row(&layout, proposal)[..4].to_vec()).collect();
    let block = match rows.is_empty() {
        true => Block::Empty(Empty {
            title: layout.text("console-approvals-none"),
            next: layout.text("desk-proposals-none-next"),
            link: None,
        }),
        false => Block::Table(Table {
            title: None,
            caption: layout.text("desk-proposals"),
            head: vec![
                layout.text("desk-proposal"),
                layout.text("console-asked-by"),
                layout.text("console-asked"),
                layout.text("console-until"),
            ],
            rows,
            next: None,
            first: None,
        }),
    };
    let back = desk.frame.back_to(Section::Approvals);
    let mut page = desk.frame.page(Section::Approvals, layout.text("desk-proposals"));
    page.back = back;
    page.lead = Some(layout.text("desk-proposals-lead"));
    page.notice = notice(&layout, &visit);
    render(&page.with(block))
}

pub async fn show(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(proposal): Path<String>,
) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let (typed, wrong) = Typed::kept(&site, &visit, desk.layout()).await?;
    shown(&site, &visit, desk, named(&proposal)?, &typed, wrong).await
}

async fn shown(
    site: &Site,
    visit: &Visit,
    desk: Desk,
    id: ProposalId,
    typed: &Typed,
    wrong: Wrong,
) -> Result<Response, Failure> {
    let Waiting { proposal, citizen } = found!(desk, site, visit, proposals::show(&desk.admin, id).await);
    let layout = desk.layout().clone();
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
        (layout.text("console-asked"), Cell::plain(moment(&layout, proposal.proposed_at.micros()))),
        (layout.text("console-until"), Cell::plain(moment(&layout, proposal.expires_at.micros()))),
    ];
    let mut changes = Vec::new();
    match &proposal.wish {
        Wish::Reopen { reason } => rows.push((layout.text("console-reason"), Cell::plain(reason.as_str()))),
        Wish::Prove(proof) => {
            rows.extend(seen(&layout, proof));
            let change = |name: String, old: Option<String>, new: Option<String>| Change { name, old, new };
            let level = i16::from(citizen.account_level).to_string();
            changes.push(change(layout.text("console-level"), Some(level), Some("2".to_owned())));
            let (was, is) = (&citizen.profile, proof.corrections.applied_to(&citizen.profile));
            let day = |profile: &crate::domain::citizen::Profile| profile.birthdate.map(|day| day.to_string());
            let gender = |profile: &crate::domain::citizen::Profile| profile.gender.map(|one| one.as_str().to_owned());
            changes.push(change(layout.text("claim-name"), Some(was.name.clone()), Some(is.name.clone())));
            changes.push(change(layout.text("claim-birthdate"), day(was), day(&is)));
            changes.push(change(layout.text("claim-gender"), gender(was), gender(&is)));
            changes.retain(|change| change.old != change.new);
        }
    }
    let mut blocks = vec![Block::Facts(Facts { heading: layout.text("desk-proposal"), rows })];
    if !changes.is_empty() {
        blocks.push(Block::Changes(Changes { heading: layout.text("console-changed"), rows: changes }));
    }
    if matches!(&proposal.wish, Wish::Prove(proof) if proof.registrant == Registrant::SomebodyElse) {
        blocks.push(Block::Note(layout.text("desk-evicts")));
    }
    if desk.has(Permission::ApprovalDecide) && desk.has(proposals::permission(&proposal.wish)) {
        let accounts = &desk.admin.settings.administration.shell_accounts;
        let own = accounts.could_be_one_person(&proposal.proposed_by, &desk.admin.actor.to_text());
        if own {
            blocks.push(Block::Note(layout.text("console-own-request")));
        } else {
            let confirm = Act {
                heading: Some(layout.text("desk-confirm")),
                says: vec![layout.text("desk-confirm-means")],
                ..Act::button("confirm", form(visit, &action(id, "confirm")), layout.text("desk-confirm"))
            };
            blocks.push(confirm.block());
        }
        let decline = Act {
            heading: Some(layout.text("desk-decline")),
            says: vec![layout.text("console-withdraw-means")],
            fields: vec![Field::reason(&layout, typed.of("reason").to_owned())],
            weight: Weight::Light,
            ..Act::button("decline", form(visit, &action(id, "decline")), layout.text("desk-decline"))
        };
        blocks.push(decline.block());
    }
    let title = layout.say(wish_name(&proposal.wish));
    let mut page = desk.frame.page(Section::Approvals, title);
    page.back = Some(Link { text: layout.text("desk-proposals"), href: PATH.to_owned() });
    page.notice = notice(&layout, visit);
    page.problem = wrong.problem;
    page.exact = wrong.exact;
    page.blocks = blocks;
    render(&page)
}

fn action(id: ProposalId, act: &str) -> String {
    format!("{PATH}/{id}/{act}")
}

/// What was seen, as far as it may be held against the paper.
fn seen(layout: &Layout, proof: &Proof) -> Vec<(String, Cell)> {
    let paper = &proof.document;
    let registrant = match proof.registrant {
        Registrant::ThisPerson => id("desk-registrant-they"),
        Registrant::SomebodyElse => id("desk-registrant-else"),
    };
    let mut rows = vec![
        (layout.text("desk-registrant"), Cell::plain(layout.say(registrant))),
        (layout.text("desk-document"), Cell::plain(layout.say(document(paper.kind)))),
    ];
    rows.extend(paper.masked_number().map(|number| (layout.text("desk-document-number"), Cell::Code(number))));
    rows.extend(paper.issuer.as_ref().map(|one| (layout.text("desk-document-issuer"), Cell::plain(one.name.as_str()))));
    rows.extend(paper.issued_on.map(|day| (layout.text("desk-document-issued"), Cell::plain(day.to_string()))));
    rows.extend(paper.expires_on.map(|day| (layout.text("desk-document-expires"), Cell::plain(day.to_string()))));
    for attachment in &proof.attachments {
        let label = if attachment.description == "chip" { id("desk-chip") } else { id("desk-photos") };
        rows.push((layout.say(label), Cell::Code(base64url::encode(&attachment.sha256))));
    }
    rows.extend(proof.process.as_deref().map(|number| (layout.text("desk-process"), Cell::plain(number))));
    rows
}

/// What is handed to a citizen who has nothing left to sign in with: seen once.
pub(super) fn handed_over(layout: &Layout, done: &Done) -> Option<Block> {
    done.code.as_ref().map(|issued| counter::code(layout, layout.text("desk-code-recover"), issued))
}

pub async fn decide(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path((proposal, act)): Path<(String, String)>,
    Form(sent): Form,
) -> Result<Response, Failure> {
    let id: ProposalId = named(&proposal)?;
    Guarded::Account(&action(id, &act)).check(&visit, &sent)?;
    let typed = Typed::sent(&sent, &["reason"])?;
    // Whoever has to prove again who they are comes back to the proposal, with what they had typed.
    let return_to = typed.keep(&site, &visit, &format!("{PATH}/{id}")).await?;
    let desk = at_desk!(&site, &visit, &return_to);
    let done = match act.as_str() {
        "confirm" => proposals::confirm(&desk.admin, id).await.map(Some),
        "decline" => match Wrong::of_reason(desk.layout(), &typed) {
            Some(wrong) => return shown(&site, &visit, desk, id, &typed, wrong).await,
            None => proposals::decline(&desk.admin, id, typed.of("reason")).await.map(|_| None),
        },
        _ => return Err(Fault::NotFound.into()),
    };
    match done {
        Ok(None) => Ok(to(format!("{PATH}?done=denied"))),
        Ok(Some(done)) => {
            site.app.deliveries.wake();
            done.sessions.counted();
            let layout = desk.layout().clone();
            let Some(block) = handed_over(&layout, &done) else {
                // Whoever confirms may be nobody who sees citizens.
                let onwards = match desk.has(Permission::CitizenShow) {
                    true => format!("/admin/citizens/{}?done=done", done.citizen),
                    false => format!("{PATH}?done=done"),
                };
                return Ok(to(onwards));
            };
            let mut page = desk.frame.page(Section::Approvals, layout.text("desk-confirm"));
            page.back = Some(Link { text: layout.text("desk-proposals"), href: PATH.to_owned() });
            page.notice = Some(layout.text("desk-done"));
            render(&page.with(block).with(Block::Note(layout.text("desk-code-once"))))
        }
        Err(error) => match Wrong::of(desk.layout(), &error) {
            // It waits no more: the list says what does.
            Some(_) if proposals::show(&desk.admin, id).await.is_err() => Ok(to(format!("{PATH}?done=decided"))),
            Some(wrong) => shown(&site, &visit, desk, id, &typed, wrong).await,
            None => desk.refused(&site, &visit, error, &return_to).await,
        },
    }
}
