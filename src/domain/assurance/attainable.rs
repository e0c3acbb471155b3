//! What can be proven here at all, by the methods that this deployment offers: what is announced, what a client may be said to
//! demand, and what is refused before anybody is asked to sign in for it all follow from it.

use super::proof::{Proof, Proofs};
use super::requirement::Requirement;

/// What would have been proven by somebody who has one of everything that is offered and has used it all: nobody proves more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attainable(Proofs);

impl Attainable {
    /// `offered`: of each method that is offered, the best that it can show.
    pub fn by(offered: impl IntoIterator<Item = Proof>) -> Self {
        Self(offered.into_iter().collect())
    }

    /// Whether there is somebody who could meet `requirement`. How well they are known is brought by no method, and is not asked.
    pub fn reaches(&self, requirement: Requirement) -> bool {
        requirement.proven_by(&self.0)
    }

    /// What of it counts where the person is at another device than the one that waits (device grant, CIBA).
    #[must_use]
    pub fn across_devices(&self) -> Self {
        Self(self.0.clone().across_devices())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::level::AuthenticationLevel;
    use super::super::method::AuthenticationMethod;
    use super::super::proof::Factors;
    use super::*;
    use crate::domain::time::Timestamp;

    /// A deployment with passwords, applications' codes, and passkeys of attested models.
    pub(crate) fn everything() -> Attainable {
        let password = Proof::password(Timestamp::EPOCH);
        let totp = Proof { method: AuthenticationMethod::Totp, factors: Factors::POSSESSION, ..password.clone() };
        let passkey = Proof {
            method: AuthenticationMethod::WebAuthn,
            factors: Factors::UNLOCKED,
            phishing_resistant: true,
            hardware_bound: true,
            ..password.clone()
        };
        Attainable::by([password, totp, passkey])
    }

    #[test]
    fn a_password_alone_reaches_one_factor_and_no_property() {
        let level = Requirement::level;
        let phr = Requirement { phishing_resistant: true, ..Requirement::NONE };
        let alone = Attainable::by([Proof::password(Timestamp::EPOCH)]);
        assert!(alone.reaches(Requirement::NONE));
        assert!(!alone.reaches(level(AuthenticationLevel::TwoFactors)) && !alone.reaches(phr));
        assert!(!alone.reaches(Requirement::TWO_STEPS));
        assert!(everything().reaches(level(AuthenticationLevel::TwoFactors)) && everything().reaches(phr));
        assert!(!everything().reaches(level(AuthenticationLevel::Biometric)));
    }

    #[test]
    fn nothing_is_phishing_resistant_across_devices_nor_bound_to_hardware() {
        let phrh = Requirement { phishing_resistant: true, hardware_bound: true, ..Requirement::NONE };
        let two = Requirement::level(AuthenticationLevel::TwoFactors);
        assert!(everything().reaches(phrh) && !everything().across_devices().reaches(phrh));
        assert!(everything().across_devices().reaches(two));
        assert!(!everything().across_devices().reaches(Requirement { hardware_bound: true, ..Requirement::NONE }));
    }
}
