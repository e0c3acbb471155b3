//! The pages of accounts that somebody had at portals before.

use super::super::account::{EndLink, LinkedAccount, LinkedAccounts, NewLink, Notice, OfferedAccount};
use super::super::sign_in::Fault;
use super::{Add, DAY, Samples, ago, form};

impl Samples {
    pub(super) fn linked(&self, add: &mut Add<'_>) {
        let link = |account: &str, days| LinkedAccount {
            portal: self.public_services().name,
            account: account.to_owned(),
            linked: ago(days * DAY),
            end: "/account/linked-accounts/0198a3f2/end".to_owned(),
        };
        let list = LinkedAccounts {
            layout: self.citizen(),
            notice: Some(Notice::AccountLinked),
            links: vec![link("an.•••••yen", 40), link("Cửa hàng <An>", 1)],
        };
        add("account-linked", &list);
        let none = LinkedAccounts { notice: Some(Notice::AccountUnlinked), links: Vec::new(), ..list };
        add("account-linked-empty", &none);
        let new = NewLink {
            layout: self.citizen(),
            form: form("/account/linked-accounts/new"),
            code: String::new(),
            offered: None,
            problem: None,
        };
        add("account-linked-new", &new);
        let code = "BCDF-GHJK-LMNP-QRST-VWXZ-BCDF".to_owned();
        let wrong = NewLink { code: code.clone(), problem: Self::problem(Fault::WrongLinkCode), ..new.clone() };
        add("account-linked-new-wrong", &wrong);
        let offered = OfferedAccount { portal: self.public_services(), account: "an.•••••yen".to_owned() };
        add("account-linked-offered", &NewLink { code, offered: Some(offered), ..new });
        let end = EndLink {
            layout: self.citizen(),
            form: form("/account/linked-accounts/0198a3f2/end"),
            link: link("Cửa hàng <An>", 1),
        };
        add("account-linked-end", &end);
    }
}
