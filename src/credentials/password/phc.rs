//! Argon2id hashes as text: the PHC string format, in the one form that the reference implementation writes.
//!
//! `$argon2id$v=19$m=‹KiB›,t=‹iterations›,p=‹lanes›$‹salt›$‹hash›`, both in base64 without padding.

use std::ops::RangeInclusive;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::credentials::password::Parameters;
use crate::domain::password_hash::PasswordHash;

/// Beyond this an imported hash is refused, unless ours cost as much: one line of a file must not take the server's
/// memory, nor a thread for longer than a few sign-ins' time.
const MOST_MEMORY_KIB: u32 = 128 * 1024;
const MOST_WORK: u64 = 512 * 1024;
const MOST_PARALLELISM: u32 = 16;
const SALT: RangeInclusive<usize> = 8..=64;
const OUTPUT: RangeInclusive<usize> = 16..=64;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhcError {
    #[error(
        "expected an Argon2id hash as in $argon2id$v=19$m=19456,t=2,p=1$‹salt›$‹hash›, or one of bcrypt, PBKDF2 or SHA-crypt"
    )]
    Format,
    #[error("expected a bcrypt hash as in $2b$12$‹22 characters of salt›‹31 of hash›")]
    Bcrypt,
    #[error(
        "expected a SHA-crypt hash as in $6$rounds=5000$‹1 to 16 characters of salt›$‹43 ($5$) or 86 ($6$) of hash›"
    )]
    ShaCrypt,
    #[error(
        "expected a PBKDF2 hash as in $pbkdf2-sha256$i=600000,l=32$‹salt›$‹hash›, or as passlib, Django or ASP.NET Identity write it"
    )]
    Pbkdf2,
    #[error(
        "checking this hash would cost too much: at most cost 12 of bcrypt, 1500000 iterations of PBKDF2, 500000 rounds of SHA-crypt"
    )]
    ForeignTooCostly,
    #[error(
        "checking this hash would cost too much: at most 128 MiB (m), 512 MiB over all iterations (m × t), 16 lanes (p)"
    )]
    TooCostly,
    #[error("the salt of the hash must have 8 to 64 bytes, the hash itself 16 to 64")]
    Length,
}

/// A hash taken apart.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Phc {
    pub(super) parameters: Parameters,
    pub(super) salt: Vec<u8>,
    pub(super) output: Vec<u8>,
}

impl Phc {
    /// Reads a hash that costs no more to check than is bearable to a server whose own cost `own`.
    pub(super) fn parse(text: &str, own: Parameters) -> Result<Self, PhcError> {
        let phc = Self::read(text).ok_or(PhcError::Format)?;
        // One value has one text: a leading zero or plus would be another.
        if phc.to_text() != text {
            return Err(PhcError::Format);
        }
        let parameters = phc.parameters;
        if parameters.memory_kib() > MOST_MEMORY_KIB.max(own.memory_kib())
            || parameters.work() > MOST_WORK.max(own.work())
            || parameters.parallelism() > MOST_PARALLELISM.max(own.parallelism())
        {
            return Err(PhcError::TooCostly);
        }
        if !SALT.contains(&phc.salt.len()) || !OUTPUT.contains(&phc.output.len()) {
            return Err(PhcError::Length);
        }
        Ok(phc)
    }

    pub(super) fn to_hash(&self) -> PasswordHash {
        PasswordHash::from_phc(self.to_text())
    }

    fn read(text: &str) -> Option<Self> {
        let mut fields = text.strip_prefix("$argon2id$v=19$")?.split('$');
        let (costs, salt, output) = (fields.next()?, fields.next()?, fields.next()?);
        if fields.next().is_some() {
            return None;
        }
        let mut costs = costs.split(',');
        let mut cost = |name: &str| costs.next()?.strip_prefix(name)?.parse().ok();
        let parameters = Parameters::new(cost("m=")?, cost("t=")?, cost("p=")?).ok()?;
        Some(Self {
            parameters,
            salt: STANDARD_NO_PAD.decode(salt).ok()?,
            output: STANDARD_NO_PAD.decode(output).ok()?,
        })
    }

    fn to_text(&self) -> String {
        let (memory, iterations) = (self.parameters.memory_kib(), self.parameters.iterations());
        let parallelism = self.parameters.parallelism();
        let (salt, output) = (STANDARD_NO_PAD.encode(&self.salt), STANDARD_NO_PAD.encode(&self.output));
        format!("$argon2id$v=19$m={memory},t={iterations},p={parallelism}${salt}${output}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const REFERENCE: &str = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

    fn own() -> Parameters {
        Parameters::new(19 * 1024, 2, 1).unwrap()
    }

    fn parse(text: &str) -> Result<Phc, PhcError> {
        Phc::parse(text, own())
    }

    #[test]
    fn the_reference_s_text_is_read_and_written() {
        let phc = parse(REFERENCE).ok().unwrap();
        assert_eq!(phc.parameters, Parameters::new(65536, 2, 1).unwrap());
        assert_eq!(phc.salt, b"somesalt");
        assert_eq!(phc.output.len(), 32);
        assert_eq!(phc.to_hash().as_str(), REFERENCE);
    }

    #[test]
    fn other_hashes_and_other_texts_are_refused() {
        for text in [
            "",
            "$",
            "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
            &REFERENCE.replace("argon2id", "argon2i"),
            &REFERENCE.replace("argon2id", "argon2d"),
            &REFERENCE.replace("v=19", "v=16"),
            &REFERENCE.replace("v=19$", ""),
            &REFERENCE.replace("t=2,p=1", "p=1,t=2"),
            &REFERENCE.replace("p=1", "p=1,data=AAAA"),
            &REFERENCE.replace("m=65536", "m=065536"),
            &REFERENCE.replace("m=65536", "m=+65536"),
            &REFERENCE.replace("m=65536", "m=4"),
            &REFERENCE.replace("m=65536", "m=4294967296"),
            &REFERENCE.replace("t=2", "t=0"),
            &REFERENCE.replace("p=1", "p=0"),
            &REFERENCE.replace("p=1", "p=4294967295"),
            &format!("{REFERENCE}="),
            &format!("{REFERENCE}$"),
            &format!(" {REFERENCE}"),
            &format!("{REFERENCE}\n"),
        ] {
            assert_eq!(parse(text).err(), Some(PhcError::Format), "{text}");
        }
    }

    #[test]
    fn a_hash_that_would_take_the_server_s_memory_or_time_is_refused() {
        for costs in
            ["m=4194304,t=1,p=1", "m=131073,t=1,p=1", "m=65536,t=9,p=1", "m=8,t=4294967295,p=1", "m=1024,t=1,p=17"]
        {
            let text = REFERENCE.replace("m=65536,t=2,p=1", costs);
            assert_eq!(parse(&text).err(), Some(PhcError::TooCostly), "{costs}");
        }
        for costs in ["m=131072,t=4,p=1", "m=65536,t=3,p=4", "m=65536,t=4,p=1", "m=19456,t=2,p=1", "m=8,t=1,p=1"] {
            let text = REFERENCE.replace("m=65536,t=2,p=1", costs);
            assert!(parse(&text).is_ok(), "{costs}");
        }
        // Who pays that for every hash of their own may import such hashes too.
        let text = REFERENCE.replace("m=65536,t=2,p=1", "m=262144,t=3,p=1");
        assert_eq!(parse(&text).err(), Some(PhcError::TooCostly));
        assert!(Phc::parse(&text, Parameters::new(262_144, 3, 1).unwrap()).is_ok());
    }

    #[test]
    fn short_and_endless_salts_and_hashes_are_refused() {
        let with = |salt: usize, output: usize| {
            let (salt, output) = (STANDARD_NO_PAD.encode(vec![1; salt]), STANDARD_NO_PAD.encode(vec![2; output]));
            parse(&format!("$argon2id$v=19$m=19456,t=2,p=1${salt}${output}")).err()
        };
        assert_eq!(with(8, 16), None);
        assert_eq!(with(64, 64), None);
        for (salt, output) in [(0, 32), (7, 32), (65, 32), (16, 0), (16, 15), (16, 65)] {
            assert_eq!(with(salt, output), Some(PhcError::Length), "{salt}, {output}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "(\\$argon2id\\$v=19\\$)?\\PC*") {
            prop_assert!(parse(&text).is_err());
        }

        #[test]
        fn any_costs_are_answered(m in any::<u32>(), t in any::<u32>(), p in any::<u32>()) {
            let text = format!("$argon2id$v=19$m={m},t={t},p={p}$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc");
            if let Ok(phc) = parse(&text) {
                prop_assert!(phc.parameters.work() <= MOST_WORK);
            }
        }
    }
}
