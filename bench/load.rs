//! What a server costs: CPU time for a thousand of each operation, memory, and the time to ready. `make bench-load`
//!
//! The servers are processes of their own and this driver is another, so that what the system counts of a server is the
//! server's alone. It measures the embedded store, and then a private Postgres and Redis.

#[path = "machine.rs"]
mod machine;
#[path = "passkey.rs"]
mod passkey;
#[path = "portal.rs"]
#[allow(dead_code, reason = "shared with the micro-benchmarks")]
mod portal;
#[path = "process.rs"]
#[allow(dead_code, reason = "shared with the test of growth")]
mod process;
#[path = "prover.rs"]
mod prover;
/// The servers that the tests start for themselves, and the phone that they hold.
#[path = "../tests/it/support"]
#[allow(dead_code, clippy::unwrap_used, clippy::expect_used, reason = "shared with the tests")]
mod support {
    pub mod authenticator;
    pub mod postgres;
    pub mod redis;
    pub mod supervisor;
}

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use senid::crypto::private_key::PrivateKey;
use senid::demo::people::PEOPLE;
use senid::storage::{Options, Store};
use sqlx::Connection;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use machine::{Form, Machine};
use portal::{Browser, Door, Failure, Portal, Tokens};
use process::{Place, Server, cpu_seconds, family, hashing_seconds, resident_megabytes};
use prover::Prover;
use support::authenticator::Authenticator;
use support::postgres::Postgres;
use support::redis::{Memory, Redis};
use support::supervisor::free_port;

/// Each figure is the median of so many.
const ROUNDS: usize = 5;
/// Requests under way at once, each over a connection of its own.
const AT_ONCE: NonZeroUsize = NonZeroUsize::new(8).unwrap();
const STARTS: usize = 11;

#[derive(Clone, Copy)]
enum Operation {
    Discovery,
    Jwks,
    Userinfo,
    ClientCredentials,
    Assertion,
    BoundToken,
    PushedRequest,
    OpaqueIntrospection,
    JwtIntrospection,
    Refresh,
    SilentSignOn,
    PasswordSignIn,
    /// The last: who has a passkey is asked for more than a password from then on.
    PasskeySignIn,
}

impl Operation {
    const ALL: [Self; 13] = [
        Self::Discovery,
        Self::Jwks,
        Self::Userinfo,
        Self::ClientCredentials,
        Self::Assertion,
        Self::BoundToken,
        Self::PushedRequest,
        Self::OpaqueIntrospection,
        Self::JwtIntrospection,
        Self::Refresh,
        Self::SilentSignOn,
        Self::PasswordSignIn,
        Self::PasskeySignIn,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Jwks => "JWKS",
            Self::Userinfo => "userinfo",
            Self::ClientCredentials => "client credentials",
            Self::Assertion => "client credentials, private_key_jwt",
            Self::BoundToken => "client credentials, private_key_jwt and DPoP",
            Self::PushedRequest => "pushed authorization request",
            Self::OpaqueIntrospection => "introspection of an opaque token",
            Self::JwtIntrospection => "introspection of a JWT",
            Self::Refresh => "refresh with rotation",
            Self::SilentSignOn => "silent sign-on",
            Self::PasswordSignIn => "password sign-in",
            Self::PasskeySignIn => "passkey sign-in",
        }
    }

    /// As many as take the server the better part of a second, so that hundredths of a second are fine enough.
    const fn in_a_round(self) -> usize {
        match self {
            Self::Discovery | Self::Jwks => 24_000,
            Self::OpaqueIntrospection | Self::ClientCredentials => 9_600,
            Self::JwtIntrospection | Self::Assertion | Self::BoundToken | Self::PushedRequest => 6_400,
            Self::Userinfo | Self::Refresh => 3_200,
            Self::SilentSignOn | Self::PasskeySignIn => 1_600,
            Self::PasswordSignIn => 40,
        }
    }
}

/// Someone who is signed in, their browser and the portal that holds their tokens.
struct Worker {
    door: Door,
    portal: Portal,
    browser: Browser,
    tokens: Tokens,
    /// A program of each form, with a token of its own.
    jwt: (Machine, String),
    opaque: (Machine, String),
    prover: Prover,
    national_id: &'static str,
    issuer: String,
    phone: Phone,
}

/// A person's phone. It is enrolled when it is first asked, and answers one browser after the other.
type Phone = Arc<Mutex<Option<Authenticator>>>;

impl Worker {
    async fn start(port: u16, national_id: &'static str, key: Arc<PrivateKey>, phone: Phone) -> Result<Self, Failure> {
        let door = Door::wire(port)?;
        let (portal, mut browser) = (Portal::new(door.clone()), Browser::new(door.clone()));
        let tokens = portal.exchange(&browser.sign_in(national_id).await?).await?;
        let machine = async |form| {
            let machine = Machine::new(door.clone(), form);
            let token = machine.token().await?;
            Ok::<_, Failure>((machine, token))
        };
        let (jwt, opaque) = (machine(Form::Jwt).await?, machine(Form::Opaque).await?);
        let issuer = format!("http://localhost:{port}");
        let prover = Prover::new(door.clone(), issuer.clone(), key);
        Ok(Self { portal, browser, tokens, jwt, opaque, prover, national_id, phone, issuer, door })
    }

    async fn run(&mut self, operation: Operation) -> Result<(), Failure> {
        match operation {
            Operation::Discovery => self.document("/.well-known/openid-configuration").await,
            Operation::Jwks => self.document("/jwks.json").await,
            Operation::Userinfo => self.portal.userinfo(&self.tokens.access_token).await,
            Operation::ClientCredentials => self.jwt.0.token().await.map(drop),
            Operation::Assertion => self.prover.token().await,
            Operation::BoundToken => self.prover.bound_token().await,
            Operation::PushedRequest => self.portal.push().await,
            Operation::OpaqueIntrospection => introspect(&mut self.opaque).await,
            Operation::JwtIntrospection => introspect(&mut self.jwt).await,
            Operation::Refresh => {
                self.tokens = self.portal.refresh(&self.tokens.refresh_token).await?;
                Ok(())
            }
            Operation::SilentSignOn => {
                let code = self.browser.silent().await?;
                self.arrive(&code).await
            }
            Operation::PasswordSignIn => {
                let code = Browser::new(self.door.clone()).sign_in(self.national_id).await?;
                self.arrive(&code).await
            }
            Operation::PasskeySignIn => {
                let mut phone = self.phone.lock().await;
                if phone.is_none() {
                    *phone = Some(self.enrols().await?);
                }
                let phone = phone.as_mut().ok_or("a phone that is gone")?;
                let code = passkey::sign_in(&mut Browser::new(self.door.clone()), phone).await?;
                self.arrive(&code).await
            }
        }
    }

    /// In a browser that has just signed in with a password.
    async fn enrols(&self) -> Result<Authenticator, Failure> {
        let (mut browser, mut phone) = (Browser::new(self.door.clone()), Authenticator::phone(&self.issuer));
        browser.sign_in(self.national_id).await?;
        passkey::enrol(&mut browser, &mut phone).await?;
        Ok(phone)
    }

    async fn arrive(&self, code: &str) -> Result<(), Failure> {
        let tokens = self.portal.exchange(code).await?;
        self.portal.userinfo(&tokens.access_token).await
    }

    async fn document(&self, path: &str) -> Result<(), Failure> {
        self.door.get(path).await?.expect(http::StatusCode::OK).map(drop)
    }
}

/// A token lives for minutes, and a round may come when it is over: then it has another.
async fn introspect((machine, token): &mut (Machine, String)) -> Result<(), Failure> {
    if machine.introspect(token).await.is_err() {
        *token = machine.token().await?;
        machine.introspect(token).await?;
    }
    Ok(())
}

/// What has been spent so far, in CPU seconds.
#[derive(Clone, Copy)]
struct Spent {
    server: f64,
    hashing: f64,
    postgres: f64,
    redis: f64,
}

/// The processes that are watched.
struct Watched {
    server: u32,
    postgres: Option<u32>,
    redis: Option<u32>,
}

impl Watched {
    fn spent(&self) -> Result<Spent, Failure> {
        let of = |process: Option<u32>| process.map_or(Ok(0.0), cpu_seconds);
        let postgres = match self.postgres {
            Some(postmaster) => family(postmaster)?.into_iter().map(cpu_seconds).sum::<Result<f64, _>>()?,
            None => 0.0,
        };
        let (server, hashing) = (cpu_seconds(self.server)?, hashing_seconds(self.server)?);
        Ok(Spent { server, hashing, postgres, redis: of(self.redis)? })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    println!("CPU-seconds for 1,000, median (lowest to highest) of {ROUNDS} rounds, {AT_ONCE} at once\n");
    measure("SQLite and the in-process store", None, None).await?;
    let (postgres, redis) = (Postgres::start_private(), Redis::start_private(Memory::Forgets));
    let database = postgres.database().await;
    measure("Postgres and Redis", Some(database.url().to_owned()), Some(redis.database())).await
}

async fn measure(title: &str, database_url: Option<String>, redis_url: Option<String>) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let ports = (free_port(), free_port(), free_port());
    let place = Place {
        folder: folder.path(),
        port: ports.0,
        operations: ports.1,
        portal: ports.2,
        database_url: database_url.clone(),
        redis_url: redis_url.clone(),
    };
    Server::prepare(&place).await?;
    let store = Store::connect(&place.database(), &Options::default()).await?;
    machine::enter(&store).await?;
    let key = prover::enter(&store).await?;
    store.close().await;
    println!("{title}\n");

    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let server = Server::serve(&place).await?;
        starts.push(server.started_in.as_secs_f64() * 1e3);
        server.stop()?;
    }
    println!("| start to ready, ms | {} |", Figure::of(starts, 0));

    let server = Server::serve(&place).await?;
    settle().await;
    println!("| memory idle, MB | {:.1} |\n", resident_megabytes(server.id())?);
    let watched = Watched {
        server: server.id(),
        postgres: match &database_url {
            Some(url) => Some(postmaster(url).await?),
            None => None,
        },
        redis: match &redis_url {
            Some(url) => Some(redis_process(url).await?),
            None => None,
        },
    };

    let mut workers = Vec::new();
    let phones: Vec<Phone> = PEOPLE.iter().map(|_| Phone::default()).collect();
    for (person, phone) in PEOPLE.iter().zip(&phones).cycle().take(AT_ONCE.get()) {
        workers.push(Worker::start(place.port, person.national_id, key.clone(), phone.clone()).await?);
    }
    println!("| operation | server | Postgres | Redis | of the server's, hashing |");
    println!("|---|---|---|---|---|");
    for operation in chosen() {
        // What a first time costs (connections, statements to prepare) is not what a thousandth does.
        workers = round(workers, operation, operation.in_a_round() / 10).await?;
        let (mut server, mut postgres, mut redis, mut hashing) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let count = operation.in_a_round();
            let before = watched.spent()?;
            workers = round(workers, operation, count).await?;
            let after = watched.spent()?;
            let thousands = count as f64 / 1e3;
            server.push((after.server - before.server) / thousands);
            postgres.push((after.postgres - before.postgres) / thousands);
            redis.push((after.redis - before.redis) / thousands);
            hashing.push((after.hashing - before.hashing) / (after.server - before.server) * 100.0);
        }
        println!(
            "| {} | {} | {} | {} | {} % |",
            operation.name(),
            Figure::of(server, 3),
            Figure::of(postgres, 3),
            Figure::of(redis, 3),
            Figure::of(hashing, 1),
        );
    }
    println!("\n| memory after, MB | {:.1} |\n", resident_megabytes(server.id())?);
    server.stop()
}

/// A server that is ready still fills the memory that its passwords will be hashed in.
async fn settle() {
    let mut ticks = tokio::time::interval(Duration::from_secs(2));
    ticks.tick().await;
    ticks.tick().await;
}

/// Those that the command names (`cargo bench --bench load -- JWKS`), or all.
fn chosen() -> impl Iterator<Item = Operation> {
    let named: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let all = Operation::ALL.into_iter();
    all.filter(move |operation| named.is_empty() || named.iter().any(|name| name == operation.name()))
}

/// `count` of an operation, shared among the workers.
async fn round(workers: Vec<Worker>, operation: Operation, count: usize) -> Result<Vec<Worker>, Failure> {
    let mut tasks = JoinSet::new();
    let each = count / AT_ONCE;
    for mut worker in workers {
        tasks.spawn(async move {
            for _ in 0..each {
                worker.run(operation).await?;
            }
            Ok::<_, Failure>(worker)
        });
    }
    let mut workers = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        workers.push(ended??);
    }
    Ok(workers)
}

async fn postmaster(url: &str) -> Result<u32, Failure> {
    let mut connection = sqlx::PgConnection::connect(url).await?;
    let first_line = "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)";
    let process: String = sqlx::query_scalar(first_line).fetch_one(&mut connection).await?;
    Ok(process.trim().parse()?)
}

async fn redis_process(url: &str) -> Result<u32, Failure> {
    let mut connection = redis::Client::open(url)?.get_multiplexed_async_connection().await?;
    let server: redis::InfoDict = redis::cmd("INFO").arg("server").query_async(&mut connection).await?;
    Ok(server.get("process_id").ok_or("a Redis without a process id")?)
}

/// The median of some measurements, and between what they lie.
struct Figure {
    median: f64,
    lowest: f64,
    highest: f64,
    decimals: usize,
}

impl Figure {
    fn of(mut measured: Vec<f64>, decimals: usize) -> Self {
        measured.sort_by(f64::total_cmp);
        let at = |index: usize| measured.get(index).copied().unwrap_or(f64::NAN);
        let last = measured.len().saturating_sub(1);
        Self { median: at(last / 2), lowest: at(0), highest: at(last), decimals }
    }
}

impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { median, lowest, highest, decimals } = self;
        write!(f, "{median:.decimals$} ({lowest:.decimals$} to {highest:.decimals$})")
    }
}
