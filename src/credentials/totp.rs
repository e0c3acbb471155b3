//! Codes of authenticator applications: TOTP, RFC 6238.
//!
//! SHA-1, six digits and thirty seconds are what applications really do, whatever they are told. What a secret was enrolled with
//! stands beside it, so that another choice is one day possible.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::crypto::base64url;
use crate::crypto::hash::constant_time_eq;
use crate::crypto::one_time_password::{HotpHash, hotp};
use crate::domain::random::Random;
use crate::domain::secret::SecretBytes;
use crate::domain::time::Timestamp;

/// RFC 4226 §4, R6: at least 128 bits, and 160 are recommended.
const SECRET: usize = 20;
/// How many steps a clock may be off, before and after (RFC 6238 §5.2).
const DRIFT: i64 = 1;

/// What an application and SenID share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TotpSecret(SecretBytes<SECRET>);

/// Of a secret and a typed code, what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// It is the code of this step, later than every one that was used.
    Right {
        step: i64,
    },
    /// It is a code of a step that was used, or of one before.
    Replayed,
    Wrong,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    v: u8,
    secret: String,
    algorithm: String,
    digits: u8,
    period: u32,
}

const VERSION: u8 = 1;
const ALGORITHM: &str = "SHA1";
const DIGITS: u8 = 6;
const PERIOD: u32 = 30;

impl TotpSecret {
    pub fn generate(random: &dyn Random) -> Self {
        Self(SecretBytes::new(random.bytes()))
    }

    /// As it is sealed.
    pub fn to_material(&self) -> Vec<u8> {
        let stored = Stored {
            v: VERSION,
            secret: base64url::encode(self.0.expose()),
            algorithm: ALGORITHM.to_owned(),
            digits: DIGITS,
            period: PERIOD,
        };
        serde_json::to_vec(&stored).unwrap_or_default()
    }

    /// `None` for what this version of SenID did not write.
    pub fn from_material(material: &[u8]) -> Option<Self> {
        let stored: Stored = serde_json::from_slice(material).ok()?;
        let known = (stored.v, stored.algorithm.as_str(), stored.digits, stored.period);
        if known != (VERSION, ALGORITHM, DIGITS, PERIOD) {
            return None;
        }
        base64url::decode_array(&stored.secret).map(|bytes| Self(SecretBytes::new(bytes)))
    }

    /// Holds `typed` against the codes of this moment and of the steps around it, all of them whichever matches. `used` is the last
    /// step that was used: of each step one code counts once (RFC 6238 §5.2).
    pub fn check(&self, typed: &str, now: Timestamp, used: i64) -> Checked {
        let typed: Zeroizing<String> = Zeroizing::new(typed.chars().filter(|c| !c.is_whitespace()).collect());
        let present = now.seconds().div_euclid(i64::from(PERIOD));
        let mut found = Checked::Wrong;
        for step in present.saturating_sub(DRIFT)..=present.saturating_add(DRIFT) {
            let matches = constant_time_eq(self.code(step).as_bytes(), typed.as_bytes());
            if matches && !matches!(found, Checked::Right { .. }) {
                found = if step > used { Checked::Right { step } } else { Checked::Replayed };
            }
        }
        found
    }

    fn code(&self, step: i64) -> Zeroizing<String> {
        Zeroizing::new(hotp(HotpHash::Sha1, self.0.expose(), u64::try_from(step).unwrap_or(0), DIGITS))
    }

    /// The secret as a person types it into an application: groups of four.
    pub fn shown(&self) -> String {
        let text = base32(self.0.expose());
        let groups: Vec<&str> = (0..text.len()).step_by(4).map(|at| &text[at..(at + 4).min(text.len())]).collect();
        groups.join(" ")
    }

    /// What an application reads from the picture (the Key Uri Format that applications agree on).
    pub fn uri(&self, issuer: &str, account: &str) -> String {
        let (issuer, account) = (percent_encoded(issuer), percent_encoded(account));
        format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm={ALGORITHM}&digits={DIGITS}&period={PERIOD}",
            base32(self.0.expose())
        )
    }
}

/// RFC 4648 §6, without padding.
fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut bits, mut waiting) = (0_u32, 0_u32);
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        waiting += 8;
        while waiting >= 5 {
            waiting -= 5;
            text.push(char::from(ALPHABET[(bits >> waiting & 31) as usize]));
        }
    }
    if waiting > 0 {
        text.push(char::from(ALPHABET[(bits << (5 - waiting) & 31) as usize]));
    }
    text
}

/// RFC 3986 §2.1: applications do not read a plus sign as a space.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    /// That of RFC 6238, Appendix B.
    fn secret() -> TotpSecret {
        TotpSecret(SecretBytes::new(*b"12345678901234567890"))
    }

    const fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn a_code_is_right_within_its_step_and_one_step_around_it() {
        // The last six digits of RFC 6238's codes for 59 s (step 1).
        let code = "287082";
        for (seconds, expected) in [
            (0, Checked::Right { step: 1 }),
            (30, Checked::Right { step: 1 }),
            (59, Checked::Right { step: 1 }),
            (89, Checked::Right { step: 1 }),
            (90, Checked::Wrong),
            (2000, Checked::Wrong),
        ] {
            assert_eq!(secret().check(code, at(seconds), 0), expected, "{seconds}");
        }
        assert_eq!(secret().check("081804", at(1_111_111_109), 0), Checked::Right { step: 37_037_036 });
        assert_eq!(secret().check("081804", at(1_111_111_109 - 60), 0), Checked::Wrong, "two steps early");
    }

    #[test]
    fn a_step_that_was_used_and_those_before_it_are_used() {
        assert_eq!(secret().check("287082", at(59), 1), Checked::Replayed);
        assert_eq!(secret().check("287082", at(59), 2), Checked::Replayed);
        assert_eq!(secret().check("359152", at(59), 1), Checked::Right { step: 2 });
    }

    #[test]
    fn what_is_no_code_is_wrong() {
        for typed in ["", "28708", "2870820", "94287082", "２８７０８２", "abcdef", "-87082"] {
            assert_eq!(secret().check(typed, at(59), 0), Checked::Wrong, "{typed:?}");
        }
        assert_eq!(secret().check(" 287 082 ", at(59), 0), Checked::Right { step: 1 }, "as applications show it");
    }

    #[test]
    fn what_was_sealed_is_the_same_secret_again_and_what_was_not_is_none() {
        let material = secret().to_material();
        assert_eq!(TotpSecret::from_material(&material), Some(secret()));
        let other = String::from_utf8(material).unwrap().replace("SHA1", "MD5");
        assert_eq!(TotpSecret::from_material(other.as_bytes()), None);
        assert_eq!(TotpSecret::from_material(b""), None);
        assert_eq!(format!("{:?}", secret()), "TotpSecret([secret])");
    }

    #[test]
    fn an_application_reads_the_secret_from_a_picture_or_has_it_typed() {
        assert_eq!(
            secret().uri("Sen ID", "001•••456"),
            "otpauth://totp/Sen%20ID:001%E2%80%A2%E2%80%A2%E2%80%A2456?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Sen%20ID\
             &algorithm=SHA1&digits=6&period=30"
        );
        assert_eq!(secret().shown(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    }

    /// RFC 4648 §10.
    #[test]
    fn base32_is_the_standard_s() {
        for (plain, encoded) in [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foobar", "MZXW6YTBOI")] {
            assert_eq!(base32(plain.as_bytes()), encoded);
        }
    }
}
