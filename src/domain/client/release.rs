//! What a client was approved for: which claims of its citizens it is told, what for and on which legal basis, and how they
//! are protected on their way. A client asks for what it wants; what it may have is the authority's to say, here.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Client, ConsentPolicy, Localised};
use crate::domain::claims;
use crate::domain::national_id::Scheme;
use crate::domain::scope::ScopeSet;
use crate::domain::verified_claims::{identifies, inner};

/// The authority's approval. That of a client from before there were approvals is what its scopes release, and nothing that
/// was verified.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReleasePolicy {
    /// Those of the claims that its scopes release; all of them where none are named.
    pub claims: Option<BTreeSet<String>>,
    /// The schemes whose identifiers it is told, where it has the scope `national_id` at all; any where none are named.
    pub identifiers: Option<BTreeSet<String>>,
    /// What it may ask for inside `verified_claims` (OpenID Connect for Identity Assurance).
    pub verified_claims: BTreeSet<String>,
    /// On which it is told what it is told.
    pub basis: Option<LegalBasis>,
    /// Where single claims have another purpose than the client's own, or another basis.
    pub terms: BTreeMap<String, Terms>,
    /// What is told in encrypted tokens alone.
    pub encrypted: EncryptedRelease,
}

/// What a claim is told for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Terms {
    pub purpose: Localised,
    pub basis: Option<LegalBasis>,
}

macro_rules! words {
    ($(#[$doc:meta])* $type:ident, $fault:literal, $($(#[$of:meta])* $name:ident = $word:literal),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $type { $($(#[$of])* #[serde(rename = $word)] $name,)+ }

        impl $type {
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }
        }

        impl std::str::FromStr for $type {
            type Err = super::UnknownValue;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text { $($word => Ok(Self::$name),)+ _ => Err(super::UnknownValue($fault)) }
            }
        }
    };
}

words! {
    /// Why the law lets a client be told a citizen's data. Only one of them leaves the citizen a choice.
    LegalBasis, "consent, contract, legal_obligation, public_task or vital_interests",
    Consent = "consent",
    /// It is needed for what the citizen asked the client to do.
    Contract = "contract",
    LegalObligation = "legal_obligation",
    /// It is needed for a task that the law gives to the client.
    PublicTask = "public_task",
    VitalInterests = "vital_interests",
}

words! {
    /// What is told only where nobody on the way can read it: in tokens that are encrypted to a key of the client's.
    #[derive(Default)]
    EncryptedRelease, "nothing, sensitive or everything",
    #[default]
    Nothing = "nothing",
    /// National identifiers and what was verified.
    Sensitive = "sensitive",
    Everything = "everything",
}

impl ReleasePolicy {
    /// Whether `claim`, by its plain name, is among those that are approved, were it released by a scope.
    fn approves(&self, claim: &str) -> bool {
        let claim = claims::belongs_to(claim);
        self.approves_identifiers(claim) && self.claims.as_ref().is_none_or(|approved| approved.contains(claim))
    }

    /// The same of what is told as verified, whatever the scopes are.
    fn approves_verified(&self, claim: &str) -> bool {
        self.approves_identifiers(claim) && self.verified_claims.contains(claims::belongs_to(claim))
    }

    fn approves_identifiers(&self, claim: &str) -> bool {
        !identifies(claim) || self.identifiers.as_ref().is_none_or(|schemes| !schemes.is_empty())
    }

    /// Whether identifiers of `scheme` are told.
    pub fn approves_scheme(&self, scheme: Scheme) -> bool {
        self.identifiers.as_ref().is_none_or(|schemes| schemes.contains(scheme.as_str()))
    }

    /// Whether `claim` goes in encrypted tokens alone.
    pub fn demands_encryption(&self, claim: &str) -> bool {
        match self.encrypted {
            EncryptedRelease::Nothing => false,
            EncryptedRelease::Sensitive => identifies(claim) || inner(claim).is_some(),
            EncryptedRelease::Everything => true,
        }
    }

    /// The scopes of `scopes` that release anything which is approved, or never released a claim.
    pub fn served(&self, scopes: &ScopeSet) -> ScopeSet {
        let serves = |scope: &str| {
            let mut released = claims::CLAIMS.iter().filter(|rule| rule.scope == scope).peekable();
            released.peek().is_none() || released.any(|rule| self.approves(rule.claim))
        };
        scopes.iter().filter(|scope| serves(scope.as_str())).cloned().collect()
    }
}

impl Client {
    /// Whether it may be told the claim of this plain name, or the verified claim of this name, of anybody.
    pub fn may_be_told(&self, claim: &str) -> bool {
        match inner(claim) {
            Some(verified) => self.release.approves_verified(verified),
            None => {
                claims::rule(claim).is_some_and(|rule| self.scopes.contains(rule.scope)) && self.release.approves(claim)
            }
        }
    }

    /// On which it is told `claim`. Where nobody said, that of a client that asks people is their consent, and that of one
    /// that does not is its task.
    pub fn basis(&self, claim: &str) -> LegalBasis {
        let own = self.release.terms.get(claims::belongs_to(claim)).and_then(|terms| terms.basis);
        own.or(self.release.basis).unwrap_or(match self.policy.consent {
            ConsentPolicy::Ask => LegalBasis::Consent,
            ConsentPolicy::Implied => LegalBasis::PublicTask,
        })
    }

    /// What it is told `claim` for.
    pub fn purpose(&self, claim: &str) -> &Localised {
        let own = self.release.terms.get(claims::belongs_to(claim)).map(|terms| &terms.purpose);
        own.filter(|purpose| !purpose.0.is_empty()).unwrap_or(&self.display.purpose)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::client::ClientAuthentication;
    use crate::domain::time::Timestamp;

    fn client(scopes: &str) -> Client {
        let now = Timestamp::from_seconds(1_700_000_000);
        let mut client = Client::new("portal".parse().unwrap(), ClientAuthentication::None, now);
        client.scopes = scopes.parse().unwrap();
        client
    }

    #[test]
    fn without_an_approval_a_client_is_told_what_its_scopes_release() {
        let client = client("openid email");
        assert!(client.may_be_told("email") && client.may_be_told("email_verified"));
        assert!(!client.may_be_told("name") && !client.may_be_told("national_id") && !client.may_be_told("tax_class"));
    }

    #[test]
    fn an_approval_narrows_and_never_widens() {
        let mut client = client("openid email profile");
        client.release.claims = Some(["email", "national_id"].map(str::to_owned).into());
        // What only says something of a claim goes with it.
        assert!(client.may_be_told("email") && client.may_be_told("email_verified"));
        assert!(!client.may_be_told("name") && !client.may_be_told("national_id"));
        assert_eq!(client.release.served(&client.scopes).to_string(), "email openid");
    }

    #[test]
    fn an_identifier_is_told_by_its_scheme() {
        let mut client = client("openid national_id");
        let [one, other] = [Scheme::ALL[0], Scheme::ALL[1]];
        assert!(client.release.approves_scheme(one) && client.release.approves_scheme(other));
        client.release.identifiers = Some([one.as_str().to_owned()].into());
        assert!(client.may_be_told("national_id"));
        assert!(client.release.approves_scheme(one) && !client.release.approves_scheme(other));
        client.release.identifiers = Some(BTreeSet::new());
        assert!(!client.may_be_told("national_id") && !client.may_be_told("national_id_scheme"));
        assert_eq!(client.release.served(&client.scopes).to_string(), "openid");
    }

    #[test]
    fn a_claim_has_a_basis_and_a_purpose_of_its_own_or_the_client_s() {
        let mut client = client("openid profile email");
        client.display.purpose = Localised::plain("send letters");
        assert_eq!(client.basis("name"), LegalBasis::Consent);
        client.policy.consent = ConsentPolicy::Implied;
        assert_eq!(client.basis("name"), LegalBasis::PublicTask);
        client.release.basis = Some(LegalBasis::Contract);
        let terms = Terms { purpose: Localised::plain("warn of floods"), basis: Some(LegalBasis::VitalInterests) };
        client.release.terms.insert("email".to_owned(), terms);
        assert_eq!(
            (client.basis("name"), client.basis("email_verified")),
            (LegalBasis::Contract, LegalBasis::VitalInterests)
        );
        assert_eq!(client.purpose("email").in_language("vi"), "warn of floods");
        assert_eq!(client.purpose("name").in_language("vi"), "send letters");
    }

    #[test]
    fn words_are_read_as_they_are_written() {
        for basis in LegalBasis::ALL {
            assert_eq!(basis.as_str().parse(), Ok(*basis));
            assert_eq!(serde_json::to_value(basis).unwrap(), basis.as_str());
        }
        for encrypted in EncryptedRelease::ALL {
            assert_eq!(encrypted.as_str().parse(), Ok(*encrypted));
        }
        assert!("interest".parse::<LegalBasis>().is_err());
    }
}
