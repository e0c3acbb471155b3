//! `[recovery]`: how those who have lost what opens their account get back in. `[counter]`: how an officer helps somebody who has
//! nothing with them.

use std::time::Duration;

use super::reader::Reader;
use super::value::words;
use crate::domain::assurance::AuthenticationLevel;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// How long a recovery waits, so that its owner hears of it and can stop it. A code that was handed over in person needs none.
    pub cooling_off: Duration,
    /// What becomes of the credentials that are there when it ends.
    pub old_credentials: OldCredentials,
    /// How long a code is good that a registrar hands over to recover an account or to raise what it is opened with.
    pub code: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OldCredentials {
    Removed,
    Kept,
}

words!(OldCredentials, "one of \"removed\", \"kept\"", Removed = "removed", Kept = "kept");

impl Default for Recovery {
    fn default() -> Self {
        Self { cooling_off: 72 * HOUR, old_credentials: OldCredentials::Removed, code: DAY }
    }
}

impl Recovery {
    pub(super) fn read(from: &mut Reader) -> Self {
        let default = Self::default();
        Self {
            cooling_off: from.within("recovery.cooling_off", default.cooling_off, HOUR..=30 * DAY),
            old_credentials: from.value("recovery.old_credentials", default.old_credentials),
            code: from.within("recovery.code", default.code, 10 * MINUTE..=7 * DAY),
        }
    }
}

/// Codes on paper that sign in at an office's counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    pub enabled: bool,
    /// What such a sign-in reaches: one factor, or two where an officer always checks who comes.
    pub level: AuthenticationLevel,
    /// How long a code is good.
    pub code: Duration,
    /// How long the one session lasts that it opens.
    pub session: Duration,
}

impl Default for Counter {
    fn default() -> Self {
        Self { enabled: false, level: AuthenticationLevel::OneFactor, code: HOUR, session: 15 * MINUTE }
    }
}

impl Counter {
    pub(super) fn read(from: &mut Reader) -> Self {
        let default = Self::default();
        let two = from.within("counter.level", 1, 1..=2) == 2;
        Self {
            enabled: from.value("counter.enabled", default.enabled),
            level: if two { AuthenticationLevel::TwoFactors } else { AuthenticationLevel::OneFactor },
            code: from.within("counter.code", default.code, 5 * MINUTE..=DAY),
            session: from.within("counter.session", default.session, 5 * MINUTE..=2 * HOUR),
        }
    }
}
