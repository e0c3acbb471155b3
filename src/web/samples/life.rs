//! The pages of an account's end, and of the accounts of minors.

use super::super::account::{CloseAccount, ConnectedPortal, Level, Ward, WardStanding};
use super::super::claims::ClaimName;
use super::{Add, DAY, Samples, ago, form};

impl Samples {
    pub(super) fn life(&self, add: &mut Add<'_>) {
        let close = CloseAccount {
            layout: self.citizen(),
            form: form("/account/close"),
            closes_at: ago(-14 * DAY),
            keep: "/account/security".to_owned(),
        };
        add("account-close", &close);
        let connected = ConnectedPortal {
            portal: self.library(),
            received: vec![ClaimName::parse("name"), ClaimName::parse("birthdate")],
            services: Vec::new(),
            allowed: Vec::new(),
            first: ago(40 * DAY),
            last: ago(DAY),
            open: None,
            claims: None,
            withdraw: String::new(),
        };
        let ward = Ward {
            layout: self.citizen(),
            name: "Nguyễn Minh Châu".to_owned(),
            level: Level::Proven,
            standing: WardStanding::Active,
            until: ago(-900 * DAY),
            portals: vec![connected],
            lock: Some(form("/account/family/0198a3f2")),
        };
        add("account-ward", &ward);
        for (name, standing) in
            [("asleep", WardStanding::Asleep), ("locked", WardStanding::Locked), ("suspended", WardStanding::Suspended)]
        {
            let other = Ward { standing, level: Level::Matched, portals: Vec::new(), lock: None, ..ward.clone() };
            add(&format!("account-ward-{name}"), &other);
        }
    }
}
