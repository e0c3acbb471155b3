//! Every letter in every language.

use super::*;
use crate::web::layout::{Localised, Standing, Support};
use crate::web::text::Language;
use crate::web::theme::Theme;

const NOW: Moment = Moment::EPOCH;

fn everything() -> Vec<What> {
    let name = || "Điện thoại của An".to_owned();
    let at = Moment::from_micros(1_795_137_240_000_000);
    let held = [Held::Passkey, Held::Certificate, Held::Totp, Held::RecoveryCodes];
    let mut letters = vec![
        What::NewDevice { at, device: Device::from_user_agent("Chrome/140 Android"), network: "203.0.x.x".to_owned() },
        What::PasswordChanged { at },
        What::RecoveryBegun { at, takes_effect_at: at, stop_path: "/recovery/stop/7Jc1".to_owned() },
        What::RecoveryFinished { at },
        What::RecoveryStopped { at },
        What::CertificateBound { at, authority: "VNPT-CA".to_owned() },
        What::RecoveryCodeUsed { at, left: 3 },
        What::ClosingAsked { at, closes_at: at },
        What::IdentityProven { at },
        What::ProvenByCertificate { at, authority: "VNPT-CA".to_owned() },
        What::AccountOpened { at },
        What::RegistrationTried { at },
        What::DataCorrected { at },
        What::DataTaken { at },
        What::GlassBroken { at, until: at },
        What::ContactVerified { at, contact: "a•••@example.vn".to_owned() },
        What::ContactRemoved { at, contact: "a•••@example.vn".to_owned() },
    ];
    letters.extend([Ending::Secret, Ending::FormerSecret, Ending::Key].map(|what| What::ClientExpiry {
        client: "permits".to_owned(),
        name: "Cấp phép".to_owned(),
        what,
        ends_at: at,
    }));
    let affairs = [
        Affair::Confirmed,
        Affair::Refused,
        Affair::Offered,
        Affair::Granted,
        Affair::Accepted,
        Affair::Ended,
        Affair::GivenBack,
    ];
    let organisation = || "Công ty Cổ phần Sông Hồng".to_owned();
    letters.extend(affairs.map(|affair| What::Organisation {
        at,
        affair,
        organisation: organisation(),
        person: "N. V. An".to_owned(),
    }));
    letters.extend(held.map(|held| What::Added { at, held, name: name() }));
    letters.extend(held.map(|held| What::Removed { at, held, name: name() }));
    letters.extend(held.map(|held| What::Raised { at, held, name: name() }));
    letters.extend(held.map(|held| What::Suspected { at, held, name: name() }));
    for purpose in
        [CodeFor::Verification, CodeFor::SignIn, CodeFor::Confirmation, CodeFor::Recovery, CodeFor::Registration]
    {
        letters.push(What::Code { purpose, code: "271828".to_owned(), minutes: 10 });
    }
    letters
}

fn letter(language: Language, what: What) -> Letter {
    let brand = Brand {
        base: String::new(),
        service: Localised::new("SenID"),
        tagline: None,
        authority: Localised::new("Trung tâm Định danh quốc gia"),
        logo: None,
        support: Support { phone: Some("1900 1234".to_owned()), ..Support::default() },
        privacy: None,
        terms: None,
        languages: Language::ALL.to_vec(),
        theme: Theme::default().style_sheet(),
        standing: Standing::Official,
    };
    let zone = jiff::tz::TimeZone::get("Asia/Ho_Chi_Minh").unwrap();
    let voice = Voice { language, now: NOW, zone };
    Letter { brand: Arc::new(brand), voice, issuer: "https://id.example.gov".to_owned(), what }
}

#[test]
fn every_letter_says_everything_in_every_language() {
    for language in Language::ALL {
        for what in everything() {
            let letter = letter(language, what);
            let written = [letter.subject(), letter.text(), letter.html().unwrap(), letter.short()];
            for text in &written {
                let unfilled = ["⟦", "{$", "{ $", "{{", "{%"].into_iter().find(|mark| text.contains(mark));
                assert_eq!(unfilled, None, "{}: {text}", language.tag());
                assert!(!text.trim().is_empty());
            }
            assert!(!written[0].contains('\n') && !written[0].contains("271828"), "{}", written[0]);
            assert!(written[1].contains("1900 1234") && written[1].contains("Trung tâm"), "{}", written[1]);
        }
    }
}

#[test]
fn times_stand_with_their_dates() {
    let at = Moment::from_micros(1_795_137_240_000_000);
    let text = letter(Language::Vi, What::PasswordChanged { at }).text();
    assert!(text.contains("20/11/2026") && text.contains("08:14"), "{text}");
}

#[test]
fn a_text_message_and_a_code_hold_no_link_and_every_link_is_the_issuer_s() {
    for language in Language::ALL {
        for what in everything() {
            let is_code = matches!(what, What::Code { .. });
            let letter = letter(language, what);
            assert!(!letter.short().contains("://"), "{}", letter.short());
            let text = letter.text();
            assert_eq!(text.contains("://"), !is_code, "{text}");
            for (at, _) in text.match_indices("://") {
                assert!(text[..at].ends_with("https") && text[at..].starts_with("://id.example.gov/"), "{text}");
            }
            assert!(letter.short().chars().count() <= 320, "{}", letter.short());
        }
    }
}

#[test]
fn a_name_that_somebody_chose_becomes_no_link_no_number_and_no_markup() {
    let name = "Call +84 912 345 678 http://evil.example <a href=x>\r\nBcc: x@evil.example".to_owned();
    let at = Moment::EPOCH;
    let letter = letter(Language::En, What::Added { at, held: Held::Totp, name });
    for text in [letter.text(), letter.short(), letter.html().unwrap()] {
        for bad in ["evil.example", "http://evil", "912 345", "<a href=x", "Bcc:"] {
            assert!(!text.contains(bad), "{text}");
        }
    }
}
