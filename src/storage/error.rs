//! What can go wrong in the identity store. The sentences show no SQL; the `source` chain, for logs, does.

use sqlx::migrate::MigrateError;

use crate::domain::sign_in_name::NameKind;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database is away, starting, full or overrun. The same call may succeed later.
    #[error("the identity store cannot be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What was to be written stands in the way of something that is there.
    #[error("{0}")]
    Conflict(Conflict),
    /// A row that no version of this program wrote, or a sealed value that does not open.
    #[error("the identity store holds {0} that cannot be read")]
    Corrupt(&'static str),
    /// Citizens were asked for before [`Store::unlock`](super::Store::unlock).
    #[error("the identity store has not been given its keys")]
    Locked,
    #[error("the identity store's address is neither postgres://… nor sqlite:…")]
    Address,
    /// The database knows no such account, password or database.
    #[error("the identity store does not let SenID in")]
    NotAdmitted(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A statement was refused: a fault of ours.
    #[error("the identity store refused a statement")]
    Other(#[source] Box<dyn std::error::Error + Send + Sync>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    #[error("a citizen of this id exists already")]
    Citizen,
    #[error("another citizen has this {}", .0.as_str())]
    Name(NameKind),
    #[error("a client of this id exists already")]
    Client,
    #[error("the client was changed or removed in the meantime")]
    ClientVersion,
    #[error("a resource server of this id exists already")]
    ResourceServer,
    #[error("the resource server was changed in the meantime")]
    ResourceServerVersion,
    #[error("a scope belongs to another resource server")]
    ResourceScope,
    #[error("a type of authorization details of this name exists already")]
    DetailsType,
    #[error("the type of authorization details was changed in the meantime")]
    DetailsTypeVersion,
    #[error("an organisation of this code exists already")]
    Organisation,
    #[error("a key of this kind and version exists already")]
    Key,
    #[error("somebody else imports the same file at this moment")]
    Import,
}

impl Error {
    /// Whether the same call may succeed in a moment: what becomes a 503 with Retry-After.
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl From<Conflict> for Error {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(conflict)
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match &error {
            E::Io(_) | E::Tls(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed | E::BeginFailed => {
                Self::Unavailable(Box::new(error))
            }
            E::Database(fault) if is_passing(fault.as_ref()) => Self::Unavailable(Box::new(error)),
            E::Database(fault) if is_admission(fault.as_ref()) => Self::NotAdmitted(fault.message().into()),
            E::ColumnDecode { .. } | E::Decode(_) => {
                tracing::error!(%error, "a row of the identity store could not be read");
                Self::Corrupt("a row")
            }
            _ => Self::Other(Box::new(error)),
        }
    }
}

impl From<MigrateError> for Error {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
            other => Self::Other(Box::new(other)),
        }
    }
}

/// SQLSTATE class 28, invalid authorization, and 3D000, no such database. `SQLite` has no such codes.
fn is_admission(fault: &dyn sqlx::error::DatabaseError) -> bool {
    fault.code().is_some_and(|code| code == "3D000" || code.len() == 5 && code.starts_with("28"))
}

/// Faults that lie with the database's state and not with the statement.
fn is_passing(fault: &dyn sqlx::error::DatabaseError) -> bool {
    let Some(code) = fault.code() else { return false };
    if fault.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
        // Primary result codes (the low byte): PERM, BUSY, LOCKED, NOMEM, READONLY, IOERR, FULL, CANTOPEN.
        return code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 3 | 5 | 6 | 7 | 8 | 10 | 13 | 14));
    }
    // SQLSTATE classes: connection exception, transaction rollback (deadlock), insufficient resources, operator
    // intervention (shutdown, starting), system error; and 25006, a standby that takes no writes yet.
    matches!(code.get(..2), Some("08" | "40" | "53" | "57" | "58")) || code == "25006"
}
