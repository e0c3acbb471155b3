//! An organisation that citizens act for: an enterprise or a state agency, known by its code.
//!
//! ```text
//! asked ─┬─▶ confirmed once ─▶ confirmed: the organisation is there      active ◀──▶ suspended
//!        └─▶ refused                                                        └────▶ dissolved ◀─┘
//! ```
//!
//! There is no business register to ask. So a citizen asks for the registration, and registrars, who see the papers, confirm that the
//! organisation is what its code says and that the citizen represents it before the law; by setting, two of them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::ids::{CitizenId, OrganisationId, RegistrationRequestId};
use super::operator::ShellAccounts;
use super::organisation_code::{Holder, OrganisationCode};
use super::time::Timestamp;

/// An organisation as the identity store holds it, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    pub id: OrganisationId,
    pub status: OrganisationStatus,
    pub code: OrganisationCode,
    pub name: OrganisationName,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganisationStatus {
    Active,
    /// Nobody acts for it until that is lifted. Mandates stand.
    Suspended,
    /// For good: its mandates have ended.
    Dissolved,
}

impl OrganisationStatus {
    pub const ALL: [Self; 3] = [Self::Active, Self::Suspended, Self::Dissolved];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Dissolved => "dissolved",
        }
    }

    /// Whether an organisation in this state may be put into `next`.
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Active, Self::Suspended | Self::Dissolved) | (Self::Suspended, Self::Active | Self::Dissolved)
        )
    }
}

impl fmt::Display for OrganisationStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for OrganisationStatus {
    type Err = UnknownOrganisationStatus;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(UnknownOrganisationStatus)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected active, suspended or dissolved")]
pub struct UnknownOrganisationStatus;

/// There is no way from the state that it is in to the one that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an organisation that is {from} cannot become {to}")]
pub struct NoSuchWay {
    pub from: OrganisationStatus,
    pub to: OrganisationStatus,
}

impl Organisation {
    /// # Errors
    /// [`NoSuchWay`].
    pub fn turn(self, status: OrganisationStatus, now: Timestamp) -> Result<Self, NoSuchWay> {
        match self.status.may_become(status) {
            true => Ok(Self { status, updated_at: now, ..self }),
            false => Err(NoSuchWay { from: self.status, to: status }),
        }
    }

    pub fn kind(&self) -> OrganisationKind {
        OrganisationKind::of(&self.code)
    }
}

/// What kind of organisation it is, as portals are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganisationKind {
    Enterprise,
    Branch,
    StateAgency,
    SoleTrader,
}

impl OrganisationKind {
    pub fn of(code: &OrganisationCode) -> Self {
        match code.holder() {
            Holder::Enterprise => Self::Enterprise,
            Holder::Branch => Self::Branch,
            Holder::StateAgency => Self::StateAgency,
            Holder::SoleTrader => Self::SoleTrader,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enterprise => "enterprise",
            Self::Branch => "branch",
            Self::StateAgency => "state_agency",
            Self::SoleTrader => "sole_trader",
        }
    }
}

/// What an organisation is called: 1 to 200 characters of one line. Whoever trades in their own name is called by it, so it is
/// sealed wherever it is stored, and `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrganisationName(String);

impl OrganisationName {
    const LONGEST: usize = 200;

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OrganisationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[organisation]")
    }
}

impl TryFrom<String> for OrganisationName {
    type Error = InvalidName;
    fn try_from(text: String) -> Result<Self, InvalidName> {
        let text = text.trim();
        let fits = (1..=Self::LONGEST).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidName) }
    }
}

impl From<OrganisationName> for String {
    fn from(name: OrganisationName) -> Self {
        name.0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name of an organisation is 1 to 200 characters in one line")]
pub struct InvalidName;

/// A citizen's wish to be confirmed as the legal representative of an organisation, which need not be there yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationRequest {
    pub id: RegistrationRequestId,
    pub citizen: CitizenId,
    pub code: OrganisationCode,
    pub name: OrganisationName,
    pub asked_at: Timestamp,
    pub state: RequestState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestState {
    Asked,
    /// By whom; another one has to see it too.
    ConfirmedOnce(String),
    Confirmed,
    Refused,
    /// The citizen took it back.
    Withdrawn,
}

/// How many registrars have to see the papers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registrars {
    One,
    Two,
}

/// Why a registrar's word does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotConfirmed {
    #[error("the request was settled before")]
    Settled,
    #[error("the second confirmation is another registrar's")]
    SamePerson,
}

impl RequestState {
    /// The text is what is stored, and is never changed.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::ConfirmedOnce(_) => "confirmed_once",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// As it is stored, with the registrar who confirmed it first.
    pub fn parse(text: &str, confirmed_by: Option<String>) -> Option<Self> {
        Some(match (text, confirmed_by) {
            ("asked", None) => Self::Asked,
            ("confirmed_once", Some(by)) => Self::ConfirmedOnce(by),
            ("confirmed", _) => Self::Confirmed,
            ("refused", _) => Self::Refused,
            ("withdrawn", _) => Self::Withdrawn,
            _ => return None,
        })
    }

    pub const fn waits(&self) -> bool {
        matches!(self, Self::Asked | Self::ConfirmedOnce(_))
    }
}

impl RegistrationRequest {
    /// The registrar `by` has seen the papers.
    ///
    /// # Errors
    /// [`NotConfirmed`].
    pub fn confirm(self, by: &str, accounts: &ShellAccounts, registrars: Registrars) -> Result<Self, NotConfirmed> {
        let state = match (self.state, registrars) {
            (RequestState::Asked, Registrars::One) => RequestState::Confirmed,
            (RequestState::Asked, Registrars::Two) => RequestState::ConfirmedOnce(by.to_owned()),
            (RequestState::ConfirmedOnce(first), _) if accounts.could_be_one_person(&first, by) => {
                return Err(NotConfirmed::SamePerson);
            }
            (RequestState::ConfirmedOnce(_), _) => RequestState::Confirmed,
            (RequestState::Confirmed | RequestState::Refused | RequestState::Withdrawn, _) => {
                return Err(NotConfirmed::Settled);
            }
        };
        Ok(Self { state, ..self })
    }

    /// It comes to nothing: a registrar refuses it, or its citizen takes it back.
    ///
    /// # Errors
    /// [`NotConfirmed::Settled`].
    pub fn drop_as(self, state: RequestState) -> Result<Self, NotConfirmed> {
        match self.state.waits() && matches!(state, RequestState::Refused | RequestState::Withdrawn) {
            true => Ok(Self { state, ..self }),
            false => Err(NotConfirmed::Settled),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> RegistrationRequest {
        RegistrationRequest {
            id: RegistrationRequestId::from_uuid(uuid::Uuid::from_u128(1)),
            citizen: CitizenId::from_uuid(uuid::Uuid::from_u128(2)),
            code: "vn-mst:0100109106".parse().unwrap(),
            name: OrganisationName::try_from("Công ty Sông Hồng".to_owned()).unwrap(),
            asked_at: Timestamp::EPOCH,
            state: RequestState::Asked,
        }
    }

    #[test]
    fn two_registrars_confirm_and_one_of_them_does_not_count_twice() {
        let once = request().confirm("lan", &ShellAccounts::default(), Registrars::Two).unwrap();
        assert_eq!(once.state, RequestState::ConfirmedOnce("lan".to_owned()));
        assert_eq!(
            once.clone().confirm("lan", &ShellAccounts::default(), Registrars::Two),
            Err(NotConfirmed::SamePerson)
        );
        assert_eq!(
            once.clone().confirm("root (sudo: lan)", &ShellAccounts::default(), Registrars::Two),
            Err(NotConfirmed::SamePerson)
        );
        // Nor after the setting was changed in between.
        assert_eq!(
            once.clone().confirm("lan", &ShellAccounts::default(), Registrars::One),
            Err(NotConfirmed::SamePerson)
        );
        let confirmed = once.confirm("minh", &ShellAccounts::default(), Registrars::Two).unwrap();
        assert_eq!(confirmed.state, RequestState::Confirmed);
        assert_eq!(confirmed.confirm("hoa", &ShellAccounts::default(), Registrars::Two), Err(NotConfirmed::Settled));
        assert_eq!(
            request().confirm("lan", &ShellAccounts::default(), Registrars::One).unwrap().state,
            RequestState::Confirmed
        );
    }

    #[test]
    fn what_was_refused_or_taken_back_is_confirmed_no_more() {
        for state in [RequestState::Refused, RequestState::Withdrawn] {
            let over = request().drop_as(state.clone()).unwrap();
            assert_eq!(
                over.clone().confirm("lan", &ShellAccounts::default(), Registrars::One),
                Err(NotConfirmed::Settled)
            );
            assert_eq!(over.drop_as(state), Err(NotConfirmed::Settled));
        }
        assert_eq!(request().drop_as(RequestState::Confirmed), Err(NotConfirmed::Settled));
    }

    #[test]
    fn a_state_is_read_as_it_is_stored() {
        for (state, by) in [
            (RequestState::Asked, None),
            (RequestState::ConfirmedOnce("lan".to_owned()), Some("lan".to_owned())),
            (RequestState::Confirmed, Some("lan".to_owned())),
        ] {
            assert_eq!(RequestState::parse(state.as_str(), by), Some(state));
        }
        assert_eq!(RequestState::parse("confirmed_once", None), None);
    }

    #[test]
    fn nothing_comes_back_from_dissolution() {
        use OrganisationStatus::{Active, Dissolved, Suspended};
        assert!(Active.may_become(Suspended) && Suspended.may_become(Active) && Suspended.may_become(Dissolved));
        for next in OrganisationStatus::ALL {
            assert!(!Dissolved.may_become(next) && !next.may_become(next));
        }
    }

    #[test]
    fn a_name_is_one_line_and_is_not_printed() {
        let name = OrganisationName::try_from(" Hộ kinh doanh Nguyễn Văn An ".to_owned()).unwrap();
        assert_eq!((name.as_str(), format!("{name:?}").as_str()), ("Hộ kinh doanh Nguyễn Văn An", "[organisation]"));
        for wrong in ["", " ", "a\u{7}b", &"x".repeat(201)] {
            assert_eq!(OrganisationName::try_from(wrong.to_owned()), Err(InvalidName));
        }
    }
}
