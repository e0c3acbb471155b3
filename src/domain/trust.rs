//! The authorities whose certificates citizens may prove themselves with, and what is asked of each one's.

use std::fmt;
use std::str::FromStr;

use url::Url;

use super::assurance::AuthenticationLevel;
use super::national_id::Scheme;

/// An authority of the trust folder: its certificate, and its policy.
#[derive(Clone, PartialEq, Eq)]
pub struct TrustedAuthority {
    /// The name of its files.
    pub name: String,
    /// What its word is good for only because somebody wrote it here (DER).
    pub anchor: Vec<u8>,
    /// Those that people do not bring along, such as a card's issuer (DER each). Trusted for what the anchor says of them, no more.
    pub intermediates: Vec<Vec<u8>>,
    pub policy: AuthorityPolicy,
}

/// What is asked of an authority's certificates beside what RFC 5280 asks of every one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityPolicy {
    pub policies: CertificatePolicies,
    pub device: DeviceProtection,
    pub revocation: RevocationSources,
    pub identifiers: Identifiers,
    /// Whether the first sign-in with a certificate binds it to the citizen whose number it carries. Else it is bound in the account
    /// only, by the citizen who has signed in there.
    pub bind_on_first_use: bool,
    /// Whether its authority has seen whoever it issues a certificate to, as the law of qualified certificates demands: then a citizen of
    /// level 1 who adds one to their account is of level 2.
    pub proves_identity: bool,
}

/// Certificate policies (RFC 5280 §4.2.1.4) that a certificate must and must not be issued under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificatePolicies {
    /// One of these; none is asked for where there are none.
    pub allowed: Vec<ObjectIdentifier>,
    /// None of these, whatever else.
    pub disallowed: Vec<ObjectIdentifier>,
}

/// What says that the key lives in a device that a PIN opens: then the certificate is two factors, else one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceProtection {
    /// One of these policies.
    pub policies: Vec<ObjectIdentifier>,
    /// Or the statement that the key is in a qualified device (QcSSCD, ETSI EN 319 412-5 §4.2.2).
    pub qualified: bool,
}

impl DeviceProtection {
    /// Whether anything says so of any of its certificates.
    pub const fn is_known(&self) -> bool {
        self.qualified || !self.policies.is_empty()
    }
}

/// Where to ask whether a certificate was revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationSources {
    /// OCSP responders, asked in this order.
    pub responders: Vec<Url>,
    /// Complete certificate revocation lists.
    pub lists: Vec<Url>,
    /// Whether the responders and lists that the certificate itself names are asked, after those above.
    pub of_certificate: bool,
    pub nonce: NonceDemand,
    pub on_unavailable: OnUnavailable,
}

/// Whether a responder's answer must repeat the nonce of the question (RFC 9654).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NonceDemand {
    #[default]
    Demanded,
    /// The responder makes its answers beforehand, so whoever listens can show an older one again for as long as it holds. One with a
    /// nonce must still have ours.
    Optional,
}

/// What happens where no source answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnUnavailable {
    #[default]
    Refuse,
    /// The certificate counts for this level at most.
    Level(AuthenticationLevel),
}

/// How a citizen's number is read from a certificate, and whose numbers this authority may vouch for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifiers {
    pub rules: Vec<SubjectRule>,
    pub schemes: Vec<Scheme>,
}

/// A way to write a person's number into a certificate's subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectRule {
    /// `serialNumber` with a semantics identifier: `PNOEE-38001085718` (ETSI EN 319 412-1 §5.1.3).
    Etsi,
    /// Viet Nam's `UID`: `CCCD:001090123456`.
    VietNam,
    /// Russia's SNILS in an attribute of its own (Order of the FSB No. 795).
    Russia,
}

impl SubjectRule {
    pub const ALL: [Self; 3] = [Self::Etsi, Self::VietNam, Self::Russia];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Etsi => "etsi",
            Self::VietNam => "vn-uid",
            Self::Russia => "ru-snils",
        }
    }
}

/// Estonian mobile-ID: its key lives in a telephone, and none of the ways that a certificate is presented here reaches it.
const ESTONIAN_MOBILE_ID: [&str; 4] =
    ["1.3.6.1.4.1.10015.1.3", "1.3.6.1.4.1.10015.1.3.1", "1.3.6.1.4.1.10015.1.3.2", "1.3.6.1.4.1.10015.1.3.3"];

impl Default for CertificatePolicies {
    fn default() -> Self {
        let disallowed = ESTONIAN_MOBILE_ID.iter().map(|oid| ObjectIdentifier((*oid).to_owned())).collect();
        Self { allowed: Vec::new(), disallowed }
    }
}

impl fmt::Debug for TrustedAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrustedAuthority")
            .field("name", &self.name)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

/// An object identifier, dotted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectIdentifier(String);

impl ObjectIdentifier {
    /// What a reader of ASN.1 has written out.
    pub const fn from_arcs(dotted: String) -> Self {
        Self(dotted)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an object identifier such as 1.3.6.1.4.1.10015.1.3")]
pub struct InvalidObjectIdentifier;

impl FromStr for ObjectIdentifier {
    type Err = InvalidObjectIdentifier;

    fn from_str(text: &str) -> Result<Self, InvalidObjectIdentifier> {
        let arcs: Vec<&str> = text.split('.').collect();
        let number = |arc: &&str| {
            !arc.is_empty() && arc.bytes().all(|byte| byte.is_ascii_digit()) && (*arc == "0" || !arc.starts_with('0'))
        };
        let [first, second, ..] = arcs[..] else { return Err(InvalidObjectIdentifier) };
        // X.660: three roots, and below the first two no more than forty.
        let roots = matches!(first, "0" | "1") && second.parse::<u8>().is_ok_and(|arc| arc < 40) || first == "2";
        let sound = text.len() <= 128 && arcs.iter().all(number) && roots;
        sound.then(|| Self(text.to_owned())).ok_or(InvalidObjectIdentifier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_identifier_is_dotted_numbers_below_one_of_three_roots() {
        for text in ["1.2", "2.5.4.5", "2.999.1", "1.3.6.1.4.1.10015.1.3", "0.4.0.1862.1.4"] {
            assert_eq!(text.parse::<ObjectIdentifier>().map(|oid| oid.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "1", "1.", ".1", "1..2", "1.40", "3.1", "1.2.03", "1.2.a", "1.2 ", "-1.2", "oid.1.2", "1.2.³"]
        {
            assert_eq!(text.parse::<ObjectIdentifier>(), Err(InvalidObjectIdentifier), "{text}");
        }
    }

    #[test]
    fn estonian_mobile_id_is_disallowed_unless_an_operator_says_otherwise() {
        let disallowed = CertificatePolicies::default().disallowed;
        assert_eq!(disallowed.len(), 4);
        assert!(disallowed.iter().all(|oid| oid.as_str().parse::<ObjectIdentifier>().is_ok()));
    }
}
