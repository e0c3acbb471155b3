//! What is kept about the citizen.

use super::{Add, DAY, Samples, ago, form};
use crate::web::account::{
    Correction, CorrectionProblem, CorrectionStanding, Data, Disclosure, How, Level, Notice, Verified,
};
use crate::web::claims::{Claim, ClaimName};
use crate::web::text::Language;

impl Samples {
    pub(super) fn data(&self, add: &mut Add<'_>) {
        let verified =
            |how, by: Option<&str>, days: i64| Verified { how, by: by.map(str::to_owned), at: ago(days * DAY) };
        let correction = |about, standing| Correction {
            about,
            words: "Tên đệm của tôi là Thị, không phải Thi".to_owned(),
            at: ago(3 * DAY),
            standing,
        };
        let answer = || "Đã sửa theo giấy khai sinh".to_owned();
        let data = Data {
            layout: self.citizen(),
            notice: None,
            level: Level::Proven,
            who: vec![
                Claim::new(ClaimName::Name, "Nguyễn Văn An"),
                Claim::new(ClaimName::NationalId, "001•••••456"),
                Claim::new(ClaimName::Birthdate, "1990-08-15"),
                Claim::new(ClaimName::Gender, "male"),
                Claim::new(ClaimName::Address, "Số 12 phố Trúc Bạch, phường Ba Đình, Hà Nội"),
            ],
            verified: vec![
                verified(How::InPerson, Some("Công an phường Trúc Bạch"), 200),
                verified(How::InPerson, None, 200),
                verified(How::ByCertificate, Some("VNPT-CA"), 300),
                verified(How::ByCertificate, None, 300),
                verified(How::ByRegister, Some("Cơ sở dữ liệu quốc gia về dân cư"), 400),
                verified(How::ByRegister, None, 400),
            ],
            download: form("/account/data/download"),
            language: form("/account/data/language"),
            chosen: Some(Language::Vi),
            correct: form("/account/data/corrections"),
            words: String::new(),
            about: "name".to_owned(),
            problem: None,
            corrections: vec![
                correction("name", CorrectionStanding::Waiting),
                correction("address", CorrectionStanding::Corrected { answer: answer() }),
                correction("other", CorrectionStanding::Kept { answer: answer() }),
            ],
            disclosures: vec![Disclosure {
                authority: "Toà án nhân dân thành phố Hà Nội".to_owned(),
                legal_basis: "Điều 106 Bộ luật Tố tụng dân sự".to_owned(),
                data: vec!["identity", "contacts", "verifications", "activity", "portals"],
                at: ago(30 * DAY),
            }],
        };
        add("account-data", &data);
        let new = Data {
            level: Level::Asserted,
            verified: Vec::new(),
            corrections: Vec::new(),
            disclosures: Vec::new(),
            chosen: None,
            ..data.clone()
        };
        add("account-data-new", &new);
        for (name, notice) in [("language", Notice::LanguageChosen), ("correction", Notice::CorrectionAsked)] {
            add(&format!("account-data-{name}"), &Data { notice: Some(notice), ..new.clone() });
        }
        let problems = [
            ("missing", CorrectionProblem::Missing),
            ("too-long", CorrectionProblem::TooLong),
            ("too-many", CorrectionProblem::TooMany),
        ];
        for (name, problem) in problems {
            let words = "Nguyễn".to_owned();
            add(&format!("account-data-{name}"), &Data { problem: Some(problem), words, ..new.clone() });
        }
    }
}
