//! What SenID sends to citizens: notices of what happened to their account, and codes that they type in.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::audit::EventKind;
use super::citizen::Profile;
use super::credential::CredentialKind;
use super::expiry::Expiring;
use super::ids::{CitizenId, MessageId};
use super::logout::pause_after;
use super::random::Random;
use super::time::Timestamp;

/// By what a citizen is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Email,
    Sms,
}

impl Channel {
    pub const ALL: [Self; 2] = [Self::Email, Self::Sms];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == text)
    }

    /// Where `profile` is reached by this, if the person has shown that it is theirs: nothing is told to anybody else.
    pub fn verified_of(self, profile: &Profile) -> Option<&str> {
        let contact = match self {
            Self::Email => &profile.email,
            Self::Sms => &profile.phone_number,
        };
        contact.as_ref().filter(|contact| contact.verified).map(|contact| contact.value.as_str())
    }
}

/// What happened to an account that its owner is told of on every channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// Someone signed in from a device that the citizen had not used; device and network as the account's pages show them.
    NewDevice {
        device: String,
        network: String,
    },
    CredentialAdded {
        kind: CredentialKind,
        name: String,
    },
    CredentialRemoved {
        kind: CredentialKind,
        name: String,
    },
    /// It counts for more than before.
    CredentialRaised {
        kind: CredentialKind,
        name: String,
    },
    /// It behaved as a copy of it would, and was refused.
    CredentialSuspected {
        kind: CredentialKind,
        name: String,
    },
    PasswordChanged,
    /// Takes effect at `takes_effect_at` unless the citizen stops it at `stop_path`, a path below the issuer.
    RecoveryBegun {
        takes_effect_at: Timestamp,
        stop_path: String,
    },
    RecoveryFinished,
    RecoveryStopped,
    /// A digital-signature certificate of `authority` signs in from now on.
    CertificateBound {
        authority: String,
    },
    RecoveryCodeUsed {
        left: u32,
    },
    /// Registrars confirmed them as an organisation's legal representative.
    OrganisationConfirmed {
        organisation: String,
    },
    OrganisationRefused {
        organisation: String,
    },
    /// Somebody offers them to act for an organisation.
    MandateOffered {
        organisation: String,
    },
    /// They act for an organisation from now on.
    MandateGranted {
        organisation: String,
    },
    /// Somebody accepted what they had offered; the name is masked.
    MandateAccepted {
        organisation: String,
        person: String,
    },
    /// They act for an organisation no more.
    MandateEnded {
        organisation: String,
    },
    /// Somebody gave back what they had granted; the name is masked.
    MandateGivenBack {
        organisation: String,
        person: String,
    },
    /// They opened the account themselves.
    AccountOpened,
    /// Somebody else wanted to, with their data; or they themselves, who have one.
    RegistrationTried,
    /// The population registry says something else of them than before.
    DataCorrected,
    /// Another address or number, or the same one, was shown to be the citizen's; `masked` as pages show it.
    ContactVerified {
        channel: Channel,
        masked: String,
    },
    /// The account is closed at `closes_at`, unless its owner signs in again before.
    ClosingAsked {
        closes_at: Timestamp,
    },
    /// A registrar has seen who they are.
    IdentityProven,
    /// An address or a number is the citizen's no longer.
    ContactRemoved {
        channel: Channel,
        masked: String,
    },
    /// By a qualified certificate of `authority`.
    ProvenByCertificate {
        authority: String,
    },
    /// All that is kept of them was taken away as a file.
    DataTaken,
    /// They administer, and others do until then by the break-glass account.
    GlassBroken {
        until: Timestamp,
    },
    /// They own an application of which something ends at `ends_at`. `client` is its id, and `name` what it is called.
    ClientExpiry {
        client: String,
        name: String,
        what: Expiring,
        ends_at: Timestamp,
    },
}

impl Notice {
    /// As the outbox and the figures name it.
    pub const fn as_str(&self) -> &'static str {
        self.event().as_str()
    }

    /// The event that is recorded with it.
    pub const fn event(&self) -> EventKind {
        match self {
            Self::NewDevice { .. } => EventKind::NewDevice,
            Self::CredentialAdded { .. } => EventKind::CredentialAdded,
            Self::CredentialRemoved { .. } => EventKind::CredentialRemoved,
            Self::CredentialRaised { .. } => EventKind::CredentialRaised,
            Self::CredentialSuspected { .. } => EventKind::CredentialSuspected,
            Self::PasswordChanged => EventKind::PasswordChanged,
            Self::RecoveryBegun { .. } => EventKind::RecoveryBegun,
            Self::RecoveryFinished => EventKind::RecoveryFinished,
            Self::RecoveryStopped => EventKind::RecoveryStopped,
            Self::CertificateBound { .. } => EventKind::CertificateBound,
            Self::RecoveryCodeUsed { .. } => EventKind::RecoveryCodeUsed,
            Self::OrganisationConfirmed { .. } => EventKind::OrganisationRegistered,
            Self::OrganisationRefused { .. } => EventKind::OrganisationRequestRefused,
            Self::MandateOffered { .. } => EventKind::MandateOffered,
            Self::MandateGranted { .. } => EventKind::MandateGranted,
            Self::MandateAccepted { .. } => EventKind::MandateAccepted,
            Self::MandateEnded { .. } => EventKind::MandateEnded,
            Self::MandateGivenBack { .. } => EventKind::MandateGivenBack,
            Self::ContactVerified { .. } => EventKind::ContactVerified,
            Self::ClosingAsked { .. } => EventKind::ClosingAsked,
            Self::ContactRemoved { .. } => EventKind::ContactRemoved,
            Self::IdentityProven | Self::ProvenByCertificate { .. } => EventKind::IdentityProven,
            Self::AccountOpened => EventKind::AccountOpened,
            Self::RegistrationTried => EventKind::RegistrationTried,
            Self::DataCorrected => EventKind::DataCorrected,
            Self::DataTaken => EventKind::DataDownloaded,
            Self::GlassBroken { .. } => EventKind::BreakGlassOpened,
            Self::ClientExpiry { .. } => EventKind::ClientExpiryTold,
        }
    }

    /// Whether it goes out by `channel`: what is part of somebody's work is not paid for by the text message.
    pub const fn goes_by(&self, channel: Channel) -> bool {
        matches!(channel, Channel::Email) || !matches!(self, Self::ClientExpiry { .. })
    }

    /// The facts of its event.
    pub fn details(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NewDevice { device, .. } => vec![("device", device.clone())],
            Self::CredentialAdded { kind, name }
            | Self::CredentialRemoved { kind, name }
            | Self::CredentialRaised { kind, name }
            | Self::CredentialSuspected { kind, name } => vec![("kind", kind.to_string()), ("name", name.clone())],
            // What an organisation is called may be a person's name: the event has its id.
            Self::OrganisationConfirmed { .. }
            | Self::OrganisationRefused { .. }
            | Self::MandateOffered { .. }
            | Self::MandateGranted { .. }
            | Self::MandateAccepted { .. }
            | Self::MandateEnded { .. }
            | Self::MandateGivenBack { .. } => Vec::new(),
            Self::PasswordChanged
            | Self::IdentityProven
            | Self::RecoveryFinished
            | Self::RecoveryStopped
            | Self::AccountOpened
            | Self::RegistrationTried
            | Self::DataCorrected
            | Self::DataTaken => Vec::new(),
            // Where it is stopped stays out: whoever knows the path stops it.
            Self::RecoveryBegun { takes_effect_at, .. } => {
                vec![("takes_effect_at", takes_effect_at.seconds().to_string())]
            }
            Self::GlassBroken { until } => vec![("until", until.seconds().to_string())],
            // The client is the event's own.
            Self::ClientExpiry { what, ends_at, .. } => {
                vec![("what", what.to_string()), ("ends_at", ends_at.seconds().to_string())]
            }
            Self::ClosingAsked { closes_at } => vec![("closes_at", closes_at.seconds().to_string())],
            Self::CertificateBound { authority } | Self::ProvenByCertificate { authority } => {
                vec![("authority", authority.clone())]
            }
            Self::RecoveryCodeUsed { left } => vec![("left", left.to_string())],
            Self::ContactVerified { channel, masked } | Self::ContactRemoved { channel, masked } => {
                vec![("channel", channel.as_str().to_owned()), ("contact", masked.clone())]
            }
        }
    }
}

/// What a code that was sent is good for, and nothing else. The text is what is stored, and is never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodePurpose {
    /// To show that a mailbox or a telephone is the citizen's.
    VerifyEmail,
    VerifyPhone,
    /// A text message in a sign-in, beside what was proven already.
    SecondFactor,
    /// To show, beside a password, that a verified channel is at hand, before something is enrolled.
    Confirm,
    Recovery,
    /// To show that one is who opens an account: it goes where a population registry reaches them.
    Registration,
}

impl CodePurpose {
    pub const ALL: [Self; 6] =
        [Self::VerifyEmail, Self::VerifyPhone, Self::SecondFactor, Self::Confirm, Self::Recovery, Self::Registration];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::VerifyPhone => "verify_phone",
            Self::SecondFactor => "second_factor",
            Self::Confirm => "confirm",
            Self::Recovery => "recovery",
            Self::Registration => "registration",
        }
    }

    /// Whether the code proves somebody, and is guessed at by whoever would be them.
    pub const fn is_proof(self) -> bool {
        matches!(self, Self::SecondFactor | Self::Confirm)
    }
}

/// What is told.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    Notice { notice: Notice, at: Timestamp },
    Code { purpose: CodePurpose, code: String, expires_at: Timestamp },
}

impl Content {
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Notice { notice, .. } => notice.as_str(),
            Self::Code { .. } => "code",
        }
    }
}

/// What is told, to whom and in which language. Sealed wherever it is stored; `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// A mail address, or a telephone number (E.164).
    pub to: String,
    /// BCP 47.
    pub language: String,
    pub content: Content,
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Letter({})", self.content.kind())
    }
}

/// A letter in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: MessageId,
    pub citizen: CitizenId,
    pub channel: Channel,
    pub letter: Letter,
    /// How often it was tried, the attempt under way included.
    pub attempts: u32,
    pub created_at: Timestamp,
    pub give_up_at: Timestamp,
}

/// An attempt is over long before; a server that was killed in the middle of one holds it no longer.
pub const LEASE: Duration = Duration::from_secs(60);
/// Whoever is told later than that of something that happened is told by their account's pages.
const NOTICES_ARE_GIVEN_UP_AFTER: Duration = Duration::from_secs(3 * 86_400);
impl Message {
    /// What is to be sent to `citizen`, from `now` on.
    pub fn new(citizen: CitizenId, channel: Channel, letter: Letter, now: Timestamp, random: &dyn Random) -> Self {
        let give_up_at = match letter.content {
            Content::Notice { .. } => now + NOTICES_ARE_GIVEN_UP_AFTER,
            Content::Code { expires_at, .. } => expires_at,
        };
        let id = MessageId::new(now, random);
        Self { id, citizen, channel, letter, attempts: 0, created_at: now, give_up_at }
    }

    /// When an attempt that failed is made again; `None` where it is time to give up.
    pub fn next_attempt(&self, now: Timestamp, random: &dyn Random) -> Option<Timestamp> {
        let next = now + pause_after(self.attempts, random);
        (next < self.give_up_at).then_some(next)
    }
}

/// A letter in words, as it goes out.
#[derive(Clone, PartialEq, Eq)]
pub struct Composed {
    /// Who writes, in words.
    pub from: String,
    /// One line. Text messages have none.
    pub subject: String,
    pub text: String,
    /// The same for those who read mail as pages.
    pub html: Option<String>,
}

impl fmt::Debug for Composed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[letter]")
    }
}

/// Why a letter did not go out, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undelivered {
    /// It is tried again.
    Later(&'static str),
    /// Nobody ever takes it: such an address does not exist.
    Never(&'static str),
}

pub type Carrying<'a> = Pin<Box<dyn Future<Output = Result<(), Undelivered>> + Send + 'a>>;

/// Takes letters to where they are read: a mail server, a gateway for text messages.
pub trait Carrier: Send + Sync + fmt::Debug {
    /// Hands one letter over. `id` is the same however often it is tried, so that whoever takes it can tell.
    fn carry<'a>(&'a self, id: MessageId, to: &'a str, letter: &'a Composed) -> Carrying<'a>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::citizen::Verifiable;

    #[test]
    fn nothing_is_sent_where_nobody_has_shown_that_they_read_it() {
        let contact = |verified| Some(Verifiable::known("an@example.vn".to_owned(), verified));
        let profile = |verified| Profile { email: contact(verified), ..Profile::default() };
        assert_eq!(Channel::Email.verified_of(&profile(true)), Some("an@example.vn"));
        assert_eq!(Channel::Email.verified_of(&profile(false)), None);
        assert_eq!(Channel::Sms.verified_of(&profile(true)), None);
    }

    #[test]
    fn what_is_stored_is_read_again_and_not_printed() {
        let notice = Notice::RecoveryBegun {
            takes_effect_at: Timestamp::from_seconds(9),
            stop_path: "/recovery/stop/x".to_owned(),
        };
        assert!(notice.details().iter().all(|(_, detail)| !detail.contains("stop")));
        let letter = Letter {
            to: "+84912345678".to_owned(),
            language: "vi".to_owned(),
            content: Content::Notice { notice, at: Timestamp::EPOCH },
        };
        let stored = serde_json::to_string(&letter).unwrap();
        assert_eq!(serde_json::from_str::<Letter>(&stored).unwrap(), letter);
        assert_eq!(format!("{letter:?}"), "Letter(recovery.begun)");
    }
}
