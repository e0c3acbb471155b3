//! What stands in an activity: every happening that there is.

use super::{DAY, MINUTE, Samples, ago};
use crate::web::account::{Event, Happening, Unusual};
use crate::web::claims::{ClaimName, Method};
use crate::web::device::Device;

impl Samples {
    pub(super) fn events(&self) -> Vec<Event> {
        let portal = || self.public_services().name;
        let claims = || vec![ClaimName::Name, ClaimName::Birthdate, ClaimName::NationalId];
        let phone = Some(Device { browser: Some("Chrome"), system: Some("Android") });
        let event = |span: i64, device, what| Event {
            at: ago(span),
            what,
            device,
            address: Some("203.0.113.7".to_owned()),
            unusual: Vec::new(),
            not_me: "/account/not-me?event=0198a3f2".to_owned(),
        };
        let new_device = |event: Event, unusual: &[Unusual]| Event { unusual: unusual.to_vec(), ..event };
        vec![
            event(
                2 * MINUTE,
                phone,
                Happening::DataReleased { portal: portal(), claims: claims(), purposes: vec![self.result()] },
            ),
            event(2 * MINUTE, phone, Happening::ConsentGiven { portal: portal(), claims: claims() }),
            event(3 * MINUTE, phone, Happening::SignedIn { method: Method::Password, portal: Some(portal()) }),
            event(DAY, None, Happening::SignInFailed { times: 3 }),
            new_device(
                event(DAY, phone, Happening::SignedIn { method: Method::Password, portal: Some(portal()) }),
                &[Unusual::NewDevice, Unusual::ImpossibleTravel, Unusual::ManyAccounts, Unusual::MoreAsked],
            ),
            event(2 * DAY, phone, Happening::ConsentWithdrawn { portal: self.library().name }),
            event(
                2 * DAY,
                phone,
                Happening::ConsentNarrowed {
                    portal: self.library().name,
                    claims: vec![ClaimName::Email, ClaimName::Evidence],
                },
            ),
            event(2 * DAY, phone, Happening::ConsentDenied { portal: self.library().name }),
            event(2 * DAY, phone, Happening::DeviceAllowed { portal: self.library().name }),
            event(2 * DAY, phone, Happening::DeviceDenied { portal: portal() }),
            event(3 * DAY, None, Happening::RequestReceived { portal: portal() }),
            event(3 * DAY, phone, Happening::RequestAllowed { portal: portal() }),
            event(3 * DAY, phone, Happening::RequestDenied { portal: portal() }),
            event(3 * DAY, Some(Device::default()), Happening::SignedOut),
            event(3 * DAY, phone, Happening::SignedIn { method: Method::Passkey, portal: None }),
            event(4 * DAY, None, Happening::SignInFailed { times: 1 }),
            event(5 * DAY, phone, Happening::SessionEnded),
            event(5 * DAY, phone, Happening::DeviceForgotten),
            event(6 * DAY, phone, Happening::PasswordChanged),
            event(6 * DAY, phone, Happening::CredentialRenamed),
            event(6 * DAY, phone, Happening::CredentialRemoved),
            event(6 * DAY, phone, Happening::CredentialAdded),
            event(6 * DAY, phone, Happening::RecoveryCodeUsed { left: 7 }),
            event(6 * DAY, phone, Happening::ContactVerified),
            event(6 * DAY, None, Happening::MessageUndelivered),
            event(6 * DAY, phone, Happening::SecondStepSwitched),
            event(6 * DAY, phone, Happening::RecoveryBegun),
            event(6 * DAY, phone, Happening::RecoveryFinished),
            event(6 * DAY, phone, Happening::RecoveryStopped),
            event(6 * DAY, phone, Happening::CodeIssued),
            event(6 * DAY, phone, Happening::IssuedCodeUsed),
            event(7 * DAY, None, Happening::AccountUnlocked),
            event(7 * DAY, None, Happening::AccountActivated),
            event(7 * DAY, None, Happening::AccountSuspended),
            event(7 * DAY, None, Happening::AccountResumed),
            event(7 * DAY, None, Happening::AccountClosed),
            event(7 * DAY, None, Happening::AccountReopened),
            event(7 * DAY, phone, Happening::ClosingAsked),
            event(7 * DAY, phone, Happening::ClosingCancelled),
            event(7 * DAY, None, Happening::IdentityProven),
            event(7 * DAY, None, Happening::GuardianshipEntered),
            event(7 * DAY, None, Happening::GuardianshipEnded),
            event(8 * DAY, None, Happening::AccountLocked),
            event(8 * DAY, None, Happening::RegistrationTried),
            event(8 * DAY, None, Happening::DataCorrected),
            event(9 * DAY, phone, Happening::AccountOpened),
            event(9 * DAY, None, Happening::AccessEnded { portal: portal() }),
            event(9 * DAY, None, Happening::NumberChanged),
            event(9 * DAY, phone, Happening::ContactRemoved),
            event(9 * DAY, phone, Happening::LanguageChosen),
            event(9 * DAY, phone, Happening::DataDownloaded),
            event(9 * DAY, phone, Happening::CorrectionAsked),
            event(9 * DAY, None, Happening::CorrectionSettled),
            event(9 * DAY, None, Happening::DisclosureTold),
            event(9 * DAY, phone, Happening::AccountLinked { portal: portal() }),
            event(9 * DAY, phone, Happening::AccountUnlinked { portal: portal() }),
        ]
    }
}
