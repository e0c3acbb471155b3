//! What is kept of a citizen beside who they are: numbers of before, organisations that they asked to represent, and who looks after whom.

use serde::Serialize;

use super::time;
use crate::domain::guardianship::Guardianship;
use crate::domain::identifier_alias::KeptAlias;
use crate::domain::ids::CitizenId;
use crate::domain::organisation::RegistrationRequest;
use crate::domain::time::Timestamp;
use crate::storage::{self, Transaction};

/// What they sign in with beside their national identifier, or did.
#[derive(Serialize)]
pub struct OtherNumber {
    pub kind: &'static str,
    pub number: String,
    pub since: String,
    pub until: Option<String>,
}

impl std::fmt::Debug for OtherNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind)
    }
}

/// That they asked to represent an organisation.
#[derive(Serialize)]
pub struct Requested {
    pub organisation: String,
    pub code: String,
    pub asked_at: String,
    pub state: &'static str,
}

impl std::fmt::Debug for Requested {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.state)
    }
}

/// That somebody looks after them, or they after somebody.
#[derive(Debug, Serialize)]
pub struct Guardian {
    /// Which of the two they are.
    pub role: &'static str,
    pub since: String,
    pub until: String,
    pub ended_at: Option<String>,
}

pub(super) fn other_number(kept: &KeptAlias) -> OtherNumber {
    OtherNumber {
        kind: kept.alias.kind().as_str(),
        number: kept.alias.expose().to_owned(),
        since: time(kept.since),
        until: kept.until.map(time),
    }
}

pub(super) fn requested(request: &RegistrationRequest) -> Requested {
    Requested {
        organisation: request.name.as_str().to_owned(),
        code: request.code.to_string(),
        asked_at: time(request.asked_at),
        state: request.state.as_str(),
    }
}

/// Of which minor, or by whom, is somebody else's to be told.
pub(super) async fn guardianships(tx: &mut Transaction, citizen: CitizenId) -> Result<Vec<Guardian>, storage::Error> {
    let own = |role| {
        move |one: Guardianship| Guardian {
            role,
            since: time(one.since),
            until: time(one.until),
            ended_at: one.ended_at.map(time),
        }
    };
    let of_them = tx.guardianships().of_minor(citizen).await?.into_iter().map(own("minor"));
    let by_them = tx.guardianships().of_guardian(citizen, Timestamp::EPOCH).await?.into_iter().map(own("guardian"));
    Ok(of_them.chain(by_them).collect())
}
