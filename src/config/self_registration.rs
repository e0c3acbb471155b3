//! `[self_registration]`: whether people open an account themselves, and how often it may be tried. From which age on is with the
//! other ages (`[identity]`).

use std::time::Duration;

use super::reader::Reader;
use super::throttling::Rate;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelfRegistration {
    /// Where there is a registry to hold them against, and a way to send them a code.
    pub enabled: bool,
    /// Attempts with one number, name and birthday, wherever they come from: each may send its owner a code.
    pub per_number: Rate,
    /// From one address (IPv4) or /64 (IPv6).
    pub per_address: Rate,
    /// Everywhere: each is a question to the registry.
    pub in_all: Rate,
}

impl Default for SelfRegistration {
    fn default() -> Self {
        let hour = Duration::from_secs(3600);
        Self {
            enabled: true,
            per_number: Rate { most: 10, window: 24 * hour },
            per_address: Rate { most: 60, window: hour },
            in_all: Rate { most: 20_000, window: hour },
        }
    }
}

impl SelfRegistration {
    pub(super) fn read(from: &mut Reader) -> Self {
        let default = Self::default();
        Self {
            enabled: from.value("self_registration.enabled", default.enabled),
            per_number: from.value("self_registration.per_number", default.per_number),
            per_address: from.value("self_registration.per_address", default.per_address),
            in_all: from.value("self_registration.in_all", default.in_all),
        }
    }
}
