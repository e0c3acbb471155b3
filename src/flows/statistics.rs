//! Counts by the hour. They gather in the process and are written together every few seconds, so that no sign-in waits for them;
//! a server that is killed loses the last few seconds of its counts, which the audit log has one by one.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::{App, FlowError};
use crate::domain::ids::ClientId;
use crate::domain::scope::ScopeSet;
use crate::domain::statistics::{Counted, Figure, Hour, Place, bound};
use crate::domain::time::Timestamp;
use crate::storage::{StatisticsCell as Cell, StatisticsWindow as Window};

/// Rows that wait to be written at most. Beyond it the database has been away for very long.
const MOST: usize = 100_000;

/// Thirteen months, so that a month can be held against the same one of the year before.
const KEPT_FOR: Duration = Duration::from_secs(400 * 86_400);

/// What was counted and is not written yet.
#[derive(Debug, Default)]
pub struct Statistics(Mutex<HashMap<Cell, u64>>);

/// Of which figure, and under which label.
#[derive(Clone, Copy, Debug)]
pub struct What<'a> {
    pub figure: Figure,
    pub label: &'static str,
    pub client: Option<&'a ClientId>,
}

impl Statistics {
    /// Counts one.
    pub fn count(&self, at: Timestamp, what: What<'_>) {
        let What { figure, label, client } = what;
        self.add(Cell { figure, hour: Hour::of(at), label: label.into(), bound: 0, client: client.cloned() }, 1);
    }

    /// Counts each of these scopes, which a client asked for and was given.
    pub fn scopes(&self, at: Timestamp, client: &ClientId, scopes: &ScopeSet) {
        let hour = Hour::of(at).of_day();
        for scope in scopes.iter() {
            let label = Cow::Owned(scope.as_str().to_owned());
            self.add(Cell { figure: Figure::ScopeUsed, hour, label, bound: 0, client: Some(client.clone()) }, 1);
        }
    }

    /// Counts a request that was answered in so long, or turned away where there were too many.
    pub fn request(&self, at: Timestamp, route: &str, status: u16, took: Duration) {
        let Some(place) = Place::of(route) else { return };
        let cell =
            |figure, bound| Cell { figure, hour: Hour::of(at), label: place.as_str().into(), bound, client: None };
        if status == 429 {
            self.add(cell(Figure::Throttled, 0), 1);
        }
        self.add(cell(Figure::Answered, bound(took.as_millis())), 1);
    }

    fn add(&self, cell: Cell, count: u64) {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let full = pending.len() >= MOST;
        match pending.entry(cell) {
            Entry::Occupied(mut there) => *there.get_mut() += count,
            Entry::Vacant(_) if full => {}
            Entry::Vacant(place) => {
                place.insert(count);
            }
        }
    }

    fn take(&self) -> Vec<(Cell, u64)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_iter().collect()
    }
}

/// Writes what was counted since the last time. Where it cannot be written, it is kept for the next time.
///
/// # Errors
/// Where the identity store is away.
pub async fn write(app: &App) -> Result<(), FlowError> {
    let counts = app.statistics.take();
    if counts.is_empty() {
        return Ok(());
    }
    let written = async {
        let mut tx = app.store.begin().await?;
        tx.statistics().add(&counts).await?;
        tx.commit().await
    };
    if let Err(error) = written.await {
        for (cell, count) in counts {
            app.statistics.add(cell, count);
        }
        return Err(error.into());
    }
    Ok(())
}

/// Removes what has been kept for as long as it is.
///
/// # Errors
/// Where the identity store is away.
pub async fn forget(app: &App) -> Result<u64, FlowError> {
    let mut tx = app.store.begin().await?;
    let forgotten = tx.statistics().forget(Hour::of(app.clock.now() - KEPT_FOR)).await?;
    tx.commit().await?;
    Ok(forgotten)
}

/// Counts of one figure in the last `spans` spans of `hours` hours each, the present hour the last of them: of all portals
/// together, or of one.
///
/// # Errors
/// Where the identity store is away.
pub async fn counted(
    app: &App,
    figure: Figure,
    (spans, hours): (u32, u32),
    client: Option<&ClientId>,
) -> Result<Vec<Counted>, FlowError> {
    Ok(app.store.read().await?.statistics().counted(figure, window(app, spans, hours), client).await?)
}

/// The portals with most of one figure in the last so many hours, the first first; what was no portal's is `None`.
///
/// # Errors
/// Where the identity store is away.
pub async fn by_client(
    app: &App,
    figure: Figure,
    hours: u32,
    limit: u32,
) -> Result<Vec<(Option<ClientId>, u64)>, FlowError> {
    Ok(app.store.read().await?.statistics().by_client(figure, window(app, 1, hours), limit).await?)
}

/// The last `spans` spans of `hours` hours, of which the present hour is the end.
pub fn window(app: &App, spans: u32, hours: u32) -> Window {
    let until = Hour::of(app.clock.now()).next();
    Window { from: until.before(spans.saturating_mul(hours)), until, span: hours }
}
