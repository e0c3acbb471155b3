//! A stolen database shows no one's name.

use std::fmt::Write;

use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};

use super::people::{AN, live_a_little};
use super::{postgres, sqlite};

/// Everything that would tell who An is.
const PERSONAL: &[&str] = &[
    AN,
    "90123456",
    super::identifier_aliases::CARD,
    "8012345677",
    "001090999999",
    super::linked_accounts::OLD[0],
    super::linked_accounts::OLD[1],
    super::linked_accounts::OLD[2],
    "0900123456",
    "84900123456",
    "Nguyễn",
    "Văn",
    "1990-02-14",
    "example.vn",
    "001090123456@",
    "Hoàn Kiếm",
];
/// What is no secret, to show that the dump shows what there is.
const PUBLIC: &str = "Cổng dịch vụ công";

/// A text and its spelling in hexadecimal, as databases print bytes.
fn spellings(text: &str) -> [String; 3] {
    let hex = text.bytes().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    [text.to_owned(), hex.to_uppercase(), hex]
}

fn assert_tells_nothing(dump: &str) {
    assert!(dump.contains(PUBLIC), "the dump is not complete");
    for personal in PERSONAL {
        for spelling in spellings(personal) {
            let at = dump.find(&spelling);
            assert!(
                at.is_none(),
                "{personal} is in {}",
                &dump[at.map_or(0, |at| dump.floor_char_boundary(at.saturating_sub(300)))..at.unwrap_or(0)]
            );
        }
    }
}

#[tokio::test]
async fn no_table_of_postgres_tells_who_someone_is() {
    let home = postgres().await;
    live_a_little(&home.store).await;
    let mut connection = PgConnection::connect(&home.url).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace
            AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> '_sqlx_migrations'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert!(tables.len() > 10, "{tables:?}");
    let mut dump = String::new();
    for table in tables {
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!("SELECT CAST(t AS TEXT) FROM {table} t")))
            .fetch_all(&mut connection)
            .await
            .unwrap();
        assert!(!rows.is_empty(), "nothing of {table} was looked at");
        dump.extend(rows);
    }
    assert_tells_nothing(&dump);
}

#[tokio::test]
async fn neither_a_table_nor_a_file_of_sqlite_tells_who_someone_is() {
    let home = sqlite().await;
    live_a_little(&home.store).await;
    let mut connection = SqliteConnection::connect(&home.url).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> '_sqlx_migrations' AND name NOT LIKE 'sqlite_%'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let mut dump = String::new();
    for table in tables {
        let columns = sqlx::query(AssertSqlSafe(format!("PRAGMA table_info({table})")));
        let columns: Vec<String> =
            columns.fetch_all(&mut connection).await.unwrap().iter().map(|column| column.get("name")).collect();
        let row = columns.iter().map(|column| format!("quote({column})")).collect::<Vec<_>>().join(" || ',' || ");
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!("SELECT {row} FROM {table}")))
            .fetch_all(&mut connection)
            .await
            .unwrap();
        assert!(!rows.is_empty(), "nothing of {table} was looked at");
        dump.extend(rows);
    }
    assert_tells_nothing(&dump);

    let mut files = Vec::new();
    for file in std::fs::read_dir(home.place.path()).unwrap() {
        let path = file.unwrap().path();
        assert_tells_nothing_of(&std::fs::read(&path).unwrap());
        files.push(path.file_name().unwrap().to_str().unwrap().to_owned());
    }
    files.sort();
    assert_eq!(files, ["senid.db", "senid.db-shm", "senid.db-wal"]);
    let wal = std::fs::read(home.place.path().join("senid.db-wal")).unwrap();
    assert!(contains(&wal, PUBLIC), "the log that was looked at has what was just written");
}

fn assert_tells_nothing_of(file: &[u8]) {
    for personal in PERSONAL {
        assert!(!contains(file, personal), "{personal}");
    }
}

fn contains(file: &[u8], text: &str) -> bool {
    file.windows(text.len()).any(|window| window == text.as_bytes())
}
