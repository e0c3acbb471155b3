//! A private Redis, and a numbered database of its own for every test.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::supervisor::{Signal, Supervisor, User, free_port, on_path, password};

/// Whether a Redis knows after a restart what it knew before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// Starts empty, as a cache does.
    Forgets,
    /// Keeps an append-only file, written before each answer.
    Remembers,
}

/// A running Redis.
pub struct Redis {
    supervisor: Supervisor,
    program: PathBuf,
    port: u16,
    password: String,
    databases: AtomicU32,
}

impl Redis {
    /// The one that all tests of this process share.
    pub fn start() -> &'static Self {
        static SHARED: OnceLock<Redis> = OnceLock::new();
        SHARED.get_or_init(|| Self::start_private(Memory::Forgets))
    }

    /// One for a single test, which may stop it and start it again.
    pub fn start_private(memory: Memory) -> Self {
        let program =
            on_path("redis-server").expect("Redis is not installed: `make test` installs what the tests need");
        let supervisor = Supervisor::new(User::Current, Signal::Kill);
        let (port, password) = (free_port(), password());
        let append_only = match memory {
            Memory::Forgets => "no",
            Memory::Remembers => "yes",
        };
        supervisor.write(
            "redis.conf",
            &format!(
                "bind 127.0.0.1\nport {port}\nrequirepass {password}\ndatabases {DATABASES}\nsave \"\"\n\
                 appendonly {append_only}\nappendfsync no\n"
            ),
        );
        let redis = Self { supervisor, program, port, password, databases: AtomicU32::new(0) };
        redis.start_again();
        redis
    }

    /// The URL of a database that nobody else uses: `redis://…/number`, as the settings take it.
    pub fn database(&self) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        assert!(number < DATABASES, "more databases than the server has: raise DATABASES");
        format!("redis://:{}@127.0.0.1:{}/{number}", self.password, self.port)
    }

    /// Ends the server at once, as a crash would.
    pub fn stop(&self) {
        self.supervisor.stop(Signal::Kill);
    }

    /// Starts the stopped server on the same port, and waits until it answers. Its run id is another one.
    pub fn start_again(&self) {
        let command = format!("{} redis.conf", self.program.display());
        self.supervisor.start(&command, || self.answers_ping().unwrap_or(false));
    }

    /// Our password makes sure that it is ours that answers, and `LOADING` is not yet an answer.
    fn answers_ping(&self) -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(stream, "AUTH {}\r\nPING\r\n", self.password)?;
        let mut answers = BufReader::new(stream).lines();
        let mut next = || answers.next().transpose();
        Ok(next()?.as_deref() == Some("+OK") && next()?.as_deref() == Some("+PONG"))
    }
}

const DATABASES: u32 = 4096;

async fn connect(url: &str) -> redis::RedisResult<redis::aio::MultiplexedConnection> {
    redis::Client::open(url)?.get_multiplexed_async_connection().await
}

async fn set(url: &str, value: &str) {
    redis::cmd("SET").arg("note").arg(value).exec_async(&mut connect(url).await.unwrap()).await.unwrap();
}

async fn get(url: &str) -> Option<String> {
    redis::cmd("GET").arg("note").query_async(&mut connect(url).await.unwrap()).await.unwrap()
}

#[tokio::test]
async fn two_databases_know_nothing_of_each_other() {
    let redis = Redis::start();
    let (first, second) = (redis.database(), redis.database());
    set(&first, "mine").await;
    assert_eq!(get(&first).await.as_deref(), Some("mine"));
    assert_eq!(get(&second).await, None);
}

#[tokio::test]
async fn a_restarted_redis_has_forgotten() {
    let redis = Redis::start_private(Memory::Forgets);
    let url = redis.database();
    set(&url, "gone").await;

    redis.stop();
    assert!(connect(&url).await.is_err(), "nobody answers while it is stopped");
    redis.start_again();

    assert_eq!(get(&url).await, None);
}

#[tokio::test]
async fn a_redis_with_a_memory_has_not() {
    let redis = Redis::start_private(Memory::Remembers);
    let url = redis.database();
    set(&url, "kept").await;

    redis.stop();
    redis.start_again();

    assert_eq!(get(&url).await.as_deref(), Some("kept"));
}
