//! `[throttling]`: how often something may be guessed at (docs/throttling.md).

use std::time::Duration;

use toml::Value;

use super::reader::Reader;
use super::value::Setting;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Throttling {
    /// Failures with one method from one address (IPv4) or /64 (IPv6), whatever the account. Whole districts share an
    /// address, so it is generous.
    pub per_address: Rate,
    /// From the /24 or /48 that the address is in.
    pub per_range: Rate,
    /// From that range in the sign-ins for one client: a flood through one portal leaves the others open.
    pub per_client_and_range: Rate,
    /// For one account from one address, or from one device of the citizen's own.
    pub per_account_and_address: Rate,
    /// Wrong codes for one account and kind of code, of an authenticator application or a list or a message: whoever is asked for one
    /// has proven something else already, wherever they are.
    pub codes_per_account: Rate,
    /// For one account from everywhere but the citizen's own devices.
    pub per_account: Rate,
    /// Failures for one account from one address before the next try has to wait.
    pub free_tries: u32,
    /// How long it then waits for the first time; each further failure doubles it, up to the window.
    pub first_wait: Duration,
    /// Failures in a row after which the password alone no longer works on devices the citizen has not used before.
    pub failures_in_a_row: u32,
    /// User codes of devices (RFC 8628 §5.1) that a citizen enters and nobody waits under.
    pub user_codes_per_citizen: Rate,
    /// From one address, whoever enters them.
    pub user_codes_per_address: Rate,
    /// Everywhere: twenty letters to the power of eight are many, and no more than that.
    pub user_codes_in_all: Rate,
    /// Device codes that public clients on one address are given.
    pub device_codes_per_address: Rate,
    /// Requests that public clients on one address push (RFC 9126).
    pub pushed_requests_per_address: Rate,
    /// Requests of one client through the back channel (CIBA), whomever they are about.
    pub backchannel_requests_per_client: Rate,
    /// Of one client to one citizen, and about one name whoever has it.
    pub backchannel_requests_per_client_and_citizen: Rate,
    /// That one citizen is shown, whoever asks.
    pub backchannel_requests_per_citizen: Rate,
}

const SHORTEST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// So many in so long a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub most: u32,
    pub window: Duration,
}

impl Default for Throttling {
    fn default() -> Self {
        let window = Duration::from_secs(600);
        Self {
            per_address: Rate { most: 300, window },
            per_range: Rate { most: 3000, window },
            per_client_and_range: Rate { most: 2000, window },
            per_account_and_address: Rate { most: 10, window },
            codes_per_account: Rate { most: 10, window },
            // NIST SP 800-63B-4 §3.2.2: no more than 100 in a row. Who is turned away costs no hash either.
            per_account: Rate { most: 100, window: Duration::from_secs(86_400) },
            free_tries: 3,
            first_wait: Duration::from_secs(2),
            failures_in_a_row: 100,
            user_codes_per_citizen: Rate { most: 10, window },
            user_codes_per_address: Rate { most: 100, window },
            user_codes_in_all: Rate { most: 2000, window },
            device_codes_per_address: Rate { most: 300, window },
            pushed_requests_per_address: Rate { most: 300, window },
            backchannel_requests_per_client: Rate { most: 6000, window },
            backchannel_requests_per_client_and_citizen: Rate { most: 5, window },
            backchannel_requests_per_citizen: Rate { most: 15, window },
        }
    }
}

impl Throttling {
    pub(super) fn read(from: &mut Reader) -> Self {
        let default = Self::default();
        Self {
            per_address: from.value("throttling.per_address", default.per_address),
            per_range: from.value("throttling.per_range", default.per_range),
            per_client_and_range: from.value("throttling.per_client_and_range", default.per_client_and_range),
            per_account_and_address: from.value("throttling.per_account_and_address", default.per_account_and_address),
            codes_per_account: from.value("throttling.codes_per_account", default.codes_per_account),
            per_account: from.value("throttling.per_account", default.per_account),
            free_tries: from.within("throttling.free_tries", default.free_tries, 1..=100),
            first_wait: from.within("throttling.first_wait", default.first_wait, SHORTEST_WAIT..=LONGEST_WAIT),
            // NIST SP 800-63B-4 §3.2.2: no more than 100.
            failures_in_a_row: from.within("throttling.failures_in_a_row", default.failures_in_a_row, 5..=100),
            user_codes_per_citizen: from.value("throttling.user_codes_per_citizen", default.user_codes_per_citizen),
            user_codes_per_address: from.value("throttling.user_codes_per_address", default.user_codes_per_address),
            user_codes_in_all: from.value("throttling.user_codes_in_all", default.user_codes_in_all),
            device_codes_per_address: from
                .value("throttling.device_codes_per_address", default.device_codes_per_address),
            pushed_requests_per_address: from
                .value("throttling.pushed_requests_per_address", default.pushed_requests_per_address),
            backchannel_requests_per_client: from
                .value("throttling.backchannel_requests_per_client", default.backchannel_requests_per_client),
            backchannel_requests_per_client_and_citizen: from.value(
                "throttling.backchannel_requests_per_client_and_citizen",
                default.backchannel_requests_per_client_and_citizen,
            ),
            backchannel_requests_per_citizen: from
                .value("throttling.backchannel_requests_per_citizen", default.backchannel_requests_per_citizen),
        }
    }
}

impl Setting for Rate {
    const EXPECTED: &'static str = "a number and a window of at most 1d, such as \"10 in 10m\"";

    fn read(value: &Value) -> Option<Self> {
        let (most, window) = value.as_str()?.split_once(" in ")?;
        let rate = Self { most: most.trim().parse().ok()?, window: Duration::read(&Value::String(window.to_owned()))? };
        let sensible = Duration::from_secs(1)..=Duration::from_secs(86_400);
        (rate.most > 0 && sensible.contains(&rate.window)).then_some(rate)
    }

    fn show(&self) -> Value {
        let window = self.window.show();
        Value::String(format!("{} in {}", self.most, window.as_str().unwrap_or_default()))
    }
}
