//! A citizen who has one of everything, and a world where each of it counts.

use senid::config::{ClientCertificateHeader, Settings, Sms};
use senid::domain::secret::SecretString;
use serde_json::Value;

use super::application::Application;
use super::citizen::AN;
use super::passkey::enrols;
use super::start::Backend;
use super::{Browser, Page, World, eventually};
use crate::certificates::{card_of_an, trusts};
use crate::support::Authenticator;
use crate::support::mail::six_digits;
use crate::support::outside::{Outside, status};
use crate::support::pki::{Authority, Card};

/// What [`AN`] has beside the password, each of it added after two factors.
pub struct Means {
    pub application: Application,
    pub phone: Authenticator,
    pub codes: Vec<String>,
    pub card: Card,
    /// Its files are where the card's are.
    _authority: Authority,
    pub telephone: Telephone,
}

/// What arrives on somebody's telephone.
pub struct Telephone(Outside);

impl Telephone {
    pub fn new() -> Self {
        Self(Outside::http(|_| status(202)))
    }

    /// The texts that arrived.
    pub fn texts(&self) -> Vec<String> {
        let text = |body: &str| serde_json::from_str::<Value>(body).unwrap()["text"].as_str().unwrap().to_owned();
        self.0.seen().iter().map(|seen| text(&seen.body)).collect()
    }

    /// The codes that arrived.
    pub fn codes(&self) -> Vec<String> {
        self.texts().iter().filter_map(|text| six_digits(text)).collect()
    }

    /// Fills the form in and presses the button that has a code sent, and reads it.
    pub async fn receives(
        &self,
        browser: &mut Browser,
        page: &Page,
        button: &str,
        filled: &[(&str, &str)],
    ) -> (Page, String) {
        let form = page.form_of(button, filled);
        let before = self.codes().len();
        let page = browser.submit(page, &form.action, &form.pairs).await;
        eventually("the code arrives", async || self.codes().len() > before).await;
        (page, self.codes().pop().unwrap())
    }

    pub fn is_reached(&self, settings: &mut Settings) {
        settings.messages.sms = Some(Sms {
            url: self.0.url("/send").parse().unwrap(),
            key_id: "senid".to_owned(),
            key: SecretString::new("a key that the gateway has as well, of more than 32 letters"),
            sender: None,
        });
    }
}

impl World {
    /// A world where every method is offered, behind a proxy that passes certificates on, and [`AN`] with all of them.
    pub async fn with_every_method(backend: Backend, change: impl FnOnce(&mut Settings)) -> (Self, Means) {
        let (authority, telephone) = (Authority::root("Authority"), Telephone::new());
        let world = Self::with_passkeys_and(backend, |settings| {
            trusts(settings, &authority);
            settings.proxies.trusted = vec!["127.0.0.1/32".parse().unwrap()];
            settings.proxies.client_certificate = ClientCertificateHeader::ClientCert;
            settings.certificate_sign_in.public_url = Some("https://cert.id.example".parse().unwrap());
            settings.counter.enabled = true;
            settings.messages.sms_counts = true;
            telephone.is_reached(settings);
            change(settings);
        })
        .await;
        let mut browser = world.browser();
        let page = AN.enters_account(&mut browser, "/account/security/totp/new").await;
        let page = browser.press(&page, "use-sms", &[]).await;
        let (page, code) = telephone.receives(&mut browser, &page, "send", &[]).await;
        let page = browser.press(&page, "prove", &[("code", &code)]).await;
        assert!(page.has("#secret"), "{}: {}", page.url, page.text());
        let application = world.adds_totp(&AN, &mut browser).await;
        let page = browser.open("/account/security/recovery-codes").await;
        let page = browser.press(&page, "show", &[]).await;
        let codes: Vec<String> = page.words("#codes code").split_whitespace().map(str::to_owned).collect();
        assert_eq!(codes.len(), 10, "{}", page.text());
        let mut phone = Authenticator::phone(&world.issuer);
        assert!(enrols(&mut browser, &mut phone, "My phone").await.has("#next-time"));
        world.wait_for_the_next_window();
        (world, Means { application, phone, codes, card: card_of_an(&authority), _authority: authority, telephone })
    }
}
