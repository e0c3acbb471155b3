//! `/account/data`: what is kept about the citizen, to see, to take away and to have put right.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, Uri};

use super::overview::level;
use super::{Door, Entered, enter};
use crate::domain::citizen::Citizen;
use crate::domain::correction::{self, About, Outcome, WordsFault};
use crate::domain::time::Timestamp;
use crate::domain::verification::{Evidence, Verification};
use crate::flows::FlowError;
use crate::flows::account::{corrections, data, language};
use crate::http::Site;
use crate::http::cookies::Cookie;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::web::account::{Correction, CorrectionProblem, CorrectionStanding, Data, Disclosure, How, Notice, Verified};
use crate::web::claims::{Claim, ClaimName};
use crate::web::layout;
use crate::web::text::{Language, Moment};

pub const PATH: &str = "/account/data";
pub(super) const DOWNLOAD: Guarded<'static> = Guarded::Account("download");
const LANGUAGE: Guarded<'static> = Guarded::Account("language");
const CORRECT: Guarded<'static> = Guarded::Account("correct");

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, uri: Uri) -> Result<Response, Failure> {
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let notice = match uri.query() {
        Some("done=language") => Some(Notice::LanguageChosen),
        Some("done=correction") => Some(Notice::CorrectionAsked),
        _ => None,
    };
    Ok(page(&site, &visit, *entered, notice, None).await?.into_response())
}

/// What was typed and is not taken as it is.
struct Refused {
    about: About,
    words: String,
    problem: CorrectionProblem,
}

async fn page(
    site: &Site,
    visit: &Visit,
    entered: Entered,
    notice: Option<Notice>,
    refused: Option<Refused>,
) -> Result<Page, Failure> {
    let (app, citizen) = (&site.app, &entered.citizen);
    let form = |action: &str, guard: Guarded<'_>| layout::Form { action: action.to_owned(), csrf: guard.token(visit) };
    let verified = data::verified(app, citizen.id).await?;
    let disclosures = data::disclosures(app, citizen.id).await?;
    let template = Data {
        notice,
        level: level(citizen.account_level),
        who: who(citizen, Sight::Masked),
        verified: verified.iter().map(shown).collect(),
        download: form("/account/data/download", DOWNLOAD),
        language: form("/account/data/language", LANGUAGE),
        chosen: citizen.profile.language.as_deref().and_then(Language::parse),
        correct: form("/account/data/corrections", CORRECT),
        about: refused.as_ref().map_or("name", |refused| refused.about.as_str()).to_owned(),
        words: refused.as_ref().map(|refused| refused.words.clone()).unwrap_or_default(),
        problem: refused.map(|refused| refused.problem),
        corrections: corrections::list(app, citizen.id).await?.into_iter().map(correction).collect(),
        disclosures: disclosures
            .into_iter()
            .map(|disclosure| Disclosure {
                data: disclosure.asked.data.iter().map(|data| data.as_str()).collect(),
                at: moment(disclosure.given.as_ref().map_or(disclosure.recorded_at, |(_, at)| *at)),
                authority: disclosure.asked.authority,
                legal_basis: disclosure.asked.legal_basis,
            })
            .collect(),
        layout: entered.layout,
    };
    Page::render(&template)
}

/// Whether a number stands there for whoever looks over a shoulder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sight {
    Masked,
    Whole,
}

/// Who they are, as SenID knows it.
pub(super) fn who(citizen: &Citizen, sight: Sight) -> Vec<Claim> {
    let profile = &citizen.profile;
    let number = match sight {
        Sight::Masked => citizen.national_id.masked(),
        Sight::Whole => citizen.national_id.expose().to_owned(),
    };
    let address = profile.address.as_ref().and_then(|address| address.formatted.clone());
    let known = [
        (ClaimName::Name, Some(profile.name.clone())),
        (ClaimName::NationalId, Some(number)),
        (ClaimName::Birthdate, profile.birthdate.map(|date| date.claim())),
        (ClaimName::Gender, profile.gender.map(|gender| gender.as_str().to_owned())),
        (ClaimName::Address, address),
    ];
    known.into_iter().filter_map(|(name, value)| Some(Claim::new(name, value?))).collect()
}

/// How somebody was verified, by the strongest of what stood for it.
pub(super) fn shown(verification: &Verification) -> Verified {
    let organisation =
        |checks: &[crate::domain::verification::Check]| checks.iter().find_map(|check| check.organization.clone());
    let of = |evidence: &Evidence| match evidence {
        Evidence::Document { checks, .. } => (How::InPerson, organisation(checks)),
        Evidence::ElectronicRecord { record, .. } => (How::ByRegister, Some(record.source.name.clone())),
        Evidence::ElectronicSignature { issuer, .. } => (How::ByCertificate, Some(issuer.clone())),
    };
    let all: Vec<_> = verification.statement.evidence.iter().map(of).collect();
    let strongest = [How::InPerson, How::ByCertificate, How::ByRegister]
        .into_iter()
        .find_map(|how| all.iter().find(|(own, _)| *own == how).cloned());
    let (how, by) = strongest.unwrap_or((How::ByRegister, None));
    Verified { how, by, at: moment(verification.verified_at) }
}

fn correction(correction: correction::Correction) -> Correction {
    Correction {
        about: correction.said.about.as_str(),
        words: correction.said.words,
        at: moment(correction.asked_at),
        standing: match correction.state {
            correction::State::Waiting => CorrectionStanding::Waiting,
            correction::State::Settled { how: Outcome::Corrected, answer, .. } => {
                CorrectionStanding::Corrected { answer }
            }
            correction::State::Settled { how: Outcome::Kept, answer, .. } => CorrectionStanding::Kept { answer },
        },
    }
}

fn moment(at: Timestamp) -> Moment {
    Moment::from_micros(at.micros())
}

/// Keeps the language with the account, and shows this browser in it at once.
pub async fn choose_language(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Form(form): Form,
) -> Result<Response, Failure> {
    LANGUAGE.check(&visit, &form)?;
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let chosen = Language::parse(form.required("language")?).filter(|one| site.brand.languages.contains(one));
    let chosen = chosen.ok_or(Fault::NotFound)?;
    language::choose(&site.app, &visit.visitor, &entered.current, chosen.tag()).await?;
    let cookie = site.cookies.set(Cookie::Language, chosen.tag());
    Ok(SeeOther::to(format!("{PATH}?done=language")).with_cookie(cookie).into_response())
}

pub async fn correct(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    CORRECT.check(&visit, &form)?;
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let about: About = form.required("about")?.parse().map_err(|_| Fault::NotFound)?;
    let typed = form.single("words")?.unwrap_or_default();
    let asked = corrections::ask(&site.app, &visit.visitor, &entered.current, about, typed).await?;
    let problem = match asked {
        corrections::Asked::Noted => return Ok(SeeOther::to(format!("{PATH}?done=correction")).into_response()),
        corrections::Asked::SignedOut => return Ok(SeeOther::to(PATH).into_response()),
        corrections::Asked::Words(WordsFault::Missing) => CorrectionProblem::Missing,
        corrections::Asked::Words(WordsFault::TooLong) => CorrectionProblem::TooLong,
        corrections::Asked::TooMany => CorrectionProblem::TooMany,
    };
    let refused = Refused { about, words: typed.to_owned(), problem };
    let shown = page(&site, &visit, *entered, None, Some(refused)).await?;
    Ok(shown.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
}

/// What a paper cannot be made of is a fault of ours.
pub(super) fn defect(error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    FlowError::failed(error).into()
}
