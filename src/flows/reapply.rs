//! After a failover or restart of the short-lived store: what must stay ended is ended again before anyone is answered.
//!
//! Redis replicates asynchronously, so a new primary may have back a session that was ended. SQL knows which were.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::domain::ids::CitizenId;
use crate::domain::session::BrowserSession;
use crate::domain::time::Clock;
use crate::sessions::{Batch, Recovery, Store};
use crate::storage;

use super::short_lived::{self, SessionMember};

/// Applies SQL's ended sessions again.
#[derive(Debug)]
pub struct Reapply {
    store: storage::Store,
    clock: Arc<dyn Clock>,
    /// No session lives longer, so nothing that ended before this span matters.
    horizon: Duration,
}

const PAGE: u32 = 500;

impl Reapply {
    pub fn new(store: storage::Store, clock: Arc<dyn Clock>, horizon: Duration) -> Self {
        Self { store, clock, horizon }
    }

    async fn end_single_sessions(&self, sessions: &Store) -> Result<(), Box<dyn Error + Send + Sync>> {
        let since = self.clock.now() - self.horizon;
        let mut after = None;
        loop {
            let page = self.store.read().await?.ended_sessions().since(since, after, PAGE).await?;
            for ended in page.items {
                for member in members(sessions, ended.citizen).await? {
                    if member.id == ended.session {
                        forget(sessions, ended.citizen, &member).await?;
                    }
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// Of citizens who were locked, or signed out everywhere, every session from before.
    async fn end_cut_sessions(&self, sessions: &Store) -> Result<(), Box<dyn Error + Send + Sync>> {
        let since = self.clock.now() - self.horizon;
        let mut after = None;
        loop {
            let page = self.store.read().await?.ended_sessions().cut_since(since, after, PAGE).await?;
            for cut in page.items {
                for member in members(sessions, cut.citizen).await? {
                    let session: Option<BrowserSession> = sessions.get(&short_lived::session(&member.key)).await?;
                    if session.is_none_or(|session| session.authentication.auth_time < cut.valid_from) {
                        forget(sessions, cut.citizen, &member).await?;
                    }
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }
}

#[async_trait]
impl Recovery for Reapply {
    async fn reapply(&self, sessions: &Store) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.end_single_sessions(sessions).await?;
        self.end_cut_sessions(sessions).await
    }
}

async fn members(sessions: &Store, citizen: CitizenId) -> Result<Vec<SessionMember>, crate::sessions::Error> {
    sessions.members(&short_lived::sessions_of(citizen)).await
}

async fn forget(sessions: &Store, citizen: CitizenId, member: &SessionMember) -> Result<(), crate::sessions::Error> {
    let batch =
        Batch::new().delete(&short_lived::session(&member.key)).remove(&short_lived::sessions_of(citizen), member)?;
    sessions.apply(batch).await
}
