//! PBKDF2 (RFC 8018 §5.2): it checks passwords that older systems hashed with it, and hashes none of ours.

use std::num::NonZeroU32;

use ring::pbkdf2;

/// The pseudorandom function under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prf {
    HmacSha1,
    HmacSha256,
    HmacSha512,
}

/// Fills `output` with the key of `secret`.
pub fn derive(prf: Prf, iterations: NonZeroU32, salt: &[u8], secret: &[u8], output: &mut [u8]) {
    let algorithm = match prf {
        Prf::HmacSha1 => pbkdf2::PBKDF2_HMAC_SHA1,
        Prf::HmacSha256 => pbkdf2::PBKDF2_HMAC_SHA256,
        Prf::HmacSha512 => pbkdf2::PBKDF2_HMAC_SHA512,
    };
    pbkdf2::derive(algorithm, iterations, salt, secret, output);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_rfc_6070_hold() {
        for (iterations, length, expected) in
            [(1, 20, [0x0c, 0x60, 0xc8, 0x0f]), (2, 20, [0xea, 0x6c, 0x01, 0x4d]), (4096, 20, [0x4b, 0x00, 0x79, 0x01])]
        {
            let mut output = vec![0; length];
            derive(Prf::HmacSha1, NonZeroU32::new(iterations).unwrap(), b"salt", b"password", &mut output);
            assert_eq!(output[..4], expected, "{iterations}");
        }
    }
}
