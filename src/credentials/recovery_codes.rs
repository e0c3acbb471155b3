//! Codes on a list, each good once: for whoever has lost everything else.

use zeroize::Zeroizing;

use crate::crypto::hash::hash_secret;
use crate::domain::random::Random;
use crate::domain::secret::{SecretHash, SecretString};

/// How many codes a list has.
pub const CODES: usize = 10;
/// Crockford's base 32: no I, L, O or U, which are read as something else or spell something.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Sixteen characters of five bits: 80, so that a plain hash is enough (NIST SP 800-63B-4 §3.1.2.2 asks for 64).
const LENGTH: usize = 16;
const GROUP: usize = 4;

/// A new list, as it is shown: `7K2M-QX4T-9FHB-03ZC`.
pub fn generate(random: &dyn Random) -> Vec<SecretString> {
    (0..CODES).map(|_| SecretString::new(&*code(random))).collect()
}

fn code(random: &dyn Random) -> Zeroizing<String> {
    let bytes = Zeroizing::new(random.bytes::<LENGTH>());
    let mut code = Zeroizing::new(String::with_capacity(LENGTH + LENGTH / GROUP));
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 && at % GROUP == 0 {
            code.push('-');
        }
        // 256 is a multiple of 32: every character is as likely.
        code.push(char::from(ALPHABET[usize::from(byte & 31)]));
    }
    code
}

/// The hash of what was typed, however it was grouped and in whatever case, with what is taken for another character read as that;
/// `None` for what can be no code.
pub fn hash_typed(typed: &str) -> Option<SecretHash> {
    let mut code = Zeroizing::new(String::with_capacity(LENGTH));
    for character in typed.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–' | '.')) {
        let read = match character.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        if code.len() == LENGTH || !u8::try_from(read).is_ok_and(|read| ALPHABET.contains(&read)) {
            return None;
        }
        code.push(read);
    }
    (code.len() == LENGTH).then(|| hash_secret(code.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::random::SystemRandom;

    #[test]
    fn every_code_of_a_list_is_another_and_is_read_as_it_was_written() {
        let codes = generate(&SystemRandom::new());
        assert_eq!(codes.len(), CODES);
        let hashes: std::collections::HashSet<_> =
            codes.iter().map(|code| hash_typed(code.expose()).unwrap()).collect();
        assert_eq!(hashes.len(), CODES);
        assert!(codes.iter().all(|code| code.expose().len() == 19));
    }

    #[test]
    fn a_code_is_typed_as_people_type() {
        let expected = hash_typed("7K2M-QX4T-9FHB-01ZC").unwrap();
        for typed in ["7k2mqx4t9fhb01zc", " 7K2M QX4T 9FHB 01ZC ", "7K2M–QX4T.9FHB-OIZC", "7K2M-QX4T-9FHB-olzc"] {
            assert_eq!(hash_typed(typed), Some(expected), "{typed}");
        }
        for typed in ["", "7K2M-QX4T-9FHB-01Z", "7K2M-QX4T-9FHB-01ZCC", "7K2M-QX4T-9FHB-01ZU", "７K2M-QX4T-9FHB-01ZC"]
        {
            assert_eq!(hash_typed(typed), None, "{typed}");
        }
    }
}
