//! The pages of what the citizen proves themselves with.

use super::super::account::{
    Asked, ChangePassword, Counts, Credential, Enrolment, Held, LastStrong, Locked, NotMe, Notice, RecoveryWaiting,
    RemoveCredential, SecondStep, Security,
};
use super::super::claims::Method;
use super::super::sign_in::{Fault, PasswordFault};
use super::{Add, DAY, MINUTE, Samples, ago, form};

impl Samples {
    pub(super) fn security(&self, add: &mut Add<'_>) {
        let page = "/account/security/credentials/0198a3f2-7c1e-7d05-8f5b-1f2e3d4c5b6a".to_owned();
        let held = |method, name: &str, counts| Held {
            method,
            name: name.to_owned(),
            counts,
            added: ago(40 * DAY),
            last_used: Some(ago(3 * MINUTE)),
            page: page.clone(),
        };
        let phone = held(Method::Passkey, "Điện thoại của An", Counts::AloneResistant);
        let security = Security {
            layout: self.citizen(),
            notice: Some(Notice::CredentialRemoved),
            password: Some(ago(90 * DAY)),
            recovery: Some(RecoveryWaiting { until: ago(-2 * DAY), stop: form("/account/security/recovery/stop") }),
            second_step: Some(SecondStep { asked: Asked::Always, form: form("/account/security/second-step") }),
            held: vec![
                phone.clone(),
                held(Method::SecurityKey, "YubiKey", Counts::BesideResistant),
                held(Method::Certificate, "VNPT-CA", Counts::Alone),
                held(Method::Totp, "Aegis <2>", Counts::Beside),
                Held { last_used: None, ..held(Method::Passkey, "iPad", Counts::Weak) },
                held(Method::RecoveryCode, "2026", Counts::Spare),
                held(Method::Certificate, "VNPT-CA 2023", Counts::Nothing),
            ],
            enrolments: Enrolment::ALL.to_vec(),
        };
        add("account-security", &security);
        for (name, notice) in [
            ("added", Notice::CredentialAdded),
            ("renamed", Notice::CredentialRenamed),
            ("password", Notice::PasswordChanged),
            ("raised", Notice::CredentialRaised),
            ("second-step-on", Notice::SecondStepOn),
            ("recovery-begun", Notice::RecoveryBegun),
            ("recovery-stopped", Notice::RecoveryStopped),
        ] {
            let bare = Security {
                notice: Some(notice),
                password: None,
                recovery: None,
                second_step: None,
                held: Vec::new(),
                enrolments: Vec::new(),
                ..security.clone()
            };
            add(&format!("account-security-{name}"), &bare);
        }

        let where_asked = SecondStep { asked: Asked::WhereAsked, form: form("/account/security/second-step") };
        let off = Security { notice: Some(Notice::SecondStepOff), second_step: Some(where_asked), ..security };
        add("account-security-second-step-off", &off);

        let credential = Credential {
            layout: self.citizen(),
            notice: None,
            form: form(&page),
            held: phone.clone(),
            name: phone.name.clone(),
            problem: None,
            remove: format!("{page}/remove"),
        };
        add("account-credential", &credential);
        let faulty = Credential { name: String::new(), problem: Self::problem(Fault::NameMalformed), ..credential };
        add("account-credential-fault", &faulty);
        let remove = RemoveCredential {
            layout: self.citizen(),
            form: form(&format!("{page}/remove")),
            held: phone,
            last_strong: LastStrong::Yes,
            closed: vec![self.public_services().name, self.library().name],
            keep: page,
        };
        add("account-credential-remove-last", &remove);
        let other = RemoveCredential { last_strong: LastStrong::No, closed: Vec::new(), ..remove };
        add("account-credential-remove", &other);
        let held = Held { method: Method::Certificate, ..other.held.clone() };
        add("account-credential-remove-certificate", &RemoveCredential { held, ..other });

        let password = ChangePassword {
            layout: self.citizen(),
            form: form("/account/security/password"),
            least: 15,
            username: "001••••••456".to_owned(),
            problem: None,
        };
        add("account-password", &password);
        for (name, fault) in [
            ("short", PasswordFault::TooShort { least: 15 }),
            ("long", PasswordFault::TooLong { most: 128 }),
            ("control", PasswordFault::ControlCharacter),
            ("common", PasswordFault::Common),
            ("repetitive", PasswordFault::Repetitive),
            ("sequential", PasswordFault::Sequential),
            ("known", PasswordFault::Known),
        ] {
            let problem = Self::problem(Fault::NewPassword(fault));
            add(&format!("account-password-{name}"), &ChangePassword { problem, ..password.clone() });
        }
        let not_me =
            NotMe { layout: self.citizen(), form: form("/account/not-me"), about: None, keep: "/account".to_owned() };
        add("account-not-me", &not_me);
        add("account-locked", &Locked { layout: self.official() });
        let about = self.events().into_iter().nth(2).map(|event| ("0198a3f2".to_owned(), event));
        add("account-not-me-event", &NotMe { about, ..not_me });
    }
}
