//! A whole deployment in the test's own process, with a clock the test moves, and the people and portals who use it:
//! real HTTP on the loopback, real cookies, real databases.
//!
//! ```text
//! Citizen ─▶ Browser ─▶ ┐                ┌─▶ SQLite and the in-process store  (World::embedded)
//! Portal  ────────────▶ ├─▶ SenID (one or┤
//! Operator ────────────▶┘   two servers) └─▶ Postgres and Redis              (World::production, World::two_servers)
//! ```

pub mod application;
pub mod assertion;
pub mod browser;
pub mod certificates;
pub mod citizen;
pub mod client_keys;
pub mod clients;
pub mod details;
pub mod device;
pub mod dpop;
pub mod exchange;
mod front;
pub mod holdings;
pub mod means;
pub mod metadata;
mod office;
pub mod operator;
pub mod organisations;
mod page;
pub mod passkey;
pub mod portal;
pub mod proof;
pub mod registrar;
pub mod resources;
pub mod staff;
mod start;
pub mod tls_client;
pub mod verified;
pub mod web;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use senid::app::serve::Running;
use senid::config::Settings;
use senid::domain::client::{BackChannelAuthentication, BackChannelDelivery, Client, GrantType};
use senid::domain::time::{Clock, ManualClock, Timestamp};
use senid::flows::App;

pub use assertion::Assertion;
pub use browser::Browser;
pub use citizen::{AN, BINH, CHAU, Citizen, MOT};
pub use dpop::DpopKey;
pub use front::Front;
pub use office::Office;
pub use operator::Operator;
pub use page::{Mode, Page};
pub use portal::{Portal, Started, TokenAnswer};
pub use start::{Backend, quick_redis};
pub use tls_client::TlsClient;
pub use web::Reply;

/// When every world begins.
pub const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

pub struct World {
    pub clock: Arc<ManualClock>,
    pub issuer: String,
    servers: Vec<Running>,
    front: Option<Front>,
    /// What the stores lie in, for as long as the world stands.
    backend: Backend,
    /// What the server's own certificate lies in.
    folder: Option<tempfile::TempDir>,
}

impl World {
    /// One server on SQLite and the in-process store.
    pub async fn embedded() -> Self {
        Self::start(Backend::embedded().await, |_| {}).await
    }

    /// One server on Postgres and Redis.
    pub async fn production() -> Self {
        Self::start(Backend::production().await, |_| {}).await
    }

    /// Two servers on the same Postgres and Redis, behind one port that gives each request to the next of them.
    pub async fn two_servers() -> Self {
        start::two_servers(Backend::production().await).await
    }

    /// One server on `backend`, with settings that the test has changed.
    pub async fn start(backend: Backend, change: impl FnOnce(&mut Settings)) -> Self {
        start::one_server(backend, change).await
    }

    /// The embedded world with settings that the test has changed.
    pub async fn embedded_with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::start(Backend::embedded().await, change).await
    }

    /// A sandbox on `backend`, which has nothing in it yet: made-up people, and the client that anyone may try.
    pub async fn sandbox(backend: Backend) -> Self {
        start::sandbox(backend).await
    }

    /// One server on `backend` at the issuer of a world that was stopped.
    pub async fn at_issuer(backend: Backend, issuer: &str) -> Self {
        start::one_server_at(backend, issuer).await
    }

    /// One server on `backend` that asks for certificates at an address of its own.
    pub async fn with_mutual_tls(backend: Backend, change: impl FnOnce(&mut Settings)) -> Self {
        start::with_mutual_tls(backend, change).await
    }

    /// One server on `backend` that asks browsers for certificates at an address of its own.
    pub async fn with_card_reader(backend: Backend, change: impl FnOnce(&mut Settings)) -> Self {
        start::with_card_reader(backend, change).await
    }

    /// The file of the server's own certificate.
    pub fn own_certificate(&self) -> std::path::PathBuf {
        self.folder.as_ref().expect("a world with TLS").path().join("cert.pem")
    }

    /// The embedded world, with this path after its issuer's origin.
    pub async fn embedded_below(path: &str) -> Self {
        Self::embedded_with(|settings| settings.issuer = settings.issuer.at(path).parse().unwrap()).await
    }

    /// Moves the time that the deployment lives in.
    pub fn wait(&self, span: Duration) {
        self.clock.advance(span);
    }

    /// Waits for as long as the answer to a wrong try says that the next one has to.
    pub fn wait_as_told(&self, page: &Page) {
        self.wait(Duration::from_secs(page.wait().unwrap_or(0)));
    }

    /// Waits until failures are counted from none again.
    pub fn wait_for_the_next_window(&self) {
        let window = self.app(0).settings.throttling.per_account_and_address.window;
        let into = Duration::from_micros(self.clock.now().micros().unsigned_abs() % window.as_micros() as u64);
        self.wait(window - into);
    }

    /// A browser at home, which has never been here.
    pub fn browser(&self) -> Browser {
        self.browser_at("127.0.0.1")
    }

    /// A browser on another network: the whole of 127.0.0.0/8 is this machine.
    pub fn browser_at(&self, address: &str) -> Browser {
        Browser::new(&self.issuer, address.parse().expect("an address"))
    }

    /// The portal that is registered as `client`.
    pub fn portal(&self, client: &str) -> Portal {
        Portal::new(&self.issuer, clients::registration(client), self.clock.clone())
    }

    /// Whoever has a shell on the first server.
    pub fn operator(&self) -> Operator<'_> {
        Operator::new(self.app(0), &self.clock)
    }

    /// The flows of a server.
    pub fn app(&self, server: usize) -> &Arc<App> {
        &self.servers[server].server().app
    }

    /// Where the server listens, whatever the issuer is called: what a proxy in front of it knows.
    pub fn public(&self, server: usize) -> SocketAddr {
        self.servers[server].public()
    }

    /// Where the server asks for certificates: `https://localhost:…`.
    pub fn mtls(&self, server: usize) -> &str {
        self.app(server).settings.mtls.public_url.as_ref().expect("a world with mutual TLS").as_str()
    }

    /// A program that trusts the server's own certificate.
    pub fn tls_client(&self) -> TlsClient {
        TlsClient::trusting(&self.folder.as_ref().expect("a world with mutual TLS").path().join("cert.pem"))
    }

    /// Where the server's health and metrics are.
    pub fn operations(&self, server: usize) -> SocketAddr {
        self.servers[server].operations()
    }

    pub fn backend(&self) -> &Backend {
        &self.backend
    }

    pub fn front(&self) -> &Front {
        self.front.as_ref().expect("a world of two servers")
    }

    /// The address of `path`.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    /// GETs `path` as a program does, without cookies.
    pub async fn get(&self, path: &str) -> Reply {
        web::get(&self.at(path), &[]).await
    }

    /// Lets a client ask people through the back channel.
    pub async fn may_ask(&self, client: &str, delivery: BackChannelDelivery) {
        let registered = BackChannelAuthentication { delivery, algorithm: None };
        let change = |client: &mut Client| {
            client.grant_types.insert(GrantType::Ciba);
            client.backchannel_authentication = Some(registered);
        };
        self.operator().changes(client, change).await;
    }

    /// Signs the citizen in to the portal in a new browser, allowing whatever is asked.
    pub async fn signed_in(&self, portal: &Portal, citizen: &Citizen) -> (Browser, TokenAnswer) {
        let mut browser = self.browser();
        let tokens = self.sign_in_again(&mut browser, portal, citizen).await;
        (browser, tokens)
    }

    /// As [`World::signed_in`], in a browser that has been here.
    pub async fn sign_in_again(&self, browser: &mut Browser, portal: &Portal, citizen: &Citizen) -> TokenAnswer {
        let started = portal.start();
        let page = browser.open(&started.url()).await;
        let page = citizen.goes_through(browser, page).await;
        let tokens = portal.exchange(&started, &page.code()).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        tokens
    }

    /// Stops the servers as SIGTERM would.
    pub async fn stop(self) -> Backend {
        for server in self.servers {
            server.stop().await;
        }
        self.backend
    }
}

/// Stamps each test for the embedded backend and the production one.
macro_rules! on_every_backend {
    ($($(#[$attribute:meta])* async fn $name:ident($world:ident: World) $body:block)*) => {
        $($(#[$attribute])* async fn $name($world: $crate::support::World) $body)*

        mod embedded {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::support::World::embedded().await).await;
            })*
        }

        mod production {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::support::World::production().await).await;
            })*
        }
    };
}
pub(crate) use on_every_backend;

/// As [`on_every_backend`], at a name that passkeys can be made for.
macro_rules! on_every_backend_with_passkeys {
    ($($(#[$attribute:meta])* async fn $name:ident($world:ident: World) $body:block)*) => {
        $($(#[$attribute])* async fn $name($world: $crate::support::World) $body)*

        mod embedded {
            use $crate::support::world::{Backend, World};
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(World::with_passkeys(Backend::embedded().await).await).await;
            })*
        }

        mod production {
            use $crate::support::world::{Backend, World};
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(World::with_passkeys(Backend::production().await).await).await;
            })*
        }
    };
}
pub(crate) use on_every_backend_with_passkeys;

/// Asks until `holds` says yes: for what happens in its own time.
pub async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    let asked = async {
        while !holds().await {
            ticks.tick().await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(30), asked).await.is_ok(), "not within half a minute: {what}");
}
