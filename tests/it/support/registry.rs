//! The population registry of a test: the one that stands in for a country's, on the loopback, over mutual TLS.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use senid::config::{RegistryServer, Settings};
use senid::demo::registry::{Manner, Papers, StandIn};
use senid::domain::citizen::Citizen;
use senid::domain::national_id::{NationalId, Scheme};
use senid::domain::risk::Response;
use senid::domain::sign_in_name::SignInName;
use senid::domain::time::{Clock, ManualClock};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::World;
use super::mail::{Mail, MailServer, Reached};
use super::world::{Backend, Browser, NOW, Page, eventually};

/// The registry, with its people.
pub struct Registry {
    pub stand_in: Arc<StandIn>,
    pub settings: RegistryServer,
    _folder: TempDir,
}

/// Somebody whom the registry knows. Unlike those of the demonstration, none of them has an account.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    pub number: &'static str,
    pub name: &'static str,
    pub birthdate: &'static str,
    pub email: &'static str,
    pub phone: &'static str,
}

pub const HOA: Known = Known {
    number: "001192004567",
    name: "Đỗ Thị Hoà",
    birthdate: "1992-03-21",
    email: "hoa.do@senid.example",
    phone: "+84961234567",
};
pub const KHANH: Known = Known {
    number: "079088001234",
    name: "Trịnh Gia Khánh",
    birthdate: "1988-11-02",
    email: "khanh.trinh@senid.example",
    phone: "+84962234567",
};

impl Known {
    pub fn record(&self) -> Value {
        json!({
            "reference": format!("HT-{}", &self.number[6..]),
            "person": { "scheme": "vn", "number": self.number },
            "standing": "alive",
            "name": self.name,
            "birthdate": self.birthdate,
            "contacts": [{ "channel": "email", "to": self.email }, { "channel": "sms", "to": self.phone }],
        })
    }
}

impl Registry {
    /// Of these people, by this clock.
    pub fn start(people: &[Value], clock: Arc<dyn Clock>) -> Self {
        let folder = TempDir::with_prefix("senid-registry-").unwrap();
        let papers = Papers::make(folder.path()).unwrap();
        let stand_in = StandIn::new(&papers, &Value::from(people).to_string(), clock).unwrap();
        let (address, _) = stand_in.serve(&papers, TcpListener::bind(("127.0.0.1", 0)).unwrap()).unwrap();
        let settings = papers.settings(address.port()).unwrap();
        Self { stand_in, settings, _folder: folder }
    }

    /// A deployment asks it.
    pub fn is_asked(&self, settings: &mut Settings) {
        settings.outbound.allow_loopback = true;
        settings.registry.server = Some(self.settings.clone());
    }

    pub fn behaves(&self, manner: Manner) {
        self.stand_in.behaves(manner);
    }
}

/// A deployment with a registry, and a mail server that letters come out at. The registry goes by a clock of its own, as it does
/// anywhere.
pub struct House {
    pub world: World,
    pub registry: Registry,
    pub mail: MailServer,
    clock: Arc<ManualClock>,
}

pub const PASSWORD: &str = "a lotus in the pond of the old temple";

impl House {
    pub async fn on(backend: Backend) -> Self {
        Self::with(backend, |_| {}).await
    }

    pub async fn with(backend: Backend, change: impl FnOnce(&mut Settings)) -> Self {
        let people = [&HOA, &KHANH].map(Known::record);
        let clock = Arc::new(ManualClock::at(NOW));
        let registry = Registry::start(&people, clock.clone());
        let mail = MailServer::start(Reached::StartTls).await;
        let world = World::start(backend, |settings| {
            mail.is_reached(settings);
            registry.is_asked(settings);
            // Only what each test causes goes out.
            settings.risk.new_device = Response::Off;
            settings.registry.time_limit = Duration::from_secs(2);
            settings.registry.recheck.enabled = false;
            change(settings);
        });
        Self { world: world.await, registry, mail, clock }
    }

    pub fn wait(&self, span: Duration) {
        self.world.wait(span);
        self.clock.advance(span);
    }

    /// Until the registry was asked and whatever came of it is done.
    pub async fn looked_into(&self) {
        self.world.app(0).background.idle().await;
    }

    /// The mails that went to this address.
    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.mail.mails().into_iter().filter(|mail| mail.to.iter().any(|to| to.contains(address))).collect()
    }

    /// The latest code that went to somebody, once there are so many.
    pub async fn code(&self, who: &Known, so_many: usize) -> String {
        eventually("the code arrives", async || self.mails_to(who.email).len() >= so_many).await;
        self.mails_to(who.email).pop().unwrap().code()
    }

    /// Says who they are on the first page.
    pub async fn claims(&self, browser: &mut Browser, page: &Page, who: &Known) -> Page {
        let (year, rest) = who.birthdate.split_once('-').unwrap();
        let (month, day) = rest.split_once('-').unwrap();
        let typed = [("username", who.number), ("name", who.name), ("day", day), ("month", month), ("year", year)];
        browser.press(page, "continue", &typed).await
    }

    /// From the door to the page that asks for the code, with the registry's answer there.
    pub async fn asks_for_code(&self, browser: &mut Browser, who: &Known) -> Page {
        let page = browser.open("/sign-up").await;
        let page = self.claims(browser, &page, who).await;
        assert!(page.path().ends_with("/register/code"), "{}: {}", page.url, page.text());
        self.looked_into().await;
        page
    }

    /// All of it.
    pub async fn registers(&self, browser: &mut Browser, who: &Known) -> Page {
        let before = self.mails_to(who.email).len();
        let page = self.asks_for_code(browser, who).await;
        let code = self.code(who, before + 1).await;
        let page = browser.press(&page, "continue", &[("code", &code)]).await;
        browser.press(&page, "finish", &[("password", PASSWORD)]).await
    }

    /// The account of whoever has this number.
    pub async fn account(&self, number: &str) -> Option<Citizen> {
        let name = SignInName::NationalId(NationalId::parse(Scheme::Vn, number).unwrap());
        let found = self.world.app(0).store.read().await.unwrap().citizens().find_by_name(&name).await.unwrap();
        found.map(|found| found.citizen)
    }
}

/// Stamps each test for the embedded backend and the production one.
macro_rules! on_both {
    ($($(#[$attribute:meta])* async fn $name:ident($backend:ident: Backend) $body:block)*) => {
        $($(#[$attribute])* async fn $name($backend: $crate::support::world::Backend) $body)*

        mod embedded {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::support::world::Backend::embedded().await).await;
            })*
        }

        mod production {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::support::world::Backend::production().await).await;
            })*
        }
    };
}
pub(crate) use on_both;
