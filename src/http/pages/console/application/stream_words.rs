//! What events and their failures are called.

use crate::domain::signals::EventType;
use crate::web::text::{TextId, id};

/// A kind of event, and what it is called.
type Named = (EventType, fn() -> TextId);

/// Those that may be asked for, in the order in which a form has them.
pub const EVENTS: [Named; 10] = [
    (EventType::SessionRevoked, || id("stream-event-session-revoked")),
    (EventType::AccountDisabled, || id("stream-event-account-disabled")),
    (EventType::AccountEnabled, || id("stream-event-account-enabled")),
    (EventType::AccountPurged, || id("stream-event-account-purged")),
    (EventType::CredentialChange, || id("stream-event-credential-change")),
    (EventType::CredentialCompromise, || id("stream-event-credential-compromise")),
    (EventType::AssuranceLevelChange, || id("stream-event-assurance-level-change")),
    (EventType::RecoveryActivated, || id("stream-event-recovery-activated")),
    (EventType::RecoveryInformationChanged, || id("stream-event-recovery-information-changed")),
    (EventType::NationalIdChanged, || id("stream-event-national-id-changed")),
];

pub fn event_name(kind: EventType) -> TextId {
    match EVENTS.iter().find(|(own, _)| *own == kind) {
        Some((_, name)) => name(),
        None if kind == EventType::Verification => id("stream-event-verification"),
        None => id("stream-event-stream-updated"),
    }
}

/// What an owner does about a failure, by its word (`flows::signals::deliver`).
pub fn advice(fault: &str) -> TextId {
    match fault {
        "status_401" | "status_403" | "authentication_failed" | "access_denied" => id("stream-advice-authorization"),
        "timed_out" => id("stream-advice-slow"),
        "unreachable" | "broken_off" | "encoded" | "too_long" => id("stream-advice-unreachable"),
        "not_https" | "user_info" | "no_host" | "not_public" => id("stream-advice-address"),
        "invalid_key" | "no_key" => id("stream-advice-key"),
        "not_fetched" => id("stream-advice-not-fetched"),
        "client_disabled" => id("stream-advice-off"),
        status if status.starts_with("status_") || status == "redirect" => id("stream-advice-status"),
        _ => id("stream-advice-refused"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_that_may_be_asked_for_has_a_name() {
        for kind in EventType::SUPPORTED {
            assert!(EVENTS.iter().any(|(own, _)| *own == kind), "{kind:?}");
        }
    }
}
