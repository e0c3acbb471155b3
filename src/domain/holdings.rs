//! What a citizen could prove, and which of it would bring about what is needed.

use super::assurance::{AccountLevel, AuthenticationLevel, AuthenticationMethod, Factors, Proof, Proofs, Requirement};
use super::credential::{Credential, CredentialKind};
use super::ids::CredentialId;
use super::time::Timestamp;

/// Everything that a citizen can prove themselves with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holdings {
    pub account_level: AccountLevel,
    pub has_password: bool,
    /// Codes are sent to a telephone that is verified, and the operator lets them count: for so much at most.
    pub sms: Option<AuthenticationLevel>,
    pub credentials: Vec<Credential>,
}

impl Holdings {
    /// What each of these would prove at best at `now`, beside what was `proven`.
    fn potential(&self, proven: &Proofs, now: Timestamp) -> Vec<Proof> {
        let password = self.has_password.then(|| Proof::password(now));
        let sms = self.sms.map(|binding| Proof { method: AuthenticationMethod::SmsCode, binding, ..possession(now) });
        let held = self
            .credentials
            .iter()
            .map(|credential| Proof { binding: credential.binding_beside(proven), ..credential.proof(now) });
        password.into_iter().chain(sms).chain(held).collect()
    }

    /// Whether the person who has proven `proven` could meet `requirement` by proving more.
    pub fn can_bring(&self, proven: &Proofs, requirement: Requirement, now: Timestamp) -> bool {
        let all = self.potential(proven, now).into_iter().fold(proven.clone(), Proofs::with);
        requirement.met_by(self.account_level, &all)
    }

    /// The methods to choose from for what is missing of `requirement`, the best first.
    pub fn offers(&self, proven: &Proofs, requirement: Requirement, now: Timestamp) -> Vec<AuthenticationMethod> {
        let fit = self.fitting(proven, requirement, now);
        BEST_FIRST.into_iter().filter(|method| fit.iter().any(|proof| proof.method == *method)).collect()
    }

    /// What would be proven by what is worth asking for where `requirement` is missing: by that of which one is enough or, where
    /// none is, by what is a part of it.
    pub fn fitting(&self, proven: &Proofs, requirement: Requirement, now: Timestamp) -> Vec<Proof> {
        let mut potential = self.potential(proven, now);
        // What was proven is asked for again only where more of it can be shown: a card in a way that cannot be carried off.
        potential.retain(|proof| !proven.iter().any(|known| known.shows_all_of(proof)));
        let enough = |proof: &Proof| requirement.proven_by(&proven.clone().with(proof.clone()));
        if potential.iter().any(enough) {
            potential.retain(enough);
        } else if self.can_bring(proven, requirement, now) {
            potential.retain(|proof| proof.binding >= requirement.authentication_level);
        } else {
            potential.clear();
        }
        potential
    }

    /// Whether they have something that is always at hand beside a password: not a list of codes that runs out, nor messages that
    /// somebody has to send.
    pub fn has_second_step(&self, now: Timestamp) -> bool {
        let mut at_hand = Self { sms: None, ..self.clone() };
        at_hand.credentials.retain(|held| held.kind != CredentialKind::RecoveryCodes);
        at_hand.can_bring(&Proofs::default(), Requirement::TWO_STEPS, now)
    }

    /// What of it counts where the person is at another device than the one that waits (device grant, CIBA): as
    /// [`Proofs::across_devices`].
    #[must_use]
    pub fn across_devices(mut self) -> Self {
        for held in &mut self.credentials {
            held.traits.phishing_resistant = false;
        }
        self
    }

    /// What they would hold without this credential.
    #[must_use]
    pub fn without(&self, credential: CredentialId) -> Self {
        let credentials = self.credentials.iter().filter(|held| held.id != credential).cloned().collect();
        Self { credentials, ..self.clone() }
    }

    /// The most that can be asked of this person: what is worth protecting is done with it.
    pub fn strongest(&self, now: Timestamp) -> Requirement {
        let none = Proofs::default();
        let two = Requirement::level(AuthenticationLevel::TwoFactors);
        let phr = Requirement { phishing_resistant: true, ..two };
        [phr, two].into_iter().find(|asked| self.can_bring(&none, *asked, now)).unwrap_or_default()
    }
}

const BEST_FIRST: [AuthenticationMethod; 6] = [
    AuthenticationMethod::WebAuthn,
    AuthenticationMethod::Certificate,
    AuthenticationMethod::Totp,
    AuthenticationMethod::Password,
    AuthenticationMethod::SmsCode,
    AuthenticationMethod::RecoveryCode,
];

impl Credential {
    /// What it counts for once it is proven in a session that has `proven` this: what is used where everything else reaches more is
    /// vouched for by that, and is raised.
    pub fn binding_beside(&self, proven: &Proofs) -> AuthenticationLevel {
        let others = proven.clone().without(self.id).vouching();
        if others.is_empty() { self.binding } else { self.binding.max(others.level()) }
    }

    /// What it proves at best.
    pub fn proof(&self, now: Timestamp) -> Proof {
        let method = match self.kind {
            CredentialKind::WebAuthn => AuthenticationMethod::WebAuthn,
            CredentialKind::Certificate => AuthenticationMethod::Certificate,
            CredentialKind::Totp => AuthenticationMethod::Totp,
            CredentialKind::RecoveryCodes => AuthenticationMethod::RecoveryCode,
        };
        Proof {
            method,
            credential: Some(self.id),
            factors: if self.traits.unlocked { Factors::UNLOCKED } else { Factors::POSSESSION },
            binding: self.binding,
            phishing_resistant: self.traits.phishing_resistant,
            hardware_bound: self.traits.hardware_bound,
            ..possession(now)
        }
    }
}

const fn possession(now: Timestamp) -> Proof {
    Proof { factors: Factors::POSSESSION, ..Proof::password(now) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::credential::CredentialTraits;

    const NOW: Timestamp = Timestamp::from_seconds(100);
    const TWO: Requirement = Requirement::level(AuthenticationLevel::TwoFactors);

    fn credential(kind: CredentialKind, binding: AuthenticationLevel, traits: CredentialTraits) -> Credential {
        Credential {
            id: CredentialId::from_uuid(uuid::Uuid::from_u128(kind as u128)),
            kind,
            name: "mine".parse().unwrap(),
            binding,
            traits,
            created_at: NOW,
            last_used_at: None,
        }
    }

    fn holdings(credentials: Vec<Credential>) -> Holdings {
        Holdings { account_level: AccountLevel::Registered, has_password: true, sms: None, credentials }
    }

    fn passkey(binding: AuthenticationLevel) -> Credential {
        let traits = CredentialTraits { unlocked: true, phishing_resistant: true, ..CredentialTraits::default() };
        credential(CredentialKind::WebAuthn, binding, traits)
    }

    #[test]
    fn what_is_offered_is_what_is_missing() {
        let two = AuthenticationLevel::TwoFactors;
        let totp = credential(CredentialKind::Totp, two, CredentialTraits::default());
        let password = Proofs::new(vec![Proof::password(NOW)]);
        let all = holdings(vec![totp.clone(), passkey(two)]);
        assert_eq!(
            all.offers(&password, TWO, NOW),
            [AuthenticationMethod::WebAuthn, AuthenticationMethod::Totp],
            "not the password, which was proven"
        );
        let phr = Requirement { phishing_resistant: true, ..TWO };
        assert_eq!(all.offers(&password, phr, NOW), [AuthenticationMethod::WebAuthn]);
        let by_code = Proofs::new(vec![totp.proof(NOW)]);
        assert_eq!(holdings(vec![totp]).offers(&by_code, TWO, NOW), [AuthenticationMethod::Password]);
    }

    #[test]
    fn what_was_enrolled_with_less_brings_nothing() {
        let password = Proofs::new(vec![Proof::password(NOW)]);
        let weak = holdings(vec![passkey(AuthenticationLevel::OneFactor)]);
        assert!(!weak.can_bring(&password, TWO, NOW));
        assert!(weak.offers(&password, TWO, NOW).is_empty());
        assert_eq!(weak.strongest(NOW), Requirement::NONE);
        assert_eq!(weak.offers(&password, Requirement::TWO_STEPS, NOW), [AuthenticationMethod::WebAuthn]);
        assert!(holdings(vec![passkey(AuthenticationLevel::TwoFactors)]).strongest(NOW).phishing_resistant);
    }

    #[test]
    fn a_passkey_that_was_enrolled_with_less_is_asked_for_where_everything_else_vouches_for_it() {
        let two = AuthenticationLevel::TwoFactors;
        let phr = Requirement { phishing_resistant: true, ..TWO };
        let totp = credential(CredentialKind::Totp, two, CredentialTraits::default());
        let held = holdings(vec![totp.clone(), passkey(AuthenticationLevel::OneFactor)]);
        let password = Proofs::new(vec![Proof::password(NOW)]);
        assert!(held.offers(&password, phr, NOW).is_empty());
        let both = password.with(totp.proof(NOW));
        assert_eq!(held.offers(&both, phr, NOW), [AuthenticationMethod::WebAuthn]);
    }

    #[test]
    fn what_was_proven_is_asked_for_again_where_more_of_it_can_be_shown() {
        let (two, none) = (AuthenticationLevel::TwoFactors, Proofs::default());
        let phr = Requirement { phishing_resistant: true, ..Requirement::NONE };
        let traits = CredentialTraits { unlocked: true, phishing_resistant: true, ..CredentialTraits::default() };
        let card = credential(CredentialKind::Certificate, two, traits);
        let held = holdings(vec![card.clone()]);
        let signed = Proof { phishing_resistant: false, ..card.proof(NOW) };
        assert!(card.proof(NOW).shows_all_of(&signed) && !signed.shows_all_of(&card.proof(NOW)));
        let carried = none.with(signed);
        assert_eq!(held.offers(&carried, phr, NOW), [AuthenticationMethod::Certificate], "and not the password");
    }

    #[test]
    fn whatever_is_used_where_everything_else_reaches_more_counts_for_that() {
        let (one, two) = (AuthenticationLevel::OneFactor, AuthenticationLevel::TwoFactors);
        let key = Proofs::new(vec![passkey(two).proof(NOW)]);
        for kind in CredentialKind::ALL.into_iter().filter(|kind| *kind != CredentialKind::WebAuthn) {
            let weak = credential(kind, one, CredentialTraits::default());
            assert_eq!(weak.binding_beside(&key), two, "{kind}");
            // Nothing vouches for itself, and one factor vouches for no more than one.
            assert_eq!(weak.binding_beside(&Proofs::new(vec![weak.proof(NOW)])), one, "{kind}");
            assert_eq!(weak.binding_beside(&Proofs::new(vec![Proof::password(NOW)])), one, "{kind}");
        }
    }

    #[test]
    fn nothing_that_is_brought_across_devices_is_phishing_resistant() {
        let two = AuthenticationLevel::TwoFactors;
        let held = holdings(vec![passkey(two)]).across_devices();
        let none = Proofs::default();
        let phr = Requirement { phishing_resistant: true, ..Requirement::NONE };
        assert!(held.can_bring(&none, TWO, NOW) && !held.can_bring(&none, phr, NOW));
        assert!(!held.can_bring(&none, Requirement { hardware_bound: true, ..Requirement::NONE }, NOW));
    }

    #[test]
    fn a_list_of_codes_is_no_second_step_that_every_sign_in_asks_for() {
        let one = AuthenticationLevel::OneFactor;
        let codes = credential(CredentialKind::RecoveryCodes, one, CredentialTraits::default());
        assert!(!holdings(vec![codes.clone()]).has_second_step(NOW) && !holdings(Vec::new()).has_second_step(NOW));
        let totp = credential(CredentialKind::Totp, one, CredentialTraits::default());
        assert!(holdings(vec![codes, totp]).has_second_step(NOW) && holdings(vec![passkey(one)]).has_second_step(NOW));
    }

    #[test]
    fn the_account_level_is_brought_by_nothing_here() {
        let proven = Requirement { account_level: AccountLevel::Proven, ..Requirement::NONE };
        assert!(!holdings(Vec::new()).can_bring(&Proofs::default(), proven, NOW));
    }
}
