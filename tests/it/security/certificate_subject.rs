//! Certificates of trusted authorities that are nobody's, or more than one person's: ETSI EN 319 412-1, Decree 23/2025/NĐ-CP Art. 5.
//! What every byte of a subject may do is tested where subjects are read; here they are as `openssl` writes them.

use senid::credentials::certificate::{Presented, Refusal, TrustStore};
use senid::domain::national_id::{Rejection, Scheme, Schemes};
use senid::domain::trust::SubjectRule;

use super::certificate_chain::{policy, trusting_by};
use crate::support::pki::subjects::{self, estonian_of, vietnamese_with};
use crate::support::pki::{Authority, Profile};
use crate::support::world::NOW;

struct Office {
    authority: Authority,
    store: TrustStore,
    schemes: Schemes,
}

impl Office {
    fn new() -> Self {
        let authority = Authority::root("Office");
        let store = trusting_by(&authority, policy());
        Self { authority, store, schemes: Schemes::new(Scheme::ALL.to_vec(), Scheme::Vn).unwrap() }
    }

    /// Whose the certificate is.
    fn reads(&self, profile: Profile) -> Result<String, Refusal> {
        let card = self.authority.issues(profile);
        let presented = Presented { leaf: card.der, intermediates: Vec::new() };
        let chain = self.store.prove(&presented, NOW).unwrap_or_else(|refusal| panic!("{refusal}"));
        let holder = chain.holder(&self.schemes)?;
        Ok(format!("{}:{}", holder.national_id.scheme(), holder.national_id.expose()))
    }
}

#[test]
fn three_countries_write_a_person_each_in_their_way() {
    let office = Office::new();
    assert_eq!(office.reads(subjects::vietnamese()), Ok(format!("vn:{}", subjects::VIETNAMESE)));
    assert_eq!(office.reads(subjects::estonian()), Ok(format!("ee:{}", subjects::ESTONIAN)));
    assert_eq!(office.reads(subjects::russian()), Ok(format!("ru:{}", subjects::RUSSIAN)));
}

#[test]
fn a_subject_without_a_number_is_nobody() {
    let office = Office::new();
    assert_eq!(office.reads(Profile::citizen(&[("C", "VN"), ("CN", "001090123456")])), Err(Refusal::NoIdentifier));
    assert_eq!(office.reads(vietnamese_with(&["CMND:012345678", "HC:C1234567"])), Err(Refusal::NoIdentifier));
    assert_eq!(office.reads(estonian_of("AS0036781")), Err(Refusal::NoIdentifier));
}

#[test]
fn a_seal_is_no_person() {
    let office = Office::new();
    assert_eq!(office.reads(subjects::seal()), Err(Refusal::Seal));
    assert_eq!(office.reads(vietnamese_with(&["MST:0100109106-001"])), Err(Refusal::Seal));
}

#[test]
fn two_numbers_of_persons_are_nobody() {
    let office = Office::new();
    let conflict = Err(Refusal::ConflictingIdentifiers);
    assert_eq!(office.reads(vietnamese_with(&["CCCD:001090123456", "CCCD:001090123457"])), conflict);
    assert_eq!(office.reads(vietnamese_with(&["CCCD:001090123456", "MST:079192000123"])), conflict);
    let two_countries = Profile::citizen(&[("UID", "CCCD:001090123456"), ("serialNumber", "PNOEE-38001085718")]);
    assert_eq!(office.reads(two_countries), conflict);
}

#[test]
fn a_person_with_an_employer_or_an_old_card_is_that_person() {
    let office = Office::new();
    let person = Ok("vn:001090123456".to_owned());
    assert_eq!(office.reads(vietnamese_with(&["MST:0100109106", "CCCD:001090123456"])), person);
    assert_eq!(office.reads(vietnamese_with(&["CMND:001090123456"])), person);
    assert_eq!(office.reads(vietnamese_with(&["CMND:012345678", "MST:001090123456"])), person);
}

#[test]
fn what_a_name_says_of_numbers_counts_for_nothing() {
    let office = Office::new();
    let name = "An, UID=CCCD:079192000123, serialNumber=PNOVN-079192000123";
    let quoted = Profile::citizen(&[("C", "VN"), ("CN", name), ("UID", "CCCD:001090123456")]);
    assert_eq!(office.reads(quoted), Ok("vn:001090123456".to_owned()));
    assert_eq!(office.reads(Profile::citizen(&[("C", "VN"), ("CN", name)])), Err(Refusal::NoIdentifier));
    let quotes =
        Profile::citizen(&[("C", "VN"), ("CN", "\"An\", UID=\"CCCD:079192000123\""), ("UID", "CCCD:001090123456")]);
    assert_eq!(office.reads(quotes), Ok("vn:001090123456".to_owned()));
}

#[test]
fn a_number_that_can_be_none() {
    let office = Office::new();
    let invalid = |scheme, rejection| Err(Refusal::InvalidIdentifier(scheme, rejection));
    assert_eq!(office.reads(estonian_of("PNOEE-38001085719")), invalid(Scheme::Ee, Rejection::Checksum));
    assert_eq!(office.reads(estonian_of("PNOEE-38013085718")), invalid(Scheme::Ee, Rejection::Date));
    assert_eq!(office.reads(Profile::citizen(&[("SNILS", "11223344596")])), invalid(Scheme::Ru, Rejection::Checksum));
}

#[test]
fn a_scheme_that_is_not_enabled_here_or_not_this_authoritys() {
    let mut office = Office::new();
    assert_eq!(office.reads(estonian_of("PNOLV-32345678901")), Err(Refusal::SchemeNotEnabled("LV".to_owned())));
    office.schemes = Schemes::default();
    assert_eq!(office.reads(subjects::estonian()), Err(Refusal::SchemeNotEnabled("ee".to_owned())));
    assert_eq!(office.reads(subjects::russian()), Err(Refusal::SchemeNotEnabled("ru".to_owned())));
    // An Estonian authority that certifies a Vietnamese number.
    let mut estonia = policy();
    estonia.identifiers.schemes = vec![Scheme::Ee];
    office.store = trusting_by(&office.authority, estonia);
    assert_eq!(office.reads(subjects::vietnamese()), Err(Refusal::SchemeNotVouchedFor(Scheme::Vn)));
    // One whose certificates are read by another rule.
    let mut etsi = policy();
    etsi.identifiers.rules = vec![SubjectRule::Etsi];
    office.store = trusting_by(&office.authority, etsi);
    assert_eq!(office.reads(subjects::vietnamese()), Err(Refusal::NoIdentifier));
}

#[test]
fn a_refusal_says_nothing_of_the_number() {
    let office = Office::new();
    let chain = |profile| {
        let presented = Presented { leaf: office.authority.issues(profile).der, intermediates: Vec::new() };
        office.store.prove(&presented, NOW).unwrap()
    };
    for profile in [estonian_of("PNOEE-38001085719"), vietnamese_with(&["CCCD:001090123456", "CCCD:001090123457"])] {
        let chain = chain(profile);
        let refusal = chain.holder(&office.schemes).unwrap_err();
        for said in [refusal.to_string(), format!("{refusal:?}"), format!("{chain:?}")] {
            assert!(!said.contains("38001085719") && !said.contains("001090"), "{said}");
        }
    }
}
