//! The demonstration portal's pages.

use super::super::claims::{Claim, ClaimName};
use super::super::portal;
use super::{Add, Samples, form};

impl Samples {
    pub(super) fn portal(&self, add: &mut Add<'_>) {
        let layout = || portal::Layout { voice: self.voice(), return_to: "/".to_owned(), provider: "SenID".to_owned() };
        let home = portal::Home { layout: layout(), sign_in: "/sign-in".to_owned(), news: None };
        add("portal-home", &home);
        add("portal-signed-out", &portal::Home { news: Some(portal::News::SignedOut), ..home.clone() });
        add("portal-cancelled", &portal::Home { news: Some(portal::News::Cancelled), ..home });
        let claims = [
            ("name", "Nguyễn Văn An"),
            ("birthdate", "1990-08-15"),
            ("gender", "male"),
            ("national_id", "001090123456"),
            ("phone_number", "+84901234678"),
            ("email", "an@example.vn"),
            ("account_level", "1"),
            ("sub", "W1x0bqk3v7rQy2mJmFq0uK9c2u5l8d7e"),
        ];
        let citizen = portal::Citizen {
            layout: layout(),
            name: "Nguyễn Văn An".to_owned(),
            claims: claims.into_iter().map(|(name, value)| Claim::new(ClaimName::parse(name), value)).collect(),
            account_level: 1,
            authentication_level: 1,
            stronger: "/sign-in?stronger=yes".to_owned(),
            sign_out: form("/sign-out"),
            account: "http://localhost:8080/account".to_owned(),
        };
        add("portal-citizen", &citizen);
        add("portal-citizen-proven", &portal::Citizen { account_level: 2, ..citizen });
        for (name, fault) in [
            ("notfound", portal::PortalFault::NotFound),
            ("unexpected", portal::PortalFault::Unexpected),
            ("refused", portal::PortalFault::Refused),
            ("unverifiable", portal::PortalFault::Unverifiable),
        ] {
            let detail = (name == "refused").then(|| "invalid_scope: the scope is not allowed".to_owned());
            let page = portal::PortalError { layout: layout(), fault, detail, sign_in: "/sign-in".to_owned() };
            add(&format!("portal-error-{name}"), &page);
        }
    }
}
