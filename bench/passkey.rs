//! A person's phone at the pages that ask for a passkey: what their script sends.

use http::header::ORIGIN;
use http::{Method, StatusCode};
use serde_json::Value;

use super::portal::{Answer, Browser, Failure, authorization_request, code_in, encode};
use super::support::authenticator::Authenticator;

/// Where a passkey is added, by somebody who has just signed in.
const ADD: &str = "/account/security/passkeys/new";

/// Adds a passkey to the account that the browser is signed in to.
pub async fn enrol(browser: &mut Browser, phone: &mut Authenticator) -> Result<(), Failure> {
    let page = browser.get(ADD).await?.expect(StatusCode::OK)?;
    let asked = Asked::at(browser, &page, phone, "add").await?;
    let answer = phone.create(&asked.options);
    let form = [("csrf", asked.csrf.as_str()), ("credential", &answer), ("name", "Phone")];
    browser.post(&asked.action, &encode(&form)).await?.location().map(drop)
}

/// Signs in from the portal's link to the code, where the portal has been allowed before.
pub async fn sign_in(browser: &mut Browser, phone: &mut Authenticator) -> Result<String, Failure> {
    let next = browser.get(&authorization_request(&[])).await?.location()?;
    let page = browser.get(&next).await?.expect(StatusCode::OK)?;
    let asked = Asked::at(browser, &page, phone, "use-passkey").await?;
    let answer = phone.get(&asked.options);
    let form = [("csrf", asked.csrf.as_str()), ("credential", &answer)];
    code_in(&browser.post(&asked.action, &encode(&form)).await?.location()?)
}

/// What a page asks of the phone, and where the answer goes.
struct Asked {
    options: Value,
    action: String,
    csrf: String,
}

impl Asked {
    async fn at(browser: &mut Browser, page: &Answer, phone: &Authenticator, choice: &str) -> Result<Self, Failure> {
        let form = page.after("<form id=\"webauthn\"")?;
        let attribute = |name: &str| {
            let value = form.split_once(&format!("{name}=\"")).and_then(|(_, rest)| rest.split_once('"'));
            value.map(|(value, _)| value.to_owned()).ok_or_else(|| format!("a form without {name}"))
        };
        let csrf = form.split_once("name=\"csrf\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
        let csrf = csrf.ok_or("a form without its token")?.0.to_owned();
        let body = encode(&[("csrf", &csrf), ("choice", choice)]);
        let headers = vec![(ORIGIN, phone.origin.clone())];
        let asked = browser.send(Method::POST, &attribute("data-options")?, headers, body).await?;
        let options = serde_json::from_slice(&asked.expect(StatusCode::OK)?.body)?;
        Ok(Self { options, action: attribute("action")?, csrf })
    }
}
