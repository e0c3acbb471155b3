//! The sign-in page where several countries' numbers are typed, or another than Viet Nam's.

use super::super::schemes::Schemes;
use super::super::sign_in::{Fault, SignIn};
use super::{Add, Samples};

impl Samples {
    pub(super) fn one_scheme() -> Schemes {
        Schemes { offered: vec!["vn"], chosen: "vn" }
    }

    pub(super) fn schemes(&self, sign_in: &SignIn, add: &mut Add<'_>) {
        let schemes = Schemes { offered: vec!["vn", "ee", "ru", "fr", "kr", "my", "ci"], chosen: "fr" };
        add("sign-in-schemes", &SignIn { schemes: schemes.clone(), ..sign_in.clone() });
        let problem = Self::problem(Fault::IdentifierMalformed("fr"));
        add("sign-in-schemes-fault", &SignIn { schemes, problem, ..sign_in.clone() });
        let abroad = Schemes { offered: vec!["ci"], chosen: "ci" };
        add("sign-in-abroad", &SignIn { schemes: abroad, ..sign_in.clone() });
    }
}
