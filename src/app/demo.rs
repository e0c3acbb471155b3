//! `senid demo`: an embedded deployment with made-up people, and the portal beside it.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpListener;

use super::deployment::{self, Deployment};
use super::serve::{RunError, Running, ToldToStop};
use super::{SystemClock, demo_data};
use crate::cli::demo::Arguments;
use crate::config::{DatabaseUrl, Faults, Listener, Localised, RegistrationMode, SessionStoreUrl, Settings};
use crate::crypto::random::SystemRandom;
use crate::demo::people::{self, PEOPLE};
use crate::demo::portal::{self, PortalSettings};
use crate::domain::authorization::ResponseType;
use crate::domain::client::PolicyName;
use crate::domain::random::Random;
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
}

/// Runs the demonstration until it is told to stop.
///
/// # Errors
/// A sentence that says what to change.
pub async fn run(arguments: Arguments) -> Result<(), DemoError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let random: Arc<dyn Random> = Arc::new(SystemRandom::new());
    let settings = Arc::new(settings(&arguments, clock.now())?);
    let portal = portal_settings(&settings, &arguments)?;

    let store = deployment::connect(&settings).await.map_err(demo_data::DataError::from)?;
    store.migrate().await.map_err(demo_data::DataError::from)?;
    store.close().await;
    let deployment: Deployment =
        deployment::open(settings.clone(), clock.clone(), random.clone()).await.map_err(RunError::from)?;
    demo_data::enter(&deployment, &portal).await?;

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
    told_to_stop.wait().await;
    portal.abort();
    running.stop().await;
    Ok(())
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
    println!("\nSenID, a demonstration: these people do not exist, and their password is public.\n");
    println!("  the portal     {portal}");
    println!("  SenID          {}", settings.issuer);
    println!("  discovery      {}", settings.issuer.at("/.well-known/openid-configuration"));
    println!("  metrics        http://{}/metrics\n", running.operations());
    println!("  {:<20}{:<16}{:<16}level", "name", "identifier", "phone");
    for person in &PEOPLE {
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
    println!("\n  a client for your own OpenID library:");
    println!("  client_id      {}", people::SANDBOX_CLIENT);
    println!("  client_secret  {}", people::SANDBOX_SECRET);
    println!("  redirect_uri   {}", people::SANDBOX_REDIRECT_URI);
    println!("  scope          {}\n", people::SANDBOX_SCOPE);
    println!("Ctrl-C ends it.\n");
}
