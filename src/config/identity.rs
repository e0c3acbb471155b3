//! `[identity]`: how it is proven who somebody is, and from which age on. `[accounts]`: how an account ends.

use std::time::Duration;

use super::reader::Reader;
use crate::domain::age::Ages;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Whether a proof in person takes two registrars: one asks, another one confirms.
    pub two_person_proof: bool,
    /// How long what one registrar proposed waits for another one.
    pub proposals: Duration,
    /// The rules that identity is proven under, as `verified_claims` names them.
    pub trust_framework: String,
    pub ages: Ages,
}

impl Default for Identity {
    fn default() -> Self {
        Self {
            two_person_proof: true,
            proposals: DAY,
            trust_framework: "vn_decree_69_2024".to_owned(),
            ages: Ages::default(),
        }
    }
}

impl Identity {
    pub(super) fn read(from: &mut Reader) -> Self {
        let default = Self::default();
        let ages = Ages {
            proof_on_request: years(from, "identity.proof_on_request_from", default.ages.proof_on_request),
            own_account: years(from, "identity.own_account_from", default.ages.own_account),
        };
        if ages.own_account < ages.proof_on_request {
            from.refuse(
                "identity.own_account_from",
                "expected an age that is not below identity.proof_on_request_from",
            );
        }
        Self {
            two_person_proof: from.value("identity.two_person_proof", default.two_person_proof),
            proposals: from.within("identity.proposals", default.proposals, HOUR..=7 * DAY),
            trust_framework: from.value("identity.trust_framework", default.trust_framework),
            ages,
        }
    }
}

fn years(from: &mut Reader, key: &str, default: u8) -> u8 {
    let years: u32 = from.within(key, u32::from(default), 0..=21);
    u8::try_from(years).unwrap_or(default)
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accounts {
    /// How long an account waits that its owner wants closed, so that they can think again.
    pub closing_delay: Duration,
}

impl Default for Accounts {
    fn default() -> Self {
        Self { closing_delay: 14 * DAY }
    }
}

impl Accounts {
    pub(super) fn read(from: &mut Reader) -> Self {
        let default = Self::default();
        Self { closing_delay: from.within("accounts.closing_delay", default.closing_delay, DAY..=90 * DAY) }
    }
}
