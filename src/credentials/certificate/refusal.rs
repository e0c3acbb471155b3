//! Why a certificate proves nobody: one variant a reason.

use std::fmt;

use crate::crypto::certificate::name_constraints::ConstraintFault;
use crate::crypto::certificate::{KeyFault, SignatureFault};
use crate::domain::national_id::{Rejection, Scheme};
use crate::domain::time::Timestamp;
use crate::domain::trust::ObjectIdentifier;

/// The certificate that a refusal is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The citizen's own.
    Leaf,
    /// An authority's, by its subject as people read it.
    Authority(String),
}

/// Why a certificate is refused. The words are for operators; citizens are shown the sentence that [`Refusal::sentence`] names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    // What came.
    #[error("{0}: it is no X.509 certificate of version 3 in DER")]
    Malformed(Place),
    #[error("a certificate is longer than 16 KiB")]
    TooLong,
    #[error("more than 8 certificates came beside it")]
    TooManyBeside,

    // What each certificate says of itself.
    #[error("{0}: it has the critical extension {1}, which must be understood and is not")]
    CriticalExtension(Place, ObjectIdentifier),
    #[error("{0}: its extension {1} cannot be read, or is there twice")]
    BrokenExtension(Place, ObjectIdentifier),
    #[error("{0}: its RSA key has {1} bits, fewer than 2048")]
    WeakKey(Place, usize),
    #[error("{0}: it has a GOST key or signature, and SenID verifies no GOST: RSA, ECDSA and Ed25519 work")]
    Gost(Place),
    #[error("{0}: its key is of the kind {1}; RSA from 2048 to 8192 bits, P-256, P-384, P-521 and Ed25519 work")]
    UnsupportedKey(Place, String),
    #[error("{0}: it is not valid before {from}", from = Day(.1))]
    NotYetValid(Place, Timestamp),
    #[error("{0}: it expired on {on}", on = Day(.1))]
    Expired(Place, Timestamp),

    // What a citizen's certificate is for.
    #[error("it is an authority's certificate (basic constraints), and an authority is nobody")]
    LeafIsAuthority,
    #[error("it does not say what its key is for (no key usage)")]
    NoKeyUsage,
    #[error("its key is not for digital signatures (key usage)")]
    KeyUsage,
    #[error("it is not for signing in: its extended key usages leave out clientAuth (1.3.6.1.5.5.7.3.2)")]
    Purpose,

    // The chain.
    #[error("nobody who is trusted issued it: no chain leads from \"{0}\" to an authority of the trust folder")]
    NoAuthority(String),
    #[error("{0}: it is signed with SHA-1 or an older hash")]
    BrokenHash(Place),
    #[error("{0}: it is signed with {1}, which SenID does not verify for its issuer's key")]
    UnsupportedSignature(Place, String),
    #[error("{0}: it is not signed by the key of the issuer that it names")]
    Forged(Place),
    #[error("{0}: it issued a certificate and is no authority (basic constraints)")]
    NoAuthorityInBetween(Place),
    #[error("{0}: it issued a certificate, and its key is not for that (key usage)")]
    AuthorityKeyUsage(Place),
    #[error("{0}: its extended key usages leave out clientAuth, so nothing below it is for signing in")]
    AuthorityPurpose(Place),
    #[error("{0}: more authorities are below it than it allows (path length)")]
    PathLength(Place),
    #[error("the chain is longer than six authorities")]
    ChainTooLong,
    #[error("{0}: {1}")]
    NameConstraint(Place, ConstraintFault),

    // Policies.
    #[error(
        "its authorities ask for a certificate policy that holds on the whole chain, and none does (policy constraints)"
    )]
    NoValidPolicy,
    #[error("it was issued under the certificate policy {0}, which the trust file disallows")]
    DisallowedPolicy(ObjectIdentifier),
    #[error("it was issued under none of the certificate policies that the trust file allows")]
    NoAllowedPolicy,

    // Whose it is.
    #[error("its subject has an attribute {0} that is no text")]
    UnreadableSubject(&'static str),
    #[error("it carries no person's number that the rules of the trust file find")]
    NoIdentifier,
    #[error("it is an organisation's, and stands for no person")]
    Seal,
    #[error("it carries the numbers of more than one person")]
    ConflictingIdentifiers,
    #[error("the number it carries can be none of the scheme {0}: {1}")]
    InvalidIdentifier(Scheme, Rejection),
    #[error("it carries a number of {0}, a scheme that is not enabled here")]
    SchemeNotEnabled(String),
    #[error("it carries a number of the scheme {0}, for which the trust file does not take this authority's word")]
    SchemeNotVouchedFor(Scheme),
}

/// Where on the way from a file to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Chain,
    Policy,
    Identifier,
}

impl Step {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chain => "chain",
            Self::Policy => "policy",
            Self::Identifier => "identifier",
        }
    }
}

impl Refusal {
    /// What it was refused at: the steps before it were passed.
    pub const fn step(&self) -> Step {
        match self {
            Self::NoValidPolicy | Self::DisallowedPolicy(_) | Self::NoAllowedPolicy => Step::Policy,
            Self::UnreadableSubject(_)
            | Self::NoIdentifier
            | Self::Seal
            | Self::ConflictingIdentifiers
            | Self::InvalidIdentifier(..)
            | Self::SchemeNotEnabled(_)
            | Self::SchemeNotVouchedFor(_) => Step::Identifier,
            _ => Step::Chain,
        }
    }

    /// What the citizen is told: the key of a sentence, without its `certificate-`. [`Refusal::day`] goes with some.
    pub const fn sentence(&self) -> &'static str {
        match self {
            Self::Expired(Place::Leaf, _) => "expired",
            Self::NotYetValid(Place::Leaf, _) => "not-yet-valid",
            Self::Expired(Place::Authority(_), _) | Self::NotYetValid(Place::Authority(_), _) => {
                "authority-out-of-date"
            }
            Self::LeafIsAuthority | Self::NoKeyUsage | Self::KeyUsage | Self::Purpose => "not-for-signing-in",
            Self::Gost(_) => "gost",
            Self::WeakKey(..) | Self::UnsupportedKey(..) | Self::BrokenHash(_) | Self::UnsupportedSignature(..) => {
                "weak"
            }
            Self::DisallowedPolicy(_) | Self::NoAllowedPolicy | Self::NoValidPolicy => "policy",
            Self::Seal => "organisation",
            Self::NoIdentifier | Self::UnreadableSubject(_) | Self::InvalidIdentifier(..) => "no-number",
            Self::ConflictingIdentifiers => "several-numbers",
            Self::SchemeNotEnabled(_) | Self::SchemeNotVouchedFor(_) => "number-not-accepted",
            Self::Malformed(_)
            | Self::TooLong
            | Self::TooManyBeside
            | Self::CriticalExtension(..)
            | Self::BrokenExtension(..) => "unreadable",
            Self::NoAuthority(_)
            | Self::Forged(_)
            | Self::NoAuthorityInBetween(_)
            | Self::AuthorityKeyUsage(_)
            | Self::AuthorityPurpose(_)
            | Self::PathLength(_)
            | Self::ChainTooLong
            | Self::NameConstraint(..) => "not-trusted",
        }
    }

    /// Every sentence that there is.
    pub const SENTENCES: [&'static str; 13] = [
        "expired",
        "not-yet-valid",
        "authority-out-of-date",
        "not-for-signing-in",
        "gost",
        "weak",
        "policy",
        "organisation",
        "no-number",
        "several-numbers",
        "number-not-accepted",
        "unreadable",
        "not-trusted",
    ];

    /// The certificate of the chain that is at fault, where it is one.
    pub const fn place(&self) -> Option<&Place> {
        match self {
            Self::Malformed(place)
            | Self::CriticalExtension(place, _)
            | Self::BrokenExtension(place, _)
            | Self::WeakKey(place, _)
            | Self::Gost(place)
            | Self::UnsupportedKey(place, _)
            | Self::NotYetValid(place, _)
            | Self::Expired(place, _)
            | Self::BrokenHash(place)
            | Self::UnsupportedSignature(place, _)
            | Self::Forged(place)
            | Self::NoAuthorityInBetween(place)
            | Self::AuthorityKeyUsage(place)
            | Self::AuthorityPurpose(place)
            | Self::PathLength(place)
            | Self::NameConstraint(place, _) => Some(place),
            _ => None,
        }
    }

    /// The day that the sentence names: when the certificate ended, or begins.
    pub const fn day(&self) -> Option<Timestamp> {
        match self {
            Self::Expired(Place::Leaf, at) | Self::NotYetValid(Place::Leaf, at) => Some(*at),
            _ => None,
        }
    }

    /// A stable name for events and figures.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::TooLong => "too_long",
            Self::TooManyBeside => "too_many_beside",
            Self::CriticalExtension(..) => "critical_extension",
            Self::BrokenExtension(..) => "broken_extension",
            Self::WeakKey(..) => "weak_key",
            Self::Gost(_) => "gost",
            Self::UnsupportedKey(..) => "unsupported_key",
            Self::NotYetValid(..) => "not_yet_valid",
            Self::Expired(..) => "expired",
            Self::LeafIsAuthority => "leaf_is_authority",
            Self::NoKeyUsage => "no_key_usage",
            Self::KeyUsage => "key_usage",
            Self::Purpose => "purpose",
            Self::NoAuthority(_) => "no_authority",
            Self::BrokenHash(_) => "broken_hash",
            Self::UnsupportedSignature(..) => "unsupported_signature",
            Self::Forged(_) => "forged",
            Self::NoAuthorityInBetween(_) => "no_authority_in_between",
            Self::AuthorityKeyUsage(_) => "authority_key_usage",
            Self::AuthorityPurpose(_) => "authority_purpose",
            Self::PathLength(_) => "path_length",
            Self::ChainTooLong => "chain_too_long",
            Self::NameConstraint(..) => "name_constraint",
            Self::NoValidPolicy => "no_valid_policy",
            Self::DisallowedPolicy(_) => "disallowed_policy",
            Self::NoAllowedPolicy => "no_allowed_policy",
            Self::UnreadableSubject(_) => "unreadable_subject",
            Self::NoIdentifier => "no_identifier",
            Self::Seal => "seal",
            Self::ConflictingIdentifiers => "conflicting_identifiers",
            Self::InvalidIdentifier(..) => "invalid_identifier",
            Self::SchemeNotEnabled(_) => "scheme_not_enabled",
            Self::SchemeNotVouchedFor(_) => "scheme_not_vouched_for",
        }
    }

    pub(super) fn of_key(fault: KeyFault, place: Place) -> Self {
        match fault {
            KeyFault::Weak(bits) => Self::WeakKey(place, bits),
            KeyFault::Gost => Self::Gost(place),
            KeyFault::Unsupported(kind) => Self::UnsupportedKey(place, kind),
        }
    }

    pub(super) fn of_signature(fault: SignatureFault, place: Place) -> Self {
        match fault {
            SignatureFault::BrokenHash => Self::BrokenHash(place),
            SignatureFault::Gost => Self::Gost(place),
            SignatureFault::Unsupported(algorithm) => Self::UnsupportedSignature(place, algorithm),
            SignatureFault::Wrong => Self::Forged(place),
            SignatureFault::Malformed => Self::Malformed(place),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leaf => f.write_str("the certificate"),
            Self::Authority(name) => write!(f, "the authority \"{name}\""),
        }
    }
}

struct Day<'a>(&'a Timestamp);

impl fmt::Display for Day<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.0.seconds()) {
            Ok(instant) => write!(f, "{}", instant.strftime("%Y-%m-%d %H:%M:%S UTC")),
            Err(_) => f.write_str("an impossible date"),
        }
    }
}
