//! The schema: forward-only migrations, the same numbers and names for both databases, part of the program.

use std::collections::BTreeMap;

use sqlx::migrate::{AppliedMigration, Migrate, Migrator};

use super::error::Error;

static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");
static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");

/// The schema that was found, as this program sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaState {
    Current,
    /// This many migrations are missing: `senid migrate`.
    Behind(usize),
    /// It was made, or changed, by a version of the program that this one does not know.
    Unknown,
}

/// The number of the last migration that this program knows; both databases have the same.
pub fn version() -> i64 {
    POSTGRES.iter().map(|migration| migration.version).max().unwrap_or_default()
}

pub(super) async fn migrate_postgres(connection: &mut sqlx::PgConnection) -> Result<(), Error> {
    Ok(POSTGRES.run_direct(None, connection, false).await?)
}

pub(super) async fn migrate_sqlite(connection: &mut sqlx::SqliteConnection) -> Result<(), Error> {
    Ok(SQLITE.run_direct(None, connection, false).await?)
}

/// Whether the bookkeeping of the migrations is there yet; asking must not create it.
pub(super) const IS_MIGRATED_POSTGRES: &str = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL";
pub(super) const IS_MIGRATED_SQLITE: &str =
    "SELECT count(*) > 0 FROM sqlite_schema WHERE type = 'table' AND name = '_sqlx_migrations'";

pub(super) async fn state_postgres(connection: &mut sqlx::PgConnection) -> Result<SchemaState, Error> {
    match sqlx::query_scalar(IS_MIGRATED_POSTGRES).fetch_one(&mut *connection).await? {
        true => state(connection, &POSTGRES).await,
        false => Ok(SchemaState::Behind(POSTGRES.iter().count())),
    }
}

pub(super) async fn state_sqlite(connection: &mut sqlx::SqliteConnection) -> Result<SchemaState, Error> {
    match sqlx::query_scalar(IS_MIGRATED_SQLITE).fetch_one(&mut *connection).await? {
        true => state(connection, &SQLITE).await,
        false => Ok(SchemaState::Behind(SQLITE.iter().count())),
    }
}

async fn state(connection: &mut impl Migrate, ours: &Migrator) -> Result<SchemaState, Error> {
    if connection.dirty_version(&ours.table_name).await?.is_some() {
        return Ok(SchemaState::Unknown);
    }
    let applied = connection.list_applied_migrations(&ours.table_name).await?;
    Ok(compare(ours, &applied))
}

fn compare(ours: &Migrator, applied: &[AppliedMigration]) -> SchemaState {
    let ours: BTreeMap<_, _> = ours.iter().map(|migration| (migration.version, &migration.checksum)).collect();
    if applied.iter().any(|migration| ours.get(&migration.version) != Some(&&migration.checksum)) {
        return SchemaState::Unknown;
    }
    match ours.len() - applied.len() {
        0 => SchemaState::Current,
        missing => SchemaState::Behind(missing),
    }
}
