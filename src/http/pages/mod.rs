//! The pages that people see. Each does its one step and returns to the dispatcher, `flows::sign_in::finish::advance`.

pub mod account;
pub mod admin;
pub mod certificate;
pub mod consent;
pub mod console;
pub mod counter;
pub mod create;
pub mod device;
mod frame;
pub mod identify;
pub mod in_whose_name;
pub mod language;
pub mod logos;
pub mod passkey;
pub mod password;
mod people;
pub mod recover;
pub mod sandbox;
mod schemes;
pub mod second_step;
pub mod self_registration;
pub mod sign_out;
pub mod static_files;
pub mod step_up;
mod welcome;

use axum::response::{IntoResponse, Response};

use super::Site;
use super::delivery::deliver;
use super::error::{Failure, Fault};
use super::extract::Visit;
use super::page::SeeOther;
use crate::domain::authorization::AuthorizationRequest;
use crate::domain::ids::SignInId;
use crate::domain::sign_in::{Purpose, SignIn, Step};
use crate::flows::sign_in::{self, Next};
use crate::web::claims::Method;

pub async fn not_found() -> Failure {
    Fault::NotFound.into()
}

/// The sign-in of a path, for the browser that began it.
async fn load(site: &Site, visit: &Visit, id: &str) -> Result<SignIn, Failure> {
    let id: SignInId = id.parse().map_err(|_| Fault::NotFound)?;
    let found = sign_in::load(&site.app, &visit.visitor, id).await?;
    Ok(found.map_err(Fault::SignIn)?)
}

/// On to whatever comes next.
async fn dispatch(site: &Site, visit: &Visit, sign_in: SignIn) -> Result<Response, Failure> {
    let id = sign_in.id;
    follow(site, visit, id, sign_in::finish::advance(&site.app, &visit.visitor, sign_in).await?)
}

fn follow(site: &Site, visit: &Visit, id: SignInId, next: Next) -> Result<Response, Failure> {
    let path = match next {
        Next::Page(Step::Create) => format!("/sign-in/{id}/create"),
        Next::Page(Step::Identify | Step::Answer) => format!("/sign-in/{id}"),
        Next::Page(Step::Authenticate) => format!("/sign-in/{id}/password"),
        Next::Page(Step::StepUp) => format!("/sign-in/{id}/step-up"),
        Next::Page(Step::InWhoseName) => format!("/sign-in/{id}/in-whose-name"),
        Next::Page(Step::Consent) => format!("/sign-in/{id}/consent"),
        Next::Page(Step::Certificate) => format!("/sign-in/{id}/certificate"),
        Next::Client(delivery) => return deliver(site, visit, delivery),
        Next::Account(path) => path,
    };
    Ok(SeeOther::to(path).into_response())
}

/// The page where a method is used; `None` for one that has no page here.
fn method_path(sign_in: &SignIn, method: &Method) -> Option<String> {
    let page = match method {
        Method::Password => "password",
        Method::CounterCode => "counter",
        Method::Passkey => "passkey",
        Method::SecurityKey => "security-key",
        Method::Totp => second_step::Kind::Totp.as_str(),
        Method::SmsCode => second_step::Kind::Sms.as_str(),
        Method::RecoveryCode => second_step::Kind::RecoveryCode.as_str(),
        Method::Certificate => "certificate",
    };
    Some(format!("/sign-in/{}/{page}", sign_in.id))
}

fn request(sign_in: &SignIn) -> Option<&AuthorizationRequest> {
    match &sign_in.purpose {
        Purpose::Client(request) => Some(request),
        Purpose::Account { .. } | Purpose::NewCertificate { .. } => None,
    }
}

fn ui_locales(sign_in: &SignIn) -> &[String] {
    request(sign_in).map_or(&[], |request| request.ui_locales.as_slice())
}

/// Where the redirect after this sign-in's forms may lead.
fn leads_to(sign_in: &SignIn) -> Option<&str> {
    request(sign_in).map(|request| request.redirect_uri.as_str())
}
