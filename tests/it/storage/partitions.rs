//! Every table of citizens can be partitioned by citizen: what is unique in it has the citizen in its key, and whatever is found by
//! something else stands in a directory (docs/decisions/0019-layout.md).

use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use super::people::live_a_little;
use super::postgres;

/// Tables that name a citizen and are no citizen's: what finds whom, by a hash; and what is in the order of time. Each can be
/// partitioned by its own key (`audit_events` is, by month).
const BY_OTHER_KEYS: [&str; 16] = [
    "sign_in_names",
    "likenesses",
    "credential_directory",
    "recovery_stops",
    "remembered_people",
    "issued_codes",
    "subjects",
    "grant_directory",
    "ended_sessions",
    "mandate_directory",
    "logout_deliveries",
    "security_events",
    "alias_names",
    "linked_account_directory",
    // Of those who administer, who are few however many citizens there are.
    "role_grants",
    // One row.
    "registry_cursor",
];

const COLUMNS: &str = "SELECT CAST(c.relname AS TEXT) AS name, CAST(a.attname AS TEXT) AS citizen FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind = 'r' AND NOT c.relispartition AND c.relnamespace = CAST(current_schema() AS regnamespace)
        AND (a.attname IN ('citizen_id', 'minor_id') OR c.relname = 'citizens' AND a.attname = 'id')
    ORDER BY 1";

#[tokio::test]
async fn every_table_of_citizens_can_be_partitioned_by_citizen() {
    let home = postgres().await;
    live_a_little(&home.store).await;
    let mut connection = PgConnection::connect(&home.url).await.unwrap();
    let tables = sqlx::query(COLUMNS).fetch_all(&mut connection).await.unwrap();
    let mut partitioned = Vec::new();
    for row in tables {
        let (table, citizen): (String, String) = (row.get("name"), row.get("citizen"));
        if BY_OTHER_KEYS.contains(&table.as_str()) {
            continue;
        }
        // Postgres refuses a unique index that does not have the citizen among its columns.
        for statement in [
            format!("CREATE TABLE parted_{table} (LIKE {table} INCLUDING ALL) PARTITION BY HASH ({citizen})"),
            format!(
                "CREATE TABLE parted_{table}_0 PARTITION OF parted_{table} FOR VALUES WITH (MODULUS 2, REMAINDER 0)"
            ),
            format!(
                "CREATE TABLE parted_{table}_1 PARTITION OF parted_{table} FOR VALUES WITH (MODULUS 2, REMAINDER 1)"
            ),
            format!("INSERT INTO parted_{table} SELECT * FROM {table}"),
        ] {
            let done = sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await;
            done.unwrap_or_else(|error| panic!("{table} cannot be partitioned by citizen: {error}"));
        }
        partitioned.push(table);
    }
    for table in ["citizens", "passwords", "credentials", "grants", "messages", "consents", "releases", "recoveries"] {
        assert!(partitioned.iter().any(|name| name == table), "{table} is none of {partitioned:?}");
    }
}
