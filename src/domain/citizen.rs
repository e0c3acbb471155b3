//! A citizen: the subject of every sign-in.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::assurance::{AccountLevel, AuthenticationLevel};
use super::birthdate::Birthdate;
use super::ids::CitizenId;
use super::language_tag::LanguageTag;
use super::national_id::NationalId;
use super::time::Timestamp;

/// A citizen as the identity store holds them, opened.
#[derive(Clone, Debug)]
pub struct Citizen {
    pub id: CitizenId,
    pub status: CitizenStatus,
    pub account_level: AccountLevel,
    pub national_id: NationalId,
    pub profile: Profile,
    /// Sessions that began before this have ended, whatever the short-lived store says.
    pub sessions_valid_from: Timestamp,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Where an account is in its life; `domain::account_life` says how it gets from one to another, and what each means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CitizenStatus {
    /// It is there, and its owner has not taken it over yet: nobody signs in.
    Registered,
    Active,
    /// Nobody signs in, no token works, until a registrar unlocks it. Its owner locks it as well as the authority.
    Locked,
    /// The authority has put it aside: a number in dispute, a duplicate that is being looked at.
    Suspended,
    /// Its owner has died.
    Deceased,
    /// Its owner, or the authority, has ended it.
    Closed,
}

impl CitizenStatus {
    pub const ALL: [Self; 6] =
        [Self::Registered, Self::Active, Self::Locked, Self::Suspended, Self::Deceased, Self::Closed];

    /// Whether anybody may be signed in, or acted for, as its owner. Ask this, and never whether it is one of the others.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Active)
    }

    /// Whether it is over, and only two registrars together bring it back.
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Deceased | Self::Closed)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Active => "active",
            Self::Locked => "locked",
            Self::Suspended => "suspended",
            Self::Deceased => "deceased",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Display for CitizenStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for CitizenStatus {
    type Err = UnknownStatus;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(UnknownStatus)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a known status")]
pub struct UnknownStatus;

/// What a portal may be told about a citizen: the standard claims of OpenID Connect Core §5.1.
///
/// Sealed wherever it is stored. `Debug` shows nothing of it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// The whole name as the person writes it; Vietnamese names are one field first.
    pub name: String,
    pub family_name: Option<String>,
    pub given_name: Option<String>,
    pub middle_name: Option<String>,
    pub nickname: Option<String>,
    /// A short name they wish to be called by. Not unique, and no name to sign in with.
    pub preferred_username: Option<String>,
    /// Their own pages, https each: about them, a picture of them, their web site.
    pub profile: Option<String>,
    pub picture: Option<String>,
    pub website: Option<String>,
    pub gender: Option<Gender>,
    pub birthdate: Option<Birthdate>,
    pub email: Option<Verifiable>,
    /// E.164, `+84912345678`.
    pub phone_number: Option<Verifiable>,
    pub address: Option<Address>,
    /// IANA time zone.
    pub zoneinfo: Option<String>,
    /// BCP 47.
    pub locale: Option<String>,
    /// The language that they chose to be spoken to in, here and in letters. No claim: what portals are told is `locale`.
    pub language: Option<String>,
    /// The same names in other languages and scripts (Core §5.2): a Cyrillic or a Latin transliteration.
    pub localised: BTreeMap<LanguageTag, Names>,
}

/// A person's names in one language.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Names {
    pub name: Option<String>,
    pub family_name: Option<String>,
    pub given_name: Option<String>,
    pub middle_name: Option<String>,
    pub nickname: Option<String>,
}

impl Names {
    /// The name that the claim `claim` tells; `None` also for every claim that is no name.
    pub fn find(&self, claim: &str) -> Option<&str> {
        match claim {
            "name" => self.name.as_deref(),
            "family_name" => self.family_name.as_deref(),
            "given_name" => self.given_name.as_deref(),
            "middle_name" => self.middle_name.as_deref(),
            "nickname" => self.nickname.as_deref(),
            _ => None,
        }
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[profile]")
    }
}

impl Profile {
    /// What a device that others use as well may show: enough for the family to know who is meant. `Nguyễn Văn An` is `N. V. An`.
    pub fn masked_name(&self) -> String {
        let words: Vec<&str> = self.name.split_whitespace().collect();
        let called: Vec<&str> = self.given_name.iter().flat_map(|given| given.split_whitespace()).collect();
        let own = |at: usize, word: &str| match called.is_empty() {
            // Vietnamese names end with the one that a person is called by.
            true => at + 1 == words.len(),
            false => called.contains(&word),
        };
        let all_shown = words.iter().enumerate().all(|(at, word)| own(at, word));
        let masked = words.iter().enumerate().map(|(at, word)| match own(at, word) && !all_shown {
            true => (*word).to_owned(),
            false => word.chars().take(1).chain(['.']).collect(),
        });
        masked.collect::<Vec<_>>().join(" ")
    }
}

/// A contact channel, and whether the person has shown that it is theirs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verifiable {
    pub value: String,
    pub verified: bool,
    /// The level of the session in which its owner confirmed it: a code that is sent there never counts for more. None where the
    /// authority itself vouches for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binding: Option<AuthenticationLevel>,
}

impl Verifiable {
    /// As the authority knows it.
    pub const fn known(value: String, verified: bool) -> Self {
        Self { value, verified, binding: None }
    }

    /// What a code that was sent there counts for at most.
    pub fn counts_for(&self) -> AuthenticationLevel {
        self.binding.unwrap_or(AuthenticationLevel::ThreeFactors)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gender {
    Female,
    Male,
    Other,
}

impl Gender {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
            Self::Other => "other",
        }
    }
}

/// OpenID Connect Core §5.1.1.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    pub formatted: Option<String>,
    pub street_address: Option<String>,
    pub locality: Option<String>,
    pub region: Option<String>,
    pub postal_code: Option<String>,
    pub country: Option<String>,
}

/// Whether a citizen's sign-ins ask for a second step where they have one. Nothing that a portal asks lowers it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SecondStep {
    /// Every sign-in does: a password that somebody stole opens nothing.
    #[default]
    Always,
    /// Those that ask for it themselves.
    WhereAsked,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_name_is_what_the_family_calls_them_and_no_whole_name() {
        let masked = |name: &str, given: Option<&str>| {
            let given_name = given.map(str::to_owned);
            Profile { name: name.to_owned(), given_name, ..Profile::default() }.masked_name()
        };
        assert_eq!(masked("Nguyễn Văn An", None), "N. V. An");
        assert_eq!(masked(" Nguyễn  Thị Thu Hà ", Some("Thu Hà")), "N. T. Thu Hà");
        assert_eq!(masked("Иванова Анна Петровна", Some("Анна")), "И. Анна П.");
        assert_eq!(masked("Suharto", None), "S.");
        assert_eq!(masked("Suharto", Some("Suharto")), "S.");
        assert_eq!(masked("", None), "");
    }

    #[test]
    fn a_profile_that_was_sealed_before_there_was_more_to_know_is_read() {
        let stored = r#"{"name":"Nguyễn Văn An","family_name":"Nguyễn","given_name":"An","middle_name":null,"nickname":null,
            "gender":"male","birthdate":"1990-08-15","email":{"value":"an@example.vn","verified":true},
            "phone_number":null,"address":null,"zoneinfo":null,"locale":null}"#;
        let profile: Profile = serde_json::from_str(stored).unwrap();
        assert_eq!(profile.birthdate.map(Birthdate::claim).as_deref(), Some("1990-08-15"));
        assert!(profile.picture.is_none() && profile.localised.is_empty());
        let names = Names { name: Some("Нгуен Ван Ан".to_owned()), ..Names::default() };
        let more = Profile { localised: [("ru".parse().unwrap(), names)].into(), ..profile };
        let stored = serde_json::to_string(&more).unwrap();
        assert!(serde_json::from_str::<Profile>(&stored).unwrap() == more);
    }
}
