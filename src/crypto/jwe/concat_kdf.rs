//! Concat KDF (NIST SP 800-56A §5.8.1) over SHA-256, with the fields that RFC 7518 §4.6.2 gives it.

use zeroize::Zeroizing;

use crate::crypto::hash::sha256;

/// What is mixed into the derived key besides the agreed secret.
pub(super) struct Info<'a> {
    /// The `enc` of a key that is used directly, the `alg` of one that wraps another.
    pub algorithm_id: &'static str,
    pub party_u: &'a [u8],
    pub party_v: &'a [u8],
}

/// A key of `length` bytes derived from the agreed secret `z`.
pub(super) fn derive(z: &[u8], info: &Info<'_>, length: usize) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(Vec::with_capacity(length.next_multiple_of(32)));
    let mut input = Zeroizing::new(Vec::with_capacity(4 + z.len() + 128));
    for round in 1_u32.. {
        if key.len() >= length {
            break;
        }
        input.clear();
        input.extend_from_slice(&round.to_be_bytes());
        input.extend_from_slice(z);
        for field in [info.algorithm_id.as_bytes(), info.party_u, info.party_v] {
            input.extend_from_slice(&length_of(field));
            input.extend_from_slice(field);
        }
        // SuppPubInfo is the length of the key in bits; SuppPrivInfo is empty.
        input.extend_from_slice(&(8 * length as u32).to_be_bytes());
        key.extend_from_slice(&sha256(&input));
    }
    key.truncate(length);
    key
}

/// A header is limited to some kilobytes, so every length fits.
fn length_of(field: &[u8]) -> [u8; 4] {
    (field.len() as u32).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::base64url;

    /// RFC 7518 Appendix C.
    const Z: [u8; 32] = [
        158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156, 251, 49, 110, 163, 218, 128, 106,
        72, 246, 218, 167, 121, 140, 254, 144, 196,
    ];

    fn info(algorithm_id: &'static str) -> Info<'static> {
        Info { algorithm_id, party_u: b"Alice", party_v: b"Bob" }
    }

    #[test]
    fn it_gives_the_answer_of_rfc_7518() {
        assert_eq!(base64url::encode(&derive(&Z, &info("A128GCM"), 16)), "VqqN6vgjbSBcIijNcacQGg");
    }

    #[test]
    fn every_field_and_the_length_change_the_whole_key() {
        let key = derive(&Z, &info("A128GCM"), 16);
        for other in [
            derive(&Z, &info("A256GCM"), 16),
            derive(&Z, &Info { party_u: b"AliceB", party_v: b"ob", ..info("A128GCM") }, 16),
            derive(&Z, &Info { party_v: b"", ..info("A128GCM") }, 16),
            derive(&Z[1..], &info("A128GCM"), 16),
            Zeroizing::new(derive(&Z, &info("A128GCM"), 64)[..16].to_vec()),
        ] {
            assert_ne!(*other, *key);
        }
    }

    #[test]
    fn a_key_longer_than_the_hash_takes_a_second_round() {
        let key = derive(&Z, &info("A256CBC-HS512"), 64);
        assert_eq!(key.len(), 64);
        assert_ne!(key[..32], key[32..]);
    }
}
