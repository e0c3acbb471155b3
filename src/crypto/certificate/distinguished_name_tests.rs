use proptest::prelude::*;

use super::*;

/// DER: a tag, a length of one byte, the content.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    [&[tag, u8::try_from(content.len()).expect("a short value")], content].concat()
}

const UTF8: u8 = 12;
const PRINTABLE: u8 = 19;
const TELETEX: u8 = 20;
const IA5: u8 = 22;
const BMP: u8 = 30;

const CN: &[u8] = &[0x55, 4, 3];
const O: &[u8] = &[0x55, 4, 10];
const C: &[u8] = &[0x55, 4, 6];
const SERIAL: &[u8] = &[0x55, 4, 5];

type Written<'a> = (&'a [u8], u8, &'a [u8]);

/// A certificate's name: its steps from the root on, each of some attributes.
fn subject(steps: &[&[Written<'_>]]) -> Vec<u8> {
    let attribute = |(kind, tag, value): &Written<'_>| der(0x30, &[der(6, kind), der(*tag, value)].concat());
    let steps = steps.iter().map(|step| der(0x31, &step.iter().map(attribute).collect::<Vec<_>>().concat()));
    der(0x30, &steps.collect::<Vec<_>>().concat())
}

fn is_named(text: &str, subject: &[u8]) -> bool {
    let (_, subject) = X509Name::from_der(subject).unwrap();
    text.parse::<DistinguishedName>().unwrap_or_else(|_| panic!("no name: {text}")).names(&subject)
}

/// `C=VN, O=Department of Taxation, CN=<value>` as a certificate has it.
fn portal(common_name: &[u8]) -> Vec<u8> {
    subject(&[&[(C, PRINTABLE, b"VN")], &[(O, UTF8, b"Department of Taxation")], &[(CN, UTF8, common_name)]])
}

#[test]
fn a_name_is_recognised_however_it_may_be_written() {
    for same in [
        "CN=portal,O=Department of Taxation,C=VN",
        "cn=Portal,o=DEPARTMENT OF TAXATION,c=vn",
        "2.5.4.3=portal,2.5.4.10=Department of Taxation,2.5.4.6=VN",
        r"CN=p\6frtal,O=Department\20of Taxation,C=VN",
        "CN=portal,O=Department  of   Taxation,C=VN",
        // As it is encoded in the certificate.
        "CN=#0c06706f7274616c,O=Department of Taxation,C=VN",
    ] {
        assert!(is_named(same, &portal(b"portal")), "{same}");
    }
    for (tag, value) in
        [(PRINTABLE, &b"portal"[..]), (IA5, b"portal"), (TELETEX, b"portal"), (BMP, b"\0p\0o\0r\0t\0a\0l")]
    {
        let written = subject(&[&[(CN, tag, value)]]);
        assert!(is_named("CN=portal", &written), "{tag}");
    }
}

#[test]
fn another_name_is_another_name() {
    for other in [
        "CN=portal",
        "CN=portal,O=Department of Taxation",
        "O=Department of Taxation,C=VN",
        "C=VN,O=Department of Taxation,CN=portal",
        "CN=portal,C=VN,O=Department of Taxation",
        "CN=portal,O=Department of Taxation,C=VN,DC=example",
        "CN=portal+O=Department of Taxation,C=VN",
        "CN=portals,O=Department of Taxation,C=VN",
        "CN=porta,O=Department of Taxation,C=VN",
        "OU=portal,O=Department of Taxation,C=VN",
        "CN=#1306706f7274616c,O=Department of Taxation,C=VN",
    ] {
        assert!(!is_named(other, &portal(b"portal")), "{other}");
    }
}

#[test]
fn what_looks_like_more_attributes_inside_a_value_is_none() {
    let text = "CN=portal,O=Department of Taxation,C=VN";
    for value in
        ["portal,O=Department of Taxation,C=VN", "portal,O=Department of Taxation", "portal+O=Other", "portal\\"]
    {
        assert!(!is_named(text, &portal(value.as_bytes())), "{value}");
        assert!(!is_named(text, &subject(&[&[(CN, UTF8, value.as_bytes())]])), "{value}");
    }
    // Escaped it is one value, and that is the only way to write it.
    assert!(is_named(r"CN=portal\,O=Other,O=Department of Taxation,C=VN", &portal(b"portal,O=Other")));
}

#[test]
fn nothing_unseen_and_nobody_who_looks_alike_is_taken_for_the_portal() {
    let text = "CN=portal,O=Department of Taxation,C=VN";
    for value in [
        "portal\0",
        "portal\0.evil.example",
        "\0portal",
        "portal\n",
        "portal\u{200b}",
        "pоrtal",         // a Cyrillic o
        "ｐｏｒｔａｌ",   // of full width
        "portal\u{0301}", // another accent
        "",
        " ",
    ] {
        assert!(!is_named(text, &portal(value.as_bytes())), "{value:?}");
    }
    // KELVIN SIGN, which Unicode says is a K.
    assert!(!is_named("CN=Kiosk", &subject(&[&[(CN, UTF8, "\u{212a}iosk".as_bytes())]])));
    // An accent of its own beside the letter with the accent.
    assert!(is_named("CN=Cục Thuế", &subject(&[&[(CN, UTF8, "Cục Thuế".as_bytes())]])));
    assert!(!is_named("CN=Cục Thuế", &subject(&[&[(CN, UTF8, "Cu\u{323}c Thue\u{302}\u{301}".as_bytes())]])));
    // Bytes that are not of the type that they say they are.
    for (tag, value) in [
        (PRINTABLE, &b"por@tal"[..]),
        (UTF8, b"\xffportal"),
        (BMP, b"portal!"),
        (TELETEX, b"p\xf6rtal"),
        (4, b"portal"),
    ] {
        assert!(!is_named("CN=portal", &subject(&[&[(CN, tag, value)]])), "{tag} {value:?}");
    }
}

#[test]
fn the_attributes_of_one_step_have_no_order() {
    let written = subject(&[&[(O, UTF8, b"Taxation")], &[(CN, UTF8, b"portal"), (SERIAL, PRINTABLE, b"0102")]]);
    assert!(is_named("CN=portal+serialNumber=0102,O=Taxation", &written));
    assert!(is_named("serialNumber=0102+CN=portal,O=Taxation", &written));
    assert!(!is_named("CN=portal,serialNumber=0102,O=Taxation", &written));
    assert!(!is_named("CN=portal+serialNumber=0102+CN=portal,O=Taxation", &written));
    assert!(!is_named("CN=portal,O=Taxation", &written));
    let twice = subject(&[&[(CN, UTF8, b"portal"), (CN, UTF8, b"other")]]);
    assert!(!is_named("CN=portal", &twice) && is_named("CN=other+CN=portal", &twice));
}

#[test]
fn nobody_is_nobody_in_particular() {
    let nobody = subject(&[]);
    let (_, nobody) = X509Name::from_der(&nobody).unwrap();
    assert!(!"CN=portal".parse::<DistinguishedName>().unwrap().names(&nobody));
}

#[test]
fn what_rfc_4514_does_not_write_is_refused() {
    for text in [
        "",
        "portal",
        "CN",
        "CN=",
        "=portal",
        "CN=portal,",
        ",CN=portal",
        "CN=portal, O=Taxation",
        "CN= portal",
        "CN=portal ",
        "CN = portal",
        "CN=portal;O=Taxation",
        "/C=VN/O=Taxation/CN=portal",
        "CN=\"portal\"",
        "CN=por<tal",
        "CN=portal+",
        "CN=portal\\",
        r"CN=portal\0",
        r"CN=portal\zz",
        r"CN=\ff",
        r"CN=portal\00",
        "CN=portal\0",
        "CN=#",
        "CN=#0c06706f7274616",
        "CN=#0c06706f7274616c00",
        "CN=#zz",
        "nickname=portal",
        "2.5.04.3=portal",
        "2..4=portal",
        "oid.2.5.4.3=portal",
        "CN=Cu\u{323}c",
    ] {
        assert!(text.parse::<DistinguishedName>().is_err(), "{text:?}");
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in ".{0,64}") {
        let _ = text.parse::<DistinguishedName>();
    }

    #[test]
    fn a_value_is_recognised_by_itself_and_by_no_other(left in "[a-z,+;=\\\\\"<>#é ]{1,12}", right in "[a-z,+;=\\\\\"<>#é ]{1,12}") {
        let escape = |text: &str| text.bytes().map(|byte| format!("\\{byte:02x}")).collect::<String>();
        let folded = |text: &str| text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        prop_assume!(!folded(&left).is_empty() && !folded(&right).is_empty());
        let written = subject(&[&[(CN, UTF8, left.as_bytes())]]);
        prop_assert!(is_named(&format!("CN={}", escape(&left)), &written), "{}", left);
        prop_assert_eq!(is_named(&format!("CN={}", escape(&right)), &written), folded(&left) == folded(&right));
    }
}
