//! Connections to whichever database it is, and the macro that runs one query on it.

use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection};
use tokio::sync::broadcast;

use super::administration::Administration;
use super::approvals::Approvals;
use super::audit::Audit;
use super::audit_log::AuditLog;
use super::authenticator_metadata::AuthenticatorMetadata;
use super::backchannel_pings::BackChannelPings;
use super::citizens::Citizens;
use super::client_logos::ClientLogos;
use super::client_registrations::ClientRegistrations;
use super::clients::Clients;
use super::collectors::Collectors;
use super::consents::Consents;
use super::corrections::Corrections;
use super::credentials::Credentials;
use super::details_types::DetailsTypes;
use super::disclosures::Disclosures;
use super::ended_sessions::EndedSessions;
use super::error::Error;
use super::expiry_letters::ExpiryLetters;
use super::grants::Grants;
use super::guardianships::Guardianships;
use super::identifier_aliases::IdentifierAliases;
use super::imports::Imports;
use super::initial_access_tokens::InitialAccessTokens;
use super::invalidations::Invalidation;
use super::issued_codes::IssuedCodes;
use super::key_changes::KeyChanges;
use super::key_pairs::KeyPairs;
use super::known_devices::KnownDevices;
use super::likenesses::Likenesses;
use super::link_codes::LinkCodes;
use super::linked_accounts::LinkedAccounts;
use super::logout_outbox::LogoutOutbox;
use super::mandate_invitations::MandateInvitations;
use super::mandates::Mandates;
use super::messages::Messages;
use super::organisation_requests::OrganisationRequests;
use super::organisations::Organisations;
use super::passwords::Passwords;
use super::proposals::Proposals;
use super::recoveries::Recoveries;
use super::recovery_codes::RecoveryCodes;
use super::registry_checks::RegistryChecks;
use super::releases::Releases;
use super::remembered_people::RememberedPeople;
use super::resource_servers::ResourceServers;
use super::retention::Retention;
use super::revocations::Revocations;
use super::role_grants::RoleGrants;
use super::sealed_keys::SealedKeys;
use super::security_events::SecurityEvents;
use super::sent_codes::SentCodes;
use super::session_clients::SessionClients;
use super::settled::Settled;
use super::signal_streams::SignalStreams;
use super::statistics::Statistics;
use super::subjects::Subjects;
use super::transfer::Transfer;
use super::vault::Vault;
use super::verifications::Verifications;

/// One connection, borrowed for one statement.
pub enum Backend<'c> {
    Postgres(&'c mut PgConnection),
    Sqlite(&'c mut SqliteConnection),
}

/// Runs the query on whichever database the connection leads to.
macro_rules! on_backend {
    ($connection:expr, |$db:ident| $query:expr) => {{
        // Of the statement its constant's name, and nothing that it is bound to.
        let _call = tracing::trace_span!(
            target: "senid::calls",
            "sql",
            statement = $crate::storage::connection::statement_of(stringify!($query)),
            store = module_path!(),
        );
        match $crate::storage::connection::Read::backend($connection) {
            $crate::storage::connection::Backend::Postgres($db) => $query,
            $crate::storage::connection::Backend::Sqlite($db) => $query,
        }
    }};
}
pub(super) use on_backend;

/// The name of the constant that a query's code runs: the first word in capitals. The code is the program's own, not what it runs on.
pub(super) fn statement_of(code: &'static str) -> &'static str {
    let is_name = |word: &&str| {
        word.len() > 2
            && word.starts_with(|letter: char| letter.is_ascii_uppercase())
            && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let words = code.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
    words.into_iter().find(is_name).unwrap_or("composed")
}

/// A connection that statements can be read on.
pub trait Read: Send {
    fn backend(&mut self) -> Backend<'_>;

    /// What seals and opens citizens.
    ///
    /// # Errors
    /// `Locked` before the store was given its keys.
    fn vault(&self) -> Result<Arc<Vault>, Error>;
}

/// A connection that may also run a statement that writes.
pub trait Write: Read {}

/// A connection for reads. On Postgres it may one day lead to a replica.
pub struct Reading(Session);

/// A connection for reads and for writes of one statement, each of which commits by itself.
pub struct Writing(Session);

/// Several statements that take effect together, or, where it is dropped without [`commit`](Self::commit), not at all.
pub struct Transaction {
    link: TransactionLink,
    vault: Option<Arc<Vault>>,
    announced: Vec<Invalidation>,
    announce: broadcast::Sender<Invalidation>,
}

pub(super) struct Session {
    pub link: Link,
    pub vault: Option<Arc<Vault>>,
}

pub(super) enum Link {
    Postgres(PoolConnection<Postgres>),
    Sqlite(PoolConnection<Sqlite>),
}

pub(super) enum TransactionLink {
    Postgres(sqlx::Transaction<'static, Postgres>),
    Sqlite(sqlx::Transaction<'static, Sqlite>),
}

impl Reading {
    pub(super) fn new(session: Session) -> Self {
        Self(session)
    }
}

impl Writing {
    pub(super) fn new(session: Session) -> Self {
        Self(session)
    }
}

impl Transaction {
    pub(super) fn new(
        link: TransactionLink,
        vault: Option<Arc<Vault>>,
        announce: broadcast::Sender<Invalidation>,
    ) -> Self {
        Self { link, vault, announced: Vec::new(), announce }
    }

    /// Makes what was done in it lasting and visible.
    ///
    /// # Errors
    /// `Unavailable` where the database went away; then it is not known whether the commit arrived.
    pub async fn commit(self) -> Result<(), Error> {
        let _call = tracing::trace_span!(target: "senid::calls", "sql", statement = "COMMIT");
        match self.link {
            TransactionLink::Postgres(transaction) => transaction.commit().await?,
            TransactionLink::Sqlite(transaction) => transaction.commit().await?,
        }
        for invalidation in self.announced {
            // Nobody listening is not an error.
            let _ = self.announce.send(invalidation);
        }
        Ok(())
    }

    /// Tells every server, once this commits, that what it cached is out of date.
    pub(super) async fn announce(&mut self, invalidation: Invalidation) -> Result<(), Error> {
        match &mut self.link {
            TransactionLink::Postgres(transaction) => invalidation.notify(transaction).await,
            TransactionLink::Sqlite(_) => {
                // As Postgres does: one message, however often it is sent.
                if !self.announced.contains(&invalidation) {
                    self.announced.push(invalidation);
                }
                Ok(())
            }
        }
    }
}

impl Link {
    fn backend(&mut self) -> Backend<'_> {
        match self {
            Self::Postgres(connection) => Backend::Postgres(connection),
            Self::Sqlite(connection) => Backend::Sqlite(connection),
        }
    }
}

impl Read for Reading {
    fn backend(&mut self) -> Backend<'_> {
        self.0.link.backend()
    }

    fn vault(&self) -> Result<Arc<Vault>, Error> {
        self.0.vault.clone().ok_or(Error::Locked)
    }
}

impl Read for Writing {
    fn backend(&mut self) -> Backend<'_> {
        self.0.link.backend()
    }

    fn vault(&self) -> Result<Arc<Vault>, Error> {
        self.0.vault.clone().ok_or(Error::Locked)
    }
}
impl Write for Writing {}

impl Read for Transaction {
    fn backend(&mut self) -> Backend<'_> {
        match &mut self.link {
            TransactionLink::Postgres(transaction) => Backend::Postgres(transaction),
            TransactionLink::Sqlite(transaction) => Backend::Sqlite(transaction),
        }
    }

    fn vault(&self) -> Result<Arc<Vault>, Error> {
        self.vault.clone().ok_or(Error::Locked)
    }
}
impl Write for Transaction {}

/// The aggregates, reached alike from every kind of connection.
macro_rules! aggregates {
    ($($connection:ty),*; $($name:ident: $view:ident),* $(,)?) => {
        aggregates!(@each [$($connection),*] { $(pub fn $name(&mut self) -> $view<'_, Self> { $view(self) })* });
    };
    (@each [$($connection:ty),*] $views:tt) => { $(impl $connection $views)* };
}

aggregates! {
    Reading, Writing, Transaction;
    administration: Administration,
    approvals: Approvals,
    audit: Audit,
    audit_log: AuditLog,
    authenticator_metadata: AuthenticatorMetadata,
    backchannel_pings: BackChannelPings,
    citizens: Citizens,
    client_logos: ClientLogos,
    client_registrations: ClientRegistrations,
    clients: Clients,
    collectors: Collectors,
    expiry_letters: ExpiryLetters,
    consents: Consents,
    corrections: Corrections,
    credentials: Credentials,
    details_types: DetailsTypes,
    disclosures: Disclosures,
    ended_sessions: EndedSessions,
    grants: Grants,
    guardianships: Guardianships,
    identifier_aliases: IdentifierAliases,
    imports: Imports,
    initial_access_tokens: InitialAccessTokens,
    issued_codes: IssuedCodes,
    key_changes: KeyChanges,
    known_devices: KnownDevices,
    likenesses: Likenesses,
    link_codes: LinkCodes,
    linked_accounts: LinkedAccounts,
    logout_outbox: LogoutOutbox,
    mandate_invitations: MandateInvitations,
    mandates: Mandates,
    messages: Messages,
    organisation_requests: OrganisationRequests,
    organisations: Organisations,
    passwords: Passwords,
    proposals: Proposals,
    recoveries: Recoveries,
    registry_checks: RegistryChecks,
    recovery_codes: RecoveryCodes,
    releases: Releases,
    remembered_people: RememberedPeople,
    resource_servers: ResourceServers,
    retention: Retention,
    revocations: Revocations,
    role_grants: RoleGrants,
    sealed_keys: SealedKeys,
    security_events: SecurityEvents,
    sent_codes: SentCodes,
    key_pairs: KeyPairs,
    transfer: Transfer,
    session_clients: SessionClients,
    settled: Settled,
    signal_streams: SignalStreams,
    statistics: Statistics,
    subjects: Subjects,
    verifications: Verifications,
}

#[cfg(test)]
mod tests {
    use super::statement_of;

    #[test]
    fn a_statement_is_told_by_the_name_of_its_constant() {
        for (code, name) in [
            ("sqlx::query_as(CURSOR).bind(collector).fetch_optional(db).await", "CURSOR"),
            ("{ let claim = sqlx::query_scalar(CLAIM_2).bind(holder); claim.execute(db).await }", "CLAIM_2"),
            ("sqlx::query(statement).bind(Uuid::nil()).execute(db).await", "composed"),
        ] {
            assert_eq!(statement_of(code), name);
        }
    }
}
