//! Sentinel: the store follows the primary, and a failover is another reign.

use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use senid::domain::secret::SecretString;
use senid::domain::time::ManualClock;
use senid::sessions::{Recovery, Redis, RedisSettings, Store, Topology};

use super::{CODE, MINUTE, NOW, SESSION, eventually, quick, raw, tag, text};
use crate::support::free_port;
use crate::support::redis::Memory;
use crate::support::supervisor::{Signal, Supervisor, User, on_path};

#[derive(Debug, Default)]
struct Recoveries(AtomicUsize);

#[async_trait]
impl Recovery for Recoveries {
    async fn reapply(&self, _: &Store) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

/// The port of a server's URL `redis://:password@127.0.0.1:port/number`.
fn port(url: &str) -> &str {
    url.rsplit_once(':').unwrap().1.split_once('/').unwrap().0
}

fn password(url: &str) -> &str {
    url.strip_prefix("redis://:").unwrap().split_once('@').unwrap().0
}

/// Makes `replica` follow `primary`, both with the primary's password, and returns the replica's URL.
async fn replicate(primary: &str, replica: &str) -> String {
    let (secret, mut server) = (password(primary), raw(replica).await);
    let mut set = redis::cmd("CONFIG");
    set.arg("SET").arg("masterauth").arg(secret).arg("requirepass").arg(secret);
    set.exec_async(&mut server).await.unwrap();
    redis::cmd("REPLICAOF").arg("127.0.0.1").arg(port(primary)).exec_async(&mut server).await.unwrap();
    eventually("the replica has caught up", async || {
        let info: redis::InfoDict = redis::cmd("INFO").arg("replication").query_async(&mut server).await.unwrap();
        info.get::<String>("master_link_status").as_deref() == Some("up")
    })
    .await;
    replica.replace(password(replica), secret)
}

/// A sentinel that watches the primary at `url`, under the name `senid`.
async fn sentinel(url: &str) -> (Supervisor, String) {
    let supervisor = Supervisor::new(User::Current, Signal::Kill);
    let own_port = free_port();
    supervisor.write(
        "sentinel.conf",
        &format!(
            "bind 127.0.0.1\nport {own_port}\nsentinel monitor senid 127.0.0.1 {} 1\nsentinel auth-pass senid {}\n\
             sentinel down-after-milliseconds senid 500\nsentinel failover-timeout senid 5000\n",
            port(url),
            password(url)
        ),
    );
    let command = format!("{} sentinel.conf --sentinel", on_path("redis-server").unwrap().display());
    supervisor.start(&command, || TcpStream::connect(("127.0.0.1", own_port)).is_ok());
    let own_url = format!("redis://127.0.0.1:{own_port}");
    eventually("the sentinel knows the replica", async || {
        let mut ask = redis::cmd("SENTINEL");
        let known: Vec<redis::Value> =
            ask.arg("REPLICAS").arg("senid").query_async(&mut raw(&own_url).await).await.unwrap();
        known.len() == 1
    })
    .await;
    (supervisor, own_url)
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_failover_sessions_survive_and_codes_are_refused() {
    let [first, second] = [(); 2].map(|()| crate::support::Redis::start_private(Memory::Forgets));
    let (primary, replica) = (first.database(), second.database());
    let replica = replicate(&primary, &replica).await;
    let (_sentinel, sentinel_url) = sentinel(&primary).await;

    let topology = Topology::Sentinel {
        sentinels: vec![SecretString::new(sentinel_url)],
        primary_name: "senid".into(),
        primary: SecretString::new(format!("redis://:{}@primary/0", password(&primary))),
    };
    let recoveries = Arc::new(Recoveries::default());
    let settings = RedisSettings { topology, ..quick(&primary) };
    let store =
        Store::new(Arc::new(Redis::open(settings, Arc::new(ManualClock::at(NOW)), recoveries.clone()).unwrap()));
    store.put(&SESSION.key(tag("a")), &text("signed in"), MINUTE).await.unwrap();
    store.put(&CODE.key(tag("a")), &text("fresh"), MINUTE).await.unwrap();
    let mut successor = raw(&replica).await;
    eventually("both records are replicated", async || {
        redis::cmd("DBSIZE").query_async::<u32>(&mut successor).await.unwrap() == 2
    })
    .await;

    first.stop();
    eventually("the loss is noticed", async || store.health().await.is_err()).await;
    eventually("the replica has taken over", async || store.health().await.is_ok()).await;

    assert_eq!(store.get(&SESSION.key(tag("a"))).await, Ok(Some(text("signed in"))));
    assert_eq!(store.swap(&CODE.key(tag("a")), &text("spent"), MINUTE).await, Ok(None));
    assert_eq!(recoveries.0.load(Ordering::SeqCst), 2);
}
