//! Identifiers, each a type of its own so that none is taken for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::random::Random;
use super::stage::Person;
use super::time::Timestamp;

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id, ordered by `now` (UUID version 7, RFC 9562 §5.7).
            pub fn new(now: Timestamp, random: &dyn Random) -> Self {
                Self(uuid_v7(now, random))
            }

            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }
    )*};
}

uuid_id! {
    /// A citizen, for SenID alone: portals see a subject identifier derived from it, never this.
    CitizenId;
    /// What a citizen granted to a client in one authorization.
    GrantId;
    /// A browser session (single sign-on).
    SessionId;
    /// A sign-in under way.
    SignInId;
    /// A device that a citizen has signed in from.
    DeviceId;
    /// Something that a citizen proves themselves with: a passkey, a certificate, an authenticator application.
    CredentialId;
    /// What of a citizen went to a client on one day.
    ReleaseId;
    /// An event of the audit log.
    EventId;
    /// What one client has to be told of one session's end.
    DeliveryId;
    /// A stream of security events to one client (SSF §8.1.1).
    StreamId;
    /// One security event for one client: its `jti` (RFC 8417 §2.2).
    SecurityEventId;
    /// What a citizen is told by mail or text message.
    MessageId;
    /// A way back into an account, from when it was begun.
    RecoveryId;
    /// A code that was sent to a citizen.
    SentCodeId;
    /// What a citizen says is wrong in their data.
    CorrectionId;
    /// An entry of the register of lawful disclosures.
    DisclosureId;
    /// A number that a citizen signs in with beside their national identifier.
    AliasId;
    /// An act of verifying who a citizen is.
    VerificationId;
    /// That somebody looks after the account of a minor.
    GuardianshipId;
    /// That an account which somebody had at a portal is theirs.
    LinkId;
    /// What one registrar wants done and another one has to confirm.
    ProposalId;
    /// What somebody asked and a second person has to approve.
    ApprovalId;
    /// That a citizen holds a role of the administration.
    RoleGrantId;
    /// A client that registered itself: in text its `client_id`, and the locator of its registration access token.
    RegistrationId;
    /// What an initial access token was handed out as.
    InitialTokenId;
    /// An organisation that citizens act for.
    OrganisationId;
    /// By what right a citizen acts for an organisation.
    MandateId;
    /// A mandate that was offered and waits to be accepted.
    InvitationId;
    /// A citizen's wish that an organisation be registered, with themselves as its legal representative.
    RegistrationRequestId;
}

impl CitizenId {
    /// An id of somebody who does not exist: ordered like every other, and told apart by its version (UUID version 8,
    /// RFC 9562 §5.8), for as long as there is anything that names them.
    pub fn made_up(now: Timestamp, random: &dyn Random) -> Self {
        let mut bytes = uuid_v7(now, random).into_bytes();
        bytes[6] = (bytes[6] & 0x0F) | (MADE_UP << 4);
        Self(Uuid::from_bytes(bytes))
    }

    pub fn person(self) -> Person {
        match self.0.get_version_num() == usize::from(MADE_UP) {
            true => Person::MadeUp,
            false => Person::Real,
        }
    }
}

/// The version of the ids of whoever was made up.
const MADE_UP: u8 = 8;

fn uuid_v7(now: Timestamp, random: &dyn Random) -> Uuid {
    let millis = u64::try_from(now.micros().div_euclid(1000)).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random.bytes::<10>()).into_uuid()
}

/// One HTTP request, as logs, the audit log and error pages name it: `7K2M-QX4T-9FHB`.
///
/// Short enough to be read out on the telephone; no letter or digit that is taken for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(u64);

impl RequestId {
    /// Crockford's base 32.
    const ALPHABET: &'static [u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    pub fn new(random: &dyn Random) -> Self {
        Self(u64::from_be_bytes(random.bytes()) & ((1 << 60) - 1))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in 0..12u32 {
            if place > 0 && place % 4 == 0 {
                f.write_str("-")?;
            }
            let digit = (self.0 >> (55 - 5 * place)) & 31;
            write!(f, "{}", char::from(Self::ALPHABET[digit as usize]))?;
        }
        Ok(())
    }
}

/// A client's identifier (RFC 6749 §2.2): 1 to 128 characters of `A–Z a–z 0–9 - . _ ~`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(String);

impl ClientId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<RegistrationId> for ClientId {
    fn from(id: RegistrationId) -> Self {
        // A UUID is made of characters that a client id may have.
        Self(id.to_string())
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<ClientId> for String {
    fn from(id: ClientId) -> Self {
        id.0
    }
}

impl TryFrom<String> for ClientId {
    type Error = InvalidClientId;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        // As a part of a path these two lead somewhere else (RFC 3986 section 5.2.4).
        let is_a_step = matches!(text.as_str(), "." | "..");
        let is_one = (1..=128).contains(&text.len()) && text.bytes().all(allowed) && !is_a_step;
        if is_one { Ok(Self(text)) } else { Err(InvalidClientId) }
    }
}

impl FromStr for ClientId {
    type Err = InvalidClientId;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.to_owned().try_into()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a client id is 1 to 128 characters of A-Z a-z 0-9 - . _ ~")]
pub struct InvalidClientId;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Ones;

    impl Random for Ones {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0xFF);
        }
    }

    #[test]
    fn whoever_was_made_up_is_told_by_their_id_alone_and_stands_where_they_were_entered() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let (real, made_up) = (CitizenId::new(now, &Ones), CitizenId::made_up(now, &Ones));
        assert_eq!((real.person(), made_up.person()), (Person::Real, Person::MadeUp));
        let read: CitizenId = made_up.to_string().parse().unwrap();
        assert_eq!(read.person(), Person::MadeUp);
        assert_eq!(made_up.uuid().get_variant(), uuid::Variant::RFC4122);
        let later = Timestamp::from_seconds(1_800_000_001);
        assert!(made_up < CitizenId::new(later, &Ones) && real < CitizenId::made_up(later, &Ones));
        assert_eq!(real.uuid().as_bytes()[..6], made_up.uuid().as_bytes()[..6]);
    }

    #[test]
    fn a_client_id_is_one_part_of_a_path() {
        for good in ["a", "tax-office", "a.b", "...", ".a", "~"] {
            assert!(good.parse::<ClientId>().is_ok(), "{good}");
        }
        for bad in ["", ".", "..", "a/b", "a b", "a?b", "a#b", "%2e", "é"] {
            assert!(bad.parse::<ClientId>().is_err(), "{bad}");
        }
    }
}
