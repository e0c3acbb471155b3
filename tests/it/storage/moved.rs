//! What is sealed opens where it belongs: in no other row, no other column, and for nobody else, whoever writes in the database.

use senid::domain::ids::CitizenId;
use senid::storage::{Error, Store};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use super::people::{BINH, enrol, live_a_little};
use super::{Home, sqlite};

/// Every column that is sealed with a citizen's own data key, and the one that says whose a row is.
const SEALED: [(&str, &str, &str); 13] = [
    ("citizens", "national_id", "id"),
    ("verifications", "sealed", "citizen_id"),
    ("identifier_aliases", "sealed", "citizen_id"),
    ("guardianships", "evidence", "minor_id"),
    ("proposals", "sealed", "citizen_id"),
    ("corrections", "said", "citizen_id"),
    ("disclosures", "asked", "citizen_id"),
    ("organisation_requests", "said", "citizen_id"),
    ("mandates", "position", "citizen_id"),
    ("linked_accounts", "sealed", "citizen_id"),
    ("credentials", "label", "citizen_id"),
    ("credentials", "material", "citizen_id"),
    ("citizens", "profile", "id"),
];

/// Reads all that `table` has of a citizen.
async fn read(store: &Store, citizen: CitizenId, table: &str) -> Result<(), Error> {
    const MOST: u32 = 50;
    let mut store = store.read().await.unwrap();
    match table {
        "citizens" => store.citizens().find(citizen).await.map(drop),
        "verifications" => store.verifications().list(citizen).await.map(drop),
        "identifier_aliases" => store.identifier_aliases().list(citizen).await.map(drop),
        "guardianships" => store.guardianships().of_minor(citizen).await.map(drop),
        "proposals" => store.proposals().open(super::people::NOW, MOST).await.map(drop),
        "corrections" => store.corrections().of_citizen(citizen).await.map(drop),
        "disclosures" => store.disclosures().list(None, MOST).await.map(drop),
        "organisation_requests" => store.organisation_requests().of_citizen(citizen).await.map(drop),
        "mandates" => store.mandates().history_of_citizen(citizen, None, MOST).await.map(drop),
        "linked_accounts" => store.linked_accounts().of_citizen(citizen).await.map(drop),
        "credentials" => store.credentials().list(citizen).await.map(drop),
        other => panic!("nobody reads {other}"),
    }
}

async fn writes<Place>(home: &Home<Place>, statement: String) -> u64 {
    let mut connection = SqliteConnection::connect(&home.url).await.unwrap();
    sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap().rows_affected()
}

/// By the cipher, before anybody looks at what it says.
async fn is_refused(store: &Store, citizen: CitizenId, table: &str, how: &str) {
    const DOES_NOT_OPEN: [&str; 3] = ["a citizen's sealed data", "a sealed credential", "a sealed value"];
    let read = read(store, citizen, table).await;
    assert!(matches!(read, Err(Error::Corrupt(what)) if DOES_NOT_OPEN.contains(&what)), "{table}: {how}: {read:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_of_another_column_does_not_open() {
    for (table, column, whose) in SEALED {
        let home = sqlite().await;
        let an = live_a_little(&home.store).await.id;
        read(&home.store, an, table).await.unwrap();
        // One that the same key has sealed; of the same row, where there is another.
        let moved = match column {
            "label" => "material".to_owned(),
            "material" => "label".to_owned(),
            "profile" => "national_id".to_owned(),
            _ => format!("(SELECT c.profile FROM citizens c WHERE c.id = {table}.{whose})"),
        };
        let moved = format!("UPDATE {table} SET {column} = {moved} WHERE {column} IS NOT NULL");
        assert!(writes(&home, moved).await > 0, "nothing of {table}.{column} was moved");
        is_refused(&home.store, an, table, column).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_of_another_row_does_not_open() {
    for (table, column) in [("verifications", "sealed"), ("identifier_aliases", "sealed")] {
        let home = sqlite().await;
        let an = live_a_little(&home.store).await.id;
        let moved = format!(
            "UPDATE {table} SET {column} = (SELECT o.{column} FROM {table} o WHERE o.citizen_id = {table}.citizen_id
            AND o.id <> {table}.id LIMIT 1) WHERE id = (SELECT min(id) FROM {table})"
        );
        assert_eq!(writes(&home, moved).await, 1);
        is_refused(&home.store, an, table, "another row").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_somebody_else_s_does_not_open_with_their_key_or_without() {
    for columns in ["national_id", "profile", "data_key", "data_key, national_id, profile"] {
        let home = sqlite().await;
        let an = live_a_little(&home.store).await.id;
        let binh = enrol(&home.store, BINH).await.id;
        let hex = |id: CitizenId| format!("X'{}'", id.uuid().simple());
        // The whole row of somebody else's, but who it is: they would be taken for An.
        let moved = format!(
            "UPDATE citizens SET ({columns}) = (SELECT {columns} FROM citizens o WHERE o.id = {}) WHERE id = {}",
            hex(binh),
            hex(an)
        );
        assert_eq!(writes(&home, moved).await, 1);
        is_refused(&home.store, an, "citizens", columns).await;
        read(&home.store, binh, "citizens").await.unwrap();
    }
}
