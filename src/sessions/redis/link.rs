//! The verbs, spoken over one connection to one primary in one reign.

use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use redis::aio::MultiplexedConnection;
use redis::{Cmd, ErrorKind, FromRedisValue, Pipeline, RedisError, Script, ServerErrorKind, Value};
use tokio::sync::watch;

use crate::domain::time::{Clock, Timestamp};
use crate::sessions::backend::{Backend, Claim, Error, Write, in_window};
use crate::sessions::key::{EpochRule, RawKey};
use crate::sessions::record::{Epoch, Opened, open, stamp};

/// Replaces a value, or deletes it where no other is given, if it is still the one that was read.
static REPLACE_IF_SAME: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
         if #ARGV == 1 then redis.call('DEL', KEYS[1])
         else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
         return 1",
    )
});

/// Takes one off a counter that stands above zero; one that has gone with its window stays gone.
static DISCOUNT: LazyLock<Script> = LazyLock::new(|| {
    Script::new("if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then redis.call('DECR', KEYS[1]) end")
});

pub(super) struct Link {
    connection: MultiplexedConnection,
    prefix: String,
    epoch: Epoch,
    clock: Arc<dyn Clock>,
    broken: watch::Sender<bool>,
}

impl Link {
    pub(super) fn new(connection: MultiplexedConnection, prefix: &str, epoch: Epoch, clock: Arc<dyn Clock>) -> Self {
        Self { connection, prefix: prefix.to_owned(), epoch, clock, broken: watch::Sender::new(false) }
    }

    pub(super) fn connection(&self) -> MultiplexedConnection {
        self.connection.clone()
    }

    pub(super) fn epoch(&self) -> Epoch {
        self.epoch
    }

    pub(super) fn is_broken(&self) -> bool {
        *self.broken.borrow()
    }

    /// Returns once the link is broken.
    pub(super) async fn broken(&self) {
        // The sender is our own: waiting ends with the condition alone.
        let _ = self.broken.subscribe().wait_for(|broken| *broken).await;
    }

    async fn run<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Error> {
        command.query_async(&mut self.connection()).await.map_err(|error| self.failed(&error))
    }

    async fn run_all<T: FromRedisValue>(&self, pipeline: &Pipeline) -> Result<T, Error> {
        pipeline.query_async(&mut self.connection()).await.map_err(|error| self.failed(&error))
    }

    /// After a server's plain refusal the connection is still good; after anything else, such as a
    /// timeout, or where the primary was deposed, it is opened and identified anew.
    fn failed(&self, error: &RedisError) -> Error {
        let still_good = match error.kind() {
            ErrorKind::Server(kind) => {
                !matches!(kind, ServerErrorKind::ReadOnly | ServerErrorKind::MasterDown | ServerErrorKind::BusyLoading)
            }
            _ => false,
        };
        if !still_good {
            self.broken.send_replace(true);
        }
        Error::Unavailable(error.to_string())
    }

    fn full(&self, key: &RawKey) -> String {
        format!("{}{}", self.prefix, key.text)
    }

    fn stamped(&self, body: &[u8], ttl: Duration) -> Vec<u8> {
        stamp(self.epoch, self.clock.now() + ttl, body)
    }

    fn body(&self, key: &RawKey, value: Option<Vec<u8>>) -> Option<Vec<u8>> {
        open(&value?, key.epoch, self.epoch, self.clock.now()).body()
    }

    async fn replace_if_same(&self, key: &str, old: &[u8], new: Option<(&[u8], u64)>) -> Result<bool, Error> {
        let mut script = REPLACE_IF_SAME.key(key);
        script.arg(old);
        if let Some((value, lifetime)) = new {
            script.arg(value).arg(lifetime);
        }
        script.invoke_async(&mut self.connection()).await.map_err(|error| self.failed(&error))
    }

    fn add(&self, pipeline: &mut Pipeline, write: &Write) {
        match write {
            Write::Put { key, body, ttl } => {
                pipeline.cmd("SET").arg(self.full(key)).arg(self.stamped(body, *ttl)).arg("PX").arg(lifetime(*ttl))
            }
            Write::Delete { key } => pipeline.cmd("DEL").arg(self.full(key)),
            Write::Insert { key, member, ttl } => self.add_insert(pipeline, key, member, *ttl),
            Write::Remove { key, member } => pipeline.cmd("ZREM").arg(self.full(key)).arg(member),
        };
    }

    /// A set is sorted by its members' expiry. Its own time to live is that of its last member; the
    /// transaction keeps a set without one from being left behind.
    fn add_insert<'a>(
        &self,
        pipeline: &'a mut Pipeline,
        key: &RawKey,
        member: &[u8],
        ttl: Duration,
    ) -> &'a mut Pipeline {
        let (key, now) = (self.full(key), self.clock.now());
        pipeline
            .cmd("MULTI")
            .cmd("ZADD")
            .arg(&key)
            .arg("GT")
            .arg((now + ttl).micros())
            .arg(member)
            .cmd("ZREMRANGEBYSCORE")
            .arg(&key)
            .arg("-inf")
            .arg(now.micros())
            .cmd("PEXPIRE")
            .arg(&key)
            .arg(lifetime(ttl))
            .arg("NX")
            .cmd("PEXPIRE")
            .arg(&key)
            .arg(lifetime(ttl))
            .arg("GT")
            .cmd("EXEC")
    }

    fn window(&self, key: &RawKey, window: Duration) -> (String, Timestamp, Timestamp) {
        let now = self.clock.now();
        let (key, end) = in_window(key, window, now);
        (format!("{}{key}", self.prefix), now, end)
    }
}

#[async_trait]
impl Backend for Link {
    async fn put(&self, key: &RawKey, body: &[u8], ttl: Duration) -> Result<(), Error> {
        let value = self.stamped(body, ttl);
        self.run(redis::cmd("SET").arg(self.full(key)).arg(value).arg("PX").arg(lifetime(ttl))).await
    }

    async fn get(&self, key: &RawKey) -> Result<Option<Vec<u8>>, Error> {
        let value = self.run(redis::cmd("GET").arg(self.full(key))).await?;
        Ok(self.body(key, value))
    }

    async fn get_many(&self, keys: &[&RawKey]) -> Result<Vec<Option<Vec<u8>>>, Error> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        // Not MGET: its keys would have to share a hash slot.
        let mut pipeline = Pipeline::with_capacity(keys.len());
        for key in keys {
            pipeline.cmd("GET").arg(self.full(key));
        }
        let values: Vec<Option<Vec<u8>>> = self.run_all(&pipeline).await?;
        Ok(keys.iter().zip(values).map(|(key, value)| self.body(key, value)).collect())
    }

    async fn take(&self, key: &RawKey) -> Result<Option<Vec<u8>>, Error> {
        let value = self.run(redis::cmd("GETDEL").arg(self.full(key))).await?;
        Ok(self.body(key, value))
    }

    async fn swap(&self, key: &RawKey, body: &[u8], ttl: Duration) -> Result<Option<Vec<u8>>, Error> {
        let (name, value) = (self.full(key), self.stamped(body, ttl));
        let mut command = redis::cmd("SET");
        command.arg(&name).arg(&value).arg("XX").arg("GET").arg("PX").arg(lifetime(ttl));
        let Some(before) = self.run::<Option<Vec<u8>>>(&command).await? else { return Ok(None) };
        let before = open(&before, key.epoch, self.epoch, self.clock.now());
        if !matches!(before, Opened::Live(_)) {
            // What stood there was absent by our rules, and stays so.
            self.replace_if_same(&name, &value, None).await?;
        }
        Ok(before.body())
    }

    async fn claim(&self, key: &RawKey, body: &[u8], ttl: Duration) -> Result<Claim, Error> {
        let (name, value) = (self.full(key), self.stamped(body, ttl));
        let mut command = redis::cmd("SET");
        command.arg(&name).arg(&value).arg("NX").arg("GET").arg("PX").arg(lifetime(ttl));
        let Some(before) = self.run::<Option<Vec<u8>>>(&command).await? else { return Ok(Claim::Won) };
        match open(&before, EpochRule::Survives, self.epoch, self.clock.now()) {
            Opened::Expired if self.replace_if_same(&name, &before, Some((&value, lifetime(ttl)))).await? => {
                Ok(Claim::Won)
            }
            _ => Ok(Claim::Taken),
        }
    }

    async fn delete(&self, key: &RawKey) -> Result<(), Error> {
        self.run(redis::cmd("DEL").arg(self.full(key))).await
    }

    async fn count(&self, key: &RawKey, window: Duration) -> Result<u64, Error> {
        let (key, now, end) = self.window(key, window);
        let mut pipeline = redis::pipe();
        pipeline.atomic().incr(&key, 1).cmd("PEXPIRE").arg(&key).arg(lifetime(now.until(end))).ignore();
        let (sum,) = self.run_all(&pipeline).await?;
        Ok(sum)
    }

    async fn discount(&self, key: &RawKey, window: Duration) -> Result<(), Error> {
        let (key, _, _) = self.window(key, window);
        let mut connection = self.connection();
        DISCOUNT.key(key).invoke_async(&mut connection).await.map_err(|error| self.failed(&error))
    }

    async fn peek_count(&self, key: &RawKey, window: Duration) -> Result<u64, Error> {
        let (key, _, _) = self.window(key, window);
        Ok(self.run::<Option<u64>>(redis::cmd("GET").arg(key)).await?.unwrap_or(0))
    }

    async fn reset_count(&self, key: &RawKey, window: Duration) -> Result<(), Error> {
        let (key, _, _) = self.window(key, window);
        self.run(redis::cmd("DEL").arg(key)).await
    }

    async fn insert(&self, key: &RawKey, member: &[u8], ttl: Duration) -> Result<(), Error> {
        let mut pipeline = redis::pipe();
        self.add_insert(&mut pipeline, key, member, ttl);
        self.run_all::<Value>(&pipeline).await.map(drop)
    }

    async fn remove(&self, key: &RawKey, member: &[u8]) -> Result<(), Error> {
        self.run(redis::cmd("ZREM").arg(self.full(key)).arg(member)).await
    }

    async fn members(&self, key: &RawKey, limit: usize) -> Result<Vec<Vec<u8>>, Error> {
        let after_now = format!("({}", self.clock.now().micros());
        let mut command = redis::cmd("ZRANGE");
        command.arg(self.full(key)).arg(after_now).arg("+inf").arg("BYSCORE").arg("LIMIT").arg(0).arg(limit);
        self.run(&command).await
    }

    async fn apply(&self, writes: &[Write]) -> Result<(), Error> {
        let mut pipeline = Pipeline::with_capacity(writes.len());
        for write in writes {
            self.add(&mut pipeline, write);
        }
        self.run_all::<Value>(&pipeline).await.map(drop)
    }

    async fn health(&self) -> Result<(), Error> {
        self.run(&redis::cmd("PING")).await
    }
}

/// Redis' own time to live for a record of ours: a little longer, because its clock is not ours.
fn lifetime(ttl: Duration) -> u64 {
    const SLACK: Duration = Duration::from_secs(60);
    const LONGEST: Duration = Duration::from_secs(10 * 366 * 24 * 60 * 60);
    u64::try_from(ttl.saturating_add(SLACK).min(LONGEST).as_millis()).unwrap_or(u64::MAX)
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}
