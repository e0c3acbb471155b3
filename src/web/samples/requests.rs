//! The pages of requests that came through the back channel.

use super::super::account::{Closed, ClosedRequest, Notice, Proof, Request, Requests, Waiting};
use super::super::claims::{Claim, ClaimName};
use super::super::consent::{Access, Basis, Lasting, Later, Standing};
use super::consent::nothing_later;
use super::{Add, DAY, MINUTE, Samples, ago, form};

impl Samples {
    pub(super) fn requests(&self, add: &mut Add<'_>) {
        let page = "/account/requests/0198a3f2-7c1e-7d05-8f5b-1f2e3d4c5b6a".to_owned();
        let waiting = Waiting {
            portal: self.public_services(),
            message: Some("HS-2026/118".to_owned()),
            asked: ago(MINUTE),
            until: ago(-4 * MINUTE),
            page: page.clone(),
        };
        let bare = Waiting { portal: self.library(), message: None, ..waiting.clone() };
        let list = Requests { layout: self.citizen(), notice: None, waiting: vec![waiting, bare] };
        add("account-requests", &list);
        for (name, notice) in [
            ("allowed", Notice::RequestAllowed),
            ("denied", Notice::RequestDenied),
            ("over", Notice::RequestOver),
            ("unmet", Notice::RequestUnmet),
        ] {
            let empty = Requests { notice: Some(notice), waiting: Vec::new(), ..list.clone() };
            add(&format!("account-requests-{name}"), &empty);
        }
        let request = Request {
            layout: self.citizen(),
            form: form(&page),
            portal: self.public_services(),
            message: Some("HS-2026/118".to_owned()),
            details: Vec::new(),
            basis: Basis::Consent,
            claims: vec![
                Claim::new(ClaimName::Name, "Nguyễn Văn An").into(),
                Claim::new(ClaimName::NationalId, "001••••••456").into(),
            ],
            later: nothing_later(),
            services: vec![self.health_records()],
            lasting: Lasting::Until(ago(-365 * DAY)),
            access: Access::WhilePresent,
            asked: ago(MINUTE),
            until: ago(-4 * MINUTE),
            proof: Proof::Enough,
            withdraw: "/account/portals".to_owned(),
        };
        add("account-request", &request);
        add("account-request-weak", &Request { proof: Proof::Weak, ..request.clone() });
        add("account-request-unmet", &Request { proof: Proof::Unmet, ..request.clone() });
        let unsure = Request {
            portal: self.library(),
            message: None,
            claims: Vec::new(),
            services: Vec::new(),
            later: Later { names: vec![ClaimName::Nickname], standing: Standing::LeftOut },
            access: Access::Offline,
            proof: Proof::Stale,
            ..request
        };
        add("account-request-unsure", &unsure);
        for (name, how) in [("allowed", Closed::Allowed), ("denied", Closed::Denied), ("over", Closed::Over)] {
            add(&format!("account-request-{name}"), &ClosedRequest { layout: self.citizen(), how });
        }
    }
}
