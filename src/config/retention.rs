//! `[retention]`: how long what has done its work is kept (docs/data-protection.md).

use std::time::Duration;

use super::reader::Reader;

const DAY: Duration = Duration::from_secs(86_400);
const YEAR: Duration = Duration::from_secs(365 * 86_400);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Events of the audit log, and with them what citizens read of their own activity.
    pub activity: Duration,
    /// Of a message that was sent or given up: that there was one, not what it said.
    pub messages: Duration,
    /// Of a portal that was told of a sign-out, or could not be.
    pub sign_outs: Duration,
    /// Where a known device was used last.
    pub places: Duration,
    /// A known device that is not used.
    pub devices: Duration,
    /// A way back into an account that was finished or stopped.
    pub recoveries: Duration,
    /// What was verified of somebody and holds no longer.
    pub evidence: Duration,
    /// A consent that has expired.
    pub consents: Duration,
    /// A mandate that has ended.
    pub mandates: Duration,
    /// What somebody asked of a registrar or was offered by an organisation, once it is settled.
    pub requests: Duration,
    /// An entry of the register of lawful disclosures.
    pub disclosures: Duration,
    /// An account that has ended, until when it can still be brought back: then its citizen is erased.
    pub closed_accounts: Duration,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            activity: 10 * YEAR,
            messages: 30 * DAY,
            sign_outs: 30 * DAY,
            places: 30 * DAY,
            devices: 400 * DAY,
            recoveries: YEAR,
            evidence: 10 * YEAR,
            consents: YEAR,
            mandates: 10 * YEAR,
            requests: YEAR,
            disclosures: 10 * YEAR,
            closed_accounts: 10 * YEAR,
        }
    }
}

impl Retention {
    pub(super) fn read(from: &mut Reader) -> Self {
        let default = Self::default();
        Self {
            activity: from.within("retention.activity", default.activity, YEAR..=100 * YEAR),
            messages: from.within("retention.messages", default.messages, DAY..=YEAR),
            sign_outs: from.within("retention.sign_outs", default.sign_outs, DAY..=YEAR),
            places: from.within("retention.places", default.places, DAY..=90 * DAY),
            devices: from.within("retention.devices", default.devices, 30 * DAY..=5 * YEAR),
            recoveries: from.within("retention.recoveries", default.recoveries, 30 * DAY..=10 * YEAR),
            evidence: from.within("retention.evidence", default.evidence, YEAR..=100 * YEAR),
            consents: from.within("retention.consents", default.consents, DAY..=10 * YEAR),
            mandates: from.within("retention.mandates", default.mandates, YEAR..=100 * YEAR),
            requests: from.within("retention.requests", default.requests, 30 * DAY..=10 * YEAR),
            disclosures: from.within("retention.disclosures", default.disclosures, YEAR..=100 * YEAR),
            closed_accounts: from.within("retention.closed_accounts", default.closed_accounts, DAY..=100 * YEAR),
        }
    }
}
