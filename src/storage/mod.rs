//! The identity store: SQL, one file an aggregate, each query written once for Postgres and SQLite.
//!
//! [`Store`] gives three kinds of connection, and what a method needs is in its type:
//!
//! | connection | what may run on it |
//! |---|---|
//! | [`Reading`] | what only reads |
//! | [`Writing`] | that, and writes of one statement, which commit by themselves: one round trip |
//! | [`Transaction`] | everything; several statements take effect together at [`Transaction::commit`], or not at all |
//!
//! Each reaches every aggregate as a small view: `store.read().await?.clients().find(&id).await?`.
//!
//! SQL is portable: `$1`, `RETURNING`, `ON CONFLICT`; no `now()`, no `FOR UPDATE`, no arrays. Times are microseconds from
//! our clock. Ids are bound as UUIDs, which is the type `UUID` in Postgres and 16 bytes in SQLite: both compare byte by
//! byte, so UUIDv7 sorts by time in both and a page by cursor needs no other column. Where the databases truly differ,
//! an explicit `match` says so.

mod account_life;
mod administration;
mod approvals;
mod audit;
mod audit_log;
mod audit_months;
mod audit_records;
mod authenticator_metadata;
mod backchannel_pings;
mod citizens;
mod client_logos;
mod client_registrations;
mod clients;
mod collectors;
mod connection;
mod consents;
mod copy;
mod corrections;
mod credentials;
mod details_types;
mod diagnosis;
mod disclosures;
mod ended_sessions;
mod erasure;
mod error;
mod expiry_letters;
mod grants;
mod guardianships;
mod identifier_aliases;
mod imports;
mod initial_access_tokens;
mod invalidations;
mod issued_codes;
mod key_changes;
mod key_pairs;
mod known_devices;
mod likenesses;
mod link_codes;
mod linked_accounts;
mod logout_outbox;
mod mandate_invitations;
mod mandates;
mod messages;
mod name_index;
mod organisation_requests;
mod organisations;
mod outbox;
mod passwords;
mod proposals;
mod recoveries;
mod recovery_codes;
mod refresh;
mod registration;
mod registry_checks;
mod releases;
mod remembered_people;
mod resource_servers;
mod retention;
mod revocations;
mod role_grants;
mod row;
mod schema;
mod sealed_keys;
mod security_events;
mod sent_codes;
mod session_clients;
mod settled;
mod signal_streams;
mod statistics;
mod store;
mod subjects;
mod transfer;
mod vault;
mod verifications;

pub use account_life::Life;
pub use administration::Administration;
pub use approvals::Approvals;
pub use audit::{Audit, EventFilter, FoundEvent, RecordedEvent, Search as EventSearch};
pub use audit_log::{AuditLog, Cosigned, Leaf, Retirement, StoredHead, is_kept};
pub use authenticator_metadata::{AcceptedAt, AuthenticatorMetadata, StoredMetadata};
pub use backchannel_pings::BackChannelPings;
pub use citizens::{Citizens, FoundByName, MayHave, SignInStanding, Standing, StoredPassword};
pub use client_logos::{ClientLogos, StoredLogo};
pub use client_registrations::{ClientRegistrations, TokenHolds};
pub use clients::{Clients, FIRST_VERSION, StoredClient};
pub use collectors::{CollectorCursor, Collectors};
pub use connection::{Reading, Transaction, Writing};
pub use consents::{Consents, Known};
pub use corrections::Corrections;
pub use credentials::{Advance, Credentials, Enrolled, MOST_OF_A_CITIZEN, Material, StoredCredential};
pub use details_types::{DetailsTypes, StoredDetailsType};
pub use diagnosis::{DatabaseFacts, PoolLoad};
pub use disclosures::Disclosures;
pub use ended_sessions::{EndedSession, EndedSessions, SessionsCut};
pub use error::{Conflict, Error};
pub use expiry_letters::ExpiryLetters;
pub use grants::{Exchange, Grants, LiveGrant, NewGrant, RevocationReason};
pub use guardianships::Guardianships;
pub use identifier_aliases::{AliasHolders, IdentifierAliases};
pub use imports::{ImportState, Imports};
pub use initial_access_tokens::{InitialAccessTokens, TokenUse};
pub use invalidations::{Invalidation, Invalidations};
pub use issued_codes::IssuedCodes;
pub use key_changes::{Dealt, Going, KeyChange, KeyChangeKind, KeyChanges, Turn};
pub use key_pairs::KeyPairs;
pub use known_devices::{KnownDevice, KnownDevices};
pub use likenesses::{Alike, Likenesses};
pub use link_codes::{LinkCodes, NewLinkCode};
pub use linked_accounts::{LinkedAccounts, Linking};
pub use logout_outbox::LogoutOutbox;
pub use mandate_invitations::MandateInvitations;
pub use mandates::{Held, Holder, Mandates};
pub use messages::{MessageRecord, Messages};
pub use organisation_requests::OrganisationRequests;
pub use organisations::Organisations;
pub use outbox::Backlog;
pub use passwords::Passwords;
pub use proposals::{Proposals, Verdict};
pub use recoveries::{Recoveries, RecoveryEnd};
pub use recovery_codes::RecoveryCodes;
pub use refresh::{RefreshRefusal, RefreshRotation, Rotation, Successor};
pub use registration::{NewCitizen, Rejected, SealedCitizen, Sealer};
pub use registry_checks::{CheckRecord, DueCheck, Overdue, RegistryChecks};
pub use releases::{RecordedRelease, Releases};
pub use remembered_people::{RememberedPeople, RememberedPerson};
pub use resource_servers::{ResourceServers, StoredResourceServer};
pub use retention::{Kept, Retention};
pub use revocations::Revocations;
pub use role_grants::RoleGrants;
pub use row::Page;
pub use schema::{SchemaState, version as schema_version};
pub use sealed_keys::{SealedKey, SealedKeyKind, SealedKeys};
pub use security_events::SecurityEvents;
pub use sent_codes::{Said, SentCode, SentCodes, Spent, TRIES_A_CODE};
pub use session_clients::SessionClients;
pub use settled::{Fact, Settled};
pub use signal_streams::SignalStreams;
pub use statistics::{Cell as StatisticsCell, Statistics, Window as StatisticsWindow};
pub use store::{Options, Store};
pub use subjects::Subjects;
pub use transfer::{Cell, Column, ColumnKind, OF_THE_DATABASE, TABLES, TableLayout, Transfer};
pub use vault::Vault;
pub use verifications::Verifications;
