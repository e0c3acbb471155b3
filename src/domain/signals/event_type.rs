//! The types of events: CAEP 1.0 §3, RISC 1.0 §2, SSF 1.0 §8.1.4 and §8.1.5.

const CAEP: &str = "https://schemas.openid.net/secevent/caep/event-type/";
const RISC: &str = "https://schemas.openid.net/secevent/risc/event-type/";
const SSF: &str = "https://schemas.openid.net/secevent/ssf/event-type/";

/// What kind of thing an event tells of. The name is what is stored, and is never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventType {
    /// A session that the client takes part in has ended.
    SessionRevoked,
    CredentialChange,
    AssuranceLevelChange,
    AccountDisabled,
    AccountEnabled,
    /// Erased, for good.
    AccountPurged,
    CredentialCompromise,
    RecoveryActivated,
    /// An address or a number that the citizen is reached by, or their recovery codes. RISC §2.5 wants this and not
    /// `identifier-changed` from whoever is not the authority over mail addresses and telephone numbers.
    RecoveryInformationChanged,
    /// The national identifier. RISC's `identifier-changed` is for mail addresses and telephone numbers alone, so this is a type of the
    /// issuer's own; it carries neither number.
    NationalIdChanged,
    /// Asked for by the client itself.
    Verification,
    /// The stream was paused, disabled or enabled by somebody else than its client.
    StreamUpdated,
}

impl EventType {
    /// Those that a client may ask for.
    pub const SUPPORTED: [Self; 10] = [
        Self::SessionRevoked,
        Self::CredentialChange,
        Self::AssuranceLevelChange,
        Self::AccountDisabled,
        Self::AccountEnabled,
        Self::AccountPurged,
        Self::CredentialCompromise,
        Self::RecoveryActivated,
        Self::RecoveryInformationChanged,
        Self::NationalIdChanged,
    ];
    /// Those that every stream carries.
    const OF_THE_STREAM: [Self; 2] = [Self::Verification, Self::StreamUpdated];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SessionRevoked => "session-revoked",
            Self::CredentialChange => "credential-change",
            Self::AssuranceLevelChange => "assurance-level-change",
            Self::AccountDisabled => "account-disabled",
            Self::AccountEnabled => "account-enabled",
            Self::AccountPurged => "account-purged",
            Self::CredentialCompromise => "credential-compromise",
            Self::RecoveryActivated => "recovery-activated",
            Self::RecoveryInformationChanged => "recovery-information-changed",
            Self::NationalIdChanged => "national-id-changed",
            Self::Verification => "verification",
            Self::StreamUpdated => "stream-updated",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::SUPPORTED.into_iter().chain(Self::OF_THE_STREAM).find(|known| known.as_str() == text)
    }

    /// As it is written in `events`.
    pub fn uri(self, issuer: &str) -> String {
        let base = match self {
            Self::SessionRevoked | Self::CredentialChange | Self::AssuranceLevelChange => CAEP,
            Self::AccountDisabled
            | Self::AccountEnabled
            | Self::AccountPurged
            | Self::CredentialCompromise
            | Self::RecoveryActivated
            | Self::RecoveryInformationChanged => RISC,
            Self::Verification | Self::StreamUpdated => SSF,
            Self::NationalIdChanged => return format!("{issuer}/ssf/event-type/{}", self.as_str()),
        };
        format!("{base}{}", self.as_str())
    }

    /// Whether it is about the stream and nobody in it.
    pub const fn is_of_the_stream(self) -> bool {
        matches!(self, Self::Verification | Self::StreamUpdated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_read_by_its_name_and_has_an_address_of_its_own() {
        let all: Vec<_> = EventType::SUPPORTED.into_iter().chain(EventType::OF_THE_STREAM).collect();
        let uris: std::collections::BTreeSet<_> = all.iter().map(|known| known.uri("https://id.example")).collect();
        assert_eq!(uris.len(), all.len());
        for known in all {
            assert_eq!(EventType::parse(known.as_str()), Some(known));
        }
        assert_eq!(EventType::parse("sessions-revoked"), None);
    }
}
