//! Signing in with a certificate.

use super::super::certificate::{Fault, Heading, Problem, Remote, Signature, Way, WayLink, Ways, WebEid};
use super::{Add, DAY, MINUTE, Samples, TimeLimit, ago, form};

const CHALLENGE: &str = "SenID sign-in\nVersion: 1\nThis signature signs you in. It agrees to nothing else.\nAt: \
                         https://id.example\nPortal: Cổng Dịch vụ công <demo>\nTime: 2026-11-20T01:14:00Z\nNonce: \
                         yZ0WcnnC1uhwWfCgMV4DdBz3PnNR6tVhGQ2Gd0aSM0A\n";

impl Samples {
    pub(super) fn certificate(&self, add: &mut Add<'_>) {
        let limit = TimeLimit { until: ago(-15 * MINUTE) };
        let path = |page: &str| format!("/sign-in/0198a3f2/certificate{page}");
        let link = |way, page: &str| WayLink { way, path: path(page) };
        let ways = Ways {
            layout: self.official(),
            form: form(&path("")),
            portal: Some(self.public_services()),
            heading: Heading::SignIn,
            ways: vec![
                link(Way::Connection, "/card"),
                link(Way::WebEid, "/web-eid"),
                link(Way::Signature, "/signature"),
                link(Way::Remote, "/remote"),
            ],
            others: Some("/sign-in/0198a3f2".to_owned()),
            problem: None,
            limit,
        };
        add("certificate", &ways);
        let new = Ways { heading: Heading::Add, portal: None, others: None, ..ways.clone() };
        add("certificate-new", &new);
        for (name, fault) in faults() {
            let problem = Some(Problem { fault, reference: "01JDM3T0".to_owned() });
            add(&format!("certificate-fault-{name}"), &Ways { problem, ..ways.clone() });
        }
        let web_eid = WebEid {
            layout: self.official(),
            form: form(&path("/web-eid")),
            portal: Some(self.public_services()),
            nonce: "yZ0WcnnC1uhwWfCgMV4DdBz3PnNR6tVhGQ2Gd0aSM0A=".to_owned(),
            others: path(""),
            problem: None,
            limit,
        };
        add("web-eid", &web_eid);
        let problem = |fault| Some(Problem { fault, reference: "01JDM3T0".to_owned() });
        add("web-eid-fault", &WebEid { portal: None, problem: problem(Fault::TooLate), ..web_eid });
        let signature = Signature {
            layout: self.official(),
            form: form(&path("/signature")),
            portal: Some(self.public_services()),
            text: CHALLENGE.to_owned(),
            encoded: "U2VuSUQgc2lnbi1pbgo=".to_owned(),
            download: path("/signature/text"),
            others: path(""),
            problem: None,
            limit,
        };
        add("signature", &signature);
        add("signature-fault", &Signature { problem: problem(Fault::NotProven), ..signature });
        let remote = Remote {
            layout: self.official(),
            form: form(&path("/remote")),
            portal: Some(self.public_services()),
            username: "001090123456".to_owned(),
            schemes: Self::one_scheme(),
            control_code: None,
            others: path(""),
            problem: None,
            limit,
        };
        add("remote", &remote);
        add("remote-fault", &Remote { problem: problem(Fault::NotSigned), ..remote.clone() });
        add("remote-waiting", &Remote { control_code: Some("4821".to_owned()), ..remote });
    }
}

fn faults() -> Vec<(&'static str, Fault)> {
    vec![
        ("nothing", Fault::NothingShown),
        ("too-late", Fault::TooLate),
        ("unreadable", Fault::Unreadable),
        ("not-proven", Fault::NotProven),
        ("expired", Fault::Expired(ago(17 * DAY))),
        ("not-yet", Fault::NotYetValid(ago(-17 * DAY))),
        ("authority", Fault::AuthorityOutOfDate),
        ("purpose", Fault::NotForSigningIn),
        ("gost", Fault::Gost),
        ("weak", Fault::Weak),
        ("policy", Fault::Policy),
        ("organisation", Fault::Organisation),
        ("no-number", Fault::NoNumber),
        ("several-numbers", Fault::SeveralNumbers),
        ("number", Fault::NumberNotAccepted),
        ("broken", Fault::Broken),
        ("not-trusted", Fault::NotTrusted),
        ("revoked", Fault::Revoked(ago(3 * DAY))),
        ("on-hold", Fault::OnHold),
        ("unknown", Fault::UnknownToIssuer),
        ("revocation", Fault::RevocationUnknown),
        ("no-account", Fault::NoAccount),
        ("locked", Fault::Locked),
        ("not-confirmed", Fault::NotConfirmed),
        ("not-bound", Fault::NotBound),
        ("removed", Fault::Removed),
        ("known", Fault::Known),
        ("taken", Fault::Taken),
        ("too-many", Fault::TooMany),
        ("other-person", Fault::OtherPerson),
        ("not-signed", Fault::NotSigned),
        ("service", Fault::ServiceAway),
        ("malformed", Fault::NumberMalformed),
        ("tries", Fault::TooManyTries { minutes: 5 }),
    ]
}
