//! Base64url without padding (RFC 4648 §5, RFC 7515 §2), decoded strictly: one text for one value.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Appends the encoding of `bytes` to `text`.
pub fn encode_into(bytes: &[u8], text: &mut String) {
    URL_SAFE_NO_PAD.encode_string(bytes, text);
}

/// The bytes that `text` encodes; `None` for padding, another alphabet, white space or stray trailing bits.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// As [`decode`], where exactly `N` bytes are expected.
pub fn decode_array<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    match URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) {
        Ok(length) if length == N => Some(bytes),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_encoded_is_decoded() {
        assert_eq!(encode(&[0xfb, 0xff]), "-_8");
        assert_eq!(decode("-_8"), Some(vec![0xfb, 0xff]));
        assert_eq!(decode_array("-_8"), Some([0xfb, 0xff]));
    }

    #[test]
    fn another_text_for_the_same_value_is_refused() {
        for text in ["-_8=", "+/8", "-_9", "-_8 ", " -_8", "-\n_8", "-_8A0"] {
            assert_eq!(decode(text), None, "{text:?}");
        }
    }

    #[test]
    fn an_array_of_another_length_is_refused() {
        assert_eq!(decode_array::<1>("-_8"), None);
        assert_eq!(decode_array::<3>("-_8"), None);
    }
}
