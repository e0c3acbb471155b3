//! Which parts this server needs, whether each answers now, and since when that is as it is.
//!
//! Parts are asked at the same time, those that stand in the database once it is known to answer, and each has [`PATIENCE`]: one that
//! hangs neither keeps the others from being named nor the answer from coming.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::domain::keys::SignatureAlgorithm;
use crate::domain::time::Timestamp;
use crate::storage::SchemaState;

use super::App;
use super::hardware::ModuleStanding;

/// How long a part may take to answer. A load balancer asks again before long, and takes a server out after two answers or three.
pub const PATIENCE: Duration = Duration::from_millis(1_500);
/// An event has its place in the audit log's tree a second after it was recorded: whatever waits for so long has nobody at it.
const SEQUENCED_WITHIN: Duration = Duration::from_secs(60);

/// A part of a deployment, as this server sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Checked {
    IdentityStore,
    Schema,
    ShortLivedStore,
    SigningKeys,
    /// The hardware security module, where there is one.
    KeyModule,
    AuditWriter,
    AuditSequencer,
    PasswordHashing,
}

impl Checked {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IdentityStore => "identity_store",
            Self::Schema => "schema",
            Self::ShortLivedStore => "short_lived_store",
            Self::SigningKeys => "signing_keys",
            Self::KeyModule => "key_module",
            Self::AuditWriter => "audit_writer",
            Self::AuditSequencer => "audit_sequencer",
            Self::PasswordHashing => "password_hashing",
        }
    }

    /// Whether nobody is to be sent here while it is missing. A sequencer that is behind is behind for every server alike, and passwords
    /// that wait are a reason for more servers, not for one less.
    pub const fn is_needed(self) -> bool {
        !matches!(self, Self::AuditSequencer | Self::PasswordHashing)
    }
}

/// How a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Up,
    /// It answers that it cannot serve, or nothing is there to answer.
    Away(&'static str),
    /// Whatever is there did not answer within [`PATIENCE`].
    Hanging,
    /// It serves, but later than it should.
    Behind(&'static str),
    /// It was not asked, because what it stands in is missing.
    Unknown,
}

impl State {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Away(_) => "away",
            Self::Hanging => "hanging",
            Self::Behind(_) => "behind",
            Self::Unknown => "unknown",
        }
    }

    /// In words, where there is something to say.
    pub const fn reason(self) -> Option<&'static str> {
        match self {
            Self::Up => None,
            Self::Away(reason) | Self::Behind(reason) => Some(reason),
            Self::Hanging => Some("it did not answer in time"),
            Self::Unknown => Some("the identity store was not there to be asked"),
        }
    }

    const fn is_missing(self) -> bool {
        matches!(self, Self::Away(_) | Self::Hanging)
    }
}

/// What was found of one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    pub part: Checked,
    pub state: State,
    /// When it was first seen like this, by this server, without having been seen otherwise since.
    pub since: Timestamp,
}

impl Found {
    /// Whether this is why nobody is to be sent here.
    pub const fn is_in_the_way(&self) -> bool {
        self.part.is_needed() && self.state.is_missing()
    }
}

/// What was seen before, so that every part can be told with since when.
#[derive(Debug, Default)]
pub struct Readiness(Mutex<BTreeMap<Checked, (State, Timestamp)>>);

impl Readiness {
    /// A change of the reason alone is none: it is away since it went away.
    fn since(&self, part: Checked, state: State, now: Timestamp) -> Timestamp {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (before, since) = seen.entry(part).or_insert((state, now));
        if before.is_missing() != state.is_missing() || before.as_str() != state.as_str() && !state.is_missing() {
            *since = now;
        }
        *before = state;
        *since
    }
}

/// Asks every part, and answers within twice [`PATIENCE`] whatever they do.
pub async fn look(app: &App) -> Vec<Found> {
    let (identity, short_lived) = tokio::join!(identity(app), short_lived(app));
    let (identity, schema, sequencer) = identity;
    let now = app.clock.now();
    let mut found = vec![
        (Checked::IdentityStore, identity),
        (Checked::Schema, schema),
        (Checked::ShortLivedStore, short_lived),
        (Checked::SigningKeys, signing_keys(app, now)),
        (Checked::AuditWriter, audit_writer(app)),
        (Checked::AuditSequencer, sequencer),
        (Checked::PasswordHashing, password_hashing(app)),
    ];
    if let Some(hardware) = app.keys.hardware() {
        found.push((Checked::KeyModule, of_module(hardware.standing())));
    }
    let found = found.into_iter();
    found.map(|(part, state)| Found { part, state, since: app.readiness.since(part, state, now) }).collect()
}

/// The database, and what is asked of it once it is known to answer.
async fn identity(app: &App) -> (State, State, State) {
    let nobody = "nobody answers where the database is, or every connection is taken";
    match in_time(async { app.store.ping().await.map_or(State::Away(nobody), |()| State::Up) }).await {
        State::Up => {}
        missing => return (missing, State::Unknown, State::Unknown),
    }
    let schema = in_time(async { app.store.schema_state().await.map_or(State::Unknown, of_schema) });
    let sequencer = in_time(async {
        let Ok(mut reading) = app.store.read().await else { return State::Unknown };
        let oldest = reading.audit_log().oldest_waiting().await;
        oldest.map_or(State::Unknown, |oldest| of_sequencer(oldest, app.clock.now()))
    });
    let (schema, sequencer) = tokio::join!(schema, sequencer);
    (State::Up, schema, sequencer)
}

/// A part that does not answer in time hangs.
async fn in_time(asked: impl Future<Output = State>) -> State {
    tokio::time::timeout(PATIENCE, asked).await.unwrap_or(State::Hanging)
}

const fn of_schema(schema: SchemaState) -> State {
    match schema {
        SchemaState::Current => State::Up,
        SchemaState::Behind(_) => State::Away("migrations of this program are missing; run: senid migrate"),
        // While servers are replaced one by one the older ones serve on under the newer schema.
        SchemaState::Unknown => State::Behind("the schema is another version's; replace this server with that version"),
    }
}

fn of_sequencer(oldest: Option<Timestamp>, now: Timestamp) -> State {
    match oldest {
        Some(oldest) if now.since(oldest) > SEQUENCED_WITHIN => {
            State::Behind("events wait for their place in the audit log's tree for more than a minute")
        }
        _ => State::Up,
    }
}

async fn short_lived(app: &App) -> State {
    let nobody = "no Redis answers that is a primary and fit to be trusted";
    in_time(async { app.sessions.health().await.map_or(State::Away(nobody), |()| State::Up) }).await
}

/// ES256 signs what is SenID's own: without it there is not one token.
fn signing_keys(app: &App, now: Timestamp) -> State {
    match app.keys.ring().signer(SignatureAlgorithm::Es256, now) {
        Some(_) => State::Up,
        None => State::Away("no ES256 key is current; run: senid keys rotate"),
    }
}

const fn of_module(standing: ModuleStanding) -> State {
    match standing {
        ModuleStanding::Up => State::Up,
        // One that answers late is better than none, and so is late everywhere: no server is taken out for it.
        ModuleStanding::Late => State::Behind("the hardware module signs later than keys.pkcs11.deadline"),
        ModuleStanding::Away => State::Away("the hardware module is away; until it is back nothing is signed"),
        ModuleStanding::PinRefused => {
            State::Away("the hardware module refused the PIN and is shown none again; run: senid keys module --try-pin")
        }
    }
}

fn audit_writer(app: &App) -> State {
    match app.audit.room() {
        0 => State::Away("the queue of audit events is full, and nothing is done that cannot be recorded"),
        _ => State::Up,
    }
}

fn password_hashing(app: &App) -> State {
    let load = app.hasher.load();
    // More wait than are being hashed, twice over: whoever comes now is turned away before their turn.
    if load.running > 0 && load.waiting > 2 * load.running {
        State::Behind("passwords wait for their turn")
    } else {
        State::Up
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_seconds(second)
    }

    #[test]
    fn a_part_is_told_with_when_it_became_as_it_is() {
        let readiness = Readiness::default();
        let part = Checked::IdentityStore;
        assert_eq!(readiness.since(part, State::Up, at(10)), at(10));
        assert_eq!(readiness.since(part, State::Up, at(20)), at(10));
        assert_eq!(readiness.since(part, State::Hanging, at(30)), at(30));
        assert_eq!(
            readiness.since(part, State::Away("it went away"), at(40)),
            at(30),
            "it has been missing since then"
        );
        assert_eq!(readiness.since(part, State::Up, at(50)), at(50));
        assert_eq!(readiness.since(part, State::Behind("late"), at(60)), at(60));
        assert_eq!(readiness.since(Checked::Schema, State::Up, at(70)), at(70), "each by itself");
    }

    #[test]
    fn what_is_behind_keeps_nobody_away_and_what_is_needed_does() {
        let found = |part, state| Found { part, state, since: at(0) };
        assert!(found(Checked::ShortLivedStore, State::Hanging).is_in_the_way());
        assert!(found(Checked::Schema, of_schema(SchemaState::Behind(1))).is_in_the_way());
        assert!(!found(Checked::Schema, of_schema(SchemaState::Unknown)).is_in_the_way(), "a rolling migration");
        assert!(!found(Checked::Schema, State::Unknown).is_in_the_way(), "the identity store says it");
        assert!(!found(Checked::AuditSequencer, of_sequencer(Some(at(0)), at(100))).is_in_the_way());
        assert_eq!(of_sequencer(Some(at(0)), at(60)), State::Up);
        assert_eq!(of_sequencer(Some(at(0)), at(61)).as_str(), "behind");
    }
}
