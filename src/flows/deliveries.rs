//! What this server has under way to clients' own endpoints: so much at one client, so much in all.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use crate::domain::ids::ClientId;
use crate::domain::logout::AT_ONCE_PER_CLIENT;

/// Attempts at all clients together, so that fetches for others always find a turn.
const AT_ONCE: usize = 32;

/// One kind of delivery: sign-outs, or pings.
#[derive(Debug, Default)]
pub struct Deliveries {
    wake: Notify,
    lanes: Mutex<HashMap<ClientId, Lane>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Lane {
    under_way: usize,
    failing: bool,
}

/// What an attempt shows of its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Well,
    /// It does not answer, or not as it should.
    Failing,
}

impl Deliveries {
    /// Something new may be due: nobody waits for the next look.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Waits until something may be due.
    pub async fn woken(&self) {
        self.wake.notified().await;
    }

    /// How many more attempts may be made at `client` now. One that does not answer is knocked at, not besieged, and
    /// keeps no places from the others.
    pub(super) fn places(&self, client: &ClientId) -> usize {
        let lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let under_way: usize = lanes.values().map(|lane| lane.under_way).sum();
        let own = lanes.get(client).copied().unwrap_or_default();
        let most = if own.failing { 1 } else { AT_ONCE_PER_CLIENT };
        most.saturating_sub(own.under_way).min(AT_ONCE.saturating_sub(under_way))
    }

    pub(super) fn began(&self, client: &ClientId) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.entry(client.clone()).or_default().under_way += 1;
    }

    pub(super) fn ended(&self, client: &ClientId, how: Ended) {
        {
            let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
            let lane = lanes.entry(client.clone()).or_default();
            lane.under_way = lane.under_way.saturating_sub(1);
            lane.failing = how == Ended::Failing;
        }
        self.wake();
    }
}
