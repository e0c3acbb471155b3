//! What a registrar writes down of a document and a person whom they have before them, read into a proof (docs/levels.md). Scans stay
//! where the office keeps them: SenID is given their SHA-256.

use jiff::civil::Date;

use crate::crypto::base64url;
use crate::domain::birthdate::Birthdate;
use crate::domain::citizen::Gender;
use crate::domain::proposal::{Corrections, Proof, Registrant};
use crate::domain::time::Timestamp;
use crate::domain::verification::{Attachment, Check, CheckMethod, Document, DocumentKind, Issuer};
use crate::flows::admin::{AdminError, Fault};
use crate::http::pages::console::typed::Typed;
use crate::web::console::Field;
use crate::web::layout::Layout;
use crate::web::text::{Speaks, TextId, id};

pub(super) const NAMES: [&str; 14] = [
    "registrant",
    "document",
    "number",
    "issuer",
    "country",
    "issued",
    "expires",
    "chip",
    "photo",
    "name",
    "birthdate",
    "gender",
    "guardian",
    "process",
];

const GENDERS: [Gender; 3] = [Gender::Female, Gender::Male, Gender::Other];

pub(super) fn fields(layout: &Layout, typed: &Typed) -> Vec<Field> {
    let value = |name: &str| typed.of(name).to_owned();
    let line = |name: &'static str, label: TextId| Field::line(name, layout.say(label), value(name));
    let hinted = |field: Field, hint: TextId| Field { hint: Some(layout.say(hint)), ..field };
    let none = || (String::new(), layout.text("desk-choose"));
    let registrants = vec![
        none(),
        ("they".to_owned(), layout.text("desk-registrant-they")),
        ("somebody_else".to_owned(), layout.text("desk-registrant-else")),
    ];
    let documents = DocumentKind::ALL.into_iter().map(|kind| (kind.as_str().to_owned(), layout.say(document(kind))));
    let genders = GENDERS.into_iter().map(|gender| (gender.as_str().to_owned(), layout.say(gender_name(gender))));
    let unchanged = (String::new(), layout.text("desk-unchanged"));
    vec![
        Field::choice("registrant", layout.text("desk-registrant"), value("registrant"), registrants),
        Field::choice(
            "document",
            layout.text("desk-document"),
            value("document"),
            std::iter::once(none()).chain(documents).collect(),
        ),
        line("number", id("desk-document-number")),
        line("issuer", id("desk-document-issuer")),
        hinted(line("country", id("desk-document-country")), id("desk-document-country-hint")),
        hinted(line("issued", id("desk-document-issued")), id("desk-day-hint")),
        hinted(line("expires", id("desk-document-expires")), id("desk-day-hint")),
        hinted(Field::lines("photo", layout.text("desk-photos"), value("photo")), id("desk-digest-hint")),
        hinted(line("chip", id("desk-chip")), id("desk-chip-hint")),
        hinted(line("name", id("claim-name")), id("desk-as-printed")),
        hinted(line("birthdate", id("claim-birthdate")), id("desk-as-printed")),
        Field::choice(
            "gender",
            layout.text("claim-gender"),
            value("gender"),
            std::iter::once(unchanged).chain(genders).collect(),
        ),
        hinted(line("guardian", id("desk-guardian")), id("desk-guardian-hint")),
        line("process", id("desk-process")),
    ]
}

pub(in crate::http::pages::console) fn document(kind: DocumentKind) -> TextId {
    match kind {
        DocumentKind::IdCard => id("desk-document-idcard"),
        DocumentKind::Passport => id("desk-document-passport"),
        DocumentKind::ResidencePermit => id("desk-document-residence-permit"),
        DocumentKind::BirthCertificate => id("desk-document-birth-certificate"),
        DocumentKind::DriverLicense => id("desk-document-driver-license"),
    }
}

fn gender_name(gender: Gender) -> TextId {
    match gender {
        Gender::Female => id("gender-female"),
        Gender::Male => id("gender-male"),
        Gender::Other => id("gender-other"),
    }
}

/// # Errors
/// `Invalid` with everything that cannot be read.
pub(super) fn read(typed: &Typed, now: Timestamp) -> Result<Proof, AdminError> {
    let mut faults = Vec::new();
    let mut fault = |field: &'static str, sentence: &str| faults.push(Fault::new(field, sentence));
    let registrant = match typed.of("registrant") {
        "they" => Some(Registrant::ThisPerson),
        "somebody_else" => Some(Registrant::SomebodyElse),
        _ => {
            fault("registrant", "say who had the account until now");
            None
        }
    };
    let kind = DocumentKind::ALL.into_iter().find(|kind| kind.as_str() == typed.of("document"));
    if kind.is_none() {
        fault("document", "say which document you have seen");
    }
    let mut day = |name: &'static str| {
        let text = typed.some(name)?;
        let day = text.parse::<Date>().ok();
        if day.is_none() {
            fault(name, "expected a day such as 2026-01-31");
        }
        day
    };
    let (issued_on, expires_on) = (day("issued"), day("expires"));
    let country = typed.some("country").map(str::to_owned);
    let letters = |text: &String| text.len() == 3 && text.bytes().all(|letter| letter.is_ascii_uppercase());
    if country.as_ref().is_some_and(|text| !letters(text)) {
        fault("country", "expected three capital letters (ISO 3166-1 alpha-3), such as VNM");
    }
    if country.is_some() && typed.some("issuer").is_none() {
        fault("issuer", "expected whose country it is");
    }
    let mut attachments = Vec::new();
    for (name, description) in [("chip", "chip"), ("photo", "photograph")] {
        for text in typed.of(name).split_whitespace() {
            match digest(text) {
                Some(sha256) => attachments.push(Attachment { description: description.to_owned(), sha256 }),
                None => fault(name, "expected a SHA-256: 64 hexadecimal digits, or 43 characters of base64url"),
            }
        }
    }
    let birthdate = typed.some("birthdate").map(str::parse::<Birthdate>);
    if matches!(birthdate, Some(Err(_))) {
        fault("birthdate", "expected a day such as 1990-05-17, or as much of it as is known");
    }
    let gender = typed.some("gender").map(|text| GENDERS.into_iter().find(|gender| gender.as_str() == text));
    if gender == Some(None) {
        fault("gender", "expected one of those that the form has");
    }
    let (Some(registrant), Some(kind), true) = (registrant, kind, faults.is_empty()) else {
        return Err(AdminError::Invalid(faults));
    };
    let check = |method| Check { method, organization: None, check_id: None, at: Some(now) };
    let mut checks = vec![check(CheckMethod::Vpip), check(CheckMethod::Pvp)];
    if typed.some("chip").is_some() {
        checks.push(check(CheckMethod::Vcrypt));
    }
    let said = |name: &str| typed.some(name).map(str::to_owned);
    Ok(Proof {
        document: Document {
            kind,
            number: said("number"),
            issued_on,
            expires_on,
            issuer: said("issuer").map(|name| Issuer { name, country_code: country }),
        },
        checks,
        attachments,
        process: said("process"),
        corrections: Corrections {
            name: said("name"),
            birthdate: birthdate.and_then(Result::ok),
            gender: gender.flatten(),
        },
        registrant,
    })
}

/// A SHA-256 as programs write it.
fn digest(text: &str) -> Option<[u8; 32]> {
    if text.len() == 64 && text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        let mut bytes = [0; 32];
        for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
        }
        return Some(bytes);
    }
    base64url::decode(text)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_read_as_programs_write_it_and_as_nothing_else() {
        let bytes = [0xab; 32];
        assert_eq!(digest(&"ab".repeat(32)), Some(bytes));
        assert_eq!(digest(&"AB".repeat(32)), Some(bytes));
        assert_eq!(digest(&base64url::encode(&bytes)), Some(bytes));
        for other in ["", "ab", &"ab".repeat(31), &"zz".repeat(32), &"ab".repeat(33), "é"] {
            assert_eq!(digest(other), None, "{other}");
        }
    }
}
