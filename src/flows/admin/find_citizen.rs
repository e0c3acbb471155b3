//! The citizen that an operator means: by id, or by any name they sign in with.

use crate::domain::citizen::Citizen;
use crate::domain::ids::CitizenId;
use crate::domain::national_id::Scheme;
use crate::domain::sign_in_name::SignInName;
use crate::storage::Transaction;

use super::AdminError;

/// Whom an operator means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    Id(CitizenId),
    Name(SignInName),
}

impl Who {
    /// Reads what was typed; a number of another scheme than the default has its name and a colon before it (`ee:38001085718`).
    ///
    /// # Errors
    /// `Invalid` where it can be neither.
    pub fn parse(typed: &str, default_scheme: Scheme) -> Result<Self, AdminError> {
        if let Ok(id) = typed.trim().parse() {
            return Ok(Self::Id(id));
        }
        let (scheme, typed) = match typed.split_once(':').map(|(scheme, number)| (scheme.parse::<Scheme>(), number)) {
            Some((Ok(scheme), number)) => (scheme, number),
            _ => (default_scheme, typed),
        };
        SignInName::parse_as(typed, scheme, default_scheme).map(Self::Name).map_err(|_| {
            AdminError::invalid(
                "citizen",
                "expected a citizen's id, a national identifier, a phone number or an e-mail address",
            )
        })
    }

    /// What may be written in a log and shown on a screen.
    pub fn masked(&self) -> String {
        match self {
            Self::Id(id) => id.to_string(),
            Self::Name(name) => name.masked(),
        }
    }

    /// # Errors
    /// `NotFound`.
    pub async fn load(&self, tx: &mut Transaction) -> Result<Citizen, AdminError> {
        let found = match self {
            Self::Id(id) => tx.citizens().find(*id).await?,
            Self::Name(name) => tx.citizens().find_by_name(name).await?.map(|found| found.citizen),
        };
        found.ok_or_else(|| AdminError::NotFound(format!("there is no citizen {}", self.masked())))
    }
}
