//! Subjects as authorities write them, and as nobody should.

use proptest::prelude::*;

use super::*;

const UTF8: u8 = 0x0C;
const PRINTABLE: u8 = 0x13;
const NUMERIC: u8 = 0x12;
const IA5: u8 = 0x16;
const BMP: u8 = 0x1E;
const OCTETS: u8 = 0x04;

const COMMON_NAME: &str = "2.5.4.3";
const ORGANISATION: &str = "2.5.4.97";
const SERIAL: &str = "2.5.4.5";
const UID: &str = "0.9.2342.19200300.100.1.1";

fn tlv(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = contents.len();
    let header = match length {
        0..=127 => vec![tag, length as u8],
        128..=255 => vec![tag, 0x81, length as u8],
        _ => vec![tag, 0x82, (length >> 8) as u8, length as u8],
    };
    [header, contents.to_vec()].concat()
}

fn object_identifier(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u32> = dotted.split('.').map(|arc| arc.parse().unwrap()).collect();
    let mut contents = Vec::new();
    for arc in std::iter::once(arcs[0] * 40 + arcs[1]).chain(arcs[2..].iter().copied()) {
        let groups: Vec<u8> = (0..5).map(|at| (arc >> (7 * at) & 0x7F) as u8).collect();
        let last = groups.iter().rposition(|group| *group != 0).unwrap_or(0);
        contents.extend((0..=last).rev().map(|at| groups[at] | if at == 0 { 0 } else { 0x80 }));
    }
    tlv(0x06, &contents)
}

/// A subject of these attributes: object identifier, string type, value.
fn subject(attributes: &[(&str, u8, &[u8])]) -> Vec<u8> {
    let step = |(kind, tag, value): &(&str, u8, &[u8])| {
        tlv(0x31, &tlv(0x30, &[object_identifier(kind), tlv(*tag, value)].concat()))
    };
    tlv(0x30, &attributes.iter().map(step).collect::<Vec<_>>().concat())
}

fn vouching(schemes: &[Scheme]) -> Identifiers {
    Identifiers { rules: SubjectRule::ALL.to_vec(), schemes: schemes.to_vec() }
}

fn mapped(attributes: &[(&str, u8, &[u8])]) -> Result<String, Refusal> {
    let schemes = Schemes::new(Scheme::ALL.to_vec(), Scheme::Vn).unwrap();
    holder(&subject(attributes), &vouching(&Scheme::ALL), &schemes)
        .map(|holder| format!("{}:{}", holder.national_id.scheme(), holder.national_id.expose()))
}

fn uids(values: &[&str]) -> Result<String, Refusal> {
    mapped(&values.iter().map(|value| (UID, UTF8, value.as_bytes())).collect::<Vec<_>>())
}

fn serial(value: &str) -> Result<String, Refusal> {
    mapped(&[(SERIAL, PRINTABLE, value.as_bytes())])
}

#[test]
fn a_semantics_identifier_names_a_person() {
    assert_eq!(serial("PNOVN-001090123456"), Ok("vn:001090123456".to_owned()));
    assert_eq!(serial("PNOEE-38001085718"), Ok("ee:38001085718".to_owned()));
    assert_eq!(serial("TINEE-38001085718"), Ok("ee:38001085718".to_owned()));
    assert_eq!(serial("IDCVN-001090123456"), Ok("vn:001090123456".to_owned()));
    assert_eq!(serial("TINVN-001090123456"), Ok("vn:001090123456".to_owned()));
}

#[test]
fn other_documents_are_no_number_of_a_person() {
    for value in [
        "PASVN-C1234567",
        "IDCVN-012345678",
        "TINVN-0100109106",
        "IDCEE-AS0036781",
        "38001085718",
        "",
        "-",
        "PNO-1",
        "pnoee-38001085718",
        "PNOEE",
    ] {
        assert_eq!(serial(value), Err(Refusal::NoIdentifier), "{value}");
    }
}

#[test]
fn a_number_that_can_be_none_is_refused_and_not_passed_over() {
    assert_eq!(serial("PNOEE-38001085719"), Err(Refusal::InvalidIdentifier(Scheme::Ee, Rejection::Checksum)));
    assert!(matches!(
        serial("PNOVN-00109012345"),
        Err(Refusal::InvalidIdentifier(Scheme::Vn, Rejection::Length { .. }))
    ));
    for value in ["PNOVN-001090 123456", "PNOVN-001.090.123.456", "PNOVN-00109012345O"] {
        let refused = Err(Refusal::InvalidIdentifier(Scheme::Vn, Rejection::Characters));
        assert_eq!(serial(value), refused, "{value}");
    }
}

#[test]
fn the_number_of_a_country_that_is_not_known_here_is_said_to_be_one() {
    assert_eq!(serial("PNOLV-12345678901"), Err(Refusal::SchemeNotEnabled("LV".to_owned())));
    assert_eq!(serial("PNOÉE-38001085718"), Err(Refusal::UnreadableSubject("serialNumber")));
}

#[test]
fn a_scheme_counts_only_where_it_is_enabled_and_only_from_an_authority_that_is_asked_about_it() {
    let estonian = subject(&[(SERIAL, PRINTABLE, b"PNOEE-38001085718")]);
    let vietnamese_alone = Schemes::default();
    let both = Schemes::new(vec![Scheme::Vn, Scheme::Ee], Scheme::Vn).unwrap();
    assert_eq!(
        holder(&estonian, &vouching(&[Scheme::Ee]), &vietnamese_alone),
        Err(Refusal::SchemeNotEnabled("ee".to_owned()))
    );
    assert_eq!(holder(&estonian, &vouching(&[Scheme::Vn]), &both), Err(Refusal::SchemeNotVouchedFor(Scheme::Ee)));
    assert!(holder(&estonian, &vouching(&[Scheme::Ee]), &both).is_ok());
}

#[test]
fn a_rule_that_the_trust_file_does_not_name_reads_nothing() {
    let vietnamese = subject(&[(UID, UTF8, b"CCCD:001090123456")]);
    let asked = Identifiers { rules: vec![SubjectRule::Etsi, SubjectRule::Russia], schemes: vec![Scheme::Vn] };
    assert_eq!(holder(&vietnamese, &asked, &Schemes::default()), Err(Refusal::NoIdentifier));
}

#[test]
fn a_vietnamese_person_is_known_by_twelve_digits_whatever_stands_before_them() {
    for value in [
        "CCCD:001090123456",
        "CMND:001090123456",
        "MST:001090123456",
        "PID:001090123456",
        "CCCD: 001090123456",
        "001090123456",
    ] {
        assert_eq!(uids(&[value]), Ok("vn:001090123456".to_owned()), "{value}");
    }
}

#[test]
fn what_has_other_than_twelve_digits_is_no_person() {
    for value in [
        "CMND:012345678",
        "HC:C1234567",
        "CCCD:00109012345",
        "CCCD:0010901234567890",
        "BHXH:",
        "CCCD:00109O123456",
        "CCCD:001 090 123 456",
        "",
    ] {
        assert_eq!(uids(&[value]), Err(Refusal::NoIdentifier), "{value}");
    }
    for value in
        ["MST:0100109106", "MST:0100109106-001", "MST:0100109106001", "CCCD:0100109106", "MST:001090123456-001"]
    {
        assert_eq!(uids(&[value]), Err(Refusal::Seal), "{value}");
    }
    assert_eq!(uids(&["MST:0100109106-01"]), Err(Refusal::NoIdentifier), "twelve digits, and not in a row");
}

#[test]
fn a_person_beside_their_organisation_is_the_person() {
    let expected = Ok("vn:001090123456".to_owned());
    assert_eq!(uids(&["MST:0100109106", "CCCD:001090123456"]), expected);
    assert_eq!(uids(&["CCCD:001090123456", "MST:0100109106-001"]), expected);
    let attributes: &[(&str, u8, &[u8])] = &[
        (ORGANISATION, UTF8, b"NTRVN-0100109106"),
        (UID, IA5, b"CCCD:001090123456"),
        (SERIAL, PRINTABLE, b"PNOVN-001090123456"),
    ];
    assert_eq!(mapped(attributes), expected);
}

#[test]
fn two_persons_in_one_subject_are_nobody() {
    assert_eq!(uids(&["CCCD:001090123456", "CCCD:001090123456"]), Ok("vn:001090123456".to_owned()));
    assert_eq!(uids(&["CCCD:001090123456", "CMND:001090123457"]), Err(Refusal::ConflictingIdentifiers));
    assert_eq!(uids(&["CCCD:001090123456", "MST:001090123457"]), Err(Refusal::ConflictingIdentifiers));
    let rules: &[(&str, u8, &[u8])] = &[(UID, UTF8, b"CCCD:001090123456"), (SERIAL, PRINTABLE, b"PNOVN-001090123457")];
    assert_eq!(mapped(rules), Err(Refusal::ConflictingIdentifiers));
    let countries: &[(&str, u8, &[u8])] =
        &[(UID, UTF8, b"CCCD:001090123456"), (SERIAL, PRINTABLE, b"PNOEE-38001085718")];
    assert_eq!(mapped(countries), Err(Refusal::ConflictingIdentifiers));
    let foreign: &[(&str, u8, &[u8])] = &[(SERIAL, PRINTABLE, b"PNOLV-1"), (SERIAL, PRINTABLE, b"PNOEE-38001085718")];
    assert_eq!(mapped(foreign), Err(Refusal::ConflictingIdentifiers));
}

#[test]
fn a_seal_stands_for_no_person() {
    for value in ["NTRVN-0100109106", "VATVN-0100109106", "NTREE-10747013"] {
        assert_eq!(mapped(&[(ORGANISATION, UTF8, value.as_bytes())]), Err(Refusal::Seal), "{value}");
    }
    let russian: &[(&str, u8, &[u8])] =
        &[("1.2.643.100.1", NUMERIC, b"1027700132195"), ("1.2.643.3.131.1.1", NUMERIC, b"007707083893")];
    assert_eq!(mapped(russian), Err(Refusal::Seal));
}

#[test]
fn a_comma_in_a_name_begins_no_attribute() {
    let names: &[(&str, u8, &[u8])] = &[
        (COMMON_NAME, UTF8, "Nguyễn Văn A, UID=CCCD:001090999999, serialNumber=PNOVN-001090999999".as_bytes()),
        (UID, UTF8, b"CCCD:001090123456"),
    ];
    assert_eq!(mapped(names), Ok("vn:001090123456".to_owned()));
    assert_eq!(mapped(&names[..1]), Err(Refusal::NoIdentifier));
    let estonian: &[(&str, u8, &[u8])] = &[
        (COMMON_NAME, UTF8, "J\u{d5}EORG,JAAK-KRISTJAN,38001085718".as_bytes()),
        (SERIAL, PRINTABLE, b"PNOEE-38001085718"),
    ];
    assert_eq!(mapped(estonian), Ok("ee:38001085718".to_owned()));
}

#[test]
fn a_russian_person_is_known_by_their_snils() {
    const SNILS: &str = "1.2.643.100.3";
    const INN: &str = "1.2.643.3.131.1.1";
    assert_eq!(
        mapped(&[(SNILS, NUMERIC, b"11223344595"), (INN, NUMERIC, b"500100732259")]),
        Ok("ru:11223344595".to_owned())
    );
    assert_eq!(
        mapped(&[(SNILS, NUMERIC, b"11223344596")]),
        Err(Refusal::InvalidIdentifier(Scheme::Ru, Rejection::Checksum))
    );
    assert_eq!(mapped(&[(INN, NUMERIC, b"500100732259")]), Err(Refusal::NoIdentifier));
}

#[test]
fn every_string_type_says_the_same_and_what_is_no_text_says_nothing() {
    let wide: Vec<u8> = "CCCD:001090123456".bytes().flat_map(|byte| [0, byte]).collect();
    assert_eq!(mapped(&[(UID, BMP, &wide)]), Ok("vn:001090123456".to_owned()));
    for (tag, value) in [
        (OCTETS, &b"CCCD:001090123456"[..]),
        (UTF8, b"CCCD:\xff"),
        (UTF8, b"CCCD:001090123456\0"),
        (BMP, b"CCC"),
        (UTF8, b"\nCCCD:001090123456"),
    ] {
        assert_eq!(mapped(&[(UID, tag, value)]), Err(Refusal::UnreadableSubject("UID")), "{tag} {value:?}");
    }
    // Beside one that can be read, too.
    let both: &[(&str, u8, &[u8])] = &[(UID, UTF8, b"CCCD:001090123456"), (UID, UTF8, b"\xff")];
    assert_eq!(mapped(both), Err(Refusal::UnreadableSubject("UID")));
    assert_eq!(uids(&["CCCD:００１０９０１２３４５６"]), Err(Refusal::NoIdentifier), "full-width digits");
}

#[test]
fn an_empty_subject_is_nobody() {
    assert_eq!(mapped(&[]), Err(Refusal::NoIdentifier));
    let schemes = Schemes::default();
    for bytes in [&b""[..], b"\x30", b"\x30\x02\x31", b"\x30\x00\x00"] {
        assert_eq!(holder(bytes, &vouching(&[Scheme::Vn]), &schemes), Err(Refusal::UnreadableSubject("subject")));
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = holder(&bytes, &vouching(&Scheme::ALL), &Schemes::default());
    }

    #[test]
    fn no_change_to_a_subject_panics(at in any::<prop::sample::Index>(), byte: u8, cut in 0_usize..20, tag: u8, value in prop::collection::vec(any::<u8>(), 0..40)) {
        let mut changed = subject(&[(COMMON_NAME, UTF8, b"A"), (UID, UTF8, b"MST:0100109106-001"), (UID, tag, &value), (SERIAL, PRINTABLE, b"PNOEE-38001085718")]);
        changed.truncate(changed.len() - cut);
        let at = at.index(changed.len());
        changed[at] = byte;
        let _ = holder(&changed, &vouching(&Scheme::ALL), &Schemes::default());
    }

    #[test]
    fn whoever_is_found_stands_there_in_digits(values in prop::collection::vec("(CCCD:|CMND:|MST:|)[0-9-]{8,14}", 1..4)) {
        if let Ok(found) = uids(&values.iter().map(String::as_str).collect::<Vec<_>>()) {
            let number = found.strip_prefix("vn:").unwrap();
            prop_assert!(values.iter().any(|value| value.rsplit(':').next() == Some(number)));
        }
    }
}
