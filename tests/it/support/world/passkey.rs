//! A citizen with a phone or a key: what the pages' script does, without the browser around it.

use http::Method;
use senid::config::Settings;
use serde_json::Value;
use url::Url;

use super::start::Backend;
use super::web::encode;
use super::{AN, Browser, Citizen, Page, World};
use crate::support::Authenticator;

/// Passkeys are for names, not for addresses.
pub fn at_localhost(settings: &mut Settings) {
    settings.issuer = settings.issuer.to_string().replace("127.0.0.1", "localhost").parse().unwrap();
}

impl World {
    /// One server on `backend`, at a name that passkeys can be made for.
    pub async fn with_passkeys(backend: Backend) -> Self {
        Self::with_passkeys_and(backend, |_| {}).await
    }

    /// With settings that the test has changed.
    pub async fn with_passkeys_and(backend: Backend, change: impl FnOnce(&mut Settings)) -> Self {
        let change = |settings: &mut Settings| {
            at_localhost(settings);
            change(settings);
        };
        Self::start(backend, change).await
    }
}

/// Where the page's script asks for options, and what it answers to.
pub struct Asked {
    pub options: Value,
    action: String,
    csrf: String,
}

/// Asks for options as the script does; the status where there are none.
pub async fn options(browser: &mut Browser, page: &Page, choice: &str) -> Result<Asked, u16> {
    let (form, csrf) = ("form#webauthn", page.attribute("form#webauthn input[name=csrf]", "value"));
    let url: Url = page.url.join(&page.attribute(form, "data-options")).unwrap();
    let origin = page.url.origin().ascii_serialization();
    let body = encode(&[("csrf", &csrf), ("choice", choice)]);
    let reply = browser.request(Method::POST, &url, Some(body), &[("origin", &origin)]).await;
    match reply.status.as_u16() {
        200 => Ok(Asked { options: reply.json(), action: page.attribute(form, "action"), csrf }),
        other => Err(other),
    }
}

impl Asked {
    /// Sends the answer as the script does.
    pub async fn answer(&self, browser: &mut Browser, page: &Page, credential: &str, more: &[(&str, &str)]) -> Page {
        let own = [("csrf", self.csrf.as_str()), ("credential", credential)];
        let pairs = own.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        browser.submit(page, &self.action, &pairs.collect::<Vec<_>>()).await
    }
}

/// Presses the button for a passkey on `page`, and lets the authenticator answer.
pub async fn uses(browser: &mut Browser, page: &Page, authenticator: &mut Authenticator) -> Page {
    let asked =
        options(browser, page, "use-passkey").await.unwrap_or_else(|status| panic!("{status}: {}", page.text()));
    let answer = authenticator.get(&asked.options);
    asked.answer(browser, page, &answer, &[]).await
}

/// Enrols a credential of `authenticator` in the account that the browser is signed in to.
pub async fn enrols(browser: &mut Browser, authenticator: &mut Authenticator, name: &str) -> Page {
    let page = browser.open("/account/security/passkeys/new").await;
    assert!(page.has("#add-passkey"), "{}: {}", page.url, page.text());
    let asked = options(browser, &page, "add").await.unwrap_or_else(|status| panic!("{status}"));
    let answer = authenticator.create(&asked.options);
    asked.answer(browser, &page, &answer, &[("name", name)]).await
}

/// Signs the citizen in with their password, and enrols a credential.
pub async fn has_enrolled(world: &World, citizen: &Citizen, authenticator: &mut Authenticator) -> Browser {
    let mut browser = world.browser();
    citizen.enters_account(&mut browser, "/account").await;
    let added = enrols(&mut browser, authenticator, "My phone").await;
    assert!(added.has("#next-time"), "{}: {}", added.url, added.text());
    browser
}

/// The phone of [`AN`], enrolled.
pub async fn phone_of_an(world: &World) -> Authenticator {
    let mut phone = Authenticator::phone(&world.issuer);
    has_enrolled(world, &AN, &mut phone).await;
    phone
}
