//! The one door of the administration, for pages and for access tokens: whoever comes holds a role, and has proven who they are lately,
//! by two factors of which one could not have been phished. Roles are read afresh each time: one that was withdrawn ends at once, and
//! wherever there is a doubt nobody comes in.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::domain::administration::{Area, Authority, Staff};
use crate::domain::assurance::{AuthenticationLevel, Proofs, Requirement};
use crate::domain::audit::Actor;
use crate::domain::grant::Authentication;
use crate::domain::ids::CitizenId;
use crate::domain::issuer::Issuer;
use crate::domain::stage::Person;
use crate::domain::time::Timestamp;
use crate::flows::session::CurrentSession;
use crate::flows::sign_in::{self, Begun};
use crate::flows::visitor::Visitor;
use crate::flows::{App, FlowError, holdings};
use crate::storage::SignInStanding;

use super::Administrator;

/// What has to be proven to come in.
pub const DOOR: Requirement = Requirement {
    authentication_level: AuthenticationLevel::TwoFactors,
    phishing_resistant: true,
    ..Requirement::NONE
};

/// What the door says.
#[derive(Debug)]
#[must_use]
pub enum Entry {
    Open(Box<Administrator>),
    /// They hold a role, and have not proven [`DOOR`] lately enough.
    StepUp,
    /// They hold a role, and have nothing that proves [`DOOR`]: a passkey that counts for two factors has to be added first.
    Unable,
    /// They hold no role.
    Nobody,
    /// What they came with has ended: their session, or their account.
    Ended,
}

/// Who comes with this session, to do what takes a proof of at most the usual age.
pub async fn by_session(app: &App, visitor: &Visitor, current: &CurrentSession) -> Result<Entry, FlowError> {
    admit(app, visitor, &current.session.authentication, None).await
}

/// Who comes with an access token: what its grant's owner proved when they signed in, and no more than its `areas`.
pub async fn by_token(
    app: &App,
    visitor: &Visitor,
    granted: &Authentication,
    areas: BTreeSet<Area>,
) -> Result<Entry, FlowError> {
    admit(app, visitor, granted, Some(areas)).await
}

async fn admit(
    app: &App,
    visitor: &Visitor,
    by: &Authentication,
    areas: Option<BTreeSet<Area>>,
) -> Result<Entry, FlowError> {
    let (now, settings) = (app.clock.now(), &app.settings.administration);
    let mut reading = app.store.read().await?;
    if reading.citizens().sign_in_standing(by).await? != SignInStanding::Honoured {
        return Ok(Entry::Ended);
    }
    let roles: BTreeSet<_> =
        reading.role_grants().of(by.citizen, now).await?.into_iter().map(|grant| grant.role).collect();
    if roles.is_empty() || !administers_here(by.citizen, &app.settings.issuer) {
        return Ok(Entry::Nobody);
    }
    let owns = reading.role_grants().owned_by(by.citizen).await?;
    drop(reading);
    let Some(proven_at) = proven_at(&by.proofs, settings.proof, now) else {
        return Ok(match can_prove(app, by).await? {
            true => Entry::StepUp,
            false => Entry::Unable,
        });
    };
    let staff =
        Staff { citizen: by.citizen, roles, owns, proven_at, sensitive_proof: settings.sensitive_proof, areas, now };
    let admin = Administrator::at(app, visitor, Actor::Staff(by.citizen), Authority::Staff(staff));
    Ok(Entry::Open(Box::new(admin)))
}

/// Whether somebody may administer at this issuer at all: who was made up, whose password is public, does on the machine of whoever
/// tries SenID, and nowhere else, whatever role they are found to hold.
pub(super) fn administers_here(citizen: CitizenId, issuer: &Issuer) -> bool {
    citizen.person() == Person::Real || issuer.is_loopback()
}

/// Until when the break-glass account is open; `None` where it is not.
pub async fn broken_glass(app: &App) -> Result<Option<Timestamp>, FlowError> {
    Ok(app.store.read().await?.administration().glass_broken(app.clock.now()).await?)
}

/// Whether whoever is signed in has proven [`DOOR`] within `at_most`: for those who are given their first role.
pub fn has_proven(app: &App, current: &CurrentSession, at_most: Duration) -> bool {
    proven_at(&current.session.authentication.proofs, at_most, app.clock.now()).is_some()
}

/// Whether this citizen has anything that proves [`DOOR`].
pub async fn can_prove(app: &App, by: &Authentication) -> Result<bool, FlowError> {
    let held = holdings::load(app, by.citizen, None).await?;
    Ok(held.is_some_and(|held| held.can_bring(&Proofs::default(), DOOR, app.clock.now())))
}

/// Begins a sign-in that proves [`DOOR`] anew and comes back to `return_to`, a page of ours that is read by GET: at SenID itself, and
/// nothing that was proven before counts.
pub async fn prove_again(app: &App, visitor: &Visitor, return_to: String) -> Result<Begun, FlowError> {
    sign_in::begin_for_account(app, visitor, return_to, DOOR).await
}

/// The latest moment since when what was proven reaches [`DOOR`] by itself. Nothing that is older than `at_most` counts, and neither
/// does an officer's code.
fn proven_at(proofs: &Proofs, at_most: Duration, now: Timestamp) -> Option<Timestamp> {
    let young = proofs.clone().vouching().since(now - at_most);
    let mut moments: Vec<Timestamp> = young.iter().map(|proof| proof.at).collect();
    moments.sort_unstable();
    moments.into_iter().rev().find(|moment| DOOR.proven_by(&young.clone().since(*moment)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::assurance::{AuthenticationMethod, Factors, Proof};

    const NOW: Timestamp = Timestamp::from_seconds(100_000);
    const HALF_AN_HOUR: Duration = Duration::from_secs(1800);

    fn passkey(ago: u64) -> Proof {
        Proof {
            method: AuthenticationMethod::WebAuthn,
            factors: Factors::UNLOCKED,
            binding: AuthenticationLevel::ThreeFactors,
            phishing_resistant: true,
            ..Proof::password(NOW - Duration::from_secs(ago))
        }
    }

    fn since(proofs: &[Proof]) -> Option<Duration> {
        proven_at(&Proofs::new(proofs.to_vec()), HALF_AN_HOUR, NOW).map(|at| NOW.since(at))
    }

    #[test]
    fn whoever_was_made_up_administers_on_this_machine_alone() {
        let random = crate::crypto::random::SystemRandom::new();
        let (real, made_up) = (CitizenId::new(NOW, &random), CitizenId::made_up(NOW, &random));
        for (issuer, open) in [
            ("http://localhost:8080", true),
            ("http://127.0.0.1:8080", true),
            ("https://id.example.gov", false),
            ("https://localhost.example.gov", false),
        ] {
            let issuer: Issuer = issuer.parse().unwrap();
            assert!(administers_here(real, &issuer), "{issuer}");
            assert_eq!(administers_here(made_up, &issuer), open, "{issuer}");
        }
    }

    #[test]
    fn a_passkey_opens_the_door_for_half_an_hour() {
        assert_eq!(since(&[passkey(60)]), Some(Duration::from_secs(60)));
        assert_eq!(since(&[passkey(1800)]), Some(HALF_AN_HOUR));
        assert_eq!(since(&[passkey(1801)]), None);
    }

    #[test]
    fn a_password_opens_it_never_and_makes_no_old_passkey_young() {
        let password = Proof::password(NOW);
        assert_eq!(since(std::slice::from_ref(&password)), None);
        assert_eq!(since(&[passkey(1801), password.clone()]), None);
        assert_eq!(since(&[passkey(600), password]), Some(Duration::from_secs(600)));
    }

    #[test]
    fn what_can_be_phished_opens_it_never() {
        let totp = Proof {
            method: AuthenticationMethod::Totp,
            factors: Factors::POSSESSION,
            binding: AuthenticationLevel::TwoFactors,
            ..Proof::password(NOW)
        };
        assert_eq!(since(&[Proof::password(NOW), totp]), None);
        // A passkey that was enrolled with a password alone counts for one factor.
        let weak = Proof { binding: AuthenticationLevel::OneFactor, ..passkey(1) };
        assert_eq!(since(&[weak]), None);
        let counter = Proof { method: AuthenticationMethod::CounterCode, ..passkey(1) };
        assert_eq!(since(&[counter]), None);
    }
}
