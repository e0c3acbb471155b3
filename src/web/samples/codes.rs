//! The pages of codes: in a second step, and in the account.

use super::super::account::{Confirm, Contact, NewTotp, Notice, Reached, RecoveryCodes, RecoveryCodesShown};
use super::super::layout::TimeLimit;
use super::super::second_step::{Code, SecondStep};
use super::super::sign_in::Fault;
use super::{Add, MINUTE, Samples, ago, form};

impl Samples {
    pub(super) fn codes(&self, add: &mut Add<'_>) {
        let step = SecondStep {
            layout: self.official(),
            form: form("/sign-in/0198a3f2/totp"),
            portal: Some(self.public_services()),
            code: Code::Totp,
            others: "/sign-in/0198a3f2/step-up".to_owned(),
            problem: None,
            limit: TimeLimit { until: ago(-15 * MINUTE) },
        };
        add("second-step-totp", &step);
        add("second-step-recovery", &SecondStep { code: Code::Recovery, portal: None, ..step.clone() });
        let sms = |waiting| Code::Sms { to: "+84•••••678".to_owned(), waiting };
        add("second-step-sms", &SecondStep { code: sms(false), ..step.clone() });
        add("second-step-sms-sent", &SecondStep { code: sms(true), ..step.clone() });
        for (name, code, fault) in [
            ("missing", Code::Totp, Fault::CodeMissing),
            ("wrong", Code::Totp, Fault::WrongCode),
            ("exhausted", Code::Totp, Fault::CodesExhausted),
            ("too-soon", Code::Recovery, Fault::TooSoon { seconds: 8 }),
            ("unreachable", sms(false), Fault::Unreachable),
            ("messages", sms(true), Fault::TooManyMessages { minutes: 42 }),
        ] {
            let page = SecondStep { code, problem: Self::problem(fault), ..step.clone() };
            add(&format!("second-step-fault-{name}"), &page);
        }

        let totp = NewTotp {
            layout: self.citizen(),
            form: form("/account/security/totp/new"),
            secret: "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ".to_owned(),
            link: "otpauth://totp/SenID:001%E2%80%A2456?secret=GEZDGNBVGY3TQOJQ&issuer=SenID".to_owned(),
            picture: "/account/security/totp/picture".to_owned(),
            name: None,
            problem: None,
        };
        add("account-totp", &totp);
        let name = Some("\"><script>".to_owned());
        add("account-totp-wrong", &NewTotp { name, problem: Self::problem(Fault::WrongCode), ..totp.clone() });
        add("account-totp-many", &NewTotp { problem: Self::problem(Fault::TooManyCredentials), ..totp });

        let list = RecoveryCodes { layout: self.citizen(), form: form("/account/security/recovery-codes"), left: None };
        add("account-recovery-codes", &list);
        add("account-recovery-codes-left", &RecoveryCodes { left: Some(3), ..list });
        let codes = vec!["7K2M-QX4T-9FHB-03ZC".to_owned(); 10];
        add("account-recovery-codes-shown", &RecoveryCodesShown { layout: self.citizen(), codes });

        let reached = |now: &str, verified| Reached {
            now: Some(now.to_owned()),
            verified,
            offered: true,
            waiting: None,
            problem: None,
        };
        let contact = Contact {
            layout: self.citizen(),
            notice: Some(Notice::ContactRemoved),
            form: form("/account/security/contact"),
            email: reached("a•••@example.vn", true),
            phone: reached("+84•••••678", false),
            off: false,
        };
        add("account-contact", &contact);
        let waiting = Reached { waiting: Some("b•••@example.vn".to_owned()), ..contact.email.clone() };
        add("account-contact-waiting", &Contact { email: waiting, ..contact.clone() });
        for (name, fault) in
            [("malformed", Fault::ContactMalformed), ("taken", Fault::ContactTaken), ("last", Fault::ContactLast)]
        {
            let phone = Reached { problem: Self::problem(fault), ..contact.phone.clone() };
            add(&format!("account-contact-{name}"), &Contact { phone, ..contact.clone() });
        }
        let none = Reached { now: None, verified: false, offered: false, waiting: None, problem: None };
        add("account-contact-off", &Contact { email: none.clone(), phone: none, off: true, ..contact });

        let confirm = Confirm {
            layout: self.citizen(),
            form: form("/account/security/confirm?return_to=%2Faccount%2Fsecurity"),
            channels: vec![("send-email", "a•••@example.vn".to_owned()), ("send-sms", "+84•••••678".to_owned())],
            waiting: None,
            problem: None,
        };
        add("account-confirm", &confirm);
        let waiting = Some("a•••@example.vn".to_owned());
        for (name, fault) in [("wrong", Fault::WrongCode), ("exhausted", Fault::SentCodesExhausted)] {
            let page = Confirm { waiting: waiting.clone(), problem: Self::problem(fault), ..confirm.clone() };
            add(&format!("account-confirm-{name}"), &page);
        }
    }
}
