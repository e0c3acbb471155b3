//! `/admin/citizens/{citizen}/counter/{act}`: what a registrar does for the person before them, and what it takes: a document that was
//! seen, another number, a guardian, the account that stays of two. The use cases are those of `senid citizen`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::deeds::{sessions_that_end, subject};
use super::proof;
use crate::domain::administration::Permission;
use crate::domain::identifier_alias::{self, AliasKind};
use crate::domain::ids::CitizenId;
use crate::domain::issued_code::CodeUse;
use crate::domain::national_id::Scheme;
use crate::flows::admin::find_citizen::Who;
use crate::flows::admin::issue_code::{self, Issued};
use crate::flows::admin::prove_identity::{self, Proving};
use crate::flows::admin::renumber_citizen::{self, Before};
use crate::flows::admin::{AdminError, Fault, citizen_aliases, duplicates, guardians};
use crate::http::Site;
use crate::http::error::{Failure, Fault as Answer};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::pages::console::act::{ActPage, Wrong};
use crate::http::pages::console::proposals;
use crate::http::pages::console::typed::Typed;
use crate::http::pages::console::{Desk, at_desk, found, named, render, to};
use crate::web::console::{Block, Cell, Facts, Field, Link, Section, moment};
use crate::web::layout::Layout;
use crate::web::text::{Speaks, TextId, id};

/// What takes more than a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Errand {
    Prove,
    IssueCode,
    Renumber,
    AddNumber,
    RemoveNumber,
    EnterGuardian,
    EndGuardian,
    Merge,
}

impl Errand {
    pub(super) const ALL: [Self; 8] = [
        Self::Prove,
        Self::IssueCode,
        Self::Renumber,
        Self::AddNumber,
        Self::RemoveNumber,
        Self::EnterGuardian,
        Self::EndGuardian,
        Self::Merge,
    ];

    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Prove => "prove",
            Self::IssueCode => "issue-code",
            Self::Renumber => "renumber",
            Self::AddNumber => "add-number",
            Self::RemoveNumber => "remove-number",
            Self::EnterGuardian => "enter-guardian",
            Self::EndGuardian => "end-guardian",
            Self::Merge => "merge",
        }
    }

    fn read(act: &str) -> Result<Self, Failure> {
        Self::ALL.into_iter().find(|errand| errand.path() == act).ok_or_else(|| Answer::NotFound.into())
    }

    pub(super) const fn permission(self) -> Permission {
        match self {
            Self::Prove => Permission::CitizenProve,
            Self::IssueCode => Permission::CitizenIssueCode,
            Self::Renumber => Permission::CitizenRenumber,
            Self::AddNumber | Self::RemoveNumber => Permission::CitizenAliases,
            Self::EnterGuardian | Self::EndGuardian => Permission::CitizenGuardians,
            Self::Merge => Permission::CitizenMerge,
        }
    }

    /// Its title, which is its button's as well, and what it means.
    pub(super) fn words(self) -> (TextId, TextId) {
        match self {
            Self::Prove => (id("desk-prove"), id("desk-prove-means")),
            Self::IssueCode => (id("desk-code"), id("desk-code-means")),
            Self::Renumber => (id("desk-renumber"), id("desk-renumber-means")),
            Self::AddNumber => (id("desk-add-number"), id("desk-add-number-means")),
            Self::RemoveNumber => (id("desk-remove-number"), id("desk-remove-number-means")),
            Self::EnterGuardian => (id("desk-enter-guardian"), id("desk-enter-guardian-means")),
            Self::EndGuardian => (id("desk-end-guardian"), id("desk-end-guardian-means")),
            Self::Merge => (id("desk-merge"), id("desk-merge-means")),
        }
    }

    /// The fields that it reads.
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Prove => &proof::NAMES,
            Self::IssueCode => &["purpose"],
            Self::Renumber => &["to", "before", "reason"],
            Self::AddNumber | Self::RemoveNumber => &["kind", "number", "reason"],
            Self::EnterGuardian => &["guardian", "evidence"],
            Self::EndGuardian => &["guardian", "reason"],
            Self::Merge => &["into", "reason"],
        }
    }

    fn fields(self, site: &Site, layout: &Layout, typed: &Typed) -> Vec<Field> {
        let value = |name: &str| typed.of(name).to_owned();
        let needed = |field: Field| Field { needed: true, ..field };
        let somebody = |name: &'static str, label: TextId| {
            let field = needed(Field::line(name, layout.say(label), value(name)));
            Field { hint: Some(layout.text("console-citizen-find-hint")), ..field }
        };
        let reason = || Field::reason(layout, value("reason"));
        match self {
            Self::Prove => proof::fields(layout, typed),
            Self::IssueCode => {
                let choice = |purpose: CodeUse| (purpose.as_str().to_owned(), layout.say(purpose_name(purpose)));
                let offered = CodeUse::ALL.into_iter();
                let offered = offered.filter(|one| *one != CodeUse::Counter || site.app.settings.counter.enabled);
                let choices = offered.map(choice).collect();
                vec![Field::choice("purpose", layout.text("desk-code-purpose"), value("purpose"), choices)]
            }
            Self::Renumber => {
                let choices = vec![
                    ("theirs".to_owned(), layout.text("desk-renumber-theirs")),
                    ("mistaken".to_owned(), layout.text("desk-renumber-mistaken")),
                ];
                vec![
                    needed(Field::line("to", layout.text("desk-renumber-to"), value("to"))),
                    Field::choice("before", layout.text("desk-renumber-before"), value("before"), choices),
                    reason(),
                ]
            }
            Self::AddNumber | Self::RemoveNumber => {
                let others = identifier_alias::Scheme::ALL.into_iter().map(AliasKind::Other);
                let former = site.app.settings.national_id.enabled().iter().copied().map(AliasKind::Former);
                let choices = others.chain(former).map(|kind| (kind.as_str().to_owned(), kind.as_str().to_owned()));
                let choices = choices.collect();
                vec![
                    Field::choice("kind", layout.text("desk-number-kind"), value("kind"), choices),
                    needed(Field::line("number", layout.text("console-number"), value("number"))),
                    reason(),
                ]
            }
            Self::EnterGuardian => vec![
                somebody("guardian", id("desk-guardian")),
                Field {
                    hint: Some(layout.text("desk-guardian-evidence-hint")),
                    ..needed(Field::lines("evidence", layout.text("desk-guardian-evidence"), value("evidence")))
                },
            ],
            Self::EndGuardian => vec![somebody("guardian", id("desk-guardian")), reason()],
            Self::Merge => vec![somebody("into", id("desk-merge-into")), reason()],
        }
    }
}

fn purpose_name(purpose: CodeUse) -> TextId {
    match purpose {
        CodeUse::Recover => id("desk-code-recover"),
        CodeUse::Raise => id("desk-code-raise"),
        CodeUse::Counter => id("desk-code-counter"),
    }
}

pub async fn ask(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path((citizen, act)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let (citizen, errand): (CitizenId, _) = (named(&citizen)?, Errand::read(&act)?);
    // Whoever must prove again who they are does so before they fill anything in.
    found!(desk, &site, &visit, desk.admin.may(errand.permission()));
    let (typed, wrong) = Typed::kept(&site, &visit, desk.layout()).await?;
    form(&site, &visit, desk, (citizen, errand), &typed, wrong).await
}

async fn form(
    site: &Site,
    visit: &Visit,
    desk: Desk,
    (citizen, errand): (CitizenId, Errand),
    typed: &Typed,
    wrong: Wrong,
) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let (who, name) = found!(desk, site, visit, subject(&desk, citizen).await);
    let (title, means) = errand.words();
    let mut says = vec![who, layout.say(means)];
    if errand == Errand::Prove && site.app.settings.identity.two_person_proof {
        says.push(layout.text("desk-prove-two"));
    }
    if errand == Errand::Merge {
        says.extend(found!(desk, site, visit, sessions_that_end(site, &desk, &layout, citizen).await));
    }
    let path = format!("/admin/citizens/{citizen}");
    let page = ActPage {
        section: Section::Citizens,
        title: layout.say(title),
        says,
        action: &format!("{path}/counter/{}", errand.path()),
        button: layout.say(title),
        fields: errand.fields(site, &layout, typed),
        back: Link { text: name, href: path },
        before: Vec::new(),
    };
    page.render(visit, desk, wrong)
}

/// What becomes of an errand.
enum After {
    To(String),
    /// What is seen this once, and stands in no address.
    Once(Box<Block>),
}

pub async fn act(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path((citizen, act)): Path<(String, String)>,
    Form(sent): Form,
) -> Result<Response, Failure> {
    let (citizen, errand): (CitizenId, _) = (named(&citizen)?, Errand::read(&act)?);
    let action = format!("/admin/citizens/{citizen}/counter/{act}");
    Guarded::Account(&action).check(&visit, &sent)?;
    let typed = Typed::sent(&sent, errand.names())?;
    let return_to = typed.keep(&site, &visit, &action).await?;
    let desk = at_desk!(&site, &visit, &return_to);
    if errand.names().contains(&"reason")
        && let Some(wrong) = Wrong::of_reason(desk.layout(), &typed)
    {
        return form(&site, &visit, desk, (citizen, errand), &typed, wrong).await;
    }
    let scheme = site.app.settings.national_id.default_scheme();
    match carry_out(&desk, (citizen, errand), &typed, scheme).await {
        Ok(After::To(onwards)) => {
            site.app.deliveries.wake();
            Ok(to(onwards))
        }
        Ok(After::Once(block)) => {
            site.app.deliveries.wake();
            let layout = desk.layout().clone();
            let mut page = desk.frame.page(Section::Citizens, layout.say(errand.words().0));
            page.back = Some(Link { text: layout.text("console-citizen"), href: format!("/admin/citizens/{citizen}") });
            page.notice = Some(layout.text("desk-done"));
            render(&page.with(*block).with(Block::Note(layout.text("desk-code-once"))))
        }
        Err(error) => match Wrong::of(desk.layout(), &error) {
            Some(wrong) => form(&site, &visit, desk, (citizen, errand), &typed, wrong).await,
            None => desk.refused(&site, &visit, error, &return_to).await,
        },
    }
}

async fn carry_out(
    desk: &Desk,
    (citizen, errand): (CitizenId, Errand),
    typed: &Typed,
    scheme: Scheme,
) -> Result<After, AdminError> {
    let (admin, who, reason) = (&desk.admin, Who::Id(citizen), typed.of("reason"));
    let other = |name: &'static str| Who::parse(typed.of(name), scheme).map_err(|error| at(name, error));
    let back = || After::To(format!("/admin/citizens/{citizen}?done=done"));
    match errand {
        Errand::Prove => {
            let guardian = typed.some("guardian").map(|_| other("guardian")).transpose()?;
            let proof = proof::read(typed, admin.clock.now())?;
            Ok(match prove_identity::prove(admin, &who, proof, guardian.as_ref()).await? {
                Proving::Proposed(proposal) => After::To(format!("/admin/proposals/{}?done=proposed", proposal.id)),
                Proving::Done(done) => {
                    done.sessions.counted();
                    match proposals::handed_over(desk.layout(), &done) {
                        Some(block) => After::Once(Box::new(block)),
                        None => After::To(format!("/admin/citizens/{}?done=done", done.citizen)),
                    }
                }
            })
        }
        Errand::IssueCode => {
            let purpose = typed.of("purpose").parse::<CodeUse>();
            let purpose = purpose.map_err(|why| fault_at("purpose", why.to_string()))?;
            let issued = issue_code::issue(admin, &who, purpose).await?;
            let heading = desk.layout().say(purpose_name(purpose));
            Ok(After::Once(Box::new(code(desk.layout(), heading, &issued))))
        }
        Errand::Renumber => {
            let before = match typed.of("before") {
                "theirs" => Before::Theirs,
                "mistaken" => Before::Mistaken,
                _ => return Err(fault_at("before", "expected theirs or mistaken")),
            };
            renumber_citizen::renumber(admin, &who, scheme, typed.of("to"), before, reason).await?;
            Ok(back())
        }
        Errand::AddNumber => {
            citizen_aliases::add(admin, &who, kind(typed)?, typed.of("number"), reason).await?;
            Ok(back())
        }
        Errand::RemoveNumber => {
            citizen_aliases::remove(admin, &who, kind(typed)?, typed.of("number"), reason).await?;
            Ok(back())
        }
        Errand::EnterGuardian => {
            let evidence = typed.some("evidence");
            let evidence = evidence.ok_or_else(|| fault_at("evidence", "expected what was seen"))?;
            guardians::enter(admin, &who, &other("guardian")?, evidence).await?;
            Ok(back())
        }
        Errand::EndGuardian => {
            guardians::end(admin, &who, &other("guardian")?, reason).await?;
            Ok(back())
        }
        Errand::Merge => {
            let merged = duplicates::merge(admin, &who, &other("into")?, reason).await?;
            merged.sessions.counted();
            Ok(After::To(format!("/admin/citizens/{}?done=done", merged.stays)))
        }
    }
}

fn kind(typed: &Typed) -> Result<AliasKind, AdminError> {
    typed.of("kind").parse().map_err(|why: identifier_alias::UnknownScheme| fault_at("kind", why.to_string()))
}

/// What is wrong with one field.
fn fault_at(name: &'static str, sentence: impl Into<String>) -> AdminError {
    AdminError::Invalid(vec![Fault::new(name, sentence)])
}

/// A fault of whoever else was named, at the field that names them.
fn at(name: &'static str, error: AdminError) -> AdminError {
    match error {
        AdminError::Invalid(faults) => {
            AdminError::Invalid(faults.into_iter().map(|fault| Fault::new(name, fault.sentence)).collect())
        }
        other => other,
    }
}

/// A code that is on this page alone.
pub(in crate::http::pages::console) fn code(layout: &Layout, heading: String, issued: &Issued) -> Block {
    Block::Facts(Facts {
        heading,
        rows: vec![
            (layout.text("console-code"), Cell::Code(issued.code.expose().to_owned())),
            (layout.text("console-until"), Cell::plain(moment(layout, issued.expires_at.micros()))),
        ],
    })
}
