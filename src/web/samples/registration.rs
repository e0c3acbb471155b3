//! The pages on which people open an account.

use super::super::layout::TimeLimit;
use super::super::schemes::Schemes;
use super::super::self_registration::{Register, RegisterCode, RegisterPassword, RegisterTaken, Registry, Typed};
use super::super::sign_in::{Fault, PasswordFault};
use super::{Add, MINUTE, Samples, ago, form};

impl Samples {
    pub(super) fn registration(&self, add: &mut Add<'_>) {
        let limit = || TimeLimit { until: ago(-15 * MINUTE) };
        let register = Register {
            layout: self.official(),
            form: form("/sign-in/0198a3f2/register"),
            portal: Some(self.public_services()),
            schemes: Self::one_scheme(),
            typed: Typed::default(),
            sign_in: "/sign-in/0198a3f2".to_owned(),
            problem: None,
            limit: limit(),
        };
        add("register", &register);
        let schemes = Schemes { offered: vec!["vn", "ee", "ru", "fr", "kr", "my", "ci"], chosen: "ee" };
        add("register-schemes", &Register { schemes, portal: None, ..register.clone() });
        let filled = |text: &str| text.to_owned();
        let typed = Typed {
            number: filled("001 192 004 567"),
            name: filled("Đỗ Thị Hoà"),
            day: filled("21"),
            month: filled("3"),
            year: filled("1993"),
        };
        for (name, fault) in [
            ("number", Fault::NumberMalformed),
            ("name", Fault::PersonNameMissing),
            ("no-name", Fault::PersonNameMalformed),
            ("birthdate", Fault::BirthdateMalformed),
            ("contradiction", Fault::BirthdateContradicts),
            ("young", Fault::TooYoung { from: 14 }),
        ] {
            let problem = Self::problem(fault);
            add(&format!("register-fault-{name}"), &Register { problem, typed: typed.clone(), ..register.clone() });
        }
        let code = RegisterCode {
            layout: self.official(),
            form: form("/sign-in/0198a3f2/register/code"),
            portal: Some(self.public_services()),
            number: filled("001•••••567"),
            change: filled("/sign-in/0198a3f2/register"),
            registry: Registry::Answers,
            problem: None,
            limit: limit(),
        };
        add("register-code", &code);
        add("register-code-fault", &RegisterCode { problem: Self::problem(Fault::WrongCode), ..code.clone() });
        add("register-code-away", &RegisterCode { registry: Registry::Away, ..code });
        let password = RegisterPassword {
            layout: self.official(),
            form: form("/sign-in/0198a3f2/register/password"),
            portal: Some(self.public_services()),
            name: filled("Đỗ Thị Hoà"),
            number: filled("001•••••567"),
            contact: filled("+84•••••321"),
            username: filled("001192004567"),
            least: 15,
            problem: None,
            limit: limit(),
        };
        add("register-password", &password);
        let problem = Self::problem(Fault::NewPassword(PasswordFault::TooShort { least: 15 }));
        add("register-password-fault", &RegisterPassword { problem, ..password });
        let taken = RegisterTaken { layout: self.official(), sign_in: filled("/sign-in/0198a3f2") };
        add("register-taken", &taken);
    }
}
