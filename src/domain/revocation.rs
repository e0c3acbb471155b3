//! What an authority says of a certificate that it issued: RFC 5280 §5, RFC 6960.

use std::fmt;

use super::time::Timestamp;

/// A certificate's number among those of its issuer, as 20 bytes with zeros before it: RFC 5280 §4.1.2.2 allows no longer one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SerialNumber([u8; 20]);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a serial number has at most 20 octets")]
pub struct TooLong;

impl SerialNumber {
    /// From the contents of an INTEGER. However many zeros stand before it, it is the same number: two spellings of one must not
    /// be two certificates.
    ///
    /// # Errors
    /// Where more than 20 octets are left.
    pub fn from_integer(contents: &[u8]) -> Result<Self, TooLong> {
        let zeros = contents.iter().take_while(|byte| **byte == 0).count();
        let digits = contents.get(zeros..).unwrap_or_default();
        let mut number = [0; 20];
        let start = number.len().checked_sub(digits.len()).ok_or(TooLong)?;
        number.iter_mut().skip(start).zip(digits).for_each(|(to, from)| *to = *from);
        Ok(Self(number))
    }

    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

impl From<[u8; 20]> for SerialNumber {
    fn from(number: [u8; 20]) -> Self {
        Self(number)
    }
}

impl fmt::Debug for SerialNumber {
    /// Half of it: enough to tell two apart in a log, too little to look a person up by.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")?;
        self.0.iter().skip(16).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// One certificate among all: the SHA-256 hash of its issuer's public key, and its number there. An issuer's name alone says too
/// little, because two may have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CertificateId {
    pub issuer_key: [u8; 32],
    pub serial: SerialNumber,
}

/// Why a certificate is not valid any more: RFC 5280 §5.3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Reason {
    Unspecified = 0,
    KeyCompromise = 1,
    CaCompromise = 2,
    AffiliationChanged = 3,
    Superseded = 4,
    CessationOfOperation = 5,
    CertificateHold = 6,
    RemoveFromCrl = 8,
    PrivilegeWithdrawn = 9,
    AaCompromise = 10,
}

impl Reason {
    const ALL: [Self; 10] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::CaCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::CertificateHold,
        Self::RemoveFromCrl,
        Self::PrivilegeWithdrawn,
        Self::AaCompromise,
    ];

    pub const fn code(self) -> u8 {
        self as u8
    }

    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// As the standards spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "keyCompromise",
            Self::CaCompromise => "cACompromise",
            Self::AffiliationChanged => "affiliationChanged",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessationOfOperation",
            Self::CertificateHold => "certificateHold",
            Self::RemoveFromCrl => "removeFromCRL",
            Self::PrivilegeWithdrawn => "privilegeWithdrawn",
            Self::AaCompromise => "aACompromise",
        }
    }
}

/// That a certificate is revoked, since when and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revoked {
    pub at: Timestamp,
    pub reason: Reason,
}

impl Revoked {
    /// Whether nothing ends it. A certificate on hold may come back: it is refused as long as its authority says so, and that is
    /// not remembered.
    pub const fn is_final(self) -> bool {
        !matches!(self.reason, Reason::CertificateHold | Reason::RemoveFromCrl)
    }
}

/// What an authority says of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Good,
    Revoked(Revoked),
    /// The authority has not issued it, as far as it knows.
    Unknown,
}

/// A revocation list among those of its issuer, by which an older one is told from a newer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListEdition {
    /// The SHA-256 hash of the issuer's public key.
    pub issuer_key: [u8; 32],
    /// The SHA-256 hash of what the list says of its scope: numbers count within one scope (RFC 5280 §5.2.3).
    pub scope: [u8; 32],
    /// The CRL number.
    pub number: SerialNumber,
    /// `thisUpdate`.
    pub issued_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_however_many_zeros_stand_before_it() {
        let number = |contents: &[u8]| SerialNumber::from_integer(contents);
        assert_eq!(number(&[5]), number(&[0, 0, 5]));
        assert_eq!(number(&[]), number(&[0]));
        assert_ne!(number(&[5]), number(&[5, 0]));
        assert!(number(&[5]).unwrap() < number(&[1, 0]).unwrap());
        assert_eq!(number(&[&[0][..], &[0xff; 20]].concat()).unwrap().as_bytes(), &[0xff; 20]);
        assert_eq!(number(&[1; 21]), Err(TooLong));
    }

    #[test]
    fn every_reason_is_stored_and_found_again() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_code(reason.code()), Some(reason));
        }
        assert_eq!(Reason::from_code(7), None);
    }

    #[test]
    fn what_is_printed_of_a_number_is_its_end() {
        let number = SerialNumber::from_integer(&[0x12, 0x34, 0x56, 0x78, 0x9a]).unwrap();
        assert_eq!(format!("{number:?}"), "…3456789a");
    }
}
