//! A whole deployment on its way to another database: every row of every table, as it lies there. What is sealed stays
//! sealed, so nothing here needs a key.

mod layout;
mod rows;

use super::connection::{Backend, Read, Transaction, on_backend};
use super::error::Error;

pub use layout::{Column, ColumnKind, TableLayout};
pub use rows::Cell;

/// Every table there is, in an order in which each finds the rows that it refers to. A test holds the databases against
/// this list, so that no table is left behind.
pub const TABLES: &[&str] = &[
    "sealed_keys",
    "key_pairs",
    "key_changes",
    "imports",
    "clients",
    "client_registrations",
    "client_logos",
    "authorization_details_types",
    "initial_access_tokens",
    "resource_servers",
    "resource_scopes",
    "citizens",
    "role_grants",
    "client_owners",
    "administration_turns",
    "bootstrap_links",
    "break_glass_envelopes",
    "approvals",
    "sign_in_names",
    "identifier_aliases",
    "alias_names",
    "passwords",
    "credentials",
    "credential_directory",
    "recovery_codes",
    "sent_codes",
    "issued_codes",
    "recoveries",
    "registry_checks",
    "registry_cursor",
    "likenesses",
    "guardianships",
    "proposals",
    "verifications",
    "corrections",
    "disclosures",
    "recovery_stops",
    "messages",
    "settled",
    "revoked_certificates",
    "revocation_lists",
    "authenticator_metadata",
    "known_devices",
    "remembered_people",
    "consents",
    "grants",
    "grant_directory",
    "ended_sessions",
    "session_clients",
    "organisations",
    "organisation_directory",
    "organisation_requests",
    "mandates",
    "mandate_directory",
    "mandate_invitations",
    "link_codes",
    "linked_accounts",
    "linked_account_directory",
    "logout_deliveries",
    "signal_streams",
    "security_events",
    "subjects",
    "backchannel_pings",
    "release_terms",
    "releases",
    // Before the events: whatever comes with its place does not wait for one.
    "audit_leaves",
    "audit_nodes",
    "audit_tree",
    "audit_heads",
    "audit_cosignatures",
    "audit_retirements",
    "audit_pending",
    "audit_events",
    "collector_cursors",
    "expiry_letters",
    "hourly_statistics",
];

/// Tables that every database keeps for itself.
pub const OF_THE_DATABASE: &[&str] = &["_sqlx_migrations"];

const TABLES_POSTGRES: &str = "SELECT CAST(relname AS TEXT) FROM pg_class
    WHERE relnamespace = CAST(current_schema() AS regnamespace) AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1";
const TABLES_SQLITE: &str =
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite@_%' ESCAPE '@' ORDER BY 1";

/// Rows as they are, seen from one connection.
pub struct Transfer<'c, C>(pub(super) &'c mut C);

impl<C: Read> Transfer<'_, C> {
    /// The names of the tables that the database has.
    pub async fn tables(&mut self) -> Result<Vec<String>, Error> {
        let tables = match self.0.backend() {
            Backend::Postgres(db) => sqlx::query_scalar(TABLES_POSTGRES).fetch_all(db).await?,
            Backend::Sqlite(db) => sqlx::query_scalar(TABLES_SQLITE).fetch_all(db).await?,
        };
        Ok(tables)
    }

    /// What each of [`TABLES`] looks like in this database.
    pub async fn layouts(&mut self) -> Result<Vec<TableLayout>, Error> {
        let mut layouts = Vec::with_capacity(TABLES.len());
        for table in TABLES {
            layouts.push(layout::of(self.0, table).await?);
        }
        Ok(layouts)
    }

    pub async fn count(&mut self, table: &TableLayout) -> Result<u64, Error> {
        let count: i64 = on_backend!(self.0, |db| {
            sqlx::QueryBuilder::new(format!("SELECT count(*) FROM {}", table.name))
                .build_query_scalar()
                .fetch_one(db)
                .await
        })?;
        Ok(count.unsigned_abs())
    }

    /// Up to `limit` rows in the order of the primary key, those that follow `after`.
    pub async fn page(
        &mut self,
        table: &TableLayout,
        after: Option<&[Cell]>,
        limit: u32,
    ) -> Result<Vec<Vec<Cell>>, Error> {
        on_backend!(self.0, |db| {
            let mut select = rows::select(table, after, limit)?;
            let found = select.build().fetch_all(db).await?;
            found.iter().map(|row| rows::read(row, table)).collect()
        })
    }
}

impl Transfer<'_, Transaction> {
    /// Enters rows whose cells are in the order of the table's columns.
    pub async fn insert(&mut self, table: &TableLayout, rows: &[Vec<Cell>]) -> Result<(), Error> {
        // SQLite takes 32,766 values in one statement.
        let at_once = (30_000 / table.columns.len().max(1)).max(1);
        for chunk in rows.chunks(at_once) {
            on_backend!(self.0, |db| {
                let mut insert = rows::insert(table, chunk)?;
                insert.build().execute(db).await.map(drop)
            })?;
        }
        Ok(())
    }
}
