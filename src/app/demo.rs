//! `senid demo`: an embedded deployment with made-up people, and the portal beside it.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr, TcpListener as StdTcpListener};
use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::deployment::{self, Deployment};
use super::serve::{RunError, Running, ToldToStop};
use super::{SystemClock, demo_data, demo_staff, sandbox};
use crate::cli::demo::Arguments;
use crate::config::{DatabaseUrl, Faults, Listener, Localised, RegistrationMode, SessionStoreUrl, Settings, Sms};
use crate::crypto::base64url;
use crate::crypto::random::SystemRandom;
use crate::demo::people::{self, MADE_UP, PEOPLE, Person};
use crate::demo::portal::{self, PortalSettings};
use crate::demo::registry::{Papers, StandIn, StandInError};
use crate::demo::telephone;
use crate::domain::authorization::ResponseType;
use crate::domain::client::PolicyName;
use crate::domain::random::Random;
use crate::domain::sandbox::Mode;
use crate::domain::secret::SecretString;
use crate::domain::time::{Clock, Timestamp};
use crate::web::layout::Standing;

#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Settings(#[from] Faults),
    #[error("the folder {0}: {1}")]
    Folder(String, std::io::Error),
    #[error("--database-url: expected {0}")]
    Database(String),
    #[error("--redis-url: expected {0}")]
    Redis(String),
    #[error("the portal cannot listen on port {0}: {1}")]
    PortalPort(u16, std::io::Error),
    #[error("the demonstration's people could not be entered: {0}")]
    Data(#[from] demo_data::DataError),
    #[error("the demonstration's addresses: {0}")]
    Address(String),
    #[error("the portal: {0}")]
    Portal(String),
    #[error(transparent)]
    Registry(#[from] StandInError),
    #[error("the demonstration's staff: {0}")]
    Staff(#[from] demo_staff::StaffError),
}

/// Runs the demonstration until it is told to stop.
///
/// # Errors
/// A sentence that says what to change.
pub async fn run(arguments: Arguments) -> Result<(), DemoError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let random: Arc<dyn Random> = Arc::new(SystemRandom::new());
    let mut settings = settings(&arguments, clock.now())?;
    let neighbours = match settings.mode() {
        Mode::Official => Neighbours::start(&mut settings, &arguments.data, &clock, &random).await?,
        // It reaches nobody, not even somebody who stands in for them.
        Mode::Sandbox => Neighbours(Vec::new()),
    };
    let settings = Arc::new(settings);
    let portal = portal_settings(&settings, &arguments)?;

    let store = deployment::connect(&settings).await.map_err(demo_data::DataError::from)?;
    store.migrate().await.map_err(demo_data::DataError::from)?;
    store.close().await;
    let deployment: Deployment =
        deployment::open(settings.clone(), clock.clone(), random.clone()).await.map_err(RunError::from)?;
    demo_data::enter(&deployment, &portal).await?;
    let staff = demo_staff::enter(&deployment).await?;
    let deployment = match settings.mode() {
        Mode::Official => {
            sandbox::stay_out(&deployment).await.map_err(RunError::from)?;
            deployment
        }
        Mode::Sandbox => sandbox::enter(deployment).await.map_err(RunError::from)?,
    };

    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.portal_port)))
        .await
        .map_err(|error| DemoError::PortalPort(arguments.portal_port, error))?;
    let told_to_stop = ToldToStop::listen()?;
    let running = Running::start(deployment, Standing::Demonstration).await?;
    let portal_url = portal.base_url.clone();
    let router = portal::router(portal, clock, random).map_err(|error| DemoError::Portal(error.to_string()))?;
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let portal = tokio::spawn(async move { axum::serve(listener, service).await });
    announce(&settings, portal_url.as_str(), &running);
    announce_staff(&settings, &staff);
    told_to_stop.wait().await;
    portal.abort();
    running.stop().await;
    neighbours.stop();
    Ok(())
}

/// What a country has beside its portals: a registry of its people, and telephones.
struct Neighbours(Vec<JoinHandle<std::io::Result<()>>>);

impl Neighbours {
    /// Starts those that the file of settings does not name, and names them.
    async fn start(
        settings: &mut Settings,
        folder: &Path,
        clock: &Arc<dyn Clock>,
        random: &Arc<dyn Random>,
    ) -> Result<Self, DemoError> {
        let mut tasks = Vec::new();
        if settings.registry.server.is_none() {
            let papers = Papers::make(&folder.join("registry")).map_err(StandInError::from)?;
            let registry = StandIn::new(&papers, &people::registered(), clock.clone())?;
            let listener = StdTcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(StandInError::from)?;
            let (address, task) = registry.serve(&papers, listener)?;
            let server = papers.settings(address.port());
            settings.registry.server = Some(server.map_err(|error| DemoError::Address(error.to_string()))?);
            tasks.push(task);
        }
        if settings.messages.mail.is_none() && settings.messages.sms.is_none() {
            let (address, task) = telephone::serve().await.map_err(StandInError::from)?;
            let url = format!("http://{address}/");
            settings.messages.sms = Some(Sms {
                url: url.parse().map_err(|error| DemoError::Address(format!("{url}: {error}")))?,
                key_id: "demo".to_owned(),
                key: SecretString::new(base64url::encode(&random.bytes::<32>())),
                sender: None,
            });
            tasks.push(task);
        }
        Ok(Self(tasks))
    }

    fn stop(self) {
        for task in self.0 {
            task.abort();
        }
    }
}

fn settings(arguments: &Arguments, now: Timestamp) -> Result<Settings, DemoError> {
    let folder = &arguments.data;
    std::fs::create_dir_all(folder).map_err(|error| DemoError::Folder(folder.display().to_string(), error))?;
    let mut settings = match &arguments.settings {
        // Of a file that was named for this, and of nothing else: a real deployment's mail server is no place for made-up people.
        Some(file) => Settings::load(Some(file), std::iter::empty(), now)?.settings,
        None => Settings::default(),
    };
    let issuer = format!("http://localhost:{}", arguments.port);
    settings.issuer = issuer.parse().map_err(|error| DemoError::Address(format!("{issuer}: {error}")))?;
    if arguments.sandbox {
        settings.sandbox.issuer = Some(settings.issuer.clone());
    }
    let plain = |port| Listener { address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)), tls: None };
    settings.listeners.public = plain(arguments.port);
    settings.listeners.operations = plain(arguments.operations_port);
    settings.keys.folder = folder.join("keys");
    settings.database.url = database(arguments.database_url.as_ref(), folder)?;
    if let Some(url) = &arguments.redis_url {
        settings.sessions.url = SessionStoreUrl::parse(url.expose()).map_err(DemoError::Redis)?;
    }
    // The portal is on this machine, and hears of people who sign out.
    settings.outbound.allow_loopback = true;
    // Whoever tries it registers what they like, here and nowhere else.
    settings.registration.mode = RegistrationMode::Open;
    // Its portal is told the identifiers of people who do not exist, and is to work with any OpenID library that someone
    // tries in its place. A deployment demands more of such portals.
    settings.policies.sensitive = PolicyName::baseline();
    settings.registration.response_types = BTreeSet::from([ResponseType::Code, ResponseType::CodeIdToken]);
    settings.authority.name = Localised::in_languages(&[
        ("vi", "Trung tâm Định danh quốc gia (minh họa)"),
        ("en", "National Identity Centre (demonstration)"),
        ("fr", "Centre national d’identité (démonstration)"),
        ("ru", "Национальный центр идентификации (демонстрация)"),
    ]);
    Ok(settings)
}

fn database(url: Option<&SecretString>, folder: &Path) -> Result<DatabaseUrl, DemoError> {
    match url {
        Some(url) => DatabaseUrl::parse(url.expose()).map_err(DemoError::Database),
        None => Ok(DatabaseUrl::Sqlite(folder.join("senid.sqlite"))),
    }
}

fn portal_settings(settings: &Settings, arguments: &Arguments) -> Result<PortalSettings, DemoError> {
    let base_url = format!("http://localhost:{}", arguments.portal_port);
    Ok(PortalSettings {
        issuer: settings.issuer.clone(),
        client_id: people::PORTAL_CLIENT.to_owned(),
        client_secret: SecretString::new(people::PORTAL_SECRET),
        base_url: base_url.parse().map_err(|error| DemoError::Address(format!("{base_url}: {error}")))?,
    })
}

/// Says where everything is, and that none of it is real.
#[expect(clippy::print_stdout, reason = "this is what the command is for")]
fn announce(settings: &Settings, portal: &str, running: &Running) {
    let (what, shown): (_, &[Person]) = match settings.mode() {
        Mode::Official => ("a demonstration", &PEOPLE),
        Mode::Sandbox => ("a sandbox: every sign-in asks who signs in and what goes wrong", &MADE_UP),
    };
    println!("\nSenID, {what}: these people do not exist, and their password is public.\n");
    println!("  the portal     {portal}");
    println!("  SenID          {}", settings.issuer);
    println!("  discovery      {}", settings.issuer.at("/.well-known/openid-configuration"));
    println!("  metrics        http://{}/metrics\n", running.operations());
    println!("  {:<20}{:<16}{:<16}level", "name", "identifier", "phone");
    for person in shown {
        let pad = 20usize.saturating_sub(person.name.chars().count());
        println!(
            "  {}{}{:<16}{:<16}{}",
            person.name,
            " ".repeat(pad),
            person.national_id,
            person.phone,
            person.account_level
        );
    }
    println!("\n  password       {}", people::PASSWORD);
    if settings.mode() == Mode::Official {
        announce_strangers(settings);
    }
    println!("\n  a client for your own OpenID library:");
    println!("  client_id      {}", people::SANDBOX_CLIENT);
    println!("  client_secret  {}", people::SANDBOX_SECRET);
    println!("  redirect_uri   {}", people::SANDBOX_REDIRECT_URI);
    println!("  scope          {}\n", people::SANDBOX_SCOPE);
}

/// Says who administers, and how a stranger to their passkeys becomes one of them: as every officer does.
#[expect(clippy::print_stdout, reason = "this is what the command is for")]
fn announce_staff(settings: &Settings, staff: &[demo_staff::AtWork]) {
    let at = |path: &str| settings.issuer.at(path).to_string();
    println!("  who administers, with the same password, and a code that is good once:");
    for one in staff {
        let pad = 16usize.saturating_sub(one.name.chars().count());
        let code = one.code.expose();
        println!("  {}{}{:<16}{:<16}{code}", one.name, " ".repeat(pad), one.identifier, one.role.as_str());
    }
    println!("\n  to see the console as one of them:");
    println!("  1  sign in at {} and add a passkey", at("/account/security"));
    println!("  2  sign out, sign in with the passkey, and enter the code at {}", at("/account/security/raise"));
    println!("  3  open {}\n", at("/admin"));
    println!("Ctrl-C ends it.\n");
}

/// Whom the registry beside it knows, and nobody else.
#[expect(clippy::print_stdout, reason = "this is what the command is for")]
fn announce_strangers(settings: &Settings) {
    println!("\n  without an account, and known to the population registry: {}", settings.issuer.at("/sign-up"));
    for resident in &people::WITHOUT_ACCOUNT {
        println!("  {}, {}, born {}", resident.name, resident.national_id, resident.birthdate);
    }
    println!("  text messages are shown here");
}
