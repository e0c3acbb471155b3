//! The pages of recovery, and of codes that are handed over in person.

use super::super::account::{Lost, NewCertificate, Opener, Raisable, Raise};
use super::super::claims::Method;
use super::super::counter::Counter;
use super::super::layout::TimeLimit;
use super::super::recover::{Outcome, Recover, Recovered, StopRecovery};
use super::super::sign_in::{Fault, PasswordFault};
use super::{Add, DAY, MINUTE, Samples, ago, form};

impl Samples {
    pub(super) fn recovery(&self, add: &mut Add<'_>) {
        let recover = Recover {
            layout: self.official(),
            form: form("/recover"),
            username: String::new(),
            schemes: Self::one_scheme(),
            least: 15,
            hours: 72,
            problem: None,
        };
        add("recover", &recover);
        for (name, fault) in [
            ("code", Fault::CodeMissing),
            ("wrong", Fault::WrongIdentifierOrCode),
            ("password", Fault::NewPassword(PasswordFault::Known)),
        ] {
            let problem = Self::problem(fault);
            let username = "001090123456".to_owned();
            add(&format!("recover-fault-{name}"), &Recover { username, problem, ..recover.clone() });
        }
        for (name, how) in [
            ("waiting", Outcome::Waiting { hours: 72 }),
            ("finished", Outcome::Finished),
            ("stopped", Outcome::Stopped),
            ("nothing", Outcome::NothingToStop),
        ] {
            add(&format!("recovered-{name}"), &Recovered { layout: self.official(), how });
        }
        let stop = StopRecovery { layout: self.official(), form: form("/recover/stop/x"), until: ago(-2 * DAY) };
        add("recover-stop", &stop);

        let counter = Counter {
            layout: self.official(),
            form: form("/sign-in/0198a3f2/counter"),
            portal: Some(self.public_services()),
            username_shown: "001••••••456".to_owned(),
            change: "/sign-in/0198a3f2".to_owned(),
            problem: None,
            limit: TimeLimit { until: ago(-15 * MINUTE) },
        };
        add("counter", &counter);
        let problem = Self::problem(Fault::WrongIdentifierOrCode);
        add("counter-fault", &Counter { problem, portal: None, ..counter });

        let phone =
            Raisable { id: "0198".to_owned(), method: Method::Passkey, name: "Điện thoại của An".to_owned() };
        let raise = Raise {
            layout: self.citizen(),
            form: form("/account/security/raise"),
            raisable: vec![phone],
            problem: None,
        };
        add("account-raise", &raise);
        for (name, fault) in [("code", Fault::WrongIssuedCode), ("chosen", Fault::NothingChosen)] {
            add(&format!("account-raise-fault-{name}"), &Raise { problem: Self::problem(fault), ..raise.clone() });
        }
        add("account-raise-nothing", &Raise { raisable: Vec::new(), ..raise });
        let openers =
            vec![Opener {
                id: "0198".to_owned(), method: Method::Passkey, name: "Điện thoại của An".to_owned()
            }];
        let new = form("/account/security/certificates/new");
        add("account-new-certificate", &NewCertificate { layout: self.citizen(), form: new.clone(), openers });
        add("account-new-certificate-only", &NewCertificate { layout: self.citizen(), form: new, openers: Vec::new() });
        let lost = Lost { layout: self.citizen(), form: Some(form("/account/security/lost")), hours: 72 };
        add("account-lost", &lost);
        add("account-lost-too-little", &Lost { form: None, ..lost });
    }
}
