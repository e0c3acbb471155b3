//! The audit log verified on behalf of somebody at a page: one at a time, on one of the servers, for as long as it takes. How far it has
//! come, and what it found, every server tells.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::time::Timestamp;
use crate::flows::admin::{AdminError, Administrator};
use crate::flows::audit_log::Verification;
use crate::flows::{App, short_lived};
use crate::sessions::{self, Claim};

use super::verify;

/// Between two words of how far it has come.
const TELL: Duration = Duration::from_secs(1);
/// A server that says nothing for so long is gone, and its verification with it: another one may be begun.
const GONE: Duration = Duration::from_secs(30);
/// How long what was found is shown.
const SHOWN: Duration = Duration::from_secs(7 * 86_400);

/// A verification as whoever looks is told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// Who began it, as the audit log names them.
    pub by: String,
    pub begun_at: Timestamp,
    /// Events that were looked at.
    pub looked_at: u64,
    /// Events that there were when it began.
    pub of: u64,
    pub ended: Option<Ended>,
}

/// What a verification came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ended {
    /// Everything is as it was recorded.
    Sound { heads: u64, signed: u64 },
    /// The first thing that is not.
    Found { says: String, place: Option<u64>, event: Option<Uuid> },
    /// It could not be finished; the server's log says why.
    Failed,
}

/// How the last one stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub watched: Watched,
    /// Whether a server is at it. Where it is not, and nothing is said of how it ended, that server was stopped meanwhile.
    pub is_under_way: bool,
}

/// Begins one. That it was begun is an event, and so is what it found.
///
/// # Errors
/// `Conflict` while one is under way.
pub async fn begin(app: &Arc<App>, admin: &Administrator) -> Result<(), AdminError> {
    admin.may(Permission::AuditVerify)?;
    if app.sessions.claim(&short_lived::audit_verifying(), &(), GONE).await? != Claim::Won {
        return Err(AdminError::Conflict("the audit log is being verified".to_owned()));
    }
    let of = admin.store.read().await?.audit_log().tree().await?.size();
    let begun = Watched { by: admin.actor.to_text(), begun_at: admin.clock.now(), looked_at: 0, of, ended: None };
    app.sessions.put(&short_lived::audit_verification(), &begun, SHOWN).await?;
    let event = admin.event(EventKind::AuditVerified).with("events", of).with("found", "begun").build();
    admin.store.write().await?.audit().record(&event).await?;
    let (at, by_itself) = (Arc::clone(app), admin.apart());
    app.background.spawn_until_stopped(async move { run(&at, &by_itself, begun).await });
    Ok(())
}

/// The last one that was begun.
///
/// # Errors
/// `Away`.
pub async fn last(app: &App, admin: &Administrator) -> Result<Option<Standing>, AdminError> {
    admin.may(Permission::AuditVerify)?;
    let under_way = app.sessions.get(&short_lived::audit_verifying()).await?.is_some();
    let last = app.sessions.get(&short_lived::audit_verification()).await?;
    Ok(last.map(|watched| Standing { is_under_way: under_way && watched.ended.is_none(), watched }))
}

async fn run(app: &App, admin: &Administrator, begun: Watched) {
    let looked_at = AtomicU64::new(0);
    let verified = tokio::select! {
        verified = verify::watched(admin, Vec::new(), &looked_at) => verified,
        never = tell(app, &begun, &looked_at) => match never {},
    };
    let size = verified.as_ref().map_or_else(|_| looked_at.load(Ordering::Relaxed), |verified| verified.size);
    let ended = match verified {
        Ok(verified) => came_to(&verified),
        Err(error) => {
            tracing::error!(%error, "a verification of the audit log could not be finished");
            Ended::Failed
        }
    };
    let found = Watched { looked_at: size, ended: Some(ended), ..begun };
    let said = async {
        app.sessions.put(&short_lived::audit_verification(), &found, SHOWN).await?;
        app.sessions.delete(&short_lived::audit_verifying()).await
    };
    if let Err(error) = said.await {
        tracing::error!(%error, "what a verification of the audit log found could not be kept; it is in the log itself");
    }
}

fn came_to(verified: &Verification) -> Ended {
    match &verified.finding {
        None => Ended::Sound { heads: verified.heads, signed: verified.signed },
        Some(finding) => Ended::Found { says: finding.to_string(), place: finding.place(), event: finding.event() },
    }
}

/// Says how far it has come, and that somebody is at it.
async fn tell(app: &App, begun: &Watched, looked_at: &AtomicU64) -> Infallible {
    let mut ticks = tokio::time::interval(TELL);
    loop {
        ticks.tick().await;
        let so_far = Watched { looked_at: looked_at.load(Ordering::Relaxed), ..begun.clone() };
        let told: Result<(), sessions::Error> = async {
            app.sessions.put(&short_lived::audit_verifying(), &(), GONE).await?;
            app.sessions.put(&short_lived::audit_verification(), &so_far, SHOWN).await
        }
        .await;
        if let Err(error) = told {
            tracing::warn!(%error, "how far the verification of the audit log has come could not be said");
        }
    }
}
