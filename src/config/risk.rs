//! `[risk]`: what is unusual about a sign-in, and what follows from it (`domain::risk`, docs/throttling.md).

use std::time::Duration;

use super::reader::Reader;
use super::throttling::Rate;
use super::value::words;
use crate::domain::risk::{Response, Unmet};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Risk {
    /// The citizen has not signed in on this device before. This and the rules below look at no other devices.
    pub new_device: Response,
    /// One of the citizen's devices was in another part of the Internet just now.
    pub impossible_travel: Response,
    /// How long "just now" is.
    pub travel_time: Duration,
    /// Many people's names are tried from one address.
    pub many_accounts: Response,
    /// How many are not many.
    pub accounts_per_address: Rate,
    /// What becomes of somebody of whom more is demanded than anything they have could bring.
    pub on_unmet: Unmet,
}

impl Default for Risk {
    fn default() -> Self {
        Self {
            new_device: Response::Notify,
            impossible_travel: Response::Demand,
            travel_time: Duration::from_secs(3600),
            many_accounts: Response::Demand,
            accounts_per_address: Rate { most: 100, window: Duration::from_secs(3600) },
            on_unmet: Unmet::Allow,
        }
    }
}

impl Risk {
    pub(super) fn read(from: &mut Reader) -> Self {
        let default = Self::default();
        Self {
            new_device: from.value("risk.new_device", default.new_device),
            impossible_travel: from.value("risk.impossible_travel", default.impossible_travel),
            travel_time: from.within("risk.travel_time", default.travel_time, MINUTE..=DAY),
            many_accounts: from.value("risk.many_accounts", default.many_accounts),
            accounts_per_address: from.value("risk.accounts_per_address", default.accounts_per_address),
            on_unmet: from.value("risk.on_unmet", default.on_unmet),
        }
    }
}

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

words!(Response, "\"off\", \"notify\" or \"demand\"", Off = "off", Notify = "notify", Demand = "demand");
words!(Unmet, "\"allow\" or \"refuse\"", Allow = "allow", Refuse = "refuse");
