//! What one registrar wants done and another one confirms: nobody confirms their own.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::birthdate::Birthdate;
use super::citizen::{Gender, Profile};
use super::ids::{CitizenId, ProposalId};
use super::operator::ShellAccounts;
use super::time::Timestamp;
use super::verification::{Attachment, Check, Document, Evidence};

/// Proposed, and not decided yet.
#[derive(Clone)]
pub struct Proposal {
    pub id: ProposalId,
    pub citizen: CitizenId,
    /// As the audit log names them.
    pub proposed_by: String,
    pub proposed_at: Timestamp,
    /// Nobody confirms it any more from then on: who was seen that long ago is seen again.
    pub expires_at: Timestamp,
    pub wish: Wish,
}

/// What is to be done. Sealed wherever it is stored.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// The identity of the person at the counter was proven.
    Prove(Box<Proof>),
    /// What ended the account was a mistake.
    Reopen { reason: String },
}

impl Wish {
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Prove(_) => "prove",
            Self::Reopen { .. } => "reopen",
        }
    }
}

impl fmt::Debug for Proposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proposal({}, {} for {})", self.id, self.wish.as_str(), self.citizen)
    }
}

/// Why somebody may not decide a proposal, in a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    #[error("nobody confirms what they proposed themselves: another registrar has to")]
    Own,
    #[error("it has expired: the person is seen again, and it is proposed anew")]
    Expired,
}

impl Proposal {
    /// Whether `who`, as the audit log names them, may confirm it at `now`.
    ///
    /// # Errors
    /// Their own, or one that has expired.
    pub fn confirmable(&self, who: &str, accounts: &ShellAccounts, now: Timestamp) -> Result<(), Unfit> {
        match () {
            () if accounts.could_be_one_person(&self.proposed_by, who) => Err(Unfit::Own),
            () if self.expires_at <= now => Err(Unfit::Expired),
            () => Ok(()),
        }
    }
}

/// What a registrar has seen of the person before them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    pub document: Document,
    pub checks: Vec<Check>,
    /// Scans, photographs and chip data, which are kept elsewhere.
    pub attachments: Vec<Attachment>,
    /// The registrar's own number of the file.
    pub process: Option<String>,
    /// What the document says where it says something else than the account.
    pub corrections: Corrections,
    pub registrant: Registrant,
}

impl Proof {
    pub fn evidence(&self) -> Evidence {
        Evidence::Document {
            checks: self.checks.clone(),
            document: self.document.clone(),
            attachments: self.attachments.clone(),
        }
    }
}

/// Who took the account over before this proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registrant {
    /// The person at the counter: what they set up stays.
    ThisPerson,
    /// Somebody else, or nobody knows who: they are put out, with everything that they set up.
    SomebodyElse,
}

/// What the document says, where it was typed in.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Corrections {
    pub name: Option<String>,
    pub birthdate: Option<Birthdate>,
    pub gender: Option<Gender>,
}

impl Corrections {
    /// `profile` as the document says it. A name that changes takes its parts and its other spellings along: they were of the old one.
    pub fn applied_to(&self, profile: &Profile) -> Profile {
        let mut corrected = Profile {
            birthdate: self.birthdate.or(profile.birthdate),
            gender: self.gender.or(profile.gender),
            ..profile.clone()
        };
        if let Some(name) = self.name.as_ref().filter(|name| **name != profile.name) {
            corrected.name.clone_from(name);
            (corrected.family_name, corrected.given_name, corrected.middle_name) = (None, None, None);
            corrected.localised.clear();
        }
        corrected
    }
}

/// The part of a profile that a document with a picture shows: what is told as verified, and nothing beside it.
pub fn shown_by_document(profile: &Profile) -> Profile {
    Profile {
        name: profile.name.clone(),
        family_name: profile.family_name.clone(),
        given_name: profile.given_name.clone(),
        middle_name: profile.middle_name.clone(),
        birthdate: profile.birthdate,
        gender: profile.gender,
        ..Profile::default()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::citizen::Verifiable;

    #[test]
    fn nobody_confirms_their_own_and_nobody_an_old_one() {
        let own = Proposal {
            id: ProposalId::from_uuid(Uuid::from_u128(1)),
            citizen: CitizenId::from_uuid(Uuid::from_u128(2)),
            proposed_by: "operator:lan".to_owned(),
            proposed_at: Timestamp::from_seconds(10),
            expires_at: Timestamp::from_seconds(20),
            wish: Wish::Reopen { reason: "entered for another".to_owned() },
        };
        let now = Timestamp::from_seconds(15);
        for lan in ["operator:lan", "operator:root (sudo: lan)", "operator:Lan"] {
            assert_eq!(own.confirmable(lan, &ShellAccounts::default(), now), Err(Unfit::Own), "{lan}");
        }
        assert_eq!(own.confirmable("operator:hoa", &ShellAccounts::default(), now), Ok(()));
        assert_eq!(own.confirmable("operator:hoa", &ShellAccounts::default(), own.expires_at), Err(Unfit::Expired));
        assert!(!format!("{own:?}").contains("entered"));
    }

    #[test]
    fn a_document_corrects_what_it_shows_and_vouches_for_nothing_else() {
        let profile = Profile {
            name: "Nguyễn Văn An".to_owned(),
            given_name: Some("An".to_owned()),
            email: Some(Verifiable::known("an@example.vn".to_owned(), true)),
            ..Profile::default()
        };
        assert!(Corrections::default().applied_to(&profile) == profile);
        let same = Corrections { name: Some(profile.name.clone()), ..Corrections::default() };
        assert!(same.applied_to(&profile) == profile);
        let renamed = Corrections { name: Some("Nguyễn Văn Ân".to_owned()), ..Corrections::default() };
        let corrected = renamed.applied_to(&profile);
        assert_eq!((corrected.name.as_str(), corrected.given_name.as_deref()), ("Nguyễn Văn Ân", None));
        assert!(corrected.email.is_some());
        let shown = shown_by_document(&corrected);
        assert!(shown.name == corrected.name && shown.email.is_none());
    }
}
