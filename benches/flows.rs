//! The hot paths through the whole server but the wire: sign-in, silent sign-on, refresh, userinfo, pushed requests, client
//! credentials, introspection, the documents, and the look-up of a client.
//!
//! On the embedded store; and on Postgres and Redis, where `SENID_BENCH_DATABASE_URL` (a database with nothing in it
//! that anyone needs) and `SENID_BENCH_REDIS_URL` name them. What a process of its own costs is `bench/load.rs`'s.

#[path = "../bench/machine.rs"]
mod machine;
#[path = "../bench/portal.rs"]
#[allow(dead_code, reason = "shared with the load driver")]
mod portal;

#[path = "../bench/passkey.rs"]
mod passkey;
#[path = "../tests/it/support"]
#[allow(dead_code, clippy::unwrap_used, clippy::expect_used, reason = "shared with the tests")]
mod support {
    pub mod authenticator;
}

use std::env::{self, VarError};
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use http::StatusCode;
use senid::app::{Server, SystemClock, demo_data, deployment};
use senid::config::{DatabaseUrl, SessionStoreUrl, Settings};
use senid::crypto::random::SystemRandom;
use senid::demo::people::{self, PEOPLE};
use senid::demo::portal::PortalSettings;
use senid::domain::client::PolicyName;
use senid::domain::secret::SecretString;
use senid::http::{Site, router};
use senid::web::layout::Standing;
use tokio::runtime::Runtime;

use machine::{Form, Machine};
use portal::{Browser, Door, Failure, Portal};
use support::authenticator::Authenticator;

const NATIONAL_ID: &str = PEOPLE[0].national_id;

/// A server without listeners, and the way in.
struct House {
    server: Server,
    door: Door,
}

impl House {
    async fn open(settings: Settings) -> Result<Self, Failure> {
        let settings = Arc::new(settings);
        let store = deployment::connect(&settings).await?;
        store.migrate().await?;
        store.close().await;
        let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom::new()));
        let deployment = deployment::open(settings.clone(), clock, random).await?;
        let portal = PortalSettings {
            issuer: settings.issuer.clone(),
            client_id: people::PORTAL_CLIENT.to_owned(),
            client_secret: SecretString::new(people::PORTAL_SECRET),
            base_url: "http://localhost:8081".parse()?,
        };
        demo_data::enter(&deployment, &portal).await?;
        machine::enter(&deployment.store).await?;
        let theme = senid::cli::theme::theme(&settings.authority.theme).map_err(|faults| format!("{faults:?}"))?;
        let server = Server::start(deployment)?;
        let site = Site::new(server.app.clone(), &theme, Standing::Demonstration)?;
        Ok(Self { server, door: Door::Router(router::public(Arc::new(site))) })
    }
}

fn flows(criterion: &mut Criterion) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let folder = tempfile::tempdir()?;
    measure(criterion, &runtime, "embedded", settings(folder.path(), None)?)?;
    if let Some(urls) = servers()? {
        let folder = tempfile::tempdir()?;
        measure(criterion, &runtime, "Postgres and Redis", settings(folder.path(), Some(urls))?)?;
    }
    Ok(())
}

fn measure(criterion: &mut Criterion, runtime: &Runtime, name: &str, settings: Settings) -> Result<(), Failure> {
    let house = runtime.block_on(House::open(settings))?;
    let mut group = criterion.benchmark_group(name);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    client_lookup(&mut group, runtime, &house)?;
    documents(&mut group, runtime, &house)?;
    pushed_request(&mut group, runtime, &house);
    machines(&mut group, runtime, &house)?;
    signed_in(&mut group, runtime, &house)?;
    sign_in(&mut group, runtime, &house);
    passkey_sign_in(&mut group, runtime, &house)?;
    group.finish();
    runtime.block_on(house.server.stop());
    Ok(())
}

fn client_lookup(group: &mut BenchmarkGroup<'_, WallTime>, runtime: &Runtime, house: &House) -> Result<(), Failure> {
    let (app, id) = (&house.server.app, people::SANDBOX_CLIENT.parse()?);
    group.bench_function("client lookup, cached", |bencher| {
        bencher.iter(|| must(runtime.block_on(app.clients.find(app, black_box(&id)))));
    });
    let read = async || app.store.read().await?.clients().find(black_box(&id)).await;
    group.bench_function("client lookup, database", |bencher| bencher.iter(|| must(runtime.block_on(read()))));
    Ok(())
}

fn documents(group: &mut BenchmarkGroup<'_, WallTime>, runtime: &Runtime, house: &House) -> Result<(), Failure> {
    for (name, path) in [("discovery", "/.well-known/openid-configuration"), ("JWKS", "/jwks.json")] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| must(must(runtime.block_on(house.door.get(path))).expect(StatusCode::OK)));
        });
    }
    Ok(())
}

/// A client with a secret: what an assertion's signature costs beside is `crypto`'s.
fn pushed_request(group: &mut BenchmarkGroup<'_, WallTime>, runtime: &Runtime, house: &House) {
    let portal = Portal::new(house.door.clone());
    group.bench_function("pushed authorization request", |bencher| {
        bencher.iter(|| must(runtime.block_on(portal.push())));
    });
}

fn machines(group: &mut BenchmarkGroup<'_, WallTime>, runtime: &Runtime, house: &House) -> Result<(), Failure> {
    for (form, asked, told) in [
        (Form::Jwt, "client credentials, a JWT", "introspection of a JWT"),
        (Form::Opaque, "client credentials, an opaque token", "introspection of an opaque token"),
    ] {
        let machine = Machine::new(house.door.clone(), form);
        group.bench_function(asked, |bencher| bencher.iter(|| must(runtime.block_on(machine.token()))));
        let token = runtime.block_on(machine.token())?;
        group.bench_function(told, |bencher| {
            bencher.iter(|| must(runtime.block_on(machine.introspect(black_box(&token)))));
        });
    }
    Ok(())
}

fn signed_in(group: &mut BenchmarkGroup<'_, WallTime>, runtime: &Runtime, house: &House) -> Result<(), Failure> {
    let portal = Portal::new(house.door.clone());
    let mut browser = Browser::new(house.door.clone());
    let code = runtime.block_on(browser.sign_in(NATIONAL_ID))?;
    let mut tokens = runtime.block_on(portal.exchange(&code))?;

    group.bench_function("silent sign-on", |bencher| {
        bencher.iter(|| {
            must(runtime.block_on(async {
                let code = browser.silent().await?;
                portal.userinfo(&portal.exchange(&code).await?.access_token).await
            }));
        });
    });
    group.bench_function("refresh with rotation", |bencher| {
        bencher.iter(|| tokens = must(runtime.block_on(portal.refresh(&tokens.refresh_token))));
    });
    group.bench_function("userinfo", |bencher| {
        bencher.iter(|| must(runtime.block_on(portal.userinfo(&tokens.access_token))));
    });
    Ok(())
}

/// From the portal's link to the code: three pages, one password.
fn sign_in(group: &mut BenchmarkGroup<'_, WallTime>, runtime: &Runtime, house: &House) {
    group.sample_size(20);
    group.bench_function("password sign-in", |bencher| {
        bencher.iter(|| must(runtime.block_on(Browser::new(house.door.clone()).sign_in(NATIONAL_ID))));
    });
}

/// From the portal's link to the code, with a phone. After it, a password alone opens nothing of this person's.
fn passkey_sign_in(group: &mut BenchmarkGroup<'_, WallTime>, runtime: &Runtime, house: &House) -> Result<(), Failure> {
    let mut phone = Authenticator::phone(house.server.app.settings.issuer.as_str());
    runtime.block_on(async {
        let mut browser = Browser::new(house.door.clone());
        browser.sign_in(NATIONAL_ID).await?;
        passkey::enrol(&mut browser, &mut phone).await
    })?;
    group.bench_function("passkey sign-in", |bencher| {
        bencher.iter(|| must(runtime.block_on(passkey::sign_in(&mut Browser::new(house.door.clone()), &mut phone))));
    });
    Ok(())
}

fn settings(folder: &Path, servers: Option<(String, String)>) -> Result<Settings, Failure> {
    let mut settings = Settings { issuer: "http://localhost:8080".parse()?, ..Settings::default() };
    settings.keys.folder = folder.join("keys");
    // As the demonstration, whose portal this is.
    settings.policies.sensitive = PolicyName::baseline();
    settings.database.url = DatabaseUrl::Sqlite(folder.join("senid.sqlite"));
    if let Some((database, redis)) = servers {
        settings.database.url = DatabaseUrl::parse(&database)?;
        settings.sessions.url = SessionStoreUrl::parse(&redis)?;
    }
    Ok(settings)
}

fn servers() -> Result<Option<(String, String)>, Failure> {
    match (env::var("SENID_BENCH_DATABASE_URL"), env::var("SENID_BENCH_REDIS_URL")) {
        (Ok(database), Ok(redis)) => Ok(Some((database, redis))),
        (Err(VarError::NotPresent), Err(VarError::NotPresent)) => Ok(None),
        _ => Err("SENID_BENCH_DATABASE_URL and SENID_BENCH_REDIS_URL go together".into()),
    }
}

/// A failed operation costs less than one that succeeds: its figure would be a lie.
fn must<T, E: std::fmt::Display>(result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| {
        eprintln!("not measured: {error}");
        std::process::exit(1);
    })
}

fn all(criterion: &mut Criterion) {
    must(flows(criterion));
}

criterion_group!(benches, all);
criterion_main!(benches);
