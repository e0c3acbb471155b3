//! `/account/security`: what the citizen proves themselves with.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::Uri;

use super::{Door, enter, lost, new_certificate, second_step};
use crate::domain::assurance::AuthenticationLevel;
use crate::domain::citizen::SecondStep as Wish;
use crate::domain::credential::{Credential, CredentialKind};
use crate::domain::time::Timestamp;
use crate::flows::account::credentials::{Own, Standing};
use crate::flows::account::second_step::wish as second_step_wish;
use crate::flows::account::{credentials, password};
use crate::flows::recover;
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::Visit;
use crate::http::page::Page;
use crate::web::account::{Asked, Counts, Enrolment, Held, Notice, RecoveryWaiting, SecondStep, Security};
use crate::web::claims::Method;
use crate::web::layout;
use crate::web::text::Moment;

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, uri: Uri) -> Result<Response, Failure> {
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let held = credentials::list(&site.app, entered.citizen.id).await?;
    let password = password::set_at(&site.app, entered.citizen.id).await?;
    let waiting = recover::waiting(&site.app, entered.citizen.id).await?;
    let stop = layout::Form { action: lost::STOP_PATH.to_owned(), csrf: lost::STOP.token(&visit) };
    let wish = second_step_wish(&site.app, entered.citizen.id).await?;
    let template = Security {
        notice: match uri.query() {
            Some("done=added") => Some(Notice::CredentialAdded),
            Some("done=removed") => Some(Notice::CredentialRemoved),
            Some("done=password") => Some(Notice::PasswordChanged),
            Some("done=raised") => Some(Notice::CredentialRaised),
            Some("done=second-step-on") => Some(Notice::SecondStepOn),
            Some("done=second-step-off") => Some(Notice::SecondStepOff),
            Some("done=recovery") => Some(Notice::RecoveryBegun),
            Some("done=stopped") => Some(Notice::RecoveryStopped),
            _ => None,
        },
        password: password.map(|at| Moment::from_micros(at.micros())),
        recovery: waiting.map(|until| RecoveryWaiting { until: Moment::from_micros(until.micros()), stop }),
        held: held.iter().map(shown).collect(),
        second_step: wish.map(|wish| SecondStep {
            asked: match wish {
                Wish::Always => Asked::Always,
                Wish::WhereAsked => Asked::WhereAsked,
            },
            form: layout::Form { action: second_step::PATH.to_owned(), csrf: second_step::GUARD.token(&visit) },
        }),
        enrolments: enrolments(&site),
        layout: entered.layout,
    };
    Ok(Page::render(&template)?.into_response())
}

/// What can be added here: what the settings leave on.
fn enrolments(site: &Site) -> Vec<Enrolment> {
    let passkey = site.app.relying_party.is_some().then_some(Enrolment::Passkey);
    let certificate = new_certificate::is_offered(site).then_some(Enrolment::Certificate);
    passkey.into_iter().chain(certificate).chain([Enrolment::Totp, Enrolment::RecoveryCodes]).collect()
}

/// A credential as its owner reads it.
pub(super) fn shown(own: &Own) -> Held {
    let credential = &own.credential;
    let moment = |at: Timestamp| Moment::from_micros(at.micros());
    Held {
        method: method(credential),
        name: credential.name.to_string(),
        counts: match own.standing {
            Standing::Taken => counts(credential),
            Standing::NotTaken => Counts::Nothing,
        },
        added: moment(credential.created_at),
        last_used: credential.last_used_at.map(moment),
        page: format!("/account/security/credentials/{}", credential.id),
    }
}

pub(super) const fn method(credential: &Credential) -> Method {
    match credential.kind {
        // What names its owner by itself is what people know as a passkey.
        CredentialKind::WebAuthn if credential.traits.discoverable => Method::Passkey,
        CredentialKind::WebAuthn => Method::SecurityKey,
        CredentialKind::Certificate => Method::Certificate,
        CredentialKind::Totp => Method::Totp,
        CredentialKind::RecoveryCodes => Method::RecoveryCode,
    }
}

fn counts(credential: &Credential) -> Counts {
    let traits = credential.traits;
    if credential.kind == CredentialKind::RecoveryCodes {
        return Counts::Spare;
    }
    if credential.binding < AuthenticationLevel::TwoFactors {
        return Counts::Weak;
    }
    match (traits.unlocked, traits.phishing_resistant) {
        (true, true) => Counts::AloneResistant,
        (true, false) => Counts::Alone,
        (false, true) => Counts::BesideResistant,
        (false, false) => Counts::Beside,
    }
}
