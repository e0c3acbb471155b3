//! One event for one client, from when it happened until the client has it.

use std::time::Duration;

use serde_json::{Map, Value};

use super::EventType;
use crate::domain::ids::{CitizenId, ClientId, SecurityEventId};
use crate::domain::logout::{DeliveryState, pause_after};
use crate::domain::random::Random;
use crate::domain::time::Timestamp;

/// What stands under the type in `events`: an object.
pub type Facts = Map<String, Value>;

/// For how long an attempt, or what a client has fetched, is nobody else's. What is not settled by then is told again.
pub const LEASE: Duration = Duration::from_secs(30);

/// An event in the outbox. It names nobody but by the client's own subject, which is derived when it is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct SecurityEvent {
    pub id: SecurityEventId,
    pub client: ClientId,
    pub kind: EventType,
    pub subject: Subject,
    pub facts: Facts,
    /// The same for everything that one act told this client, and another for every client: by one number for all, portals could
    /// find out whom they share.
    pub txn: String,
    pub state: DeliveryState,
    /// How often it was tried or fetched, the attempt under way included.
    pub attempts: u32,
    pub due_at: Timestamp,
    pub created_at: Timestamp,
    pub give_up_at: Timestamp,
    /// Why the last attempt failed, in one word.
    pub fault: Option<String>,
    pub settled_at: Option<Timestamp>,
}

/// Whom, or what, an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    Citizen(CitizenId),
    /// One session, as the client's ID token named person and session.
    Session {
        citizen: CitizenId,
        subject: String,
        sid: String,
    },
    Stream,
}

impl Subject {
    pub const fn citizen(&self) -> Option<CitizenId> {
        match self {
            Self::Citizen(citizen) | Self::Session { citizen, .. } => Some(*citizen),
            Self::Stream => None,
        }
    }
}

impl SecurityEvent {
    /// Beyond it whatever happened has had every other consequence: sessions are over, tokens have expired.
    pub const GIVE_UP_AFTER: Duration = Duration::from_secs(7 * 86_400);

    pub fn new(
        client: &ClientId,
        (kind, facts): (EventType, Facts),
        subject: Subject,
        txn: String,
        (now, random): (Timestamp, &dyn Random),
    ) -> Self {
        Self {
            id: SecurityEventId::new(now, random),
            client: client.clone(),
            kind,
            subject,
            facts,
            txn,
            state: DeliveryState::Pending,
            attempts: 0,
            due_at: now,
            created_at: now,
            give_up_at: now + Self::GIVE_UP_AFTER,
            fault: None,
            settled_at: None,
        }
    }

    /// When an attempt that failed is made again, as sign-outs are; `None` where it is time to give up.
    pub fn next_attempt(&self, now: Timestamp, random: &dyn Random) -> Option<Timestamp> {
        let next = now + pause_after(self.attempts, random);
        (next < self.give_up_at).then_some(next)
    }
}
