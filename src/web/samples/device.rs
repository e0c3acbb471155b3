//! The pages of a sign-in that another device waits for.

use super::{Add, MINUTE, Samples, ago, form};
use crate::web::consent::Consent;
use crate::web::device::Device;
use crate::web::device_code::{CodeProblem, DeviceOutcome, Done, Elsewhere, EnterCode, Network};

impl Samples {
    pub(super) fn device(&self, consent: Consent, add: &mut Add<'_>) {
        let enter = EnterCode {
            layout: self.official(),
            form: form("/device"),
            code: String::new(),
            problem: None,
            hand_over: None,
        };
        add("device", &enter);
        let (code, hand_over) = ("WDJB-MJHT".to_owned(), Some("/device/qr/WDJB-MJHT".to_owned()));
        add("device-filled", &EnterCode { code: code.clone(), hand_over, ..enter.clone() });
        for (name, problem) in [
            ("missing", CodeProblem::Missing),
            ("malformed", CodeProblem::Malformed),
            ("unknown", CodeProblem::Unknown),
            ("tries", CodeProblem::TooManyTries { minutes: 4 }),
        ] {
            let code = "\"><script>".to_owned();
            add(&format!("device-fault-{name}"), &EnterCode { code, problem: Some(problem), ..enter.clone() });
        }
        let elsewhere = Elsewhere {
            code,
            device: Device { browser: None, system: Some("Android") },
            address: "203.0.x.x".to_owned(),
            network: Network::Other,
            since: ago(2 * MINUTE),
            until: ago(-8 * MINUTE),
        };
        let here = Elsewhere { network: Network::Same, device: Device::default(), ..elsewhere.clone() };
        add("device-request", &Consent { elsewhere: Some(elsewhere), person: None, limit: None, ..consent.clone() });
        add(
            "device-request-here",
            &Consent { elsewhere: Some(here), person: None, limit: None, portal: self.library(), ..consent },
        );
        for (name, outcome) in [
            ("allowed", DeviceOutcome::Allowed),
            ("denied", DeviceOutcome::Denied),
            ("too-weak", DeviceOutcome::TooWeak),
            ("unfit", DeviceOutcome::Unfit),
            ("late", DeviceOutcome::TooLate),
        ] {
            let portals = "/account/portals".to_owned();
            add(&format!("device-{name}"), &Done { layout: self.official(), outcome, portals });
        }
    }
}
