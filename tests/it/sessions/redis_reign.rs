//! Restarts and failovers: nothing that was spent or had ended comes back.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use senid::domain::assurance::{AccountLevel, Proof, Proofs, Requirement};
use senid::domain::grant::Authentication;
use senid::domain::ids::{CitizenId, SessionId};
use senid::domain::session::{BrowserSession, Remember};
use senid::domain::time::{Clock, ManualClock};
use senid::sessions::{Claim, CounterKind, Error, Kind, Recovery, Redis, RedisSettings, SetKind, Store};
use tokio::sync::Semaphore;

use super::{CODE, MINUTE, NOW, SESSION, eventually, quick, raw, tag, text};
use crate::support::redis::Memory;

const PORTALS: SetKind<u8> = SetKind::new("portals", 1);
const FAILURES: CounterKind = CounterKind::new("failures");

/// What SQL would know: which sessions have ended. A recovery waits for a permit.
#[derive(Debug)]
struct Ended {
    sessions: Mutex<Vec<&'static str>>,
    permits: Semaphore,
    attempts: AtomicUsize,
}

impl Ended {
    fn with_permits(permits: usize) -> Arc<Self> {
        Arc::new(Self { sessions: Mutex::default(), permits: Semaphore::new(permits), attempts: AtomicUsize::new(0) })
    }

    fn attempts(&self) -> usize {
        self.attempts.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Recovery for Ended {
    async fn reapply(&self, store: &Store) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        self.attempts.fetch_add(1, Ordering::SeqCst);
        self.permits.acquire().await?.forget();
        let ended = self.sessions.lock().unwrap().clone();
        for session in ended {
            if session == "unreachable" {
                return Err("SQL is away".into());
            }
            store.delete(&SESSION.key(tag(session))).await?;
        }
        Ok(())
    }
}

fn open(settings: RedisSettings, ended: &Arc<Ended>) -> Store {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(NOW));
    Store::new(Arc::new(Redis::open(settings, clock, ended.clone()).unwrap()))
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_codes_are_refused_and_sessions_survive() {
    let server = crate::support::Redis::start_private(Memory::Remembers);
    let ended = Ended::with_permits(2);
    let store = open(quick(&server.database()), &ended);
    let [code, other_code, mark] = ["code", "other", "mark"].map(|name| CODE.key(tag(name)));
    for key in [&code, &other_code] {
        store.put(key, &text("fresh"), MINUTE).await.unwrap();
    }
    assert_eq!(store.claim(&mark, &text("used"), MINUTE).await, Ok(Claim::Won));
    store.put(&SESSION.key(tag("a")), &text("signed in"), MINUTE).await.unwrap();
    store.insert(&PORTALS.key(tag("a")), &7, MINUTE).await.unwrap();
    store.count(&FAILURES.key(tag("a")), MINUTE).await.unwrap();

    server.stop();
    server.start_again();
    eventually("the new reign is trusted", async || store.get(&SESSION.key(tag("a"))).await.is_ok()).await;

    assert_eq!(store.get(&SESSION.key(tag("a"))).await, Ok(Some(text("signed in"))));
    assert_eq!(store.members(&PORTALS.key(tag("a"))).await, Ok(vec![7]));
    assert_eq!(store.peek_count(&FAILURES.key(tag("a")), MINUTE).await, Ok(1));
    assert_eq!(store.get(&code).await, Ok(None));
    assert_eq!(store.swap(&code, &text("spent"), MINUTE).await, Ok(None));
    assert_eq!(store.get(&code).await, Ok(None), "a refused code came back as a spent one of this reign");
    assert_eq!(store.take(&other_code).await, Ok(None));
    assert_eq!(store.claim(&mark, &text("again"), MINUTE).await, Ok(Claim::Taken), "a replay mark was forgotten");

    store.put(&code, &text("of this reign"), MINUTE).await.unwrap();
    assert_eq!(store.get(&code).await, Ok(Some(text("of this reign"))));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_ended_is_applied_again_before_the_first_answer() {
    let server = crate::support::Redis::start_private(Memory::Remembers);
    let ended = Ended::with_permits(1);
    let url = server.database();
    let store =
        open(RedisSettings { response_timeout: MINUTE / 60, connect_timeout: MINUTE / 60, ..quick(&url) }, &ended);
    for session in ["alive", "over"] {
        store.put(&SESSION.key(tag(session)), &text("signed in"), MINUTE).await.unwrap();
    }
    // It ended in SQL, but the deletion never reached the server that is primary next.
    ended.sessions.lock().unwrap().push("over");

    server.stop();
    server.start_again();
    eventually("recovery has begun", async || ended.attempts() == 2).await;
    for session in ["alive", "over"] {
        let answer = store.get(&SESSION.key(tag(session))).await;
        assert!(matches!(answer, Err(Error::Unavailable(_))), "answered before recovery: {answer:?}");
    }

    ended.permits.add_permits(1);
    eventually("the new reign is trusted", async || store.health().await.is_ok()).await;
    assert_eq!(store.get(&SESSION.key(tag("over"))).await, Ok(None));
    assert_eq!(store.get(&SESSION.key(tag("alive"))).await, Ok(Some(text("signed in"))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_that_fails_is_tried_again_and_nothing_is_served_meanwhile() {
    let server = crate::support::Redis::start_private(Memory::Forgets);
    let ended = Ended::with_permits(1000);
    ended.sessions.lock().unwrap().push("unreachable");
    let store = open(quick(&server.database()), &ended);
    eventually("recovery has been tried again", async || ended.attempts() > 2).await;
    let refusal = "recovery failed: SQL is away".to_owned();
    assert_eq!(store.get(&SESSION.key(tag("a"))).await, Err(Error::Unavailable(refusal)));
    ended.sessions.lock().unwrap().clear();
    eventually("the store is ready", async || store.health().await.is_ok()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_connection_to_the_same_reign_needs_no_recovery() {
    let server = crate::support::Redis::start_private(Memory::Forgets);
    let (ended, url) = (Ended::with_permits(1), server.database());
    let store = open(quick(&url), &ended);
    store.put(&CODE.key(tag("a")), &text("fresh"), MINUTE).await.unwrap();
    let mut admin = raw(&url).await;
    let id = async |admin: &mut redis::aio::MultiplexedConnection| {
        let list: String = redis::cmd("CLIENT").arg("LIST").query_async(admin).await.unwrap();
        let own: u64 = redis::cmd("CLIENT").arg("ID").query_async(admin).await.unwrap();
        let ids = list.lines().filter_map(|line| line.strip_prefix("id=")?.split(' ').next()?.parse().ok());
        ids.filter(|id: &u64| *id != own).collect::<Vec<_>>()
    };
    let before = id(&mut admin).await;
    redis::cmd("CLIENT").arg("KILL").arg("SKIPME").arg("yes").exec_async(&mut admin).await.unwrap();
    eventually("it has connected again", async || {
        let now = id(&mut admin).await;
        !now.is_empty() && now != before
    })
    .await;
    eventually("the store is ready", async || store.health().await.is_ok()).await;
    assert_eq!(store.get(&CODE.key(tag("a"))).await, Ok(Some(text("fresh"))), "the reign is the same");
    assert_eq!(ended.attempts(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_primary_that_is_deposed_and_returns_begins_another_reign() {
    let [server, rival] = [(); 2].map(|()| crate::support::Redis::start_private(Memory::Forgets));
    let (ended, url) = (Ended::with_permits(100), server.database());
    let store = open(quick(&url), &ended);
    store.put(&CODE.key(tag("a")), &text("fresh"), MINUTE).await.unwrap();

    let port = rival.database().rsplit_once(':').unwrap().1.split('/').next().unwrap().to_owned();
    let mut admin = raw(&url).await;
    redis::cmd("REPLICAOF").arg("127.0.0.1").arg(port).exec_async(&mut admin).await.unwrap();
    let not_a_primary = Error::Unavailable("this Redis is not a primary: its role is slave".into());
    eventually("it is noticed", async || store.health().await == Err(not_a_primary.clone())).await;
    assert_eq!(store.get(&CODE.key(tag("a"))).await, Err(not_a_primary));

    // The same process, and the same data: but what happened meanwhile, nobody can say.
    redis::cmd("REPLICAOF").arg("NO").arg("ONE").exec_async(&mut admin).await.unwrap();
    eventually("the new reign is trusted", async || store.health().await.is_ok()).await;
    assert_eq!(store.get(&CODE.key(tag("a"))).await, Ok(None));
    assert_eq!(ended.attempts(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_of_one_reign_share_their_codes() {
    let url = crate::support::Redis::start().database();
    let ended = Ended::with_permits(2);
    let [one, other] = [(); 2].map(|()| open(quick(&url), &ended));
    one.put(&CODE.key(tag("a")), &text("fresh"), MINUTE).await.unwrap();
    assert_eq!(other.swap(&CODE.key(tag("a")), &text("spent"), MINUTE).await, Ok(Some(text("fresh"))));
    assert_eq!(one.swap(&CODE.key(tag("a")), &text("spent"), MINUTE).await, Ok(Some(text("spent"))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_session_is_compact() {
    const BROWSER: Kind<BrowserSession> = Kind::surviving("session", 1);
    let url = crate::support::Redis::start().database();
    let store = open(quick(&url), &Ended::with_permits(1));
    let random = senid::crypto::random::SystemRandom::new();
    let session = BrowserSession {
        authentication: Authentication {
            citizen: CitizenId::new(NOW, &random),
            session: SessionId::new(NOW, &random),
            auth_time: NOW,
            account_level: AccountLevel::Proven,
            proofs: Proofs::new(vec![Proof::password(NOW)]),
        },
        demanded: Requirement::NONE,
        remember: Remember::Device,
        started_at: NOW,
        last_seen_at: NOW,
        expires_at: NOW + MINUTE,
        device: "Chrome on Android".into(),
        address: "203.0.113.x".into(),
    };
    let session_id = session.authentication.session;
    store.put(&BROWSER.key(session_id), &session, MINUTE).await.unwrap();
    assert_eq!(store.get(&BROWSER.key(session_id)).await, Ok(Some(session)));

    let mut server = raw(&url).await;
    let [key]: [String; 1] =
        redis::cmd("KEYS").arg("*").query_async::<Vec<String>>(&mut server).await.unwrap().try_into().unwrap();
    let size: usize = redis::cmd("STRLEN").arg(&key).query_async(&mut server).await.unwrap();
    assert_eq!(key.len(), "senid:session:{}".len() + 22);
    assert!(size <= 144, "{size} bytes; as JSON it would be about 400");
}
