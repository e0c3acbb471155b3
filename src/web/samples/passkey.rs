//! Passkeys and security keys: at sign-in, and in the account.

use super::*;
use crate::web::account::{NewPasskey, PasskeyAdded, PasskeyFault, PasskeyProblem, StandsAlone};
use crate::web::passkey::{Ceremony, Passkey, With};

pub(super) fn ceremony() -> Ceremony {
    Ceremony { form: form("/sign-in/0198a3f2/passkey"), options: "/sign-in/0198a3f2/passkey/options".to_owned() }
}

impl Samples {
    pub(super) fn passkeys(&self, add: &mut Add<'_>) {
        let passkey = Passkey {
            layout: self.official(),
            ceremony: ceremony(),
            portal: Some(self.public_services()),
            with: With::Passkey,
            problem: None,
            others: "/sign-in/0198a3f2".to_owned(),
            limit: TimeLimit { until: ago(-15 * MINUTE) },
        };
        add("passkey", &passkey);
        add("passkey-key", &Passkey { with: With::SecurityKey, portal: None, ..passkey.clone() });
        add("passkey-enrolled", &Passkey { with: With::Enrolled, ..passkey.clone() });
        for (name, fault) in [
            ("not-accepted", Fault::PasskeyNotAccepted),
            ("not-alone", Fault::KeyNotAlone),
            ("stale", Fault::PasskeyStale),
            ("script", Fault::NeedsScript),
        ] {
            add(&format!("passkey-fault-{name}"), &Passkey { problem: Self::problem(fault), ..passkey.clone() });
        }
        let path = "/account/security/passkeys/new";
        let new = NewPasskey {
            layout: self.citizen(),
            ceremony: Ceremony { form: form(path), options: format!("{path}/options") },
            typed: None,
            problem: None,
        };
        add("account-passkey-new", &new);
        for (name, fault) in [
            ("name", PasskeyFault::Name),
            ("script", PasskeyFault::NeedsScript),
            ("stale", PasskeyFault::Stale),
            ("taken", PasskeyFault::Taken),
            ("too-many", PasskeyFault::TooMany),
            ("not-accepted", PasskeyFault::NotAccepted),
            ("authenticator", PasskeyFault::AuthenticatorNotAccepted),
        ] {
            let problem = Some(PasskeyProblem { fault, reference: "0198a3f2-7c41".to_owned() });
            add(
                &format!("account-passkey-fault-{name}"),
                &NewPasskey { problem, typed: Some("\"><i>".to_owned()), ..new.clone() },
            );
        }
        let added = PasskeyAdded {
            layout: self.citizen(),
            name: "\"><script>Phone".to_owned(),
            stands_alone: StandsAlone::Yes,
        };
        add("account-passkey-added", &added);
        add("account-passkey-added-beside", &PasskeyAdded { stands_alone: StandsAlone::BesideAPassword, ..added });
    }
}
