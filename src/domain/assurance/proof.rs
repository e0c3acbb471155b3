//! One proof, and what several of them reach together (Decree 69/2024/NĐ-CP Art. 20; NIST SP 800-63B-4 §2).

use serde::{Deserialize, Serialize};

use super::level::AuthenticationLevel;
use super::method::AuthenticationMethod;
use crate::domain::ids::CredentialId;
use crate::domain::time::Timestamp;

/// What kinds of factor a proof shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factors {
    /// Something that the person knows, which was held against what they know.
    pub knowledge: bool,
    /// Something that the person has.
    pub possession: bool,
    /// Something that the person is, named and proven. Nothing that is built in shows it.
    pub biometric: bool,
    /// Beside what they have, something unlocked it: a PIN or a finger, and nobody says which (WebAuthn's user
    /// verification, a card opened by its PIN).
    pub unlocked: bool,
}

impl Factors {
    pub const NONE: Self = Self { knowledge: false, possession: false, biometric: false, unlocked: false };
    pub const KNOWLEDGE: Self = Self { knowledge: true, ..Self::NONE };
    pub const POSSESSION: Self = Self { possession: true, ..Self::NONE };
    /// Possession of something that was unlocked.
    pub const UNLOCKED: Self = Self { unlocked: true, ..Self::POSSESSION };

    /// A code on paper is something that they have; that an officer looked at who they are is the other factor, where policy says so.
    pub const fn at_a_counter(level: AuthenticationLevel) -> Self {
        match level {
            AuthenticationLevel::OneFactor => Self::POSSESSION,
            _ => Self::UNLOCKED,
        }
    }

    const fn and(self, other: Self) -> Self {
        Self {
            knowledge: self.knowledge || other.knowledge,
            possession: self.possession || other.possession,
            biometric: self.biometric || other.biometric,
            unlocked: self.unlocked || other.unlocked,
        }
    }

    /// The level that these reach; `None` where nothing was shown.
    const fn level(self) -> Option<AuthenticationLevel> {
        let kinds = self.knowledge as u8 + self.possession as u8 + self.biometric as u8;
        match kinds {
            0 => None,
            3 => Some(AuthenticationLevel::ThreeFactors),
            2 if self.biometric => Some(AuthenticationLevel::Biometric),
            2 => Some(AuthenticationLevel::TwoFactors),
            // What unlocked it is a second factor of no known kind: two, and never a proven biometric.
            _ if self.possession && self.unlocked => Some(AuthenticationLevel::TwoFactors),
            _ => Some(AuthenticationLevel::OneFactor),
        }
    }
}

/// One thing that a person proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    pub method: AuthenticationMethod,
    /// With which of the person's credentials; none for a password, or for a code that was sent.
    pub credential: Option<CredentialId>,
    pub at: Timestamp,
    pub factors: Factors,
    /// The level of the session that the credential was enrolled in: it never counts towards more.
    pub binding: AuthenticationLevel,
    /// It could not have been handed to anybody else's site.
    pub phishing_resistant: bool,
    /// The key cannot have left a piece of hardware, which says so.
    pub hardware_bound: bool,
}

impl Proof {
    /// A password that was right at `at`.
    pub const fn password(at: Timestamp) -> Self {
        Self {
            method: AuthenticationMethod::Password,
            credential: None,
            at,
            factors: Factors::KNOWLEDGE,
            // Whoever enrolled it, it is one factor, and what is enrolled beside it says what it was enrolled by.
            binding: AuthenticationLevel::ThreeFactors,
            phishing_resistant: false,
            hardware_bound: false,
        }
    }

    /// Whether it is by the same thing as `other`, and shows everything that `other` would.
    pub fn shows_all_of(&self, other: &Self) -> bool {
        (self.method, self.credential) == (other.method, other.credential)
            && self.factors.and(other.factors) == self.factors
            && self.binding >= other.binding
            && self.phishing_resistant >= other.phishing_resistant
            && self.hardware_bound >= other.hardware_bound
    }

    /// The `amr` value of this proof alone.
    pub const fn amr(&self) -> &'static str {
        self.method.amr(self.hardware_bound)
    }
}

/// Everything that a person proved in one session, in the order in which they did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Proofs(Vec<Proof>);

impl Proofs {
    pub const fn new(proofs: Vec<Proof>) -> Self {
        Self(proofs)
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Proof> {
        self.0.iter()
    }

    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Beside these, one more. Proving the same thing again replaces what was proven before.
    #[must_use]
    pub fn with(mut self, proof: Proof) -> Self {
        self.0.retain(|known| (known.method, known.credential) != (proof.method, proof.credential));
        self.0.push(proof);
        self
    }

    /// Without what this credential proved: it has been removed.
    #[must_use]
    pub fn without(mut self, credential: CredentialId) -> Self {
        self.0.retain(|proof| proof.credential != Some(credential));
        self
    }

    /// Those that were given at `moment` or later.
    #[must_use]
    pub fn since(mut self, moment: Timestamp) -> Self {
        self.0.retain(|proof| proof.at >= moment);
        self
    }

    /// When something was last shown that is a factor at all: a code from a mailbox signs nobody in anew. `now` where nothing was.
    pub fn latest(&self, now: Timestamp) -> Timestamp {
        self.iter().filter(|proof| proof.factors != Factors::NONE).map(|proof| proof.at).max().unwrap_or(now)
    }

    /// Those that vouch for something that lasts, such as a key that is used beside them or enrolled: not an officer's code for a
    /// sign-in at a counter. There is another one for that.
    #[must_use]
    pub fn vouching(mut self) -> Self {
        self.0.retain(|proof| proof.method != AuthenticationMethod::CounterCode);
        self
    }

    /// The level that they reach together.
    ///
    /// A credential counts towards no level above its binding: whoever stole a password and enrolled a key with it has
    /// the password and the key, and no more than a password.
    pub fn level(&self) -> AuthenticationLevel {
        let reached = |level: &&AuthenticationLevel| self.reach(**level);
        AuthenticationLevel::ALL.iter().rev().find(reached).copied().unwrap_or(AuthenticationLevel::OneFactor)
    }

    /// Whether those proofs that may count towards `level` reach it.
    pub fn reach(&self, level: AuthenticationLevel) -> bool {
        let factors = self.counting(level).fold(Factors::NONE, |all, proof| all.and(proof.factors));
        factors.level().is_some_and(|reached| reached >= level)
    }

    /// Whether two different factors were shown, whatever each counts for.
    pub fn show_two_factors(&self) -> bool {
        let factors = self.iter().fold(Factors::NONE, |all, proof| all.and(proof.factors));
        factors.level().is_some_and(|reached| reached >= AuthenticationLevel::TwoFactors)
    }

    /// Whether one of those that count towards `level` could not have been phished.
    pub fn phishing_resistant(&self, level: AuthenticationLevel) -> bool {
        self.counting(level).any(|proof| proof.phishing_resistant)
    }

    /// Whether one of those that count towards `level` could not have been phished, by a key that cannot leave its hardware: one
    /// and the same, because a card whose signature can be carried off makes no passkey that is copied any safer.
    pub fn hardware_bound(&self, level: AuthenticationLevel) -> bool {
        self.counting(level).any(|proof| proof.phishing_resistant && proof.hardware_bound)
    }

    fn counting(&self, level: AuthenticationLevel) -> impl Iterator<Item = &Proof> {
        self.iter().filter(move |proof| proof.binding >= level)
    }

    /// The same person, acting through a device of somebody's who may have been sent a link: nothing of it could not have
    /// been phished (device grant, CIBA).
    #[must_use]
    pub fn across_devices(mut self) -> Self {
        for proof in &mut self.0 {
            proof.phishing_resistant = false;
        }
        self
    }

    /// The `amr` values (RFC 8176 §2), each once; `mfa` where more than one factor was proven.
    pub fn amr(&self) -> Vec<&'static str> {
        let mut values: Vec<&'static str> = Vec::with_capacity(self.0.len() + 1);
        let several = self.level() > AuthenticationLevel::OneFactor;
        for value in self.iter().map(Proof::amr).chain(several.then_some("mfa")) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values
    }
}

impl FromIterator<Proof> for Proofs {
    fn from_iter<I: IntoIterator<Item = Proof>>(proofs: I) -> Self {
        proofs.into_iter().fold(Self::default(), Self::with)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use AuthenticationLevel::{Biometric, OneFactor, ThreeFactors, TwoFactors};

    const NOW: Timestamp = Timestamp::from_seconds(10_000);

    pub(crate) fn proof(method: AuthenticationMethod, factors: Factors, binding: AuthenticationLevel) -> Proof {
        Proof { method, factors, binding, ..Proof::password(NOW) }
    }

    fn of(proofs: &[Proof]) -> Proofs {
        Proofs::new(proofs.to_vec())
    }

    #[test]
    fn two_different_factors_make_two_and_two_alike_make_one() {
        let password = Proof::password(NOW);
        let totp = proof(AuthenticationMethod::Totp, Factors::POSSESSION, TwoFactors);
        let sms = proof(AuthenticationMethod::SmsCode, Factors::POSSESSION, TwoFactors);
        let mail = proof(AuthenticationMethod::EmailCode, Factors::NONE, ThreeFactors);
        assert_eq!(of(std::slice::from_ref(&password)).level(), OneFactor);
        assert_eq!(of(&[password.clone(), totp.clone()]).level(), TwoFactors);
        assert_eq!(of(&[totp, sms]).level(), OneFactor);
        assert_eq!(of(&[password, mail.clone()]).level(), OneFactor);
        assert!(!of(&[mail]).reach(OneFactor), "an e-mail code alone proves nothing");
        assert!(!Proofs::default().reach(OneFactor));
    }

    #[test]
    fn something_unlocked_is_two_factors_and_never_a_biometric() {
        let passkey = proof(AuthenticationMethod::WebAuthn, Factors::UNLOCKED, ThreeFactors);
        assert_eq!(of(std::slice::from_ref(&passkey)).level(), TwoFactors);
        assert_eq!(of(&[passkey, Proof::password(NOW)]).level(), TwoFactors);
    }

    #[test]
    fn a_proven_biometric_makes_three_and_with_the_others_four() {
        let face = proof(
            AuthenticationMethod::WebAuthn,
            Factors { biometric: true, possession: true, ..Factors::NONE },
            ThreeFactors,
        );
        assert_eq!(of(std::slice::from_ref(&face)).level(), Biometric);
        assert_eq!(of(&[face, Proof::password(NOW)]).level(), ThreeFactors);
    }

    #[test]
    fn a_credential_never_counts_towards_more_than_the_session_it_was_enrolled_in() {
        let bound = |level| proof(AuthenticationMethod::WebAuthn, Factors::UNLOCKED, level);
        assert_eq!(of(&[bound(OneFactor)]).level(), OneFactor);
        assert_eq!(of(&[bound(OneFactor), Proof::password(NOW)]).level(), OneFactor);
        assert_eq!(of(&[bound(TwoFactors)]).level(), TwoFactors);
    }

    #[test]
    fn a_property_counts_only_with_what_counts() {
        let weak = Proof {
            phishing_resistant: true,
            hardware_bound: true,
            ..proof(AuthenticationMethod::WebAuthn, Factors::UNLOCKED, OneFactor)
        };
        let totp = proof(AuthenticationMethod::Totp, Factors::POSSESSION, TwoFactors);
        let all = of(&[Proof::password(NOW), totp, weak]);
        assert_eq!(all.level(), TwoFactors);
        assert!(all.phishing_resistant(OneFactor) && all.hardware_bound(OneFactor));
        assert!(!all.phishing_resistant(TwoFactors) && !all.hardware_bound(TwoFactors));
        assert!(!all.across_devices().phishing_resistant(OneFactor));
    }

    #[test]
    fn one_and_the_same_proof_is_phishing_resistant_and_bound_to_hardware() {
        let synced =
            Proof { phishing_resistant: true, ..proof(AuthenticationMethod::WebAuthn, Factors::UNLOCKED, TwoFactors) };
        let signed =
            Proof { hardware_bound: true, ..proof(AuthenticationMethod::Certificate, Factors::UNLOCKED, TwoFactors) };
        let both = of(&[synced.clone(), signed]);
        assert!(both.phishing_resistant(TwoFactors) && !both.hardware_bound(TwoFactors));
        assert!(of(&[Proof { hardware_bound: true, ..synced }]).hardware_bound(TwoFactors));
    }

    #[test]
    fn what_is_proven_again_counts_once() {
        let again = Proof { at: Timestamp::from_seconds(20_000), ..Proof::password(NOW) };
        let proofs = of(&[Proof::password(NOW)]).with(again.clone());
        assert_eq!(proofs.iter().collect::<Vec<_>>(), [&again]);
    }

    #[test]
    fn amr_says_what_was_used_and_that_it_was_more_than_one_factor() {
        let totp = proof(AuthenticationMethod::Totp, Factors::POSSESSION, TwoFactors);
        assert_eq!(of(&[Proof::password(NOW)]).amr(), ["pwd"]);
        assert_eq!(of(&[Proof::password(NOW), totp]).amr(), ["pwd", "otp", "mfa"]);
        let key = proof(AuthenticationMethod::WebAuthn, Factors::UNLOCKED, TwoFactors);
        assert_eq!(of(std::slice::from_ref(&key)).amr(), ["pop", "mfa"]);
        assert_eq!(of(&[Proof { hardware_bound: true, ..key }]).amr(), ["hwk", "mfa"]);
    }
}
