//! The string types of distinguished names: RFC 5280 §4.1.2.4, X.680 §41.

use x509_parser::asn1_rs::{Any, Tag};

/// Its text, where its bytes are what its type says.
pub fn text(value: &Any<'_>) -> Option<String> {
    let ascii = |allowed: fn(u8) -> bool| {
        let text = std::str::from_utf8(value.data).ok()?;
        text.bytes().all(allowed).then(|| text.to_owned())
    };
    match value.header.tag() {
        Tag::Utf8String => std::str::from_utf8(value.data).ok().map(str::to_owned),
        Tag::PrintableString => ascii(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b' ' | b'\'' | b'(' | b')' | b'+'..=b'/' | b':' | b'=' | b'?')
        }),
        Tag::NumericString => ascii(|byte| byte.is_ascii_digit() || byte == b' '),
        // What T.61 has beyond ASCII nobody writes in the same way.
        Tag::Ia5String | Tag::VisibleString | Tag::TeletexString => ascii(|byte| byte.is_ascii()),
        Tag::BmpString => {
            let (pairs, []) = value.data.as_chunks::<2>() else { return None };
            // No surrogates: the basic plane is all there is.
            pairs.iter().map(|pair| char::from_u32(u32::from(u16::from_be_bytes(*pair)))).collect()
        }
        Tag::UniversalString => {
            let (fours, []) = value.data.as_chunks::<4>() else { return None };
            fours.iter().map(|four| char::from_u32(u32::from_be_bytes(*four))).collect()
        }
        _ => None,
    }
}
