//! What may be demanded of a sign-in: the least on each axis, and properties.

use serde::{Deserialize, Serialize};

use super::level::{AccountLevel, AuthenticationLevel};
use super::proof::Proofs;

/// What a sign-in has to reach, all of it at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Requirement {
    pub account_level: AccountLevel,
    pub authentication_level: AuthenticationLevel,
    pub phishing_resistant: bool,
    /// Which is worth nothing without the former: what can be phished is not bound to anything.
    pub hardware_bound: bool,
    /// Two different factors were shown, whatever they count for: a key that was enrolled with a password alone proves no level
    /// beyond the password's, and all the same whoever stole the password has not got the key.
    #[serde(default)]
    pub two_steps: bool,
}

impl Requirement {
    /// What every sign-in reaches.
    pub const NONE: Self = Self {
        account_level: AccountLevel::SelfAsserted,
        authentication_level: AuthenticationLevel::OneFactor,
        phishing_resistant: false,
        hardware_bound: false,
        two_steps: false,
    };

    /// Two different factors, and no level.
    pub const TWO_STEPS: Self = Self { two_steps: true, ..Self::NONE };

    pub const fn level(authentication_level: AuthenticationLevel) -> Self {
        Self { authentication_level, ..Self::NONE }
    }

    /// Both this and `other`.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            account_level: self.account_level.max(other.account_level),
            authentication_level: self.authentication_level.max(other.authentication_level),
            phishing_resistant: self.phishing_resistant || other.phishing_resistant,
            hardware_bound: self.hardware_bound || other.hardware_bound,
            two_steps: self.two_steps || other.two_steps,
        }
    }

    /// Whether someone of `account_level` who proved `proofs` meets it.
    pub fn met_by(self, account_level: AccountLevel, proofs: &Proofs) -> bool {
        account_level >= self.account_level && self.proven_by(proofs)
    }

    /// Whether `proofs` meet it, whoever gave them.
    pub fn proven_by(self, proofs: &Proofs) -> bool {
        let level = self.authentication_level;
        proofs.reach(level)
            && (!self.phishing_resistant || proofs.phishing_resistant(level))
            && (!self.hardware_bound || proofs.hardware_bound(level))
            && (!self.two_steps || proofs.show_two_factors())
    }
}

impl Default for Requirement {
    fn default() -> Self {
        Self::NONE
    }
}

#[cfg(test)]
mod tests {
    use super::super::method::AuthenticationMethod;
    use super::super::proof::tests::proof;
    use super::super::proof::{Factors, Proof};
    use super::*;
    use crate::domain::time::Timestamp;

    #[test]
    fn every_part_has_to_hold_at_once() {
        let now = Timestamp::from_seconds(1);
        let two = AuthenticationLevel::TwoFactors;
        let password = Proofs::new(vec![Proof::password(now)]);
        let key = Proof {
            phishing_resistant: true,
            ..proof(AuthenticationMethod::WebAuthn, Factors::POSSESSION, AuthenticationLevel::OneFactor)
        };
        let totp = proof(AuthenticationMethod::Totp, Factors::POSSESSION, two);
        let with_totp = password.clone().with(totp);
        let with_both = with_totp.clone().with(key.clone());
        let phr = Requirement { phishing_resistant: true, ..Requirement::level(two) };
        assert!(Requirement::NONE.proven_by(&password) && !Requirement::level(two).proven_by(&password));
        assert!(Requirement::level(two).proven_by(&with_totp) && !phr.proven_by(&with_totp));
        // The key was enrolled with a password alone: it does not carry the second factor.
        assert!(!phr.proven_by(&with_both));
        let enrolled_better = Proof { binding: two, ..key };
        assert!(phr.proven_by(&password.with(enrolled_better)));
    }

    #[test]
    fn two_steps_are_two_factors_and_no_level() {
        let now = Timestamp::from_seconds(1);
        let one = AuthenticationLevel::OneFactor;
        let password = Proofs::new(vec![Proof::password(now)]);
        let totp = proof(AuthenticationMethod::Totp, Factors::POSSESSION, one);
        let mail = proof(AuthenticationMethod::EmailCode, Factors::NONE, AuthenticationLevel::ThreeFactors);
        assert!(!Requirement::TWO_STEPS.proven_by(&password) && !Requirement::TWO_STEPS.proven_by(&Proofs::default()));
        assert!(!Requirement::TWO_STEPS.proven_by(&password.clone().with(mail)));
        let both = password.with(totp);
        assert!(Requirement::TWO_STEPS.proven_by(&both) && both.level() == one);
        assert!(Requirement::NONE.and(Requirement::TWO_STEPS).two_steps);
    }

    #[test]
    fn the_two_axes_are_apart() {
        let proofs = Proofs::new(vec![Proof::password(Timestamp::from_seconds(1))]);
        let proven = Requirement { account_level: AccountLevel::Proven, ..Requirement::NONE };
        assert!(proven.met_by(AccountLevel::Proven, &proofs));
        assert!(!proven.met_by(AccountLevel::Registered, &proofs));
        assert!(proven.and(Requirement::level(AuthenticationLevel::TwoFactors)).account_level == AccountLevel::Proven);
    }
}
