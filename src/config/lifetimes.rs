//! `[lifetimes]`: how long each thing lives.

use std::time::Duration;

use super::reader::Reader;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// An authorization code (RFC 9700 wants it short).
    pub authorization_code: Duration,
    /// A pushed authorization request, until a browser brings it (RFC 9126 §2.2).
    pub pushed_request: Duration,
    /// What a device waits with, and the user code beside it (RFC 8628 §3.2).
    pub device_code: Duration,
    pub access_token: Duration,
    pub id_token: Duration,
    /// A refresh token that is not used.
    pub refresh_idle: Duration,
    /// A family of refresh tokens from its first; one that rests on a consent ends with it, if that is sooner.
    pub refresh_absolute: Duration,
    /// Within it the same refresh token may come again and gets the same successor: an answer was lost on the way.
    pub refresh_grace: Duration,
    /// A browser session that is not used.
    pub session_idle: Duration,
    /// A browser session from its sign-in.
    pub session_absolute: Duration,
    /// The same where the person said that others use the device.
    pub session_on_shared_device: Duration,
    /// A sign-in from its first page to its answer.
    pub sign_in: Duration,
    /// How long a consent is remembered.
    pub consent: Duration,
    /// How long citizens can read what of them went to whom.
    pub releases: Duration,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            authorization_code: MINUTE,
            pushed_request: MINUTE,
            device_code: 10 * MINUTE,
            access_token: 10 * MINUTE,
            id_token: 10 * MINUTE,
            refresh_idle: 30 * DAY,
            refresh_absolute: 180 * DAY,
            refresh_grace: MINUTE,
            session_idle: HOUR,
            session_absolute: 12 * HOUR,
            session_on_shared_device: 15 * MINUTE,
            sign_in: 30 * MINUTE,
            consent: 365 * DAY,
            releases: 730 * DAY,
        }
    }
}

impl Lifetimes {
    pub(super) fn read(from: &mut Reader) -> Self {
        let default = Self::default();
        let lifetimes = Self {
            authorization_code: from.within(
                "lifetimes.authorization_code",
                default.authorization_code,
                5 * SECOND..=MINUTE,
            ),
            pushed_request: from.within("lifetimes.pushed_request", default.pushed_request, 5 * SECOND..=10 * MINUTE),
            device_code: from.within("lifetimes.device_code", default.device_code, MINUTE..=30 * MINUTE),
            access_token: from.within("lifetimes.access_token", default.access_token, MINUTE..=HOUR),
            id_token: from.within("lifetimes.id_token", default.id_token, MINUTE..=DAY),
            refresh_idle: from.within("lifetimes.refresh_idle", default.refresh_idle, HOUR..=365 * DAY),
            refresh_absolute: from.within("lifetimes.refresh_absolute", default.refresh_absolute, HOUR..=730 * DAY),
            refresh_grace: from.within("lifetimes.refresh_grace", default.refresh_grace, Duration::ZERO..=5 * MINUTE),
            session_idle: from.within("lifetimes.session_idle", default.session_idle, 5 * MINUTE..=30 * DAY),
            session_absolute: from.within(
                "lifetimes.session_absolute",
                default.session_absolute,
                5 * MINUTE..=90 * DAY,
            ),
            session_on_shared_device: from.within(
                "lifetimes.session_on_shared_device",
                default.session_on_shared_device,
                5 * MINUTE..=2 * HOUR,
            ),
            sign_in: from.within("lifetimes.sign_in", default.sign_in, 5 * MINUTE..=2 * HOUR),
            consent: from.within("lifetimes.consent", default.consent, DAY..=3650 * DAY),
            releases: from.within("lifetimes.releases", default.releases, 30 * DAY..=3650 * DAY),
        };
        if lifetimes.refresh_idle > lifetimes.refresh_absolute {
            from.refuse("lifetimes.refresh_idle", "expected no more than lifetimes.refresh_absolute");
        }
        if lifetimes.session_idle > lifetimes.session_absolute {
            from.refuse("lifetimes.session_idle", "expected no more than lifetimes.session_absolute");
        }
        lifetimes
    }
}
