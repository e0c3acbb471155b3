//! What happened to an account, in the words of the events that tell of it.

use serde_json::json;

use super::{EventType, Facts};
use crate::domain::assurance::AccountLevel;
use crate::domain::audit::Actor;
use crate::domain::citizen::CitizenStatus;
use crate::domain::credential::CredentialKind;
use crate::domain::message::Notice;
use crate::domain::time::Timestamp;

/// Something that portals are told of. What the person sees and what a portal does not know (names of credentials, devices, addresses)
/// is in none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    Credential {
        kind: CredentialType,
        change: &'static str,
    },
    /// It behaved as a copy of it would.
    Compromise(CredentialType),
    Level {
        before: AccountLevel,
        now: AccountLevel,
    },
    Disabled {
        hijacked: bool,
    },
    Enabled,
    Purged,
    RecoveryActivated,
    RecoveryInformation,
    NationalId,
}

/// Who caused it: CAEP 1.0 §2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Initiator {
    User,
    Admin,
    System,
}

impl Initiator {
    pub const fn of(actor: &Actor) -> Self {
        match actor {
            Actor::Citizen(_) => Self::User,
            Actor::Operator(_) | Actor::Staff(_) => Self::Admin,
            Actor::Anyone | Actor::Client(_) | Actor::System => Self::System,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
            Self::System => "system",
        }
    }
}

/// CAEP 1.0 §3.3.1. A passkey is `fido2-platform` or `fido2-roaming` there, by a difference that an authenticator does not prove and
/// a portal has no use for: it is told as the first, which is what nearly all of them are (docs/signals.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialType {
    Password,
    Fido2,
    X509,
    App,
}

impl CredentialType {
    /// `None` for what is no credential in CAEP: recovery codes.
    pub const fn of(kind: CredentialKind) -> Option<Self> {
        match kind {
            CredentialKind::WebAuthn => Some(Self::Fido2),
            CredentialKind::Certificate => Some(Self::X509),
            CredentialKind::Totp => Some(Self::App),
            CredentialKind::RecoveryCodes => None,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Fido2 => "fido2-platform",
            Self::X509 => "x509",
            Self::App => "app",
        }
    }
}

impl Happening {
    /// What portals are told of what a citizen is told.
    pub fn of_notice(notice: &Notice) -> Option<Self> {
        let credential = |kind: CredentialKind, change| match CredentialType::of(kind) {
            Some(kind) => Self::Credential { kind, change },
            None => Self::RecoveryInformation,
        };
        Some(match notice {
            Notice::CredentialAdded { kind, .. } => credential(*kind, "create"),
            Notice::CredentialRemoved { kind, .. } => credential(*kind, "delete"),
            Notice::CredentialRaised { kind, .. } => credential(*kind, "update"),
            Notice::CertificateBound { .. } => Self::Credential { kind: CredentialType::X509, change: "create" },
            Notice::PasswordChanged | Notice::RecoveryFinished => {
                Self::Credential { kind: CredentialType::Password, change: "update" }
            }
            Notice::CredentialSuspected { kind, .. } => match CredentialType::of(*kind) {
                Some(kind) => Self::Compromise(kind),
                None => return None,
            },
            Notice::RecoveryBegun { .. } => Self::RecoveryActivated,
            Notice::ContactVerified { .. } | Notice::ContactRemoved { .. } => Self::RecoveryInformation,
            // Where a level rises, whoever raises it knows from what; a state, and a number, likewise.
            Notice::IdentityProven
            | Notice::ProvenByCertificate { .. }
            | Notice::AccountOpened
            | Notice::ClosingAsked { .. }
            // Nobody but the citizen is concerned.
            | Notice::NewDevice { .. }
            | Notice::RecoveryStopped
            | Notice::RecoveryCodeUsed { .. }
            | Notice::RegistrationTried
            | Notice::DataCorrected
            | Notice::DataTaken
            | Notice::GlassBroken { .. }
            | Notice::ClientExpiry { .. }
            // A portal that was dealt with in an organisation's name hears of its end as of a session's.
            | Notice::OrganisationConfirmed { .. }
            | Notice::OrganisationRefused { .. }
            | Notice::MandateOffered { .. }
            | Notice::MandateGranted { .. }
            | Notice::MandateAccepted { .. }
            | Notice::MandateEnded { .. }
            | Notice::MandateGivenBack { .. } => return None,
        })
    }

    /// What portals are told of an account that went from one state to another. One that is not active lets nobody in, for whatever
    /// reason: the reason is the citizen's.
    pub const fn of_status(from: CitizenStatus, to: CitizenStatus, hijacked: bool) -> Option<Self> {
        match (from.is_active(), to.is_active()) {
            (false, true) => Some(Self::Enabled),
            (true, false) => Some(Self::Disabled { hijacked }),
            _ => None,
        }
    }

    pub const fn kind(self) -> EventType {
        match self {
            Self::Credential { .. } => EventType::CredentialChange,
            Self::Compromise(_) => EventType::CredentialCompromise,
            Self::Level { .. } => EventType::AssuranceLevelChange,
            Self::Disabled { .. } => EventType::AccountDisabled,
            Self::Enabled => EventType::AccountEnabled,
            Self::Purged => EventType::AccountPurged,
            Self::RecoveryActivated => EventType::RecoveryActivated,
            Self::RecoveryInformation => EventType::RecoveryInformationChanged,
            Self::NationalId => EventType::NationalIdChanged,
        }
    }

    /// What stands under the type, at `now`. RISC's events say nothing but what RISC gives them.
    pub fn facts(self, by: Initiator, now: Timestamp) -> Facts {
        let told = match self {
            Self::Credential { kind, change } => json!({
                "credential_type": kind.as_str(),
                "change_type": change,
                "initiating_entity": by.as_str(),
                "event_timestamp": now.seconds(),
            }),
            Self::Level { before, now: current } => json!({
                "namespace": "urn:senid:account-level",
                "current_level": (current as i16).to_string(),
                "previous_level": (before as i16).to_string(),
                "change_direction": if current > before { "increase" } else { "decrease" },
                "initiating_entity": by.as_str(),
                "event_timestamp": now.seconds(),
            }),
            Self::Compromise(kind) => {
                json!({ "credential_type": kind.as_str(), "event_timestamp": now.seconds() })
            }
            Self::Disabled { hijacked: true } => json!({ "reason": "hijacking" }),
            Self::NationalId => json!({ "event_timestamp": now.seconds() }),
            Self::Disabled { hijacked: false }
            | Self::Enabled
            | Self::Purged
            | Self::RecoveryActivated
            | Self::RecoveryInformation => json!({}),
        };
        told.as_object().cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::CitizenId;
    use CitizenStatus::{Active, Closed, Deceased, Locked, Registered, Suspended};

    #[test]
    fn portals_hear_of_the_step_into_and_out_of_an_active_account_alone() {
        for from in CitizenStatus::ALL {
            for to in CitizenStatus::ALL {
                let told = Happening::of_status(from, to, false);
                let expected = match (from, to) {
                    (Active, Registered | Locked | Suspended | Deceased | Closed) => {
                        Some(Happening::Disabled { hijacked: false })
                    }
                    (Registered | Locked | Suspended | Deceased | Closed, Active) => Some(Happening::Enabled),
                    _ => None,
                };
                assert_eq!(told, expected, "{from} {to}");
            }
        }
    }

    #[test]
    fn whoever_administers_is_no_user_to_portals() {
        let somebody = CitizenId::from_uuid(uuid::Uuid::nil());
        assert_eq!(Initiator::of(&Actor::Staff(somebody)), Initiator::Admin);
        assert_eq!(Initiator::of(&Actor::Operator("lan".to_owned())), Initiator::Admin);
        assert_eq!(Initiator::of(&Actor::Citizen(somebody)), Initiator::User);
        assert_eq!(Initiator::of(&Actor::System), Initiator::System);
    }

    #[test]
    fn no_event_names_a_credential_or_where_somebody_is_reached() {
        let notice =
            Notice::CredentialAdded { kind: CredentialKind::WebAuthn, name: "Điện thoại của An".to_owned() };
        let told = Happening::of_notice(&notice).unwrap();
        let facts = told.facts(Initiator::User, Timestamp::from_seconds(7));
        let names: Vec<_> = facts.keys().map(String::as_str).collect();
        assert_eq!(names, ["change_type", "credential_type", "event_timestamp", "initiating_entity"]);
        assert!(!serde_json::to_string(&facts).unwrap().contains("An"));
    }
}
