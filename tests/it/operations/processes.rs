//! The program itself, twice, as a deployment runs it: two `senid serve` on one Postgres and one Redis, taking turns.

use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::Child;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use senid::app::SystemClock;
use senid::domain::keys::SignatureAlgorithm;
use senid::domain::time::Clock;

use crate::cli::program::{Senid, finish};
use crate::support::outside::{Outside, ok, status};
use crate::support::postgres::Database;
use crate::support::world::proof::{JwksCache, header};
use crate::support::world::{AN, Assertion, Browser, Front, Portal, assertion, clients, web};
use crate::support::{Postgres, Redis, free_port};

/// A running `senid serve`, which does not outlive its test, however that ends.
struct Server(Option<Child>);

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut left) = self.0.take() {
            let _ = left.kill();
            let _ = left.wait();
        }
    }
}

/// A deployment that its operator has set up with the commands, and its two servers.
pub struct Deployment {
    pub issuer: String,
    servers: Vec<Server>,
    /// What each server was started from, and where it says that it is ready.
    programs: Vec<(Senid, u16)>,
    front: Front,
    pub portal: Portal,
    pub operator: Senid,
    pub database: Database,
}

impl Deployment {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// As [`Self::start`], with more in the environment of every program.
    pub async fn start_with(more: &[(&'static str, String)]) -> Self {
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        port.set_nonblocking(true).unwrap();
        let issuer = format!("http://{}", port.local_addr().unwrap());
        let database = Postgres::start().database().await;
        let redis = Redis::start().database();
        let master = format!("1:{}", STANDARD.encode([9; 32]));
        let program = || {
            more.iter()
                .fold(Senid::new(), |senid, (name, value)| senid.with(name, value))
                .with("SENID_ISSUER", &issuer)
                .with("SENID_DATABASE__URL", database.url())
                .with("SENID_SESSIONS__URL", &redis)
                .with("SENID_MASTER_KEY", &master)
                .with("SENID_LIMITS__REQUEST_TIMEOUT", "60s")
                // The portals of a test are on this machine.
                .with("SENID_OUTBOUND__ALLOW_LOOPBACK", "true")
                // The tax office is an ordinary portal.
                .with("SENID_POLICIES__SENSITIVE", "baseline")
                .with("SENID_LOG__LEVEL", "warn")
        };
        let operator = program();
        operator.run(&["migrate"]).ended(0);
        let office = clients::registration("tax-office");
        let client = ["client", "create", office.id, "--name", "Tax office", "--secret-stdin", "--approve-national-id"];
        let uris =
            ["--redirect-uri", office.redirect_uri, "--post-logout-redirect-uri", office.post_logout_redirect_uri];
        operator.run_with(&[&client[..], &uris, &["--scope", office.scope]].concat(), office.secret).ended(0);
        let person = ["citizen", "add", "--national-id", AN.identifier, "--name", AN.name, "--password-stdin"];
        operator.run_with(&person, AN.password).ended(0);

        let (mut servers, mut programs) = (Vec::new(), Vec::new());
        let mut addresses = Vec::new();
        for _ in 0..2 {
            let (public, operations) = (free_port(), free_port());
            let senid = program()
                .with("SENID_LISTENERS__PUBLIC__ADDRESS", format!("127.0.0.1:{public}"))
                .with("SENID_LISTENERS__OPERATIONS__ADDRESS", format!("127.0.0.1:{operations}"));
            servers.push(Server(Some(senid.start(&["serve"]))));
            addresses.push(SocketAddr::from(([127, 0, 0, 1], public)));
            until_ready(operations).await;
            programs.push((senid, operations));
        }
        let front = Front::start(port, addresses);
        let portal = Portal::new(&issuer, office, Arc::new(SystemClock));
        Self { issuer, servers, programs, front, portal, operator, database }
    }

    /// Kills both, in the middle of whatever they were doing.
    pub fn kill(&mut self) {
        self.servers.clear();
    }

    /// Starts both again.
    pub async fn restart(&mut self) {
        for (program, operations) in &self.programs {
            self.servers.push(Server(Some(program.start(&["serve"]))));
            until_ready(*operations).await;
        }
    }

    /// Tells both to stop and insists that they end well.
    pub fn stop(self) {
        for mut server in self.servers {
            let server = server.0.take().unwrap();
            let told = std::process::Command::new("kill").arg("-TERM").arg(server.id().to_string()).status().unwrap();
            assert!(told.success());
            finish(server).ended(0);
        }
    }
}

pub async fn until_ready(operations: u16) {
    let home = Ipv4Addr::LOCALHOST.into();
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    for _ in 0..1200 {
        looks.tick().await;
        let ready = web::client(home).get(format!("http://127.0.0.1:{operations}/health/ready")).send().await;
        if ready.is_ok_and(|answer| answer.status() == 200) {
            return;
        }
    }
    panic!("a server does not become ready");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_that_take_turns_complete_the_whole_flow() {
    let deployment = Deployment::start().await;
    let portal = &deployment.portal;
    let mut browser = Browser::new(&deployment.issuer, "127.0.0.1".parse().unwrap());

    let started = portal.start();
    let page = browser.open(&started.url()).await;
    let page = AN.goes_through(&mut browser, page).await;
    let tokens = portal.exchange(&started, &page.code()).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
    assert_eq!(portal.claims(&tokens.access_token()).await["national_id"], AN.identifier);
    let refreshed = portal.refresh(&tokens.refresh_token()).await;
    assert_eq!(portal.id_token(&refreshed).await["sub"], portal.id_token(&tokens).await["sub"]);

    let silent = portal.start().with("prompt", "none");
    assert_eq!(portal.exchange(&silent, &browser.open(&silent.url()).await.code()).await.status, 200);
    // The code was spent at one server; the other knows.
    let replayed = portal.exchange(&started, &page.code()).await;
    assert_eq!(replayed.refused(400), "invalid_grant");
    assert_eq!(portal.userinfo(&refreshed.access_token()).await.status, 401);

    let goodbye = portal.logout(&[("id_token_hint", &tokens.id_token())]);
    browser.open(&goodbye).await;
    assert_eq!(browser.open(&silent.url()).await.refusal().0, "login_required");
    assert!(deployment.front.requests() >= 14);
    deployment.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_by_the_operator_ends_what_both_processes_serve() {
    let deployment = Deployment::start().await;
    let portal = &deployment.portal;
    let mut browser = Browser::new(&deployment.issuer, "127.0.0.1".parse().unwrap());
    let started = portal.start();
    let page = browser.open(&started.url()).await;
    let page = AN.goes_through(&mut browser, page).await;
    let tokens = portal.exchange(&started, &page.code()).await;

    deployment.operator.run(&["citizen", "lock", AN.identifier]).ended(0);
    let silent = portal.start().with("prompt", "none");
    for _ in 0..2 {
        assert_eq!(browser.open(&silent.url()).await.refusal().0, "login_required");
        assert_eq!(portal.userinfo(&tokens.access_token()).await.status, 401);
        assert_eq!(portal.refresh(&tokens.refresh_token()).await.refused(400), "invalid_grant");
    }
    assert_eq!(web::get(&format!("{}/health/live", deployment.issuer), &[]).await.status, 200);
    deployment.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_keys_are_rotated_no_token_fails_at_any_process_or_portal() {
    let deployment = Deployment::start().await;
    let portal = &deployment.portal;
    let mut browser = Browser::new(&deployment.issuer, "127.0.0.1".parse().unwrap());
    let started = portal.start();
    let page = browser.open(&started.url()).await;
    let page = AN.goes_through(&mut browser, page).await;
    let mut tokens = portal.exchange(&started, &page.code()).await;
    // Far less than five minutes: whatever comes is to be proven with the keys as they are now.
    let mut cache = JwksCache::new(&deployment.issuer);
    let now = SystemClock.now();
    cache.at(now).await;

    let mut signers = HashSet::new();
    let mut issued = Vec::new();
    // Announced: the next key is a moment old, so this only plans. Then at once.
    for (command, keys) in [(&["keys", "rotate"][..], 1), (&["keys", "rotate", "--now"], 2)] {
        let rotating = deployment.operator.start(command);
        let mut rotating = Some(rotating);
        let mut since = 0;
        // Refreshed at one server after the other, while the command runs and until both have heard of it.
        while since < 8 || signers.len() < keys {
            assert!(since < 1000, "the new key never signs");
            tokens = portal.refresh(&tokens.refresh_token()).await;
            assert_eq!(tokens.status, 200, "{}", tokens.body);
            for token in [tokens.id_token(), tokens.access_token()] {
                cache.verify(&token, now).await;
                signers.insert(header(&token)["kid"].to_string());
            }
            issued.push(tokens.access_token());
            if rotating.as_mut().is_none_or(|command| command.try_wait().unwrap().is_some()) {
                if let Some(command) = rotating.take() {
                    finish(command).ended(0);
                }
                since += 1;
            }
        }
    }
    assert_eq!(cache.fetches, 1);
    assert_eq!(signers.len(), 2, "one key before, one after: {signers:?}");
    // Whichever key signed it, and whichever server is asked.
    for token in issued {
        for _ in 0..2 {
            assert_eq!(portal.userinfo(&token).await.status, 200);
        }
    }
    deployment.stop();
}

/// A proxy of the environment would look names up for itself, and reach what it likes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_portal_s_keys_are_fetched_past_any_proxy_that_the_environment_names() {
    let own = assertion::key("proxied", SignatureAlgorithm::Es256);
    let portal = Outside::http(move |_| ok("application/json", assertion::jwks(&[own]).to_string()));
    let proxy = Outside::http(|_| status(502));
    let (public, operations) = (free_port(), free_port());
    let issuer = format!("http://127.0.0.1:{public}");
    let senid = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"]
        .into_iter()
        .fold(Senid::ready(), |senid, variable| senid.with(variable, proxy.url("")))
        .with("SENID_ISSUER", issuer.as_str())
        .with("SENID_OUTBOUND__ALLOW_LOOPBACK", "true")
        .with("SENID_LISTENERS__PUBLIC__ADDRESS", format!("127.0.0.1:{public}"))
        .with("SENID_LISTENERS__OPERATIONS__ADDRESS", format!("127.0.0.1:{operations}"));
    let address = portal.url("/jwks.json");
    let client =
        ["client", "create", "customs", "--name", "Customs", "--redirect-uri", "https://customs.example/callback"];
    senid.run(&[&client[..], &["--auth", "private_key_jwt", "--jwks-uri", &address]].concat()).ended(0);
    let _server = Server(Some(senid.start(&["serve"])));
    until_ready(operations).await;

    let proof = Assertion::new("customs", &issuer, SystemClock.now()).signed(own);
    let form = [&[("grant_type", "refresh_token"), ("refresh_token", "x")][..], &assertion::form(&proof)].concat();
    let answer = web::post(&format!("{issuer}/token"), &[], &form).await;
    assert_eq!((answer.status.as_u16(), answer.json()["error"].as_str()), (400, Some("invalid_grant")));
    assert_eq!((portal.requests(), proxy.requests()), (1, 0));
}
