//! Nobody rewrites the audit log: whoever alters it in the database itself is found, with the first event that is not as it was.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use senid::crypto::random::SystemRandom;
use senid::crypto::seal::KeyEncryptionKeys;
use senid::crypto::transparency::{Checkpoint, SignedNote, Subtree, leaf_hash, verify_consistency, verify_inclusion};
use senid::domain::audit::{Actor, EventKind};
use senid::domain::audit_record::AuditRecord;
use senid::domain::time::{ManualClock, Timestamp};
use senid::flows::audit_log::{
    File, Finding, HeadElsewhere, HeadsFile, Live, LogKeys, Sequencer, Verification, Verifier, export, kept_heads,
    prove, retire, sign_head,
};
use senid::storage::{SealedKeyKind, Store, StoredHead};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use uuid::Uuid;

use super::people::{DAY, NOW, event, first_master, sealed_key, server_keys};
use super::{on_every_database, postgres, sqlite};

mod exported;
mod heads;

const ORIGIN: &str = "id.example/audit-log";
/// More than a page of a verification, and than the smallest subtree that is kept.
const EVENTS: u64 = 1_300;
/// One in the middle of what the second head signs.
const PLACE: u64 = 450;

fn sealing() -> KeyEncryptionKeys {
    server_keys(&first_master())
}

/// Records events one day apart from those before.
async fn record(store: &Store, count: u64, at: Timestamp) -> Vec<Uuid> {
    let events: Vec<_> = (0..count).map(|_| event(None, EventKind::KeysRotated, at)).collect();
    store.write().await.unwrap().audit().record_all(&events).await.unwrap();
    events.into_iter().map(|event| event.id.uuid()).collect()
}

async fn sequence(store: &Store) -> usize {
    let mut sequencer = Sequencer::new(ORIGIN.to_owned());
    let mut placed = 0;
    loop {
        match sequencer.turn(store, &sealing(), &ManualClock::at(NOW)).await.unwrap() {
            0 => return placed,
            more => placed += more,
        }
    }
}

async fn keys(store: &Store) -> LogKeys {
    let stored = store.read().await.unwrap().sealed_keys().load().await.unwrap();
    LogKeys::open(ORIGIN.to_owned(), &stored, &sealing()).unwrap()
}

async fn sign(store: &Store) -> Option<StoredHead> {
    sign_head(store, &keys(store).await, NOW).await.unwrap()
}

/// A log with four heads, of 300, 600, 1,000 and 1,300 events.
async fn written(store: &Store) -> Vec<StoredHead> {
    let mut tx = store.begin().await.unwrap();
    tx.sealed_keys().insert_if_absent(&sealed_key(SealedKeyKind::AuditLog, 1)).await.unwrap();
    tx.commit().await.unwrap();
    let mut heads = Vec::new();
    for (day, count) in [300, 300, 400, 300].into_iter().enumerate() {
        record(store, count, NOW + DAY * u32::try_from(day).unwrap()).await;
        assert_eq!(sequence(store).await as u64, count);
        heads.push(sign(store).await.unwrap());
        assert_eq!(sign(store).await, None, "the last head says as much");
    }
    heads
}

async fn verified(store: &Store, elsewhere: &[StoredHead]) -> Verification {
    let keys = keys(store).await;
    let mut reading = store.read().await.unwrap();
    let tree = reading.audit_log().tree().await.unwrap();
    let retirement = reading.audit_log().retirement().await.unwrap();
    drop(reading);
    let (retired, first) = retirement.map_or_else(Default::default, |one| (one.frontier, one.first_head));
    let verifier = Verifier::new(ORIGIN.to_owned(), keys.verifiers(), retired, first);
    let verifier = verifier.with_keys(&keys).against_tree(tree);
    let verifier = elsewhere.iter().fold(verifier, |verifier, head| {
        let seen = format!("head {} of the file", head.number);
        verifier.against(HeadElsewhere { seen, number: Some(head.number), note: head.note.clone() })
    });
    verifier.finish(&mut Live(store)).await.unwrap()
}

async fn finding(store: &Store, elsewhere: &[StoredHead]) -> Finding {
    verified(store, elsewhere).await.finding.expect("it was not found")
}

/// What is done to a log, as somebody who holds the database does it: the triggers do not stop them.
#[derive(Clone, Copy)]
enum Tamperer<'h> {
    Postgres(&'h str),
    Sqlite(&'h str),
}

impl Tamperer<'_> {
    async fn run(self, statements: &[&str]) {
        match self {
            Self::Postgres(url) => {
                let mut db = PgConnection::connect(url).await.unwrap();
                db.execute("SET session_replication_role = replica").await.unwrap();
                for statement in statements {
                    db.execute(AssertSqlSafe((*statement).to_owned())).await.unwrap();
                }
            }
            Self::Sqlite(url) => {
                let mut db = SqliteConnection::connect(url).await.unwrap();
                let triggers = "SELECT name FROM sqlite_schema WHERE type = 'trigger'";
                let names: Vec<String> = sqlx::query_scalar(triggers).fetch_all(&mut db).await.unwrap();
                for name in names {
                    db.execute(AssertSqlSafe(format!("DROP TRIGGER {name}"))).await.unwrap();
                }
                for statement in statements {
                    db.execute(AssertSqlSafe((*statement).to_owned())).await.unwrap();
                }
            }
        }
    }

    /// Bytes as a literal.
    fn bytes(self, bytes: &[u8]) -> String {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        match self {
            Self::Postgres(_) => format!("'\\x{hex}'"),
            Self::Sqlite(_) => format!("X'{hex}'"),
        }
    }

    fn id(self, id: Uuid) -> String {
        match self {
            Self::Postgres(_) => format!("'{id}'"),
            Self::Sqlite(_) => self.bytes(id.as_bytes()),
        }
    }

    /// Whether the database refuses the statement to whoever it is owned by.
    async fn is_refused(self, statement: &str) -> bool {
        let done = match self {
            Self::Postgres(url) => {
                let mut db = PgConnection::connect(url).await.unwrap();
                db.execute(AssertSqlSafe(statement.to_owned())).await.map(drop)
            }
            Self::Sqlite(url) => {
                let mut db = SqliteConnection::connect(url).await.unwrap();
                db.execute(AssertSqlSafe(statement.to_owned())).await.map(drop)
            }
        };
        done.is_err_and(|error| error.to_string().contains("the audit log is append-only"))
    }
}

/// Stamps a test that does something to a log of its own, in each database.
macro_rules! tampered {
    ($($name:ident($log:ident, $store:ident, $heads:ident) $body:block)*) => {
        $(async fn $name($log: Tamperer<'_>, $store: &Store, $heads: Vec<StoredHead>) $body)*

        mod tampered_postgres {
            use super::*;
            $(#[tokio::test]
            async fn $name() {
                let home = postgres().await;
                let heads = written(&home.store).await;
                super::$name(Tamperer::Postgres(&home.url), &home.store, heads).await;
            })*
        }

        mod tampered_sqlite {
            use super::*;
            $(#[tokio::test]
            async fn $name() {
                let home = sqlite().await;
                let heads = written(&home.store).await;
                super::$name(Tamperer::Sqlite(&home.url), &home.store, heads).await;
            })*
        }
    };
}

mod months;
mod renamed;

/// Fills every table of the log: what is old is retired, the rest stands in the tree, and one event waits.
pub async fn is_kept(store: &Store) {
    let mut tx = store.begin().await.unwrap();
    tx.sealed_keys().insert_if_absent(&sealed_key(SealedKeyKind::AuditLog, 1)).await.unwrap();
    tx.commit().await.unwrap();
    record(store, 2, NOW - 9 * DAY).await;
    record(store, 300, NOW).await;
    sequence(store).await;
    let head = sign(store).await.unwrap();
    let retired = retire(store, NOW - 3 * DAY, &Actor::System, &ManualClock::at(NOW), &SystemRandom::new()).await;
    assert_eq!(retired.unwrap(), 2);
    let mut writing = store.begin().await.unwrap();
    writing.audit_log().add_cosignature(head.number, "witness.example", "a signature", NOW).await.unwrap();
    writing.commit().await.unwrap();
    let mut reading = store.read().await.unwrap();
    assert_eq!(reading.audit_log().cosignatures(head.number).await.unwrap().len(), 1);
    assert_eq!(reading.audit_log().count_waiting().await.unwrap(), 1);
    assert!(reading.audit_log().node(Subtree { level: 8, index: 0 }).await.unwrap().is_some());
}

async fn event_of(store: &Store, place: u64) -> Uuid {
    store.read().await.unwrap().audit_log().leaves(place, 1).await.unwrap()[0].event
}

/// Every place behind one moves by so many; over negative numbers, because a place is taken once at any moment.
fn moved(behind: u64, by: i64) -> [String; 2] {
    [
        format!("UPDATE audit_leaves SET place = -(place + {by}) - 1 WHERE place >= {behind}"),
        "UPDATE audit_leaves SET place = -(place + 1) WHERE place < 0".to_owned(),
    ]
}

tampered! {
    an_event_was_removed(log, store, _heads) {
        let event = event_of(store, PLACE).await;
        log.run(&[&format!("DELETE FROM audit_events WHERE id = {}", log.id(event))]).await;
        let found = verified(store, &[]).await;
        assert_eq!(found.finding, Some(Finding::Removed { place: PLACE, event: Some(event) }));
        assert_eq!((found.size, found.heads, found.signed), (PLACE, 1, 300), "what was before it is as it was");
    }

    an_event_was_removed_with_its_place(log, store, _heads) {
        let event = log.id(event_of(store, PLACE).await);
        let gone = [format!("DELETE FROM audit_events WHERE id = {event}"), format!("DELETE FROM audit_leaves WHERE event_id = {event}")];
        log.run(&gone.each_ref().map(String::as_str)).await;
        assert_eq!(finding(store, &[]).await, Finding::Removed { place: PLACE, event: None });
        // And those behind it moved up.
        log.run(&moved(PLACE + 1, -1).each_ref().map(String::as_str)).await;
        assert_eq!(finding(store, &[]).await, Finding::Removed { place: PLACE, event: None });
    }

    an_event_was_altered(log, store, _heads) {
        let event = event_of(store, PLACE).await;
        let somebody = log.id(Uuid::max());
        for change in [
            "at = at + 1".to_owned(),
            "kind = 'keys.master_added'".to_owned(),
            "outcome = 'refused'".to_owned(),
            "actor = 'system '".to_owned(),
            format!("citizen_id = {somebody}"),
            "client_id = 'other'".to_owned(),
            "request = 'other'".to_owned(),
            "address = '192.0.2.9'".to_owned(),
            "details = '{}'".to_owned(),
            // The same facts, spelt another way.
            "details = details || ' '".to_owned(),
        ] {
            let column = change.split(' ').next().unwrap();
            let keep = format!("CREATE TABLE kept AS SELECT * FROM audit_events WHERE id = {}", log.id(event));
            let altered = format!("UPDATE audit_events SET {change} WHERE id = {}", log.id(event));
            log.run(&[&keep, &altered]).await;
            assert_eq!(finding(store, &[]).await, Finding::Altered { place: PLACE, event }, "{change}");
            // Whoever also changes the hash has no key to seal it with.
            let record = store.read().await.unwrap().audit_log().records(&[event]).await.unwrap().remove(0);
            let hash = log.bytes(&leaf_hash(&record.canonical()));
            let before = store.read().await.unwrap().audit_log().leaf_of(event).await.unwrap().unwrap().hash;
            log.run(&[&format!("UPDATE audit_leaves SET leaf_hash = {hash} WHERE place = {PLACE}")]).await;
            assert_eq!(finding(store, &[]).await, Finding::Altered { place: PLACE, event }, "{change}");
            let back = format!("UPDATE audit_events SET {column} = (SELECT {column} FROM kept) WHERE id = {}", log.id(event));
            let hash = format!("UPDATE audit_leaves SET leaf_hash = {} WHERE place = {PLACE}", log.bytes(&before));
            log.run(&[&back, &hash, "DROP TABLE kept"]).await;
            assert_eq!(verified(store, &[]).await.finding, None, "{change}");
        }
        log.run(&[&format!("UPDATE audit_events SET id = {} WHERE id = {}", log.id(Uuid::max()), log.id(event))]).await;
        assert_eq!(finding(store, &[]).await, Finding::Altered { place: PLACE, event });
    }

    a_seal_was_altered(log, store, _heads) {
        let event = event_of(store, PLACE).await;
        log.run(&[&format!("UPDATE audit_leaves SET seal = {} WHERE place = {PLACE}", log.bytes(&[7; 32]))]).await;
        assert_eq!(finding(store, &[]).await, Finding::Altered { place: PLACE, event });
    }

    two_events_were_exchanged(log, store, _heads) {
        let other = PLACE + 90;
        let (first, second) = (event_of(store, PLACE).await, event_of(store, other).await);
        // With all that stands at their places.
        log.run(&[
            &format!("UPDATE audit_leaves SET place = -1 WHERE place = {PLACE}"),
            &format!("UPDATE audit_leaves SET place = {PLACE} WHERE place = {other}"),
            &format!("UPDATE audit_leaves SET place = {other} WHERE place = -1"),
        ])
        .await;
        assert_eq!(finding(store, &[]).await, Finding::Reordered { place: PLACE, event: second, belongs: other });
        // Back, and the events alone.
        log.run(&[
            &format!("UPDATE audit_leaves SET place = -1 WHERE place = {PLACE}"),
            &format!("UPDATE audit_leaves SET place = {PLACE} WHERE place = {other}"),
            &format!("UPDATE audit_leaves SET place = {other} WHERE place = -1"),
        ])
        .await;
        assert_eq!(verified(store, &[]).await.finding, None);
        log.run(&[
            &format!("UPDATE audit_leaves SET event_id = {} WHERE place = {PLACE}", log.id(Uuid::max())),
            &format!("UPDATE audit_leaves SET event_id = {} WHERE place = {other}", log.id(first)),
            &format!("UPDATE audit_leaves SET event_id = {} WHERE place = {PLACE}", log.id(second)),
        ])
        .await;
        assert_eq!(finding(store, &[]).await, Finding::Reordered { place: PLACE, event: second, belongs: other });
    }

    an_event_was_inserted(log, store, _heads) {
        let id = log.id(Uuid::max());
        let insert = format!(
            "INSERT INTO audit_events (id, at, kind, outcome, actor, details) VALUES ({id}, 1, 'keys.rotated', 'success', 'system', '{{}}')"
        );
        log.run(&[&insert]).await;
        assert_eq!(finding(store, &[]).await, Finding::Inserted { place: None, event: Uuid::max() });
        // With a place in the middle, and those behind it moved down.
        let record = store.read().await.unwrap().audit_log().records(&[Uuid::max()]).await.unwrap().remove(0);
        let (hash, seal) = (log.bytes(&leaf_hash(&record.canonical())), log.bytes(&[7; 32]));
        let [down, up] = moved(PLACE, 1);
        let leaf = format!("INSERT INTO audit_leaves (place, event_id, leaf_hash, seal) VALUES ({PLACE}, {id}, {hash}, {seal})");
        log.run(&[&down, &up, &leaf]).await;
        assert_eq!(finding(store, &[]).await, Finding::Inserted { place: Some(PLACE), event: Uuid::max() });
    }

    the_end_was_removed(log, store, heads) {
        let events = "DELETE FROM audit_events WHERE id IN (SELECT event_id FROM audit_leaves WHERE place >= 990)";
        log.run(&[events, "DELETE FROM audit_leaves WHERE place >= 990"]).await;
        assert_eq!(finding(store, &[]).await, Finding::RemovedFromEnd { place: 990 });
        log.run(&["DELETE FROM audit_heads WHERE size > 600"]).await;
        assert_eq!(finding(store, &[]).await, Finding::RemovedFromEnd { place: 990 }, "the tree says so");
        // Back to a state that there once was: only who kept a head knows better.
        let events = "DELETE FROM audit_events WHERE id IN (SELECT event_id FROM audit_leaves WHERE place >= 600)";
        log.run(&[events, "DELETE FROM audit_leaves WHERE place >= 600", "DELETE FROM audit_tree"]).await;
        assert_eq!(verified(store, &[]).await.finding, None);
        assert_eq!(finding(store, &heads).await, Finding::RemovedFromEnd { place: 600 });
    }

    a_head_was_removed(log, store, heads) {
        log.run(&["DELETE FROM audit_heads WHERE number = 4"]).await;
        assert_eq!(verified(store, &[]).await.finding, None, "the end of what was signed is earlier, for all that the log tells");
        assert_eq!(finding(store, &heads).await, Finding::HeadRemoved { number: 4 });
        log.run(&["DELETE FROM audit_heads WHERE number = 2"]).await;
        assert_eq!(finding(store, &[]).await, Finding::HeadRemoved { number: 2 });
    }

    a_head_was_altered(log, store, _heads) {
        log.run(&[&format!("UPDATE audit_heads SET root = {} WHERE number = 2", log.bytes(&[7; 32]))]).await;
        assert_eq!(finding(store, &[]).await, Finding::HeadForged { number: 2 });
    }

    a_head_was_forged(log, store, heads) {
        // Signed by a key that is not this log's.
        let text = SignedNote::parse(&heads[1].note).unwrap().text;
        let stranger = [sealed_key(SealedKeyKind::AuditLog, 1)];
        let stranger = LogKeys::open(ORIGIN.to_owned(), &stranger, &sealing()).unwrap();
        let note = SignedNote { signatures: stranger.sign(&text), text }.to_string();
        log.run(&[&format!("UPDATE audit_heads SET note = '{note}' WHERE number = 2")]).await;
        assert_eq!(finding(store, &[]).await, Finding::HeadForged { number: 2 });
    }

    a_fork_was_signed(log, store, heads) {
        // By who holds log and key: other events were shown to others.
        let keys = keys(store).await;
        let fork = Checkpoint { origin: ORIGIN.to_owned(), size: 600, root: [7; 32] };
        let note = SignedNote { signatures: keys.sign(&fork.to_text()), text: fork.to_text() }.to_string();
        let shown = StoredHead { note: note.clone(), root: fork.root.to_vec(), ..heads[1].clone() };
        let forked = Finding::Forked { size: 600, seen: "head 2 of the file".to_owned() };
        assert_eq!(finding(store, &[shown]).await, forked);
        let root = log.bytes(&[7; 32]);
        log.run(&[&format!("UPDATE audit_heads SET note = '{note}', root = {root} WHERE number = 2")]).await;
        assert_eq!(finding(store, &[]).await, Finding::Forked { size: 600, seen: "head 2".to_owned() });
    }

    the_tree_was_altered(log, store, _heads) {
        // Four bits of 1,300 are set.
        log.run(&[&format!("UPDATE audit_tree SET frontier = {}", log.bytes(&[7; 128]))]).await;
        assert_eq!(finding(store, &[]).await, Finding::OtherTree { size: EVENTS });
    }

    more_events_that_waited_were_removed_than_are_looked_at_at_once(log, store, _heads) {
        let lost = record(store, 1_100, NOW).await;
        record(store, 3, NOW + DAY).await;
        let first = "SELECT event_id FROM audit_pending ORDER BY event_id LIMIT 1100";
        log.run(&[&format!("DELETE FROM audit_events WHERE id IN ({first})")]).await;
        // What happened then has its place all the same, and what is gone is named.
        assert_eq!(sequence(store).await, 3);
        assert_eq!(finding(store, &[]).await, Finding::LostWaiting { event: lost.into_iter().min().unwrap() });
    }

    an_event_that_waited_was_removed(log, store, _heads) {
        let event = record(store, 1, NOW).await[0];
        log.run(&[&format!("DELETE FROM audit_events WHERE id = {}", log.id(event))]).await;
        assert_eq!(finding(store, &[]).await, Finding::LostWaiting { event });
    }

    whoever_only_has_an_account_changes_nothing(log, store, _heads) {
        record(store, 1, NOW).await;
        let event = log.id(event_of(store, PLACE).await);
        for table in ["events", "leaves", "heads", "pending"] {
            let column = if table == "events" { "actor" } else if table == "heads" { "note" } else { "event_id" };
            assert!(log.is_refused(&format!("UPDATE audit_{table} SET {column} = {column}")).await, "UPDATE of {table}");
            if table != "pending" {
                assert!(log.is_refused(&format!("DELETE FROM audit_{table}")).await, "DELETE of {table}");
            }
            if let Tamperer::Postgres(_) = log {
                assert!(log.is_refused(&format!("TRUNCATE audit_{table}")).await, "TRUNCATE of {table}");
            } else {
                let all = format!("INSERT OR REPLACE INTO audit_{table} SELECT * FROM audit_{table}");
                assert!(log.is_refused(&all).await, "REPLACE of {table}");
            }
        }
        if let Tamperer::Postgres(_) = log {
            assert!(log.is_refused("TRUNCATE audit_events_default").await);
        }
        assert!(log.is_refused("DELETE FROM audit_tree").await);
        assert!(log.is_refused(&format!("DELETE FROM audit_events WHERE id = {event}")).await);
        assert_eq!(verified(store, &[]).await.finding, None);
    }
}

#[tokio::test]
async fn a_month_was_taken_away() {
    let home = postgres().await;
    written(&home.store).await;
    let first = event_of(&home.store, 0).await;
    Tamperer::Postgres(&home.url).run(&["ALTER TABLE audit_events DETACH PARTITION audit_events_default"]).await;
    assert_eq!(finding(&home.store, &[]).await, Finding::Removed { place: 0, event: Some(first) });
}

on_every_database! {
    async fn a_log_that_nobody_touched_is_as_it_was(store: Store) {
        let heads = written(&store).await;
        let found = verified(&store, &heads).await;
        assert_eq!((found.from, found.size, found.heads, found.signed), (0, EVENTS, 4, EVENTS));
        assert_eq!(found.finding, None);
        // Events that wait are no fault.
        record(&store, 3, NOW).await;
        let found = verified(&store, &heads).await;
        assert_eq!((found.size, found.finding), (EVENTS, None));
    }

    async fn what_was_retired_is_gone_and_the_rest_verifies(store: Store) {
        let heads = written(&store).await;
        let clock = ManualClock::at(NOW + 9 * DAY);
        let over = async |before| retire(&store, before, &Actor::System, &clock, &SystemRandom::new()).await.unwrap();
        assert_eq!(over(NOW).await, 0);
        // The first two days of events, which begin within a day.
        assert_eq!(over(NOW + 2 * DAY).await, 600);
        assert_eq!(over(NOW + 2 * DAY).await, 0);
        let found = verified(&store, &heads).await;
        assert_eq!((found.from, found.size, found.finding), (600, EVENTS, None));
        let event = event_of(&store, 600).await;
        assert_eq!(store.read().await.unwrap().audit_log().leaves(0, 1).await.unwrap()[0].event, event);
        // That it was is recorded, and the log goes on.
        assert_eq!(sequence(&store).await, 1);
        sign(&store).await.unwrap();
        let found = verified(&store, &heads).await;
        assert_eq!((found.size, found.finding), (EVENTS + 1, None));
        // What no head has signed is not retired, however old it is.
        record(&store, 1, NOW).await;
        sequence(&store).await;
        assert_eq!(over(NOW + 99 * DAY).await, EVENTS + 1 - 600);
        assert_eq!(verified(&store, &[]).await.finding, None);
    }

    async fn servers_that_sequence_together_lose_nothing_and_place_nothing_twice(store: Store) {
        written(&store).await;
        let recorders = (0..4).map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                for _ in 0..25 {
                    record(&store, 7, NOW).await;
                }
            })
        });
        let sequencers = (0..3).map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                for _ in 0..30 {
                    sequence(&store).await;
                    tokio::task::yield_now().await;
                }
            })
        });
        for task in recorders.chain(sequencers).collect::<Vec<_>>() {
            task.await.unwrap();
        }
        sequence(&store).await;
        let found = verified(&store, &[]).await;
        assert_eq!((found.size, found.finding), (EVENTS + 4 * 25 * 7, None));
    }
}
