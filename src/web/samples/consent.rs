//! The consent page.

use super::{Add, DAY, MINUTE, Samples, ago, form};
use crate::web::account::{Allowed, ConnectedPortal, Shared};
use crate::web::claims::{Claim, ClaimName};
use crate::web::consent::{Access, ActingFor, AskedClaim, Basis, Consent, Lasting, Later, Need, Service, Standing};
use crate::web::details::{Detail, Piece, Row, Style, Value};
use crate::web::layout::TimeLimit;
use crate::web::organisations::Role;

pub(super) fn nothing_later() -> Later {
    Later { names: Vec::new(), standing: Standing::Kept }
}

impl Samples {
    pub(super) fn consent(&self, add: &mut Add<'_>) {
        let claims = [
            (ClaimName::Name, "Nguyễn Văn An"),
            (ClaimName::Birthdate, "1990-08-15"),
            (ClaimName::Gender, "male"),
            (ClaimName::NationalId, "001••••••456"),
            (ClaimName::Phone, "•••••••678"),
            (ClaimName::AccountLevel, "2"),
        ];
        let consent = Consent {
            person: Some("N. V. An".to_owned()),
            acting: None,
            layout: self.citizen(),
            form: form("/sign-in/0198a3f2/consent"),
            portal: self.public_services(),
            details: Vec::new(),
            basis: Basis::Consent,
            claims: claims.into_iter().map(|(name, value)| Claim::new(name, value).into()).collect(),
            later: Later {
                names: vec![ClaimName::parse("nickname"), ClaimName::parse("locale")],
                standing: Standing::Kept,
            },
            services: vec![self.health_records()],
            lasting: Lasting::UntilWithdrawn,
            access: Access::WhilePresent,
            limit: Some(TimeLimit { until: ago(-15 * MINUTE) }),
            elsewhere: None,
            withdraw: "/account/portals".to_owned(),
        };
        add("consent", &consent);
        let claims = [
            ("sub", "x9A…"),
            ("given_name", "An"),
            ("family_name", "Nguyễn"),
            ("gender", "female"),
            ("email", "a•••@example.vn"),
            ("address", "12 phố Trúc Bạch, phường Trúc Bạch, thành phố Hà Nội"),
            ("locale", "vi"),
            ("zoneinfo", "Asia/Ho_Chi_Minh"),
            ("middle_name", "Văn"),
            ("nickname", "An"),
            ("national_id_scheme", "vn"),
            ("authentication_level", "1"),
            ("tax_code", "8•••••••12"),
        ];
        let offline = Consent {
            portal: self.library(),
            claims: claims.into_iter().map(|(name, value)| Claim::new(ClaimName::parse(name), value).into()).collect(),
            later: nothing_later(),
            services: Vec::new(),
            lasting: Lasting::Until(ago(-90 * DAY)),
            access: Access::Offline,
            ..consent.clone()
        };
        add("consent-offline", &offline);
        add("consent-once", &Consent { lasting: Lasting::Once, ..consent.clone() });
        self.device(consent.clone(), add);
        let details = vec![self.payment(), self.records()];
        add("consent-needed", &Consent { claims: self.needed(), ..consent.clone() });
        let company = ActingFor {
            organisation: "Công ty Cổ phần Vận tải Sông Hồng".to_owned(),
            code: "0100109106".to_owned(),
            role: Role::Delegate,
            position: Some("Kế toán trưởng".to_owned()),
        };
        let of_company =
            Consent { acting: Some(company), basis: Basis::PublicTask, claims: self.needed(), ..consent.clone() };
        add("consent-organisation", &of_company);
        let demanded = AskedClaim {
            claim: Claim::new(ClaimName::NationalId, "001••••••456"),
            purpose: None,
            standing: Standing::Needed(Need::Basis(Basis::LegalObligation)),
        };
        let by_law = Consent { basis: Basis::LegalObligation, claims: vec![demanded], ..offline };
        add("consent-by-law", &by_law);
        let consent = Consent { later: nothing_later(), services: Vec::new(), ..consent };
        add("consent-details", &Consent { details: details.clone(), ..consent.clone() });
        add("consent-details-alone", &Consent { details, claims: Vec::new(), ..consent });
    }

    /// What can be left out, what was, and what cannot be, for each reason that there is.
    fn needed(&self) -> Vec<AskedClaim> {
        let asked =
            |name, value: &str, standing| AskedClaim { claim: Claim::new(name, value), purpose: None, standing };
        let why = |basis| Standing::Needed(Need::Basis(basis));
        vec![
            asked(ClaimName::Name, "Nguyễn Văn An", Standing::Needed(Need::Essential)),
            asked(ClaimName::Birthdate, "1990-08-15", why(Basis::Contract)),
            asked(ClaimName::NationalId, "001••••••456", why(Basis::LegalObligation)),
            asked(ClaimName::AccountLevel, "2", why(Basis::PublicTask)),
            asked(ClaimName::Phone, "•••••••678", why(Basis::VitalInterests)),
            AskedClaim {
                purpose: Some(self.result()), ..asked(ClaimName::Email, "a•••@example.vn", Standing::Kept)
            },
            asked(ClaimName::Address, "12 phố Trúc Bạch, thành phố Hà Nội", Standing::LeftOut),
        ]
    }

    /// What something is for.
    pub(super) fn result(&self) -> String {
        self.one_of([
            "gửi kết quả cho bạn",
            "send you the result",
            "vous envoyer le résultat",
            "отправить вам результат",
        ])
    }

    pub(super) fn connected(&self) -> ConnectedPortal {
        ConnectedPortal {
            portal: self.public_services(),
            received: vec![ClaimName::Name, ClaimName::Birthdate, ClaimName::Gender, ClaimName::NationalId],
            services: vec![self.health_records()],
            allowed: vec![Allowed { at: ago(2 * DAY), details: vec![self.payment()] }],
            first: ago(40 * DAY),
            last: ago(2 * MINUTE),
            open: Some("https://portal.example/login?iss=https%3A%2F%2Fid.example".to_owned()),
            claims: Some("/account/portals/dvc/claims".to_owned()),
            withdraw: "/account/portals/dvc/withdraw".to_owned(),
        }
    }

    pub(super) fn shared(&self) -> Shared {
        let name = Standing::Needed(Need::Basis(Basis::LegalObligation));
        Shared {
            layout: self.citizen(),
            form: form("/account/portals/dvc/claims"),
            portal: self.public_services(),
            claims: vec![
                (ClaimName::Name, name),
                (ClaimName::Birthdate, Standing::Kept),
                (ClaimName::Phone, Standing::LeftOut),
                (ClaimName::parse("verified_claims.address"), Standing::Kept),
                (ClaimName::Evidence, Standing::Kept),
            ],
            keep: "/account/portals".to_owned(),
        }
    }

    pub(super) fn health_records(&self) -> Service {
        Service {
            name: "Hồ sơ sức khỏe điện tử".to_owned(),
            rights: vec!["Xem sổ tiêm chủng".to_owned(), "Đặt và hủy lịch khám".to_owned()],
        }
    }

    pub(super) fn payment(&self) -> Detail {
        let [pay, to, on] = match self.one_of(["vi", "en", "fr", "ru"]).as_str() {
            "vi" => ["Nộp ", " cho ", " vào ngày "],
            "en" => ["Pay ", " to ", " on "],
            "fr" => ["Payer ", " à ", " le "],
            _ => ["Заплатить ", " получателю ", " "],
        };
        let words = |words: &str| Piece::Text(words.to_owned());
        let value = |text: &str, style| Piece::Values { shown: vec![Value::Text(text.to_owned())], more: 0, style };
        Detail {
            title: self.one_of(["Nộp phí", "Payment", "Paiement", "Платёж"]),
            sentence: vec![
                words(pay),
                value("1250000.50", Style::Number),
                words(" "),
                value("VND", Style::Plain),
                words(to),
                // What a stranger sends is text, whatever it looks like; right to left, it turns nothing but itself.
                value("\"><script>alert(1)</script> مكتب الضرائب", Style::Plain),
                words(on),
                value("2026-11-22", Style::Date),
            ],
            rest: vec![
                Row { name: "creditorAccount › iban".to_owned(), values: vec![Value::Text("VN".repeat(60))] },
                Row { name: "urgent".to_owned(), values: vec![Value::Flag(true)] },
            ],
        }
    }

    /// One of whose type nobody wrote a sentence that fits.
    fn records(&self) -> Detail {
        let texts = |all: &[&str]| all.iter().map(|text| Value::Text((*text).to_owned())).collect();
        Detail {
            title: "https://land.example/records".to_owned(),
            sentence: Vec::new(),
            rest: vec![
                Row { name: "actions".to_owned(), values: texts(&["read", "list", "\u{fffd}export"]) },
                Row { name: "parcel".to_owned(), values: vec![Value::Nothing] },
            ],
        }
    }
}
